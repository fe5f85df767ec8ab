import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LANGUAGES } from '../src/catalogue/note.js'
import { readConfig } from '../src/cli/config.js'
import { formatOf } from '../src/cli/read.js'
import { LogstatError } from '../src/errors.js'
import { FIELD_NAMES } from '../src/format/canonical.js'
import { SERVERS } from '../src/format/format.js'
import { logstat, ROOT } from './support.js'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (value: unknown): string => {
  writeFileSync(at('c.json'), typeof value === 'string' ? value : JSON.stringify(value))
  return at('c.json')
}
const refusal = (value: unknown): string => {
  try {
    readConfig(write(value))
  } catch (error) {
    if (error instanceof LogstatError) return `${error.message.replace(folder, '')} ${error.hint}`
    throw error
  }
  return ''
}

const LAYOUT = '$remote_addr [$time_local] "$request" $status'
const PATTERN = '^(?<clientIp>\\S+) (?<time>\\S+) (?<status>\\d+)$'

describe('the schema', () => {
  const schema = JSON.parse(readFileSync(`${ROOT}docs/logstat.config.schema.json`, 'utf8'))
  const format = schema.properties.formats.additionalProperties.properties

  it('names the servers and languages that there are', () => {
    expect(schema.properties.server.enum).toEqual(SERVERS)
    expect(format.server.enum).toEqual(SERVERS)
    expect(schema.properties.lang.enum).toEqual(LANGUAGES)
  })

  // One value for each key that the schema names; a key without one fails here.
  const GOOD: Record<string, unknown> = {
    $schema: './docs/logstat.config.schema.json',
    formats: {
      a: { layout: LAYOUT, timeUnit: 'ms' },
      'b-2': { pattern: PATTERN, server: 'nginx', logTz: 'Asia/Shanghai' },
      c: { fields: 'date time sc-status', server: 'iis' },
    },
    lang: 'zh',
    tz: 'UTC',
    logTz: 'Europe/Berlin',
    top: 3,
    server: 'iis',
    db: 'logs.db',
    jobs: 2,
    summaries: { nightly: { db: '/srv/logs.db', logs: ['-'], failOn: ['5xx > 2%'] } },
  }
  it.each(Object.keys(schema.properties))('lets %s through to where it is used', (key) => {
    expect(Object.keys(GOOD)).toContain(key)
    const config: Record<string, unknown> = { ...readConfig(write({ [key]: GOOD[key] })) }
    const expected =
      key === 'db'
        ? at('logs.db')
        : key === 'formats'
          ? Object.entries(GOOD.formats as object).map(([name, f]) => ({ name, ...f }))
          : GOOD[key]
    if (key !== '$schema') expect(config[key]).toEqual(expected)
    expect(refusal({ [key]: null })).toMatch(new RegExp(`^/c.json: ${key.replace('$', '\\$')}: expected `))
  })
  it('takes them all at once, and nothing at all', () => {
    expect(Object.keys(readConfig(write(GOOD))).sort()).toEqual(
      Object.keys(schema.properties)
        .filter((k) => k !== '$schema')
        .sort(),
    )
    expect(readConfig(write({}))).toEqual({ formats: [] })
  })
  it('names every key of a format that is used', () => {
    expect(Object.keys(format).sort()).toEqual(['fields', 'layout', 'logTz', 'pattern', 'server', 'timeUnit'])
  })
})

describe('what docs/custom-formats.md shows', () => {
  const text = readFileSync(`${ROOT}docs/custom-formats.md`, 'utf8')
  it('is a configuration', () => {
    const [, shown = ''] = /^```json\n([\s\S]*?)^```$/m.exec(text) ?? []
    expect(readConfig(write(shown)).formats.map((f) => f.name)).toEqual(['shop', 'app'])
  })
  it('are formats that can be asked for', () => {
    const asked = [...text.matchAll(/^logstat \S+ +--(log-format|fields|pattern) '([^']+)'/gm)].map(
      ([, option, value]) =>
        formatOf({ [option === 'log-format' ? 'logFormat' : (option as string)]: value as string }),
    )
    expect(asked).toHaveLength(5)
    const names = [...(/^\| `status`[\s\S]*?`upstreamStatus`/m.exec(text)?.[0] ?? '').matchAll(/`(\w+)`/g)].map(
      (m) => m[1] as string,
    )
    expect(FIELD_NAMES.filter((name) => !names.includes(name))).toEqual(['win32'])
  })
})

