import { statSync } from 'node:fs'
import { LogstatError } from './errors.js'
import { type Asked, askedFormat } from './format/asked.js'
import { byteOrderMark, type Detection, detect, type Undetected, wrappingOf } from './format/detect.js'
import type { Server } from './format/format.js'
import type { OwnFormat } from './format/own.js'
import { formatNamed, hasPlans, plansOfFamily } from './format/registry.js'
import { hasParts, type Wrapping } from './format/unwrap.js'
import { compileFields, hasDate, isFieldsLine, momentNoted, NO_FIELDS, noteMoment } from './format/w3c.js'
import { addedTo, type Identity, identify, isStream, type Known, type Reading, sourceOf } from './identity.js'
import { fileOf, type Input } from './input/find.js'
import { HEAD_BYTES, type Opened, openBehind, openInput, openInputs, type Reader, readHead } from './input/open.js'
import { ALONE } from './input/packing/packed.js'
import { lazyReader } from './input/reader.js'
import { type Filter, setFilter } from './kernel/filter.js'
import { Kernel } from './kernel/kernel.js'
import { absorb, absorbPast, type Packed, packAll, packPast } from './kernel/packed.js'
import type { Plan } from './kernel/plan.js'
import { inOrder, together } from './parallel/apart.js'
import { type Cut, cutFile, endOfStep, rangesOf, StepEnds } from './parallel/cut.js'
import { feed, type Intake, makeIntake } from './parallel/intake.js'
import { dayFinder, type Lines, setLogZone } from './parallel/lines.js'
import { makeRunner, type Runner } from './parallel/runner.js'
import type { OnRead, Unit, UnitRead } from './parallel/unit.js'
import { Backlog } from './store/backlog.js'
import { type Counted, type NewSource, type Source, STORED_VALUES, type Store } from './store/store.js'
import { type ReadOutOptions, type Room, readTally, takeLists } from './tally/read-out.js'
import { addLineCounts, type LineCounts, type Listed, mergeInto, NONE_LEFT_OUT, type Tally } from './tally/tally.js'
import { dayOf } from './time-zone.js'
import { NO_TRAIL, PRIOR_BYTES, type Trail, TrailWriter, trailTo } from './trail.js'

// This page is the program. For each input:
//
//     open → look at its head (format, identity) → go to where it was read to → through a kernel, here or in ranges by threads → read out → store

export interface ReadOptions {
  /** What `--log-format` says; detected when absent. */
  readonly format?: string
  /** Formats of the user's own, by name and for detection. */
  readonly formats?: readonly OwnFormat[]
  /** Overrides the server the format implies. */
  readonly server?: Server
  /** The zone whose days a database keeps lists apart for; without it, lists are over everything. */
  readonly dayZone?: string
  /** The zone of times that carry none (HAProxy, IIS native format, date-local), unless their format says it; UTC when absent. */
  readonly logZone?: string
  /** Which entries are counted; all when absent. For a temporary store: a database holds everything. */
  readonly filter?: Filter
  /** Read also what is not understood for the most part. */
  readonly force?: boolean
  /** Threads to use; the machine's cores when absent. The result is the same for any number. */
  readonly jobs?: number
  /** Values of each list that will be asked for; a database holds as many as it holds. */
  readonly top?: number
  readonly onProgress?: (progress: Progress) => void
  /** Seconds since 1970, for `readAt`. */
  readonly now?: number
}

export interface Progress {
  readonly input: Input
  /** Bytes of the file read so far, as on disk, and the lines in them. */
  readonly bytes: number
  readonly lines: number
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
  /** It was found in a directory or an archive, not named. */
  readonly optional: boolean
  /** Why the input could not be read to its end, or at all. */
  readonly error: LogstatError | null
}

/** Of a temporary store: what is shown of a code may be the sum of several lists, so more is read out than is shown. */
const LISTED_IN_MEMORY: Listed = { least: 20, most: 200, together: 1500 }
const LISTED_IN_DATABASE: Listed = { least: STORED_VALUES, most: STORED_VALUES, together: 0 }

/**
 * Bytes of lists of days that are over, above which they do not wait for the end of a step: of an input that is cut, and of one that is counted in this
 * thread as it comes, and may be a stream.
 */
const MANY_PAST = 20 << 20
const MANY_PAST_HERE = 8 << 20

/**
 * Read inputs into a store, each exactly as far as it is not in there yet.
 *
 * A store in a file gets one source for each input and one transaction for each step of it: counts and read position together. In a temporary store all
 * inputs of the same server are counted together, so that their lists stay exact.
 */
