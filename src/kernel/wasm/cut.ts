// The cutters: one line in, one span for each role out. They only find where fields begin and end; what fields mean is
// entry.ts. A cutter returns the place of the line's newline, or 0 when the line does not fit, with `failedStep` and
// `failedAt` saying where. They never throw, never allocate, and read nothing past the line's newline.
import { endsSimply, flags, isMostlyLong, leading, leadingLength, needleOf, STEP, stepCount, steps } from './plan'
import { Flag, Reject, Role, Rule } from './roles'
import { bitsOf, BLANK, COMMA, DASH, findBlankOrControl, findByte, findFarOrNewline, findNewline, findOrNewline, isEscaped, NEWLINE, QUOTE, RETURN, trimReturn } from './scan'

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
 * an identity and a
 * name one field further on; and servers escape quotes in names, so a bare one belongs to another layout.
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
 * may choose one with
 * ` [` in it, but none with a colon, which ends the name in its credentials.
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
  if (rule == Rule.Fraction) {
    const end = endOfFraction(start, load<u8>(literal) == QUOTE)
    // Of the last field the line may take the place of the literal.
    const isEnded = end != 0 && (load<u8>(end) == load<u8>(literal) ? literalAt(end, literal, length) : i == stepCount - 1 && load<u8>(end) <= BLANK)
    if (!isEnded) return fail(Reject.Layout, i, start)
    setSpan(load<i32>(step), start, end)
    return load<u8>(end) == load<u8>(literal) ? end + length : end
  }
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

let sawQuotes: bool = false

/**
 * Values separated by runs of blanks or tabs, as many as `#Fields` names; a value may be quoted. IIS itself does not
 * quote,
 * so a lone quote is an ordinary byte: a line that fits only without quoting is read without.
 */
export function cutW3c(line: usize): usize {
  const simple = cutSingleBlanks(line) || cutTabs(line)
  if (simple) return simple
  sawQuotes = false
  const end = cutValues(line, true)
  return end || !sawQuotes ? end : cutValues(line, false)
}

/** A line with more blanks is cut value by value. */
const MAX_PLACES: u32 = 256
/** Places, u32; there is room for those of one window more. */
const places = heap.alloc(4 * <usize>(MAX_PLACES + 64))

/**
 * Cut a line with one blank between values of which none is quoted, as nearly every line is. The places of all blanks
 * are noted first, so
 * that nothing depends on how long a value is, and nothing is mispredicted: a W3C log takes 10 % less than with a
 * search for each value.
 *
 * @returns its newline; 0: the line is not of this kind
 */
function cutSingleBlanks(line: usize): usize {
  const n = notePlaces(line)
  if (n == 0) return 0
  const newline = <usize>load<u32>(places + 4 * <usize>(n - 1))
  if (n != <u32>stepCount + (load<u8>(newline - 1) == RETURN ? 1 : 0)) return 0
  let start = line
  let step = steps
  let place = places
  for (const last = places + 4 * <usize>(stepCount - 1); place < last; place += 4, step += STEP) {
    const end = <usize>load<u32>(place)
    // Nothing between two blanks, or a quote.
    if (load<u8>(start) <= QUOTE || load<u8>(end) != BLANK) return 0
    setSpan(load<i32>(step), start, end)
    start = end + 1
  }
  if (load<u8>(start) <= QUOTE) return 0
  setSpan(load<i32>(step), start, <usize>load<u32>(place))
  return newline
}

