// JSON lines: one object a line, its values by path. One pass, no recursion: what encloses the place is a stack of
// paths, and the inside of a value nobody asked for is passed over without hashing its keys. A syslog, container or
// array prefix before the `{` is passed over. Strings are found as they are written; a value that is kept and holds
// escapes is decoded to `decoded`.
//
// Lines that JSON.parse takes are read as JSON.parse reads them (the last of two equal keys counts). Escapes are not
// checked, so Apache's `\xHH` passes. A line that is no JSON because quotes inside its values were not escaped (nginx
// escape=none) is read a second time: there a quote ends a value only before `,`, `}` or `]`; should it then name its
// status twice, the line is rejected, since nobody can tell which of the two a client made up.
import { clearSpans, fail, setSpan, spanEnd, spans, spanStart } from './cut'
import { decodeString } from './decode'
import { flags, leading, leadingLength, pathOf, ROOT, STEP, stepAt, steps, useUnitOf } from './plan'
import { Flag, Reject, Role, Rule } from './roles'
import { BACKSLASH, bitsOf, BLANK, COMMA, DASH, findByte, findOrNewline, isMethod, NEWLINE, QUOTE } from './scan'

const COLON: u8 = 0x3a
const OPEN: u8 = 0x7b
const CLOSE: u8 = 0x7d
const OPEN_LIST: u8 = 0x5b
const CLOSE_LIST: u8 = 0x5d

const MAX_DEPTH: i32 = 64
// By depth: path u64 · whether it is a list u32 · pad. A path of 0 is that of a value nobody asked for.
const enclosing = heap.alloc(16 * <usize>MAX_DEPTH)
/**
 * By role, the step that filled it, in this line; of several keys for a role the one named first in the plan counts.
 * Cleared in two vectors.
 */
const rank = heap.alloc(32)

// A guess is the text that stood before the n-th value of the last line: its key, and all between that and the value
// before. In most logs the same stands in the next line, and is compared at once instead of being cut, hashed and
// looked up. JSON lines take a fifth less.
//
// guess: parent u64 (path of what encloses it, the lowest bit turned if it is the first in there) · path u64 · step i32
// · bytes u32 · pad ·
//        (32) text · (64) mask of its bytes
const GUESS: usize = 96
const GUESSED_TEXT: usize = 32
const guesses = heap.alloc(GUESS * 64)
/** The last guess is not used: it fits nothing, like those of which nothing is known. */
const lastGuess = guesses + GUESS * 63

/** Another plan is in force: paths have other steps. */
export function forgetGuesses(): void {
  for (let guess = guesses; guess <= lastGuess; guess += GUESS) learn(guess, 0, GUESSED_TEXT + 1, 0, 0, 0)
}

function learn(guess: usize, from: usize, to: usize, parent: u64, path: u64, step: i32): void {
  const length = to - from
  memory.fill(guess, 0, GUESS)
  if (length > GUESSED_TEXT) {
    // The guess fits no bytes.
    store<u8>(guess, 1, 32)
    return
  }
  store<u64>(guess, parent)
  store<u64>(guess, path, 8)
  store<i32>(guess, step, 16)
  store<u32>(guess, <u32>length, 20)
  memory.copy(guess + 32, from, length)
  memory.fill(guess + 64, 0xff, length)
}

// @ts-ignore: decorator
@inline
function isGuessed(guess: usize, p: usize, parent: u64): bool {
  const low = v128.xor(v128.and(v128.load(p), v128.load(guess, 64)), v128.load(guess, 32))
  const high = v128.xor(v128.and(v128.load(p, 16), v128.load(guess, 80)), v128.load(guess, 48))
  return !v128.any_true(v128.or(low, high)) && load<u64>(guess) == parent
}

let hasEscape: bool = false
let statuses: i32 = 0
/** Roles whose keys the line has, a bit each, whatever their values are. */
let named: u32 = 0
/** Any of them tells an access record from what else has a status. */
const ACCESS: u32 = (1 << Role.Uri) | (1 << Role.Request) | (1 << Role.Method) | (1 << Role.ClientIp)

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

/** Find the object of a line. @returns the place behind its `{`; 0: there is none */
// @ts-ignore: decorator
@inline
function beginObject(line: usize): usize {
  beginTaking()
  const p = findOrNewline(line, i8x16.splat(OPEN))
  failedDeep = load<u8>(p) == NEWLINE
  if (failedDeep) return failJson(0, line)
  enclose(0, ROOT, false, 0)
  return p + 1
}

/** Note that an object begins at a depth, or a list, whose first value a step takes as that of the list. */
// @ts-ignore: decorator
@inline
function enclose(depth: i32, path: u64, isList: bool, step: i32): void {
  const frame = enclosing + 16 * <usize>depth
  store<u64>(frame, path)
  store<u32>(frame, isList, 8)
  store<i32>(frame, step, 12)
}

