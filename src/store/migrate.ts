import type Database from 'better-sqlite3'
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.js'

/** Brings a database from version `to - 1` to version `to`. */
export interface Migration {
  readonly to: number
  readonly sql: string
}

/** One for each version after the first, in order; `test/migrate.test.ts` runs them on databases of every released version. */
const MIGRATIONS: readonly Migration[] = []

/**
 * Make the schema in an empty database, or bring an older one up to date, in one transaction. Two programs may try at once.
 *
 * @throws RangeError when a migration is missing
 */
export function migrate(db: Database.Database, version = SCHEMA_VERSION, migrations = MIGRATIONS, schema = SCHEMA): void {
  const current = (): number => db.pragma('user_version', { simple: true }) as number
  if (current() >= version) return
  db.transaction(() => {
    // Asked again now that nobody else can write.
    if (current() === 0) {
      db.exec(schema)
      db.pragma(`application_id = ${APPLICATION_ID}`)
      db.pragma(`user_version = ${version}`)
    }
    for (let next = current() + 1; next <= version; next++) {
      const migration = migrations.find((m) => m.to === next)
      if (!migration) throw new RangeError(`no migration to version ${next}`)
      db.exec(migration.sql)
      db.pragma(`user_version = ${next}`)
    }
  }).immediate()
}
