import { addEvidence, type Evidence } from '../diagnosis/evidence.js'
import { MAX_SAMPLES } from '../kernel/records.js'
import type { Dimension, Reject } from '../kernel/wasm/roles.js'
import type { Buckets } from './buckets.js'
import { LaidList, lengthOf } from './laid-list.js'
import { addSums, type Sums } from './measures.js'

export { MAX_SAMPLES }

/** Names of the lists kept for each code, as the report and the store call them, by Dimension. */
export const DIMENSIONS = [
  'path',
  'client',
  'referer',
  'userAgent',
  'method',
  'host',
] as const satisfies readonly string[] & { length: Dimension.Count }
export type DimensionName = (typeof DIMENSIONS)[number]

/** Names of the reasons for which lines are rejected, by Reject. */
export const REJECT_REASONS = [
  'none',
  'layout',
  'field-count',
  'status',
  'substatus',
  'bytes',
  'too-long',
  'no-fields',
] as const satisfies readonly string[] & {
  length: Reject.Count
}
export type RejectReason = (typeof REJECT_REASONS)[number]

/** The parts of a code, which tell it from others. null: the log has no such column, or `-` in it; that is not 0. */
export interface CodeKey {
  readonly status: number | null
  readonly substatus: number | null
  readonly win32Status: number | null
  readonly reason: string | null
}

/** A value of a list: hits <= truth <= hits + error. */
export interface ListEntry {
  readonly value: string
  hits: number
  error: number
}

/**
 * The most frequent values of one dimension, in no order. Exact while `lost` is 0; a value that is not in it had at
 * most `lost` hits.
 */
export interface List {
  readonly values: readonly ListEntry[]
  readonly lost: number
  /** Different values seen; at least so many when `lost` is not 0. */
  readonly distinct: number
}

/** One code within one period. */
export interface CodeTally extends CodeKey, Sums {
  /** Number of the period; null for entries without a time. */
  readonly period: number | null
  /** Seconds since 1970 UTC; null for entries without a time. */
  firstSeen: number | null
  lastSeen: number | null
  buckets: Buckets
  /** Logarithmic histogram of the time taken: bin → entries. */
  readonly latency: Map<number, number>
  readonly lists: Record<DimensionName, List>
}

export interface RejectSample {
  /** Counted from 1. */
  readonly line: number
  /** Bytes from the start of the (unpacked) input. */
  readonly offset: number
  readonly text: string
  /** The step of the plan (layout) or the role (status …) that failed, and where: characters of `text` before it. */
  readonly step: number
  readonly column: number
}
export interface RejectTally {
  readonly count: number
  readonly samples: readonly RejectSample[]
}

/** Times and fields of the entries that a filter left out: they tell why a selection is empty. */
export interface LeftOut {
  /** The first and last time, in seconds since 1970; Infinity and -Infinity when none of them has one. */
  readonly from: number
  readonly to: number
  /** A bit for each role of the filter's that one of them has. */
  readonly roles: number
}
export const NONE_LEFT_OUT: LeftOut = { from: Infinity, to: -Infinity, roles: 0 }

export function addLeftOut(a: LeftOut, b: LeftOut): LeftOut {
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to), roles: a.roles | b.roles }
}

/** Lines of one input by what became of them: lines = entries + filtered + rejected + ignored. */
export interface LineCounts {
  readonly lines: number
  readonly entries: number
  readonly ignored: number
  readonly rejected: number
  /** Entries left out by a filter; 0 without one. */
  readonly filtered: number
  /** Entries whose time could not be read, whether a filter left them out or not. */
  readonly withoutTime: number
  readonly leftOut: LeftOut
  readonly rejects: ReadonlyMap<RejectReason, RejectTally>
}

