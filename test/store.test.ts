import { createHash } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogstatError } from '../src/errors.js'
import { findInputs } from '../src/input/find.js'
import { type InputResult, readInputs } from '../src/pipeline.js'
import { makeReport, type Report } from '../src/report/report.js'
import { forgetSources } from '../src/store/forget.js'
import { lastDay } from '../src/store/query.js'
import { openStore } from '../src/store/store.js'
import { type List, mergeLists, trimList } from '../src/tally/tally.js'
import { dayOf } from '../src/time-zone.js'
import { fixture } from './support.js'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const utcDay = (seconds: number) => dayOf(seconds, 'UTC')

/** Add files to the database of the test, as one run of the program does. */
async function ingest(...files: readonly string[]): Promise<InputResult[]> {
  const store = openStore(at('logs.db'))
  const results = await readInputs(findInputs(files), store, { dayZone: 'UTC' })
  store.close()
  return results
}

/** What a report says of the counts, whatever the inputs are called. */
function counts({ totals, classes, codes, rejects, period }: Report): unknown {
  return {
    totals,
    classes,
    period,
    codes: codes.map(({ timeline, ...rest }) => ({
      ...rest,
      hits: rest.hits,
      timeline: timeline.reduce((a, b) => a + (b ?? 0), 0),
    })),
    rejects: rejects.map((r) => ({ reason: r.reason, count: r.count })),
  }
}
function stored(): unknown {
  const store = openStore(at('logs.db'), { create: false })
  const report = counts(makeReport(store))
  store.close()
  return report
}
async function ofFiles(...files: readonly string[]): Promise<unknown> {
  const store = openStore(null)
  await readInputs(findInputs(files), store)
  return counts(makeReport(store))
}
const sources = () => {
  const store = openStore(at('logs.db'), { create: false })
  const all = store.sources()
  store.close()
  return all
}

const line = (i: number, status = 200): string =>
  `203.0.113.${i % 90} - - [22/Nov/2026:10:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')} +0000] "GET /page-${i % 7} HTTP/1.1" ${status} ${i} "-" "test"\n`
const lines = (from: number, to: number, status = 200): string =>
  Array.from({ length: to - from }, (_, i) => line(from + i, status)).join('')

