import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LogstatError } from '../src/errors.js'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { makeReport, type Report } from '../src/report/report.js'
import { compileSelection } from '../src/report/select.js'
import { codeName } from '../src/report/shape.js'
import { openStore, type Store } from '../src/store/store.js'
import { checkZone, dateOf, dayOf, localTime, offsetName, startOfDay } from '../src/time-zone.js'
import { fixture } from './support.js'

const code = (
  status: number | null,
  substatus: number | null = null,
  win32Status: number | null = null,
  reason: string | null = null,
  hits = 1,
) => ({
  status,
  substatus,
  win32Status,
  reason,
  hits,
})
type Code = ReturnType<typeof code>

describe('selections', () => {
  const CODES: Code[] = [
    code(200, 0, 0),
    code(200, 0, 64),
    code(401, 1, 1326),
    code(401, 2, 5),
    code(403, 14, 0),
    code(404, 0, 2),
    code(404),
    code(503, 2, 0),
    code(9),
    code(null, null, null, 'Timer_ConnectionIdle'),
  ]
  const CASES: readonly (readonly [string, readonly number[]])[] = [
    ['4xx', [2, 3, 4, 5, 6]],
    ['404', [5, 6]],
    ['404.0', [5]],
    ['404.*', [5, 6]],
    ['401.1/1326', [2]],
    ['401.1/0x52E', [2]],
    ['401-2', [3]],
    ['win32:64', [1]],
    ['WIN32:0x40', [1]],
    ['4xx,!404', [2, 3, 4]],
    ['!2xx', [2, 3, 4, 5, 6, 7, 8, 9]],
    ['5xx, 403.14', [4, 7]],
    ['5XX', [7]],
    ['0xx', [8]],
    ['200/64', [1]],
    ['999', []],
  ]
  it.each(CASES)('%s', (text, wanted) => {
    const select = compileSelection(text)
    expect(CODES.flatMap((c, i) => (select(c) ? [i] : []))).toEqual(wanted)
  })
  it.each(['', ' , ', 'abc', '4xx,,x', '40x', '401.', '401.1/', 'win32:', '1234', '!'])(
    'refuses "%s" with the part and the forms',
    (text) => {
      expect(() => compileSelection(text)).toThrow(LogstatError)
      try {
        compileSelection(text)
      } catch (error) {
        expect((error as LogstatError).hint).toContain('401.1/1326')
      }
    },
  )
})

