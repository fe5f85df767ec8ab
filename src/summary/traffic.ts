import { agentKindOf } from '../diagnosis/kinds/classify.js'
import { PEOPLE } from '../diagnosis/kinds/kinds.js'
import type { Store } from '../store/store.js'
import { agentsByDay, type Slot, slotsIn } from '../store/traffic.js'
import { dayOf, startOfDay } from '../time-zone.js'
import { daysOf, type Period } from './period.js'

// Requests that were due: a period is held against the days before it. A log that does not show a day is no healthy
// one.

/** A stretch of time without a line. */
export interface Gap {
  /** Seconds since 1970 UTC, [from, to). */
  readonly from: number
  readonly to: number
  /** Requests that were due in the gap, and all that were due in the period. */
  readonly due: number
  readonly ofAll: number
  /** The log that is silent while others go on; null: all of them. */
  readonly log: string | null
  /** Nothing follows until the period ends. */
  readonly isEnd: boolean
}

/** Requests of a period beside those that were due; of people, where the log tells them apart. */
export interface Due {
  readonly requests: number
  readonly due: number
  readonly ofPeople: boolean
}

export interface Traffic {
  readonly gaps: readonly Gap[]
  /** null: too little is known of the days before. */
  readonly due: Due | null
  /** Time of the last entry, to a minute; null when there is none. */
  readonly lastAt: number | null
}

export const NO_TRAFFIC: Traffic = { gaps: [], due: null, lastAt: null }

const DAY = 86_400
/** Days before the period that are looked at. */
const DAYS_BEFORE = 28
/** Slots of a day, in seconds; counts are told apart by that much. */
const SLOT = 900
/** Days of history that are needed: fewer say nothing. */
const LEAST_DAYS = 3
/** Least length of a gap that is told, and the least number of requests that were due in it. */
const GAP_SECONDS = 1800
const GAP_DUE = 20
/** Requests that must be due: fewer are no measure. */
const LEAST_DUE = 100

/** @param now nothing is due later */
export function trafficOf(store: Store, period: Period, zone: string, now: number): Traffic {
  const first = dayOf(period.since, zone).number
  const history = slotsIn(store, startOfDay(first - DAYS_BEFORE, zone), period.since, SLOT)
  const until = Math.min(period.until, now)
  const inside = slotsIn(store, period.since, until, 60)
  const days = daysOf(period, zone)
  const lastAt = inside.length === 0 ? null : Math.max(...inside.map(({ start, seconds }) => start + seconds))
  const all = expectationOf(history, first, days, zone)
  if (!all) return { gaps: [], due: null, lastAt }
  const whole = { ...period, until }
  const gaps = gapsOf(whole, inside, all, null)
  return {
    gaps: gaps.length > 0 ? gaps : quietLogs(store, whole, { history, inside, all, first, days, zone }),
    due: dueOf(store, whole, inside, all, first),
    lastAt: lastAt === null ? null : Math.min(lastAt, until),
  }
}

/** Number of the requests that are due in a stretch of time. */
type Expectation = (from: number, to: number) => number

/** The expectation that follows from the days before; undefined where too few of them are known. */
function expectationOf(
  history: readonly Slot[],
  first: number,
  days: readonly number[],
  zone: string,
): Expectation | undefined {
  const byDay = new Map<number, number[]>()
  const starts = new Map<number, number>()
  const startOf = (day: number): number => {
    const known = starts.get(day) ?? startOfDay(day, zone)
    starts.set(day, known)
    return known
  }
  const dayAt = (at: number): number => {
    const guess = Math.floor(at / DAY)
    return [guess + 1, guess, guess - 1].find((day) => startOf(day) <= at) as number
  }
  const slots = Math.ceil((25 * 3600) / SLOT)
  for (const { start, seconds, hits } of history) {
    const day = dayAt(start)
    const row = byDay.get(day) ?? new Array<number>(slots).fill(0)
    byDay.set(day, row)
    const at = Math.floor((start - startOf(day)) / SLOT)
    // Counts that were rolled up are spread over their time.
    const wide = Math.max(1, Math.floor(seconds / SLOT))
    for (let i = at; i < at + wide && i < slots; i++) row[i] = (row[i] as number) + hits / wide
  }
  if (byDay.size < LEAST_DAYS) return undefined
  const totals = new Map([...byDay].map(([day, row]) => [day, row.reduce((a, b) => a + b, 0)]))
  const earliest = Math.min(...byDay.keys())
  const rhythm = Array.from({ length: slots }, (_, i) =>
    [...byDay.values()].reduce((n, row) => n + (row[i] as number), 0),
  )
  const sum = rhythm.reduce((a, b) => a + b, 0)
  const due = new Map(days.map((day) => [day, dueOfDay(totals, day, first, earliest)]))
  return (from, to) => {
    let expected = 0
    for (let at = from; at < to; ) {
      const day = dayAt(at)
      const slot = Math.floor((at - startOf(day)) / SLOT)
      const end = Math.min(to, startOf(day) + (slot + 1) * SLOT)
      expected += (((due.get(day) ?? 0) * (rhythm[slot] ?? 0)) / sum) * ((end - at) / SLOT)
      at = end
    }
    return expected
  }
}

