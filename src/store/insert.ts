import type Database from 'better-sqlite3'

type Value = string | number | null

/** Rows put in by one statement: half of what a row costs is the call. More gain little; the smaller ones are for what is left over. */
const TOGETHER = [32, 8, 1] as const

/** Puts rows into a table, several at a time. Rows of a group have the first columns in common. */
export interface Inserter {
  /** Begin a group. */
  group(...common: readonly Value[]): void
  /** Add a row of the group. */
  add(...row: readonly Value[]): void
  /** Add rows of the group, given one behind the other. @param stride values that each has: those behind the columns are left out */
  addAll(rows: ArrayLike<Value>, stride?: number): void
  /** Put in what waits: before anything else is done with the table. */
  flush(): void
  /** Forget what waits: the transaction that it belonged to has failed. */
  reset(): void
}

interface Columns {
  /** Those that rows of a group have in common: bound once for all rows of a statement. */
  readonly common?: readonly string[]
  /** Those that each row has its own values of. */
  readonly own: readonly string[]
  /** Those that are 0 in every row. */
  readonly zero?: readonly string[]
}

/** @param conflict what becomes of a row that is there already */
export function inserter(db: Database.Database, table: string, { common = [], own, zero = [] }: Columns, conflict = ''): Inserter {
  const columns = [...common, ...own, ...zero].join(', ')
  const row = `(${[...common.map((column) => `@${column}`), ...own.map(() => '?'), ...zero.map(() => '0')].join(', ')})`
  const made = new Map<number, Database.Statement>()
  const ofRows = (n: number): Database.Statement => {
    let statement = made.get(n)
    if (!statement) {
      statement = db.prepare(`INSERT INTO ${table} (${columns}) VALUES ${new Array(n).fill(row).join(', ')} ${conflict}`)
      made.set(n, statement)
    }
    return statement
  }
  const most = TOGETHER[0] * own.length
  let shared: Record<string, Value> = {}
  // One row behind the other, the first `used` values. To fill it again and again takes a third of what new arrays would.
  const waiting = new Array<Value>(most).fill(0)
  let used = 0
  const flush = (): void => {
    let at = 0
    for (const n of TOGETHER)
      for (const values = n * own.length; used - at >= values; at += values) ofRows(n).run(values === most ? waiting : waiting.slice(at, at + values), shared)
    used = 0
  }
  return {
    flush,
    reset: () => {
      used = 0
    },
    group(...values) {
      flush()
      shared = Object.fromEntries(values.map((value, i) => [common[i] as string, value]))
    },
    add(...row) {
      for (const value of row) waiting[used++] = value
      if (used === most) flush()
    },
    addAll(rows, stride = own.length) {
      for (let row = 0; row < rows.length; row += stride) {
        for (let i = 0; i < own.length; i++) waiting[used++] = rows[row + i] as Value
        if (used === most) flush()
      }
    },
  }
}
