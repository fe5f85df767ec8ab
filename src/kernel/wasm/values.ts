// The lists of values (paths, clients, …) kept for each code: one open-addressing hash table for each dimension.
//
// A list is exact until its table is full. Then the least frequent values of the largest lists are dropped (`purge`),
// and each such list remembers the largest count it may have lost: `lost`. A value that comes (back) later starts with
// that as its possible error, so that for every row  hits <= truth <= hits + error, and a value that is in no list has
// truth <= lost. This is Space-Saving with lazy, batched eviction; it merges by addition. Small lists are never
// touched, so the evidence of a rare code survives the long tail of a frequent one.
//
// ADVICE FOR HACKERS: a key is the 64-bit hash of value and code; equality of keys is taken for equality of values.
// Texts are copied once, when a value is first seen; nothing here may point into the block, which moves.
import { GatheredValue, MAX_CODES, MAX_TEXT, SlotRecord, TableHead, ValueRecord } from '../records'
import { Dimension } from './roles'

// Hits of a value stay below 2^32: see isFull in count.ts.
export const SLOT: usize = SlotRecord.Size
export const VALUE: usize = ValueRecord.Size
export const GATHERED: usize = GatheredValue.Size
const TABLE: usize = TableHead.Size

/** log2 of the slots a table begins with. */
const FIRST: i32 = 10
const tables = heap.alloc(TABLE * <usize>Dimension.Count)
// A table begins small and grows within the room that is reserved for it: memory that nothing touches is not there, and
// the first touch of a page can cost as much as counting thirty lines (12 µs, measured on a virtual machine).

let scratch: usize = 0
export let scratchBytes: usize = 0
export const BINS: usize = 128
export const bins = heap.alloc(4 * BINS * <usize>MAX_CODES)
const cutoffs = heap.alloc(4 * <usize>MAX_CODES)

export function table(dimension: i32): usize {
  return tables + TABLE * <usize>dimension
}

/**
 * Reserve a table of up to 2^log2 slots with an arena of so many bytes for its texts. Once, before the first line; new
 * memory is zero.
 */
export function openTable(dimension: i32, log2: i32, arenaBytes: i32): void {
  const t = table(dimension)
  store<u32>(t, <u32>heap.alloc(SLOT << log2))
  store<u32>(t, (1 << min(log2, FIRST)) - 1, TableHead.Mask)
  store<u32>(t, <u32>heap.alloc(<usize>arenaBytes + SPARE), TableHead.Arena)
  store<u32>(t, arenaBytes, TableHead.ArenaSize)
  store<u32>(t, <u32>heap.alloc(4 * <usize>MAX_CODES), TableHead.Counts)
  store<u32>(t, <u32>heap.alloc(4 * <usize>MAX_CODES), TableHead.Lost)
  store<u32>(t, <u32>heap.alloc(VALUE << log2), TableHead.Values)
  store<u32>(t, <u32>heap.alloc(4 * <usize>MAX_CODES), TableHead.Added)
  store<u32>(t, (1 << log2) - 1, TableHead.LargestMask)
  store<u32>(t, <u32>heap.alloc(4 * <usize>MAX_CODES), TableHead.Distinct)
}

/**
 * Scratch for `purge`, `pack`, `widenBuckets` and what is read out, as large as the most that one of them lays there.
 */
export function openScratch(bytes: i32): void {
  scratchBytes = bytes
  scratch = heap.alloc(scratchBytes + SPARE)
}
export function scratchAt(): usize {
  return scratch
}

/** Texts are copied by whole vectors, so up to this many bytes behind a text are overwritten. */
const SPARE: usize = 16

/**
 * Copy a text to where nothing stands behind it yet. A call of `memory.copy` costs more than the few bytes a text has.
 */
// @ts-ignore: decorator
@inline
export function copyText(to: usize, from: usize, length: u32): void {
  const end = to + length
  while (to < end) {
    v128.store(to, v128.load(from))
    to += 16
    from += 16
  }
}

