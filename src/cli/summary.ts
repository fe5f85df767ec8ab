import { LogstatError } from '../errors.js'
import { jsonPieces } from '../render/json.js'
import { RENDERERS } from '../render/render.js'
import { renderSummary } from '../render/summary.js'
import { type ReportOptions, tellReport } from '../report/report.js'
import { compileSelection, compileThreshold } from '../report/select.js'
import { type Alert, makeSummary, type Summary } from '../report/summary.js'
import { lastDay } from '../store/query.js'
import { openStore } from '../store/store.js'
import { dateOf, dayOf, startOfDay, systemZone } from '../time-zone.js'
import { kindOf, type OutputOptions, renderOptions, write } from './output.js'
import { type ReadCommandOptions, readPaths } from './read.js'

interface SummaryOptions extends OutputOptions, Omit<ReadCommandOptions, keyof OutputOptions> {
  readonly db: string
  readonly failOn?: readonly string[]
  readonly day?: string
}

/**
 * `logstat summary --db FILE [PATH…]`: read what was appended since the last run, report the last complete day beside the one before.
 *
 * @returns 1 when a threshold was passed
 */
export async function summary(paths: readonly string[], options: SummaryOptions): Promise<number> {
  const kind = kindOf(options)
  const thresholds = (options.failOn ?? []).map(compileThreshold)
  const store = openStore(options.db, { create: paths.length > 0 })
  const zone = options.tz ?? systemZone()
  const { failed } = paths.length ? await readPaths(paths, store, options) : { failed: false }
  const yesterday = dayOf(Date.now() / 1000, zone).number - 1
  const day = options.day === undefined ? (lastDay(store, yesterday) ?? yesterday) : dayNumber(options.day)
  const dayReport = (number: number): ReportOptions => ({
    language: options.lang,
    top: options.top,
    server: options.server,
    since: startOfDay(number, zone),
    until: startOfDay(number + 1, zone),
    periods: [number],
    ...(options.status === undefined ? {} : { select: compileSelection(options.status) }),
  })
  let alerts: readonly Alert[] = []
  const pieces = tellReport(store, dayReport(day - 1), (before) =>
    tellReport(store, dayReport(day), (report) => {
      const isYesterday = day === yesterday || options.day !== undefined
      const made = makeSummary({ day: dateOf(day), isYesterday, report, before, thresholds })
      alerts = made.alerts
      return tell(made, kind, options)
    }),
  )
  await write(pieces, options.output)
  store.close()
  const passed = alerts.filter((a) => a.passed)
  for (const alert of passed) process.stderr.write(`logstat: threshold passed: ${alert.text} (it is ${alert.shown} on ${dateOf(day)})\n`)
  return failed ? 2 : passed.length > 0 ? 1 : 0
}

function tell(made: Summary, kind: string, options: OutputOptions): Iterable<string> {
  const { report, day, changes, alerts } = made
  if (kind === 'json') return jsonPieces({ ...report, summary: { day, changes, alerts } })
  const render = RENDERERS[kind]
  if (!render) throw new LogstatError('output', `no report of the kind "${kind}" can be made`)
  const how = renderOptions(options)
  return [renderSummary(made, how), ...render(report, how)]
}

function dayNumber(date: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(ms)) throw new LogstatError('day', `"${date}" is no day`, 'Write it as YYYY-MM-DD, for example 2026-11-22.')
  return ms / 86_400_000
}
