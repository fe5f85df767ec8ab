import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { LogstatError, type Message, type Words } from '../errors.js'
import { freshName } from '../fresh-file.js'
import { cronBlock, withBlock, withoutBlock } from '../schedule/cron.js'
import type { Plan } from '../schedule/plan.js'
import { MADE_BY, systemdFiles } from '../schedule/systemd.js'
import { taskName, taskXml } from '../schedule/windows.js'
import { CONFIG_FILE, type Config } from './config-file.js'
import { said, tell } from './messages.js'
import { write } from './print.js'

type Scheduler = 'cron' | 'systemd' | 'windows'
const ACTIONS = ['print', 'install', 'remove'] as const

interface ScheduleOptions {
  readonly with?: Scheduler
  readonly at: string
  readonly yes?: boolean
  readonly config?: string
  readonly settings?: Config
}

/** `logstat schedule print|install|remove JOB`: have a job of the configuration run by itself. */
export async function schedule([action, name]: readonly string[], options: ScheduleOptions): Promise<number> {
  if (!ACTIONS.some((each) => each === action))
    throw refused(
      { en: `logstat schedule has no command ${action}`, zh: `logstat schedule 没有命令 ${action}` },
      { en: `Write one of: ${ACTIONS.join(', ')}`, zh: `请使用：${ACTIONS.join('、')}` },
    )
  const { with: scheduler = process.platform === 'win32' ? 'windows' : 'cron' } = options
  const plan = planOf(name as string, options)
  const place = PLACES[scheduler](plan)
  if (action === 'print') {
    await write(place.text)
    return 0
  }
  await write(action === 'install' ? place.text : '')
  const question = action === 'install' ? place.asks.install : place.asks.remove
  if (!(await mayGoOn(question, options))) return 2
  place[action as 'install' | 'remove']()
  tell(action === 'install' ? { en: 'installed', zh: '已安装' } : { en: 'removed', zh: '已移除' })
  return 0
}

const refused = (words: Message, remedy: Message): LogstatError => new LogstatError('schedule', words, remedy)

function planOf(name: string, { at, config, settings }: ScheduleOptions): Plan {
  const job = settings?.summaries?.[name]
  const names = Object.keys(settings?.summaries ?? {})
  if (!job)
    throw refused(
      { en: `the configuration has no summary called ${name}`, zh: `配置中没有名为 ${name} 的汇总作业` },
      names.length > 0
        ? { en: `The configuration has: ${names.join(', ')}`, zh: `其中有：${names.join('、')}` }
        : {
            en: 'Write one under "summaries", and name the file with --config.',
            zh: '请在“summaries”下写一个，并用 --config 指定文件。',
          },
    )
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(at) ?? []
  if (hour === undefined || minute === undefined)
    throw refused(
      { en: `"${at}" is no time of the day`, zh: `“${at}”不是一天中的时间` },
      { en: 'Write it as HH:MM, for example 06:05.', zh: '请写成 HH:MM，例如 06:05。' },
    )
  const file = resolve(config ?? settings?.found ?? CONFIG_FILE)
  const program = resolve(process.argv[1] ?? 'logstat')
  return {
    name,
    period: job.period ?? 'day',
    hour: Number(hour),
    minute: Number(minute),
    command: [process.execPath, program, 'summary', name, '--config', file],
    writes: [...new Set([job.db, ...(job.output === undefined ? [] : [job.output])].map((path) => dirname(path)))],
  }
}

/** Where a scheduler keeps what it runs. */
interface Place {
  readonly text: string
  readonly asks: { readonly install: Words; readonly remove: Words }
  install(): void
  remove(): void
}

