import { LANGUAGES, type Language } from '../catalogue/note.js'
import { LogstatError } from '../errors.js'
import type { InputResult } from '../pipeline.js'
import { renderIis } from '../render/iis.js'
import { RENDERERS } from '../render/render.js'
import { compare } from '../report/compare.js'
import { type ReportOptions as MadeOptions, makeReport, type Report } from '../report/report.js'
import type { Grouping } from '../report/sections.js'
import { compileSelection } from '../report/select.js'
import type { Fleet } from '../report/shape.js'
import type { Settled } from '../store/range.js'
import { openStore, type Store } from '../store/store.js'
import type { Threshold } from '../threshold/evaluate.js'
import { localTime, parseMoment, systemZone } from '../time-zone.js'
import { isCentre } from './centre-url.js'
import { type ChoiceOptions, choose } from './choose.js'
import { otherDatabase, type Pair, pairOf } from './compare.js'
import { type FailOnOptions, judgeAll, statusOf, tellJudged, thresholdsOf } from './fail-on.js'
import { said } from './messages.js'
import { kindOf, type OutputOptions, renderOptions, settingsToName, show } from './output.js'
import { type ReadCommandOptions, readPaths } from './read.js'
import { tellUndated } from './undated.js'

type ReportOptions = OutputOptions & ReadCommandOptions & FailOnOptions & { readonly compare?: string }
type DatabaseOptions = OutputOptions &
  ChoiceOptions &
  FailOnOptions & { readonly by?: Grouping; readonly compare?: string }

/** `logstat [PATH…]`: read, report, keep nothing. */
export async function report(paths: readonly string[], options: ReportOptions): Promise<number> {
  return readAndPrint(paths, options, false)
}

/** `logstat report --db FILE` */
export async function reportDatabase(options: DatabaseOptions & { readonly db: string }): Promise<number> {
  return printDatabase(options.db, options, false)
}

/** `logstat iis PATH…|--db FILE` */
export async function iis(
  paths: readonly string[],
  { source, ...options }: DatabaseOptions & { readonly db?: string },
): Promise<number> {
  if (paths.length === 0 && options.db === undefined)
    throw new LogstatError(
      'no-input',
      { en: 'logstat iis needs logs or a database', zh: 'logstat iis 需要日志或数据库' },
      { en: 'Give log files, or --db FILE.', zh: '请给出日志文件，或 --db FILE。' },
    )
  if (paths.length > 0 && options.db !== undefined)
    throw new LogstatError(
      'two-inputs',
      { en: 'logstat iis takes logs or a database, not both', zh: 'logstat iis 只能读取日志或数据库之一' },
      { en: 'Add the logs first: logstat ingest PATH… --db FILE', zh: '请先加入日志：logstat ingest PATH… --db FILE' },
    )
  if (options.db !== undefined) return printDatabase(options.db, { ...options, ...given({ source }) }, true)
  if (source !== undefined)
    throw new LogstatError(
      'filter',
      { en: '--source works on a database, not on logs', zh: '--source 只适用于数据库，不适用于日志' },
      {
        en: 'Add the logs to one: logstat ingest PATH… --db FILE',
        zh: '请先将日志加入数据库：logstat ingest PATH… --db FILE',
      },
    )
  return readAndPrint(paths, options, true)
}

/** Options without those that are not given. */
const given = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never

/** Values of each list in a table, when nobody asks for a number. */
const TABLE_TOP = 100

function withTable<T extends OutputOptions>(options: T, kind: string, asIis: boolean): T {
  if (kind !== 'csv' && kind !== 'tsv') return options
  return { ...options, top: options.top ?? TABLE_TOP, table: options.table ?? (asIis ? 'win32' : 'codes') }
}

async function readAndPrint(paths: readonly string[], given: ReportOptions, asIis: boolean): Promise<number> {
  const kind = kindOf(given)
  const options = withTable(given, kind, asIis)
  const { compare } = options
  const thresholds = thresholdsOf(options)
  const other = compare === undefined ? undefined : otherDatabase(compare)
  const store = openStore(null)
  const { failed, filter, results } = await readPaths(paths, store, options)
  const leftOut = results.map((result) => result.leftOut)
  const status = await print(store, kind, options, asIis, { filter, leftOut, thresholds, by: options.by }, other)
  return failed || hidesEntries(results, options) ? 2 : status
}

async function printDatabase(file: string, asked: DatabaseOptions, asIis: boolean): Promise<number> {
  const kind = kindOf(asked)
  const options = withTable(asked, kind, asIis)
  const thresholds = thresholdsOf(options)
  const { by, compare, tz } = options
  const partOf = (store: Store): { chosen: Settled; pair: Pair | undefined } => {
    const chosen = choose(store, options, asIis ? 'iis' : '')
    return { chosen, pair: compare === undefined ? undefined : pairOf(store, chosen, { compare, ...given({ tz }) }) }
  }
  const { store, fleet } = isCentre(file) ? await fromCentre(file, options, partOf) : openFile(file)
  const { chosen, pair } = partOf(store)
  return print(store, kind, options, asIis, { ...(pair?.now ?? chosen), by, thresholds }, pair, fleet)
}

