// The cutters: one line in, one span for each role out. They only find where fields begin and end; what fields mean is
// entry.ts. A cutter returns the place of the line's newline, or 0 when the line does not fit, with `failedStep` and
// `failedAt` saying where. They never throw, never allocate, and read nothing past the line's newline.
import { flags, leading, leadingLength, STEP, stepCount, steps } from './plan'
import { Flag, Reject, Role, Rule } from './roles'
import { BLANK, DASH, findBlankOrControl, findByte, findNewline, findOrNewline, isEscaped, NEWLINE, QUOTE, RETURN, trimReturn } from './scan'

/** Spans by role, 8 bytes each: start u32, end u32. start == 0 means absent. */
export const spans: usize = heap.alloc(8 * <usize>Role.Count)

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
  memory.fill(spans, 0, 8 * <usize>Role.Count)
}

export function setSpan(role: i32, start: usize, end: usize): void {
  store<u32>(spans + 8 * <usize>role, <u32>start)
  store<u32>(spans + 8 * <usize>role, <u32>end, 4)
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
 * Whether [start, end) can be a user's name. Names may hold blanks, so one with a lone `-` in it is rather an address, an identity and a
 * name one field further on; and servers escape quotes in names, so a bare one belongs to another layout.
 */
function isUser(start: usize, end: usize): bool {
  const single = end - start == 1
  for (let p = start; p < end; p++) {
    const byte = load<u8>(p)
    if (byte == QUOTE) return false
    if (byte == DASH && !single && (p == start || load<u8>(p - 1) == BLANK) && (p + 1 == end || load<u8>(p, 1) == BLANK)) return false
  }
  return true
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
    const rule = load<i32>(step, 4)
    const length = <usize>load<u32>(step, 8)
    const literal = <usize>load<u32>(step, 12)
    const needle = v128.load(step, 16)
    if (rule == Rule.Token || rule == Rule.AddressPort) while (load<u8>(p) == BLANK) p++
    const start = p
    while (true) {
      p = findOrNewline(p, needle)
      if (load<u8>(p) == NEWLINE) {
        // A word may be ended by the line instead; of all else what must follow is missing, and the place told is where it began.
        if (rule != Rule.Word && rule != Rule.Rest) return fail(Reject.Layout, i, start)
        break
      }
      if (rule == Rule.Quoted || rule == Rule.LastQuoted) {
        if (isEscaped(p, start)) {
          p++
          continue
        }
      }
      if (rule == Rule.List && p != start && load<u8>(p - 1) == 0x2c) {
        // The blank behind a comma: the list goes on.
        p++
        continue
      }
      if (rule == Rule.Chain && p != start && isJoint(p)) {
        p++
        continue
      }
      if ((length == 1 || literalAt(p, literal, length)) && rule != Rule.Rest) break
      if (rule == Rule.List) return fail(Reject.Layout, i, p)
      p++
    }
    if (rule == Rule.User && !isUser(start, p)) return fail(Reject.Layout, i, start)
    if (rule == Rule.Host && p > start && load<u8>(p - 1) == 0x2c) return fail(Reject.Layout, i, p)
    if (rule == Rule.List && p == start) return fail(Reject.Layout, i, start)
    const span = spans + 8 * <usize>load<i32>(step)
    store<u32>(span, <u32>start)
    if (load<u8>(p) == NEWLINE) {
      store<u32>(span, <u32>trimReturn(start, p), 4)
      // Ended by the line: only the last step may be.
      return i == stepCount - 1 ? p : fail(Reject.Layout, i + 1, trimReturn(start, p))
    }
    store<u32>(span, <u32>p, 4)
    if (rule == Rule.Token || rule == Rule.AddressPort) {
      const blank = findByte(start, p, BLANK)
      if (blank != p || start == p) return fail(Reject.Layout, i, blank)
      if (rule == Rule.AddressPort) store<u32>(span, <u32>lastColon(start, p), 4)
    }
    p += length
  }
  const newline = findNewline(p)
  return flags & Flag.NoTail && p < trimReturn(p, newline) ? fail(Reject.Layout, stepCount, p) : newline
}

/** Whether the blank at p, which is not the first byte, stands inside a list: behind a comma, or beside the colon between two groups. */
function isJoint(p: usize): bool {
  const before = load<u8>(p - 1)
  return before == 0x2c || (before == 0x3a && load<u8>(p - 2) == BLANK) || load<u16>(p, 1) == 0x203a
}

/** Where the port of an address begins, or its end: an IPv6 address need not stand in brackets here, since a port always follows. */
function lastColon(start: usize, end: usize): usize {
  let p = end
  while (p > start && <u32>load<u8>(p - 1) - 0x30 <= 9) p--
  return p > start + 1 && p < end && load<u8>(p - 1) == 0x3a ? p - 1 : end
}

let sawQuotes: bool = false

/**
 * Values separated by runs of blanks or tabs, as many as `#Fields` names; a value may be quoted. IIS itself does not quote,
 * so a lone quote is an ordinary byte: a line that fits only without quoting is read without.
 */
export function cutW3c(line: usize): usize {
  sawQuotes = false
  const end = cutValues(line, true)
  return end || !sawQuotes ? end : cutValues(line, false)
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

/** The quote that closes the one at p: followed by a blank, a tab or the line's end; doubled quotes are content, a lone one inside means that nothing was quoted. 0: none. */
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
