import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findInputs, type Input } from '../src/input/find.js'
import { openBehind } from '../src/input/open.js'
import { ALONE } from '../src/input/packing/packed.js'
import { type InputResult, type ReadOptions, readInputs } from '../src/pipeline.js'
import { rangesOf } from '../src/plan/cut.js'
import { SIZES } from '../src/plan/sizes.js'
import { makeReport, type Report } from '../src/report/report.js'
import { checkStore } from '../src/store/check.js'
import { openStore, type Store } from '../src/store/store.js'
import { makeRing, ringReader } from '../src/threads/ring.js'

// A log so large that it is cut. Its layout changes on the way, and there are more clients than lists hold.

const LINES = 14_000
const CHANGE = 6000
/** Sizes as of logs fifty times as large. */
const sizes = {
  cutFrom: 1 << 20,
  range: 4 << 20,
  packedRange: 64 << 10,
  unpackedApart: 16 << 10,
  handedOver: 4 << 10,
  mostWaiting: 64 << 10,
}
const folder = mkdtempSync(join(tmpdir(), 'logstat-parallel-'))
const log = join(folder, 'u_ex.log')
const truth = new Map<string, number>()
let bytes = 0

beforeAll(() => {
  const fd = openSync(log, 'w')
  const write = (text: string): void => {
    bytes += writeSync(fd, text)
  }
  write(
    '#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time c-ip cs-method cs-uri-stem sc-status sc-substatus sc-win32-status\r\n',
  )
  let page = ''
  for (let i = 0; i < LINES; i++) {
    if (i === CHANGE) page += '#Fields: date time sc-status sc-substatus sc-win32-status c-ip cs-method cs-uri-stem\r\n'
    const time = new Date(Date.UTC(2026, 10, 22) + i * 100).toISOString().slice(0, 19).replace('T', ' ')
    const status = [200, 200, 304, 404, 500][i % 5] as number
    const sub = status === 500 ? 19 : 0
    const win32 = i % 7 === 0 ? 64 : 0
    const code = `${status} ${sub} ${win32}`
    truth.set(code, (truth.get(code) ?? 0) + 1)
    const request = `10.${(i * 7919) % 251}.${(i * 104_729) % 241}.${(i * 31) % 239} GET /a/rather/long/path/so/that/the/log/becomes/large/${(i * i) % 997}.html`
    page += i < CHANGE ? `${time} ${request} ${code}\r\n` : `${time} ${code} ${request}\r\n`
    if (page.length > 1 << 20) {
      write(page)
      page = ''
    }
  }
  write(page)
  closeSync(fd)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const readFiles = (files: readonly string[], store: Store, options: ReadOptions = {}): Promise<InputResult[]> =>
  readInputs(findInputs(files), store, { sizes, ...options })

async function reportOf(jobs: number, ...files: readonly string[]): Promise<Report> {
  const store = openStore(null)
  for (const { error } of await readFiles(files, store, { jobs })) expect(error).toBe(null)
  return makeReport(store)
}

describe('a log that is cut', () => {
  it('gives the same report with any number of threads, and the true one', async () => {
    expect(rangesOf(bytes, { ...SIZES, ...sizes })).toBeGreaterThan(1)
    const [one, ...others] = [await reportOf(1, log), await reportOf(2, log), await reportOf(3, log)]
    for (const other of others) expect(other).toEqual(one)
    const found = new Map<string, number>()
    for (const { status, substatus, win32 } of one?.codes ?? [])
      for (const { value, hits } of win32) found.set(`${status} ${substatus} ${value}`, hits)
    expect(found).toEqual(truth)
    expect(one?.totals).toMatchObject({ entries: LINES, rejected: 0, ignored: 3 })
    // Lists are cut short, and say so.
    expect(one?.codes[0]?.distinct.clients.exact).toBe(false)
  })

  it('goes into a database as it goes into a report', async () => {
    const store = openStore(join(folder, 'logs.db'))
    const [result] = await readFiles([log], store, { jobs: 2, dayZone: 'UTC' })
    expect(result).toMatchObject({ entries: LINES, rejected: 0, known: false })
    const [again] = await readFiles([log], store, { jobs: 2, dayZone: 'UTC' })
    expect(again).toMatchObject({ lines: 0, known: true })
    const hits = (report: Report): unknown =>
      report.codes.map(({ status, substatus, hits, bytesSent, firstSeen, lastSeen }) => ({
        status,
        substatus,
        hits,
        bytesSent,
        firstSeen,
        lastSeen,
      }))
    expect(hits(makeReport(store))).toEqual(hits(await reportOf(1, log)))
    store.close()
  })
})

describe('a log in which nothing comes twice', () => {
  // Each line has a code of its own and texts as long as they are kept: a range is more than may wait for its turn.
  const CODES = 4500
  const hostile = join(folder, 'hostile.log')
  beforeAll(() => {
    const fd = openSync(hostile, 'w')
    writeSync(
      fd,
      '#Software: Microsoft\r\n#Fields: date time c-ip cs-uri-stem cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status\r\n',
    )
    for (let i = 0; i < CODES; i++) {
      const text = (name: string): string => `${name}${String(i).padEnd(200, 'x')}`
      writeSync(
        fd,
        `2026-11-22 00:00:${10 + (i % 50)} 10.0.0.1 ${text('/')} ${text('agent')} ${text('http://a/')} ${400 + (i % 150)} 0 ${i}\r\n`,
      )
    }
    closeSync(fd)
  })

  it('gives the same report with any number of threads, and the true one, in bounded memory', async () => {
    expect(rangesOf(statSync(hostile).size, { ...SIZES, ...sizes })).toBeGreaterThan(1)
    const [one, two] = [await reportOf(1, hostile), await reportOf(2, hostile)]
    expect(two).toEqual(one)
    const hits = one.codes.flatMap(({ win32 }) => win32.map((w) => w.hits))
    expect(hits).toEqual(new Array(CODES).fill(1))
    expect(one.totals).toMatchObject({ entries: CODES, rejected: 0, ignored: 2 })
  })
})

describe('many logs, each too small to be cut', () => {
  /** What became of each file, and the report, which are the same for any number of threads. */
  async function readTogether(
    files: readonly string[],
  ): Promise<{ report: Report; results: Record<string, unknown>[] }> {
    const told: Record<string, unknown>[] = []
    for (const jobs of [1, 3]) {
      const store = openStore(null)
      const read = new Map<string, { bytes: number; lines: number }>()
      const results = await readFiles(files, store, {
        jobs,
        onProgress: ({ input, bytes, lines }) => read.set(input.name, { bytes, lines }),
      })
      told.push({ report: makeReport(store), results, read })
    }
    for (const other of told) expect(other).toEqual(told[0])
    return told[0] as { report: Report; results: Record<string, unknown>[] }
  }

  /** Entries of each. */
  const N = 1000
  const expected: Record<string, unknown>[] = []
  const statuses = new Map<number, number>()
  const files: string[] = []
  beforeAll(() => {
    const dir = join(folder, 'many')
    mkdirSync(dir)
    const put = (name: string, text: string, what: Record<string, unknown>): void => {
      writeFileSync(join(dir, name), text)
      expected.push({ name: join(dir, name), error: null, rejected: 0, ignored: 0, ...what })
    }
    for (let i = 0; i < 24; i++) {
      const name = `${String(i).padStart(2, '0')}.log`
      const isIis = i < 8 || i > 15
      const header = `#Fields: date time ${i % 2 ? 'sc-status sc-substatus sc-win32-status c-ip' : 'c-ip sc-status sc-substatus sc-win32-status'} cs-method cs-uri-stem\n`
      const entry = (n: number): string => {
        const status = [200, 304, 404, 500 + i][n % 4] as number
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        const client = `10.${i}.${n % 256}.7`
        const path = `/a/path/that/makes/the/file/larger/than/it/would/be/without/it/${n % 100}`
        if (!isIis)
          return `${client} - - [22/Nov/2026:10:${10 + i}:00 +0000] "GET ${path} HTTP/1.1" ${status} 17 "-" "agent"\n`
        const code = `${status} 0 0`
        return `2026-11-22 10:${10 + i}:00 ${i % 2 ? `${code} ${client}` : `${client} ${code}`} GET ${path}\n`
      }
      const lines = Array.from({ length: N }, (_, n) => entry(n))
      if (i === 5) lines.splice(100, 0, 'damaged\n')
      const text = (isIis ? header : '') + lines.join('')
      // A last line without its newline counts, too.
      put(name, i === 7 ? text.trimEnd() : text, {
        entries: N,
        rejected: i === 5 ? 1 : 0,
        ignored: isIis ? 1 : 0,
        lines: N + (isIis ? 1 : 0) + (i === 5 ? 1 : 0),
      })
      if (i === 2) put('02b.log', '', { entries: 0, lines: 0 })
      if (i === 3)
        put('03b.txt', 'this is no log\n'.repeat(1000), { error: expect.objectContaining({ code: 'unknown-format' }) })
      if (i === 20) put('20b.log', header, { entries: 0, lines: 1, ignored: 1 })
    }
    files.push(...expected.map(({ name }) => name as string))
    expect(
      rangesOf(
        files.reduce((sum, file) => sum + statSync(file).size, 0),
        { ...SIZES, ...sizes },
      ),
    ).toBeGreaterThan(1)
  })

  it('are counted by several threads, and each is told of by itself', async () => {
    const { report, results } = await readTogether(files)
    expect(results).toMatchObject(expected)
    const found = new Map<number, number>()
    for (const { status, hits } of report.codes) found.set(status as number, (found.get(status as number) ?? 0) + hits)
    expect(found).toEqual(statuses)
    expect(report.inputs.map(({ name }) => name)).toEqual(
      expected.filter(({ error }) => error === null).map(({ name }) => name),
    )
  })

  it('go into a database side by side, each once, as they would one after the other', async () => {
    // What is a log in the database when its turn comes is not yet one when it is looked at.
    const copy = join(folder, 'copy.log')
    copyFileSync(files[0] as string, copy)
    const grown = join(folder, 'grown.log')
    writeFileSync(
      grown,
      readFileSync(files[1] as string, 'utf8') +
        readFileSync(files[1] as string, 'utf8')
          .split('\n')
          .slice(-3)
          .join('\n'),
    )
    const told: unknown[] = []
    for (const jobs of [1, 3]) {
      const store = openStore(join(folder, `side-${jobs}.db`))
      const readAll = (): Promise<InputResult[]> =>
        readFiles([...files, copy, grown], store, { jobs, dayZone: 'UTC', now: 1_800_000_000 })
      const results = await readAll()
      // In a database a last line without its newline waits.
      const waits = (name: unknown): number => Number((name as string).endsWith('07.log'))
      expect(results.slice(0, -2)).toMatchObject(
        expected.map((e) =>
          'lines' in e
            ? { ...e, lines: (e.lines as number) - waits(e.name), entries: (e.entries as number) - waits(e.name) }
            : e,
        ),
      )
      expect(results.slice(-2)).toMatchObject([
        { name: copy, known: true, lines: 0 },
        { name: grown, known: true, lines: 2 },
      ])
      const report = makeReport(store)
      expect(report.totals.entries).toBe(24 * N - 1 + 2)
      expect(report.codes.reduce((sum, { hits }) => sum + hits, 0)).toBe(24 * N - 1 + 2)
      expect((await readAll()).filter(({ entries }) => entries > 0)).toEqual([])
      expect(checkStore(store)).toEqual([])
      told.push({ report: { ...report, generatedAt: null }, results })
      store.close()
    }
    for (const other of told) expect(other).toEqual(told[0])
  })

  it('may each hold more than a thread may keep', async () => {
    const CODES = 1750
    const HEADER =
      '#Fields: date time c-ip cs-uri-stem cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status\n'
    const files = [0, 1, 2, 3].map((i) => {
      const file = join(folder, `hostile-${i}.log`)
      const text = (name: string, n: number): string => `${name}${String(n).padEnd(200, 'x')}`
      const lines = Array.from({ length: i % 2 ? 300 : CODES }, (_, n) => {
        const code = i * CODES + n
        return `2026-11-22 00:00:${10 + (n % 50)} 10.0.0.1 ${text('/', n)} ${text('agent', n)} ${text('http://a/', n)} ${400 + (n % 150)} 0 ${code}\n`
      })
      writeFileSync(file, HEADER + lines.join(''))
      return file
    })
    const { report, results } = await readTogether(files)
    expect(results).toMatchObject(files.map((name, i) => ({ name, entries: i % 2 ? 300 : CODES, rejected: 0 })))
    const hitsOf = ({ codes }: Report): number[] => codes.flatMap(({ win32 }) => win32.map((w) => w.hits))
    expect(hitsOf(report)).toEqual(new Array(2 * CODES + 600).fill(1))
    const store = openStore(join(folder, 'hostile.db'))
    expect(await readFiles(files, store, { jobs: 2, dayZone: 'UTC' })).toEqual(results)
    expect(hitsOf(makeReport(store))).toEqual(hitsOf(report))
    store.close()
  })
})

describe('large packed logs', () => {
  const packed = [1, 2, 3].map((i) => join(folder, `${i}.log.gz`))
  beforeAll(() => {
    const [first, ...others] = packed as [string, ...string[]]
    writeFileSync(first, gzipSync(readFileSync(log), { level: 1 }))
    for (const other of others) copyFileSync(first, other)
  })

  it('give the same report with any number of threads, and the true one', async () => {
    expect(statSync(packed[0] as string).size).toBeGreaterThan(sizes.unpackedApart)
    const [one, ...others] = [await reportOf(1, ...packed), await reportOf(2, ...packed), await reportOf(3, ...packed)]
    for (const other of others) expect(other).toEqual(one)
    expect(one?.totals).toMatchObject({ entries: 3 * LINES, rejected: 0, ignored: 9 })
    const found = new Map<string, number>()
    for (const { status, substatus, win32 } of one?.codes ?? [])
      for (const { value, hits } of win32) found.set(`${status} ${substatus} ${value}`, hits)
    expect(found).toEqual(new Map([...truth].map(([code, hits]) => [code, 3 * hits])))
  })

  it('are unpacked by a thread of their own: one gives the report of the log itself', async () => {
    const [gz] = packed as [string]
    const one = await reportOf(1, gz)
    expect(one.totals).toMatchObject({ entries: LINES, rejected: 0, ignored: 3 })
    for (const jobs of [2, 3]) expect(await reportOf(jobs, gz)).toEqual(one)
    // The log itself is cut in ranges, so its lists may be bounded at other places; what is exact is the same.
    const exact = (report: Report): unknown => report.codes.map(({ top: _, distinct: __, win32: ___, ...code }) => code)
    expect(exact(one)).toEqual(exact(await reportOf(1, log)))
  })

  it('that are damaged are read as far, and told so, with any number of threads', async () => {
    const whole = readFileSync(packed[0] as string)
    const cut = join(folder, 'cut.log.gz')
    writeFileSync(cut, whole.subarray(0, whole.length / 2))
    const broken = join(folder, 'broken.log.gz')
    whole.fill(0x55, whole.length / 2, whole.length / 2 + 1000)
    writeFileSync(broken, whole)
    for (const file of [cut, broken]) {
      const results = []
      for (const jobs of [1, 2]) {
        const [{ error, lines, entries } = {}] = await readFiles([file], openStore(null), { jobs })
        results.push({ code: error?.code, message: error?.message, hint: error?.hint, lines, entries })
      }
      expect(results[0]).toMatchObject({ code: 'damaged', message: expect.stringContaining(file) })
      expect(results[0]?.entries).toBeGreaterThan(LINES / 4)
      expect(results[1]).toEqual(results[0])
    }
  })

  it('have their sums compared, by whichever thread, and nothing behind a wrong one is counted', async () => {
    const right = readFileSync(packed[0] as string)
    const wrong = Buffer.from(right)
    wrong.writeUInt32LE((wrong.readUInt32LE(wrong.length - 8) ^ 1) >>> 0, wrong.length - 8)
    const small = gzipSync(
      readFileSync(log)
        .subarray(0, 1000)
        .toString()
        .replace(/[^\n]*$/, ''),
    )
    const cases: [name: string, members: Buffer[], lots: number][] = [
      ['large ones', [right, right], 2],
      ['small ones between', [small, right, small, right], 2],
      ['the last one', [small, wrong], 1],
      ['one before others', [right, wrong, right, small], 2],
      ['one before what is no gzip', [wrong, Buffer.from('something else')], 1],
    ]
    for (const [name, members, lots] of cases) {
      const file = join(folder, 'sums.log.gz')
      writeFileSync(file, Buffer.concat(members))
      const results = []
      for (const jobs of [1, 2]) {
        const [{ error, lines, entries } = {}] = await readFiles([file], openStore(null), { jobs })
        results.push({ message: error?.message, lines, entries })
      }
      expect(results[1], name).toEqual(results[0])
      const fault = members.includes(wrong) ? expect.stringContaining('(the checksum is wrong)') : undefined
      expect(results[1], name).toMatchObject({ message: fault })
      expect(Math.floor((results[1]?.entries ?? 0) / LINES), name).toBe(lots)
    }
  })

  it('go into a database once, and say so when they are another file than the one that was looked at', async () => {
    const [gz] = packed as [string]
    const store = openStore(join(folder, 'packed.db'))
    for (const known of [false, true]) {
      const [result] = await readFiles([gz], store, { jobs: 2, dayZone: 'UTC' })
      expect(result).toMatchObject({ known, entries: known ? 0 : LINES, error: null })
    }
    store.close()
    const [input] = findInputs([gz]) as [Input]
    await expect(openBehind(input, Buffer.from('another head'), ALONE)).rejects.toThrow(
      expect.objectContaining({ code: 'changed' }),
    )
  })

  it('end in the error of the thread, when that is gone', async () => {
    const reader = ringReader(makeRing(), () => {
      throw new Error('the thread is gone')
    })
    await expect(reader.read(Buffer.alloc(10))).rejects.toThrow('the thread is gone')
  })
})