const openFile = (file: string): { store: Store; fleet?: Fleet } => ({ store: openStore(file, { readOnly: true }) })

async function fromCentre(
  url: string,
  { since, until, source, host, by, compare, status, top, tz }: DatabaseOptions,
  partOf: (store: Store) => { readonly chosen: Settled; readonly pair: Pair | undefined },
): Promise<{ store: Store; fleet: Fleet }> {
  const moment = (text: string | undefined): number | undefined =>
    text === undefined || compare !== undefined ? undefined : parseMoment(text, tz ?? systemZone())
  const isApart = source !== undefined || host !== undefined || by !== undefined
  const { pulled } = await import('./centre.js')
  return pulled(url, {
    since: moment(since),
    until: moment(until),
    isApart,
    top,
    ...(status === undefined ? {} : { select: compileSelection(status) }),
    ...(isApart
      ? {}
      : {
          stretches: (store: Store) => {
            const { chosen, pair } = partOf(store)
            pair?.other?.close()
            if (!pair) return [chosen.periods]
            return pair.other ? [pair.now.periods] : [pair.now.periods, pair.before.periods]
          },
        }),
  })
}

/**
 * Tell of entries without a time. @returns whether a stretch of time is asked for and so many entries have none that
 * the report of it may be wrong
 */
function hidesEntries(results: readonly InputResult[], { since, until, quiet }: ReportOptions): boolean {
  const needsTimes = since !== undefined || until !== undefined
  if (needsTimes)
    return tellUndated(results, {
      en: '--since and --until leave such entries out.',
      zh: '--since 和 --until 会排除这些记录。',
    })
  if (!quiet) tellUndated(results)
  return false
}

/** @returns the exit status that thresholds make */
async function print(
  store: Store,
  kind: string,
  options: OutputOptions & FailOnOptions,
  asIis: boolean,
  { thresholds, ...part }: Partial<MadeOptions> & { readonly thresholds: readonly Threshold[] },
  beside?: Omit<Pair, 'now'>,
  fleet?: Fleet,
): Promise<number> {
  const render = asIis && kind === 'text' ? renderIis : RENDERERS[kind]
  if (!render)
    throw new LogstatError('output', {
      en: `no report of the kind "${kind}" can be made`,
      zh: `无法生成“${kind}”类型的报告`,
    })
  const asked: Pick<MadeOptions, 'top' | 'server' | 'select' | 'clock'> = {
    top: options.top,
    server: options.server,
    clock: (seconds: number) => localTime(seconds, options.tz ?? systemZone()).slice(0, 16),
    ...(options.status === undefined ? {} : { select: compileSelection(options.status) }),
  }
  const make = (language: Language): Report => {
    const report = makeReport(store, { ...asked, ...part, language })
    if (!beside) return report
    const [other, range] = [beside.other ?? store, beside.before]
    const before = { store: other, range, report: makeReport(other, { ...asked, ...range, language }) }
    const { select } = asked
    const comparison = compare({ store, range: part, report }, before, { database: beside.other?.file ?? null, select })
    return { ...report, comparison }
  }
  const made = make(options.lang)
  const other = LANGUAGES.find((language) => language !== options.lang)
  const judged = judgeAll(store, made, { ...asked, ...part }, thresholds, options)
  const inOtherLanguage = kind === 'html' && other ? make(other) : undefined
  // Whoever waits for a pager must not hold a database for so long.
  store.close()
  beside?.other?.close()
  const settings = settingsToName(options)
  const named = given({ settings, fleet })
  const pieces = render({ ...made, ...named }, { ...renderOptions(options), inOtherLanguage })
  const head = kind === 'text' && fleet ? await headOf(fleet, options) : ''
  await show(withSettings(pieces, kind, settings, head), kind, options)
  tellJudged(judged)
  return statusOf(judged)
}

async function headOf(fleet: Fleet, { tz }: OutputOptions): Promise<string> {
  const { fleetLine } = await import('./centre.js')
  return `${fleetLine(fleet, tz ?? systemZone())}\n\n`
}

/** A report in text names the configuration at its end; the others hold it. */
function* withSettings(
  pieces: Iterable<string>,
  kind: string,
  settings: string | undefined,
  head: string,
): Generator<string> {
  yield head
  yield* pieces
  if (kind === 'text' && settings !== undefined)
    yield `\n${said({ en: `Settings: ${settings} in this directory`, zh: `设置：此目录中的 ${settings}` })}\n`
}
