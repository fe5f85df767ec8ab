// What the cut fields mean: numbers, time, request. `readEntry` fills the variables below from the spans, or says why the
// line is no entry. A field that is absent or `-` is -1 (NO_TIME for the time): that is not 0.
import { fail, spanEnd, spans, spanStart } from './cut'
import { strict, timeScale } from './plan'
import { Reject, Role } from './roles'
import { BLANK, DASH, findByte } from './scan'
import { dateAt, NO_TIME, timeAt, timeOfDayAt } from './time'

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
  if (start == end || end - start > <usize>digits) return -1
  let n: i64 = 0
  for (let p = start; p < end; p++) {
    const d = <u32>load<u8>(p) - 0x30
    if (d > 9) return -1
    n = n * 10 + <i64>d
  }
  return n
}

// @ts-ignore: decorator
@inline
function isDash(start: usize, end: usize): bool {
  return end == start + 1 && load<u8>(start) == DASH
}

/** A number with a fraction, times `scale`. -1: none. Seconds in a list (`0.001, 0.204`) are read up to the comma. */
function scaled(start: usize, end: usize, scale: f64): i64 {
  let n: f64 = 0
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
  if (p < end && load<u8>(p) != 0x2c && load<u8>(p) != BLANK) return -1
  return <i64>Math.round(n * scale)
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
  } else if (isDash(start, end)) status = -1
  else status = strict ? -2 : <i32>max(decimal(start, end, 3), -2)
  if (status == -2 || (status == -1 && !isDash(start, end))) {
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
    bytesSent = decimal(start, end, 18)
    if (bytesSent < 0 && strict && !isDash(start, end)) {
      fail(Reject.Bytes, Role.BytesSent, start)
      return Reject.Bytes
    }
  }
  start = spanStart(Role.TimeTaken)
  timeTakenUs = start ? scaled(start, spanEnd(Role.TimeTaken), timeScale) : -1
  time = readTime()
  return Reject.None
}

function readTime(): i64 {
  let start = spanStart(Role.Time)
  if (start) return timeAt(start, spanEnd(Role.Time))
  start = spanStart(Role.Date)
  if (!start || spanEnd(Role.Date) - start != 10) return NO_TIME
  const day = dateAt(start)
  const clock = spanStart(Role.TimeOfDay)
  if (!clock || day == NO_TIME || spanEnd(Role.TimeOfDay) - clock < 8) return NO_TIME
  const seconds = timeOfDayAt(clock)
  return seconds < 0 ? NO_TIME : day + seconds
}

/** Split a request line into the spans of Method and Uri; a line that is none becomes the Uri as it stands. */
export function splitRequest(): void {
  const start = spanStart(Role.Request)
  const end = spanEnd(Role.Request)
  let p = start
  while (p < end && isMethodByte(load<u8>(p))) p++
  if (p == start || p >= end || load<u8>(p) != BLANK) {
    setSpan(Role.Method, 0, 0)
    setSpan(Role.Uri, start, end)
    return
  }
  setSpan(Role.Method, start, p)
  p++
  // The URI ends before the last blank when ` HTTP/…` follows it: paths may hold blanks.
  let q = end
  while (q > p && load<u8>(q - 1) != BLANK) q--
  const isProtocol = q > p && end - q >= 6 && load<u32>(q) == 0x50545448 && load<u8>(q, 4) == 0x2f
  setSpan(Role.Uri, p, isProtocol ? q - 1 : end)
}

// @ts-ignore: decorator
@inline
function isMethodByte(c: u8): bool {
  return ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a) || c == DASH || c == 0x5f
}

function setSpan(role: i32, start: usize, end: usize): void {
  store<u32>(spans + 8 * <usize>role, <u32>start)
  store<u32>(spans + 8 * <usize>role, <u32>end, 4)
}

/** Cut the query off a URI (or a referer): queries hold session keys and are never kept. @returns the new end */
// @ts-ignore: decorator
@inline
export function withoutQuery(start: usize, end: usize): usize {
  return findByte(start, end, 0x3f)
}

/** The first address of a list such as `10.0.0.2, 10.0.0.1`. @returns its end */
export function firstOfList(start: usize, end: usize): usize {
  return findByte(start, end, 0x2c)
}

/** The client in all that stands before the time: the first word that looks like an address, else the first word. */
export function clientInPrefix(): void {
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
    if (dots >= 2 && other == 0) {
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
