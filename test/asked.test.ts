import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogstatError } from '../src/errors.js'
import { askedFormat } from '../src/format/asked.js'
import type { Entry } from '../src/format/format.js'
import { findInputs } from '../src/input/find.js'
import { type InputResult, type ReadOptions, readInputs } from '../src/pipeline.js'
import { makeReport, type Report } from '../src/report/report.js'
import { openStore } from '../src/store/store.js'
import { countFast, entryOf, logstat } from './support.js'

// Formats that somebody asks for, and lines in every dress they come in, each against an entry written by hand.

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-asked-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function read(
  text: string,
  options: ReadOptions = {},
  name = 'x.log',
): Promise<{ result: InputResult; report: Report }> {
  writeFileSync(at(name), text)
  const store = openStore(null)
  const [result] = await readInputs(findInputs([at(name)]), store, { jobs: 1, ...options })
  const report = makeReport(store)
  store.close()
  if (!result) throw new Error('no result')
  return { result, report }
}
const timeOf = async (line: string, options: ReadOptions = {}): Promise<string | undefined> =>
  (await read(`${line}\n`, options)).report.period?.from

interface Expected extends Entry {
  /** ISO, UTC. */
  readonly at?: string
  readonly ms?: number
}
/** The one entry of a line in a format. */
function entry(definition: string, line: string): Expected {
  const { plans } = askedFormat(definition, null)
  const codes = [...countFast(Buffer.from(`${line}\n`), plans).tally.codes.values()]
  const [code] = codes
  if (codes.length !== 1 || !code) throw new Error(`${codes.length} entries: ${line}`)
  const { firstSeen, timeTakenUs } = code
  return {
    ...entryOf(codes),
    ...(firstSeen === null ? {} : { at: new Date(firstSeen * 1000).toISOString() }),
    ...(timeTakenUs === null ? {} : { ms: timeTakenUs / 1000 }),
  }
}

