import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import stringWidth from 'string-width'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '../src/report/report.js'
import { logstatHere as logstat } from './support.js'

// `logstat iis`: what the checks of notes tell people to look at.

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-iis-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const HEAD = `#Software: Microsoft Internet Information Services 10.0
#Fields: date time cs-method cs-uri-stem cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken
`

interface Row {
  readonly second: number
  readonly path?: string
  readonly client?: string
  readonly agent?: string
  readonly referer?: string
  readonly user?: string
  /** Status, sub-status and Win32 status. */
  readonly code: string
  readonly ms?: number
}
const line = ({
  second,
  path = '/',
  client = '192.0.2.1',
  agent = 'a',
  referer = '-',
  user = '-',
  code,
  ms = 5,
}: Row) => {
  const time = new Date(Date.UTC(2026, 10, 22, 10, 0, second)).toISOString().slice(11, 19)
  return `2026-11-22 ${time} GET ${path} ${user} ${client} ${agent} ${referer} ${code} ${ms}`
}
function writeLog(name: string, rows: readonly Row[]): string {
  writeFileSync(at(name), `${HEAD}${rows.map((row) => `${line(row)}\n`).join('')}`)
  return at(name)
}

/** Ten exports of which the clients give up after 30 seconds, among quick ones. */
const EXPORTS: Row[] = [
  ...Array.from({ length: 10 }, (_, i) => ({
    second: 100 + 10 * i,
    path: '/export',
    client: `192.0.2.${10 + (i % 2)}`,
    agent: 'Excel',
    referer: 'https://intranet.example.com/reports',
    code: '200 0 64',
    ms: 29_990 + i,
  })),
  ...Array.from({ length: 30 }, (_, i) => ({ second: i, path: `/page/${i}`, code: '200 0 0', ms: 12 })),
  { second: 900, path: '/missing', referer: 'https://intranet.example.com/', code: '404 0 2' },
]

async function both(rows: readonly Row[], options: readonly string[] = []): Promise<string> {
  const log = writeLog('u_ex.log', rows)
  const db = at('logs.db')
  expect((await logstat(['ingest', log, '--db', db, '--tz', 'UTC', '-q'])).status).toBe(0)
  const run = await logstat(['iis', log, '--tz', 'UTC', ...options])
  expect([run.status, run.stderr]).toEqual([0, ''])
  const stored = await logstat(['iis', '--db', db, '--tz', 'UTC', ...options])
  expect(stored.stdout).toBe(run.stdout)
  return run.stdout
}

describe('beside a code stand', () => {
  it('when it was seen, how long it took, and at which round number of seconds times pile up', async () => {
    const text = await both(EXPORTS)
    const lines = text.split('\n')
    const from = lines.findIndex((l) => / {4}\/64 /.test(l))
    const below = lines.slice(from + 1, from + 3).map((l) => l.trim())
    expect(below[0]).toMatch(/^10:01:40 – 10:03:10 · p50 (29\.\d|30\.\d) s · p95 (29\.\d|30\.\d) s$/)
    expect(below[1]).toBe('10 of them took about 30 s: a timeout')
    const quick = lines[lines.findIndex((l) => / {4}\/0 /.test(l)) + 1]
    expect(quick?.trim()).toBe('10:00:00 – 10:00:29 · p50 12 ms · p95 12 ms')
  })
  it('no pile where times spread', async () => {
    const spread = EXPORTS.map((row, i) => (row.ms && row.ms > 1000 ? { ...row, ms: 21_000 + 3_000 * i } : row))
    expect(await both(spread)).not.toContain('timeout')
  })
  it('paths, clients and referers of what is no success', async () => {
    const text = await both(EXPORTS)
    expect(text).toMatch(
      /Paths {5}\/missing 1\n {10}Clients {3}192\.0\.2\.1 1\n {10}Referers {2}https:\/\/intranet\.example\.com\/ 1/,
    )
    expect(text).not.toContain('/page/')
  })
  it('with --top every list, of all codes, a value a line', async () => {
    const text = await both(EXPORTS, ['--top', '3'])
    expect(text).toMatch(/Clients {3}192\.0\.2\.10 {2}5 \(50\.0 %\)\n {20}192\.0\.2\.11 {2}5 \(50\.0 %\)/)
    expect(text).toMatch(/Agents {4}Excel {2}10 \(100\.0 %\)/)
    expect(text).toMatch(/Paths {5}\/page\/0 {2}1 \(3\.3 %\)\n.*\n.*\n {20}27 more/)
  })
  it('the same in Chinese, and in JSON as numbers', async () => {
    const text = await both(EXPORTS, ['--lang', 'zh'])
    expect(text).toContain('其中 10 个约为 30 秒，应为超时')
    expect(text).toMatch(/路径 {4}\/missing 1/)
    const run = await logstat(['iis', at('u_ex.log'), '--format', 'json', '-s', '200.0/64'])
    const [code] = (JSON.parse(run.stdout) as Report).codes
    expect(code?.timeTaken?.pile).toEqual({ seconds: 30, hits: 10 })
    expect(code?.win32[0]?.timeTaken?.pile).toEqual({ seconds: 30, hits: 10 })
  })
  it.each([60, 80, 120])('and all of it within %i columns', async (columns) => {
    const { renderIis } = await import('../src/render/iis.js')
    const run = await logstat(['iis', writeLog('u_ex.log', EXPORTS), '--format', 'json', '--top', '5'])
    for (const language of ['en', 'zh'] as const)
      for (const top of [undefined, 5]) {
        const report = { ...(JSON.parse(run.stdout) as Report), language }
        const text = renderIis(report, { width: columns, color: false, timeZone: 'UTC', top })
        for (const each of text.split('\n').slice(1)) expect([each, stringWidth(each) <= columns]).toEqual([each, true])
      }
  })
})

