import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Kernel } from '../src/kernel/kernel.js'
import { absorb, pack } from '../src/kernel/packed.js'
import type { Plan } from '../src/kernel/plan.js'
import { Kind, LARGEST_SUM, MEASURES, Measure, Reads, SUMS } from '../src/kernel/records.js'
import { Cutter, Role, Rule } from '../src/kernel/wasm/roles.js'
import { makeReport } from '../src/report/report.js'
import { checkStore } from '../src/store/check.js'
import { readHistogram } from '../src/store/counts.js'
import { mergeDatabases } from '../src/store/merge.js'
import { rollUp, setKeep } from '../src/store/roll-up.js'
import { openStore, type Store } from '../src/store/store.js'
import { Waiting } from '../src/store/waiting.js'
import { Buckets, COLUMNS } from '../src/tally/buckets.js'
import { emptyTally, mergeInto, type Tally } from '../src/tally/tally.js'
import { feed, readWhole } from './support.js'

// The law of all measures: what entries add comes back from kernel, merge, store, roll-up and merge of databases.
// Entries are made from the table, so
// a new measure is held to the law by its record alone.

const MEASURED = [...new Set(MEASURES.map(({ role }) => role).filter((role) => role !== Role.Skip))]
const nameOf = (role: Role): string => Role[role] as string

/** A layout with a field for each role that is measured. */
const PLAN: Plan = {
  format: 'law',
  cutter: Cutter.Json,
  leading: '',
  steps: [Role.Time, Role.Status, ...MEASURED].map((role) => ({ role, rule: Rule.Plain, until: nameOf(role) })),
  timeTakenUnitUs: 1,
  flags: 0,
}

interface Entry {
  readonly status: number
  /** Seconds since 1970; null: unreadable. */
  readonly time: number | null
  readonly values: ReadonlyMap<Role, number>
}

const DAY = 86400
const START = Date.UTC(2026, 10, 20) / 1000
const number = fc.oneof(
  { arbitrary: fc.nat(5000), weight: 8 },
  { arbitrary: fc.constant(0), weight: 2 },
  { arbitrary: fc.nat(2 ** 40), weight: 1 },
)
/** So large that a few of them go beyond the largest sum. */
const huge = fc.bigInt({ min: 2n ** 52n, max: 10n ** 15n * 9n }).map(Number)
const value = (role: Role): fc.Arbitrary<number> =>
  role === Role.TimeTaken ? number : fc.oneof({ arbitrary: number, weight: 9 }, huge)
const field = (role: Role): fc.Arbitrary<[Role, number | null]> => fc.option(value(role)).map((n) => [role, n])
const isThere = (field: [Role, number | null]): field is [Role, number] => field[1] !== null
const entry = fc
  .record({
    status: fc.constantFrom(200, 404),
    time: fc.option(fc.integer({ min: START, max: START + 3 * DAY - 1 }), { freq: 8 }),
    fields: fc.tuple(...MEASURED.map(field)),
  })
  .map(({ status, time, fields }): Entry => ({ status, time, values: new Map(fields.filter(isThere)) }))
const entries = fc.array(entry, { minLength: 1, maxLength: 40 })

const linesOf = (all: readonly Entry[]): Buffer =>
  Buffer.from(
    all
      .map(({ status, time, values }) => {
        const fields = [...values].map(([role, value]) => [nameOf(role), String(value)])
        return `${JSON.stringify({ Time: time === null ? '-' : new Date(time * 1000).toISOString(), Status: `${status}`, ...Object.fromEntries(fields) })}\n`
      })
      .join(''),
  )

/** What is known of a status, by measure. */
type Known = Readonly<Record<string, number | null | Readonly<Record<number, number>>>>

/** As docs/schema.md says. */
function binOf(us: number): number {
  if (us < 64) return us
  const octave = Math.floor(Math.log2(us))
  return 64 + (octave - 6) * 32 + (Math.floor(us / 2 ** (octave - 5)) % 32)
}

