import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '../src/report/report.js'
import { logstat, ROOT } from './support.js'

// The built program as a user meets it: arguments and standard input in, standard output, standard error and exit status out.

const DAY = 'fixtures/iis/u_ex261122.log'
const NEXT_DAY = 'fixtures/iis/u_ex261123.log'
const NGINX = 'fixtures/nginx/access.log'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function jsonOf(args: readonly string[], input?: string | Buffer): Report {
  const run = logstat([...args, '--format', 'json'], input === undefined ? {} : { input })
  expect([run.status, run.stderr]).toEqual([0, ''])
  return JSON.parse(run.stdout) as Report
}

/** It could not be done: status 2, nothing on standard output, a message that names the thing, a remedy, and no stack trace. */
function fails(args: readonly string[], message: RegExp, remedy: RegExp): void {
  const run = logstat(args)
  expect([args, run.status, run.stdout]).toEqual([args, 2, ''])
  expect(run.stderr).toMatch(/^logstat: /)
  expect(run.stderr).toMatch(message)
  expect(run.stderr).toMatch(remedy)
  expect(run.stderr).not.toMatch(/ {4}at |node:internal|\.js:\d/)
}

describe('logstat PATH…', () => {
  it('reports a log: counts, incident and explanations on standard output, nothing on standard error', () => {
    const run = logstat([DAY])
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toContain('2026-11-22')
    expect(run.stdout).toMatch(/503\.2 +129 /)
    expect(run.stdout).toMatch(/500\.19 +23 /)
    expect(run.stdout).toContain('/api/orders')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no colours on a pipe
    expect(run.stdout).not.toMatch(/\x1b/)
  })
  it('reads several files, directories, patterns and packed files, each content under its own name', () => {
    expect(jsonOf([DAY, NEXT_DAY]).inputs.map((i) => i.name)).toEqual([DAY, NEXT_DAY])
    expect(jsonOf([DAY, DAY]).inputs).toHaveLength(1)
    expect(jsonOf(['fixtures/iis/u_ex*.log']).inputs.map((i) => i.name)).toEqual([DAY, NEXT_DAY])
    const packed = jsonOf([`${NGINX}.gz`])
    expect({ ...packed, inputs: [] }).toEqual({ ...jsonOf([NGINX]), inputs: [] })
    mkdirSync(at('logs/old'), { recursive: true })
    copyFileSync(join(ROOT, NGINX), at('logs/access.log'))
    writeFileSync(at('logs/old/access.log.1.gz'), gzipSync(readFileSync(join(ROOT, 'fixtures/nginx/vhost.log'))))
    writeFileSync(at('logs/error.log'), '2026/11/22 14:05:01 [error] 12#12: *7 open() failed\n')
    const run = logstat([folder, '--format', 'json'])
    expect(run.status).toBe(0)
    expect((JSON.parse(run.stdout) as Report).inputs).toHaveLength(2)
    expect(run.stderr).toMatch(/passed over: .*error\.log.*nginx error log/)
    expect(logstat([folder, '--quiet', '--format', 'json']).stderr).toBe('')
  })
  it('names next commands that run as they are printed, and tell something else', () => {
    copyFileSync(join(ROOT, DAY), at("it's a log.log"))
    copyFileSync(join(ROOT, 'fixtures/nginx/vhost.log'), at('-proxy.log'))
    expect(logstat(['ingest', "it's a log.log", '--db', 'my logs.db', '-q'], { cwd: folder }).status).toBe(0)
    const asked = [
      ["it's a log.log", '--tz', 'Asia/Shanghai'],
      ['./-proxy.log', '--log-tz', 'UTC'],
      [join(ROOT, NGINX), '--lang', 'zh'],
      ['report', '--db', 'my logs.db'],
      ['summary', '--db', 'my logs.db', '--day', '2026-11-22'],
      ['.'],
    ]
    for (const args of asked) {
      const { stdout } = logstat(args, { cwd: folder })
      const next = /^(?:Next: |下一步：)([\s\S]*)$/m.exec(stdout)?.[1]?.trim().split(/\n\s*/) ?? []
      expect([args, next.length > 0]).toEqual([args, true])
      for (const command of next) {
        const line = `logstat() { '${process.execPath}' '${join(ROOT, 'bin/logstat.js')}' "$@"; }\n${command}`
        const run = spawnSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8', env: { ...process.env, TZ: 'UTC', NO_COLOR: '1' } })
        expect([command, run.status]).toEqual([command, args[0] === '.' ? run.status : 0])
        expect(run.stdout).not.toBe(stdout)
        expect(run.stdout).not.toContain(command)
      }
    }
  })
  it('reads standard input: with -, and when it is piped', () => {
    for (const [file, name] of [
      [DAY, 'iis'],
      [NGINX, 'nginx'],
      [`${NGINX}.gz`, 'gz'],
      ['fixtures/apache/mixed.log', 'no newline at the end'],
    ] as const) {
      const input = readFileSync(join(ROOT, file))
      const run = logstat([], { input })
      const undated = name === 'no newline at the end' ? 'logstat: -: 1 of 13 entries has no readable time. Such entries belong to no day.\n' : ''
      expect([name, run.status, run.stderr]).toEqual([name, 0, undated])
      // Nothing but the name of the input, and what is told by it, differs.
      const bare = (out: string, shown: string): string[] =>
        out
          .replaceAll(shown, 'NAME')
          .split('\n')
          .slice(1)
          .filter((l) => l !== '' && !l.startsWith('         ') && !/^(?:Next:| {5}) logstat /.test(l))
      expect(bare(run.stdout, '-, line')).toEqual(bare(logstat([file]).stdout, `${file}, line`))
      const unnamed = (r: Report): unknown => ({
        ...r,
        inputs: r.inputs.map((i) => ({ ...i, name: '' })),
        rejects: r.rejects.map((x) => ({ ...x, samples: x.samples.map((s) => ({ ...s, input: '' })) })),
      })
      const json = jsonOf(['-', '-q'], input)
      expect(unnamed(json)).toEqual(unnamed(jsonOf([file, '-q'])))
      expect(json.inputs.map((i) => i.name)).toEqual(['-'])
    }
  })
  it('reads standard input beside files', () => {
    expect(jsonOf([NGINX, '-'], readFileSync(join(ROOT, DAY))).inputs.map((i) => [i.name, i.server])).toEqual([
      [NGINX, 'nginx'],
      ['-', 'iis'],
    ])
  })
  it('says clearly that a log is empty, and that is no failure', () => {
    for (const args of [['fixtures/nginx/empty.log'], ['fixtures/iis/directives-only.log'], ['iis', 'fixtures/nginx/empty.log']]) {
      const run = logstat(args)
      expect([args, run.status, run.stderr]).toEqual([args, 0, ''])
      expect(run.stdout).toContain('No requests: the log is empty.')
    }
    expect(logstat([], { input: '' })).toMatchObject({ status: 0, stderr: '' })
    expect(jsonOf(['fixtures/nginx/empty.log'])).toMatchObject({ period: null, totals: { lines: 0, entries: 0 }, codes: [] })
  })
  it('selects, limits and translates', () => {
    const only = jsonOf([DAY, '-s', '5xx,!503', '--top', '1'])
    expect(only.codes.map((c) => c.status)).not.toContain(503)
    expect(only.codes.every((c) => c.status !== null && c.status >= 500 && c.top.paths.length <= 1)).toBe(true)
    expect(logstat([DAY, '-s', '418']).stdout).toContain('No requests match the selection.')
    expect(logstat([DAY, '--lang', 'zh']).stdout).toContain('全部状态码')
    expect(logstat([DAY, '--tz', 'Asia/Shanghai']).stdout).toContain('(Asia/Shanghai +08:00)')
    expect(jsonOf([NGINX, '--server', 'apache']).inputs[0]?.server).toBe('apache')
    expect(jsonOf([NGINX, '--log-format', 'COMBINED']).inputs[0]?.format).toBe('combined')
  })
  it('writes the report to a file, of the kind its ending names', () => {
    expect(logstat([DAY, '-o', at('report.json')])).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(JSON.parse(readFileSync(at('report.json'), 'utf8'))).toEqual(jsonOf([DAY]))
    expect(logstat([DAY, '-o', at('report.txt')]).status).toBe(0)
    expect(readFileSync(at('report.txt'), 'utf8')).toBe(logstat([DAY]).stdout)
    fails([DAY, '-o', at('report.docx')], /report\.docx/, /--format/)
    fails([DAY, '-o', at('no/such/report.txt')], /no.such.report\.txt/, /folder/)
    // A report that cannot be made leaves the last one as it was.
    expect(logstat(['ingest', '-q', DAY, '--db', at('output.db')]).status).toBe(0)
    fails(['report', '--db', at('output.db'), '-o', at('report.txt'), '--tz', 'Nonsense'], /Nonsense/, /IANA/)
    expect(statSync(at('report.txt')).size).toBeGreaterThan(100)
  })
  it('colours only where that is wanted', () => {
    const colored = (args: string[], env: Record<string, string> = {}): boolean => logstat([DAY, ...args], { env }).stdout.includes('\x1b[')
    expect(colored(['--color', 'always'])).toBe(true)
    expect(colored(['--color', 'never'])).toBe(false)
    expect(colored([], { NO_COLOR: '' })).toBe(false)
    expect(colored([], { NO_COLOR: '1' })).toBe(false)
  })
  it('goes quietly when its reader goes', () => {
    if (process.platform === 'win32') return
    const script = 'set -o pipefail; "$0" bin/logstat.js "$@" | head -n 1'
    const run = spawnSync('bash', ['-c', script, process.execPath, DAY, DAY, '--format', 'json'], { cwd: ROOT, encoding: 'utf8' })
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: '{\n' })
    const codes = spawnSync('bash', ['-c', script, process.execPath, 'codes', 'a', '--format', 'json'], { cwd: ROOT, encoding: 'utf8' })
    expect(codes).toMatchObject({ status: 0, stderr: '' })
  })
})

