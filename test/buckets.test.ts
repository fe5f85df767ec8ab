import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Buckets, NO_TIME } from '../src/tally/buckets.js'

type Row = [start: number, hits: number, bytesSent: number, timed: number, timeTakenUs: number]

const count = fc.integer({ min: 0, max: 2 ** 40 })
// Close together, so that many meet; in any minute of the years 1 to 9999; and without a time.
const start = fc.oneof(
  fc.constant(NO_TIME),
  fc.integer({ min: -3, max: 3 }).map((n) => n * 60),
  fc.integer({ min: Date.parse('0001-01-01') / 60_000, max: Date.parse('9999-12-31') / 60_000 }).map((n) => n * 60),
)
const rows = fc.array(fc.tuple(start, count, count, count, count), { maxLength: 200 })

/** The same by a Map. */
function truthOf(all: readonly Row[], width = 60): Row[] {
  const sums = new Map<number, Row>()
  for (const [at, ...counts] of all) {
    const start = at === NO_TIME ? at : Math.floor(at / width) * width
    const sum = sums.get(start) ?? [start, 0, 0, 0, 0]
    for (const [i, n] of counts.entries()) sum[i + 1] = (sum[i + 1] as number) + n
    sums.set(start, sum)
  }
  const order = (start: number): number => (start === NO_TIME ? Number.NEGATIVE_INFINITY : start)
  return [...sums.values()].sort(([a], [b]) => (order(a) < order(b) ? -1 : 1))
}

function bucketsOf(all: readonly Row[]): Buckets {
  const buckets = new Buckets()
  for (const row of all) buckets.add(...row)
  return buckets
}

function rowsOf(buckets: Buckets): Row[] {
  const all: Row[] = []
  buckets.each((...row) => all.push(row))
  return all
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
