import type { Language, Text, Verdict } from '../src/catalogue/note.js'
import type { Explanation, Report, ReportCode, Win32Row } from '../src/report/shape.js'
import type { TopValue } from '../src/store/selected.js'

// One report written by hand, for the renderers: it does not change when the catalogue's wording does.

const NO_TOP: ReportCode['top'] = { paths: [], clients: [], referers: [], userAgents: [], methods: [], hosts: [] }
const values = (...pairs: readonly (readonly [string, number])[]): TopValue[] =>
  pairs.map(([value, hits]) => ({ value, hits, error: 0 }))

function explanation(
  code: string,
  language: Language,
  name: Text,
  meaning: Text,
  causes: readonly Text[] = [],
  checks: readonly Text[] = [],
): Explanation {
  return {
    name: name[language],
    meaning: meaning[language],
    causes: causes.map((t) => t[language]),
    checks: checks.map((t) => t[language]),
    authority: 'iis',
    basis: 'documented',
    source: 'Example source',
    code,
    level: 'substatus',
  }
}

/** What findings of the diagnosis have beside their code. */
const told = (
  severity: 'act' | 'watch',
  code: string,
): Omit<
  Report['findings'][number],
  | 'code'
  | 'status'
  | 'substatus'
  | 'reason'
  | 'win32Status'
  | 'verdict'
  | 'hits'
  | 'title'
  | 'firstSeen'
  | 'lastSeen'
  | 'mostly'
> => ({
  id: 'code',
  severity,
  codes: [code],
  share: 0,
  clients: 0,
  ongoing: false,
  where: '',
  whom: '',
  evidence: [],
  checks: [],
  series: [],
  top: { paths: [], clients: [], referers: [] },
  timeTaken: null,
})

const named = (status: number, substatus: number, win32Status: number | null = null) => ({
  status,
  substatus,
  reason: null,
  win32Status,
})

function code(
  status: number,
  substatus: number | null,
  hits: number,
  verdicts: Partial<Record<Verdict, number>>,
  rest: Partial<ReportCode> = {},
): ReportCode {
  const top = { ...NO_TOP, ...rest.top }
  const distinct = Object.fromEntries(
    Object.entries(top).map(([k, list]) => [k, { count: list.length, exact: true }]),
  ) as ReportCode['distinct']
  return {
    status,
    substatus,
    reason: null,
    hits,
    bytesSent: hits * 1000,
    bytesReceived: null,
    firstSeen: '2026-11-22T14:05:01Z',
    lastSeen: '2026-11-22T14:31:44Z',
    meanTimeMs: null,
    timeTaken: null,
    win32: [],
    otherWin32: { values: 0, hits: 0 },
    verdicts,
    explanation: null,
    timeline: [0, 0, hits, 0],
    ...rest,
    top,
    distinct,
  }
}

const none = { count: 0, exact: true }
const NONE = { paths: none, clients: none, referers: none, userAgents: none, methods: none, hosts: none }

const win32 = (
  value: number,
  hex: string,
  symbol: string | null,
  hits: number,
  verdict: Verdict,
  meaning: string,
  told: Explanation | null,
): Win32Row => ({
  value,
  hex,
  symbol,
  hits,
  verdict,
  meaning,
  explanation: told,
  firstSeen: '2026-11-22T14:05:01Z',
  lastSeen: '2026-11-22T14:31:44Z',
  meanTimeMs: null,
  timeTaken: null,
  timeline: [0, 0, hits, 0],
  top: { paths: [], clients: [], referers: [], userAgents: [], methods: [], hosts: [] },
  distinct: NONE,
})

