import type Database from 'better-sqlite3'

type Value = string | number | null

/** Rows put in by one statement: half of what a row costs is the call. More gain little. */
const TOGETHER = 16

/** Puts rows into a table, several at a time. */
export interface Inserter {
  /** The values of a row, by column. */
  add(...row: readonly Value[]): void
  /** Put in what waits: before anything else is done with the table. */
  flush(): void
}

/**
 * @param columns how many the table has
 * @param conflict what becomes of a row that is there already
 */
export function inserter(db: Database.Database, table: string, columns: number, conflict = ''): Inserter {
  const row = `(${Array.from({ length: columns }, () => '?').join(', ')})`
  const ofRows = (n: number): Database.Statement => db.prepare(`INSERT INTO ${table} VALUES ${Array.from({ length: n }, () => row).join(', ')} ${conflict}`)
  const one = ofRows(1)
  let many: Database.Statement | undefined
  // One row behind the other.
  const waiting: Value[] = []
  return {
    add(...values) {
      waiting.push(...values)
      if (waiting.length < TOGETHER * columns) return
      many ??= ofRows(TOGETHER)
      many.run(waiting)
      waiting.length = 0
    },
    flush() {
      for (let at = 0; at < waiting.length; at += columns) one.run(waiting.slice(at, at + columns))
      waiting.length = 0
    },
  }
}
