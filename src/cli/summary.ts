import type { Command } from 'commander'
import { LogstatError, type Words } from '../errors.js'
import type { InputResult } from '../pipeline.js'
import { toJson } from '../render/json.js'
import { RENDERERS } from '../render/render.js'
import { renderSummary, summaryJson } from '../render/summary.js'
import type { ReportOptions } from '../report/report.js'
import type { Grouping } from '../report/sections.js'
import { compileSelection } from '../report/select.js'
import { openStore, type Store } from '../store/store.js'
import { NOTHING_READ, type Reading } from '../summary/coverage.js'
import { takeLock } from '../summary/lock.js'
import { type Memory, NO_MEMORY, recall, remember } from '../summary/memory.js'
import {
  type Against,
  daysOf,
  lastPeriod,
  type Period,
  type PeriodKind,
  periodBeside,
  periodNamed,
  stretchOf,
} from '../summary/period.js'
import { type Owed, owedNow, readFor } from '../summary/run.js'
import { makeSummary, type Told } from '../summary/summary.js'
import type { Threshold } from '../threshold/evaluate.js'
import { compileThreshold } from '../threshold/grammar.js'
import { parseMoment, systemZone } from '../time-zone.js'
import { isCentre } from './centre-url.js'
import { choose } from './choose.js'
import { type JobRun, withJob } from './job.js'
import { tell } from './messages.js'
import { kindOf, type OutputOptions, renderOptions, show } from './output.js'
import { type AlsoPush, alsoPush } from './push.js'
import { type ReadCommandOptions, readOptions, readPaths } from './read.js'
import { tellUndated } from './undated.js'

interface SummaryOptions extends OutputOptions, Omit<ReadCommandOptions, keyof OutputOptions | 'source'>, AlsoPush {
  readonly source?: readonly string[]
  readonly by?: Grouping
  readonly db: string
  readonly failOn?: readonly string[]
  readonly minRequests?: number
  readonly period: PeriodKind
  readonly against: Against
  readonly day?: string
  readonly quietIfOk?: boolean
}

/** The threshold of a period when nobody names one. */
const USUAL_THRESHOLD = 'severity >= act'

/**
 * `logstat summary --db FILE [PATH…]`: read what was appended since the last run, and report the last period that is
 * over beside the one before, and all that no run has told.
 *
 * @returns 1 when a threshold was exceeded, 2 when a log could not be read or a period cannot be judged
 */
export async function summary(operands: readonly string[], command: Command): Promise<number> {
  const { paths, job } = withJob(operands, command)
  const asked = command.opts<SummaryOptions>()
  // The command line that further commands are made of lacks the paths and the database of a job.
  const origin = job && asked.origin ? { ...asked.origin, paths, db: asked.db } : asked.origin
  const options: SummaryOptions = { ...asked, ...(origin ? { origin } : {}) }
  const kind = kindOf(options)
  const thresholds = (options.failOn ?? [USUAL_THRESHOLD]).map(compileThreshold)
  // A run for a certain day looks something up and remembers nothing; any other run tells, and needs the lock.
  const release = isLookUp(options) ? undefined : lockOf(options.db, paths.length > 0 || job !== undefined)
  try {
    const store = isCentre(options.db)
      ? await storeOfCentre(paths, options)
      : openStore(options.db, { create: paths.length > 0 })
    const key = job?.key ?? options.period
    const telling = await tellOf(store, paths, thresholds, { ...options, key, remembers: release !== undefined })
    const { told, results } = telling
    const isPushed = await alsoPush(store, options)
    store.close()
    const status = Math.max(...told.map(statusOf), isPushed ? 0 : 2)
    if (status > 0 || !options.quietIfOk) await show(printed(told, kind, options), kind, options)
    const isBlind = told.some((each) => each.summary.unjudged.includes('without-time'))
    if (isBlind || isWatched(options)) tellUndated(results)
    for (const each of told) tellState(each)
    const hasArrived = await keepAndDeliver(telling, options, release === undefined ? undefined : { key, job })
    return hasArrived ? status : 2
  } finally {
    release?.()
  }
}

