import { spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync, inflateRawSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findInputs, type Input } from '../src/input/find.js'
import { type InputResult, readInputs } from '../src/pipeline.js'
import { cutFile } from '../src/plan/cut.js'
import { SIZES } from '../src/plan/sizes.js'
import { makeReport, type Report } from '../src/report/report.js'
import { setAnonymize } from '../src/store/anonymize.js'
import { checkStore } from '../src/store/check.js'
import { migrate } from '../src/store/migrate.js'
import { prune, rollUp, setKeep } from '../src/store/roll-up.js'
import { openStore, type Store } from '../src/store/store.js'
import { startOfDay } from '../src/time-zone.js'
import { logstat } from './support.js'

const BIN = fileURLToPath(new URL('../bin/logstat.js', import.meta.url))

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const DAY = 86400
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Lines of nginx, one a second from 2026-01-01 on, or from `first`. */
function lines(from: number, to: number, first = Date.UTC(2026, 0, 1) / 1000, step = 1): string {
  let text = ''
  for (let i = from; i < to; i++) {
    const d = new Date((first + i * step) * 1000)
    const time = `${String(d.getUTCDate()).padStart(2, '0')}/${MONTHS[d.getUTCMonth()]}/${d.getUTCFullYear()}:${d.toISOString().slice(11, 19)}`
    const status = [200, 200, 404, 500][i % 4]
    text += `203.0.113.${i % 250} - - [${time} +0000] "GET /page-${i % 7}?token=secret${i} HTTP/1.1" ${status} ${i} "http://example.org/from?session=secret" "test"\n`
  }
  return text
}
async function withStore<T>(name: string, work: (store: Store) => T | Promise<T>): Promise<T> {
  const store = openStore(at(name))
  try {
    return await work(store)
  } finally {
    store.close()
  }
}
const ingest = (db: string, ...files: readonly string[]): Promise<InputResult[]> =>
  withStore(db, (store) => readInputs(findInputs(files.map(at)), store, { dayZone: 'UTC', jobs: 1 }))
const entries = (db: string): Promise<number> => withStore(db, (store) => makeReport(store).totals.entries)
const sound = (db: string): Promise<string[]> => withStore(db, checkStore)
const rows = (db: string, sql: string): unknown[] => {
  const file = new Database(at(db), { readonly: true })
  const all = file.prepare(sql).all()
  file.close()
  return all
}

