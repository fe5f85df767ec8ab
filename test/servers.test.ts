import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReportReject } from '../src/report/rejects.js'
import { freePorts, HAVE_SERVERS, listen, nginxConfiguration, portOf, startServer, talk } from './real-servers.js'
import { logstat } from './support.js'

// Real servers write the same requests, ordinary and hostile, in several formats at once, and one log of nothing but
// the status. Read by
// logstat, all must tell the same: the truth is the server's, not that of a test.

/** A log of a server, and how it is to be read. */
interface ServerLog {
  readonly file: string
  /** What it must be detected as. */
  readonly format: string
  /** As its user would paste it; it must then be counted the same. */
  readonly definition?: string
  /** What it holds besides the status. */
  readonly bytes?: boolean
  /** Without: it has none, or writes it in a way of its own. */
  readonly paths?: boolean
}

let folder: string
const at = (...names: readonly string[]): string => join(folder, ...names)

// ---- what is asked for

const BIG = 100_000
/** When the files of the site were changed last. */
const CHANGED = new Date('2026-01-02T03:04:05Z')
const head = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`
const request = (method: string, target: string, ...headers: readonly string[]): string =>
  head([`${method} ${target} HTTP/1.1`, 'Host: site.test', 'Connection: close', ...headers])
const basic = (user: string): string => `Authorization: Basic ${Buffer.from(`${user}:x`, 'latin1').toString('base64')}`

/** Paths of which every server makes something, each by its own means; the first are asked for most. */
const ORDINARY: readonly (readonly [count: number, bytes: string])[] = [
  [40, request('GET', '/')],
  [30, request('GET', '/index.html?q=1&r=a%20b', 'User-Agent: curl/8.4.0')],
  [
    25,
    request(
      'GET',
      '/missing',
      'Referer: https://example.com/?q=secret',
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64) "quoted"',
    ),
  ],
  [
    20,
    request(
      'GET',
      '/forbidden',
      'X-Forwarded-For: 203.0.113.7, 10.0.0.1',
      'User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    ),
  ],
  [15, request('GET', '/moved')],
  [12, request('GET', '/error')],
  [10, request('HEAD', '/index.html', 'X-Forwarded-For: 2001:db8::7')],
  [8, request('GET', '/big.bin', 'Range: bytes=0-99')],
  [6, request('GET', '/big.bin', 'Range: bytes=900000-')],
  [5, request('GET', '/big.bin', `If-Modified-Since: ${CHANGED.toUTCString()}`)],
  [4, request('POST', '/index.html', 'Content-Length: 3').concat('a=b')],
  [4, request('POST', '/limited', 'Content-Length: 200000').concat('x'.repeat(200_000))],
  [4, request('GET', '/dead/x')],
  [3, request('GET', '/up/200?a=1')],
  [3, request('GET', '/up/404')],
  [3, request('GET', '/up/500')],
  [2, request('GET', '/up/reset')],
  [2, request('GET', '/up/garbage')],
  [2, request('GET', '/up/slow')],
  [4, request('DELETE', '/index.html')],
  [3, request('OPTIONS', '*')],
  [3, head(['GET /index.html HTTP/1.0'])],
  // Three on one connection
  [
    3,
    [
      head(['GET /index.html HTTP/1.1', 'Host: site.test']),
      head(['GET /missing HTTP/1.1', 'Host: site.test']),
      request('GET', '/'),
    ].join(''),
  ],
]

const FORGED = '198.51.100.66 - - [01/Jan/2001:00:00:00 +0000] "GET /forged HTTP/1.1" 299 5 "-" "-"'
/** Values that try to be more than a value. */
const VALUES = [
  'a "b" \\ c \\',
  '"',
  '\\',
  '\\"',
  '" 299 7 "-" "x',
  '","status":299,"x":"',
  '\\u0022,\\u0022status\\u0022:299',
  '{"status":299}',
  "'; drop table codes; --",
  'a\tstatus:299\tb',
  '[01/Jan/2001:00:00:00 +0000] "GET /forged HTTP/1.1" 299 5',
  FORGED,
  'caf\u00e9 \u00fc latin1',
  Buffer.from('页面 🙂 utf-8').toString('latin1'),
  '\u00ff\u00fe\u0080',
  '-',
  ' ',
  '- -',
  '%00%0a%0d%22%5c',
  '$status %s {{x}} \x1b[31mred\x1b[0m\x07',
  '203.0.113.7, 198.51.100.9',
  '203.0.113.7,198.51.100.9 , unknown',
  '[2001:db8::1]:4711',
  'x'.repeat(6000),
]
const TARGETS = [
  '/a"b',
  '/a\\b',
  '/a\\"b\\',
  '/a%22b%5c%00',
  '/caf\u00e9',
  Buffer.from('/页面').toString('latin1'),
  '/a"%20299%20"',
  '/?q="," status=299 "',
  '//double//slash',
  '/../../etc/passwd',
  '/%2e%2e/%2e%2e/x',
  'http://other.test/absolute?x=1',
  'https://other.test:8443/',
  'site.test:443',
  '*',
  'relative',
  '?only=query',
  `/${'a'.repeat(3000)}`,
  `/${'b'.repeat(20_000)}`,
  '/{"status":299}',
  '/[x]|y^z`',
  '/a\u0007\u001bb',
]
const TLS_HELLO = Buffer.from('16030100a50100009f03034a6f1c2b00ff80220a5c', 'hex')

