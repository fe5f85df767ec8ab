import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chanceOf } from '../src/report/chance.js'
import { logstatHere as logstat } from './support.js'

/** The same test the obvious way: every way the hits could have fallen, with exact binomial coefficients. */
function bruteChance(a: number, ofA: number, b: number, ofB: number): number {
  const n = a + b
  const p = ofB / (ofA + ofB)
  const choose = (k: number): number => {
    let value = 1n
    for (let i = 1n; i <= BigInt(k); i++) value = (value * (BigInt(n) - i + 1n)) / i
    return Number(value)
  }
  let low = 0
  let high = 0
  for (let k = 0; k <= n; k++) {
    const weight = choose(k) * p ** k * (1 - p) ** (n - k)
    if (k <= b) low += weight
    if (k >= b) high += weight
  }
  return Math.min(1, 2 * Math.min(low, high))
}

describe('chance', () => {
  it('is that of every way the hits could have fallen', () => {
    const counts = fc.nat({ max: 60 })
    const requests = fc.integer({ min: 1, max: 10_000 })
    fc.assert(
      fc.property(counts, requests, counts, requests, (a, ofA, b, ofB) => {
        const chance = chanceOf({ hits: a, of: ofA }, { hits: b, of: ofB })
        const exact = a + b === 0 ? 1 : bruteChance(a, ofA, b, ofB)
        expect(Math.abs(chance - exact)).toBeLessThan(1e-9 + exact * 1e-6)
        // Which of both is called "before" does not matter.
        expect(chanceOf({ hits: b, of: ofB }, { hits: a, of: ofA })).toBeCloseTo(chance, 9)
      }),
    )
  })
  it('is near that of a normal distribution for millions', () => {
    const [of, hits] = [50_000_000, 1_000_000]
    const more = hits + 3 * Math.round(Math.sqrt(2 * hits))
    // Three standard deviations of a difference of two such counts: 0.27 % of them are further off.
    expect(chanceOf({ hits, of }, { hits: more, of })).toBeCloseTo(0.0027, 4)
    expect(chanceOf({ hits: 0, of: 10 }, { hits: 9_000_000, of })).toBeLessThanOrEqual(1)
  })
  it('is 1 where there is nothing to compare', () => {
    for (const [a, b] of [
      [0, 100],
      [100, 0],
    ] as const)
      expect(chanceOf({ hits: 0, of: a }, { hits: 5, of: b })).toBe(1)
  })
})

