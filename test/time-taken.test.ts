import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { makeReport } from '../src/report/report.js'
import { openStore } from '../src/store/store.js'
import type { TimeTaken } from '../src/tally/time-taken.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-time-taken-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const FORMAT = '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent $request_time'

interface Request {
  readonly status: number
  /** Seconds; null: the log has `-`. */
  readonly seconds: number | null
  readonly day: number
}

const line = ({ status, seconds, day }: Request): string =>
  `192.0.2.1 - - [${20 + day}/Nov/2026:12:00:00 +0000] "GET /a HTTP/1.1" ${status} 1 ${seconds === null ? '-' : seconds.toFixed(3)}\n`

/** The slow way: sort, and take the nearest rank. */
function exact(requests: readonly Request[], fits: (status: number) => boolean): TimeTaken | null {
  const times = requests
    .flatMap(({ status, seconds }) => (seconds !== null && fits(status) ? [seconds * 1000] : []))
    .sort((a, b) => a - b)
  if (times.length === 0) return null
  const rank = (percent: number): number => times[Math.ceil((times.length * percent) / 100) - 1] as number
  return { p50Ms: rank(50), p95Ms: rank(95), p99Ms: rank(99), maxMs: rank(100) }
}

function expectNear(found: TimeTaken | null | undefined, wanted: TimeTaken | null): void {
  expect(found === null).toBe(wanted === null)
  if (!found || !wanted) return
  for (const key of ['p50Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const)
    expect(Math.abs(found[key] - wanted[key])).toBeLessThanOrEqual(wanted[key] * 0.016 + 1e-6)
}

const request = fc.record({
  status: fc.constantFrom(200, 204, 500, 503),
  seconds: fc.option(
    fc.integer({ min: 0, max: 20 }).chain((power) => fc.integer({ min: 0, max: 2 ** power }).map((ms) => ms / 1000)),
    { freq: 10 },
  ),
  day: fc.nat(2),
})

it('gives percentiles of codes and classes within 1.6 % of the exact ones, from a file and from a database', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 300 }), async (requests) => {
      const log = join(folder, `${++run}.log`)
      writeFileSync(log, requests.map(line).join(''))
      for (const file of [null, join(folder, `${run}.db`)]) {
        const store = openStore(file, file === null ? {} : { create: true })
        await readInputs(findInputs([log]), store, { format: FORMAT, jobs: 1, dayZone: 'UTC' })
        const report = makeReport(store)
        for (const { status, timeTaken } of report.codes)
          expectNear(
            timeTaken,
            exact(requests, (s) => s === status),
          )
        for (const { class: name, timeTaken } of report.classes)
          expectNear(
            timeTaken,
            exact(requests, (s) => `${Math.floor(s / 100)}xx` === name),
          )
        const since = Date.UTC(2026, 10, 21) / 1000
        const ofDay = requests.filter(({ day }) => day === 1)
        if (file !== null)
          for (const { status, timeTaken } of makeReport(store, {
            since,
            until: since + 86400,
            periods: [since / 86400],
          }).codes)
            expectNear(
              timeTaken,
              exact(ofDay, (s) => s === status),
            )
        store.close()
      }
    }),
    { numRuns: 20 },
  )
})
