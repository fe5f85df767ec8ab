import type Database from 'better-sqlite3'

type Value = string | number | null

/**
 * Rows put in by one statement: half of what a row costs is the call. More gain nothing; the smaller ones are for what
 * is left over.
 */
const TOGETHER = [64, 16, 4, 1] as const

/** Puts rows into a table, several at a time. Rows of a group have the first columns in common. */
export interface Inserter {
  /** Begin a group. */
  group(...common: readonly Value[]): void
  /** Add the next value of a row of the group; when all columns of its own have one, the row is complete. */
  put(value: Value): void
  /** Add rows of numbers. @param stride numbers of a row @param columns places of the numbers that are put in */
  rows(values: Float64Array, stride: number, columns: readonly number[]): void
  /** Put in the rows that wait: before anything else is done with the table. */
  flush(): void
  /** Forget the rows that wait: the transaction that they belonged to has failed. */
  reset(): void
}

interface Columns {
  /** Columns that rows of a group have in common: bound once for all rows of a statement. */
  readonly common?: readonly string[]
  /**
   * Columns of which each row has a value of its own. Other columns are NULL and are not bound: two of them less in
   * `hits` saved an eighth.
   */
  readonly own: readonly string[]
}

/**
 * A statement that fails takes its transaction along (`OR FAIL`): where it should be undone alone, SQLite would keep
 * what each page was before it, in a file.
 *
 * @param conflict SQL for a row that is there already
 */
export function inserter(db: Database.Database, table: string, { common = [], own }: Columns, conflict = ''): Inserter {
  const row = `(${[...common.map((column) => `@${column}`), ...own.map(() => '?')].join(', ')})`
  const made = new Map<number, Database.Statement>()
  const ofRows = (n: number): Database.Statement => {
    let statement = made.get(n)
    if (!statement) {
      statement = db.prepare(
        `INSERT OR FAIL INTO ${table} (${[...common, ...own].join(', ')}) VALUES ${new Array(n).fill(row).join(', ')} ${conflict}`,
      )
      made.set(n, statement)
    }
    return statement
  }
  const most = TOGETHER[0] * own.length
  let shared: Record<string, Value> = {}
  // Values of rows, one row behind the other; the first `used` are filled. One array that is filled again and again
  // takes a third of the time of new ones. The array must not begin as one of numbers, nor be given whole numbers as
  // fractions: each would be made an object when it is handed on.
  const waiting = new Array<Value>(most).fill(null)
  let used = 0
  const flush = (): void => {
    let at = 0
    for (const n of TOGETHER)
      for (const values = n * own.length; used - at >= values; at += values)
        ofRows(n).run(...(values === most ? waiting : waiting.slice(at, at + values)), shared)
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
    put(value) {
      waiting[used++] = value
      if (used === most) flush()
    },
    rows(values, stride, columns) {
      for (let row = 0; row < values.length; row += stride) {
        for (const column of columns) {
          const value = values[row + column] as number
          const whole = value | 0
          waiting[used++] = whole === value ? whole : Number.isNaN(value) ? null : value
        }
        if (used === most) flush()
      }
    },
  }
}
