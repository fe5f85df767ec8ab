import type { Words } from '../errors.js'
import { makeReport, type Report, type ReportOptions } from '../report/report.js'
import { codeName } from '../report/shape.js'
import { codesIn, hold, lastDay } from '../store/query.js'
import { type Range, settle } from '../store/range.js'
import type { Store } from '../store/store.js'
import { type Facts, type Judged, judge, type Threshold } from '../threshold/evaluate.js'
import { dateOf, dayOf } from '../time-zone.js'
import { type Change, codeChanges } from './changes.js'
import { type Coverage, type Note, notesOn, type Reading, type Reason } from './coverage.js'
import { factsOf } from './facts.js'
import type { Period } from './period.js'
import { NO_TRAFFIC, trafficOf } from './traffic.js'

/** A period beside another one, held against thresholds. */
export interface Summary {
  /** Name of the period: `2026-11-22` in the zone of the summary, `2026-W47`, … */
  readonly day: string
  /** stretch: from `report.range.since` to `report.range.until`, beside as much time before it. */
  readonly period: Period['kind']
  /** Name of the period that this one is set beside. */
  readonly against: string
  /**
   * unknown: the period cannot be judged, see `unjudged`; attention: nothing is exceeded, yet there is something to
   * see.
   */
  readonly state: 'ok' | 'attention' | 'alert' | 'unknown'
  /** A later period is over, too: this one is told late. */
  readonly isLate: boolean
  readonly unjudged: readonly Reason[]
  /** All requests of the period, whatever a selection shows of them. */
  readonly requests: number
  readonly thresholds: readonly JudgedBeside[]
  readonly changes: readonly Change[]
  /** The first codes that did not occur in the period before; none when that has no entries at all. */
  readonly newCodes: readonly string[]
  /** Notes on things that the logs do not show, or that are wrong with them. */
  readonly notes: readonly Note[]
  readonly coverage: Coverage
  /** The last day before this period that has requests, when this one has none. */
  readonly lastDay: string | null
}

/** A threshold with its value in the period beside; null: the value is not known. */
export interface JudgedBeside extends Judged {
  readonly was: Words | null
}

/** A summary with the report that it is made of. */
export interface Told {
  readonly report: Report
  readonly summary: Summary
}

export interface SummaryOptions {
  readonly period: Period
  readonly against: Period
  /** Numbers of the sources; all when absent. */
  readonly sources?: readonly number[] | undefined
  readonly zone: string
  /** Seconds since 1970 UTC. */
  readonly now: number
  readonly thresholds: readonly Threshold[]
  /** Requests that are needed to judge a share. */
  readonly leastRequests?: number | undefined
  readonly isLate?: boolean
  /** Lines and entries that were read for the period. */
  readonly read: Reading
  readonly unread?: readonly Words[]
  readonly report: Omit<ReportOptions, 'since' | 'until' | 'periods'>
}

/** Set a period of a store beside another one. */
export function makeSummary(store: Store, options: SummaryOptions): Told {
  const { period, against, zone, now, read, unread = [] } = options
  const release = hold(store)
  try {
    const [range, rangeBefore] = [rangeOf(store, period, options), rangeOf(store, against, options)]
    const report = makeReport(store, { ...options.report, ...range })
    const before = makeReport(store, { ...options.report, ...rangeBefore, by: undefined })
    const newCodes = before.totals.entries === 0 ? [] : newCodesOf(store, range, rangeBefore)
    const facts = factsOf(store, range, {
      lines: read.lines,
      rejected: read.rejected,
      newCodes,
      findings: severeFindings(report),
      problems: problemsOf(store, range, report, options),
      previous: before.totals.entries === 0 ? null : factsBefore(store, rangeBefore, before, options),
    })
    // Requests that were due are known of all logs together, and of whole days.
    const isWhole = options.sources === undefined && period.kind !== 'stretch'
    const traffic = isWhole ? trafficOf(store, period, zone, now) : NO_TRAFFIC
    const coverage = { ...traffic, read, unread }
    const requests = facts.requests ?? 0
    const notes = notesOn(period, requests, coverage, zone)
    const thresholds = options.thresholds.map((threshold): JudgedBeside => {
      const judged = judge(threshold, facts, options.leastRequests)
      const was = judged.exceeded && facts.previous ? judge(threshold, facts.previous, 0).value : null
      return { ...judged, was }
    })
    const last = requests === 0 ? lastDay(store, dayOf(period.since, zone).number - 1, range) : undefined
    return {
      report,
      summary: {
        day: period.name,
        period: period.kind,
        against: against.name,
        isLate: options.isLate === true,
        ...stateOf(thresholds, notes, requests, facts.findings),
        requests,
        thresholds,
        changes: [...changesOf(report, before), ...codeChanges(codesIn(store, range), codesIn(store, rangeBefore))],
        newCodes,
        notes,
        coverage,
        lastDay: last === undefined ? null : dateOf(last),
      },
    }
  } finally {
    release()
  }
}

