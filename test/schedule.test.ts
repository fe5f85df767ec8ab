import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { cronBlock, withBlock, withoutBlock } from '../src/schedule/cron.js'
import type { Plan } from '../src/schedule/plan.js'
import { systemdFiles } from '../src/schedule/systemd.js'
import { taskXml, windowsWord } from '../src/schedule/windows.js'
import { logstat } from './support.js'

const folder = mkdtempSync(join(tmpdir(), 'logstat-schedule-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const isUnix = process.platform !== 'win32'
const has = (program: string): boolean => isUnix && spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

const plan: Plan = {
  name: 'nightly',
  period: 'day',
  hour: 6,
  minute: 5,
  command: [
    '/usr/bin/node',
    "/opt/log stat's/50 % $HOME.js",
    'summary',
    'nightly',
    '--config',
    '/etc/logstat.config.json',
  ],
  writes: ['/var/lib/logstat'],
}
const words = fc.array(fc.stringMatching(/^[ -~]{1,12}$/), { minLength: 1, maxLength: 5 })

describe('a crontab', () => {
  it.each([
    ['hour', '5 * * * *'],
    ['day', '5 6 * * *'],
    ['week', '5 6 * * 1'],
    ['month', '5 6 1 * *'],
  ] as const)('of a job by %s', (period, when) => {
    expect(cronBlock({ ...plan, period }).split('\n')[2]).toMatch(
      new RegExp(`^${when.replaceAll('*', '\\*')} /usr/bin/node `),
    )
  })
  it.skipIf(!isUnix)('hands its words to the program as they are, whatever stands in them', () => {
    fc.assert(
      fc.property(words, (args) => {
        const line = cronBlock({ ...plan, command: ['printf', '%s\\n', ...args] }).split('\n')[2] as string
        // cron ends a line at % and takes \% for it.
        expect(line.replaceAll('\\%', '')).not.toContain('%')
        const command = line.replace(/^(\S+ ){5}/, '').replaceAll('\\%', '%')
        expect(execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' })).toBe(`${args.join('\n')}\n`)
      }),
      { numRuns: 40 },
    )
  })
  it('keeps all that is not its own', () => {
    const mine = 'MAILTO=ops@example.com\n0 1 * * * backup'
    const once = withBlock(mine, plan)
    expect(once).toBe(`${mine}\n${cronBlock(plan)}`)
    const other = withBlock(once, { ...plan, name: 'hourly' })
    expect(withBlock(other, plan).match(/BEGIN logstat nightly/g)).toHaveLength(1)
    expect(withoutBlock(withoutBlock(other, 'nightly'), 'hourly')).toBe(`${mine}\n`)
    expect(withoutBlock(mine, 'nightly')).toBe(mine)
  })
})

describe('units of systemd', () => {
  it.skipIf(!has('systemd-analyze'))('are found right by systemd-analyze, and run what they are to', () => {
    const units = join(folder, 'units')
    mkdirSync(units)
    const program = join(units, '50 % of $HOME.sh')
    writeFileSync(program, '#!/bin/sh\n')
    chmodSync(program, 0o755)
    const files = systemdFiles({ ...plan, command: [program, ...plan.command.slice(1)], writes: ['/var/lib/log stat'] })
    for (const { name, text } of files) writeFileSync(join(units, name), text)
    const run = spawnSync('systemd-analyze', ['verify', ...files.map(({ name }) => join(units, name))], {
      encoding: 'utf8',
    })
    expect([run.status, run.stderr.split('\n').filter((line) => line.includes(units))]).toEqual([0, []])
    for (const [period, when] of [
      ['hour', '*-*-* *:05:00'],
      ['day', '*-*-* 06:05:00'],
      ['week', 'Mon *-*-* 06:05:00'],
      ['month', '*-*-01 06:05:00'],
    ] as const) {
      expect(systemdFiles({ ...plan, period })[1].text).toContain(`OnCalendar=${when}\n`)
      expect(spawnSync('systemd-analyze', ['calendar', when]).status).toBe(0)
    }
  })
})

describe('a task of Windows', () => {
  /** How programs of Windows take a command line apart, by the rules of their documentation. */
  function argsOf(line: string): string[] {
    const args: string[] = []
    let [arg, isQuoted, isOpen] = ['', false, false]
    for (let i = 0; i <= line.length; i++) {
      const slashes = /^\\*/.exec(line.slice(i))?.[0].length ?? 0
      if (slashes > 0) {
        const next = line[i + slashes]
        arg += '\\'.repeat(next === '"' ? slashes >> 1 : slashes)
        isOpen = true
        i += slashes - 1
        if (next === '"' && slashes % 2 === 1) {
          arg += '"'
          i++
        }
      } else if (line[i] === '"') {
        isQuoted = !isQuoted
        isOpen = true
      } else if (i === line.length || (line[i] === ' ' && !isQuoted)) {
        if (isOpen) args.push(arg)
        ;[arg, isOpen] = ['', false]
      } else {
        arg += line[i]
        isOpen = true
      }
    }
    return args
  }
  it('hands its words to the program as they are', () => {
    fc.assert(
      fc.property(words, (args) => {
        expect(argsOf(args.map(windowsWord).join(' '))).toEqual(args)
      }),
    )
  })
  it.each(['hour', 'day', 'week', 'month'] as const)(
    'by %s is XML in the order that the schema of tasks asks for',
    (period) => {
      const text = taskXml({ ...plan, period, command: ['C:\\Program Files\\node.exe', 'a & "b" <c>'] }, '2026-12-01')
      const names = [...text.matchAll(/<(\w+)[\s/>]/g)].map(([, name]) => name)
      expect(names.slice(0, 6)).toEqual([
        'Task',
        'RegistrationInfo',
        'Description',
        'URI',
        'Triggers',
        'CalendarTrigger',
      ])
      expect(
        names.filter((name) => ['Triggers', 'Principals', 'Settings', 'Actions'].includes(name as string)),
      ).toEqual(['Triggers', 'Principals', 'Settings', 'Actions'])
      const trigger = names.slice(names.indexOf('CalendarTrigger') + 1, names.indexOf('Principals'))
      expect(trigger.filter((name) => ['Repetition', 'StartBoundary', 'Enabled'].includes(name as string))).toEqual(
        period === 'hour' ? ['Repetition', 'StartBoundary', 'Enabled'] : ['StartBoundary', 'Enabled'],
      )
      expect(text).toContain('<Command>&quot;C:\\Program Files\\node.exe&quot;</Command>')
      expect(text).toContain('<Arguments>&quot;a &amp; \\&quot;b\\&quot; &lt;c&gt;&quot;</Arguments>')
      // Each element that is opened is closed.
      const open: string[] = []
      for (const [, slash, name, self] of text.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)) {
        if (slash) expect(open.pop()).toBe(name)
        else if (!self) open.push(name as string)
      }
      expect(open).toEqual([])
    },
  )
})

describe('logstat schedule', () => {
  const config = join(folder, 'logstat.config.json')
  writeFileSync(
    config,
    JSON.stringify({
      summaries: { nightly: { db: 'counts.db', logs: ['access.log'] }, hourly: { db: 'counts.db', period: 'hour' } },
    }),
  )
  /** A crontab of its own, in a folder that stands first in PATH. */
  const bin = join(folder, 'bin')
  const tab = join(folder, 'crontab')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'crontab'),
    `#!/bin/sh\nif [ "$1" = -l ]; then [ -f '${tab}' ] || { echo 'no crontab for you' >&2; exit 1; }; cat '${tab}'; else cat > '${tab}'; fi\n`,
    { mode: 0o755 },
  )
  const run = (...args: string[]) =>
    logstat(['schedule', ...args, '--config', config], {
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
    })

  it('prints, and changes nothing', () => {
    const { status, stdout } = run('print', 'nightly', '--at', '5:30', '--with', 'cron')
    expect([status, existsSync(tab)]).toEqual([0, false])
    expect(stdout).toMatch(
      /^# BEGIN logstat nightly\n[\s\S]*\n30 5 \* \* \* [\s\S]* summary nightly --config [\s\S]*\n# END logstat nightly\n$/,
    )
    expect(stdout).toContain(process.execPath)
    expect(run('print', 'hourly', '--with', 'systemd').stdout).toContain(`ReadWritePaths=${folder}`)
    expect(run('print', 'hourly', '--with', 'windows').stdout).toContain('<Interval>PT1H</Interval>')
  })
  it('names what there is when a job or a time is none', () => {
    expect(run('print', 'weekly')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('The configuration has: nightly, hourly'),
    })
    expect(run('print', 'nightly', '--at', '25:00')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('HH:MM'),
    })
    expect(run('start', 'nightly')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('print, install, remove'),
    })
  })
  it.skipIf(!isUnix)('installs after a question, and removes what it installed', () => {
    writeFileSync(tab, '0 1 * * * backup\n')
    expect(run('install', 'nightly', '--with', 'cron')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--yes'),
    })
    expect(readFileSync(tab, 'utf8')).toBe('0 1 * * * backup\n')
    expect(run('install', 'nightly', '--with', 'cron', '--yes').status).toBe(0)
    const line = readFileSync(tab, 'utf8').split('\n')[3] as string
    // What cron runs is the summary: here without a log, which it says.
    const command = line.replace(/^(\S+ ){5}/, '').replaceAll('\\%', '%')
    const started = spawnSync('/bin/sh', ['-c', command], {
      cwd: '/',
      env: { LANG: 'C', PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    })
    expect([started.status, started.stderr]).toEqual([2, expect.stringContaining('access.log')])
    expect(run('remove', 'nightly', '--with', 'cron', '--yes').status).toBe(0)
    expect(readFileSync(tab, 'utf8')).toBe('0 1 * * * backup\n')
  })
})
