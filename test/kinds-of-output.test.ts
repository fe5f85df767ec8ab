import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { createGenerator } from 'ts-json-schema-generator'
import { afterAll, describe, expect, it } from 'vitest'
import { OUTPUT_KINDS, TABLE_NAMES } from '../src/cli/kinds.js'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { RENDERERS, type RenderOptions } from '../src/render/render.js'
import { makeReport, type Report } from '../src/report/report.js'
import { codeName } from '../src/report/shape.js'
import { openStore } from '../src/store/store.js'
import { literalReport } from './literal-report.js'
import { fixture, logstatHere as logstat, ROOT } from './support.js'

// Each kind of output is read back by something that is not logstat, or by the letter of its standard.

const folder = mkdtempSync(join(tmpdir(), 'logstat-kinds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const OPTIONS: RenderOptions = { width: 80, color: false, timeZone: 'UTC' }
const render = (kind: string, report: Report, options: Partial<RenderOptions> = {}): string =>
  [...(RENDERERS[kind] as NonNullable<(typeof RENDERERS)[string]>)(report, { ...OPTIONS, ...options })].join('')

/** RFC 4180, letter by letter. */
function parseSeparated(text: string, separator: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let at = 0
  while (at < text.length) {
    let field = ''
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (at >= text.length) throw new Error('a quote is open')
        if (text[at] === '"') at++
        field += text[at]
      }
      at++
    } else
      while (at < text.length && text[at] !== separator && text[at] !== '\r') {
        if (text[at] === '"' || text[at] === '\n') throw new Error(`a bare ${JSON.stringify(text[at])}`)
        field += text[at++]
      }
    record.push(field)
    if (text[at] === separator) at++
    else if (text.startsWith('\r\n', at)) {
      at += 2
      records.push(record)
      record = []
    } else throw new Error(`neither a separator nor a line end at ${at}`)
  }
  return records
}

interface Sample {
  readonly name: string
  readonly labels: Record<string, string>
  readonly value: number
}
/** OpenMetrics 1.0: families in one piece, counters end with _total, labels escaped, EOF at the end. */
function parseOpenMetrics(text: string): Sample[] {
  expect(text.endsWith('# EOF\n')).toBe(true)
  const samples: Sample[] = []
  const seen = new Set<string>()
  let family = ''
  let type = ''
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const meta = /^# (TYPE|UNIT|HELP) ([a-z_:][a-z0-9_:]*) (.+)$/.exec(line)
    if (meta) {
      const [, what, name, value] = meta as unknown as [string, string, string, string]
      if (what === 'TYPE') {
        expect(seen.has(name)).toBe(false)
        seen.add((family = name))
        type = value
      }
      expect(name).toBe(family)
      if (what === 'UNIT') expect(name.endsWith(`_${value}`)).toBe(true)
      continue
    }
    const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line)
    if (!sample) throw new Error(`neither metadata nor a sample: ${line}`)
    const [, name = '', list = '', value] = sample
    expect(name).toBe(type === 'counter' ? `${family}_total` : family)
    const labels: Record<string, string> = {}
    expect(
      list.replace(/([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/g, (_, key: string, text: string) => {
        labels[key] = text.replace(/\\(.)/g, (__, c: string) => (c === 'n' ? '\n' : c))
        return ''
      }),
    ).toBe('')
    expect(samples.some((s) => s.name === name && JSON.stringify(s.labels) === JSON.stringify(labels))).toBe(false)
    samples.push({ name, labels, value: Number(value) })
  }
  return samples
}

const htmlOf = (text: string): string =>
  micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
/** Cells of each table of a Markdown text, as GitHub shows them. */
const tablesOf = (html: string): string[][][] =>
  [...html.matchAll(/<table>([\s\S]*?)<\/table>/g)].map(([, table]) =>
    [...(table as string).matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
      [...(row as string).matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) =>
        (cell as string)
          .replace(/<\/?code>/g, '')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&quot;', '"')
          .replaceAll('&amp;', '&'),
      ),
    ),
  )

const number = (text: string): number => Number(text.replaceAll(',', ''))

async function reportOf(file: string, language: 'en' | 'zh' = 'en'): Promise<Report> {
  const store = openStore(null)
  await readInputs(findInputs([file]), store)
  const report = makeReport(store, { language, top: 50 })
  store.close()
  return report
}