describe('forget', () => {
  it('undoes an import exactly', async () => {
    writeFileSync(at('a.log'), lines(0, 500))
    writeFileSync(at('b.log'), `${lines(500, 900)}junk\n`)
    await ingest('one.db', 'a.log')
    await ingest('two.db', 'a.log', 'b.log')
    expect(logstat(['forget', at('b.log'), '--db', at('two.db')])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('400 entries') as string,
    })
    const content = (db: string): unknown =>
      ['hits', 'span', 'list', 'top', 'reject', 'reject_sample', 'packed', 'code', 'value'].map((t) =>
        rows(db, `SELECT * FROM ${t}`),
      )
    expect(content('two.db')).toEqual(content('one.db'))
    expect(await ingest('two.db', 'b.log')).toMatchObject([{ known: false, entries: 400, rejected: 1 }])
    expect(await sound('two.db')).toEqual([])
  })
  it('takes a number, a name that is gone, and the content of a copy; and says what it cannot find', async () => {
    for (const [name, from] of [
      ['a.log', 0],
      ['b.log', 1000],
      ['c.log', 2000],
    ] as const)
      writeFileSync(at(name), lines(from, from + 100))
    await ingest('logs.db', 'a.log', 'b.log', 'c.log')
    writeFileSync(at('copy.gz'), gzipSync(readFileSync(at('b.log'))))
    unlinkSync(at('c.log'))
    expect(logstat(['forget', '1', at('copy.gz'), at('c.log'), '--db', at('logs.db')]).status).toBe(0)
    expect(await entries('logs.db')).toBe(0)
    expect(logstat(['forget', 'never.log', '--db', at('logs.db')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('never.log') as string,
    })
  })
  it('does not guess between several logs of one name', async () => {
    for (const from of [0, 500]) {
      writeFileSync(at('access.log'), lines(from, from + 50))
      await ingest('logs.db', 'access.log')
    }
    unlinkSync(at('access.log'))
    expect(logstat(['forget', at('access.log'), '--db', at('logs.db')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('sources 1, 2') as string,
    })
    expect(await entries('logs.db')).toBe(100)
  })
})

describe('merge', () => {
  const merge = (...files: readonly string[]) => logstat(['merge', ...files.map(at), '-o', at('all.db')])
  it('keeps sources apart and takes one that both have from the one that read further', async () => {
    writeFileSync(at('shared.log'), lines(0, 300))
    writeFileSync(at('own.log'), lines(5000, 5100))
    await ingest('a.db', 'shared.log', 'own.log')
    appendFileSync(at('shared.log'), lines(300, 450))
    writeFileSync(at('other.log'), lines(9000, 9010))
    await ingest('b.db', 'shared.log', 'other.log')
    for (const order of [
      ['a.db', 'b.db'],
      ['b.db', 'a.db'],
    ]) {
      expect(merge(...order)).toMatchObject({ status: 0, stderr: '' })
      expect(await entries('all.db')).toBe(560)
      expect(await withStore('all.db', (store) => store.sources().length)).toBe(3)
      expect(await sound('all.db')).toEqual([])
      // What is merged is known.
      expect(await ingest('all.db', 'shared.log', 'own.log', 'other.log')).toMatchObject([
        { lines: 0 },
        { lines: 0 },
        { lines: 0 },
      ])
      rmSync(at('all.db'))
    }
    expect(await entries('a.db')).toBe(400)
  })
  it('reports the same as one database of all logs', async () => {
    writeFileSync(at('a.log'), lines(0, 2000))
    writeFileSync(at('b.log'), lines(2000, 3000))
    await ingest('a.db', 'a.log')
    await ingest('b.db', 'b.log')
    await ingest('both.db', 'a.log', 'b.log')
    merge('a.db', 'b.db')
    const report = (db: string): Promise<Report> => withStore(db, (store) => makeReport(store))
    expect(await report('all.db')).toEqual(await report('both.db'))
  })
  it('takes a stream once when databases are copies of each other', async () => {
    expect(logstat(['ingest', '-', '--source', 'web', '--db', at('a.db')], { input: lines(0, 20) }).status).toBe(0)
    writeFileSync(at('b.db'), readFileSync(at('a.db')))
    expect(merge('a.db', 'b.db').status).toBe(0)
    expect(await entries('all.db')).toBe(20)
  })
  it('writes over nothing, and leaves nothing when it fails', async () => {
    await ingest('a.db')
    await ingest('b.db')
    writeFileSync(at('all.db'), 'mine')
    expect(merge('a.db', 'b.db')).toMatchObject({ status: 2 })
    expect(readFileSync(at('all.db'), 'utf8')).toBe('mine')
    rmSync(at('all.db'))
    expect(merge('a.db', 'none.db')).toMatchObject({ status: 2 })
    await withStore('b.db', (store) => setAnonymize(store.db, 'hash'))
    expect(merge('a.db', 'b.db')).toMatchObject({ status: 2, stderr: expect.stringContaining('--anonymize') as string })
    expect(spawnSync('ls', [folder], { encoding: 'utf8' }).stdout).not.toContain('all.db')
  })
})

describe('age', () => {
  it('makes counts coarser and changes no total', async () => {
    // 300 days, an entry every 20 minutes.
    writeFileSync(at('a.log'), lines(0, 21_600, undefined, 1200))
    await ingest('logs.db', 'a.log')
    const before = await withStore('logs.db', (store) => makeReport(store))
    await withStore('logs.db', (store) => {
      setKeep(store, { minutes: 10 * DAY, hours: 100 * DAY })
      rollUp(store, Date.UTC(2027, 0, 1) / 1000)
    })
    expect(await sound('logs.db')).toEqual([])
    const widths = rows(
      'logs.db',
      'SELECT seconds, count(*) AS n, sum(hits) AS hits FROM hits GROUP BY 1 ORDER BY 1',
    ) as { seconds: number; hits: number }[]
    // The newest day and the ten before it; the ninety before those.
    expect(widths).toMatchObject([
      { seconds: 60, hits: 11 * 72 },
      { seconds: 3600, hits: 90 * 72 },
      { seconds: 86400, hits: 199 * 72 },
    ])
    const after = await withStore('logs.db', (store) => makeReport(store))
    const plain = ({ codes, totals, period, classes }: Report): unknown => ({
      totals,
      period,
      classes,
      codes: codes.map(({ timeline: _, ...c }) => c),
    })
    expect(plain(after)).toEqual(plain(before))
  })
  it('makes counts of an older log coarser, too, which is read last', async () => {
    writeFileSync(at('new.log'), lines(0, 200))
    writeFileSync(at('old.log'), lines(0, 200, Date.UTC(2025, 9, 1) / 1000, 60))
    const ingestAndAge = async (name: string): Promise<unknown[]> => {
      await ingest('logs.db', name)
      await withStore('logs.db', (store) => rollUp(store))
      return rows('logs.db', 'SELECT seconds, sum(hits) AS hits FROM hits GROUP BY 1')
    }
    expect(await ingestAndAge('new.log')).toEqual([{ seconds: 60, hits: 200 }])
    expect(await ingestAndAge('old.log')).toEqual([
      { seconds: 60, hits: 200 },
      { seconds: 3600, hits: 200 },
    ])
  })
  it('does nothing when the clock runs ahead, and an old log keeps its minutes', async () => {
    writeFileSync(at('a.log'), lines(0, 100))
    await ingest('logs.db', 'a.log')
    await withStore('logs.db', (store) => rollUp(store, Date.UTC(2050, 0, 1) / 1000))
    expect(rows('logs.db', 'SELECT DISTINCT seconds FROM hits')).toEqual([{ seconds: 60 }])
  })
  it('keeps the timeline of counts that are older than all that is known of their code', async () => {
    // A bucket that reaches into a day that is kept outlives the day it begins in.
    writeFileSync(at('a.log'), lines(0, 100))
    await ingest('logs.db', 'a.log')
    await withStore('logs.db', (store) => {
      for (const table of ['span', 'top', 'list']) store.db.exec(`DELETE FROM ${table}`)
      const { codes, timeline } = makeReport(store)
      expect(codes.length).toBeGreaterThan(0)
      for (const { hits, timeline, firstSeen } of codes)
        expect([timeline.reduce((n, h) => n + h, 0), firstSeen]).toEqual([hits, null])
      expect(timeline.reduce((n, b) => n + b.hits, 0)).toBe(100)
    })
  })
  it('prunes what is older, and does not count it anew', async () => {
    writeFileSync(at('a.log'), lines(0, 7200, undefined, 1200))
    await ingest('logs.db', 'a.log')
    const first = Date.UTC(2026, 2, 1) / 1000 / DAY
    const pruned = await withStore('logs.db', (store) => prune(store, first, startOfDay(first, 'UTC')))
    expect(pruned).toBe((31 + 28) * 72)
    expect(await entries('logs.db')).toBe(7200 - pruned)
    expect(await withStore('logs.db', (store) => makeReport(store).totals.lines)).toBe(7200 - pruned)
    expect(await sound('logs.db')).toEqual([])
    expect(await ingest('logs.db', 'a.log')).toMatchObject([{ known: true, lines: 0 }])
    expect(logstat(['prune', '--keep', '1d', '--db', at('logs.db')])).toMatchObject({ status: 0 })
    expect(await entries('logs.db')).toBe(0)
  })
  it('refuses ages that make no sense', async () => {
    await ingest('logs.db')
    expect(logstat(['prune', '--keep', 'soon', '--db', at('logs.db')]).status).toBe(2)
    expect(logstat(['prune', '--minutes', '20d', '--hours', '10d', '--db', at('logs.db')]).status).toBe(2)
  })
})

describe('a set of rotated logs', () => {
  it('comes to the same in any order, given twice, renamed, packed and unpacked', async () => {
    // A fixed shuffle: 1 to 40 times 7 modulo 41.
    const order = Array.from({ length: 40 }, (_, i) => ((i + 1) * 7) % 41)
    const forms = Array.from({ length: 10 }, (_, log) => {
      const text = lines(log * 300, log * 300 + 300)
      writeFileSync(at(`access.log.${log}.gz`), gzipSync(text))
      writeFileSync(at(`access.log-202601${10 + log}`), text)
      writeFileSync(at(`again-${log}.bin`), gzipSync(text, { level: 1 }))
      // The log as it was before it was rotated, in the middle of a line.
      writeFileSync(at(`begun-${log}.log`), text.slice(0, text.length * 0.7))
      return [`access.log.${log}.gz`, `access.log-202601${10 + log}`, `again-${log}.bin`, `begun-${log}.log`]
    }).flat()
    const results = await ingest('logs.db', ...order.map((n) => forms[n - 1] as string))
    expect(results.reduce((sum, { entries }) => sum + entries, 0)).toBe(3000)
    expect(await ingest('logs.db', ...forms)).toMatchObject(forms.map(() => ({ known: true, lines: 0, error: null })))
    expect(await entries('logs.db')).toBe(3000)
    expect(await withStore('logs.db', (store) => store.sources().length)).toBe(10)
    expect(await sound('logs.db')).toEqual([])
  })
})

describe('personal data', () => {
  /** Evidence is packed in the file. */
  const evidenceIn = (db: string): string =>
    (rows(db, 'SELECT data FROM evidence') as { data: Buffer }[]).map(({ data }) => inflateRawSync(data)).join('')
  const bytesOf = (db: string): string => readFileSync(at(db), 'latin1') + evidenceIn(db)
  it('is readable to its owner only, and holds no query string', async () => {
    writeFileSync(at('a.log'), `${lines(0, 100)}junk /x?token=secret1 a=secret2&b=secret3 203.0.113.9\n`)
    await ingest('logs.db', 'a.log')
    await withStore('logs.db', (store) => expect(statSync(store.file as string).mode & 0o077).toBe(0))
    expect(bytesOf('logs.db')).toContain('/page-3')
    expect(bytesOf('logs.db')).not.toContain('secret')
  })
  it('keeps shortened addresses only, when asked to, with true counts', async () => {
    const six = lines(0, 50).replaceAll(/^203\.0\.113\.\d+/gm, '2001:db8:77:1:2:3:4:5')
    writeFileSync(at('a.log'), `${lines(0, 1000)}${six}junk 203.0.113.9\n`)
    expect(logstat(['ingest', '--anonymize', 'truncate', at('a.log'), '--db', at('logs.db')]).status).toBe(0)
    expect(bytesOf('logs.db')).not.toMatch(/203\.0\.113\.[1-9]|2001:db8:77:1/)
    expect(rows('logs.db', 'SELECT client, hits, error FROM clients_by_code WHERE status = 404')).toEqual([
      { client: '203.0.113.0', hits: 250, error: 0 },
      { client: '2001:db8:77::', hits: 12, error: 0 },
    ])
    // The database remembers.
    writeFileSync(at('b.log'), lines(2000, 2100))
    expect(logstat(['ingest', at('b.log'), '--db', at('logs.db')]).status).toBe(0)
    expect(bytesOf('logs.db')).not.toMatch(/203\.0\.113\.[1-9]/)
    expect(logstat(['ingest', '--anonymize', 'hash', at('b.log'), '--db', at('logs.db')])).toMatchObject({ status: 2 })
  })
  it('keeps nothing of a visit in paths and referers, when it is to be anonymous', () => {
    const log = (id: string): string =>
      `203.0.113.9 - - [01/Oct/2026:00:00:00 +0000] "GET /a;jsessionid=${id}/b;v=1#${id} HTTP/1.1" 404 0 "http://e.org/x;sid=${id}#${id}" "-"\n`
    writeFileSync(at('a.log'), ['SECRET1', 'SECRET2', 'SECRET3'].map(log).join(''))
    expect(logstat(['ingest', '--anonymize', 'hash', at('a.log'), '--db', at('logs.db')]).status).toBe(0)
    // A name that is hidden already stays as it is when the log goes on.
    const client = /"client":"(#\w+)"/.exec(evidenceIn('logs.db'))?.[1] as string
    writeFileSync(at('a.log'), ['SECRET1', 'SECRET2', 'SECRET3', 'SECRET4'].map(log).join(''))
    expect(logstat(['ingest', at('a.log'), '--db', at('logs.db')]).status).toBe(0)
    expect(new Set(evidenceIn('logs.db').match(/#\w{16}/g))).toEqual(new Set([client]))
    expect(bytesOf('logs.db')).not.toContain('SECRET')
    expect(
      rows(
        'logs.db',
        "SELECT dimension, value, hits FROM values_by_code WHERE dimension IN ('path', 'referer') ORDER BY 1",
      ),
    ).toEqual([
      { dimension: 'path', value: '/a;jsessionid=…/b;v=…#…', hits: 4 },
      { dimension: 'referer', value: 'http://e.org/x;sid=…#…', hits: 4 },
    ])
    expect(logstat(['doctor', '--db', at('logs.db')]).status).toBe(0)
  })
  it('does not promise to keep no addresses where some are kept', async () => {
    writeFileSync(at('a.log'), lines(0, 40))
    await ingest('logs.db', 'a.log')
    expect(logstat(['ingest', '--anonymize', 'hash', at('a.log'), '--db', at('logs.db')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('full client addresses') as string,
    })
  })
  it('keeps hashes of addresses, which another database does not share', async () => {
    writeFileSync(at('a.log'), lines(0, 40))
    for (const db of ['a.db', 'b.db']) logstat(['ingest', '--anonymize', 'hash', at('a.log'), '--db', at(db)])
    const clients = (db: string): unknown[] => rows(db, 'SELECT client FROM clients_by_code ORDER BY 1')
    expect(clients('a.db')).toHaveLength(40)
    expect(JSON.stringify(clients('a.db'))).toMatch(/"#[0-9a-f]{16}"/)
    expect(clients('a.db')).not.toEqual(clients('b.db'))
    expect(bytesOf('a.db')).not.toContain('203.0.113')
  })
})

describe('standard input', () => {
  it('is a source by its name, and every line of it counts', async () => {
    for (const [name, text] of [
      ['web', lines(0, 30)],
      ['web', lines(30, 50)],
      ['mail', lines(0, 5)],
    ] as const)
      expect(logstat(['ingest', '-', '--source', name, '--db', at('logs.db')], { input: text })).toMatchObject({
        status: 0,
        stderr: '',
      })
    const { stdout } = logstat(['sources', '--db', at('logs.db'), '--format', 'json'])
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'web', stream: true, entries: 50 },
      { name: 'mail', stream: true, entries: 5 },
    ])
    expect(await sound('logs.db')).toEqual([])
  })
})

describe('a line whose end was not written when it was counted', () => {
  it('is counted once', async () => {
    const text = lines(0, 101)
    const cut = text.slice(0, lines(0, 100).length + 60)
    writeFileSync(at('cut.gz'), gzipSync(cut))
    expect(await ingest('logs.db', 'cut.gz')).toMatchObject([{ lines: 101, entries: 100, rejected: 1 }])
    expect(await ingest('logs.db', 'cut.gz')).toMatchObject([{ lines: 0 }])
    writeFileSync(at('plain.log'), cut)
    expect(await ingest('logs.db', 'plain.log')).toMatchObject([{ known: true, lines: 0 }])
    writeFileSync(at('whole.log'), text + lines(101, 150))
    expect(await ingest('logs.db', 'whole.log')).toMatchObject([{ known: true, lines: 49, entries: 49 }])
    expect(await sound('logs.db')).toEqual([])
  })
  it('is counted once when it is too long to be kept', async () => {
    const long = 'x'.repeat(3 << 20)
    writeFileSync(at('a.log'), lines(0, 10) + long)
    await ingest('logs.db', 'a.log')
    appendFileSync(at('a.log'), long)
    await ingest('logs.db', 'a.log')
    appendFileSync(at('a.log'), `${long}\n${lines(10, 20)}`)
    await ingest('logs.db', 'a.log')
    expect(await withStore('logs.db', (store) => store.sources())).toMatchObject([
      { lines: 21, entries: 20, rejected: 1 },
    ])
  })
})

describe('a W3C log whose records have a time alone', () => {
  it('takes their date from the #Date line, and from the record before, also when it is read on', async () => {
    const record = (time: string): string => `${time} GET /a.aspx - 404 0 2 203.0.113.9\r\n`
    writeFileSync(
      at('u_ex.log'),
      `#Software: Microsoft Internet Information Services 10.0\r\n#Date: 2026-03-01 00:00:00\r\n#Fields: time cs-method cs-uri-stem cs-uri-query sc-status sc-substatus sc-win32-status c-ip\r\n${record('08:00:00')}`,
    )
    await ingest('logs.db', 'u_ex.log')
    const seen = ['2026-03-01 08:00:00']
    for (const [text, moment] of [
      [record('23:59:59'), '2026-03-01 23:59:00'],
      // After midnight the date goes on by itself.
      [record('00:00:01'), '2026-03-02 00:00:00'],
      [`#Date: 2026-03-05 06:00:00\r\n${record('06:00:01')}`, '2026-03-05 06:00:00'],
      [`${record('07:00:00').trimEnd()}`, ''],
      [`\r\n${record('08:00:00')}`, '2026-03-05 08:00:00'],
    ] as const) {
      appendFileSync(at('u_ex.log'), text)
      // A packed file is read to the end of what there is; the rest comes with the log itself.
      if (moment === '') writeFileSync(at('u_ex.gz'), gzipSync(readFileSync(at('u_ex.log'))))
      await ingest('logs.db', moment === '' ? 'u_ex.gz' : 'u_ex.log')
      seen.push(moment || '2026-03-05 07:00:00')
    }
    expect(rows('logs.db', "SELECT datetime(start, 'unixepoch') AS minute, hits FROM hits ORDER BY start")).toEqual(
      seen.map((minute) => ({ minute, hits: 1 })),
    )
  })
})

describe('new lines that are all rubbish', () => {
  it('are counted as rejected, once, and are no failure', async () => {
    writeFileSync(at('a.log'), lines(0, 10))
    await ingest('logs.db', 'a.log')
    appendFileSync(at('a.log'), 'rubbish\n')
    expect(await ingest('logs.db', 'a.log')).toMatchObject([{ known: true, rejected: 1, error: null }])
    expect(await ingest('logs.db', 'a.log')).toMatchObject([{ known: true, lines: 0, error: null }])
  })
})

describe('a large log that is gone, or cannot be read, when it is to be cut', () => {
  it('is told as such, so that it can be looked for again', () => {
    expect(() => cutFile('a.log', at('none.log'), 0, 1e9, SIZES)).toThrow(
      expect.objectContaining({ code: 'changed' }) as Error,
    )
    expect(() => cutFile('a.log', folder, 0, 1e9, SIZES)).toThrow(
      expect.objectContaining({ code: 'unreadable' }) as Error,
    )
  })
})

describe('a large log that was replaced by a smaller one after it was found', () => {
  it('is read as it is now', async () => {
    const part = lines(0, 10_000)
    const text = part.repeat(Math.ceil(36e6 / part.length))
    writeFileSync(at('a.log'), text)
    const [input] = findInputs([at('a.log')])
    await withStore('logs.db', async (store) => {
      const results = await readInputs([{ ...(input as Input), size: 2 * text.length }], store, {
        dayZone: 'UTC',
        jobs: 1,
      })
      expect(results).toMatchObject([{ error: null, entries: text.split('\n').length - 1 }])
    })
    expect(await sound('logs.db')).toEqual([])
  })
})

describe('damage', () => {
  it('of a packed file is made good by the whole file', async () => {
    const packed = gzipSync(lines(0, 20_000))
    writeFileSync(at('a.gz'), packed.subarray(0, packed.length >> 1))
    const [first] = await ingest('logs.db', 'a.gz')
    expect(first?.error?.code).toBe('damaged')
    writeFileSync(at('a.gz'), packed)
    const [second] = await ingest('logs.db', 'a.gz')
    expect(second?.error).toBeNull()
    expect((first?.entries ?? 0) + (second?.entries ?? 0)).toBe(20_000)
    expect(await entries('logs.db')).toBe(20_000)
  })
  it('of a database is found', async () => {
    writeFileSync(at('a.log'), lines(0, 2000))
    await ingest('logs.db', 'a.log')
    expect(logstat(['doctor', '--db', at('logs.db')])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('sound') as string,
    })
    const db = new Database(at('logs.db'))
    db.exec('UPDATE hits SET hits = hits + 1 WHERE start % 7200 = 0')
    db.exec('DROP VIEW codes_by_day')
    db.close()
    expect(logstat(['doctor', '--db', at('logs.db')])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/missing: view codes_by_day[\s\S]*hits do not add up/) as string,
    })
    const bytes = readFileSync(at('logs.db'))
    bytes.fill(0xab, 3 * 4096, 6 * 4096)
    writeFileSync(at('logs.db'), bytes)
    const { status, stderr } = logstat(['doctor', '--db', at('logs.db')])
    expect(status).toBe(2)
    expect(stderr).not.toContain('    at ')
    expect(stderr).toContain('logs.db')
  })
})