export async function readInputs(inputs: readonly Input[], store: Store, options: ReadOptions = {}): Promise<InputResult[]> {
  const runner = makeRunner(options.jobs)
  const inFile = store.file !== null
  const batchBytes = batchSize(inputs)
  // A large file is cut, or it is packed: another thread is needed in any case, and it takes a while to start. What a database knows needs none.
  if (!inFile && (rangesOf(inputs[0]?.size ?? 0) > 1 || batchBytes < Infinity)) runner.expect(1)
  const kernel = new Kernel()
  const { dayZone, top = 0 } = options
  const { least, most, together } = LISTED_IN_MEMORY
  const listed = inFile ? LISTED_IN_DATABASE : { least: Math.max(least, top), most: Math.max(most, top), together }
  setFilter(kernel.wasm, options.filter ?? {})
  if (dayZone !== undefined) kernel.setPeriods((seconds) => dayOf(seconds, dayZone))
  const readOutOptions: ReadOutOptions = { listed, allClients: store.joinsClients, adaptive: !inFile }
  const readOut = (room?: Room): Tally => readTally(kernel, room ? { ...readOutOptions, room } : readOutOptions)
  const backlog = new Backlog(listed, store.joinsClients ? ['client'] : [], store.anonymizes)
  /** Lists of days that are over. */
  const past: Packed[] = []
  const addUpPast = (keep: (lists: Tally) => void): void => absorbPast(kernel, past.splice(0), kernel.onFull, () => keep(takeLists(kernel, listed)))
  const keepPast = (parts: readonly Packed[], most = MANY_PAST): void => {
    past.push(...parts)
    if (past.reduce((sum, { bytes }) => sum + bytes.length, 0) < most) return
    // Lists of the day in force are to stay whole, and not to be among the others; only those of entries without a time are.
    const open = packAll(kernel)
    addUpPast((lists) => backlog.add(lists))
    backlog.add(readOut())
    kernel.clear()
    absorb(kernel, open, kernel.onFull)
  }
  const take = (room?: Room): Iterable<Counted> => {
    // What is left is cut to as many values, and before there is no room for it among the others.
    if (kept && past.length > 0) past.push(packAll(kernel, kept))
    const lists: Tally[] = []
    addUpPast((some) => lists.push(some))
    const last = readOut(room)
    kernel.clear()
    for (const more of lists) mergeInto(last, more)
    return backlog.with(last)
  }
  kernel.onFull = () => backlog.add(readOut())
  const kept = inFile && !store.joinsClients ? STORED_VALUES : null
  if (kept) kernel.onPast = () => keepPast([packPast(kernel, kept)], MANY_PAST_HERE)
  // In a temporary store: the source that what is in the kernel will be booked on.
  let owner: (NewSource & { id: number }) | undefined
  const settle = (): void => {
    if (owner) store.add(owner, take(), new Map())
    backlog.clear()
    owner = undefined
  }

  const results: InputResult[] = []
  // Ahead of the input being counted the next ones are opened, so that they are counted side by side. Where a database knows more of one when the one
  // before is in, it is looked at again; so there that is done for logs that take a while only.
  const ahead = inFile && batchBytes === Infinity ? 1 : runner.jobs + 1
  let counting = false
  let over = false
  const session: Session = {
    store,
    options,
    runner,
    batchBytes,
    kept,
    keepPast,
    linesBefore: new Map(),
    alone: inFile || inputs.length === 1,
    idleKernel: () => (counting ? undefined : kernel),
    isOver: () => over,
  }
  const countNext = async (prepared: Prepared): Promise<ReadInput> => {
    counting = true
    const read = await count(kernel, prepared, store, options)
    counting = false
    return read
  }
  const room: Room = { buffer: new ArrayBuffer(0) }
  const intoFile = async (opened: Prepared): Promise<InputResult> => {
    let sum: InputResult | undefined
    const again = async (layout?: Layout): Promise<Prepared> =>
      inBatch([await prepare(await reopen(opened.input), session, layout)], session, false)[0] as Prepared
    for (let prepared = opened; ; ) {
      const read = await countNext(prepared)
      let next: Prepared | undefined
      try {
        if (room.buffer.byteLength === 0) room.buffer = runner.spare() ?? room.buffer
        if (prepared.input === inputs.at(-1) && !read.isStep) runner.close()
        // Looking through the tables takes longer than to find that a log has nothing new.
        const counted = read.result.lines > 0 ? take(room) : []
        const result = await settleInFile(prepared, read, counted, store)
        backlog.clear()
        if (result) {
          sum = sum ? joinResults(sum, result) : result
          if (!read.isStep || result.error) return judged(sum, prepared, options)
          session.linesBefore.set(opened.input, sum.lines)
          next = goOn(prepared, read, session)
        }
        next ??= await again(result && prepared.layout)
      } finally {
        if (next?.reader !== read.rest?.reader) read.rest?.reader.close()
      }
      prepared = next
    }
  }
  const intoMemory = async (prepared: Prepared): Promise<InputResult> => {
    const { layout } = prepared
    if (owner && layout && owner.server !== (options.server ?? layout.server)) settle()
    const { result, source } = await countNext(prepared)
    if (source) owner = { ...source, id: store.add(source, [], result.rejects) as number }
    return judged(result, prepared, options)
  }
  const groups = prepareAll(openInputs(inputs), session)
  const begun: Promise<IteratorResult<readonly Prepared[], undefined>>[] = []
  try {
    for (;;) {
      while (begun.length < ahead) {
        const next = groups.next()
        // A failure is met when its turn comes, if it comes.
        next.catch(() => {})
        begun.push(next)
      }
      const group = (await begun.shift())?.value
      if (!group) break
      for (const prepared of group) results.push(await (inFile ? intoFile : intoMemory)(prepared))
    }
    // Before the tallies take memory, too.
    runner.close()
    settle()
  } finally {
    over = true
    runner.close()
    backlog.clear()
  }
  return results
}