export function literalReport(language: Language): Report {
  const say = (text: Text): string => text[language]
  const ok: Text = { en: 'OK', zh: '成功' }
  const limit: Text = { en: 'Concurrent request limit exceeded', zh: '超出并发请求限制' }
  const failed: Text = { en: 'Logon failed', zh: '登录失败' }
  const handshake: Text = { en: 'First step of the handshake', zh: '握手的第一步' }
  const wrong: Text = { en: 'Wrong user name or password', zh: '用户名或密码错误' }
  const handshakeNote = explanation('401.1/2148074254', language, handshake, handshake)
  const wrongNote = explanation(
    '401.1/1326',
    language,
    wrong,
    wrong,
    [],
    [{ en: 'Look for event 4625.', zh: '查看事件 4625。' }],
  )
  const codes: ReportCode[] = [
    code(
      200,
      0,
      1500,
      { normal: 1500 },
      {
        explanation: explanation('200', language, ok, ok),
        firstSeen: '2026-11-22T00:00:03Z',
        lastSeen: '2026-11-22T23:59:58Z',
        timeline: [400, 300, 500, 300],
        win32: [win32(0, '0x00000000', 'ERROR_SUCCESS', 1500, 'normal', 'ERROR_SUCCESS', null)],
      },
    ),
    code(
      503,
      2,
      214,
      { server: 214 },
      {
        explanation: explanation(
          '503.2',
          language,
          limit,
          {
            en: 'More requests were running in IIS at once than appConcurrentRequestLimit allows, so this one was not begun.',
            zh: 'IIS 中同时运行的请求数超过了 appConcurrentRequestLimit 允许的数量，因此该请求未开始处理。',
          },
          [
            {
              en: 'A slow database: requests pile up until the limit is reached.',
              zh: '数据库缓慢：请求堆积，直至达到限制。',
            },
            { en: 'Long polling.', zh: '长轮询。' },
          ],
          [
            {
              en: 'See what hangs: appcmd list requests /elapsed:10000',
              zh: '查看挂起的请求：appcmd list requests /elapsed:10000',
            },
          ],
        ),
        meanTimeMs: 1.4,
        timeTaken: { p50Ms: 1.2, p95Ms: 3.1, p99Ms: 4.4, maxMs: 5, pile: null },
        win32: [win32(0, '0x00000000', 'ERROR_SUCCESS', 214, 'server', 'ERROR_SUCCESS', null)],
        top: {
          ...NO_TOP,
          paths: values(['/api/orders', 210], ['/api/订单/列表', 4]),
          clients: values(['192.0.2.41', 120], ['203.0.113.7', 94]),
        },
      },
    ),
    code(
      401,
      1,
      57,
      { normal: 48, auth: 9 },
      {
        explanation: explanation('401.1', language, failed, failed),
        firstSeen: '2026-11-22T07:00:00Z',
        lastSeen: '2026-11-22T16:00:00Z',
        timeline: [20, 20, 10, 7],
        win32: [
          win32(2148074254, '0x8009030E', 'SEC_E_NO_CREDENTIALS', 48, 'normal', say(handshake), handshakeNote),
          win32(1326, '0x0000052E', 'ERROR_LOGON_FAILURE', 9, 'auth', say(wrong), wrongNote),
        ],
        top: {
          ...NO_TOP,
          paths: values(['/intranet/', 48], ['/intranet/reports', 9]),
          clients: values(['198.51.100.37', 57]),
        },
      },
    ),
    code(
      404,
      77,
      3,
      { unknown: 3 },
      {
        firstSeen: null,
        lastSeen: null,
        timeline: [],
        win32: [win32(2, '0x00000002', 'ERROR_FILE_NOT_FOUND', 3, 'unknown', 'ERROR_FILE_NOT_FOUND', null)],
        top: {
          ...NO_TOP,
          paths: values(['/a/very/long/path/that/does/not/fit/into/the/room/that/a/table/has.html', 3]),
        },
      },
    ),
  ]
  const timeline = [0, 1, 2, 3].map((i) => {
    const classes = {
      '2xx': codes[0]?.timeline[i] ?? 0,
      '4xx': codes[2]?.timeline[i] ?? 0,
      '5xx': codes[1]?.timeline[i] ?? 0,
    }
    return {
      start: `2026-11-22T${String(i * 6).padStart(2, '0')}:00:00Z`,
      seconds: 21600,
      hits: classes['2xx'] + classes['4xx'] + classes['5xx'],
      classes,
    }
  })
  return {
    schema: 'logstat.report/1',
    language,
    range: null,
    period: { from: '2026-11-22T00:00:03Z', to: '2026-11-22T23:59:58Z' },
    totals: {
      lines: 1780,
      entries: 1774,
      rejected: 2,
      ignored: 4,
      filtered: 0,
      withoutTime: 3,
      bytesSent: 1_774_000,
      bytesReceived: null,
    },
    unselected: null,
    inputs: [
      {
        name: 'logs/u_ex261122.log',
        format: 'w3c',
        server: 'iis',
        software: 'Microsoft Internet Information Services 10.0',
        lines: 1780,
        entries: 1774,
        rejected: 2,
        ignored: 4,
      },
    ],
    classes: [
      { class: '1xx', hits: 0, bytesSent: 0, bytesReceived: null, timeTaken: null },
      { class: '2xx', hits: 1500, bytesSent: 1_500_000, bytesReceived: null, timeTaken: null },
      { class: '3xx', hits: 0, bytesSent: 0, bytesReceived: null, timeTaken: null },
      { class: '4xx', hits: 60, bytesSent: 60_000, bytesReceived: null, timeTaken: null },
      { class: '5xx', hits: 214, bytesSent: 214_000, bytesReceived: null, timeTaken: null },
      { class: 'other', hits: 0, bytesSent: 0, bytesReceived: null, timeTaken: null },
    ],
    verdicts: { normal: 1548, server: 214, auth: 9, unknown: 3 },
    problems: 226,
    codes,
    otherCodes: { codes: 0, hits: 0 },
    rejects: [
      {
        reason: 'field-count',
        count: 2,
        samples: [
          {
            input: 'logs/u_ex261122.log',
            line: 912,
            offset: 187_004,
            column: 60,
            text: '2026-11-22 09:14:57 10.0.0.12 GET /products/lamp-12 - 443 - 203.0.113.',
            field: null,
            detail: '9 of 16 values',
            nearest: null,
          },
        ],
      },
    ],
    findings: [
      {
        ...told('act', '503.2'),
        code: '503.2',
        ...named(503, 2),
        verdict: 'server',
        hits: 214,
        title: say(limit),
        firstSeen: '2026-11-22T14:05:01Z',
        lastSeen: '2026-11-22T14:31:44Z',
        mostly: { dimension: 'path', value: '/api/orders', share: 210 / 214 },
      },
      {
        ...told('watch', '401.1/1326'),
        code: '401.1/1326',
        ...named(401, 1, 1326),
        verdict: 'auth',
        hits: 9,
        title: say(wrong),
        firstSeen: '2026-11-22T07:00:00Z',
        lastSeen: '2026-11-22T16:00:00Z',
        mostly: null,
      },
      {
        ...told('watch', '404.77'),
        code: '404.77',
        ...named(404, 77),
        verdict: 'unknown',
        hits: 3,
        title: '',
        firstSeen: null,
        lastSeen: null,
        mostly: null,
      },
    ],
    rules: 0,
    timeline,
    signIn: null,
    sections: null,
    comparison: null,
  }
}
