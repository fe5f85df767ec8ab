// The hash by which values, codes and keys are known. Who writes a log can choose its texts, and knows this file:
// without a secret two paths could be made equal, and thousands of them be made to queue in one place of a table. So
// all that is multiplied or added is random, drawn anew for each run and shared by its threads (`secretAt`). No order
// of a report rests on a hash.
//
// Texts of 8 bytes and more go through NH, the hash of UMAC (RFC 4418, section 5.2.2): words of 32 bits have a random
// key added to them and are multiplied in pairs; the products are added up. Two different texts of one length agree in
// that with a chance of 2^-32, whatever they are, and in both rows, whose keys are shifted by 16 bytes, with one of
// 2^-64. `mix` then makes 64 bits of both rows and of the length.

// secret: added u64 · two factors u64, odd · pad · keys of NH, as many bytes as a piece and 16 more for the second row
const KEYS: usize = 32
/** Longer texts are hashed piece by piece. */
const PIECE: u32 = 1024
/** As SECRET_BYTES in src/kernel/code.ts. */
const secret = memory.data(1072, 16)

/** Where the host writes the secret before anything else: plans rest on it, too. */
export function secretAt(): usize {
  return secret
}

/** Mix two numbers. Each of them alone can be told from the result: what differs in one of them differs after it. */
// @ts-ignore: decorator
@inline
export function mix(a: u64, b: u64): u64 {
  let h = (a ^ load<u64>(secret)) * load<u64>(secret, 8)
  h = ((h ^ (h >> 32)) + b) * load<u64>(secret, 16)
  return h ^ (h >> 32)
}

/** Spread a number over the upper bits: for numbers that are no text of a log. */
// @ts-ignore: decorator
@inline
export function spread(n: u64): u64 {
  return n * load<u64>(secret, 8)
}

/** The four products of a row over 32 bytes, in two sums. */
// @ts-ignore: decorator
@inline
function row(x: v128, y: v128, keys: usize): v128 {
  x = i32x4.add(x, v128.load(keys))
  y = i32x4.add(y, v128.load(keys, 16))
  return i64x2.add(i64x2.extmul_low_i32x4_u(x, y), i64x2.extmul_high_i32x4_u(x, y))
}

// @ts-ignore: decorator
@inline
function mixRows(one: v128, two: v128, length: u32): u64 {
  const sums = i64x2.add(i64x2.shuffle(one, two, 0, 2), i64x2.shuffle(one, two, 1, 3))
  return mix(i64x2.extract_lane(sums, 0) + length, i64x2.extract_lane(sums, 1))
}

/**
 * Hash of [p, p + length). A value is padded: eight bytes may be read from its beginning.
 *
 * Bytes that fill no whole step are read by loads that overlap those read before, so that there is no loop and hardly a
 * branch for them: a mispredicted branch costs as much as hashing 30 bytes. Texts of less than eight bytes never share
 * a hash.
 */
export function hashOf(p: usize, length: u32): u64 {
  // The bytes past the value are shifted out; the lowest byte, which is free then, tells `a` from `a\0`.
  if (length < 8) return mix((load<u64>(p) << ((8 - length) << 3)) | <u64>length, 0)
  const keys = secret + KEYS
  if (length <= 16) {
    const x = v128.load64_zero(p)
    const y = v128.load64_zero(p + length - 8)
    const middle = v128.load(keys, 16)
    const one = i64x2.extmul_low_i32x4_u(i32x4.add(x, v128.load(keys)), i32x4.add(y, middle))
    return mixRows(one, i64x2.extmul_low_i32x4_u(i32x4.add(x, middle), i32x4.add(y, v128.load(keys, 32))), length)
  }
  if (length <= 32) {
    const x = v128.load(p)
    const y = v128.load(p + length - 16)
    return mixRows(row(x, y, keys), row(x, y, keys + 16), length)
  }
  return length > PIECE ? hashOfPieces(p, length) : hashOfLong(p, length)
}

// @ts-ignore: decorator
@inline
function hashOfLong(p: usize, length: u32): u64 {
  const last = p + length - 32
  let keys = secret + KEYS
  let x = v128.load(p)
  let y = v128.load(p, 16)
  let one = row(x, y, keys)
  let two = row(x, y, keys + 16)
  while (true) {
    p = min(p + 32, last)
    keys += 32
    x = v128.load(p)
    y = v128.load(p, 16)
    one = i64x2.add(one, row(x, y, keys))
    two = i64x2.add(two, row(x, y, keys + 16))
    if (p == last) return mixRows(one, two, length)
  }
}

function hashOfPieces(p: usize, length: u32): u64 {
  let h = <u64>length
  const last = p + length - PIECE
  for (; p < last; p += PIECE) h = mix(h, hashOf(p, PIECE))
  return mix(h, hashOf(last, PIECE))
}

/**
 * The key of a value of a code; never 0. @param mixed `mix` of what the code is, not of its number: it is the same in
 * every kernel
 */
// @ts-ignore: decorator
@inline
export function keyOf(hash: u64, mixed: u64): u64 {
  return (hash ^ mixed) | 1
}
