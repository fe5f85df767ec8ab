// Lists of periods that are over. Nothing comes to them any more, so that they need not wait in the tables for the end: there they would lie between
// the values that are counted now, and take as much of the caches. To count eight days took a quarter less.
//
// What is taken out is a list of its own: should more come of its period, both are added up, as those of two kernels are.
import { CHUNK, CodeRecord, MAX_CODES, TableHead, ValueRecord } from '../records'
import { areOthersOver, CODE, codeCount, codes, currentPeriod, NO_PERIOD } from './count'
import { fewest, findCuts, layHits, ties } from './read-out'
import { Dimension } from './roles'
import { dropLists, errorOf, isPackedFull, listLength, packValue, scratchAt, setPackedEnd, table, VALUE } from './values'

/** Fewer values are in nobody's way. */
const MANY: u32 = 1 << 13

/** By code, whether its period is over, u8. */
const marks = heap.alloc(<usize>MAX_CODES)
/** Of a dimension, by code, u32: what its list may have lost, and how many different values it had; 0 for those that are not marked. */
const lost = heap.alloc(4 * <usize>MAX_CODES)
const distinct = heap.alloc(4 * <usize>MAX_CODES)
let packed: u32 = 0
export function pastLost(): usize {
  return lost
}
export function pastDistinct(): usize {
  return distinct
}
/** Values of the dimension that were packed. */
export function pastCount(): u32 {
  return packed
}

/** Whether it is time to take out lists; those are marked then. */
export function isPast(): bool {
  return areOthersOver() && markPast(currentPeriod())
}

/** Mark the codes of the periods before one. Not those behind it: there are, where an entry comes late. @returns whether their lists are long together */
export function markPast(before: i32): bool {
  let values: u32 = 0
  for (let i = 0; i < codeCount; i++) {
    const period = load<i32>(codes + CODE * <usize>i, CodeRecord.Period)
    const isOver = period < before && period != NO_PERIOD
    store<u8>(marks + <usize>i, <u8>isOver)
    if (isOver) for (let d = 0; d < Dimension.Count; d++) values += listLength(d, i)
  }
  return values >= MANY
}

/** Hits of the values of a dimension, behind what is packed. */
function hitsAt(): usize {
  return scratchAt() + CHUNK + 64
}

/** Before `packPast`: the lists of a dimension that are marked are to be cut to the most frequent n values. */
export function cutPast(dimension: i32, n: u32): void {
  const t = table(dimension)
  layHits(t, hitsAt())
  findCuts(t, hitsAt(), n)
  for (let i = 0; i < codeCount; i++) {
    const isMarked = load<u8>(marks + <usize>i)
    store<u32>(lost + 4 * <usize>i, isMarked ? load<u32>(<usize>load<u32>(t, TableHead.Lost) + 4 * <usize>i) : 0)
    store<u32>(distinct + 4 * <usize>i, isMarked ? max(listLength(dimension, i), load<u32>(<usize>load<u32>(t, TableHead.Distinct) + 4 * <usize>i)) : 0)
  }
  packed = 0
}

/** Pack the values that stay, as `pack` does; what does not raises `pastLost`. @returns the number of the first that had no room */
export function packPast(dimension: i32, from: u32): u32 {
  const t = table(dimension)
  const used = load<u32>(t, TableHead.Used)
  let p = scratchAt()
  for (; from < used && !isPackedFull(p); from++) {
    const value = <usize>load<u32>(t, TableHead.Values) + VALUE * <usize>from
    const code = <usize>load<u16>(value, ValueRecord.Code)
    if (!load<u8>(marks + code)) continue
    const hits = load<u32>(hitsAt() + 4 * <usize>from)
    const least = load<u32>(fewest + 4 * code)
    const left = load<u32>(ties + 4 * code)
    if (hits > least || (hits == least && left > 0)) {
      if (hits == least) store<u32>(ties + 4 * code, left - 1)
      p = packValue(t, value, p)
      packed++
    } else store<u32>(lost + 4 * code, max(load<u32>(lost + 4 * code), hits + errorOf(t, value)))
  }
  setPackedEnd(p)
  return from
}

/** Forget the lists that are marked. What is exact of their codes stays. */
export function dropPast(): void {
  for (let d = 0; d < Dimension.Count; d++) dropLists(d, marks, codeCount)
}
