// What the cut fields mean: numbers, time, request. `readEntry` fills the variables below from the spans, or says why the
// line is no entry. A field that is absent or `-` is -1 (NO_TIME for the time): that is not 0.
import { fail, setSpan, spanEnd, spanStart } from './cut'
import { withoutPort } from './cut-json'
import { derive } from './derive'
import { cutter, flags, namedRoles, strict, timeScale, wholeTimeScale } from './plan'
import { Cutter, Flag, Reject, Role } from './roles'
import { BLANK, DASH, findByte, findFarByte } from './scan'
import { dateAt, dateInWords, directiveTime, NO_TIME, timeAt, timeOfDayIn, utcOf } from './time'

export let status: i32 = -1
export let substatus: i32 = -1
export let win32Status: i64 = -1
export let time: i64 = NO_TIME
export let bytesSent: i64 = -1
export let timeTakenUs: i64 = -1

/** Read an unsigned decimal of at most `digits` digits. -1: not a number (or too long). */
// @ts-ignore: decorator
@inline
function decimal(start: usize, end: usize, digits: i32): i64 {
  const length = end - start
  if (length - 1 >= <usize>digits) return -1
  if (length <= 8) return upTo8Digits(load<u64>(start), <u64>length)
  let n: i64 = 0
  for (let p = start; p < end; p++) {
    const d = <u32>load<u8>(p) - 0x30
    if (d > 9) return -1
    n = n * 10 + <i64>d
  }
  return n
}

/** The number that the first 1 to 8 bytes of a text are, all at once: how many digits a size has cannot be predicted. -1: they are not all digits. */
// @ts-ignore: decorator
@inline
function upTo8Digits(text: u64, length: u64): i64 {
  const absent = (8 - length) << 3
  const zeros: u64 = 0x3030303030303030
  // The last of eight digits, zeros before them.
  const d = ((text << absent) | (zeros & ((<u64>1 << absent) - 1))) ^ zeros
  if ((d | (d + 0x0606060606060606)) & 0xf0f0f0f0f0f0f0f0) return -1
  // Pairs of digits in every second byte, and these weighted: the sum stands in the upper half.
  const pairs = d * 10 + (d >> 8)
  const odd = (pairs & 0x000000ff000000ff) * ((1000000 << 32) | 100)
  const even = ((pairs >> 16) & 0x000000ff000000ff) * ((10000 << 32) | 1)
  return <i64>((odd + even) >> 32)
}

// @ts-ignore: decorator
@inline
function isDash(start: usize, end: usize): bool {
  return end == start + 1 && load<u8>(start) == DASH
}

/** What a log writes for no status: `-`, of HAProxy `-1`, of quoted W3C values `""`. */
function isNone(start: usize, end: usize): bool {
  return isDash(start, end) || (end - start == 2 && load<u16>(start) == 0x312d) || (start != 0 && start == end && cutter == Cutter.W3c)
}

/** Powers of ten, f64. */
const POWERS = memory.data<f64>([1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7])

/** `timeTaken` of the first 1 to 8 bytes of a text, as nearly all are. -1: they are not just digits, with or without a point among them. */
// @ts-ignore: decorator
@inline
function shortTimeTaken(text: u64, length: u64): i64 {
  const other = text ^ 0x2e2e2e2e2e2e2e2e
  const points = (other - 0x0101010101010101) & ~other & 0x8080808080808080
  const before = <u64>ctz(points) >> 3
  let places: u64 = 0
  if (before < length) {
    if (before == 0 || before + 1 == length) return -1
    places = --length - before
    const bits = before << 3
    const whole = text & ((<u64>1 << bits) - 1)
    text = whole | ((text >> (bits + 8)) << bits)
  }
  const n = upTo8Digits(text, length)
  if (n < 0) return -1
  if (places == 0 && wholeTimeScale != 0) return n * wholeTimeScale
  return <i64>Math.round((<f64>n * timeScale) / load<f64>(POWERS + 8 * <usize>places))
}

/** A time that may have a fraction, in µs. -1: none. Of a list (`0.001, 0.204`) the first. */
function timeTaken(start: usize, end: usize): i64 {
  if (end - start - 1 < 8) {
    const n = shortTimeTaken(load<u64>(start), <u64>(end - start))
    if (n >= 0) return n
  }
  let n: f64 = 0
  // HAProxy's `option logasap` writes `+` before what was not over yet.
  if (start < end && load<u8>(start) == 0x2b) start++
  let p = start
  for (; p < end; p++) {
    const d = <u32>load<u8>(p) - 0x30
    if (d > 9) break
    n = n * 10 + <f64>d
  }
  if (p == start || p - start > 15) return -1
  if (p < end && load<u8>(p) == 0x2e) {
    let unit: f64 = 0.1
    for (p++; p < end; p++) {
      const d = <u32>load<u8>(p) - 0x30
      if (d > 9) break
      n += unit * <f64>d
      unit *= 0.1
    }
  }
  // A list of several servers' times, or Google's `0.034s`.
  if (p < end && load<u8>(p) != 0x2c && load<u8>(p) != BLANK && (load<u8>(p) != 0x73 || p + 1 != end)) return -1
  return <i64>Math.round(n * timeScale)
}

