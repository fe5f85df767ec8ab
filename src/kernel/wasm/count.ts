// Counting. The values of BATCH entries are gathered in lists, one for each table; then each table is touched in a loop of its own, so that
// the cache misses of one table overlap instead of queueing behind the next table's. Measured on the prototype: ×1.4.
import {
  BIN_BITS, BUCKET_BITS, BucketRecord, CodeRecord, GatheredValue, LARGEST_SUM, LatencyRecord, MAX_CODES, MAX_REASONS, Measure, StatusBits, SumsOf,
} from '../records'
import { spanEnd, spanStart } from './cut'
import { firstOfList, status, substatus, time, win32Status, withoutQuery } from './entry'
import { present, values } from './measure'
import { Dimension, Role } from './roles'
import { hashOf, keyOf, mix, spread } from './hash'
import { DASH } from './scan'
import { NO_TIME } from './time'
import { clearTable, countValues, GATHERED, scratchAt, table } from './values'

const BATCH: i32 = 256

// The same code in another period (a day, where a database keeps lists by day) is another code here, so that every table is by period.
export const CODE: usize = CodeRecord.Size
export const codes = heap.alloc(CODE * <usize>MAX_CODES)
export let codeCount: i32 = 0
const CODE_SLOTS: u32 = 16384
// slot: key u64 · reason hash u64 · code u32 (+1; 0 = empty) · pad
const codeSlots = heap.alloc(24 * <usize>CODE_SLOTS)
export const reasons = heap.alloc(MAX_REASONS)
let reasonsUsed: usize = 0
export function reasonsUsedBytes(): usize {
  return reasonsUsed
}

// The tables of buckets and latencies hold records one behind the other, in the order of their arrival, that begin with their key. They are
// found through an open-addressing hash table of their numbers (u32, +1; 0 = empty). So no memory is touched for records that are
// not there, only the numbers move when the table grows, and the records can be handed over as they lie.

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
/** Slots in use of those that there is room for: like the tables of values, this one and the next begin small. */
let bucketSlots: u32 = 1 << 8
/** Seconds a bucket holds. */
export let bucketSeconds: i64 = BUCKET_SECONDS
let bucketLimit: u32 = MANY_BUCKETS

export const LATENCY: usize = LatencyRecord.Size
const MAX_LATENCY_SLOTS: u32 = 1 << 18
const MANY_LATENCIES: u32 = (MAX_LATENCY_SLOTS / 4) * 3
export const latencies = heap.alloc(LATENCY * <usize>(MANY_LATENCIES + 2 * BATCH))
export let latencyCount: u32 = 0
const latencyIndex = heap.alloc(4 * <usize>MAX_LATENCY_SLOTS)
let latencySlots: u32 = 1 << 8

/** The last of `BUCKET_WIDTHS` in kernel.ts. */
const WIDEST_BUCKET: i64 = 86400
let widening: bool = false

/** Whether the host widens the buckets (`widenBuckets`) when there are many. */
export function setWidening(on: bool): void {
  widening = on
  limitBuckets()
}

/** Those that cannot be widened any more are as many as there is room for: to read them out would take memory, and cut lists. */
function limitBuckets(): void {
  bucketLimit = widening && bucketSeconds < WIDEST_BUCKET ? FEW_BUCKETS : MANY_BUCKETS
}

/** Asks the host for the period of a time; it answers through `setPeriod`. */
// @ts-ignore: decorator
@external("host", "periodOf")
declare function periodOf(seconds: f64): void

// The period in force holds the times [periodStart, periodEnd). Entries without a time belong to period NO_PERIOD.
export const NO_PERIOD: i32 = i32.MIN_VALUE
let period: i32 = 0
let periodStart: i64 = 0
let periodEnd: i64 = 0

export function setPeriod(number: i32, start: f64, end: f64): void {
  period = number
  periodStart = <i64>start
  periodEnd = <i64>end
  if (cutting && number > latest) latestIs(number)
}