describe('values that become the same text', () => {
  const long = `/${'a'.repeat(1500)}`
  const line = (path: string, agent: string): Buffer =>
    Buffer.concat([
      Buffer.from('192.0.2.1 - - [22/Nov/2026:10:00:00 +0000] "GET '),
      Buffer.from(path, 'latin1'),
      Buffer.from(` HTTP/1.1" 404 5 "-" "${agent}"\n`),
    ])

  it('are one value of a list: long ones that begin alike, a byte that is no UTF-8 and what stands for it', async () => {
    const paths = [`${long}x`, `${long}y`, `${long}y`, '/caf\xe9', '/caf\\xE9', '/other']
    writeFileSync(at('a.log'), Buffer.concat(paths.map((path, i) => line(path, `${'b'.repeat(2000)}${i}`))))
    const report = logstat([at('a.log'), '--format', 'json'])
    expect(report).toMatchObject({ status: 0, stderr: '' })
    await ingest('logs.db', 'a.log')
    for (const made of [
      JSON.parse(report.stdout) as Report,
      await withStore('logs.db', (store) => makeReport(store)),
    ]) {
      const [code] = made.codes
      expect(code?.top.paths.map(({ value, hits }) => [value, hits])).toEqual([
        [long.slice(0, 1024), 3],
        ['/caf\\xE9', 2],
        ['/other', 1],
      ])
      expect(code?.distinct).toMatchObject({ paths: { count: 3, exact: true }, userAgents: { count: 1, exact: true } })
    }
    expect(await sound('logs.db')).toEqual([])
  })
})

