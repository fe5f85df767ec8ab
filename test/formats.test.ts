import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LogstatError, wordsIn } from '../src/errors.js'
import { askedFormat } from '../src/format/asked.js'
import { detect } from '../src/format/detect.js'
import { formatsPage } from '../src/format/document.js'
import type { Format } from '../src/format/format.js'
import { compileLayout } from '../src/format/layout.js'
import { FORMATS, formatNamed, hasPlans, plansOf } from '../src/format/registry.js'
import { Unwrapper, type Wrapping } from '../src/format/unwrap.js'
import { compileFields } from '../src/format/w3c.js'
import { Kernel } from '../src/kernel/kernel.js'
import { probe } from '../src/kernel/probe.js'
import { Flag, Role, Rule } from '../src/kernel/wasm/roles.js'
import type { CodeTally } from '../src/tally/tally.js'
import { countFast, entryOf, fixture, ROOT } from './support.js'

const SAMPLES = FORMATS.flatMap((format) =>
  format.samples.map((sample, i) => ({ name: `${format.name} ${i + 1}`, format, sample })),
)
const text = (...lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`, 'utf8')
const codesOf = (bytes: Buffer, format: Format): CodeTally[] => [
  ...countFast(bare(bytes), hasPlans(format) ? plansOf(format) : []).tally.codes.values(),
]

/** What stands around lines is no business of a format's plans. */
function bare(bytes: Buffer): Buffer {
  const { wrapping = [] } = detect(bytes, true) as { wrapping?: Wrapping }
  if (wrapping.length === 0) return bytes
  const unwrapper = new Unwrapper(wrapping)
  const lines = bytes.toString('latin1').trimEnd().split('\n')
  return Buffer.from(`${lines.map((line) => unwrapper.take(line)).join('\n')}\n`, 'latin1')
}

describe('every sample of every format', () => {
  it.each(SAMPLES)('$name parses to its entry', ({ format, sample }) => {
    const codes = codesOf(text(sample.line), format)
    expect(codes).toHaveLength(1)
    if (!format.mayLackTime) expect(codes[0]?.firstSeen).not.toBeNull()
    expect(entryOf(codes)).toEqual(sample.entry)
  })
  it.each(SAMPLES)('$name is detected as its format and no other', ({ format, sample }) => {
    const found = detect(text(sample.line), true)
    expect(found.format).toBe(format.name)
    if (found.format === null) return
    expect(found).toMatchObject({ fits: 1, looked: 1 })
    expect(found.evidence.length).toBeGreaterThan(0)
  })
  it('has a source, a title and names that are taken once', () => {
    const names = FORMATS.flatMap((f) => [f.name, ...(f.aliases ?? [])])
    expect(new Set(names).size).toBe(names.length)
    for (const f of FORMATS) {
      expect(f.samples.length).toBeGreaterThan(0)
      expect(f.source).toMatch(/^https?:\/\//)
      expect(formatNamed(f.name.toUpperCase())).toBe(f)
    }
    expect(formatNamed('COMBINED')?.name).toBe('combined')
    expect(formatNamed('VCOMBINED')?.name).toBe('vhost-combined')
    expect(formatNamed('no-such')).toBeUndefined()
  })
})

it('docs/formats.md is what the registry says; renew it with `npm run docs:formats`', () => {
  expect(readFileSync(`${ROOT}docs/formats.md`, 'utf8')).toBe(formatsPage())
})

describe('compileLayout', () => {
  it('makes a step of each variable', () => {
    const plan = compileLayout('x', '[$time_local] $remote_addr "$request" $status $body_bytes_sent')
    expect(plan).toMatchObject({ format: 'x', leading: '[', flags: Flag.Strict })
    expect(plan.steps).toEqual([
      { role: Role.Time, rule: Rule.Plain, until: '] ' },
      { role: Role.ClientIp, rule: Rule.List, until: ' "' },
      { role: Role.Request, rule: Rule.Quoted, until: '" ' },
      { role: Role.Status, rule: Rule.Plain, until: ' ' },
      { role: Role.BytesSent, rule: Rule.Word, until: ' ' },
    ])
  })
  it('takes names in braces, forgets variables it does not know, and prefers the better of two for a role', () => {
    const plan = compileLayout('x', `\${remote_addr}x $upstream_addr $bytes_sent $status $body_bytes_sent`)
    expect(plan.steps.map((s) => s.role)).toEqual([Role.ClientIp, Role.Skip, Role.Skip, Role.Status, Role.BytesSent])
    expect(plan.steps[0]?.until).toBe('x ')
  })
  it('ends a name only before a time: a client may choose one with brackets and a forged time', () => {
    const line = '192.0.2.1 - x [01/Jan/2001 [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 401 5 "-" "-"'
    for (const plans of [
      plansOf(formatNamed('combined') as Format),
      askedFormat('$remote_addr - $remote_user [$time_local] "$request" $status', null).plans,
    ])
      expect(countFast(Buffer.from(line), plans)).toMatchObject({ counts: { entries: 1, withoutTime: 0 } })
  })
  it('refuses a layout without a status, and variables that touch', () => {
    expect(() => compileLayout('x', '$remote_addr "$request"')).toThrow(LogstatError)
    expect(() => compileLayout('x', '$remote_addr$status')).toThrow(/\$remote_addr and \$status touch/)
  })
})

describe('compileFields', () => {
  const roles = (line: string): Role[] => compileFields(line).plan.steps.map((s) => s.role)
  it('gives roles by name, in any order and case, with custom fields between', () => {
    expect(roles('#Fields: SC-Status x-tenant date  time\tc-ip')).toEqual([
      Role.Status,
      Role.Skip,
      Role.Date,
      Role.TimeOfDay,
      Role.ClientIp,
    ])
  })
  it('takes the better of two fields for one role, wherever they stand', () => {
    expect(roles('s-sitename cs-host cs-uri cs-uri-stem sc-status')).toEqual([
      Role.Skip,
      Role.Host,
      Role.Skip,
      Role.Uri,
      Role.Status,
    ])
  })
  it('tells the server and the unit of time-taken', () => {
    expect(compileFields('date time sc-status time-taken')).toMatchObject({
      server: null,
      plan: { timeTakenUnitUs: 1_000_000 },
    })
    expect(
      compileFields('date time sc-status time-taken', 'Microsoft Internet Information Services 10.0'),
    ).toMatchObject({
      server: 'iis',
      plan: { timeTakenUnitUs: 1000 },
    })
    expect(compileFields('sc-status sc-win32-status time-taken')).toMatchObject({
      server: 'iis',
      plan: { timeTakenUnitUs: 1000 },
    })
    expect(compileFields('date time sc-status s-reason')).toMatchObject({ server: 'httpsys' })
  })
  it('says when there is no status', () => {
    expect(compileFields('#Fields: date time c-ip')).toMatchObject({ hasStatus: false })
    expect(compileFields('#Fields:')).toMatchObject({ hasStatus: false, fields: [] })
    expect(compileFields('date time c-status')).toMatchObject({ hasStatus: true })
  })
})

describe('detect', () => {
  const combined =
    '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 404 146 "https://example.com/" "curl/8.4.0"'
  const common = '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /b HTTP/1.0" 200 2326'
  const vhost = `www.example.com:80 ${combined}`
  const nameOf = (...lines: readonly string[]): string | null => detect(text(...lines), true).format

  it('goes by most lines and keeps the most particular layout in front, so that no column of a mixed log is lost', () => {
    const found = detect(text(common, common, combined, vhost), true)
    if (found.format === null) throw new Error('not detected')
    expect(found.format).toBe('common')
    expect(found.fits).toBe(4)
    // What most lines are goes first, as far as it has nothing behind it.
    expect(found.plans.map((p) => p.format).slice(0, 3)).toEqual(['common', 'combined', 'vhost-combined'])
    expect(found.evidence.map((e) => wordsIn(e, 'en'))).toEqual([
      '2 of 4 lines fit common',
      'lines of other layouts: combined 1, vhost-combined 1',
    ])
    const { tally } = countFast(text(common, common, combined, vhost), found.plans)
    const notFound = [...tally.codes.values()].find((c) => c.status === 404)
    expect(notFound?.lists.referer.values).toMatchObject([{ value: 'https://example.com/', hits: 2 }])
    expect(notFound?.lists.host.values).toMatchObject([{ value: 'www.example.com:80', hits: 1 }])
  })
  it('puts up with damaged lines, comments and blank lines', () => {
    expect(nameOf('# comment', '', 'Segmentation fault', combined.slice(0, 60), combined)).toBe('combined')
  })
  it('reads only complete lines of a head that is not the whole input', () => {
    const head = Buffer.from(`${combined}\n${combined.slice(0, 50)}`)
    expect(detect(head, false)).toMatchObject({ format: 'combined', looked: 1 })
    expect(detect(head, true)).toMatchObject({ format: 'combined', looked: 2, fits: 1 })
  })
  it('takes an empty log, and a W3C log without records', () => {
    expect(detect(Buffer.alloc(0), true)).toMatchObject({ format: 'empty', looked: 0 })
    expect(detect(text('', ' ', ''), true)).toMatchObject({ format: 'empty' })
    expect(detect(readFileSync(fixture('iis/directives-only.log')), true)).toMatchObject({
      format: 'w3c',
      server: 'iis',
      looked: 0,
    })
    expect(nameOf('#Software: Microsoft Internet Information Services 10.0', '#Version: 1.0')).toBe('w3c')
  })

  const LOOKALIKES: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'nginx error log',
      'an nginx error log',
      [
        '2026/11/22 14:05:01 [error] 12#12: *7 open() "/var/www/x" failed (2: No such file), client: 192.0.2.1, request: "GET /x HTTP/1.1"',
      ],
    ],
    [
      'Apache error log',
      'an Apache error log',
      [
        '[Sun Nov 22 14:05:01.123456 2026] [core:error] [pid 12] [client 192.0.2.1:4711] AH00126: Invalid URI in request GET /../ HTTP/1.1',
      ],
    ],
    [
      'Apache ssl_request_log',
      'an Apache ssl_request_log',
      ['[10/Oct/2023:13:55:36 +0000] 192.0.2.1 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET / HTTP/1.1" 12'],
    ],
    [
      'JSON status page',
      'JSON of a shape that is not known',
      ['{"version": 8, "connections": {"accepted": 4968119, "active": 5}}'],
    ],
    [
      'status API',
      'JSON of a shape that is not known',
      ['{"status":200,"time":"2026-11-22T14:05:01Z","message":"healthy"}'],
    ],
    ['table', 'a table of separated values (CSV)', ['date,status,count', '2026-11-22,404,7']],
    [
      'FTP log of IIS',
      'an IIS FTP log',
      [
        '#Fields: date time c-ip cs-method cs-uri-stem sc-status sc-win32-status x-session',
        '2026-11-22 10:00:01 192.0.2.1 ControlChannelOpened - - 0 a',
        '2026-11-22 10:00:01 192.0.2.1 USER anonymous 331 0 a',
      ],
    ],
    ['HTML page', 'XML or HTML', ['<!DOCTYPE html>', '<html><body>404</body></html>']],
    [
      'syslog',
      'a syslog file',
      ['Nov 22 14:05:01 web1 sshd[311]: Failed password for root from 192.0.2.1 port 22 ssh2'],
    ],
    ['binary', 'binary data', ['\0\x01\x02\x7fELF\0\0']],
  ]
  it.each(LOOKALIKES)('refuses %s', (_, seems, lines) => {
    const found = detect(text(...lines), true)
    expect(found.format).toBeNull()
    if (found.format === null) expect(found.seems?.en).toContain(seems)
  })
  it('says what the rest is where less than half fits', () => {
    const error = 'Nov 22 14:05:01 web1 sshd[311]: Failed password for root from 192.0.2.1 port 22 ssh2'
    const forged = '192.0.2.1 - - [22/Nov/2026:14:05:01 +0000] "GET /x HTTP/1.1" 200 5 "-" "-"'
    expect(detect(text(error, error, forged), true)).toMatchObject({ fits: 1, seems: { en: 'a syslog file' } })
    expect(detect(text(error, forged, forged), true)).not.toHaveProperty('seems')
  })
  it('takes no JSON for that of a server without the key that only its logs have', () => {
    expect(
      nameOf('{"timestamp":"2026-11-22T14:05:01Z","client_ip":"192.0.2.1","method":"GET","url":"/a","status":503}'),
    ).toBe('json')
  })
  it('takes no line of Envoy behind a time stamp for that of a load balancer of AWS', () => {
    const envoy =
      '2026-11-22T14:05:01.5Z [2026-11-22T14:05:01.310Z] "GET /a HTTP/1.1" 503 UH 154 0 226 100 "192.0.2.7" "curl/8.4.0" "cc21d9b0" "a.example.com" "192.0.2.1:80"'
    const found = detect(text(envoy, envoy), true)
    expect(found.format).not.toMatch(/elb|alb/)
  })
  it('knows records of CloudFront without their header', () => {
    const record =
      '2024-03-12 15:22:28 CDG50-P2 703 192.0.2.4 GET d6.cloudfront.net /a 404 - curl/7.81.0 q=42 - Error 375W== www.example.com https 62 0.113 - TLSv1.3 AES Error HTTP/2.0 - - 51754 0.113 Error text/plain 20 - -'
    const found = detect(text(record.replaceAll(' ', '\t')), true)
    expect(found).toMatchObject({ format: 'w3c', server: 'aws-cloudfront', fits: 1 })
    const { tally } = countFast(text(record.replaceAll(' ', '\t')), found.format === null ? [] : found.plans)
    expect([...tally.codes.values()]).toMatchObject([{ status: 404, hits: 1, firstSeen: 1710256948 }])
  })
  it('takes no bracket for JSON', () => {
    expect(
      detect(text('[22/Nov/2026:10:00:00 +0000] 200 - GET https a.test "/x" [Client 192.0.2.1]'), true),
    ).toMatchObject({ format: null, seems: null })
  })
  it('refuses prose without a guess', () => {
    expect(detect(text('Once upon a time', 'there was a log.'), true)).toMatchObject({
      format: null,
      seems: null,
      looked: 2,
    })
  })
})

it('probe says which plan takes a line, its fields as written, or where the first plan failed', () => {
  const kernel = new Kernel({ tables: false })
  kernel.setPlans(plansOf(formatNamed('combined') as Format))
  const line = (s: string): Buffer => Buffer.from(s)
  expect(
    probe(kernel, line('192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "x"')),
  ).toMatchObject({
    plan: 0,
    fields: { [Role.ClientIp]: '192.0.2.1', [Role.Status]: '200', [Role.UserAgent]: 'x' },
  })
  expect(probe(kernel, line('192.0.2.1 - - nothing'))).toMatchObject({ plan: -1 })
})
