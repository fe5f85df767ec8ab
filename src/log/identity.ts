import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { sha256 } from '../hash.js'
import { type Input, statOf } from '../input/find.js'
import { HEAD_BYTES, readHead } from '../input/head.js'
import { openBehind, openInput, type Reader, readFully } from '../input/open.js'
import type { Source, Store } from '../store/store.js'
import { checkpointsOf, isDense, PRIOR_BYTES, shortHash } from '../trail.js'
import type { Identity } from './log.js'

// Which log is this, and how far was it read? The content decides, never the name. Sources that share the first line
// are candidates; the trail of each tells whether the input goes on where it ends, lies wholly inside it, or is another
// log.

const hexOf = (bytes: Uint8Array): string => sha256(bytes).toString('hex')

/** Which log an input is, as far as its beginning and a database tell. */
export interface Recognised {
  readonly identity: Identity
  /** The bytes before the place where the source was read to, at most PRIOR_BYTES. */
  readonly prior: Buffer
  /** Whether the reader still stands behind the head. */
  readonly isAtHead: boolean
}

/** Whether an input is read once and has no place to go back to: standard input, a pipe. */
export function isStream({ path }: Input): boolean {
  return path === null || statOf(path)?.isFile() === false
}

/**
 * The first line that is no directive, hashed: two IIS logs have the same first lines, and two logs of nginx can have
 * the same last.
 */
function firstLineOf(head: Buffer): string {
  for (let at = 0; at < head.length; ) {
    const newline = head.indexOf(0x0a, at)
    const end = newline === -1 ? head.length : newline
    // A carriage return is no content.
    if (head[at] !== 0x23 && end - at > 1) return hexOf(head.subarray(at, end)).slice(0, 16)
    at = end + 1
  }
  return ''
}

/**
 * Find out which source of a database an input continues.
 *
 * Of the bytes read here, none is taken from another file than `head`, whatever happens to the path meanwhile.
 *
 * @param reader opened, its head read; where it stands afterwards does not matter
 * @throws LogstatError `changed` when the file was replaced or cut short while it was looked at
 */
export async function identify(store: Store, input: Input, head: Buffer, reader: Reader): Promise<Recognised> {
  const firstLine = firstLineOf(head)
  if (input.path === null || isStream(input))
    return { identity: { firstLine, isContained: false }, prior: NO_BYTES, isAtHead: true }
  const { sources, state } = store.candidates(firstLine)
  const packed = reader.packing === 'none' ? undefined : packedName(input.path, input.member)
  const identity = { firstLine, seen: state, ...(packed === undefined ? {} : { packed }) }
  const holder = packed === undefined ? undefined : store.packedSource(packed)
  const held = sources.find((s) => s.id === holder)
  if (held) return { identity: { ...identity, source: held, isContained: true }, prior: NO_BYTES, isAtHead: true }
  let isAtHead = true
  const hashes = new HeadHashes(head)
  for (const source of sources) {
    if (!mayMatch(source, hashes)) continue
    const rest = isAtHead ? reader : await openBehind(input, head)
    isAtHead = false
    try {
      const found = await compare(source, behindHead(head, rest))
      if (found)
        return { identity: { ...identity, source, isContained: found.contained }, prior: found.prior, isAtHead }
    } finally {
      if (rest !== reader) rest.close()
    }
  }
  return { identity: { ...identity, isContained: false }, prior: NO_BYTES, isAtHead }
}

const NO_BYTES = Buffer.alloc(0)

/** A reader from the beginning on, made of one that stands behind the head. */
export function behindHead(head: Uint8Array, rest: Reader): Reader {
  let at = 0
  return {
    ...rest,
    async skip(bytes) {
      const inside = Math.min(bytes, head.length - at)
      at += inside
      return bytes === inside || rest.skip(bytes - inside)
    },
    async read(target) {
      if (at === head.length) return rest.read(target)
      const part = head.subarray(at, at + target.length)
      target.set(part)
      at += part.length
      return part.length
    },
  }
}

/** The source that a file continues or lies in. @throws LogstatError when the file cannot be read */
export async function sourceHolding(store: Store, input: Input): Promise<Source | undefined> {
  const reader = await openInput(input)
  try {
    const { identity } = await identify(store, input, await readHead(reader), reader)
    return identity.source
  } finally {
    reader.close()
  }
}

