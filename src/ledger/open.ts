import { prepareKernel } from '../count/unit.js'
import type { Filter } from '../kernel/filter.js'
import type { Counting } from '../log/log.js'
import { SIZES, type Sizes } from '../plan/sizes.js'
import { STORED_VALUES, type Store } from '../store/store.js'
import { DatabaseLedger } from './database-ledger.js'
import type { Ledger } from './ledger.js'
import { type Apart, ReportLedger } from './report-ledger.js'

export interface LedgerOptions {
  /** The zone whose days a database keeps lists apart for; without it, lists are over everything. */
  readonly dayZone?: string
  /** Which entries are counted; all when absent. For a temporary store: a database holds everything. */
  readonly filter?: Filter
  /** Read also logs that are not understood for the most part. */
  readonly force?: boolean
  /** Values of each list that will be asked for; a database holds as many as it holds. */
  readonly top?: number
  /** In a temporary store, logs of different folders, or each, are told apart. */
  readonly apart?: Apart
  /** Seconds since 1970, for `readAt`. */
  readonly now?: number
  /** @internal Smaller sizes, for tests. */
  readonly sizes?: Partial<Sizes>
}

/** How everything is counted that goes into a store. */
export function countingOf(store: Store, options: LedgerOptions): Counting {
  const { dayZone, filter = {}, sizes } = options
  const isDatabase = store.file !== null
  return {
    dayZone: dayZone ?? null,
    fewEntries: isDatabase ? (sizes?.fewEntries ?? SIZES.fewEntries) : null,
    most: isDatabase && !store.joinsClients ? STORED_VALUES : null,
    filter,
    isRecognised: isDatabase,
    mostWaiting: { ...SIZES, ...sizes }.mostWaiting,
  }
}

export function openLedger(store: Store, counting: Counting, options: LedgerOptions): Ledger {
  const { commitWeight } = { ...SIZES, ...options.sizes }
  const ledger =
    store.file === null ? new ReportLedger(store, options) : new DatabaseLedger(store, { ...options, commitWeight })
  prepareKernel(ledger.kernel, counting)
  return ledger
}
