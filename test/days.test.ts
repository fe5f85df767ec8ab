import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import type { Format } from '../src/format/format.js'
import { patternText } from '../src/format/pattern.js'
import { formatNamed, plansOf } from '../src/format/registry.js'
import { findInputs } from '../src/input/find.js'
import { Kernel } from '../src/kernel/kernel.js'
import { type Progress, type ReadOptions, readInputs } from '../src/pipeline.js'
import { openStore, STORED_VALUES, type Store } from '../src/store/store.js'
import { DIMENSIONS, type DimensionName } from '../src/tally/tally.js'
import { dayOf } from '../src/time-zone.js'
import { feed, logstat, readWhole } from './support.js'

// A database keeps lists by day. A midnight empties the kernel's tables, so that each day has them to itself.

/** Sizes as of logs a thousand times as large. */
const sizes = {
  cutFrom: 256 << 10,
  range: 1 << 20,
  packedRange: 64 << 10,
  unpackedApart: 64 << 10,
  fewEntries: 100,
  commitWeight: 4000,
  mostWaiting: 64 << 10,
}

const folder = mkdtempSync(join(tmpdir(), 'logstat-days-'))
const at = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const DAY = 86_400
const FIRST = Date.UTC(2026, 10, 1) / 1000
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
/** More methods than the table of methods has room for, on all days together. */
const METHODS = Array.from({ length: 700 }, (_, i) => `M${String.fromCharCode(65 + (i % 26), 65 + Math.floor(i / 26))}`)

/** By code and day: value → hits, by dimension. */
type Truth = Map<string, Record<'path' | 'client' | 'userAgent' | 'method', Map<string, number>>>

interface Asked {
  readonly lines: number
  /** When line i was written, in seconds since the log began. */
  readonly timeOf: (i: number) => number
  /** Characters that make lines longer. */
  readonly padding?: number
}

/**
 * Write a log with more clients and paths a day than a database keeps, and more codes than would fit side by side.
 * @returns what is in it
 */
function makeLog(name: string, { lines, timeOf, padding = 0 }: Asked): Truth {
  const truth: Truth = new Map()
  let state = 1
  const random = (n: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const some = (n: number): number => Math.min(random(n), random(n), random(n))
  let text = ''
  for (let i = 0; i < lines; i++) {
    const seconds = FIRST + timeOf(i)
    const time = new Date(seconds * 1000)
    const [day, month, year] = [
      String(time.getUTCDate()).padStart(2, '0'),
      MONTHS[time.getUTCMonth()],
      time.getUTCFullYear(),
    ]
    const value = {
      path: `/${some(9000)}`,
      client: `10.${some(40)}.${random(250)}.7`,
      userAgent: `agent ${some(400)} ${'x'.repeat(padding)}`,
      method: METHODS[some(METHODS.length)] as string,
    }
    const status = [200, 200, 200, 404, 200, 400 + some(12)][random(6)] as number
    const key = `${status} ${Math.floor(seconds / DAY)}`
    const of = truth.get(key) ?? { path: new Map(), client: new Map(), userAgent: new Map(), method: new Map() }
    truth.set(key, of)
    for (const [dimension, text] of Object.entries(value) as [keyof typeof value, string][])
      of[dimension].set(text, (of[dimension].get(text) ?? 0) + 1)
    text += `${value.client} - - [${day}/${month}/${year}:${time.toISOString().slice(11, 19)} +0000] "${value.method} ${value.path} HTTP/1.1" ${status} 7 "-" "${value.userAgent}"\n`
  }
  writeFileSync(at(name), text)
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
    for (const { error } of await readInputs(findInputs(names.map(at)), store, { jobs, dayZone: 'UTC', sizes }))
      expect(error).toBe(null)
    return listsIn(store)
  } finally {
    store.close()
  }
}

