import type Database from 'better-sqlite3'
import { migrate } from './migrate.js'
import { openSqlite } from './sqlite.js'
import type { Store } from './store.js'

/** A law that the rows of a sound database obey: the query finds those that do not. */
interface Law {
  readonly what: string
  readonly sql: string
}

const LAWS: readonly Law[] = [
  {
    what: 'lines are not entries, rejected and ignored together',
    sql: 'SELECT id FROM source WHERE lines <> entries + rejected + ignored',
  },
  {
    what: 'hits do not add up to the entries of the source',
    sql: 'SELECT id FROM source WHERE entries <> pruned + coalesce((SELECT sum(hits) FROM hits WHERE source_id = source.id), 0)',
  },
  {
    what: 'hits by day do not add up to the entries of the source',
    sql: 'SELECT id FROM source WHERE pruned = 0 AND entries <> coalesce((SELECT sum(hits) FROM span WHERE source_id = source.id), 0)',
  },
  {
    what: 'rejected lines by reason do not add up',
    sql: 'SELECT id FROM source WHERE rejected <> coalesce((SELECT sum(count) FROM reject WHERE source_id = source.id), 0)',
  },
  {
    what: 'the entries without a time do not add up',
    sql: 'SELECT id FROM source WHERE without_time <> coalesce((SELECT sum(hits) FROM hits WHERE source_id = source.id AND start = -1), 0)',
  },
  {
    what: 'a value has more hits than its code',
    sql: `SELECT t.source_id AS id FROM top t JOIN span s USING (source_id, code_id, period) WHERE t.hits > s.hits`,
  },
  {
    what: 'the values of a list have more hits than its code',
    sql: `SELECT t.source_id AS id FROM (SELECT source_id, code_id, period, sum(hits) AS hits FROM top GROUP BY 1, 2, 3, dimension_id) t
          JOIN span s USING (source_id, code_id, period) WHERE t.hits > s.hits`,
  },
  {
    what: 'a list holds other values than it says',
    sql: `SELECT l.source_id AS id FROM list l WHERE (lost = 0) AND different <>
          (SELECT count(*) FROM top t WHERE (t.source_id, t.code_id, t.period, t.dimension_id) = (l.source_id, l.code_id, l.period, l.dimension_id))`,
  },
  {
    what: 'a value stands in no list',
    sql: 'SELECT source_id AS id FROM top LEFT JOIN list l USING (source_id, code_id, period, dimension_id) WHERE l.lost IS NULL',
  },
  { what: 'the first time is behind the last', sql: 'SELECT source_id AS id FROM span WHERE first_seen > last_seen' },
  { what: 'a value is kept twice', sql: 'SELECT NULL AS id FROM value GROUP BY hash, text HAVING count(*) > 1' },
]

/** Look a database over. @returns what is wrong, for people; nothing when it is sound */
export function checkStore({ db }: Store): string[] {
  const damage = (db.pragma('integrity_check') as { integrity_check: string }[])
    .map((row) => row.integrity_check)
    .filter((text) => text !== 'ok')
  // On a damaged file the other questions have no meaning.
  if (damage.length > 0) return damage.map((text) => `SQLite: ${text}`)
  const orphans = (db.pragma('foreign_key_check') as { table: string; parent: string }[]).map(
    ({ table, parent }) => `${table}: a row refers to no ${parent}`,
  )
  const broken = LAWS.flatMap(({ what, sql }) => {
    const ids = [...new Set((db.prepare(sql).all() as { id: number | null }[]).map((row) => row.id))]
    return ids.length === 0
      ? []
      : [ids[0] === null ? what : `${what} (source ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''})`]
  })
  return [...checkSchema(db), ...new Set(orphans), ...broken]
}

function checkSchema(db: Database.Database): string[] {
  const fresh = openSqlite(':memory:')
  migrate(fresh)
  const names = (from: Database.Database): string[] =>
    (
      from
        .prepare("SELECT type || ' ' || name AS name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1")
        .all() as { name: string }[]
    ).map((r) => r.name)
  const there = new Set(names(db))
  const missing = names(fresh).filter((name) => !there.has(name))
  fresh.close()
  return missing.map((name) => `missing: ${name}`)
}
