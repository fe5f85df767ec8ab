import { sha256 } from './hash.js'

// A trail is a log's fingerprint that grows with it: short hashes of windows of its content that end at line ends. Two
// questions can be
// asked of it without keeping, or reading again, the content: does this file continue what was read, and is it wholly
// contained in it?
//
// Up to DENSE bytes every line end has its window, and the windows leave no gap. Further on there is one at the first
// line end behind
// each point of a grid of 64 points to the power of two: 1 KiB in each 16 KiB around the first MiB, in each 16 MiB
// around the first
// GiB. Lines carry times, so logs that part ways differ in every window from there on.
//
// ADVICE: where the windows lie is a function of the content alone, never of how it was read (in how many runs, in
// which pieces, by
// which thread). What is stored in databases depends on it: change it and every source is new.

const DENSE = 16 << 10
/** Bytes of a window, at most; of a dense one, which begins where the one before ends. */
const WINDOW = 1 << 10
const DENSE_WINDOW = 4 << 10
const CARRY = DENSE_WINDOW
/** Bytes of a byte order mark: the first window holds it, even when reading begins behind it. */
const MARK = 3

/** Bytes before the place where reading begins that a `TrailWriter` needs. */
export const PRIOR_BYTES = WINDOW

/** Of a stored checkpoint: end of the window, 48 bits little endian, and the first 64 bits of its SHA-256. */
const RECORD = 14
const END_BYTES = 6

export interface Checkpoint {
  /** The window is bytes [start, end) of the content. */
  readonly start: number
  readonly end: number
  readonly hash: Buffer
}

/** The smallest point of the grid behind `n`. */
function nextPoint(n: number): number {
  if (n < DENSE) return n + 1
  const step = 2 ** (Math.floor(Math.log2(n)) - 6)
  return (Math.floor(n / step) + 1) * step
}

const startOf = (end: number, before: number): number =>
  end <= DENSE ? Math.max(before, end - DENSE_WINDOW) : end - WINDOW

export function shortHash(bytes: Uint8Array): Buffer {
  return sha256(bytes).subarray(0, RECORD - END_BYTES)
}

/** Takes down the trail of content that passes by. */
export class TrailWriter {
  #records: { readonly end: number; readonly bytes: Buffer }[] = []
  /** Bytes of the content that have passed. */
  #offset: number
  #next: number
  /** End of the last window, while dense. */
  #before: number
  /** The last bytes that have passed: the first `#carried` of it. */
  readonly #carry = Buffer.alloc(CARRY)
  #carried: number

  /**
   * @param offset where reading begins; a line begins there @param prior the PRIOR_BYTES before it, or all there are
   */
  constructor(offset = 0, prior: Uint8Array = Buffer.alloc(0)) {
    this.#offset = offset
    this.#before = offset <= MARK ? 0 : offset
    this.#next = nextPoint(offset)
    this.#carry.set(prior)
    this.#carried = prior.length
  }

  /** The next bytes of the content; nothing of them is kept but the last few. */
  update(bytes: Uint8Array): void {
    const end = this.#offset + bytes.length
    while (this.#next <= end) {
      const newline = bytes.indexOf(0x0a, Math.max(0, this.#next - 1 - this.#offset))
      if (newline === -1) break
      this.#note(bytes, newline + 1)
    }
    const last = bytes.subarray(-CARRY)
    const kept = Math.min(this.#carried, CARRY - last.length)
    this.#carry.copyWithin(0, this.#carried - kept, this.#carried)
    this.#carry.set(last, kept)
    this.#carried = kept + last.length
    this.#offset = end
  }

  #note(bytes: Uint8Array, length: number): void {
    const end = this.#offset + length
    const start = startOf(end, this.#before) - this.#offset
    const window =
      start >= 0
        ? bytes.subarray(start, length)
        : Buffer.concat([
            this.#carry.subarray(Math.max(0, this.#carried + start), this.#carried),
            bytes.subarray(0, length),
          ])
    const record = Buffer.alloc(RECORD)
    record.writeUIntLE(end, 0, END_BYTES)
    shortHash(window).copy(record, END_BYTES)
    this.#records.push({ end, bytes: record })
    this.#before = end
    this.#next = nextPoint(end)
  }

  /** Take out what was taken down of the content before a place, to be put behind the trail of what was read before. */
  take(upTo: number): Buffer {
    const taken = this.#records.filter(({ end }) => end <= upTo)
    this.#records = this.#records.slice(taken.length)
    return Buffer.concat(taken.map(({ bytes }) => bytes))
  }
}

export type Trail = Pick<TrailWriter, 'update' | 'take'>
/** Of content that nobody will ask about again. */
export const NO_TRAIL: Trail = { update: () => {}, take: () => Buffer.alloc(0) }

export function* checkpointsOf(trail: Uint8Array): Generator<Checkpoint> {
  const bytes = Buffer.from(trail.buffer, trail.byteOffset, trail.byteLength)
  let before = 0
  for (let at = 0; at < bytes.length; at += RECORD) {
    const end = bytes.readUIntLE(at, END_BYTES)
    yield { start: startOf(end, before), end, hash: bytes.subarray(at + END_BYTES, at + RECORD) }
    before = end
  }
}

/**
 * Whether content of which only a part is at hand, and which is read up to this offset, is still where every line end
 * is noted.
 */
export const isDense = (offset: number): boolean => offset < DENSE

/**
 * Whether content of which `longer` is the trail begins with all of the content that has the trail `shorter` and ends
 * at `end`.
 */
export function continuesTrail(shorter: Uint8Array, end: number, longer: Uint8Array): boolean {
  const begins = shorter.length > 0 && shorter.length <= longer.length && shorter.every((byte, i) => byte === longer[i])
  const [next] = begins ? checkpointsOf(longer.subarray(shorter.length)) : []
  // A window that ends where the shorter content has none would be that of another line.
  return begins && (next === undefined || next.end > end)
}
