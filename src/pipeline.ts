import { createHash } from 'node:crypto'
import { LogstatError } from './errors.js'
import { type Detection, detect, type Undetected } from './format/detect.js'
import type { Server } from './format/format.js'
import { formatNamed, hasPlans, plansOfFamily } from './format/registry.js'
import { compileFields, NO_FIELDS } from './format/w3c.js'
import type { Input } from './input/find.js'
import { openInput, type Reader } from './input/open.js'
import { Kernel, type Period } from './kernel/kernel.js'
import type { Plan } from './kernel/plan.js'
import { type NewSource, type Source, STORED_VALUES, type Store } from './store/store.js'
import { readLineCounts, readTally } from './tally/read-out.js'
import { emptyTally, type LineCounts, mergeInto, type Tally } from './tally/tally.js'

// This page is the program. For each input:
//
//     open → look at its head (format, identity) → go to where it was read to → block by block through the kernel → read out → store

export interface ReadOptions {
  /** A known format's name; detected when absent. */
  readonly format?: string
  /** Overrides the server the format implies. */
  readonly server?: Server
  /** Days for which a database keeps lists apart; without it, lists are over everything. */
  readonly periodOf?: (seconds: number) => Period
  readonly onProgress?: (progress: Progress) => void
  /** Seconds since 1970, for `readAt`. */
  readonly now?: number
}

export interface Progress {
  readonly input: Input
  /** Bytes of the file read so far, as on disk. */
  readonly bytes: number
}

/** What became of one input. */
export interface InputResult extends LineCounts {
  readonly name: string
  /** null: no access log; nothing was counted. */
  readonly format: string | null
  readonly server: string | null
  readonly software: string | null
  /** Lines that were counted by an earlier run and were passed over. */
  readonly known: boolean
  /** Why the input could not be read to its end, or at all. */
  readonly error: LogstatError | null
}

/** Bytes of an input's beginning that identify it: two IIS logs differ in their #Date line, two nginx logs in their first time. */
const HEAD_BYTES = 4096
const LISTED_IN_MEMORY = 200
const LISTED_IN_DATABASE = STORED_VALUES

/**
 * Read inputs into a store, each exactly as far as it is not in there yet.
 *
 * A store in a file gets one source and one transaction for each input: counts and read position together. In a temporary store all
 * inputs of the same server are counted together, so that their lists stay exact.
 */
export async function readInputs(inputs: readonly Input[], store: Store, options: ReadOptions = {}): Promise<InputResult[]> {
  const kernel = new Kernel()
  const inFile = store.file !== null
  if (options.periodOf) kernel.setPeriods(options.periodOf)
  let drained = emptyTally()
  const take = (): Tally => {
    const tally = readTally(kernel, { topValues: inFile ? LISTED_IN_DATABASE : LISTED_IN_MEMORY, adaptive: !inFile })
    kernel.clear()
    mergeInto(drained, tally)
    const all = drained
    drained = emptyTally()
    return all
  }
  kernel.onFull = () => {
    drained = take()
  }
  // In a temporary store: the source that what is in the kernel will be booked on.
  let owner: (NewSource & { id: number }) | undefined
  const settle = (): void => {
    if (owner) store.add(owner, take(), new Map())
    owner = undefined
  }

  const results: InputResult[] = []
  for (const input of inputs) {
    const { result, source } = await readInput(kernel, input, store, options, (server) => {
      if (owner && owner.server !== server) settle()
    })
    results.push(result)
    if (!source) continue
    if (inFile) store.add(source, take(), result.rejects)
    else owner = { ...source, id: store.add(source, emptyTally(), result.rejects) }
  }
  settle()
  return results
}

interface ReadInput {
  readonly result: InputResult
  /** What to note about the source; absent when there is nothing to note. */
  readonly source?: NewSource & { readonly id: number | null }
}

async function readInput(kernel: Kernel, input: Input, store: Store, options: ReadOptions, onServer: (server: string | null) => void): Promise<ReadInput> {
  let reader: Reader | undefined
  try {
    reader = await openInput(input)
    const head = await readHead(reader)
    const known = store.file !== null && input.path !== null ? await findKnown(store, input, head) : undefined
    if (known) {
      reader.close()
      reader = known.reader
    }
    const layout = known ? layoutOf(known.source) : chooseLayout(input, head, options)
    onServer(layout.server)
    return await readLines(kernel, input, reader, head, known, layout, store, options)
  } catch (error) {
    if (!(error instanceof LogstatError)) throw error
    return { result: { ...NOTHING, name: input.name, format: null, server: null, software: null, known: false, error } }
  } finally {
    reader?.close()
  }
}

async function readLines(
  kernel: Kernel,
  input: Input,
  reader: Reader,
  head: Buffer,
  known: Known | undefined,
  layout: Layout,
  store: Store,
  options: ReadOptions,
): Promise<ReadInput> {
  let { fields } = layout
  let sawStatus = layout.hasStatus
  kernel.onFields = (line) => {
    const header = compileFields(line, layout.software ?? '')
    fields = line.trim()
    sawStatus ||= header.hasStatus
    return [header.plan]
  }
  kernel.setPlans(layout.plans)
  if (known) kernel.begin(known.source.readTo, known.source.lines, known.tail)
  else {
    const mark = head.length >= 3 && head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
    kernel.begin(mark)
    feed(kernel, head.subarray(mark))
  }
  let error: LogstatError | null = null
  try {
    for (;;) {
      const n = await reader.read(kernel.space)
      if (n === 0) break
      kernel.filled(n)
      options.onProgress?.({ input, bytes: reader.consumed() })
    }
    // In a database a last line without its newline may still be being written: it is left for the next run.
    if (store.file === null || input.path === null || reader.packing !== 'none') kernel.finish()
  } catch (caught) {
    if (!(caught instanceof LogstatError)) throw caught
    error = caught
  }

  const counts = readLineCounts(kernel)
  if (counts.entries === 0 && counts.rejected > 0) error ??= nothingUnderstood(input, layout, counts, sawStatus)
  const server = options.server ?? layout.server
  const base = { name: input.name, format: layout.format, server, software: layout.software }
  const result: InputResult = { ...counts, ...base, known: known !== undefined, error }
  if (error && counts.entries === 0 && error.code !== 'damaged') return { result }
  if (known && counts.lines === 0) return { result }
  return { result, source: sourceOf(kernel, base, fields, head, known?.source, counts, options) }
}

