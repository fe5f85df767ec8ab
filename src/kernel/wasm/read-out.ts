// Helps the host to read the tables out. What is gone through once is slow in JavaScript: it is compiled when it is
// over.
import {
  BUCKET_BITS, BucketHead, BucketRecord, BucketRow, ListHead, ListRow, ListText, MAX_CODES, NO_START, SlotRecord, SUMS, SumsOf, TableHead, ValueRecord,
} from '../records'
import { BUCKET, BUCKET_BASE, BUCKET_MASK, bucketCount, buckets, bucketSeconds } from './buckets'
import { codeCount } from './count'
import { hashOf } from './hash'
import { BINS, bins, scratchAt, SLOT, table, VALUE } from './values'

const BUCKET_HEAD: usize = BucketHead.Size
const LIST_HEAD: usize = ListHead.Size
const LIST_ROW: usize = ListRow.Size
const LIST_TEXT: usize = ListText.Size
/** BINS are as many as digits of so many bits. */
const DIGIT_BITS: i32 = 7
/** Addresses of the buckets, in their order. */
let ordered: usize = 0
/** By code: where its part begins, and where the next one goes. */
const begins = heap.alloc(4 * <usize>MAX_CODES)
const ends = heap.alloc(4 * <usize>MAX_CODES)

// @ts-ignore: decorator
@inline
function codeOf(bucket: usize): usize {
  return <usize>(load<u64>(bucket) >> BUCKET_BITS)
}

/**
 * Order the buckets code by code, in the order of their arrival, for `layBuckets`.
 *
 * At the beginning of the scratch stand then, for each code, two u32: how many buckets it has, and whether they are in
 * the order of time; 0:
 * they are not.
 */
export function orderBuckets(): void {
  const heads = scratchAt()
  memory.fill(heads, 0, BUCKET_HEAD * <usize>codeCount)
  const end = buckets + BUCKET * <usize>bucketCount
  for (let b = buckets; b < end; b += BUCKET) {
    const head = heads + BUCKET_HEAD * codeOf(b)
    store<u32>(head, load<u32>(head) + 1)
  }
  ordered = heads + BUCKET_HEAD * <usize>codeCount
  let at = ordered
  for (let i = 0; i < codeCount; i++) {
    const head = heads + BUCKET_HEAD * <usize>i
    store<u32>(head, 1, BucketHead.InOrder)
    store<u32>(begins + 4 * <usize>i, <u32>at)
    store<u32>(ends + 4 * <usize>i, <u32>at)
    at += 4 * <usize>load<u32>(head)
  }
  for (let b = buckets; b < end; b += BUCKET) {
    const code = codeOf(b)
    const to = <usize>load<u32>(ends + 4 * code)
    store<u32>(to, <u32>b)
    // Entries without a time have the lowest number: they come first.
    if (to > <usize>load<u32>(begins + 4 * code) && load<u64>(b) < load<u64>(<usize>load<u32>(to - 4))) store<u32>(heads + BUCKET_HEAD * code, 0, BucketHead.InOrder)
    store<u32>(ends + 4 * code, <u32>(to + 4))
  }
}

/** Lay the next n buckets from the given place of the order on out as rows. @returns where they stand */
export function layBuckets(from: u32, n: u32): usize {
  const rows = (ordered + 4 * <usize>bucketCount + 7) & ~7
  let row = rows
  for (let i = from; i < from + n; i++) {
    const b = <usize>load<u32>(ordered + 4 * <usize>i)
    const bucket = (load<u64>(b) & BUCKET_MASK) - 1
    store<f64>(row, bucket == 0 ? NO_START : <f64>((<i64>bucket - BUCKET_BASE) * bucketSeconds))
    const sums = b + <usize>BucketRecord.Sums
    const present = load<u32>(sums, SumsOf.Present)
    store<f64>(row, <f64>load<u32>(sums), BucketRow.Sums)
    for (let measure: usize = 1; measure < <usize>SUMS; measure++) {
      const sum = present & (1 << <u32>measure) ? <f64>load<u64>(sums + 8 * measure) : NaN
      store<f64>(row + 8 * measure, sum, BucketRow.Sums)
    }
    row += BucketRow.Size
  }
  return rows
}

