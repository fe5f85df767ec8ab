import { BucketRow, LARGEST_SUM, NO_START } from '../kernel/records.js'
import { placesInOrder } from './order.js'

/** Start of the bucket of entries without a time, and number of their period in a database. */
export const NO_TIME = NO_START

/** Numbers of a bucket, as the kernel lays them out. */
export const COLUMNS: number = BucketRow.Size / Float64Array.BYTES_PER_ELEMENT
const NO_ROWS = new Float64Array(0)
/** A minute before all others. */
const FIRST = -(2 ** 31)

/** Add the sums of the row at `from` to those of the row at `at`. */
function addTo(rows: Float64Array, at: number, other: ArrayLike<number>, from: number): void {
  for (let i = 1; i < COLUMNS; i++) {
    const known = rows[at + i] as number
    const more = other[from + i] as number
    if (Number.isNaN(known)) rows[at + i] = more
    else if (!Number.isNaN(more)) rows[at + i] = Math.min(known + more, LARGEST_SUM)
  }
}

/**
 * Counts by time, for one code.
 *
 * There may be hundreds of thousands of them. As plain numbers in one array they take a third of what objects in a
 * `Map` would, and nothing has to be collected.
 */
export class Buckets {
  /** One row behind the other, the first `#used` numbers. */
  #rows: Float64Array
  #used: number
  /** Whether rows are in order and each start is there once. */
  #summed: boolean

  /**
   * @param rows as `rows` returns them; they become part of this @param summed whether they are in the order of time,
   * each start once
   */
  constructor(rows: Float64Array = NO_ROWS, summed = true) {
    this.#rows = rows
    this.#used = rows.length
    this.#summed = summed
  }

  get size(): number {
    return this.#used / COLUMNS
  }

  /** Make room for so many more. */
  reserve(rows: number): void {
    const needed = this.#used + rows * COLUMNS
    if (needed <= this.#rows.length) return
    const larger = new Float64Array(needed)
    larger.set(this.#rows.subarray(0, this.#used))
    this.#rows = larger
  }

  /** Add a row of numbers, as `rows` returns them, that begins at `from`. In the order of time it is least work. */
  add(row: ArrayLike<number>, from = 0): void {
    if (this.#used === this.#rows.length) this.reserve(1 + this.#used / COLUMNS)
    const rows = this.#rows
    const start = row[from] as number
    if (this.#used > 0) {
      const at = this.#used - COLUMNS
      const last = rows[at] as number
      if (start === last) {
        addTo(rows, at, row, from)
        return
      }
      if (start === NO_TIME || (start < last && last !== NO_TIME)) this.#summed = false
    }
    for (let i = 0; i < COLUMNS; i++) rows[this.#used + i] = row[from + i] as number
    this.#used += COLUMNS
  }

  addAll(other: Buckets): void {
    const rows = other.rows()
    this.reserve(other.size)
    for (let at = 0; at < rows.length; at += COLUMNS) this.add(rows, at)
    // Buckets that are added to again and again must not grow with the rows added.
    this.#sum()
  }

  /** Bring the buckets to a width that theirs divides. */
  widen(seconds: number): void {
    const rows = this.#rows
    for (let at = 0; at < this.#used; at += COLUMNS) {
      const start = rows[at] as number
      if (start !== NO_TIME) rows[at] = Math.floor(start / seconds) * seconds
    }
    this.#summed = false
  }

  /**
   * Rows of COLUMNS numbers, one behind the other, in the order of time; entries without one come first.
   *
   * A row is the start of the bucket and its sums in the order of SUM_MEASURES; NaN: no entry of the bucket has a
   * value.
   */
  rows(): Float64Array {
    this.#sum()
    return this.#rows.subarray(0, this.#used)
  }

  /** When the buckets begin, in the order of time. */
  *starts(): Generator<number> {
    this.#sum()
    for (let at = 0; at < this.#used; at += COLUMNS) yield this.#rows[at] as number
  }

  /** Columns of which a row has a value, the start included. */
  columns(): number[] {
    const columns: number[] = []
    for (let column = 0; column < COLUMNS; column++) {
      for (let at = column; at < this.#used; at += COLUMNS) {
        if (Number.isNaN(this.#rows[at])) continue
        columns.push(column)
        break
      }
    }
    return columns
  }

  #sum(): void {
    if (this.#summed) return
    this.#summed = true
    const rows = this.#rows
    const sums = new Float64Array(this.#used)
    let end = 0
    for (const row of this.#inOrder()) {
      const at = row * COLUMNS
      const last = end - COLUMNS
      if (end > 0 && sums[last] === rows[at]) addTo(sums, last, rows, at)
      else for (let i = 0; i < COLUMNS; i++) sums[end++] = rows[at + i] as number
    }
    this.#rows = sums
    this.#used = end
  }

  /** Numbers of the rows, by their start. */
  #inOrder(): Float64Array {
    const starts = new Float64Array(this.#used / COLUMNS)
    // Starts are whole minutes.
    for (let row = 0; row < starts.length; row++) {
      const start = this.#rows[row * COLUMNS] as number
      starts[row] = start === NO_TIME ? FIRST : start / 60
    }
    return placesInOrder(starts)
  }
}