describe('a clock that begins anew', () => {
  it('counts entries of before 1970 in the timeline, too', async () => {
    const [early, later] = ['01/Jan/1970:00:00:30 +0100', '01/Jan/1970:02:00:30 +0100']
    writeFileSync(
      at('a.log'),
      [early, later].map((time) => `192.0.2.1 - - [${time}] "GET / HTTP/1.1" 200 5 "-" "x"\n`).join(''),
    )
    const { timeline, period } = JSON.parse(logstat([at('a.log'), '--format', 'json']).stdout) as Report
    expect(period).toEqual({ from: '1969-12-31T23:00:30Z', to: '1970-01-01T01:00:30Z' })
    expect(timeline.reduce((n, { hits }) => n + hits, 0)).toBe(2)
  })
})

describe('a full disk', () => {
  it('leaves the database as it was, and a later run makes it whole', async () => {
    writeFileSync(at('a.log'), lines(0, 1000))
    writeFileSync(at('b.log'), lines(5000, 30_000, undefined, 61))
    await ingest('logs.db', 'a.log')
    const store = openStore(at('logs.db'))
    store.db.pragma(`max_page_count = ${Number(store.db.pragma('page_count', { simple: true })) + 4}`)
    await expect(readInputs(findInputs([at('b.log')]), store, { dayZone: 'UTC', jobs: 1 })).rejects.toMatchObject({
      code: 'disk-full',
    })
    store.close()
    expect(await entries('logs.db')).toBe(1000)
    expect(await sound('logs.db')).toEqual([])
    expect(await ingest('logs.db', 'b.log')).toMatchObject([{ known: false, entries: 25_000 }])
    expect(await entries('logs.db')).toBe(26_000)
  })
  it('leaves nothing behind in the program either, which may try again', async () => {
    writeFileSync(at('b.log'), lines(5000, 30_000, undefined, 61))
    await withStore('logs.db', async (store) => {
      const read = () => readInputs(findInputs([at('b.log')]), store, { dayZone: 'UTC', jobs: 1 })
      store.db.pragma(`max_page_count = ${Number(store.db.pragma('page_count', { simple: true })) + 4}`)
      await expect(read()).rejects.toMatchObject({ code: 'disk-full' })
      store.db.pragma('max_page_count = 1000000')
      expect(await read()).toMatchObject([{ known: false, entries: 25_000 }])
    })
    await ingest('other.db', 'b.log')
    const all = 'SELECT start, sum(hits) AS hits FROM hits GROUP BY start'
    expect(rows('logs.db', all)).toEqual(rows('other.db', all))
    expect(await sound('logs.db')).toEqual([])
  })
  it.skipIf(process.platform === 'win32')('is told by the command, with exit status 2', async () => {
    writeFileSync(at('b.log'), lines(5000, 30_000, undefined, 61))
    // In blocks of 1024 bytes: no file may grow beyond 200 KiB.
    const run = spawnSync(
      'bash',
      ['-c', `ulimit -f 200; exec "$0" "$@"`, process.execPath, BIN, 'ingest', at('b.log'), '--db', at('logs.db')],
      {
        encoding: 'utf8',
      },
    )
    expect(run.status).toBe(2)
    expect(run.stderr).toContain('logs.db')
    expect(run.stderr).not.toContain('    at ')
    expect(await entries('logs.db')).toBe(0)
    await ingest('logs.db', 'b.log')
    expect(await entries('logs.db')).toBe(25_000)
  })
})

