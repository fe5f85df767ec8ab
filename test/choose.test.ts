import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { coarsen } from '../src/store/roll-up.js'
import { openStore } from '../src/store/store.js'
import { parseMoment } from '../src/time-zone.js'
import { fixture, logstatHere as logstat } from './support.js'

// A part of a database: what is counted is held against the lines of the log themselves.

const folder = mkdtempSync(join(tmpdir(), 'logstat-choose-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const json = ({ stdout }: { stdout: string }) => JSON.parse(stdout)
const report = async (...args: string[]) => json(await logstat(['report', '--tz', 'UTC', '--format', 'json', ...args]))

const IIS = fixture('iis/u_ex261122.log')
const DB = at('iis.db')

/** `[second, code]` of each line, read the obvious way. */
function requestsOf(file: string): { time: number; code: string; path: string }[] {
  let fields: string[] = []
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .flatMap((line) => {
      if (line.startsWith('#Fields: ')) fields = line.slice(9).trim().split(' ')
      if (line.startsWith('#') || line === '') return []
      const values = line.split(' ')
      if (values.length !== fields.length) return []
      const of = (name: string): string => values[fields.indexOf(name)] as string
      const time = Date.parse(`${of('date')}T${of('time')}Z`) / 1000
      return Number.isNaN(time) || !/^\d+$/.test(of('sc-status'))
        ? []
        : [{ time, code: `${of('sc-status')}.${of('sc-substatus')}`, path: of('cs-uri-stem') }]
    })
}

/** How often each value is there. */
function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
type Code = { status: number; substatus: number; hits: number; timeline: number[]; firstSeen: string; lastSeen: string }
const hitsOf = (codes: readonly Code[]): Record<string, number> =>
  Object.fromEntries(codes.map((c) => [`${c.status}.${c.substatus}`, c.hits]))
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

beforeAll(async () => {
  expect(await logstat(['ingest', IIS, '--db', DB, '--tz', 'UTC', '-q'])).toMatchObject({ status: 0 })
})

describe('a stretch of a database', () => {
  it.each([
    ['14:00', '15:00'],
    ['14:20', '14:21'],
    ['00:00', '14:05'],
    ['09:17', '23:59'],
  ])('from %s to %s has the codes of the lines in it', async (from, to) => {
    const [since, until] = [from, to].map((time) => Date.parse(`2026-11-22T${time}:00Z`) / 1000) as [number, number]
    const lines = requestsOf(IIS).filter(({ time }) => time >= since && time < until)
    const made = await report('--db', DB, '--since', `2026-11-22 ${from}`, '--until', `2026-11-22 ${to}`)
    expect(hitsOf(made.codes)).toEqual(tally(lines.map(({ code }) => code)))
    expect(made.totals.entries).toBe(lines.length)
    expect(made.range).toMatchObject({ since: iso(since), until: iso(until), widenedSeconds: { before: 0, after: 0 } })
    for (const code of made.codes as Code[]) {
      const times = lines.filter((l) => l.code === `${code.status}.${code.substatus}`).map(({ time }) => time)
      expect(code.timeline.reduce((a, b) => a + b, 0)).toBe(code.hits)
      // Exact where the day has none outside the stretch, else to the minute.
      expect(Date.parse(code.firstSeen) / 1000).toBeLessThanOrEqual(Math.min(...times))
      expect(Date.parse(code.firstSeen) / 1000).toBeGreaterThan(Math.min(...times) - 60)
      expect(Date.parse(code.lastSeen) / 1000).toBeGreaterThanOrEqual(Math.max(...times))
      expect(Date.parse(code.lastSeen) / 1000).toBeLessThan(Math.max(...times) + 60)
    }
  })
  it('tells of which days its lists are, and of none that are of the stretch alone', async () => {
    const part = await report('--db', DB, '--since', '2026-11-22 14:00', '--until', '2026-11-22 15:00', '-s', '404')
    expect(part.range.listDays).toEqual({ from: '2026-11-22', to: '2026-11-22' })
    const all = tally(
      requestsOf(IIS)
        .filter(({ code }) => code === '404.0')
        .map(({ path }) => path),
    )
    const of404 = part.codes.find((c: Code) => c.substatus === 0)
    for (const { value, hits } of of404.top.paths) expect(hits).toBe(all[value])
    for (const finding of part.findings) expect(finding.mostly ?? null).toBeNull()
    const whole = await report('--db', DB, '--since', '2026-11-22', '--until', '2026-11-23')
    expect(whole.range.listDays).toBeNull()
    const text = await logstat(['report', '--db', DB, '--tz', 'UTC', '--since', '2026-11-22 14:00'])
    expect(text.stdout).toMatch(/Selected: from 2026-11-22 14:00 on\nPaths, clients[\s\S]*cover all of\s+2026-11-22\./)
    const zh = await logstat(['report', '--db', DB, '--tz', 'UTC', '--since', '2026-11-22 14:00', '--lang', 'zh'])
    expect(zh.stdout).toMatch(/所选时段：2026-11-22 14:00 起\n路径[^\n]*\n?[^\n]*2026-11-22/)
  })
  it('is widened to hours where counts are kept by the hour', async () => {
    const coarse = at('coarse.db')
    await logstat(['ingest', IIS, '--db', coarse, '--tz', 'UTC', '-q'])
    const store = openStore(coarse)
    coarsen(store, 3600, Date.parse('2026-11-23T00:00:00Z') / 1000)
    store.close()
    const made = await report('--db', coarse, '--since', '2026-11-22 14:20', '--until', '2026-11-22 15:00')
    const [since, until] = [14, 15].map((hour) => Date.parse(`2026-11-22T${hour}:00:00Z`) / 1000) as [number, number]
    expect(made.range).toMatchObject({ since: iso(since), widenedSeconds: { before: 1200, after: 0 } })
    expect(made.totals.entries).toBe(requestsOf(IIS).filter(({ time }) => time >= since && time < until).length)
    const text = await logstat(['report', '--db', coarse, '--since', '2026-11-22 14:20', '--tz', 'UTC'])
    expect(text.stdout.replaceAll('\n', ' ')).toContain('from 2026-11-22 14:00 on (widened to full hours or days')
  })
  it('may be empty, and then says what there is', async () => {
    const none = await logstat(['report', '--db', DB, '--tz', 'UTC', '--since', '2027-01-01'])
    expect(none).toMatchObject({ status: 0, stdout: expect.stringMatching(/The log runs from 2026-11-22 00:16:41/) })
  })
})

describe('times', () => {
  const now = Date.parse('2026-11-22T13:30:00Z') / 1000
  it.each([
    ['now', 'UTC', '2026-11-22T13:30:00Z'],
    ['today', 'UTC', '2026-11-22T00:00:00Z'],
    ['yesterday', 'Europe/Berlin', '2026-11-20T23:00:00Z'],
    ['Yesterday', 'UTC', '2026-11-21T00:00:00Z'],
    ['2026-10', 'UTC', '2026-10-01T00:00:00Z'],
    ['2026-10', 'Asia/Shanghai', '2026-09-30T16:00:00Z'],
    ['12:15', 'Asia/Shanghai', '2026-11-22T04:15:00Z'],
    ['-2h', 'UTC', '2026-11-22T11:30:00Z'],
    ['2h', 'UTC', '2026-11-22T11:30:00Z'],
  ])('%s in %s', (text, zone, time) => expect(iso(parseMoment(text, zone, now))).toBe(time))
  it.each(['2026-13', '25:00', 'tomorrows', '-', '2h ago', '2026-1', ''])('not "%s"', (text) =>
    expect(() => parseMoment(text, 'UTC', now)).toThrow(/no time that logstat understands/),
  )
})

describe('logs of a database', () => {
  const log = (...requests: readonly (readonly [host: string, status: number, hits: number])[]): string =>
    requests
      .flatMap(([host, status, hits]) =>
        Array.from(
          { length: hits },
          (_, i) =>
            `${host} 192.0.2.${i % 9} - - [22/Nov/2026:10:${String(i % 60).padStart(2, '0')}:00 +0000] "GET /a HTTP/1.1" ${status} 5 "-" "test"\n`,
        ),
      )
      .join('')
  const SITES = at('sites.db')
  beforeAll(async () => {
    for (const [name, text] of [
      ['good', log(['good.example', 200, 30])],
      ['bad', log(['bad.example', 200, 10], ['bad.example', 503, 4])],
      ['both', log(['good.example', 404, 3], ['third.example', 500, 9])],
    ] as const) {
      mkdirSync(at(name))
      writeFileSync(at(`${name}/access.log`), text)
      await logstat(['ingest', at(`${name}/access.log`), '--db', SITES, '--tz', 'UTC', '-q'])
    }
  })
  it('are chosen by number, path and pattern', async () => {
    const entries = async (...args: string[]): Promise<number> => (await report('--db', SITES, ...args)).totals.entries
    expect(await entries('--source', '1')).toBe(30)
    expect(await entries('--source', at('bad/access.log'))).toBe(14)
    expect(await entries('--source', '*good*', '--source', '*bad*')).toBe(44)
    expect((await report('--db', SITES, '--source', '2')).inputs).toHaveLength(1)
    expect(await logstat(['report', '--db', SITES, '--source', 'nosuch'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/holds no such log[\s\S]*logstat sources --db/),
    })
  })
  it('are chosen by host where a log is of one host', async () => {
    const of = await report('--db', SITES, '--host', 'BAD.example')
    expect(of.totals.entries).toBe(14)
    expect(await logstat(['report', '--db', SITES, '--host', 'nosuch.example'])).toMatchObject({ status: 2 })
  })
  it('say why they cannot answer, and which command can', async () => {
    const host = await logstat(['report', '--db', SITES, '--host', 'good.example', '-s', '4xx'])
    expect(host).toMatchObject({ status: 2, stdout: '' })
    expect(host.stderr).toContain(`logstat ${at('both/access.log')} --status 4xx --host good.example`)
    for (const [flag, value] of [
      ['path', '/a'],
      ['client', '192.0.2.1'],
      ['method', 'GET'],
    ] as const)
      for (const command of ['report', 'iis', 'summary']) {
        const run = await logstat([command, '--db', SITES, `--${flag}`, value, '--since', '-2h'])
        expect(run).toMatchObject({ status: 2, stdout: '' })
        expect(run.stderr).toMatch(
          new RegExp(`--${flag} works on logs[\\s\\S]*logstat .*both/access.log.* --since=-2h`),
        )
      }
    // What is offered runs.
    const [, offered = ''] = /logstat (\S+access\.log .*--host good\.example)/.exec(host.stderr) ?? []
    expect(json(await logstat([...offered.split(' '), '--format', 'json'])).totals.entries).toBe(3)
  })
  it('have a section each, the worst first', async () => {
    const by = async (what: string, ...args: string[]) => (await report('--db', SITES, '--by', what, ...args)).sections
    const brief = (sections: { rows: { name: string; entries: number; problems: number }[] }) =>
      sections.rows.map(({ name, entries, problems }) => [name, entries, problems])
    expect(brief(await by('site'))).toEqual([
      ['both', 12, 12],
      ['bad', 14, 4],
      ['good', 30, 0],
    ])
    expect(brief(await by('host'))).toEqual([
      ['third.example', 9, 9],
      ['bad.example', 14, 4],
      ['good.example', 33, 3],
    ])
    expect(brief(await by('host', '-s', '5xx'))).toEqual([
      ['third.example', 9, 9],
      ['bad.example', 4, 4],
    ])
    const sources = await by(
      'source',
      '--source',
      '*both*',
      '--source',
      '*bad*',
      '--since',
      '2026-11-22',
      '--until',
      '2026-11-23',
    )
    expect(sources.rows.map(({ name }: { name: string }) => name)).toEqual([
      at('both/access.log'),
      at('bad/access.log'),
    ])
    for (const [lang, title] of [
      ['en', 'BY HOST, the worst first'],
      ['zh', '按主机（最严重的在前）'],
    ] as const) {
      const { stdout } = await logstat(['report', '--db', SITES, '--by', 'host', '--lang', lang])
      expect(stdout).toContain(title)
      expect(stdout).toMatch(/third\.example +9 .*100\.0 %/)
    }
    expect((await logstat(['iis', '--db', DB, '--by', 'site'])).stdout).toMatch(/BY SITE[\s\S]*\niis +\d/)
    expect((await logstat(['iis', IIS, '--by', 'site'])).stdout).toMatch(/BY SITE[\s\S]*\niis +\d/)
  })
  it('make a summary of a stretch, beside as much time before it', async () => {
    const run = await logstat([
      ...['summary', '--db', SITES, '--tz', 'UTC', '--source', '*bad*', '--format', 'json'],
      ...['--since', '2026-11-22 10:02', '--until', '2026-11-22 10:04'],
    ])
    const { summary, totals } = json(run)
    expect(totals.entries).toBe(4)
    expect(summary).toMatchObject({
      period: 'stretch',
      changes: expect.arrayContaining([{ what: 'requests', now: 4, before: 4 }]),
    })
    const text = await logstat([
      'summary',
      '--db',
      SITES,
      '--tz',
      'UTC',
      '--since',
      '2026-11-22',
      '--until',
      '2026-11-23',
    ])
    expect(text.stdout).toMatch(
      /^ALERT {2}2026-11-22 00:00:00 – 2026-11-23 00:00:00 [\s\S]*Against 2026-11-21 00:00:00 – 2026-11-22 00:00:00\n/,
    )
    for (const args of [
      ['--until', '2026-11-22'],
      ['--since', '2026-11-22', '--until', '2026-11-21'],
      ['--day', '2026-11-22', '--since', '2h'],
    ])
      expect(await logstat(['summary', '--db', SITES, ...args])).toMatchObject({ status: 2 })
  })
})