/** @param codeCount codes that there were */
export function clearTable(dimension: i32, codeCount: i32): void {
  const t = table(dimension)
  const slots = <usize>load<u32>(t)
  const values = <usize>load<u32>(t, TableHead.Values)
  const used = load<u32>(t, TableHead.Used)
  const mask = load<u32>(t, TableHead.Mask)
  if (used < mask / 8) for (let i: u32 = 0; i < used; i++) store<u64>(slots + SLOT * <usize>load<u32>(values + VALUE * <usize>i, ValueRecord.Slot), 0)
  else memory.fill(slots, 0, SLOT * (<usize>mask + 1))
  store<u32>(t, 0, TableHead.Used)
  store<u32>(t, 0, TableHead.ArenaUsed)
  memory.fill(load<u32>(t, TableHead.Counts), 0, 4 * <usize>codeCount)
  memory.fill(load<u32>(t, TableHead.Lost), 0, 4 * <usize>codeCount)
  memory.fill(load<u32>(t, TableHead.Added), 0, 4 * <usize>codeCount)
  memory.fill(load<u32>(t, TableHead.Distinct), 0, 4 * <usize>codeCount)
  store<u32>(t, 0, TableHead.Purges)
}

/** Count gathered values [v, end). */
export function countValues(t: usize, v: usize, end: usize): void {
  const slots = <usize>load<u32>(t)
  let mask = load<u32>(t, TableHead.Mask)
  for (; v < end; v += GATHERED) {
    const key = load<u64>(v)
    let i = <u32>(key >> 40) & mask
    let slot = slots + SLOT * <usize>i
    let found = load<u64>(slot)
    while (found != key && found != 0) {
      i = (i + 1) & mask
      slot = slots + SLOT * <usize>i
      found = load<u64>(slot)
    }
    if (found) {
      store<u32>(slot, load<u32>(slot, SlotRecord.Hits) + 1, SlotRecord.Hits)
      continue
    }
    const code = load<u32>(v, GatheredValue.Code)
    insert(t, slot, key, code, load<u32>(v, GatheredValue.Text), load<u32>(v, GatheredValue.Length), 1, load<u32>(<usize>load<u32>(t, TableHead.Lost) + 4 * <usize>code))
    mask = load<u32>(t, TableHead.Mask)
  }
}

/** Codes that have values; their lists are looked through when values are dropped. */
let codeLimit: u32 = 0

/**
 * Add a value that is not in the table. @param slot where it was looked for in vain @param error its possible error in
 * all
 */
export function insert(t: usize, slot: usize, key: u64, code: u32, text: usize, length: u32, hits: u32, error: u32): void {
  const kept = min(length, MAX_TEXT)
  const mask = load<u32>(t, TableHead.Mask)
  codeLimit = max(codeLimit, code + 1)
  if (load<u32>(t, TableHead.ArenaUsed) + kept > load<u32>(t, TableHead.ArenaSize) || load<u32>(t, TableHead.Used) * 4 >= (mask + 1) * 3) {
    if (load<u32>(t, TableHead.ArenaUsed) + kept <= load<u32>(t, TableHead.ArenaSize) && mask < load<u32>(t, TableHead.LargestMask)) grow(t)
    else purge(t)
    slot = findSlot(t, key)
  }
  const at = load<u32>(t, TableHead.Arena) + load<u32>(t, TableHead.ArenaUsed)
  copyText(at, text, kept)
  store<u32>(t, load<u32>(t, TableHead.ArenaUsed) + kept, TableHead.ArenaUsed)
  const number = load<u32>(t, TableHead.Used)
  store<u64>(slot, key)
  store<u32>(slot, hits, SlotRecord.Hits)
  store<u32>(slot, number, SlotRecord.Value)
  const value = <usize>load<u32>(t, TableHead.Values) + VALUE * <usize>number
  store<u32>(value, at)
  store<u32>(value, error - load<u32>(<usize>load<u32>(t, TableHead.Added) + 4 * <usize>code), ValueRecord.Error)
  store<u16>(value, <u16>code, ValueRecord.Code)
  store<u16>(value, <u16>kept, ValueRecord.Length)
  store<u32>(value, <u32>((slot - <usize>load<u32>(t)) / SLOT), ValueRecord.Slot)
  store<u32>(t, number + 1, TableHead.Used)
  const count = <usize>load<u32>(t, TableHead.Counts) + 4 * <usize>code
  store<u32>(count, load<u32>(count) + 1)
}

