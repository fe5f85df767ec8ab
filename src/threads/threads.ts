import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { openPiece } from '../count/open.js'
import { type CountUnit, countApart, countInPlace, prepareKernel } from '../count/unit.js'
import type { Reader } from '../input/open.js'
import { ALONE } from '../input/packing/packed.js'
import { kernelCode } from '../kernel/code.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Counting, Part, Piece, Unit } from '../log/log.js'
import { countingKernel } from '../tally/evidence.js'
import { makeRing, type Ring, ringReader } from './ring.js'

/** Counts units, several at a time where there are threads for them. The calling thread is one of these. */
export interface Threads {
  /** Units that can be in work at once. */
  readonly jobs: number
  /** Begin to count a unit into tables of its own. Units are asked for their parts in the order in which they began. */
  begin(unit: Unit, onRead: OnRead): Counted
  /**
   * Count a unit in this thread, straight into the tables of a kernel. A packed log is unpacked by another thread
   * meanwhile.
   */
  countInPlace(kernel: Kernel, unit: Unit, how: Pick<CountUnit, 'onPart' | 'onRead'>): Promise<void>
  /** Whether a unit is being counted in place, and its kernel is in use. */
  readonly isCountingInPlace: boolean
  /** No unit is waited for any more: give back what threads hold. They are started again when they are needed. */
  close(): void
}

/** Called now and then with how many bytes, and lines, were read more of a piece of the unit. */
export type OnRead = CountUnit['onRead']

/** A unit in work, or done. */
export interface Counted {
  /** The next part; undefined at the end. The part before is not used any more. */
  next(): Promise<Part | undefined>
  /** Nobody asks for more parts. */
  drop(): void
}

/** A worker is sent a unit to count; that a part was taken, with its memory; or a piece to read into a ring. */
export type Order =
  | { readonly id: number; readonly unit: Unit; readonly counting: Counting }
  | { readonly taken: number; readonly spare: ArrayBuffer }
  | { readonly ring: Ring; readonly piece: Piece }

/** A worker answers with the next part of its unit, how much more was read, or that it is done. */
export type Answer =
  | { readonly part: Part }
  | { readonly bytes: number; readonly lines: number; readonly piece: number }
  | { readonly isDone: true }

/** After so many bytes the thread looks after whatever else has come up. */
export const TURN = 4 << 20

/** @param jobs threads to use, this one among them; the machine's cores when absent */
export function makeThreads(counting: Counting, jobs = availableParallelism()): Threads {
  return new WorkerThreads(counting, jobs)
}

/** A unit that waits for a thread, is in work, or whose parts wait to be taken. */
class Task implements Counted {
  readonly unit: Unit
  readonly onRead: OnRead
  readonly #threads: WorkerThreads
  readonly #parts: Part[] = []
  /** The part that was handed out last. */
  #handedOut: Part | undefined
  isDone = false
  /** Whether somebody waits for its next part. */
  isAsked = false
  /** Whether counting in this thread waits until parts are taken. */
  isPaused = false
  failure: Error | undefined
  /** The worker that counts the unit; undefined: none does, or this thread. */
  worker: { readonly thread: Worker; readonly id: number } | undefined
  /** Lets counting in this thread go on. */
  goOn = (): void => {}

  constructor(threads: WorkerThreads, unit: Unit, onRead: OnRead) {
    this.#threads = threads
    this.unit = unit
    this.onRead = onRead
  }

  /** Bytes of each part that waits. */
  get waiting(): number[] {
    return this.#parts.map(({ tables }) => tables?.bytes.length ?? 0)
  }

  add(part: Part): void {
    this.#parts.push(part)
  }

  async next(): Promise<Part | undefined> {
    this.#giveBack()
    this.isAsked = true
    this.goOn()
    for (let part = this.#parts.shift(); ; part = this.#parts.shift()) {
      if (part) {
        this.#handedOut = part
        this.isAsked = false
        return part
      }
      if (this.failure) throw this.failure
      if (this.isDone) break
      await this.#threads.helpUntilWoken(this)
    }
    this.drop()
    return undefined
  }