function listsIn({ db }: Store): Stored[] {
  const key = ['source_id', 'code_id', 'period', 'dimension_id'] as const
  const values = new Map<string, Stored['values'][number][]>()
  const rows = db
    .prepare(
      `SELECT ${key.join(', ')}, text, hits, error FROM top JOIN value ON value.id = value_id ORDER BY hits DESC, text`,
    )
    .all()
  for (const row of rows as (Record<(typeof key)[number], number> & Stored['values'][number])[]) {
    const name = key.map((column) => row[column]).join()
    const { text, hits, error } = row
    const list = values.get(name) ?? []
    list.push({ text, hits, error })
    values.set(name, list)
  }
  const lists = db
    .prepare(
      `SELECT ${key.map((column) => `list.${column}`).join(', ')}, status, name AS dimension, different, lost FROM list JOIN code ON code.id = code_id
       JOIN dimension ON dimension.id = dimension_id ORDER BY source_id, status, period, name`,
    )
    .all() as (Record<(typeof key)[number], number> & Omit<Stored, 'source' | 'values'>)[]
  return lists.map((list) => {
    const { source_id: source, status, period, dimension, different, lost } = list
    return {
      source,
      status,
      period,
      dimension,
      different,
      lost,
      values: values.get(key.map((column) => list[column]).join()) ?? [],
    }
  })
}

/**
 * Nothing is said that is not so: hits <= truth <= hits + error, what is in no list had at most `lost`, and there are
 * at least so many different values.
 */
function expectHolds(stored: readonly Stored[], truth: Truth): void {
  const names = (dimensions: Record<string, unknown>, key: string): string[] =>
    Object.keys(dimensions).map((dimension) => `${key} ${dimension}`)
  expect(stored.map(({ status, period, dimension }) => `${status} ${period} ${dimension}`).sort()).toEqual(
    [...truth].flatMap(([key, dimensions]) => names(dimensions, key)).sort(),
  )
  const wrong: string[] = []
  for (const { status, period, dimension, different, lost, values } of stored) {
    const counts = truth.get(`${status} ${period}`)?.[dimension as 'path'] ?? new Map<string, number>()
    const unlisted = new Map(counts)
    const say = (what: string): unknown => wrong.push(`${status} ${period} ${dimension}: ${what}`)
    for (const { text, hits, error } of values) {
      const real = counts.get(text) ?? 0
      if (hits > real || real > hits + error) say(`${text} ${hits} + ${error}, in truth ${real}`)
      unlisted.delete(text)
    }
    for (const [text, real] of unlisted) if (real > lost) say(`${text} is not listed, and has ${real}`)
    if (different > counts.size) say(`${different} different values, in truth ${counts.size}`)
  }
  expect(wrong).toEqual([])
}

/** It is the most frequent values of each day, without error, and how many there were. */
function expectExact(stored: readonly Stored[], truth: Truth): void {
  expectHolds(stored, truth)
  const listed = stored.map(({ status, period, dimension, different, values }) => {
    return [status, period, dimension, different, values.map(({ hits, error }) => [hits, error])]
  })
  const most = stored.map(({ status, period, dimension }) => {
    const counts = [...(truth.get(`${status} ${period}`)?.[dimension as 'path'].values() ?? [])]
    const top = counts.sort((a, b) => b - a).slice(0, STORED_VALUES)
    return [status, period, dimension, counts.length, top.map((hits) => [hits, 0])]
  })
  expect(listed).toEqual(most)
}

describe('lists by day', () => {
  it('are those of each log, of several that threads count', async () => {
    const lines = 6000
    const truths = ['a.log', 'b.log', 'c.log'].map((name, n) =>
      makeLog(name, { lines, timeOf: (i) => Math.floor((i * (4 + n) * DAY) / lines), padding: 100 }),
    )
    const [one, two] = [await storedOf(1, 'a.log', 'b.log', 'c.log'), await storedOf(2, 'a.log', 'b.log', 'c.log')]
    expect(two).toEqual(one)
    for (const [n, truth] of truths.entries())
      expectExact(
        one.filter(({ source }) => source === n + 1),
        truth,
      )
  })

  it.each([40, 3, 1])('are exact in a log of %i days that is cut, with any number of threads', async (days) => {
    const name = `days-${days}.log`
    const lines = days * 100 + 5000
    const truth = makeLog(name, { lines, timeOf: (i) => Math.floor((i * days * DAY) / lines), padding: 400 })
    const [one, ...others] = [await storedOf(1, name), await storedOf(2, name), await storedOf(3, name)]
    for (const other of others) expect(other).toEqual(one)
    expectExact(one as Stored[], truth)
    for (const dimension of DIMENSIONS)
      expect(one?.some((list) => list.dimension === dimension)).toBe(
        dimension in (truth.values().next().value as object),
      )
  })

  it('never say what is not so, in whatever order days come', async () => {
    const lines = 9000
    // The same three days again and again; within them, times that go back and forth, and lines that come a day late.
    const timeOf = (i: number): number => {
      const day = Math.floor(i / 1200) % 3
      const late = i % 300 === 0 ? -DAY : 0
      return Math.max(0, day * DAY + ((i * 7919) % DAY) + late)
    }
    const truth = makeLog('order.log', { lines, timeOf, padding: 400 })
    const [one, ...others] = [
      await storedOf(1, 'order.log'),
      await storedOf(2, 'order.log'),
      await storedOf(3, 'order.log'),
    ]
    for (const other of others) expect(other).toEqual(one)
    expectHolds(one as Stored[], truth)
  })
})

