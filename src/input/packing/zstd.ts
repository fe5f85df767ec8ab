import zlib from 'node:zlib'
import { type Engine, runEngine } from './engine.js'
import { type Chunks, PackedError, PackedInput } from './packed.js'
import { Xxh64 } from './xxh64.js'

/** Node has zstd since 22.15. */
const { createZstdDecompress, zstdDecompressSync } = zlib as {
  createZstdDecompress?: (options: object) => Engine
  zstdDecompressSync?: (packed: Uint8Array) => Buffer
}
/** `ZSTD_d_windowLogMax`: files packed with `zstd --long=31` are read, too. */
const PARAMS = { 100: 31 }

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

/** Whether Node's zstd minds that data end too early: that of Node 22 does not, and what is missing would not be missed. */
function noticesCutOff(): boolean {
  try {
    zstdDecompressSync?.(Uint8Array.from([...MAGIC, 0x20]))
    return false
  } catch {
    return true
  }
}

/** Of frames that hold something else; the lower half of the first byte is free. */
const SKIPPABLE = [0x50, 0x2a, 0x4d, 0x18] as const
const BLOCK_HEADER = 3
const CHECKSUM = 4

/**
 * The same without Node's help. The package neither compares checksums nor says where a frame ends, so frames are told apart here.
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
    const unpacked: Uint8Array[] = []
    const decoder = new Decompress((chunk) => {
      unpacked.push(chunk)
    })
    const sum = new Xxh64()
    function* decode(packed: Uint8Array, last = false): Generator<Uint8Array> {
      try {
        decoder.push(packed, last)
      } catch (error) {
        throw new PackedError('broken', (error as Error).message)
      }
      for (const chunk of unpacked.splice(0)) {
        sum.update(chunk)
        yield chunk
      }
    }
    const descriptor = (await input.exactly(1))[0] as number
    yield* decode(Buffer.from([...MAGIC, descriptor]))
    yield* decode(await input.exactly(headerBytes(descriptor)))
    for (let isLast = false; !isLast; ) {
      const header = await input.exactly(BLOCK_HEADER)
      const packed = await input.exactly(blockBytes(header))
      isLast = ((header[0] as number) & 1) === 1
      yield* decode(header)
      yield* decode(packed)
    }
    if (!(descriptor & HAS_CHECKSUM)) {
      yield* decode(new Uint8Array(0), true)
      continue
    }
    const checksum = await input.exactly(CHECKSUM)
    yield* decode(checksum, true)
    if (checksum.readUInt32LE(0) !== Number(sum.digest() & 0xffffffffn)) throw new PackedError('broken', 'the checksum is wrong')
  }
}

async function skip(input: PackedInput, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; ) {
    const some = await input.some(left)
    if (!some) throw new PackedError('early', 'the packed data end too early')
    input.took(some.length)
    left -= some.length
  }
}

const HAS_CHECKSUM = 4

/** Bytes of a frame's header behind its descriptor: the window, the dictionary and the size, each if it is there. */
function headerBytes(descriptor: number): number {
  const isSingle = (descriptor >> 5) & 1
  const size = [isSingle, 2, 4, 8][descriptor >> 6] as number
  return 1 - isSingle + ([0, 1, 2, 4][descriptor & 3] as number) + size
}

/** Bytes of a block behind its header; of a byte that is repeated only that one is there. */
function blockBytes(header: Buffer): number {
  const isRepeated = (((header[0] as number) >> 1) & 3) === 1
  return isRepeated ? 1 : header.readUIntLE(0, BLOCK_HEADER) >> 3
}
