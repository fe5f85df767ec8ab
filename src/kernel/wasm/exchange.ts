// Values on their way from one kernel to another.
import { CHUNK, MAX_TEXT, PackedValue, SlotRecord, TableHead, ValueRecord } from '../records'
import { copyText, findSlot, insert, scratchAt, scratchBytes, SLOT, table, VALUE } from './values'

const PACKED: usize = PackedValue.Size

/** Bytes that the values of a table take when packed, at most. */
export function packedSize(dimension: i32): u32 {
  const t = table(dimension)
  return load<u32>(t, TableHead.Used) * (<u32>PACKED + 3) + load<u32>(t, TableHead.ArenaUsed)
}

let packedTo: usize = 0
/** Where what was packed last ends; it begins at `scratchAt`. */
export function packedEnd(): usize {
  return packedTo
}

/**
 * Pack values from number `from` on into the scratch, in the order of their arrival. @returns the number of the first
 * that had no room
 */
export function pack(dimension: i32, from: u32): u32 {
  const t = table(dimension)
  const used = load<u32>(t, TableHead.Used)
  let p = scratchAt()
  for (; from < used && !isPackedFull(p); from++) p = packValue(t, <usize>load<u32>(t, TableHead.Values) + VALUE * <usize>from, p)
  packedTo = p
  return from
}

/** Whether there may be no room for a value at p. No more is packed than the other side takes at once. */
// @ts-ignore: decorator
@inline
export function isPackedFull(p: usize): bool {
  return p >= scratchAt() + min(scratchBytes, CHUNK) - (PACKED + 4 + MAX_TEXT)
}
export function setPackedEnd(p: usize): void {
  packedTo = p
}

/** @returns where the next one goes */
// @ts-ignore: decorator
@inline
export function packValue(t: usize, value: usize, p: usize): usize {
  const slot = <usize>load<u32>(t) + SLOT * <usize>load<u32>(value, ValueRecord.Slot)
  const codeAndLength = load<u32>(value, ValueRecord.Code)
  store<u64>(p, load<u64>(slot))
  store<u32>(p, load<u32>(slot, SlotRecord.Hits), PackedValue.Hits)
  store<u32>(p, errorOf(t, value), PackedValue.Error)
  store<u32>(p, codeAndLength, PackedValue.Code)
  const length = codeAndLength >> 16
  copyText(p + PACKED, load<u32>(value), length)
  return p + PACKED + ((length + 3) & ~3)
}

/** The possible error of a value. */
// @ts-ignore: decorator
@inline
export function errorOf(t: usize, value: usize): u32 {
  return load<u32>(value, ValueRecord.Error) + load<u32>(<usize>load<u32>(t, TableHead.Added) + 4 * <usize>load<u16>(value, ValueRecord.Code))
}

/**
 * Before the values of another kernel: what its lists may have lost.
 *
 * @param theirs  by the other's code: its `lost`, u32
 * @param codeMap by the other's code: the code here, u32
 *
 * A value missing on one side may have had up to `lost` hits there; that becomes part of its error.
 */
export function absorbLost(dimension: i32, theirs: usize, codeMap: usize, codeCount: u32): void {
  const t = table(dimension)
  const lost = <usize>load<u32>(t, TableHead.Lost)
  const added = <usize>load<u32>(t, TableHead.Added)
  for (let c: u32 = 0; c < codeCount; c++) {
    const more = load<u32>(theirs + 4 * <usize>c)
    const code = <usize>load<u32>(codeMap + 4 * <usize>c)
    store<u32>(lost + 4 * code, load<u32>(lost + 4 * code) + more)
    store<u32>(added + 4 * code, load<u32>(added + 4 * code) + more)
  }
}

/** As `absorbLost`: how many different values the other's lists are known to have had. */
export function absorbDistinct(dimension: i32, theirs: usize, codeMap: usize, codeCount: u32): void {
  const distinct = <usize>load<u32>(table(dimension), TableHead.Distinct)
  for (let c: u32 = 0; c < codeCount; c++) {
    const here = distinct + 4 * <usize>load<u32>(codeMap + 4 * <usize>c)
    store<u32>(here, max(load<u32>(here), load<u32>(theirs + 4 * <usize>c)))
  }
}

/** Add packed values [p, end) of another kernel; `theirs` and `codeMap` as for `absorbLost`, which comes first. */
export function absorbValues(dimension: i32, p: usize, end: usize, theirs: usize, codeMap: usize): void {
  const t = table(dimension)
  const lost = <usize>load<u32>(t, TableHead.Lost)
  let touched = p
  while (p < end) {
    if (p >= touched) touched = touchSlots(t, p, min(end, p + AHEAD))
    const key = load<u64>(p)
    const hits = load<u32>(p, PackedValue.Hits)
    const error = load<u32>(p, PackedValue.Error)
    const theirCode = <usize>load<u16>(p, PackedValue.Code)
    const length = load<u16>(p, PackedValue.Length)
    const code = load<u32>(codeMap + 4 * theirCode)
    const more = load<u32>(theirs + 4 * theirCode)
    const here = findSlot(t, key)
    if (load<u64>(here)) {
      store<u32>(here, load<u32>(here, SlotRecord.Hits) + hits, SlotRecord.Hits)
      if (error != more) {
        const known = <usize>load<u32>(t, TableHead.Values) + VALUE * <usize>load<u32>(here, SlotRecord.Value)
        store<u32>(known, load<u32>(known, ValueRecord.Error) + error - more, ValueRecord.Error)
      }
    } else {
      const before = load<u32>(lost + 4 * <usize>code) - more
      insert(t, here, key, code, p + PACKED, length, hits, error + before)
    }
    p += PACKED + ((<usize>length + 3) & ~3)
  }
}

/** So many bytes of packed values have their slots touched together. */
const AHEAD: usize = 4096
let touches: u64 = 0

/**
 * Load the slots of the packed values that begin in [p, end): one cache miss does not wait for the other. To absorb
 * took about a tenth less.
 *
 * @returns where they end
 */
function touchSlots(t: usize, p: usize, end: usize): usize {
  const slots = <usize>load<u32>(t)
  const mask = load<u32>(t, TableHead.Mask)
  let sum: u64 = 0
  while (p < end) {
    sum += load<u64>(slots + SLOT * <usize>(<u32>(load<u64>(p) >> 40) & mask))
    p += PACKED + ((<usize>load<u16>(p, PackedValue.Length) + 3) & ~3)
  }
  // Or it would be left out.
  touches = sum
  return p
}
