import { closeSync, fstatSync, readSync } from 'node:fs'
import { copyBytes } from './copy.js'
import type { Chunks } from './packing/packed.js'
import { unreadable } from './unreadable.js'

/** An opened input: text in lines, unpacked and recoded if it was packed or in another encoding. */
export interface Reader {
  /** Fill as much of `target` as is at hand. @returns bytes read; 0 at the end */
  read(target: Uint8Array): Promise<number>
  /** Pass over so many bytes. @returns false when the input ends before */
  skip(bytes: number): Promise<boolean>
  /** Bytes of the file consumed so far (packed ones, if it is packed): for progress. */
  consumed(): number
  /** How the bytes were packed, from the outside in: `none`, `gzip`, `zip`, `gzip, tar`, … */
  readonly packing: string
  /** The recoding that made lines of the bytes, for people: `UTF-16LE`, …; null: none was needed. */
  readonly recoded: string | null
  /** The bytes are those of the file, unchanged: it may also be read by byte ranges, by others. */
  readonly raw: boolean
  close(): void
}

/** A plain file, read where it is. */
export function fileReader(name: string, fd: number): Reader {
  let position = 0
  return {
    packing: 'none',
    recoded: null,
    raw: true,
    consumed: () => position,
    close: () => closeSync(fd),
    async skip(bytes) {
      position += bytes
      return position <= fstatSync(fd).size
    },
    // Synchronous on purpose: from the page cache this is a memory copy straight into the kernel, and a thread hop
    // costs more.
    async read(target) {
      try {
        const n = readSync(fd, target, 0, target.length, position)
        position += n
        return n
      } catch (error) {
        throw unreadable(name, error)
      }
    },
  }
}

/** A reader of chunks. `fail` makes of an error what is said to people. */
export function chunkReader(
  chunks: Chunks,
  {
    packing,
    recoded,
    consumed,
    fail,
  }: Pick<Reader, 'packing' | 'recoded' | 'consumed'> & { readonly fail: (error: unknown) => Error },
): Reader {
  const iterator = chunks[Symbol.asyncIterator]()
  let rest: Uint8Array | undefined
  let failure: Error | undefined
  /** The bytes at hand of the next chunk; undefined at the end. */
  async function at(): Promise<Uint8Array | undefined> {
    while (!rest?.length) {
      // Whoever reads on after an error meets it again, and no end.
      if (failure) throw failure
      try {
        const next = await iterator.next()
        if (next.done) return undefined
        rest = next.value
      } catch (error) {
        throw (failure = fail(error))
      }
    }
    return rest
  }
  return {
    packing,
    recoded,
    consumed,
    raw: false,
    close() {
      // Whoever is asked for no more may still fail to close, and nobody is there to be told.
      iterator.return?.().then(
        () => {},
        () => {},
      )
    },
    async skip(bytes) {
      for (let left = bytes; left > 0; ) {
        const chunk = await at()
        if (!chunk) return false
        const n = Math.min(left, chunk.length)
        rest = chunk.subarray(n)
        left -= n
      }
      return true
    },
    async read(target) {
      const chunk = await at()
      if (!chunk) return 0
      const n = Math.min(chunk.length, target.length)
      copyBytes(target, chunk.subarray(0, n))
      rest = chunk.subarray(n)
      return n
    },
  }
}

/**
 * Fill all of `target`; of an input that is damaged, with what can be read before that is met again. @returns bytes
 * read
 */
export async function fill(reader: Reader, target: Uint8Array): Promise<number> {
  let used = 0
  try {
    for (let n = -1; n !== 0 && used < target.length; used += n) n = await reader.read(target.subarray(used))
  } catch (error) {
    if (used === 0) throw error
  }
  return used
}
