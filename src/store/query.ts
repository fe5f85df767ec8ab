import type { CodeKey } from '../tally/tally.js'
import { type Range, sourceIn, startIn, where } from './range.js'
import type { Store } from './store.js'

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
 * From here on queries are answered from the same state of a database, whatever other programs add meanwhile, and codes
 * may be selected.
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
  return () => {
    const tables = db.prepare("SELECT name FROM temp.sqlite_schema WHERE type = 'table'").pluck().all() as string[]
    db.exec(`${tables.map((name) => `DROP TABLE temp.${name};`).join('')} COMMIT`)
  }
}

/** Which sources have a code: the tables are sorted by source, and a database may have thousands of them. */
const CODE_SOURCE = `CREATE TEMP TABLE code_source (code_id INTEGER, source_id INTEGER, PRIMARY KEY (code_id, source_id)) WITHOUT ROWID;
INSERT INTO code_source SELECT code.id, source.id FROM source CROSS JOIN code WHERE EXISTS (SELECT 1 FROM hits WHERE source_id = source.id)
  AND EXISTS (SELECT 1 FROM hits WHERE source_id = source.id AND code_id = code.id)`

/** Requests with a code. */
export interface CodeHits extends CodeKey {
  readonly hits: number
}

/** All codes of a part of a store, one by one. */
export function* codesIn(store: Store, range: Range): Generator<CodeHits> {
  const codes = store.db.prepare(
    `SELECT status, substatus, win32_status AS win32Status, reason, sum(hits) AS hits FROM hits JOIN code ON code.id = code_id
     ${where(...startIn(range), ...sourceIn(range))} GROUP BY code_id`,
  )
  yield* codes.iterate() as IterableIterator<CodeHits>
}

/** Bytes and lines not counted as entries, over the sources of a range. */
export function rejectRows(store: Store, range: Range): RejectRow[] {
  const rows = store.db
    .prepare(
      `SELECT reason, sum(count) AS count FROM reject ${where(...sourceIn(range))} GROUP BY reason ORDER BY count DESC, reason`,
    )
    .all() as {
    reason: string
    count: number
  }[]
  const samples = store.db.prepare(
    `SELECT name AS input, format, fields, line, offset, step, "column", text FROM reject_sample JOIN source ON source.id = source_id
     ${where('reason = ?', ...sourceIn(range))} ORDER BY source_id, line LIMIT 5`,
  )
  return rows.map((r) => ({ ...r, samples: samples.all(r.reason) as RejectRow['samples'] }))
}

/** The last period (day) with entries up to `until`; undefined when there is none. */
export function lastDay(store: Store, until: number, range: Range = {}): number | undefined {
  const { day } = store.db
    .prepare(
      `SELECT max(period) AS day FROM span ${where('first_seen IS NOT NULL', 'period <= ?', ...sourceIn(range))}`,
    )
    .get(until) as { day: number | null }
  return day ?? undefined
}

/** The time that all entries span. */
export function spanIn(store: Store, range: Range): { from: number | null; to: number | null } {
  return store.db
    .prepare(`SELECT min(first_seen) AS "from", max(last_seen) AS "to" FROM span ${where(...sourceIn(range))}`)
    .get() as { from: number | null; to: number | null }
}
