import type { Input } from './input/find.js'
import type { InputResult, Ledger } from './ledger/ledger.js'
import { countingOf, openLedger } from './ledger/open.js'
import type { Job, Part, Piece, Unit } from './log/log.js'
import { lookAt } from './log/look.js'
import { goesOn, jobsAhead, type PlanOptions, planJobs, planText, replan } from './plan/units.js'
import type { Progress, ReadOptions } from './read-options.js'
import type { Store } from './store/store.js'
import { ahead } from './threads/ahead.js'
import { type Counted, makeThreads, type OnRead, type Threads } from './threads/threads.js'

export type { InputResult, Progress, ReadOptions }

// This page is the program:
//
//     inputs ──lookAt──▶ logs ──planJobs──▶ jobs ──countJob──▶ parts ──ledger──▶ store
//
// lookAt    opens each input: which log is it, how are its lines read, from where on          src/log/look.ts
// planJobs  cuts large logs into units, puts small ones together, by their sizes alone        src/plan/units.ts
// countJob  counts a job, in place and by threads, and hands out its parts in their order     below, src/count/
// ledger    adds parts up, and books them: a report by server, a database by source and day   src/ledger/

/**
 * Read inputs into a store, each exactly as far as it is not in there yet.
 *
 * @returns what became of each input, in their order
 */
export async function readInputs(
  inputs: readonly Input[],
  store: Store,
  options: ReadOptions = {},
): Promise<InputResult[]> {
  const counting = countingOf(store, options)
  const ledger = openLedger(store, counting, options)
  const threads = makeThreads(counting, options.jobs)
  try {
    const results = await readLogs(inputs, { store, options, ledger, threads, onRead: progressOf(options) })
    // The memory of threads is given back before the tallies take memory, too.
    threads.close()
    ledger.settle()
    return results
  } finally {
    threads.close()
    ledger.close()
  }
}

interface Run {
  readonly store: Store
  readonly options: ReadOptions
  readonly ledger: Ledger
  readonly threads: Threads
  readonly onRead: (unit: Unit) => OnRead
}

async function readLogs(inputs: readonly Input[], run: Run): Promise<InputResult[]> {
  const { store, options, ledger, threads } = run
  const plan: PlanOptions = { inputs, mayShare: ledger.mayShare, sizes: options.sizes }
  const jobs = planJobs(
    lookAt(inputs, store, { ...options, idleKernel: () => (threads.isCountingInPlace ? undefined : ledger.kernel) }),
    plan,
  )
  const results: InputResult[] = []
  // While a job is counted, the next ones are looked at, and begun, so that no thread waits.
  for await (const { job, begun } of ahead(jobs, jobsAhead(plan, threads.jobs), (job) => beginJob(job, run))) {
    if (process.env.LOGSTAT_PLAN) process.stderr.write(planText(job))
    ledger.begin(job)
    await countJob(job, begun, run)
    for (const log of job.logs) {
      const booked = ledger.book(log)
      // Rotated, or read by another program meanwhile: the log is looked at anew. What was counted of it is dropped.
      results.push(...(booked ? [booked] : await readLogs([log.input], run)))
    }
  }
  return results
}

/** Begin the units of a job that any thread may count. */
function beginJob(
  job: Job,
  { threads, onRead }: Run,
): { readonly job: Job; readonly begun: readonly (Counted | null)[] } {
  return { job, begun: job.units.map((unit) => (unit.inPlace ? null : threads.begin(unit, onRead(unit)))) }
}

/**
 * Count a job, and enter its parts in the order of the log.
 *
 * The place of a unit decides whether it is counted in place, not which thread happens to be free: so `-j 1` and `-j 8`
 * give the same report to the last digit.
 */
async function countJob(job: Job, begun: readonly (Counted | null)[], run: Run): Promise<void> {
  const { ledger, threads, onRead } = run
  let last: Part | undefined
  for (const [i, unit] of job.units.entries()) {
    const enter = (part: Part): void => {
      ledger.enter(unit, part)
      last = part
    }
    const counted = begun[i]
    if (last && !goesOn(unit, last)) {
      for (const wrong of begun.slice(i)) wrong?.drop()
      // The log cannot be read further, or a `#Fields` line has changed what the other units were begun with.
      const rest = beginJob(replan(job, i, last), run)
      return countJob(rest.job, rest.begun, run)
    }
    if (!counted) await threads.countInPlace(ledger.kernel, unit, { onPart: enter, onRead: onRead(unit) })
    else for (let part = await counted.next(); part; part = await counted.next()) enter(part)
  }
}

/** Tells how far each input is read: bytes and lines of its pieces, added up. */
function progressOf({ onProgress }: ReadOptions): (unit: Unit) => OnRead {
  const read = new Map<Input, Progress>()
  return ({ pieces }) =>
    (bytes, lines, piece) => {
      const input = (pieces[piece] as Piece).log.input
      const before = read.get(input)
      const progress = { input, bytes: (before?.bytes ?? 0) + bytes, lines: (before?.lines ?? 0) + lines }
      read.set(input, progress)
      onProgress?.(progress)
    }
}
