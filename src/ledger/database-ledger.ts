import { fileOf, type Input } from '../input/find.js'
import { absorb } from '../kernel/packed.js'
import { isRefused, type Log, type Part, type Refused, type Unit } from '../log/log.js'
import { type Source, STORED_VALUES, type Store } from '../store/store.js'
import { Waiting } from '../store/waiting.js'
import { countingKernel } from '../tally/evidence.js'
import { readTally } from '../tally/read-out.js'
import { addLineCounts, type LineCounts, type Listed } from '../tally/tally.js'
import {
  addPart,
  type InputResult,
  isBooked,
  judged,
  type Ledger,
  logOf,
  NOTHING,
  notCounted,
  resultOf,
  type Sum,
  startOf,
} from './ledger.js'
import { type SourceRow, sourceRow, streamRow } from './source.js'

const LISTED: Listed = { least: STORED_VALUES, most: STORED_VALUES, together: 0 }

export interface DatabaseOptions {
  readonly force?: boolean
  /** Seconds since 1970, for `readAt`. */
  readonly now?: number
  /** So heavy a tally (`weightOf`) is booked at a midnight, and does not wait for the end of its log. */
  readonly commitWeight: number
}

/** The log that is being entered. */
interface Entered {
  readonly log: Log
  /** Parts since the last transaction, added up. Lines are numbered from the beginning of the log. */
  sum: Sum
  /** The source in the database, as of the last transaction. */
  source: Source | undefined
  seen: string | undefined
  /** Another program has added to the source meanwhile: what comes is not counted. */
  isLost: boolean
}

/**
 * Books into a database: a source for each log, lists by day, and counts together with the place up to which a log was
 * read.
 */
export class DatabaseLedger implements Ledger {
  readonly kernel = countingKernel()
  readonly mayShare = null
  readonly #store: Store
  readonly #options: DatabaseOptions
  readonly #waiting: Waiting
  #entered: Entered | undefined
  /** Counts of an input that were booked in this run, before it had to be looked at anew. */
  readonly #booked = new Map<Input, LineCounts>()

  constructor(store: Store, options: DatabaseOptions) {
    this.#store = store
    this.#options = options
    this.#waiting = new Waiting(LISTED, store.joinsClients ? ['client'] : [], store.anonymizes)
  }

  begin(): void {}

  enter(unit: Unit, part: Part): void {
    const log = logOf(unit, part)
    const entered = this.#of(log)
    if (entered.isLost) return
    entered.sum = addPart(entered.sum, part)
    if (part.tables) absorb(this.kernel, part.tables, () => this.#readOut())
    if (part.ends === 'piece') return
    this.#readOut()
    this.kernel.clear()
    // A stream cannot be recognised: who gives it once more after a failure would count a part of it twice.
    const mayBook = part.ends === 'period' && !isStream(log)
    if (!this.#waiting.isHeavy(this.#options.commitWeight)) return
    if (mayBook) this.#commit(entered)
    else this.#waiting.spill()
  }

  book(log: Log | Refused): InputResult | undefined {
    if (isRefused(log)) return this.#isOutdated(log) ? undefined : notCounted(log.input, log.error)
    const { input, identity } = log
    const entered = this.#of(log)
    this.#entered = undefined
    const { sum } = entered
    if (entered.isLost || sum.error?.code === 'changed') return this.#drop()
    const fresh = countsOf(entered)
    const result = resultOf(log, joinCounts(this.#booked.get(input), fresh), sum)
    // Nothing read is nothing to note, and a log without an entry yet has nothing that tells it from others.
    const isNews = entered.source
      ? fresh.lines > 0 || sum.at.offset > entered.source.readTo
      : fresh.entries + fresh.rejected > 0
    if (isNews && isBooked(result)) {
      // To look through the tables takes longer than to find that a log has nothing new.
      if (fresh.lines > 0) this.#readOut()
      this.kernel.clear()
      if (!this.#commit(entered)) return undefined
    } else this.#drop()
    const isWhole = !result.error && fileOf(input) === log.file
    if (identity?.packed !== undefined && entered.source && isWhole)
      this.#store.notePacked(identity.packed, entered.source.id)
    return judged(result, log, this.#options.force)
  }

  settle(): void {}

  close(): void {
    this.#waiting.clear()
  }

  #of(log: Log): Entered {
    if (this.#entered?.log !== log) {
      const { source, seen } = log.identity ?? {}
      this.#entered = { log, sum: startOf(log, source?.lines), source, seen, isLost: false }
    }
    return this.#entered as Entered
  }

  #readOut(): void {
    this.#waiting.add(readTally(this.kernel, { listed: LISTED, allClients: this.#store.joinsClients, adaptive: false }))
  }

  /** Counts since the last transaction are not booked. */
  #drop(): undefined {
    this.kernel.clear()
    this.#waiting.clear()
  }

  /**
   * Book what waits, and how far the log was read: both or neither. @returns false when another program was there
   * before
   */
  #commit(entered: Entered): boolean {
    const { log, sum, source } = entered
    const fresh = countsOf(entered)
    const row = sourceRow(log, sum.at, fresh, sum.trail, source, this.#options.now)
    entered.isLost = !(row.stream ? this.#addStream(row, fresh.rejects) : this.#add(entered, row, fresh.rejects))
    this.#waiting.clear()
    if (entered.isLost) return false
    this.#booked.set(log.input, joinCounts(this.#booked.get(log.input), fresh))
    entered.sum = { ...sum, counts: { ...NOTHING, lines: row.lines }, trail: NO_BYTES }
    return true
  }

  #add(entered: Entered, row: SourceRow, rejects: LineCounts['rejects']): boolean {
    const id = this.#store.add(row, this.#waiting.all(), rejects, entered.seen)
    if (id === null) return false
    const { sources, state } = this.#store.candidates(row.firstLine)
    const source = sources.find((known) => known.id === id)
    if (source?.readTo !== row.readTo || source.lines !== row.lines) return false
    entered.source = source
    entered.seen = state
    return true
  }

  #addStream(row: SourceRow, rejects: LineCounts['rejects']): boolean {
    // A stream cannot be read again: only where its counts are added is decided again.
    for (;;) {
      const { before, seen } = this.#store.stream(row)
      if (this.#store.add(streamRow(row, before), this.#waiting.all(), rejects, seen) !== null) return true
    }
  }

  /** Whether an input that was refused, or not found in the database, may be known by now. */
  #isOutdated({ error, identity }: Refused): boolean {
    if (error.code === 'changed') return true
    return identity?.seen !== undefined && this.#store.candidates(identity.firstLine).state !== identity.seen
  }
}

const NO_BYTES = new Uint8Array(0)

/** Whether a log is read once and has no place to go back to. */
const isStream = ({ identity }: Log): boolean => identity?.seen === undefined

/** Counts since the last transaction. */
const countsOf = ({ sum: { counts }, source }: Entered): LineCounts => ({
  ...counts,
  lines: counts.lines - (source?.lines ?? 0),
})

/** The sum of what was counted of one log; lines of samples are numbered from its beginning in both. */
function joinCounts(a: LineCounts = NOTHING, b: LineCounts): LineCounts {
  return { ...addLineCounts({ ...a, lines: 0 }, b), lines: a.lines + b.lines }
}