/** Fill the entry from the spans. @returns a Reject; `failedStep` is then the role, `failedAt` the place */
export function readEntry(): i32 {
  let start = spanStart(Role.Status)
  let end = spanEnd(Role.Status)
  // Exactly three digits is the form every server writes; IIS and others may write fewer.
  if (end - start == 3) {
    const a = <u32>load<u8>(start) - 0x30
    const b = <u32>load<u8>(start, 1) - 0x30
    const c = <u32>load<u8>(start, 2) - 0x30
    status = a > 9 || b > 9 || c > 9 ? -2 : <i32>(a * 100 + b * 10 + c)
  } else if (isNone(start, end)) status = -1
  else {
    status = strict ? -1 : <i32>decimal(start, end, 3)
    if (status == -1) status = -2
  }
  if (status == -2) {
    fail(Reject.Status, Role.Status, start)
    return Reject.Status
  }

  start = spanStart(Role.Substatus)
  substatus = -1
  if (start) {
    end = spanEnd(Role.Substatus)
    const n = decimal(start, end, 5)
    if (n >= 0 && n <= 65535) substatus = <i32>n
    else if (!isDash(start, end)) {
      fail(Reject.Substatus, Role.Substatus, start)
      return Reject.Substatus
    }
  }
  start = spanStart(Role.Win32Status)
  win32Status = -1
  if (start) {
    const n = decimal(start, spanEnd(Role.Win32Status), 10)
    if (n <= 0xffffffff) win32Status = n
  }

  start = spanStart(Role.BytesSent)
  bytesSent = -1
  if (start) {
    end = spanEnd(Role.BytesSent)
    bytesSent = decimal(load<u8>(start) == 0x2b ? start + 1 : start, end, 18)
    if (bytesSent < 0 && strict && !isDash(start, end)) {
      fail(Reject.Bytes, Role.BytesSent, start)
      return Reject.Bytes
    }
  }
  start = spanStart(Role.TimeTaken)
  timeTakenUs = start ? timeTaken(start, spanEnd(Role.TimeTaken)) : -1
  time = readTime()
  start = spanStart(Role.Reason)
  // HAProxy's `--` says that a session ended as it should; other reasons are of interest for errors alone.
  if (start && (flags & Flag.ReasonOfErrors ? status >= 0 && status < 400 : load<u16>(start) == 0x2d2d)) setSpan(Role.Reason, 0, 0)
  if (flags & (Flag.Derive400 | Flag.DeriveMaker)) derive(flags, status, bytesSent)
  if (flags & Flag.NeedsTime && time == NO_TIME) {
    fail(Reject.Layout, Role.Time, spanStart(Role.Time))
    return Reject.Layout
  }
  return flags & Flag.Checked && !isPlausible() ? Reject.Layout : Reject.None
}

/**
 * Whether a record that no header describes can be what its layout says: a guess must not take a port or a byte count for a
 * status.
 */
function isPlausible(): bool {
  if (time != NO_TIME && status >= 100 && status < 600 && isAddress(spanStart(Role.ClientIp), spanEnd(Role.ClientIp)) && isMethod()) return true
  fail(Reject.Layout, 0, spanStart(Role.Status))
  return false
}

function isMethod(): bool {
  const start = spanStart(Role.Method)
  const end = spanEnd(Role.Method)
  for (let p = start; p < end; p++) if (!isMethodByte(load<u8>(p))) return false
  return end > start && !isDash(start, end)
}

/** IPv4, or IPv6 with or without a zone. */
function isAddress(start: usize, end: usize): bool {
  let marks = 0
  for (let p = start; p < end; p++) {
    const c = load<u8>(p)
    if (c == 0x25 && marks > 1) break
    if (c == 0x2e || c == 0x3a) marks++
    else if (!(<u32>c - 0x30 <= 9 || <u32>(c | 0x20) - 0x61 <= 5)) return false
  }
  return marks >= 2
}

function readTime(): i64 {
  let start = spanStart(Role.Time)
  if (start) return timeAt(start, spanEnd(Role.Time))
  const clock = spanStart(Role.TimeOfDay)
  if (!clock) return NO_TIME
  const seconds = timeOfDayIn(clock, spanEnd(Role.TimeOfDay))
  if (seconds < 0) return NO_TIME
  start = spanStart(Role.Date)
  if (!start) return directiveTime(seconds)
  const end = spanEnd(Role.Date)
  const day = end - start == 10 && load<u8>(start, 4) == DASH ? dateAt(start) : dateInWords(start, end, (flags & Flag.MonthFirst) != 0)
  if (day == NO_TIME) return NO_TIME
  return flags & Flag.LocalTime ? utcOf(day + seconds) : day + seconds
}

