import { LogstatError } from '../errors.js'
import type { Member } from './archive.js'
import { type Chunks, PackedError, PackedInput } from './packing/packed.js'

// Tar by hand: packages either pass over a damaged header in silence, or lose what they read before it. An archive is a
// row of headers of 512 bytes, each followed by the bytes of its file, filled up to the next 512.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
// https://www.gnu.org/software/tar/manual/html_node/Standard.html

const BLOCK = 512
/** A longer name or list of attributes nobody writes. */
const MAX_ATTRIBUTES = 1 << 20

/**
 * Kinds (`typeflag`) that are no files: links, devices, directories; directories, volumes and names of GNU tar. All
 * others are, says POSIX.
 */
const NO_FILES = '123456DVMN'
/** Kinds that say something of the file behind them, or of all files. */
const RECORDS = 'LKxg'
/** A file of GNU tar with its holes left out. */
const SPARSE = 'S'

const SPARSE_WORDS = {
  en: 'it is stored with its holes left out (tar --sparse)',
  zh: '它以稀疏方式存储（tar --sparse）',
}
const UNPACK = { en: 'Unpack the archive with its own tool first.', zh: '请先用相应工具解包。' }

const BAD_SIZE = { en: 'the size of a file is damaged', zh: '某个文件的大小字段已损坏' }
const BAD_ATTRIBUTES = { en: 'the attributes of a file are damaged', zh: '某个文件的属性已损坏' }

interface Header {
  readonly name: string
  readonly size: number
  readonly type: string
}

/**
 * The files of a tar archive. They stand one behind the other: the next comes when the one before has been read or
 * given up, and the chunks of the one before are then void.
 */
export async function* tarMembers(archive: Chunks): AsyncGenerator<Member> {
  const input = new PackedInput(archive)
  try {
    /** Said of the next file by records in front of it. */
    let said: { name?: string; size?: number } = {}
    for (let header = await nextHeader(input); header; header = await nextHeader(input)) {
      const { type } = header
      const size = said.size ?? header.size
      const body = new Body(input, size)
      const name = said.name ?? header.name
      if (type === 'L' || type === 'x') said = { ...said, ...attributesOf(type, await body.whole()) }
      else if (type === SPARSE) yield { name, chunks: new LogstatError('unsupported', SPARSE_WORDS, UNPACK) }
      else if (!NO_FILES.includes(type) && !RECORDS.includes(type)) yield { name, chunks: body.chunks() }
      if (!RECORDS.includes(type)) said = {}
      await body.passOver()
    }
  } finally {
    await input.close()
  }
}

/** @returns undefined at the end of the archive: two blocks of zeros, or the end of the input */
async function nextHeader(input: PackedInput): Promise<Header | undefined> {
  if (!(await input.some())) return undefined
  const block = await input.exactly(BLOCK)
  if (block.every((byte) => byte === 0)) return undefined
  if (numberAt(block, 148, 8) !== sumOf(block))
    throw new PackedError('broken', { en: 'the header of a file is damaged', zh: '某个文件的头部已损坏' })
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textAt(block, 345, 155) : ''
  const type = String.fromCharCode(block[156] as number)
  const size = numberAt(block, 124, 12)
  if (!Number.isSafeInteger(size) || size < 0) throw new PackedError('broken', BAD_SIZE)
  // Of a sparse file the map of its parts may go on behind the header.
  if (type === SPARSE) for (let more = block[482]; more; more = (await input.exactly(BLOCK))[504]);
  // Links, directories and devices have no bytes, whatever their size says.
  return { name: (prefix && `${prefix}/`) + textAt(block, 0, 100), size: '123456'.includes(type) ? 0 : size, type }
}

/** The sum of all bytes of a header, those of the sum itself taken for blanks. */
function sumOf(block: Buffer): number {
  let sum = 0
  for (const [i, byte] of block.entries()) sum += i >= 148 && i < 156 ? 0x20 : byte
  return sum
}

const textAt = (block: Buffer, at: number, length: number): string => {
  const bytes = block.subarray(at, at + length)
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? length : end)
}

/** A number in octal digits; or, if the first bit is set, in binary. NaN: none. */
function numberAt(block: Buffer, at: number, length: number): number {
  const bytes = block.subarray(at, at + length)
  if ((bytes[0] as number) & 0x80)
    return bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, (bytes[0] as number) & 0x7f)
  const digits = textAt(block, at, length).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN
}

/** The attributes that a record gives to the file behind it: its name (GNU), or a list of them (pax). */
function attributesOf(type: string, body: Buffer): { name?: string; size?: number } {
  if (type === 'L') return { name: textAt(body, 0, body.length) }
  const said: { name?: string; size?: number } = {}
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(0x20, at)
    const length = Number(body.toString('latin1', at, blank))
    if (blank === -1 || !Number.isInteger(length) || length <= blank - at)
      throw new PackedError('broken', BAD_ATTRIBUTES)
    const [key, value = ''] = body.toString('utf8', blank + 1, at + length - 1).split(/=(.*)/s)
    if (key === 'path') said.name = value
    if (key === 'size') {
      said.size = Number(value)
      if (!Number.isSafeInteger(said.size) || said.size < 0) throw new PackedError('broken', BAD_SIZE)
    }
    at += length
  }
  return said
}

/** The bytes of a file, and what fills them up to the next header. */
class Body {
  readonly #input: PackedInput
  #left: number
  readonly #filling: number
  /** Why its bytes could not be had, once that was told. */
  #failure: unknown

  constructor(input: PackedInput, size: number) {
    this.#input = input
    this.#left = size
    this.#filling = -size & (BLOCK - 1)
  }

  async *chunks(): AsyncGenerator<Buffer> {
    while (this.#left > 0) {
      if (this.#failure) throw this.#failure
      let some: Buffer | undefined
      try {
        some = await this.#input.some(this.#left)
        if (!some)
          throw new PackedError('early', { en: 'the archive ends inside this file', zh: '压缩包在此文件中间结束' })
      } catch (error) {
        throw (this.#failure = error)
      }
      this.#left -= some.length
      this.#input.took(some.length)
      yield some
    }
  }

  async whole(): Promise<Buffer> {
    if (this.#left > MAX_ATTRIBUTES) throw new PackedError('broken', BAD_ATTRIBUTES)
    const pieces: Buffer[] = []
    for await (const piece of this.chunks()) pieces.push(Buffer.from(piece))
    return Buffer.concat(pieces)
  }

  /** Go to the next header. Who has read all of the file has been told if the archive ends in it. */
  async passOver(): Promise<void> {
    const wasTold = this.#failure !== undefined
    try {
      for await (const _ of this.chunks());
      for (let left = this.#filling; left > 0; ) {
        const some = await this.#input.some(left)
        // Some programs do not fill up the last file.
        if (!some) return
        this.#input.took(some.length)
        left -= some.length
      }
    } catch (error) {
      if (!wasTold) throw error
    }
  }
}