/** Bytes that are no proper request, or only just. */
const HOSTILE: readonly (string | Buffer)[] = [
  ...VALUES.flatMap((value) => [
    request('GET', '/missing', `User-Agent: ${value}`, `Referer: ${value}`),
    request('GET', '/index.html', `X-Forwarded-For: ${value}`),
    request('GET', '/private', basic(value)),
    head(['GET /host HTTP/1.1', `Host: ${value}`, 'Connection: close']),
  ]),
  ...TARGETS.flatMap((target) => [request('GET', target), head([`GET ${target} HTTP/1.0`])]),
  request('GET', '/index.html', 'Referer:', 'User-Agent:', 'X-Forwarded-For:'),
  request('GET', '/index.html', `X-Long: ${'y'.repeat(40_000)}`),
  request('GET', '/index.html', ...Array.from({ length: 300 }, (_, i) => `X-${i}: ${i}`)),
  request('GET', '/index.html', 'User-Agent: nul\0inside'),
  request('GET', '/nul\0inside'),
  request('GET', '/index.html', 'Content-Length: -5'),
  request('POST', '/index.html', 'Content-Length: 5', 'Content-Length: 6').concat('12345'),
  request('POST', '/index.html', 'Transfer-Encoding: chunked').concat('zz\r\n'),
  request('GET', '/index.html', 'No colon here'),
  request('GET', '/index.html', 'Expect: nothing'),
  request('get', '/index.html'),
  request('FOO', '/index.html'),
  request('M-SEARCH', '*'),
  request('X'.repeat(300), '/'),
  request('CONNECT', 'site.test:443'),
  request('TRACE', '/index.html'),
  request('PUT', '/new.txt', 'Content-Length: 3').concat('abc'),
  head(['GET / HTTP/1.1', 'Connection: close']),
  head(['GET /index.html HTTP/9.9', 'Host: site.test']),
  head(['GET /index.html HTTP/2.0', 'Host: site.test']),
  head(['GET /index.html HTTP/1.1 HTTP/1.1', 'Host: site.test', 'Connection: close']),
  head(['GET  /two-blanks  HTTP/1.1', 'Host: site.test', 'Connection: close']),
  head(['GET /with blanks in it HTTP/1.1', 'Host: site.test', 'Connection: close']),
  head(['GET\t/tabs\tHTTP/1.1', 'Host: site.test', 'Connection: close']),
  head(['GET /index.html http/1.1', 'Host: site.test', 'Connection: close']),
  head(['GET /index.html', 'Host: site.test']),
  'GET /nine\r\n',
  'GET /bare-newlines HTTP/1.1\nHost: site.test\nConnection: close\n\n',
  'GET',
  'GET / HTTP/1.1\r\nHost: site.test\r\nHalf: ',
  '\r\n\r\n\r\n',
  '\r\n\r\nGET /after-blank-lines HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n',
  '"\r\n\r\n',
  '\\\r\n\r\n',
  '- - -\r\n\r\n',
  `${FORGED}\r\n\r\n`,
  '\0\0\0\0\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\nGET / HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n',
  'SSH-2.0-OpenSSH_9.6\r\n',
  'EHLO mail.test\r\n',
  Buffer.concat([TLS_HELLO, Buffer.from('\r\n')]),
  Buffer.concat([Buffer.from('16030300010a5c220000', 'hex'), Buffer.from('\r\n\r\n')]),
  Buffer.from('030000130ee000000000000100080003000000', 'hex'),
  Buffer.from('0506070802030102\r\n'),
  '',
]

