import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askedFormat } from '../src/format/asked.js'
import { nearestFormat } from '../src/format/nearest.js'
import { FORMATS, plansOf } from '../src/format/registry.js'
import { characterAt, decode } from '../src/kernel/text.js'
import { pointed } from '../src/render/rejects.js'
import { countFast, logstat } from './support.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-rejects-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, ...parts: readonly (string | Buffer)[]): string {
  const path = join(folder, name)
  writeFileSync(path, Buffer.concat(parts.map((p) => Buffer.from(p as string))))
  return path
}
const good = '203.0.113.7 - - [22/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8.4.0"\n'
const noStatus = (path: string): string =>
  `203.0.113.7 - - [22/Nov/2026:10:00:01 +0000] "GET ${path} HTTP/1.1" OK 5 "-" "curl/8.4.0"\n`

/** What stands above the caret. */
function above(lines: readonly string[]): string[] {
  const found: string[] = []
  lines.forEach((line, i) => {
    // Two cells a Chinese character, and nothing else here is wide.
    if (/^ *\^$/.test(line))
      found.push(
        (lines[i - 1] as string).replace(/\p{Script=Han}/gu, '$&\0').slice(line.indexOf('^'), line.indexOf('^') + 3),
      )
  })
  return found
}

describe('the caret', () => {
  it('stands under the cell of the place, whatever is before it', () => {
    expect(pointed('abc def', 4, 40)).toEqual({ text: 'abc def', caret: 4 })
    expect(pointed('/页面 x', 4, 40)).toEqual({ text: '/页面 x', caret: 6 })
    expect(pointed('a\x1b[2J\0x', 6, 40)).toEqual({ text: 'a\\x1B[2J\\x00x', caret: 12 })
    expect(pointed('a\u202eb c', 4, 40)).toEqual({ text: 'a\\u{202e}b c', caret: 11 })
    expect(pointed('end\r', 3, 40)).toEqual({ text: 'end', caret: 3 })
    expect(pointed('', 0, 40)).toEqual({ text: '', caret: 0 })
    expect(pointed('no place', null, 5)).toEqual({ text: 'no p…', caret: null })
  })
  it('is seen in a line that is too long, and the line keeps to its room', () => {
    const line = `${'页'.repeat(100)}HERE${'x'.repeat(100)}`
    const { text, caret } = pointed(line, 100, 40)
    expect(text).toMatch(/^…页+HERE x*…$|^…页+HEREx*…$/)
    expect([...text].reduce((n, c) => n + (c === '页' ? 2 : 1), 0)).toBeLessThanOrEqual(40)
    expect(caret).toBe(1 + 2 * (text.indexOf('H') - 1))
    expect(pointed(`${'a'.repeat(300)}`, 300, 40)).toMatchObject({
      caret: expect.any(Number),
      text: expect.stringMatching(/^…a+$/),
    })
    expect(pointed(`HERE${'x'.repeat(100)}`, 0, 40)).toEqual({ text: `HERE${'x'.repeat(35)}…`, caret: 0 })
  })
  it('counts characters as they are decoded', () => {
    for (const [bytes, at, characters] of [
      [Buffer.from('/页面 x'), 8, 4],
      [Buffer.from('/页面 x'), 5, 2],
      [Buffer.from('/\xfc x', 'latin1'), 3, 6],
      [Buffer.from('abc'), 3, 3],
    ] as const) {
      expect(characterAt(bytes, at)).toBe(characters)
      expect(decode(bytes).length).toBeGreaterThanOrEqual(characters)
    }
  })
})