/** Whether the tables are cut before the first line of a later period, once they hold so many entries. */
let cutting: bool = false
let fewEntries: u64 = 0
/** The latest period of the input so far. Late lines of an earlier period do not change this one. */
let latest: i32 = NO_PERIOD
/** A line from this moment on is the first of a later period. */
let latestEnd: i64 = i64.MAX_VALUE
/** Entries in a row that belong to an earlier period than the latest. */
let earlier: u64 = 0
/** After so many the latest period was a wrong clock, or the log begins again with earlier days. */
const MANY_EARLIER: u64 = 1 << 16

function latestIs(number: i32): void {
  latest = number
  latestEnd = number == NO_PERIOD ? i64.MAX_VALUE : periodEnd
  earlier = 0
}

/** Stop before the first line of a later period (`Event.Period`) when the tables hold at least `few` entries. */
export function cutAtPeriods(few: u32): void {
  cutting = true
  fewEntries = few
  forgetLatest()
}

/** The next line may be of any period: another input begins, or the tables were cut. */
export function forgetLatest(): void {
  latestIs(NO_PERIOD)
}

/** Whether the line that was just read is the first of a later period, and the tables are to be emptied before it is counted. */
// @ts-ignore: decorator
@inline
export function beginsPeriod(): bool {
  return time >= latestEnd && sinceClear + gathered >= fewEntries
}

/** Entries of the input whose time could not be read. */
export let withoutTime: u64 = 0
export function clearWithoutTime(): void {
  withoutTime = 0
}

/** Values gathered, a list for each dimension. */
const lists = heap.alloc(GATHERED * <usize>BATCH * <usize>Dimension.Count)
/** Bytes of each list, u32. */
const listed = heap.alloc(4 * <usize>Dimension.Count)
let gathered: i32 = 0
/** Entries counted since the tables were cleared. Hits of a value or a bucket are 32 bits wide, also after those of another kernel are added. */
let sinceClear: u64 = 0

export function clearCounts(): void {
  for (let d = 0; d < Dimension.Count; d++) clearTable(d, codeCount)
  for (let i = 0; i < codeCount; i++) store<u32>(codeSlots + 24 * <usize>load<u32>(codes + CODE * <usize>i, CodeRecord.Slot), 0, 16)
  dropBuckets()
  if (latencyCount) memory.fill(latencyIndex, 0, 4 * <usize>latencySlots)
  codeCount = 0
  bucketSeconds = BUCKET_SECONDS
  limitBuckets()
  lastTo = lastFrom
  // Codes of another kernel may come before the next entry, and have other numbers.
  lastKey = u64.MAX_VALUE
  latencyCount = 0
  reasonsUsed = 0
  sinceClear = 0
  // What is counted next must not depend on what was before.
  period = NO_PERIOD
  periodEnd = periodStart
}

/** Count the entries of another kernel among those since the tables were cleared. */
export function countForeign(entries: u64): void {
  sinceClear += entries
}

/** Whether so many more codes and latency bins surely fit. */
export function fits(moreCodes: u32, moreLatencies: u32): bool {
  return <u32>codeCount + moreCodes <= <u32>(MAX_CODES - 2 * BATCH) && latencyCount + moreLatencies <= MANY_LATENCIES &&
    sinceClear < 0x80000000 && reasonsUsed < <usize>MAX_REASONS / 2
}

/** Whether so many more buckets surely fit. */
export function bucketsFit(more: u32): bool {
  return bucketCount + more <= bucketLimit
}

/** Whether the next batch could overflow a table that must stay exact. */
export function isFull(): bool {
  return codeCount > MAX_CODES - 2 * BATCH || reasonsUsed > <usize>MAX_REASONS - (128 << 10) || bucketCount > bucketLimit || sinceClear > 0x70000000 ||
    latencyCount > MANY_LATENCIES
}

