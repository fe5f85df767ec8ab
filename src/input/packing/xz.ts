import { ReadableStream } from 'node:stream/web'
import xz from 'xz-decompress'
import type { Words } from '../../errors.js'
import { type Chunks, noMore, PackedError } from './packed.js'

// The package lets one stream run at a time and has the next wait for it, for ever if it was left half read. Streams
// share nothing but memory to allocate from, so several may stand open.
Object.assign(xz.XzReadableStream, { _contextMutex: { acquire: async () => {}, release: () => {} } })

/** The stream of browsers, which that of Node is, too; their types differ. */
type PackedStream = ConstructorParameters<typeof xz.XzReadableStream>[0]

/** Unpack xz, any number of streams one after the other. */
export async function* unxz(packed: Chunks): AsyncGenerator<Uint8Array> {
  let failure: unknown
  let over = false
  // An error of the file itself must come out as it is.
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* cutAtFooters(packed)
      over = true
    } catch (error) {
      failure = error
      throw error
    }
  }
  const unpacked = new xz.XzReadableStream(ReadableStream.from(watched()) as unknown as PackedStream)
  let started = false
  try {
    for await (const chunk of unpacked as unknown as AsyncIterable<Uint8Array>) {
      started ||= chunk.length > 0
      yield chunk
    }
  } catch (error) {
    if (failure) throw failure
    const code = /error code (\d+)/.exec((error as Error).message)?.[1] ?? ''
    if (code === FORMAT_ERROR && started) throw new PackedError('trailing', noMore('xz'))
    throw new PackedError(
      ...(CODES[code] ?? [over ? 'early' : 'broken', { en: 'the data are broken', zh: '数据已损坏' }]),
    )
  }
}

/** A stream ends in `YZ`. Cut there, so that an error behind it does not take along what the decoder had of it. */
async function* cutAtFooters(packed: Chunks): AsyncGenerator<Uint8Array> {
  let before = 0
  for await (const chunk of packed) {
    let start = 0
    for (let i = chunk.indexOf(Z); i !== -1; i = chunk.indexOf(Z, i + 1)) {
      if ((i > 0 ? chunk[i - 1] : before) !== Y) continue
      yield chunk.subarray(start, i + 1)
      start = i + 1
    }
    if (start < chunk.length) yield chunk.subarray(start)
    before = chunk.at(-1) ?? before
  }
}
const Y = 0x59
const Z = 0x5a

const FORMAT_ERROR = '5'
/** The meaning of the decoder's numbers (enum xz_ret of xz.h in XZ Embedded). */
const CODES: Readonly<Record<string, [PackedError['kind'], Words]>> = {
  '3': ['unsupported', { en: 'it needs more memory than is allowed', zh: '所需内存超过允许的上限' }],
  '4': ['unsupported', { en: 'it needs more memory than is allowed', zh: '所需内存超过允许的上限' }],
  '6': [
    'unsupported',
    {
      en: 'it uses a filter or a checksum (SHA-256) that the decoder does not know',
      zh: '它使用了解码器不支持的过滤器或校验和（SHA-256）',
    },
  ],
  '7': ['broken', { en: 'the data are broken', zh: '数据已损坏' }],
}