describe('a database', () => {
  it('reports the same as the files it was fed with', async () => {
    const files = [
      'iis/u_ex261122.log',
      'iis/u_ex261123.log',
      'iis/fields-change.log',
      'apache/mixed.log',
      'iis/hostile.log',
    ].map((name) => {
      const copy = at(name.replace('/', '-'))
      const whole = readFileSync(fixture(name))
      // A last line without its newline would be left for the next run.
      writeFileSync(copy, whole.at(-1) === 10 ? whole : Buffer.concat([whole, Buffer.from('\n')]))
      return copy
    })
    await ingest(...files)
    expect(stored()).toEqual(await ofFiles(...files))
  })
  it('is not changed by reading the same again', async () => {
    const files = ['iis/u_ex261122.log', 'apache/mixed.log'].map(fixture)
    await ingest(...files)
    const before = stored()
    const again = await ingest(...files)
    expect(again.map(({ known, lines: n, entries, error }) => ({ known, n, entries, error }))).toEqual([
      { known: true, n: 0, entries: 0, error: null },
      // Its last line has no newline: it may still be being written, and is left for later.
      { known: true, n: 0, entries: 0, error: null },
    ])
    expect(stored()).toEqual(before)
    expect(sources()).toHaveLength(2)
  })
  it('takes only complete new lines of a file that grew', async () => {
    writeFileSync(at('a.log'), lines(0, 100))
    await ingest(at('a.log'))
    const next = line(100, 503)
    appendFileSync(at('a.log'), next.slice(0, 50))
    expect(await ingest(at('a.log'))).toMatchObject([{ known: true, lines: 0 }])
    appendFileSync(at('a.log'), next.slice(50) + lines(101, 140, 404))
    expect(await ingest(at('a.log'))).toMatchObject([{ known: true, lines: 40, entries: 40 }])
    expect(await ingest(at('a.log'))).toMatchObject([{ known: true, lines: 0 }])
    expect(stored()).toEqual(await ofFiles(at('a.log')))
    expect(sources()).toMatchObject([{ lines: 140, entries: 140, readTo: readFileSync(at('a.log')).length }])
  })
  it('grows by any steps to the same', async () => {
    const whole = readFileSync(fixture('iis/u_ex261122.log'))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 4 }), async (cuts) => {
        rmSync(at('logs.db'), { force: true })
        for (const cut of [...cuts.sort((a, b) => a - b), whole.length]) {
          writeFileSync(at('grows.log'), whole.subarray(0, cut))
          await ingest(at('grows.log'))
        }
        expect(stored()).toEqual(await ofFiles(fixture('iis/u_ex261122.log')))
        expect(sources()).toHaveLength(1)
      }),
      { numRuns: 6 },
    )
  })
  it('knows content that was renamed, copied or packed', async () => {
    writeFileSync(at('access.log'), lines(0, 300))
    await ingest(at('access.log'))
    const before = stored()
    renameSync(at('access.log'), at('access.log.1'))
    copyFileSync(at('access.log.1'), at('copy.log'))
    writeFileSync(at('access.log.2.gz'), gzipSync(readFileSync(at('access.log.1'))))
    for (const name of ['access.log.1', 'copy.log', 'access.log.2.gz'])
      expect(await ingest(at(name))).toMatchObject([{ known: true, lines: 0 }])
    expect(stored()).toEqual(before)
  })
  it('takes the rest of a log that grew before it was packed', async () => {
    writeFileSync(at('access.log'), lines(0, 300))
    await ingest(at('access.log'))
    appendFileSync(at('access.log'), lines(300, 350, 500))
    writeFileSync(at('access.log.1.gz'), gzipSync(readFileSync(at('access.log'))))
    writeFileSync(at('fresh.log'), lines(350, 360))
    expect(await ingest(at('access.log.1.gz'), at('fresh.log'))).toMatchObject([
      { known: true, lines: 50 },
      { known: false, lines: 10 },
    ])
    expect(stored()).toEqual(await ofFiles(at('access.log.1.gz'), at('fresh.log')))
  })
  it('adds up entries without a time and those of the day before 1970, which have the same number', async () => {
    const of = (time: string, path: string): string => `192.0.2.1 - - [${time}] "GET ${path} HTTP/1.1" 200 5 "-" "x"\n`
    const page =
      of('01/Jan/1970:00:00:30 +0000', '/old').repeat(3) + of('no time', '/none').repeat(2) + of('no time', '/old')
    for (const times of [1, 2]) {
      appendFileSync(at('old.log'), page)
      const store = openStore(at('logs.db'))
      const [result] = await readInputs(findInputs([at('old.log')]), store, { dayZone: 'America/New_York' })
      expect(result).toMatchObject({ entries: 6, withoutTime: 3, error: null })
      const values = store.db
        .prepare(
          "SELECT text, hits, error FROM top JOIN value ON value.id = value_id WHERE text LIKE '/%' OR text = 'GET' ORDER BY text",
        )
        .all()
      expect(values).toEqual([
        { text: '/none', hits: 2 * times, error: 0 },
        { text: '/old', hits: 4 * times, error: 0 },
        { text: 'GET', hits: 6 * times, error: 0 },
      ])
      expect(store.db.prepare('SELECT sum(hits) FROM span').pluck().get()).toBe(6 * times)
      store.close()
    }
  })

  it('does not confuse two logs that begin alike', async () => {
    writeFileSync(at('a.log'), lines(0, 200))
    writeFileSync(at('b.log'), lines(0, 150) + lines(400, 480, 404))
    expect(await ingest(at('a.log'), at('b.log'))).toMatchObject([
      { known: false, lines: 200 },
      { known: false, lines: 230 },
    ])
    expect(await ingest(at('b.log'), at('a.log'))).toMatchObject([
      { known: true, lines: 0 },
      { known: true, lines: 0 },
    ])
    expect(stored()).toEqual(await ofFiles(at('a.log'), at('b.log')))
  })
  it('does not take another log for the continuation of an empty one', async () => {
    writeFileSync(at('empty.log'), '')
    writeFileSync(at('begun.log'), line(0).slice(0, 40))
    await ingest(at('empty.log'))
    // A log of which no line is complete yet is nothing so far, and no log that logstat knows.
    await ingest(at('begun.log'))
    writeFileSync(at('other.log'), lines(0, 30))
    expect(await ingest(at('other.log'))).toMatchObject([{ known: false, lines: 30, entries: 30, format: 'combined' }])
    appendFileSync(at('empty.log'), lines(50, 60))
    expect(await ingest(at('empty.log'))).toMatchObject([{ known: false, entries: 10 }])
  })
  it('finds the format of a log that held only blank lines at first', async () => {
    writeFileSync(at('a.log'), '\n\n')
    expect(await ingest(at('a.log'))).toMatchObject([{ format: 'empty', ignored: 2 }])
    appendFileSync(at('a.log'), lines(0, 5))
    // Until then it has nothing to be recognised by.
    expect(await ingest(at('a.log'))).toMatchObject([{ known: false, format: 'combined', entries: 5 }])
    expect(sources()).toMatchObject([{ format: 'combined', server: 'nginx', lines: 7, ignored: 2 }])
  })
  it('goes on under the #Fields line that was in force', async () => {
    const head =
      '#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time c-ip cs-uri-stem sc-status sc-substatus sc-win32-status\r\n'
    const first = '2026-11-22 10:00:00 192.0.2.1 /a 200 0 0\r\n'
    const change = '#Fields: sc-win32-status sc-substatus sc-status cs-uri-stem time date\r\n'
    const second = '5 14 403 /b 10:00:01 2026-11-22\r\n'
    writeFileSync(at('u_ex.log'), head + first)
    await ingest(at('u_ex.log'))
    appendFileSync(at('u_ex.log'), first + change)
    await ingest(at('u_ex.log'))
    appendFileSync(at('u_ex.log'), second)
    expect(await ingest(at('u_ex.log'))).toMatchObject([{ known: true, lines: 1, entries: 1, rejected: 0 }])
    expect(stored()).toEqual(await ofFiles(at('u_ex.log')))
    expect(sources()[0]?.fields).toBe(change.trim())
  })
  it('holds no values that are not there when another program has forgotten them between two logs', async () => {
    const store = openStore(at('logs.db'))
    const add = async (name: string): Promise<void> => {
      await readInputs(findInputs([at(name)]), store, { dayZone: 'UTC' })
    }
    writeFileSync(at('a.log'), lines(0, 50))
    writeFileSync(at('b.log'), lines(50, 90))
    writeFileSync(at('c.log'), lines(90, 140, 404))
    // The first turns the database to WAL, which is a change, too.
    await add('a.log')
    await add('b.log')
    const other = openStore(at('logs.db'))
    forgetSources(
      other,
      other.sources().map(({ id }) => id),
    )
    other.close()
    await add('c.log')
    store.close()
    expect(stored()).toEqual(await ofFiles(at('c.log')))
  })
  it('keeps the samples of rejected lines with their places, over runs', async () => {
    writeFileSync(at('a.log'), `${lines(0, 3)}junk one\n`)
    await ingest(at('a.log'))
    appendFileSync(at('a.log'), `${lines(3, 5)}junk two\n`)
    await ingest(at('a.log'))
    const store = openStore(at('logs.db'))
    const { rejects } = makeReport(store)
    store.close()
    const offset = readFileSync(at('a.log')).indexOf('junk two')
    expect(rejects).toMatchObject([
      {
        reason: 'layout',
        count: 2,
        samples: [
          { line: 4, text: 'junk one' },
          { line: 7, offset, text: 'junk two' },
        ],
      },
    ])
  })
  it('keeps lists by day, and knows the last day with entries', async () => {
    await ingest(fixture('iis/u_ex261122.log'), fixture('iis/u_ex261123.log'))
    const store = openStore(at('logs.db'))
    const day = utcDay(Date.parse('2026-11-23T12:00:00Z') / 1000)
    expect(lastDay(store, 99_999)).toBe(day.number)
    expect(lastDay(store, day.number - 1)).toBe(day.number - 1)
    expect(lastDay(store, day.number - 2)).toBeUndefined()
    const report = makeReport(store, { since: day.start, until: day.end, periods: [day.number] })
    store.close()
    const alone = openStore(null)
    await readInputs(findInputs([fixture('iis/u_ex261123.log')]), alone)
    const only = makeReport(alone)
    expect(report.codes.map(({ timeline: _, ...c }) => c)).toEqual(only.codes.map(({ timeline: _, ...c }) => c))
    expect(report.period).toEqual(only.period)
  })
})