describe('--by site', () => {
  /** Two sites in folders of their own, a central log of two sites, and a log that names hosts. */
  function writeSites(): string {
    const fields = (more: string): string => HEAD.replace(' sc-status', ` ${more} sc-status`)
    const many = (n: number, code: string, more = ''): string =>
      Array.from({ length: n }, (_, second) => line({ second, code: `${more}${code}` })).join('\n')
    const logs = [
      ['logs/W3SVC1/u_ex1.log', HEAD, many(7, '200 0 0'), many(2, '500 0 0')],
      ['logs/W3SVC1/u_ex2.log', HEAD, many(3, '200 0 0'), many(1, '500 0 0')],
      ['logs/W3SVC2/u_ex1.log', HEAD, many(5, '404 0 2')],
      ['logs/central/u_in1.log', fields('s-sitename'), many(4, '200 0 0', 'W3SVC3 '), many(6, '503 2 0', 'W3SVC4 ')],
      [
        'logs/copy/u_ex1.log',
        fields('cs-host'),
        many(8, '200 0 0', 'a.example.com '),
        many(1, '404 0 2', 'b.example.com '),
      ],
    ] as const
    for (const [name, ...lines] of logs) {
      mkdirSync(at(name.slice(0, name.lastIndexOf('/'))), { recursive: true })
      writeFileSync(at(name), `${lines.join('\n').replace('\n\n', '\n')}\n`)
    }
    return at('logs')
  }
  type Sections = { rows: { name: string | null; entries: number; problems: number }[] }
  const sectionsOf = async (args: readonly string[]): Promise<unknown[]> => {
    const run = await logstat(['iis', ...args, '--format', 'json'])
    expect([run.status, run.stderr]).toEqual([0, ''])
    const { rows } = (JSON.parse(run.stdout) as { sections: Sections }).sections
    return rows.map(({ name, entries, problems }) => [name, entries, problems])
  }
  const SITES = [
    ['W3SVC4', 6, 6],
    ['W3SVC1', 13, 3],
    ['W3SVC2', 5, 5],
    ['b.example.com', 1, 1],
    ['a.example.com', 8, 0],
    ['W3SVC3', 4, 0],
  ]

  it('tells sites by folder, s-sitename and cs-host, of files and databases alike', async () => {
    const logs = writeSites()
    expect(await sectionsOf([logs, '--by', 'site'])).toEqual(SITES)
    expect(await sectionsOf([logs, '--by', 'site', '-j', '1'])).toEqual(SITES)
    expect((await logstat(['ingest', logs, '--db', at('logs.db'), '-q'])).status).toBe(0)
    expect(await sectionsOf(['--db', at('logs.db'), '--by', 'site'])).toEqual(SITES)
  })
  it('tells logs and hosts of files, too', async () => {
    const logs = writeSites()
    const bySource = await sectionsOf([logs, '--by', 'source'])
    expect(bySource).toHaveLength(5)
    expect(bySource[0]).toEqual(['u_in1.log', 10, 6])
    expect(await sectionsOf([at('logs/copy'), '--by', 'host'])).toEqual([
      ['b.example.com', 1, 1],
      ['a.example.com', 8, 0],
    ])
  })
  it('does not change what is counted', async () => {
    const logs = writeSites()
    const whole = JSON.parse((await logstat(['iis', logs, '--format', 'json'])).stdout) as Report
    const apart = JSON.parse((await logstat(['iis', logs, '--by', 'site', '--format', 'json'])).stdout) as Report
    // Findings rest on evidence of each site then: how many clients there are in all is not known.
    const counted = ({ totals, classes, codes, timeline, signIn }: Report) => ({
      totals,
      classes,
      codes,
      timeline,
      signIn,
    })
    expect(counted(apart)).toEqual(counted(whole))
    expect((await logstat(['iis', logs, '--by', 'site', '--lang', 'zh'])).stdout).toContain('按站点')
  })
})

