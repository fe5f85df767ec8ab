import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { patternText } from '../src/format/pattern.js'
import { findInputs } from '../src/input/find.js'
import { type Cut, cutFile, endOfStep, rangesOf, StepEnds } from '../src/parallel/cut.js'
import { type Progress, type ReadOptions, readInputs } from '../src/pipeline.js'
import { openStore, STORED_VALUES, type Store } from '../src/store/store.js'
import { DIMENSIONS, type DimensionName } from '../src/tally/tally.js'
import { logstat } from './support.js'

// A database keeps lists by day. Those of days that are over leave the kernel's tables while the log is counted.

const folder = mkdtempSync(join(tmpdir(), 'logstat-days-'))
const at = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const DAY = 86_400
const FIRST = Date.UTC(2026, 10, 1) / 1000
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND']

/** By code and day: value → hits, by dimension. */
type Truth = Map<string, Record<'path' | 'client' | 'userAgent' | 'method', Map<string, number>>>

interface Asked {
  readonly lines: number
  /** When line i was written, in seconds since the log began. */
  readonly timeOf: (i: number) => number
  /** Characters that make lines longer. */
  readonly padding?: number
}

/** Write a log with more clients and paths a day than a database keeps, and more codes than would fit side by side. @returns what is in it */
function makeLog(name: string, { lines, timeOf, padding = 0 }: Asked): Truth {
  const truth: Truth = new Map()
  let state = 1
  const random = (n: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const some = (n: number): number => Math.min(random(n), random(n), random(n))
  writeFileSync(at(name), '')
  let page = ''
  for (let i = 0; i < lines; i++) {
    const seconds = FIRST + timeOf(i)
    const time = new Date(seconds * 1000)
    const [day, month, year] = [String(time.getUTCDate()).padStart(2, '0'), MONTHS[time.getUTCMonth()], time.getUTCFullYear()]
    const value = {
      path: `/${some(9000)}`,
      client: `10.${some(40)}.${random(250)}.7`,
      userAgent: `agent ${some(400)} ${'x'.repeat(padding)}`,
      method: METHODS[some(METHODS.length)] as string,
    }
    const status = [200, 200, 200, 404, 200, 400 + some(60)][random(6)] as number
    const key = `${status} ${Math.floor(seconds / DAY)}`
    const of = truth.get(key) ?? { path: new Map(), client: new Map(), userAgent: new Map(), method: new Map() }
    truth.set(key, of)
    for (const [dimension, text] of Object.entries(value) as [keyof typeof value, string][]) of[dimension].set(text, (of[dimension].get(text) ?? 0) + 1)
    page += `${value.client} - - [${day}/${month}/${year}:${time.toISOString().slice(11, 19)} +0000] "${value.method} ${value.path} HTTP/1.1" ${status} 7 "-" "${value.userAgent}"\n`
    if (page.length > 1 << 20 || i === lines - 1) {
      appendFileSync(at(name), page)
      page = ''
    }
  }
  return truth
}

interface Stored {
  readonly source: number
  readonly status: number
  readonly period: number
  readonly dimension: DimensionName
  readonly different: number
  readonly lost: number
  readonly values: readonly { readonly text: string; readonly hits: number; readonly error: number }[]
}

/** The lists of a new database that logs were read into. */
async function storedOf(jobs: number, ...names: readonly string[]): Promise<Stored[]> {
  const store = openStore(at(`${names.join('-')}-${jobs}.db`))
  try {
    for (const { error } of await readInputs(findInputs(names.map(at)), store, { jobs, dayZone: 'UTC' })) expect(error).toBe(null)
    return listsIn(store)
  } finally {
    store.close()
  }
}

function listsIn({ db }: Store): Stored[] {
  const top = db.prepare(
    'SELECT text, hits, error FROM top JOIN value ON value.id = value_id WHERE source_id = ? AND code_id = ? AND period = ? AND dimension_id = ? ORDER BY hits DESC, text',
  )
  const lists = db
    .prepare(
      `SELECT source_id AS source, code_id, dimension_id, status, period, name AS dimension, different, lost FROM list JOIN code ON code.id = code_id
       JOIN dimension ON dimension.id = dimension_id ORDER BY source_id, status, period, name`,
    )
    .all() as (Omit<Stored, 'values'> & { code_id: number; dimension_id: number })[]
  return lists.map(({ code_id, dimension_id, ...list }) => ({
    ...list,
    values: top.all(list.source, code_id, list.period, dimension_id) as Stored['values'],
  }))
}

/** Nothing is said that is not so: hits <= truth <= hits + error, what is in no list had at most `lost`, and there are at least so many different values. */
function expectHolds(stored: readonly Stored[], truth: Truth): void {
  const names = (dimensions: Record<string, unknown>, key: string): string[] => Object.keys(dimensions).map((dimension) => `${key} ${dimension}`)
  expect(stored.map(({ status, period, dimension }) => `${status} ${period} ${dimension}`).sort()).toEqual(
    [...truth].flatMap(([key, dimensions]) => names(dimensions, key)).sort(),
  )
  for (const { status, period, dimension, different, lost, values } of stored) {
    const counts = truth.get(`${status} ${period}`)?.[dimension as 'path'] ?? new Map<string, number>()
    const unlisted = new Map(counts)
    for (const { text, hits, error } of values) {
      const true_ = counts.get(text) ?? 0
      expect(hits <= true_ && true_ <= hits + error, `${status} ${period} ${dimension} ${text}: ${hits} + ${error}, in truth ${true_}`).toBe(true)
      unlisted.delete(text)
    }
    expect(Math.max(0, ...unlisted.values())).toBeLessThanOrEqual(lost)
    expect(different).toBeLessThanOrEqual(counts.size)
  }
}

/** It is the most frequent values of each day, without error, and how many there were. */
function expectExact(stored: readonly Stored[], truth: Truth): void {
  expectHolds(stored, truth)
  for (const { status, period, dimension, different, values } of stored) {
    const counts = truth.get(`${status} ${period}`)?.[dimension as 'path'] as Map<string, number>
    const most = [...counts.values()].sort((a, b) => b - a).slice(0, STORED_VALUES)
    expect(
      values.map(({ hits }) => hits),
      `${status} ${period} ${dimension}`,
    ).toEqual(most)
    expect(different).toBe(counts.size)
    for (const { error } of values) expect(error).toBe(0)
  }
}

describe('lists by day', () => {
  it('are exact, however many days there are before', async () => {
    const lines = 240_000
    const truth = makeLog('small.log', { lines, timeOf: (i) => Math.floor((i * 6 * DAY) / lines) })
    expect(rangesOf(statSync(at('small.log')).size)).toBe(1)
    const stored = await storedOf(1, 'small.log')
    expectExact(stored, truth)
    expect(stored.some(({ different }) => different > STORED_VALUES)).toBe(true)
    // Each code has its methods on each day: more than there was room for side by side.
    expect(stored.filter(({ dimension }) => dimension === 'method').length).toBe(truth.size)
    writeFileSync(at('small.log.gz'), gzipSync(readFileSync(at('small.log'))))
    expect(await storedOf(2, 'small.log.gz')).toEqual(stored)
  })

  it('are those of each log, of several that threads count', async () => {
    const lines = 120_000
    const truths = ['a.log', 'b.log', 'c.log'].map((name, n) => makeLog(name, { lines, timeOf: (i) => Math.floor((i * (4 + n) * DAY) / lines), padding: 100 }))
    const [one, two] = [await storedOf(1, 'a.log', 'b.log', 'c.log'), await storedOf(2, 'a.log', 'b.log', 'c.log')]
    expect(two).toEqual(one)
    for (const [n, truth] of truths.entries())
      expectExact(
        one.filter(({ source }) => source === n + 1),
        truth,
      )
  })

  it.each([
    ['at midnight', 6],
    ['in the middle of a day', 3],
    ['of one day', 1],
  ])(
    'are exact in a log that is cut %s, with any number of threads',
    async (_, days) => {
      const name = `days-${days}.log`
      const lines = 150_000
      const truth = makeLog(name, { lines, timeOf: (i) => Math.floor((i * days * DAY) / lines), padding: 400 })
      expect(rangesOf(statSync(at(name)).size)).toBeGreaterThan(1)
      const [one, ...others] = [await storedOf(1, name), await storedOf(2, name), await storedOf(3, name)]
      for (const other of others) expect(other).toEqual(one)
      expectExact(one as Stored[], truth)
      for (const dimension of DIMENSIONS) expect(one?.some((list) => list.dimension === dimension)).toBe(dimension in (truth.values().next().value as object))
    },
    60_000,
  )

  it('never say what is not so, in whatever order days come', async () => {
    const lines = 150_000
    // The same three days again and again; within them, times that go back and forth, and lines that come a day late.
    const timeOf = (i: number): number => {
      const day = Math.floor(i / 20_000) % 3
      const late = i % 5000 === 0 ? -DAY : 0
      return Math.max(0, day * DAY + ((i * 7919) % DAY) + late)
    }
    const truth = makeLog('order.log', { lines, timeOf, padding: 400 })
    const [one, ...others] = [await storedOf(1, 'order.log'), await storedOf(2, 'order.log'), await storedOf(3, 'order.log')]
    for (const other of others) expect(other).toEqual(one)
    expectHolds(one as Stored[], truth)
  }, 60_000)
})

describe('a log of many days', () => {
  const lines = 160_000
  const days = 40
  const DAMAGED = [10, 70_000, 159_990]
  const truth = makeLog('long.log', { lines, timeOf: (i) => Math.floor((i * days * DAY) / lines) })
  // Other lines between, at known places.
  const text = readFileSync(at('long.log'), 'utf8').split('\n')
  for (const place of DAMAGED) text.splice(place, 0, `no entry, line ${place + 1}`)
  writeFileSync(at('long.log'), text.join('\n'))
  const bytes = statSync(at('long.log')).size

  /** @param adds called before something is added */
  const watched = (store: Store, adds: () => void): Store => ({
    ...store,
    add: (...args) => {
      adds()
      return store.add(...args)
    },
  })
  /** All of it is in the database, once, and as exact as it can be. */
  const expectAll = (store: Store): void => {
    expect(store.sources()).toMatchObject([{ lines: lines + DAMAGED.length, entries: lines, rejected: DAMAGED.length, readTo: bytes }])
    expect(store.db.prepare('SELECT sum(hits) FROM hits').pluck().get()).toBe(lines)
    expect(store.db.prepare('SELECT line FROM reject_sample ORDER BY line').pluck().all()).toEqual(DAMAGED.map((n) => n + 1))
    expectExact(listsIn(store), truth)
  }
  const readLong = (store: Store, options: ReadOptions = {}) => readInputs(findInputs([at('long.log')]), store, { jobs: 2, dayZone: 'UTC', ...options })

  it.each([
    ['by its format', undefined],
    [
      'by an expression',
      '^(?<clientIp>\\S+) \\S+ \\S+ \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)" (?<status>\\d{3}) (?<bytesSent>\\d+) "(?<referer>[^"]*)" "(?<userAgent>[^"]*)"',
    ],
  ])('goes into a database in steps, %s, and is the same there with any number of threads', async (how, pattern) => {
    const found: unknown[] = []
    for (const jobs of [1, 2, 3]) {
      const store = openStore(at(`${how}-${jobs}.db`))
      const options = { jobs, ...(pattern === undefined ? {} : { format: patternText(pattern) }) }
      let adds = 0
      let last: Progress | undefined
      const [result] = await readLong(
        watched(store, () => adds++),
        {
          ...options,
          onProgress: (progress) => {
            expect(progress.bytes).toBeGreaterThanOrEqual(last?.bytes ?? 0)
            last = progress
          },
        },
      )
      expect(adds).toBe(3)
      expect(last).toMatchObject({ bytes, lines: lines + DAMAGED.length })
      expect(result).toMatchObject({ lines: lines + DAMAGED.length, entries: lines, rejected: DAMAGED.length, known: false, error: null })
      expect(result?.rejects.get('layout')?.samples.map(({ line, text }) => [line, text])).toEqual(DAMAGED.map((n) => [n + 1, `no entry, line ${n + 1}`]))
      expect(store.sources()).toMatchObject([{ lines: lines + DAMAGED.length, entries: lines, rejected: DAMAGED.length, readTo: bytes }])
      const stored = listsIn(store)
      expectExact(stored, truth)
      const hits = store.db.prepare('SELECT sum(hits) AS hits, count(*) AS rows FROM hits').get()
      found.push({ stored, hits, samples: store.db.prepare('SELECT line, text FROM reject_sample ORDER BY line').all() })
      expect(hits).toMatchObject({ hits: lines })
      const [again] = await readLong(store, options)
      expect(again).toMatchObject({ lines: 0, known: true })
      expect(listsIn(store)).toEqual(stored)
      store.close()
    }
    expect(found[1]).toEqual(found[0])
    expect(found[2]).toEqual(found[0])
  })

  it('is read to its end under its new name, when it is rotated between two steps', async () => {
    copyFileSync(at('long.log'), at('rotated.log'))
    const store = openStore(at('rotated.db'))
    const fresh = '10.9.9.9 - - [20/Dec/2026:00:00:00 +0000] "GET /new HTTP/1.1" 200 7 "-" "new"\n'.repeat(20)
    let adds = 0
    const rotated = watched(store, () => {
      if (++adds !== 2) return
      renameSync(at('rotated.log'), at('rotated.log.1'))
      writeFileSync(at('rotated.log'), fresh)
    })
    const read = (name: string) => readInputs(findInputs([at(name)]), rotated, { jobs: 2, dayZone: 'UTC' })
    await read('rotated.log')
    const [older] = await read('rotated.log.1')
    expect(older).toMatchObject({ known: true, error: null })
    expect(store.db.prepare('SELECT sum(hits) AS hits FROM hits').get()).toEqual({ hits: lines + 20 })
    expect(store.sources().map(({ entries }) => entries)).toEqual([lines, 20])
    expectExact(
      listsIn(store).filter(({ source }) => source === 1),
      truth,
    )
    store.close()
  })

  it.each([
    ['plain', 'broken.log'],
    ['packed', 'broken.log.gz'],
  ])('is read on where the last step ended, when a run is broken off: %s', async (_, name) => {
    const text = readFileSync(at('long.log'))
    writeFileSync(at(name), name.endsWith('.gz') ? gzipSync(text) : text)
    const store = openStore(at(`${name}.db`))
    const read = (to: Store) => readInputs(findInputs([at(name)]), to, { jobs: 2, dayZone: 'UTC' })
    let adds = 0
    const broken = watched(store, () => {
      if (++adds === 2) throw new Error('broken off')
    })
    await expect(read(broken)).rejects.toThrow('broken off')
    const [{ entries } = { entries: 0 }] = store.sources()
    expect(entries).toBeGreaterThan(0)
    expect(entries).toBeLessThan(lines)
    expect(await read(store)).toMatchObject([{ entries: lines - entries, known: true, error: null }])
    expectAll(store)
    store.close()
  })

  it.each([
    ['in this thread', 9],
    ['as another thread unpacks it', 0],
  ])('is the same when it is packed, read %s', async (how, level) => {
    const name = `long-${level}.log.gz`
    writeFileSync(at(name), gzipSync(readFileSync(at('long.log')), { level }))
    for (const jobs of [1, 2]) {
      const store = openStore(at(`${how}-${jobs}.db`))
      const read = (to: Store, options: ReadOptions = {}) => readInputs(findInputs([at(name)]), to, { jobs, dayZone: 'UTC', ...options })
      let adds = 0
      let last: Progress | undefined
      const [result] = await read(
        watched(store, () => adds++),
        {
          onProgress: (progress) => {
            expect(progress.bytes).toBeGreaterThanOrEqual(last?.bytes ?? 0)
            expect(progress.lines).toBeGreaterThanOrEqual(last?.lines ?? 0)
            last = progress
          },
        },
      )
      expect(adds).toBe(3)
      expect(last).toMatchObject({ bytes: statSync(at(name)).size, lines: lines + DAMAGED.length })
      expectAll(store)
      expect(result).toMatchObject({ lines: lines + DAMAGED.length, entries: lines, rejected: DAMAGED.length, known: false, error: null })
      expect(await read(store)).toMatchObject([{ lines: 0, known: true }])
      expect(await readLong(store)).toMatchObject([{ lines: 0, known: true }])
      expectAll(store)
      store.close()
    }
  })

  it('goes in in steps among other packed ones, too, with any number of threads', async () => {
    const names = ['one', 'two', 'three']
    const truths = names.map((name, n) => {
      // So long together that threads count them.
      const of = makeLog(name, { lines: 120_000, timeOf: (i) => n + Math.floor((i * days * DAY) / 120_000), padding: 150 })
      writeFileSync(at(`${name}.gz`), gzipSync(readFileSync(at(name)), { level: 0 }))
      return of
    })
    const packed = names.map((name) => at(`${name}.gz`))
    expect(packed.reduce((sum, path) => sum + statSync(path).size, 0)).toBeGreaterThan(64 << 20)
    const found: Stored[][] = []
    for (const jobs of [1, 2, 3]) {
      const store = openStore(at(`packed-${jobs}.db`))
      let adds = 0
      const results = await readInputs(
        findInputs(packed),
        watched(store, () => adds++),
        { jobs, dayZone: 'UTC' },
      )
      expect(results).toMatchObject(names.map(() => ({ entries: 120_000, rejected: 0, known: false, error: null })))
      expect(adds).toBe(3 * names.length)
      found.push(listsIn(store))
      expect(await readInputs(findInputs(packed), store, { jobs, dayZone: 'UTC' })).toMatchObject(names.map(() => ({ lines: 0, known: true })))
      store.close()
    }
    expect(found[1]).toEqual(found[0])
    expect(found[2]).toEqual(found[0])
    for (const [n, of] of truths.entries())
      expectExact(
        (found[0] as Stored[]).filter(({ source }) => source === n + 1),
        of,
      )
  })

  it('is looked at again, when another program has added to it between two steps of a packed one', async () => {
    writeFileSync(at('other.log.gz'), gzipSync(readFileSync(at('long.log'))))
    const store = openStore(at('other.db'))
    let adds = 0
    const overtaken = watched(store, () => {
      if (++adds === 2) expect(logstat(['ingest', at('long.log'), '--tz', 'UTC', '--db', at('other.db')])).toMatchObject({ status: 0 })
    })
    const [result] = await readInputs(findInputs([at('other.log.gz')]), overtaken, { jobs: 1, dayZone: 'UTC' })
    expect(result?.entries).toBeLessThan(lines)
    expectAll(store)
    store.close()
  })

  it('is the same when it is packed and its fields change on the way', async () => {
    const HEADERS = ['date time cs-method cs-uri-stem c-ip sc-status', 'time date sc-status c-ip cs-uri-stem cs-method']
    const count = 200_000
    let text = ''
    for (let i = 0; i < count; i++) {
      if (i % 70_000 === 0) text += `#Software: Microsoft Internet Information Services 10.0\r\n#Fields: ${HEADERS[(i / 70_000) % 2]}\r\n`
      const [date, time] = new Date((FIRST + Math.floor((i * 40 * DAY) / count)) * 1000).toISOString().slice(0, 19).split('T')
      const [path, client, status] = [`/${i % 777}`, `10.0.0.${i % 250}`, [200, 404, 500][i % 3]]
      text += (i / 70_000) % 2 < 1 ? `${date} ${time} GET ${path} ${client} ${status}\r\n` : `${time} ${date} ${status} ${client} ${path} GET\r\n`
    }
    writeFileSync(at('fields.log'), text)
    writeFileSync(at('fields.log.gz'), gzipSync(text))
    const found = []
    for (const name of ['fields.log', 'fields.log.gz']) {
      const store = openStore(at(`${name}.db`))
      let adds = 0
      const [result] = await readInputs(
        findInputs([at(name)]),
        watched(store, () => adds++),
        { jobs: 1, dayZone: 'UTC' },
      )
      expect(result).toMatchObject({ entries: count, rejected: 0, error: null })
      expect(adds).toBe(3)
      found.push(listsIn(store))
      for (const { values, period } of listsIn(store).filter(({ dimension, status }) => dimension === 'method' && status === 404)) {
        const ofDay = Array.from({ length: count }, (_, i) => i).filter((i) => i % 3 === 1 && Math.floor((i * 40) / count) === period - FIRST / DAY)
        expect(values).toEqual([{ text: 'GET', hits: ofDay.length, error: 0 }])
      }
      store.close()
    }
    expect(found[1]).toEqual(found[0])
  })
})

it.each([
  ['all of which is mostly understood', 'half.log', 2, null],
  ['packed, all of which is mostly understood', 'half.log.gz', 2, null],
  ['most of which is not understood', 'little.log', 5, 'mostly-unknown'],
  ['packed, most of which is not understood', 'little.log.gz', 5, 'mostly-unknown'],
])('a log %s is counted to its end when most of its first step is not understood', async (_, name, times, code) => {
  const lines = 60_000
  const truth = makeLog('half.txt', { lines, timeOf: (i) => Math.floor((i * 30 * DAY) / lines), padding: 150 })
  const noise = `what is this ${'?'.repeat(60)}\n`.repeat(times)
  const text = readFileSync(at('half.txt'), 'utf8')
    .split('\n')
    .map((line, i) => (i > 1000 && i < 20_000 ? `${noise}${line}` : line))
    .join('\n')
  writeFileSync(at(name), name.endsWith('.gz') ? gzipSync(text) : text)
  const store = openStore(at(`${name}.db`))
  const [result] = await readInputs(findInputs([at(name)]), store, { jobs: 2, dayZone: 'UTC' })
  expect(result).toMatchObject({ entries: lines, rejected: times * 18_999, format: 'combined', error: code && { code } })
  expectExact(listsIn(store), truth)
  store.close()
})

describe('a file', () => {
  const line = (day: number, i: number): string => `${day} ${String(i).padStart(120, '.')}\n`
  const dayOf = (bytes: Uint8Array): number | undefined => {
    const day = Number(Buffer.from(bytes).toString().split(' ')[0])
    return Number.isNaN(day) ? undefined : day
  }
  const makeFile = (name: string, dayOfLine: (i: number) => number): Buffer => {
    let text = ''
    for (let i = 0; text.length < 66 << 20; i++) text += line(dayOfLine(i), i)
    writeFileSync(at(name), text)
    return Buffer.from(text)
  }
  const LINES = Math.ceil((66 << 20) / line(1, 1).length)

  it('is cut where a day begins, if that is near', () => {
    const bytes = makeFile('near.txt', (i) => Math.floor((i * 6) / LINES))
    const [, cut, end] = cutFile('near', at('near.txt'), 0, bytes.length, dayOf) as [Cut, Cut, Cut]
    expect(cut.isBetweenDays).toBe(true)
    expect(end.at).toBe(bytes.length)
    const before = bytes.lastIndexOf(0x0a, cut.at - 2) + 1
    expect([dayOf(bytes.subarray(before, cut.at)), dayOf(bytes.subarray(cut.at, cut.at + 9))]).toEqual([2, 3])
    expect(bytes[cut.at - 1]).toBe(0x0a)
  })

  it.each([
    ['no day begins near', (i: number) => Math.floor((i * 3) / LINES)],
    ['all are of one day', () => 7],
    ['no line has a day', () => Number.NaN],
  ])('is cut where a line begins, where %s', (name, dayOfLine) => {
    const bytes = makeFile('far.txt', dayOfLine)
    const cuts = cutFile(name, at('far.txt'), 0, bytes.length, dayOf)
    expect(cuts).toHaveLength(3)
    expect(cuts[1]?.isBetweenDays).toBe(false)
    expect(cuts).toEqual(cutFile(name, at('far.txt'), 0, bytes.length))
    expect(bytes[(cuts[1]?.at ?? 0) - 1]).toBe(0x0a)
  })

  it('is read in steps of whole days', () => {
    const bytes = makeFile('step.txt', (i) => Math.floor((i * 40) / LINES))
    const steps = [0]
    for (let end: number | undefined = 0; end !== undefined; ) {
      end = endOfStep('step', at('step.txt'), end, bytes.length, end === 0, dayOf)
      if (end !== undefined) steps.push(end)
    }
    expect(steps.map((from) => dayOf(bytes.subarray(from, from + 9)))).toEqual([0, 14, 28])
    for (const from of steps.slice(1))
      expect([bytes[from - 1], dayOf(bytes.subarray(bytes.lastIndexOf(0x0a, from - 2) + 1, from))]).toEqual([0x0a, 14 * steps.indexOf(from) - 1])
    // Lines without a day may stand before it, more than are looked at elsewhere.
    const directives = Buffer.from('# no day\n'.repeat(3000))
    writeFileSync(at('step.txt'), Buffer.concat([directives, bytes]))
    expect(endOfStep('step', at('step.txt'), 0, directives.length + bytes.length, true, dayOf)).toBe(directives.length + Number(steps[1]))
    for (const [name, dayOfLine] of Object.entries({ one: () => 3, none: () => Number.NaN, few: (i: number) => Math.floor((i * 13) / LINES) })) {
      const all = makeFile('whole.txt', dayOfLine)
      expect(endOfStep(name, at('whole.txt'), 0, all.length, true, dayOf)).toBe(undefined)
    }
  })

  it.each([
    ['in pieces of one size', () => 1 << 18],
    ['in pieces of any size', (i: number) => 1 + ((i * 7919) % 300_000)],
    ['in pieces of whole days', () => Number.NaN],
  ])('has steps of whole days as it passes by %s', (_, sizeOf) => {
    const MAX = 300_000
    const dayEnd = (bytes: Buffer, at: number): number => {
      const day = dayOf(bytes.subarray(at, at + 9))
      let end = bytes.indexOf(0x0a, at) + 1
      while (end < bytes.length && dayOf(bytes.subarray(end, end + 9)) === day) end = bytes.indexOf(0x0a, end) + 1
      return end
    }
    const endsOf = (bytes: Buffer): number[] => {
      let ends = new StepEnds(dayOf)
      const found: number[] = []
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizeOf(i)
        const piece = bytes.subarray(at, Number.isNaN(size) ? dayEnd(bytes, at) : at + size)
        const end = ends.endIn(piece)
        at += end ?? piece.length
        if (end === undefined) continue
        found.push(at)
        ends = new StepEnds(dayOf)
      }
      return found
    }
    const bytes = makeFile('passing.txt', (i) => Math.floor((i * 40) / LINES))
    const ends = endsOf(bytes)
    expect(ends.map((at) => dayOf(bytes.subarray(at, at + 9)))).toEqual([14, 28])
    for (const at of ends)
      expect([bytes[at - 1], dayOf(bytes.subarray(bytes.lastIndexOf(0x0a, at - 2) + 1, at))]).toEqual([0x0a, 14 * (1 + ends.indexOf(at)) - 1])
    if (Number.isNaN(sizeOf(0))) return
    // A few hundred bytes a day: a step holds more days, and ends where one of the last of them begins.
    const sparse = makeFile('sparse.txt', (i) => Math.floor(i / 3))
    expect(endsOf(sparse).length).toBeGreaterThan(5)
    for (const at of [0, ...endsOf(sparse)].slice(1))
      expect(dayOf(sparse.subarray(at, at + 9))).toBe(1 + Number(dayOf(sparse.subarray(sparse.lastIndexOf(0x0a, at - 2) + 1, at))))
    expect(endsOf(sparse).every((at, i, all) => at - (all[i - 1] ?? 0) > (4 << 20) - MAX)).toBe(true)
    for (const dayOfLine of [() => 3, () => Number.NaN, (i: number) => Math.floor((i * 13) / LINES), (i: number) => Math.floor(i / 1000) % 3])
      expect(endsOf(makeFile('whole.txt', dayOfLine))).toEqual([])
  })

  it('has no step that begins behind the first line of a day, if that line comes in two pieces', () => {
    const bytes = makeFile('pieces.txt', (i) => Math.floor((i * 40) / LINES))
    const midnights = Array.from({ length: 39 }, (_, day) => bytes.indexOf(`\n${day + 1} `) + 1)
    const ends = new StepEnds(dayOf)
    let at = 0
    const found = midnights.map((midnight, i) => {
      const to = midnight + (i < 16 ? 10 : 200_000)
      const end = ends.endIn(bytes.subarray(at, to))
      const place = end === undefined ? undefined : at + end
      at = to
      return place
    })
    expect(found.findIndex((place) => place !== undefined)).toBe(16)
    expect(found[16]).toBe(midnights[16])
  })

  it('is cut where a line begins, in whatever order days come', () => {
    for (const each of [1, 13, 1000, 100_000]) {
      const bytes = makeFile('order.txt', (i) => Math.floor(i / each) % 3)
      for (const cut of cutFile('order', at('order.txt'), 0, bytes.length, dayOf)) expect(cut.at === 0 || bytes[cut.at - 1] === 0x0a).toBe(true)
    }
  })
})
