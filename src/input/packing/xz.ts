import { ReadableStream } from 'node:stream/web'
import xz from 'xz-decompress'
import { type Chunks, PackedError } from './packed.js'

/** Unpack xz, any number of streams one after the other. */
export async function* unxz(packed: Chunks): AsyncGenerator<Uint8Array> {
  let failure: unknown
  let over = false
  // An error of the file itself must come out as it is.
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* packed
      over = true
    } catch (error) {
      failure = error
      throw error
    }
  }
  const unpacked = new xz.XzReadableStream(ReadableStream.from(watched()) as unknown as globalThis.ReadableStream<Uint8Array>)
  try {
    yield* unpacked as unknown as AsyncIterable<Uint8Array>
  } catch (error) {
    if (failure) throw failure
    const code = /error code (\d+)/.exec((error as Error).message)?.[1]
    throw new PackedError(...(CODES[code ?? ''] ?? [over ? 'early' : 'broken', 'the data are broken']))
  }
}

/** What the decoder's numbers mean (enum xz_ret of xz.h in XZ Embedded). */
const CODES: Readonly<Record<string, [PackedError['kind'], string]>> = {
  '3': ['unsupported', 'it needs more memory than is allowed'],
  '4': ['unsupported', 'it needs more memory than is allowed'],
  '6': ['unsupported', 'it uses a filter or a checksum (SHA-256) that the decoder does not know'],
  '7': ['broken', 'the data are broken'],
}