describe('a log of many days', () => {
  const lines = 8000
  const days = 40
  const DAMAGED = [10, 3500, 7990]
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
    expect(store.sources()).toMatchObject([
      { lines: lines + DAMAGED.length, entries: lines, rejected: DAMAGED.length, readTo: bytes },
    ])
    expect(store.db.prepare('SELECT sum(hits) FROM hits').pluck().get()).toBe(lines)
    expect(store.db.prepare('SELECT line FROM reject_sample ORDER BY line').pluck().all()).toEqual(
      DAMAGED.map((n) => n + 1),
    )
    expectExact(listsIn(store), truth)
  }
  const readLong = (store: Store, options: ReadOptions = {}) =>
    readInputs(findInputs([at('long.log')]), store, { jobs: 2, dayZone: 'UTC', sizes, ...options })

  it.each([
    ['by its format', undefined],
    [
      'by an expression',
      '^(?<clientIp>\\S+) \\S+ \\S+ \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)" (?<status>\\d{3}) (?<bytesSent>\\d+) "(?<referer>[^"]*)" "(?<userAgent>[^"]*)"',
    ],
  ])(
    'goes into a database in several transactions, %s, and is the same there with any number of threads',
    async (how, pattern) => {
      const found: unknown[] = []
      for (const jobs of [1, 3]) {
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
        expect(adds).toBeGreaterThan(3)
        expect(last).toMatchObject({ bytes, lines: lines + DAMAGED.length })
        expect(result).toMatchObject({
          lines: lines + DAMAGED.length,
          entries: lines,
          rejected: DAMAGED.length,
          known: false,
          error: null,
        })
        expect(result?.rejects.get('layout')?.samples.map(({ line, text }) => [line, text])).toEqual(
          DAMAGED.map((n) => [n + 1, `no entry, line ${n + 1}`]),
        )
        expect(store.sources()).toMatchObject([
          { lines: lines + DAMAGED.length, entries: lines, rejected: DAMAGED.length, readTo: bytes },
        ])
        const stored = listsIn(store)
        expectExact(stored, truth)
        const hits = store.db.prepare('SELECT sum(hits) AS hits, count(*) AS rows FROM hits').get()
        found.push({
          adds,
          stored,
          hits,
          samples: store.db.prepare('SELECT line, text FROM reject_sample ORDER BY line').all(),
        })
        expect(hits).toMatchObject({ hits: lines })
        const [again] = await readLong(store, options)
        expect(again).toMatchObject({ lines: 0, known: true })
        expect(listsIn(store)).toEqual(stored)
        store.close()
      }
      expect(found[1]).toEqual(found[0])
    },
  )

  it('is read to its end under its new name, when it is rotated between two transactions', async () => {
    copyFileSync(at('long.log'), at('rotated.log'))
    const store = openStore(at('rotated.db'))
    const fresh = '10.9.9.9 - - [20/Dec/2026:00:00:00 +0000] "GET /new HTTP/1.1" 200 7 "-" "new"\n'.repeat(20)
    let adds = 0
    const rotated = watched(store, () => {
      if (++adds !== 2) return
      renameSync(at('rotated.log'), at('rotated.log.1'))
      writeFileSync(at('rotated.log'), fresh)
    })
    const read = (name: string) => readInputs(findInputs([at(name)]), rotated, { jobs: 2, dayZone: 'UTC', sizes })
    await read('rotated.log')
    for (const name of ['rotated.log.1', 'rotated.log']) {
      const [result] = await read(name)
      expect(result).toMatchObject({ error: null })
    }
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
  ])('is read on where it was committed, when a run is broken off: %s', async (_, name) => {
    const text = readFileSync(at('long.log'))
    writeFileSync(at(name), name.endsWith('.gz') ? gzipSync(text) : text)
    const store = openStore(at(`${name}.db`))
    const read = (to: Store) => readInputs(findInputs([at(name)]), to, { jobs: 2, dayZone: 'UTC', sizes })
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
    ['in this thread', { ...sizes, unpackedApart: 1e9 }],
    ['as another thread unpacks it', sizes],
  ])('is the same when it is packed, read %s', async (how, sizes) => {
    const name = `${how}.log.gz`
    writeFileSync(at(name), gzipSync(readFileSync(at('long.log'))))
    for (const jobs of [1, 2]) {
      const store = openStore(at(`${how}-${jobs}.db`))
      const read = (to: Store, options: ReadOptions = {}) =>
        readInputs(findInputs([at(name)]), to, { jobs, dayZone: 'UTC', sizes, ...options })
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
      expect(adds).toBeGreaterThan(3)
      expect(last).toMatchObject({ bytes: statSync(at(name)).size, lines: lines + DAMAGED.length })
      expectAll(store)
      expect(result).toMatchObject({
        lines: lines + DAMAGED.length,
        entries: lines,
        rejected: DAMAGED.length,
        known: false,
        error: null,
      })
      expect(await read(store)).toMatchObject([{ lines: 0, known: true }])
      expect(await readLong(store)).toMatchObject([{ lines: 0, known: true }])
      expectAll(store)
      store.close()
    }
  })

  it('is the same among other packed ones, too, with any number of threads', async () => {
    const names = ['one', 'two', 'three']
    const truths = names.map((name, n) => {
      const of = makeLog(name, { lines: 4000, timeOf: (i) => n + Math.floor((i * 15 * DAY) / 4000), padding: 150 })
      writeFileSync(at(`${name}.gz`), gzipSync(readFileSync(at(name)), { level: 0 }))
      return of
    })
    const packed = names.map((name) => at(`${name}.gz`))
    expect(packed.reduce((sum, path) => sum + statSync(path).size, 0)).toBeGreaterThan(sizes.cutFrom)
    const found: Stored[][] = []
    for (const jobs of [1, 3]) {
      const store = openStore(at(`packed-${jobs}.db`))
      let adds = 0
      const results = await readInputs(
        findInputs(packed),
        watched(store, () => adds++),
        { jobs, dayZone: 'UTC', sizes },
      )
      expect(results).toMatchObject(names.map(() => ({ entries: 4000, rejected: 0, known: false, error: null })))
      expect(adds).toBeGreaterThan(names.length)
      found.push(listsIn(store))
      expect(await readInputs(findInputs(packed), store, { jobs, dayZone: 'UTC', sizes })).toMatchObject(
        names.map(() => ({ lines: 0, known: true })),
      )
      store.close()
    }
    expect(found[1]).toEqual(found[0])
    for (const [n, of] of truths.entries())
      expectExact(
        (found[0] as Stored[]).filter(({ source }) => source === n + 1),
        of,
      )
  })

  it('is looked at again, when another program has added to it between two transactions of a packed one', async () => {
    writeFileSync(at('other.log.gz'), gzipSync(readFileSync(at('long.log'))))
    const store = openStore(at('other.db'))
    let adds = 0
    const overtaken = watched(store, () => {
      if (++adds === 2)
        expect(logstat(['ingest', at('long.log'), '--tz', 'UTC', '--db', at('other.db')])).toMatchObject({ status: 0 })
    })
    const [result] = await readInputs(findInputs([at('other.log.gz')]), overtaken, { jobs: 1, dayZone: 'UTC', sizes })
    expect(result?.entries).toBeLessThan(lines)
    expectAll(store)
    store.close()
  })

  it('is the same when it is packed and its fields change on the way', async () => {
    const HEADERS = ['date time cs-method cs-uri-stem c-ip sc-status', 'time date sc-status c-ip cs-uri-stem cs-method']
    const count = 20_000
    let text = ''
    for (let i = 0; i < count; i++) {
      if (i % 7000 === 0)
        text += `#Software: Microsoft Internet Information Services 10.0\r\n#Fields: ${HEADERS[(i / 7000) % 2]}\r\n`
      const [date, time] = new Date((FIRST + Math.floor((i * 40 * DAY) / count)) * 1000)
        .toISOString()
        .slice(0, 19)
        .split('T')
      const [path, client, status] = [`/${i % 777}`, `10.0.0.${i % 250}`, [200, 404, 500][i % 3]]
      text +=
        (i / 7000) % 2 < 1
          ? `${date} ${time} GET ${path} ${client} ${status}\r\n`
          : `${time} ${date} ${status} ${client} ${path} GET\r\n`
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
        { jobs: 2, dayZone: 'UTC', sizes },
      )
      expect(result).toMatchObject({ entries: count, rejected: 0, error: null })
      expect(adds).toBeGreaterThan(3)
      found.push(listsIn(store))
      for (const { values, period } of listsIn(store).filter(
        ({ dimension, status }) => dimension === 'method' && status === 404,
      )) {
        const ofDay = Array.from({ length: count }, (_, i) => i).filter(
          (i) => i % 3 === 1 && Math.floor((i * 40) / count) === period - FIRST / DAY,
        )
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
])('a log %s is counted to its end when most of its first days is not understood', async (_, name, times, code) => {
  const lines = 6000
  const truth = makeLog('half.txt', { lines, timeOf: (i) => Math.floor((i * 30 * DAY) / lines), padding: 150 })
  const noise = `what is this ${'?'.repeat(60)}\n`.repeat(times)
  const text = readFileSync(at('half.txt'), 'utf8')
    .split('\n')
    .map((line, i) => (i > 1000 && i < 2900 ? `${noise}${line}` : line))
    .join('\n')
  writeFileSync(at(name), name.endsWith('.gz') ? gzipSync(text) : text)
  const store = openStore(at(`${name}.db`))
  const [result] = await readInputs(findInputs([at(name)]), store, { jobs: 2, dayZone: 'UTC', sizes })
  expect(result).toMatchObject({ entries: lines, rejected: times * 1899, format: 'combined', error: code && { code } })
  expectExact(listsIn(store), truth)
  store.close()
})

describe('a midnight', () => {
  const line = (day: number): string =>
    `10.0.0.1 - - [${String(day).padStart(2, '0')}/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 7 "-" "-"\n`
  /** How many entries the tables hold each time a midnight empties them, and at the end. */
  function cutsOf(days: readonly (readonly [day: number, lines: number])[], few: number): number[] {
    const kernel = new Kernel()
    kernel.setPeriods((seconds) => dayOf(seconds, 'UTC'))
    kernel.cutAtPeriods(few)
    const held = (): number => [...readWhole(kernel).codes.values()].reduce((sum, { hits }) => sum + hits, 0)
    const cuts: number[] = []
    kernel.onStop = () => cuts.push(held())
    feed(
      kernel,
      Buffer.from(days.map(([day, lines]) => line(day).repeat(lines)).join('')),
      plansOf(formatNamed('combined') as Format),
    )
    return [...cuts, held()]
  }

  it.each([
    [
      'before the first line of a later day',
      [
        [1, 300],
        [2, 500],
        [3, 10],
      ],
      1,
      [300, 500, 10],
    ],
    [
      'not again for lines that come late',
      [
        [1, 300],
        [2, 500],
        [1, 2],
        [2, 70],
        [3, 10],
      ],
      1,
      [300, 572, 10],
    ],
    [
      'once the tables hold something',
      [
        [1, 30],
        [2, 80],
        [3, 200],
        [4, 5],
      ],
      100,
      [110, 200, 5],
    ],
    [
      'in a log that begins again with earlier days',
      [
        [1, 300],
        [2, 300],
        [1, 70_000],
        [2, 20],
        [3, 10],
      ],
      1,
      [300, 70_300, 20, 10],
    ],
    [
      'behind a line whose clock was wrong',
      [
        [1, 300],
        [29, 1],
        [1, 70_000],
        [2, 20],
        [3, 10],
      ],
      1,
      [300, 70_001, 20, 10],
    ],
  ] as const)('empties the tables %s', (_, days, few, cuts) => {
    expect(cutsOf(days, few)).toEqual(cuts)
  })
})
