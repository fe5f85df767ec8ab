import { codeName } from '../report/shape.js'
import type { CodeHits } from '../store/query.js'

// Changes by code against the period before.

/** A number of a period beside that of the one before. */
export interface Change {
  /** `requests`, `problems`, a class such as `5xx`, or a code. */
  readonly what: string
  readonly now: number
  readonly before: number
  /** Kind of the change of a code. */
  readonly kind?: 'new' | 'grew' | 'shrank' | 'gone'
}

/** Largest number of changes of codes that are told. */
const MOST = 12
/** A code that has fewer hits in both periods has not changed. */
const LEAST_HITS = 10
/** Factor by which a code must grow or shrink. */
const FACTOR = 1.5

/** The largest changes of codes, new ones first. */
export function codeChanges(codes: Iterable<CodeHits>, codesBefore: Iterable<CodeHits>): Change[] {
  const now = hitsByName(codes)
  const before = hitsByName(codesBefore)
  const changes = [...new Set([...now.keys(), ...before.keys()])].flatMap((what) => {
    const change = { what, now: now.get(what) ?? 0, before: before.get(what) ?? 0 }
    const kind = kindOf(change)
    return kind === undefined ? [] : [{ ...change, kind }]
  })
  const isNew = ({ kind }: Change): number => Number(kind === 'new')
  return changes.sort((a, b) => isNew(b) - isNew(a) || surprise(b) - surprise(a)).slice(0, MOST)
}

function kindOf({ now, before }: Change): Change['kind'] {
  if (before === 0) return 'new'
  if (Math.max(now, before) < LEAST_HITS || surprise({ now, before }) < 3) return undefined
  if (now === 0) return 'gone'
  if (now >= FACTOR * before) return 'grew'
  return before >= FACTOR * now ? 'shrank' : undefined
}

/** Distance of two counts, in standard deviations of their difference. */
const surprise = ({ now, before }: Pick<Change, 'now' | 'before'>): number =>
  Math.abs(now - before) / Math.sqrt(now + before)

function hitsByName(codes: Iterable<CodeHits>): Map<string, number> {
  const hits = new Map<string, number>()
  for (const code of codes) hits.set(codeName(code), (hits.get(codeName(code)) ?? 0) + code.hits)
  return hits
}
