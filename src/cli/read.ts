import { availableParallelism } from 'node:os'
import { LogstatError, within, wordsIn } from '../errors.js'
import { checkAsked } from '../format/asked.js'
import type { Server } from '../format/format.js'
import { patternText } from '../format/pattern.js'
import { fieldsText } from '../format/w3c.js'
import { findInputs } from '../input/find.js'
import type { Filter } from '../kernel/filter.js'
import { type InputResult, type ReadOptions, readInputs } from '../pipeline.js'
import type { Grouping } from '../report/sections.js'
import { rollUp } from '../store/roll-up.js'
import type { Store } from '../store/store.js'
import { checkZone, parseMoment, systemZone } from '../time-zone.js'
import { type Config, NO_CONFIG } from './config-file.js'
import { tell } from './messages.js'
import { progress } from './progress.js'
import { filesOf, protect } from './protect.js'

/** Options that say how lines are to be read; one of them at most. */
export interface FormatOptions {
  readonly logFormat?: string
  readonly pattern?: string
  readonly fields?: string
  /** The configuration in force. */
  readonly settings?: Config
}

/** Options of every command that reads logs. */
export interface ReadCommandOptions extends FormatOptions {
  readonly logTz?: string
  readonly server?: Server
  readonly quiet?: boolean
  readonly force?: boolean
  readonly jobs?: number
  readonly tz?: string
  /** Values of each list that the report will show. */
  readonly top?: number
  readonly by?: Grouping
  /** File that the report is written to. */
  readonly output?: string
  /** The name of standard input in a database. */
  readonly source?: string
  readonly since?: string
  readonly until?: string
  readonly path?: readonly string[]
  readonly client?: readonly string[]
  readonly method?: readonly string[]
  readonly host?: readonly string[]
}

function filterOf({ since, until, path, client, method, host }: ReadCommandOptions, zone: string): Filter {
  return {
    ...(since === undefined ? {} : { since: parseMoment(since, zone) }),
    ...(until === undefined ? {} : { until: parseMoment(until, zone) }),
    ...(path ? { path } : {}),
    ...(client ? { client } : {}),
    ...(method ? { method } : {}),
    ...(host ? { host } : {}),
  }
}

/** The format that is asked for. @throws LogstatError when there is none such, or more than one */
export function formatOf({
  logFormat,
  pattern,
  fields,
  settings = NO_CONFIG,
}: FormatOptions): Pick<ReadOptions, 'format' | 'formats'> {
  const { formats } = settings
  const given = [
    ['--log-format', logFormat],
    ['--pattern', pattern === undefined ? undefined : patternText(pattern)],
    ['--fields', fields === undefined ? undefined : fieldsText(fields)],
  ].filter((option): option is [string, string] => option[1] !== undefined)
  const [first, second] = given
  if (!first) return { formats }
  if (second)
    throw new LogstatError(
      'two-formats',
      {
        en: `${first[0]} and ${second[0]} both say how lines are to be read`,
        zh: `${first[0]} 和 ${second[0]} 都规定了如何读取各行`,
      },
      { en: 'Leave one of them out.', zh: '请去掉其中一个。' },
    )
  checkAsked(first[1], formats)
  return { format: first[1], formats }
}

export interface ReadOutcome {
  readonly results: readonly InputResult[]
  /** Whether something that was named could not be read (whole): exit status 2. */
  readonly failed: boolean
  /** The conditions by which entries were left out. */
  readonly filter: Filter
}

/**
 * Read logs into a store, with progress and warnings on standard error.
 *
 * Files found in a directory that are no access logs are passed over with a note; when nothing at all could be read,
 * the first reason is thrown.
 */
