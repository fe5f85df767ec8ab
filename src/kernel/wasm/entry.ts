// The meaning of the cut fields: numbers, time, request. `readEntry` fills the variables below from the spans, or says
// why the line is no entry. A field that is absent or `-` is -1 (NO_TIME for the time): that is not 0.
import { Measure } from '../records'
import { fail, setSpan, spanEnd, spanStart } from './cut'
import { withoutPort } from './cut-json'
import { derive } from './derive'
import { readMeasures, valueOf } from './measure'
import { decimal, isDash } from './number'
import { cutter, flags, namedRoles, strict } from './plan'
import { Cutter, Flag, Reject, Role } from './roles'
import { BLANK, COMMA, DASH, findByte, findFarByte, isMethod, isMethodByte } from './scan'
import { dateAt, dateInWords, directiveTime, NO_TIME, timeAt, timeOfDayIn, utcOf } from './time'

export let status: i32 = -1
export let substatus: i32 = -1
export let win32Status: i64 = -1
export let time: i64 = NO_TIME

/** Whether a text stands for no status: `-`, in HAProxy `-1`, in quoted W3C values `""`. */
function isNone(start: usize, end: usize): bool {
  return isDash(start, end) || (end - start == 2 && load<u16>(start) == 0x312d) || (start != 0 && start == end && cutter == Cutter.W3c)
}

/** A status that is not three digits: -1 stands for none, -2 for what is no status. */
function otherStatus(start: usize, end: usize): i32 {
  if (isNone(start, end)) return -1
  // Exports of tables write every number with a fraction, `502.0`.
  if (cutter == Cutter.Json && end - start == 5 && load<u16>(start, 3) == 0x302e) end -= 2
  // Squid writes 0 where no response was sent; before what may be a status it is rather a time.
  if (strict && (end - start != 1 || load<u8>(start) != 0x30 || isStatusAt(end + 1))) return -2
  const n = <i32>decimal(start, end, 3)
  return n < 0 && flags & Flag.ForeignStatus && decimal(start, end, 10) > 999 ? -1 : n < 0 ? -2 : n
}

function isStatusAt(p: usize): bool {
  return <u32>load<u8>(p) - 0x31 <= 4 && <u32>load<u8>(p, 1) - 0x30 <= 9 && <u32>load<u8>(p, 2) - 0x30 <= 9 && <u32>load<u8>(p, 3) - 0x30 > 9
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
  } else status = otherStatus(start, end)
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

  if (!readMeasures()) {
    fail(Reject.Bytes, Role.BytesSent, spanStart(Role.BytesSent))
    return Reject.Bytes
  }
  time = readTime()
  start = spanStart(Role.Reason)
  // HAProxy's `--` says that a session ended as it should; other reasons are of interest for errors alone.
  if (start && (flags & Flag.ReasonOfErrors ? status >= 0 && status < 400 : load<u16>(start) == 0x2d2d)) setSpan(Role.Reason, 0, 0)
  // An error of the network where others have a status: such a number becomes the reason.
  if (flags & Flag.ForeignStatus) setSpan(Role.Reason, status == -1 ? spanStart(Role.Status) : 0, spanEnd(Role.Status))
  if (flags & (Flag.Derive400 | Flag.DeriveMaker)) derive(flags, status, valueOf(Measure.bytesSent))
  if (flags & Flag.NeedsTime && time == NO_TIME) {
    fail(Reject.Layout, Role.Time, spanStart(Role.Time))
    return Reject.Layout
  }
  if (flags & Flag.NeedsMethod && !isMethod(spanStart(Role.Method), spanEnd(Role.Method)) && !isDash(spanStart(Role.Method), spanEnd(Role.Method))) {
    fail(Reject.Layout, Role.Method, spanStart(Role.Method))
    return Reject.Layout
  }
  return flags & Flag.Checked && !isPlausible() ? Reject.Layout : Reject.None
}

/**
 * Whether a record that no header describes can be what its layout says: a guess must not take a port or a byte count
 * for a status.
 */
