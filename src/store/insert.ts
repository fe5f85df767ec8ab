import type Database from 'better-sqlite3'

type Value = string | number | null

/** Rows put in by one statement: half of what a row costs is the call. More gain little. */
const TOGETHER = 16

/**
 * How rows are put into a table.
 *
 * @param columns how many the table has
 * @param conflict what becomes of a row that is there already
 */
export function inserter(db: Database.Database, table: string, columns: number, conflict = ''): (rows: readonly (readonly Value[])[]) => void {
  const row = `(${Array.from({ length: columns }, () => '?').join(', ')})`
  const ofRows = (n: number): Database.Statement => db.prepare(`INSERT INTO ${table} VALUES ${Array.from({ length: n }, () => row).join(', ')} ${conflict}`)
  const one = ofRows(1)
  let many: Database.Statement | undefined
  return (rows) => {
    let at = 0
    for (; at + TOGETHER <= rows.length; at += TOGETHER) {
      many ??= ofRows(TOGETHER)
      many.run(rows.slice(at, at + TOGETHER).flat())
    }
    for (; at < rows.length; at++) one.run(rows[at])
  }
}