export async function readPaths(
  paths: readonly string[],
  store: Store,
  options: ReadCommandOptions,
): Promise<ReadOutcome> {
  const read = readOptions(store, options)
  const inputs = findInputs(paths).map((input) =>
    input.path === null && options.source !== undefined ? { ...input, name: options.source } : input,
  )
  protect(options.output, [
    ...inputs.filter(({ optional }) => !optional).map(({ path }) => path),
    options.logFormat,
    ...(store.file === null ? [] : filesOf(store.file)),
  ])
  const shown = progress(inputs, options.quiet !== true)
  const onDoubt = options.quiet === true ? () => {} : tell
  const results = await readInputs(inputs, store, { ...read, onProgress: shown.update, onDoubt })
  shown.end()
  if (store.file !== null) rollUp(store)

  protect(
    options.output,
    inputs
      .filter(({ name }) => results.some((r) => r.entries > 0 && (r.name === name || r.name.startsWith(`${name}!`))))
      .map(({ path }) => path),
  )
  const errors = results.flatMap((r) => (r.error ? [{ ...r, error: r.error }] : []))
  if (errors.length === results.length && errors.every((e) => e.entries === 0)) {
    const [first] = errors
    if (errors.length > 1 || first?.optional) throw noLogs(paths, errors.length, first && named(first))
    if (first) throw named(first)
  }
  return { results, failed: tellErrors(errors, options.quiet === true), filter: read.filter ?? {} }
}

function noLogs(paths: readonly string[], looked: number, first: LogstatError | undefined): LogstatError {
  const [en, zh] = first ? [wordsIn(first.words, 'en'), wordsIn(first.words, 'zh')] : ['', '']
  return new LogstatError(
    'no-logs',
    {
      en: `no access log among ${paths.join(', ')} (${looked} files looked at); the first: ${en}`,
      zh: `${paths.join('、')} 中没有访问日志（共检查 ${looked} 个文件）；第一个：${zh}`,
    },
    first?.remedy,
  )
}

/** The error of an input, with its name in front. */
function named({ name, error }: { readonly name: string; readonly error: LogstatError }): LogstatError {
  return error.message.includes(name)
    ? error
    : new LogstatError(
        error.code,
        within(error.words, (text) => `${name}: ${text}`),
        error.remedy,
      )
}

/** Files of a directory that are no logs: no reason to fail. */
const PASSED_OVER = new Set(['unknown-format', 'special', 'twice'])
/** So many of them are named. */
const NAMED = 5

/** @returns whether something could not be read (whole) */
function tellErrors(
  errors: readonly { readonly name: string; readonly optional: boolean; readonly error: LogstatError }[],
  quiet: boolean,
): boolean {
  const passed = errors.filter(({ optional, error }) => optional && PASSED_OVER.has(error.code))
  if (!quiet) {
    for (const { error } of passed.slice(0, NAMED))
      tell({ en: `passed over: ${wordsIn(error.words, 'en')}`, zh: `已跳过：${wordsIn(error.words, 'zh')}` })
    const more = passed.length - NAMED
    if (more > 0)
      tell({
        en: `passed over: ${more} more ${more === 1 ? 'file' : 'files'} that are no access logs`,
        zh: `已跳过：另有 ${more} 个文件不是访问日志`,
      })
  }
  const failed = errors.filter((e) => !passed.includes(e))
  for (const each of failed) {
    const { words, remedy } = named(each)
    tell(words, remedy)
  }
  return failed.length > 0
}

/** More threads than so many a core only take memory. */
const MOST_JOBS = 4

/** Options of a command as options of reading. @throws LogstatError for an unknown format or time zone */
export function readOptions(store: Store, options: ReadCommandOptions): ReadOptions {
  const { server, jobs, force, top, by, tz, settings = NO_CONFIG } = options
  const logTz = options.logTz ?? settings.logTz
  const { formats = [], ...format } = formatOf(options)
  const dayZone = checkZone(tz ?? systemZone())
  return {
    ...format,
    // A zone for this run goes before that of a format, and the latter before one for all logs.
    formats: options.logTz === undefined ? formats : formats.map(({ logTz: _, ...rest }) => rest),
    ...(logTz === undefined ? {} : { logZone: checkZone(logTz) }),
    ...(server === undefined ? {} : { server }),
    ...(store.file === null ? { filter: filterOf(options, dayZone) } : { dayZone }),
    ...(force === undefined ? {} : { force }),
    ...(jobs === undefined ? {} : { jobs: Math.min(jobs, MOST_JOBS * availableParallelism()) }),
    ...(top === undefined ? {} : { top }),
    ...(by === 'site' ? { apart: 'folder' } : by === 'source' ? { apart: 'log' } : {}),
  }
}