function isPlausible(): bool {
  if (time != NO_TIME && status >= 100 && status < 600 && isAddress(spanStart(Role.ClientIp), spanEnd(Role.ClientIp)) && isMethod(spanStart(Role.Method), spanEnd(Role.Method))) return true
  fail(Reject.Layout, 0, spanStart(Role.Status))
  return false
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
  if (cutter != Cutter.Json && cutter != Cutter.Ltsv) {
    if (start) return bracketedTime(start, spanEnd(Role.Time))
    return timeOn(spanStart(Role.TimeOfDay), spanEnd(Role.TimeOfDay))
  }
  const end = spanEnd(Role.Time)
  const whole = start ? timeAt(start, end) : NO_TIME
  if (whole != NO_TIME) return whole
  // `date` and `time` in two keys, or the whole in `date`.
  const split = start ? timeOn(start, end) : timeOn(spanStart(Role.TimeOfDay), spanEnd(Role.TimeOfDay))
  start = spanStart(Role.Date)
  return split == NO_TIME && start ? timeAt(start, spanEnd(Role.Date)) : split
}

/**
 * The time in [start, end). Where it is none, a value before it may have held a bracket, as an X-Forwarded-For with a
 * forged line does: the time then begins behind the last one.
 */
function bracketedTime(start: usize, end: usize): i64 {
  const whole = timeAt(start, end)
  if (whole != NO_TIME) return whole
  let p = end
  while (p > start && load<u8>(p - 1) != 0x5b) p--
  return p > start ? timeAt(p, end) : NO_TIME
}

/** The time of a day that is named in [clock, end), on the date of the record or the one that a directive named. */
function timeOn(clock: usize, clockEnd: usize): i64 {
  if (!clock) return NO_TIME
  const seconds = timeOfDayIn(clock, clockEnd)
  if (seconds < 0) return NO_TIME
  const start = spanStart(Role.Date)
  if (!start) return directiveTime(seconds)
  const end = spanEnd(Role.Date)
  const day = end - start == 10 && (load<u8>(start, 4) == DASH || load<u8>(start, 4) == 0x2f) ? dateAt(start) : dateInWords(start, end, (flags & Flag.MonthFirst) != 0)
  if (day == NO_TIME) return NO_TIME
  return flags & Flag.LocalTime ? utcOf(day + seconds) : day + seconds
}

/**
 * Set the spans of what is a part of another field. Once for each entry: the spans that are split must be those that
 * were cut.
 */
// @ts-ignore: decorator
@inline
export function splitFields(): void {
  if (spanStart(Role.Request)) splitRequest()
  if (flags & Flag.AbsoluteUri) splitUri()
  if (spanStart(Role.Prefix)) clientInPrefix()
  if (spanStart(Role.ClientIp)) settleClient()
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

/** Cut the query off a URI (or a referer): queries hold session keys and are never kept. @returns the new end */
// @ts-ignore: decorator
@inline
export function withoutQuery(start: usize, end: usize): usize {
  return findFarByte(start, end, 0x3f)
}

/**
 * The first of a list of addresses, without its port, and without quotes, parentheses and brackets around it:
 * `(192.0.2.1, 10.0.0.1)`, `"192.0.2.1:80"`.
 */
function settleClient(): void {
  let start = spanStart(Role.ClientIp)
  let end = spanEnd(Role.ClientIp)
  if (isPlainIpv4(start, end)) return
  end = findByte(start, end, COMMA)
  while (start < end && isBracket(load<u8>(start))) start++
  if (cutter == Cutter.Delimited) {
    const port = withoutPort(start, end)
    if (port + 1 < end && <u32>load<u8>(port, 1) - 0x30 <= 9) end = port
  }
  while (end > start && isBracket(load<u8>(end - 1))) end--
  // `192.0.2.41 (-)` names nobody behind who asked, who stands where others write their host.
  const host = spanStart(Role.Host)
  if ((start == end || isDash(start, end)) && cutter == Cutter.Delimited && host && isAddress(host, spanEnd(Role.Host))) setSpan(Role.ClientIp, host, spanEnd(Role.Host))
  else setSpan(Role.ClientIp, start, end)
}

/** Whether [start, end) is digits and points alone, as most clients are: nothing stands around them. */
// @ts-ignore: decorator
@inline
function isPlainIpv4(start: usize, end: usize): bool {
  const v = v128.load(start)
  const digits = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x30)), i8x16.splat(10))
  const plain = i8x16.bitmask(v128.or(digits, i8x16.eq(v, i8x16.splat(0x2e))))
  return start != end && <usize>ctz(~plain) >= end - start
}

// @ts-ignore: decorator
@inline
function isBracket(byte: u8): bool {
  return byte == 0x22 || byte == 0x28 || byte == 0x29 || byte == 0x5b || byte == 0x5d
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
  return c == BLANK || c == COMMA || isBracket(c)
}
