import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LogstatError } from '../src/errors.js'
import type { Job, Log, Part, Position, Refused } from '../src/log/log.js'
import { cutFile, rangesOf } from '../src/plan/cut.js'
import { SIZES } from '../src/plan/sizes.js'
import { goesOn, jobsAhead, planJobs, planText, replan } from '../src/plan/units.js'

// A plan follows from logs and their sizes. Nothing is counted here, and no thread begins.

const folder = mkdtempSync(join(tmpdir(), 'logstat-plan-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const START: Position = { offset: 0, fields: null, moment: null, tail: new Uint8Array(0), openLine: false }
const LAYOUT: Log['layout'] = {
  format: 'combined',
  server: 'nginx',
  software: null,
  plans: [],
  pattern: null,
  wrapping: null,
  zone: null,
  hasStatus: true,
  definition: null,
  firstFields: null,
}

/** A log of so many KiB. */
function log(name: string, kib: number, more: Partial<Log> = {}): Log {
  const path = join(folder, name)
  const size = kib << 10
  return {
    input: { name, path, optional: false, size },
    file: '1:1',
    head: { bytes: 0, crc: 0 },
    layout: LAYOUT,
    start: START,
    bytes: 'random',
    size,
    countsLastLine: true,
    ...more,
  }
}

const KIB = { cutFrom: 64 << 10, range: 256 << 10, packedRange: 16 << 10, unpackedApart: 4 << 10, handedOver: 1 << 10 }
const sameServer = (a: Log, b: Log): boolean => a.layout.server === b.layout.server

/** The plan of a report, or of a database, as text: a line a unit. */
async function plan(logs: readonly (Log | Refused)[], kind: 'report' | 'database'): Promise<string[]> {
  const options = {
    inputs: logs.map(({ input }) => input),
    mayShare: kind === 'report' ? sameServer : null,
    sizes: KIB,
  }
  let text = ''
  for await (const job of planJobs(each(logs), options)) text += `${planText(job)}\n`
  return text.replaceAll('plan: ', '').trim().split('\n\n')
}
async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

const refused: Refused = {
  input: { name: 'readme', path: 'readme', optional: true, size: 10 },
  error: new LogstatError('unknown-format', 'no log'),
}

describe('the plan of a report', () => {
  it('counts small logs one after the other, where they are booked', async () => {
    expect(await plan([log('a', 1), refused, log('b', 2)], 'report')).toEqual([
      'in place: a [0, end)',
      'not counted: readme',
      'in place: b [0, end)',
    ])
  })

  it('puts many logs together, as many as a range holds, and those of one server', async () => {
    const logs = [
      log('a', 40),
      log('b', 40),
      log('c', 40),
      log('d', 9, { layout: { ...LAYOUT, server: 'iis' } }),
      log('e', 40),
    ]
    expect(await plan(logs, 'report')).toEqual([
      'in place: a [0, end) + b [0, end)',
      'any thread: c [0, end)',
      'any thread: d [0, end)',
      'any thread: e [0, end)',
    ])
  })

  it('has a large packed log unpacked by a worker, and several of them counted by any thread', async () => {
    expect(await plan([log('a', 8, { bytes: 'packed' })], 'report')).toEqual([
      'in place, unpacked by a worker: a [0, end)',
    ])
    const packed = ['a', 'b', 'c'].map((name) => log(name, 30, { bytes: 'packed' }))
    expect(await plan(packed, 'report')).toEqual([
      'in place, unpacked by a worker: a [0, end)',
      'any thread: b [0, end)',
      'any thread: c [0, end)',
    ])
  })

  it('reads a stream as it comes, among others', async () => {
    expect(await plan([log('a', 40), log('-', 0, { bytes: 'stream' }), log('b', 30)], 'report')).toEqual([
      'in place: a [0, end)',
      'in place: - [0, end)',
      'any thread: b [0, end)',
    ])
  })
})

describe('the plan of a database', () => {
  it('books each log by itself; any thread counts those that are worth it', async () => {
    const known = log('known', 40, { identity: { firstLine: '', seen: '', isContained: true } })
    expect(await plan([log('a', 40), log('b', 0.5), log('c', 40, { bytes: 'packed' }), known], 'database')).toEqual([
      'any thread: a [0, end)',
      'in place: b [0, end)',
      'in place, unpacked by a worker: c [0, end)',
      'not counted: known',
    ])
    expect(await plan([log('a', 40), log('b', 20)], 'database')).toEqual([
      'in place: a [0, end)',
      'in place: b [0, end)',
    ])
  })

  it('looks at logs ahead only where there is much of them', () => {
    const inputs = [log('a', 40), log('b', 40)].map(({ input }) => input)
    expect(jobsAhead({ inputs, mayShare: null }, 4)).toBe(1)
    expect(jobsAhead({ inputs, mayShare: null, sizes: KIB }, 4)).toBe(5)
    expect(jobsAhead({ inputs, mayShare: sameServer }, 4)).toBe(5)
  })
})

describe('a large log', () => {
  const text = Array.from({ length: 4000 }, (_, i) => `${'x'.repeat(20 + ((i * 7919) % 90))}\n`).join('')
  const large = (more: Partial<Log> = {}): Log => {
    writeFileSync(join(folder, 'large'), text)
    return { ...log('large', 0, more), size: text.length }
  }
  const jobOf = async (of: Log): Promise<Job> => {
    const jobs: Job[] = []
    for await (const job of planJobs(each([of]), {
      inputs: [of.input],
      mayShare: null,
      sizes: { ...KIB, range: 64 << 10 },
    }))
      jobs.push(job)
    expect(jobs).toHaveLength(1)
    return jobs[0] as Job
  }

  it('is cut where lines end, into ranges that become smaller, and without a gap', async () => {
    const sizes = { ...SIZES, ...KIB, range: 64 << 10 }
    const { input } = large()
    const bounds = cutFile('large', input.path as string, 100, text.length, sizes)
    expect(bounds).toHaveLength(1 + rangesOf(text.length - 100, sizes))
    expect([bounds[0], bounds.at(-1)]).toEqual([100, text.length])
    for (const at of bounds.slice(1, -1)) expect(text[at - 1]).toBe('\n')
    const lengths = bounds.slice(1).map((end, i) => end - (bounds[i] as number))
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
    const { units } = await jobOf(large())
    expect(units.map(({ inPlace }) => inPlace)).toEqual(units.map((_, i) => i === 0))
    expect(units.flatMap(({ pieces }) => pieces.map(({ start, end }) => [start.offset, end]))).toEqual(
      units.map((_, i, all) => [
        i === 0 ? 0 : all[i - 1]?.pieces[0]?.end,
        i === all.length - 1 ? text.length : all[i + 1]?.pieces[0]?.start.offset,
      ]),
    )
  })

  it('is not cut when records take their date from a line that may be in another range', async () => {
    const w3c = (firstFields: string): Log => large({ layout: { ...LAYOUT, format: 'w3c', firstFields } })
    expect((await jobOf(w3c('#Fields: time sc-status'))).units).toHaveLength(1)
    expect((await jobOf(w3c('#Fields: date time sc-status'))).units.length).toBeGreaterThan(1)
    expect((await jobOf(large({ start: { ...START, openLine: true } }))).units).toHaveLength(1)
  })

  it('is planned anew from a part on that leaves other fields behind, or cannot be read further', async () => {
    const job = await jobOf(large({ layout: { ...LAYOUT, format: 'w3c', firstFields: '#Fields: date sc-status' } }))
    const at = { ...START, offset: 500, fields: '#Fields: sc-status date', tail: Buffer.from('tail') }
    const part = (more: Partial<Part>): Part => ({ at, failure: null, ...more }) as Part
    expect(
      job.units.slice(1).map((unit) => goesOn(unit, part({ at: { ...at, fields: '#Fields: date sc-status' } }))),
    ).toEqual(job.units.slice(1).map(() => true))
    expect(goesOn(job.units[1] as Job['units'][0], part({}))).toBe(false)
    const again = replan(job, 1, part({}))
    expect(again.units.map(({ inPlace }) => inPlace)).toEqual(job.units.slice(1).map((_, i) => i === 0))
    expect(again.units[0]?.pieces[0]).toMatchObject({ start: at, end: job.units[1]?.pieces[0]?.end })
    expect(again.units.every(({ pieces }) => pieces[0]?.start.fields === at.fields)).toBe(true)
    expect(replan(job, 1, part({ failure: ['damaged', 'broken', undefined] })).units).toEqual([])
  })

  it('that is gone is told as such', async () => {
    const gone = log('gone', 900)
    const { logs } = await jobOf(gone)
    expect(logs).toMatchObject([{ input: gone.input, error: { code: 'changed' } }])
    expect(statSync(folder).isDirectory()).toBe(true)
  })
})
