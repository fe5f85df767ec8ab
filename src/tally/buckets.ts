import { BucketRow, NO_START } from '../kernel/records.js'
import { placesInOrder } from './order.js'

/** Start of the bucket of entries without a time, and number of their period in a database. */
export const NO_TIME = NO_START

/** Numbers of a bucket, as the kernel lays them out. */
export const COLUMNS: number = BucketRow.Size / Float64Array.BYTES_PER_ELEMENT
const NO_ROWS = new Float64Array(0)
/** A minute before all others. */
const FIRST = -(2 ** 31)

/**
 * Counts by time, for one code.
 *
 * There may be hundreds of thousands of them. As plain numbers in one array they take a third of what objects in a `Map` would, and
 * nothing has to be collected.
 */
export class Buckets {
  /** One row behind the other, the first `#used` numbers. */
  #rows: Float64Array
  #used: number
  /** Whether rows are in order and each start is there once. */
  #summed: boolean

  /** @param rows numbers as `rows` returns them; they become part of this @param summed whether they are in the order of time, each start once */
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

  /** In the order of time it is least work. */
  add(start: number, hits: number, bytesSent: number, timed: number, timeTakenUs: number): void {
    if (this.#used === this.#rows.length) this.reserve(1 + this.#used / COLUMNS)
    const rows = this.#rows
    let at = this.#used
    if (at > 0) {
      const last = rows[at - COLUMNS] as number
      if (start === last) at -= COLUMNS
      else if (start === NO_TIME || (start < last && last !== NO_TIME)) this.#summed = false
    }
    const isNew = at === this.#used
    this.#used = at + COLUMNS
    rows[at] = start
    rows[++at] = hits + (isNew ? 0 : (rows[at] as number))
    rows[++at] = bytesSent + (isNew ? 0 : (rows[at] as number))
    rows[++at] = timed + (isNew ? 0 : (rows[at] as number))
    rows[++at] = timeTakenUs + (isNew ? 0 : (rows[at] as number))
  }

  addAll(other: Buckets): void {
    this.reserve(other.#used / COLUMNS)
    other.each((...row) => this.add(...row))
    // What is added to again and again must not grow with what is added.
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

  /** Numbers of the buckets as `add` takes them, one bucket behind the other, in the order of time; entries without one come first. */
  rows(): Float64Array {
    this.#sum()
    return this.#rows.subarray(0, this.#used)
  }

  /** Whether an entry of them carries a time taken. */
  isTimed(): boolean {
    for (let at = 0; at < this.#used; at += COLUMNS) if (this.#rows[at + 3] !== 0) return true
    return false
  }

  /** As `rows`, bucket by bucket. */
  each(take: (start: number, hits: number, bytesSent: number, timed: number, timeTakenUs: number) => void): void {
    this.#sum()
    const rows = this.#rows
    const column = (at: number): number => rows[at] as number
    for (let at = 0; at < this.#used; at += COLUMNS) take(column(at), column(at + 1), column(at + 2), column(at + 3), column(at + 4))
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
      if (end > 0 && sums[last] === rows[at]) for (let i = 1; i < COLUMNS; i++) sums[last + i] = (sums[last + i] as number) + (rows[at + i] as number)
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
