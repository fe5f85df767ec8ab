import { prepareKernel } from '../count/unit.js'
import type { Filter } from '../kernel/filter.js'
import type { Counting } from '../log/log.js'
import { SIZES, type Sizes } from '../plan/sizes.js'
import { STORED_VALUES, type Store } from '../store/store.js'
import { DatabaseLedger } from './database-ledger.js'
import type { Ledger } from './ledger.js'
import { type Apart, ReportLedger } from './report-ledger.js'

export interface LedgerOptions {
  readonly dayZone?: string
  readonly filter?: Filter
  readonly force?: boolean
  readonly top?: number
  readonly apart?: Apart
  readonly now?: number
  readonly sizes?: Partial<Sizes>
}

/** How everything is counted that goes into a store. */
export function countingOf(store: Store, { dayZone, filter = {}, sizes }: LedgerOptions): Counting {
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
