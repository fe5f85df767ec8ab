import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Format } from '../src/format/format.js'
import { formatNamed, plansOf } from '../src/format/registry.js'
import { Kernel } from '../src/kernel/kernel.js'
import { absorb, type Packed, pack } from '../src/kernel/packed.js'
import { COLUMNS } from '../src/tally/buckets.js'
import { readLineCounts } from '../src/tally/read-out.js'
import { comparable, feed, readWhole } from './support.js'

// What worker threads count of the ranges of a file is packed and added to one kernel.

const PLANS = plansOf(formatNamed('combined') as Format)

interface Hit {
  readonly client: number
  readonly path: number
  readonly status: number
  readonly minute: number
}
const line = ({ client, path, status, minute }: Hit): string => {
  const time = new Date(Date.UTC(2026, 4, 1) + minute * 60_000)
  const clock = time.toISOString().slice(11, 19)
  return `10.${client >> 16}.${(client >> 8) & 255}.${client & 255} - - [${time.getUTCDate().toString().padStart(2, '0')}/May/2026:${clock} +0000] "GET /p${path} HTTP/1.1" ${status} 7 "-" "agent ${client % 7}"`
}
const hit = fc.record({
  client: fc.integer({ min: 0, max: 2000 }),
  path: fc.integer({ min: 0, max: 30 }),
  status: fc.constantFrom(200, 304, 404, 500),
  minute: fc.integer({ min: 0, max: 1439 }),
})

const count = (kernel: Kernel, hits: readonly Hit[]): void =>
  feed(kernel, Buffer.from(hits.map((h) => `${line(h)}\n`).join('')), PLANS)

// Used again and again: nothing of what they held before may be left.
const [part, sum, whole] = [new Kernel(), new Kernel(), new Kernel()]

function packedOf(hits: readonly Hit[], spare?: ArrayBuffer): Packed {
  part.clear()
  count(part, hits)
  return pack(part, { spare })
}

describe('counts of several kernels, added up in one', () => {
  it('are those of one kernel that read it all', () => {
    fc.assert(
      fc.property(fc.array(fc.array(hit, { maxLength: 60 }), { minLength: 1, maxLength: 4 }), (parts) => {
        sum.clear()
        whole.clear()
        let spare: ArrayBuffer | undefined
        for (const hits of parts) {
          const packed = packedOf(hits, spare)
          absorb(sum, packed, () => expect.unreachable())
          spare = packed.bytes.buffer
        }
        count(whole, parts.flat())
        const counts = readLineCounts(whole)
        expect(comparable({ counts, tally: readWhole(sum) })).toEqual(comparable({ counts, tally: readWhole(whole) }))
      }),
      { numRuns: 40 },
    )
  })

  it('are those of one kernel, too, that goes on after it was cleared and has taken those of another', () => {
    const [found, missing]: [Hit, Hit] = [
      { client: 1, path: 1, status: 200, minute: 0 },
      { client: 1, path: 2, status: 404, minute: 0 },
    ]
    sum.clear()
    count(sum, [found])
    sum.clear()
    // The first code is another one now.
    absorb(sum, packedOf([missing]), () => expect.unreachable())
    count(sum, [found])
    const hits = [...readWhole(sum).codes.values()].map((code) => [
      code.status,
      code.hits,
      code.lists.path.values.map(({ value }) => value),
    ])
    expect(hits).toEqual([
      [404, 1, ['/p2']],
      [200, 1, ['/p1']],
    ])
  })

  it('keep hits <= truth <= hits + error where no table can hold all values', () => {
    const truth = new Map<string, number>()
    sum.clear()
    for (let round = 0; round < 3; round++) {
      const hits: Hit[] = []
      for (let i = 0; i < 160_000; i++) {
        // Every fourth is one of 500 clients, the rest come once.
        const client = i % 4 === 0 ? (i >> 2) % 500 : 1000 + round * 160_000 + i
        hits.push({ client, path: 0, status: i % 2000 === 0 ? 500 : 200, minute: 0 })
        const key = `${i % 2000 === 0 ? 500 : 200} 10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`
        truth.set(key, (truth.get(key) ?? 0) + 1)
      }
      absorb(sum, packedOf(hits), () => expect.unreachable())
    }
    const codes = [...readWhole(sum).codes.values()]
    expect(codes.reduce((n, c) => n + c.hits, 0)).toBe(480_000)
    for (const code of codes) {
      const { values, lost } = code.lists.client
      const wrong = values.filter(({ value, hits, error }) => {
        const real = truth.get(`${code.status} ${value}`) ?? 0
        return hits > real || real > hits + error
      })
      expect(wrong).toEqual([])
      const listed = new Set(values.map((v) => `${code.status} ${v.value}`))
      const forgotten = [...truth].filter(
        ([key, real]) => key.startsWith(`${code.status} `) && !listed.has(key) && real > lost,
      )
      expect(forgotten).toEqual([])
    }
    // The long list has lost the rarest values, the short one nothing.
    expect(codes.find((c) => c.status === 200)?.lists.client.lost).toBeGreaterThan(0)
    expect(codes.find((c) => c.status === 500)?.lists.client.lost).toBe(0)
  })

  it('agree where one has wider time buckets than the other', () => {
    // Each code in each of so many minutes is more than there are buckets for.
    const many = Array.from(
      { length: 40_000 },
      (_, i): Hit => ({ client: 1, path: 1, status: 200 + (i % 10), minute: Math.floor(i / 10) * 3 }),
    )
    const few: Hit[] = [
      { client: 1, path: 1, status: 200, minute: 1 },
      { client: 1, path: 1, status: 200, minute: 2 },
      { client: 1, path: 1, status: 404, minute: 16 },
    ]
    for (const parts of [
      [many, few],
      [few, many],
    ]) {
      sum.clear()
      for (const hits of parts) absorb(sum, packedOf(hits), () => expect.unreachable())
      const tally = readWhole(sum)
      expect(tally.bucketSeconds).toBe(900)
      const truth = new Map<string, number>()
      for (const { status, minute } of [...many, ...few]) {
        const key = `${status} ${Date.UTC(2026, 4, 1) / 1000 + Math.floor(minute / 15) * 900}`
        truth.set(key, (truth.get(key) ?? 0) + 1)
      }
      const found = new Map<string, number>()
      for (const { status, buckets } of tally.codes.values()) {
        const rows = buckets.rows()
        for (let at = 0; at < rows.length; at += COLUMNS) found.set(`${status} ${rows[at]}`, rows[at + 1] as number)
      }
      expect(found).toEqual(truth)
    }
  })
})
