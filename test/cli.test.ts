import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '../src/report/report.js'
import { logstatHere as logstat, ROOT, logstat as started } from './support.js'

// The built program as a user meets it: arguments and standard input in, standard output, standard error and exit
// status out.

const DAY = 'fixtures/iis/u_ex261122.log'
const NEXT_DAY = 'fixtures/iis/u_ex261123.log'
const NGINX = 'fixtures/nginx/access.log'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function jsonOf(args: readonly string[], input?: string | Buffer): Promise<Report> {
  const asked = [...args, '--format', 'json']
  const run = input === undefined ? await logstat(asked) : started(asked, { input })
  expect([run.status, run.stderr]).toEqual([0, ''])
  return JSON.parse(run.stdout) as Report
}

/**
 * It could not be done: status 2, nothing on standard output, a message that names the thing, a remedy, and no stack
 * trace.
 */
async function fails(args: readonly string[], message: RegExp, remedy: RegExp): Promise<void> {
  const run = await logstat(args)
  expect([args, run.status, run.stdout]).toEqual([args, 2, ''])
  expect(run.stderr).toMatch(/^logstat: /)
  expect(run.stderr).toMatch(message)
  expect(run.stderr).toMatch(remedy)
  expect(run.stderr).not.toMatch(/ {4}at |node:internal|\.js:\d/)
}

