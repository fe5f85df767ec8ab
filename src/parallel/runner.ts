import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Kernel, kernelModule } from '../kernel/kernel.js'
import { dayOf } from '../time-zone.js'
import { countUnit, type Unit, type UnitResult } from './unit.js'

/** Counts units, several at a time where there are threads for them. */
export interface Runner {
  run(unit: Unit, onBytes: (more: number) => void): Promise<UnitResult>
  /** So many units will come: start threads while it is still being found out what they are. */
  expect(units: number): void
  /** A result is not needed any more: its memory may be used for the next. */
  release(result: UnitResult): void
  /** Units that can be in work at once. */
  readonly jobs: number
  close(): void
}

/** @param jobs threads to use; the machine's cores when absent. 1 counts in this thread */
export function makeRunner(jobs = availableParallelism()): Runner {
  return jobs <= 1 ? inThisThread() : inWorkers(jobs)
}

function inThisThread(): Runner {
  let kernel: Kernel | undefined
  let last: Promise<unknown> = Promise.resolve()
  const spares: ArrayBuffer[] = []
  return {
    jobs: 1,
    expect: () => {},
    close: () => {},
    release: (result) => keepSpares(spares, result, 1),
    run(unit, onBytes) {
      // One kernel, so one unit after the other.
      const next = last.then(() => {
        kernel ??= new Kernel()
        const { dayZone } = unit
        if (dayZone !== null) kernel.setPeriods((seconds) => dayOf(seconds, dayZone))
        let told = 0
        return countUnit(kernel, unit, spares.pop(), (bytes) => {
          onBytes(bytes - told)
          told = bytes
        })
      })
      last = next.catch(() => {})
      return next
    },
  }
}

/** What a worker is sent. */
export interface Job {
  readonly unit: Unit
  /** Memory for the result. */
  readonly spare: ArrayBuffer | undefined
}

interface Waiting {
  readonly unit: Unit
  readonly onBytes: (more: number) => void
  readonly resolve: (result: UnitResult) => void
  readonly reject: (error: unknown) => void
}

function inWorkers(jobs: number): Runner {
  const waiting: Waiting[] = []
  const spares: ArrayBuffer[] = []
  const idle: Worker[] = []
  const all = new Set<Worker>()
  const running = new Map<Worker, Waiting>()

  function start(): Worker {
    const worker = new Worker(new URL('../../dist/bundle/worker.cjs', import.meta.url), { workerData: kernelModule() })
    all.add(worker)
    worker.on('message', (message: { bytes: number } | { result: UnitResult }) => {
      const job = running.get(worker)
      if (!job) return
      if ('bytes' in message) {
        job.onBytes(message.bytes)
        return
      }
      running.delete(worker)
      idle.push(worker)
      job.resolve(message.result)
      next()
    })
    worker.on('error', (error) => {
      all.delete(worker)
      running.get(worker)?.reject(error)
      running.delete(worker)
    })
    return worker
  }

  function next(): void {
    while (waiting.length > 0) {
      const worker = idle.pop() ?? (all.size < jobs ? start() : undefined)
      if (!worker) return
      const job = waiting.shift() as Waiting
      running.set(worker, job)
      const spare = spares.pop()
      worker.postMessage({ unit: job.unit, spare } satisfies Job, spare ? [spare] : [])
    }
  }

  return {
    jobs,
    expect(units) {
      while (all.size < Math.min(jobs, units)) idle.push(start())
    },
    run: (unit, onBytes) =>
      new Promise((resolve, reject) => {
        waiting.push({ unit, onBytes, resolve, reject })
        next()
      }),
    release: (result) => keepSpares(spares, result, jobs),
    close() {
      for (const worker of all) void worker.terminate()
    },
  }
}

function keepSpares(spares: ArrayBuffer[], { parts }: UnitResult, most: number): void {
  for (const { bytes } of parts) if (spares.length < most) spares.push(bytes.buffer)
}