/** Gather the entry that `readEntry` left, its fields split. @returns whether the batch must be flushed */
export function gather(): bool {
  const start = spanStart(Role.Reason)
  if (time != NO_TIME && (time < periodStart || time >= periodEnd)) periodOf(<f64>time)
  const code = start && !isAbsent(start, spanEnd(Role.Reason))
    ? codeOf(start, min(<u32>(spanEnd(Role.Reason) - start), 256), time == NO_TIME ? NO_PERIOD : period)
    : codeOf(0, 0, time == NO_TIME ? NO_PERIOD : period)
  countEntry(code)
  const mixed = lastMixed
  let p = spanStart(Role.Uri)
  gatherValue(Dimension.Path, code, mixed, p, p ? withoutQuery(p, spanEnd(Role.Uri)) : 0)
  p = spanStart(Role.ClientIp)
  gatherValue(Dimension.Client, code, mixed, p, p ? firstOfList(p, spanEnd(Role.ClientIp)) : 0)
  p = spanStart(Role.Referer)
  gatherValue(Dimension.Referer, code, mixed, p, p ? withoutQuery(p, spanEnd(Role.Referer)) : 0)
  gatherValue(Dimension.UserAgent, code, mixed, spanStart(Role.UserAgent), spanEnd(Role.UserAgent))
  gatherValue(Dimension.Method, code, mixed, spanStart(Role.Method), spanEnd(Role.Method))
  gatherValue(Dimension.Host, code, mixed, spanStart(Role.Host), spanEnd(Role.Host))
  return ++gathered == BATCH
}

/** Keeps times before 1970 positive: buckets are unsigned, and 0 means no time. */
export const BUCKET_BASE: i64 = 1 << 36

function floorDiv(a: i64, b: i64): i64 {
  const q = a / b
  return a < 0 && q * b != a ? q - 1 : q
}

// @ts-ignore: decorator
@inline
function isAbsent(start: usize, end: usize): bool {
  return end <= start || (end == start + 1 && load<u8>(start) == DASH)
}

// @ts-ignore: decorator
@inline
function gatherValue(dimension: i32, code: u32, mixed: u64, start: usize, end: usize): void {
  if (start == 0) return
  const length = <u32>(end - start)
  const n = load<u32>(listed + 4 * dimension)
  const v = lists + GATHERED * <usize>BATCH * dimension + <usize>n
  store<u64>(v, keyOf(hashOf(start, length), mixed))
  store<u32>(v, <u32>start, GatheredValue.Text)
  store<u32>(v, length, GatheredValue.Length)
  store<u32>(v, code, GatheredValue.Code)
  // What is absent, as every other referer, is written over by the next, since to ask before would be mispredicted.
  store<u32>(listed + 4 * dimension, n + (isAbsent(start, end) ? 0 : <u32>GATHERED))
}

let lastKey: u64 = u64.MAX_VALUE
let lastReason: u64 = 0
let lastCode: u32 = 0
/** What the keys of its values are mixed with. */
let lastMixed: u64 = 0

/** The number of the code of the entry, made when it is new. There is room: `isFull` is asked before each batch. */
function codeOf(reason: usize, length: u32, period: i32): u32 {
  // status 0–999 or none in 10 bits, sub-status or none in 17, Win32 status or none in 33
  const key = (<u64>(status + 1) << StatusBits.Status) | (<u64>(substatus + 1) << StatusBits.Substatus) | <u64>(win32Status + 1)
  const hash = (length ? hashOf(reason, length) : 0) + <u64>period
  if (key == lastKey && hash == lastReason && codeCount > 0) return lastCode
  lastKey = key
  lastReason = hash
  lastCode = findCode(key, hash, reason, length, period)
  lastMixed = mix(key, hash)
  return lastCode
}

/** The slot of a code by its key and the hash of its reason and period, or the empty one where it would stand. */
// @ts-ignore: decorator
@inline
function slotOf(key: u64, hash: u64): usize {
  let i = <u32>(mix(key, hash) >> 40) & (CODE_SLOTS - 1)
  while (true) {
    const slot = codeSlots + 24 * <usize>i
    if (load<u32>(slot, 16) == 0 || (load<u64>(slot) == key && load<u64>(slot, 8) == hash)) return slot
    i = (i + 1) & (CODE_SLOTS - 1)
  }
}

/** The number of a code; made when it is new. */
export function findCode(key: u64, hash: u64, reason: usize, length: u32, period: i32): u32 {
  const slot = slotOf(key, hash)
  const found = load<u32>(slot, 16)
  if (found) return found - 1
  store<u64>(slot, key)
  store<u64>(slot, hash, 8)
  store<u32>(slot, codeCount + 1, 16)
  return newCode(key, hash, reason, length, period, <u32>((slot - codeSlots) / 24))
}

