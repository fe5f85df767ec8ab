import { closeSync, openSync, readSync } from 'node:fs'
import { changed, unreadable } from '../input/unreadable.js'

/** Bytes of a plain file from which on it is cut. */
const MIN_CUT = 64 << 20
/** Each range has its price: what its tables hold is added to those of the whole. So they are large, and a power of two of them. */
const RANGE = 256 << 20
const MAX_RANGES = 16
/** A line edge is looked for in so many bytes; a range without one is joined with the next. */
const EDGE_BYTES = 1 << 20

/** In how many ranges so many bytes of a plain file are cut. */
export function rangesOf(bytes: number): number {
  return bytes < MIN_CUT ? 1 : Math.min(MAX_RANGES, 2 ** Math.max(1, Math.floor(Math.log2(bytes / RANGE))))
}

/**
 * Share of a file that lies in the first i of n ranges. They become smaller towards the end: what is begun last is over soon, and the thread
 * that is there from the beginning has the first.
 */
const shareBefore = (i: number, n: number): number => (i / n) * (1 + SKEW * (1 - i / n))
/** Of many ranges the first has nearly 1 + SKEW times what it had if all were alike, the last 1 - SKEW times; of two, the first half of that more. */
const SKEW = 0.15

/** Where a range ends and the next begins. */
export interface Cut {
  readonly at: number
  /** No day lies on both sides, as far as a few lines show. */
  readonly isBetweenDays: boolean
}

/** The day of a line, as a number; undefined when it has none. */
export type DayOf = (line: Uint8Array) => number | undefined

/**
 * Cut bytes [from, to) of a plain file into ranges that begin where lines begin.
 *
 * How it is cut depends on the file alone, never on the number of threads: so the result does not, either.
 *
 * @param dayOf for lists that are kept by day. It is cut at midnights then where they are near: no list has to be added up of two ranges
 * @returns the bounds, first `from`, last `to`; just those two when it is too small to cut
 * @throws LogstatError `changed` when it is not there any more
 */
export function cutFile(name: string, path: string, from: number, to: number, dayOf?: DayOf): Cut[] {
  const count = rangesOf(to - from)
  const cuts: Cut[] = [{ at: from, isBetweenDays: true }]
  const last = { at: to, isBetweenDays: true }
  if (count === 1) return [...cuts, last]
  const reach = (REACH * (to - from)) / count
  return withFile(name, path, (fd) => {
    for (let i = 1; i < count; i++) {
      const near = from + Math.floor((to - from) * shareBefore(i, count))
      const midnight = dayOf && midnightNear(fd, near, Math.max(from, near - reach), Math.min(to, near + reach), dayOf)
      const at = midnight ?? lineBehind(fd, near, EDGE_BYTES)
      if (at !== undefined && at < to && at > (cuts.at(-1) as Cut).at) cuts.push({ at, isBetweenDays: midnight !== undefined })
    }
    return [...cuts, last]
  })
}

