import type { CodeKey } from '../tally/tally.js'
import type { Threshold } from './select.js'
import { codeName, type Sequence, type ToldCode, type ToldReport } from './shape.js'

/** A number of a day beside that of the day before. */
export interface Change {
  /** `requests`, `problems`, a class such as `5xx`. */
  readonly what: string
  readonly now: number
  readonly before: number
}

export interface Alert {
  readonly text: string
  readonly passed: boolean
  readonly value: number
  /** The value for people, with its sign. */
  readonly shown: string
}

/** The report of a day, set beside the day before and held against thresholds. */
export interface Summary {
  /** `2026-11-22`, in the zone of the summary. */
  readonly day: string
  /** false: yesterday has no entries, and the last day that has some is told in its place. */
  readonly isYesterday: boolean
  readonly report: ToldReport
  readonly changes: readonly Change[]
  /** The first codes that did not occur the day before; none when that day has no entries at all. */
  readonly newCodes: readonly string[]
  readonly alerts: readonly Alert[]
}

export function makeSummary(parts: { day: string; isYesterday: boolean; report: ToldReport; before: ToldReport; thresholds: readonly Threshold[] }): Summary {
  const { day, isYesterday, report, before, thresholds } = parts
  const classOf = (r: ToldReport, name: string): number => r.classes.find((c) => c.class === name)?.hits ?? 0
  const changes: Change[] = [
    { what: 'requests', now: report.totals.entries, before: before.totals.entries },
    { what: 'problems', now: report.problems, before: before.problems },
    ...['4xx', '5xx'].map((name) => ({ what: name, now: classOf(report, name), before: classOf(before, name) })),
  ]
  const newCodes = before.totals.entries === 0 ? [] : missing(report.codes, before.codes)
  const alerts = thresholds.map(({ text, passes }): Alert => {
    const { passed, value, percent } = passes(byWin32Status(report.codes))
    return { text, passed, value, shown: percent ? `${value.toFixed(2)} %` : String(value) }
  })
  return { day, isYesterday, report, changes, newCodes, alerts }
}

/** Codes apart by Win32 status. */
function* byWin32Status(codes: Sequence<ToldCode>): Generator<Counted> {
  for (const { status, substatus, reason, hits, win32 } of codes) {
    let rest = hits
    for (const w of win32) {
      rest -= w.hits
      yield { status, substatus, reason, win32Status: w.value, hits: w.hits }
    }
    if (rest > 0) yield { status, substatus, reason, win32Status: null, hits: rest }
  }
}
type Counted = CodeKey & { readonly hits: number }

/** So many new codes are named. */
const MAX_NEW = 12
/** So many are looked for at once. */
const TOGETHER = 1000

/** The names of the first codes that are not among others. */
function missing(codes: Sequence<ToldCode>, others: Sequence<ToldCode>): string[] {
  const found: string[] = []
  let names = new Set<string>()
  const look = (): void => {
    for (const other of others) names.delete(codeName(other))
    found.push(...names)
    names = new Set()
  }
  for (const code of codes) {
    names.add(codeName(code))
    if (names.size === TOGETHER) look()
    if (found.length >= MAX_NEW) break
  }
  if (names.size > 0) look()
  return found.slice(0, MAX_NEW)
}