/** Set the spans of what is a part of another field. Once for each entry: the spans that are split must be those that were cut. */
// @ts-ignore: decorator
@inline
export function splitFields(): void {
  if (spanStart(Role.Request)) splitRequest()
  if (flags & Flag.AbsoluteUri) splitUri()
  if (spanStart(Role.Prefix)) clientInPrefix()
}

/** Split a request line into the spans of Method and Uri; a line that is none becomes the Uri as it stands. */
export function splitRequest(): void {
  const start = spanStart(Role.Request)
  const end = spanEnd(Role.Request)
  let p = start
  // `GET `, since most are
  if (load<u32>(p) == 0x20544547) p += 3
  else while (p < end && isMethodByte(load<u8>(p))) p++
  if (p == start || p >= end || load<u8>(p) != BLANK) {
    setSpan(Role.Method, 0, 0)
    setSpan(Role.Uri, start, end)
    return
  }
  if (p - start == 1 && load<u8>(start) == DASH) {
    setSpan(Role.Method, 0, 0)
    setSpan(Role.Uri, 0, 0)
    return
  }
  setSpan(Role.Method, start, p)
  p++
  // The URI ends before the last blank when ` HTTP/…` follows it: paths may hold blanks.
  let q = end
  if (end - p >= 9 && endsInVersion(end)) q -= 8
  else while (q > p && load<u8>(q - 1) != BLANK) q--
  const isProtocol = q > p && end - q >= 6 && load<u32>(q) == 0x50545448 && load<u8>(q, 4) == 0x2f
  setSpan(Role.Uri, p, isProtocol ? q - 1 : end)
}

/** Whether ` HTTP/1.1`, or another version, stands before `end`. */
// @ts-ignore: decorator
@inline
function endsInVersion(end: usize): bool {
  return (load<u64>(end - 9) & 0xff00ffffffffffff) == 0x2e002f5054544820 && load<u8>(end - 3) != BLANK && load<u8>(end - 1) != BLANK
}

/** `https://host:443/a` to the path `/a`, and to a host where the line names none; what is not of this form stays. */
function splitUri(): void {
  // Or the host of the line before would stand for this one.
  if (!(namedRoles & (1 << Role.Host))) setSpan(Role.Host, 0, 0)
  const start = spanStart(Role.Uri)
  const end = spanEnd(Role.Uri)
  if (end - start < 8 || load<u32>(start) != 0x70747468) return
  let p = start + (load<u8>(start, 4) == 0x73 ? 5 : 4)
  if (load<u16>(p) != 0x2f3a || load<u8>(p, 2) != 0x2f) return
  p += 3
  const path = findByte(p, end, 0x2f)
  if (path == end || path == p) return
  setSpan(Role.Uri, path, end)
  const host = spanStart(Role.Host)
  if (!host || spanEnd(Role.Host) == host || isDash(host, spanEnd(Role.Host))) setSpan(Role.Host, p, withoutPort(p, path))
}

// @ts-ignore: decorator
@inline
function isMethodByte(c: u8): bool {
  return ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a) || c == DASH || c == 0x5f
}

/** Cut the query off a URI (or a referer): queries hold session keys and are never kept. @returns the new end */
// @ts-ignore: decorator
@inline
export function withoutQuery(start: usize, end: usize): usize {
  return findFarByte(start, end, 0x3f)
}

/** The first address of a list such as `10.0.0.2, 10.0.0.1`. @returns its end */
export function firstOfList(start: usize, end: usize): usize {
  return findByte(start, end, 0x2c)
}

/** The client in all that stands before the time: the first word that looks like an address, else the first word. */
function clientInPrefix(): void {
  const start = spanStart(Role.Prefix)
  const end = spanEnd(Role.Prefix)
  let p = start
  let first: usize = 0
  let firstEnd: usize = 0
  while (p < end) {
    while (p < end && isSeparator(load<u8>(p))) p++
    const word = p
    let dots = 0
    let other = 0
    while (p < end && !isSeparator(load<u8>(p))) {
      const c = load<u8>(p++)
      if (c == 0x2e || c == 0x3a) dots++
      else if (!(<u32>c - 0x30 <= 9 || (<u32>(c | 0x20) - 0x61 <= 5))) other++
    }
    if (p == word) break
    if (!first) {
      first = word
      firstEnd = p
    }
    // A syslog header's 17:13:53 is no address.
    const isClock = p - word == 8 && load<u8>(word, 2) == 0x3a && load<u8>(word, 5) == 0x3a
    if (dots >= 2 && other == 0 && !isClock) {
      first = word
      firstEnd = p
      break
    }
  }
  setSpan(Role.ClientIp, first, firstEnd)
}

// @ts-ignore: decorator
@inline
function isSeparator(c: u8): bool {
  return c == BLANK || c == 0x2c || c == 0x22
}