  drop(): void {
    this.#parts.length = 0
    this.#threads.leave(this)
  }

  /** The memory of the part that was handed out goes to whoever counts. */
  #giveBack(): void {
    const tables = this.#handedOut?.tables
    if (tables) this.#threads.giveBack(this, tables.bytes.buffer)
    this.#handedOut = undefined
  }
}

/**
 * Whether so much waits that the thread which counts waits, too. The first part is not counted: lists of a first day are
 * whole, 18 MB in a log of a million lines, and would stop every thread at its first midnight.
 */
export const isMuch = ([, ...others]: readonly number[], { mostWaiting }: Counting): boolean =>
  others.reduce((sum, bytes) => sum + bytes, 0) > mostWaiting

class WorkerThreads implements Threads {
  readonly jobs: number
  isCountingInPlace = false
  readonly #counting: Counting
  /** Tasks that nobody has begun, and those that were begun and not left. */
  readonly #waiting: Task[] = []
  readonly #begun = new Set<Task>()
  readonly #workers = new Set<Worker>()
  readonly #idle: Worker[] = []
  readonly #running = new Map<Worker, Task>()
  /** Called when a worker does not use its ring any more. */
  readonly #filled = new Map<Worker, () => void>()
  /** Errors that workers died of. */
  readonly #failures = new WeakMap<Worker, Error>()
  /** Memory of rings, and of parts, that is not used any more: it would be long before it was collected. */
  readonly #rings: Ring[] = []
  #spare: ArrayBuffer | undefined
  #lastId = 0
  /** Counts units in this thread, and the one that is being counted. */
  #kernel: Kernel | undefined
  #helped: Task | undefined
  #wake = (): void => {}

  constructor(counting: Counting, jobs: number) {
    this.#counting = counting
    this.jobs = jobs
  }

  begin(unit: Unit, onRead: OnRead): Counted {
    const task = new Task(this, unit, onRead)
    this.#waiting.push(task)
    this.#assign()
    this.#wake()
    return task
  }