describe('what cannot be done exits with 2, naming the thing and the remedy', () => {
  it('inputs', () => {
    fails(['no/such.log'], /no\/such\.log: no such file/, /Check the path/)
    fails(['no-such-*.log'], /no-such-\*\.log: no file matches/, /pattern/)
    mkdirSync(at('empty'))
    fails([at('empty')], /empty: the directory holds no files/, /Name a log file/)
    writeFileSync(at('empty/readme.txt'), 'Not a log at all.\nReally not.\n')
    fails([at('empty')], /no access log among .*readme\.txt/s, /logstat detect/)
    fails([at('empty/readme.txt')], /readme\.txt: not an access log/, /--log-format/)
    writeFileSync(at('error.log'), '2026/11/22 14:05:01 [error] 12#12: *7 open() failed\n')
    fails([at('error.log')], /error\.log: .*an nginx error log/, /logstat detect/)
    writeFileSync(at('no-status.log'), '#Fields: date time c-ip\n2026-11-22 10:00:00 192.0.2.1\n')
    fails([at('no-status.log')], /no-status\.log: .*no sc-status/, /IIS Manager/)
  })
  it('a file that may not be read', () => {
    if (process.platform === 'win32' || process.getuid?.() === 0) return
    copyFileSync(join(ROOT, NGINX), at('secret.log'))
    chmodSync(at('secret.log'), 0)
    fails([at('secret.log')], /secret\.log: permission denied/, /read/)
  })
  it('one bad input among good ones: the report is printed, and the status tells', () => {
    writeFileSync(at('error.log'), '2026/11/22 14:05:01 [error] 12#12: *7 open() failed\n')
    const run = logstat([NGINX, at('error.log'), '--format', 'json'])
    expect(run.status).toBe(2)
    expect(run.stderr).toMatch(/error\.log/)
    expect((JSON.parse(run.stdout) as Report).inputs.map((i) => i.name)).toEqual([NGINX])
  })
  it('packed data that is cut off: what could be read is counted', () => {
    const whole = readFileSync(join(ROOT, NGINX))
    const packed = gzipSync(Buffer.concat(new Array<Buffer>(40).fill(whole)), { level: 1 })
    writeFileSync(at('cut.log.gz'), packed.subarray(0, Math.floor(packed.length * 0.7)))
    const run = logstat([at('cut.log.gz'), '--format', 'json'])
    expect(run.status).toBe(2)
    expect(run.stderr).toMatch(/cut\.log\.gz: the gzip data ends? too early/)
    expect((JSON.parse(run.stdout) as Report).totals.entries).toBeGreaterThan(403 * 20)
  })
  it('options', () => {
    fails([NGINX, '--log-format', 'nonsense'], /"nonsense" is no format/, /logstat formats/)
    fails([NGINX, '--log-format', 'w3c'], /access\.log/, /logstat detect|--log-format/)
    fails([DAY, '--log-format', 'common'], /u_ex261122\.log: none of its \d+ lines fits the format common/, /logstat detect/)
    fails([NGINX, '-s', '4xy'], /"4xy"/, /classes \(4xx\)/)
    fails([NGINX, '--tz', 'Mars/Olympus'], /Mars\/Olympus/, /Europe\/Berlin/)
    fails([NGINX, '--top', '0'], /--top/, /whole number/)
    fails([NGINX, '--lang', 'xx'], /--lang/, /en, zh/)
    fails([NGINX, '--format', 'pdf'], /--format/, /json/)
    fails([NGINX, '--no-such-option'], /--no-such-option/, /logstat --help/)
    fails(['summary', '--db', at('x.db'), NGINX, '--fail-on', '5xx = 2'], /5xx = 2/, /5xx > 2%/)
    fails(['ingest', NGINX], /--db/, /help/)
    fails(['iis'], /needs logs or a database/, /--db/)
    fails(['iis', DAY, '--db', at('x.db')], /not both/, /ingest/)
  })
  it('databases', () => {
    fails(['report', '--db', at('none.db')], /none\.db: there is no such database/, /logstat ingest/)
    writeFileSync(at('notes.txt'), 'my notes')
    fails(['ingest', NGINX, '--db', at('notes.txt')], /notes\.txt: this is not a logstat database/, /left as it is/)
    expect(readFileSync(at('notes.txt'), 'utf8')).toBe('my notes')
    fails(['ingest', NGINX, '--db', at('no/folder.db')], /folder\.db: the database cannot be opened/, /folder/)
  })
})

