import { LogstatError } from '../errors.js'
import { dateOf, dayOf, hourOf, localTime, offsetName, parseMoment, startOfDay } from '../time-zone.js'

// The stretches of time that summaries are about: hours, days, weeks and months of a zone. A day has 23 to 25 hours.

export const PERIOD_KINDS = ['hour', 'day', 'week', 'month'] as const
export type PeriodKind = (typeof PERIOD_KINDS)[number]

export interface Period {
  /** stretch: as a user asks for it, of any length */
  readonly kind: PeriodKind | 'stretch'
  /** `2026-11-22`, `2026-W47`, `2026-11`, `2026-11-22 14:00+01:00`, `2026-11-22 14:00:00 – 2026-11-22 16:30:00` */
  readonly name: string
  /** Seconds since 1970 UTC, [since, until). */
  readonly since: number
  readonly until: number
  /** Numbers of its days; undefined for an hour and a stretch, of which a database keeps no lists. */
  readonly periods?: readonly number[]
}

/** Periods that another one may be set beside: the one before, or the one a week before. */
export const AGAINST = ['previous', 'weekday'] as const
export type Against = (typeof AGAINST)[number]

/** The period that a moment is in. @param at seconds since 1970 UTC */
export function periodAt(kind: PeriodKind, at: number, zone: string): Period {
  if (kind === 'hour') {
    const { start, end } = hourOf(at, zone)
    // An hour that clocks show twice has two names.
    return { kind, name: `${localTime(start, zone).slice(0, 16)}${offsetName(start, zone)}`, since: start, until: end }
  }
  const { first, end, name } = DAYS[kind](dayOf(at, zone).number)
  return {
    kind,
    name,
    since: startOfDay(first, zone),
    until: startOfDay(end, zone),
    periods: Array.from({ length: end - first }, (_, i) => first + i),
  }
}

interface Days {
  readonly first: number
  readonly end: number
  readonly name: string
}

const DAYS: Readonly<Record<Exclude<PeriodKind, 'hour'>, (day: number) => Days>> = {
  day: (day) => ({ first: day, end: day + 1, name: dateOf(day) }),
  week: (day) => {
    const first = day - weekdayOf(day)
    return { first, end: first + 7, name: weekName(first) }
  },
  month: (day) => {
    const [year, month] = dateOf(day).split('-').map(Number) as [number, number]
    const numberOf = (m: number): number => Date.UTC(year, m, 1) / 86_400_000
    return { first: numberOf(month - 1), end: numberOf(month), name: dateOf(day).slice(0, 7) }
  },
}

/** A stretch of time that a user asks for. */
export const stretchOf = (since: number, until: number, zone: string): Period => ({
  kind: 'stretch',
  name: `${localTime(since, zone)} – ${localTime(until, zone)}`,
  since,
  until,
})

/** Monday is 0, as in ISO 8601. */
const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7

/** ISO 8601: a week belongs to the year of its Thursday. */
function weekName(monday: number): string {
  const year = Number(dateOf(monday + 3).slice(0, 4))
  const first = Date.UTC(year, 0, 4) / 86_400_000
  const week = 1 + (monday - (first - weekdayOf(first))) / 7
  return `${year}-W${String(week).padStart(2, '0')}`
}

/** The period before; of a stretch, as much time before it. */
function previousPeriod({ kind, since, until }: Period, zone: string): Period {
  return kind === 'stretch' ? stretchOf(since - (until - since), since, zone) : periodAt(kind, since - 1, zone)
}

/** The days that a period has a part in. */
export function daysOf({ since, until, periods }: Period, zone: string): readonly number[] {
  if (periods) return periods
  const first = dayOf(since, zone).number
  return Array.from({ length: dayOf(until - 1, zone).number - first + 1 }, (_, i) => first + i)
}

/** The period that another one is set beside. */
export function periodBeside(period: Period, against: Against, zone: string): Period {
  if (against === 'previous' || !(period.kind === 'hour' || period.kind === 'day')) return previousPeriod(period, zone)
  const day = dayOf(period.since, zone)
  const weekBefore = startOfDay(day.number - 7, zone)
  return periodAt(period.kind, weekBefore + (period.since - day.start), zone)
}

/** The last period that is over. */
export const lastPeriod = (kind: PeriodKind, now: number, zone: string): Period =>
  previousPeriod(periodAt(kind, now, zone), zone)

/** The period that a user names by a time in it: `2026-11-22`, `2026-11-22 14:00`. */
export function periodNamed(kind: PeriodKind, text: string, zone: string): Period {
  if (!/^\d{4}-\d\d-\d\d/.test(text.trim())) throw noPeriod(text)
  try {
    return periodAt(kind, parseMoment(text, zone), zone)
  } catch {
    throw noPeriod(text)
  }
}

const noPeriod = (text: string): LogstatError =>
  new LogstatError(
    'day',
    { en: `"${text}" is not a day`, zh: `“${text}”不是日期` },
    {
      en: 'Write it as YYYY-MM-DD, for example 2026-11-22; an hour as "2026-11-22 14:00".',
      zh: '请写成 YYYY-MM-DD，例如 2026-11-22；小时写成 "2026-11-22 14:00"。',
    },
  )

/**
 * Periods that no summary has told, the oldest first, up to the last that is over.
 *
 * @param told end of the last period that was told; the last period alone when absent
 * @param most largest number of periods; the latest are kept
 */
export function owedPeriods(
  kind: PeriodKind,
  told: number | undefined,
  now: number,
  zone: string,
  most: number,
): Period[] {
  const last = lastPeriod(kind, now, zone)
  const owed = [last]
  while (told !== undefined && owed.length < most) {
    const before = previousPeriod(owed[0] as Period, zone)
    if (before.until <= told) break
    owed.unshift(before)
  }
  return owed
}