/** By status and name of the measure. */
function truthOf(all: readonly Entry[]): Record<number, Known> {
  const statuses = [...new Set(all.map(({ status }) => status))]
  return Object.fromEntries(
    statuses.map((status) => {
      const mine = all.filter((e) => e.status === status)
      const known = MEASURES.map(({ measure, kind, role, reads }): [string, Known[string]] => {
        const values = mine.flatMap((e) => {
          if (reads === Reads.Entry) return [1]
          if (reads === Reads.Time) return e.time === null ? [] : [e.time]
          const value = e.values.get(role)
          return value === undefined ? [] : [reads === Reads.Presence ? 1 : value]
        })
        return [Measure[measure] as string, together(kind, values)]
      })
      return [status, Object.fromEntries(known)]
    }),
  )
}

function together(kind: Kind, values: readonly number[]): Known[string] {
  if (kind === Kind.Histogram) {
    const bins: Record<number, number> = {}
    for (const value of values) bins[binOf(value)] = (bins[binOf(value)] ?? 0) + 1
    return bins
  }
  if (values.length === 0) return null
  if (kind === Kind.Least) return Math.min(...values)
  if (kind === Kind.Greatest) return Math.max(...values)
  const sum = values.reduce((n, value) => n + BigInt(value), 0n)
  return sum > BigInt(LARGEST_SUM) ? LARGEST_SUM : Number(sum)
}

const knownOf = (code: Readonly<Record<string, unknown>>): Known =>
  Object.fromEntries(
    MEASURES.map(({ measure }) => {
      const value = code[Measure[measure] as string]
      return [Measure[measure] as string, value instanceof Map ? Object.fromEntries(value) : (value as number | null)]
    }),
  )

/** Of codes that may come in several parts. */
function inTally({ codes }: Tally): Record<number, Known> {
  const whole = emptyTally()
  // Times that cannot be read have a period of their own.
  for (const code of codes.values()) {
    const copy = { ...code, buckets: new Buckets(), latency: new Map(code.latency) }
    mergeInto(whole, { bucketSeconds: 60, evidence: [], codes: new Map([[`${code.status}`, copy]]) })
  }
  return Object.fromEntries(
    [...whole.codes.values()].map((code) => [
      code.status as number,
      knownOf(code as unknown as Record<string, unknown>),
    ]),
  )
}

/** The sums of the buckets alone. */
function inBuckets({ codes }: Tally): Record<number, unknown> {
  const sums: Record<number, (number | null)[]> = {}
  for (const { status, buckets } of codes.values()) {
    const rows = buckets.rows()
    const sum = (sums[status as number] ??= new Array<number | null>(SUMS).fill(null))
    for (let i = 0; i < rows.length; i++) {
      const column = i % COLUMNS
      if (column === 0 || Number.isNaN(rows[i])) continue
      sum[column - 1] = Math.min((sum[column - 1] ?? 0) + (rows[i] as number), LARGEST_SUM)
    }
  }
  return sums
}
const sumsIn = (known: Record<number, Known>): Record<number, unknown> =>
  Object.fromEntries(
    Object.entries(known).map(([status, of]) => [
      status,
      Array.from({ length: SUMS }, (_, measure) => of[Measure[measure] as string]),
    ]),
  )

/** As the columns of a database have it, by SQL of its own. */
function inStore({ db }: Store): Record<number, Known> {
  const rows = (table: string): Record<string, number | string | null>[] =>
    db.prepare(`SELECT status, t.* FROM ${table} t JOIN code ON code.id = code_id`).all() as Record<
      string,
      number | string | null
    >[]
  const found: Record<number, Record<string, Known[string]>> = {}
  for (const table of ['hits', 'span'])
    for (const row of rows(table)) {
      const known = (found[row.status as number] ??= {})
      for (const { measure, kind, column } of MEASURES) {
        if ((kind === Kind.Sum) !== (table === 'hits')) continue
        const name = Measure[measure] as string
        const before = known[name]
        if (kind === Kind.Histogram) {
          const bins = { ...(before as Record<number, number> | undefined) }
          for (const [bin, n] of readHistogram(row[column] as string | null)) bins[bin] = (bins[bin] ?? 0) + n
          known[name] = bins
        } else {
          const both = [before, row[column]].filter((n): n is number => typeof n === 'number')
          known[name] = together(kind, both)
        }
      }
    }
  return found
}

