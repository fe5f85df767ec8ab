// Time stamps to seconds since 1970 UTC. Shapes are told apart by their punctuation; anything else is NO_TIME, and the
// entry is counted without a time. The last day and the last minute are remembered, since neighbours in a log share
// them.
import { DASH } from './scan'
import { foundDay, foundMonth, foundSeconds, foundYear, foundZone, NO_ZONE, readWords } from './time-words'

export const NO_TIME: i64 = i64.MIN_VALUE

/**
 * Asks the host how far east of UTC the log's clock stood when it showed a time; it answers through `setLocalOffset`.
 */
// @ts-ignore: decorator
@external("host", "localOffset")
declare function askLocalOffset(seconds: f64): void

// The offset, in seconds, that holds while the log's clock shows a time in [localFrom, localTo).
let localOffset: i64 = 0
let localFrom: i64 = 0
let localTo: i64 = 0
export function setLocalOffset(seconds: i32, from: f64, to: f64): void {
  localOffset = seconds
  localFrom = <i64>from
  localTo = <i64>to
  // The time remembered of the last line was read with the offset of before.
  seenBase = NO_TIME
}

/** UTC of a time without a zone. */
export function utcOf(local: i64): i64 {
  if (local < localFrom || local >= localTo) askLocalOffset(<f64>local)
  return local - localOffset
}

// @ts-ignore: decorator
@inline
function digit(p: usize, i: usize): i32 {
  return <i32>load<u8>(p + i) - 0x30
}

/** Two digits as a number; negative or over 99 when they are none (checked by the caller's ranges). */
// @ts-ignore: decorator
@inline
function two(p: usize, i: usize): i32 {
  const high = digit(p, i)
  const low = digit(p, i + 1)
  return <u32>high > 9 || <u32>low > 9 ? 1000 : high * 10 + low
}

function year(p: usize): i32 {
  return two(p, 0) * 100 + two(p, 2)
}

/** Days since 1970-01-01 of a proleptic Gregorian date. */
function daysOf(y: i32, m: i32, d: i32): i64 {
  const shifted = m <= 2 ? y - 1 : y
  const era = (shifted >= 0 ? shifted : shifted - 399) / 400
  const yoe = shifted - era * 400
  const doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1
  const doe = yoe * 365 + yoe / 4 - yoe / 100 + doy
  return <i64>era * 146097 + <i64>doe - 719468
}

function lastDay(y: i32, m: i32): i32 {
  if (m == 2) return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 ? 29 : 28
  return m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31
}

function midnight(y: i32, m: i32, d: i32): i64 {
  if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > lastDay(y, m)) return NO_TIME
  return daysOf(y, m, d) * 86400
}

let seenDate0: u64 = 0
let seenDate1: u16 = 0
let seenMidnight: i64 = NO_TIME

/** `YYYY-MM-DD` at p (ten readable bytes). */
export function dateAt(p: usize): i64 {
  const a = load<u64>(p)
  const b = load<u16>(p, 8)
  if (a == seenDate0 && b == seenDate1) return seenMidnight
  const mark = load<u8>(p, 4)
  if ((mark != DASH && mark != 0x2f) || load<u8>(p, 7) != mark) return NO_TIME
  const day = midnight(year(p), two(p, 5), two(p, 8))
  if (day == NO_TIME) return NO_TIME
  seenDate0 = a
  seenDate1 = b
  seenMidnight = day
  return day
}

/** `HH:MM:SS` at p (eight readable bytes); a leap second counts as the next one. -1 when it is none. */
export function timeOfDayAt(p: usize): i64 {
  const h = two(p, 0)
  const m = two(p, 3)
  const s = two(p, 6)
  if (h > 23 || m > 59 || s > 60 || load<u8>(p, 2) != 0x3a || load<u8>(p, 5) != 0x3a) return -1
  return <i64>(h * 3600 + m * 60 + s)
}