describe('help and version', () => {
  it('are on standard output', () => {
    const help = logstat(['--help'])
    expect(help).toMatchObject({ status: 0, stderr: '' })
    for (const command of ['ingest', 'report', 'iis', 'summary', 'explain', 'codes', 'formats', 'detect']) {
      expect(help.stdout).toContain(command)
      const own = logstat([command, '--help'])
      expect([command, own.status, own.stderr]).toEqual([command, 0, ''])
      expect(own.stdout).toContain(`logstat ${command}`)
    }
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(logstat(['-V'])).toMatchObject({ status: 0, stdout: `${version}\n` })
  })
})

describe('logstat explain', () => {
  it('explains codes in both languages and all kinds', () => {
    const run = logstat(['explain', '403.14', '500.19', '4xx'])
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toMatch(/^403\.14 /m)
    expect(run.stdout).toMatch(/^500\.19 /m)
    expect(logstat(['explain', '404', '--lang', 'zh']).stdout).toMatch(/\p{Script=Han}/u)
    expect(logstat(['explain', '404', '--format', 'md']).stdout).toMatch(/^## 404/)
    const [json] = JSON.parse(logstat(['explain', '401.1/2148074254', '--format', 'json', '--lang', 'both']).stdout) as Record<string, unknown>[]
    expect(json).toMatchObject({ query: '401.1/2148074254', name: { en: expect.any(String) as string, zh: expect.any(String) as string } })
    expect(logstat(['explain', 'win32:64']).stdout).toContain('ERROR_NETNAME_DELETED')
    expect(logstat(['explain', '499', '--server', 'nginx']).status).toBe(0)
  })
  it('says what it does not know, and explains the rest', () => {
    fails(['explain', 'nonsense'], /nonsense is not in the catalogue/, /Ask for example|Did you mean/)
    const run = logstat(['explain', '404', 'nonsense'])
    expect(run.status).toBe(2)
    expect(run.stdout).toMatch(/^404 /)
    expect(run.stderr).toMatch(/nonsense/)
  })
})

describe('logstat codes, formats, detect', () => {
  it('search the catalogue', () => {
    expect(logstat(['codes', '403']).stdout).toMatch(/^403\.14 /m)
    expect(JSON.parse(logstat(['codes', '503', '--format', 'json']).stdout)).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: '503', authority: expect.any(String) as string })]),
    )
    expect(logstat(['codes', 'xyzzy'])).toMatchObject({ status: 2, stdout: '' })
  })
  it('list the formats', () => {
    const run = logstat(['formats'])
    expect(run.status).toBe(0)
    expect(run.stdout).toMatch(/^combined /m)
    expect(run.stdout).toMatch(/^w3c /m)
    expect(JSON.parse(logstat(['formats', '--format', 'json']).stdout)).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'common' })]))
  })
  it('say what a file is, and why', () => {
    const run = logstat(['detect', DAY, `${NGINX}.gz`])
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toMatch(/w3c: W3C extended log \(Microsoft Internet Information Services 10\.0\)/)
    expect(run.stdout).toMatch(/access\.log\.gz \(gzip\)\n {2}combined: /)
    writeFileSync(at('error.log'), '2026/11/22 14:05:01 [error] 12#12: *7 open() failed\n')
    const bad = logstat(['detect', at('error.log'), '--format', 'json'])
    expect(bad.status).toBe(2)
    expect(JSON.parse(bad.stdout)).toMatchObject([{ format: null, seems: 'an nginx error log' }])
    writeFileSync(at('evil.log'), '#Software: \x1b[31mred\n#Fields: sc-status\n200\n')
    expect(logstat(['detect', at('evil.log')]).stdout).not.toContain('\x1b')
  })
})

