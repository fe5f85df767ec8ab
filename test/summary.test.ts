import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { logstatHere as logstat } from './support.js'

const folder = mkdtempSync(join(tmpdir(), 'logstat-summary-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
let files = 0

/** `[hits, status]` at some time of a day; a time that nobody can read where there is no day. */
function logOf(day: string | null, ...codes: readonly (readonly [number, number])[]): string {
  const file = at(`access-${++files}.log`)
  const lines = codes.flatMap(([hits, status]) =>
    Array.from({ length: hits }, (_, i) => {
      const time =
        day === null
          ? 'some day'
          : `${day}:10:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')} +0000`
      return `192.0.2.${i % 9} - - [${time}] "GET /a HTTP/1.1" ${status} 5 "-" "curl/8.4.0"`
    }),
  )
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
const DAY = '22/Nov/2026'
const summary = (db: string, ...args: string[]) =>
  logstat(['summary', '--db', at(db), '--day', '2026-11-22', '--tz', 'UTC', ...args])
const json = (run: { stdout: string }) => JSON.parse(run.stdout)

describe('logstat summary', () => {
  it('sets a day beside the day before, and exits by its thresholds', async () => {
    const logs = [logOf(DAY, [190, 200], [10, 503], [4, 404]), logOf('21/Nov/2026', [100, 200], [1, 404])]
    const ok = await summary('days.db', ...logs, '--fail-on', '5xx > 90%')
    expect(ok).toMatchObject({ status: 0, stderr: '' })
    expect(ok.stdout).toMatch(
      /^ATTENTION {2}2026-11-22 {2}204 requests\n {2}ok {2}5xx > 90%: 4\.9 % \(10 of 204\)\n[\s\S]*requests +204 [\s\S]*new: +503 \(10\)\n/,
    )
    const exceeded = await summary('days.db', '--fail-on', '5xx > 2%', '--fail-on', '404 > 100000')
    expect(exceeded).toMatchObject({
      status: 1,
      stderr: 'logstat: threshold exceeded: 5xx > 2%: 4.9 % (10 of 204) on 2026-11-22\n',
    })
    expect(exceeded.stdout).toContain('EXCEEDED  5xx > 2%')
    const before = await logstat([
      'summary',
      '--db',
      at('days.db'),
      '--day',
      '2026-11-21',
      '--tz',
      'UTC',
      '--format',
      'json',
      '--fail-on',
      '5xx > 2%',
    ])
    expect(before.status).toBe(0)
    expect(json(before)).toMatchObject({
      totals: { entries: 101 },
      summary: {
        day: '2026-11-21',
        period: 'day',
        state: 'ok',
        thresholds: [{ text: '5xx > 2%', value: '0 % (0 of 101): too few requests to judge', exceeded: false }],
      },
    })
    expect(await logstat(['summary', '--db', at('days.db'), '--day', 'yesterday'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/"yesterday" is not a day[\s\S]*YYYY-MM-DD/),
    })
  })

  it('holds all requests against thresholds, whatever a selection shows', async () => {
    const log = logOf(DAY, [190, 200], [10, 503], [4, 404])
    const selected = await summary('selected.db', log, '-s', '4xx', '--format', 'json', '--fail-on', '503.* > 9')
    expect(selected.status).toBe(1)
    expect(json(selected)).toMatchObject({
      totals: { entries: 4, filtered: 200 },
      summary: { requests: 204, thresholds: [{ exceeded: true, value: '10' }] },
    })
    expect(await summary('selected.db', '-s', '5xx', '--fail-on', '5xx > 5%')).toMatchObject({ status: 0, stderr: '' })
  })

  it('does not alarm for a single error of an hour by itself, but for many', async () => {
    const hour = async (db: string, ...codes: readonly (readonly [number, number])[]) => {
      const log = logOf(DAY, ...codes)
      return logstat(['summary', '--db', at(db), '--period', 'hour', '--day', '2026-11-22 10:30', '--tz', 'UTC', log])
    }
    expect(await hour('hour-few.db', [600, 200], [2, 500])).toMatchObject({ status: 0, stderr: '' })
    expect(await hour('hour-many.db', [600, 200], [60, 502])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^ALERT {2}2026-11-22 10:00\+00:00 /),
    })
  })

  it('says that a day has no requests, and does not call it ok', async () => {
    const log = logOf('20/Nov/2026', [7, 200])
    const run = await summary('empty.db', log, '--fail-on', '5xx > 2%')
    expect(run).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^logstat: 2026-11-22 cannot be judged: no requests in 2026-11-22: [^\n]+\n$/),
    })
    expect(run.stdout).toMatch(/^UNKNOWN {2}2026-11-22 {2}no requests/)
    expect(run.stdout).toContain('the last day with requests is 2026-11-20')
    expect(run.stdout).toContain('NOT JUDGED  5xx > 2%')
    expect(run.stdout).not.toMatch(/^ *ok/m)
    for (const threshold of ['no-data', 'requests < 100'])
      expect(await summary('empty.db', '--fail-on', threshold, '--format', 'json')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining(`exceeded: ${threshold}`),
      })
    expect(json(await summary('empty.db', '--fail-on', 'requests < 0', '--format', 'json')).summary).toMatchObject({
      state: 'unknown',
      unjudged: ['no-data'],
      lastDay: '2026-11-20',
    })
    expect(
      await logstat(['summary', '--db', at('empty.db'), '--day', '2026-11-20', '--tz', 'UTC', '--fail-on', 'no-data']),
    ).toMatchObject({
      status: 0,
      stderr: '',
    })
    expect(json(await summary('empty.db', '--lang', 'zh', '--format', 'json')).language).toBe('zh')
    expect((await summary('empty.db', '--lang', 'zh')).stdout).toMatch(
      /^无法判断 {2}2026-11-22 {2}2026-11-22 没有任何请求/,
    )
  })
})