/**
 * By code: the fewest hits of a value that stays in a list, and how many of those with so many do: the first to come.
 */
export const fewest = heap.alloc(4 * <usize>MAX_CODES)
export const ties = heap.alloc(4 * <usize>MAX_CODES)
let listRows: usize = 0
let listTexts: usize = 0
let textCount: u32 = 0
/** Where `layLists` has put the rows, and the texts; how many texts there are. */
export function listRowsAt(): usize {
  return listRows
}
export function listTextsAt(): usize {
  return listTexts
}
export function listTextCount(): u32 {
  return textCount
}

/**
 * Lay the hits of all values out, u32: slots lie all over their table in the order of the values, so each is looked at
 * once.
 */
export function layHits(t: usize, to: usize): void {
  const slots = <usize>load<u32>(t)
  const end = to + 4 * <usize>load<u32>(t, TableHead.Used)
  for (let value = <usize>load<u32>(t, TableHead.Values); to < end; to += 4, value += VALUE) store<u32>(to, load<u32>(slots + SLOT * <usize>load<u32>(value, ValueRecord.Slot), SlotRecord.Hits))
}

/**
 * Lay the most frequent n values of each list of a dimension out in the scratch, as rows, code by code, in the order of
 * their arrival.
 *
 * At its beginning stand, for each code, two f64: how many rows it has, and the most hits that a value may have had
 * that is in none. A text that a hundred codes have, or days of a database, is there once, so that it becomes text of
 * the host once.
 */
export function layLists(dimension: i32, n: u32): void {
  const t = table(dimension)
  const used = load<u32>(t, TableHead.Used)
  const values = <usize>load<u32>(t, TableHead.Values)
  const lost = <usize>load<u32>(t, TableHead.Lost)
  const added = <usize>load<u32>(t, TableHead.Added)
  const heads = scratchAt()
  const hitsOf = heads + LIST_HEAD * <usize>codeCount
  layHits(t, hitsOf)
  findCuts(t, hitsOf, n)
  for (let c = 0; c < codeCount; c++) {
    store<f64>(heads + LIST_HEAD * <usize>c, 0)
    store<f64>(heads + LIST_HEAD * <usize>c, <f64>load<u32>(lost + 4 * <usize>c), ListHead.Lost)
  }
  let kept: usize = 0
  for (let i: u32 = 0; i < used; i++) {
    const value = values + VALUE * <usize>i
    const code = <usize>load<u16>(value, ValueRecord.Code)
    const head = heads + LIST_HEAD * code
    const hits = load<u32>(hitsOf + 4 * <usize>i)
    const least = load<u32>(fewest + 4 * code)
    const left = load<u32>(ties + 4 * code)
    if (hits > least || (hits == least && left > 0)) {
      if (hits == least) store<u32>(ties + 4 * code, left - 1)
      store<f64>(head, load<f64>(head) + 1)
      kept++
      continue
    }
    const error: u32 = load<u32>(value, ValueRecord.Error) + load<u32>(added + 4 * code)
    store<f64>(head, max(load<f64>(head, ListHead.Lost), <f64>hits + <f64>error), ListHead.Lost)
    // No value has none: it is not laid out.
    store<u32>(hitsOf + 4 * <usize>i, 0)
  }
  listRows = hitsOf + 4 * <usize>used
  let rows = listRows
  for (let c = 0; c < codeCount; c++) {
    store<u32>(ends + 4 * <usize>c, <u32>rows)
    rows += LIST_ROW * <usize>load<f64>(heads + LIST_HEAD * <usize>c)
  }
  for (let i: u32 = 0; i < used; i++) {
    const hits = load<u32>(hitsOf + 4 * <usize>i)
    if (hits == 0) continue
    const value = values + VALUE * <usize>i
    const code = <usize>load<u16>(value, ValueRecord.Code)
    const row = <usize>load<u32>(ends + 4 * code)
    store<u32>(ends + 4 * code, <u32>(row + LIST_ROW))
    store<u32>(row, i)
    store<u32>(row, hits, ListRow.Hits)
    store<u32>(row, load<u32>(value, ValueRecord.Error) + load<u32>(added + 4 * code), ListRow.Error)
  }
  numberTexts(values, kept)
}