/** `+hh:mm`, `+hhmm`, `+hh` or `Z` in [p, end) as seconds east. NO_TIME: none of these. */
function zoneAt(p: usize, end: usize): i64 {
  const sign = load<u8>(p)
  if (sign == 0x5a || sign == 0x7a) return p + 1 == end ? 0 : NO_TIME
  if ((sign != 0x2b && sign != DASH) || p + 3 > end) return NO_TIME
  const h = two(p, 1)
  let m = 0
  if (p + 6 == end && load<u8>(p, 3) == 0x3a) m = two(p, 4)
  else if (p + 5 == end) m = two(p, 3)
  else if (p + 3 != end) return NO_TIME
  if (h > 23 || m > 59) return NO_TIME
  const seconds = <i64>(h * 3600 + m * 60)
  return sign == DASH ? -seconds : seconds
}

/** Month 1–12 of three English letters, any case; 0 when it is none. */
function monthAt(p: usize): i32 {
  const name = ((<u32>load<u8>(p) << 16) | (<u32>load<u8>(p, 1) << 8) | <u32>load<u8>(p, 2)) | 0x202020
  switch (name) {
    case 0x6a616e: return 1
    case 0x666562: return 2
    case 0x6d6172: return 3
    case 0x617072: return 4
    case 0x6d6179: return 5
    case 0x6a756e: return 6
    case 0x6a756c: return 7
    case 0x617567: return 8
    case 0x736570: return 9
    case 0x6f6374: return 10
    case 0x6e6f76: return 11
    case 0x646563: return 12
  }
  return 0
}

// `10/Oct/2023:13:55:` (18 bytes) and the zone (6 bytes, with its blank) of the last CLF time, and the second they
// mean.
const seenMinute = heap.alloc(32)
let seenBase: i64 = NO_TIME

// `10/Oct/2023:13:55:36 +0000`
function clfAt(p: usize, end: usize): i64 {
  if (
    end - p == 26 && seenBase != NO_TIME &&
    i8x16.all_true(i8x16.eq(v128.load(p), v128.load(seenMinute))) && load<u16>(p, 16) == load<u16>(seenMinute, 16) &&
    load<u32>(p, 20) == load<u32>(seenMinute, 20) && load<u16>(p, 24) == load<u16>(seenMinute, 24)
  ) {
    const s = two(p, 18)
    return s > 60 ? NO_TIME : seenBase + <i64>s
  }
  if (end - p < 20 || load<u8>(p, 6) != 0x2f || load<u8>(p, 11) != 0x3a) return NO_TIME
  const day = midnight(year(p + 7), monthAt(p + 3), two(p, 0))
  const time = timeOfDayAt(p + 12)
  if (day == NO_TIME || time < 0) return NO_TIME
  let q = p + 20
  if (q < end && load<u8>(q) == 0x2e) q = skipDigits(q + 1, end)
  while (q < end && load<u8>(q) == 0x20) q++
  if (q >= end) return utcOf(day + time)
  const zone = zoneAt(q, end)
  if (zone == NO_TIME) return NO_TIME
  const seconds = day + time - zone
  if (end - p == 26) {
    memory.copy(seenMinute, p, 26)
    seenBase = seconds - <i64>two(p, 18)
  }
  return seconds
}

function skipDigits(p: usize, end: usize): usize {
  while (p < end && <u32>digit(p, 0) <= 9) p++
  return p
}

// `2026-05-01T00:00:00.123+00:00`, with `T`, a blank or `:` between, and `Z`, an offset or nothing behind.
function isoAt(p: usize, end: usize): i64 {
  if (end - p < 19) return NO_TIME
  const day = dateAt(p)
  const time = timeOfDayAt(p + 11)
  if (day == NO_TIME || time < 0) return NO_TIME
  let q = p + 19
  if (q < end && (load<u8>(q) == 0x2e || load<u8>(q) == 0x2c)) q = skipDigits(q + 1, end)
  while (q < end && load<u8>(q) == 0x20) q++
  if (q >= end) return utcOf(day + time)
  const zone = zoneAt(q, end)
  return zone == NO_TIME ? NO_TIME : day + time - zone
}

/** `7:55:20`, `07:55:20.123` in [p, end). -1 when it is none. */
export function timeOfDayIn(p: usize, end: usize): i64 {
  if (end - p >= 8 && load<u8>(p, 2) == 0x3a) return timeOfDayAt(p)
  if (end - p < 7 || load<u8>(p, 1) != 0x3a || load<u8>(p, 4) != 0x3a) return -1
  const h = digit(p, 0)
  const m = two(p, 2)
  const s = two(p, 5)
  return <u32>h > 9 || m > 59 || s > 60 ? -1 : <i64>(h * 3600 + m * 60 + s)
}

