import zlib from 'node:zlib'
import { type Engine, runEngine } from './engine.js'
import { BAD_SUM, type Chunks, ENDS_EARLY, PackedError, PackedInput } from './packed.js'
import { Xxh64 } from './xxh64.js'
import { BlockDecoder } from './zstd-blocks.js'
import { WINDOW_LOG, WINDOW_TOO_LARGE } from './zstd-window.js'

/** Node has zstd since 22.15. */
const { createZstdDecompress, zstdDecompressSync } = zlib as {
  createZstdDecompress?: (options: object) => Engine
  zstdDecompressSync?: (packed: Uint8Array) => Buffer
}
/** `ZSTD_d_windowLogMax` */
const PARAMS = { 100: WINDOW_LOG }

/** Unpack zstd: any number of frames, one after the other. */
export async function* unzstd(packed: Chunks): AsyncGenerator<Uint8Array> {
  const input = new PackedInput(packed)
  try {
    if (createZstdDecompress && noticesCutOff())
      while (await input.some()) yield* runEngine(createZstdDecompress({ params: PARAMS, chunkSize: 128 << 10 }), input)
    else yield* inJavaScript(input)
  } finally {
    await input.close()
  }
}

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const

/**
 * Whether Node's zstd minds that data end too early: that of Node 22 does not, and what is missing would not be missed.
 */
function noticesCutOff(): boolean {
  try {
    zstdDecompressSync?.(Uint8Array.from([...MAGIC, 0x20]))
    return false
  } catch {
    return true
  }
}

/** The first bytes of frames that hold something else; the lower half of the first is free. */
const SKIPPABLE = [0x50, 0x2a, 0x4d, 0x18] as const
const BLOCK_HEADER = 3
const CHECKSUM = 4

/**
 * Unpack without Node's help. The package neither compares checksums nor says where a frame ends, so frames are told
 * apart here.
 * https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
 */
async function* inJavaScript(input: PackedInput): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  for (let next = await input.some(); next; next = await input.some()) {
    if (((next[0] as number) & 0xf0) === SKIPPABLE[0]) {
      await input.begins([next[0] as number, ...SKIPPABLE.slice(1)], 'zstd')
      await skip(input, (await input.exactly(4)).readUInt32LE(0))
      continue
    }
    await input.begins(MAGIC, 'zstd')
    const descriptor = (await input.exactly(1))[0] as number
    const decoder = new BlockDecoder(Decompress, windowOf(descriptor, await input.exactly(headerBytes(descriptor))))
    const sum = new Xxh64()
    for (let isLast = false; !isLast; ) {
      const header = await input.exactly(BLOCK_HEADER)
      isLast = ((header[0] as number) & 1) === 1
      const chunk = decoder.decode(header, await input.exactly(blockBytes(header)))
      sum.update(chunk)
      yield chunk
    }
    if (!(descriptor & HAS_CHECKSUM)) continue
    const checksum = await input.exactly(CHECKSUM)
    if (checksum.readUInt32LE(0) !== Number(sum.digest() & 0xffffffffn)) throw new PackedError('broken', BAD_SUM)
  }
}

async function skip(input: PackedInput, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; ) {
    const some = await input.some(left)
    if (!some) throw new PackedError('early', ENDS_EARLY)
    input.took(some.length)
    left -= some.length
  }
}

const HAS_CHECKSUM = 4
const IS_SINGLE = 0x20
const DICTIONARY = 3

/** Bytes of a frame's header behind its descriptor: the window, the dictionary and the size, each if it is there. */
function headerBytes(descriptor: number): number {
  return windowBytes(descriptor) + dictionaryBytes(descriptor) + sizeBytes(descriptor)
}
const windowBytes = (descriptor: number): number => (descriptor & IS_SINGLE ? 0 : 1)
const dictionaryBytes = (descriptor: number): number => [0, 1, 2, 4][descriptor & DICTIONARY] as number
const sizeBytes = (descriptor: number): number => [descriptor & IS_SINGLE ? 1 : 0, 2, 4, 8][descriptor >> 6] as number

/** How far back a frame may refer, in bytes. @throws PackedError `unsupported` */
function windowOf(descriptor: number, header: Buffer): number {
  const dictionary = header.subarray(windowBytes(descriptor), windowBytes(descriptor) + dictionaryBytes(descriptor))
  if (dictionary.some((byte) => byte !== 0))
    throw new PackedError('unsupported', { en: 'it needs a dictionary', zh: '需要字典' })
  let window: number
  if (descriptor & IS_SINGLE) {
    const bytes = sizeBytes(descriptor)
    const at = header.length - bytes
    window = bytes === 8 ? Number(header.readBigUInt64LE(at)) : header.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0)
  } else {
    const base = 2 ** (10 + ((header[0] as number) >> 3))
    window = base + (base / 8) * ((header[0] as number) & 7)
  }
  if (window > 2 ** WINDOW_LOG) throw new PackedError('unsupported', WINDOW_TOO_LARGE)
  return window
}

/** Bytes of a block behind its header; of a byte that is repeated only that one is there. */
function blockBytes(header: Buffer): number {
  const isRepeated = (((header[0] as number) >> 1) & 3) === 1
  return isRepeated ? 1 : header.readUIntLE(0, BLOCK_HEADER) >> 3
}
