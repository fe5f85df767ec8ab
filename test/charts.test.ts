import { describe, expect, it } from 'vitest'
import { renderText } from '../src/render/text.js'
import type { Report } from '../src/report/report.js'
import { literalReport } from './literal-report.js'

/** A report with so many requests in each bucket from a time on, whose last request comes at `to`. */
function reportOf(start: string, seconds: number, hits: readonly number[], to: string): Report {
  const from = Date.parse(start)
  const timeline = hits.map((n, i) => ({
    start: new Date(from + i * seconds * 1000).toISOString().replace('.000Z', 'Z'),
    seconds,
    hits: n,
    classes: { '2xx': n },
  }))
  const entries = hits.reduce((a, b) => a + b, 0)
  const report = literalReport('en')
  return { ...report, totals: { ...report.totals, entries }, timeline, period: { from: start, to } }
}

const chartOf = (report: Report, timeZone = 'UTC', width = 80): string[] => {
  const lines = renderText(report, { width, color: false, timeZone }).split('\n')
  const at = lines.findIndex((line) => line.includes('requests per'))
  return lines.slice(at, lines.indexOf('', at))
}
/** The column of a text in the last line, which is the axis of time. */
const tickOf = (lines: readonly string[], label: string): number => (lines.at(-1) as string).indexOf(`╵${label}`)

describe('a chart', () => {
  const day = Array.from({ length: 96 }, (_, i) => (i === 50 ? 500 : 100))

  it('names its peak and has ticks at round times', () => {
    const lines = chartOf(reportOf('2026-11-22T00:00:00Z', 900, day, '2026-11-22T23:59:58Z'))
    // Two quarters of an hour are one column.
    expect(lines[0]?.trim()).toBe('requests per 30 min · peak 600 at 12:30')
    expect(['00:00', '06:00', '12:00', '18:00'].map((label) => tickOf(lines, label))).toEqual([12, 24, 36, 48])
    expect(lines.join('')).not.toContain('*')
  })
  it('has ticks in the zone that is asked for', () => {
    const lines = chartOf(reportOf('2026-11-22T00:00:00Z', 900, day, '2026-11-22T23:59:58Z'), 'Asia/Kolkata')
    // 05:30 there is midnight in UTC; the day ends within.
    expect(['06:00', '12:00', '18:00', '11-23'].map((label) => tickOf(lines, label))).toEqual([13, 25, 37, 49])
  })
  it('has dates as ticks where it spans many days', () => {
    const lines = chartOf(reportOf('2026-11-02T00:00:00Z', 86400, new Array(28).fill(500), '2026-11-29T23:59:59Z'))
    expect(['11-02', '11-09', '11-16', '11-23'].map((label) => tickOf(lines, label))).toEqual([12, 19, 26, 33])
  })
  it('marks a last column that is not complete', () => {
    const lines = chartOf(reportOf('2026-11-22T00:00:00Z', 3600, new Array(24).fill(500), '2026-11-22T23:10:00Z'))
    expect(lines[0]).toContain('* the log ends at 23:10')
    expect(lines.at(-1)?.indexOf('*')).toBe(12 + 23)
  })
  it('marks nothing where requests are so rare that one may just not have come', () => {
    expect(
      chartOf(reportOf('2026-11-22T00:00:00Z', 3600, new Array(24).fill(3), '2026-11-22T23:35:00Z')).join(''),
    ).not.toContain('*')
  })
  it.each([60, 80, 120])('fits into %i columns', (width) => {
    for (const seconds of [60, 300, 900, 3600, 86400, 604800])
      for (const n of [3, 10, 40, 120]) {
        const to = new Date(Date.parse('2026-11-22T00:00:00Z') + (n - 0.5) * seconds * 1000).toISOString()
        for (const line of chartOf(
          reportOf('2026-11-22T00:00:00Z', seconds, new Array(n).fill(7), to),
          'Europe/Berlin',
          width,
        ))
          expect([seconds, n, line.length <= width]).toEqual([seconds, n, true])
      }
  })
})
