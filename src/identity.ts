import { createHash } from 'node:crypto'
import type { LogstatError } from './errors.js'
import type { Input } from './input/find.js'
import { openInput, type Reader } from './input/open.js'
import type { NewSource, Source, Store } from './store/store.js'
import type { LineCounts } from './tally/tally.js'

// Which log is this, and how far was it read? The content decides, never the name.

/** Bytes of an input's beginning that identify it: two IIS logs differ in their #Date line, two nginx logs in their first time. */
const HEAD_BYTES = 4096
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export interface Known {
  readonly source: Source
  /** An opened reader that stands where the source was read to. */
  readonly reader: Reader
  readonly tail: Buffer
}

/** The source this input continues: it begins with the same bytes, and the bytes before the place read to are the same. */
export async function findKnown(store: Store, input: Input, head: Buffer): Promise<Known | undefined> {
  for (const source of store.sourcesWithHead(head.length)) {
    if (sha256(head.subarray(0, source.headBytes)) !== source.headHash) continue
    const reader = await openInput(input)
    const tail = Buffer.alloc(source.tailBytes)
    if ((await reader.skip(source.readTo - source.tailBytes)) && (await readFully(reader, tail)) && sha256(tail) === source.tailHash)
      return { source, reader, tail }
    reader.close()
  }
  return undefined
}

async function readFully(reader: Reader, target: Buffer): Promise<boolean> {
  for (let used = 0; used < target.length; ) {
    const n = await reader.read(target.subarray(used))
    if (n === 0) return false
    used += n
  }
  return true
}

/** What counting an input came to. */
export interface Reading {
  readonly counts: LineCounts
  /** The `#Fields` line in force at `readTo`. */
  readonly fields: string | null
  readonly sawStatus: boolean
  /** Byte offset up to which lines are counted, and the last bytes before it. */
  readonly readTo: number
  readonly tail: Uint8Array
  readonly error: LogstatError | null
}

/** What to note about a source that was read on: `known` is what was noted before. */
export function sourceOf(
  { counts, fields, readTo, tail }: Reading,
  base: Pick<NewSource, 'name' | 'format' | 'server' | 'software'>,
  head: Buffer,
  known: Source | undefined,
  now: number | undefined,
): NewSource & { id: number | null } {
  const identity = head.subarray(0, Math.min(HEAD_BYTES, readTo))
  return {
    id: known?.id ?? null,
    ...base,
    fields,
    headBytes: identity.length,
    headHash: sha256(identity),
    tailBytes: tail.length,
    tailHash: sha256(tail),
    readTo,
    lines: counts.lines + (known?.lines ?? 0),
    entries: counts.entries + (known?.entries ?? 0),
    rejected: counts.rejected + (known?.rejected ?? 0),
    ignored: counts.ignored + (known?.ignored ?? 0),
    withoutTime: counts.withoutTime + (known?.withoutTime ?? 0),
    readAt: now ?? Math.floor(Date.now() / 1000),
  }
}