/**
 * Find by code where its list is cut to the most frequent n values: digit by digit of the hits, from the highest on,
 * which that of the nth value is.
 */
export function findCuts(t: usize, hitsOf: usize, n: u32): void {
  const used = load<u32>(t, TableHead.Used)
  const values = <usize>load<u32>(t, TableHead.Values)
  const counts = <usize>load<u32>(t, TableHead.Counts)
  let longer = false
  for (let c: usize = 0; c < <usize>codeCount; c++) {
    longer = longer || load<u32>(counts + 4 * c) > n
    store<u32>(fewest + 4 * c, 0)
    store<u32>(ties + 4 * c, n)
  }
  if (!longer) return
  let most: u32 = 0
  for (let i: u32 = 0; i < used; i++) most = max(most, load<u32>(hitsOf + 4 * <usize>i))
  for (let shift = <i32>(31 - clz(most)) / DIGIT_BITS * DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
    memory.fill(bins, 0, 4 * BINS * <usize>codeCount)
    for (let i: u32 = 0; i < used; i++) {
      const code = <usize>load<u16>(values + VALUE * <usize>i, ValueRecord.Code)
      if (load<u32>(counts + 4 * code) <= n) continue
      const digits = <u64>load<u32>(hitsOf + 4 * <usize>i) >> shift
      if (digits >> DIGIT_BITS != <u64>load<u32>(fewest + 4 * code)) continue
      const bin = bins + 4 * (BINS * code + (<usize>digits & (BINS - 1)))
      store<u32>(bin, load<u32>(bin) + 1)
    }
    for (let c: usize = 0; c < <usize>codeCount; c++) {
      if (load<u32>(counts + 4 * c) <= n) continue
      let digit = BINS - 1
      let left = load<u32>(ties + 4 * c)
      for (let here: u32; (here = load<u32>(bins + 4 * (BINS * c + digit))) < left; digit--) left -= here
      store<u32>(fewest + 4 * c, (load<u32>(fewest + 4 * c) << DIGIT_BITS) | <u32>digit)
      store<u32>(ties + 4 * c, left)
    }
  }
}

/**
 * Give the texts of so many rows, which hold numbers of values yet, numbers of their own in the order of the rows:
 * those written alike the same.
 */
function numberTexts(values: usize, rows: usize): void {
  listTexts = listRows + LIST_ROW * rows
  const places = listTexts + LIST_TEXT * rows
  let mask: usize = 1
  while (mask * 3 < rows * 4) mask = 2 * mask + 1
  memory.fill(places, 0, 4 * (mask + 1))
  textCount = 0
  for (let row = listRows; row < listTexts; row += LIST_ROW) {
    const value = values + VALUE * <usize>load<u32>(row)
    const text = <usize>load<u32>(value)
    const length = <u32>load<u16>(value, ValueRecord.Length)
    let i = <usize>(hashOf(text, length) >> 32) & mask
    while (true) {
      const number = load<u32>(places + 4 * i)
      const known = listTexts + LIST_TEXT * <usize>(number - 1)
      if (number == 0) {
        const fresh = listTexts + LIST_TEXT * <usize>textCount
        store<u32>(fresh, <u32>text)
        store<u32>(fresh, length, ListText.Length)
        store<u32>(row, textCount++)
        store<u32>(places + 4 * i, textCount)
        break
      }
      if (load<u32>(known, ListText.Length) == length && memory.compare(<usize>load<u32>(known), text, length) == 0) {
        store<u32>(row, number - 1)
        break
      }
      i = (i + 1) & mask
    }
  }
}
