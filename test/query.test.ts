import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csvRecord } from '../src/render/csv.js'
import { QUESTIONS } from '../src/store/questions.js'
import { fixture, logstat } from './support.js'

let folder: string
let db: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-query-'))
  db = join(folder, 'web.db')
  expect(logstat(['ingest', fixture('iis/u_ex261122.log'), fixture('iis/hostile.log'), '--db', db]).status).toBe(0)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ask = (...args: readonly string[]): ReturnType<typeof logstat> => logstat(['query', ...args, '--db', db])

describe('logstat query', () => {
  it.each(QUESTIONS.map(({ name }) => name))('answers %s', (name) => {
    const { status, stdout } = ask(name, '--format', 'json')
    expect(status).toBe(0)
    expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThan(0)
  })
  it('lists the ready questions without a database, in both languages', () => {
    for (const lang of ['en', 'zh'] as const) {
      const { stdout } = logstat(['query', '--lang', lang])
      for (const { name } of QUESTIONS) expect(stdout).toContain(`${name} `)
      expect(stdout).toContain(QUESTIONS[0]?.title[lang])
    }
  })
  it('answers the same in every kind', () => {
    const sql = 'SELECT status, substatus, sum(hits) AS hits FROM codes_by_day WHERE status = 503 GROUP BY 1, 2'
    expect(ask(sql).stdout).toBe('status  substatus  hits\n   503          2   129\n')
    expect(ask(sql, '--format', 'csv').stdout).toBe('status,substatus,hits\r\n503,2,129\r\n')
    expect(ask(sql, '--format', 'tsv').stdout).toBe('status\tsubstatus\thits\r\n503\t2\t129\r\n')
    expect(JSON.parse(ask(sql, '--format', 'json').stdout)).toEqual([{ status: 503, substatus: 2, hits: 129 }])
    const file = join(folder, 'answer.csv')
    expect(ask(sql, '-o', file).stdout).toBe('')
    expect(readFileSync(file, 'utf8')).toBe('status,substatus,hits\r\n503,2,129\r\n')
  })
  it('says what tables and views there are', () => {
    const { stdout } = ask('--schema')
    expect(stdout).toContain('CREATE TABLE hits')
    expect(stdout).toContain('CREATE VIEW paths_by_code')
  })
  it('makes an empty answer an empty list', () => {
    expect(ask('SELECT 1 AS one WHERE 0', '--format', 'json').stdout).toBe('[]\n')
    expect(ask('SELECT 1 AS one WHERE 0').stdout).toBe('one\n')
  })
  it('keeps whole numbers beyond 2^53 exact', () => {
    expect(ask('SELECT 9007199254740993 AS n', '--format', 'json').stdout).toContain('"n":"9007199254740993"')
    expect(ask('SELECT 9007199254740993 AS n', '--format', 'csv').stdout).toBe('n\r\n9007199254740993\r\n')
  })

  const other = (): string => join(folder, 'other.db')
  it.each([
    ['DELETE FROM hits', /only a question/],
    ['INSERT INTO setting VALUES (1, 2) RETURNING name', /only a question/],
    ['SELECT 1; DELETE FROM hits', /more than one statement/],
    [' -- nothing', /no statements/],
    ['PRAGMA user_version = 9', /only a question/],
    ["VACUUM INTO 'other.db'", /only a question/],
    ['SELECT status FROM nowhere', /no such table: nowhere/],
    ['nosuchquestion', /neither a ready question nor SQL/],
  ])('refuses %s', (sql, message) => {
    const before = readFileSync(db)
    const { status, stderr, stdout } = ask(sql)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(readFileSync(db).equals(before)).toBe(true)
  })
  it('attaches no other file', () => {
    expect(ask(`ATTACH '${other()}' AS other`).status).toBe(2)
    expect(existsSync(other())).toBe(false)
  })
  it('needs a database, and one that is there', () => {
    expect(logstat(['query', 'failing-paths']).stderr).toContain('--db')
    expect(logstat(['query', 'failing-paths', '--db', other()])).toMatchObject({ status: 2 })
    expect(existsSync(other())).toBe(false)
  })
  it('prints nothing raw out of a log', () => {
    const { stdout } = ask('SELECT path FROM paths_by_code')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
  })
})

describe('csvRecord', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-5', '-5'],
    ['-5+cmd', "'-5+cmd"],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['plain', 'plain'],
  ])('writes %j as %s', (text, field) => {
    expect(csvRecord([text])).toBe(`${field}\r\n`)
  })
})
