import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { LogstatError, type Told, told } from '../errors.js'
import { compileFields, momentNoted, noteMoment } from '../format/w3c.js'
import { fileOf } from '../input/find.js'
import { openInput, readFully } from '../input/open.js'
import { changed, unreadable } from '../input/unreadable.js'
import { type Filter, setFilter } from '../kernel/filter.js'
import { Kernel } from '../kernel/kernel.js'
import { type Packed, pack, packPast } from '../kernel/packed.js'
import type { LineCounts } from '../tally/tally.js'
import { dayOf } from '../time-zone.js'
import { NO_TRAIL, PRIOR_BYTES, type Trail, TrailWriter, trailTo } from '../trail.js'
import { type Intake, makeIntake } from './intake.js'
import { type Lines, setLogZone, setPlans } from './lines.js'

/** A piece of an input that is counted by itself, and how its lines are read where it begins: plain data, so that it can be sent to another thread. */
export interface Unit extends Lines {
  /** As the user knows the input, for messages. */
  readonly name: string
  readonly path: string
  /** Which file `path` must stand for (`fileOf`): a log may be rotated before it is the unit's turn. */
  readonly file: string
  /** Which file in the archive at `path`. */
  readonly member?: number
  /** Bytes [from, to) of a plain file, cut where lines begin; `to` null: the whole, unpacked on the way. */
  readonly from: number
  readonly to: number | null
  /** The zone whose days lists are kept apart for; null: lists over everything. */
  readonly dayZone: string | null
  /** Whether the unit before it may have entries of its first day, too, and the one behind it entries of its last. */
  readonly sharesFirstDay: boolean
  readonly sharesLastDay: boolean
  /** Values kept of each list of a day that is over, which may leave the tables before the end; null: they stay. */
  readonly kept: number | null
  readonly filter: Filter
  /** Whether the log is to be recognised later. */
  readonly recognised: boolean
  /** Its last line counts although it has no newline. */
  readonly finish: boolean
}

/** What reading a unit came to, besides what it counted. */
export interface UnitRead {
  readonly counts: LineCounts
  /** The `#Fields` line in force at its end; that of its beginning when there was none. */
  readonly fields: string | null
  /** Whether a `#Fields` line named a status. */
  readonly sawStatus: boolean
  /** Where its last complete line ends, the last bytes before that, and whether an incomplete one behind it is counted. */
  readonly readTo: number
  readonly tail: Uint8Array
  readonly openLine: boolean
  readonly trail: Uint8Array
  /** There was too much in it to be kept: it is read up to `readTo`, and the rest is to be read by whoever has a place for it. */
  readonly isCutShort: boolean
  /** Why it could not be read to its end. */
  readonly error: Told | null
}

/** What counting units one after the other, into the same tables, came to. */
export interface UnitsResult {
  /** By unit; fewer when one was cut short. */
  readonly reads: readonly UnitRead[]
  /** What was counted, in order; more than one part when tables that must be exact were full, or lists of a first day others have left. The last may still be in the kernel. */
  readonly parts: (Packed | Kernel)[]
  /** Lists of days that were over, to be added to those of the parts at last. */
  readonly past: readonly Packed[]
  /** The day in force at the end. */
  readonly period: number
}

/** Told now and then how much more was read of which of the units. */
export type OnRead = (bytes: number, lines: number, place: number) => void
type OnUnitRead = (bytes: number, lines: number) => void

/**
 * Bytes of full tables that a unit may come to. They wait in memory until it is the unit's turn, so that there may not be any number of
 * them, as there would be if every line had a code of its own.
 */
const MAX_PARTS_BYTES = 8 << 20

/**
 * Count units that have their days and filter in common, or what there is room for of them, with a kernel of which nothing else is kept.
 */
export async function countUnits(kernel: Kernel, units: readonly Unit[], onRead: OnRead): Promise<UnitsResult> {
  const { dayZone, filter, kept, sharesFirstDay } = units[0] as Unit
  kernel.clear()
  setFilter(kernel.wasm, filter)
  if (dayZone !== null) kernel.setPeriods((seconds) => dayOf(seconds, dayZone))
  const parts: UnitsResult['parts'] = []
  let bytes = 0
  const past: Packed[] = []
  let pastBytes = 0
  let isShared = sharesFirstDay
  kernel.onPast = kept
    ? () => {
        // Lists of a day that others have, too, are added up whole.
        if (isShared) parts.push(packPast(kernel))
        else if (pastBytes < MAX_PAST_BYTES) {
          past.push(packPast(kernel, kept))
          pastBytes += (past.at(-1) as Packed).bytes.length
        }
        isShared = false
      }
    : undefined
  kernel.onFull = () => {
    const part = pack(kernel)
    parts.push(part)
    bytes += part.bytes.length
  }
  const reads: UnitRead[] = []
  for (const [place, unit] of units.entries()) {
    const read = await readUnit(
      kernel,
      unit,
      (more, lines) => onRead(more, lines, place),
      () => bytes > MAX_PARTS_BYTES,
    )
    reads.push(read)
    if (read.isCutShort) break
  }
  if (!isShared && !(units.at(-1) as Unit).sharesLastDay && !reads.at(-1)?.isCutShort) kernel.endPeriods()
  parts.push(kernel)
  return { reads, parts, past, period: kernel.wasm.currentPeriod() }
}