describe('sign-ins', () => {
  const handshake = (second: number, client: string): Row[] => [
    { second, client, path: '/hr', code: '401 2 5' },
    { second, client, path: '/hr', code: '401 1 2148074254' },
    { second: second + 1, client, path: '/hr', user: 'EXAMPLE\\\\ann', code: '200 0 0' },
  ]
  const ROWS: Row[] = [
    // Three connections of one client, each with the two 401 that NTLM takes.
    ...[10, 20, 30].flatMap((second) => handshake(second, '192.0.2.1')),
    // A wrong password, five times, then a locked account; and a client that gets in at the second try.
    ...Array.from({ length: 5 }, (_, i) => ({ second: 40 + i, client: '192.0.2.2', code: '401 1 1326' })),
    { second: 50, client: '192.0.2.2', code: '401 1 1909' },
    { second: 60, client: '192.0.2.3', code: '401 1 1326' },
    ...handshake(61, '192.0.2.3'),
    ...handshake(63, '192.0.2.3'),
    // A monitor that never answers the challenge.
    ...Array.from({ length: 4 }, (_, i) => ({ second: 70 + i, client: '192.0.2.4', path: '/health', code: '401 2 5' })),
    { second: 90, path: '/public', client: '192.0.2.9', code: '200 0 0' },
  ]
  const EXPECTED = {
    attempts: 15,
    succeeded: 4,
    failed: 7,
    unfinished: 4,
    steps: 14,
    clients: 4,
    exact: true,
    neverIn: [{ value: '192.0.2.4', hits: 4 }],
  }
  const signInOf = async (args: readonly string[]): Promise<Report['signIn']> =>
    (JSON.parse((await logstat(['iis', ...args, '--format', 'json'])).stdout) as Report).signIn

  it('are counted by how they ended; steps of a handshake are no failures', async () => {
    const log = writeLog('u_ex.log', ROWS)
    const signIn = await signInOf([log])
    expect(signIn).toMatchObject(EXPECTED)
    expect(signIn?.failures.map(({ code, hits, clients }) => [code, hits, clients.map(({ value }) => value)])).toEqual([
      ['401.1/1326', 6, ['192.0.2.2', '192.0.2.3']],
      ['401.1/1909', 1, ['192.0.2.2']],
    ])
  })
  it('do not depend on what is selected, and are the same in a database', async () => {
    const log = writeLog('u_ex.log', ROWS)
    expect(await signInOf([log, '-s', '401'])).toMatchObject(EXPECTED)
    expect(await signInOf([log, '-s', '200'])).toBeNull()
    expect((await logstat(['ingest', log, '--db', at('logs.db'), '-q'])).status).toBe(0)
    expect(await signInOf(['--db', at('logs.db')])).toMatchObject(EXPECTED)
  })
  it('are told in text, in both languages', async () => {
    const text = await both(ROWS, ['-s', '401'])
    expect(text).toContain('15 attempts (clients: 4): 4 succeeded, 7 failed, 4 left unfinished')
    expect(text).toMatch(/401\.1\/1326 +6 {2}Basic or WMSvc sign-in.*\n {10}192\.0\.2\.2 5 · 192\.0\.2\.3 1/)
    expect(text).toMatch(/401 +4 {2}never answered\n {10}192\.0\.2\.4 4/)
  })
  it('in Chinese', async () => {
    expect(await both(ROWS, ['--lang', 'zh'])).toContain('4 个客户端共尝试 15 次：成功 4 次，失败 7 次，未完成 4 次')
  })
  it('are not told of a log without sign-ins, or of another server', async () => {
    expect(await signInOf([writeLog('u_ex.log', EXPORTS)])).toBeNull()
    expect(await signInOf(['fixtures/nginx/access.log'])).toBeNull()
  })
})