describe('the report of a day', () => {
  let store: Store
  let report: Report
  beforeAll(async () => {
    store = openStore(null)
    await readInputs(findInputs([fixture('iis/u_ex261122.log')]), store)
    report = makeReport(store)
  })
  afterAll(() => store.close())
  const sum = (numbers: readonly (number | undefined | null)[]): number =>
    numbers.reduce<number>((n, x) => n + (x ?? 0), 0)

  it('adds up', () => {
    const { totals, classes, codes, verdicts, problems, timeline, inputs } = report
    expect(totals.lines).toBe(totals.entries + totals.rejected + totals.ignored)
    expect(inputs.map((i) => i.lines)).toEqual([totals.lines])
    expect(sum(classes.map((c) => c.hits))).toBe(totals.entries)
    expect(sum(classes.map((c) => c.bytesSent))).toBe(totals.bytesSent)
    expect(sum(codes.map((c) => c.hits))).toBe(totals.entries)
    expect(sum(timeline.map((b) => b.hits))).toBe(totals.entries)
    expect(sum(Object.values(verdicts))).toBe(totals.entries)
    expect(problems).toBe(totals.entries - (verdicts.normal ?? 0) - (verdicts.noise ?? 0))
    for (const c of codes) {
      expect(sum(Object.values(c.verdicts))).toBe(c.hits)
      expect(sum(c.win32.map((w) => w.hits))).toBe(c.hits)
      expect(sum(c.timeline)).toBe(c.hits)
      expect(c.top.paths.length).toBeLessThanOrEqual(10)
      expect(sum(c.top.methods.map((m) => m.hits))).toBe(c.hits)
    }
    expect(codes.map((c) => c.hits)).toEqual(codes.map((c) => c.hits).sort((a, b) => b - a))
  })
  it('has the keys of the contract logstat.report/1', () => {
    const { schema, codes, inputs, classes, rejects } = report
    expect(schema).toBe('logstat.report/1')
    const keys = (o: object | null | undefined): string[] => Object.keys(o ?? {})
    expect(keys(report)).toEqual(
      expect.arrayContaining([
        'schema',
        'period',
        'totals',
        'inputs',
        'classes',
        'codes',
        'rejects',
        'findings',
        'timeline',
      ]),
    )
    expect(keys(report.period)).toEqual(['from', 'to'])
    expect(keys(report.totals)).toEqual(
      expect.arrayContaining(['lines', 'entries', 'rejected', 'ignored', 'bytesSent']),
    )
    expect(keys(inputs[0])).toEqual(
      expect.arrayContaining(['name', 'format', 'server', 'lines', 'entries', 'rejected', 'ignored']),
    )
    expect(classes.map((c) => c.class)).toEqual(['1xx', '2xx', '3xx', '4xx', '5xx', 'other'])
    expect(keys(classes[0])).toEqual(expect.arrayContaining(['class', 'hits', 'bytesSent']))
    for (const c of codes) {
      const wanted = [
        'status',
        'substatus',
        'reason',
        'hits',
        'bytesSent',
        'firstSeen',
        'lastSeen',
        'win32',
        'verdicts',
        'explanation',
        'top',
      ]
      expect(keys(c)).toEqual(expect.arrayContaining(wanted))
      for (const w of c.win32)
        expect(keys(w)).toEqual(expect.arrayContaining(['value', 'symbol', 'hits', 'verdict', 'meaning']))
      expect(keys(c.explanation)).toEqual(
        expect.arrayContaining(['name', 'meaning', 'causes', 'checks', 'authority', 'source']),
      )
      expect(keys(c.top)).toEqual(expect.arrayContaining(['paths', 'clients', 'referers', 'userAgents']))
      for (const v of c.top.paths) expect(keys(v)).toEqual(['value', 'hits', 'error'])
    }
    expect(keys(rejects[0])).toEqual(expect.arrayContaining(['reason', 'count', 'samples']))
    expect(keys(rejects[0]?.samples[0])).toEqual(expect.arrayContaining(['input', 'line', 'offset', 'text']))
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })
  it('tells the incident: when, what, where', () => {
    expect(report.codes.find((c) => codeName(c) === '503.2')).toMatchObject({
      firstSeen: '2026-11-22T14:05:01Z',
      lastSeen: '2026-11-22T14:31:44Z',
    })
    expect(report.findings[0]).toMatchObject({
      code: expect.stringMatching(/^503\.2\b/) as string,
      id: 'outage',
      severity: 'act',
      mostly: { dimension: 'path', value: '/api/orders', share: expect.closeTo(0.94, 2) as number },
    })
  })
  it('covers the codes selected, and says so in its totals', () => {
    const only = makeReport(store, { select: compileSelection('503'), top: 2 })
    expect(only.codes.map(codeName)).toEqual(['503.2'])
    expect(only.totals.entries).toBe(only.codes[0]?.hits)
    expect(only.codes[0]?.top.clients).toHaveLength(2)
    const none = makeReport(store, { select: compileSelection('418') })
    expect(none).toMatchObject({ period: null, codes: [], timeline: [], problems: 0 })
    const logons = makeReport(store, { select: compileSelection('401.1/1326') })
    expect(logons.codes).toMatchObject([{ hits: 9, win32: [{ value: 1326, hits: 9 }] }])
  })
  it('lists exactly what was selected when a code splits by Win32 status', () => {
    const logons = makeReport(store, { select: compileSelection('401.1/1326') })
    expect(logons.codes[0]?.top.paths).toEqual([{ value: '/intranet/reports', hits: 9, error: 0 }])
  })
  it('speaks Chinese where asked', () => {
    const zh = makeReport(store, { language: 'zh' })
    expect(zh.language).toBe('zh')
    expect(zh.codes.map((c) => c.hits)).toEqual(report.codes.map((c) => c.hits))
    expect(zh.codes.some((c) => /\p{Script=Han}/u.test(c.explanation?.meaning ?? ''))).toBe(true)
  })
  it('of nothing is empty', () => {
    const empty = openStore(null)
    expect(makeReport(empty)).toMatchObject({
      period: null,
      inputs: [],
      codes: [],
      rejects: [],
      findings: [],
      timeline: [],
      totals: { lines: 0, entries: 0 },
    })
    empty.close()
  })
})