const folder = mkdtempSync(join(tmpdir(), 'logstat-compare-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

/** Requests of a day, one a second: `[status, path, hits]`. */
function logOf(name: string, day: string, ...requests: readonly (readonly [number, string, number])[]): string {
  let second = 0
  const lines = requests.flatMap(([status, path, hits]) =>
    Array.from({ length: hits }, (_, i) => {
      const time = new Date(second++ * 1000).toISOString().slice(11, 19)
      return `192.0.2.${i % 7} - - [${day}:${time} +0000] "GET ${path} HTTP/1.1" ${status} 5 "-" "curl/8.4.0"\n`
    }),
  )
  writeFileSync(at(name), lines.join(''))
  return at(name)
}
const DB = at('days.db')
const OLD = at('old.db')
const json = async (...args: string[]) =>
  JSON.parse((await logstat([...args, '--tz', 'UTC', '--format', 'json'])).stdout).comparison
type Change = { change: string; code: string; path: string | null; before: number; now: number }
const brief = ({ rows }: { rows: Change[] }) =>
  rows.map(({ change, code, path, before, now }) => [change, ...(path === null ? [code] : [code, path]), before, now])

const first = (): string =>
  logOf('first.log', '21/Nov/2026', [200, '/', 1000], [404, '/old', 60], [404, '/same', 40], [403, '/few', 2])
const second = (): string =>
  logOf('second.log', '22/Nov/2026', [200, '/', 1000], [404, '/same', 40], [503, '/shop', 90], [410, '/few', 1])

beforeAll(async () => {
  await logstat(['ingest', first(), second(), '--db', DB, '--tz', 'UTC', '-q'])
  await logstat(['ingest', first(), '--db', OLD, '--tz', 'UTC', '-q'])
})

describe('a comparison', () => {
  it('is the same with the day before, between two days, and with another database', async () => {
    const between = await json('report', '--db', DB, '--compare', '2026-11-21..2026-11-22')
    expect(between.requests).toEqual({ before: 1102, now: 1131 })
    expect(brief(between.codes)).toEqual([
      ['new', '503', 0, 90],
      ['fewer', '404', 100, 40],
    ])
    expect(brief(between.paths)).toEqual([
      ['new', '503', '/shop', 0, 90],
      ['gone', '404', '/old', 60, 0],
    ])
    expect(brief({ rows: between.codes.unsure })).toEqual([
      ['gone', '403', 2, 0],
      ['new', '410', 0, 1],
    ])
    const { requests, codes, paths, findings } = between
    const same = { requests, codes, paths, findings }
    // Without a stretch: the last day.
    expect(await json('report', '--db', DB, '--compare', 'previous')).toMatchObject(same)
    const given = ['--since', '2026-11-22', '--until', '2026-11-23']
    expect(await json('report', '--db', DB, '--compare', 'previous', ...given)).toMatchObject(same)
    expect(await json('report', '--db', DB, '--compare', OLD, ...given)).toMatchObject({ ...same, database: OLD })
    expect(await json(second(), '--compare', OLD)).toMatchObject({ ...same, database: OLD })
  })
  it('is of the codes that are selected, as a share of all requests', async () => {
    const of = await json('report', '--db', DB, '--compare', '2026-11-21..2026-11-22', '-s', '4xx')
    expect(of.requests).toEqual({ before: 1102, now: 1131 })
    expect(brief(of.codes)).toEqual([['fewer', '404', 100, 40]])
    expect(brief(of.paths)).toEqual([['gone', '404', '/old', 60, 0]])
  })
  it('takes twice the requests with twice the errors for no change', async () => {
    const half = logOf('half.log', '21/Nov/2026', [200, '/', 1000], [500, '/a', 50])
    const twice = logOf('twice.log', '21/Nov/2026', [200, '/', 2000], [500, '/a', 100])
    await logstat(['ingest', half, '--db', at('half.db'), '-q'])
    const of = await json(twice, '--compare', at('half.db'))
    expect([of.codes.rows, of.paths.rows, of.findings.rows]).toEqual([[], [], []])
  })
  it('takes a finding of the same rule on the same path for the same, whatever its main code is', async () => {
    const before = logOf('before.log', '21/Nov/2026', [200, '/', 1000], [502, '/a', 100])
    const now = logOf('now.log', '21/Nov/2026', [200, '/', 1000], [504, '/a', 100])
    await logstat(['ingest', before, '--db', at('before.db'), '-q'])
    const of = await json(now, '--compare', at('before.db'))
    expect(brief(of.codes).map(([change]) => change)).toEqual(['gone', 'new'])
    expect(of.findings.rows).toEqual([])
  })
  it('tells of no paths where a stretch is a part of a day, and says why', async () => {
    const parts = ['report', '--db', DB, '--tz', 'UTC', '--since', '2026-11-22 00:10', '--until', '2026-11-22 00:19']
    expect(await json(...parts, '--compare', 'previous')).toMatchObject({ paths: null })
    const { stdout } = await logstat([...parts, '--compare', 'previous'])
    expect(stdout).toMatch(/COMPARED WITH 2026-11-22 00:01 – 2026-11-22 00:10[\s\S]*Paths are kept by day/)
  })
  it('is told in words of both languages', async () => {
    const of = async (lang: string): Promise<string> =>
      (await logstat(['report', '--db', DB, '--tz', 'UTC', '--compare', 'previous', '--lang', lang])).stdout
    const en = await of('en')
    expect(en).toContain('COMPARED WITH 2026-11-21 00:00 – 2026-11-22 00:00\n  1,131 requests, 1,102 before\n')
    expect(en).toMatch(/Codes\n {4}new +503 +90 .*\n {4}fewer +404 +40 +was 100/)
    expect(en).toMatch(/Too few to tell from chance: gone 403 2 · new 410 1/)
    expect(en).toMatch(/gone +404 +0 +was 60 +\/old/)
    expect(await of('zh')).toMatch(/与 2026-11-21 00:00 – 2026-11-22 00:00 对比[\s\S]*新增 +503[\s\S]*二项精确检验/)
    expect((await logstat(['iis', '--db', DB, '--compare', 'previous'])).stdout).toContain('COMPARED WITH')
  })
  it.each([
    ['previous', ['report', '--db', DB, '--until', '2026-11-22'], /needs to know where the period begins/],
    ['2026-11-21..soon', ['report', '--db', DB], /"soon" is not a period/],
    ['nosuch.db', ['report', '--db', DB], /nosuch\.db: neither "previous"/],
    ['previous', [at('first.log')], /works on a database[\s\S]*logstat report --db FILE --compare previous/],
    ['2026-10..2026-11', ['iis', at('first.log')], /works on a database/],
  ] as const)('%s is refused for %s', async (compare, args, message) => {
    const run = await logstat([...args, '--compare', compare])
    expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) })
  })
  it('says that there was nothing before', async () => {
    const { stdout } = await logstat(['report', '--db', OLD, '--tz', 'UTC', '--compare', 'previous'])
    expect(stdout).toContain('One of both has no requests: there is nothing to compare.')
  })
})

describe('two days of the same traffic', () => {
  it('seldom differ', () => {
    // 2,000 pairs of counts of the same rate: by the stated level fewer than 1 in 100 reports shows a change.
    let seed = 7
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
      return seed / 0x7fffffff
    }
    const poisson = (mean: number): number => {
      let n = 0
      for (let product = random(); product > Math.exp(-mean); product *= random()) n++
      return n
    }
    let wrong = 0
    for (let i = 0; i < 2000; i++) {
      const mean = 1 + (i % 40)
      if (chanceOf({ hits: poisson(mean), of: 10_000 }, { hits: poisson(mean), of: 10_000 }) < 0.01) wrong++
    }
    expect(wrong).toBeLessThan(20 + 3 * Math.sqrt(20))
  })
})
