// The tables of buckets, latencies, troubles, paths and clients hold records one behind the other, in the order of their arrival, that begin with
// their key. They are found through an open-addressing hash table of their numbers (u32, +1; 0 = empty). So no memory
// is touched for records that are not there, only the numbers move when the table grows, and the records can be handed
// over as they lie.
import { spread } from './hash'

/**
 * Entries that are gathered before a table is asked whether it is full: tables of records have room for what two
 * batches may add.
 */
export const BATCH: i32 = 256

/** Where the number of a record is, or could be. */
// @ts-ignore: decorator
@inline
export function find(numbers: usize, slots: u32, records: usize, record: usize, key: u64): usize {
  let i = <u32>(spread(key) >> 40) & (slots - 1)
  while (true) {
    const entry = numbers + 4 * <usize>i
    const number = load<u32>(entry)
    if (number == 0 || load<u64>(records + record * <usize>(number - 1)) == key) return entry
    i = (i + 1) & (slots - 1)
  }
}

/**
 * See to it that the hash table of the numbers of n records has room for one more: it is made anew with twice the
 * slots. @returns how many it has
 */
// @ts-ignore: decorator
@inline
export function withRoom(numbers: usize, slots: u32, most: u32, records: usize, record: usize, n: u32): u32 {
  if ((n + 1) * 4 < slots * 3 || slots == most) return slots
  slots *= 2
  memory.fill(numbers, 0, 4 * <usize>slots)
  for (let i: u32 = 0; i < n; i++) store<u32>(find(numbers, slots, records, record, load<u64>(records + record * <usize>i)), i + 1)
  return slots
}