describe('codeName', () => {
  it('writes a code as people do', () => {
    const name = (status: number | null, substatus: number | null, reason: string | null = null): string =>
      codeName({ status, substatus, reason })
    expect([
      name(404, null),
      name(404, 0),
      name(9, null),
      name(null, null),
      name(503, null, 'QueueFull'),
      name(null, null, 'Timer'),
    ]).toEqual(['404', '404.0', '009', '-', '503 QueueFull', '- Timer'])
  })
})

describe('time zones', () => {
  const seconds = (iso: string): number => Date.parse(iso) / 1000
  it('print local times and offsets', () => {
    const t = seconds('2026-11-22T14:05:01Z')
    expect(localTime(t, 'UTC')).toBe('2026-11-22 14:05:01')
    expect(localTime(t, 'Asia/Shanghai')).toBe('2026-11-22 22:05:01')
    expect(localTime(t, 'America/Los_Angeles')).toBe('2026-11-22 06:05:01')
    expect(['UTC', 'Asia/Shanghai', 'Asia/Kolkata', 'America/St_Johns'].map((z) => offsetName(t, z))).toEqual([
      '+00:00',
      '+08:00',
      '+05:30',
      '-03:30',
    ])
    expect(localTime(seconds('1969-12-31T23:59:59Z'), 'UTC')).toBe('1969-12-31 23:59:59')
  })
  it('know days of 23 and 25 hours', () => {
    const hours = (iso: string, zone: string): number => {
      const { start, end } = dayOf(seconds(iso), zone)
      return (end - start) / 3600
    }
    expect(hours('2026-03-29T12:00:00Z', 'Europe/Berlin')).toBe(23)
    expect(hours('2026-10-25T12:00:00Z', 'Europe/Berlin')).toBe(25)
    expect(hours('2026-10-26T12:00:00Z', 'Europe/Berlin')).toBe(24)
    expect(hours('2026-11-22T12:00:00Z', 'Asia/Shanghai')).toBe(24)
    // 02:30 comes twice in the night clocks go back: both belong to the same day.
    expect(dayOf(seconds('2026-10-25T00:30:00Z'), 'Europe/Berlin').number).toBe(
      dayOf(seconds('2026-10-25T01:30:00Z'), 'Europe/Berlin').number,
    )
    const day = dayOf(seconds('2026-11-22T20:00:00Z'), 'Asia/Shanghai')
    expect(dateOf(day.number)).toBe('2026-11-23')
    expect(startOfDay(day.number, 'Asia/Shanghai')).toBe(seconds('2026-11-22T16:00:00Z'))
  })
  it('cut time into days without gap or overlap, also where clocks change at midnight', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'America/Santiago',
      'Africa/Cairo',
      'Asia/Beirut',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Asia/Kathmandu',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: seconds('2005-01-01T00:00:00Z'), max: seconds('2030-01-01T00:00:00Z') }),
        (zone, t) => {
          const day = dayOf(t, zone)
          expect(day.start).toBeLessThanOrEqual(t)
          expect(day.end).toBeGreaterThan(t)
          expect(dateOf(day.number)).toBe(localTime(t, zone).slice(0, 10))
          expect(dayOf(day.end, zone).start).toBe(day.end)
        },
      ),
      { numRuns: 2000 },
    )
    for (const [zone, date] of [
      ['America/Santiago', '2026-09-06'],
      ['Africa/Cairo', '2026-04-24'],
      ['Asia/Beirut', '2026-03-29'],
      ['Pacific/Apia', '2011-12-29'],
    ] as const) {
      for (let h = -30; h < 54; h++) {
        const t = seconds(`${date}T00:00:00Z`) + h * 3600
        const { start, end, number } = dayOf(t, zone)
        expect([zone, date, h, start <= t, t < end]).toEqual([zone, date, h, true, true])
        expect(dateOf(number)).toBe(localTime(t, zone).slice(0, 10))
      }
    }
  })
  it('refuse a zone that is none', () => {
    expect(() => checkZone('Mars/Olympus')).toThrow(/Mars\/Olympus/)
    expect(checkZone('Asia/Shanghai')).toBe('Asia/Shanghai')
  })
})