/**
 * Put into a database what was counted of an input.
 *
 * @returns undefined when the file was rotated, or the database told more of it, since it was looked at: it is to be read again
 */
async function settleInFile(
  prepared: Prepared,
  { result, source, isStep }: ReadInput,
  counted: Iterable<Counted>,
  store: Store,
): Promise<InputResult | undefined> {
  const { identity, input, file, counted: byOthers, isApart } = prepared
  if (!identity) return result
  // It may be one that is known now.
  if (result.format === null && identity.seen !== undefined && store.candidates(identity.firstLine).state !== identity.seen) return undefined
  const same = fileOf(input) === file
  // Other threads open the file by its name.
  if ((byOthers || isApart) && (!same || result.error?.code === 'changed')) return undefined
  let id: number | null | undefined = identity.known?.source.id
  if (source?.stream) {
    // What was read cannot be read again: only where it is added is decided again.
    for (id = null; id === null; ) {
      const { before, seen } = store.stream(source)
      id = store.add(addedTo(source, before), counted, result.rejects, seen)
    }
  } else if (source) {
    id = store.add(source, counted, result.rejects, identity.seen)
    if (id === null) return undefined
  }
  if (identity.packed !== undefined && id !== undefined && same && !result.error && !isStep) store.notePacked(identity.packed, id)
  return result
}

/**
 * Go on behind a step that is in the database now.
 *
 * @returns undefined when the input is to be opened again: it is read where it lies, or another program has added to its source meanwhile
 */
function goOn(prepared: Prepared, { source, rest }: ReadInput, { store, linesBefore, idleKernel }: Session): Prepared | undefined {
  const { identity, input, head } = prepared
  if (!identity || !source || !rest) return undefined
  const { reader, bytes, tail } = rest
  const { sources, state } = store.candidates(source.firstLine)
  const known = sources.find(({ readTo, trail }) => readTo === source.readTo && Buffer.compare(trail, source.trail) === 0)
  if (!known) return undefined
  return {
    ...prepared,
    layout: layoutOf(known, head, idleKernel(), prepared.layout),
    identity: { ...identity, reader, seen: state, known: { source: known, contained: false, prior: tail } },
    reader,
    behind: bytes,
    // It was looked at whether it is the file by whoever opened it.
    isApart: false,
    linesBefore: linesBefore.get(input) ?? 0,
  }
}

/** An input that was opened and looked at. */
interface Prepared {
  readonly input: Input
  /** Of one that is read by itself. */
  readonly head: Buffer
  /** Which file the input was before it was opened. */
  readonly file: string
  /** Absent when it cannot be read. */
  readonly identity?: Identity
  /** Absent when it cannot be read: `error` says why. */
  readonly layout?: Layout
  readonly error?: LogstatError
  /** For one that is read in this thread: where to read on, and how many lines of it were read in earlier steps. */
  readonly reader?: Reader
  /** Bytes before that, of a step that was read with the one before. */
  readonly behind?: Buffer
  readonly linesBefore?: number
  /** That is another thread's, where there may be one: it was opened again. */
  readonly isApart?: boolean
  /** Where reading stops for now; the rest is another step, once this one is in the database. */
  readonly stepEnd?: number
  /** It goes into a database in steps whose ends are found while it is read. */
  readonly inSteps?: boolean
  /** For one that is counted in one go by some thread: what is to be read. */
  readonly unit?: Unit
  /** For one that is counted by other threads, and already in work: adds it to a kernel. */
  readonly counted?: (kernel: Kernel) => Promise<readonly UnitRead[]>
}

/**
 * Files that cannot be read by ranges (packed, recoded) are counted in a thread of their own from this size on; below it, to add what a
 * thread has counted takes longer than to count.
 */
const LARGE_PACKED = 4 << 20

/** New bytes of a plain file among others from which on they go into a database by way of a thread. */
const MIN_APART = 1 << 20

/** Open an input once more: more has become known of its source meanwhile, or it was rotated. */
async function reopen(input: Input): Promise<Opened> {
  const file = fileOf(input)
  try {
    return { input, file, reader: await openInput(input) }
  } catch (error) {
    if (!(error instanceof LogstatError)) throw error
    return { input, error }
  }
}

/** What is the same for all inputs of a run. */
interface Session {
  readonly store: Store
  /** Files that are not cut are counted by some thread, so many bytes of plain ones together; infinity: in this one, where they are opened. */
  readonly batchBytes: number
  /** Values kept of each list of a day that is over, which is not counted any more; null: they stay in the tables. */
  readonly kept: number | null
  /** Takes lists of days that are over, to be added to the other counts of an input. */
  keepPast(past: readonly Packed[]): void
  readonly options: ReadOptions
  readonly runner: Runner
  /** Lines of inputs that are read in steps, in those that are over. */
  readonly linesBefore: Map<Input, number>
  /** No other input is in work beside one, or it goes into a database in steps: what is unpacked is counted in this thread. */
  readonly alone: boolean
  /** The kernel that adds up, while it does not count. */
  idleKernel(): Kernel | undefined
  /** Whether the run has ended, by an error, while inputs were being looked at. */
  isOver(): boolean
}