describe('what is refused names file, key and what is expected', () => {
  const BAD: readonly (readonly [unknown, RegExp])[] = [
    ['{"top": 3,}', /c\.json: no JSON: .* Check quotes and commas/],
    [[], /^\/c\.json: expected an object/],
    [{ langs: 'en' }, /^\/c\.json: langs: expected one of the keys formats, lang, .* Did you mean lang\?/],
    [{ lang: 'de' }, /lang: expected one of en, zh/],
    [{ top: 0 }, /top: expected a whole number from 1/],
    [{ top: 1.5 }, /top: expected a whole number from 1/],
    [{ db: '' }, /db: expected a text that is not empty/],
    [{ tz: 'Mars/Olympus' }, /^\/c\.json: tz: .*Mars\/Olympus/],
    [{ formats: { a: {} } }, /formats\.a: expected just one of layout, pattern, fields/],
    [
      { formats: { a: { layout: LAYOUT, pattern: PATTERN } } },
      /formats\.a: expected just one of layout, pattern, fields/,
    ],
    [{ formats: { a: { pattern: '' } } }, /formats\.a\.pattern: expected a text that is not empty/],
    [{ formats: { a: { pattern: '(?<status>' } } }, /formats\.a: the pattern is no regular expression/],
    [{ formats: { a: { layout: '$remote_addr' } } }, /formats\.a: the layout names no status/],
    [{ formats: { a: { fields: 'date tiem sc-status' } } }, /formats\.a: "tiem" is no field .* Did you mean time\?/],
    [
      { formats: { a: { layout: LAYOUT, timeunit: 'ms' } } },
      /formats\.a\.timeunit: expected one of the keys .* Did you mean timeUnit\?/,
    ],
    [{ formats: { a: { layout: LAYOUT, timeUnit: 'h' } } }, /formats\.a\.timeUnit: expected one of s, ms, us, ns/],
    [{ formats: { a: { layout: LAYOUT, logTz: 'x' } } }, /formats\.a: x: there is no such time zone/],
    [{ formats: { '': { layout: LAYOUT } } }, /expected a name of letters/],
    [{ formats: { 'a b': { layout: LAYOUT } } }, /formats\.a b: expected a name of letters/],
  ]
  it.each(BAD)('%j', (value, message) => expect(refusal(value)).toMatch(message))
  it('a file that is not there', () => {
    expect(logstat(['explain', '404', '--config', at('none.json')])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/none\.json: the configuration cannot be read/),
    })
  })
})

describe('on the command line', () => {
  const BARS = '^(?<time>[^|]*)\\|(?<ip>[^|]*)\\|(?<request>[^|]*)\\|(?<status>\\d+)\\|(?<timeTaken>\\d+)$'
  const log = (): string => {
    writeFileSync(
      at('x.log'),
      '2026-07-01 10:00:00|192.0.2.1|GET /a HTTP/1.1|499|250\n2026-07-01 10:00:01|192.0.2.1|GET /b HTTP/1.1|499|250\n',
    )
    return at('x.log')
  }
  const config = (more: object = {}): string =>
    write({ formats: { bars: { pattern: BARS, server: 'nginx', timeUnit: 'ms', logTz: 'Asia/Shanghai' } }, ...more })
  const report = (
    ...args: readonly string[]
  ): {
    readonly period: unknown
    readonly inputs: unknown
    readonly language: string
    readonly codes: { readonly top: { readonly paths: unknown[] } }[]
  } => JSON.parse(logstat([...args, '--format', 'json']).stdout)

  it('a format of your own is found before the known ones, and asked for by its name', () => {
    const found = report(log(), '--config', config())
    expect(found).toMatchObject({
      period: { from: '2026-07-01T02:00:00Z' },
      inputs: [{ format: 'bars', server: 'nginx', entries: 2 }],
    })
    expect(report(log(), '--config', config(), '--log-format', 'BARS')).toEqual(found)
    expect(logstat(['detect', log(), '--config', config()]).stdout).toContain('bars: bars, a format of your own')
    expect(logstat(['formats', '--config', config()]).stdout).toMatch(/^bars /)
    // A known format may be defined anew.
    const mine = write({ formats: { combined: { layout: '$remote_addr $status [$time_local]' } } })
    writeFileSync(at('y.log'), '192.0.2.1 404 [01/Jul/2026:10:00:00 +0000]\n')
    expect(report(at('y.log'), '--config', mine)).toMatchObject({ inputs: [{ format: 'combined', entries: 1 }] })
  })
  it('is read from the working directory, and gives way to what is said on the command line', () => {
    writeFileSync(at('logstat.config.json'), readFileSync(config({ lang: 'zh', top: 1, logTz: 'America/New_York' })))
    const run = (...args: readonly string[]): ReturnType<typeof report> =>
      JSON.parse(logstat([...args, '--format', 'json'], { cwd: folder }).stdout)
    log()
    const found = run('x.log')
    expect(found).toMatchObject({ language: 'zh', period: { from: '2026-07-01T02:00:00Z' } })
    expect(found.codes[0]?.top.paths).toHaveLength(1)
    expect(run('x.log', '--lang', 'en', '--log-tz', 'UTC')).toMatchObject({
      language: 'en',
      period: { from: '2026-07-01T10:00:00Z' },
    })
    // The zone in general, for a format that says none.
    writeFileSync(
      at('h.log'),
      '203.0.113.201, -, 07/01/26, 7:55:20, W3SVC2, SERVER, 172.21.13.45, 4502, 163, 3223, 404, 2, GET, /a, -,\n',
    )
    expect(run('h.log')).toMatchObject({ period: { from: '2026-07-01T11:55:20Z' } })
  })
  it('names the database of commands that need one; it lies beside the configuration', () => {
    const file = config({ db: 'logs.db' })
    expect(logstat(['ingest', log(), '--config', file]).stdout).toContain('2 new entries')
    expect(logstat(['ingest', log(), '--config', file]).stdout).toContain('nothing new')
    expect(report('report', '--config', file)).toMatchObject({ inputs: [{ format: 'bars', entries: 2 }] })
    // iis can do without one: there the logs are meant.
    expect(logstat(['iis', log(), '--config', file]).status).toBe(0)
  })
  it('help needs none', () => {
    writeFileSync(at('logstat.config.json'), 'rubbish')
    expect(logstat(['--help'], { cwd: folder }).status).toBe(0)
    expect(logstat(['explain', '404'], { cwd: folder }).status).toBe(2)
  })
})
