import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { feed, makeIntake } from '../src/count/intake.js'
import { LogstatError } from '../src/errors.js'
import { canonicalPlan, FIELD_NAMES, writeEntry } from '../src/format/canonical.js'
import { compilePattern, patternText, planOfPattern } from '../src/format/pattern.js'
import { findInputs } from '../src/input/find.js'
import { Kernel } from '../src/kernel/kernel.js'
import { probe } from '../src/kernel/probe.js'
import { Role } from '../src/kernel/wasm/roles.js'
import { type InputResult, type ReadOptions, readInputs } from '../src/pipeline.js'
import { makeReport, type Report } from '../src/report/report.js'
import { openStore } from '../src/store/store.js'
import { readTally } from '../src/tally/read-out.js'
import { dayOf } from '../src/time-zone.js'
import { fixture, logstat } from './support.js'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-pattern-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The combined format as somebody would write it who did not know that it is known. */
const COMBINED =
  '^(?<clientIp>\\S+) \\S+ [^\\[]*\\[(?<time>[^\\]]+)\\] "(?<request>(?:[^"\\\\]|\\\\.)*)" (?<status>\\d{3}) (?<bytesSent>\\d+|-) "(?<referer>(?:[^"\\\\]|\\\\.)*)" "(?<userAgent>(?:[^"\\\\]|\\\\.)*)"'
const BARS = '^(?<time>[^|]*)\\|(?<ip>[^|]*)\\|(?<request>[^|]*)\\|(?<status>[^|]*)\\|(?<timeTakenMs>[\\d.]+)$'

interface Read {
  readonly result: InputResult
  readonly report: Report
}

async function read(
  file: string,
  pattern: string | undefined,
  db: string | null = null,
  more: ReadOptions = {},
): Promise<Read> {
  const store = openStore(db)
  try {
    const options = {
      jobs: 1,
      force: true,
      ...(db === null ? {} : { dayZone: 'UTC' }),
      ...(pattern === undefined ? {} : { format: patternText(pattern) }),
      ...more,
    }
    const [result] = await readInputs(findInputs([file]), store, options)
    if (!result) throw new Error('no result')
    return { result, report: makeReport(store) }
  } finally {
    store.close()
  }
}

describe('the canonical layout', () => {
  const kernel = new Kernel({ tables: false })
  const plan = canonicalPlan('x', FIELD_NAMES, 1, 0)

  it('gives back every value as it was written, whatever bytes it holds', () => {
    const value = fc.oneof(
      fc
        .array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 40 })
        .map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc
        .array(fc.constantFrom('"', '\\', '","status":"200', '}', '{', ',', '\r', '\0', '\\u000a', "'"), {
          minLength: 1,
          maxLength: 6,
        })
        .map((parts) => parts.join('')),
    )
    const clean = value.map((text) => text.replaceAll('\n', ' '))
    fc.assert(
      fc.property(clean, clean, clean, (referer, userAgent, host) => {
        const line = Buffer.from(writeEntry({ referer, status: '404', userAgent, host }), 'latin1')
        kernel.setPlans([plan])
        const found = probe(kernel, line)
        if (!('fields' in found)) throw new Error(`not read: ${line.toString('latin1')}`)
        const spans = new DataView(kernel.wasm.memory.buffer, kernel.wasm.spanTable(), 8 * Role.Count)
        const bytes = (role: Role): string =>
          Buffer.from(
            kernel.wasm.memory.buffer,
            spans.getUint32(8 * role, true),
            spans.getUint32(8 * role + 4, true) - spans.getUint32(8 * role, true),
          ).toString('latin1')
        expect([bytes(Role.Status), bytes(Role.Referer), bytes(Role.UserAgent), bytes(Role.Host)]).toEqual([
          '404',
          referer,
          userAgent,
          host,
        ])
      }),
      { numRuns: 500, seed: 5 },
    )
  })
})

