// The package's own stream unpacks up to the last 900 kB of packed data at one go, gigabytes when they mean harm. Its
// decoder of blocks, used here, unpacks one block at a time.
import bitReader from 'unbzip2-stream/lib/bit_iterator.js'
import decoder from 'unbzip2-stream/lib/bzip2.js'
import { type Chunks, ENDS_EARLY, noMore, PackedError, PackedInput } from './packed.js'

/** Unpack bzip2: any number of streams one after the other, as pbzip2 and `cat` make them. */
export async function* bunzip2(packed: Chunks): AsyncGenerator<Buffer> {
  const input = new PackedInput(packed)
  const queue: Buffer[] = []
  let queued = 0
  let over = false
  /** Have so many bytes in the queue, if the input holds them. */
  const fill = async (bytes: number): Promise<void> => {
    while (!over && queued - bits.bytesRead < bytes) {
      const chunk = await input.some()
      if (chunk) {
        queue.push(chunk)
        queued += chunk.length
        input.took(chunk.length)
      } else over = true
    }
  }
  const early = (): never => {
    throw new PackedError('early', ENDS_EARLY)
  }
  const start = await input.some()
  if (!start) return
  queue.push(start)
  queued = start.length
  input.took(start.length)
  const bits = bitReader(() => queue.shift() ?? early())
  try {
    for (let first = true; ; first = false) {
      await fill(4)
      if (queued === bits.bytesRead) return
      const level = header(bits, first)
      const work = new Int32Array(100_000 * level)
      for (let sum: number | null = 0; ; ) {
        // A packed block is hardly larger than an unpacked one.
        await fill(25_000 + 100_000 * level)
        const out = new Growing(100_000 * level)
        sum = decoder.decompress(bits, out.push, work, work.length, sum)
        if (sum === null) break
        yield out.bytes()
      }
    }
  } finally {
    await input.close()
  }
}

function header(bits: Parameters<typeof decoder.header>[0], first: boolean): number {
  try {
    return decoder.header(bits)
  } catch (error) {
    if (first || error instanceof PackedError) throw error
    throw new PackedError('trailing', noMore('bzip2'))
  }
}

/** Bytes that come one by one. */
class Growing {
  #buffer: Buffer
  #used = 0
  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafe(size)
  }
  readonly push = (byte: number): void => {
    if (this.#used === this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer], 2 * this.#used)
    this.#buffer[this.#used++] = byte
  }
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#used)
  }
}
