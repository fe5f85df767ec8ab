import type Database from 'better-sqlite3'

type Value = string | number | null

/** Rows put in by one statement: half of what a row costs is the call. More gain little. */
const TOGETHER = 32

/** Puts rows into a table, several at a time. Rows of a group have the first columns in common. */
export interface Inserter {
  /** Begin a group. @returns what adds a row to it */
  group(...common: readonly Value[]): (...row: readonly Value[]) => void
  /** Put in what waits: before anything else is done with the table. */
  flush(): void
  /** Forget what waits: the transaction that it belonged to has failed. */
  reset(): void
}

/**
 * @param common columns that rows of a group have in common: bound once for all rows of a statement
 * @param own the others
 * @param conflict what becomes of a row that is there already
 */
export function inserter(db: Database.Database, table: string, common: readonly string[], own: readonly string[], conflict = ''): Inserter {
  const row = `(${[...common.map((column) => `@${column}`), ...own.map(() => '?')].join(', ')})`
  const ofRows = (n: number): Database.Statement =>
    db.prepare(`INSERT INTO ${table} (${[...common, ...own].join(', ')}) VALUES ${Array.from({ length: n }, () => row).join(', ')} ${conflict}`)
  const one = ofRows(1)
  let many: Database.Statement | undefined
  let shared: Record<string, Value> = {}
  // One row behind the other.
  const waiting: Value[] = []
  const flush = (): void => {
    for (let at = 0; at < waiting.length; at += own.length) one.run(waiting.slice(at, at + own.length), shared)
    waiting.length = 0
  }
  return {
    flush,
    reset: () => {
      waiting.length = 0
    },
    group(...values) {
      flush()
      shared = Object.fromEntries(values.map((value, i) => [common[i] as string, value]))
      return (...row) => {
        for (const value of row) waiting.push(value)
        if (waiting.length < TOGETHER * own.length) return
        many ??= ofRows(TOGETHER)
        many.run(waiting, shared)
        waiting.length = 0
      }
    },
  }
}