/** Requests whose client does not wait for the answer. */
const IMPATIENT = ['/up/slow', '/up/slow?again', '/big.bin', '/up/slow" 299 "']

async function inTurn(tasks: readonly (() => Promise<unknown>)[], atOnce: number): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < tasks.length) await (tasks[next++] as () => Promise<unknown>)()
    }),
  )
}

/** All requests whose client waits for the answer. */
function patientTasks(port: number): (() => Promise<unknown>)[] {
  return [
    ...ORDINARY.flatMap(([count, bytes]) =>
      Array.from({ length: count }, () => () => talk(connect(port, '127.0.0.1'), bytes)),
    ),
    ...HOSTILE.map((bytes) => () => talk(connect(port, '127.0.0.1'), bytes, bytes.length === 0 ? 50 : undefined)),
  ]
}

/** Send everything to a port. */
async function sendAll(port: number): Promise<void> {
  const impatient = IMPATIENT.map((target) => () => talk(connect(port, '127.0.0.1'), request('GET', target), 60))
  await inTurn([...patientTasks(port), ...impatient], 12)
}

/** What the servers pass requests on to: `/up/404` answers so, others misbehave. */
async function startUpstream(): Promise<Server> {
  const server = createHttpServer((asked, answer) => {
    const what = /^\/up\/(\w+)/.exec(asked.url ?? '')?.[1] ?? '200'
    if (what === 'reset') asked.socket.destroy()
    else if (what === 'garbage') asked.socket.end('this is no HTTP\r\n\r\n')
    else if (/^\d+$/.test(what))
      answer.writeHead(Number(what), { 'content-type': 'text/plain' }).end(`upstream says ${what}\n`)
    // slow: never
  })
  await listen(server)
  return server
}

// ---- what logstat makes of it

interface Read {
  readonly format: string
  readonly lines: number
  /** Lines that it could not read. */
  readonly rejected: readonly string[]
  /** Status → hits. */
  readonly hits: Readonly<Record<string, number>>
  /** Status → bytes sent. */
  readonly bytes: Readonly<Record<string, number>>
  /** `status path` → hits, of paths that no server writes in a way of its own. */
  readonly paths: Readonly<Record<string, number>>
}

interface ReportedCode {
  readonly status: number | null
  readonly hits: number
  readonly bytesSent: number
  readonly top: { readonly paths: readonly { readonly value: string; readonly hits: number }[] }
}

function readLog(file: string, ...options: readonly string[]): Read {
  const run = logstat([file, '--format', 'json', '--top', '2000', ...options])
  // A time that Apache's strftime pieces make up is not read when the LogFormat is pasted: that is told.
  const told = run.stderr.replace(/^logstat: \S*apache-json\.log: \d+ of \d+ entries have no readable time\..*\n/m, '')
  expect([file, options, told, run.status]).toEqual([file, options, '', 0])
  const report = JSON.parse(run.stdout)
  const hits: Record<string, number> = {}
  const bytes: Record<string, number> = {}
  const paths: Record<string, number> = {}
  for (const code of report.codes as ReportedCode[]) {
    const status = String(code.status)
    hits[status] = (hits[status] ?? 0) + code.hits
    bytes[status] = (bytes[status] ?? 0) + code.bytesSent
    for (const { value, hits: n } of code.top.paths) {
      if (/^\/[\w./-]{0,40}$/.test(value)) paths[`${status} ${value}`] = (paths[`${status} ${value}`] ?? 0) + n
    }
  }
  const rejected = (report.rejects as ReportReject[]).flatMap(({ reason, samples }) =>
    samples.map(({ line, text }) => `${reason}, line ${line}: ${text}`),
  )
  return { format: report.inputs[0].format, lines: report.totals.lines, rejected, hits, bytes, paths }
}

