// Escaped text of a JSON string, decoded to a place that lasts until the entries gathered from it are counted.
import { BACKSLASH, NEWLINE, QUOTE } from './scan'

/** As much as one call of `run` can read: what is decoded is never longer than what it is decoded from. */
const ROOM: usize = 4 << 20
const decoded = heap.alloc(ROOM + 64)
let used: usize = 0

/** Nothing points into the decoded texts any more. */
export function forgetDecoded(): void {
  used = 0
}

/**
 * Decode the inside of a JSON string. Control characters and halves of surrogate pairs stay escaped.
 *
 * @returns the text; its length is the u32 before it. 0: no room
 */
export function decodeString(start: usize, end: usize): usize {
  const base = decoded + used + 4
  if (used + (end - start) + 8 > ROOM) return 0
  let to = base
  let p = start
  while (p < end) {
    const byte = load<u8>(p++)
    if (byte != BACKSLASH || p == end) {
      store<u8>(to++, byte)
      continue
    }
    const kind = load<u8>(p)
    if (kind == QUOTE || kind == BACKSLASH || kind == 0x2f) {
      store<u8>(to++, kind)
      p++
    } else if (kind == 0x75) {
      let unit = hex4(p + 1, end)
      let length: usize = 5
      if (unit >= 0xd800 && unit < 0xdc00 && p + 7 < end && load<u16>(p, 5) == 0x755c) {
        const low = hex4(p + 7, end)
        if (low >= 0xdc00 && low < 0xe000) {
          unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
          length = 11
        }
      }
      if (unit < 0x20 || unit == 0x7f || (unit >= 0xd800 && unit < 0xe000)) store<u8>(to++, BACKSLASH)
      else {
        to = putUtf8(to, unit)
        p += length
      }
    } else store<u8>(to++, BACKSLASH)
  }
  store<u32>(base - 4, <u32>(to - base))
  // The newline lets a cutter run over it as over a line of the block.
  store<u8>(to, NEWLINE)
  used = (to + 8 - decoded) & ~3
  return base
}

/** Four hexadecimal digits; -1 when they are none. */
function hex4(p: usize, end: usize): i32 {
  if (p + 4 > end) return -1
  let n = 0
  for (let i: usize = 0; i < 4; i++) {
    const c = <i32>load<u8>(p + i)
    const letter = (c | 0x20) - 0x61
    const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : letter >= 0 && letter < 6 ? letter + 10 : -1
    if (digit < 0) return -1
    n = (n << 4) | digit
  }
  return n
}

function putUtf8(p: usize, c: i32): usize {
  if (c < 0x80) {
    store<u8>(p, c)
    return p + 1
  }
  if (c < 0x800) {
    store<u8>(p, 0xc0 | (c >> 6))
    store<u8>(p, 0x80 | (c & 63), 1)
    return p + 2
  }
  if (c < 0x10000) {
    store<u8>(p, 0xe0 | (c >> 12))
    store<u8>(p, 0x80 | ((c >> 6) & 63), 1)
    store<u8>(p, 0x80 | (c & 63), 2)
    return p + 3
  }
  store<u8>(p, 0xf0 | (c >> 18))
  store<u8>(p, 0x80 | ((c >> 12) & 63), 1)
  store<u8>(p, 0x80 | ((c >> 6) & 63), 2)
  store<u8>(p, 0x80 | (c & 63), 3)
  return p + 4
}
