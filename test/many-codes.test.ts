import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { renderIis } from '../src/render/iis.js'
import { jsonPieces } from '../src/render/json.js'
import { RENDERERS, type Renderer, type RenderOptions } from '../src/render/render.js'
import { makeReport, type Report } from '../src/report/report.js'
import type { Win32Row } from '../src/report/shape.js'
import { openStore, type Store } from '../src/store/store.js'
import { Waiting } from '../src/store/waiting.js'
import { Buckets, COLUMNS } from '../src/tally/buckets.js'
import { emptyLists, emptyTally, type Tally, tallyKey } from '../src/tally/tally.js'

// More codes than the kernel has room for, each of which comes back, and one that every other line has: what was read
// out
// has to wait in a temporary store more than once. The days run backwards in the middle.

const CODES = 10_000
const LINES = 3 * CODES
const folder = mkdtempSync(join(tmpdir(), 'logstat-codes-'))
const log = join(folder, 'u_ex.log')
interface Seen {
  hits: number
  first: string
  last: string
  readonly paths: Map<string, number>
  readonly clients: Map<string, number>
}
const truth = new Map<string, Seen>()

function entry(i: number): string {
  const day = 1 + (Math.floor(i / CODES) === 1 ? 0 : Math.floor(i / CODES) + 1)
  const time = new Date(Date.UTC(2026, 4, day) + (i % CODES) * 7000).toISOString().slice(0, 19).replace('T', ' ')
  const code = i % 2 ? '500 19 126' : `${400 + (i % 7)} ${i % 11} ${i % CODES}`
  const path = `/${i % 5}`
  const client = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
  const iso = `${time.replace(' ', 'T')}Z`
  let seen = truth.get(code)
  if (!seen) truth.set(code, (seen = { hits: 0, first: iso, last: iso, paths: new Map(), clients: new Map() }))
  seen.hits++
  if (iso < seen.first) seen.first = iso
  if (iso > seen.last) seen.last = iso
  for (const [map, value] of [
    [seen.paths, path],
    [seen.clients, client],
  ] as const)
    map.set(value, (map.get(value) ?? 0) + 1)
  return `${time} GET ${path} ${client} ${code}\r\n`
}
const HEAD =
  '#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time cs-method cs-uri-stem c-ip sc-status sc-substatus sc-win32-status\r\n'
const entries = Array.from({ length: LINES }, (_, i) => entry(i))

beforeAll(() => writeFileSync(log, HEAD + entries.join('')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function read(store: Store, file: string): Promise<void> {
  for (const { error } of await readInputs(findInputs([file]), store, {
    jobs: 1,
    ...(store.file === null ? {} : { dayZone: 'UTC' }),
  }))
    expect(error).toBe(null)
}

function expectTruth(report: Report): void {
  const found = new Map<string, Win32Row>()
  for (const { status, substatus, win32 } of report.codes)
    for (const row of win32) found.set(`${status} ${substatus} ${row.value}`, row)
  expect(found.size).toBe(truth.size)
  const wrong: unknown[] = []
  for (const [code, { hits, first, last, paths, clients }] of truth) {
    const row = found.get(code)
    const isTrue =
      row?.hits === hits &&
      row.firstSeen === first &&
      row.lastSeen === last &&
      row.timeline.reduce((n, h) => n + h, 0) === hits &&
      // Few different ones: exact.
      row.distinct.paths.count === paths.size &&
      row.top.paths.every((v) => v.hits === paths.get(v.value) && v.error === 0) &&
      // Many: within the error that is told.
      row.top.clients.every(
        (v) => v.hits <= (clients.get(v.value) ?? 0) && (clients.get(v.value) ?? 0) <= v.hits + v.error,
      ) &&
      row.distinct.clients.exact === clients.size <= 10
    if (!isTrue) wrong.push([code, hits, row])
  }
  expect(wrong.slice(0, 3)).toEqual([])
  expect(report.totals).toMatchObject({ entries: LINES, rejected: 0 })
  expect(report.timeline.reduce((n, b) => n + b.hits, 0)).toBe(LINES)
}

describe('a log of thousands of codes', () => {
  it('is counted as it is, and written in pieces', async () => {
    const store = openStore(null)
    await read(store, log)
    const report = makeReport(store)
    expectTruth(report)
    const pieces = [...jsonPieces(report)]
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(100_000)
    const written = pieces.join('')
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(report)))
  })

  it('goes into a database in one go or in two', async () => {
    const whole = openStore(join(folder, 'whole.db'))
    await read(whole, log)
    expectTruth(makeReport(whole))
    const growing = join(folder, 'growing.log')
    const parts = openStore(join(folder, 'parts.db'))
    writeFileSync(growing, HEAD + entries.slice(0, LINES / 2 + 7).join(''))
    await read(parts, growing)
    appendFileSync(growing, entries.slice(LINES / 2 + 7).join(''))
    await read(parts, growing)
    expectTruth(makeReport(parts))
    // No text is kept twice.
    expect(parts.db.prepare('SELECT count(*) - count(DISTINCT text) FROM value').pluck().get()).toBe(0)
    whole.close()
    parts.close()
  })
})

