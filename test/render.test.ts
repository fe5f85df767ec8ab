import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import {
  bar,
  bytes,
  count,
  padEnd,
  padStart,
  percent,
  resample,
  sparkline,
  table,
  truncate,
  truncateMiddle,
  visible,
  wrap,
} from '../src/render/cells.js'
import { renderIis } from '../src/render/iis.js'
import { toJson } from '../src/render/json.js'
import { RENDERERS, type RenderOptions } from '../src/render/render.js'
import { renderSummary } from '../src/render/summary.js'
import { makeReport, type Report } from '../src/report/report.js'
import { openStore } from '../src/store/store.js'
import type { Summary } from '../src/summary/summary.js'
import { literalReport } from './literal-report.js'
import { fixture } from './support.js'

const OPTIONS: RenderOptions = { width: 80, color: false, timeZone: 'UTC' }
const EMPTY: Report = {
  ...literalReport('en'),
  range: null,
  period: null,
  totals: {
    lines: 0,
    entries: 0,
    rejected: 0,
    ignored: 0,
    filtered: 0,
    withoutTime: 0,
    bytesSent: null,
    bytesReceived: null,
  },
  unselected: null,
  inputs: [
    { name: 'empty.log', format: 'empty', server: null, software: null, lines: 0, entries: 0, rejected: 0, ignored: 0 },
  ],
  classes: [],
  verdicts: {},
  problems: 0,
  codes: [],
  otherCodes: { codes: 0, hits: 0 },
  rejects: [],
  findings: [],
  timeline: [],
}
const render = (kind: string, report: Report, options: RenderOptions = OPTIONS): string =>
  [...(RENDERERS[kind] as NonNullable<(typeof RENDERERS)[string]>)(report, options)].join('')
const summaryOf = (report: Report): string => renderSummary({ report, summary: literalSummary(report) }, OPTIONS)

/** What a summary may say of a literal report. */
function literalSummary(report: Report): Summary {
  const both = (text: string) => ({ en: text, zh: text })
  return {
    day: '2026-11-22',
    period: 'day',
    against: '2026-11-21',
    state: 'alert',
    isLate: false,
    unjudged: [],
    requests: 1774,
    thresholds: [
      { text: '5xx > 2%', exceeded: true, value: both('12.06 % (214 of 1,774)'), was: null },
      { text: '404 > 10', exceeded: false, value: both('3'), was: null },
      { text: 'p95 > 1s', exceeded: null, value: both('no time taken is known'), was: null },
    ],
    changes: [
      { what: 'requests', now: 1774, before: 1700 },
      { what: '5xx', now: 214, before: 0 },
      { what: '503.2', now: 214, before: 0, kind: 'new' },
      { what: report.codes.at(-1)?.reason ?? '404', now: 80, before: 12, kind: 'grew' },
    ],
    newCodes: ['503.2'],
    notes: [{ id: 'without-time', isGrave: false, words: both('entries without a readable time: 3') }],
    coverage: {
      gaps: [],
      due: null,
      lastAt: Date.UTC(2026, 10, 22, 23, 59) / 1000,
      read: { lines: 1790, entries: 1774, rejected: 5, withoutTime: 3, longAgo: 0, ahead: 0 },
      unread: [],
    },
    lastDay: null,
  }
}