/**
 * Requests that are due on a day: the second lowest of the same weekdays before, so that neither a day on which the log
 * failed nor one of a campaign sets the measure. Where there are few, no more than the lowest of the days before.
 */
function dueOfDay(totals: ReadonlyMap<number, number>, day: number, first: number, earliest: number): number {
  const of = (days: readonly number[]): number[] =>
    days.filter((d) => d >= earliest && d < first).map((d) => totals.get(d) ?? 0)
  const sorted = of([7, 14, 21, 28, 35, 42, 49].map((n) => day - n)).sort((a, b) => a - b)
  if (sorted.length >= 3) return sorted[1] as number
  const lately = of(Array.from({ length: 14 }, (_, i) => first - 1 - i)).filter((n) => n > 0)
  const known = [...sorted.slice(0, 1), ...lately]
  return known.length === 0 ? 0 : Math.min(...known)
}

/** Stretches without a line, as far as requests were due in them. @param log name of the log; null: all logs */
function gapsOf(period: Period, inside: readonly Slot[], expected: Expectation, log: string | null): Gap[] {
  const ofAll = expected(period.since, period.until)
  const gaps: Gap[] = []
  let end = period.since
  for (const { start, seconds } of [...inside, { start: period.until, seconds: 0 }]) {
    const gap = { from: end, to: Math.max(end, start), ofAll, log, isEnd: start === period.until }
    const due = gap.to - gap.from >= GAP_SECONDS ? expected(gap.from, gap.to) : 0
    if (due >= GAP_DUE) gaps.push({ ...gap, due })
    end = Math.max(end, start + seconds)
  }
  return gaps
}

interface Around {
  readonly history: readonly Slot[]
  readonly inside: readonly Slot[]
  readonly all: Expectation
  readonly first: number
  readonly days: readonly number[]
  readonly zone: string
}

/** Share of all requests from which on a log is judged by itself. */
const LARGE_LOG = 0.2
/** Logs that began when another one ended have such a share of the requests that it lacks: it was moved or renamed. */
const MOVED = 0.1

/** Large logs without a line while others go on, if their requests are not elsewhere. */
function quietLogs(store: Store, period: Period, { history, inside, all, first, days, zone }: Around): Gap[] {
  const names = new Map(store.sources().map(({ id, name }) => [id, familyOf(name)]))
  const nameOf = ({ source }: Slot): string => names.get(source) as string
  const due = all(period.since, period.until)
  const begins = new Map([...history, ...inside].reverse().map((slot) => [nameOf(slot), slot.start]))
  return [...new Set(history.map(nameOf))].flatMap((log) => {
    const before = history.filter((slot) => nameOf(slot) === log)
    const own = expectationOf(before, first, days, zone)
    const end = before.at(-1)?.start ?? 0
    if (!own || own(period.since, period.until) < Math.max(LEAST_DUE, LARGE_LOG * due)) return []
    const its = inside.filter((slot) => nameOf(slot) === log)
    return gapsOf(period, its, own, log).filter(({ from, to, due: missing }) => {
      const came = inside.filter(({ start }) => start >= from && start < to)
      const ofNew = came.filter((slot) => (begins.get(nameOf(slot)) ?? 0) >= end)
      return hitsIn(ofNew) < MOVED * missing && hitsIn(came) <= all(from, to) - missing / 2
    })
  })
}

const hitsIn = (slots: readonly Slot[]): number => slots.reduce((n, { hits }) => n + hits, 0)

/** The part of the name of a log that stays when it is rotated: `logs/access.log.2.gz` → `logs/access.log`. */
function familyOf(name: string): string {
  const [base = '', folder = ''] = name.split(/[\\/]/).reverse()
  const bare = base.replace(/\.(gz|bz2|xz|zst|zip)$/i, '').replace(/[._-]?\d{4}-?\d\d-?\d\d(?:[._-]?\d{2,6})?/g, '')
  return `${folder}/${bare.replace(/\.\d+$/, '').replace(/\d{6,}/g, '')}`
}

function dueOf(store: Store, period: Period, inside: readonly Slot[], all: Expectation, first: number): Due | null {
  const whole = {
    requests: hitsIn(inside),
    due: all(period.since, period.until),
    ofPeople: false,
  }
  return peopleDue(store, period, first) ?? (whole.due >= LEAST_DUE ? whole : null)
}

/** People come less on a day on which machines come as ever: their requests are the better measure. */
function peopleDue(store: Store, { periods }: Period, first: number): Due | null {
  if (!periods) return null
  const totals = new Map<number, number>()
  for (const { day, agent, hits } of agentsByDay(store, first - DAYS_BEFORE, periods.at(-1) as number))
    totals.set(day, (totals.get(day) ?? 0) + (PEOPLE.has(agentKindOf(agent)) ? hits : 0))
  const known = [...totals.keys()].filter((day) => day < first)
  if (known.length < LEAST_DAYS || periods.some((day) => !totals.has(day))) return null
  const due = periods.reduce((n, day) => n + dueOfDay(totals, day, first, Math.min(...known)), 0)
  if (due < LEAST_DUE) return null
  return { requests: periods.reduce((n, day) => n + (totals.get(day) ?? 0), 0), due, ofPeople: true }
}
