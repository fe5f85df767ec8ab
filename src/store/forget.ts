import type Database from 'better-sqlite3'
import type { Store } from './store.js'
import { isTracked } from './tracked.js'

/** Tables whose rows belong to a source. */
const TABLES_OF_SOURCE = [
  'hits',
  'span',
  'top',
  'list',
  'evidence',
  'reject',
  'reject_sample',
  'packed',
  'touched',
  'pushed',
] as const

/** Undo imports: all that was counted of these sources, and that they were read, is gone. */
export function forgetSources(store: Store, ids: readonly number[]): void {
  sweeping(store.db, () => {
    for (const id of ids) deleteSource(store.db, id)
  })
  shrink(store.db)
}

export function deleteSource(db: Database.Database, id: number): void {
  if (isTracked(db)) db.prepare('INSERT OR REPLACE INTO forgotten SELECT uid FROM source WHERE id = ?').run(id)
  for (const table of TABLES_OF_SOURCE) db.prepare(`DELETE FROM ${table} WHERE source_id = ?`).run(id)
  db.prepare('DELETE FROM source WHERE id = ?').run(id)
}

/** Delete something, and the values and codes that nothing refers to any more then, in one transaction. */
export function sweeping<T>(db: Database.Database, work: () => T): T {
  return db
    .transaction(() => {
      const result = work()
      db.exec('DELETE FROM value WHERE id NOT IN (SELECT value_id FROM top)')
      db.exec('DELETE FROM code WHERE id NOT IN (SELECT code_id FROM hits UNION SELECT code_id FROM span)')
      return result
    })
    .immediate()
}

/** Give free pages back to the disk; when another program is just reading, the next time does it. */
export function shrink(db: Database.Database): void {
  db.pragma('incremental_vacuum')
  db.pragma('wal_checkpoint(TRUNCATE)')
}
