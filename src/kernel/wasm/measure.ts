// The number that an entry adds to each sum, as the table MEASURES says.
import { LARGEST_SUM, Reads, SUMS, SumsOf } from '../records'
import { spanEnd, spanStart } from './cut'
import { decimal, isDash, timeTaken } from './number'
import { cutter, MEASURED, measured, measuredEnd, strict } from './plan'
import { Cutter } from './roles'

/** The number that the entry adds, by measure, u64. */
export const values = heap.alloc(8 * <usize>SUMS)
/** The measures of which the entry has a value, a bit each. */
export let present: u32 = 0

/** The entry's value of a measure; -1: it has none. */
export function valueOf(measure: i32): i64 {
  return present & (1 << measure) ? load<i64>(values + 8 * <usize>measure) : -1
}

/**
 * Fill `values` and `present` from the spans. @returns false: the size of the response is none, and the layout demands
 * one
 */
export function readMeasures(): bool {
  present = 0
  for (let field = measured; field < measuredEnd; field += MEASURED) {
    const role = load<u32>(field, 4)
    const start = spanStart(role)
    if (!start) continue
    const measure = load<u32>(field)
    const reads = load<u32>(field, 8)
    const end = spanEnd(role)
    let value: i64
    if (reads == Reads.Duration) value = timeTaken(start, end)
    else if (reads == Reads.Presence) value = present & (1 << (measure - 1)) ? 1 : -1
    else {
      // HAProxy's `option logasap` writes `+` before what was not over yet.
      value = decimal(load<u8>(start) == 0x2b ? start + 1 : start, end, 18)
      if (value < 0 && reads == Reads.ResponseSize) {
        if (isDash(start, end)) value = cutter == Cutter.W3c ? -1 : 0
        else if (strict) return false
      }
    }
    if (value < 0) continue
    store<i64>(values + 8 * <usize>measure, value)
    present |= 1 << measure
  }
  return true
}

/** Add to the sum that stands at p. */
// @ts-ignore: decorator
@inline
export function add(p: usize, value: u64): void {
  store<u64>(p, min(load<u64>(p) + value, <u64>LARGEST_SUM))
}

/** Add sums to those that stand at `to`. */
export function addSums(to: usize, from: usize): void {
  store<u32>(to, load<u32>(to) + load<u32>(from))
  store<u32>(to, load<u32>(to, SumsOf.Present) | load<u32>(from, SumsOf.Present), SumsOf.Present)
  for (let at: usize = 8; at < <usize>SumsOf.Size; at += 8) add(to + at, load<u64>(from + at))
}
