// The cutter of W3C records: values between blanks or tabs, as many as `#Fields` names.
import { fail, setSpan, spans } from './cut'
import { STEP, stepCount, steps } from './plan'
import { Reject } from './roles'
import { bitsOf, BLANK, findBlankOrControl, findOrNewline, NEWLINE, QUOTE, RETURN, trimReturn } from './scan'

let sawQuotes: bool = false

/**
 * Values separated by runs of blanks or tabs, as many as `#Fields` names; a value may be quoted. IIS itself does not
 * quote, so a lone quote is an ordinary byte: a line that fits only without quoting is read without.
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
 * are noted first, so that nothing depends on how long a value is, and nothing is mispredicted: a W3C log takes 10 %
 * less than with a search for each value.
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