describe('one literal report', () => {
  it('as text', () => {
    expect(render('text', literalReport('en'))).toMatchInlineSnapshot(`
      "logstat  logs/u_ex261122.log  w3c (Microsoft Internet Information Services 10.0)
      2026-11-22 00:00:03 – 23:59:58  (UTC +00:00)
      1,774 requests · 1.77 MB sent · 2 lines not understood
      3 without a readable time

        2xx    █████████████████████████████████████████████████         1,500  84.6 %
        4xx    ██                                                           60   3.4 %
        5xx    ███████                                                     214  12.1 %

                   requests per 6 h · peak 724 at 12:00
              724 ┼ ╭╮
              579 ┤ ││
              434 ┼╮││
              290 ┤╰╯╰
              145 ┤
                0 ┤
                   5xx per 6 h · peak 214 at 12:00
              214 ┼ ╭╮
              171 ┤ ││
              128 ┤ ││
               86 ┤ ││
               43 ┤ ││
                0 ┼─╯╰
                   00:00 18:00

      NEEDS ATTENTION
        503.2       Concurrent request limit exceeded · 214 hits · 14:05 to 14:31
        401.1/1326  Wrong user name or password · 9 hits · 07:00 to 16:00
        404.77      not in the catalogue; counted as logged · 3 hits

      NORMAL OR HARMLESS
        401.1/2148074254  48  First step of the handshake

      ALL CODES
        code     hits   share  first     last      meaning
        200.0   1,500  84.6 %  00:00:03  23:59:58  OK
        503.2     214  12.1 %  14:05:01  14:31:44  Concurrent request limit exceeded
        401.1      57   3.2 %  07:00:00  16:00:00  Logon failed
        404.77      3   0.2 %  –         –         not in the catalogue; counted as l…

      503.2  Concurrent request limit exceeded                          214 hits  ▁▁█▁
        More requests were running in IIS at once than appConcurrentRequestLimit
        allows, so this one was not begun.
        Usually   · A slow database: requests pile up until the limit is reached.
                  · Long polling.
        Seen      first 14:05:01, last 14:31:44 · mean time taken 1 ms
        Check     1. See what hangs: appcmd list requests /elapsed:10000
        Paths     /api/orders 210 · /api/订单/列表 4
        Clients   192.0.2.41 120 · 203.0.113.7 94
        Source    Example source (documented)

      401.1/1326  Wrong user name or password                             9 hits  ▁▁█▁
        Wrong user name or password
        Seen      first 14:05:01, last 14:31:44
        Check     1. Look for event 4625.
        Win32     1326 = 0x0000052E · ERROR_LOGON_FAILURE
        Source    Example source (documented)

      404.77  not in the catalogue; counted as logged                         3 hits  
        Seen      first –, last –
        Win32     2 = 0x00000002 · ERROR_FILE_NOT_FOUND · 3 hits
        Paths     /a/very/long/path/that…that/a/table/has.html 3

      2 lines not understood  1,778 of 1,780 lines understood (99.9 %)
               2  number of values does not match #Fields
                  logs/u_ex261122.log, line 912 (byte 187,004): 9 of 16 values
                    …11-22 09:14:57 10.0.0.12 GET /products/lamp-12 - 443 - 203.0.113.
                                                                            ^
      "
    `)
  })
  it('as text in Chinese', () => {
    expect(render('text', literalReport('zh'))).toMatchInlineSnapshot(`
      "logstat  logs/u_ex261122.log  w3c (Microsoft Internet Information Services 10.0)
      2026-11-22 00:00:03 – 23:59:58  (UTC +00:00)
      1,774 个请求 · 已发送 1.77 MB · 2 行无法识别 · 3 条没有可读的时间

        2xx    █████████████████████████████████████████████████         1,500  84.6 %
        4xx    ██                                                           60   3.4 %
        5xx    ███████                                                     214  12.1 %

                   每 6 小时请求数 · 峰值 724（12:00）
              724 ┼ ╭╮
              579 ┤ ││
              434 ┼╮││
              290 ┤╰╯╰
              145 ┤
                0 ┤
                   每 6 小时 5xx 数 · 峰值 214（12:00）
              214 ┼ ╭╮
              171 ┤ ││
              128 ┤ ││
               86 ┤ ││
               43 ┤ ││
                0 ┼─╯╰
                   00:00 18:00

      需要处理
        503.2       超出并发请求限制 · 214 次 · 14:05 至 14:31
        401.1/1326  用户名或密码错误 · 9 次 · 07:00 至 16:00
        404.77      目录中没有此项；按日志中的原值计数 · 3 次

      正常或无害
        401.1/2148074254  48  握手的第一步

      全部状态码
        状态码   次数    占比  首次      末次      含义
        200.0   1,500  84.6 %  00:00:03  23:59:58  成功
        503.2     214  12.1 %  14:05:01  14:31:44  超出并发请求限制
        401.1      57   3.2 %  07:00:00  16:00:00  登录失败
        404.77      3   0.2 %  –         –         目录中没有此项；按日志中的原值计数

      503.2  超出并发请求限制                                             214 次  ▁▁█▁
        IIS 中同时运行的请求数超过了 appConcurrentRequestLimit 允许的数量，因此该请求
        未开始处理。
        常见原因  · 数据库缓慢：请求堆积，直至达到限制。
                  · 长轮询。
        本次日志  首次出现 14:05:01，最后出现 14:31:44 · 平均耗时 1 ms
        检查      1. 查看挂起的请求：appcmd list requests /elapsed:10000
        路径      /api/orders 210 · /api/订单/列表 4
        客户端    192.0.2.41 120 · 203.0.113.7 94
        参考来源  Example source（有文档记载）

      401.1/1326  用户名或密码错误                                          9 次  ▁▁█▁
        用户名或密码错误
        本次日志  首次出现 14:05:01，最后出现 14:31:44
        检查      1. 查看事件 4625。
        Win32     1326 = 0x0000052E · ERROR_LOGON_FAILURE
        参考来源  Example source（有文档记载）

      404.77  目录中没有此项；按日志中的原值计数                                3 次  
        本次日志  首次出现 –，最后出现 –
        Win32     2 = 0x00000002 · ERROR_FILE_NOT_FOUND · 3 次
        路径      /a/very/long/path/that…that/a/table/has.html 3

      2 行无法识别  已识别 1,780 行中的 1,778 行（99.9 %）
               2  值的个数与 #Fields 不一致
                  logs/u_ex261122.log，第 912 行（第 187,004 字节）：9 of 16 values
                    …11-22 09:14:57 10.0.0.12 GET /products/lamp-12 - 443 - 203.0.113.
                                                                            ^
      "
    `)
  })
  it('as the IIS tree', () => {
    expect(renderIis(literalReport('en'), OPTIONS)).toMatchInlineSnapshot(`
      "logstat iis  logs/u_ex261122.log
      2026-11-22 00:00:03 – 2026-11-22 23:59:58  (UTC)
      1,774 requests · 1.77 MB sent · 2 lines not understood · 3 without a readable time

      200                         1,500   84.6 %
        200.0                     1,500   84.6 %  normal · OK
                00:00:03 – 23:59:58
      401                            57    3.2 %
        401.1                        57    3.2 %  normal · Logon failed
                07:00:00 – 16:00:00
          /2148074254                48    2.7 %  normal · First step of the handshak…
                14:05:01 – 14:31:44
          /1326                       9    0.5 %  auth · Wrong user name or password …
                14:05:01 – 14:31:44
      404                             3    0.2 %
        404.77                        3    0.2 %  unknown · not in the catalogue; cou…
          /2                          3    0.2 %  unknown · ERROR_FILE_NOT_FOUND
                Paths     /a/very/long/path/…/a/table/has.html 3
      503                           214   12.1 %
        503.2                       214   12.1 %  server · Concurrent request limit e…
                14:05:01 – 14:31:44 · p50 1 ms · p95 3 ms
                Paths     /api/orders 210 · /api/订单/列表 4
                Clients   192.0.2.41 120 · 203.0.113.7 94
      "
    `)
  })
  it('as a summary', () => {
    expect(summaryOf(literalReport('en'))).toMatchInlineSnapshot(`
      "ALERT  2026-11-22  5xx > 2%: 12.06 % (214 of 1,774)
        ! entries without a readable time: 3
        EXCEEDED  5xx > 2%: 12.06 % (214 of 1,774)
        ok  404 > 10: 3
        NOT JUDGED  p95 > 1s: no time taken is known

      Found
        act   Concurrent request limit exceeded  214  14:05 to 14:31
        watch Wrong user name or password  9  07:00 to 16:00
        watch   3

      Against 2026-11-21
        requests         1,774  ▲ 4.4 %  (was 1,700)
        5xx                214  none then
        new:     503.2 (214)
        grew:    404 (12 → 80)
      Coverage: 1 log, last entry 2026-11-22 23:58; new: 1,790 lines, 5 not understood, 3 without a time
      "
    `)
  })
  it('as JSON is itself', () => {
    expect(JSON.parse(render('json', literalReport('zh')))).toEqual(literalReport('zh'))
  })
  it('that is empty', () => {
    expect(render('text', EMPTY)).toMatchInlineSnapshot(`
      "logstat  empty.log                                                         empty
      No requests: the log is empty.
      "
    `)
    expect(renderIis(EMPTY, OPTIONS)).toContain('No requests: the log is empty.')
    expect(render('text', { ...EMPTY, language: 'zh' })).toContain('没有请求')
  })
  it('in another time zone', () => {
    const text = render('text', literalReport('en'), { ...OPTIONS, timeZone: 'Asia/Shanghai' })
    expect(text).toContain('2026-11-22 08:00:03 – 2026-11-23 07:59:58  (Asia/Shanghai +08:00)')
    expect(text).toContain('11-22 22:05')
  })
})

