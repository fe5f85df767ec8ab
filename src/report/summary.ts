import { codeName, type Report } from './report.js'
import type { Threshold } from './select.js'

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
  readonly report: Report
  readonly changes: readonly Change[]
  /** Codes that did not occur the day before; empty when that day has no entries at all. */
  readonly newCodes: readonly string[]
  readonly alerts: readonly Alert[]
}

export function makeSummary(parts: { day: string; isYesterday: boolean; report: Report; before: Report; thresholds: readonly Threshold[] }): Summary {
  const { day, isYesterday, report, before, thresholds } = parts
  const classOf = (r: Report, name: string): number => r.classes.find((c) => c.class === name)?.hits ?? 0
  const changes: Change[] = [
    { what: 'requests', now: report.totals.entries, before: before.totals.entries },
    { what: 'problems', now: report.problems, before: before.problems },
    ...['4xx', '5xx'].map((name) => ({ what: name, now: classOf(report, name), before: classOf(before, name) })),
  ]
  const known = new Set(before.codes.map(codeName))
  const newCodes = before.totals.entries === 0 ? [] : report.codes.map(codeName).filter((name) => !known.has(name))
  const codes = report.codes.flatMap((c) => {
    const named = c.win32.map((w) => ({ ...c, win32Status: w.value as number | null, hits: w.hits }))
    const rest = c.hits - named.reduce((n, w) => n + w.hits, 0)
    return rest > 0 ? [...named, { ...c, win32Status: null, hits: rest }] : named
  })
  const alerts = thresholds.map(({ text, passes }): Alert => {
    const { passed, value, percent } = passes(codes)
    return { text, passed, value, shown: percent ? `${value.toFixed(2)} %` : String(value) }
  })
  return { day, isYesterday, report, changes, newCodes, alerts }
}
