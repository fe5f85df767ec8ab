import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/cli/config.js'
import { kindOf } from '../src/cli/output.js'
import { LogstatError } from '../src/errors.js'
import { type Facts, judge } from '../src/threshold/evaluate.js'
import {
  type Condition,
  compileThreshold,
  OPERATORS,
  parseThreshold,
  printThreshold,
  SEVERITIES,
} from '../src/threshold/grammar.js'
import { ROOT } from './support.js'

const code = fc.constantFrom('problems', '5xx', '404', '401.2', '503.*', '401.1/1326', 'win32:64')
const pattern = fc.stringMatching(/^[a-z0-9./*_-]{1,12}$/)
const scopes = fc.array(fc.record({ kind: fc.constantFrom('host' as const, 'path' as const), pattern }), {
  maxLength: 2,
})
const n = fc.oneof(fc.nat(100_000), fc.constantFrom(0.5, 2.25, 12.75))
const operator = fc.constantFrom(...OPERATORS)
const limits = (...kinds: readonly ('count' | 'percent' | 'previous')[]) =>
  fc.record({ kind: fc.constantFrom(...kinds), n })
const comparison = { kind: fc.constant('comparison' as const), scopes, ofPeople: fc.boolean(), operator }
const counted = fc.oneof(
  fc.record({ ...comparison, measure: code, limit: limits('count', 'percent', 'previous') }),
  fc.record({ ...comparison, measure: fc.constant('requests'), limit: limits('count', 'previous') }),
  fc.record({
    ...comparison,
    measure: fc.constant('rejected'),
    scopes: fc.constant([]),
    ofPeople: fc.constant(false),
    limit: limits('count', 'percent', 'previous'),
  }),
)
const timed = fc.record({
  ...comparison,
  measure: fc.constantFrom('p50', 'p95', 'p99'),
  limit: fc.record({ kind: fc.constantFrom('milliseconds' as const, 'previous' as const), n }),
})
const event = fc.oneof(
  fc.constantFrom<Condition>({ kind: 'no-data' }, { kind: 'new-code' }),
  fc.record({ kind: fc.constant('finding' as const), id: fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/) }),
  fc.record({ kind: fc.constant('severity' as const), least: fc.constantFrom(...SEVERITIES) }),
)
const { condition } = fc.letrec<{ condition: Condition; list: Condition }>((tie) => ({
  condition: fc.oneof({ depthSize: 'small' }, counted, timed, event, tie('list')),
  list: fc.record({
    kind: fc.constantFrom('and' as const, 'or' as const),
    parts: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
  }),
}))

describe('the grammar of thresholds', () => {
  it('reads back what it prints', () => {
    fc.assert(
      fc.property(condition, (c) => {
        expect(parseThreshold(printThreshold(c))).toEqual(c)
      }),
    )
  })
  it('refuses any other text with a LogstatError, and throws nothing else', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '5xx',
        '>',
        '2',
        '%',
        'and',
        'or',
        '(',
        ')',
        'of',
        'people',
        'x previous',
        'severity',
        'ms',
        ' ',
        'é',
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((words) => words.join(' ')),
          pieces.map((words) => words.join('')),
        ),
        (text) => {
          try {
            const read = parseThreshold(text)
            expect(parseThreshold(printThreshold(read))).toEqual(read)
          } catch (error) {
            expect(error).toBeInstanceOf(LogstatError)
          }
        },
      ),
    )
  })
  it.each([
    ['5xx >> 2%', 6],
    ['5xx > ', 7],
    ['abc > 2', 1],
    ['5xx > 2% and', 13],
    ['(5xx > 2', 9],
    ['p95 > 2%', 7],
    ['5xx > 800ms', 7],
    ['requests > 2%', 12],
    ['host:shop rejected > 1', 11],
    ['rejected of people > 1', 10],
    ['severity > act', 10],
    ['5xx > 2 3', 9],
  ])('points at the character where %j goes wrong', (text, character) => {
    expect(() => parseThreshold(text)).toThrow(`at character ${character}:`)
  })
  it('does not take a word for the beginning of another', () => {
    expect(() => parseThreshold('no-database')).toThrow(LogstatError)
    expect(() => parseThreshold('5xx > 2 order')).toThrow(LogstatError)
    expect(parseThreshold('path:/api/* 5xx > 2')).toMatchObject({ scopes: [{ kind: 'path', pattern: '/api/*' }] })
  })
})

const HITS: Readonly<Record<string, number>> = { '5xx': 312, '503.*': 12 }
const previous: Facts = {
  requests: 7000,
  problems: 20,
  lines: 7010,
  rejected: 0,
  hitsOf: (code) => ({ '5xx': 20, '503.*': 12 })[code] ?? 0,
  percentileMs: () => 400,
  people: null,
  within: () => null,
  previous: null,
  newCodes: [],
  findings: [],
}
const facts: Facts = {
  requests: 7610,
  problems: 330,
  lines: 7700,
  rejected: 90,
  hitsOf: (code) => HITS[code] ?? 0,
  percentileMs: (p) => (p === 95 ? 900 : 100),
  people: { ...previous, requests: 6000, hitsOf: () => 300 },
  within: (kind, pattern) =>
    kind === 'host' && pattern === 'shop' ? { ...previous, requests: 50, hitsOf: () => 25 } : null,
  previous,
  newCodes: ['500.19'],
  findings: [{ id: 'outage', severity: 'act', title: { en: 'outage', zh: '中断' } }],
}

describe('a threshold held against numbers', () => {
  it.each([
    ['5xx > 2%', true, '4.1 % (312 of 7,610)'],
    ['5xx > 5%', false, '4.1 % (312 of 7,610)'],
    ['503.* > 10', true, '12'],
    ['503.* > 12', false, '12'],
    ['503.* > 3x previous', false, '12 (12 before)'],
    ['5xx > 3x previous', true, '312 (20 before)'],
    ['requests < 100', false, '7,610'],
    ['rejected > 1%', true, '1.17 % (90 of 7,700)'],
    ['problems > 5', true, '330'],
    ['p95 > 800ms', true, '900 ms'],
    ['p95 > 1s', false, '900 ms'],
    ['p95 > 2x previous', true, '900 ms (400 ms before)'],
    ['5xx of people >= 5%', true, '5 % (300 of 6,000)'],
    ['host:shop 5xx > 10', true, '25'],
    ['host:shop 5xx > 10%', true, '50 % (25 of 50)'],
    ['host:shop 5xx > 21%', false, '50 % (25 of 50): too few requests to judge'],
    ['no-data', false, '7,610 requests'],
    ['new-code', true, '500.19'],
    ['finding:outage', true, 'outage'],
    ['finding:redirect-loop', false, 'no finding'],
    ['severity >= act', true, 'outage'],
    ['5xx > 2% and requests > 500', true, '4.1 % (312 of 7,610); 7,610'],
    ['5xx > 5% or 503.* > 10', true, '4.1 % (312 of 7,610); 12'],
  ])('%s', (text, exceeded, value) => {
    expect(judge(compileThreshold(text), facts)).toEqual({
      text,
      exceeded,
      value: { en: value, zh: expect.any(String) },
    })
  })
  it('cannot be judged where the log does not say it, unless the rest decides', () => {
    const untimed = { ...facts, percentileMs: () => null, people: null }
    const judged = (text: string): boolean | null => judge(compileThreshold(text), untimed).exceeded
    expect(judged('p95 > 1s')).toBe(null)
    expect(judged('5xx of people > 1%')).toBe(null)
    expect(judged('p95 > 1s or 5xx > 1%')).toBe(true)
    expect(judged('p95 > 1s and 5xx > 1%')).toBe(null)
    expect(judged('p95 > 1s and 5xx > 50%')).toBe(false)
  })
})

describe('docs/cron.md', () => {
  const text = readFileSync(`${ROOT}docs/cron.md`, 'utf8')
  it('shows thresholds that are understood', () => {
    const shown = [...text.slice(text.indexOf('## Thresholds'), text.indexOf('```text')).matchAll(/^\| `([^`]+)` \|/gm)]
    expect(shown.length).toBeGreaterThan(10)
    for (const [, threshold] of shown) expect(printThreshold(parseThreshold(threshold as string))).toBe(threshold)
  })
  it('shows configurations that are taken', () => {
    const folder = mkdtempSync(join(tmpdir(), 'logstat-cron-'))
    const blocks = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)]
    expect(blocks).toHaveLength(2)
    for (const [, block] of blocks) {
      writeFileSync(join(folder, 'c.json'), block as string)
      const jobs = Object.values(readConfig(join(folder, 'c.json')).summaries ?? {})
      expect(jobs.length).toBeGreaterThan(0)
      for (const { format, output } of jobs)
        expect(() => kindOf({ ...(format ? { format } : {}), ...(output ? { output } : {}) })).not.toThrow()
    }
    rmSync(folder, { recursive: true })
  })
})
