import { describe, expect, test } from 'vitest'
import { generate, type LogKind, type Truth } from '../bench/generate.js'
import combined from '../src/format/records/combined.js'
import { plansOfFamily } from '../src/format/registry.js'
import { compileFields, NO_FIELDS } from '../src/format/w3c.js'
import { Kernel } from '../src/kernel/kernel.js'
import { readLineCounts } from '../src/tally/read-out.js'
import { dayOf } from '../src/time-zone.js'
import { countSlowly } from './oracle/oracle.js'

// What makes logstat fast, as counts that are the same on every machine: how often the host and the kernel call each
// other, and
// whether memory grows. Nothing here is timed, so nothing here depends on what else the machine does.

const ENTRIES = 40_000
const MIB = 2 ** 20
const PLANS = plansOfFamily(combined.family, [combined])

/** Count a log as the pipeline does: block by block. @returns the blocks needed */
function feed(kernel: Kernel, bytes: Uint8Array): number {
  let blocks = 0
  for (let at = 0; at < bytes.length; blocks++) {
    const { space } = kernel
    const part = bytes.subarray(at, at + space.length)
    space.set(part)
    kernel.filled(part.length)
    at += part.length
  }
  return blocks
}

function makeLog(kind: LogKind): { bytes: Buffer; truth: Truth } {
  const pieces = generate({ kind, entries: ENTRIES })
  const all: Buffer[] = []
  for (;;) {
    const next = pieces.next()
    if (next.done) return { bytes: Buffer.concat(all), truth: next.value }
    all.push(Buffer.from(next.value))
  }
}

/** How often the host calls the kernel, and the kernel the host, for a log. */
function countCalls(kind: LogKind, bytes: Uint8Array, byDay: boolean) {
  const kernel = new Kernel()
  let calls = 0
  let runs = 0
  // Exports cannot be replaced one by one: the kernel is given a table of its own whose functions count.
  const counted = Object.entries(kernel.wasm).map(([name, value]: [string, unknown]) => [
    name,
    typeof value !== 'function'
      ? value
      : (...args: unknown[]): unknown => {
          calls++
          if (name === 'run') runs++
          return value(...args)
        },
  ])
  Object.assign(kernel, { wasm: Object.fromEntries(counted) })
  let days = 0
  const periodOf = (seconds: number) => {
    days++
    return dayOf(seconds, 'UTC')
  }
  if (byDay) kernel.setPeriods(periodOf)
  let headers = 0
  kernel.onFields = (line) => {
    headers++
    return [compileFields(line, 'Microsoft').plan]
  }
  kernel.setPlans(kind === 'w3c' ? [NO_FIELDS] : PLANS)
  kernel.begin()
  const before = kernel.wasm.memory.buffer.byteLength
  calls = 0
  const blocks = feed(kernel, bytes)
  return {
    calls,
    runs,
    days,
    headers,
    blocks,
    grown: kernel.wasm.memory.buffer.byteLength - before,
    counts: readLineCounts(kernel),
  }
}

describe.each(['combined', 'w3c'] as const)(
  '%s: the work of the host does not depend on the number of lines',
  (kind) => {
    const { bytes, truth } = makeLog(kind)

    test.each([
      ['over everything', false],
      ['by day', true],
    ])('lists %s', (_, byDay) => {
      const { calls, runs, days, headers, blocks, grown, counts } = countCalls(kind, bytes, byDay)
      expect(counts).toMatchObject({ lines: truth.lines, entries: ENTRIES, rejected: 0 })
      expect(blocks).toBeLessThanOrEqual(6 * Math.ceil(bytes.length / MIB))
      // One run a block, and one more for each #Fields line, whose plan the host makes.
      expect(runs).toBeLessThanOrEqual(blocks + headers)
      // A few more a block (where its last line ends, what is left of it); a call a line would be some thousand.
      expect(calls).toBeLessThanOrEqual(8 * blocks + 100 * headers)
      // Asked only when a line is of another day than the one before.
      expect(days).toBe(byDay ? 1 : 0)
      expect(grown).toBe(0)
    })

    test('beside the slow way, reported and not judged', async () => {
      const kernel = new Kernel()
      kernel.onFields = (line) => [compileFields(line, 'Microsoft').plan]
      kernel.setPlans(kind === 'w3c' ? [NO_FIELDS] : PLANS)
      kernel.begin()
      const started = performance.now()
      feed(kernel, bytes)
      const between = performance.now()
      const slow = await countSlowly(bytes, kind === 'w3c' ? [] : [combined.layout])
      const ratio = (performance.now() - between) / (between - started)
      console.info(`${kind}: the kernel is ${ratio.toFixed(0)} times as fast as the slow way on ${ENTRIES} lines, cold`)
      expect(readLineCounts(kernel).entries).toBe(slow.entries)
    })
  },
)

test('memory does not grow with the number of different values', () => {
  const kernel = new Kernel()
  kernel.setPlans(PLANS)
  kernel.begin()
  const before = kernel.wasm.memory.buffer.byteLength
  let full = 0
  kernel.onStop = () => {
    full++
  }
  const pieces = generate({ kind: 'combined', entries: 150_000, adversarial: true })
  for (let next = pieces.next(); !next.done; next = pieces.next()) feed(kernel, next.value)
  expect(kernel.wasm.memory.buffer.byteLength).toBe(before)
  // Codes by minute are exact, so their table is read out when it is full; that must stay rare.
  expect(full).toBeLessThanOrEqual(2)
})
