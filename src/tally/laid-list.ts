import { ListRow } from '../kernel/records.js'
import type { List, ListEntry } from './tally.js'

/** Numbers of a row. */
export const ROW_OF_LIST: number = ListRow.Size / Uint32Array.BYTES_PER_ELEMENT

/** How many values a list has, which need not be made for that. */
export function lengthOf(list: List): number {
  return list instanceof LaidList ? list.length : list.values.length
}

/**
 * A list as the kernel lays it out: rows of numbers, and texts that it has in common with others. Most of those of a
 * database are stored as they are, and their values never become objects.
 */
export class LaidList implements List {
  readonly texts: readonly string[]
  /** The place of its text · hits · error, one row behind the other. */
  readonly rows: Uint32Array
  readonly lost: number
  readonly distinct: number
  #values: readonly ListEntry[] | undefined

  constructor(texts: readonly string[], rows: Uint32Array, lost: number, distinct: number) {
    this.texts = texts
    this.rows = rows
    this.lost = lost
    this.distinct = distinct
  }

  get length(): number {
    return this.rows.length / ROW_OF_LIST
  }

  /** Made when they are asked for first. */
  get values(): readonly ListEntry[] {
    this.#values ??= this.#made()
    return this.#values
  }
  #made(): ListEntry[] {
    const { texts, rows } = this
    const values: ListEntry[] = []
    for (let row = 0; row < rows.length; row += ROW_OF_LIST) {
      values.push({
        value: texts[rows[row] as number] as string,
        hits: rows[row + 1] as number,
        error: rows[row + 2] as number,
      })
    }
    return values
  }
}