function newCode(key: u64, hash: u64, reason: usize, length: u32, period: i32, slot: u32): u32 {
  const c = codes + CODE * <usize>codeCount
  memory.fill(c, 0, CODE)
  store<u64>(c, key)
  memory.copy(reasons + reasonsUsed, reason, length)
  store<u32>(c, <u32>(reasons + reasonsUsed), CodeRecord.Reason)
  store<u32>(c, length, CodeRecord.ReasonLength)
  reasonsUsed += length
  store<i64>(c, i64.MAX_VALUE, CodeRecord.FirstSeen)
  store<i64>(c, i64.MIN_VALUE, CodeRecord.LastSeen)
  store<i32>(c, period, CodeRecord.Period)
  store<u32>(c, slot, CodeRecord.Slot)
  store<u64>(c, hash, CodeRecord.Hash)
  return codeCount++
}

/** Count what was gathered. Must run before the block moves: the lists point into it. */
export function flush(): void {
  for (let d = 0; d < Dimension.Count; d++) {
    const list = lists + GATHERED * <usize>BATCH * <usize>d
    countValues(table(d), list, list + load<u32>(listed + 4 * <usize>d))
    store<u32>(listed + 4 * <usize>d, 0)
  }
  sinceClear += gathered
  if (period < latest && period != NO_PERIOD) {
    earlier += gathered
    if (earlier >= MANY_EARLIER) latestIs(period)
  } else earlier = 0
  gathered = 0
}

let lastNumber: u64 = 0
/** Times [lastFrom, lastTo) are in the bucket of that number. */
let lastFrom: i64 = 0
let lastTo: i64 = 0

/** The number of the bucket of the entry's time; 0: it has none. Neighbours share it, and a division takes as long as all else that is done for a bucket. */
// @ts-ignore: decorator
@inline
function bucketNumber(): u64 {
  if (time == NO_TIME) return 0
  if (time < lastFrom || time >= lastTo) {
    const number = floorDiv(time, bucketSeconds)
    lastFrom = number * bucketSeconds
    lastTo = lastFrom + bucketSeconds
    lastNumber = <u64>(number + BUCKET_BASE)
  }
  return lastNumber
}

// @ts-ignore: decorator
@inline
function countEntry(code: u32): void {
  const c = codes + CODE * <usize>code
  const b = bucketOf(code, bucketNumber())
  const ofCode = c + <usize>CodeRecord.Sums
  const ofBucket = b + <usize>BucketRecord.Sums
  store<u32>(ofCode, load<u32>(ofCode) + 1)
  store<u32>(ofBucket, load<u32>(ofBucket) + 1)
  store<u32>(ofCode, load<u32>(ofCode, SumsOf.Present) | present, SumsOf.Present)
  store<u32>(ofBucket, load<u32>(ofBucket, SumsOf.Present) | present, SumsOf.Present)
  for (let bits = present; bits; bits &= bits - 1) {
    const at = <usize>ctz(bits) << 3
    const value = load<u64>(values + at)
    add(ofCode + at, value)
    add(ofBucket + at, value)
  }
  if (present & (1 << Measure.timeTakenUs)) countLatency(code, load<u64>(values, 8 * Measure.timeTakenUs))
  if (time == NO_TIME) withoutTime++
  else {
    if (time < load<i64>(c, CodeRecord.FirstSeen)) store<i64>(c, time, CodeRecord.FirstSeen)
    if (time > load<i64>(c, CodeRecord.LastSeen)) store<i64>(c, time, CodeRecord.LastSeen)
  }
}

/** Add to the sum that stands at p. */
// @ts-ignore: decorator
@inline
function add(p: usize, value: u64): void {
  store<u64>(p, min(load<u64>(p) + value, <u64>LARGEST_SUM))
}

/** Add sums to those that stand at `to`. */
export function addSums(to: usize, from: usize): void {
  store<u32>(to, load<u32>(to) + load<u32>(from))
  store<u32>(to, load<u32>(to, SumsOf.Present) | load<u32>(from, SumsOf.Present), SumsOf.Present)
  for (let at: usize = 8; at < <usize>SumsOf.Size; at += 8) add(to + at, load<u64>(from + at))
}