describe('the nearest format', () => {
  it('is the one a line fits, or fits longest', () => {
    expect(nearestFormat('203.0.113.7 - - [22/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5')).toMatchObject({
      format: 'common',
      fits: true,
    })
    expect(nearestFormat('203.0.113.7 - - [22/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" OK 5')).toMatchObject({
      format: 'common',
      fits: false,
      column: 63,
      field: { name: '$status' },
    })
  })
  it('is none for what is not like any', () => {
    for (const text of [
      '',
      'hello',
      'hello - - [x',
      '2026/11/22 14:05:01 [error] 12#12: *7 open() failed',
      '192.0.2.4 | 22/Nov/2026:10:00:00 +0000 | GET /a HTTP/1.1 | 200 | 5',
    ])
      expect([text, nearestFormat(text)]).toEqual([text, null])
  })
})

describe('a layout that is suggested', () => {
  const formats = FORMATS.filter((f) => f.layout !== undefined)
  it.each(formats.map((f) => [f.name, f] as const))(
    'of %s reads the lines of its format when it is given back',
    (_, format) => {
      const { plans } = askedFormat(format.layout as string, null)
      const own = format.samples.filter(
        ({ line }) => countFast(Buffer.from(line), plansOf(format).slice(0, 1)).counts.entries === 1,
      )
      expect(own.length).toBeGreaterThan(0)
      for (const { line, entry } of own) {
        const { counts, tally } = countFast(Buffer.from(line), plans)
        expect([line, counts.entries, [...tally.codes.values()].map((c) => c.status)]).toEqual([
          line,
          1,
          [entry.status],
        ])
      }
    },
  )
  it('is printed so that a shell gives back the same', () => {
    for (const { layout } of formats) expect(layout).not.toMatch(/['\n]/)
  })
  it('works when it is pasted, changed as the text says', () => {
    const path = file('changed.log', '203.0.113.7 - - [22/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" OK 404 5\n')
    const advice = /--log-format '([^']+)'/.exec(logstat(['detect', path]).stdout)?.[1] as string
    expect(logstat([path, '--log-format', advice.replace('$status', '$word $status')])).toMatchObject({
      status: 0,
      stderr: '',
    })
  })
})

describe('logstat detect', () => {
  it('tells the share understood, and of the rest where, what and why', () => {
    const path = file(
      'access.log',
      good.repeat(5),
      noStatus('/页面'),
      noStatus('/b'),
      'garbage\n',
      good,
      Buffer.from(noStatus('/\xfc\x1b[2J'), 'latin1'),
    )
    const run = logstat(['detect', path])
    expect(run).toMatchObject({ status: 0, stderr: '' })
    expect(run.stdout).toContain('  6 of 10 lines understood (60.0 %)\n')
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain(
      `access.log, line 6 (byte ${5 * good.length}): not a valid $status `,
    )
    expect(run.stdout).toContain('/\\xFC\\x1B[2J')
    expect(run.stdout).not.toContain('\x1b')
    expect(above(run.stdout.split('\n'))).toEqual(['OK ', 'OK ', 'OK ', 'gar'])
    for (const line of run.stdout.split('\n')) if (!line.includes(folder)) expect(line.length).toBeLessThanOrEqual(80)
  })
  it('says it as data, too', () => {
    const [found] = JSON.parse(logstat(['detect', join(folder, 'access.log'), '--format', 'json']).stdout)
    expect(found).toMatchObject({
      format: 'combined',
      packing: 'none',
      recoded: null,
      understood: { lines: 10, entries: 6, rejected: 4, ignored: 0 },
    })
    expect(found.rejects[0]).toMatchObject({
      reason: 'status',
      count: 3,
      samples: [{ line: 6, column: 64, field: { name: '$status' } }, {}, {}],
    })
  })
  it('of an unknown log shows the format it is like, and the flag to begin from', () => {
    const path = file('own.log', '203.0.113.7 - - [22/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" OK 5\n')
    const run = logstat(['detect', path])
    expect(run.status).toBe(2)
    expect(run.stdout).toContain('0 of 1 lines understood')
    expect(above(run.stdout.split('\n'))).toEqual(['OK '])
    expect(run.stdout).toMatch(/Up to column 64 this line matches the format common/)
    expect(run.stdout).toMatch(/^ +--log-format '\$remote_addr .*\$status \$body_bytes_sent'$/m)
    expect(
      logstat(['detect', file('error.log', '2026/11/22 14:05:01 [error] 12#12: *7 open() failed\n')]).stdout,
    ).not.toContain('--log-format')
  })
  it('takes an archive apart, and a stream as far as it can be looked at', () => {
    expect(logstat(['detect', '-'], { input: good })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('1 of the first 1 lines fit'),
    })
  })
  it('one that cannot be read does not hide the others', () => {
    const run = logstat([
      'detect',
      join(folder, 'access.log'),
      file('x.7z', Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])),
    ])
    expect(run).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('combined'),
      stderr: expect.stringContaining('7-Zip'),
    })
  })
})