describe('entries without a readable time', () => {
  it('are told, and where there are many of them a day is not called ok', async () => {
    const output = at('out.txt')
    const run = await summary('undated.db', logOf(null, [50, 503]), '--fail-on', '5xx > 2%', '-q', '-o', output)
    expect(run).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/access-\d+\.log: 50 of 50 entries have no readable time[\s\S]*cannot be judged/),
    })
    expect(readFileSync(output, 'utf8')).toContain(
      'entries without a readable time, which belong to no day: 100 % (50 of 50)',
    )
    // Nothing is new in the second run, and it says the same.
    expect((await summary('undated.db', '--fail-on', '5xx > 2%', '-q', '-o', output)).status).toBe(2)

    const few = [logOf(DAY, [2000, 200]), logOf(null, [9, 503])]
    const ok = await summary('few.db', ...few, '--fail-on', '5xx > 2%', '--format', 'json')
    // Nobody looks on: cron would mail what is on standard error.
    expect(ok).toMatchObject({ status: 0, stderr: '' })
    expect(json(ok)).toMatchObject({
      totals: { entries: 2000, withoutTime: 9, filtered: 0 },
      summary: {
        state: 'attention',
        notes: [{ id: 'without-time', isGrave: false, text: expect.stringContaining('(9 of 2,009)') }],
        undated: { entries: 2009, withoutTime: 9 },
      },
    })
    expect(await summary('few.db', ...few, '-q')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('9 without a time'),
    })
  })

  it('are no choice of a selection', async () => {
    const log = logOf(null, [50, 503])
    const dated = logOf(DAY, [20, 200], [20, 404])
    const report = (...args: string[]) => logstat([log, dated, '--format', 'json', ...args])
    const totals = async (...args: string[]) => {
      const { lines, entries, filtered, withoutTime } = json(await report(...args)).totals
      return [lines, entries, filtered, withoutTime]
    }
    expect(await report()).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('50 of 50 entries have no readable time'),
    })
    expect(await report('-q')).toMatchObject({ status: 0, stderr: '' })
    expect(await totals()).toEqual([90, 90, 0, 50])
    expect(await totals('-s', '404')).toEqual([90, 20, 70, 50])
    expect(await totals('--since', '2026-11-22')).toEqual([90, 40, 0, 50])
    expect(await totals('--since', '2026-11-23')).toEqual([90, 0, 40, 50])
    expect(await totals('--path', '/b')).toEqual([90, 0, 90, 50])
    expect(await totals('--since', '2026-11-22', '-s', '404')).toEqual([90, 20, 20, 50])
    // What the report of a stretch of time lacks is not passed over in silence.
    for (const command of [[], ['iis']]) {
      const run = await logstat([...command, log, '--since', '2026-11-22', '-q'])
      expect(run).toMatchObject({
        status: 2,
        stdout: expect.stringContaining('50 without a readable time'),
        stderr: expect.stringContaining('50 of 50 entries'),
      })
    }
    expect(await logstat([dated, logOf(null, [9, 503]), '--since', '2026-11-22'])).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('9 of 9 entries'),
    })
  })

  it('are told by ingest', async () => {
    const run = await logstat(['ingest', logOf(null, [3, 200]), '--db', at('ingest.db')])
    expect(run).toMatchObject({ status: 0, stderr: expect.stringContaining('3 of 3 entries have no readable time') })
    expect(json(await logstat(['report', '--db', at('ingest.db'), '--format', 'json'])).totals).toMatchObject({
      entries: 3,
      withoutTime: 3,
    })
  })
})