describe.skipIf(process.platform === 'win32')('a database that may only be read', () => {
  /** Do it without the right to write in the folder, which root has by all means. */
  function asReader<T>(work: () => T): T {
    const root = process.getuid?.() === 0
    chmodSync(folder, 0o555)
    if (root) process.seteuid?.(65_534)
    try {
      return work()
    } finally {
      if (root) process.seteuid?.(0)
      chmodSync(folder, 0o755)
    }
  }
  it('is reported from, and refuses what would change it', async () => {
    writeFileSync(at('a.log'), lines(0, 100))
    await ingest('logs.db', 'a.log')
    chmodSync(at('logs.db'), 0o444)
    const before = readFileSync(at('logs.db'))
    const report = asReader(() => {
      const store = openStore(at('logs.db'), { readOnly: true })
      const made = makeReport(store)
      store.close()
      return made
    })
    expect(report.totals.entries).toBe(100)
    expect(() => asReader(() => openStore(at('logs.db')))).toThrow(/may not be written/)
    // What another program has not yet put into the file itself would be missing.
    writeFileSync(at('logs.db-wal'), 'something')
    chmodSync(at('logs.db-wal'), 0o444)
    expect(() => asReader(() => openStore(at('logs.db'), { readOnly: true }))).toThrow(/logs\.db-wal/)
    expect(readFileSync(at('logs.db'))).toEqual(before)
  })
})