/** @param before how the part before it was read, if this is another step of an input */
async function prepare(opened: Opened, session: Session, before?: Layout): Promise<Prepared> {
  const { store, runner, options } = session
  const { input } = opened
  let head: Buffer = Buffer.alloc(0)
  if ('error' in opened) return { input, head, file: '', error: opened.error }
  const { file } = opened
  let reader: Reader | undefined = opened.reader
  let identity: Identity | undefined
  try {
    const canBeApart = isReadApart(input, reader, session)
    if (store.file === null && canBeApart) runner.expect(1)
    head = await readHead(reader)
    // From here on the reader is its business.
    const behind = reader
    reader = undefined
    identity = await identify(store, input, head, behind)
    reader = identity.reader
    const { known } = identity
    const isApart = known === undefined && canBeApart
    // Of a cut file this thread counts the first range. Of one that is known there may be nothing to count.
    if (reader.raw && !known) runner.expect(rangesOf(input.size ?? 0) - 1)
    const layout = known ? layoutOf(known.source, head, session.idleKernel(), before) : chooseLayout(input, head, options, session.idleKernel())
    const { units, ...step } = known?.contained ? NO_UNITS : unitsOf({ input, file, reader }, head, known?.source, layout, session)
    // What cannot be read again goes in at once: who gives it once more after a failure would count a part of it twice.
    const inSteps = session.kept !== null && !isStream(input)
    if (units.length === 0 && !isApart) return { input, head, file, identity, layout, reader, linesBefore: session.linesBefore.get(input) ?? 0, inSteps }
    reader.close()
    const [unit] = units
    if (unit && units.length === 1 && step.stepEnd === undefined) return { input, head: NO_HEAD, file, identity, layout, unit }
    if (isApart) {
      // Opened when it is read, as by another thread: so an error is met at the same place.
      const like = reader
      const again = lazyReader(like, async () => (runner.jobs > 1 ? runner.read(input, head, like) : openBehind(input, head, ALONE)))
      return { input, head, file, identity, layout, reader: again, isApart, inSteps }
    }
    return {
      input,
      head,
      file,
      identity,
      layout,
      counted: inOrder(units, layout.fields, runner, progressOf([{ input, from: unit?.from ?? 0 }], session), session.keepPast),
      ...step,
    }
  } catch (error) {
    reader?.close()
    if (!(error instanceof LogstatError)) throw error
    // Rotated just now: what is there in its place is another input.
    if (error.code === 'changed') return prepare(await reopen(input), session)
    return { input, head: NO_HEAD, file, error, ...(identity ? { identity } : {}) }
  }
}

const NO_HEAD = Buffer.alloc(0)

/** Files of a batch, at most: what is known of each waits until it is counted. */
const MAX_BATCH = 256

/** How many bytes of small files are counted together: what a range of a file would be that held all inputs. */
function batchSize(inputs: readonly Input[]): number {
  const bytes = inputs.reduce((sum, { size }) => sum + (size ?? 0), 0)
  return inputs.length > 1 && rangesOf(bytes) > 1 ? bytes / rangesOf(bytes) : Infinity
}

/**
 * Open inputs and look at them, one after the other. Each comes by itself, but files that are not cut come together where they are counted together:
 * which these are depends on their sizes, never on the number of threads.
 */
async function* prepareAll(opened: AsyncIterable<Opened>, session: Session): AsyncGenerator<readonly Prepared[], undefined> {
  let group: Prepared[] = []
  /** Of what is counted together. */
  let share = 0
  let isFirst = true
  const whole = (): readonly Prepared[] => {
    const made = inBatch(group, session, isFirst)
    isFirst = false
    group = []
    share = 0
    return made
  }
  for await (const next of opened) {
    if (session.isOver()) {
      if ('reader' in next) next.reader.close()
      return
    }
    const prepared = await prepare(next, session)
    const { unit, layout } = prepared
    const more = unit ? shareOf(unit, session) : 0
    const isMate = unit !== undefined && group.every((other) => !other.layout || other.layout.server === layout?.server)
    // Rather too little than as much too much.
    const fits = share === 0 || share + more - 1 < 1 - share
    if (layout && group.length > 0 && !(isMate && fits)) yield whole()
    group.push(prepared)
    share += more
    if ((!unit && layout) || session.store.file !== null || session.batchBytes === Infinity || share >= 1 || group.length === MAX_BATCH) yield whole()
  }
  if (group.length > 0) yield whole()
}

/** Packed bytes that take as long as what is counted together: to unpack and count them takes some 16 times what as many plain ones do. */
const PACKED_BATCH = 16 << 20

/** Which part a unit is of what is counted together. */
function shareOf({ path, to }: Unit, { batchBytes }: Session): number {
  return to === null ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) / PACKED_BATCH : to / batchBytes
}

