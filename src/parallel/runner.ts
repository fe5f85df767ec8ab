import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Input } from '../input/find.js'
import type { Reader } from '../input/open.js'
import { kernelCode } from '../kernel/code.js'
import { Kernel } from '../kernel/kernel.js'
import { makeRing, type Ring, ringReader } from './ring.js'
import { countUnits, type OnRead, packLast, type Unit, type UnitsResult } from './unit.js'

/** Counts units, several at a time where there are threads for them. The calling thread is one of these. */
export interface Runner {
  /**
   * Have units counted into tables of their own.
   *
   * @returns what waits for the result; meanwhile this thread counts units, too. One may be waited for at a time
   */
  run(units: readonly Unit[], onRead: OnRead): () => Promise<UnitsResult>
  /** Have an input read by another thread, from behind its head on: what unpacks it does not wait for what counts. */
  read(input: Input, head: Uint8Array, like: Pick<Reader, 'packing' | 'recoded'>): Reader
  /** So many units will be run: start threads for them while it is still being found out what they are. */
  expect(units: number): void
  /** A result is not needed any more: its memory may be used for the next. */
  release(result: UnitsResult): void
  /** Memory of a result that was released, if there is any: it is the caller's then. */
  spare(): ArrayBuffer | undefined
  /** Units that can be in work at once. */
  readonly jobs: number
  /** No result is waited for any more: give back what threads hold. They are started again when they are needed. */
  close(): void
}

/** What a worker is sent: units to count, memory for a result, or both; or an input to read into a ring. */
export interface Order {
  readonly units?: readonly Unit[]
  readonly fill?: { readonly ring: Ring; readonly input: Input; readonly head: Uint8Array }
  readonly spare?: ArrayBuffer | undefined
}

interface Task {
  readonly units: readonly Unit[]
  readonly onRead: OnRead
  readonly resolve: (result: UnitsResult) => void
  readonly reject: (error: unknown) => void
}

/** @param jobs threads to use, this one among them; the machine's cores when absent */
export function makeRunner(jobs = availableParallelism()): Runner {
  const waiting: Task[] = []
  const spares: ArrayBuffer[] = []
  const idle: Worker[] = []
  /** Memory of rings that are not used any more: it would be long before it was collected. */
  const rings: SharedArrayBuffer[] = []
  /** Called when a worker does not use its ring any more. */
  const filled = new Map<Worker, () => void>()
  const all = new Set<Worker>()
  const running = new Map<Worker, Task>()
  /** What workers died of. */
  const failures = new WeakMap<Worker, Error>()
  /** Workers without memory for their result. */
  const wanting = new Set<Worker>()
  let kernel: Kernel | undefined
  /** The result that is still in this thread's kernel. */
  let kept: UnitsResult | undefined
  /** Called when a unit waits for a thread. */
  let wake = (): void => {}

  function start(): Worker {
    const worker = new Worker(new URL('../../dist/bundle/worker.cjs', import.meta.url), { workerData: kernelCode() })
    all.add(worker)
    // One that has nothing to do does not keep the process.
    worker.unref()
    worker.on('message', (message: { bytes: number; lines: number; place: number } | { result: UnitsResult } | { filled: true }) => {
      // What one told that was terminated since may still arrive.
      if (!all.has(worker)) return
      if ('filled' in message) {
        filled.get(worker)?.()
        free(worker)
        return
      }
      const task = running.get(worker)
      if (!task) return
      if ('bytes' in message) {
        task.onRead(message.bytes, message.lines, message.place)
        return
      }
      running.delete(worker)
      wanting.delete(worker)
      task.resolve(message.result)
      free(worker)
    })
    worker.on('error', (error) => {
      failures.set(worker, error)
      all.delete(worker)
      wanting.delete(worker)
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1)
      running.get(worker)?.reject(error)
      running.delete(worker)
    })
    return worker
  }

  /** It has nothing to do any more. */
  function free(worker: Worker): void {
    worker.unref()
    idle.push(worker)
    next()
  }

  function next(): void {
    while (waiting.length > 0) {
      const worker = idle.pop() ?? (all.size < jobs - 1 ? start() : undefined)
      if (!worker) return
      const task = waiting.shift() as Task
      running.set(worker, task)
      wanting.add(worker)
      worker.ref()
      worker.postMessage({ units: task.units } satisfies Order)
    }
    share()
  }

  /** Workers take memory for their result until they have one. */
  function share(): void {
    for (const worker of wanting) {
      const spare = spares.pop()
      if (!spare) return
      wanting.delete(worker)
      worker.postMessage({ spare } satisfies Order, [spare])
    }
  }

  /** Count in this thread what no other has begun. @returns whether there was something */
  async function help(): Promise<boolean> {
    const task = waiting.shift()
    if (!task) return false
    kernel ??= new Kernel()
    if (kept) packLast(kept, spares.pop())
    kept = undefined
    await countUnits(kernel, task.units, task.onRead).then((result) => {
      kept = result
      task.resolve(result)
    }, task.reject)
    return true
  }

  return {
    jobs,
    read(input, head, like) {
      const worker = idle.pop() ?? start()
      const [ring, end] = makeRing(rings.pop())
      worker.postMessage({ fill: { ring: end, input, head } } satisfies Order, [end.marks])
      let users = 2
      const leave = (): void => {
        if (--users === 0) rings.push(ring.memory)
      }
      filled.set(worker, leave)
      const reader = ringReader(ring, like, () => {
        if (!all.has(worker)) throw failures.get(worker) ?? new Error('the thread that reads is gone')
      })
      return {
        ...reader,
        close() {
          reader.close()
          leave()
        },
      }
    },
    expect(units) {
      while (all.size < Math.min(jobs - 1, units)) idle.push(start())
    },
    run(units, onRead) {
      let done = false
      const result = new Promise<UnitsResult>((resolve, reject) => {
        waiting.push({ units, onRead, resolve, reject })
        next()
        if (waiting.length > 0) wake()
      }).finally(() => {
        done = true
      })
      // A failure is met when the result is asked for.
      result.catch(() => {})
      return async () => {
        while (!done) {
          if (await help()) continue
          const more = new Promise<void>((resolve) => {
            wake = resolve
          })
          await Promise.race([result, more])
        }
        return result
      }
    },
    release(result) {
      if (result === kept) kept = undefined
      for (const part of result.parts) if (!(part instanceof Kernel) && spares.length < jobs) spares.push(part.bytes.buffer)
      share()
    },
    spare: () => spares.pop(),
    close() {
      for (const worker of all) void worker.terminate()
      for (const each of [all, running, wanting, filled]) each.clear()
      for (const each of [idle, waiting, spares, rings]) each.length = 0
      kernel = undefined
      kept = undefined
    },
  }
}
