import type { Store } from '../store/store.js'
import { dayOf } from '../time-zone.js'
import { between, NOTHING_READ, type Reading, readingOf } from './coverage.js'
import type { Memory, ToldPeriod } from './memory.js'
import { owedPeriods, type Period, type PeriodKind, periodAt } from './period.js'

// Periods that a run tells, and the lines read for each: the same in a second run, and all that a missed run owes.

/** A period that a run tells. */
export interface Owed {
  readonly period: Period
  readonly read: Reading
  readonly isLate: boolean
}

export interface RunOptions {
  readonly kind: PeriodKind
  readonly zone: string
  /** Seconds since 1970 UTC. */
  readonly now: number
}

/** Largest number of periods that are caught up; the latest are. */
const MOST: Readonly<Record<PeriodKind, number>> = { hour: 72, day: 31, week: 8, month: 12 }
/** Number of told periods that are remembered. */
const REMEMBERED = 100
/** Days: entries dated further back are from long ago. */
const YEAR = 366

/** The periods that a run tells, after it has read the logs, and the memory as it is when all of them are told. */
export function owedNow(
  store: Store,
  memory: Memory,
  { kind, zone, now }: RunOptions,
): { owed: Owed[]; after: Memory } {
  const last = memory.told.at(-1)
  const periods = owedPeriods(kind, last?.until, now, zone, MOST[kind])
  const current = periods.at(-1) as Period
  if (last && current.until <= last.until) return { owed: toldAgain(memory, last, { kind, zone }), after: memory }
  const yearBefore = dayOf(now, zone).number - YEAR
  // Nothing is known of what was read before the first summary: old entries are no fault then.
  const fresh = memory.reading
    ? { ...between(memory.reading, readingOf(store, memory.yearBefore, now)), ahead: readingOf(store, 0, now).ahead }
    : { ...readingOf(store, yearBefore, now), longAgo: 0 }
  const owed = periods.map(
    (period): Owed => ({ period, read: period === current ? fresh : NOTHING_READ, isLate: period !== current }),
  )
  const from = (periods[0] as Period).since
  const told = owed.map(({ period: { name, since, until }, read }): ToldPeriod => ({ name, since, until, from, read }))
  const reading = readingOf(store, yearBefore, now)
  return { owed, after: { ...memory, told: [...memory.told, ...told].slice(-REMEMBERED), reading, yearBefore } }
}

/** The periods that were told last, together. */
function toldAgain({ told }: Memory, last: ToldPeriod, { kind, zone }: Omit<RunOptions, 'now'>): Owed[] {
  return told
    .filter(({ since }) => since >= last.from)
    .map(({ since, until, read }) => ({ period: periodAt(kind, since, zone), read, isLate: until !== last.until }))
}

/** The reading of a period that was told and is asked for by its name. */
export const readFor = ({ told }: Memory, { since, until }: Period): Reading | undefined =>
  told.find((period) => period.since === since && period.until === until)?.read
