// Buckets hold the sums of a code in a stretch of time: a minute, which becomes wider where that is asked for.
import { BUCKET_BITS, BucketRecord, MAX_CODES } from '../records'
import { addSums } from './measure'
import { BATCH, find, withRoom } from './record-index'
import { NO_TIME } from './time'
import { scratchAt } from './values'

export const BUCKET: usize = BucketRecord.Size
export const BUCKET_MASK: u64 = (<u64>1 << BUCKET_BITS) - 1
const MAX_BUCKET_SLOTS: u32 = 1 << 20
const BUCKET_SECONDS: i64 = 60
/** Buckets are widened when there are so many; where they must keep their width, so many are all there is room for. */
const FEW_BUCKETS: u32 = 3 << 13
const MANY_BUCKETS: u32 = (MAX_BUCKET_SLOTS / 4) * 3
export const buckets = heap.alloc(BUCKET * <usize>(MANY_BUCKETS + 2 * BATCH))
export let bucketCount: u32 = 0
const bucketIndex = heap.alloc(4 * <usize>MAX_BUCKET_SLOTS)
/** Slots in use of those that there is room for: like the tables of values, this one begins small. */
let bucketSlots: u32 = 1 << 8
/** Seconds a bucket holds. */
export let bucketSeconds: i64 = BUCKET_SECONDS
let bucketLimit: u32 = MANY_BUCKETS

/** The last of `BUCKET_WIDTHS` in kernel.ts. */
const WIDEST_BUCKET: i64 = 86400
let widening: bool = false

/** Whether the host widens the buckets (`widenBuckets`) when there are many. */
export function setWidening(on: bool): void {
  widening = on
  limitBuckets()
}

/**
 * Buckets that cannot be widened any more are as many as there is room for: to read them out would take memory, and cut
 * lists.
 */
function limitBuckets(): void {
  bucketLimit = widening && bucketSeconds < WIDEST_BUCKET ? FEW_BUCKETS : MANY_BUCKETS
}

/** Whether so many more buckets surely fit. */
export function bucketsFit(more: u32): bool {
  return bucketCount + more <= bucketLimit
}

/** Whether the next batch could overflow the table. */
export function areBucketsFull(): bool {
  return bucketCount > bucketLimit
}

/** Keeps times before 1970 positive: buckets are unsigned, and 0 means no time. */
export const BUCKET_BASE: i64 = 1 << 36

function floorDiv(a: i64, b: i64): i64 {
  const q = a / b
  return a < 0 && q * b != a ? q - 1 : q
}

let lastNumber: u64 = 0
/** Times [lastFrom, lastTo) are in the bucket of that number. */
let lastFrom: i64 = 0
let lastTo: i64 = 0

/**
 * The number of the bucket of a time; 0: it has none. Neighbours share it, and a division takes as long as all else
 * that is done for a bucket.
 */
// @ts-ignore: decorator
@inline
export function bucketNumber(time: i64): u64 {
  if (time == NO_TIME) return 0
  if (time < lastFrom || time >= lastTo) {
    const number = floorDiv(time, bucketSeconds)
    lastFrom = number * bucketSeconds
    lastTo = lastFrom + bucketSeconds
    lastNumber = <u64>(number + BUCKET_BASE)
  }
  return lastNumber
}

/** By code, the bucket that was asked for last, u32. */
const lastBuckets = heap.alloc(4 * <usize>MAX_CODES)

// @ts-ignore: decorator
@inline
export function bucketOf(code: u32, bucket: u64): usize {
  const key = (<u64>code << BUCKET_BITS) | (bucket + 1)
  const last = lastBuckets + 4 * <usize>code
  const known = <usize>load<u32>(last)
  // The bucket may have been moved or cleared since.
  if (load<u64>(known) == key && known < buckets + BUCKET * <usize>bucketCount) return known
  const found = bucketAt(key)
  store<u32>(last, <u32>found)
  return found
}

/** By code, the key of its latest bucket, u64; 0: it has none. */
const latestKeys = heap.alloc(8 * <usize>MAX_CODES)
/** Codes that may have a latest bucket. */
let codeLimit: u32 = 0
/** So many of the first buckets are in the index. */
let bucketsIndexed: u32 = 0

/**
 * The bucket of a key; made when it is new.
 *
 * A bucket that is later than all of its code is new, and is not looked up. In a log that is in the order of time that
 * is every one, and the index is never made: to import 5 million entries took 2 to 3 % less.
 */
function bucketAt(key: u64): usize {
  const latest = latestKeys + 8 * <usize>(key >> BUCKET_BITS)
  if (key > load<u64>(latest)) {
    store<u64>(latest, key)
    return newBucket(key)
  }
  for (; bucketsIndexed < bucketCount; bucketsIndexed++) {
    bucketSlots = withRoom(bucketIndex, bucketSlots, MAX_BUCKET_SLOTS, buckets, BUCKET, bucketsIndexed)
    store<u32>(find(bucketIndex, bucketSlots, buckets, BUCKET, load<u64>(buckets + BUCKET * <usize>bucketsIndexed)), bucketsIndexed + 1)
  }
  const number = load<u32>(find(bucketIndex, bucketSlots, buckets, BUCKET, key))
  return number ? buckets + BUCKET * <usize>(number - 1) : newBucket(key)
}

function newBucket(key: u64): usize {
  const fresh = buckets + BUCKET * <usize>bucketCount
  bucketCount++
  codeLimit = max(codeLimit, <u32>(key >> BUCKET_BITS) + 1)
  store<u64>(fresh, key)
  // There may be one for every few lines, and a call of `memory.fill` costs more than so few bytes.
  for (let at: usize = BucketRecord.Sums; at < BUCKET; at += 8) store<u64>(fresh + at, 0)
  return fresh
}

/** Forget all buckets; the next ones are as narrow as can be. */
export function clearBuckets(): void {
  dropBuckets()
  bucketSeconds = BUCKET_SECONDS
  limitBuckets()
  lastTo = lastFrom
}

function dropBuckets(): void {
  if (bucketsIndexed) memory.fill(bucketIndex, 0, 4 * <usize>bucketSlots)
  memory.fill(latestKeys, 0, 8 * <usize>codeLimit)
  codeLimit = 0
  bucketsIndexed = 0
  bucketCount = 0
}

/** Make all buckets as wide as so many seconds, a multiple of what they are. */
export function widenBuckets(seconds: i64): void {
  const n = bucketCount
  const fine = bucketSeconds
  memory.copy(scratchAt(), buckets, BUCKET * <usize>n)
  dropBuckets()
  bucketSeconds = seconds
  limitBuckets()
  lastTo = lastFrom
  addBuckets(n, scratchAt(), fine, 0)
}

/**
 * Add n buckets of so many seconds, which must divide the width here. @param codeMap by their code: the code here; 0:
 * the same
 */
export function addBuckets(n: u32, from: usize, seconds: i64, codeMap: usize): void {
  for (let end = from + BUCKET * <usize>n; from < end; from += BUCKET) {
    const key = load<u64>(from)
    const theirs = <u32>(key >> BUCKET_BITS)
    let bucket = (key & BUCKET_MASK) - 1
    if (bucket != 0 && seconds != bucketSeconds) bucket = <u64>(floorDiv((<i64>bucket - BUCKET_BASE) * seconds, bucketSeconds) + BUCKET_BASE)
    const here = bucketOf(codeMap ? load<u32>(codeMap + 4 * <usize>theirs) : theirs, bucket)
    addSums(here + <usize>BucketRecord.Sums, from + <usize>BucketRecord.Sums)
  }
}
