import type { Report } from '../report/report.js'

/** The report itself: the contract `logstat.report/1`. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
