import { statSync } from 'node:fs'
import { bytes, count } from '../render/cells.js'
import { keepOf, prune, rollUp, setKeep } from '../store/roll-up.js'
import { openStore } from '../store/store.js'
import { checkZone, dateOf, dayOf, startOfDay, systemZone } from '../time-zone.js'

interface PruneOptions {
  readonly db: string
  /** `keep`, `minutes` and `hours` are in seconds. */
  readonly keep?: number
  readonly minutes?: number
  readonly hours?: number
  readonly tz?: string
  readonly quiet?: boolean
}

/**
 * `logstat prune --db FILE`: make old counts coarser, by the ages given, which the database remembers, and delete those
 * older than --keep.
 */
export async function pruneDatabase({ db, keep, minutes, hours, tz, quiet }: PruneOptions): Promise<number> {
  const zone = checkZone(tz ?? systemZone())
  const store = openStore(db, { create: false })
  try {
    if (minutes !== undefined || hours !== undefined) {
      const usual = keepOf(store)
      setKeep(store, { minutes: minutes ?? usual.minutes, hours: hours ?? Math.max(usual.hours, minutes ?? 0) })
    }
    rollUp(store)
    const told: string[] = []
    if (keep !== undefined) {
      const first = dayOf(Date.now() / 1000 - keep, zone).number
      told.push(`${count(prune(store, first, startOfDay(first, zone)))} entries from before ${dateOf(first)} deleted`)
    }
    if (!quiet) process.stdout.write(`${[db, ...told].join(': ')}; the database has ${bytes(statSync(db).size)}\n`)
    return 0
  } finally {
    store.close()
  }
}
