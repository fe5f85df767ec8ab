import type { CodeKey, DimensionName } from '../tally/tally.js'
import { periodIn, type Range, sourceIn, startIn, where } from './range.js'
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

/** Sources by code: the other tables are sorted by source, and a database may have thousands of them. */
const CODE_SOURCE = `CREATE TEMP TABLE code_source (code_id INTEGER, source_id INTEGER, PRIMARY KEY (code_id, source_id)) WITHOUT ROWID;
INSERT INTO code_source SELECT code.id, source.id FROM source CROSS JOIN code WHERE EXISTS (SELECT 1 FROM hits WHERE source_id = source.id)
  AND EXISTS (SELECT 1 FROM hits WHERE source_id = source.id AND code_id = code.id)`

/** Columns of the table `code`, under the names of `CodeKey`. */
export const CODE = 'status, substatus, win32_status AS win32Status, reason'

/** Requests with a code. */
export interface CodeHits extends CodeKey {
  readonly hits: number
}

/** All codes of a part of a store, one by one. */
export function* codesIn(store: Store, range: Range): Generator<CodeHits> {
  const codes = store.db.prepare(
    `SELECT ${CODE}, sum(hits) AS hits FROM hits JOIN code ON code.id = code_id
     ${where(...startIn(range), ...sourceIn(range))} GROUP BY code_id`,
  )
  yield* codes.iterate() as IterableIterator<CodeHits>
}

/** Requests with a code and one value of a list, such as a path. */
export interface ValueHits extends CodeHits {
  readonly value: string
}

/** The lists of one dimension. */
export interface Values {
  readonly rows: Iterable<ValueHits>
  /** Codes of which a list has lost values. */
  readonly cut: readonly CodeKey[]
  /** True when there is a list of the dimension at all. */
  readonly isKnown: boolean
}

/** @internal A condition: the row is of this dimension. */
export const dimensionIs = (name: DimensionName): string =>
  `dimension_id = (SELECT id FROM dimension WHERE name = '${name}')`

/** All values of a dimension, by code. `range.periods` chooses the days; lists are kept of no shorter time. */
export function valuesIn({ db }: Store, dimension: DimensionName, range: Range): Values {
  const of = where(dimensionIs(dimension), ...periodIn(range), ...sourceIn(range))
  const rows = db.prepare(
    `SELECT ${CODE}, text AS value, sum(hits) AS hits FROM top JOIN code ON code.id = code_id JOIN value ON value.id = value_id ${of} GROUP BY code_id, value_id`,
  )
  return {
    rows: { [Symbol.iterator]: () => rows.iterate() as IterableIterator<ValueHits> },
    cut: db
      .prepare(`SELECT ${CODE} FROM list JOIN code ON code.id = code_id ${of} GROUP BY code_id HAVING sum(lost) > 0`)
      .all() as CodeKey[],
    isKnown: db.prepare(`SELECT 1 FROM list ${of} LIMIT 1`).get() !== undefined,
  }
}

/** Histogram of the time taken (src/tally/time-taken.ts) of all requests. */
export function latencyIn({ db }: Store, range: Range): ReadonlyMap<number, number> {
  const of = where(...periodIn(range), ...sourceIn(range))
  const bins = db
    .prepare(
      `SELECT bin.key AS bin, sum(bin.value) AS hits FROM span CROSS JOIN json_each(latency) bin ${of} GROUP BY 1`,
    )
    .all() as { bin: string; hits: number }[]
  return new Map(bins.map(({ bin, hits }) => [Number(bin), hits]))
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