const MOMENT = '2023-10-10T13:55:36.000Z'
const CASES: readonly (readonly [name: string, definition: string, line: string, expected: Expected])[] = [
  [
    'nginx: a directive over several lines, with text of its own between',
    `log_format  timed  '$remote_addr - $remote_user [$time_local] '
                   '"$request" $status $body_bytes_sent '
                   'rt=$request_time ua="$http_user_agent" us=$upstream_status;';`,
    '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a?b HTTP/1.1" 502 157 rt=0.250 ua="curl" us=200, 502;',
    {
      clientIp: '203.0.113.7',
      method: 'GET',
      uriStem: '/a',
      status: 502,
      bytesSent: 157,
      userAgent: 'curl',
      at: MOMENT,
      ms: 250,
    },
  ],
  [
    'nginx: the string alone, braces around a name, time in seconds',
    '$msec|${remote_addr}|$request_method|$request_uri|$status|$http_host',
    '1696946136.123|203.0.113.7|POST|/x|404|a.test',
    { clientIp: '203.0.113.7', method: 'POST', uriStem: '/x', status: 404, host: 'a.test', at: MOMENT },
  ],
  [
    'nginx: between tabs',
    '$time_iso8601\t$remote_addr\t$status\t$request',
    '2023-10-10T15:55:36+02:00\t203.0.113.7\t404\tGET /a b HTTP/1.1',
    { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a b', status: 404, at: MOMENT },
  ],
  [
    'nginx: a request without quotes, the host between it and the status',
    '$remote_addr [$time_local] $request $http_host $status $body_bytes_sent $request_time',
    '203.0.113.7 [10/Oct/2023:13:55:36 +0000] GET /a b?c HTTP/1.1 a.test 404 512 0.250',
    {
      clientIp: '203.0.113.7',
      method: 'GET',
      uriStem: '/a b',
      host: 'a.test',
      status: 404,
      bytesSent: 512,
      at: MOMENT,
      ms: 250,
    },
  ],
  [
    'nginx: a request without quotes that names no version',
    '$remote_addr [$time_local] $request $status $body_bytes_sent',
    '203.0.113.7 [10/Oct/2023:13:55:36 +0000] \\x16 \\x03 b 400 157',
    {
      clientIp: '203.0.113.7',
      uriStem: '\\x16 \\x03 b',
      status: 400,
      bytesSent: 157,
      at: MOMENT,
      reason: 'other-protocol',
    },
  ],
  [
    'nginx: no request, without quotes',
    '$remote_addr $request $http_host $status $body_bytes_sent',
    '203.0.113.7 - a.test 400 0',
    { clientIp: '203.0.113.7', host: 'a.test', status: 400, bytesSent: 0, reason: 'no-request' },
  ],
  [
    'nginx: tabs that were typed as \\t',
    '$remote_addr\\t$request\\t$status',
    '203.0.113.7\tGET /a HTTP/1.1\t404',
    { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a', status: 404 },
  ],
  [
    'Apache: nothing in quotes',
    '%T %D %h %l %u %t %r %s %b %{Referer}i %{User-Agent}i',
    '0 250000 203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] GET /a?b HTTP/1.1 404 - https://a.test/ Mozilla/5.0 (X11; Linux)',
    {
      clientIp: '203.0.113.7',
      method: 'GET',
      uriStem: '/a',
      status: 404,
      bytesSent: 0,
      referer: 'https://a.test/',
      userAgent: 'Mozilla/5.0 (X11; Linux)',
      at: MOMENT,
      ms: 250,
    },
  ],
  [
    'nginx: variables that touch, of which nothing is wanted',
    '$remote_addr ${uid_got}$uid_set$connection [$time_local] $status $x$y',
    '203.0.113.7 abc123 [10/Oct/2023:13:55:36 +0000] 404 z',
    { clientIp: '203.0.113.7', status: 404, at: MOMENT },
  ],
  [
    'Apache: a time in pieces, in JSON',
    '{"time":"%{%Y-%m-%dT%T}t.%{msec_frac}t%{%z}t","ip":"%a","req":"%r","status":"%>s","us":%D}',
    '{"time":"2023-10-10T15:55:36.123+0200","ip":"203.0.113.7","req":"GET /a HTTP/1.1","status":"404","us":5000}',
    { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a', status: 404, at: MOMENT, ms: 5 },
  ],
  [
    'Apache: the day and the time of the day in two keys',
    '{"date":"%{%F}t","time":"%{%T}t","status":"%>s"}',
    '{"date":"2023-10-10","time":"13:55:36","status":"404"}',
    { status: 404, at: MOMENT },
  ],
  [
    'Apache: a time in pieces, between brackets',
    '%h [%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] "%r" %>s %{constructor}T %{toString}i',
    '203.0.113.7 [10/Oct/2023 15:55:36.123 +0200] "GET /a HTTP/1.1" 404 x y',
    { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a', status: 404, at: MOMENT },
  ],
  [
    'nginx: escape=default keeps a quote in a value inside it',
    '$remote_addr "$request" $status "$http_user_agent" $request_time',
    '203.0.113.7 "GET /a\\" 200 HTTP/1.1" 404 "x" 1.5',
    { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a\\" 200', status: 404, userAgent: 'x', ms: 1500 },
  ],
  [
    'nginx: escape=none has no escapes, a backslash before a quote is the last byte of the value',
    `log_format x escape=none '$remote_addr "$http_user_agent" $status';`,
    '203.0.113.7 "a\\" 404',
    { clientIp: '203.0.113.7', status: 404, userAgent: 'a\\' },
  ],
  [
    'nginx: escape=json, a JSON template, status bare or quoted',
    `log_format j escape=json '{"t":"$time_iso8601","r":{"ip":"$remote_addr","line":"$request"},"s":$status,"b":"$body_bytes_sent","d":$request_time,"ua":"$http_user_agent"}';`,
    '{"t":"2023-10-10T13:55:36Z","r":{"ip":"203.0.113.7","line":"GET /\\u00fc?x HTTP/1.1"},"s":404,"b":"12","d":0.005,"ua":"say \\"hi\\""}',
    {
      clientIp: '203.0.113.7',
      method: 'GET',
      uriStem: '/ü',
      status: 404,
      bytesSent: 12,
      userAgent: 'say "hi"',
      at: MOMENT,
      ms: 5,
    },
  ],
  [
    'nginx: variables that touch, a path and its query',
    '$remote_addr "$request_method ${uri}$is_args$args $server_protocol" $status',
    '203.0.113.7 "GET /a?b=1 HTTP/2.0" 404',
    { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a', status: 404 },
  ],
  [
    'nginx: variables that touch, a URL',
    '$remote_addr "$request_method $scheme://$host$request_uri $server_protocol" $status',
    '203.0.113.7 "GET https://a.test/a?b=1 HTTP/2.0" 404',
    { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a', status: 404, host: 'a.test' },
  ],
  [
    'Apache: combined as it stands in httpd.conf, with the last status and a header of its own',
    'LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\" %{X-Request-Id}i %D" mine',
    '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 404 512 "https://e.test/?q" "curl" 7f3 12500',
    {
      clientIp: '203.0.113.7',
      method: 'GET',
      uriStem: '/a',
      status: 404,
      bytesSent: 512,
      referer: 'https://e.test/',
      userAgent: 'curl',
      at: MOMENT,
      ms: 12.5,
    },
  ],
  [
    'Apache: virtual host and port first, %b as -, %T in seconds',
    '%v:%p %a %u %t "%m %U%q %H" %s %b %T',
    'a.test:443 203.0.113.7 frank [10/Oct/2023:13:55:36 +0000] "GET /a?b=1 HTTP/1.1" 304 - 2',
    {
      clientIp: '203.0.113.7',
      method: 'GET',
      uriStem: '/a',
      status: 304,
      bytesSent: 0,
      host: 'a.test',
      at: MOMENT,
      ms: 2000,
    },
  ],
  [
    'Apache: %{…}t in brackets, %{ms}T, a percent sign',
    '%a [%{%Y-%m-%d %H:%M:%S}t] "%r" %>s 100%% %{ms}T',
    '203.0.113.7 [2023-10-10 13:55:36] "GET /a HTTP/1.1" 503 100% 250',
    { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a', status: 503, at: MOMENT, ms: 250 },
  ],
  [
    'GoAccess: combined',
    '%h %^[%d:%t %^] "%r" %s %b "%R" "%u"',
    '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 404 512 "-" "curl"',
    {
      clientIp: '203.0.113.7',
      method: 'GET',
      uriStem: '/a',
      status: 404,
      bytesSent: 512,
      userAgent: 'curl',
      at: MOMENT,
    },
  ],
  [
    'GoAccess: virtual host, microseconds, tabs, forwarded address',
    '%v\\t~h{, }\\t%x\\t%m %U\\t%s\\t%D',
    'a.test\t203.0.113.7\t2023-10-10 13:55:36\tGET /a\t404\t12500',
    { clientIp: '203.0.113.7', method: 'GET', uriStem: '/a', status: 404, host: 'a.test', at: MOMENT, ms: 12.5 },
  ],
  [
    'fields of a W3C log',
    '#Fields: date time c-ip cs-method cs-uri-stem x-mine sc-status sc-substatus sc-win32-status sc-bytes time-taken',
    '2023-10-10 13:55:36 203.0.113.7 GET /a whatever 404 8 2 512 15',
    {
      clientIp: '203.0.113.7',
      method: 'GET',
      uriStem: '/a',
      status: 404,
      substatus: 8,
      win32Status: 2,
      bytesSent: 512,
      at: MOMENT,
      ms: 15,
    },
  ],
]

describe('a format that is asked for', () => {
  it.each(CASES)('%s', (_, definition, line, expected) => {
    expect(entry(definition, line)).toEqual(expected)
  })

  it('says what is wrong with it', () => {
    const refusal = (definition: string): string => {
      try {
        askedFormat(definition, null)
      } catch (error) {
        if (error instanceof LogstatError) return `${error.message} ${error.hint}`
      }
      return ''
    }
    expect(refusal('$remote_addr$status')).toMatch(/\$remote_addr and \$status touch/)
    expect(refusal('$remote_adr $status')).toMatch(/\$remote_adr is no variable .* Did you mean \$remote_addr\?/)
    expect(refusal('$remote_addr $statsu $x')).toMatch(/Did you mean \$status\?/)
    expect(refusal('{"a":"$remote_addr","s":"$satus"}')).toMatch(/Did you mean \$status\?/)
    // Names that are like one that is read, and are none the less right.
    expect(refusal('$remote_addr $remote_port $request_id $request_body $hostname $status')).toBe('')
    expect(refusal('#Fields: date time r-ip r-port cs-network s-object-source sc-status time-to-first-byte')).toBe('')
    expect(refusal('%h %t')).toMatch(/names no status/)
    expect(refusal('{"a":"$remote_addr","s":$status')).toMatch(/no JSON/)
    expect(refusal('no-such-format')).toMatch(/no format that logstat knows, and no file.* logstat formats/)
    expect(refusal('#Fields: date time cs-urri-stem sc-status')).toMatch(/"cs-urri-stem" .* Did you mean cs-uri-stem\?/)
    expect(refusal('#Fields: date time')).toMatch(/name no status/)
  })
})

describe('an nginx.conf', () => {
  /** As it is spread over files on a Debian: two servers, a format each, and one without access_log of its own. */
  function configure(): string {
    for (const dir of ['conf.d', 'sites-enabled']) mkdirSync(at(dir))
    writeFileSync(
      at('nginx.conf'),
      `events {}\nhttp {\n  include conf.d/*.conf; # all of them\n  include "sites-enabled/*";\n  access_log /var/log/nginx/access.log;\n}\n`,
    )
    writeFileSync(
      at('conf.d/a.conf'),
      `log_format short '$remote_addr $status $time_iso8601';\nlog_format none escape=none '$status "$http_user_agent" $remote_addr';\n`,
    )
    writeFileSync(
      at('conf.d/b.conf'),
      `log_format js escape=json '{"status":"$status",' '"ip":"$remote_addr","at":"$msec"}';\n`,
    )
    writeFileSync(
      at('sites-enabled/one'),
      `server { listen 80; access_log /var/log/nginx/one.log short buffer=32k; location /x { access_log off; } }\n`,
    )
    writeFileSync(
      at('sites-enabled/two'),
      `server { access_log "/var/log/nginx/two.log" js; access_log /var/log/nginx/three.log none; }\n`,
    )
    return at('nginx.conf')
  }
  it('gives each log its own format, followed through its includes', async () => {
    const format = configure()
    const first = async (name: string, line: string): Promise<unknown> => {
      const { result, report } = await read(`${line}\n`, { format }, name)
      return [
        result.format,
        result.entries,
        report.codes[0]?.status,
        report.codes[0]?.top.clients[0]?.value,
        report.codes[0]?.top.userAgents[0]?.value,
      ]
    }
    expect(await first('one.log', '203.0.113.1 404 2023-10-10T13:55:36+00:00')).toEqual([
      'custom',
      1,
      404,
      '203.0.113.1',
      undefined,
    ])
    expect(await first('two.log', '{"status":"500","ip":"203.0.113.2","at":"1696946136.1"}')).toEqual([
      'custom',
      1,
      500,
      '203.0.113.2',
      undefined,
    ])
    expect(await first('three.log', '403 "a\\" 203.0.113.3')).toEqual(['custom', 1, 403, '203.0.113.3', 'a\\'])
    // A rotated one is known by its name; one without a format is combined.
    expect(await first('one.log.1', '203.0.113.1 405 2023-10-10T13:55:36+00:00')).toEqual([
      'custom',
      1,
      405,
      '203.0.113.1',
      undefined,
    ])
    expect(
      await first('access.log', '203.0.113.4 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 502 1 "-" "x"'),
    ).toEqual(['combined', 1, 502, '203.0.113.4', 'x'])
  })
  it('that does not name the log is no guess', async () => {
    const format = configure()
    expect((await read('x\n', { format }, 'other.log')).result.error?.message).toMatch(
      /nginx\.conf names no access_log .*other\.log/,
    )
  })
  it('whose include is missing says so', () => {
    writeFileSync(at('nginx.conf'), 'http { include gone.conf; }')
    expect(logstat([at('nginx.conf'), '--log-format', at('nginx.conf')])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/nginx\.conf: .*gone\.conf/),
    })
  })
})

describe('two numbers of three digits behind the request', () => {
  const lines = (...pairs: readonly string[]): string =>
    pairs.map((pair) => `203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" ${pair}\n`).join('')
  const doubtsAbout = async (...pairs: readonly string[]): Promise<string[]> => {
    const doubts: string[] = []
    await read(lines(...pairs), { onDoubt: ({ en }) => doubts.push(en) })
    return doubts
  }
  it('are told where the second one is rather the status', async () => {
    expect(await doubtsAbout('512 404')).toEqual([
      expect.stringMatching(/x\.log: the first number .* is read as the status, the second as bytes \(512, 404\)/),
    ])
    expect(await doubtsAbout('153 200', '1200 200', '512 404')).toHaveLength(1)
  })
  it('are not told where the first one is', async () => {
    expect(await doubtsAbout('404 512', '200 200')).toEqual([])
    expect(await doubtsAbout('599 17', '200 404', '200 200')).toEqual([])
  })
})

describe('lines in other dress', () => {
  const COMBINED = '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 404 12 "-" "curl"'
  const JSON_LINE =
    '{"time":"2023-10-10T13:55:36Z","remote_addr":"203.0.113.7","request":"GET /a HTTP/1.1","status":404,"bytes":12,"user_agent":"curl"}'
  const DRESSES: readonly (readonly [string, string])[] = [
    [
      'docker, around a line of nginx',
      JSON.stringify({ log: `${COMBINED}\n`, stream: 'stdout', time: '2023-10-10T13:55:37Z' }),
    ],
    ['docker, around JSON', JSON.stringify({ log: `${JSON_LINE}\n`, stream: 'stdout', time: '2023-10-10T13:55:37Z' })],
    ['Kubernetes CRI, before JSON', `2023-10-10T13:55:37.123456789Z stdout F ${JSON_LINE}`],
    ['Kubernetes CRI, before a line of nginx', `2023-10-10T13:55:37.123456789Z stdout F ${COMBINED}`],
    ['syslog (RFC 3164), before JSON', `<190>Oct 10 13:55:37 web1 nginx: ${JSON_LINE}`],
    ['syslog (RFC 3164), before a line of nginx', `Oct 10 13:55:37 web1 nginx: ${COMBINED}`],
    ['LTSV', 'time:10/Oct/2023:13:55:36 +0000\thost:203.0.113.7\treq:GET /a HTTP/1.1\tstatus:404\tsize:12\tua:curl'],
    [
      'LTSV in another order, with labels nobody knows',
      'x:1\tstatus:404\tsize:12\tua:curl\treq:GET /a HTTP/1.1\thost:203.0.113.7\ttime:2023-10-10T13:55:36Z\ty:',
    ],
  ]
  it.each(DRESSES)('%s', async (_, line) => {
    const { result, report } = await read(`${line}\n${line}\n`)
    expect(result).toMatchObject({ error: null, entries: 2, rejected: 0 })
    const [code] = report.codes
    expect(report.period?.from).toBe('2023-10-10T13:55:36Z')
    expect(code).toMatchObject({ status: 404, hits: 2, bytesSent: 24 })
    expect([code?.top.clients[0]?.value, code?.top.paths[0]?.value, code?.top.methods?.[0]?.value ?? 'GET']).toEqual([
      '203.0.113.7',
      '/a',
      'GET',
    ])
  })

  it('a W3C log without its header, in selections of IIS', async () => {
    const lines = [
      '2023-10-10 13:55:36 192.0.2.1 GET /a - 443 - 203.0.113.7 curl - 404 8 2 15',
      '2023-10-10 13:55:36 W3SVC1 WEB1 192.0.2.1 GET /a b=1 80 - 203.0.113.7 HTTP/1.1 curl - https://e.test/ www.example.com 404 8 2 512 300 15',
      '2023-10-10 13:55:36 192.0.2.1 GET /a - 443 EXAMPLE\\frank 203.0.113.7 curl 404 8 2 15',
    ]
    for (const line of lines) {
      const { result, report } = await read(`${line}\r\n${line}\r\n`)
      expect([line, result.format, result.entries]).toEqual([line, 'w3c', 2])
      expect(report.codes[0]).toMatchObject({ status: 404, substatus: 8, hits: 2, win32: [{ value: 2, hits: 2 }] })
      expect([report.codes[0]?.top.paths[0]?.value, report.codes[0]?.top.clients[0]?.value]).toEqual([
        '/a',
        '203.0.113.7',
      ])
    }
  })
  it('a W3C log without its header whose fields are named, and a header further on that holds from there', async () => {
    const text =
      '2023-10-10 13:55:36 /a 404 203.0.113.7 x\n#Fields: date time sc-status cs-uri-stem\n2023-10-10 13:55:37 500 /b\n'
    const { result, report } = await read(text, { format: '#Fields: date time cs-uri-stem sc-status c-ip x-1' })
    expect(result).toMatchObject({ format: 'w3c', entries: 2, rejected: 0, ignored: 1 })
    expect(report.codes.map((c) => [c.status, c.top.paths[0]?.value])).toEqual([
      [404, '/a'],
      [500, '/b'],
    ])
    const cli = logstat([at('x.log'), '--fields', 'date time cs-uri-stem sc-status c-ip x-1', '--format', 'json'])
    expect(JSON.parse(cli.stdout).totals).toMatchObject({ entries: 2, rejected: 0 })
  })
  it('lines of a richer layout that come late lose no column', async () => {
    const common = '203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 404 12\n'
    const { result, report } = await read(`${common.repeat(250)}${common.trimEnd()} "https://e.test/" "late"\n`)
    expect(result).toMatchObject({ format: 'common', entries: 251 })
    expect(report.codes[0]?.top.userAgents).toMatchObject([{ value: 'late', hits: 1 }])
    expect(report.codes[0]?.top.referers).toMatchObject([{ value: 'https://e.test/', hits: 1 }])
  })
  it('a URL in place of a path: of a load balancer it is taken apart, of others shown as it was sent', async () => {
    const alb = (target: string): string =>
      `https 2023-10-10T13:55:36.000000Z app/x/1 203.0.113.7:2817 - -1 -1 -1 503 - 225 24950 "GET ${target} HTTP/1.1" "curl/8.4.0" - - - "Root=1" "-" "-" 0\n`
    const seen = async (text: string, options?: ReadOptions): Promise<unknown> => {
      const { report } = await read(text, options)
      return [report.codes[0]?.top.paths.map((v) => v.value), report.codes[0]?.top.hosts?.map((v) => v.value)]
    }
    expect(await seen(alb('https://www.example.com:443/p/a?b=1'))).toEqual([['/p/a'], ['www.example.com']])
    expect(await seen(alb('http://[2001:db8::1]:80/'))).toEqual([['/'], ['[2001:db8::1]']])
    expect(await seen(alb('/'))).toEqual([['/'], []])
    expect(
      await seen(alb('https://www.example.com:443/p/a?b=1'), { filter: { path: ['/p/*'], host: ['www.example.com'] } }),
    ).toEqual([['/p/a'], ['www.example.com']])
    const two = alb('https://h1.example.com:443/a') + alb('https://h2.example.com:443/b').repeat(2) + alb('/c')
    expect(await seen(two)).toEqual([
      ['/b', '/a', '/c'],
      ['h2.example.com', 'h1.example.com'],
    ])
    expect(await seen(two, { filter: { host: ['h2.example.com'] } })).toEqual([['/b'], ['h2.example.com']])
    expect(
      await seen('203.0.113.7 - - [10/Oct/2023:13:55:36 +0000] "GET http://e.test/p HTTP/1.1" 404 12 "-" "-"\n'),
    ).toEqual([['http://e.test/p'], []])
  })
})

describe('time', () => {
  const HAPROXY = (time: string): string =>
    `203.0.113.7:5 [${time}] f b/s 0/0/1/2/3 503 212 - - SC-- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"`
  it('that carries no zone is in --log-tz, and what clocks leave out or show twice is counted once', async () => {
    // Berlin went from 02:00 to 03:00 on 2026-03-29, and from 03:00 back to 02:00 on 2026-10-25.
    const berlin = async (time: string): Promise<string | undefined> =>
      timeOf(HAPROXY(time), { logZone: 'Europe/Berlin' })
    expect(await berlin('29/Mar/2026:01:59:59.000')).toBe('2026-03-29T00:59:59Z')
    expect(await berlin('29/Mar/2026:02:30:00.000')).toBe('2026-03-29T01:30:00Z')
    expect(await berlin('29/Mar/2026:03:00:00.000')).toBe('2026-03-29T01:00:00Z')
    expect(await berlin('25/Oct/2026:01:59:59.000')).toBe('2026-10-24T23:59:59Z')
    expect(await berlin('25/Oct/2026:02:30:00.000')).toBe('2026-10-25T00:30:00Z')
    expect(await berlin('25/Oct/2026:03:00:00.000')).toBe('2026-10-25T02:00:00Z')
    const night = ['01:30:00', '02:10:00', '02:50:00', '02:10:01', '02:50:01', '03:30:00']
      .map((t) => `${HAPROXY(`25/Oct/2026:${t}.000`)}\n`)
      .join('')
    const { report } = await read(night, { logZone: 'Europe/Berlin' })
    expect(report.totals.entries).toBe(6)
    expect(report.timeline.reduce((n, bucket) => n + Object.values(bucket.classes).reduce((a, b) => a + b, 0), 0)).toBe(
      6,
    )
  })
  it('with an offset is in no other zone, line by line', async () => {
    const line = (zone: string): string =>
      `203.0.113.7 - - [10/Oct/2023:13:55:36 ${zone}] "GET /a HTTP/1.1" 404 12 "-" "-"`
    expect(await timeOf(line('+0200'), { logZone: 'Asia/Tokyo' })).toBe('2023-10-10T11:55:36Z')
    expect(await timeOf(line('-0930'), { logZone: 'Asia/Tokyo' })).toBe('2023-10-10T23:25:36Z')
  })
  it('in two digits of a year, and with names of months in any case and other languages', async () => {
    const native = (date: string): string =>
      `203.0.113.201, -, ${date}, 7:55:20, W3SVC2, SERVER, 172.21.13.45, 4502, 163, 3223, 404, 2, GET, /a, -,`
    expect(await timeOf(native('03/20/05'))).toBe('2005-03-20T07:55:20Z')
    expect(await timeOf(native('12/31/69'))).toBe('2069-12-31T07:55:20Z')
    expect(await timeOf(native('1/2/98'))).toBe('1998-01-02T07:55:20Z')
    expect(await timeOf(native('11/24/2026'))).toBe('2026-11-24T07:55:20Z')
    expect(entry('$remote_addr [$time_local] $status', '203.0.113.7 [10/OCT/2023:13:55:36 +0000] 404').at).toBe(MOMENT)
    expect(entry('$remote_addr [$time_local] $status', '203.0.113.7 [10/Okt/2023:13:55:36 +0000] 404').at).toBe(
      '2023-10-10T13:55:36.000Z',
    )
  })
  it('since 1970 in seconds, with or without a fraction, milli-, micro- and nanoseconds', () => {
    for (const text of [
      '1696946136',
      '1696946136.999',
      '1696946136999',
      '1696946136999.5',
      '1696946136999999',
      '1696946136999999999',
    ])
      expect([text, entry('$msec $remote_addr $status', `${text} 203.0.113.7 404`).at]).toEqual([text, MOMENT])
  })
  it('of a W3C log without dates goes on after midnight, also when it is read on into a database', async () => {
    const HEAD =
      '#Software: Microsoft Internet Information Services 4.0\n#Date: 2026-11-20 23:59:00\n#Fields: time c-ip cs-method cs-uri-stem sc-status\n'
    const lines = ['23:59:01', '00:00:05', '23:00:00', '00:10:00'].map(
      (t, i) => `${t} 203.0.113.7 GET /${i} ${404 + i}\n`,
    )
    const seen: unknown[] = []
    for (let n = 1; n <= lines.length; n++) {
      writeFileSync(at('w.log'), HEAD + lines.slice(0, n).join(''))
      const store = openStore(at('w.db'))
      const [result] = await readInputs(findInputs([at('w.log')]), store, { jobs: 1, dayZone: 'UTC' })
      seen.push(result?.entries)
      store.close()
    }
    expect(seen).toEqual([1, 1, 1, 1])
    const store = openStore(at('w.db'))
    const times = makeReport(store).codes.map((c) => [c.status, c.firstSeen])
    store.close()
    expect(new Map(times as [number, string][])).toEqual(
      new Map([
        [404, '2026-11-20T23:59:01Z'],
        [405, '2026-11-21T00:00:05Z'],
        [406, '2026-11-21T23:00:00Z'],
        [407, '2026-11-22T00:10:00Z'],
      ]),
    )
  })
})

it('a small file that is cut off: what could be read is counted, and said', async () => {
  const { gzipSync } = await import('node:zlib')
  const text = Array.from(
    { length: 40 },
    (_, i) =>
      `203.0.113.${i} - - [10/Oct/2023:13:55:${String(i).padStart(2, '0')} +0000] "GET /${(i * 7919) % 1009} HTTP/1.1" 404 ${i * 31} "-" "x"\n`,
  ).join('')
  const packed = gzipSync(text)
  writeFileSync(at('x.log.gz'), packed.subarray(0, packed.length - 200))
  const run = logstat([at('x.log.gz'), '--format', 'json'])
  expect(run).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/x\.log\.gz: the gzip data ends too early; what could be read is counted/),
  })
  const { totals } = JSON.parse(run.stdout)
  expect(totals.entries).toBeGreaterThan(5)
  expect(totals.entries).toBeLessThan(40)
})