/** Lists of days that are over do not leave the tables any more when those that have take so many bytes. */
const MAX_PAST_BYTES = 16 << 20

/** Take out of the kernel what is still in it, so that it can be used again or the result be sent. @param spare for `pack` */
export function packLast({ parts }: UnitsResult, spare: ArrayBuffer | undefined): void {
  const last = parts.at(-1)
  if (last instanceof Kernel) parts[parts.length - 1] = pack(last, spare)
}

/** Count a unit with a kernel that may hold other counts, whose filter and periods are set. @param isEnough whether to stop as soon as a line ends */
export async function readUnit(kernel: Kernel, unit: Unit, onRead: OnUnitRead, isEnough = (): boolean => false): Promise<UnitRead> {
  setLogZone(kernel, unit.logZone)
  let { fields } = unit
  let sawStatus = false
  kernel.onFields = (line) => {
    const header = compileFields(line, unit.software ?? '')
    fields = line.trim()
    sawStatus ||= header.hasStatus
    return [header.plan]
  }
  setPlans(kernel, unit)
  const intake = makeIntake(kernel, unit)
  intake.begin(unit.from)
  kernel.moment = momentNoted(fields)
  let trail = NO_TRAIL
  const begin = (prior: Uint8Array): Trail => {
    if (unit.recognised) trail = new TrailWriter(unit.from, prior)
    return trail
  }
  let error: UnitRead['error'] = null
  let isCutShort = false
  // A line that is too long is counted before it ends.
  const stops = (): boolean => isEnough() && !intake.resume.openLine
  try {
    isCutShort = unit.to === null ? await readWhole(intake, unit, begin, onRead, stops) : await readRange(intake, unit, unit.to, begin, onRead, stops)
    if (unit.finish && !isCutShort) intake.finish()
  } catch (caught) {
    if (!(caught instanceof LogstatError)) throw caught
    error = told(caught)
  }
  const { readTo, tail, openLine } = intake.resume
  return {
    counts: intake.counts(),
    fields: noteMoment(fields, kernel.moment),
    sawStatus,
    readTo,
    tail: Uint8Array.from(tail),
    openLine,
    trail: Uint8Array.from(trailTo(trail.bytes, readTo)),
    isCutShort,
    error,
  }
}

/** @throws LogstatError `changed` when another file has taken the place of the one that was looked at */
function checkFile({ name, path, file }: Pick<Unit, 'name' | 'path' | 'file'>): void {
  if (fileOf({ path }) !== file) throw changed(name)
}

type Stops = () => boolean

/** @returns whether it stopped before the end */
async function readWhole(intake: Intake, unit: Unit, begin: (prior: Uint8Array) => Trail, onRead: OnUnitRead, stops: Stops): Promise<boolean> {
  const { name, path, member } = unit
  const reader = await openInput({ name, path, optional: false, size: null, ...(member === undefined ? {} : { member }) })
  try {
    checkFile(unit)
    const prior = Buffer.alloc(Math.min(unit.from, PRIOR_BYTES))
    if (!(await reader.skip(unit.from - prior.length)) || (await readFully(reader, prior)) < prior.length) throw changed(unit.name)
    const trail = begin(prior)
    for (let told = 0, line = intake.line; ; line = intake.line) {
      const { space } = intake
      const n = await reader.read(space)
      if (n === 0) return false
      trail.update(space.subarray(0, n))
      intake.filled(n)
      const consumed = reader.consumed()
      onRead(consumed - told, intake.line - line)
      told = consumed
      if (stops()) return true
    }
  } finally {
    reader.close()
  }
}

/** After so many bytes of a range the thread looks after whatever else has come up. */
const TURN = 4 << 20

/** @returns whether it stopped before the end */
async function readRange(
  intake: Intake,
  { name, path, file, from }: Unit,
  to: number,
  begin: (prior: Uint8Array) => Trail,
  onRead: OnUnitRead,
  stops: Stops,
): Promise<boolean> {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    checkFile({ name, path, file })
    const prior = Buffer.alloc(Math.min(from, PRIOR_BYTES))
    readSync(fd, prior, 0, prior.length, from - prior.length)
    const trail = begin(prior)
    for (let at = from, turn = from + TURN; at < to; ) {
      const { space } = intake
      const n = readSync(fd, space, 0, Math.min(space.length, to - at), at)
      const { line } = intake
      if (n === 0) throw changed(name)
      trail.update(space.subarray(0, n))
      intake.filled(n)
      at += n
      onRead(n, intake.line - line)
      if (at < to && stops()) return true
      if (at < turn) continue
      turn = at + TURN
      await setImmediate()
    }
    return false
  } catch (error) {
    throw error instanceof LogstatError ? error : unreadable(name, error)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
