import { crc32, createInflateRaw } from 'node:zlib'
import { type Engine, runEngine } from './engine.js'
import { BAD_SUM, type Chunks, PackedError, PackedInput, type Unpacking } from './packed.js'

/** Bits of the header's flags. https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1 */
const HEADER_CHECKSUM = 2
const EXTRA = 4
const NAME = 8
const COMMENT = 16
const TRAILER_BYTES = 8
/** Unpacking goes on beside counting, a megabyte ahead. */
const OPTIONS = { chunkSize: 256 << 10, readableHighWaterMark: 1024 << 10 }

/**
 * Unpack gzip: any number of members one after the other, as `cat a.gz b.gz` and appending loggers make them, each
 * checked by its checksum. Zeros behind the last member (tapes, disk blocks) are passed over.
 *
 * Node's own gunzip throws away up to a buffer of good data when something follows them that is no gzip; hence the
 * members are told apart here, and only what is deflated is left to it.
 */
export async function* gunzip(packed: Chunks, how: Unpacking): AsyncGenerator<Buffer> {
  const input = new PackedInput(packed)
  const inflater = how.alone ? new (await import('./inflate-alone.js')).Inflater() : undefined
  let at = 0
  try {
    for (let first = true; await readHeader(input, first); first = false) {
      const start = at
      let sum = 0
      const unpacked = inflater
        ? inflater.unpack(input)
        : runEngine(createInflateRaw(OPTIONS) as unknown as Engine, input)
      for await (const chunk of unpacked) {
        sum = crc32(chunk, sum)
        at += chunk.length
        yield chunk
      }
      const trailer = await input.exactly(TRAILER_BYTES)
      if (trailer.readUInt32LE(4) !== (at - start) % 2 ** 32 || sum !== trailer.readUInt32LE(0))
        throw new PackedError('broken', BAD_SUM)
    }
  } finally {
    inflater?.close()
    await input.close()
  }
}

/** Pass over the header of a member. @returns false when there is none: the data are over */
async function readHeader(input: PackedInput, first: boolean): Promise<boolean> {
  for (let next = await input.some(); ; next = await input.some()) {
    if (!next) return false
    if (first || next[0] !== 0) break
    const zeros = next.findIndex((byte) => byte !== 0)
    input.took(zeros === -1 ? next.length : zeros)
  }
  await input.begins([0x1f, 0x8b], 'gzip')
  const fixed = await input.exactly(8)
  if (fixed[0] !== 8)
    throw new PackedError('broken', { en: `unknown compression method ${fixed[0]}`, zh: `未知的压缩方法 ${fixed[0]}` })
  const flags = fixed[1] as number
  if (flags & EXTRA) await input.exactly((await input.exactly(2)).readUInt16LE(0))
  for (const text of [NAME, COMMENT]) if (flags & text) while ((await input.exactly(1))[0] !== 0);
  if (flags & HEADER_CHECKSUM) await input.exactly(2)
  return true
}
