import type { Decompress } from 'fzstd'
import { PackedError } from './packed.js'

// The package moves its whole window for each block. A frame of a few kilobytes, made of small blocks under a large
// window, so takes minutes. Here the window is kept: what was unpacked is put one behind the other, and moved when the
// memory for it is full.
//
// ADVICE: this uses fields of the package that are none of its interface. package.json names one version exactly, and
// the tests of packed data hold it to that.

/** The state of the package's decoder: the window, which ends with what was unpacked last, and its length. */
interface Inside extends Pick<Decompress, 'push'> {
  s: { w: Uint8Array; e: number }
}

/**
 * A header that the package takes at once (of 18 bytes; it waits for as many), with the smallest window that allows
 * blocks of any size:
 * it is not used.
 */
const HEADER = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xc3, 7 << 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])

const MAX_BLOCK = 128 << 10
/** Memory beside the window, at least: so the window is moved once for so many bytes, and not for each block. */
const MARGIN = 1 << 20

/** Unpacks the blocks of one frame. */
export class BlockDecoder {
  readonly #decoder: Inside
  readonly #window: number
  #memory: Uint8Array = new Uint8Array(0)
  /** Bytes of it that hold what was unpacked. */
  #used = 0
  #unpacked: Uint8Array = new Uint8Array(0)

  /** @param window how far blocks may refer back, in bytes */
  constructor(Decoder: typeof Decompress, window: number) {
    this.#window = window
    this.#decoder = new Decoder((chunk) => {
      this.#unpacked = chunk
      // Moved by so many bytes as it has, this window costs nothing.
      this.#decoder.s.w = chunk
    }) as unknown as Inside
    this.#decoder.push(HEADER)
  }

  /** @param header of the block, 3 bytes */
  decode(header: Buffer, packed: Buffer): Uint8Array {
    if (header.readUIntLE(0, 3) >> 3 > MAX_BLOCK)
      throw new PackedError('broken', { en: 'a block is too large', zh: '数据块过大' })
    const { s } = this.#decoder
    s.w = this.#reachable()
    s.e = s.w.length
    try {
      this.#decoder.push(Buffer.concat([header, packed]))
    } catch (error) {
      throw new PackedError('broken', (error as Error).message)
    }
    this.#keep(this.#unpacked)
    return this.#unpacked
  }

  #reachable(): Uint8Array {
    return this.#memory.subarray(Math.max(0, this.#used - this.#window), this.#used)
  }

  #keep(chunk: Uint8Array): void {
    if (this.#used + chunk.length > this.#memory.length) {
      const kept = this.#reachable()
      const needed = kept.length + chunk.length
      const most = this.#window + Math.max(MARGIN, this.#window >> 2)
      // The memory grows with the data unpacked.
      if (this.#memory.length < most) {
        this.#memory = new Uint8Array(Math.max(needed, Math.min(2 * needed, most)))
        this.#memory.set(kept)
      } else this.#memory.copyWithin(0, this.#used - kept.length, this.#used)
      this.#used = kept.length
    }
    this.#memory.set(chunk, this.#used)
    this.#used += chunk.length
  }
}