/** Have those of a group counted together that are to be. */
function inBatch(group: readonly Prepared[], session: Session, isFirst: boolean): readonly Prepared[] {
  const members = group.filter((prepared) => prepared.unit !== undefined)
  if (members.length === 0) return group
  const { store, runner, keepPast } = session
  const onRead = progressOf(
    members.map(({ input, unit }) => ({ input, from: unit?.to ? unit.from : 0 })),
    session,
  )
  const units = members.map(({ unit }) => unit as Unit)
  // In a database each input is a source of its own, and is begun before its turn comes.
  const count = together(units, runner, onRead, isFirst && store.file === null, keepPast)
  let reads: Promise<UnitRead[][]> | undefined
  return group.map((prepared) => {
    const place = members.indexOf(prepared)
    return place === -1 ? prepared : { ...prepared, counted: async (kernel) => (await (reads ??= count(kernel)))[place] as UnitRead[] }
  })
}

/** Whether an input that is not as it stands in its file is large enough to be unpacked and recoded by a thread of its own, and can be. It does not depend on there being one. */
function isReadApart(input: Input, { raw, packing }: Reader, { alone }: Session): boolean {
  if (raw || !alone || input.path === null || input.member !== undefined || packing.endsWith('tar') || isStream(input)) return false
  return (statSync(input.path, { throwIfNoEntry: false })?.size ?? 0) >= LARGE_PACKED
}

interface Units {
  readonly units: readonly Unit[]
  /** As of `Prepared`. */
  readonly stepEnd?: number
}
const NO_UNITS: Units = { units: [] }

/** Cut a large input into units; one for an input that is counted in one go by some thread; none for one that is counted in this one. */
function unitsOf(
  { input, file, reader }: Pick<Prepared, 'input' | 'file'> & { readonly reader: Reader },
  head: Buffer,
  known: Source | undefined,
  layout: Layout,
  { store, batchBytes, alone, kept, options }: Session,
): Units {
  // A file in a tar archive is read as it comes along; to find it again would mean to unpack all that stands before it.
  if (input.path === null || reader.packing.endsWith('tar') || isStream(input) || known?.openLine) return NO_UNITS
  // The rest of a line may stand behind where a file is cut.
  if (layout.wrapping && hasParts(layout.wrapping)) return NO_UNITS
  // Records without a date take it from the `#Date` line before them, which may stand in another range.
  const header = layout.format === 'w3c' ? (layout.fields ?? layout.firstFields) : null
  if (header !== null && reader.raw && !hasDate(header)) return NO_UNITS
  const from = known?.readTo ?? byteOrderMark(head)
  const finish = store.file === null || reader.packing !== 'none'
  const common = {
    name: input.name,
    path: input.path,
    file,
    ...(input.member === undefined ? {} : { member: input.member }),
    plans: layout.plans.every((p) => p === NO_FIELDS) ? [] : layout.plans,
    software: layout.software,
    dayZone: options.dayZone ?? null,
    kept,
    pattern: layout.pattern,
    wrapping: layout.wrapping,
    logZone: layout.zone ?? options.logZone ?? null,
    filter: options.filter ?? {},
    recognised: store.file !== null,
  }
  // Not the size that it had when it was found: it may have grown since, or be another one now.
  const size = statSync(input.path, { throwIfNoEntry: false })?.size ?? 0
  const whole = { ...common, sharesFirstDay: false, sharesLastDay: false }
  if (!reader.raw)
    return size < LARGE_PACKED || store.file !== null || (alone && input.member === undefined)
      ? NO_UNITS
      : { units: [{ ...whole, from, to: null, fields: layout.fields, finish }] }
  const lines = { ...common, fields: layout.fields ?? layout.firstFields }
  const dayOf = kept === null || !options.dayZone || size - from < MIN_APART ? undefined : dayFinder(options.dayZone, () => lines)
  const stepEnd = dayOf && endOfStep(input.name, input.path, from, size, known === undefined, dayOf)
  const to = stepEnd ?? size
  // Among others one that is no larger than what is counted together is not cut: to add ranges up has its price.
  const isTogether = batchBytes < Infinity && to - from <= batchBytes
  const bounds = isTogether
    ? [
        { at: from, isBetweenDays: true },
        { at: to, isBetweenDays: true },
      ]
    : cutFile(input.name, input.path, from, to, dayOf)
  if (bounds.length <= 2 && stepEnd === undefined && (batchBytes === Infinity || to - from < (store.file === null ? 1 : MIN_APART))) return NO_UNITS
  // Which #Fields line is in force in a later range is not known yet; that of the head is, nearly always.
  const fields = layout.fields ?? layout.firstFields
  const units = bounds.slice(1).map(({ at, isBetweenDays }, i) => ({
    ...common,
    from: (bounds[i] as Cut).at,
    to: at,
    sharesFirstDay: !(bounds[i] as Cut).isBetweenDays,
    sharesLastDay: !isBetweenDays,
    fields: i === 0 ? layout.fields : fields,
    finish: finish && i === bounds.length - 2,
  }))
  return { units, ...(stepEnd === undefined ? {} : { stepEnd }) }
}

/** Tells how far each of these inputs is read, one for each unit. */
function progressOf(read: readonly { readonly input: Input; readonly from: number }[], { linesBefore, options: { onProgress } }: Session): OnRead {
  const all = read.map(({ input, from }) => ({ input, bytes: from, lines: linesBefore.get(input) ?? 0 }))
  return (bytes, lines, place) => {
    const of = all[place] as (typeof all)[number]
    of.bytes += bytes
    of.lines += lines
    onProgress?.({ ...of })
  }
}

