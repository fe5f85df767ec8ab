// Signs of which server wrote a log, and the sizes of its answers.
import { ROOT_SIZES, SAMPLED_SIZES, Sign } from '../evidence-records'
import { spanEnd, spanStart } from './cut'
import { status } from './entry'
import { bytesSent, pathEnd, pathStart } from './evidence-entry'
import { Role } from './roles'
import { DASH, findByte } from './scan'

/** Sizes of answers, those that are many: size u32 · count u32. The first ROOT_SIZES are those of `/`. */
export const SIZES: u32 = 1 << 12
export let sizes: usize = 0
/** How many there are, by Sign. Behind them, by status less 400: answers of the size of nginx's own page. */
export let signs: usize = 0
let seen: u32 = 0

export function openSigns(): void {
  sizes = heap.alloc(8 * <usize>(ROOT_SIZES + SIZES))
  signs = heap.alloc(4 * (<usize>Sign.Count + 200))
}
export function clearSigns(): void {
  memory.fill(sizes, 0, 8 * <usize>(ROOT_SIZES + SIZES))
  memory.fill(signs, 0, 4 * (<usize>Sign.Count + 200))
  seen = 0
}

// @ts-ignore: decorator
@inline
export function sign(which: i32): void {
  const at = signs + 4 * <usize>which
  store<u32>(at, load<u32>(at) + 1)
}

/** Escapes tell nginx from Apache. \x01C is the byte 01 and a letter: exactly two digits count. */
export function seeEscapes(start: usize, end: usize): void {
  for (let p = findByte(start, end, 0x5c); p + 1 < end; p = findByte(p + 2, end, 0x5c)) {
    const next = load<u8>(p, 1)
    if (next == 0x22 || next == 0x6e) sign(Sign.EscapedQuote)
    else if (next == 0x78 && p + 3 < end) {
      const a = load<u8>(p, 2)
      const b = load<u8>(p, 3)
      if (isHex(a, 0x41) || isHex(b, 0x41) || (a == 0x32 && b == 0x32)) sign(Sign.UpperEscape)
      else if (isHex(a, 0x61) || isHex(b, 0x61)) sign(Sign.LowerEscape)
    }
  }
}
// @ts-ignore: decorator
@inline
function isHex(digit: u8, from: u8): bool {
  return digit >= from && digit < from + 6
}

/** nginx writes 0 for no bytes, most others `-`. */
// @ts-ignore: decorator
@inline
export function isDashSize(): bool {
  const start = spanStart(Role.BytesSent)
  return start != 0 && load<u8>(start) == DASH && spanStart(Role.Substatus) == 0
}

/** Sizes of nginx's own page for an error, without a version: with one it is 25 bytes longer at most. */
function isNginxPage(): bool {
  const least: i64 = status == 400 || status == 405 || status == 502 ? 150 : status == 403 || status == 404 ? 146
    : status == 413 ? 176 : status == 500 ? 170 : status == 503 ? 190 : status == 504 ? 160 : 0
  return least != 0 && bytesSent >= least && bytesSent <= least + 25
}

export function noteSigns(trouble: bool): void {
  if (spanStart(Role.Substatus) || status < 0) return
  if (pathEnd <= pathStart && spanEnd(Role.Method) <= spanStart(Role.Method)) {
    if (status == 400) sign(Sign.EmptyRequest400)
    if (status == 408) sign(Sign.DashRequest408)
  }
  if (status == 304 && bytesSent >= 0 && !isDashSize()) sign(bytesSent > 0 ? Sign.BytesOn304 : Sign.ZeroOn304)
  if ((status == 204 || status == 302 || status == 304) && isDashSize()) sign(Sign.DashBytes)
  if (trouble && isNginxPage()) sign(<i32>Sign.Count + status - 400)
}

/** A size takes the place of one that is less frequent: what makes up more than its share survives. */
function countSize(at: usize, size: u32): void {
  const count = load<u32>(at, 4)
  if (count && load<u32>(at) == size) store<u32>(at, count + 1, 4)
  else if (count) store<u32>(at, count - 1, 4)
  else {
    store<u32>(at, size)
    store<u32>(at, 1, 4)
  }
}

/** Count the size of an answer 2xx, and see its escapes: each of `/`, and of others one in SAMPLED_SIZES, which tells enough. */
// @ts-ignore: decorator
@inline
export function countSizes(): void {
  const isRoot = pathEnd == pathStart + 1
  if (++seen % SAMPLED_SIZES && !isRoot) return
  seeEscapes(pathStart, max(pathEnd, spanEnd(Role.Uri)))
  seeEscapes(spanStart(Role.UserAgent), spanEnd(Role.UserAgent))
  if (isDashSize()) sign(Sign.DashBytes)
  if (bytesSent < 0) return
  if (isRoot) countSize(sizes + 8 * <usize>(<u32>bytesSent % ROOT_SIZES), <u32>bytesSent)
  countSize(sizes + 8 * <usize>(ROOT_SIZES + ((<u32>bytesSent * 0x9e3779b1) >> 20)), <u32>bytesSent)
}