describe('logstat PATH…', () => {
  it('reports a log: counts, incident and explanations on standard output, nothing on standard error', async () => {
    const run = await logstat([DAY])
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toContain('2026-11-22')
    expect(run.stdout).toMatch(/503\.2 +129 /)
    expect(run.stdout).toMatch(/500\.19 +23 /)
    expect(run.stdout).toContain('/api/orders')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no colours on a pipe
    expect(run.stdout).not.toMatch(/\x1b/)
  })
  it('reads several files, directories, patterns and packed files, each content under its own name', async () => {
    expect((await jsonOf([DAY, NEXT_DAY])).inputs.map((i) => i.name)).toEqual([DAY, NEXT_DAY])
    expect((await jsonOf([DAY, DAY])).inputs).toHaveLength(1)
    expect((await jsonOf(['fixtures/iis/u_ex*.log'])).inputs.map((i) => i.name)).toEqual([DAY, NEXT_DAY])
    const packed = await jsonOf([`${NGINX}.gz`])
    expect({ ...packed, inputs: [] }).toEqual({ ...(await jsonOf([NGINX])), inputs: [] })
    mkdirSync(at('logs/old'), { recursive: true })
    copyFileSync(join(ROOT, NGINX), at('logs/access.log'))
    writeFileSync(at('logs/old/access.log.1.gz'), gzipSync(readFileSync(join(ROOT, 'fixtures/nginx/vhost.log'))))
    writeFileSync(at('logs/error.log'), '2026/11/22 14:05:01 [error] 12#12: *7 open() failed\n')
    const run = await logstat([folder, '--format', 'json'])
    expect(run.status).toBe(0)
    expect((JSON.parse(run.stdout) as Report).inputs).toHaveLength(2)
    expect(run.stderr).toMatch(/passed over: .*error\.log.*nginx error log/)
    expect((await logstat([folder, '--quiet', '--format', 'json'])).stderr).toBe('')
  })
  it('names next commands that run as they are printed, and tell something else', async () => {
    copyFileSync(join(ROOT, DAY), at("it's a log.log"))
    copyFileSync(join(ROOT, 'fixtures/nginx/vhost.log'), at('-proxy.log'))
    expect(started(['ingest', "it's a log.log", '--db', 'my logs.db', '-q'], { cwd: folder }).status).toBe(0)
    const asked = [
      ["it's a log.log", '--tz', 'Asia/Shanghai'],
      ['./-proxy.log', '--log-tz', 'UTC'],
      [join(ROOT, NGINX), '--lang', 'zh'],
      ['report', '--db', 'my logs.db'],
      ['summary', '--db', 'my logs.db', '--day', '2026-11-22'],
      ['.'],
    ]
    for (const args of asked) {
      const { stdout } = started(args, { cwd: folder })
      const next = /^(?:Next: |下一步：)([\s\S]*)$/m.exec(stdout)?.[1]?.trim().split(/\n\s*/) ?? []
      expect([args, next.length > 0]).toEqual([args, true])
      for (const command of next) {
        const line = `logstat() { '${process.execPath}' '${join(ROOT, 'bin/logstat.js')}' "$@"; }\n${command}`
        const run = spawnSync('bash', ['-c', line], {
          cwd: folder,
          encoding: 'utf8',
          env: { ...process.env, TZ: 'UTC', NO_COLOR: '1' },
        })
        expect([command, run.status]).toEqual([command, args[0] === '.' ? run.status : 0])
        expect(run.stdout).not.toBe(stdout)
        expect(run.stdout).not.toContain(command)
      }
    }
  })
  it('reads standard input: with -, and when it is piped', async () => {
    for (const [file, name] of [
      [DAY, 'iis'],
      [NGINX, 'nginx'],
      [`${NGINX}.gz`, 'gz'],
      ['fixtures/apache/mixed.log', 'no newline at the end'],
    ] as const) {
      const input = readFileSync(join(ROOT, file))
      const run = started([], { input })
      const undated =
        name === 'no newline at the end'
          ? 'logstat: -: 1 of 13 entries has no readable time. Such entries belong to no day.\n'
          : ''
      expect([name, run.status, run.stderr]).toEqual([name, 0, undated])
      // Nothing but the name of the input, and what is told by it, differs.
      const bare = (out: string, shown: string): string[] =>
        out
          .replaceAll(shown, 'NAME')
          .split('\n')
          .slice(1)
          .filter((l) => l !== '' && !l.startsWith('         ') && !/^(?:Next:| {5}) logstat /.test(l))
      expect(bare(run.stdout, '-, line')).toEqual(bare((await logstat([file])).stdout, `${file}, line`))
      const unnamed = (r: Report): unknown => ({
        ...r,
        inputs: r.inputs.map((i) => ({ ...i, name: '' })),
        rejects: r.rejects.map((x) => ({ ...x, samples: x.samples.map((s) => ({ ...s, input: '' })) })),
      })
      const json = await jsonOf(['-', '-q'], input)
      expect(unnamed(json)).toEqual(unnamed(await jsonOf([file, '-q'])))
      expect(json.inputs.map((i) => i.name)).toEqual(['-'])
    }
  })
  it('reads standard input beside files', async () => {
    expect((await jsonOf([NGINX, '-'], readFileSync(join(ROOT, DAY)))).inputs.map((i) => [i.name, i.server])).toEqual([
      [NGINX, 'nginx'],
      ['-', 'iis'],
    ])
  })
  it('says clearly that a log is empty, and that is no failure', async () => {
    for (const args of [
      ['fixtures/nginx/empty.log'],
      ['fixtures/iis/directives-only.log'],
      ['iis', 'fixtures/nginx/empty.log'],
    ]) {
      const run = await logstat(args)
      expect([args, run.status, run.stderr]).toEqual([args, 0, ''])
      expect(run.stdout).toContain('No requests: the log is empty.')
    }
    expect(started([], { input: '' })).toMatchObject({ status: 0, stderr: '' })
    expect(await jsonOf(['fixtures/nginx/empty.log'])).toMatchObject({
      period: null,
      totals: { lines: 0, entries: 0 },
      codes: [],
    })
  })
  it('selects, limits and translates', async () => {
    const only = await jsonOf([DAY, '-s', '5xx,!503', '--top', '1'])
    expect(only.codes.map((c) => c.status)).not.toContain(503)
    expect(only.codes.every((c) => c.status !== null && c.status >= 500 && c.top.paths.length <= 1)).toBe(true)
    expect((await logstat([DAY, '-s', '418'])).stdout).toContain('No requests match the selection.')
    expect((await logstat([DAY, '--lang', 'zh'])).stdout).toContain('全部状态码')
    expect((await logstat([DAY, '--tz', 'Asia/Shanghai'])).stdout).toContain('(Asia/Shanghai +08:00)')
    expect((await jsonOf([NGINX, '--server', 'apache'])).inputs[0]?.server).toBe('apache')
    expect((await jsonOf([NGINX, '--log-format', 'COMBINED'])).inputs[0]?.format).toBe('combined')
  })
  it('writes the report to a file, of the kind its ending names', async () => {
    expect(await logstat([DAY, '-o', at('report.json')])).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(JSON.parse(readFileSync(at('report.json'), 'utf8'))).toEqual(await jsonOf([DAY]))
    expect((await logstat([DAY, '-o', at('report.txt')])).status).toBe(0)
    expect(readFileSync(at('report.txt'), 'utf8')).toBe((await logstat([DAY])).stdout)
    await fails([DAY, '-o', at('report.docx')], /report\.docx/, /--format/)
    await fails([DAY, '-o', at('no/such/report.txt')], /no.such.report\.txt/, /folder/)
    // A report that cannot be made leaves the last one as it was.
    expect((await logstat(['ingest', '-q', DAY, '--db', at('output.db')])).status).toBe(0)
    await fails(['report', '--db', at('output.db'), '-o', at('report.txt'), '--tz', 'Nonsense'], /Nonsense/, /IANA/)
    expect(statSync(at('report.txt')).size).toBeGreaterThan(100)
  })
  it('colours only where that is wanted', async () => {
    const colored = (args: string[], env: Record<string, string> = {}): boolean =>
      started([DAY, ...args], { env }).stdout.includes('\x1b[')
    expect(colored(['--color', 'always'])).toBe(true)
    expect(colored(['--color', 'never'])).toBe(false)
    expect(colored([], { NO_COLOR: '' })).toBe(false)
    expect(colored([], { NO_COLOR: '1' })).toBe(false)
  })
  it('goes quietly when its reader goes', async () => {
    if (process.platform === 'win32') return
    const script = 'set -o pipefail; "$0" bin/logstat.js "$@" | head -n 1'
    const run = spawnSync('bash', ['-c', script, process.execPath, DAY, DAY, '--format', 'json'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: '{\n' })
    const codes = spawnSync('bash', ['-c', script, process.execPath, 'codes', 'a', '--format', 'json'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(codes).toMatchObject({ status: 0, stderr: '' })
  })
})

describe('what cannot be done exits with 2, naming the thing and the remedy', () => {
  it('inputs', async () => {
    await fails(['no/such.log'], /no\/such\.log: no such file/, /Check the path/)
    await fails(['no-such-*.log'], /no-such-\*\.log: no file matches/, /pattern/)
    mkdirSync(at('empty'))
    await fails([at('empty')], /empty: the directory holds no files/, /Name a log file/)
    writeFileSync(at('empty/readme.txt'), 'Not a log at all.\nReally not.\n')
    await fails([at('empty')], /no access log among .*readme\.txt/s, /logstat detect/)
    await fails([at('empty/readme.txt')], /readme\.txt: not an access log/, /--log-format/)
    writeFileSync(at('error.log'), '2026/11/22 14:05:01 [error] 12#12: *7 open() failed\n')
    await fails([at('error.log')], /error\.log: .*an nginx error log/, /logstat detect/)
    writeFileSync(at('no-status.log'), '#Fields: date time c-ip\n2026-11-22 10:00:00 192.0.2.1\n')
    await fails([at('no-status.log')], /no-status\.log: .*no sc-status/, /IIS Manager/)
  })
  it('a file that may not be read', async () => {
    if (process.platform === 'win32' || process.getuid?.() === 0) return
    copyFileSync(join(ROOT, NGINX), at('secret.log'))
    chmodSync(at('secret.log'), 0)
    await fails([at('secret.log')], /secret\.log: permission denied/, /read/)
  })
  it('one bad input among good ones: the report is printed, and the status tells', async () => {
    writeFileSync(at('error.log'), '2026/11/22 14:05:01 [error] 12#12: *7 open() failed\n')
    const run = await logstat([NGINX, at('error.log'), '--format', 'json'])
    expect(run.status).toBe(2)
    expect(run.stderr).toMatch(/error\.log/)
    expect((JSON.parse(run.stdout) as Report).inputs.map((i) => i.name)).toEqual([NGINX])
  })
  it('packed data that is cut off: what could be read is counted', async () => {
    const whole = readFileSync(join(ROOT, NGINX))
    const packed = gzipSync(Buffer.concat(new Array<Buffer>(40).fill(whole)), { level: 1 })
    writeFileSync(at('cut.log.gz'), packed.subarray(0, Math.floor(packed.length * 0.7)))
    const run = await logstat([at('cut.log.gz'), '--format', 'json'])
    expect(run.status).toBe(2)
    expect(run.stderr).toMatch(/cut\.log\.gz: the gzip data ends? too early/)
    expect((JSON.parse(run.stdout) as Report).totals.entries).toBeGreaterThan(403 * 20)
  })
  it('options', async () => {
    await fails([NGINX, '--log-format', 'nonsense'], /"nonsense" is no format/, /logstat formats/)
    await fails([NGINX, '--log-format', 'w3c'], /access\.log/, /logstat detect|--log-format/)
    await fails(
      [DAY, '--log-format', 'common'],
      /u_ex261122\.log: none of its \d+ lines fits the format common/,
      /logstat detect/,
    )
    await fails([NGINX, '-s', '4xy'], /"4xy"/, /classes \(4xx\)/)
    await fails([NGINX, '--tz', 'Mars/Olympus'], /Mars\/Olympus/, /Europe\/Berlin/)
    await fails([NGINX, '--top', '0'], /--top/, /whole number/)
    await fails([NGINX, '--lang', 'xx'], /--lang/, /en, zh/)
    await fails([NGINX, '--format', 'pdf'], /--format/, /json/)
    await fails([NGINX, '--no-such-option'], /--no-such-option/, /logstat --help/)
    await fails(['summary', '--db', at('x.db'), NGINX, '--fail-on', '5xx == 2'], /5xx == 2/, /5xx > 2%/)
    await fails(['ingest', NGINX], /--db/, /help/)
    await fails(['iis'], /needs logs or a database/, /--db/)
    await fails(['iis', DAY, '--db', at('x.db')], /not both/, /ingest/)
  })
  it('databases', async () => {
    await fails(['report', '--db', at('none.db')], /none\.db: there is no such database/, /logstat ingest/)
    writeFileSync(at('notes.txt'), 'my notes')
    await fails(
      ['ingest', NGINX, '--db', at('notes.txt')],
      /notes\.txt: this is not a logstat database/,
      /left as it is/,
    )
    expect(readFileSync(at('notes.txt'), 'utf8')).toBe('my notes')
    await fails(['ingest', NGINX, '--db', at('no/folder.db')], /folder\.db: the database cannot be opened/, /folder/)
  })
})

describe('help and version', () => {
  it('are on standard output', async () => {
    const help = await logstat(['--help'])
    expect(help).toMatchObject({ status: 0, stderr: '' })
    for (const command of ['ingest', 'report', 'iis', 'summary', 'explain', 'codes', 'formats', 'detect']) {
      expect(help.stdout).toContain(command)
      const own = await logstat([command, '--help'])
      expect([command, own.status, own.stderr]).toEqual([command, 0, ''])
      expect(own.stdout).toContain(`logstat ${command}`)
    }
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(started(['-V'])).toMatchObject({ status: 0, stdout: `${version}\n` })
  })
})

describe('logstat explain', () => {
  it('explains codes in both languages and all kinds', async () => {
    const run = await logstat(['explain', '403.14', '500.19', '4xx'])
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toMatch(/^403\.14 /m)
    expect(run.stdout).toMatch(/^500\.19 /m)
    expect((await logstat(['explain', '404', '--lang', 'zh'])).stdout).toMatch(/\p{Script=Han}/u)
    expect((await logstat(['explain', '404', '--format', 'md'])).stdout).toMatch(/^## 404/)
    const [json] = JSON.parse(
      (await logstat(['explain', '401.1/2148074254', '--format', 'json', '--lang', 'both'])).stdout,
    ) as Record<string, unknown>[]
    expect(json).toMatchObject({
      query: '401.1/2148074254',
      name: { en: expect.any(String) as string, zh: expect.any(String) as string },
    })
    expect((await logstat(['explain', 'win32:64'])).stdout).toContain('ERROR_NETNAME_DELETED')
    expect((await logstat(['explain', '499', '--server', 'nginx'])).status).toBe(0)
  })
  it('says what it does not know, and explains the rest', async () => {
    await fails(['explain', 'nonsense'], /nonsense is not in the catalogue/, /Ask for example|Did you mean/)
    const run = await logstat(['explain', '404', 'nonsense'])
    expect(run.status).toBe(2)
    expect(run.stdout).toMatch(/^404 /)
    expect(run.stderr).toMatch(/nonsense/)
  })
})

describe('logstat codes, formats, detect', () => {
  it('search the catalogue', async () => {
    expect((await logstat(['codes', '403'])).stdout).toMatch(/^403\.14 /m)
    expect(JSON.parse((await logstat(['codes', '503', '--format', 'json'])).stdout)).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: '503', authority: expect.any(String) as string })]),
    )
    expect(await logstat(['codes', 'xyzzy'])).toMatchObject({ status: 2, stdout: '' })
  })
  it('list the formats', async () => {
    const run = await logstat(['formats'])
    expect(run.status).toBe(0)
    expect(run.stdout).toMatch(/^combined /m)
    expect(run.stdout).toMatch(/^w3c /m)
    expect(JSON.parse((await logstat(['formats', '--format', 'json'])).stdout)).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'common' })]),
    )
  })
  it('say what a file is, and why', async () => {
    const run = await logstat(['detect', DAY, `${NGINX}.gz`])
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toMatch(/w3c: W3C extended log \(Microsoft Internet Information Services 10\.0\)/)
    expect(run.stdout).toMatch(/access\.log\.gz \(gzip\)\n {2}combined: /)
    writeFileSync(at('error.log'), '2026/11/22 14:05:01 [error] 12#12: *7 open() failed\n')
    const bad = await logstat(['detect', at('error.log'), '--format', 'json'])
    expect(bad.status).toBe(2)
    expect(JSON.parse(bad.stdout)).toMatchObject([{ format: null, seems: 'an nginx error log' }])
    writeFileSync(at('evil.log'), '#Software: \x1b[31mred\n#Fields: sc-status\n200\n')
    expect((await logstat(['detect', at('evil.log')])).stdout).not.toContain('\x1b')
  })
})