describe('what is shown of more codes than anybody reads', () => {
  const SUBS = 700
  const WIN32S = 60
  let store: Store
  beforeAll(async () => {
    const lines: string[] = []
    for (let sub = 0; sub < SUBS; sub++)
      lines.push(`2026-05-01 10:00:00 GET / 10.0.0.1 ${400 + (sub % 3)} ${sub} 0\r\n`)
    for (let win32 = 0; win32 < WIN32S; win32++)
      for (let n = 0; n <= win32; n++) lines.push(`2026-05-01 11:00:00 GET / 10.0.0.1 500 19 ${win32}\r\n`)
    const file = join(folder, 'shown.log')
    writeFileSync(file, HEAD + lines.join(''))
    store = openStore(null)
    await read(store, file)
  })
  afterAll(() => store.close())
  const OPTIONS: RenderOptions = { width: 100, color: false, timeZone: 'UTC' }
  const ENTRIES = SUBS + (WIN32S * (WIN32S + 1)) / 2
  const number = (text: string | undefined): number => Number(text?.replaceAll(',', ''))

  it('adds up with what is left out: the table of codes', () => {
    const text = [...(RENDERERS.text as Renderer)(makeReport(store), OPTIONS)].join('')
    const table = text.slice(text.search(/^ALL CODES$/m)).split('\n')
    const rows = table.flatMap((line) => /^ {2}\d{3}\.\d+ +([\d,]+) /.exec(line)?.[1] ?? [])
    const [, more, hits] = /^ {2}([\d,]+) more codes, ([\d,]+) hits: choose some/m.exec(text) ?? []
    expect(rows).toHaveLength(200)
    expect(number(more)).toBe(SUBS + 1 - 200)
    expect(rows.reduce((n, row) => n + number(row), 0) + number(hits)).toBe(ENTRIES)
    expect(text).toContain('500.19')
  })
  it('adds up with what is left out: the tree of IIS', () => {
    const text = renderIis(makeReport(store), OPTIONS)
    const tree = text.slice(text.search(/^\d{3} +[\d,]+ /m), text.search(/^SIGN-IN$/m)).split('\n')
    const counts = (form: RegExp): number[] => tree.flatMap((line) => form.exec(line)?.[1] ?? []).map(number)
    const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
    expect(sum(counts(/^\d{3} +([\d,]+) /))).toBe(ENTRIES)
    const codes = counts(/^ {2}\d{3}\.\d+ +([\d,]+) /)
    expect(codes).toHaveLength(500)
    expect(sum([...codes, ...counts(/^ {2}[\d,]+ more codes?, ([\d,]+) hit/)])).toBe(ENTRIES)
    const win32 = counts(/^ {4}\/\d+ +([\d,]+) /)
    expect(win32).toHaveLength(50)
    expect(sum([...win32, ...counts(/^ {4}[\d,]+ more codes?, ([\d,]+) hit/)])).toBe(ENTRIES - SUBS)
  })
  it('is all there in JSON', () => {
    const report = JSON.parse([...jsonPieces(makeReport(store))].join('')) as Report
    expect(report.codes).toHaveLength(SUBS + 1)
    // Those that want a person come in the order of urgency, then of hits.
    expect(report.findings[0]).toMatchObject({ status: 500, substatus: 19 })
    for (const { codes, hits } of report.findings) {
      expect(codes.length).toBeLessThanOrEqual(100)
      expect(hits).toBeLessThanOrEqual(ENTRIES)
    }
  })
})

