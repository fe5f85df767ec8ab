import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { LogstatError } from '../errors.js'
import type { Input } from './find.js'

/** An opened input: bytes, unpacked if they were packed. */
export interface Reader {
  /** Fill as much of `target` as is at hand. @returns bytes read; 0 at the end */
  read(target: Uint8Array): Promise<number>
  /** Pass over so many bytes. @returns false when the input ends before */
  skip(bytes: number): Promise<boolean>
  /** Bytes of the file consumed so far (packed ones, if it is packed): for progress. */
  consumed(): number
  /** How the bytes were packed. */
  readonly packing: 'none' | 'gzip'
  close(): void
}

const CHUNK = 256 << 10
const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

/**
 * Open an input and unpack it by its content, not by its name.
 *
 * @throws LogstatError when the file cannot be opened; `read` throws `damaged` when packed data is cut off or broken
 */
export async function openInput(input: Input): Promise<Reader> {
  if (input.path === null) return openStream(input.name, process.stdin)
  let fd: number
  const head = new Uint8Array(2)
  try {
    fd = openSync(input.path, 'r')
    readSync(fd, head, 0, 2, 0)
  } catch (error) {
    throw unreadable(input.name, error)
  }
  if (isGzip(head)) {
    closeSync(fd)
    return gunzip(input.name, createReadStream(input.path, { highWaterMark: CHUNK }))
  }
  let position = 0
  return {
    packing: 'none',
    consumed: () => position,
    close: () => closeSync(fd),
    async skip(bytes) {
      position += bytes
      return position <= fstatSync(fd).size
    },
    // Synchronous on purpose: from the page cache this is a memory copy straight into the kernel, and a thread hop costs more.
    async read(target) {
      try {
        const n = readSync(fd, target, 0, target.length, position)
        position += n
        return n
      } catch (error) {
        throw unreadable(input.name, error)
      }
    },
  }
}

/** Fill all of `target`. @returns bytes read; fewer than asked for when the input ends */
export async function readFully(reader: Reader, target: Uint8Array): Promise<number> {
  let used = 0
  while (used < target.length) {
    const n = await reader.read(target.subarray(used))
    if (n === 0) break
    used += n
  }
  return used
}

async function openStream(name: string, stream: NodeJS.ReadStream): Promise<Reader> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await chunks.next()
  if (first.done) return fromChunks(name, chunks, 'none')
  const all = prepend(first.value, chunks)
  return isGzip(first.value) ? gunzip(name, Readable.from(all)) : fromChunks(name, all, 'none')
}

async function* prepend(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  for (;;) {
    const next = await rest.next()
    if (next.done) return
    yield next.value
  }
}

function gunzip(name: string, packed: Readable): Reader {
  let consumed = 0
  packed.on('data', (chunk: Buffer) => {
    consumed += chunk.length
  })
  // Errors of the source and of the data both surface where the result is read.
  const unpacked = pipeline(packed, createGunzip({ chunkSize: CHUNK }), () => {})
  return { ...fromChunks(name, unpacked[Symbol.asyncIterator](), 'gzip'), consumed: () => consumed, close: () => packed.destroy() }
}

function fromChunks(name: string, chunks: AsyncIterator<Buffer>, packing: Reader['packing']): Reader {
  let rest: Buffer | undefined
  let consumed = 0
  /** What is at hand of the next chunk; undefined at the end. */
  async function at(): Promise<Buffer | undefined> {
    while (!rest?.length) {
      try {
        const next = await chunks.next()
        if (next.done) return undefined
        rest = next.value
      } catch (error) {
        throw damaged(name, error)
      }
    }
    return rest
  }
  return {
    packing,
    consumed: () => consumed,
    close() {
      void chunks.return?.()
    },
    async skip(bytes) {
      for (let left = bytes; left > 0; ) {
        const chunk = await at()
        if (!chunk) return false
        const n = Math.min(left, chunk.length)
        rest = chunk.subarray(n)
        consumed += n
        left -= n
      }
      return true
    },
    async read(target) {
      const chunk = await at()
      if (!chunk) return 0
      const n = chunk.copy(target, 0, 0, target.length)
      rest = chunk.subarray(n)
      consumed += n
      return n
    },
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

function damaged(name: string, error: unknown): LogstatError {
  const cut = codeOf(error) === 'Z_BUF_ERROR'
  return new LogstatError(
    'damaged',
    `${name}: ${cut ? 'the gzip data ends too early' : `the data cannot be unpacked (${(error as Error).message})`}; what could be read is counted`,
    'Fetch or pack the file again; it may still have been written when it was copied.',
  )
}

function unreadable(name: string, error: unknown): LogstatError {
  const reasons: Record<string, [string, string]> = {
    EACCES: ['permission denied', 'Run logstat as a user who may read it, or give that user read access.'],
    EPERM: ['permission denied', 'Run logstat as a user who may read it, or give that user read access.'],
    EBUSY: ['the file is locked by another program', 'Copy the file first, or read it after the server has rotated it.'],
    EISDIR: ['this is a directory', 'Name a file in it.'],
    ENOENT: ['no such file', 'Check the path.'],
    EIO: ['the disk reports a read error', 'Check the disk; copy the file elsewhere if that still works.'],
  }
  const [reason, hint] = reasons[codeOf(error)] ?? [(error as Error).message, 'Check the file.']
  return new LogstatError('unreadable', `${name}: ${reason}`, hint)
}