describe('logstat iis', () => {
  it('breaks down by status, sub-status and Win32 status', async () => {
    const run = await logstat(['iis', DAY])
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toMatch(/^ {2}401\.1 +21 /m)
    expect(run.stdout).toMatch(/^ {4}\/2148074254 +9 /m)
    expect(run.stdout).toMatch(/^ {4}\/1326 +9 /m)
    expect(await jsonOf(['iis', DAY])).toEqual(await jsonOf([DAY]))
    await logstat(['ingest', DAY, '--db', at('iis.db')])
    expect((await logstat(['iis', '--db', at('iis.db')])).stdout).toBe(run.stdout)
  })
})

describe('a database', () => {
  it('is fed once and reports the same as the files', async () => {
    const db = at('logs.db')
    const first = await logstat(['ingest', DAY, NEXT_DAY, '--db', db])
    expect([first.status, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toMatch(
      /u_ex261122\.log: \d+ new entries, 1 lines? not understood\n.*u_ex261123\.log: 81 new entries\n/,
    )
    const again = await logstat(['ingest', DAY, NEXT_DAY, '--db', db])
    expect(again).toMatchObject({ status: 0, stdout: `${DAY}: nothing new\n${NEXT_DAY}: nothing new\n` })
    const stored = await jsonOf(['report', '--db', db])
    const files = await jsonOf([DAY, NEXT_DAY])
    // Files are counted in wider buckets than a database keeps: what rests on these may differ.
    const bare = (r: Report): unknown => ({
      ...r,
      timeline: [],
      codes: r.codes.map((c) => ({ ...c, timeline: [] })),
      findings: r.findings.map((f) => ({ ...f, series: [], evidence: f.evidence.length })),
    })
    expect(bare(stored)).toEqual(bare(files))
    expect(await logstat(['ingest', DAY, '--db', db, '--quiet'])).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })
})
