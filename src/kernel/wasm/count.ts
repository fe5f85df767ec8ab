// Counting. The values of BATCH entries are gathered in lists, one for each table; then each table is touched in a loop
// of its own, so that the cache misses of one table overlap instead of queueing behind the next table's. Measured on
// the prototype: ×1.4.
import { BucketRecord, CodeRecord, GatheredValue, MAX_CODES, MAX_REASONS, Measure, StatusBits, SumsOf } from '../records'
import { areBucketsFull, bucketNumber, bucketOf, clearBuckets } from './buckets'
import { spanEnd, spanStart } from './cut'
import { status, substatus, time, win32Status, withoutQuery } from './entry'
import { clearLatencies, countLatency, latencyCount, MANY_LATENCIES } from './histogram'
import { add, present, values } from './measure'
import { isDash } from './number'
import { BATCH } from './record-index'
import { clearEvidence, isEvidenceFull, keepsEvidence, noteEntry } from './evidence'
import { Dimension, Role } from './roles'
import { hashOf, keyOf, mix, spread } from './hash'
import { NO_TIME } from './time'
import { clearTable, countValues, GATHERED, table } from './values'

// The same code in another period (a day, where a database keeps lists by day) is another code here, so that every
// table is by period.
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

/**
 * Whether the line that was just read is the first of a later period, and the tables are to be emptied before it is
 * counted.
 */
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
/**
 * Entries counted since the tables were cleared. Hits of a value or a bucket are 32 bits wide, also after those of
 * another kernel are added.
 */
let sinceClear: u64 = 0

export function clearCounts(): void {
  clearEvidence()
  for (let d = 0; d < Dimension.Count; d++) clearTable(d, codeCount)
  for (let i = 0; i < codeCount; i++) store<u32>(codeSlots + 24 * <usize>load<u32>(codes + CODE * <usize>i, CodeRecord.Slot), 0, 16)
  clearBuckets()
  clearLatencies()
  codeCount = 0
  // Codes of another kernel may come before the next entry, and have other numbers.
  lastKey = u64.MAX_VALUE
  reasonsUsed = 0
  sinceClear = 0
  // The entries counted next must not depend on those of before.
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

/** Whether the next batch could overflow a table that must stay exact. */
export function isFull(): bool {
  return codeCount > MAX_CODES - 2 * BATCH || reasonsUsed > <usize>MAX_REASONS - (128 << 10) || areBucketsFull() || sinceClear > 0x70000000 ||
    latencyCount > MANY_LATENCIES || isEvidenceFull()
}

/** Gather the entry that `readEntry` left, its fields split. @returns whether the batch must be flushed */
export function gather(): bool {
  const start = spanStart(Role.Reason)
  const hasReason = start != 0 && !isAbsent(start, spanEnd(Role.Reason))
  if (time != NO_TIME && (time < periodStart || time >= periodEnd)) periodOf(<f64>time)
  const code = hasReason
    ? codeOf(start, min(<u32>(spanEnd(Role.Reason) - start), 256), time == NO_TIME ? NO_PERIOD : period)
    : codeOf(0, 0, time == NO_TIME ? NO_PERIOD : period)
  countEntry(code)
  const mixed = lastMixed
  const uri = spanStart(Role.Uri)
  const uriEnd = uri ? withoutQuery(uri, spanEnd(Role.Uri)) : 0
  const path = gatherValue(Dimension.Path, code, mixed, uri, uriEnd)
  const clientStart = spanStart(Role.ClientIp)
  const clientEnd = spanEnd(Role.ClientIp)
  const client = gatherValue(Dimension.Client, code, mixed, clientStart, clientEnd)
  const refererStart = spanStart(Role.Referer)
  const refererEnd = refererStart ? withoutQuery(refererStart, spanEnd(Role.Referer)) : 0
  const referer = gatherValue(Dimension.Referer, code, mixed, refererStart, refererEnd)
  const agent = gatherValue(Dimension.UserAgent, code, mixed, spanStart(Role.UserAgent), spanEnd(Role.UserAgent))
  gatherValue(Dimension.Method, code, mixed, spanStart(Role.Method), spanEnd(Role.Method))
  gatherValue(Dimension.Host, code, mixed, spanStart(Role.Host), spanEnd(Role.Host))
  if (keepsEvidence) noteEntry(code, hasReason, uri, uriEnd, clientStart, clientEnd, refererEnd, path, client, referer, agent)
  return ++gathered == BATCH
}

// @ts-ignore: decorator
@inline
function isAbsent(start: usize, end: usize): bool {
  return end <= start || isDash(start, end)
}

// @ts-ignore: decorator
@inline
function gatherValue(dimension: i32, code: u32, mixed: u64, start: usize, end: usize): u64 {
  if (start == 0) return 0
  const length = <u32>(end - start)
  const n = load<u32>(listed + 4 * dimension)
  const v = lists + GATHERED * <usize>BATCH * dimension + <usize>n
  const hash = hashOf(start, length)
  store<u64>(v, keyOf(hash, mixed))
  store<u32>(v, <u32>start, GatheredValue.Text)
  store<u32>(v, length, GatheredValue.Length)
  store<u32>(v, code, GatheredValue.Code)
  // An absent value, as every other referer is, is written over by the next: to ask before would be mispredicted.
  const absent = isAbsent(start, end)
  store<u32>(listed + 4 * dimension, n + (absent ? 0 : <u32>GATHERED))
  return absent ? 0 : hash
}

let lastKey: u64 = u64.MAX_VALUE
let lastReason: u64 = 0
let lastCode: u32 = 0
/** The hash that the keys of its values are mixed with. */
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

// @ts-ignore: decorator
@inline
function countEntry(code: u32): void {
  const c = codes + CODE * <usize>code
  const b = bucketOf(code, bucketNumber(time))
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
