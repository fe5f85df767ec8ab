import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { wordsIn } from '../src/errors.js'
import { COMPANIONS, companionOf } from '../src/format/companions.js'
import { detect } from '../src/format/detect.js'
import { rowOf, tableOf, writeRow } from '../src/format/table.js'
import { type Layer, layersOf, Unwrapper } from '../src/format/unwrap.js'
import { WRAPPERS } from '../src/format/wrappers.js'
import { findInputs } from '../src/input/find.js'
import { type InputResult, readInputs } from '../src/pipeline.js'
import { makeReport, type Report } from '../src/report/report.js'
import { openStore } from '../src/store/store.js'

const folder = mkdtempSync(join(tmpdir(), 'logstat-wrappers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

async function read(file: string, database: string | null = null): Promise<{ result: InputResult; report: Report }> {
  const store = openStore(database)
  try {
    const [result] = await readInputs(findInputs([file]), store, {
      jobs: 1,
      ...(database === null ? {} : { dayZone: 'UTC' }),
    })
    return { result: result as InputResult, report: makeReport(store, {}) }
  } finally {
    store.close()
  }
}

async function reportOf(...lines: readonly string[]): Promise<{ result: InputResult; report: Report }> {
  writeFileSync(at('x.log'), lines.map((line) => `${line}\n`).join(''), 'latin1')
  return read(at('x.log'))
}

const codesOf = ({ codes }: Report): Record<string, number> =>
  Object.fromEntries(codes.map(({ status, hits }) => [String(status), hits]))
const clientsOf = ({ codes }: Report): string[] =>
  [...new Set(codes.flatMap(({ top }) => (top.clients ?? []).map(({ value }) => value)))].sort()

/** Lines of formats of every sort: relatives of combined, own layouts, JSON, LTSV. */
const INNER: Readonly<Record<string, readonly string[]>> = {
  combined: [
    '192.0.2.9 - - [07/Jan/2019:13:35:02 +0000] "GET /a HTTP/1.1" 404 9 "-" "c \\"x\\""',
    '2001:db8::9 - bob [07/Jan/2019:13:35:03 +0000] "GET /b HTTP/1.1" 503 9 "-" "c"',
  ],
  'nginx-ingress': [
    '192.0.2.9 - - [07/Feb/2020:12:02:42 +0000] "GET /a HTTP/1.1" 404 61 "-" "M" 348 0.001 [d-w-80] [] 192.0.2.2:80, 192.0.2.3:80 0, 61 0.1, 0.2 502, 404 83',
    '2001:db8::9 - - [07/Feb/2020:12:02:42 +0000] "GET /b HTTP/1.1" 503 61 "-" "M" 348 0.001 [d-w-80] [] 192.0.2.2:80 61 0.2 503 84',
  ],
  haproxy: [
    '192.0.2.9:48548 [07/Jan/2019:13:35:02.165] fe~ bk/s1 0/0/1/593/595 404 9085 - - ---- 4/2/1/1/0 0/0 "GET /a HTTP/1.1"',
    '2001:db8::9:48548 [07/Jan/2019:13:35:02.165] fe~ bk/s1 0/0/1/593/595 503 9085 - - SC-- 4/2/1/1/0 0/0 "GET /b HTTP/1.1"',
  ],
  envoy: [
    '[2024-04-25T05:32:35.310Z] "GET /a HTTP/2" 404 NR 154 0 226 100 "192.0.2.9" "curl/8" "cc21d9b0" "shop" "tcp://192.0.2.1:80"',
    '[2024-04-25T05:32:36.310Z] "GET /b HTTP/2" 503 UH 154 0 226 100 "2001:db8::9" "curl/8" "cc21d9b0" "shop" "tcp://192.0.2.1:80"',
  ],
  alb: [
    'https 2025-08-19T21:34:47.383127Z app/x/1 192.0.2.9:12345 192.0.2.40:8080 0.010 0.005 0.000 404 404 496 340 "GET https://example.com:443/a HTTP/1.1" "U" - - arn:aws:x "Root=1" "e" "-" 20 2025-08-19T21:34:47.367000Z "forward"',
    'https 2025-08-19T21:34:47.383127Z app/x/1 192.0.2.9:12345 - -1 -1 -1 503 - 496 340 "GET https://example.com:443/b HTTP/1.1" "U" - - arn:aws:x "Root=1" "e" "-" 20 2025-08-19T21:34:47.367000Z "forward"',
  ],
  s3: [
    '79a5 bucket [06/Feb/2014:00:00:38 +0000] 192.0.2.9 79a5 3E57427F3EXAMPLE REST.GET.OBJECT a "GET /a HTTP/1.1" 404 NoSuchKey 297 - 38 - "-" "S3Console/0.4" -',
    '79a5 bucket [06/Feb/2014:00:00:39 +0000] 192.0.2.9 79a5 3E57427F3EXAMPLE REST.GET.OBJECT b "GET /b HTTP/1.1" 503 SlowDown 297 - 38 - "-" "S3Console/0.4" -',
  ],
  squid: [
    '1157689312.049   5006 192.0.2.9 TCP_MISS/404 19763 GET http://example.com/a - DIRECT/192.0.2.115 -',
    '1157689313.049     12 192.0.2.9 TCP_MISS/503 19763 GET http://example.com/b - DIRECT/192.0.2.115 -',
  ],
  json: [
    '{"time":"2026-11-23T18:17:51+00:00","remote_addr":"192.0.2.9","request":"GET /a HTTP/1.1","status":404}',
    '{"time":"2026-11-23T18:17:52+00:00","remote_addr":"192.0.2.9","request":"GET /b HTTP/1.1","status":503}',
  ],
  ltsv: [
    'time:23/Nov/2026:18:17:51 +0000\thost:192.0.2.9\treq:GET /a HTTP/1.1\tstatus:404\tsize:153',
    'time:23/Nov/2026:18:17:51 +0000\thost:192.0.2.9\treq:GET /b HTTP/1.1\tstatus:503\tsize:153',
  ],
  w3c: [
    '#Software: Microsoft Internet Information Services 10.0',
    '#Fields: date time cs-method cs-uri-stem c-ip sc-status sc-substatus sc-win32-status time-taken',
    '2024-10-01 00:00:00 GET /a 192.0.2.9 404 7 0 5',
    '2024-10-01 00:00:01 GET /b 192.0.2.9 503 2 0 5',
  ],
}

const json = (text: string): string => JSON.stringify(text)
const WRAP: Readonly<Record<string, (line: string, i: number) => string>> = {
  docker: (line, i) => `{"log":${json(`${line}\n`)},"stream":"stdout","time":"2024-05-01T10:00:0${i}.1Z"}`,
  'docker in another order, with blanks': (line) =>
    `{"stream": "stdout", "time": "2024-05-01T10:00:00.1Z", "log": ${json(`${line}\n`)}, "kubernetes": {"pod": "x"}}`,
  'log without its newline': (line) => `{"log":${json(line)},"stream":"stdout"}`,
  message: (line) => `{"@timestamp":"2024-05-01T10:00:00Z","message":${json(line)},"host":{"name":"web1"}}`,
  journald: (line) => `{"__REALTIME_TIMESTAMP":"1509724499000000","PRIORITY":"6","MESSAGE":${json(line)},"_PID":"1"}`,
  'journald, bytes': (line) =>
    `{"__REALTIME_TIMESTAMP":"1509724499000000","MESSAGE":[${[...Buffer.from(line)].join(',')}]}`,
  textPayload: (line) => `{"insertId":"1","textPayload":${json(line)},"timestamp":"2024-05-01T10:00:00Z"}`,
  line: (line) => `{"labels":{"job":"x"},"line":${json(line)},"ts":"2024-05-01T10:00:00Z"}`,
  msg: (line) => `{"level":"info","msg":${json(line)}}`,
  'escapes of unicode': (line) =>
    `{"message":"${[...line].map((c) => (/["\\/<a]/.test(c) || c < ' ' ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c)).join('')}"}`,
  CRI: (line, i) => `2024-05-01T10:00:0${i}.123456789Z stdout F ${line}`,
  podman: (line) => `2024-05-01T10:00:00.1+02:00 stdout F ${line}`,
  compose: (line) => `web-1  | ${line}`,
  'compose in colours': (line) => `\x1b[36mweb-1  | \x1b[0m${line}`,
  foreman: (line) => `09:51:12 web.1    | ${line}`,
  'kubectl --prefix': (line) => `[pod/web-7d59/nginx] ${line}`,
  'kubectl --timestamps': (line) => `2024-04-25T05:32:36.123456789Z ${line}`,
  'kubectl --prefix --timestamps': (line) => `[pod/web-7d59/nginx] 2024-04-25T05:32:36.123456789Z ${line}`,
  stern: (line) => `web-7d59-x1 nginx ${line}`,
  'RFC 3164': (line) => `<190>Jan  7 13:35:02 192.0.2.77 nginx: ${line}`,
  'RFC 3164 without a priority, with a pid': (line) => `Jan 17 13:35:02 web1 nginx[812]: ${line}`,
  'RFC 3164 without a host': (line) => `<134>Jan  7 13:35:02 haproxy[44]: ${line}`,
  'rsyslog with ISO times': (line) => `2019-01-07T13:35:02.123456+00:00 web1 nginx[44]: ${line}`,
  'RFC 5424': (line) => `<134>1 2019-01-07T13:35:02.123Z 192.0.2.77 nginx 44 - - ${line}`,
  'RFC 5424 with data': (line) =>
    `<134>1 2019-01-07T13:35:02.123Z lb1 nginx 44 ID47 [x@1 a="b \\"c\\]" d="e"][y@2 z="1"] ${line}`,
  'RFC 5424 of dashes': (line) => `<134>1 - - - - - - ${line}`,
  'RFC 5424 without a priority': (line) => `2019-01-07T13:35:02+00:00 lb1 nginx 44 - - ${line}`,
  'CRI around syslog': (line) => `2024-05-01T10:00:00.1Z stdout F <134>Jan  7 13:35:02 web1 nginx[44]: ${line}`,
  'docker around compose': (line) =>
    `{"log":${json(`nginx.1    | ${line}\n`)},"stream":"stdout","time":"2024-05-01T10:00:00Z"}`,
}

describe('every wrapper around every format', () => {
  const cases = Object.keys(WRAP).flatMap((wrapper) => Object.keys(INNER).map((format) => ({ wrapper, format })))
  it.each(cases)('$wrapper around $format', async ({ wrapper, format }) => {
    const bare = INNER[format] as readonly string[]
    const plain = await reportOf(...bare)
    const wrapped = await reportOf(
      ...bare.map((line, i) => (WRAP[wrapper] as (line: string, i: number) => string)(line, i)),
    )
    expect(wrapped.result).toMatchObject({
      format,
      error: null,
      lines: bare.length,
      rejected: 0,
      ignored: plain.result.ignored,
    })
    expect(codesOf(wrapped.report)).toEqual({ 404: 1, 503: 1 })
    expect(wrapped.report.codes).toEqual(plain.report.codes)
    expect(wrapped.report.period).toEqual(plain.report.period)
  })
})

describe('wrappers', () => {
  const COLUMNS: Partial<Layer> = { columns: ['c_ip', 'cs_method', 'sc_status'], separator: ',' }
  const samples = WRAPPERS.flatMap(({ name, samples }) => samples.map((sample) => ({ name, ...sample })))
  it.each(samples)('$name takes $inner out of its line', ({ name, line, inner }) => {
    const bytes = Buffer.from(line).toString('latin1')
    const layer = name === 'csv' ? { name, ...COLUMNS } : layersOf([bytes]).find((one) => one.name === name)
    expect(layer).toBeDefined()
    expect(new Unwrapper([layer as Layer], false).take(bytes)).toBe(inner)
  })
  it('have a name, a title and a source each', () => {
    expect(new Set(WRAPPERS.map(({ name }) => name)).size).toBe(WRAPPERS.length)
    for (const { title, source, samples } of WRAPPERS) {
      expect(title.en.length).toBeGreaterThan(0)
      expect(source).toMatch(/^https:\/\//)
      expect(samples.length).toBeGreaterThan(0)
    }
  })
  it('are told with the evidence', () => {
    const found = detect(
      Buffer.from(
        (INNER.combined as string[])
          .map((line) => `${(WRAP['RFC 3164'] as (l: string, i: number) => string)(line, 0)}\n`)
          .join(''),
      ),
      true,
    )
    expect(found).toMatchObject({ format: 'combined', wrapping: [{ name: 'syslog' }] })
    expect(found.evidence.map((e) => wordsIn(e, 'en'))).toContain(
      'each line is in a syslog header (RFC 3164, rsyslog, journalctl)',
    )
  })
  it('are none where a log is understood as it stands', () => {
    for (const [format, lines] of Object.entries(INNER)) {
      const found = detect(Buffer.from(`${lines.join('\n')}\n`), true)
      expect(found).toMatchObject({ format })
      expect(found).not.toHaveProperty('wrapping')
    }
  })
  it('leave a record its own values, though a line stands in it', () => {
    const record =
      '{"time":"2026-11-23T18:17:51Z","remote_addr":"192.0.2.9","method":"GET","path":"/a","status":404,"message":"GET /b 200 5 - 1.2 ms"}'
    expect(detect(Buffer.from(`${record}\n`), true)).toMatchObject({ format: 'json' })
    expect(detect(Buffer.from(`${record}\n`), true)).not.toHaveProperty('wrapping')
  })
  it.each([
    ['uvicorn', 'INFO:     192.0.2.9:52782 - "GET /a HTTP/1.1" 404 Not Found'],
    ['morgan', 'GET /a 404 10 - 6.100 ms'],
    ['morgan', 'GET /a 404 6.100 ms - 10'],
    ['logfmt', 'level=info method=GET path=/a status=404'],
    [
      'heroku',
      'at=info method=GET path="/a" host=example.com fwd="192.0.2.9" dyno=web.1 connect=1ms service=9ms status=404 bytes=10',
    ],
  ])('give their time to lines that have none: %s', async (format, line) => {
    const time = '2026-05-01T10:00:00.123Z'
    for (const wrapped of [
      `{"log":${json(`${line}\n`)},"stream":"stdout","time":"${time}"}`,
      `{"__REALTIME_TIMESTAMP":"1777629600123000","MESSAGE":${json(line)}}`,
      `${time} stdout F ${line}`,
      `${time} ${line}`,
      `${time} app[web.1]: ${line}`,
      `<134>1 ${time} web1 app 44 - - ${line}`,
    ]) {
      const { result, report } = await reportOf(wrapped, wrapped)
      expect(result).toMatchObject({ format, entries: 2, withoutTime: 0 })
      expect(report.period?.from).toBe('2026-05-01T10:00:00Z')
    }
    expect((await reportOf(`web-1  | ${line}`, line)).result).toMatchObject({ format, entries: 2, withoutTime: 2 })
  })
  it('are looked for where a format was asked for, too', async () => {
    writeFileSync(
      at('asked.log'),
      (INNER.combined as string[]).map((line) => `{"stream": "stdout", "log": ${json(`${line}\n`)}}\n`).join(''),
    )
    for (const format of [
      'combined',
      '$remote_addr - $remote_user [$time_local] "$request" $status',
      '/"(?<request>[^"]*)" (?<status>\\d+)/',
    ]) {
      const store = openStore(null)
      const [result] = await readInputs(findInputs([at('asked.log')]), store, { jobs: 1, format })
      expect(result).toMatchObject({ entries: 2, rejected: 0, error: null })
      store.close()
    }
  })
  it('keep the line, the offset and the text of what is rejected', async () => {
    const lines = (INNER.combined as string[]).map((line) => `web-1  | ${line}`)
    const broken = 'web-1  | what is this?'
    const { report } = await reportOf(
      lines[0] as string,
      broken,
      lines[1] as string,
      broken,
      'not even wrapped',
      ...lines,
      ...lines,
    )
    const samples = report.rejects.flatMap(({ samples }) => samples)
    expect(samples.map(({ line, text }) => [line, text])).toEqual([
      [2, 'what is this?'],
      [4, 'what is this?'],
      [5, 'not even wrapped'],
    ])
    const bytes = readFileSync(at('x.log'))
    for (const { offset, text } of samples)
      expect(bytes.subarray(offset, bytes.indexOf(0x0a, offset)).toString()).toContain(text)
    expect(samples[1]?.offset).toBe(`${lines[0]}\n${broken}\n${lines[1]}\n`.length)
  })
  it('read lines of several kinds that stand in one JSON value', async () => {
    const [a, b] = INNER.combined as [string, string]
    const { result, report } = await reportOf(`{"message":${json(`${a}\n${b}\n`)}}`, `{"message":${json(a)}}`)
    expect(result).toMatchObject({ entries: 3, rejected: 0 })
    expect(codesOf(report)).toEqual({ 404: 2, 503: 1 })
  })
})

describe('lines in parts', () => {
  const [line = '', other = ''] = INNER.combined as string[]
  const cri = (tag: string, text: string, stream = 'stdout'): string =>
    `2024-05-01T10:00:00.1Z ${stream} ${tag} ${text}`
  const docker = (text: string): string => `{"log":${json(text)},"stream":"stdout","time":"2024-05-01T10:00:00Z"}`

  it.each([
    ['CRI', cri('P', line.slice(0, 20)), cri('P', line.slice(20, 50)), cri('F', line.slice(50)), cri('F', other)],
    [
      'docker',
      docker(line.slice(0, 20)),
      docker(line.slice(20, 50)),
      docker(`${line.slice(50)}\n`),
      docker(`${other}\n`),
    ],
  ])('%s: are put together', async (_, ...lines) => {
    const { result, report } = await reportOf(...lines)
    expect(result).toMatchObject({ lines: 4, entries: 2, ignored: 2, rejected: 0 })
    expect(codesOf(report)).toEqual({ 404: 1, 503: 1 })
  })
  it('are told apart by stream', async () => {
    const { result } = await reportOf(
      cri('P', line.slice(0, 20)),
      cri('F', other, 'stderr'),
      cri('F', line.slice(20)),
      cri('F', other),
    )
    expect(result).toMatchObject({ lines: 4, entries: 3, ignored: 1, rejected: 0 })
  })
  it('count as what they are where the rest never comes', async () => {
    const { result } = await reportOf(cri('F', line), cri('F', other), cri('P', `${line} and more`))
    expect(result).toMatchObject({ lines: 3, entries: 3, rejected: 0 })
  })
  it('are counted once, wherever a log that grows was cut', async () => {
    const text = [
      cri('F', line),
      cri('P', line.slice(0, 20)),
      cri('F', other, 'stderr'),
      cri('P', line.slice(20, 40)),
      cri('F', line.slice(40)),
      cri('F', other),
    ]
      .map((l) => `${l}\n`)
      .join('')
    for (let cut = 60; cut < text.length; cut += 23) {
      const database = at(`parts-${cut}.db`)
      writeFileSync(at('grows.log'), text.slice(0, cut))
      await read(at('grows.log'), database)
      writeFileSync(at('grows.log'), text)
      const { report } = await read(at('grows.log'), database)
      expect(report.totals).toMatchObject({ lines: 6, entries: 4, ignored: 2, rejected: 0 })
      expect((await read(at('grows.log'), database)).report.totals).toEqual(report.totals)
    }
  })
})

describe('a log in a wrapper', () => {
  it('goes into a database once, however it grows', async () => {
    const lines = Array.from(
      { length: 400 },
      (_, i) =>
        `{"log":${json(`192.0.2.${i % 200} - - [07/Jan/2019:13:35:02 +0000] "GET /${i} HTTP/1.1" 404 9 "-" "c"\n`)}, "stream":"stderr"}\n`,
    )
    const database = at('grown.db')
    for (const n of [10, 11, 200, 400, 400]) {
      writeFileSync(at('grown.log'), `${lines.slice(0, n).join('')}${n < 400 ? (lines[n] as string).slice(0, 40) : ''}`)
      const { report } = await read(at('grown.log'), database)
      expect(report.totals).toMatchObject({ lines: n, entries: n, rejected: 0 })
    }
  })
  it('may be of W3C, with records in more than one run', async () => {
    const lines = (INNER.w3c as string[]).map((line) => `2024-05-01T10:00:00.1Z stdout F ${line}\n`)
    const database = at('w3c.db')
    writeFileSync(at('w3c.log'), lines.slice(0, 3).join(''))
    await read(at('w3c.log'), database)
    writeFileSync(at('w3c.log'), lines.join(''))
    const { report } = await read(at('w3c.log'), database)
    expect(report.totals).toMatchObject({ lines: 4, entries: 2, ignored: 2, rejected: 0 })
    expect(report.codes.map(({ status, substatus }) => `${status}.${substatus}`).sort()).toEqual(['404.7', '503.2'])
  })
})

describe('tables', () => {
  it('are cut as RFC 4180 has it', () => {
    expect(rowOf('a,"b, ""c""",,"",d', ',')).toEqual(['a', 'b, "c"', '', '', 'd'])
    expect(rowOf('a;"b";', ';')).toEqual(['a', 'b', ''])
    expect(rowOf('a,b"c,d', ',')).toEqual(['a', 'b"c', 'd'])
  })
  it('are known by a line of names', () => {
    expect(tableOf(['Time [UTC];c_ip;"sc_status"', '1;2;3'])).toEqual({
      columns: ['Time [UTC]', 'c_ip', 'sc_status'],
      separator: ';',
    })
    expect(tableOf(['a,b,a', '1,2,3'])).toBeUndefined()
    expect(tableOf(['1,2,3', '4,5,6'])).toBeUndefined()
    expect(tableOf(['a,b,c'])).toBeUndefined()
  })
  it('become JSON, with times as servers write them', () => {
    expect(JSON.parse(writeRow(['TimeGenerated [UTC]', 'a\\b'], ['10/5/2021, 12:07:01.000 AM', 'x "y"']))).toEqual({
      TimeGenerated: '2021-10-05T00:07:01Z',
      'a\\b': 'x "y"',
    })
    expect(JSON.parse(writeRow(['@timestamp'], ['Oct 5, 2021 @ 17:07:01.000']))).toEqual({
      '@timestamp': '2021-10-05T17:07:01Z',
    })
    expect(JSON.parse(writeRow(['date', 'time'], ['2024-10-01', '00:00:06']))).toMatchObject({
      '@timestamp': '2024-10-01T00:00:06Z',
    })
  })
})

describe('companions', () => {
  const samples = COMPANIONS.flatMap(({ name, samples }) => samples.map((sample) => ({ name, sample })))
  it.each(samples)('$name: $sample', ({ name, sample }) => {
    expect(companionOf(sample)?.name).toBe(name)
    for (const header of ['Jan  7 13:35:02 web1 x[1]: ', '2024-05-01T10:00:00.1Z stderr F ', 'web-1  | '])
      expect(companionOf(header + sample)).toBeDefined()
  })
  it.each(Object.entries(INNER).flatMap(([format, lines]) => lines.map((line) => ({ format, line }))))(
    'a request is none: $format',
    ({ line }) => {
      expect(companionOf(line)).toBeUndefined()
    },
  )
  it.each([
    'Once upon a time',
    '{"level":"info","msg":"user signed in","status":200}',
    'a,b,c',
    '',
    'GET /a 500',
    '{"level":"error","msg":"payment failed","ts":1}',
  ])('nor are lines that nobody knows: %s', (line) => {
    expect(companionOf(line)).toBeUndefined()
  })
  it('are ignored, do not count against the half, and are told', async () => {
    const [request = ''] = INNER.haproxy as string[]
    const lines = Array.from({ length: 40 }, (_, i) => `Proxy p${i} stopped (FE: 0 conns, BE: 0 conns).`)
    const { result, report } = await reportOf(...lines, request)
    expect(result).toMatchObject({ format: 'haproxy', entries: 1, ignored: 40, rejected: 0, error: null })
    expect(codesOf(report)).toEqual({ 404: 1 })
    const found = detect(readFileSync(at('x.log')), true)
    expect(found).toMatchObject({ fits: 1, looked: 1 })
    expect(found.evidence.map((e) => wordsIn(e, 'en')).join('\n')).toMatch(/40 \(HAProxy's starts/)
  })
  it('do not make a log of a file without a request', async () => {
    const { result } = await reportOf(...COMPANIONS.flatMap((c) => c.samples))
    expect(result.format).toBeNull()
  })
  it('are known behind the head of a log, too', async () => {
    const [request = ''] = INNER.combined as string[]
    const lines = Array.from({ length: 1000 }, () => request)
    const { result, report } = await reportOf(
      ...lines,
      '2026/11/22 14:05:01 [error] 12#12: *7 open() "/x" failed',
      'Segmentation fault',
    )
    expect(result).toMatchObject({ entries: 1000, ignored: 1, rejected: 1 })
    expect(clientsOf(report)).toEqual(['192.0.2.9'])
  })
})
