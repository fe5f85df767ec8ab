import { LogstatError } from '../errors.js'
import type { InputResult } from '../pipeline.js'
import { toJson } from '../render/json.js'
import { RENDERERS } from '../render/render.js'
import { renderSummary, summaryJson, thresholdValue } from '../render/summary.js'
import type { Report } from '../report/report.js'
import type { Grouping } from '../report/sections.js'
import { compileSelection } from '../report/select.js'
import { makeSummary, type Summary } from '../report/summary.js'
import { compileThreshold } from '../report/thresholds.js'
import { addUndated, type Undated } from '../report/undated.js'
import { openStore, type Store } from '../store/store.js'
import { dayOf, localTime, parseMoment, startOfDay, systemZone } from '../time-zone.js'
import { isCentre } from './centre-url.js'
import { choose } from './choose.js'
import { tell } from './messages.js'
import { kindOf, type OutputOptions, renderOptions, show } from './output.js'
import { type ReadCommandOptions, readPaths } from './read.js'
import { tellUndated, undatedText } from './undated.js'

interface SummaryOptions extends OutputOptions, Omit<ReadCommandOptions, keyof OutputOptions | 'source'> {
  readonly source?: readonly string[]
  readonly by?: Grouping
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
  const zone = options.tz ?? systemZone()
  const stretch = stretchOf(options, zone)
  const day = stretch ? dayOf(stretch.since, zone).number : dayOfSummary(options.day, zone)
  const isOfCentre = isCentre(options.db)
  if (isOfCentre && paths.length > 0) throw readsNoLogs()
  const store = isOfCentre
    ? await storeOfCentre(options, day, startOfDay(day + 1, zone))
    : openStore(options.db, { create: paths.length > 0 })
  // Standard input is named `-` here: --source chooses among logs.
  const { source: _, since: __, until: ___, ...reading } = options
  const { failed, results } = paths.length ? await readPaths(paths, store, reading) : { failed: false, results: [] }
  const undated = undatedOf(results, store, stretch?.until ?? startOfDay(day + 1, zone))
  const { sources } = choose(store, options)
  const { language, top, server } = { language: options.lang, ...options }
  const made = makeSummary(store, {
    day,
    stretch,
    sources,
    zone,
    thresholds,
    undated,
    report: { language, top, server, by: options.by, ...select },
  })
  store.close()
  await show(printed(made, kind, options), kind, options)
  if (!options.quiet || made.summary.unjudged.includes('without-time')) tellUndated(results)
  tellState(made.summary)
  return failed || made.summary.unjudged.length > 0 ? 2 : made.summary.state === 'alert' ? 1 : 0
}

const readsNoLogs = (): LogstatError =>
  new LogstatError(
    'centre',
    { en: 'logs cannot be added to a centre', zh: '不能将日志直接加入中心库' },
    {
      en: 'Add them to the database of this server, and push it: logstat push --db FILE --to URL',
      zh: '请加入本服务器的数据库并推送：logstat push --db FILE --to URL',
    },
  )

/** Days before it that a day is set beside. */
const DAYS_BEFORE = 35

async function storeOfCentre({ db, by, top, quiet, tz }: SummaryOptions, day: number, until: number): Promise<Store> {
  const { fleetLine, pulled } = await import('./centre.js')
  const stretches = (): number[][] => [[day], [day - 1]]
  const since = until - DAYS_BEFORE * 86400
  const { store, fleet } = await pulled(db, {
    since,
    until,
    top,
    ...(by === undefined ? { stretches } : { isApart: true }),
  })
  if (!quiet) process.stderr.write(`logstat: ${fleetLine(fleet, tz ?? systemZone())}\n`)
  return store
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
  const { since, until } = made.report.range ?? {}
  const local = (time: string): string => localTime(Date.parse(time) / 1000, how.timeZone)
  const stretch = made.summary.period === 'stretch' && since && until ? `${local(since)} – ${local(until)}` : undefined
  return [renderSummary(made.summary, made.report.language, how, stretch), ...render(made.report, how)]
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

/** The stretch that is asked for in place of a day. @throws LogstatError when it has no beginning, or no length */
function stretchOf(
  { since, until, day }: SummaryOptions,
  zone: string,
): { readonly since: number; readonly until: number } | undefined {
  if (since === undefined && until === undefined) return undefined
  const now = Date.now() / 1000
  const from = since === undefined ? Number.NaN : parseMoment(since, zone, now)
  const to = until === undefined ? now : parseMoment(until, zone, now)
  if (from < to && day === undefined) return { since: from, until: to }
  throw new LogstatError(
    'day',
    day !== undefined
      ? { en: '--day and --since or --until exclude each other', zh: '--day 不能与 --since 或 --until 同时使用' }
      : { en: 'the period of a summary needs --since, before --until', zh: '汇总的时段需要 --since，且早于 --until' },
    {
      en: 'For example: --since yesterday --until today, or --since 2h.',
      zh: '例如：--since yesterday --until today，或 --since 2h。',
    },
  )
}

const dayOfSummary = (day: string | undefined, zone: string): number =>
  day === undefined ? dayOf(Date.now() / 1000, zone).number - 1 : dayNumber(day)

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
