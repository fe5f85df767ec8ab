import { dirname } from 'node:path'
import { LogstatError } from '../errors.js'
import { quoted } from '../shell.js'
import { sourcesOfHosts } from '../store/grouped.js'
import { type Settled, settle } from '../store/range.js'
import type { Source, Store } from '../store/store.js'
import { parseMoment, systemZone } from '../time-zone.js'
import type { ReadCommandOptions } from './read.js'

// Which part of a database a report is of. An option that its counts cannot answer is refused, with the command
// that reads the logs instead.

export interface ChoiceOptions extends Omit<ReadCommandOptions, 'source'> {
  readonly source?: readonly string[]
  readonly status?: string
}

/** @throws LogstatError for what a database cannot answer */
export function choose(store: Store, options: ChoiceOptions, command: '' | 'iis' = ''): Settled {
  const { since, until, source, host, tz } = options
  const zone = tz ?? systemZone()
  const single = (['path', 'client', 'method'] as const).find((name) => options[name] !== undefined)
  if (single)
    throw new LogstatError(
      'filter',
      {
        en: `--${single} works on logs, not on a database: it holds counts by code and time, not requests one by one`,
        zh: `--${single} 只适用于日志，不适用于数据库：其中只有按状态码和时间的计数，没有逐条请求`,
      },
      fromLogs(store.sources(), options, command),
    )
  const times = {
    ...(since === undefined ? {} : { since: parseMoment(since, zone) }),
    ...(until === undefined ? {} : { until: parseMoment(until, zone) }),
  }
  const ids = source === undefined ? undefined : sourcesNamed(store, source)
  const chosen = settle(store, { ...times, ...(ids ? { sources: ids } : {}) })
  if (host === undefined) return chosen
  const { whole, mixed } = sourcesOfHosts(store, wanted(host), chosen)
  const names = host.join(', ')
  const inMixed = store.sources().filter(({ id }) => mixed.includes(id))
  const [first] = inMixed
  if (first)
    throw new LogstatError(
      'filter',
      {
        en: `--host ${names}: ${first.name} holds requests of several hosts, and a database keeps no times and paths by host`,
        zh: `--host ${names}：${first.name} 含多个主机的请求，而数据库不按主机保存时间和路径`,
      },
      {
        en: `${fromLogs(inMixed, options, command)}   Counts by host: --by host`,
        zh: `${fromLogs(inMixed, options, command)}   按主机计数：--by host`,
      },
    )
  if (whole.length === 0)
    throw new LogstatError(
      'filter',
      {
        en: `--host ${names}: no log in the database has requests of this host`,
        zh: `--host ${names}：数据库中没有任何日志含该主机的请求`,
      },
      { en: 'See which there are: --by host', zh: '查看有哪些主机：--by host' },
    )
  return settle(store, { ...times, sources: whole })
}

/** Sources by number, by name or path, or by a pattern of these. */
function sourcesNamed(store: Store, names: readonly string[]): number[] {
  const all = store.sources()
  const found = names.flatMap((name) => {
    const fits = matcher([name])
    const ids = all
      .filter((s) => String(s.id) === name || fits(s.name) || (s.path !== null && fits(s.path)))
      .map(({ id }) => id)
    if (ids.length > 0) return ids
    throw new LogstatError(
      'no-source',
      { en: `--source ${name}: the database holds no such log`, zh: `--source ${name}：数据库中没有该日志` },
      {
        en: `Name one by its number, name or path, * stands for anything. See which there are: logstat sources --db ${quoted(store.file ?? '')}`,
        zh: `请用编号、名称或路径指定，* 表示任意内容。查看有哪些日志：logstat sources --db ${quoted(store.file ?? '')}`,
      },
    )
  })
  return [...new Set(found)].sort((a, b) => a - b)
}

/** As the kernel matches: one of the patterns must fit, none with `!` may. */
function wanted(patterns: readonly string[]): (host: string | null) => boolean {
  const negative = patterns.filter((p) => p.startsWith('!')).map((p) => p.slice(1))
  const positive = patterns.filter((p) => !p.startsWith('!'))
  const [isIn, isOut] = [matcher(positive), matcher(negative)]
  return (host) => (positive.length === 0 || (host !== null && isIn(host))) && !(host !== null && isOut(host))
}

/** `*` stands for anything, letters in any case. */
function matcher(patterns: readonly string[]): (text: string) => boolean {
  const expressions = patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .split('*')
          .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
          .join('[^]*')}$`,
        'i',
      ),
  )
  return (text) => expressions.some((expression) => expression.test(text))
}

/** A value that begins with a dash would be another option. */
const optionOf = (name: string, value: string): string =>
  value.startsWith('-') ? `--${name}=${value}` : `--${name} ${quoted(value)}`

/** So many logs are named one by one. */
const MOST_PATHS = 6

/** The command that answers from the logs what a database cannot. */
function fromLogs(sources: readonly Source[], options: ChoiceOptions, command: '' | 'iis'): string {
  const paths = [...new Set(sources.flatMap(({ path }) => (path === null ? [] : [path])))]
  const named = paths.length > MOST_PATHS ? [...new Set(paths.map((path) => dirname(path)))] : paths
  const flags = (['status', 'since', 'until', 'path', 'client', 'method', 'host'] as const).flatMap((name) => {
    const value = options[name]
    return value === undefined ? [] : [value].flat().map((each) => optionOf(name, each))
  })
  const inputs = named.length > 0 ? named.map(quoted) : ['PATH…']
  return ['logstat', ...(command ? [command] : []), ...inputs, ...flags].join(' ')
}