/** Hashes of windows of a head. Sources of logs that begin alike have their first windows at the same places. */
class HeadHashes {
  readonly head: Buffer
  readonly #known = new Map<number, Buffer>()
  constructor(head: Buffer) {
    this.head = head
  }
  of(start: number, end: number): Buffer {
    const key = start * HEAD_BYTES * 2 + end
    let hash = this.#known.get(key)
    if (!hash) this.#known.set(key, (hash = shortHash(this.head.subarray(start, end))))
    return hash
  }
}

/** The windows that lie in the head settle most cases without reading on. */
function mayMatch({ trail }: Source, hashes: HeadHashes): boolean {
  for (const { start, end, hash } of checkpointsOf(trail)) {
    if (end > hashes.head.length) return true
    if (!hashes.of(start, end).equals(hash)) return false
  }
  return true
}

/** Follow a source's trail through an input. @returns undefined: it is another log */
async function compare(
  source: Source,
  reader: Reader,
): Promise<{ readonly contained: boolean; readonly prior: Buffer } | undefined> {
  const windows = new WindowReader(reader)
  let matched = 0
  for (const { start, end, hash } of checkpointsOf(source.trail)) {
    // Where every line end is noted, what is passed over may hold none.
    const isPassed = isDense(matched) && (await windows.passesLine(start))
    const bytes = await windows.read(start, end)
    if (bytes.length < end - start) {
      const holdsLine = isPassed || bytes.subarray(Math.max(0, matched - start)).includes(0x0a)
      return isDense(matched) && holdsLine ? undefined : CONTAINED
    }
    if (!shortHash(bytes).equals(hash)) return undefined
    matched = end
  }
  const start = Math.max(0, source.readTo - PRIOR_BYTES)
  const prior = await windows.read(start, source.readTo)
  if (prior.length < source.readTo - start) return (await endsInside(matched, windows)) ? CONTAINED : undefined
  if (hexOf(prior.subarray(prior.length - source.tailBytes)) !== source.tailHash) return undefined
  return { contained: false, prior }
}

const CONTAINED = { contained: true, prior: NO_BYTES } as const

/**
 * Whether an input that ends before the next window of a trail has no line that the trail does not know. Where every
 * line end is noted, a further one is another line; later on, only the next window could tell, and an input that grows
 * will reach it.
 */
async function endsInside(matched: number, windows: WindowReader): Promise<boolean> {
  return !isDense(matched) || !(await windows.read(matched, matched + REST_BYTES)).includes(0x0a)
}
const REST_BYTES = 64 << 10

/** Reads windows of an input in order; they may overlap a little. */
class WindowReader {
  readonly #reader: Reader
  /** The last bytes read without a gap, up to `#offset`. */
  #recent = Buffer.alloc(0)
  #offset = 0

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** Go on to `start`, unless that is behind. @returns whether a line ends before it */
  async passesLine(start: number): Promise<boolean> {
    let found = false
    while (this.#offset < start) {
      const bytes = await this.read(this.#offset, Math.min(start, this.#offset + REST_BYTES))
      if (bytes.length === 0) break
      found ||= bytes.includes(0x0a)
    }
    return found
  }

  /** @returns fewer bytes than asked for when the input ends */
  async read(start: number, end: number): Promise<Buffer> {
    if (start > this.#offset) {
      if (!(await this.#reader.skip(start - this.#offset))) return Buffer.alloc(0)
      this.#offset = start
      this.#recent = Buffer.alloc(0)
    }
    const fresh = Buffer.alloc(Math.max(0, end - this.#offset))
    const used = await readFully(this.#reader, fresh)
    this.#offset += used
    const all = Buffer.concat([this.#recent, fresh.subarray(0, used)])
    const from = all.length - (this.#offset - start)
    this.#recent = all.subarray(-REST_BYTES)
    return all.subarray(from, from + (end - start))
  }
}

const EDGE_BYTES = 4096

/**
 * A name for the content of a packed file, or of a file in an archive: its size, beginning and end. Its format ends it
 * with the size or a checksum of all it holds.
 */
function packedName(path: string, member: number | undefined): string | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    const { size } = fstatSync(fd)
    const edges = Buffer.alloc(2 * EDGE_BYTES)
    readSync(fd, edges, 0, EDGE_BYTES, 0)
    readSync(fd, edges, EDGE_BYTES, EDGE_BYTES, Math.max(0, size - EDGE_BYTES))
    return `${size}-${hexOf(edges)}${member === undefined ? '' : `!${member}`}`
  } catch {
    // Gone or unreadable: whoever reads it will say so.
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
