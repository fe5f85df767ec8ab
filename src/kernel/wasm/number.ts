// Numbers as logs write them: sizes, times taken, and the dash that stands for none.
import { timeScale, wholeTimeScale } from './plan'
import { BLANK, COMMA, DASH } from './scan'

/** Read an unsigned decimal of at most `digits` digits. -1: not a number (or too long). */
// @ts-ignore: decorator
@inline
export function decimal(start: usize, end: usize, digits: i32): i64 {
  const length = end - start
  if (length - 1 >= <usize>digits) return -1
  if (length <= 8) return upTo8Digits(load<u64>(start), <u64>length)
  let n: i64 = 0
  for (let p = start; p < end; p++) {
    const d = <u32>load<u8>(p) - 0x30
    if (d > 9) return -1
    n = n * 10 + <i64>d
  }
  return n
}

/**
 * The number that the first 1 to 8 bytes of a text are, all at once: how many digits a size has cannot be predicted.
 * -1: they are not all digits.
 */
// @ts-ignore: decorator
@inline
function upTo8Digits(text: u64, length: u64): i64 {
  const absent = (8 - length) << 3
  const zeros: u64 = 0x3030303030303030
  // The last of eight digits, zeros before them.
  const d = ((text << absent) | (zeros & ((<u64>1 << absent) - 1))) ^ zeros
  if ((d | (d + 0x0606060606060606)) & 0xf0f0f0f0f0f0f0f0) return -1
  // Pairs of digits in every second byte, and these weighted: the sum stands in the upper half.
  const pairs = d * 10 + (d >> 8)
  const odd = (pairs & 0x000000ff000000ff) * ((1000000 << 32) | 100)
  const even = ((pairs >> 16) & 0x000000ff000000ff) * ((10000 << 32) | 1)
  return <i64>((odd + even) >> 32)
}

// @ts-ignore: decorator
@inline
export function isDash(start: usize, end: usize): bool {
  return end == start + 1 && load<u8>(start) == DASH
}

/** Powers of ten, f64. */
const POWERS = memory.data<f64>([1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7])

/**
 * `timeTaken` of the first 1 to 8 bytes of a text, as nearly all are. -1: they are not just digits, with or without a
 * point among them.
 */
// @ts-ignore: decorator
@inline
function shortTimeTaken(text: u64, length: u64): i64 {
  const other = text ^ 0x2e2e2e2e2e2e2e2e
  const points = (other - 0x0101010101010101) & ~other & 0x8080808080808080
  const before = <u64>ctz(points) >> 3
  let places: u64 = 0
  if (before < length) {
    if (before == 0 || before + 1 == length) return -1
    places = --length - before
    const bits = before << 3
    const whole = text & ((<u64>1 << bits) - 1)
    text = whole | ((text >> (bits + 8)) << bits)
  }
  const n = upTo8Digits(text, length)
  if (n < 0) return -1
  if (places == 0 && wholeTimeScale != 0) return n * wholeTimeScale
  return <i64>Math.round((<f64>n * timeScale) / load<f64>(POWERS + 8 * <usize>places))
}

/** A time that may have a fraction, in µs. -1: none. Of a list (`0.001, 0.204`) the first. */
export function timeTaken(start: usize, end: usize): i64 {
  if (end - start - 1 < 8) {
    const n = shortTimeTaken(load<u64>(start), <u64>(end - start))
    if (n >= 0) return n
  }
  let n: f64 = 0
  // HAProxy's `option logasap` writes `+` before what was not over yet.
  if (start < end && load<u8>(start) == 0x2b) start++
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
  // Behind the first of a list of several servers' times a comma or a blank stands.
  if (p == end || load<u8>(p) == COMMA || (load<u8>(p) == BLANK && !isLetter(load<u8>(p, 1)))) return <i64>Math.round(n * timeScale)
  return inUnit(n, load<u8>(p) == BLANK ? p + 1 : p, end)
}

// @ts-ignore: decorator
@inline
function isLetter(byte: u8): bool {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
}

/** A time with its unit in [p, end): `0.034s`, `12ms`, `3.4µs`, `1m2.5s`. */
function inUnit(n: f64, p: usize, end: usize): i64 {
  const length = end - p
  const first = load<u8>(p)
  // A minute, and what is above it.
  if (first == 0x6d && length > 1 && <u32>load<u8>(p, 1) - 0x30 <= 9) {
    const rest = timeTaken(p + 1, end)
    return rest < 0 ? -1 : <i64>Math.round(n * 6e7) + rest
  }
  if (first == 0x73 && (length == 1 || (length <= 7 && load<u8>(p, 1) == 0x65))) return <i64>Math.round(n * 1e6)
  if (length == 2 && load<u8>(p, 1) == 0x73) return first == 0x6d ? <i64>Math.round(n * 1e3) : first == 0x75 ? <i64>Math.round(n) : first == 0x6e ? <i64>Math.round(n / 1e3) : -1
  // µ is C2 B5, or CE BC as the Greek letter.
  return length == 3 && load<u8>(p, 2) == 0x73 && (load<u16>(p) == 0xb5c2 || load<u16>(p) == 0xbcce) ? <i64>Math.round(n) : -1
}
