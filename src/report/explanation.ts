import { type CodeQuery, type Found, lookUp } from '../catalogue/look-up.js'
import type { Language, Verdict } from '../catalogue/note.js'
import type { Writer } from '../store/selected.js'
import type { Explanation } from './shape.js'

/**
 * The catalogue's note on a code in the log of a writer.
 *
 * @param server holds in place of the server that the log implies; null: nobody knows whose log it is
 */
export function noteOf(
  code: CodeQuery,
  writer: Writer | undefined,
  server: string | null | undefined,
): Found | undefined {
  return lookUp(code, server === undefined ? (writer?.server ?? null) : server, writer?.software)
}

export const verdictOf = (found: Found | undefined): Verdict => found?.note.verdict ?? 'unknown'

const explanations = new WeakMap<object, Map<string, Explanation>>()

/** A note in one language, its variant applied. Codes that have a note in common share its text. */
export function explain(found: Found | undefined, language: Language): Explanation | null {
  if (!found) return null
  const { note, variant, authority, level } = found
  const known = explanations.get(variant ?? note) ?? new Map<string, Explanation>()
  explanations.set(variant ?? note, known)
  const key = `${language}|${authority}|${level}`
  const explanation = known.get(key) ?? makeExplanation(found, language)
  known.set(key, explanation)
  return explanation
}

function makeExplanation({ note, variant, authority, level }: Found, language: Language): Explanation {
  return {
    name: (variant ?? note).name[language],
    meaning: (variant ?? note).meaning[language],
    causes: (note.causes ?? []).map((t) => t[language]),
    checks: (variant?.checks ?? note.checks ?? []).map((t) => t[language]),
    authority,
    basis: note.basis,
    source: (variant ?? note).source,
    code: note.code,
    level,
  }
}
