// JSON lines: one object a line, its values by path. One pass, no recursion: what encloses the place is a stack of paths, and the
// inside of a value nobody asked for is passed over without hashing its keys. A syslog, container or array prefix before the `{` is
// passed over. Strings are found as they are written; a value that is kept and holds escapes is decoded to `decoded`.
//
// What JSON.parse takes is read as JSON.parse reads it (the last of two equal keys counts). Escapes are not checked, so Apache's
// `\xHH` passes. A line that is no JSON because quotes inside its values were not escaped (nginx escape=none) is read a second time:
// there a quote ends a value only before `,`, `}` or `]`; should it then name its status twice, the line is rejected, since nobody
// can tell which of the two a client made up.
import { clearSpans, fail, setSpan, spanEnd, spans, spanStart } from './cut'
import { decodeString } from './decode'
import { flags, leading, leadingLength, pathOf, ROOT, STEP, stepAt, steps } from './plan'
import { Flag, Reject, Role, Rule } from './roles'
import { BACKSLASH, BLANK, COMMA, DASH, findOrNewline, NEWLINE, QUOTE } from './scan'

const COLON: u8 = 0x3a
const OPEN: u8 = 0x7b
const CLOSE: u8 = 0x7d
const OPEN_LIST: u8 = 0x5b
const CLOSE_LIST: u8 = 0x5d

const MAX_DEPTH: i32 = 64
// By depth: path u64 · whether it is a list u32 · pad. A path of 0 is that of a value nobody asked for.
const enclosing = heap.alloc(16 * <usize>MAX_DEPTH)
/** By role, the step that filled it, in this line; of several keys for a role the one named first in the plan counts. */
const rank = heap.alloc(<usize>Role.Count)

let hasEscape: bool = false
let statuses: i32 = 0

export function cutJson(line: usize): usize {
  const end = cutObject(line, false)
  if (end || failedDeep) return end
  return cutObject(line, true)
}

/** The first try failed in a way that reading quotes otherwise cannot mend. */
let failedDeep: bool = false

function failJson(step: i32, at: usize): usize {
  return fail(Reject.Layout, step, at)
}

function cutObject(line: usize, lenient: bool): usize {
  beginTaking()
  failedDeep = false
  let p = findOrNewline(line, i8x16.splat(OPEN))
  if (load<u8>(p) == NEWLINE) {
    failedDeep = true
    return failJson(0, line)
  }
  let depth = 0
  store<u64>(enclosing, ROOT)
  store<u32>(enclosing, 0, 8)
  p++
  let first = true
  while (true) {
    p = skipBlanks(p)
    let byte = load<u8>(p)
    const frame = enclosing + 16 * <usize>depth
    const isList = load<u32>(frame, 8) != 0
    if (byte == (isList ? CLOSE_LIST : CLOSE)) {
      p++
      if (depth-- == 0) break
      first = false
      continue
    }
    if (!first) {
      if (byte != COMMA) return failJson(0, p)
      p = skipBlanks(p + 1)
      byte = load<u8>(p)
    }
    let path = load<u64>(frame)
    let step = -1
    if (isList) {
      // The first value of a list stands for the list.
      store<u64>(frame, 0)
      step = load<i32>(frame, 12)
    } else {
      if (byte != QUOTE) return failJson(0, p)
      const key = p + 1
      p = lenient ? findClosingLeniently(key, true) : findClosing(key)
      if (!p) return failJson(0, key)
      if (path) {
        path = pathOf(path, key, <u32>(p - key))
        step = stepAt(path)
        if (step < 0) path = 0
      }
      p = skipBlanks(p + 1)
      if (load<u8>(p) != COLON) return failJson(0, p)
      p = skipBlanks(p + 1)
      byte = load<u8>(p)
    }
    if (byte == QUOTE) {
      const start = p + 1
      p = lenient ? findClosingLeniently(start, false) : findClosing(start)
      if (!p) return failJson(0, start)
      if (step > 0 && path) take(step - 1, start, p, hasEscape)
      p++
      first = false
    } else if (byte == OPEN || byte == OPEN_LIST) {
      if (++depth == MAX_DEPTH) return failJson(0, p)
      const inner = enclosing + 16 * <usize>depth
      store<u64>(inner, path)
      store<u32>(inner, byte == OPEN_LIST ? 1 : 0, 8)
      store<i32>(inner, step, 12)
      p++
      first = true
    } else {
      const start = p
      p = endOfLiteral(p)
      if (p == start) return failJson(0, p)
      if (step > 0 && path) take(step - 1, start, p, false)
      first = false
    }
  }
  p = skipBlanks(p)
  // Of a list with an object a line, what joins the objects.
  while (load<u8>(p) == COMMA || load<u8>(p) == CLOSE_LIST) p = skipBlanks(p + 1)
  if (load<u8>(p) != NEWLINE) return failJson(0, p)
  failedDeep = true
  if (flags & Flag.Guarded && !isGuarded()) return failJson(0, line)
  if (flags & Flag.NeedsRequest && !spanStart(Role.Uri) && !spanStart(Role.Request)) return failJson(0, line)
  if (lenient && statuses > 1) return fail(Reject.Status, Role.Status, spanStart(Role.Status))
  settleRequest()
  return p
}