/** Give a table four times the slots, as far as there is room. */
function grow(t: usize): void {
  takeSlots(t)
  const mask = load<u32>(t, TableHead.Mask)
  store<u32>(t, min(4 * mask + 3, load<u32>(t, TableHead.LargestMask)), TableHead.Mask)
  fill(t, load<u32>(t, TableHead.Used))
}

/** Copy the slots of all values to the scratch, in the order of the values. */
function takeSlots(t: usize): void {
  const slots = <usize>load<u32>(t)
  let value = <usize>load<u32>(t, TableHead.Values)
  for (let to = scratch, end = scratch + SLOT * <usize>load<u32>(t, TableHead.Used); to < end; to += SLOT, value += VALUE) {
    v128.store(to, v128.load(slots + SLOT * <usize>load<u32>(value, ValueRecord.Slot)))
  }
}

/** Put the slots of the first `used` values, which stand in the scratch, into the table. */
function fill(t: usize, used: u32): void {
  const slots = <usize>load<u32>(t)
  const values = <usize>load<u32>(t, TableHead.Values)
  memory.fill(slots, 0, SLOT * (<usize>load<u32>(t, TableHead.Mask) + 1))
  for (let i: u32 = 0; i < used; i++) {
    const copy = scratch + SLOT * <usize>i
    const slot = findSlot(t, load<u64>(copy))
    v128.store(slot, v128.load(copy))
    store<u32>(slot, i, SlotRecord.Value)
    store<u32>(values + VALUE * <usize>i, <u32>((slot - slots) / SLOT), ValueRecord.Slot)
  }
}

/** Bin of a count: exact below 64, then four an octave; monotonous. */
function binOf(n: u64): u32 {
  if (n < 64) return <u32>n
  const octave = 63 - <u32>clz(n)
  const quarter = <u32>((n >> (octave - 2)) & 3)
  return min(64 + (octave - 6) * 4 + quarter, <u32>BINS - 1)
}

/** The most hits that a value may have had. */
// @ts-ignore: decorator
@inline
function mostOf(slot: usize, value: usize, added: usize): u64 {
  // A stored error may be below zero until what was added is on top: the sum of both must wrap, which that of wider
  // numbers would not.
  const error: u32 = load<u32>(value, ValueRecord.Error) + load<u32>(added + 4 * <usize>load<u16>(value, ValueRecord.Code))
  return <u64>load<u32>(slot, SlotRecord.Hits) + error
}

