import { LogstatError } from '../errors.js'
import { jsonPieces } from '../render/json.js'
import { RENDERERS } from '../render/render.js'
import { renderSummary } from '../render/summary.js'
import { makeReport, type Report } from '../report/report.js'
import { compileSelection, compileThreshold } from '../report/select.js'
import { makeSummary } from '../report/summary.js'
import { lastDay } from '../store/query.js'
import { openStore, type Store } from '../store/store.js'
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
  const made = makeSummary({
    day: dateOf(day),
    isYesterday: day === yesterday || options.day !== undefined,
    report: dayReport(store, day, zone, options),
    before: dayReport(store, day - 1, zone, options),
    thresholds,
  })
  store.close()

  if (kind === 'json') await write(jsonPieces({ ...made.report, summary: { day: made.day, changes: made.changes, alerts: made.alerts } }), options.output)
  else {
    const render = RENDERERS[kind]
    if (!render) throw new LogstatError('output', `no report of the kind "${kind}" can be made`)
    const how = renderOptions(options)
    await write([renderSummary(made, how), ...render(made.report, how)], options.output)
  }
  const passed = made.alerts.filter((a) => a.passed)
  for (const alert of passed) process.stderr.write(`logstat: threshold passed: ${alert.text} (it is ${alert.shown} on ${made.day})\n`)
  return failed ? 2 : passed.length > 0 ? 1 : 0
}

function dayReport(store: Store, day: number, zone: string, options: SummaryOptions): Report {
  return makeReport(store, {
    language: options.lang,
    top: options.top,
    server: options.server,
    since: startOfDay(day, zone),
    until: startOfDay(day + 1, zone),
    periods: [day],
    ...(options.status === undefined ? {} : { select: compileSelection(options.status) }),
  })
}

function dayNumber(date: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(ms)) throw new LogstatError('day', `"${date}" is no day`, 'Write it as YYYY-MM-DD, for example 2026-11-22.')
  return ms / 86_400_000
}