describe('a log of more codes than a report tells in full', () => {
  const [CODES, WIN32S] = [1500, 300]
  let report: Report
  beforeAll(async () => {
    // The rarest ones are the problems.
    const normal = Array.from({ length: CODES }, (_, sub) =>
      `2026-05-01 10:00:00 GET / 10.0.0.1 200 ${sub} 0\r\n`.repeat(3),
    )
    const problems = Array.from({ length: 40 }, (_, sub) => `2026-05-01 11:00:00 GET / 10.0.0.1 500 ${sub} 0\r\n`)
    const win32 = Array.from(
      { length: WIN32S },
      (_, value) => `2026-05-01 12:00:00 GET / 10.0.0.1 500 100 ${value + 1}\r\n`,
    )
    const file = join(folder, 'full.log')
    writeFileSync(
      file,
      HEAD + [...normal, ...problems, ...win32, '2026-05-01 12:00:00 GET / 10.0.0.1 500 100 -\r\n'.repeat(9)].join(''),
    )
    const store = openStore(null)
    await read(store, file)
    report = makeReport(store)
    store.close()
  })
  const sum = (rows: readonly { readonly hits: number }[]): number => rows.reduce((n, { hits }) => n + hits, 0)

  it('tells problems before what is quiet, and adds the others up', () => {
    expect(report.totals.entries).toBe(3 * CODES + 40 + WIN32S + 9)
    expect(report.codes).toHaveLength(1000)
    expect(report.otherCodes).toEqual({ codes: CODES + 41 - 1000, hits: report.totals.entries - sum(report.codes) })
    expect(report.codes.filter(({ status }) => status === 500)).toHaveLength(41)
    expect(report.codes.map(({ hits }) => hits)).toEqual(report.codes.map(({ hits }) => hits).sort((a, b) => b - a))
    // What is not in full is in the sums all the same.
    expect(Object.values(report.verdicts).reduce((n, hits) => n + hits, 0)).toBe(report.totals.entries)
    expect(sum(report.classes)).toBe(report.totals.entries)
  })
  it('tells so many Win32 statuses of a code, and adds the others up', () => {
    const code = report.codes.find(({ substatus, status }) => status === 500 && substatus === 100)
    expect(code?.win32).toHaveLength(200)
    expect(code?.otherWin32).toEqual({ values: WIN32S - 200, hits: WIN32S - 200 })
    expect(code?.hits).toBe(WIN32S + 9)
  })
  it('is plain data', () => {
    expect(structuredClone(report)).toEqual(report)
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })
})

describe('what waits to be stored', () => {
  /** Codes from `first` on, each with a bucket a minute for an hour. */
  function tallyOf(first: number, bucketSeconds: number): Tally {
    const tally = emptyTally(bucketSeconds)
    for (let status = first; status < first + 600; status++) {
      const buckets = new Buckets()
      for (let at = 0; at < 7200; at += bucketSeconds) buckets.add([at, 1, 2, Number.NaN, 3, 1])
      const rows = 7200 / bucketSeconds
      const lists = { ...emptyLists(), path: { values: [{ value: '/', hits: rows, error: 0 }], lost: 0, distinct: 1 } }
      const counts = {
        hits: rows,
        bytesSent: 2 * rows,
        bytesReceived: null,
        timed: rows,
        timeTakenUs: 3 * rows,
        firstSeen: 0,
        lastSeen: 7199,
      }
      const code = {
        status,
        substatus: null,
        win32Status: null,
        reason: null,
        period: 0,
        ...counts,
        buckets,
        latency: new Map([[5, rows]]),
        lists,
      }
      tally.codes.set(tallyKey(code), code)
    }
    return tally
  }

  it('adds up whatever the width of its buckets', () => {
    const waiting = new Waiting({ least: 20, most: 20, together: 0 }, [], false)
    for (const tally of [tallyOf(0, 60), tallyOf(300, 900), tallyOf(300, 60)]) {
      waiting.add(tally)
      waiting.spill()
    }
    for (const _ of [1, 2]) {
      // It can be asked again: what another program changed meanwhile is decided anew.
      const all = [...waiting.all()]
      const codes = all.flatMap((counted) => [...counted.codes.values()])
      expect(new Set(all.map((counted) => counted.bucketSeconds))).toEqual(new Set([900]))
      expect(codes).toHaveLength(900)
      for (const { status, hits, buckets, latency, lists, lastSeen } of codes) {
        const expected = (status as number) < 300 ? 120 : (status as number) < 600 ? 248 : 128
        const rows = buckets.rows()
        let sum = 0
        for (let at = 0; at < rows.length; at += COLUMNS) {
          expect((rows[at] as number) % 900).toBe(0)
          sum += rows[at + 1] as number
        }
        expect([hits, sum, latency.get(5), lists.path.values, lastSeen]).toEqual([
          expected,
          expected,
          expected,
          [{ value: '/', hits: expected, error: 0 }],
          7199,
        ])
      }
    }
    waiting.clear()
    expect([...waiting.all()].flatMap((counted) => [...counted.codes.values()])).toEqual([])
  })
})