describe('a file that is no database of ours', () => {
  const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')
  const refusal = (file: string): LogstatError => {
    try {
      openStore(file).close()
    } catch (error) {
      if (error instanceof LogstatError) return error
      throw error
    }
    throw new Error('was not refused')
  }
  it('is refused and left untouched', () => {
    writeFileSync(
      at('notes.txt'),
      'These are my notes, and they are long enough to be looked at as a header of one hundred bytes or more. Indeed.',
    )
    writeFileSync(at('short'), 'x')
    const db = new Database(at('other.db'))
    db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)')
    db.close()
    for (const name of ['notes.txt', 'short', 'other.db']) {
      const before = hash(at(name))
      expect(refusal(at(name))).toMatchObject({ code: 'not-ours', message: expect.stringContaining(name) as string })
      expect(hash(at(name))).toBe(before)
      expect(existsSync(`${at(name)}-wal`)).toBe(false)
    }
  })
  it('is refused when a newer logstat wrote it', () => {
    openStore(at('new.db')).close()
    const db = new Database(at('new.db'))
    db.pragma('user_version = 99')
    db.close()
    const before = hash(at('new.db'))
    expect(refusal(at('new.db'))).toMatchObject({ code: 'newer-database', hint: 'Update logstat.' })
    expect(hash(at('new.db'))).toBe(before)
  })
  it('can be read while logs are added, from its first log on', async () => {
    const journal = (): unknown => {
      const db = new Database(at('logs.db'))
      const mode = db.pragma('journal_mode', { simple: true })
      db.close()
      return mode
    }
    openStore(at('logs.db')).close()
    expect(journal()).toBe('delete')
    await ingest(fixture('nginx/access.log'))
    expect(journal()).toBe('wal')
    // One that was cut off behind its first log is set right by whoever opens it next.
    const db = new Database(at('logs.db'))
    db.pragma('journal_mode = DELETE')
    db.close()
    openStore(at('logs.db'), { create: false }).close()
    expect(journal()).toBe('wal')
  })
  it('is not made when it only should be read, nor a folder', () => {
    expect(() => openStore(at('none.db'), { create: false })).toThrow(/no such database/)
    expect(existsSync(at('none.db'))).toBe(false)
    expect(() => openStore(join(folder, 'no', 'folder.db'))).toThrow(LogstatError)
    expect(() => openStore(folder)).toThrow(LogstatError)
  })
  it('is ours even when the program that made it was killed', () => {
    const store = openStore(at('live.db'))
    // What a crash leaves: the files as they are while the database is open.
    for (const end of ['', '-wal'])
      if (existsSync(at(`live.db${end}`))) copyFileSync(at(`live.db${end}`), at(`crashed.db${end}`))
    store.close()
    const again = openStore(at('crashed.db'))
    expect(again.sources()).toEqual([])
    again.close()
  })
})

