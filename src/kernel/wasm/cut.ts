// The cutters: one line in, one span for each role out. They only find where fields begin and end; what fields mean is
// entry.ts. A cutter returns the place of the line's newline, or 0 when the line does not fit, with `failedStep` and
// `failedAt` saying where. They never throw, never allocate, and read nothing past the line's newline.
import { endsSimply, flags, isMostlyLong, leading, leadingLength, needleOf, STEP, stepCount, steps } from './plan'
import { Flag, Reject, Role, Rule } from './roles'
import { BLANK, COMMA, DASH, findByte, findFarOrNewline, findNewline, findOrNewline, isEscaped, NEWLINE, QUOTE, trimReturn } from './scan'

/** Bytes of all spans, in whole vectors. */
const SPANS: usize = (8 * <usize>Role.Count + 15) & ~15
/** Spans by role, 8 bytes each: start u32, end u32. start == 0 means absent. */
export const spans: usize = heap.alloc(SPANS)

export let failedStep: i32 = 0
export let failedAt: usize = 0
export let failedReason: i32 = 0

// @ts-ignore: decorator
@inline
export function spanStart(role: i32): usize {
  return load<u32>(spans + 8 * <usize>role)
}
// @ts-ignore: decorator
@inline
export function spanEnd(role: i32): usize {
  return load<u32>(spans + 8 * <usize>role, 4)
}

export function clearSpans(): void {
  const none = i64x2.splat(0)
  for (let at: usize = 0; at < SPANS; at += 16) v128.store(spans + at, none)
}

// @ts-ignore: decorator
@inline
export function setSpan(role: i32, start: usize, end: usize): void {
  store<u64>(spans + 8 * <usize>role, <u64>start | (<u64>end << 32))
}

export function fail(reason: i32, step: i32, at: usize): usize {
  failedReason = reason
  failedStep = step
  failedAt = at
  return 0
}

// @ts-ignore: decorator
@inline
function literalAt(p: usize, literal: usize, length: usize): bool {
  // The first byte is known to match. Literals are short, and rarely longer than two bytes.
  for (let i: usize = 1; i < length; i++) if (load<u8>(p + i) != load<u8>(literal + i)) return false
  return true
}

/**
 * Whether [start, end) can be a user's name. Names may hold blanks, so one with a lone `-` in it is rather an address,
 * an identity and a name one field further on; and servers escape quotes in names, so a bare one belongs to another
 * layout.
 */
function isUser(start: usize, end: usize): bool {
  const single = end - start == 1
  for (let p = start; p < end; p++) {
    const byte = load<u8>(p)
    if (byte == QUOTE && !isEscaped(p, start)) return false
    if (byte == DASH && !single && (p == start || load<u8>(p - 1) == BLANK) && (p + 1 == end || load<u8>(p, 1) == BLANK)) return false
  }
  return true
}

/**
 * Whether a time can begin at p: the ten digits of an epoch, or a colon soon. Only that ends a user's name: a client
 * may choose one with ` [` in it, but none with a colon, which ends the name in its credentials.
 */
function isTimeAhead(p: usize, behindBlank: bool): bool {
  const end = p + 24
  let digits = 0
  for (; <u32>load<u8>(p) - 0x30 <= 9; p++) if (++digits == 10) return true
  if (digits == 0 && <u32>(load<u8>(p) | 0x20) - 0x61 > 25) return false
  const newline = i8x16.splat(NEWLINE)
  const blank = behindBlank ? i8x16.splat(BLANK) : newline
  for (; p < end; p += 16) {
    const v = v128.load(p)
    const colons = i8x16.bitmask(i8x16.eq(v, i8x16.splat(0x3a)))
    const stops = i8x16.bitmask(v128.or(i8x16.eq(v, i8x16.splat(0x5b)), v128.or(i8x16.eq(v, blank), i8x16.eq(v, newline))))
    if (colons | stops) return p + ctz(colons | stops) < end && ctz(colons) < ctz(stops)
  }
  return false
}