/** Lists are kept by day: those of an hour are those of its day, and the report says so. */
function rangeOf(store: Store, { since, until, periods }: Period, { sources }: SummaryOptions): Range {
  const chosen = { since, until, ...(sources ? { sources } : {}) }
  return periods ? { ...chosen, periods } : settle(store, chosen)
}

/** Problems of all codes, although a selection shows some. */
function problemsOf(store: Store, range: Range, report: Report, { report: asked }: SummaryOptions): () => number {
  const { select, ...rest } = asked
  return () => (select ? makeReport(store, { ...rest, ...range, by: undefined, top: 0 }) : report).problems
}

function factsBefore(store: Store, range: Range, before: Report, options: SummaryOptions): Facts {
  const problems = problemsOf(store, range, before, options)
  return factsOf(store, range, { lines: 0, rejected: 0, newCodes: [], findings: [], previous: null, problems })
}

/** State of a period as a whole. */
function stateOf(
  thresholds: readonly Judged[],
  notes: readonly Note[],
  requests: number,
  findings: Facts['findings'],
): Pick<Summary, 'state' | 'unjudged'> {
  const isExceeded = thresholds.some(({ exceeded }) => exceeded)
  const reasons = notes.filter(({ isGrave }) => isGrave).map(({ id }) => id as Reason)
  // A threshold on the number of requests judges a period without any.
  const unjudged = [...new Set(reasons)].filter((id) => !(id === 'no-data' && requests === 0 && isExceeded))
  if (isExceeded) return { state: 'alert', unjudged }
  if (unjudged.length > 0) return { state: 'unknown', unjudged }
  const isLoud = notes.length > 0 || findings.some(({ severity }) => severity !== 'info')
  return { state: isLoud ? 'attention' : 'ok', unjudged }
}

/** Without evidence a code is worth an alert only from so many hits on, and from such a share of the requests. */
const LOUD = { hits: 10, share: 0.01 }

/** Findings as thresholds look at them. */
export function severeFindings({ findings, rules, totals }: Report): Facts['findings'] {
  const isLoud = (hits: number): boolean => hits >= LOUD.hits && hits >= LOUD.share * totals.entries
  return findings.map(({ id, severity, title, hits }) => ({
    id,
    // A single error of an hour, of which no evidence is kept, is no reason to wake anybody.
    severity: rules === 0 && severity === 'act' && !isLoud(hits) ? 'watch' : severity,
    title: { en: title, zh: title },
  }))
}

function changesOf(report: Report, before: Report): Change[] {
  const classOf = (r: Report, name: string): number => r.classes.find((c) => c.class === name)?.hits ?? 0
  return [
    { what: 'requests', now: report.totals.entries, before: before.totals.entries },
    { what: 'problems', now: report.problems, before: before.problems },
    ...['4xx', '5xx'].map((name) => ({ what: name, now: classOf(report, name), before: classOf(before, name) })),
  ]
}

/** Largest number of new codes that are named. */
const MAX_NEW = 12

/** The names of the most frequent codes of a period that are not in another one. */
function newCodesOf(store: Store, range: Range, rangeBefore: Range): string[] {
  const known = new Set(Array.from(codesIn(store, rangeBefore), codeName))
  const fresh = new Map<string, number>()
  for (const code of codesIn(store, range)) {
    const name = codeName(code)
    if (!known.has(name)) fresh.set(name, (fresh.get(name) ?? 0) + code.hits)
  }
  return [...fresh]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_NEW)
    .map(([name]) => name)
}
