import type Database from 'better-sqlite3'
import { LARGEST_SUM } from '../tally/measures.js'
import { addedColumns } from './measures.js'
import { APPLICATION_ID, EVIDENCE, hitsTable, SCHEMA_VERSION, TABLES, TRACKING, VIEWS } from './schema.js'

/** Brings a database from version `to - 1` to version `to`. */
export interface Migration {
  readonly to: number
  readonly sql: string
}

export interface Schema {
  readonly version: number
  readonly tables: string
  /** SQL by name. Views hold nothing, so a migration makes them anew. */
  readonly views: Readonly<Record<string, string>>
  /** A migration for each version after the first, but for versions that only add measures. */
  readonly migrations: readonly Migration[]
}

/**
 * Migrations, which `test/migration.test.ts` runs on a database of every released version. A version that only adds
 * measures needs none.
 */
const MIGRATIONS: readonly Migration[] = [
  {
    to: 2,
    // Version 1 wrote 0 where a log has no size or no time taken. A size that is 0 throughout a source is taken for
    // none.
    sql: `
ALTER TABLE hits RENAME TO hits_1;
${hitsTable(2)}
INSERT INTO hits (source_id, code_id, start, seconds, hits, bytes_sent, timed, time_taken_us)
  SELECT source_id, code_id, start, seconds, hits,
    CASE WHEN source_id IN (SELECT source_id FROM hits_1 WHERE bytes_sent > 0) THEN min(bytes_sent, ${LARGEST_SUM}) END,
    nullif(timed, 0), CASE WHEN timed > 0 THEN min(time_taken_us, ${LARGEST_SUM}) END
  FROM hits_1;
DROP TABLE hits_1;
`,
  },
  { to: 3, sql: `ALTER TABLE source ADD COLUMN rev INTEGER NOT NULL DEFAULT 0;${TRACKING}` },
  { to: 4, sql: EVIDENCE },
]

const CURRENT: Schema = { version: SCHEMA_VERSION, tables: TABLES, views: VIEWS, migrations: MIGRATIONS }

/**
 * Make the schema in an empty database, or bring an older one up to date, in one transaction. Two programs may try at
 * once.
 *
 * @throws RangeError when a migration is missing
 */
export function migrate(db: Database.Database, { version, tables, views, migrations }: Schema = CURRENT): void {
  const current = (): number => db.pragma('user_version', { simple: true }) as number
  if (current() >= version) return
  // A table that takes the place of another must not change views that people made of it.
  db.pragma('legacy_alter_table = ON')
  db.transaction(() => {
    // The version is asked for again, now that nobody else can write.
    if (current() >= version) return
    if (current() === 0) {
      db.exec(tables)
      db.pragma(`application_id = ${APPLICATION_ID}`)
      db.pragma(`user_version = ${version}`)
    }
    for (let next = current() + 1; next <= version; next++) {
      const sql = migrations.find((m) => m.to === next)?.sql || addedColumns(next)
      if (!sql) throw new RangeError(`no migration to version ${next}`)
      db.exec(sql)
      db.pragma(`user_version = ${next}`)
    }
    for (const [name, sql] of Object.entries(views))
      db.exec(`DROP VIEW IF EXISTS ${name}; CREATE VIEW ${name} AS ${sql}`)
  }).immediate()
  db.pragma('legacy_alter_table = OFF')
}