/** @param run undefined: nothing is remembered @returns whether all has arrived that was to be delivered */
async function keepAndDeliver(
  { told, period, before, after, now }: Telling,
  options: SummaryOptions,
  run: { readonly key: string; readonly job: JobRun | undefined } | undefined,
): Promise<boolean> {
  if (!run) return true
  const keep = (memory: Memory): void => remember(options.db, run.key, memory)
  if (run.job && run.job.targets.length > 0) {
    const { deliver } = await import('./deliver.js')
    const zone = options.tz ?? systemZone()
    return deliver(told, after, { job: run.job, period, zone, language: options.lang, now, keep })
  }
  if (after !== before) keep(after)
  return true
}

/** Whether a run only looks something up: of a centre, of a time, or of a part of the logs. */
const isLookUp = (options: SummaryOptions): boolean =>
  isCentre(options.db) ||
  (['day', 'since', 'until', 'source', 'host'] as const).some((name) => options[name] !== undefined)

/** Notes are for people who look on: cron would mail them. */
const isWatched = ({ quiet, quietIfOk }: SummaryOptions): boolean =>
  !quiet && !quietIfOk && process.stderr.isTTY === true

/** The exit status of a period: 0 ok, 1 exceeded, 2 not judged. */
const statusOf = ({ summary }: Told): number => (summary.unjudged.length > 0 ? 2 : summary.state === 'alert' ? 1 : 0)

/** @returns a function that gives the lock back; undefined where a database that is only asked cannot be locked */
function lockOf(database: string, reads: boolean): (() => void) | undefined {
  try {
    return takeLock(database)
  } catch (error) {
    if (!reads && error instanceof LogstatError && error.code === 'no-lock') return undefined
    throw error
  }
}

/** Days before a period that it is held against. */
const DAYS_BEFORE = 35

/** Counts of a centre that a summary needs, in a temporary store. */
async function storeOfCentre(paths: readonly string[], options: SummaryOptions): Promise<Store> {
  if (paths.length > 0)
    throw new LogstatError(
      'centre',
      { en: 'logs cannot be added to a centre', zh: '不能将日志直接加入中心库' },
      {
        en: 'Add them to the database of this server, and push it: logstat push --db FILE --to URL',
        zh: '请加入本服务器的数据库并推送：logstat push --db FILE --to URL',
      },
    )
  const { db, by, top, period: kind, against } = options
  const zone = options.tz ?? systemZone()
  const period = namedPeriod(options, zone) ?? lastPeriod(kind, Date.now() / 1000, zone)
  const stretches = [period, periodBeside(period, against, zone)].map((each) => daysOf(each, zone))
  const { fleetLine, pulled } = await import('./centre.js')
  const { store, fleet } = await pulled(db, {
    since: period.since - DAYS_BEFORE * 86_400,
    until: period.until,
    top,
    ...(by === undefined ? { stretches: () => stretches } : { isApart: true }),
  })
  if (isWatched(options)) process.stderr.write(`logstat: ${fleetLine(fleet, zone)}\n`)
  return store
}

interface TellOptions extends SummaryOptions {
  /** Whether the periods that are told are remembered, under `key`. */
  readonly remembers: boolean
  readonly key: string
}

interface Telling {
  readonly told: readonly Told[]
  readonly results: readonly InputResult[]
  /** The last of the periods that are told. */
  readonly period: Period
  /** The memory of earlier runs, and the one that takes its place when all is told. */
  readonly before: Memory
  readonly after: Memory
  readonly now: number
}

async function tellOf(
  store: Store,
  paths: readonly string[],
  thresholds: readonly Threshold[],
  options: TellOptions,
): Promise<Telling> {
  const { db, key, period: kind, against, remembers, top, server, by, lang: language } = options
  const zone = options.tz ?? systemZone()
  const asks = namedPeriod(options, zone)
  const memory = isCentre(db) || !(remembers || isLookUp(options)) ? NO_MEMORY : recall(db, key)
  const { results, unread } = await readLogs(paths, store, options)
  const now = Date.now() / 1000
  const { owed, after } = remembers
    ? owedNow(store, memory, { kind, zone, now })
    : asked(store, memory, results, asks ?? lastPeriod(kind, now, zone))
  const { sources } = choose(store, options)
  const report: Omit<ReportOptions, 'since' | 'until' | 'periods'> = {
    language,
    top,
    server,
    by,
    ...(options.status === undefined ? {} : { select: compileSelection(options.status) }),
  }
  const told = owed.map(({ period, read, isLate }) =>
    makeSummary(store, {
      period,
      against: periodBeside(period, against, zone),
      sources,
      zone,
      now,
      thresholds,
      leastRequests: options.minRequests,
      isLate,
      read,
      unread: isLate ? [] : unread,
      report,
    }),
  )
  const { period } = owed.at(-1) as Owed
  return { told, results, period, before: memory, after, now }
}