/** Hits by code as each kind shows them. */
const HITS: Readonly<Record<string, (report: Report) => Record<string, number>>> = {
  json: (report) =>
    Object.fromEntries((JSON.parse(render('json', report)) as Report).codes.map((c) => [codeName(c), c.hits])),
  csv: (report) => hitsOfRecords(parseSeparated(render('csv', report), ',')),
  tsv: (report) => hitsOfRecords(parseSeparated(render('tsv', report), '\t')),
  openmetrics: (report) =>
    Object.fromEntries(
      parseOpenMetrics(render('openmetrics', report))
        .filter(({ name }) => name === 'logstat_code_requests_total')
        .map(({ labels, value }) => [labels.code, value]),
    ),
  md: (report) => {
    const codes = tablesOf(htmlOf(render('md', report))).find(([head]) => head?.[2] === 'share' && head[0] === 'code')
    return Object.fromEntries((codes ?? []).slice(1).map(([code, hits]) => [code, number(hits as string)]))
  },
  text: (report) => {
    const [, table = ''] = /^ALL CODES\n[^\n]*\n([\s\S]*?)\n\n/m.exec(`${render('text', report)}\n\n`) ?? []
    return Object.fromEntries(
      table.split('\n').flatMap((line) => {
        const cells = /^ {2}(\S+(?: \S+)*) {2,}([\d,]+) /.exec(line)
        return cells ? [[cells[1], number(cells[2] as string)]] : []
      }),
    )
  },
  html: (report) => {
    const [, island = ''] =
      /<script type="application\/json"[^>]*>([\s\S]*?)<\/script>/.exec(render('html', report)) ?? []
    const { codes } = JSON.parse(island) as { codes: { label: string; hits: number }[] }
    return Object.fromEntries(codes.map(({ label, hits }) => [label, hits]))
  },
}
function hitsOfRecords([head = [], ...rows]: string[][]): Record<string, number> {
  const [code, hits] = [head.indexOf('code'), head.indexOf('hits')]
  return Object.fromEntries(rows.map((row) => [row[code], Number(row[hits])]))
}

