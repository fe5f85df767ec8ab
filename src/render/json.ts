import type { Report } from '../report/report.js'
import { UNSAFE } from './visible.js'

/** JSON for people and programs: characters that `visible` would show are escaped, so that a terminal does not obey them. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(UNSAFE, (c) => (c === '\n' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`))}\n`
}

/** The report itself: the contract `logstat.report/1`. */
export function renderJson(report: Report): string {
  return toJson(report)
}