describe('a log that is mostly not understood', () => {
  it('is refused when that shows at its beginning, unless forced', () => {
    const path = file('half.log', good, 'nonsense\n'.repeat(9))
    const run = logstat([path])
    expect(run).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/only 1 of its first 10 lines fit the format combined.*\n.*--force/),
    })
    expect(logstat([path, '--force', '--format', 'json'])).toMatchObject({ status: 0, stderr: '' })
    expect(logstat(['ingest', path, '--db', join(folder, 'half.db')])).toMatchObject({ status: 2, stdout: '' })
  })
  it('is reported with a warning and exit status 2 when it shows later', () => {
    const path = file('late.log', good.repeat(1000), 'nonsense\n'.repeat(2000))
    const run = logstat([path])
    expect(run).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('2000 of its 3000 lines do not fit the format combined'),
    })
    expect(run.stdout).toContain('Most lines were not understood')
    expect(run.stdout).not.toContain('Nothing needs you')
    expect(logstat([path, '--force'])).toMatchObject({ status: 0, stderr: '' })
  })
  it('may be a W3C log: its #Fields line is believed no more than any other format', () => {
    const fields = '#Fields: date time sc-status\n'
    const [fits, surplus] = ['2026-11-22 10:00:00 200\n', '2026-11-22 10:00:00 503 surplus\n']
    const few = file('w3c.log', fields, fits, surplus.repeat(9))
    expect(logstat([few])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/only 1 of its first 10 lines fit its #Fields line.*\n.*--force/),
    })
    const forced = logstat([few, '--force', '--format', 'json'])
    expect(forced).toMatchObject({ status: 0, stderr: '' })
    const samples = [{ line: 3, column: 24, detail: 'more than 3 values' }, {}, {}, {}, {}]
    expect(JSON.parse(forced.stdout).rejects).toMatchObject([{ reason: 'field-count', count: 9, samples }])

    const none = file('w3c-none.log', fields, surplus.repeat(9))
    const database = join(folder, 'none.db')
    for (const args of [
      [none],
      ['iis', none],
      ['ingest', none, '--db', database],
      ['summary', none, '--db', database, '-q'],
      ['summary', none, '--db', database],
    ])
      expect(logstat(args)).toMatchObject({ status: 2, stderr: expect.stringContaining('#Fields line') })
    expect(logstat([none, '--force']).stderr).toContain('none of its 9 lines fits its #Fields line')

    // A record or two, of a server that changed its fields, prove nothing. They are told.
    const two = logstat([file('w3c-two.log', fields, surplus.repeat(2))])
    expect(two).toMatchObject({ status: 0, stdout: expect.stringContaining('2 lines not understood') })
    expect(two.stdout).not.toContain('empty')

    const late = file('w3c-late.log', fields, fits.repeat(1000), surplus.repeat(2000))
    expect(logstat([late])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('2000 of its 3001 lines do not fit its #Fields line'),
    })
  })
  it('is no W3C log whose fields change, or of which the beginning is missing', () => {
    const changed = file(
      'changed.log',
      '#Fields: date time sc-status\n2026-11-22 10:00:00 200\n#Fields: sc-status date time\n',
      '404 2026-11-22 10:00:01\n'.repeat(9),
    )
    expect(logstat([changed])).toMatchObject({ status: 0, stderr: '' })
  })
})
