import { crc32 } from 'node:zlib'
import { fileOf } from '../input/find.js'
import { openInput, type Reader, readFully } from '../input/open.js'
import { BESIDE, type Unpacking } from '../input/packing/packed.js'
import { changed } from '../input/unreadable.js'
import { behindHead } from '../log/identity.js'
import type { Piece } from '../log/log.js'

/**
 * Open the log of a piece where the piece begins.
 *
 * @throws LogstatError `changed` when it is not the content that was looked at: a log may be rotated before its turn
 * comes
 */
export async function openPiece({ log, start }: Piece, how: Unpacking = BESIDE): Promise<Reader> {
  const { input, file, head, unread } = log
  if (unread) return fromStart(unread, start.offset)
  const reader = await openInput(input, how)
  try {
    if (fileOf(input) !== file) throw changed(input.name)
    if (start.offset <= head.bytes) {
      const again = Buffer.alloc(head.bytes)
      if ((await readFully(reader, again)) < head.bytes || crc32(again) !== head.crc) throw changed(input.name)
      return await fromStart(behindHead(again, reader), start.offset)
    }
    const { tail } = start
    const before = Buffer.alloc(tail.length)
    if (!(await reader.skip(start.offset - tail.length))) throw changed(input.name)
    if ((await readFully(reader, before)) < tail.length || !before.equals(tail)) throw changed(input.name)
    return reader
  } catch (error) {
    reader.close()
    throw error
  }
}

async function fromStart(reader: Reader, offset: number): Promise<Reader> {
  await reader.skip(offset)
  return reader
}
