import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { LogstatError } from '../errors.js'
import { type Chunks, PackedError } from './packing/packed.js'

/** A file in an archive. */
export interface Member {
  readonly name: string
  /** Its bytes, once; or why they cannot be had. */
  readonly chunks: Chunks | LogstatError
}

/** The files of a zip archive, in the order of its directory. Several may be read at the same time. */
export async function* zipMembers(path: string): AsyncGenerator<Member> {
  const { openPromise, getFileNameLowLevel } = await import('yauzl')
  // Names are not decoded by the package, since it refuses those it would be dangerous to unpack to; nothing is unpacked to them here.
  const zip = await openPromise(path, { autoClose: false, decodeStrings: false, lazyEntries: true })
  try {
    for await (const entry of zip.eachEntry()) {
      const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
      if (name.endsWith('/')) continue
      if (entry.isEncrypted()) yield { name, chunks: new LogstatError('encrypted', 'it is encrypted', 'Unpack it with its password first.') }
      else if (!entry.canDecodeFileData())
        yield {
          name,
          chunks: new LogstatError('unsupported', `it is packed by method ${entry.compressionMethod}`, 'Unpack the archive with its own tool first.'),
        }
      else yield { name, chunks: checked(() => zip.openReadStreamPromise(entry), entry.crc32) }
    }
  } finally {
    // Streams that are still read hold the file open until they are through.
    zip.close()
  }
}

async function* checked(open: () => Promise<Readable>, expected: number): AsyncGenerator<Buffer> {
  let sum = 0
  for await (const chunk of (await open()) as AsyncIterable<Buffer>) {
    sum = crc32(chunk, sum)
    yield chunk
  }
  if (sum !== expected) throw new PackedError('broken', 'the checksum is wrong')
}