describe('lists', () => {
  const values = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'), { maxLength: 60 })
  function listOf(all: readonly string[]): List {
    const hits = new Map<string, number>()
    for (const v of all) hits.set(v, (hits.get(v) ?? 0) + 1)
    return { values: [...hits].map(([value, n]) => ({ value, hits: n, error: 0 })), lost: 0, distinct: hits.size }
  }
  it('merge within their error bounds, however they were cut', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 6 }), (parts, n) => {
        const merged = parts.map((p) => trimList(listOf(p), n)).reduce((a, b) => trimList(mergeLists(a, b), n))
        const truth = new Map(listOf(parts.flat()).values.map((v) => [v.value, v.hits]))
        for (const v of merged.values) {
          expect(v.hits).toBeLessThanOrEqual(truth.get(v.value) as number)
          expect(v.hits + v.error).toBeGreaterThanOrEqual(truth.get(v.value) as number)
          truth.delete(v.value)
        }
        for (const hits of truth.values()) expect(hits).toBeLessThanOrEqual(merged.lost)
        expect(merged.values.length).toBeLessThanOrEqual(n)
      }),
    )
  })
  it('merge by addition as long as nothing is cut', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const order = (l: List): unknown => [...l.values].sort((x, y) => (x.value < y.value ? -1 : 1))
        const merged = mergeLists(listOf(a), listOf(b))
        expect(order(merged)).toEqual(order(listOf([...a, ...b])))
        expect(merged).toMatchObject({ lost: 0, distinct: listOf([...a, ...b]).distinct })
      }),
    )
  })
})