/** By code, the bucket that was asked for last, u32. */
const lastBuckets = heap.alloc(4 * <usize>MAX_CODES)

// @ts-ignore: decorator
@inline
function bucketOf(code: u32, bucket: u64): usize {
  const key = (<u64>code << BUCKET_BITS) | (bucket + 1)
  const last = lastBuckets + 4 * <usize>code
  const known = <usize>load<u32>(last)
  // It may have been moved or cleared since.
  if (load<u64>(known) == key && known < buckets + BUCKET * <usize>bucketCount) return known
  const found = bucketAt(key)
  store<u32>(last, <u32>found)
  return found
}

/** By code, the key of its latest bucket, u64; 0: it has none. */
const latestKeys = heap.alloc(8 * <usize>MAX_CODES)
/** So many of the first buckets are in the index. */
let bucketsIndexed: u32 = 0

/**
 * The bucket of a key; made when it is new.
 *
 * One that is later than all of its code is new, and is not looked up. In a log that is in the order of time that is every one, and the index
 * is never made: to import 5 million entries took 2 to 3 % less.
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
  memory.fill(fresh, 0, BUCKET)
  store<u64>(fresh, key)
  return fresh
}

/** Forget all buckets. */
function dropBuckets(): void {
  if (bucketsIndexed) memory.fill(bucketIndex, 0, 4 * <usize>bucketSlots)
  memory.fill(latestKeys, 0, 8 * <usize>codeCount)
  bucketsIndexed = 0
  bucketCount = 0
}

/** Where the number of a record is, or could be. */
// @ts-ignore: decorator
@inline
function find(numbers: usize, slots: u32, records: usize, record: usize, key: u64): usize {
  let i = <u32>(spread(key) >> 40) & (slots - 1)
  while (true) {
    const entry = numbers + 4 * <usize>i
    const number = load<u32>(entry)
    if (number == 0 || load<u64>(records + record * <usize>(number - 1)) == key) return entry
    i = (i + 1) & (slots - 1)
  }
}

/** See to it that the hash table of the numbers of n records has room for one more: it is made anew with twice the slots. @returns how many it has */
// @ts-ignore: decorator
@inline
function withRoom(numbers: usize, slots: u32, most: u32, records: usize, record: usize, n: u32): u32 {
  if ((n + 1) * 4 < slots * 3 || slots == most) return slots
  slots *= 2
  memory.fill(numbers, 0, 4 * <usize>slots)
  for (let i: u32 = 0; i < n; i++) store<u32>(find(numbers, slots, records, record, load<u64>(records + record * <usize>i)), i + 1)
  return slots
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

/** Add n buckets of so many seconds, which must divide the width here. @param codeMap by their code: the code here; 0: the same */
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

/** Logarithmic bin of a time in µs: exact below 64, then 32 an octave, so the middle of a bin is within 1.6 %. */
// @ts-ignore: decorator
@inline
function latencyBin(us: u64): u64 {
  if (us < 64) return us
  const octave = 63 - clz(us)
  return 64 + (octave - 6) * 32 + ((us >> (octave - 5)) & 31)
}

function countLatency(code: u32, us: u64): void {
  addLatency((<u64>code << BIN_BITS) | (latencyBin(us) + 1), 1)
}

export function addLatency(key: u64, hits: u64): void {
  latencySlots = withRoom(latencyIndex, latencySlots, MAX_LATENCY_SLOTS, latencies, LATENCY, latencyCount)
  const entry = find(latencyIndex, latencySlots, latencies, LATENCY, key)
  if (load<u32>(entry) == 0) {
    const fresh = latencies + LATENCY * <usize>latencyCount
    store<u32>(entry, ++latencyCount)
    store<u64>(fresh, key)
    store<u64>(fresh, 0, LatencyRecord.Hits)
  }
  const bin = latencies + LATENCY * <usize>(load<u32>(entry) - 1)
  store<u64>(bin, load<u64>(bin, LatencyRecord.Hits) + hits, LatencyRecord.Hits)
}