function sourceOf(
  kernel: Kernel,
  base: Pick<NewSource, 'name' | 'format' | 'server' | 'software'>,
  fields: string | null,
  head: Buffer,
  known: Source | undefined,
  counts: LineCounts,
  options: ReadOptions,
): NewSource & { id: number | null } {
  const readTo = kernel.offset
  const identity = head.subarray(0, Math.min(HEAD_BYTES, readTo))
  return {
    id: known?.id ?? null,
    ...base,
    fields,
    headBytes: identity.length,
    headHash: sha256(identity),
    tailBytes: kernel.tail.length,
    tailHash: sha256(kernel.tail),
    readTo,
    lines: counts.lines + (known?.lines ?? 0),
    entries: counts.entries + (known?.entries ?? 0),
    rejected: counts.rejected + (known?.rejected ?? 0),
    ignored: counts.ignored + (known?.ignored ?? 0),
    withoutTime: counts.withoutTime + (known?.withoutTime ?? 0),
    readAt: options.now ?? Math.floor(Date.now() / 1000),
  }
}

const NOTHING: LineCounts = { lines: 0, entries: 0, ignored: 0, rejected: 0, withoutTime: 0, rejects: new Map() }
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The first bytes of an input, enough to tell its format. */
async function readHead(reader: Reader): Promise<Buffer> {
  const head = Buffer.alloc(64 << 10)
  let used = 0
  while (used < head.length) {
    const n = await reader.read(head.subarray(used))
    if (n === 0) break
    used += n
  }
  return head.subarray(0, used)
}

function feed(kernel: Kernel, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const { space } = kernel
    const part = bytes.subarray(at, at + space.length)
    space.set(part)
    kernel.filled(part.length)
    at += part.length
  }
}

/** How lines are to be read, and what is known of the server. */
interface Layout {
  readonly format: string
  readonly server: string | null
  readonly software: string | null
  readonly fields: string | null
  readonly plans: readonly Plan[]
  readonly hasStatus: boolean
}

function chooseLayout(input: Input, head: Buffer, options: ReadOptions): Layout {
  const asked = options.format === undefined ? undefined : formatNamed(options.format)
  if (asked && hasPlans(asked)) {
    return { format: asked.name, server: asked.server, software: null, fields: null, plans: plansOfFamily(asked.family, asked), hasStatus: true }
  }
  const found = detect(head, head.length < 64 << 10)
  if (found.format === null) throw unknownFormat(input, found)
  return layoutFound(found)
}

function layoutFound(found: Detection): Layout {
  const software = /\((.*)\)$/.exec(found.w3c ? found.title : '')?.[1] ?? null
  return { format: found.format, server: found.server, software, fields: found.fields ?? null, plans: found.plans, hasStatus: found.w3c?.hasStatus ?? true }
}

/** The layout in force where a source was read to. */
function layoutOf(source: Source): Layout {
  const { format, server, software, fields } = source
  const known = formatNamed(format)
  if (known && hasPlans(known)) return { format, server, software, fields, plans: plansOfFamily(known.family, known), hasStatus: true }
  const header = fields === null ? undefined : compileFields(fields, software ?? '')
  return { format, server, software, fields, plans: [header?.plan ?? NO_FIELDS], hasStatus: header?.hasStatus ?? false }
}

interface Known {
  readonly source: Source
  /** An opened reader that stands where the source was read to. */
  readonly reader: Reader
  readonly tail: Buffer
}

/** The source this input continues: it begins with the same bytes, and the bytes before the place read to are the same. */
async function findKnown(store: Store, input: Input, head: Buffer): Promise<Known | undefined> {
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

function unknownFormat(input: Input, found: Undetected): LogstatError {
  const what = found.seems ? `it looks like ${found.seems}` : 'no known format fits its first lines'
  return new LogstatError(
    'unknown-format',
    `${input.name}: not an access log that logstat knows: ${what}`,
    `See what was tried with: logstat detect ${input.name}   Name the format with: --log-format NAME (logstat formats lists them)`,
  )
}

function nothingUnderstood(input: Input, layout: Layout, counts: LineCounts, sawStatus: boolean): LogstatError | null {
  if (layout.format === 'w3c') {
    if (sawStatus || !counts.rejects.has('status')) return null
    return new LogstatError(
      'no-status',
      `${input.name}: the #Fields line names no sc-status, so there are no status codes to explain`,
      'In IIS Manager, select sc-status, sc-substatus and sc-win32-status under Logging, Select Fields.',
    )
  }
  return new LogstatError(
    'wrong-format',
    `${input.name}: none of its ${counts.lines} lines fits the format ${layout.format}`,
    `Let logstat find the format (leave out --log-format), or see: logstat detect ${input.name}`,
  )
}
