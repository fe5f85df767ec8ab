import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { makeReport } from '../src/report/report.js'
import { checkStore } from '../src/store/check.js'
import { SCHEMA_VERSION } from '../src/store/schema.js'
import { openStore } from '../src/store/store.js'
import { ROOT } from './support.js'

// Databases as older versions of logstat made them stand in test/databases/ as SQL.

const COMBINED = `203.0.113.7 - - [20/Nov/2026:09:00:01 +0000] "GET /a?x=1 HTTP/1.1" 200 512 "-" "curl/8.4.0"
203.0.113.7 - - [20/Nov/2026:09:00:02 +0000] "GET /b HTTP/1.1" 304 0 "https://example.com/" "curl/8.4.0"
198.51.100.9 - - [20/Nov/2026:09:01:02 +0000] "GET /none HTTP/1.1" 404 153 "-" "Mozilla/5.0"
198.51.100.9 - - [21/Nov/2026:10:00:00 +0000] "GET /none HTTP/1.1" 404 153 "-" "Mozilla/5.0"
`
const W3C = `#Software: Microsoft Internet Information Services 10.0
#Fields: date time cs-method cs-uri-stem c-ip sc-status sc-substatus sc-win32-status time-taken
2026-11-20 09:00:01 GET /app 192.0.2.1 200 0 0 15
2026-11-20 09:00:30 GET /app 192.0.2.1 500 19 183 250
2026-11-20 09:05:00 GET /app 192.0.2.2 200 0 0 -
`

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-migration-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function databaseOf(version: number): string {
  const file = join(folder, `version-${version}.db`)
  const db = new Database(file)
  db.exec(`BEGIN; ${readFileSync(join(ROOT, `test/databases/version-${version}.sql`), 'utf8')} COMMIT;`)
  db.close()
  return file
}

/** Tables and views with their columns; in a table the order is of no account. */
function shapeOf(file: string): unknown {
  const db = new Database(file, { readonly: true })
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name")
    .pluck()
    .all() as string[]
  const columns = (name: string): unknown[] =>
    (db.pragma(`table_xinfo(${name})`) as { name: string; type: string; notnull: number; pk: number }[])
      .map(({ name, type, notnull, pk }) => `${name} ${type} ${notnull} ${pk}`)
      .sort()
  const shape = Object.fromEntries(names.map((name) => [name, columns(name)]))
  db.close()
  return shape
}

describe('a database of version 1', () => {
  it('has the schema of a new one when it was opened, and a sound content', () => {
    const file = databaseOf(1)
    const store = openStore(file, { create: false })
    expect(store.db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION)
    expect(checkStore(store)).toEqual([])
    store.close()
    const fresh = join(folder, 'fresh.db')
    openStore(fresh).close()
    expect(shapeOf(file)).toEqual(shapeOf(fresh))
  })

  it('has null where its logs have no such number, and 0 where they say 0', () => {
    const store = openStore(databaseOf(1), { create: false })
    const rows = store.db.prepare(`SELECT source_id, status, h.hits, bytes_sent, bytes_received, timed, time_taken_us
      FROM hits h JOIN code ON code.id = code_id ORDER BY source_id, start, status`)
    expect(rows.raw().all()).toEqual([
      [1, 200, 1, 512, null, null, null],
      [1, 304, 1, 0, null, null, null],
      [1, 404, 1, 153, null, null, null],
      [1, 404, 1, 153, null, null, null],
      [2, 200, 1, null, null, 1, 15_000],
      [2, 500, 1, null, null, 1, 250_000],
      [2, 200, 1, null, null, null, null],
    ])
    const { totals, codes } = makeReport(store)
    expect(totals).toMatchObject({ entries: 7, bytesSent: 818, bytesReceived: null })
    const code = (status: number, substatus: number | null): unknown =>
      codes.find((c) => c.status === status && c.substatus === substatus)
    expect(code(304, null)).toMatchObject({ bytesSent: 0, meanTimeMs: null })
    expect(code(500, 19)).toMatchObject({ bytesSent: null, meanTimeMs: 250 })
    expect(code(200, 0)).toMatchObject({ bytesSent: null, meanTimeMs: 15 })
    store.close()
  })

  it('is read on where it was left', async () => {
    const file = databaseOf(1)
    writeFileSync(join(folder, 'plain.log'), COMBINED)
    writeFileSync(join(folder, 'iis.log'), W3C)
    appendFileSync(
      join(folder, 'plain.log'),
      '203.0.113.7 - - [21/Nov/2026:11:00:00 +0000] "GET /b HTTP/1.1" 304 7 "-" "curl/8.4.0"\n',
    )
    appendFileSync(
      join(folder, 'iis.log'),
      '#Fields: date time c-ip sc-status cs-bytes\n2026-11-21 09:00:01 192.0.2.1 200 800\n',
    )
    const store = openStore(file)
    await readInputs(findInputs([join(folder, 'plain.log'), join(folder, 'iis.log')]), store, { dayZone: 'UTC' })
    expect(store.sources().map(({ entries }) => entries)).toEqual([5, 4])
    const { totals, codes } = makeReport(store)
    expect(totals).toMatchObject({ entries: 9, bytesSent: 825, bytesReceived: 800 })
    expect(codes.find((c) => c.status === 304)).toMatchObject({ hits: 2, bytesSent: 7, bytesReceived: null })
    expect(checkStore(store)).toEqual([])
    store.close()
  })

  it('keeps a view that somebody made of its tables', () => {
    const file = databaseOf(1)
    const db = new Database(file)
    db.exec('CREATE VIEW mine AS SELECT sum(hits) AS n FROM hits')
    db.close()
    const store = openStore(file, { create: false })
    expect(store.db.prepare('SELECT n FROM mine').pluck().get()).toBe(7)
    expect(store.db.prepare("SELECT sum(hits) FROM codes_by_hour WHERE hour_utc < '2026-11-21'").pluck().get()).toBe(6)
    store.close()
  })
})