/** Note the places of the blanks and control bytes of a line, its newline the last. @returns how many; 0: too many */
// @ts-ignore: decorator
@inline
function notePlaces(line: usize): u32 {
  const blank = i8x16.splat(BLANK)
  const newline = i8x16.splat(NEWLINE)
  let n: u32 = 0
  for (let p = line; n < MAX_PLACES; p += 64) {
    const a = v128.load(p)
    const b = v128.load(p, 16)
    const c = v128.load(p, 32)
    const d = v128.load(p, 48)
    let found = bitsOf(i8x16.le_u(a, blank), i8x16.le_u(b, blank), i8x16.le_u(c, blank), i8x16.le_u(d, blank))
    const ends = bitsOf(i8x16.eq(a, newline), i8x16.eq(b, newline), i8x16.eq(c, newline), i8x16.eq(d, newline))
    if (ends) found &= ends ^ (ends - 1)
    let to = places + 4 * <usize>n
    n += <u32>popcnt(found)
    // Eight in a step, of which the last may be none: that costs less than to ask.
    for (const end = places + 4 * <usize>n; to < end; to += 32) {
      for (let i: usize = 0; i < 32; i += 4) {
        store<u32>(to + i, <u32>(p + <usize>ctz(found)))
        found &= found - 1
      }
    }
    if (ends) return n
  }
  return 0
}

/**
 * Cut a line with tabs between its values, which may hold blanks, as many as `#Fields` names. @returns its newline; 0:
 * the line is not of this kind
 */
function cutTabs(line: usize): usize {
  const tab = i8x16.splat(0x09)
  let p = line
  for (let i = 0; i < stepCount; i++) {
    const end = findOrNewline(p, tab)
    const isLast = load<u8>(end) == NEWLINE
    if (isLast != (i == stepCount - 1) || stepCount == 1) return 0
    setTrimmed(load<i32>(steps + STEP * <usize>i), p, isLast ? trimReturn(p, end) : end)
    p = end + 1
  }
  const newline = p - 1
  // A line of blanks alone holds no values.
  for (p = line; p < newline; p++) if (load<u8>(p) > BLANK) return newline
  return 0
}

/** Set a span to what is left of [start, end) without blanks around it, and quotes around that. */
function setTrimmed(role: i32, start: usize, end: usize): void {
  while (start < end && load<u8>(start) == BLANK) start++
  while (end > start && load<u8>(end - 1) == BLANK) end--
  if (end - start >= 2 && load<u8>(start) == QUOTE && load<u8>(end - 1) == QUOTE) {
    start++
    end--
  }
  setSpan(role, start, end)
}

function cutValues(line: usize, quoting: bool): usize {
  let p = line
  let i = 0
  while (true) {
    let byte = load<u8>(p)
    while (byte == BLANK || byte == 0x09) byte = load<u8>(++p)
    if (byte == NEWLINE || (byte == RETURN && load<u8>(p + 1) == NEWLINE)) {
      return i == stepCount ? (byte == NEWLINE ? p : p + 1) : fail(Reject.FieldCount, i, p)
    }
    if (i >= stepCount) return fail(Reject.FieldCount, i, p)
    let start = p
    let end: usize = 0
    if (byte == QUOTE && quoting) end = closingQuote(p)
    if (end) {
      sawQuotes = true
      start++
      p = end + 1
    } else {
      while (true) {
        p = findBlankOrControl(p)
        byte = load<u8>(p)
        if (byte == BLANK || byte == 0x09 || byte == NEWLINE || (byte == RETURN && load<u8>(p + 1) == NEWLINE)) break
        p++
      }
      end = p
    }
    const span = spans + 8 * <usize>load<i32>(steps + STEP * <usize>i)
    store<u32>(span, <u32>start)
    store<u32>(span, <u32>end, 4)
    i++
  }
}

/**
 * The quote that closes the one at p: followed by a blank, a tab or the line's end; doubled quotes are content, a lone
 * one inside means that nothing was quoted. 0: none.
 */
function closingQuote(p: usize): usize {
  const needle = i8x16.splat(QUOTE)
  p++
  while (true) {
    p = findOrNewline(p, needle)
    if (load<u8>(p) == NEWLINE) return 0
    const next = load<u8>(p + 1)
    if (next == BLANK || next == 0x09 || next == NEWLINE || next == RETURN) return p
    if (next != QUOTE) return 0
    p += 2
  }
}
