import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { makeReport, type Report } from '../src/report/report.js'
import { codeName } from '../src/report/shape.js'
import { openStore } from '../src/store/store.js'

// What must not alarm anybody, and what must, in the report of a log that holds both.

const folder = mkdtempSync(join(tmpdir(), 'logstat-verdicts-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function reportOf(name: string, lines: readonly string[]): Promise<Report> {
  const file = join(folder, name)
  writeFileSync(file, lines.map((l) => `${l}\r\n`).join(''))
  const store = openStore(null)
  const [result] = await readInputs(findInputs([file]), store)
  expect(result?.error).toBeNull()
  const report = makeReport(store)
  store.close()
  return report
}

/** Rows of an IIS log: `[status, sub-status, Win32 status, how often]`. */
function iisLog(version: string, rows: readonly (readonly [number, number, number, number])[]): string[] {
  const head = [
    `#Software: Microsoft Internet Information Services ${version}`,
    '#Version: 1.0',
    '#Date: 2026-11-22 00:00:00',
    '#Fields: date time cs-method cs-uri-stem c-ip sc-status sc-substatus sc-win32-status time-taken',
  ]
  return [
    ...head,
    ...rows.flatMap(([status, sub, win32, times]) =>
      Array.from({ length: times }, () => `2026-11-22 08:00:01 GET /a 192.0.2.1 ${status} ${sub} ${win32} 15`),
    ),
  ]
}

describe('an IIS log', () => {
  it('has the statuses of an application told as that means them', async () => {
    const log = iisLog('10.0', [
      [440, 0, 0, 3],
      [451, 0, 0, 2],
    ]).map((line) =>
      line.replace(
        'GET /a',
        line.includes(' 440 ') ? 'POST /owa/service.svc' : 'POST /Microsoft-Server-ActiveSync/default.eas',
      ),
    )
    const { codes } = await reportOf('exchange.log', log)
    expect(codes.map((code) => [codeName(code), code.explanation?.authority])).toEqual([
      ['440.0', expect.any(String)],
      ['451.0', 'microsoft-exchange'],
    ])
    const elsewhere = await reportOf('blocked.log', iisLog('10.0', [[451, 0, 0, 2]]))
    expect(elsewhere.codes[0]?.explanation?.authority).toBe('iana')
  })

  const QUIET = [
    // A Windows login: two steps that look like failures, on IIS 7 and later, and on IIS 6.
    [401, 2, 5, 8],
    [401, 1, 2148074254, 7],
    [401, 2, 2148074254, 2],
    [200, 0, 0, 10],
    [304, 0, 0, 4],
    [206, 0, 0, 3],
    [206, 0, 64, 3],
    [101, 0, 0, 2],
    [101, 0, 64, 2],
    // Clients that left, with a note of their own and by rule.
    [200, 0, 64, 5],
    [200, 0, 995, 1],
    [302, 0, 1236, 1],
    [304, 0, 10054, 1],
    [500, 19, 64, 2],
    // Dynamic IP Restrictions that only log.
    [200, 0, 121, 1],
    [200, 501, 0, 6],
    [200, 502, 0, 1],
  ] as const
  const LOUD = [
    [401, 1, 1326, 3],
    [500, 19, 126, 4],
    [404, 0, 2, 5],
    [503, 2, 0, 6],
    [500, 0, 64, 1],
  ] as const
  const sum = (rows: readonly (readonly number[])[]): number => rows.reduce((n, r) => n + (r[3] as number), 0)

  it('has no problem where nothing failed', async () => {
    const report = await reportOf('quiet.log', iisLog('10.0', QUIET))
    expect(report.totals.entries).toBe(sum(QUIET))
    expect(report.problems).toBe(0)
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
    // They stay visible as numbers, with the reason why they are none.
    expect((report.verdicts.normal ?? 0) + (report.verdicts.noise ?? 0)).toBe(sum(QUIET))
    for (const code of report.codes)
      for (const w of code.win32) {
        expect(['normal', 'noise'], `${codeName(code)}/${w.value}`).toContain(w.verdict)
        if (w.value !== 0) expect(w.explanation?.meaning, `${codeName(code)}/${w.value}`).toBeTruthy()
      }
  })

  it('counts problems apart, and splits a row by verdict', async () => {
    const report = await reportOf('mixed.log', iisLog('10.0', [...QUIET, ...LOUD]))
    expect(report.problems).toBe(sum(LOUD))
    const row = (name: string): Report['codes'][number] =>
      report.codes.find((c) => codeName(c) === name) as Report['codes'][number]
    expect(row('401.1').verdicts).toEqual({ normal: 7, auth: 3 })
    expect(row('500.19').verdicts).toEqual({ noise: 2, config: 4 })
    expect(row('401.2').verdicts).toEqual({ normal: 10 })
    expect(row('401.1').win32.map((w) => [w.value, w.symbol, w.verdict, w.hits])).toEqual([
      [2148074254, 'SEC_E_NO_CREDENTIALS', 'normal', 7],
      [1326, 'ERROR_LOGON_FAILURE', 'auth', 3],
    ])
    for (const code of report.codes) {
      expect(Object.values(code.verdicts).reduce((a, b) => a + b, 0)).toBe(code.hits)
      expect(code.explanation?.meaning, codeName(code)).toBeTruthy()
    }
    const told = (wanted: readonly string[]): [string, string][] =>
      report.findings.filter(({ severity }) => wanted.includes(severity)).map((f) => [f.id, f.code])
    expect(told(['act', 'watch'])).toEqual([
      ['configuration-broken', '500.19/126'],
      ['path-fails', '503.2'],
    ])
    expect(told(['info'])).toEqual(expect.arrayContaining([['code', '404.0/2']]))
  })

  it('is read with the meanings of its version', async () => {
    const rows = [[403, 10, 0, 1]] as const
    const name = async (version: string): Promise<string | undefined> =>
      (await reportOf(`v${version}.log`, iisLog(version, rows))).codes[0]?.explanation?.name
    expect(await name('6.0')).toBe('Invalid configuration')
    expect(await name('10.0')).toMatch(/execute/i)
  })

  it('counts a code that nobody knows, as itself', async () => {
    const report = await reportOf('unknown.log', iisLog('10.0', [[477, 88, 3000000001, 2]]))
    expect(report.codes[0]).toMatchObject({
      status: 477,
      substatus: 88,
      hits: 2,
      win32: [{ value: 3000000001, hex: '0xB2D05E01', symbol: null }],
    })
    expect(report.codes[0]?.explanation).toMatchObject({ level: 'class', authority: 'class' })
  })
})

describe('an HTTPERR log', () => {
  it('is quiet about closed idle connections and clients that left, loud about pools', async () => {
    const line = (status: string, reason: string): string =>
      `2026-11-22 08:00:01 192.0.2.1 50000 192.0.2.9 443 HTTP/1.1 GET /a ${status} 1 ${reason} Pool`
    const report = await reportOf('httperr1.log', [
      '#Software: Microsoft HTTP API 2.0',
      '#Version: 1.0',
      '#Date: 2026-11-22 00:00:00',
      '#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename',
      ...Array.from({ length: 20 }, () => line('-', 'Timer_ConnectionIdle')),
      line('-', 'Connection_Dropped'),
      line('400', 'Hostname'),
      line('-', 'Client_Reset'),
      ...Array.from({ length: 12 }, () => line('503', 'QueueFull')),
      ...Array.from({ length: 12 }, () => line('503', 'AppOffline')),
    ])
    expect(report.verdicts).toEqual({ normal: 20, noise: 3, server: 24 })
    expect(report.problems).toBe(24)
    expect(report.codes[0]).toMatchObject({
      status: null,
      reason: 'Timer_ConnectionIdle',
      hits: 20,
      explanation: { authority: 'httperr', level: 'reason' },
    })
    expect(
      report.findings
        .filter(({ severity }) => severity !== 'info')
        .map((f) => f.code)
        .sort(),
    ).toEqual(['503 AppOffline', '503 QueueFull'])
  })
})