describe('logstat iis', () => {
  it('breaks down by status, sub-status and Win32 status', () => {
    const run = logstat(['iis', DAY])
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toMatch(/^ {2}401\.1 +21 /m)
    expect(run.stdout).toMatch(/^ {4}\/2148074254 +9 /m)
    expect(run.stdout).toMatch(/^ {4}\/1326 +9 /m)
    expect(jsonOf(['iis', DAY])).toEqual(jsonOf([DAY]))
    logstat(['ingest', DAY, '--db', at('iis.db')])
    expect(logstat(['iis', '--db', at('iis.db')]).stdout).toBe(run.stdout)
  })
})

describe('a database', () => {
  it('is fed once and reports the same as the files', () => {
    const db = at('logs.db')
    const first = logstat(['ingest', DAY, NEXT_DAY, '--db', db])
    expect([first.status, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toMatch(/u_ex261122\.log: \d+ new entries, 1 lines? not understood\n.*u_ex261123\.log: 81 new entries\n/)
    const again = logstat(['ingest', DAY, NEXT_DAY, '--db', db])
    expect(again).toMatchObject({ status: 0, stdout: `${DAY}: nothing new\n${NEXT_DAY}: nothing new\n` })
    const stored = jsonOf(['report', '--db', db])
    const files = jsonOf([DAY, NEXT_DAY])
    const bare = (r: Report): unknown => ({ ...r, timeline: [], codes: r.codes.map((c) => ({ ...c, timeline: [] })) })
    expect(bare(stored)).toEqual(bare(files))
    expect(logstat(['ingest', DAY, '--db', db, '--quiet'])).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })
})