/** Drop the rarest values of the largest lists until half of the values are gone. What stays keeps its order. */
function purge(t: usize): void {
  const used = load<u32>(t, TableHead.Used)
  const values = <usize>load<u32>(t, TableHead.Values)
  const counts = <usize>load<u32>(t, TableHead.Counts)
  const lost = <usize>load<u32>(t, TableHead.Lost)
  const added = <usize>load<u32>(t, TableHead.Added)
  const quota = quotaFor(counts, used / 2)

  // Slots are gone through once: in the order of the values they lie all over the table.
  takeSlots(t)
  memory.fill(bins, 0, 4 * BINS * <usize>codeLimit)
  for (let i: u32 = 0; i < used; i++) {
    const value = values + VALUE * <usize>i
    const code = <usize>load<u16>(value, ValueRecord.Code)
    const bin = bins + 4 * (BINS * code + <usize>binOf(mostOf(scratch + SLOT * <usize>i, value, added)))
    store<u32>(bin, load<u32>(bin) + 1)
  }
  // The bin up to which (inclusive) a code's values go; 0 keeps all, since no value has 0 hits.
  for (let code: u32 = 0; code < codeLimit; code++) {
    let over = <i64>load<u32>(counts + 4 * <usize>code) - <i64>quota
    let bin: usize = 0
    while (over > 0 && bin < BINS - 1) over -= <i64>load<u32>(bins + 4 * (BINS * <usize>code + ++bin))
    store<u32>(cutoffs + 4 * <usize>code, <u32>bin)
  }

  let kept: u32 = 0
  let arena = load<u32>(t, TableHead.Arena)
  for (let i: u32 = 0; i < used; i++) {
    const value = values + VALUE * <usize>i
    const code = <usize>load<u16>(value, ValueRecord.Code)
    const slot = scratch + SLOT * <usize>i
    const most = mostOf(slot, value, added)
    if (binOf(most) <= load<u32>(cutoffs + 4 * code)) {
      if (most > <u64>load<u32>(lost + 4 * code)) store<u32>(lost + 4 * code, <u32>min(most, <u64>u32.MAX_VALUE))
      store<u32>(counts + 4 * code, load<u32>(counts + 4 * code) - 1)
      continue
    }
    v128.store(scratch + SLOT * <usize>kept, v128.load(slot))
    arena = moveValue(value, values + VALUE * <usize>kept, arena)
    kept++
  }
  fill(t, kept)
  store<u32>(t, kept, TableHead.Used)
  store<u32>(t, arena - load<u32>(t, TableHead.Arena), TableHead.ArenaUsed)
  store<u32>(t, load<u32>(t, TableHead.Purges) + 1, TableHead.Purges)
}

/** Move a value to `to`, before where it stands, and its text to `arena`. @returns where the next text goes */
// @ts-ignore: decorator
@inline
function moveValue(value: usize, to: usize, arena: u32): u32 {
  const length = load<u16>(value, ValueRecord.Length)
  const text = <usize>load<u32>(value)
  // Bytes overwritten behind the text must not be those of the next one.
  if (text - arena >= SPARE) copyText(arena, text, length)
  else memory.copy(arena, text, length)
  v128.store(to, v128.load(value))
  store<u32>(to, arena)
  return arena + length
}

/** The largest list length for which all lists, cut to it, hold at most `target` values together. */
function quotaFor(counts: usize, target: u32): u32 {
  let low: u32 = 0
  let high: u32 = target
  while (low < high) {
    const middle = (low + high + 1) >> 1
    let sum: u32 = 0
    for (let code: u32 = 0; code < codeLimit; code++) sum += min(load<u32>(counts + 4 * <usize>code), middle)
    if (sum <= target) low = middle
    else high = middle - 1
  }
  return low
}

/** Values that a table holds. */
export function valueCount(dimension: i32): u32 {
  return load<u32>(table(dimension), TableHead.Used)
}

export function listLength(dimension: i32, code: u32): u32 {
  return load<u32>(<usize>load<u32>(table(dimension), TableHead.Counts) + 4 * <usize>code)
}

/** The most hits that a value missing from a list may have had, by code, u32. */
export function lostTable(dimension: i32): usize {
  return load<u32>(table(dimension), TableHead.Lost)
}

/** The slot that holds a key, or the empty one where it would stand. */
// @ts-ignore: decorator
@inline
export function findSlot(t: usize, key: u64): usize {
  const slots = <usize>load<u32>(t)
  const mask = load<u32>(t, TableHead.Mask)
  let i = <u32>(key >> 40) & mask
  while (true) {
    const slot = slots + SLOT * <usize>i
    const found = load<u64>(slot)
    if (found == key || found == 0) return slot
    i = (i + 1) & mask
  }
}
