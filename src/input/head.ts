import { fill, type Reader } from './reader.js'

/** Bytes of the beginning that tell what an input is. */
export const HEAD_BYTES = 64 << 10

/** The first bytes of an input, enough to tell what it is. */
export async function readHead(reader: Reader): Promise<Buffer> {
  const head = Buffer.alloc(HEAD_BYTES)
  return head.subarray(0, await fill(reader, head))
}

/** The first text of an input, and how many zeros stand before it: a hole that a server wrote on behind. */
export interface Beginning {
  readonly hole: number
  /** As long as a head, if there is as much. */
  readonly text: Buffer
}

/**
 * Read on to where the text of an input begins, however long the hole before it is.
 *
 * @param head that was read of the reader, which stands behind it
 */
export async function readBehindHole(head: Buffer, reader: Reader): Promise<Beginning> {
  let hole = 0
  let bytes = head
  for (;;) {
    const from = bytes.findIndex((byte) => byte !== 0)
    if (from === 0) return { hole, text: bytes }
    hole += from === -1 ? bytes.length : from
    const rest = from === -1 ? NO_BYTES : bytes.subarray(from)
    const more = Buffer.alloc(HEAD_BYTES - rest.length)
    const used = await fill(reader, more)
    bytes = Buffer.concat([rest, more.subarray(0, used)])
    if (bytes.length === 0) return { hole, text: bytes }
  }
}
const NO_BYTES = Buffer.alloc(0)