describe('a pattern', () => {
  it.each(['nginx/access.log', 'nginx/hostile.log', 'apache/combined.log'])(
    'counts %s as the format that it describes does',
    async (name) => {
      const known = await read(fixture(name), undefined, null, { format: 'combined', server: 'nginx' })
      const ours = await read(fixture(name), COMBINED, null, { server: 'nginx' })
      expect(ours.result).toMatchObject({
        lines: known.result.lines,
        entries: known.result.entries,
        rejected: known.result.rejected,
        ignored: known.result.ignored,
      })
      expect(ours.result.entries).toBeGreaterThan(0)
      const totals = (report: Report): unknown => [report.period, report.totals.bytesSent, report.classes]
      expect(totals(ours.report)).toEqual(totals(known.report))
      const lists = (report: Report): string[] =>
        report.codes
          .flatMap((c) => [...c.top.paths, ...c.top.userAgents, ...c.top.referers].map((v) => `${c.status} ${v.value}`))
          .sort()
      expect(new Set(lists(ours.report))).toEqual(new Set(lists(known.report)))
    },
  )

  it('says of a line that is none where it stands in the log itself', async () => {
    const log = [
      '2026-11-24T10:00:00Z|192.0.2.1|GET /é HTTP/1.1|404|1',
      '',
      '# note',
      'garbage',
      '2026-11-24T10:00:00Z|192.0.2.1|GET /é HTTP/1.1|abc|1',
      '',
    ].join('\n')
    writeFileSync(at('x.log'), log)
    const { result } = await read(at('x.log'), BARS)
    expect(result).toMatchObject({ lines: 5, entries: 1, ignored: 2, rejected: 2 })
    expect([...result.rejects]).toEqual([
      [
        'layout',
        {
          count: 1,
          samples: [{ line: 4, offset: Buffer.from(log).indexOf('garbage'), text: 'garbage', step: 1, column: 7 }],
        },
      ],
      [
        'status',
        {
          count: 1,
          samples: [
            {
              line: 5,
              offset: Buffer.from(log).indexOf('garbage') + 8,
              text: '2026-11-24T10:00:00Z|192.0.2.1|GET /é HTTP/1.1|abc|1',
              step: Role.Status,
              column: 47,
            },
          ],
        },
      ],
    ])
  })

  it('says which group is missing in a line, and where', async () => {
    const line = (rest: string): string => `2026-11-24T10:00:00Z|192.0.2.1|GET /é HTTP/1.1|${rest}\n`
    writeFileSync(at('x.log'), `${line('404|1')}${line('404|x')}${line('404').replaceAll('|', ';')}`)
    const { report } = await read(at('x.log'), BARS)
    expect(report.rejects[0]?.samples.map((s) => [s.line, s.field?.name, s.text.slice(s.column)])).toEqual([
      [2, 'timeTakenMs', '|x'],
      // All of the third line can be a time; what is missing is the address behind it.
      [3, 'ip', ''],
    ])
    // The same for a layout that was pasted.
    writeFileSync(at('x.log'), line('404|1|y') + line('404|1'))
    const pasted = await read(at('x.log'), undefined, null, {
      format: '$time_iso8601|$remote_addr|$request|$status|$request_time_ms|$x',
      force: true,
    })
    expect(pasted.report.rejects[0]?.samples[0]?.field).toEqual({ name: '$request_time_ms', until: '|' })
  })

  it('keeps bytes that are no UTF-8, and sees characters where they are', async () => {
    const line = (path: Buffer): Buffer =>
      Buffer.concat([Buffer.from('2026-11-24T10:00:00Z|192.0.2.1|GET /'), path, Buffer.from(' HTTP/1.1|404|1\r\n')])
    writeFileSync(
      at('x.log'),
      Buffer.concat([line(Buffer.from('路')), line(Buffer.from([0xb8, 0xf4])), line(Buffer.from('路'))]),
    )
    const { report } = await read(at('x.log'), BARS)
    expect(report.codes[0]?.top.paths).toMatchObject([
      { value: '/路', hits: 2 },
      { value: '/\\xB8\\xF4', hits: 1 },
    ])
    const one = await read(at('x.log'), '/(?<uri>\\/.) http.*\\|(?<status>\\d+)/i')
    expect(one.result).toMatchObject({ entries: 2, rejected: 1 })
  })

  it('reads times in every form, and the unit of the time taken', async () => {
    const forms = [
      '24/Nov/2026:11:00:00 +0100',
      '2026-11-24T10:00:00.5Z',
      '2026-11-24 10:00:00',
      '1795514400',
      '1795514400.123',
      '1795514400123',
      '1795514400123456',
      '1795514400123456789',
    ]
    for (const form of forms) {
      writeFileSync(at('x.log'), `${form}|192.0.2.1|GET / HTTP/1.1|404|250\n`)
      const { report } = await read(at('x.log'), BARS)
      expect([form, report.period?.from]).toEqual([form, '2026-11-24T10:00:00Z'])
    }
    const times: Record<string, number> = { timeTaken: 250e6, timeTakenMs: 250e3, timeTakenUs: 250, timeTakenNs: 0 }
    for (const [group, us] of Object.entries(times)) {
      const kernel = new Kernel()
      const pattern = compilePattern(BARS.replace('timeTakenMs', group))
      kernel.setPlans([planOfPattern('x', pattern, null, undefined)])
      const intake = makeIntake(kernel, { pattern, wrapping: null })
      intake.begin(0, Buffer.alloc(0))
      const line = Buffer.from('1795514400|192.0.2.1|GET / HTTP/1.1|404|250\n')
      intake.space.set(line)
      intake.filled(line.length)
      const [code] = [
        ...readTally(kernel, { listed: { least: 9, most: 9, together: 0 }, adaptive: false }).codes.values(),
      ]
      expect([group, code?.timeTakenUs]).toEqual([group, us])
    }
  })

  it('puts date and time of day together, and takes a `-` for no status', async () => {
    writeFileSync(at('x.log'), '24.11.2026 10:00:00 - /a\n')
    const { report } = await read(at('x.log'), '^(?<date>\\S+) (?<timeOfDay>\\S+) (?<status>\\S+) (?<uri>\\S+)$')
    expect(report.period?.from).toBe('2026-11-24T10:00:00Z')
    expect(report.codes[0]).toMatchObject({ status: null, hits: 1 })
  })

  it('rejects a line that is too long for it, and reads on behind it', async () => {
    const ok = '2026-11-24T10:00:00Z|192.0.2.1|GET /a HTTP/1.1|404|1\n'
    const log = `${ok}${'x'.repeat(3_000_000)}\n${ok}garbage\n`
    writeFileSync(at('x.log'), log)
    const { result } = await read(at('x.log'), BARS)
    expect(result).toMatchObject({ lines: 4, entries: 2, rejected: 2 })
    expect(result.rejects.get('too-long')?.samples[0]).toMatchObject({ line: 2, offset: ok.length })
    expect(result.rejects.get('layout')?.samples[0]).toMatchObject({ line: 4, offset: log.length - 8 })
  })

  it('is refused when it cannot work, with what to do', () => {
    const refusal = (pattern: string): string => {
      try {
        compilePattern(patternText(pattern))
      } catch (error) {
        if (error instanceof LogstatError) return `${error.message} ${error.hint}`
      }
      throw new Error('not refused')
    }
    expect(refusal('(?<status>\\d+')).toMatch(/no regular expression: .*Unterminated group.* single quotes/)
    expect(refusal('(?<ip>\\S+)')).toMatch(/no group named "status" Add \(\?<status>/)
    expect(refusal('(?<stauts>\\d+)')).toMatch(/"stauts".* Did you mean status\?/)
    expect(refusal('(?<status>\\d+)(?<useragent>.*)')).toMatch(/Did you mean userAgent\?/)
    expect(refusal('/(?<status>\\d+)/g')).toMatch(/the flags \/g/)
  })
})

describe('a pattern and a database', () => {
  const line = (i: number): string =>
    `2026-11-24T10:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}Z|192.0.2.${i % 9}|GET /${i} HTTP/1.1|${[404, 500, 'x'][i % 3]}|1\n`
  const lines = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, i) => line(from + i)).join('')

  it('adds each line once, however the log grows, and remembers the pattern', async () => {
    const db = at('x.db')
    writeFileSync(at('x.log'), lines(0, 500))
    expect((await read(at('x.log'), BARS, db)).result).toMatchObject({ lines: 500, entries: 334, known: false })
    expect((await read(at('x.log'), BARS, db)).result).toMatchObject({ lines: 0, known: true })
    // A line of which only a part was written, then the rest of it.
    appendFileSync(at('x.log'), lines(500, 600) + line(600).slice(0, 30))
    expect((await read(at('x.log'), undefined, db)).result).toMatchObject({ lines: 100, known: true })
    appendFileSync(at('x.log'), line(600).slice(30) + lines(601, 900))
    const last = await read(at('x.log'), undefined, db)
    expect(last.result).toMatchObject({ lines: 300, known: true, format: 'custom' })
    expect(last.report.totals).toMatchObject({ lines: 900, entries: 600, rejected: 300 })
    // Samples are those of the log: their offsets lead to their lines.
    const bytes = readFileSync(at('x.log'))
    const [reject] = last.report.rejects
    expect(reject?.count).toBe(300)
    for (const s of reject?.samples ?? [])
      expect(bytes.subarray(s.offset, bytes.indexOf(0x0a, s.offset)).toString()).toBe(line(s.line - 1).trimEnd())
  })

  it.each([
    ['32 KiB and less', 1 << 20],
    ['a few bytes', 100],
  ])('is cut at midnights between its lines, read in pieces of %s', (_, size) => {
    const days = Array.from({ length: 5 }, (_, day) => {
      const at = (i: number): string => `2026-11-${20 + day}T10:00:00Z|192.0.2.1|GET /${i} HTTP/1.1|404|1\n`
      return `${at(0)}rubbish ${day}\n# a comment\n${at(1)}${at(2).repeat(day * 300)}`
    })
    const bytes = Buffer.from(days.join(''))
    const kernel = new Kernel()
    const pattern = compilePattern(BARS)
    kernel.setPlans([planOfPattern('x', pattern, null, undefined)])
    kernel.setPeriods((seconds) => dayOf(seconds, 'UTC'))
    kernel.cutAtPeriods(1)
    const intake = makeIntake(kernel, { pattern, wrapping: null })
    const found: unknown[] = []
    const take = (): void => {
      const { lines, entries, ignored, rejects } = intake.takeCounts()
      const { readTo, tail } = intake.resume
      expect(tail.equals(bytes.subarray(Math.max(0, readTo - 1024), readTo))).toBe(true)
      const [sample] = rejects.get('layout')?.samples ?? []
      found.push({ readTo, lines, entries, ignored, sample: [sample?.line, sample?.text, sample?.offset] })
    }
    kernel.onStop = take
    intake.begin(0, Buffer.alloc(0))
    for (let at = 0; at < bytes.length; at += size) feed(intake, bytes.subarray(at, at + size))
    intake.finish()
    take()
    const ends = days.map((_, day) => days.slice(0, day + 1).join('').length)
    expect(found).toEqual(
      days.map((text, day) => ({
        readTo: ends[day],
        lines: text.split('\n').length - 1,
        entries: text.split('\n').length - 3,
        ignored: 1,
        sample: [2, `rubbish ${day}`, bytes.indexOf(`rubbish ${day}`)],
      })),
    )
  })
})

describe('on the command line', () => {
  it('works with detect and report, and leaves one way to say the format', () => {
    writeFileSync(at('x.log'), '2026-11-24T10:00:00Z|192.0.2.1|GET /a HTTP/1.1|404|1\ngarbage\n')
    const report = logstat([at('x.log'), '--pattern', BARS, '--format', 'json'])
    expect(JSON.parse(report.stdout).totals).toMatchObject({ lines: 2, entries: 1, rejected: 1 })
    const detect = logstat(['detect', at('x.log'), '--pattern', BARS])
    expect(detect).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('custom: the format that was asked for'),
    })
    expect(detect.stdout).toContain('line 2 (byte 53)')
    const both = logstat([at('x.log'), '--pattern', BARS, '--log-format', 'combined'])
    expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('--log-format and --pattern both say') })
    expect(logstat([at('x.log'), '--pattern', '(?<status']).stderr).toMatch(
      /^logstat: the pattern is no regular expression/,
    )
  })
})
