import { LogstatError } from '../errors.js'
import type { InputResult } from '../pipeline.js'
import { toJson } from '../render/json.js'
import { RENDERERS } from '../render/render.js'
import { renderSummary, summaryJson, thresholdValue } from '../render/summary.js'
import type { Report } from '../report/report.js'
import { compileSelection } from '../report/select.js'
import { makeSummary, type Summary } from '../report/summary.js'
import { compileThreshold } from '../report/thresholds.js'
import { addUndated, type Undated } from '../report/undated.js'
import { openStore, type Store } from '../store/store.js'
import { dayOf, startOfDay, systemZone } from '../time-zone.js'
import { tell } from './messages.js'
import { kindOf, type OutputOptions, renderOptions, show } from './output.js'
import { type ReadCommandOptions, readPaths } from './read.js'
import { tellUndated, undatedText } from './undated.js'

interface SummaryOptions extends OutputOptions, Omit<ReadCommandOptions, keyof OutputOptions> {
  readonly db: string
  readonly failOn?: readonly string[]
  readonly day?: string
}

/**
 * `logstat summary --db FILE [PATH…]`: read what was appended since the last run, report the last complete day beside
 * the one before.
 *
 * @returns 1 when a threshold was exceeded, 2 when a log could not be read or the day cannot be judged
 */
export async function summary(paths: readonly string[], options: SummaryOptions): Promise<number> {
  const kind = kindOf(options)
  const thresholds = (options.failOn ?? []).map(compileThreshold)
  const select = options.status === undefined ? {} : { select: compileSelection(options.status) }
  const store = openStore(options.db, { create: paths.length > 0 })
  const zone = options.tz ?? systemZone()
  const day = options.day === undefined ? dayOf(Date.now() / 1000, zone).number - 1 : dayNumber(options.day)
  const { failed, results } = paths.length ? await readPaths(paths, store, options) : { failed: false, results: [] }
  const undated = undatedOf(results, store, startOfDay(day + 1, zone))
  const { language, top, server } = { language: options.lang, ...options }
  const made = makeSummary(store, { day, zone, thresholds, undated, report: { language, top, server, ...select } })
  store.close()
  await show(printed(made, kind, options), kind, options)
  if (!options.quiet || made.summary.unjudged.includes('without-time')) tellUndated(results)
  tellState(made.summary)
  return failed || made.summary.unjudged.length > 0 ? 2 : made.summary.state === 'alert' ? 1 : 0
}

/**
 * Entries without a readable time among those that are new. When this run has read nothing new: among those of the logs
 * that were read
 * since the day ended.
 */
function undatedOf(results: readonly InputResult[], store: Store, endOfDay: number): Undated {
  const fresh = results.filter(({ lines }) => lines > 0)
  return addUndated(fresh.length > 0 ? fresh : store.sources().filter(({ readAt }) => readAt >= endOfDay))
}

function printed(made: { report: Report; summary: Summary }, kind: string, options: OutputOptions): Iterable<string> {
  if (kind === 'json') return [toJson({ ...made.report, summary: summaryJson(made.summary) })]
  const render = RENDERERS[kind]
  if (!render) throw new LogstatError('output', `no report of the kind "${kind}" can be made`)
  const how = renderOptions(options)
  return [renderSummary(made.summary, made.report.language, how), ...render(made.report, how)]
}

/** Why a summary is not ok, on standard error: cron mails it. */
function tellState({ day, thresholds, unjudged, undated }: Summary): void {
  for (const threshold of thresholds.filter(({ exceeded }) => exceeded)) {
    const { text } = threshold
    tell({
      en: `threshold exceeded: ${text}: ${thresholdValue(threshold)} on ${day}`,
      zh: `超过阈值：${text}，${day} 实际为 ${thresholdValue(threshold, 'zh')}`,
    })
  }
  const { en, zh } = undatedText(undated)
  const reasons = {
    'no-data': { en: 'it has no requests', zh: '当天没有任何请求' },
    'without-time': { en: `${en} and belong to no day`, zh: `${zh}，不属于任何一天` },
  }
  for (const reason of unjudged)
    tell({ en: `${day} cannot be judged: ${reasons[reason].en}`, zh: `无法判断 ${day}：${reasons[reason].zh}` })
}

function dayNumber(date: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(ms))
    throw new LogstatError(
      'day',
      { en: `"${date}" is not a day`, zh: `“${date}”不是日期` },
      { en: 'Write it as YYYY-MM-DD, for example 2026-11-22.', zh: '请写成 YYYY-MM-DD，例如 2026-11-22。' },
    )
  return ms / 86_400_000
}