function withFile<T>(name: string, path: string, work: (fd: number) => T): T {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    return work(fd)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? changed(name) : unreadable(name, error)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** How far from where else a file would be cut a midnight is looked for, in ranges of mean size. */
const REACH = 0.125

/** What a step holds: so many bytes, or so many days as long as that is more than a little. */
const STEP_BYTES = 640 << 20
const STEP_DAYS = 14
const LEAST_BYTES = 4 << 20
/**
 * What goes in at once all the same. Steps have their price, and each leaves some memory behind: 2.1 GB of eleven days took 2.0 s and 210 MiB,
 * and 2.1 s and 256 MiB in two steps; 4.7 GB of a month 4.2 s and 305 MiB with a last step of up to 2 GiB, and 264 with what is here; a year in 1.2 GB
 * 546 MiB as a whole, 205 in steps.
 */
const WHOLE_BYTES = 2 * 2 ** 30
const LAST_BYTES = 2 * STEP_BYTES

/**
 * Where the first part of bytes [from, to) ends that goes into a database by itself: at a midnight, so that no day is in two parts. In a log that is
 * not in the order of time that may be any place where a line begins.
 *
 * @param isFirst nothing of it is in the database
 * @returns undefined when all are to go together
 * @throws LogstatError `changed` when it is not there any more
 */
export function endOfStep(name: string, path: string, from: number, to: number, isFirst: boolean, dayOf: DayOf): number | undefined {
  return withFile(name, path, (fd) => {
    const dayAt = (at: number): number | undefined => dayBehind(fd, at, dayOf)
    const first = dayAt(Math.max(0, from - 1))
    const last = dayAt(Math.max(from, to - DAY_BYTES))
    if (first === undefined || last === undefined || last === first) return undefined
    /** The first line of another day than that of the line behind a place. */
    const nextDay = (at: number): number | undefined => {
      const day = at < to - DAY_BYTES ? dayAt(at) : undefined
      return day === undefined || day === last ? undefined : border(fd, at, to - DAY_BYTES, (other) => other !== day, dayOf)
    }
    const least = from + LEAST_BYTES
    const isLong = last >= first + STEP_DAYS
    const isSparse = isLong && least < to && (dayAt(least) ?? first) >= first + STEP_DAYS
    const byDays = isSparse ? nextDay(least) : isLong ? border(fd, from, to - DAY_BYTES, (day) => day >= first + STEP_DAYS, dayOf) : undefined
    const byBytes = to - from > (isFirst ? WHOLE_BYTES : LAST_BYTES) ? nextDay(from + STEP_BYTES) : undefined
    const end = Math.min(byDays ?? to, byBytes ?? to)
    return end > from && end < to ? end : undefined
  })
}

/** Days are looked for behind so many bytes: most inputs end before. */
const LOOKED_AT = 1 << 20

/** Finds where a step of an input ends that cannot be looked at beforehand, as its bytes pass by: at a midnight, too, and not before there is an entry in it. */
export class StepEnds {
  readonly #dayOf: DayOf
  /** Bytes of the step so far, and one of its first days. */
  #bytes = 0
  #first: number | undefined
  /** The day of the last line that was looked at. */
  #last: number | undefined
  #endedLine = true

  constructor(dayOf: DayOf) {
    this.#dayOf = dayOf
  }

  /** @returns where in the next bytes of the input the line begins with which the next step does; undefined when there is none */
  endIn(bytes: Uint8Array): number | undefined {
    const beginsLine = this.#endedLine
    this.#endedLine = bytes.at(-1) === 0x0a
    this.#bytes += bytes.length
    if (this.#bytes < LOOKED_AT) return undefined
    const end = bytes.lastIndexOf(0x0a)
    const day = end < 1 ? undefined : this.#dayOf(bytes.subarray(bytes.lastIndexOf(0x0a, end - 1) + 1, end))
    if (day === undefined) return undefined
    const isNext = day !== this.#last && this.#last !== undefined
    this.#last = day
    this.#first ??= day
    if (!isNext || this.#bytes < LEAST_BYTES || (day < this.#first + STEP_DAYS && this.#bytes < STEP_BYTES)) return undefined
    // Of a line whose beginning has passed already it is not known of which day it is: if the day may have begun with it, the next midnight will do.
    let isBehindAnother = beginsLine
    for (const line of linesIn(bytes, 0, this.#dayOf, beginsLine)) {
      if (line.day === day) return isBehindAnother ? line.at : undefined
      isBehindAnother = true
    }
    return undefined
  }
}

/** Where the next line begins, if that is within so many bytes. */
function lineBehind(fd: number, at: number, within: number): number | undefined {
  const bytes = Buffer.alloc(within)
  const newline = bytes.subarray(0, readSync(fd, bytes, 0, within, at)).indexOf(0x0a)
  return newline === -1 ? undefined : at + newline + 1
}

/** Bytes in which the day of a place is looked for. */
const DAY_BYTES = 8 << 10

/** The day of the first line behind a place that has one. */
function dayBehind(fd: number, at: number, dayOf: DayOf): number | undefined {
  // Many directives or damaged lines may stand together.
  return (linesBehind(fd, at, DAY_BYTES, dayOf).next().value ?? linesBehind(fd, at, EDGE_BYTES, dayOf).next().value)?.day
}

/** The first line behind `before` whose day `isBehind`, as is that of the line behind `behind`, but not that behind `before`. */
function border(fd: number, before: number, behind: number, isBehind: (day: number) => boolean, dayOf: DayOf): number | undefined {
  while (behind - before > DAY_BYTES) {
    const middle = Math.floor((before + behind) / 2)
    const day = dayBehind(fd, middle, dayOf)
    if (day === undefined) return undefined
    if (isBehind(day)) behind = middle
    else before = middle
  }
  for (const { at, day } of linesBehind(fd, before, 2 * DAY_BYTES, dayOf)) if (isBehind(day)) return at
  return undefined
}

/**
 * Where the day of the line behind `near` begins, or the next one, whichever is nearer and in [low, high]. In a log that is not in the order of
 * time that may be any place, or none.
 */
function midnightNear(fd: number, near: number, low: number, high: number, dayOf: DayOf): number | undefined {
  const here = dayBehind(fd, near, dayOf)
  if (here === undefined) return undefined
  const first = dayBehind(fd, low, dayOf)
  const last = dayBehind(fd, high, dayOf)
  const begins = first === undefined || first === here ? undefined : border(fd, low, near, (day) => day === here, dayOf)
  const ends = last === undefined || last === here ? undefined : border(fd, near, high, (day) => day !== here, dayOf)
  if (begins === undefined || ends === undefined) return begins ?? ends
  return near - begins < ends - near ? begins : ends
}

/** The whole lines in so many bytes behind a place that have a day. */
function* linesBehind(fd: number, from: number, within: number, dayOf: DayOf): Generator<{ at: number; day: number }, undefined> {
  const bytes = Buffer.alloc(within)
  const read = bytes.subarray(0, readSync(fd, bytes, 0, within, Math.floor(from)))
  yield* linesIn(read, Math.floor(from), dayOf)
}

/** The whole lines in bytes that have a day. @param offset of the bytes @param beginsLine they do not begin with what may be the rest of a line */
function* linesIn(bytes: Uint8Array, offset: number, dayOf: DayOf, beginsLine = false): Generator<{ at: number; day: number }, undefined> {
  const rest = bytes.indexOf(0x0a) + 1
  if (rest === 0) return
  let at = beginsLine ? 0 : rest
  for (let end: number; (end = bytes.indexOf(0x0a, at)) !== -1; at = end + 1) {
    const day = dayOf(bytes.subarray(at, end))
    if (day !== undefined) yield { at: offset + at, day }
  }
}
