import { STORED_VALUES } from '../src/store/store.js'
import { Buckets } from '../src/tally/buckets.js'
import {
  type CodeTally,
  DIMENSIONS,
  type DimensionName,
  emptyLists,
  emptyTally,
  type List,
  type Tally,
} from '../src/tally/tally.js'

// A busy site as tallies: all codes at all minutes that their share of the hits lets occur, full lists.

const HITS_A_DAY = 10_000_000
export const DAY = 86400
export const FIRST_DAY = Date.UTC(2026, 0, 1) / 1000

/** Codes of a site and their share of its hits. */
const CODES: readonly (readonly [status: number, share: number])[] = [
  [200, 0.81], [304, 0.06], [301, 0.03], [302, 0.025], [404, 0.03], [206, 0.012], [204, 0.008], [403, 0.006], [401, 0.005], [499, 0.004],
  [400, 0.002], [429, 0.002], [500, 0.0015], [502, 0.001], [503, 0.001], [504, 0.0008], [405, 0.0005], [101, 0.0004], [308, 0.0003],
  [410, 0.0002], [416, 0.0001], [408, 0.00005], [413, 0.00002], [444, 0.00001], [505, 0.000001],
] // biome-ignore format: a table

/**
 * Different values there are of a dimension, of which each day and code sees its most frequent ones, and bytes of one.
 */
const VALUES: Readonly<Record<DimensionName, readonly [different: number, newADay: number, bytes: number]>> = {
  path: [50_000, 500, 60],
  client: [2_000_000, 100_000, 14],
  referer: [20_000, 200, 55],
  userAgent: [20_000, 50, 120],
  method: [8, 0, 4],
  host: [20, 0, 18],
}

let seed = 1
/** mulberry32 */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

function listOf(dimension: DimensionName, day: number, status: number, hits: number): List {
  const [different, newADay, bytes] = VALUES[dimension]
  const values = new Map<string, List['values'][number]>()
  const wanted = Math.min(STORED_VALUES, different, hits)
  for (let i = 0; values.size < wanted && i < 4 * wanted; i++) {
    // Zipf: most of a day's top values are those of every day, the rest are the day's own.
    const rank =
      random() < 0.7 ? Math.floor(different ** random()) : different + day * newADay + Math.floor(random() * newADay)
    const value = `${dimension}-${status % 7}-${rank}-`.padEnd(bytes, 'abcdefghij/')
    values.set(value, { value, hits: Math.ceil(hits / (values.size + 2) ** 1.1), error: 0 })
  }
  const sum = [...values.values()].reduce((n, v) => n + v.hits, 0)
  // No list has more hits than its code.
  for (const v of values.values()) v.hits = Math.max(1, Math.floor((v.hits * hits) / Math.max(sum, 1)))
  return { values: [...values.values()], lost: hits > STORED_VALUES ? 1 : 0, distinct: Math.min(different, hits) }
}

/** @param part of the day, counted from 0 @param parts into which a day is cut */
export function tallyOf(day: number, part = 0, parts = 1): Tally {
  const tally = emptyTally(60)
  const seconds = DAY / parts
  const start = FIRST_DAY + day * DAY + part * seconds
  for (const [status, share] of CODES) {
    const hits = Math.max(1, Math.round((HITS_A_DAY * share) / parts))
    const code: CodeTally = {
      status,
      substatus: null,
      win32Status: null,
      reason: null,
      period: FIRST_DAY / DAY + day,
      hits,
      bytesSent: hits * 5000,
      bytesReceived: null,
      timed: hits,
      timeTakenUs: hits * 80_000,
      firstSeen: start,
      lastSeen: start + seconds - 1,
      buckets: new Buckets(),
      latency: new Map(Array.from({ length: Math.min(hits, 120) }, (_, i) => [i * 3, Math.ceil(hits / 120)])),
      lists: emptyLists(),
    }
    const minutes = Math.min(seconds / 60, hits)
    for (let i = 0; i < minutes; i++) {
      const n = Math.floor(hits / minutes) + (i < hits % minutes ? 1 : 0)
      code.buckets.add([start + Math.floor((i * seconds) / 60 / minutes) * 60, n, n * 5000, Number.NaN, n * 80_000, n])
    }
    for (const dimension of DIMENSIONS) code.lists[dimension] = listOf(dimension, day, status, hits)
    tally.codes.set(`${status}`, code)
  }
  return tally
}
