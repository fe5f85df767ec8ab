import { expect, it } from 'vitest'
import type { Format } from '../src/format/format.js'
import { formatNamed, plansOf } from '../src/format/registry.js'
import { Kernel } from '../src/kernel/kernel.js'
import { absorb, pack } from '../src/kernel/packed.js'
import { readTally } from '../src/tally/read-out.js'
import { type CodeTally, DIMENSIONS, type List, type Listed, quotaOf } from '../src/tally/tally.js'
import { dayOf } from '../src/time-zone.js'
import { feed, readWhole } from './support.js'

// The most frequent values of a list are chosen within the kernel; here by sorting.

const PLANS = plansOf(formatNamed('combined') as Format)

function slowTop({ values, lost, distinct }: List, n: number): List {
  const sorted = values
    .map((entry, place) => ({ entry, place }))
    .sort((a, b) => b.entry.hits - a.entry.hits || a.place - b.place)
  const top = sorted.slice(0, n).sort((a, b) => a.place - b.place)
  return {
    values: top.map((v) => v.entry),
    lost: sorted.slice(n).reduce((most, { entry }) => Math.max(most, entry.hits + entry.error), lost),
    distinct,
  }
}

/** Lines in which value k of a list is the rarer the larger k is, many as often as others, of some codes and days. */
function linesOf(seed: number, lines: number, different: number): Buffer {
  let state = seed
  const random = (n: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const some = (n: number): number => Math.min(random(n), random(n), random(n))
  const text: string[] = []
  for (let i = 0; i < lines; i++) {
    const code = [200, 200, 200, 404, 500, 301][random(random(100) ? 3 : 6)]
    text.push(
      `10.0.${some(9)}.${some(200)} - - [0${1 + random(4)}/May/2026:10:00:00 +0000] "${methodOf(some(different) + 100 * seed)} /${some(900)} HTTP/1.1" ${code} 7 "-" "${some(70)}"\n`,
    )
  }
  return Buffer.from(text.join(''))
}

const methodOf = (n: number): string =>
  [676, 26, 1].map((unit) => String.fromCharCode(65 + (Math.floor(n / unit) % 26))).join('')

const kernel = new Kernel()
const other = new Kernel()

function holds(listed: Listed): void {
  const whole = readWhole(kernel)
  const cut = readTally(kernel, { listed, adaptive: false })
  expect([...cut.codes.keys()]).toEqual([...whole.codes.keys()])
  for (const dimension of DIMENSIONS) {
    const n = quotaOf(
      [...whole.codes.values()].map((code) => code.lists[dimension].values.length),
      listed,
    )
    for (const [key, code] of whole.codes) {
      const { values, lost, distinct } = (cut.codes.get(key) as CodeTally).lists[dimension]
      expect({ values, lost, distinct }).toEqual(slowTop(code.lists[dimension], n))
    }
  }
}

const most = (n: number): Listed => ({ least: n, most: n, together: 0 })
const SIZES = [most(1), most(2), most(20), most(100), most(700), { least: 3, most: 300, together: 1500 }]

it('are cut to the most frequent values, among those as frequent to the first', () => {
  for (const lines of [0, 1, 200, 20_000]) {
    kernel.clear()
    feed(kernel, linesOf(7, lines, 300), PLANS)
    for (const listed of SIZES) holds(listed)
  }
})

it('by code and day, and where there were more values than the tables hold', () => {
  for (const each of [kernel, other]) {
    each.clear()
    each.setPeriods((seconds) => dayOf(seconds, 'UTC'))
  }
  // The first loses nothing: what comes after it may have been lost before, but not in it.
  for (const [part, lines] of [100, 30_000, 30_000, 30_000].entries()) {
    other.clear()
    feed(part === 0 ? kernel : other, linesOf(part, lines, 12_000), PLANS)
    if (part > 0) absorb(kernel, pack(other), () => expect.unreachable())
    for (const listed of SIZES) holds(listed)
  }
  const methods = [...readWhole(kernel).codes.values()].map((code) => code.lists.method)
  expect(methods.some(({ lost }) => lost > 0)).toBe(true)
  expect(methods.some(({ values }) => values.some(({ error }) => error > 0))).toBe(true)
  // Nobody has lost more than was counted.
  for (const { values, lost } of methods)
    expect(values.reduce((most, { error }) => Math.max(most, error), lost)).toBeLessThan(90_000)
})

it('up to the most hits that are counted', () => {
  kernel.clear()
  const line = (path: number): string =>
    `10.0.0.1 - - [01/May/2026:10:00:00 +0000] "GET /${path} HTTP/1.1" 200 7 "-" "-"\n`
  feed(kernel, Buffer.from([1, 2, 3, 1, 2, 1, 4, 5, 5].map(line).join('')), PLANS)
  // Counts with themselves: those of path 1 become 3 * 2^24, for which more than one digit is needed.
  for (let twice = 0; twice < 24; twice++) absorb(kernel, pack(kernel), () => expect.unreachable())
  for (const n of [1, 2, 3, 4, 5, 6]) holds(most(n))
})

it('are handed over cut, with what they lost and how many different values there were', () => {
  for (const [lines, n] of [
    [3000, 20],
    [30_000, 100],
    [30_000, 1e6],
  ] as const) {
    kernel.clear()
    other.clear()
    for (const part of [1, 2, 3]) feed(kernel, linesOf(part, lines, 12_000), PLANS)
    const whole = readWhole(kernel)
    absorb(other, pack(kernel, { most: n }), () => expect.unreachable())
    const found = readWhole(other)
    expect([...found.codes.keys()]).toEqual([...whole.codes.keys()])
    for (const [key, { lists, buckets, ...exact }] of whole.codes) {
      const { lists: cut, buckets: rows, ...counts } = found.codes.get(key) as CodeTally
      expect({ ...counts, rows: rows.rows() }).toEqual({ ...exact, rows: buckets.rows() })
      for (const dimension of DIMENSIONS) {
        const { values, lost, distinct } = cut[dimension]
        expect({ values, lost, distinct }).toEqual(slowTop(lists[dimension], n))
      }
    }
    expect(lines > 3000).toBe([...whole.codes.values()].some(({ lists }) => lists.method.lost > 0))
  }
})