interface ReadInput {
  readonly result: InputResult
  /** What to note about the source; absent when there is nothing to note. */
  readonly source?: NewSource & { readonly id: number | null }
  /** More of it is to be read when this is in the database, and, if it is read in this thread, from where. */
  readonly isStep: boolean
  readonly rest?: Rest | undefined
}

/** What stands behind a step: bytes that were read, and others to be read. And the last bytes before. */
interface Rest {
  readonly bytes: Buffer
  readonly reader: Reader
  readonly tail: Buffer
}

async function count(kernel: Kernel, prepared: Prepared, store: Store, options: ReadOptions): Promise<ReadInput> {
  const { input, identity, layout } = prepared
  const nothing = (error: LogstatError): ReadInput => ({
    result: { ...NOTHING, name: input.name, format: null, server: null, software: null, known: false, optional: input.optional, error },
    isStep: false,
  })
  if (!layout || !identity) return nothing(prepared.error as LogstatError)
  const { known } = identity
  if (known?.contained) {
    prepared.reader?.close()
    const { format, server, software } = known.source
    return { result: { ...NOTHING, name: input.name, format, server, software, known: true, optional: input.optional, error: null }, isStep: false }
  }
  const reading = await readingOf(kernel, prepared, layout, store, options)
  const { counts } = reading
  let { error } = reading
  // Of a log that was understood before, new lines may well be rubbish.
  if (!known && counts.entries + counts.filtered === 0 && counts.rejected > 0) error ??= nothingUnderstood(input, layout, counts, reading.sawStatus)
  const base = { name: input.name, format: layout.format, server: options.server ?? layout.server, software: layout.software }
  const result: InputResult = { ...counts, ...base, known: known !== undefined, optional: input.optional, error }
  if (error && counts.entries === 0 && error.code !== 'damaged') return { result, isStep: false }
  // Nothing read is nothing to note, and a log without an entry yet has nothing that tells it from others.
  const news = known ? counts.lines > 0 || reading.readTo > known.source.readTo : counts.entries + counts.rejected > 0
  if (store.file !== null && !news) return { result, isStep: false }
  return { result, source: sourceOf(reading, base, input, identity, options.now), isStep: reading.isStep, rest: reading.rest }
}

/** What is said of an input in the end: of one that is new, and for the most part is no log, that it was counted all the same. */
function judged(result: InputResult, { input, layout }: Prepared, { force }: ReadOptions): InputResult {
  const { lines, ignored, rejected, known, error } = result
  if (error || force || known || !layout || !isMostlyUnknown(lines - ignored - rejected, lines - ignored, layout.format)) return result
  const how = `${rejected} of its ${lines} lines do not fit`
  return { ...result, error: mostlyUnknown(input, layout.format, how, 'the others are counted', 'take that as it is') }
}

async function readingOf(kernel: Kernel, prepared: Prepared, layout: Layout, store: Store, options: ReadOptions): Promise<StepReading> {
  const { counted, identity, stepEnd } = prepared
  if (counted) return joinReads(await counted(kernel), layout, identity?.known?.source.lines ?? 0, stepEnd !== undefined)
  return countHere(kernel, prepared, layout, store, options)
}

/** The sum over two steps of an input; lines of samples are counted from its beginning in both. */
function joinResults(a: InputResult, b: InputResult): InputResult {
  return { ...a, ...addLineCounts({ ...a, lines: 0 }, b), lines: a.lines + b.lines, error: b.error ?? a.error }
}

/** What reading an input in several pieces came to. */
function joinReads(reads: readonly UnitRead[], layout: Layout, linesBefore: number, isStep: boolean): StepReading {
  const counts = reads.reduce<LineCounts>((sum, read) => addLineCounts(sum, read.counts), { ...NOTHING, lines: linesBefore })
  const { fields, readTo, tail, openLine, error } = reads.at(-1) as UnitRead
  return {
    counts: { ...counts, lines: counts.lines - linesBefore },
    fields,
    sawStatus: layout.hasStatus || reads.some((read) => read.sawStatus),
    readTo,
    tail,
    openLine,
    trail: Buffer.concat(reads.map(({ trail }) => trail)),
    error: error && new LogstatError(...error),
    isStep,
  }
}

interface StepReading extends Reading, Pick<ReadInput, 'isStep' | 'rest'> {}