describe('layout', () => {
  it.each(
    ['text'].flatMap((kind) =>
      (['en', 'zh'] as const).flatMap((language) => [60, 80, 100, 120].map((width) => ({ kind, language, width }))),
    ),
  )('$kind in $language keeps to $width columns', ({ kind, language, width }) => {
    // Commands to copy, and places in files, are not broken.
    for (const line of render(kind, literalReport(language), { ...OPTIONS, width }).split('\n'))
      if (!/logstat explain|187,004/.test(line)) expect([line, stringWidth(line) <= width]).toEqual([line, true])
  })
  it.each(['en', 'zh'] as const)('columns stand under each other in %s', (language) => {
    const lines = render('text', literalReport(language)).split('\n')
    const rows = lines.filter((l) => /^ {2}(200\.0|503\.2|401\.1|404\.77) .* %/.test(l) && /\d\d:\d\d|–/.test(l))
    expect(rows).toHaveLength(4)
    const at = (line: string, mark: RegExp): number => stringWidth(line.slice(0, line.search(mark)))
    expect(new Set(rows.map((l) => at(l, /%/))).size).toBe(1)
    const tree = renderIis(literalReport(language), OPTIONS)
      .split('\n')
      .filter((l) => / %/.test(l))
    expect(tree.length).toBeGreaterThan(8)
    expect(new Set(tree.map((l) => at(l, /%/))).size).toBe(1)
    for (const line of tree) expect(stringWidth(line)).toBeLessThanOrEqual(80)
  })
  it('is the same with colours taken away, and resets each colour', () => {
    for (const language of ['en', 'zh'] as const) {
      const plain = render('text', literalReport(language))
      const colored = render('text', literalReport(language), { ...OPTIONS, color: true })
      expect(colored).not.toBe(plain)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of colours
      const bare = colored.replace(/\x1b\[\d+m/g, '')
      const trim = (text: string): string => text.replace(/ +$/gm, '')
      expect(trim(bare)).toBe(trim(plain))
      for (const line of colored.split('\n')) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
        const opened = line.match(/\x1b\[[1-9]\d*m/g)?.length ?? 0
        if (opened) expect(line.includes('\x1b[0m')).toBe(true)
      }
    }
  })
})

/** Line ends of CSV and TSV, and what separates fields of TSV, are their own. */
const withoutOwn = (kind: string, text: string): string =>
  kind === 'csv' ? text.replaceAll('\r\n', '\n') : kind === 'tsv' ? text.replace(/\r\n|\t/g, '\n') : text

describe('hostile values', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be printed
  const HARMFUL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/
  it.each(['iis/hostile.log', 'nginx/hostile.log'])('of %s are printed harmless', async (name) => {
    const store = openStore(null)
    await readInputs(findInputs([fixture(name)]), store)
    for (const language of ['en', 'zh'] as const) {
      const report = makeReport(store, { language })
      const printed = [
        ...Object.keys(RENDERERS).map((kind) => withoutOwn(kind, render(kind, report))),
        renderIis(report, OPTIONS),
        summaryOf(report),
      ]
      for (const text of printed) expect(HARMFUL.exec(text)?.[0]).toBeUndefined()
      expect(JSON.parse(render('json', report))).toEqual(report)
      expect(printed.join('')).toContain('\\x1B[2J')
    }
    store.close()
  })
  it('in every place of a report are printed harmless', () => {
    const poison = '\x1b]0;x\x07\u009b31m\u202e'
    // Every text that can come from a log or from the name of a file.
    const poisoned = JSON.parse(
      JSON.stringify(literalReport('en'), (key, value: unknown) =>
        typeof value === 'string' && ['value', 'software', 'text'].includes(key) ? value + poison : value,
      ),
    ) as Report
    const report: Report = {
      ...poisoned,
      inputs: poisoned.inputs.map((i) => ({ ...i, name: poison })),
      codes: poisoned.codes.map((c) => ({ ...c, reason: poison })),
      findings: poisoned.findings.map((f) => ({ ...f, code: `503 ${poison}` })),
      rejects: poisoned.rejects.map((r) => ({ ...r, samples: r.samples.map((s) => ({ ...s, input: poison })) })),
    }
    for (const text of [
      ...Object.keys(RENDERERS).map((kind) => withoutOwn(kind, render(kind, report))),
      renderIis(report, OPTIONS),
      summaryOf(report),
    ])
      expect(HARMFUL.exec(text)?.[0]).toBeUndefined()
  })
})