/** The period that is asked for. @throws LogstatError when it is none */
function namedPeriod({ since, until, day, period: kind }: SummaryOptions, zone: string): Period | undefined {
  if (since === undefined && until === undefined) return day === undefined ? undefined : periodNamed(kind, day, zone)
  const now = Date.now() / 1000
  const from = since === undefined ? Number.NaN : parseMoment(since, zone, now)
  const to = until === undefined ? now : parseMoment(until, zone, now)
  if (from < to && day === undefined) return stretchOf(from, to, zone)
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

function asked(
  store: Store,
  memory: Memory,
  results: readonly InputResult[],
  period: Period,
): { owed: Owed[]; after: Memory } {
  const read = readFor(memory, period) ?? readSince(results, store, period.until)
  return { owed: [{ period, read, isLate: false }], after: memory }
}

/** Counts of this run; if it read nothing new, those of the logs that were read since the period ended. */
function readSince(results: readonly InputResult[], store: Store, until: number): Reading {
  const fresh = results.filter(({ lines }) => lines > 0)
  const logs = fresh.length > 0 ? fresh : store.sources().filter(({ readAt }) => readAt >= until)
  const sum = (key: 'lines' | 'entries' | 'rejected' | 'withoutTime'): number =>
    logs.reduce((n, log) => n + log[key], 0)
  const keys = ['lines', 'entries', 'rejected', 'withoutTime'] as const
  return { ...NOTHING_READ, ...Object.fromEntries(keys.map((key) => [key, sum(key)])) }
}

/** Read logs. Unreadable ones are told, and the rest is summed up all the same. */
async function readLogs(
  paths: readonly string[],
  store: Store,
  options: SummaryOptions,
): Promise<{ results: readonly InputResult[]; unread: readonly Words[] }> {
  if (paths.length === 0) return { results: [], unread: [] }
  // Standard input is named `-` here: --source chooses among logs, as --since and --until choose a period.
  const { source: _, since: __, until: ___, host: ____, ...reading } = options
  // A mistake in an option is none of a log.
  readOptions(store, reading)
  try {
    const { results, failed } = await readPaths(paths, store, { ...reading, quiet: !isWatched(options) })
    const errors = results.filter(({ error }) => error !== undefined)
    const named = errors.filter(({ optional }) => !optional)
    const shown = failed ? (named.length > 0 ? named : errors) : []
    return { results, unread: shown.flatMap(({ error }) => (error ? [wordsOf(error)] : [])) }
  } catch (error) {
    if (!(error instanceof LogstatError)) throw error
    tell(error.words, error.remedy)
    return { results: [], unread: [wordsOf(error)] }
  }
}

const wordsOf = ({ words }: LogstatError): Words => (typeof words === 'string' ? { en: words, zh: words } : words)

function* printed(told: readonly Told[], kind: string, options: OutputOptions): Generator<string> {
  const how = renderOptions(options)
  const last = told.at(-1) as Told
  if (kind === 'json') {
    const [first, ...more] = told.map((each) => ({ ...each.report, summary: summaryJson(each) }))
    yield toJson(more.length === 0 ? first : { schema: first?.schema, periods: [first, ...more] })
    return
  }
  if (kind === 'text') {
    yield told.map((each) => renderSummary(each, how)).join('\n')
    return
  }
  const render = RENDERERS[kind]
  if (!render) throw new LogstatError('output', `no report of the kind "${kind}" can be made`)
  if (kind === 'md')
    yield `\`\`\`text\n${told.map((each) => renderSummary(each, how).trimEnd()).join('\n\n')}\n\`\`\`\n\n`
  yield* render(last.report, how)
}

/** Why a summary is not ok, on standard error: cron mails it. */
function tellState({ summary: { day, thresholds, notes, unjudged } }: Told): void {
  for (const { text, value, exceeded } of thresholds)
    if (exceeded)
      tell({
        en: `threshold exceeded: ${text}: ${value.en} on ${day}`,
        zh: `超过阈值：${text}，${day} 实际为 ${value.zh}`,
      })
  for (const { id, words, isGrave } of notes)
    if (isGrave && id !== 'unread' && unjudged.some((reason) => reason === id))
      tell({ en: `${day} cannot be judged: ${words.en}`, zh: `无法判断 ${day}：${words.zh}` })
}
