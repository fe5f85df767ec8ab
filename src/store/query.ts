import { DIMENSIONS, type DimensionName, type List, ListSum } from '../tally/tally.js'
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
  readonly firstSeen: number | null
  readonly lastSeen: number | null
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

/**
 * From here on queries are answered from the same state of a database, whatever other programs add meanwhile, and may ask for codes.
 *
 * @returns what ends that
 */
export function hold(store: Store): () => void {
  const { db } = store
  if (db.inTransaction) return () => {}
  db.exec('BEGIN')
  try {
    db.exec(CODE_SOURCE)
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
  return () => db.exec('DROP TABLE temp.code_source; COMMIT')
}

/** Which sources have a code: the tables are sorted by source, and a database may have thousands of them. */
const CODE_SOURCE = `CREATE TEMP TABLE code_source (code_id INTEGER, source_id INTEGER, PRIMARY KEY (code_id, source_id)) WITHOUT ROWID;
INSERT INTO code_source SELECT code.id, source.id FROM source CROSS JOIN code WHERE EXISTS (SELECT 1 FROM hits WHERE source_id = source.id)
  AND EXISTS (SELECT 1 FROM hits WHERE source_id = source.id AND code_id = code.id)`

function where({ since, until }: Range): string {
  const parts = [since === undefined ? '' : `start >= ${Math.floor(since)}`, until === undefined ? '' : `start < ${Math.floor(until)}`].filter(Boolean)
  return parts.length ? `WHERE start >= 0 AND ${parts.join(' AND ')}` : ''
}

function wherePeriod({ periods }: Range, column = 'period'): string {
  return periods ? `WHERE ${column} IN (${periods.map((p) => Math.floor(p)).join(', ') || 'NULL'})` : ''
}

/** Hits by code (Win32 status apart) and server. */
export function codeRows(store: Store, range: Range = {}): CodeRow[] {
  const rows = store.db
    .prepare(
      `WITH counted AS (SELECT server, software, code_id, sum(h.hits) AS hits, sum(bytes_sent) AS bytesSent, sum(timed) AS timed, sum(time_taken_us) AS timeTakenUs
         FROM hits h JOIN source ON source.id = source_id ${where(range)} GROUP BY 1, 2, 3),
       seen AS (SELECT server, software, code_id, min(first_seen) AS firstSeen, max(last_seen) AS lastSeen
         FROM span JOIN source ON source.id = source_id ${wherePeriod(range)} GROUP BY 1, 2, 3)
       SELECT c.server, c.software, status, substatus, win32_status AS win32Status, reason, code.id AS codeId, hits, bytesSent, timed, timeTakenUs,
         firstSeen, lastSeen
       FROM counted c JOIN code ON code.id = c.code_id
         LEFT JOIN seen ON seen.code_id = c.code_id AND seen.server IS c.server AND seen.software IS c.software
       ORDER BY hits DESC, status, substatus, win32_status, reason`,
    )
    .iterate() as IterableIterator<CodeRow>
  // A text of its own in each of fifty thousand rows would take as much as all the rest of them.
  const texts = new Map<string | null, string | null>()
  const same = (text: string | null): string | null => {
    if (!texts.has(text)) texts.set(text, text)
    return texts.get(text) ?? null
  }
  return Array.from(rows, (row) => ({ ...row, server: same(row.server), software: same(row.software), reason: same(row.reason) }))
}

/** The entries of a table that belong to some codes, a JSON array of their ids: looked up one by one. */
const ofCodes = (table: string): string => `FROM json_each(?) wanted CROSS JOIN temp.code_source c ON c.code_id = wanted.value
  CROSS JOIN ${table} ON ${table}.code_id = c.code_id AND ${table}.source_id = c.source_id`

/** Entries that carry a time. */
const timed = (range: Range): string => where(range) || 'WHERE start <> -1'

/** A row of buckets of equal width, in seconds, numbered from 0. */
export interface Grid {
  readonly origin: number
  readonly width: number
}
const bucketOf = ({ origin, width }: Grid): string => `(start - ${origin}) / ${width}`

/** The time that the entries of some codes span, [from, to), and the width of the widest of their buckets; undefined when none carries a time. */
export function stretchOf(store: Store, codeIds: readonly number[], range: Range = {}): { from: number; to: number; widest: number } | undefined {
  const found = store.db
    .prepare(
      `SELECT min(start) AS "from", max(start + seconds) AS "to", max(seconds) AS widest FROM hits ${timed(range)}
       AND code_id IN (SELECT value FROM json_each(?))`,
    )
    .get(JSON.stringify(codeIds)) as { from: number | null; to: number; widest: number }
  return found.from === null ? undefined : { ...found, from: found.from }
}

/** Hits of some codes by bucket and status. */
export function statusRows(store: Store, codeIds: readonly number[], grid: Grid, range: Range = {}): StatusRow[] {
  return store.db
    .prepare(
      `SELECT ${bucketOf(grid)} AS bucket, status, sum(hits) AS hits FROM hits JOIN code ON code.id = code_id ${timed(range)}
       AND code_id IN (SELECT value FROM json_each(?)) GROUP BY 1, 2 ORDER BY 1`,
    )
    .all(JSON.stringify(codeIds)) as StatusRow[]
}

interface StatusRow {
  readonly bucket: number
  readonly status: number | null
  readonly hits: number
}

/** What a store holds of some codes beyond their numbers; asked for while the store is held. */
export interface Details {
  lists(codeIds: readonly number[]): Record<DimensionName, List>
  /** Hits by bucket; buckets without any are left out. */
  buckets(codeIds: readonly number[]): { bucket: number; hits: number }[]
}

export function detailsOf(store: Store, grid: Grid, range: Range = {}): Details {
  const buckets = store.db.prepare(`SELECT ${bucketOf(grid)} AS bucket, sum(hits) AS hits ${ofCodes('hits')} ${timed(range)} GROUP BY 1`)
  const values = store.db
    .prepare(
      `SELECT c.code_id, c.source_id, list.period, name, different, lost, text, hits, error ${ofCodes('list')}
       JOIN dimension ON dimension.id = list.dimension_id
       LEFT JOIN top ON top.source_id = c.source_id AND top.code_id = c.code_id AND top.period = list.period AND top.dimension_id = list.dimension_id
       LEFT JOIN value ON value.id = value_id ${wherePeriod(range, 'list.period')}
       ORDER BY 1, 2, 3, 4`,
    )
    .raw()
  return {
    buckets: (codeIds) => buckets.all(JSON.stringify(codeIds)) as ReturnType<Details['buckets']>,
    lists(codeIds) {
      const sums = {} as Record<DimensionName, ListSum>
      for (const name of DIMENSIONS) sums[name] = new ListSum()
      let [lastCode, lastSource, lastPeriod, lastName]: unknown[] = []
      for (const row of values.iterate(JSON.stringify(codeIds)) as IterableIterator<ValueRow>) {
        const [code, source, period, name, different, lost, value, hits, error] = row
        if (code !== lastCode || source !== lastSource || period !== lastPeriod || name !== lastName) sums[name].begin(lost, different)
        if (value !== null) sums[name].add(value, hits, error)
        ;[lastCode, lastSource, lastPeriod, lastName] = row
      }
      return Object.fromEntries(DIMENSIONS.map((name) => [name, sums[name].list()])) as Record<DimensionName, List>
    },
  }
}

type ValueRow = [
  code: number,
  source: number,
  period: number,
  name: DimensionName,
  different: number,
  lost: number,
  value: string | null,
  hits: number,
  error: number,
]

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
