import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { LANGUAGES, type Note, QUIET, type Text, type Verdict } from './note.js'

/** Advice for many codes alike; see advice.yaml. Only the build reads it: compiled notes hold their advice. */
export interface Advice {
  /** `authority:code`; `*` stands for anything, numbers may be a range. */
  readonly for: readonly string[]
  readonly verdicts?: readonly Verdict[]
  /** Absent: the record is for notes that have checks of their own. */
  readonly first?: Text
  readonly remedy: Text
}

const RECORDS = parse(
  readFileSync(new URL('../../src/catalogue/advice.yaml', import.meta.url), 'utf8'),
) as readonly Advice[]

/** A note with the advice that it lacks and that fits. */
export function withAdvice(authority: string, note: Note): Note {
  const advice = adviceOf(authority, note)
  if (!advice) return note
  const { first, remedy } = advice
  return {
    ...note,
    ...(first ? { checks: [filled(first, note.code)] } : {}),
    remedy: note.remedy ?? filled(remedy, note.code),
  }
}

function adviceOf(authority: string, { code, verdict, checks, remedy }: Note): Advice | undefined {
  if (QUIET.has(verdict) || (checks && remedy)) return undefined
  return RECORDS.find(
    ({ for: patterns, verdicts, first }) =>
      (first === undefined) === (checks !== undefined) &&
      (verdicts?.includes(verdict) ?? true) &&
      patterns.some((pattern) => fits(pattern, authority, code)),
  )
}

function fits(pattern: string, authority: string, code: string): boolean {
  const [, owner, wanted = ''] = /^([^:]+):(.+)$/.exec(pattern) ?? []
  if (owner !== authority) return false
  const [, from, to] = /^(\d+)-(\d+)$/.exec(wanted) ?? []
  if (from !== undefined) return /^\d+$/.test(code) && Number(code) >= Number(from) && Number(code) <= Number(to)
  if (!wanted.includes('*')) return code === wanted
  const [start = '', end = ''] = wanted.split('*')
  return code.startsWith(start) && code.endsWith(end)
}

const filled = (text: Text, code: string): Text =>
  Object.fromEntries(LANGUAGES.map((l) => [l, text[l].replaceAll('{code}', code)])) as unknown as Text

/** Records that fit no note of the catalogue. */
export const uselessAdvice = (notes: readonly { readonly authority: string; readonly note: Note }[]): Advice[] => {
  const used = new Set(notes.map(({ authority, note }) => adviceOf(authority, note)))
  return RECORDS.filter((record) => !used.has(record))
}
