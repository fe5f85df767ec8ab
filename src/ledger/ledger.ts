import { LogstatError } from '../errors.js'
import type { Input } from '../input/find.js'
import type { Kernel } from '../kernel/kernel.js'
import { mostlyRejected, nothingUnderstood } from '../log/layout.js'
import type { Job, Log, Part, Piece, Position, Refused, Unit } from '../log/log.js'
import { addLineCounts, type LineCounts, NONE_LEFT_OUT } from '../tally/tally.js'

/** Adds parts up, and books them in a store: a report by server, a database by source and day. */
export interface Ledger {
  /** Units in place are counted straight into the tables of this kernel. */
  readonly kernel: Kernel
  /** Whether two logs may be counted into the same tables; null: none may, each is a source of its own. */
  readonly mayShare: ((a: Log, b: Log) => boolean) | null
  /** A job is going to be counted. What is counted of logs that share no tables with it is booked first. */
  begin(job: Job): void
  /** Add a part of a unit. */
  enter(unit: Unit, part: Part): void
  /**
   * All of a log was entered: book it.
   *
   * @returns what became of the log; undefined when it was rotated, or read by another program meanwhile: it is to be
   * looked at anew
   */
  book(log: Log | Refused): InputResult | undefined
  /** All logs are booked. */
  settle(): void
  /** Give back what waits and was not booked. */
  close(): void
}

/** The result of one input. */
export interface InputResult extends LineCounts {
  readonly name: string
  /** null: no access log; nothing was counted. */
  readonly format: string | null
  readonly server: string | null
  readonly software: string | null
  /** Lines that were counted by an earlier run and were passed over. */
  readonly known: boolean
  /** Whether the input was found in a directory or an archive, not named. */
  readonly optional: boolean
  /** Why the input could not be read to its end, or at all. */
  readonly error: LogstatError | null
}

export const NOTHING: LineCounts = {
  lines: 0,
  entries: 0,
  ignored: 0,
  rejected: 0,
  filtered: 0,
  withoutTime: 0,
  leftOut: NONE_LEFT_OUT,
  rejects: new Map(),
}

/** The parts of a log, added up. */
export interface Sum {
  readonly counts: LineCounts
  readonly sawStatus: boolean
  readonly at: Position
  readonly trail: Uint8Array
  readonly error: LogstatError | null
}

/** @param lines that stand before the place where reading begins */
export function startOf(log: Log, lines = 0): Sum {
  return {
    counts: { ...NOTHING, lines },
    sawStatus: log.layout.hasStatus,
    at: log.start,
    trail: new Uint8Array(0),
    error: null,
  }
}

export function addPart(sum: Sum, { counts, sawStatus, at, trail, failure }: Part): Sum {
  return {
    counts: addLineCounts(sum.counts, counts),
    sawStatus: sum.sawStatus || sawStatus,
    at,
    trail: trail.length > 0 ? Buffer.concat([sum.trail, trail]) : sum.trail,
    error: failure && new LogstatError(...failure),
  }
}

/** The log that a part was counted of. */
export const logOf = ({ pieces }: Unit, { piece }: Part): Log => (pieces[piece] as Piece).log

/** The result of an input that was not counted. */
export function notCounted({ name, optional }: Input, error: LogstatError): InputResult {
  return { ...NOTHING, name, format: null, server: null, software: null, known: false, optional, error }
}

/** The result of a log. @param counts of all of it that was read in this run */
export function resultOf({ input, layout, identity }: Log, counts: LineCounts, { sawStatus, error }: Sum): InputResult {
  const { format, server, software } = layout
  const known = identity?.source !== undefined
  const isRubbish = counts.entries + counts.filtered === 0 && counts.rejected > 0
  // New lines of a log that was understood before may well be rubbish.
  const why = !known && isRubbish ? nothingUnderstood(input, layout, counts, sawStatus) : null
  return { ...counts, name: input.name, format, server, software, known, optional: input.optional, error: error ?? why }
}

/** Whether a result is worth a source. */
export const isBooked = ({ error, entries }: InputResult): boolean => !error || entries > 0 || error.code === 'damaged'

/** A result with what is said of a new log that was counted, although it is for the most part no log. */
export function judged(result: InputResult, { input, layout }: Log, force = false): InputResult {
  if (result.error || result.known || force) return result
  return { ...result, error: mostlyRejected(input, layout, result) }
}