function cutObject(line: usize, lenient: bool): usize {
  let p = beginObject(line)
  if (!p) return 0
  let depth = 0
  let first = true
  let guess = guesses
  while (true) {
    const frame = enclosing + 16 * <usize>depth
    const isList = load<u32>(frame, 8) != 0
    let path = load<u64>(frame)
    let step = -1
    let byte: u8
    const parent = path ^ <u64>first
    if (!lenient && !isList && isGuessed(guess, p, parent)) {
      path = load<u64>(guess, 8)
      step = load<i32>(guess, 16)
      p = skipBlanks(p + <usize>load<u32>(guess, 20))
      byte = load<u8>(p)
      guess += GUESS
    } else {
      const from = p
      p = skipBlanks(p)
      byte = load<u8>(p)
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
        if (guess < lastGuess) {
          learn(guess, from, p, parent, path, step)
          guess += GUESS
        }
      }
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
      enclose(depth, path, byte == OPEN_LIST, step)
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
  return endObject(line, p, lenient)
}

/**
 * Read the text behind the object that began in `line`, and judge whether the object is an entry. @returns its newline;
 * 0: it is none
 */
// @ts-ignore: decorator
@inline
function endObject(line: usize, p: usize, lenient: bool): usize {
  p = skipBlanks(p)
  // A list with an object a line has commas and a bracket behind the objects.
  while (load<u8>(p) == COMMA || load<u8>(p) == CLOSE_LIST) p = skipBlanks(p + 1)
  if (load<u8>(p) != NEWLINE) return failJson(0, p)
  failedDeep = true
  if (flags & Flag.Guarded && !isGuarded()) return failJson(0, line)
  if (flags & Flag.NeedsRequest && !(named & ACCESS)) return failJson(0, line)
  if (lenient && statuses > 1) return fail(Reject.Status, Role.Status, spanStart(Role.Status))
  settleRequest()
  return p
}

// @ts-ignore: decorator
@inline
function skipBlanks(p: usize): usize {
  let byte = load<u8>(p)
  while (byte <= BLANK && (byte == BLANK || byte == 0x09 || byte == 0x0d)) byte = load<u8>(++p)
  return p
}

// @ts-ignore: decorator
@inline
function isOneOf(v: v128, a: v128, b: v128, c: v128): v128 {
  return v128.or(v128.or(i8x16.eq(v, a), i8x16.eq(v, b)), i8x16.eq(v, c))
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
    let found = <u64>i8x16.bitmask(isOneOf(v128.load(p), quote, backslash, newline))
    if (!found) {
      // Not a short one: see findFarOrNewline.
      p += 16
      while (true) {
        found = bitsOf(
          isOneOf(v128.load(p), quote, backslash, newline), isOneOf(v128.load(p, 16), quote, backslash, newline),
          isOneOf(v128.load(p, 32), quote, backslash, newline), isOneOf(v128.load(p, 48), quote, backslash, newline),
        )
        if (found) break
        p += 64
      }
    }
    p += <usize>ctz(found)
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
    const v = v128.load(p)
    const found = i8x16.bitmask(v128.or(
      isOneOf(v, i8x16.splat(COMMA), i8x16.splat(CLOSE), i8x16.splat(CLOSE_LIST)),
      v128.or(i8x16.le_u(v, i8x16.splat(BLANK)), v128.or(i8x16.eq(v, i8x16.splat(QUOTE)), i8x16.eq(v, i8x16.splat(COLON)))),
    ))
    if (found) return p + ctz(found)
    p += 16
  }
}

/** Forget what the line before had. */
export function beginTaking(): void {
  clearSpans()
  v128.store(rank, i8x16.splat(-1))
  v128.store(rank, i8x16.splat(-1), 16)
  statuses = 0
  named = 0
}

/** Fill the role of a step with a value, unless a better key has filled it. */
export function take(index: i32, start: usize, end: usize, escaped: bool): void {
  const step = steps + STEP * <usize>index
  const role = load<i32>(step)
  if (role == Role.Status) statuses++
  named |= 1 << role
  if (<u32>load<u8>(rank + <usize>role) < <u32>index) return
  if (end == start || (end == start + 1 && load<u8>(start) == DASH)) {
    // "" and "-" are what logs write for nothing; another key may know more.
    if (!spanStart(role)) setSpan(role, start, end)
    return
  }
  if (end - start == 4 && load<u32>(start) == 0x6c6c756e && load<u8>(start - 1) != QUOTE) return
  store<u8>(rank + <usize>role, <u8>index)
  if (role == Role.TimeTaken) useUnitOf(step, start, end)
  if (escaped) {
    const copy = decodeString(start, end)
    if (copy) {
      setSpan(role, copy, copy + load<u32>(copy - 4))
      return
    }
  }
  setSpan(role, start, load<i32>(step, 4) == Rule.AddressPort ? withoutPort(start, end) : end)
}

/** `192.0.2.1:5678` and `[2001:db8::1]:5678` without the port; a bare IPv6 address stays whole. */
export function withoutPort(start: usize, end: usize): usize {
  // An IPv4 address, as most are, has none.
  if (end - start <= 16 && i8x16.bitmask(i8x16.eq(v128.load(start), i8x16.splat(COLON))) << (32 - <i32>(end - start)) == 0) return end
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

/**
 * `request` is a request line in some logs, in others the path alone, and method and path may have keys of their own.
 */
function settleRequest(): void {
  const start = spanStart(Role.Request)
  if (!start) return
  const end = spanEnd(Role.Request)
  if (spanStart(Role.Uri)) {
    const blank = findByte(start, end, BLANK)
    if (!spanStart(Role.Method) && blank < end && isMethod(start, blank)) setSpan(Role.Method, start, blank)
    setSpan(Role.Request, 0, 0)
  } else if (load<u8>(start) == 0x2f) {
    setSpan(Role.Request, 0, 0)
    setSpan(Role.Uri, start, end)
  }
}
