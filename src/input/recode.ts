import type { Chunks } from './packing/packed.js'

/** A recoding makes lines that end in a newline, in an encoding that holds ASCII, of bytes that are none. */
export interface Recoding {
  /** For people. */
  readonly name: string
  recode(chunks: Chunks): AsyncGenerator<Uint8Array>
}

const UTF_16LE: Recoding = { name: 'UTF-16LE', recode: (chunks) => fromUtf16(chunks, 'utf-16le') }
const UTF_16BE: Recoding = { name: 'UTF-16BE', recode: (chunks) => fromUtf16(chunks, 'utf-16be') }
const CR: Recoding = { name: 'lines end in CR', recode: fromCarriageReturns }

/** How many of the first bytes are looked at for zeros. */
const SAMPLE = 4096

/**
 * How the bytes must be recoded, told by the first of them; null: not at all. UTF-8, Latin-1, Big5 and other encodings
 * that hold ASCII stay as they are.
 */
export function recodingOf(head: Uint8Array): Recoding | null {
  if (head[0] === 0xff && head[1] === 0xfe) return UTF_16LE
  if (head[0] === 0xfe && head[1] === 0xff) return UTF_16BE
  const pairs = Math.floor(Math.min(head.length, SAMPLE) / 2)
  let [first, second] = [0, 0]
  for (let i = 0; i < 2 * pairs; i += 2) {
    if (head[i] === 0) first++
    if (head[i + 1] === 0) second++
  }
  // A log is nearly all ASCII, so that every other byte is zero, and none of the rest.
  if (pairs >= 4 && second > 0.7 * pairs && first < 0.05 * pairs) return UTF_16LE
  if (pairs >= 4 && first > 0.7 * pairs && second < 0.05 * pairs) return UTF_16BE
  return endsInCr(head) ? CR : null
}

/** Whether lines end in CR alone, as far as the first bytes show. */
function endsInCr(head: Uint8Array): boolean {
  const cr = head.indexOf(0x0d)
  return cr !== -1 && cr < head.length - 1 && !head.includes(0x0a)
}

async function* fromUtf16(chunks: Chunks, encoding: 'utf-16le' | 'utf-16be'): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding)
  async function* decoded(): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
    yield Buffer.from(decoder.decode())
  }
  let isCr: boolean | undefined
  for await (const chunk of decoded()) {
    isCr ??= endsInCr(chunk)
    yield isCr ? newlinesFor(chunk) : chunk
  }
}

async function* fromCarriageReturns(chunks: Chunks): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield newlinesFor(Uint8Array.from(chunk))
}

/** Make newlines of carriage returns, in place. */
function newlinesFor<T extends Uint8Array>(lines: T): T {
  for (let at = lines.indexOf(0x0d); at !== -1; at = lines.indexOf(0x0d, at + 1)) lines[at] = 0x0a
  return lines
}