const NOTHING = {
  path: null,
  server: null,
  software: null,
  fields: null,
  stream: false,
  trail: new Uint8Array(16),
  tailBytes: 0,
  tailHash: '',
  openLine: false,
}
function add(store: Store, id: number | null, name: string, tallies: readonly Tally[], all: readonly Entry[]): number {
  const withoutTime = all.filter(({ time }) => time === null).length
  const counts = { lines: all.length, entries: all.length, rejected: 0, ignored: 0, withoutTime }
  const source = { ...NOTHING, id, name, format: 'law', firstLine: name, readTo: all.length, ...counts, readAt: START }
  return store.add(source, tallies, new Map()) as number
}

function counted(kernel: Kernel, all: readonly Entry[]): Tally {
  kernel.clear()
  feed(kernel, linesOf(all), [PLAN])
  return readWhole(kernel)
}

let folder = ''
let kernel: Kernel
let other: Kernel
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-measures-'))
  kernel = new Kernel()
  other = new Kernel()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('stand in the table in the order of their numbers, the sums first', () => {
  expect(MEASURES.map(({ measure }) => measure)).toEqual(MEASURES.map((_, i) => i))
  expect(MEASURES.map(({ kind }) => kind === Kind.Sum)).toEqual(MEASURES.map((_, i) => i < SUMS))
  expect(MEASURES.map(({ measure }) => Measure[measure]).filter((name) => name === undefined)).toEqual([])
})

it('come back from a kernel, and from two that become one', () => {
  fc.assert(
    fc.property(entries, entries, (a, b) => {
      expect(inTally(counted(other, a))).toEqual(truthOf(a))
      expect(inBuckets(readWhole(other))).toEqual(sumsIn(truthOf(a)))
      counted(kernel, b)
      absorb(kernel, pack(other), () => expect.unreachable())
      expect(inTally(readWhole(kernel))).toEqual(truthOf([...a, ...b]))
      kernel.wasm.widenBuckets(3600n)
      expect(inBuckets(readWhole(kernel))).toEqual(sumsIn(truthOf([...a, ...b])))
    }),
  )
})

it('come back from tallies that are merged, and from those that wait in a store', () => {
  fc.assert(
    fc.property(entries, entries, (a, b) => {
      const sum = counted(kernel, a)
      mergeInto(sum, counted(kernel, b))
      expect(inTally(sum)).toEqual(truthOf([...a, ...b]))
      expect(inBuckets(sum)).toEqual(sumsIn(truthOf([...a, ...b])))
      const waiting = new Waiting({ least: 20, most: 20, together: 0 }, [], true)
      for (const entries of [a, b]) {
        waiting.add(counted(kernel, entries))
        waiting.spill()
      }
      const store = openStore(null)
      add(store, null, 'a', [...waiting.all()] as Tally[], [...a, ...b])
      expect(inStore(store)).toEqual(truthOf([...a, ...b]))
      store.close()
    }),
  )
})

it('come back from a database in steps, from its report, when it is rolled up, and from two that become one', () => {
  let run = 0
  fc.assert(
    fc.property(entries, entries, entries, (a, b, c) => {
      const file = (name: string): string => join(folder, `${run}-${name}.db`)
      run++
      const one = openStore(file('one'))
      const id = add(one, null, 'a', [counted(kernel, a)], a)
      add(one, id, 'a', [counted(kernel, b), counted(kernel, [])], [...a, ...b])
      const truth = truthOf([...a, ...b])
      expect(inStore(one)).toEqual(truth)
      for (const code of makeReport(one).codes)
        expect(code).toMatchObject(reported(truth[code.status as number] as Known))
      setKeep(one, { minutes: 0, hours: 0 })
      rollUp(one, START + 9 * DAY)
      expect(inStore(one)).toEqual(truth)
      one.close()

      const two = openStore(file('two'))
      add(two, null, 'c', [counted(kernel, c)], c)
      two.close()
      mergeDatabases([file('one'), file('two')], file('both'))
      const both = openStore(file('both'))
      expect(inStore(both)).toEqual(truthOf([...a, ...b, ...c]))
      expect(checkStore(both)).toEqual([])
      both.close()
    }),
    { numRuns: 15 },
  )
})

/** What a report tells of a code as it is. */
const reported = (known: Known): Known =>
  Object.fromEntries(['hits', 'bytesSent', 'bytesReceived'].map((name) => [name, known[name] as number | null]))