/** Midnight of `03/20/05`, `20/3/2005`, `28/Jun/2017` in [p, end). Of two digits, 70 to 99 are of the last century. */
export function dateInWords(p: usize, end: usize, monthFirst: bool): i64 {
  let a = 0
  let b = 0
  let y = 0
  let digits = 0
  while (p < end && <u32>digit(p, 0) <= 9) a = a * 10 + digit(p++, 0)
  if (p == end) return NO_TIME
  const mark = load<u8>(p++)
  if (mark != 0x2f && mark != DASH && mark != 0x2e) return NO_TIME
  if (p + 4 < end && <u32>digit(p, 0) > 9) {
    b = monthAt(p)
    p += 3
    monthFirst = false
  } else while (p < end && <u32>digit(p, 0) <= 9) b = b * 10 + digit(p++, 0)
  if (p >= end || load<u8>(p++) != mark) return NO_TIME
  for (; p < end && <u32>digit(p, 0) <= 9; digits++) y = y * 10 + digit(p++, 0)
  if (p != end || (digits != 2 && digits != 4) || a > 31 || b > 31) return NO_TIME
  if (digits == 2) y += y < 70 ? 2000 : 1900
  return monthFirst ? midnight(y, a, b) : midnight(y, b, a)
}

// The day that `#Date` named, for records with a time alone, and the last time read: after midnight it begins again.
let directiveDay: i64 = NO_TIME
let lastTimeOfDay: i64 = 0

/** A `#Date:` directive whose value is [p, end); an empty one forgets the last. */
export function setDirective(p: usize, end: usize): void {
  while (p < end && load<u8>(p) <= 0x20) p++
  directiveDay = end - p >= 10 && load<u8>(p, 4) == DASH ? dateAt(p) : end - p >= 11 ? dateInWords(p, p + 11, false) : NO_TIME
  lastTimeOfDay = 0
}

/** The last moment that was read under a `#Date`; NO_TIME when there was none. */
export function moment(): i64 {
  return directiveDay == NO_TIME ? NO_TIME : directiveDay + lastTimeOfDay
}

/** Go on as after this moment. */
export function setMoment(seconds: f64): void {
  directiveDay = <i64>Math.floor(seconds / 86400) * 86400
  lastTimeOfDay = <i64>seconds - directiveDay
}

/** The moment of a time of day under the `#Date` in force. */
export function directiveTime(seconds: i64): i64 {
  if (directiveDay == NO_TIME) return NO_TIME
  if (seconds + 43200 < lastTimeOfDay) directiveDay += 86400
  lastTimeOfDay = seconds
  return directiveDay + seconds
}

// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their digits; a fraction is cut off.
function epochAt(p: usize, end: usize): i64 {
  let q = p
  let n: i64 = 0
  while (q < end && <u32>digit(q, 0) <= 9 && q - p < 19) n = n * 10 + <i64>digit(q++, 0)
  const digits = q - p
  if (q < end && (load<u8>(q) != 0x2e || skipDigits(q + 1, end) != end)) return NO_TIME
  if (digits < 9) return NO_TIME
  if (digits <= 11) return n
  if (digits <= 14) return n / 1000
  if (digits <= 17) return n / 1000000
  return n / 1000000000
}

/** A time stamp of another shape, or one that is none. */
function wordsAt(p: usize, end: usize): i64 {
  // A stamp has no more: what is longer, such as a sentence, is none.
  if (end - p > 80 || !readWords(p, end)) return NO_TIME
  const day = midnight(foundYear, foundMonth, foundDay)
  if (day == NO_TIME) return NO_TIME
  const local = day + <i64>foundSeconds
  return foundZone == NO_ZONE ? utcOf(local) : local - <i64>foundZone
}

/** A whole time stamp in [p, end). */
export function timeAt(p: usize, end: usize): i64 {
  if (end - p < 9) return NO_TIME
  const third = load<u8>(p, 2)
  const time = third == 0x2f ? clfAt(p, end) : load<u8>(p, 4) == DASH ? isoAt(p, end) : epochAt(p, end)
  return time == NO_TIME ? wordsAt(p, end) : time
}
