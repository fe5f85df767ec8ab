import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollUp } from '../src/store/roll-up.js'
import { type NewSource, openStore, STORED_VALUES } from '../src/store/store.js'
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

// How large does the database of a busy site become in a year? Tallies are simulated, not lines: 10 million hits a day,
// one log a day,
// all codes at all minutes that their share of the hits lets occur, full lists. Prints the size by month;
// LOGSTAT_DAYS=30 is a short run,
// LOGSTAT_LOGS=24 a log that is rotated each hour.

const DAYS = Number(process.env.LOGSTAT_DAYS ?? 365)
const LOGS_A_DAY = Number(process.env.LOGSTAT_LOGS ?? 1)
const HITS_A_DAY = 10_000_000
const DAY = 86400
const SECONDS = DAY / LOGS_A_DAY
const FIRST_DAY = Date.UTC(2026, 0, 1) / 1000

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

/** @param part of the day, counted from 0 */
function tallyOf(day: number, part: number): Tally {
  const tally = emptyTally(60)
  const start = FIRST_DAY + day * DAY + part * SECONDS
  for (const [status, share] of CODES) {
    const hits = Math.max(1, Math.round((HITS_A_DAY * share) / LOGS_A_DAY))
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
      lastSeen: start + SECONDS - 1,
      buckets: new Buckets(),
      latency: new Map(Array.from({ length: Math.min(hits, 120) }, (_, i) => [i * 3, Math.ceil(hits / 120)])),
      lists: emptyLists(),
    }
    const minutes = Math.min(SECONDS / 60, hits)
    for (let i = 0; i < minutes; i++) {
      const n = Math.floor(hits / minutes) + (i < hits % minutes ? 1 : 0)
      code.buckets.add([start + Math.floor((i * SECONDS) / 60 / minutes) * 60, n, n * 5000, Number.NaN, n * 80_000, n])
    }
    for (const dimension of DIMENSIONS) code.lists[dimension] = listOf(dimension, day, status, hits)
    tally.codes.set(`${status}`, code)
  }
  return tally
}

const folder = mkdtempSync(join(tmpdir(), 'logstat-size-'))
const file = join(folder, 'logs.db')
const store = openStore(file)
let busy = 0
for (let day = 0; day < DAYS; day++) {
  for (let part = 0; part < LOGS_A_DAY; part++) {
    const tally = tallyOf(day, part)
    const entries = [...tally.codes.values()].reduce((n, c) => n + c.hits, 0)
    const name = `${day}-${part}`
    const source: NewSource & { id: null } = {
      id: null, name: `access.log-${name}`, path: `/var/log/nginx/access.log-${name}`, format: 'combined', server: 'nginx', software: null, fields: null,
      stream: false, firstLine: name.padStart(16, '0'), trail: Buffer.alloc(16_500, day), tailBytes: 1024, tailHash: 'f'.repeat(64),
      readTo: Math.floor(2.2e9 / LOGS_A_DAY), openLine: false, lines: entries, entries, rejected: 0, ignored: 0, withoutTime: 0,
      readAt: FIRST_DAY + (day + 1) * DAY,
    } // biome-ignore format: a record
    const started = performance.now()
    store.add(source, [tally], new Map())
    busy += performance.now() - started
  }
  const started = performance.now()
  rollUp(store, FIRST_DAY + (day + 1) * DAY)
  busy += performance.now() - started
  if ((day + 1) % 30 === 0 || day + 1 === DAYS) {
    store.db.pragma('wal_checkpoint(TRUNCATE)')
    console.log(
      `${String(day + 1).padStart(4)} days  ${(statSync(file).size / 1e6).toFixed(0).padStart(6)} MB  ${(busy / (day + 1)).toFixed(0)} ms a day`,
    )
  }
}
const parts = store.db.prepare(
  'SELECT name, sum(pgsize) / 1e6 AS mb FROM dbstat GROUP BY name HAVING mb > 1 ORDER BY mb DESC',
)
try {
  for (const { name, mb } of parts.all() as { name: string; mb: number }[])
    console.log(`${name.padEnd(24)} ${mb.toFixed(0).padStart(6)} MB`)
} finally {
  store.close()
  rmSync(folder, { recursive: true })
}
