import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { LogstatError } from '../errors.js'
import { BAD_SUM, type Chunks, PackedError } from './packing/packed.js'

/** A file in an archive. */
export interface Member {
  readonly name: string
  /** Its bytes, once; or why they cannot be had. */
  readonly chunks: Chunks | LogstatError
}

/** The files of a zip archive, in the order of its directory. Several may be read at the same time. */
export async function* zipMembers(path: string): AsyncGenerator<Member> {
  const { openPromise, getFileNameLowLevel } = await import('yauzl')
  // Names are not decoded by the package, since it refuses those it would be dangerous to unpack to; nothing is
  // unpacked to them here.
  const places = new Places()
  const zip = await openPromise(path, { autoClose: false, decodeStrings: false, lazyEntries: true })
  try {
    for await (const entry of zip.eachEntry()) {
      const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
      if (name.endsWith('/')) continue
      if (entry.isEncrypted())
        yield {
          name,
          chunks: new LogstatError(
            'encrypted',
            { en: 'it is encrypted', zh: '它已加密' },
            { en: 'Unpack it with its password first.', zh: '请先用密码解包。' },
          ),
        }
      else if (!entry.canDecodeFileData())
        yield {
          name,
          chunks: new LogstatError(
            'unsupported',
            {
              en: `it is packed by method ${entry.compressionMethod}`,
              zh: `它使用压缩方法 ${entry.compressionMethod}`,
            },
            { en: 'Unpack the archive with its own tool first.', zh: '请先用相应工具解包。' },
          ),
        }
      else if (!places.take(entry.relativeOffsetOfLocalHeader, entry.compressedSize))
        yield {
          name,
          chunks: new LogstatError(
            'damaged',
            { en: 'it lies over another file of the archive', zh: '它与压缩包中的另一个文件重叠' },
            {
              en: 'The archive is damaged, or made to do harm. Fetch it again.',
              zh: '压缩包已损坏，或是恶意构造的。请重新获取。',
            },
          ),
        }
      else yield { name, chunks: checked(() => zip.openReadStreamPromise(entry), entry.crc32) }
    }
  } finally {
    // Streams that are still read hold the file open until they are through.
    zip.close()
  }
}

/** Where files lie in an archive: a small one can hold terabytes if they may lie over each other. */
class Places {
  /** Ends by starts, in order. */
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  /** @returns whether nothing lies there yet */
  take(start: number, packedBytes: number): boolean {
    // Its name follows the header; how long the rest of that is, the header says. So this is the least that it takes.
    const end = start + LOCAL_HEADER + packedBytes
    let [low, high] = [0, this.#starts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] as number) < start) low = middle + 1
      else high = middle
    }
    if ((this.#ends[low - 1] ?? 0) > start || (this.#starts[low] ?? Infinity) < end) return false
    this.#starts.splice(low, 0, start)
    this.#ends.splice(low, 0, end)
    return true
  }
}
const LOCAL_HEADER = 30

async function* checked(open: () => Promise<Readable>, expected: number): AsyncGenerator<Buffer> {
  let sum = 0
  for await (const chunk of (await open()) as AsyncIterable<Buffer>) {
    sum = crc32(chunk, sum)
    yield chunk
  }
  if (sum !== expected) throw new PackedError('broken', BAD_SUM)
}