describe('cells', () => {
  // Chinese, Japanese, combining marks, emoji: one to two cells a character.
  const texts = fc
    .array(fc.constantFrom('a', 'B', '7', ' ', '/', '中', '文', 'ä', 'e\u0301', '→', '🚀', '，', '。', 'あ'), {
      maxLength: 40,
    })
    .map((a) => a.join(''))

  it('cut and pad to exactly so many cells', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 30 }), (text, cells) => {
        expect(stringWidth(truncate(text, cells))).toBeLessThanOrEqual(cells)
        expect(stringWidth(truncateMiddle(text, cells))).toBeLessThanOrEqual(cells)
        if (stringWidth(text) <= cells) {
          expect(truncate(text, cells)).toBe(text)
          expect(truncateMiddle(text, cells)).toBe(text)
          expect(stringWidth(padEnd(text, cells))).toBe(cells)
          expect(stringWidth(padStart(text, cells))).toBe(cells)
        } else expect(truncate(text, cells)).toContain('…')
      }),
    )
    expect(truncate('abcdef', 4)).toBe('abc…')
    expect(truncateMiddle('/a/long/path.html', 11)).toBe('/a/lo….html')
  })
  it('wrap loses nothing and keeps to the width', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 4, max: 30 }), (text, cells) => {
        const lines = wrap(text, cells)
        const bare = (t: string): string => t.replace(/\s/g, '')
        expect(bare(lines.join(''))).toBe(bare(text))
        const longest = Math.max(cells, ...(text.match(/[^\s\p{Script=Han}，。]+[，。]?/gu) ?? []).map(stringWidth))
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(longest)
      }),
    )
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('请求数超过限制，未处理。', 8)).toEqual(['请求数超', '过限制，', '未处理。'])
    expect(wrap('', 8)).toEqual([])
  })
  it('line up in tables, whatever the values are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(texts, fc.integer({ min: 0, max: 1e9 }), texts), { minLength: 1, maxLength: 8 }),
        (rows) => {
          const lines = table(
            rows.map(([a, n, b]) => [`${a}x`, String(n), b, '|']),
            [{ most: 12 }, { align: 'right' }, { most: 9 }, {}],
          )
          expect(new Set(lines.map((l) => stringWidth(l))).size).toBe(1)
        },
      ),
    )
  })
  it('show what cannot be seen', () => {
    expect(visible('a\x1b[31m\x00\x7f\u009b')).toBe('a\\x1B[31m\\x00\\x7F\\x9B')
    expect(visible('\u202egpj\u200b\ufeff\u2028')).toBe('\\u{202e}gpj\\u{200b}\\u{feff}\\u{2028}')
    expect(visible('plain ä 中文 🚀')).toBe('plain ä 中文 🚀')
  })
  it('draw bars and lines of bars', () => {
    expect([bar(0, 10), bar(1, 4), bar(0.5, 4), bar(0.0001, 4), bar(0.28, 4)]).toEqual(['', '████', '██', '▏', '█▏'])
    expect(sparkline([0, 1, 4, 8], 16)).toBe('▁▂▅█')
    expect(sparkline([0, 0], 16)).toBe('')
    expect(sparkline([], 16)).toBe('')
    expect(sparkline(new Array(32).fill(1), 16)).toBe('█'.repeat(16))
    expect(resample([1, 2, 3, 4, 5], 2)).toEqual([6, 9])
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 200 }), fc.integer({ min: 1, max: 80 }), (values, most) => {
        const out = resample(values, most)
        expect(out.length).toBeLessThanOrEqual(most)
        expect(out.reduce((a, b) => a + b, 0)).toBe(values.reduce((a, b) => a + b, 0))
      }),
    )
  })
  it('write numbers for people', () => {
    expect([count(0), count(1234567)]).toEqual(['0', '1,234,567'])
    expect([
      percent(0, 0),
      percent(0, 5),
      percent(1, 3),
      percent(1, 100000),
      percent(99999, 100000),
      percent(5, 5),
    ]).toEqual(['–', '0.0 %', '33.3 %', '<0.1 %', '>99.9 %', '100.0 %'])
    expect([bytes(0), bytes(999), bytes(1000), bytes(1234), bytes(12_345_678), bytes(5e15)]).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '1.23 kB',
      '12.3 MB',
      '5.00 PB',
    ])
  })
})

describe('JSON', () => {
  it('in pieces is the JSON of the whole', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // What a terminal would obey is escaped; the value stays the same.
        expect(JSON.parse(toJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
        const plain = JSON.stringify(value, null, 2)
        if (/^[\x20-\x7e\n]*$/.test(plain)) expect(toJson(value)).toBe(`${plain}\n`)
      }),
    )
  })
})