/** The text of `log` in an object of Docker's json-file driver, which has it as its first value. 0: the line is none. */
export function dockerLine(line: usize): usize {
  let p = skipBlanks(line)
  // {"log":" as one word
  if (load<u64>(p) != 0x223a22676f6c227b) return 0
  const start = p + 8
  p = findClosing(start)
  if (!p) return 0
  if (p - start >= 2 && load<u16>(p - 2) == 0x6e5c) p -= 2
  return decodeString(start, p, true)
}

// @ts-ignore: decorator
@inline
function skipBlanks(p: usize): usize {
  let byte = load<u8>(p)
  while (byte == BLANK || byte == 0x09 || byte == 0x0d) byte = load<u8>(++p)
  return p
}

/** The quote that ends the string at p; 0 when the line ends first. Sets `hasEscape`. */
// @ts-ignore: decorator
@inline
function findClosing(p: usize): usize {
  hasEscape = false
  const quote = i8x16.splat(QUOTE)
  const backslash = i8x16.splat(BACKSLASH)
  const newline = i8x16.splat(NEWLINE)
  while (true) {
    const v = v128.load(p)
    const found = i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, quote), i8x16.eq(v, backslash)), i8x16.eq(v, newline)))
    if (!found) {
      p += 16
      continue
    }
    p += ctz(found)
    const byte = load<u8>(p)
    if (byte == QUOTE) return p
    if (byte == NEWLINE) return 0
    hasEscape = true
    // A backslash before the newline escapes nothing.
    if (load<u8>(++p) != NEWLINE) p++
  }
}

/** As findClosing, but a quote counts only where a value (or a key) can end. */
function findClosingLeniently(p: usize, isKey: bool): usize {
  let escaped = false
  while (true) {
    p = findClosing(p)
    escaped = escaped || hasEscape
    if (!p) return 0
    const next = load<u8>(skipBlanks(p + 1))
    if (isKey ? next == COLON : next == COMMA || next == CLOSE || next == CLOSE_LIST) {
      hasEscape = escaped
      return p
    }
    p++
  }
}

/** The end of a number, `true`, `false` or `null`. */
// @ts-ignore: decorator
@inline
function endOfLiteral(p: usize): usize {
  while (true) {
    const byte = load<u8>(p)
    if (byte <= BLANK || byte == COMMA || byte == CLOSE || byte == CLOSE_LIST || byte == QUOTE || byte == COLON) return p
    p++
  }
}

/** Forget what the line before had. */
export function beginTaking(): void {
  clearSpans()
  memory.fill(rank, 0xff, <usize>Role.Count)
  statuses = 0
}

/** Fill the role of a step with a value, unless a better key has filled it. */
export function take(index: i32, start: usize, end: usize, escaped: bool): void {
  const step = steps + STEP * <usize>index
  const role = load<i32>(step)
  if (role == Role.Status) statuses++
  if (<u32>load<u8>(rank + <usize>role) < <u32>index) return
  if (end == start || (end == start + 1 && load<u8>(start) == DASH)) {
    // "" and "-" are what logs write for nothing; another key may know more.
    if (!spanStart(role)) setSpan(role, start, end)
    return
  }
  if (end - start == 4 && load<u32>(start) == 0x6c6c756e && load<u8>(start - 1) != QUOTE) return
  store<u8>(rank + <usize>role, <u8>index)
  if (escaped) {
    const copy = decodeString(start, end, false)
    if (copy) {
      setSpan(role, copy, copy + load<u32>(copy - 4))
      return
    }
  }
  setSpan(role, start, load<i32>(step, 4) == Rule.AddressPort ? withoutPort(start, end) : end)
}

/** `192.0.2.1:5678` and `[2001:db8::1]:5678` without the port; a bare IPv6 address stays whole. */
export function withoutPort(start: usize, end: usize): usize {
  let colons = 0
  let last: usize = 0
  for (let p = start; p < end; p++) {
    if (load<u8>(p) == COLON) {
      colons++
      last = p
    }
  }
  return colons == 1 || (colons > 1 && load<u8>(last - 1) == CLOSE_LIST) ? last : end
}

function isGuarded(): bool {
  const start = spanStart(Role.Guard)
  if (!start || spanEnd(Role.Guard) - start < leadingLength) return false
  for (let i: usize = 0; i < leadingLength; i++) if (load<u8>(start + i) != load<u8>(leading + i)) return false
  return true
}

/** `request` is a request line in some logs, in others the path alone, and method and path may have keys of their own. */
function settleRequest(): void {
  const start = spanStart(Role.Request)
  if (!start) return
  const end = spanEnd(Role.Request)
  if (spanStart(Role.Uri)) setSpan(Role.Request, 0, 0)
  else if (load<u8>(start) == 0x2f) {
    setSpan(Role.Request, 0, 0)
    setSpan(Role.Uri, start, end)
  }
}
