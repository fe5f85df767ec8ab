import { byHits, type DimensionName, type List, mergeLists } from '../tally/tally.js'
import type { Store } from './store.js'

/** Which part of a store is asked for; times are seconds since 1970 UTC, [since, until). */
export interface Range {
  readonly since?: number
  readonly until?: number
  /** Numbers of the periods (days) that lists and first and last times are taken from; all when absent. */
  readonly periods?: readonly number[]
}

export interface CodeRow {
  readonly server: string | null
  readonly software: string | null
  readonly status: number | null
  readonly substatus: number | null
  readonly win32Status: number | null
  readonly reason: string | null
  readonly codeId: number
  readonly hits: number
  readonly bytesSent: number
  readonly timed: number
  readonly timeTakenUs: number
  firstSeen: number | null
  lastSeen: number | null
}

export interface RejectRow {
  readonly reason: string
  readonly count: number
  readonly samples: {
    readonly input: string
    readonly format: string
    readonly fields: string | null
    readonly line: number
    readonly offset: number
    readonly step: number
    readonly column: number
    readonly text: string
  }[]
}

/** Answer several queries from the same state of a database, whatever other programs add meanwhile. */
export const asOfNow = <T>(store: Store, work: () => T): T => store.db.transaction(work).deferred()

function where({ since, until }: Range): string {
  const parts = [since === undefined ? '' : `start >= ${Math.floor(since)}`, until === undefined ? '' : `start < ${Math.floor(until)}`].filter(Boolean)
  return parts.length ? `WHERE start >= 0 AND ${parts.join(' AND ')}` : ''
}

function wherePeriod({ periods }: Range): string {
  return periods ? `WHERE period IN (${periods.map((p) => Math.floor(p)).join(', ') || 'NULL'})` : ''
}

/** Hits by code (Win32 status apart) and server. */
export function codeRows(store: Store, range: Range = {}): CodeRow[] {
  const rows = store.db
    .prepare(
      `SELECT server, software, status, substatus, win32_status AS win32Status, reason, code_id AS codeId, sum(h.hits) AS hits,
         sum(bytes_sent) AS bytesSent, sum(timed) AS timed, sum(time_taken_us) AS timeTakenUs
       FROM hits h JOIN code ON code.id = code_id JOIN source ON source.id = source_id ${where(range)}
       GROUP BY server, software, code_id ORDER BY hits DESC, status, substatus, win32_status, reason`,
    )
    .all() as CodeRow[]
  const spans = store.db
    .prepare(
      `SELECT server, software, code_id AS codeId, min(first_seen) AS firstSeen, max(last_seen) AS lastSeen
       FROM span JOIN source ON source.id = source_id ${wherePeriod(range)} GROUP BY server, software, code_id`,
    )
    .all() as Pick<CodeRow, 'server' | 'software' | 'codeId' | 'firstSeen' | 'lastSeen'>[]
  const key = (r: Pick<CodeRow, 'server' | 'software' | 'codeId'>): string => `${r.server}|${r.software}|${r.codeId}`
  const bySpan = new Map(spans.map((s) => [key(s), s]))
  for (const row of rows) {
    const span = bySpan.get(key(row))
    row.firstSeen = span?.firstSeen ?? null
    row.lastSeen = span?.lastSeen ?? null
  }
  return rows
}

/** Entries of some codes that carry a time. */
const timedOf = (range: Range): string => `FROM hits ${where(range) || 'WHERE start <> -1'} AND code_id IN (SELECT value FROM json_each(?))`

/** The time that the entries of some codes span, [from, to), and the width of the widest of their buckets; undefined when none carries a time. */
export function stretchOf(store: Store, codeIds: readonly number[], range: Range = {}): { from: number; to: number; widest: number } | undefined {
  const found = store.db
    .prepare(`SELECT min(start) AS "from", max(start + seconds) AS "to", max(seconds) AS widest ${timedOf(range)}`)
    .get(JSON.stringify(codeIds)) as { from: number | null; to: number; widest: number }
  return found.from === null ? undefined : { ...found, from: found.from }
}

/** Hits of some codes by buckets of so many seconds, which begin at `origin` and are numbered from 0. */
export function bucketRows(store: Store, codeIds: readonly number[], origin: number, seconds: number, range: Range = {}): BucketRow[] {
  return store.db
    .prepare(
      `SELECT (start - ${origin}) / ${seconds} AS bucket, code_id AS codeId, sum(hits) AS hits ${timedOf(range)} GROUP BY bucket, code_id ORDER BY bucket`,
    )
    .all(JSON.stringify(codeIds)) as BucketRow[]
}

export interface BucketRow {
  readonly bucket: number
  readonly codeId: number
  readonly hits: number
}

const OF_DIMENSION = 'dimension_id = (SELECT id FROM dimension WHERE name = ?)'

/** The merged lists of one dimension, by code. */
export function listsOf(store: Store, dimension: DimensionName, range: Range = {}): Map<number, List> {
  const condition = wherePeriod(range) ? `${wherePeriod(range)} AND ${OF_DIMENSION}` : `WHERE ${OF_DIMENSION}`
  const wholes = store.db
    .prepare(`SELECT source_id AS source, code_id AS code, period, different, lost FROM list ${condition} ORDER BY code_id, source_id, period`)
    .all(dimension) as { source: number; code: number; period: number; different: number; lost: number }[]
  const values = store.db
    .prepare(
      `SELECT source_id AS source, code_id AS code, period, text AS value, hits, error FROM top JOIN value ON value.id = value_id ${condition}
       ORDER BY code_id, source_id, period`,
    )
    .iterate(dimension) as IterableIterator<{ source: number; code: number; period: number; value: string; hits: number; error: number }>
  const lists = new Map<number, List>()
  try {
    let next = values.next()
    for (const whole of wholes) {
      const list: List = { values: [], lost: whole.lost, distinct: whole.different }
      for (; !next.done; next = values.next()) {
        const { code, source, period, ...value } = next.value
        if (code !== whole.code || source !== whole.source || period !== whole.period) break
        list.values.push(value)
      }
      list.values.sort(byHits)
      const known = lists.get(whole.code)
      lists.set(whole.code, known ? mergeLists(known, list) : list)
    }
  } finally {
    // As long as it is open nothing else can be done with the database.
    values.return?.()
  }
  return lists
}

/** Bytes and lines not counted as entries, over all sources. */
export function rejectRows(store: Store): RejectRow[] {
  const rows = store.db.prepare('SELECT reason, sum(count) AS count FROM reject GROUP BY reason ORDER BY count DESC, reason').all() as {
    reason: string
    count: number
  }[]
  const samples = store.db.prepare(
    `SELECT name AS input, format, fields, line, offset, step, "column", text FROM reject_sample JOIN source ON source.id = source_id
     WHERE reason = ? ORDER BY source_id, line LIMIT 5`,
  )
  return rows.map((r) => ({ ...r, samples: samples.all(r.reason) as RejectRow['samples'] }))
}

/** The last period (day) with entries up to `until`; undefined when there is none. */
export function lastDay(store: Store, until: number): number | undefined {
  const { day } = store.db.prepare('SELECT max(period) AS day FROM span WHERE first_seen IS NOT NULL AND period <= ?').get(until) as { day: number | null }
  return day ?? undefined
}