const STATUS_AND_BYTES = /^(?<code>\d+|-1?) (?<sent>\d+|-)$/

/** The log that says `status bytes` and nothing else, read without logstat. */
function truthOf(file: string, pattern: RegExp = STATUS_AND_BYTES): Pick<Read, 'lines' | 'hits' | 'bytes'> {
  const hits: Record<string, number> = {}
  const bytes: Record<string, number> = {}
  const lines = readFileSync(file, 'latin1').trimEnd().split('\n')
  for (const line of lines) {
    const { code, sent } = pattern.exec(line)?.groups ?? {}
    if (code === undefined || sent === undefined)
      throw new Error(`${file}: not what the server was told to write: ${line}`)
    const status = code.startsWith('-') ? 'null' : String(Number(code))
    hits[status] = (hits[status] ?? 0) + 1
    bytes[status] = (bytes[status] ?? 0) + (sent === '-' ? 0 : Number(sent))
  }
  return { lines: lines.length, hits, bytes }
}

/** Wait until a log has as many lines as will come. */
async function settled(file: string): Promise<void> {
  let before = -1
  for (let same = 0; same < 5; await wait(200)) {
    const { length } = readFileSync(file)
    same = length === before ? same + 1 : 0
    before = length
  }
}

function agree(
  logs: readonly ServerLog[],
  { lines, hits, bytes }: ReturnType<typeof truthOf>,
  least: readonly number[],
): void {
  // The traffic must have reached all the corners it was made for.
  for (const status of least) expect(Object.keys(hits)).toContain(String(status))
  let paths: Read['paths'] | undefined
  for (const { file, format, definition, ...has } of logs) {
    const ways: (readonly string[])[] = [[], ...(definition === undefined ? [] : [['--log-format', definition]])]
    for (const way of ways) {
      const read = readLog(at(file), ...way)
      expect.soft([file, way, read.rejected]).toEqual([file, way, []])
      expect.soft([file, way, read.lines, read.hits]).toEqual([file, way, lines, hits])
      if (has.bytes) expect.soft([file, way, read.bytes]).toEqual([file, way, bytes])
      if (has.paths) {
        paths ??= read.paths
        expect.soft([file, way, read.paths]).toEqual([file, way, paths])
      }
      if (way.length === 0) expect.soft([file, read.format]).toEqual([file, format])
    }
  }
  expect(Object.keys(paths ?? {}).length).toBeGreaterThan(8)
}

