import type { Transform } from 'node:stream'
import type { PackedInput } from './packed.js'

/** One of zlib's streams. */
export interface Engine extends Transform {
  /** Packed bytes it has used so far. */
  readonly bytesWritten: number
}

/**
 * Packed bytes given to an engine at once. What they unpack to is taken out in pieces, so memory does not depend on it.
 * While the last piece of it is counted nothing is unpacked: with slices of 64 KiB a gz took an eighth longer.
 */
const SLICE = 512 << 10

/**
 * Run packed bytes through an engine until it has met the end of its own data; what follows them stays in `input`.
 *
 * Written by hand instead of with `pipeline`, because a pipeline neither says where one piece of packed data ends and
 * the next begins, nor hands out what was unpacked before an error.
 *
 * @throws the engine's error, when all that was unpacked before it has been handed out
 */
export async function* runEngine(engine: Engine, input: PackedInput): AsyncGenerator<Buffer> {
  let failure: Error | undefined
  let over = false
  let wake = (): void => {}
  engine.on('readable', () => wake())
  engine.on('end', () => {
    over = true
    wake()
  })
  engine.on('error', (error) => {
    failure = error
    wake()
  })
  /** Hand out what comes until `done` says that nothing more will. */
  async function* comes(done: () => boolean): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = engine.read() as Buffer | null
      if (chunk) yield chunk
      else if (failure) throw failure
      else if (done()) return
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  }
  try {
    for (;;) {
      const slice = await input.some(SLICE)
      if (!slice) {
        engine.end()
        yield* comes(() => over)
        return
      }
      const before = engine.bytesWritten
      let written = false
      engine.write(slice, () => {
        written = true
        wake()
      })
      yield* comes(() => written)
      const used = engine.bytesWritten - before
      input.took(used)
      if (used < slice.length) return
    }
  } finally {
    engine.destroy()
  }
}
