import { LogstatError } from '../errors.js'
import { connect } from '../fleet/connect.js'
import { SILENT_AFTER } from '../fleet/pull.js'
import type { KeptCentre } from '../fleet/upkeep.js'
import { count, table, visible } from '../render/cells.js'
import { toJson } from '../render/json.js'
import { checkZone, localTime, systemZone } from '../time-zone.js'
import { said, tell } from './messages.js'
import { write } from './print.js'

interface FleetOptions {
  readonly to: string
  /** `maxAge`, `keep`, `minutes` and `lists` are in seconds. */
  readonly maxAge?: number
  readonly keep?: number
  readonly minutes?: number
  readonly lists?: number
  readonly tz?: string
  readonly format?: string
  readonly quiet?: boolean
}

type Action = (centre: KeptCentre, options: FleetOptions) => Promise<number>

const ACTIONS: Readonly<Record<string, Action>> = { init, servers, prune, 'roll-up': rollUp, doctor }

/** `logstat fleet ACTION --to URL` */
export async function fleet(name: string, options: FleetOptions): Promise<number> {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
  if (!action)
    throw new LogstatError(
      'fleet',
      { en: `"${name}" is nothing that logstat fleet does`, zh: `logstat fleet 没有“${name}”这一操作` },
      Object.keys(ACTIONS).join(', '),
    )
  const centre = await connect(options.to)
  try {
    return await action(centre, options)
  } finally {
    await centre.close()
  }
}

const tellDone = ({ quiet }: FleetOptions, en: string, zh: string): void => {
  if (!quiet) process.stdout.write(`${said({ en, zh })}\n`)
}

async function init(centre: KeptCentre, options: FleetOptions): Promise<number> {
  const left = await centre.init()
  tellDone(options, 'the centre is ready', '中心库已就绪')
  if (left.length === 0) return 0
  tell(
    { en: 'roles could not be made: this one may not make roles', zh: '无法创建角色：当前角色没有创建角色的权限' },
    { en: 'Somebody who may should run what stands on standard output.', zh: '请由有权限的人执行标准输出中的语句。' },
  )
  process.stdout.write(`${left.join('\n')}\n`)
  return 2
}

/** Servers, and whether one of them is silent: exit status 1. */
async function servers(centre: KeptCentre, options: FleetOptions): Promise<number> {
  const { maxAge = SILENT_AFTER, format, tz } = options
  const zone = checkZone(tz ?? systemZone())
  const all = await centre.servers()
  const silent = all.filter(({ age }) => age > maxAge)
  const time = (seconds: number): string => new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z')
  if (format === 'json')
    await write(
      toJson(all.map(({ seenAt, age, ...server }) => ({ ...server, seenAt: time(seenAt), silent: age > maxAge }))),
    )
  else if (all.length > 0 && !options.quiet) {
    const rows = all.map(({ name, sources, entries, seenAt, age }) => [
      visible(name),
      count(sources),
      count(entries),
      localTime(Math.floor(seenAt), zone),
      age > maxAge ? said({ en: 'silent', zh: '无数据' }) : '',
    ])
    const right = { align: 'right' } as const
    await write(`${table([HEADINGS, ...rows], [{ most: 60 }, right, right, {}, {}], '').join('\n')}\n`)
  }
  for (const { name, seenAt } of silent)
    tell({
      en: `${name} is silent since ${localTime(Math.floor(seenAt), zone)}`,
      zh: `${name} 自 ${localTime(Math.floor(seenAt), zone)} 起没有数据`,
    })
  return silent.length > 0 ? 1 : 0
}
const HEADINGS = ['server', 'logs', 'entries', 'last push', '']

const daysOf = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.ceil(seconds / 86400)

async function prune(centre: KeptCentre, options: FleetOptions): Promise<number> {
  const pruning = { keep: daysOf(options.keep), minutes: daysOf(options.minutes), lists: daysOf(options.lists) }
  if (Object.values(pruning).every((days) => days === undefined))
    throw new LogstatError(
      'prune',
      { en: 'logstat fleet prune needs an age', zh: 'logstat fleet prune 需要一个期限' },
      'logstat fleet prune --keep 400d --minutes 35d --lists 35d',
    )
  const gone = await centre.prune(pruning)
  const names = gone.length > 0 ? `: ${gone.join(', ')}` : ''
  tellDone(options, `${count(gone.length)} months deleted${names}`, `已删除 ${count(gone.length)} 个月${names}`)
  return 0
}

async function rollUp(centre: KeptCentre, options: FleetOptions): Promise<number> {
  const days = await centre.rollUp()
  tellDone(options, `lists of ${count(days)} days rolled up`, `已汇总 ${count(days)} 天的列表`)
  return 0
}

async function doctor(centre: KeptCentre, options: FleetOptions): Promise<number> {
  const { version } = await centre.meta()
  const wrong = await centre.check()
  if (wrong.length > 0)
    throw new LogstatError('unsound', wrong.join('; '), {
      en: 'The databases of the servers hold the truth: forget the log there, ingest it and push it again.',
      zh: '各服务器的本地数据库才是准确的：请在那里 forget 该日志，重新读入并再次推送。',
    })
  const all = await centre.servers()
  tellDone(
    options,
    `sound, version ${version}, ${count(all.length)} servers`,
    `完好，版本 ${version}，${count(all.length)} 台服务器`,
  )
  return 0
}
