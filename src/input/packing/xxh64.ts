// XXH64, the checksum of zstd frames. https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
// All but the ends of the data goes through `stripes`, which computes in halves of 32 bits: BigInt takes ten times as
// long.

const P1 = 0x9e3779b185ebca87n
const P2 = 0xc2b2ae3d27d4eb4fn
const P3 = 0x165667b19e3779f9n
const P4 = 0x85ebca77c2b2ae63n
const P5 = 0x27d4eb2f165667c5n
const STRIPE = 32

const u64 = (n: bigint): bigint => BigInt.asUintN(64, n)
const rotate = (n: bigint, bits: bigint): bigint => u64(u64(n << bits) | (n >> (64n - bits)))
const round = (lane: bigint, input: bigint): bigint => u64(rotate(u64(lane + u64(input * P2)), 31n) * P1)

const P1_LOW = Number(P1 & 0xffffffffn) | 0
const P1_HIGH = Number(P1 >> 32n) | 0
const P2_LOW = Number(P2 & 0xffffffffn) | 0
const P2_HIGH = Number(P2 >> 32n) | 0

/** The upper half of what `times` returned the lower of. */
let high = 0

/** The product of two numbers in halves, cut to 64 bits. */
function times(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  const a0 = aLow & 0xffff
  const a1 = aLow >>> 16
  const b0 = bLow & 0xffff
  const b1 = bLow >>> 16
  const first = a0 * b0
  const middle = Math.imul(a0, b1) >>> 0
  const other = Math.imul(a1, b0) >>> 0
  const carry = Math.floor(first / 0x10000) + (middle & 0xffff) + (other & 0xffff)
  high =
    (Math.imul(a1, b1) +
      (middle >>> 16) +
      (other >>> 16) +
      (carry >>> 16) +
      Math.imul(aHigh, bLow) +
      Math.imul(aLow, bHigh)) |
    0
  return (carry << 16) | (first & 0xffff)
}

/** The hash of bytes that come in pieces; the seed is 0. */
export class Xxh64 {
  readonly #lanes = new BigUint64Array([u64(P1 + P2), P2, 0n, u64(-P1)])
  readonly #halves = new Int32Array(this.#lanes.buffer)
  readonly #rest = Buffer.alloc(STRIPE)
  #restLength = 0
  #length = 0

  update(bytes: Uint8Array): void {
    this.#length += bytes.length
    let at = 0
    if (this.#restLength > 0) {
      at = Math.min(STRIPE - this.#restLength, bytes.length)
      this.#rest.set(bytes.subarray(0, at), this.#restLength)
      this.#restLength += at
      if (this.#restLength < STRIPE) return
      this.#stripes(this.#rest)
      this.#restLength = 0
    }
    const whole = at + Math.floor((bytes.length - at) / STRIPE) * STRIPE
    if (whole > at) this.#stripes(bytes.subarray(at, whole))
    this.#rest.set(bytes.subarray(whole))
    this.#restLength = bytes.length - whole
  }

  #stripes(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const lanes = this.#halves
    for (let at = 0; at < bytes.length; at += STRIPE)
      for (let half = 0; half < 8; half += 2) {
        const product = times(
          view.getInt32(at + 4 * half, true),
          view.getInt32(at + 4 * half + 4, true),
          P2_LOW,
          P2_HIGH,
        )
        const sum = (product >>> 0) + ((lanes[half] as number) >>> 0)
        const low = sum | 0
        const top = (high + (lanes[half + 1] as number) + (sum > 0xffffffff ? 1 : 0)) | 0
        lanes[half] = times((low << 31) | (top >>> 1), (top << 31) | (low >>> 1), P1_LOW, P1_HIGH)
        lanes[half + 1] = high
      }
  }

  digest(): bigint {
    const [a, b, c, d] = this.#lanes as unknown as [bigint, bigint, bigint, bigint]
    let hash = P5
    if (this.#length >= STRIPE) {
      hash = u64(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n))
      for (const lane of [a, b, c, d]) hash = u64(u64(hash ^ round(0n, lane)) * P1 + P4)
    }
    hash = u64(hash + BigInt(this.#length))
    const rest = this.#rest.subarray(0, this.#restLength)
    let at = 0
    for (; at + 8 <= rest.length; at += 8) hash = u64(rotate(hash ^ round(0n, rest.readBigUInt64LE(at)), 27n) * P1 + P4)
    if (at + 4 <= rest.length) {
      hash = u64(rotate(hash ^ u64(BigInt(rest.readUInt32LE(at)) * P1), 23n) * P2 + P3)
      at += 4
    }
    for (; at < rest.length; at++) hash = u64(rotate(hash ^ u64(BigInt(rest[at] as number) * P5), 11n) * P1)
    hash = u64((hash ^ (hash >> 33n)) * P2)
    hash = u64((hash ^ (hash >> 29n)) * P3)
    return hash ^ (hash >> 32n)
  }
}
