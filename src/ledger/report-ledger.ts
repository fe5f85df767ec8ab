import { dirname, resolve } from 'node:path'
import { absorb } from '../kernel/packed.js'
import { isRefused, type Job, type Log, type Part, type Refused, type Unit } from '../log/log.js'
import type { Store } from '../store/store.js'
import { Waiting } from '../store/waiting.js'
import { countingKernel } from '../tally/evidence.js'
import { readTally } from '../tally/read-out.js'
import type { Listed } from '../tally/tally.js'
import {
  addPart,
  type InputResult,
  isBooked,
  judged,
  type Ledger,
  logOf,
  notCounted,
  resultOf,
  type Sum,
  startOf,
} from './ledger.js'
import { type SourceRow, sourceRow } from './source.js'

/** Lists that are shown may be sums of several, so more values are read out than are shown. */
const LISTED: Listed = { least: 20, most: 200, together: 1500 }

export interface ReportOptions {
  /** Values of each list that will be asked for. */
  readonly top?: number
  readonly force?: boolean
  readonly apart?: Apart
}

/** Logs that are counted apart, though one server wrote them: those of different folders, or each. */
export type Apart = 'folder' | 'log'

/** Books into a temporary store. All logs of one server are counted together, so that their lists stay exact. */
export class ReportLedger implements Ledger {
  readonly kernel = countingKernel()
  readonly #store: Store
  readonly #force: boolean
  readonly #listed: Listed
  readonly #waiting: Waiting
  readonly #sums = new Map<Log, Sum>()
  readonly #apart: Apart | undefined
  /** The source that what was counted will be booked on, and its group. */
  #owner: { readonly row: SourceRow; readonly group: string } | undefined

  constructor(store: Store, { top = 0, force = false, apart }: ReportOptions) {
    this.#store = store
    this.#force = force
    this.#apart = apart
    this.#listed = { ...LISTED, least: Math.max(LISTED.least, top), most: Math.max(LISTED.most, top) }
    this.#waiting = new Waiting(this.#listed, [], store.anonymizes)
  }

  mayShare = (a: Log, b: Log): boolean => this.#groupOf(a) === this.#groupOf(b)

  #groupOf({ input, layout }: Log): string {
    const place = this.#apart === 'folder' ? dirname(resolve(input.name)) : this.#apart === 'log' ? input.name : ''
    return `${layout.server} ${place}`
  }

  begin({ logs }: Job): void {
    const next = logs.find((log) => !isRefused(log))
    if (next && !isRefused(next) && this.#owner && this.#owner.group !== this.#groupOf(next)) this.settle()
  }

  enter(unit: Unit, part: Part): void {
    const log = logOf(unit, part)
    this.#sums.set(log, addPart(this.#sums.get(log) ?? startOf(log), part))
    if (part.tables) absorb(this.kernel, part.tables, () => this.#readOut())
    else if (part.ends !== 'piece') this.#readOut()
  }

  #readOut(): void {
    this.#waiting.add(readTally(this.kernel, { listed: this.#listed, adaptive: true }))
    if (this.#waiting.isHeavy()) this.#waiting.spill()
  }

  book(log: Log | Refused): InputResult | undefined {
    if (isRefused(log)) return log.error.code === 'changed' ? undefined : notCounted(log.input, log.error)
    const sum = this.#sums.get(log) ?? startOf(log)
    this.#sums.delete(log)
    const { counts, at, trail, error } = sum
    if (error?.code === 'changed' && counts.lines === 0) return undefined
    const result = resultOf(log, counts, sum)
    if (isBooked(result)) {
      const row = sourceRow(log, at, counts, trail, undefined)
      this.#owner = { row: { ...row, id: this.#store.add(row, [], counts.rejects) }, group: this.#groupOf(log) }
    }
    return judged(result, log, this.#force)
  }

  settle(): void {
    if (this.#owner) {
      this.#readOut()
      this.kernel.clear()
      this.#store.add(this.#owner.row, this.#waiting.all(), new Map())
    }
    this.#owner = undefined
    this.close()
  }

  close(): void {
    this.#waiting.clear()
  }
}