/** Fields with literal text between them: CLF and its relatives, any nginx log_format. */
export function cutDelimited(line: usize): usize {
  let p = line
  if (leadingLength != 0) {
    if (load<u8>(p) != load<u8>(leading) || !literalAt(p, leading, leadingLength)) return fail(Reject.Layout, 0, p)
    p += leadingLength
  }
  for (let i = 0; i < stepCount; i++) {
    const step = steps + STEP * <usize>i
    const end = isMostlyLong(step) ? findFarOrNewline(p, needleOf(step)) : findOrNewline(p, needleOf(step))
    if (endsSimply(step, p, end)) {
      setSpan(load<i32>(step), p, end)
      p = end + <usize>load<u32>(step, 8)
    } else {
      p = cutStep(i, step, p)
      if (!p) return 0
    }
  }
  const newline = findNewline(p)
  return flags & Flag.NoTail && p < trimReturn(p, newline) ? fail(Reject.Layout, stepCount, p) : newline
}

/**
 * Cut the field of step i, which begins at p, as its rule says. @returns where the next begins, or the newline that
 * ended it; 0 when it does not fit
 */
function cutStep(i: i32, step: usize, p: usize): usize {
  const rule = load<i32>(step, 4)
  const length = <usize>load<u32>(step, 8)
  const literal = <usize>load<u32>(step, 12)
  const needle = needleOf(step)
  const isToken = rule == Rule.Token || rule == Rule.AddressPort || rule == Rule.Number
  if (isToken) while (load<u8>(p) == BLANK) p++
  const start = p
  if (rule == Rule.RequestLine || rule == Rule.RequestAndStatus) {
    const end = endOfRequest(start, step, rule == Rule.RequestAndStatus)
    if (!end) return fail(Reject.Layout, i, start)
    setSpan(load<i32>(step), start, end)
    return end + length
  }
  if (rule == Rule.Fraction) return cutFraction(i, step, start)
  let untilTime = rule == Rule.User || rule == Rule.UntilTime
  while (true) {
    p = findOrNewline(p, needle)
    if (load<u8>(p) == NEWLINE) {
      if (untilTime) {
        // Its time looks like none: the field ends at the first literal, as any other.
        untilTime = false
        p = start
        continue
      }
      // A word may be ended by the line instead; of all else what must follow is missing, and the place told is where
      // it began.
      if (rule != Rule.Word && rule != Rule.Rest) return fail(Reject.Layout, i, start)
      break
    }
    if (rule == Rule.Quoted || rule == Rule.LastQuoted) {
      if (isEscaped(p, start)) {
        p++
        continue
      }
    }
    if (rule == Rule.List && p != start && load<u8>(p - 1) == COMMA) {
      // The blank behind a comma: the list goes on.
      p++
      continue
    }
    if (rule == Rule.Chain && p != start && isJoint(p)) {
      p++
      continue
    }
    if (untilTime && !isTimeAhead(p + length, length == 1)) {
      p++
      continue
    }
    if ((length == 1 || literalAt(p, literal, length)) && rule != Rule.Rest) break
    if (rule == Rule.List) return fail(Reject.Layout, i, p)
    p++
  }
  if (rule == Rule.User && !isUser(start, p)) return fail(Reject.Layout, i, start)
  if (rule == Rule.Host && p > start && (load<u8>(p - 1) == COMMA || load<u8>(start) == QUOTE)) return fail(Reject.Layout, i, p)
  if (rule == Rule.List && p == start) return fail(Reject.Layout, i, start)
  const role = load<i32>(step)
  if (load<u8>(p) == NEWLINE) {
    setSpan(role, start, trimReturn(start, p))
    // Ended by the line: only the last step may be.
    return i == stepCount - 1 ? p : fail(Reject.Layout, i + 1, trimReturn(start, p))
  }
  setSpan(role, start, p)
  if (isToken) {
    const blank = findByte(start, p, BLANK)
    if (blank != p || start == p) return fail(Reject.Layout, i, blank)
    if (rule == Rule.Number && !isNumber(start, p)) return fail(Reject.Layout, i, start)
    if (rule == Rule.AddressPort) {
      const colon = lastColon(start, p)
      if (colon == p) return fail(Reject.Layout, i, start)
      setSpan(role, start, colon)
    }
  }
  return p + length
}