const PLACES: Readonly<Record<Scheduler, (plan: Plan) => Place>> = {
  cron: (plan) => ({
    text: cronBlock(plan),
    asks: {
      install: { en: 'Put this block into your crontab?', zh: '将此段写入您的 crontab？' },
      remove: {
        en: `Remove the block of ${plan.name} from your crontab?`,
        zh: `从您的 crontab 中移除 ${plan.name} 的段落？`,
      },
    },
    install: () => setCrontab(withBlock(crontab(), plan)),
    remove: () => setCrontab(withoutBlock(crontab(), plan.name)),
  }),
  systemd(plan) {
    const files = systemdFiles(plan).map(({ name, text }) => ({ path: join(UNITS, name), name, text }))
    const [, timer] = files as [Unit, Unit]
    return {
      text: files.map(({ path, text }) => `# ${path}\n${text}`).join('\n'),
      asks: {
        install: {
          en: `Write these files to ${UNITS}, and start the timer?`,
          zh: `将这些文件写入 ${UNITS} 并启动定时器？`,
        },
        remove: {
          en: `Stop ${timer.name}, and remove it and its service?`,
          zh: `停止 ${timer.name}，并移除它及其服务？`,
        },
      },
      install() {
        for (const { path } of files) checkOwn(path)
        for (const { path, text } of files) writeFileSync(path, text, { mode: 0o644 })
        call('systemctl', ['daemon-reload'])
        call('systemctl', ['enable', '--now', timer.name])
      },
      remove() {
        for (const { path } of files) checkOwn(path)
        call('systemctl', ['disable', '--now', timer.name])
        for (const { path } of files) rmSync(path, { force: true })
        call('systemctl', ['daemon-reload'])
      },
    }
  },
  windows(plan) {
    const task = taskName(plan.name)
    const text = taskXml(plan, new Date().toISOString().slice(0, 10))
    return {
      text,
      asks: {
        install: { en: `Create the task ${task}, run as SYSTEM?`, zh: `创建以 SYSTEM 身份运行的任务 ${task}？` },
        remove: { en: `Delete the task ${task}?`, zh: `删除任务 ${task}？` },
      },
      install() {
        const file = freshName(join(tmpdir(), 'logstat-task.xml'))
        writeFileSync(file, `\ufeff${text}`, { encoding: 'utf16le', mode: 0o600 })
        try {
          call('schtasks.exe', ['/Create', '/F', '/TN', task, '/XML', file])
        } finally {
          rmSync(file, { force: true })
        }
      },
      remove: () => void call('schtasks.exe', ['/Delete', '/F', '/TN', task]),
    }
  },
}

const UNITS = '/etc/systemd/system'
interface Unit {
  readonly path: string
  readonly name: string
  readonly text: string
}

function checkOwn(path: string): void {
  if (!existsSync(path) || readFileSync(path, 'utf8').startsWith(MADE_BY)) return
  throw refused(
    { en: `${path} was not made by logstat; it is left as it is`, zh: `${path} 不是由 logstat 创建的，保持不变` },
    { en: 'Give the job another name, or move the file away.', zh: '请更换作业名称，或移走该文件。' },
  )
}

/** The crontab of the user; empty when there is none. */
function crontab(): string {
  const { status, stdout, stderr, error } = spawnSync('crontab', ['-l'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  if (error || (status !== 0 && !/no crontab/i.test(stderr))) throw failed('crontab -l', error?.message ?? stderr)
  return status === 0 ? stdout : ''
}

function setCrontab(text: string): void {
  call('crontab', ['-'], text)
}

function call(program: string, args: readonly string[], input = ''): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', input })
  if (error || status !== 0) throw failed([program, ...args].join(' '), error?.message ?? stderr)
}

const failed = (command: string, why: string): LogstatError =>
  refused(
    { en: `${command} failed: ${why.trim()}`, zh: `${command} 失败：${why.trim()}` },
    { en: 'See what would be installed: logstat schedule print', zh: '查看将安装的内容：logstat schedule print' },
  )

async function mayGoOn(question: Words, { yes }: ScheduleOptions): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) {
    tell(
      { en: 'nothing is changed: there is nobody to ask', zh: '未做更改：无法询问用户' },
      { en: 'To go on without a question: --yes', zh: '如需直接继续：--yes' },
    )
    return false
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^\s*(y|yes|是|好)\s*$/i.test(await reader.question(`${said(question)} [y/N] `))
  } finally {
    reader.close()
  }
}
