import zlib from 'node:zlib'
import { type Engine, runEngine } from './engine.js'
import { type Chunks, PackedError, PackedInput } from './packed.js'

/** Node has zstd since 22.15. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: (options: object) => Engine }
/** `ZSTD_d_windowLogMax`: files packed with `zstd --long=31` are read, too. */
const PARAMS = { 100: 31 }

/** Packed bytes given to the JavaScript decoder at once: it hands out all they unpack to, up to 32 KiB a byte. */
const SLICE = 2 << 10

/** Numbers of errors (fzstd's ZstdErrorCode). */
const NO_ZSTD = 0
const UNEXPECTED_END = 5

/** Unpack zstd: any number of frames, one after the other. */
export async function* unzstd(packed: Chunks): AsyncGenerator<Uint8Array> {
  const input = new PackedInput(packed)
  try {
    if (createZstdDecompress) while (await input.some()) yield* runEngine(createZstdDecompress({ params: PARAMS, chunkSize: 128 << 10 }), input)
    else yield* inJavaScript(input)
  } finally {
    await input.close()
  }
}

/** The same without Node's help. Checksums are not looked at. */
async function* inJavaScript(input: PackedInput): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  let unpacked: Uint8Array[] = []
  const decoder = new Decompress((chunk) => {
    unpacked.push(chunk)
  })
  let failure: unknown
  let started = false
  for (let over = false; !over; ) {
    const slice = await input.some(SLICE)
    over = slice === undefined
    try {
      decoder.push(slice ?? new Uint8Array(0), over)
    } catch (error) {
      failure = faultOf(error as FzstdError, started)
      over = true
    }
    input.took(slice?.length ?? 0)
    started ||= unpacked.length > 0
    yield* unpacked
    unpacked = []
  }
  if (failure) throw failure
}

interface FzstdError extends Error {
  readonly code: number
}

function faultOf(error: FzstdError, started: boolean): Error {
  if (error.code === UNEXPECTED_END) return new PackedError('early', 'the packed data end too early')
  if (error.code === NO_ZSTD && started) return new PackedError('trailing', 'something follows that is no zstd')
  return error
}
