import { makeReport, type Report, type ReportOptions } from '../report/report.js'
import type { Store } from '../store/store.js'
import { factsOf } from '../summary/facts.js'
import { severeFindings } from '../summary/summary.js'
import { type Judged, judge, type Threshold } from '../threshold/evaluate.js'
import { compileThreshold } from '../threshold/grammar.js'
import { tell } from './messages.js'

export interface FailOnOptions {
  readonly failOn?: readonly string[]
  readonly minRequests?: number
}

/** @throws LogstatError naming a threshold that is not understood: before a log is read */
export const thresholdsOf = ({ failOn = [] }: FailOnOptions): readonly Threshold[] => failOn.map(compileThreshold)

/** Hold what a report is made of against thresholds. */
export function judgeAll(
  store: Store,
  report: Report,
  asked: ReportOptions,
  thresholds: readonly Threshold[],
  { minRequests }: FailOnOptions,
): readonly Judged[] {
  if (thresholds.length === 0) return []
  const facts = factsOf(store, asked, {
    lines: report.totals.lines,
    rejected: report.totals.rejected,
    newCodes: [],
    findings: severeFindings(report),
    previous: null,
    // Problems are those of all codes, although a selection shows some.
    problems: () =>
      (asked.select ? makeReport(store, { ...asked, by: undefined, select: () => true }) : report).problems,
  })
  return thresholds.map((threshold) => judge(threshold, facts, minRequests))
}

/** Tell on standard error of thresholds that are exceeded, or that cannot be judged. */
export function tellJudged(judged: readonly Judged[]): void {
  for (const { text, value, exceeded } of judged) {
    if (exceeded) tell({ en: `threshold exceeded: ${text}: ${value.en}`, zh: `超过阈值：${text}，实际为 ${value.zh}` })
    if (exceeded === null) tell({ en: `cannot be judged: ${text}: ${value.en}`, zh: `无法判断：${text}，${value.zh}` })
  }
}

/** The exit status: 1 when a threshold is exceeded, else 2 when one cannot be judged. */
export function statusOf(judged: readonly Judged[]): 0 | 1 | 2 {
  if (judged.some(({ exceeded }) => exceeded)) return 1
  return judged.some(({ exceeded }) => exceeded === null) ? 2 : 0
}