/** Counts of entries, of any origin. Two tallies merge by addition. */
export interface Tally {
  /** Width of all buckets. */
  bucketSeconds: number
  /** By `tallyKey`. */
  readonly codes: Map<string, CodeTally>
  /** Evidence for a diagnosis, where it is kept; each is of one period. */
  evidence: PeriodEvidence[]
}
/** @property period null: of entries without a time */
export interface PeriodEvidence {
  readonly period: number | null
  readonly evidence: Evidence
}

export function emptyTally(bucketSeconds = 60): Tally {
  return { bucketSeconds, codes: new Map(), evidence: [] }
}

export function tallyKey(code: CodeKey & { readonly period: number | null }): string {
  return `${code.status ?? '-'}|${code.substatus ?? '-'}|${code.win32Status ?? '-'}|${code.period ?? '-'}|${code.reason ?? ''}`
}

export function emptyLists(): Record<DimensionName, List> {
  const list = (): List => ({ values: [], lost: 0, distinct: 0 })
  return { path: list(), client: list(), referer: list(), userAgent: list(), method: list(), host: list() }
}

/**
 * Add `from` to `to`; `from` is spent by it (its parts may be shared afterwards).
 *
 * Buckets of different width are brought to the wider one; widths must divide each other.
 */
export function mergeInto(to: Tally, from: Tally): void {
  if (to.bucketSeconds < from.bucketSeconds) coarsen(to, from.bucketSeconds)
  else if (from.bucketSeconds < to.bucketSeconds) coarsen(from, to.bucketSeconds)
  for (const [key, code] of from.codes) {
    const known = to.codes.get(key)
    if (known) mergeCode(known, code)
    else to.codes.set(key, code)
  }
  for (const { period, evidence } of from.evidence) {
    const known = to.evidence.find((e) => e.period === period)
    if (known) addEvidence(known.evidence, evidence)
    else to.evidence.push({ period, evidence })
  }
}

function mergeCode(to: CodeTally, from: CodeTally): void {
  addSums(to, from)
  to.firstSeen = least(to.firstSeen, from.firstSeen)
  to.lastSeen = greatest(to.lastSeen, from.lastSeen)
  to.buckets.addAll(from.buckets)
  for (const [bin, n] of from.latency) to.latency.set(bin, (to.latency.get(bin) ?? 0) + n)
  for (const dimension of DIMENSIONS) to.lists[dimension] = mergeLists(to.lists[dimension], from.lists[dimension])
}

/**
 * The sum of two lists. A value that is missing in one of them may have had up to `lost` hits there: that becomes part
 * of its error.
 */
export function mergeLists(a: List, b: List): List {
  if (isEmpty(a)) return b
  if (isEmpty(b)) return a
  const sums = new Map<string, ListEntry>()
  for (const { value, hits, error } of a.values) sums.set(value, { value, hits, error: error + b.lost })
  for (const { value, hits, error } of b.values) {
    const known = sums.get(value)
    if (known) {
      known.hits += hits
      known.error += error - b.lost
    } else sums.set(value, { value, hits, error: error + a.lost })
  }
  const values = [...sums.values()].sort(byHits)
  const lost = a.lost + b.lost
  return { values, lost, distinct: lost === 0 ? values.length : Math.max(values.length, a.distinct, b.distinct) }
}

export const isEmpty = ({ distinct, lost }: List): boolean => distinct === 0 && lost === 0

/** Keep the most frequent `n` values; what is cut off raises `lost`. */
export function trimList(list: List, n: number): List {
  if (lengthOf(list) <= n) return list
  const sorted = [...list.values].sort(byHits)
  let lost = list.lost
  for (const v of sorted.slice(n)) lost = Math.max(lost, v.hits + v.error)
  return { values: sorted.slice(0, n), lost, distinct: list.distinct }
}

/**
 * How many values are kept of each list of a dimension: as many as the lists, cut to it, hold `together`, but at least
 * `least` and at most `most`. So short lists stay whole, and it is the length of the long ones that depends on how many
 * there are.
 */
export interface Listed {
  readonly least: number
  readonly most: number
  readonly together: number
}

