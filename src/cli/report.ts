import { LANGUAGES } from '../catalogue/note.js'
import { LogstatError } from '../errors.js'
import type { InputResult } from '../pipeline.js'
import { renderIis } from '../render/iis.js'
import { RENDERERS } from '../render/render.js'
import { type ReportOptions as MadeOptions, makeReport } from '../report/report.js'
import { compileSelection } from '../report/select.js'
import { openStore, type Store } from '../store/store.js'
import { said } from './messages.js'
import { kindOf, type OutputOptions, renderOptions, settingsToName, show } from './output.js'
import { FILTERS, type ReadCommandOptions, readPaths } from './read.js'
import { tellUndated } from './undated.js'

type ReportOptions = OutputOptions & ReadCommandOptions

/** `logstat [PATH…]`: read, report, keep nothing. */
export async function report(paths: readonly string[], options: ReportOptions): Promise<number> {
  return readAndPrint(paths, options, false)
}

/** `logstat report --db FILE` */
export async function reportDatabase(options: OutputOptions & { readonly db: string }): Promise<number> {
  return printDatabase(options.db, options, false)
}

/** `logstat iis PATH…|--db FILE` */
export async function iis(
  paths: readonly string[],
  options: ReportOptions & { readonly db?: string },
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
  const filter = FILTERS.find((name) => options[name] !== undefined)
  if (options.db !== undefined && filter)
    throw new LogstatError(
      'filter',
      { en: `--${filter} works on logs, not on a database`, zh: `--${filter} 只适用于日志，不适用于数据库` },
      {
        en: 'Give the log files; a database holds counts, not entries.',
        zh: '请给出日志文件；数据库中只有计数，没有逐条记录。',
      },
    )
  return options.db === undefined ? readAndPrint(paths, options, true) : printDatabase(options.db, options, true)
}

async function readAndPrint(paths: readonly string[], options: ReportOptions, asIis: boolean): Promise<number> {
  const kind = kindOf(options)
  const store = openStore(null)
  const { failed, filter, results } = await readPaths(paths, store, options)
  const leftOut = results.map((result) => result.leftOut)
  await print(store, kind, options, asIis, { filter, leftOut })
  return failed || hidesEntries(results, options) ? 2 : 0
}

async function printDatabase(file: string, options: OutputOptions, asIis: boolean): Promise<number> {
  const kind = kindOf(options)
  const store = openStore(file, { readOnly: true })
  await print(store, kind, options, asIis)
  return 0
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

async function print(
  store: Store,
  kind: string,
  options: OutputOptions,
  asIis: boolean,
  read: Pick<MadeOptions, 'filter' | 'leftOut'> = {},
): Promise<void> {
  const render = asIis && kind === 'text' ? renderIis : RENDERERS[kind]
  if (!render)
    throw new LogstatError('output', {
      en: `no report of the kind "${kind}" can be made`,
      zh: `无法生成“${kind}”类型的报告`,
    })
  const asked = {
    language: options.lang,
    top: options.top,
    server: options.server,
    ...read,
    ...(options.status === undefined ? {} : { select: compileSelection(options.status) }),
  }
  const made = makeReport(store, asked)
  const other = LANGUAGES.find((language) => language !== options.lang)
  const inOtherLanguage = kind === 'html' && other ? makeReport(store, { ...asked, language: other }) : undefined
  // Whoever waits for a pager must not hold a database for so long.
  store.close()
  const settings = settingsToName(options)
  const named = settings === undefined ? {} : { settings }
  const pieces = render({ ...made, ...named }, { ...renderOptions(options), inOtherLanguage })
  await show(withSettings(pieces, kind, settings), kind, options)
}

/** A report in text names the configuration at its end; the others hold it. */
function* withSettings(pieces: Iterable<string>, kind: string, settings: string | undefined): Generator<string> {
  yield* pieces
  if (kind === 'text' && settings !== undefined)
    yield `\n${said({ en: `Settings: ${settings} in this directory`, zh: `设置：此目录中的 ${settings}` })}\n`
}
