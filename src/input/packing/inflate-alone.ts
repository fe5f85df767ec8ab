import { constants } from 'node:zlib'
import { InflateRaw } from 'minizlib'
import type { PackedInput } from './packed.js'

/** Packed bytes unpacked at once. What they unpack to is lost when they turn out to be damaged. */
const SLICE = 16 << 10

/** Handed to Node's zlib as it is. With chunks of 32 KiB a gz took 5 % longer; larger ones gain nothing. */
const OPTIONS = { flush: constants.Z_NO_FLUSH, chunkSize: 128 << 10 }

/**
 * As `runEngine`, for what is deflated, without another thread: half a gigabyte of a log took 0.8 s so, and 1.2 when
 * each piece was handed over.
 *
 * One serves all members of a file: a new one for each of 25 thousand small ones took 330 MB, and twice as long.
 */
export class Inflater {
  readonly #engine = new InflateRaw(OPTIONS)
  readonly #chunks: Buffer[] = []
  #failure: Error | undefined

  constructor() {
    this.#engine.on('data', (chunk) => void this.#chunks.push(chunk as Buffer))
    this.#engine.on('error', (error) => {
      this.#failure = error as Error
    })
  }

  /** Unpack to the end of what begins here. */
  async *unpack(input: PackedInput): AsyncGenerator<Buffer> {
    this.#engine.reset()
    for (;;) {
      const slice = await input.some(SLICE)
      if (slice) this.#engine.write(slice)
      else this.#engine.end()
      yield* this.#chunks.splice(0)
      if (this.#failure) throw this.#failure
      // Of the last call.
      const used = this.#engine.handle?.bytesWritten ?? 0
      if (slice) input.took(used)
      if (used < (slice?.length ?? 1)) return
    }
  }

  close(): void {
    this.#engine.close()
  }
}