/** How many values `Listed` keeps of each of several lists, by their lengths. */
export function quotaOf(lengths: Iterable<number>, { least, most, together }: Listed): number {
  let left = together
  const longer = [...lengths].sort((a, b) => a - b)
  for (const [i, length] of longer.entries()) {
    const share = Math.floor(left / (longer.length - i))
    if (length > share) return Math.max(least, Math.min(most, share))
    left -= length
  }
  return most
}

/** Keep the most frequent values of each list. @param whole lists of these dimensions stay as they are */
export function trimLists({ codes }: Tally, listed: Listed, whole: readonly DimensionName[]): void {
  for (const dimension of DIMENSIONS.filter((d) => !whole.includes(d))) {
    const n = quotaOf(
      [...codes.values()].map((code) => lengthOf(code.lists[dimension])),
      listed,
    )
    for (const code of codes.values()) code.lists[dimension] = trimList(code.lists[dimension], n)
  }
}

/**
 * Characters that are as large as a value without its text; rows of lists as the kernel lays them out, texts without
 * their characters, and counts by time.
 */
const CHARACTERS_OF_ONE = 128
const ROWS_OF_ONE = 14
const TEXTS_OF_ONE = 5
const BUCKETS_OF_ONE = 3

/**
 * How much memory codes take, in values of lists: a code with its empty lists is as large as ten. A value takes some
 * 170 bytes.
 */
export function weightOf(codes: Iterable<Pick<CodeTally, 'buckets' | 'lists'>>): number {
  let weight = 0
  const texts = new Set<readonly string[]>()
  for (const { buckets, lists } of codes) {
    weight += 10 + buckets.size / BUCKETS_OF_ONE
    for (const list of Object.values(lists)) {
      if (list instanceof LaidList) {
        weight += list.length / ROWS_OF_ONE
        texts.add(list.texts)
      } else for (const { value } of list.values) weight += 1 + value.length / CHARACTERS_OF_ONE
    }
  }
  for (const shared of texts) weight += shared.length / TEXTS_OF_ONE + charactersOf(shared) / CHARACTERS_OF_ONE
  return weight
}

const characters = new WeakMap<readonly string[], number>()
function charactersOf(texts: readonly string[]): number {
  let sum = characters.get(texts)
  if (sum === undefined) {
    sum = texts.reduce((n, { length }) => n + length, 0)
    characters.set(texts, sum)
  }
  return sum
}

/**
 * The sum over two stretches of one input, the second behind the first: its line numbers begin where the first ends.
 */
export function addLineCounts(a: LineCounts, b: LineCounts): LineCounts {
  const rejects = new Map(a.rejects)
  for (const [reason, { count, samples }] of b.rejects) {
    const known = rejects.get(reason) ?? { count: 0, samples: [] }
    const moved = samples.map((s) => ({ ...s, line: s.line + a.lines }))
    rejects.set(reason, { count: known.count + count, samples: [...known.samples, ...moved].slice(0, MAX_SAMPLES) })
  }
  return {
    lines: a.lines + b.lines,
    entries: a.entries + b.entries,
    ignored: a.ignored + b.ignored,
    rejected: a.rejected + b.rejected,
    filtered: a.filtered + b.filtered,
    withoutTime: a.withoutTime + b.withoutTime,
    leftOut: addLeftOut(a.leftOut, b.leftOut),
    rejects,
  }
}

/** Most hits first; equal ones by value, so that every order of merging prints the same. */
export function byHits(a: ListEntry, b: ListEntry): number {
  return b.hits - a.hits || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0)
}

/** Bring the buckets to a wider width. */
function coarsen(tally: Tally, seconds: number): void {
  if (seconds % tally.bucketSeconds !== 0)
    throw new RangeError(`buckets of ${tally.bucketSeconds} s do not fit into ${seconds} s`)
  tally.bucketSeconds = seconds
  for (const { buckets } of tally.codes.values()) buckets.widen(seconds)
}

const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b))
const greatest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b)
