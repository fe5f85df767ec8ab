// Packing lists that are cut to their most frequent values. A database stores so many values of a list, so a day that
// is whole in the tables need not be handed over with more.
import { CHUNK, MAX_CODES, TableHead, ValueRecord } from '../records'
import { codeCount } from './count'
import { errorOf, isPackedFull, packValue, setPackedEnd } from './exchange'
import { fewest, findCuts, layHits, ties } from './read-out'
import { listLength, scratchAt, table, VALUE } from './values'

/**
 * By code, u32: the most hits that a value missing from its list may have had, and how many different values the list
 * had.
 */
const lost = heap.alloc(4 * <usize>MAX_CODES)
const distinct = heap.alloc(4 * <usize>MAX_CODES)
export function cutLost(): usize {
  return lost
}
export function cutDistinct(): usize {
  return distinct
}

/** Hits of the values of a dimension, behind what is packed. */
function hitsAt(): usize {
  return scratchAt() + CHUNK + 64
}

/** Before `packCut`: each list of a dimension is cut to its most frequent n values. */
export function cutLists(dimension: i32, n: u32): void {
  const t = table(dimension)
  layHits(t, hitsAt())
  findCuts(t, hitsAt(), n)
  memory.copy(lost, load<u32>(t, TableHead.Lost), 4 * <usize>codeCount)
  for (let i = 0; i < codeCount; i++) {
    store<u32>(distinct + 4 * <usize>i, max(listLength(dimension, i), load<u32>(<usize>load<u32>(t, TableHead.Distinct) + 4 * <usize>i)))
  }
}

/**
 * Pack the values that stay, as `pack` does; a value that goes raises `cutLost`. @returns the number of the first that
 * had no room
 */
export function packCut(dimension: i32, from: u32): u32 {
  const t = table(dimension)
  const used = load<u32>(t, TableHead.Used)
  let p = scratchAt()
  for (; from < used && !isPackedFull(p); from++) {
    const value = <usize>load<u32>(t, TableHead.Values) + VALUE * <usize>from
    const code = <usize>load<u16>(value, ValueRecord.Code)
    const hits = load<u32>(hitsAt() + 4 * <usize>from)
    const least = load<u32>(fewest + 4 * code)
    const left = load<u32>(ties + 4 * code)
    if (hits > least || (hits == least && left > 0)) {
      if (hits == least) store<u32>(ties + 4 * code, left - 1)
      p = packValue(t, value, p)
    } else store<u32>(lost + 4 * code, max(load<u32>(lost + 4 * code), hits + errorOf(t, value)))
  }
  setPackedEnd(p)
  return from
}
