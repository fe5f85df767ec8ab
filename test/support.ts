import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Entry } from '../src/format/format.js'
import { compileFields, NO_FIELDS } from '../src/format/w3c.js'
import { Kernel } from '../src/kernel/kernel.js'
import type { Plan } from '../src/kernel/plan.js'
import { readLineCounts, readTally } from '../src/tally/read-out.js'
import { type CodeTally, DIMENSIONS, type LineCounts, type Tally } from '../src/tally/tally.js'
import type { OracleCount } from './oracle/oracle.js'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
export const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))

let kernel: Kernel | undefined

/** Count bytes with the kernel, handed over in pieces that end at `cuts`. No plans: a W3C log. */
export function countFast(
  input: Uint8Array,
  plans: readonly Plan[],
  cuts: readonly number[] = [],
): { counts: LineCounts; tally: Tally } {
  kernel ??= new Kernel()
  kernel.clear()
  feed(kernel, input, plans, cuts)
  return { counts: readLineCounts(kernel), tally: readWhole(kernel) }
}

/** All that a kernel's tables hold. */
export const readWhole = (kernel: Kernel): Tally =>
  readTally(kernel, { listed: { least: 1e9, most: 1e9, together: 0 }, adaptive: false })

/** Count bytes as one more input of a kernel. */
export function feed(kernel: Kernel, input: Uint8Array, plans: readonly Plan[], cuts: readonly number[] = []): void {
  kernel.onFields = (line) => [compileFields(line, 'Microsoft').plan]
  kernel.setPlans(plans.length ? plans : [NO_FIELDS])
  kernel.begin()
  const ends = [...new Set([...cuts.filter((c) => c > 0 && c < input.length), input.length])].sort((a, b) => a - b)
  let at = 0
  for (const end of ends) {
    while (at < end) {
      const { space } = kernel
      const part = input.subarray(at, Math.min(end, at + space.length))
      space.set(part)
      kernel.filled(part.length)
      at += part.length
    }
  }
  kernel.finish()
}

/** What the kernel and the oracle must agree on, in one comparable shape. */
export function comparable({ counts, tally }: ReturnType<typeof countFast>): unknown {
  const codes: Record<string, Record<string, unknown>> = {}
  for (const c of tally.codes.values()) {
    const key = `${c.status}|${c.substatus}|${c.win32Status}|${c.reason}`
    const none = { hits: 0, bytesSent: null, bytesReceived: null, timed: null, timeTakenUs: null }
    const known = (codes[key] ??= { ...none, first: null, last: null, lists: {} })
    for (const k of Object.keys(none) as (keyof typeof none)[])
      if (c[k] !== null) known[k] = ((known[k] as number | null) ?? 0) + c[k]
    if (c.firstSeen !== null) Object.assign(known, { first: c.firstSeen, last: c.lastSeen })
    for (const d of DIMENSIONS) {
      const list = ((known.lists as Record<string, Record<string, number>>)[d] ??= {})
      for (const v of c.lists[d].values) list[v.value] = (list[v.value] ?? 0) + v.hits
    }
  }
  const { lines, entries, rejected, ignored, withoutTime } = counts
  return { lines, entries, rejected, ignored, withoutTime, codes }
}

/** The oracle's texts are latin1; the kernel's are decoded for people. This is the second of the first. */
function decodeLatin1(text: string): string {
  const bytes = Buffer.from(text, 'latin1').subarray(0, 1024)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return [...bytes]
      .map((b) => (b < 0x80 ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, '0').toUpperCase()}`))
      .join('')
  }
}

export function comparableOracle(count: OracleCount): unknown {
  const codes: Record<string, unknown> = {}
  for (const [key, { lists, ...numbers }] of count.codes) {
    const plain = Object.fromEntries(
      Object.entries(lists).map(([name, list]) => {
        const values: Record<string, number> = {}
        for (const [text, hits] of list) values[decodeLatin1(text)] = (values[decodeLatin1(text)] ?? 0) + hits
        return [name, values]
      }),
    )
    codes[decodeLatin1(key)] = { ...numbers, lists: plain }
  }
  const { lines, entries, rejected, ignored, withoutTime } = count
  return { lines, entries, rejected, ignored, withoutTime, codes }
}

/** Run the built command as a user does. */
export function logstat(
  args: readonly string[],
  { input, env = {}, cwd = ROOT }: { input?: string | Buffer; env?: Record<string, string>; cwd?: string } = {},
): { status: number | null; stdout: string; stderr: string } {
  const run = spawnSync(process.execPath, [fileURLToPath(new URL('../bin/logstat.js', import.meta.url)), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, TZ: 'UTC', NO_COLOR: '1', ...env },
    ...(input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] } : { input }),
  })
  return { status: run.status, stdout: run.stdout, stderr: run.stderr }
}

/**
 * Run the command in this process: a tenth of what starting it takes. Not for standard input, a crash, or what the
 * bundle is about.
 *
 * What it prints is caught, so one runs at a time.
 */
export async function logstatHere(
  args: readonly string[],
): Promise<{ status: number; stdout: string; stderr: string }> {
  process.env.TZ = 'UTC'
  process.env.NO_COLOR = '1'
  const { main } = await import('../src/cli/main.js')
  const printed = { stdout: '', stderr: '' }
  const streams = ['stdout', 'stderr'] as const
  const write = streams.map((name) => process[name].write)
  for (const name of streams)
    process[name].write = (text: string | Uint8Array, encoding?: unknown, done = encoding) => {
      printed[name] += text.toString()
      if (typeof done === 'function') done()
      return true
    }
  try {
    const status = await main(args, 'test')
    return { status, ...printed }
  } finally {
    for (const [i, name] of streams.entries()) process[name].write = write[i] as typeof process.stdout.write
    process.removeAllListeners('SIGXFSZ')
  }
}

/** What was counted of a log with one entry, in the words of `Entry`. */
export function entryOf([code]: readonly CodeTally[]): Entry {
  if (!code) throw new Error('nothing was counted')
  const only = (list: { values: readonly { value: string }[] }): string | undefined => list.values[0]?.value
  const found = {
    clientIp: only(code.lists.client),
    method: only(code.lists.method),
    uriStem: only(code.lists.path),
    status: code.status,
    substatus: code.substatus ?? undefined,
    win32Status: code.win32Status ?? undefined,
    bytesSent: code.bytesSent ?? undefined,
    bytesReceived: code.bytesReceived ?? undefined,
    referer: only(code.lists.referer),
    userAgent: only(code.lists.userAgent),
    host: only(code.lists.host),
    reason: code.reason ?? undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, v]) => v !== undefined)) as unknown as Entry
}