/** Read a small input, one that is packed, or a stream, in this thread. */
async function countHere(
  kernel: Kernel,
  { input, head, identity, reader, behind, linesBefore = 0, inSteps = false }: Prepared,
  layout: Layout,
  store: Store,
  options: ReadOptions,
): Promise<StepReading> {
  if (!reader) throw new Error('an input without units has a reader')
  let { fields } = layout
  let sawStatus = layout.hasStatus
  const logZone = layout.zone ?? options.logZone ?? null
  let lines: Lines = { ...layout, logZone }
  kernel.onFields = (line) => {
    const header = compileFields(line, layout.software ?? '')
    fields = line.trim()
    sawStatus ||= header.hasStatus
    lines = { ...lines, fields, plans: [header.plan] }
    return lines.plans
  }
  kernel.setPlans(layout.plans)
  setLogZone(kernel, logZone)
  const ends = inSteps && options.dayZone ? new StepEnds(dayFinder(options.dayZone, () => lines)) : undefined
  const intake = makeIntake(kernel, layout)
  const known = identity?.known
  const trail = identity?.recognised ? new TrailWriter(known?.source.readTo, known?.prior) : NO_TRAIL
  let error: LogstatError | null = null
  let rest: Buffer | undefined
  try {
    if (known)
      await beginAt(intake, known, reader, trail, () => {
        kernel.moment = momentNoted(fields)
      })
    else {
      const mark = byteOrderMark(head)
      intake.begin(mark)
      trail.update(head)
      feed(intake, head.subarray(mark))
    }
    if (behind) {
      trail.update(behind)
      feed(intake, behind)
    }
    for (;;) {
      const { space } = intake
      const n = await reader.read(space)
      if (n === 0) break
      const bytes = space.subarray(0, n)
      const end = ends?.endIn(bytes)
      const left = end === undefined ? undefined : Buffer.from(bytes.subarray(end))
      trail.update(bytes.subarray(0, end))
      intake.filled(end ?? n)
      options.onProgress?.({ input, bytes: reader.consumed(), lines: linesBefore + intake.line - (known?.source.lines ?? 0) })
      if (left) {
        rest = left
        break
      }
    }
    // In a database a last line without its newline may still be being written: it is left for the next run.
    if (!rest && (store.file === null || isStream(input) || reader.packing !== 'none')) intake.finish()
  } catch (caught) {
    if (!(caught instanceof LogstatError)) throw caught
    error = caught
  } finally {
    if (!rest) reader.close()
  }
  const { resume } = intake
  return {
    counts: intake.counts(),
    fields: noteMoment(fields, kernel.moment),
    sawStatus,
    ...resume,
    trail: trailTo(trail.bytes, resume.readTo),
    error,
    isStep: rest !== undefined,
    rest: rest && { bytes: rest, reader, tail: Buffer.from(resume.tail) },
  }
}

/** Go on where a source was read to. A line that was counted before its end was written is passed over. */
async function beginAt(intake: Intake, { source, prior }: Known, reader: Reader, trail: Trail, begun: () => void): Promise<void> {
  if (!source.openLine) {
    intake.begin(source.readTo, source.lines, prior)
    begun()
    return
  }
  const passed = [prior]
  let at = source.readTo
  for (;;) {
    const bytes = Buffer.alloc(CHUNK)
    const part = bytes.subarray(0, await reader.read(bytes))
    trail.update(part)
    const newline = part.indexOf(0x0a)
    if (part.length === 0) {
      intake.begin(source.readTo, source.lines, prior, true)
      begun()
      return
    }
    if (newline !== -1) {
      const tail = Buffer.concat([...passed, part.subarray(0, newline + 1)])
      intake.begin(at + newline + 1, source.lines, tail.subarray(-PRIOR_BYTES))
      begun()
      feed(intake, part.subarray(newline + 1))
      return
    }
    passed.push(part)
    at += part.length
  }
}
const CHUNK = 64 << 10

const NOTHING: LineCounts = { lines: 0, entries: 0, ignored: 0, rejected: 0, filtered: 0, withoutTime: 0, leftOut: NONE_LEFT_OUT, rejects: new Map() }

/** How lines are to be read, and what is known of the server. */
interface Layout {
  readonly format: string
  readonly server: string | null
  readonly software: string | null
  /** The `#Fields` line in force where reading begins. */
  readonly fields: string | null
  /** The first `#Fields` line of a W3C log. */
  readonly firstFields: string | null
  readonly plans: readonly Plan[]
  readonly hasStatus: boolean
  /** Finds the fields of a line, where plans do not. */
  readonly pattern: RegExp | null
  /** What stands around each line; null: nothing does. */
  readonly wrapping: Wrapping | null
  /** The zone of times that carry none, if the format says it. */
  readonly zone: string | null
}

function chooseLayout(input: Input, head: Buffer, options: ReadOptions, kernel: Kernel | undefined): Layout {
  const asked = options.format === undefined ? undefined : askedFormat(options.format, input.path, options.formats)
  if (asked?.plans.length) return layoutAsked(asked, wrappedBy(head, asked, kernel))
  const found = detect(head, head.length < HEAD_BYTES, options.formats, kernel)
  if (found.format === null) throw unknownFormat(input, found)
  // The layout of a W3C log is in the log: with no #Fields line in it, there is nothing to read it by.
  if (asked && found.format !== asked.name && found.format !== 'empty')
    throw new LogstatError(
      'wrong-format',
      `${input.name}: not a log of the format ${asked.name}, but of ${found.format}`,
      `Leave out --log-format, or see: logstat detect ${input.name}`,
    )
  // Of a W3C log without a status column reading says so.
  const isJudged = found.format !== 'empty' && found.w3c?.hasStatus !== false
  if (!options.force && isJudged && isMostlyUnknown(found.fits, found.looked, found.format))
    throw mostlyUnknown(
      input,
      found.format,
      `${found.seems ? `it looks like ${found.seems}: ` : ''}only ${found.fits} of its first ${found.looked} lines fit`,
      'nothing of it is counted',
      'read it all the same',
    )
  return layoutFound(found)
}