  async countInPlace(
    kernel: Kernel,
    unit: Unit,
    { onPart, onRead }: Pick<CountUnit, 'onPart' | 'onRead'>,
  ): Promise<void> {
    const open = async (piece: Piece): Promise<Reader> => {
      if (!piece.unpacksInWorker) return openPiece(piece)
      return this.#readByWorker(piece) ?? openPiece(piece, ALONE)
    }
    this.isCountingInPlace = true
    await countInPlace(kernel, unit, this.#counting, { onPart, onRead, open, mayGoOn: inTurns() })
    this.isCountingInPlace = false
  }

  close(): void {
    for (const worker of this.#workers) void worker.terminate()
    for (const each of [this.#workers, this.#running, this.#filled, this.#begun]) each.clear()
    for (const each of [this.#idle, this.#waiting, this.#rings]) each.length = 0
    this.#kernel = undefined
    this.#spare = undefined
  }

  /** Count in this thread what no other has begun, until something has come of a task. */
  async helpUntilWoken(asked: Task): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    if (!this.#helped) this.#help(this.#waiting[0], (this.#kernel ??= countingKernel()))
    // A log that is looked at anew comes before others that began earlier.
    else if (this.#helped.isPaused && this.#waiting.includes(asked)) this.#help(asked, countingKernel())
    await woken
  }

  leave(task: Task): void {
    task.isAsked = true
    task.goOn()
    const place = this.#waiting.indexOf(task)
    if (place !== -1) this.#waiting.splice(place, 1)
    this.#begun.delete(task)
    const worker = task.worker?.thread
    if (worker && this.#running.get(worker) === task) {
      this.#running.delete(worker)
      this.#workers.delete(worker)
      void worker.terminate()
    }
    this.#assign()
  }

  giveBack({ worker }: Task, spare: ArrayBuffer): void {
    if (!worker || !this.#workers.has(worker.thread)) this.#spare = spare
    else worker.thread.postMessage({ taken: worker.id, spare } satisfies Order, [spare])
  }

  #help(task: Task | undefined, kernel: Kernel): void {
    if (!task) return
    this.#waiting.splice(this.#waiting.indexOf(task), 1)
    this.#helped ??= task
    this.#begun.add(task)
    prepareKernel(kernel, this.#counting)
    const turn = inTurns()
    const how: CountUnit = {
      onPart: (part) => {
        task.add(part)
        this.#wake()
      },
      onRead: task.onRead,
      mayGoOn: async (bytes) => {
        await turn(bytes)
        while (isMuch(task.waiting, this.#counting) && !task.isAsked) {
          task.isPaused = true
          this.#wake()
          await new Promise<void>((resolve) => {
            task.goOn = resolve
          })
        }
        task.isPaused = false
      },
    }
    const spare = (): ArrayBuffer | undefined => {
      const taken = this.#spare
      this.#spare = undefined
      return taken
    }
    countApart(kernel, task.unit, this.#counting, how, spare)
      .catch((error: Error) => {
        task.failure = error
      })
      .finally(() => {
        task.isDone = true
        if (this.#helped === task) this.#helped = undefined
        this.#wake()
      })
  }

  /** Hand tasks to idle workers. A result that waits for its turn holds memory, so few are begun ahead. */
  #assign(): void {
    while (this.#waiting.length > 0 && this.#begun.size <= this.jobs) {
      const worker = this.#idle.pop() ?? (this.#workers.size < this.jobs - 1 ? this.#start() : undefined)
      if (!worker) return
      const task = this.#waiting.shift() as Task
      task.worker = { thread: worker, id: ++this.#lastId }
      this.#running.set(worker, task)
      this.#begun.add(task)
      worker.ref()
      worker.postMessage({ id: task.worker.id, unit: task.unit, counting: this.#counting } satisfies Order)
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL('../../dist/bundle/worker.cjs', import.meta.url), { workerData: kernelCode() })
    this.#workers.add(worker)
    // A worker that has nothing to do does not keep the process.
    worker.unref()
    // Answers of a worker that was terminated since may still arrive.
    worker.on('message', (answer: Answer) => this.#workers.has(worker) && this.#take(worker, answer))
    worker.on('error', (error) => {
      this.#failures.set(worker, error)
      this.#workers.delete(worker)
      if (this.#idle.includes(worker)) this.#idle.splice(this.#idle.indexOf(worker), 1)
      const task = this.#running.get(worker)
      if (task) task.failure = error
      this.#running.delete(worker)
      this.#wake()
    })
    return worker
  }

  #take(worker: Worker, answer: Answer): void {
    const task = this.#running.get(worker)
    if ('bytes' in answer) task?.onRead(answer.bytes, answer.lines, answer.piece)
    else if ('part' in answer) task?.add(answer.part)
    else {
      if (task) task.isDone = true
      this.#running.delete(worker)
      this.#filled.get(worker)?.()
      worker.unref()
      this.#idle.push(worker)
      this.#assign()
    }
    this.#wake()
  }

  /**
   * Have a log read by another thread: what unpacks it does not wait for what counts. @returns undefined when there is
   * none for it
   */
  #readByWorker(piece: Piece): Reader | undefined {
    const worker = this.#idle.pop() ?? (this.#workers.size < this.jobs - 1 ? this.#start() : undefined)
    if (!worker) return undefined
    const ring = makeRing(this.#rings.pop())
    worker.postMessage({ ring, piece } satisfies Order)
    let users = 2
    const leave = (): void => {
      if (--users === 0) this.#rings.push(ring)
    }
    this.#filled.set(worker, leave)
    const reader = ringReader(ring, () => {
      if (!this.#workers.has(worker)) throw this.#failures.get(worker) ?? new Error('the thread that reads is gone')
    })
    return {
      ...reader,
      close() {
        reader.close()
        leave()
      },
    }
  }
}

/** Gives whoever waits for a signal, a timer or a message a turn now and then. */
function inTurns(): (bytes: number) => Promise<void> | undefined {
  let since = 0
  return (bytes) => {
    since += bytes
    if (since < TURN) return undefined
    since = 0
    return setImmediate()
  }
}
