import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Buckets, COLUMNS, NO_TIME } from '../src/tally/buckets.js'
import { LARGEST_SUM } from '../src/tally/measures.js'

/** Start, and the sums; null: no entry has a value. */
type Row = [start: number, hits: number, ...sums: (number | null)[]]

const count = fc.integer({ min: 0, max: 2 ** 40 })
// Now and then so many that a sum goes to its end.
const sum = fc.option(
  fc.oneof(count, { arbitrary: fc.constant(LARGEST_SUM - 1), weight: 1 }, { arbitrary: count, weight: 8 }),
  { freq: 3 },
)
// Close together, so that many meet; in any minute of the years 1 to 9999; and without a time.
const start = fc.oneof(
  fc.constant(NO_TIME),
  fc.integer({ min: -3, max: 3 }).map((n) => n * 60),
  fc.integer({ min: Date.parse('0001-01-01') / 60_000, max: Date.parse('9999-12-31') / 60_000 }).map((n) => n * 60),
)
const sums = fc.array(sum, { minLength: COLUMNS - 2, maxLength: COLUMNS - 2 })
const rows = fc.array(
  fc.tuple(start, count, sums).map(([start, hits, sums]): Row => [start, hits, ...sums]),
  { maxLength: 200 },
)

/** The same by a Map, and whole numbers of any size. */
function truthOf(all: readonly Row[], width = 60): Row[] {
  const totals = new Map<number, (bigint | null)[]>()
  for (const [at, ...counts] of all) {
    const start = at === NO_TIME ? at : Math.floor(at / width) * width
    const known = totals.get(start)
    const add = (n: number | null, i: number): bigint | null =>
      n === null ? (known?.[i] ?? null) : (known?.[i] ?? 0n) + BigInt(n)
    totals.set(start, counts.map(add))
  }
  const order = (start: number): number => (start === NO_TIME ? Number.NEGATIVE_INFINITY : start)
  const shown = (n: bigint | null): number | null =>
    n === null ? null : n > BigInt(LARGEST_SUM) ? LARGEST_SUM : Number(n)
  return [...totals]
    .map(([start, sums]) => [start, ...sums.map(shown)] as Row)
    .sort(([a], [b]) => (order(a) < order(b) ? -1 : 1))
}

function bucketsOf(all: readonly Row[]): Buckets {
  const buckets = new Buckets()
  for (const row of all) buckets.add(row.map((n) => n ?? Number.NaN))
  return buckets
}

function rowsOf(buckets: Buckets): Row[] {
  const rows = [...buckets.rows()].map((n) => (Number.isNaN(n) ? null : n))
  return Array.from({ length: buckets.size }, (_, i) => rows.slice(i * COLUMNS, (i + 1) * COLUMNS) as Row)
}

it('adds up what begins at the same time, in the order of time', () => {
  fc.assert(
    fc.property(rows, (all) => {
      expect(rowsOf(bucketsOf(all))).toEqual(truthOf(all))
    }),
  )
})

it('merges by addition', () => {
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      const sum = bucketsOf(a)
      sum.addAll(bucketsOf(b))
      expect(rowsOf(sum)).toEqual(truthOf([...a, ...b]))
    }),
  )
})

it('becomes wider without losing anything', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(900, 3600, 86400), (all, width) => {
      const buckets = bucketsOf(all)
      buckets.widen(width)
      expect(rowsOf(buckets)).toEqual(truthOf(all, width))
    }),
  )
})