describe('a selection that leaves nothing says why', () => {
  const log = logOf(DAY, [20, 200], [3, 404])
  const emptied = async (...args: string[]) => {
    const run = await logstat([log, '--tz', 'UTC', ...args])
    expect(run).toMatchObject({ status: 0, stderr: '' })
    return run.stdout
  }
  it.each([
    [['--since', '2026-11-23'], 'The log runs from 2026-11-22 10:00:00 to 2026-11-22 10:00:19 (UTC).'],
    [['--until', '2026-11-22', '--host', 'x'], 'The log runs from'],
    [['--host', 'www.example.com'], 'No entry of the log has the field that --host looks at.'],
    [['-s', '5xx'], 'The codes in it are 200 · 404.'],
  ])('%j', async (args, reason) => {
    const text = await emptied(...args)
    expect(text).toContain('No requests match the selection.')
    expect(text).toContain(reason)
  })
  it('and nothing that is not so', async () => {
    const text = await emptied('--path', '/nowhere')
    expect(text).toContain('No requests match the selection.')
    expect(text).not.toContain('--path')
    expect(json(await logstat([log, '-s', '5xx', '--format', 'json'])).unselected).toEqual({
      from: null,
      to: null,
      missing: [],
      codes: ['200', '404'],
    })
    expect(json(await logstat([log, '--format', 'json'])).unselected).toBeNull()
    expect(await emptied('-s', '5xx', '--lang', 'zh')).toContain('其中的状态码有 200 · 404。')
  })
})

describe('--top', () => {
  it('enlarges the text', async () => {
    const file = at('paths.log')
    writeFileSync(
      file,
      Array.from(
        { length: 30 },
        (_, i) => `192.0.2.${i} - - [22/Nov/2026:10:00:00 +0000] "GET /page-${i} HTTP/1.1" 503 5 "-" "curl/8.4.0"\n`,
      ).join(''),
    )
    const paths = async (...args: string[]) =>
      new Set((await logstat([file, ...args])).stdout.match(/\/page-\d+/g)).size
    expect([await paths(), await paths('--top', '2'), await paths('--top', '10'), await paths('--top', '25')]).toEqual([
      4, 2, 10, 25,
    ])
    expect(new Set((await logstat(['iis', file, '--top', '25'])).stdout.match(/\/page-\d+/g)).size).toBe(25)
    expect(json(await logstat([file, '--format', 'json'])).codes[0].top.paths).toHaveLength(10)
  })
})
