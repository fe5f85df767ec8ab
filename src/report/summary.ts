import { type CodeHits, codesIn, hold, lastDay } from '../store/query.js'
import { type Range, type Settled, settle } from '../store/range.js'
import type { Store } from '../store/store.js'
import { dateOf, startOfDay } from '../time-zone.js'
import { makeReport, type ReportOptions } from './report.js'
import { codeName, type Report } from './shape.js'
import { judgeThresholds, type Threshold, type ThresholdResult } from './thresholds.js'
import { hidesMuch, type Undated } from './undated.js'

/** A number of a day beside that of the day before. */
export interface Change {
  /** `requests`, `problems`, a class such as `5xx`. */
  readonly what: string
  readonly now: number
  readonly before: number
}

/** A day beside the day before, held against thresholds. */
export interface Summary {
  /** `2026-11-22`, in the zone of the summary. */
  readonly day: string
  /** stretch: from `report.range.since` to `report.range.until`, beside as much time before it. */
  readonly period: 'day' | 'stretch'
  /** unknown: the day cannot be judged, `unjudged` says why. */
  readonly state: 'ok' | 'alert' | 'unknown'
  readonly unjudged: readonly ('no-data' | 'without-time')[]
  /** All requests of the day, whatever a selection shows of them. */
  readonly requests: number
  readonly thresholds: readonly ThresholdResult[]
  readonly changes: readonly Change[]
  /** The first codes that did not occur the day before; none when that day has no entries at all. */
  readonly newCodes: readonly string[]
  /** Entries without a readable time, among those that are new. */
  readonly undated: Undated
  /** The last day before this one that has requests, when this one has none. */
  readonly lastDay: string | null
}

export interface SummaryOptions {
  /** Number of the day (days since 1970), in `zone`; of a stretch: that it begins on. */
  readonly day: number
  /** In place of a day. */
  readonly stretch?: { readonly since: number; readonly until: number } | undefined
  /** Numbers of the sources; all when absent. */
  readonly sources?: readonly number[] | undefined
  readonly zone: string
  readonly thresholds: readonly Threshold[]
  readonly undated: Undated
  readonly report: Omit<ReportOptions, 'since' | 'until' | 'periods'>
}

/** Set a day of a store beside the day before. */
export function makeSummary(
  store: Store,
  options: SummaryOptions,
): { readonly report: Report; readonly summary: Summary } {
  const { day, stretch, thresholds, undated } = options
  const release = hold(store)
  try {
    const { range, rangeBefore } = rangesOf(store, options)
    const report = makeReport(store, { ...options.report, ...range })
    const before = makeReport(store, { ...options.report, ...rangeBefore, by: undefined })
    const last = report.totals.entries === 0 ? lastDay(store, day - 1, range) : undefined
    const summary = summarize({
      day: dateOf(day),
      period: stretch === undefined ? 'day' : 'stretch',
      report,
      before,
      codes: codesIn(store, range),
      codesBefore: codesIn(store, rangeBefore),
      thresholds,
      undated,
      lastDay: last === undefined ? null : dateOf(last),
    })
    return { report, summary }
  } finally {
    release()
  }
}

function rangesOf(
  store: Store,
  { day, zone, stretch, sources }: SummaryOptions,
): { readonly range: Range | Settled; readonly rangeBefore: Range | Settled } {
  const chosen = sources ? { sources } : {}
  if (stretch === undefined) {
    const dayRange = (number: number): Range => ({
      ...chosen,
      since: startOfDay(number, zone),
      until: startOfDay(number + 1, zone),
      periods: [number],
    })
    return { range: dayRange(day), rangeBefore: dayRange(day - 1) }
  }
  const range = settle(store, { ...chosen, ...stretch })
  const since = range.since ?? stretch.since
  const until = range.until ?? stretch.until
  return { range, rangeBefore: settle(store, { ...chosen, since: since - (until - since), until: since }) }
}

interface SummaryParts extends Pick<Summary, 'day' | 'undated' | 'lastDay'> {
  readonly period?: Summary['period']
  /** What a selection shows of the two days. */
  readonly report: Report
  readonly before: Report
  /** All codes of the two days. */
  readonly codes: Iterable<CodeHits>
  readonly codesBefore: Iterable<CodeHits>
  readonly thresholds: readonly Threshold[]
}

/** What there is to say of a day beside the day before. */
export function summarize({
  day,
  period = 'day',
  report,
  before,
  codes,
  codesBefore,
  thresholds,
  undated,
  lastDay,
}: SummaryParts): Summary {
  const { requests, results } = judgeThresholds(thresholds, codes)
  const isExceeded = results.some(({ exceeded }) => exceeded)
  const unjudged: Summary['unjudged'][number][] = []
  // A threshold on the number of requests judges a day without any.
  if (requests === 0 && !isExceeded) unjudged.push('no-data')
  if (hidesMuch(undated)) unjudged.push('without-time')
  return {
    day,
    period,
    state: isExceeded ? 'alert' : unjudged.length > 0 ? 'unknown' : 'ok',
    unjudged,
    requests,
    thresholds: results,
    changes: changesOf(report, before),
    newCodes: before.totals.entries === 0 ? [] : newCodesOf(report, codesBefore),
    undated,
    lastDay: requests === 0 ? lastDay : null,
  }
}

function changesOf(report: Report, before: Report): Change[] {
  const classOf = (r: Report, name: string): number => r.classes.find((c) => c.class === name)?.hits ?? 0
  return [
    { what: 'requests', now: report.totals.entries, before: before.totals.entries },
    { what: 'problems', now: report.problems, before: before.problems },
    ...['4xx', '5xx'].map((name) => ({ what: name, now: classOf(report, name), before: classOf(before, name) })),
  ]
}

/** So many new codes are named. */
const MAX_NEW = 12

/** The names of the first codes of a report that are not among others. */
function newCodesOf({ codes }: Pick<Report, 'codes'>, others: Iterable<Parameters<typeof codeName>[0]>): string[] {
  const names = new Set(codes.map(codeName))
  for (const other of others) names.delete(codeName(other))
  return [...names].slice(0, MAX_NEW)
}