/**
 * Where a request line without quotes ends: behind the first version that the literal follows, or else before the first
 * status.
 *
 * @returns 0 when there is neither
 */
function endOfRequest(start: usize, step: usize, beforeStatus: bool): usize {
  const length = <usize>load<u32>(step, 8)
  const literal = <usize>load<u32>(step, 12)
  let first: usize = 0
  let p = findOrNewline(start, needleOf(step))
  while (load<u8>(p) != NEWLINE) {
    if (length == 1 || literalAt(p, literal, length)) {
      if (endsInProtocol(start, p)) return p
      if (first == 0 && ((beforeStatus && isStatusAhead(p + length)) || (p == start + 1 && load<u8>(start) == DASH))) first = p
    }
    p = findOrNewline(p + 1, needleOf(step))
  }
  return first
}

/** Whether the last word of [start, end) is `HTTP/…`. */
function endsInProtocol(start: usize, end: usize): bool {
  let p = end
  while (p > start && load<u8>(p - 1) > BLANK) p--
  return p > start && end - p > 5 && load<u32>(p) == 0x50545448 && load<u8>(p, 4) == 0x2f
}

function isStatusAhead(p: usize): bool {
  for (let i: usize = 0; i < 3; i++) if (<u32>load<u8>(p + i) - 0x30 > 9) return false
  return <u32>load<u8>(p, 3) - 0x30 > 9
}

/** Where the digits end that begin at p, with a point among them; 0: there are none. */
function endOfFraction(p: usize, isQuoted: bool): usize {
  const start = p
  while (<u32>load<u8>(p) - 0x30 <= 9) p++
  if (p == start || load<u8>(p) != 0x2e) return 0
  const point = p++
  while (<u32>load<u8>(p) - 0x30 <= 9) p++
  const places = p - point - 1
  return places == 0 || (isQuoted && places != 3) ? 0 : p
}

/** As `cutStep`, of a number with a fraction. */
function cutFraction(i: i32, step: usize, start: usize): usize {
  const length = <usize>load<u32>(step, 8)
  const literal = <usize>load<u32>(step, 12)
  const end = endOfFraction(start, load<u8>(literal) == QUOTE)
  // Of the last field the line may take the place of the literal.
  const isEnded = end != 0 && (load<u8>(end) == load<u8>(literal) ? literalAt(end, literal, length) : i == stepCount - 1 && load<u8>(end) <= BLANK)
  if (!isEnded) return fail(Reject.Layout, i, start)
  setSpan(load<i32>(step), start, end)
  return load<u8>(end) == load<u8>(literal) ? end + length : end
}

/**
 * Whether the blank at p, which is not the first byte, stands inside a list: behind a comma, or beside the colon
 * between two groups.
 */
function isJoint(p: usize): bool {
  const before = load<u8>(p - 1)
  return before == COMMA || (before == 0x3a && load<u8>(p - 2) == BLANK) || load<u16>(p, 1) == 0x203a
}

/** Whether [start, end) is a number, which may have a sign and a fraction, or the `-` of a number that is absent. */
function isNumber(start: usize, end: usize): bool {
  for (let p = start; p < end; p++) {
    const byte = load<u8>(p)
    if (<u32>byte - 0x30 > 9 && byte != 0x2e && (p != start || (byte != DASH && byte != 0x2b))) return false
  }
  return true
}

/**
 * Where the port of an address begins, or its end: an IPv6 address need not stand in brackets here, since a port always
 * follows.
 */
function lastColon(start: usize, end: usize): usize {
  let p = end
  while (p > start && <u32>load<u8>(p - 1) - 0x30 <= 9) p--
  return p > start + 1 && p < end && load<u8>(p - 1) == 0x3a ? p - 1 : end
}