/** What stands around each line of an input whose format was asked for. */
function wrappedBy(head: Buffer, asked: Asked, kernel: Kernel | undefined): Wrapping | null {
  const wrapping = wrappingOf(head, head.length < HEAD_BYTES, asked, kernel)
  return wrapping.length > 0 ? wrapping : null
}

function layoutAsked({ name, server, definition, plans, pattern, zone, w3c }: Asked, wrapping: Wrapping | null): Layout {
  return {
    format: w3c ? 'w3c' : name,
    server,
    software: w3c?.software ?? null,
    fields: w3c?.fields ?? definition,
    firstFields: null,
    plans,
    hasStatus: true,
    pattern: pattern ?? null,
    wrapping,
    zone: zone ?? null,
  }
}

function layoutFound(found: Detection): Layout {
  const wrapping = found.wrapping ?? null
  if (found.own) return layoutAsked(found.own, wrapping)
  const software = /\((.*)\)$/.exec(found.w3c ? found.title : '')?.[1] ?? null
  return {
    format: found.format,
    server: found.server,
    software,
    fields: null,
    firstFields: found.w3c ? `#Fields: ${found.w3c.fields.join(' ')}` : null,
    plans: found.plans,
    hasStatus: found.w3c?.hasStatus ?? true,
    wrapping,
    ...AS_DETECTED,
  }
}
const AS_DETECTED: Pick<Layout, 'pattern' | 'zone'> = { pattern: null, zone: null }

/** The layout in force where a source was read to; the head tells which related layouts stand in the same file. */
function layoutOf(source: Source, head: Buffer, kernel: Kernel | undefined, before?: Layout): Layout {
  const { format, server, software, fields } = source
  // That of a W3C log may have changed on the way.
  if (before && before.format === format && format !== 'w3c') return before
  // How the format was defined then: what was read and what is read now must fit together.
  if (fields !== null && !isFieldsLine(fields)) {
    const asked = askedFormat(fields, null)
    return { ...layoutAsked(asked, wrappedBy(head, asked, kernel)), format, server }
  }
  const found = detect(head, head.length < HEAD_BYTES, [], kernel)
  const isSame = found.format === format
  const wrapping = isSame ? (found.wrapping ?? null) : null
  const known = formatNamed(format)
  if (known && hasPlans(known)) {
    const plans = isSame ? found.plans : plansOfFamily(known.family, [known])
    return { format, server, software, fields, firstFields: null, plans, hasStatus: true, wrapping, ...AS_DETECTED }
  }
  // A W3C log that has lost its header is worked out anew.
  if (fields === null && isSame && !found.w3c) return layoutFound(found)
  const header = fields === null ? undefined : compileFields(fields, software ?? '')
  const plans = [header?.plan ?? NO_FIELDS]
  return { format, server, software, fields, firstFields: null, plans, hasStatus: header?.hasStatus ?? false, wrapping, ...AS_DETECTED }
}

function unknownFormat(input: Input, found: Undetected): LogstatError {
  const what = found.seems ? `it looks like ${found.seems}` : 'no known format fits its first lines'
  return new LogstatError(
    'unknown-format',
    `${input.name}: not an access log that logstat knows: ${what}`,
    `See what was tried with: logstat detect ${input.name}   Name the format with: --log-format NAME (logstat formats lists them)`,
  )
}

/** Share of the lines that must be understood. */
const MOST = 0.5
const isMostlyUnknown = (understood: number, lines: number, format: string): boolean =>
  lines > 0 && understood / lines < MOST && lines - understood > (format === 'w3c' ? FEW_RECORDS : 0)
/** So few records of a W3C log prove nothing: a server that changed its fields may have written them. All of them are in the report as samples. */
const FEW_RECORDS = 5

function mostlyUnknown(input: Input, format: string, how: string, what: string, force: string): LogstatError {
  return new LogstatError(
    'mostly-unknown',
    `${input.name}: ${how} ${layoutName(format)}${format === 'w3c' ? '' : ', the nearest one known'}; ${what}`,
    `See why with: logstat detect ${input.name}   ${format === 'w3c' ? `To ${force}` : `Name the format with --log-format, or ${force}`}: --force`,
  )
}

function nothingUnderstood(input: Input, layout: Layout, counts: LineCounts, sawStatus: boolean): LogstatError | null {
  if (layout.format === 'w3c' && !sawStatus && counts.rejects.has('status'))
    return new LogstatError(
      'no-status',
      `${input.name}: the #Fields line names no sc-status, so there are no status codes to explain`,
      'In IIS Manager, select sc-status, sc-substatus and sc-win32-status under Logging, Select Fields.',
    )
  if (!isMostlyUnknown(0, counts.rejected, layout.format)) return null
  return new LogstatError(
    'wrong-format',
    `${input.name}: none of its ${counts.rejected} lines fits ${layoutName(layout.format)}`,
    layout.format === 'w3c'
      ? `See why with: logstat detect ${input.name}`
      : `Let logstat find the format (leave out --log-format), or see: logstat detect ${input.name}`,
  )
}

/** What the lines of a log are held against, for people. */
const layoutName = (format: string): string => (format === 'w3c' ? 'its #Fields line' : `the format ${format}`)