describe.skipIf(process.platform === 'win32')('a link to a database', () => {
  it('is followed, also when the database is yet to be made', async () => {
    writeFileSync(at('a.log'), lines(0, 10))
    symlinkSync('real.db', at('link.db'))
    await ingest('link.db', 'a.log')
    expect(lstatSync(at('link.db')).isSymbolicLink()).toBe(true)
    expect(await entries('real.db')).toBe(10)
    expect(statSync(at('real.db')).mode & 0o077).toBe(0)
  })
})

describe('several at once', () => {
  const start = (...args: readonly string[]) =>
    spawn(process.execPath, [BIN, ...args, '--db', at('logs.db')], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = (child: ReturnType<typeof start>): Promise<number | null> =>
    new Promise((resolve) => child.on('close', resolve))
  it('come to the same as one, on a new database, too', async () => {
    const names = Array.from({ length: 6 }, (_, i) => `${i}.log`)
    names.forEach((name, i) => {
      writeFileSync(at(name), lines(i * 5000, i * 5000 + 4000))
    })
    const runs = [names, [...names].reverse(), names].map((order) => start('ingest', ...order.map(at)))
    expect(await Promise.all(runs.map(ended))).toEqual([0, 0, 0])
    expect(await entries('logs.db')).toBe(24_000)
    expect(await sound('logs.db')).toEqual([])
  })
  it('wait for each other, and can be read meanwhile', async () => {
    writeFileSync(at('a.log'), lines(0, 100))
    await ingest('logs.db')
    const writer = new Database(at('logs.db'))
    writer.exec('BEGIN IMMEDIATE')
    const run = start('ingest', at('a.log'))
    await wait(1500)
    expect(logstat(['report', '--db', at('logs.db')])).toMatchObject({ status: 0 })
    expect(run.exitCode).toBeNull()
    writer.exec('COMMIT')
    writer.close()
    expect(await ended(run)).toBe(0)
    expect(await entries('logs.db')).toBe(100)
  })
})

describe('ingest --follow', () => {
  it.skipIf(process.platform === 'win32')(
    'reads on through growth, renaming, packing and truncation, and ends cleanly',
    async () => {
      writeFileSync(at('access.log'), lines(0, 50))
      const child = spawn(
        process.execPath,
        [BIN, 'ingest', '--follow', '--interval', '1', at('access.log'), '--db', at('logs.db')],
        {
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      let stderr = ''
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
      const ended = new Promise((resolve) => child.on('close', (status, signal) => resolve([status, signal])))
      const until = async (n: number): Promise<void> => {
        for (let i = 0; i < 150; i++) {
          if (existsSync(at('logs.db')) && (await entries('logs.db')) >= n) break
          await wait(200)
        }
        expect(await entries('logs.db')).toBe(n)
      }
      try {
        await until(50)
        appendFileSync(at('access.log'), lines(50, 80))
        await until(80)
        // Renamed; the server still writes to it; packed and removed: all before the next look.
        appendFileSync(at('access.log'), lines(80, 90))
        renameSync(at('access.log'), at('access.log.1'))
        appendFileSync(at('access.log.1'), lines(90, 100))
        writeFileSync(at('access.log'), lines(1000, 1005))
        unlinkSync(at('access.log.1'))
        await until(105)
        truncateSync(at('access.log'))
        appendFileSync(at('access.log'), lines(2000, 2010))
        await until(115)
        appendFileSync(at('access.log'), lines(2010, 2012))
        child.kill('SIGTERM')
        expect(await ended).toEqual([0, null])
        expect(await entries('logs.db')).toBe(117)
        expect(stderr).toBe('')
      } finally {
        child.kill('SIGKILL')
      }
      expect(await sound('logs.db')).toEqual([])
    },
  )
})

describe.skipIf(process.platform === 'win32')('ingest --follow of a log that may not be read yet', () => {
  it('reads it as soon as it may, though it did not change', async () => {
    writeFileSync(at('a.log'), lines(0, 10), { mode: 0o000 })
    chmodSync(folder, 0o777)
    const child = spawn(
      process.execPath,
      [BIN, 'ingest', '--follow', '--interval', '1', at('a.log'), '--db', at('logs.db')],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(process.getuid?.() === 0 ? { uid: 65_534 } : {}),
      },
    )
    try {
      const said = (stream: NodeJS.ReadableStream): Promise<string> =>
        new Promise((resolve) => stream.once('data', (chunk: Buffer) => resolve(chunk.toString())))
      const [refused, counted] = [said(child.stderr), said(child.stdout)]
      expect(await refused).toContain('permission denied')
      chmodSync(at('a.log'), 0o444)
      expect(await counted).toContain('10 new entries')
      child.kill('SIGTERM')
      expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('migration', () => {
  it('brings a database of any older version up to date, step by step, once', () => {
    const db = new Database(at('old.db'))
    const old = "CREATE TABLE thing (name TEXT); INSERT INTO thing VALUES ('kept');"
    const views = { things: 'SELECT name FROM thing' }
    migrate(db, { version: 1, tables: old, views: {}, migrations: [] })
    const migrations = [
      { to: 2, sql: 'ALTER TABLE thing ADD COLUMN size INTEGER' },
      { to: 3, sql: 'UPDATE thing SET size = length(name)' },
    ]
    const schema = { version: 3, tables: 'CREATE TABLE thing (name TEXT, size INTEGER)', views, migrations }
    migrate(db, schema)
    migrate(db, schema)
    expect(db.prepare('SELECT * FROM thing').all()).toEqual([{ name: 'kept', size: 4 }])
    expect(db.prepare('SELECT * FROM things').all()).toEqual([{ name: 'kept' }])
    expect(db.pragma('user_version', { simple: true })).toBe(3)
    // One that fails changes nothing.
    expect(() => migrate(db, { ...schema, version: 5, migrations: [{ to: 4, sql: 'DROP TABLE thing' }] })).toThrow(
      /version 5/,
    )
    expect(db.pragma('user_version', { simple: true })).toBe(3)
    expect(db.prepare('SELECT count(*) AS n FROM thing').get()).toEqual({ n: 1 })
    db.close()
  })
})