describe.runIf(HAVE_SERVERS)('every format of a real server tells the same', () => {
  let upstream: Server
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'logstat-servers-'))
    // Apache reads as a user of its own.
    chmodSync(folder, 0o755)
    mkdirSync(at('www'))
    writeFileSync(at('www', 'index.html'), '<p>logstat</p>\n')
    writeFileSync(at('www', 'big.bin'), Buffer.alloc(BIG, 'b'))
    utimesSync(at('www', 'big.bin'), CHANGED, CHANGED)
    writeFileSync(at('www', 'forbidden'), 'no\n')
    upstream = await startUpstream()
  })
  afterAll(() => {
    upstream.close()
    rmSync(folder, { recursive: true, force: true })
  })
  /** Run a server while `traffic` is sent to it, until `last` has all its lines. */
  const under = async (
    traffic: () => Promise<unknown>,
    last: string,
    ...start: Parameters<typeof startServer>
  ): Promise<void> => {
    const running = await startServer(...start)
    try {
      await traffic()
      await settled(at(last))
    } finally {
      await running.stop()
    }
  }

  it('nginx', { timeout: 180_000 }, async () => {
    const [plain, tls, dead] = (await freePorts(3)) as [number, number, number]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        at('key.pem'),
        '-out',
        at('cert.pem'),
        '-days',
        '2',
        '-subj',
        '/CN=site.test',
      ],
      {
        stdio: 'ignore',
      },
    )
    const tail = '"$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
    const formats: readonly (readonly [name: string, format: string, layout: string, escaping?: string])[] = [
      ['main', 'combined', `$remote_addr - $remote_user [$time_local] ${tail} "$http_x_forwarded_for"`],
      [
        'timed',
        'nginx-timed',
        `$remote_addr - $remote_user [$time_local] ${tail} rt=$request_time uct="$upstream_connect_time" urt="$upstream_response_time" us="$upstream_status"`,
      ],
      [
        'upstreams',
        'nginx-timed',
        `$remote_addr - $remote_user [$time_local] ${tail} $request_time $upstream_response_time $upstream_status $pipe`,
      ],
      ['vhost', 'vhost-combined', `$host:$server_port $remote_addr - $remote_user [$time_local] ${tail}`],
      ['vhost-second', 'combined', `$remote_addr $host $remote_user [$time_local] ${tail}`],
      ['forwarded', 'clf-relative', `"$http_x_forwarded_for" $remote_addr - $remote_user [$time_local] ${tail}`],
      ['iso', 'combined', `$remote_addr - $remote_user [$time_iso8601] ${tail}`],
      ['iso-bare', 'combined-iso', `$remote_addr - $remote_user $time_iso8601 ${tail}`],
      [
        'ltsv',
        'ltsv',
        'time:$time_local\thost:$remote_addr\tforwardedfor:$http_x_forwarded_for\treq:$request\tstatus:$status\tsize:$body_bytes_sent\treferer:$http_referer\tua:$http_user_agent\treqtime:$request_time\tvhost:$host',
      ],
      [
        'json',
        'nginx-json',
        '{"time_iso8601":"$time_iso8601","remote_addr":"$remote_addr","remote_user":"$remote_user","request":"$request","status":$status,"body_bytes_sent":$body_bytes_sent,"request_time":$request_time,"http_referer":"$http_referer","http_user_agent":"$http_user_agent","http_x_forwarded_for":"$http_x_forwarded_for","upstream_status":"$upstream_status"}',
        'json',
      ],
      [
        'json-nested',
        'json',
        '{"@timestamp":"$time_iso8601","client":{"ip":"$remote_addr","forwarded":"$http_x_forwarded_for","user":"$remote_user"},"http":{"request":{"line":"$request","referrer":"$http_referer"},"response":{"status_code":"$status","body":{"bytes":"$body_bytes_sent"}}},"request":"$request","user_agent":"$http_user_agent","host":"$http_host"}',
        'json',
      ],
    ]
    const directives = formats.map(
      ([name, , layout, escaping]) => `log_format ${name} ${escaping ? `escape=${escaping} ` : ''}'${layout}';`,
    )
    writeFileSync(
      at('nginx.conf'),
      nginxConfiguration(folder, {
        workers: 1,
        http: `
          ${directives.join('\n')}
          log_format truth '$status $body_bytes_sent';
          access_log ${at('truth')} truth;
          access_log ${at('combined.log')} combined;
          ${formats.map(([name]) => `access_log ${at(`${name}.log`)} ${name};`).join('\n')}
          client_header_timeout 1s; client_body_timeout 1s; client_max_body_size 100k; client_header_buffer_size 1k; large_client_header_buffers 4 8k;
          proxy_read_timeout 400ms; proxy_connect_timeout 400ms; root ${at('www')};
          server {
            listen 127.0.0.1:${plain};
            location = /forbidden { deny all; }
            location = /moved { return 301 /; }
            location = /error { return 500; }
            location = /private { return 204; }
            location = /host { return 200 "$host"; }
            location = /silent { return 444; }
            location = /limited { proxy_pass http://127.0.0.1:${portOf(upstream)}; }
            location /up/ { proxy_pass http://127.0.0.1:${portOf(upstream)}; }
            location /dead/ { proxy_pass http://127.0.0.1:${dead}; }
          }
          server {
            listen 127.0.0.1:${tls} ssl;
            ssl_certificate ${at('cert.pem')}; ssl_certificate_key ${at('key.pem')};
            ssl_client_certificate ${at('cert.pem')}; ssl_verify_client on;
          }`,
      }),
    )
    const traffic = async (): Promise<void> => {
      await sendAll(plain)
      await talk(connect(plain, '127.0.0.1'), request('GET', '/silent'))
      // Plain HTTP on the TLS port, and TLS without the certificate that is wanted
      for (let i = 0; i < 3; i++) await talk(connect(tls, '127.0.0.1'), request('GET', '/'))
      for (let i = 0; i < 3; i++)
        await talk(connectTls({ port: tls, host: '127.0.0.1', rejectUnauthorized: false }), request('GET', '/'))
    }
    await under(traffic, 'truth', ['nginx', '-c', at('nginx.conf'), '-e', at('error.log')], {
      folder,
      ports: [plain, tls],
    })
    const all = { bytes: true, paths: true } as const
    const logs: readonly ServerLog[] = [
      { file: 'combined.log', format: 'combined', ...all },
      ...formats.map(
        ([name, format], i): ServerLog => ({
          file: `${name}.log`,
          format,
          definition: directives[i] as string,
          ...all,
        }),
      ),
    ]
    agree(
      logs,
      truthOf(at('truth')),
      [200, 204, 206, 301, 304, 400, 403, 404, 405, 408, 413, 414, 416, 444, 499, 500, 502, 504],
    )
    // The configuration tells which of them is which.
    for (const { file } of logs)
      expect([file, readLog(at(file), '--log-format', at('nginx.conf')).hits]).toEqual([
        file,
        truthOf(at('truth')).hits,
      ])
  })

  it('Apache', { timeout: 180_000 }, async () => {
    const [plain, dead] = (await freePorts(2)) as [number, number]
    const tail = '"%r" %>s %b "%{Referer}i" "%{User-Agent}i"'
    const formats: readonly (readonly [name: string, format: string, layout: string, has?: Partial<ServerLog>])[] = [
      ['common', 'common', '%h %l %u %t "%r" %>s %b'],
      ['combined', 'combined', `%h %l %u %t ${tail}`],
      ['combinedio', 'combined', '%h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i" %I %O', { bytes: false }],
      ['vhost', 'vhost-combined', `%v:%p %h %l %u %t ${tail}`],
      ['timed', 'combined', `%h %l %u %t ${tail} %D`],
      ['forwarded', 'clf-relative', `%{X-Forwarded-For}i %l %u %t ${tail}`],
      ['forwarded-quoted', 'clf-relative', `"%{X-Forwarded-For}i" %h %l %u %t ${tail}`],
      [
        'json',
        'apache-json',
        '{"time":"%{%Y-%m-%d}tT%{%T}t%{%z}t","remoteIP":"%a","host":"%V","request":"%r","method":"%m","status":"%>s","size":"%b","userAgent":"%{User-Agent}i","referer":"%{Referer}i","user":"%u"}',
      ],
    ]
    const directives = formats.map(([name, , layout]) => `LogFormat "${layout.replaceAll('"', '\\"')}" ${name}`)
    const modules =
      'mpm_event authz_core authn_core authn_file authz_user auth_basic alias dir mime proxy proxy_http reqtimeout'.split(
        ' ',
      )
    writeFileSync(at('passwords'), '')
    writeFileSync(
      at('apache.conf'),
      `ServerRoot ${folder}
       ServerName site.test
       PidFile ${at('apache.pid')}
       Listen 127.0.0.1:${plain}
       ${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
       ${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
       ErrorLog ${at('apache-error.log')}
       TypesConfig /dev/null
       ${directives.join('\n')}
       LogFormat "%>s %b" truth
       CustomLog ${at('apache-truth')} truth
       ${formats.map(([name]) => `CustomLog ${at(`apache-${name}.log`)} ${name}`).join('\n')}
       DocumentRoot ${at('www')}
       RequestReadTimeout header=1 body=1
       ProxyTimeout 1
       <Location /forbidden>
         Require all denied
       </Location>
       <Location /private>
         AuthType Basic
         AuthName private
         AuthUserFile ${at('passwords')}
         Require valid-user
       </Location>
       Redirect 301 /moved /
       Redirect 500 /error
       Redirect 413 /limited
       ProxyPass /up/ http://127.0.0.1:${portOf(upstream)}/up/
       ProxyPass /dead/ http://127.0.0.1:${dead}/\n`,
    )
    const env = { APACHE_CONFDIR: folder }
    await under(() => sendAll(plain), 'apache-truth', ['apache2', '-DFOREGROUND', '-f', at('apache.conf')], {
      folder,
      ports: [plain],
      env,
    })
    const logs = formats.map(
      ([name, format, , has], i): ServerLog => ({
        file: `apache-${name}.log`,
        format,
        definition: directives[i] as string,
        bytes: true,
        paths: true,
        ...has,
      }),
    )
    agree(
      logs,
      truthOf(at('apache-truth')),
      [200, 206, 301, 304, 400, 401, 403, 404, 405, 408, 413, 414, 416, 417, 500, 501, 502, 503],
    )
  })

  it('Caddy', { timeout: 180_000 }, async () => {
    const [plain, dead] = (await freePorts(2)) as [number, number]
    writeFileSync(
      at('Caddyfile'),
      `{
         admin off
         auto_https off
         log plain {
           output file ${at('caddy.log')}
           format json
           include http.log.access
         }
         log iso {
           output file ${at('caddy-iso.log')}
           format json {
             time_format rfc3339_nano
             duration_format string
           }
           include http.log.access
         }
         log truth {
           output file ${at('caddy-truth')}
           format filter {
             wrap json {
               time_key -
             }
             fields {
               request delete
               resp_headers delete
             }
           }
           include http.log.access
         }
       }
       http://127.0.0.1:${plain}, http://site.test:${plain}, http://:${plain} {
         bind 127.0.0.1
         root * ${at('www')}
         log
         respond /forbidden 403
         respond /error 500
         redir /moved / 301
         respond /private 401
         handle /limited {
           request_body {
             max_size 100KB
           }
           reverse_proxy 127.0.0.1:${portOf(upstream)}
         }
         reverse_proxy /up/* 127.0.0.1:${portOf(upstream)} {
           transport http {
             response_header_timeout 400ms
           }
         }
         reverse_proxy /dead/* 127.0.0.1:${dead}
         file_server
       }`,
    )
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
    await under(
      () => sendAll(plain),
      'caddy.log',
      ['caddy', 'run', '--config', at('Caddyfile'), '--adapter', 'caddyfile'],
      { folder, ports: [plain], env },
    )
    const all = { bytes: true, paths: true } as const
    agree(
      [
        { file: 'caddy.log', format: 'caddy', ...all },
        { file: 'caddy-iso.log', format: 'caddy', ...all },
      ],
      truthOf(at('caddy-truth'), /"size":(?<sent>\d+),"status":(?<code>\d+)\}$/),
      [0, 200, 206, 301, 304, 401, 403, 404, 416, 500, 502, 504],
    )
  })

  it('HAProxy', { timeout: 180_000 }, async () => {
    // A proxy has one format, so each has a proxy of its own, and all get the same: nothing that may end one way or the
    // other. The messages
    // of the first are as long as syslog's, so that long requests are cut off.
    const formats: readonly (readonly [name: string, format: string, layout: string | null])[] = [
      ['httplog', 'haproxy', null],
      ['clf', 'combined', null],
      [
        'json',
        'json',
        '{"time":"%[date,ltime(%Y-%m-%dT%H:%M:%S%z)]","remote_addr":"%ci","request":"%[capture.req.method,json(utf8s)] %[capture.req.uri,json(utf8s)] HTTP/1.1","status":%ST,"bytes":%B,"tsc":"%tsc"}',
      ],
      ['truth', '', '%ST %B'],
    ]
    const [dead, ...ports] = (await freePorts(1 + formats.length)) as [number, ...number[]]
    const up = `127.0.0.1:${portOf(upstream)}`
    // Its threads write to the same file: none may write over what another has written.
    const files = formats.map(([name]) => openSync(at(`haproxy-${name}.log`), 'a'))
    const proxies = formats.map(
      ([name, , layout], i) => `
frontend ${name}
  bind 127.0.0.1:${ports[i]}
  log fd@${3 + i} ${name === 'httplog' ? '' : 'len 8192 '}format raw local0
  ${layout === null ? `option httplog${name === 'clf' ? ' clf' : ''}` : `log-format '${layout}'`}
  http-request deny deny_status 403 if { path /forbidden }
  http-request return status 404 if { path /missing }
  http-request return status 500 if { path /error }
  http-request return status 413 if { path /limited }
  http-request redirect location / code 301 if { path /moved }
  http-request auth if { path /private }
  use_backend dead if { path_beg /dead/ }
  default_backend up`,
    )
    writeFileSync(
      at('haproxy.cfg'),
      `global
  maxconn 500
  nbthread 1
defaults
  mode http
  timeout client 1s
  timeout connect 400ms
  timeout server 600ms
  timeout http-request 1s
  retries 0
${proxies.join('\n')}
backend up
  server up ${up}
backend dead
  server dead 127.0.0.1:${dead}
`,
    )
    try {
      const traffic = async (): Promise<void> => {
        for (const port of ports) await inTurn(patientTasks(port), 12)
      }
      await under(traffic, 'haproxy-truth.log', ['haproxy', '-db', '-f', at('haproxy.cfg')], {
        folder,
        ports,
        fds: files,
      })
    } finally {
      for (const fd of files) closeSync(fd)
    }
    const logs = formats
      .slice(0, -1)
      .map(([name, format]): ServerLog => ({ file: `haproxy-${name}.log`, format, paths: name !== 'json' }))
    agree(logs, truthOf(at('haproxy-truth.log')), [200, 301, 400, 401, 403, 404, 408, 413, 500, 502, 503, 504])
  })

  it('lighttpd', { timeout: 180_000 }, async () => {
    const formats: readonly (readonly [name: string, format: string, layout: string | null])[] = [
      ['default', 'combined', null],
      ['combined', 'combined', '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'],
      ['common', 'common', '%h %l %u %t "%r" %>s %b'],
      ['truth', '', '%>s %b'],
    ]
    const [main, dead, ...ports] = (await freePorts(2 + formats.length)) as [number, number, ...number[]]
    writeFileSync(
      at('lighttpd.conf'),
      `server.document-root = "${at('www')}"
server.bind = "127.0.0.1"
server.port = ${main}
server.modules = ("mod_access", "mod_redirect", "mod_proxy", "mod_accesslog")
server.errorlog = "${at('lighttpd-error.log')}"
server.max-request-size = 100
server.max-read-idle = 1
url.access-deny = ("forbidden")
url.redirect = ("^/moved" => "/")
$HTTP["url"] =~ "^/up/" { proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${portOf(upstream)}, "read-timeout" => 1))) }
$HTTP["url"] =~ "^/dead/" { proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${dead}))) }
${formats
  .map(
    ([name, , layout], i) => `$SERVER["socket"] == "127.0.0.1:${ports[i]}" {
  accesslog.filename = "${at(`lighttpd-${name}.log`)}"
  ${layout === null ? '' : `accesslog.format = "${layout.replaceAll('"', '\\"')}"`}
}`,
  )
  .join('\n')}
`,
    )
    const traffic = async (): Promise<void> => {
      for (const port of ports) await inTurn(patientTasks(port), 12)
    }
    await under(traffic, 'lighttpd-truth.log', ['lighttpd', '-D', '-f', at('lighttpd.conf')], { folder, ports })
    const logs = formats.slice(0, -1).map(
      ([name, format, layout]): ServerLog => ({
        file: `lighttpd-${name}.log`,
        format,
        ...(layout === null ? {} : { definition: layout }),
        paths: true,
      }),
    )
    agree(
      logs,
      truthOf(at('lighttpd-truth.log')),
      [200, 206, 301, 400, 403, 404, 413, 416, 431, 500, 501, 502, 503, 504, 505],
    )
  })
})