describe('all kinds', () => {
  it('are these', () => {
    expect(Object.keys(RENDERERS)).toEqual([...OUTPUT_KINDS])
    expect(Object.keys(HITS).sort()).toEqual([...OUTPUT_KINDS].sort())
  })
  it('show the same numbers of any log', async () => {
    const codes = fc.array(
      fc.record({ status: fc.integer({ min: 100, max: 599 }), hits: fc.integer({ min: 1, max: 40 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    let run = 0
    await fc.assert(
      fc.asyncProperty(codes, async (list) => {
        const file = join(folder, `${run++}.log`)
        const lines = list.flatMap(({ status, hits }) =>
          Array.from(
            { length: hits },
            (_, i) =>
              `192.0.2.${i % 9} - - [22/Nov/2026:10:${String(i % 60).padStart(2, '0')}:00 +0000] "GET /p${i % 3} HTTP/1.1" ${status} ${i} "-" "t"`,
          ),
        )
        writeFileSync(file, `${lines.join('\n')}\n`)
        const expected: Record<string, number> = {}
        for (const { status, hits } of list) expected[status] = (expected[status] ?? 0) + hits
        const report = await reportOf(file)
        for (const [kind, hits] of Object.entries(HITS)) expect([kind, hits(report)]).toEqual([kind, expected])
      }),
      { numRuns: 12 },
    )
  })
  it.each(['iis/u_ex261122.log', 'nginx/access.log', 'apache/combined.log', 'nginx/upstream.log'])(
    'show the same numbers of %s',
    async (name) => {
      const report = await reportOf(fixture(name))
      const expected = Object.fromEntries(report.codes.map((code) => [codeName(code), code.hits]))
      for (const [kind, hits] of Object.entries(HITS)) expect([kind, hits(report)]).toEqual([kind, expected])
      const sums = Object.fromEntries(
        parseOpenMetrics(render('openmetrics', report))
          .filter(({ name }) => name === 'logstat_class_requests_total')
          .map(({ labels, value }) => [labels.class, value]),
      )
      expect(sums).toEqual(Object.fromEntries(report.classes.map((c) => [c.class, c.hits])))
    },
  )
})

describe('tables', () => {
  const sumOf = ([head = [], ...rows]: string[][], column: string): number =>
    rows.reduce((sum, row) => sum + Number(row[head.indexOf(column)]), 0)
  it.each(['iis/u_ex261122.log', 'nginx/access.log'])('of %s add up', async (name) => {
    const report = await reportOf(fixture(name))
    const of = (table: (typeof TABLE_NAMES)[number]): string[][] =>
      parseSeparated(render('csv', report, { table }), ',')
    for (const table of TABLE_NAMES) {
      const [head = [], ...rows] = of(table)
      for (const row of rows) expect(row).toHaveLength(head.length)
    }
    expect(sumOf(of('codes'), 'hits')).toBe(report.totals.entries)
    expect(sumOf(of('codes'), 'problems')).toBe(report.problems)
    expect(sumOf(of('codes'), 'bytes_sent')).toBe(report.totals.bytesSent)
    expect(sumOf(of('timeline'), 'hits')).toBe(report.totals.entries)
    expect(
      of('findings')
        .slice(1)
        .map(([id, severity]) => [id, severity]),
    ).toEqual(report.findings.map(({ id, severity }) => [id, severity]))
    if (name.startsWith('iis')) expect(sumOf(of('win32'), 'hits')).toBe(report.totals.entries)
  })
  it('have a heading in Markdown only for what needs attention', async () => {
    const report = await reportOf(fixture('nginx/shop.log'))
    const text = render('md', report)
    const loud = report.findings.filter(({ severity }) => severity !== 'info')
    expect(loud.length).toBeLessThan(report.findings.length)
    expect(text.match(/^### /gm)).toHaveLength(loud.length)
    for (const { checks } of loud) expect(text).toContain(`- **First:** ${checks[0]}`)
  })
  it('are chosen by --table, and iis begins with Win32 statuses', async () => {
    const log = fixture('iis/u_ex261122.log')
    const first = async (...args: string[]): Promise<string> => (await logstat(args)).stdout.split('\r\n')[0] as string
    expect(await first(log, '--format', 'csv')).toMatch(/^code,status,substatus,reason,hits,/)
    expect(await first(log, '--table', 'paths')).toBe('code,status,substatus,reason,path,hits,error')
    expect(await first(log, '--table', 'timeline', '--format', 'tsv')).toBe('start\tseconds\tclass\thits')
    expect(await first('iis', log, '--format', 'csv')).toContain('win32_status')
    expect(await logstat([log, '--table', 'paths', '--format', 'json'])).toMatchObject({ status: 2, stdout: '' })
  })
})

/** What a browser or a spreadsheet would run, or a person would take for something else. */
const POISON = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '`<img src=x onerror=alert(1)>```',
  '``<b>`</b>``` | x | y',
  '[click](javascript:alert(1)) ![x](http://example.com/x.png)',
  'https://example.com/x www.example.com @someone #1',
  '=HYPERLINK("http://example.com","x")',
  '+1+1|cmd',
  '-2+3',
  '@SUM(A1)',
  'a"b\\c\nd\te\r',
  '| --- | --- |',
  '"} 1\n# EOF\nlogstat_entries_total 9',
  '\\" \\n',
]

describe('hostile values', () => {
  const poisoned = (poison: string): Report => {
    const report = literalReport('en')
    const top = { value: poison, hits: 3, error: 0 }
    return {
      ...report,
      inputs: report.inputs.map((input) => ({ ...input, name: poison, software: poison })),
      codes: report.codes.map((code) => ({
        ...code,
        reason: poison,
        top: { ...code.top, paths: [top], clients: [top] },
      })),
      findings: report.findings.map((finding) => ({ ...finding, code: poison, title: poison })),
      rejects: report.rejects.map((r) => ({
        ...r,
        samples: r.samples.map((s) => ({ ...s, input: poison, text: poison })),
      })),
    }
  }
  it.each(POISON)('%j runs nowhere and breaks nothing', (poison) => {
    const report = poisoned(poison)
    for (const table of TABLE_NAMES)
      for (const [kind, separator] of [
        ['csv', ','],
        ['tsv', '\t'],
      ] as const)
        for (const record of parseSeparated(render(kind, report, { table }), separator))
          for (const field of record) if (!/^-?\d/.test(field)) expect(field).not.toMatch(/^[=+\-@\t\r]/)
    const html = htmlOf(render('md', report))
    expect(html).not.toMatch(
      /<(?!\/?(?:h[1-6]|p|table|thead|tbody|tr|t[hd](?: align="right")?|code|strong|em|ul|ol|li)>)/,
    )
    const widths = tablesOf(html).map((table) => new Set(table.map((row) => row.length)).size)
    expect(widths).toEqual(widths.map(() => 1))
    const samples = parseOpenMetrics(render('openmetrics', report))
    expect(samples.filter(({ name }) => name === 'logstat_entries_total')).toHaveLength(1)
  })
  it('of the fixtures keep their shape in every kind', async () => {
    for (const name of ['iis/hostile.log', 'nginx/hostile.log', 'nginx/dirty.log', 'iis/dirty.log']) {
      const report = await reportOf(fixture(name), 'zh')
      parseOpenMetrics(render('openmetrics', report))
      for (const table of TABLE_NAMES) parseSeparated(render('csv', report, { table }), ',')
      expect(htmlOf(render('md', report))).not.toMatch(/<(?:script|img|iframe|svg)\b/)
    }
  })
})

describe('kinds that are none', () => {
  it.each([
    [['fixtures/nginx/access.log', '-o', 'x.xyz']],
    [['fixtures/nginx/access.log', '--format', 'xml']],
    [['report', '--db', 'x.db', '-o', 'x.pdf']],
    [['summary', '--db', 'x.db', '-o', 'x.docx']],
    [['iis', 'fixtures/iis/u_ex261122.log', '-o', 'x.xls']],
    [['explain', '404', '--format', 'html']],
    [['codes', '--format', 'csv']],
    [['findings', '--format', 'md']],
    [['formats', '--format', 'csv']],
    [['detect', 'fixtures/nginx/access.log', '--format', 'csv']],
    [['sources', '--db', 'x.db', '--format', 'html']],
    [['query', '--db', 'x.db', 'SELECT 1', '-o', 'x.md']],
    [['query', '--db', 'x.db', 'SELECT 1', '--format', 'html']],
  ])('%j is refused', async (args) => {
    expect(await logstat(args)).toMatchObject({ status: 2, stdout: '' })
  })
  it('are told apart by the ending of a file', async () => {
    for (const [ending, begin] of [
      ['prom', '# TYPE'],
      ['md', '# logstat'],
      ['csv', 'code,'],
      ['tsv', 'code\t'],
      ['json', '{'],
      ['html', '<!doctype'],
      ['txt', 'logstat '],
    ] as const) {
      const file = join(folder, `report.${ending}`)
      expect(await logstat([fixture('nginx/access.log'), '-o', file])).toMatchObject({ status: 0, stdout: '' })
      expect(readFileSync(file, 'utf8').toLowerCase().startsWith(begin.toLowerCase())).toBe(true)
    }
  })
})

describe('docs/report.schema.json', () => {
  const path = join(ROOT, 'docs/report.schema.json')
  const schema = {
    title: 'The report of logstat as JSON: logstat.report/1. Keys are only ever added within a version.',
    ...createGenerator({
      path: join(ROOT, 'src/report/shape.ts'),
      tsconfig: join(ROOT, 'tsconfig.json'),
      skipTypeCheck: true,
      additionalProperties: true,
      topRef: false,
    }).createSchema('Report'),
  }
  it('is made of the types of the report (npm run golden)', () => {
    const text = `${JSON.stringify(schema, null, 2)}\n`
    if (process.env.UPDATE_GOLDEN) writeFileSync(path, text)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
  /** The same without room for keys that it does not name. */
  const closed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(closed)
    if (typeof value !== 'object' || value === null) return value
    const inner = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]))
    return inner.type === 'object' && inner.properties ? { additionalProperties: false, ...inner } : inner
  }
  const logs = ['iis', 'nginx', 'apache'].flatMap((folder) =>
    readdirSync(fixture(folder))
      .filter((name) => name.endsWith('.log'))
      .map((name) => `${folder}/${name}`),
  )
  const validate = new Ajv({ allowUnionTypes: true, strict: false }).compile(
    closed(JSON.parse(JSON.stringify(schema))) as object,
  )
  it.each(logs)('holds for %s, and names every key', async (name) => {
    const report = JSON.parse(render('json', await reportOf(fixture(name)))) as unknown
    expect([validate(report), validate.errors]).toEqual([true, null])
  })
  it('holds for a comparison, sections and a stretch', async () => {
    const db = join(folder, 'schema.db')
    await logstat([
      'ingest',
      fixture('iis/u_ex261122.log'),
      fixture('nginx/vhost.log'),
      '--db',
      db,
      '--tz',
      'UTC',
      '-q',
    ])
    const { stdout } = await logstat([
      ...['report', '--db', db, '--tz', 'UTC', '--format', 'json', '--by', 'host'],
      ...['--since', '2026-11-22 14:00', '--until', '2026-11-22 15:00', '--compare', 'previous'],
    ])
    expect([validate(JSON.parse(stdout)), validate.errors]).toEqual([true, null])
    expect(validate({})).toBe(false)
  })
})
