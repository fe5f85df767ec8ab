import { LogstatError } from '../errors.js'
import { shrink, sweeping } from './forget.js'
import { ADD_SUMS, SUM_COLUMNS, sumsOf } from './measures.js'
import { getSetting, setSetting, unsetSetting } from './setting.js'
import type { Store } from './store.js'
import { touchBuckets, untouchBefore } from './tracked.js'

const DAY = 86400

/** Seconds for which counts stay by the minute, and by the hour, unless the database was told otherwise. */
const KEEP_MINUTES = 35 * DAY
const KEEP_HOURS = 731 * DAY

export interface Keep {
  /** Counts by the minute become counts by the hour at this age. */
  readonly minutes: number
  /** Counts by the hour become counts by the day (UTC) at this age. */
  readonly hours: number
}

export function keepOf({ db }: Store): Keep {
  const read = (name: 'keep_minutes' | 'keep_hours', usual: number): number => Number(getSetting(db, name) ?? usual)
  return { minutes: read('keep_minutes', KEEP_MINUTES), hours: read('keep_hours', KEEP_HOURS) }
}

export function setKeep({ db }: Store, keep: Keep): void {
  if (keep.hours < keep.minutes)
    throw new LogstatError(
      'keep',
      'counts by the hour must be kept at least as long as counts by the minute',
      'Raise --hours, or lower --minutes.',
    )
  db.transaction(() => {
    setSetting(db, 'keep_minutes', String(keep.minutes))
    setSetting(db, 'keep_hours', String(keep.hours))
    unsetSetting(db, 'rolled_up_to')
  }).immediate()
}

/**
 * Make counts coarser that are old enough: minute → hour → day. Totals stay.
 *
 * Age is counted from the newest entry, or from now when that is later: a clock that runs ahead coarsens nothing, and
 * an old log keeps its minutes. Once a day is enough, and when an older log was read since.
 */
export function rollUp(store: Store, now = Date.now() / 1000): void {
  const { db } = store
  const { oldest, newest } = db
    .prepare('SELECT min(first_seen) AS oldest, max(last_seen) AS newest FROM span')
    .get() as Record<string, number | null>
  if (oldest == null || newest == null) return
  const keep = keepOf(store)
  const startOfDayAged = (age: number): number => Math.floor((Math.min(now, newest) - age) / DAY) * DAY
  const limit = startOfDayAged(keep.minutes)
  if (getSetting(db, 'rolled_up_to') === String(limit)) return
  db.transaction(() => {
    // The span of a day that was pruned is gone with its counts.
    if (oldest < limit) {
      coarsen(store, 3600, limit)
      coarsen(store, DAY, startOfDayAged(keep.hours))
    }
    setSetting(db, 'rolled_up_to', String(limit))
  }).immediate()
}

/** Widen buckets before a time. @param limit start of a UTC day */
export function coarsen(store: Store, seconds: number, limit: number): void {
  const { db } = store
  const old = 'seconds < @seconds AND start >= 0 AND start < @limit'
  // A centre keeps counts by the hour: those of a day are changed by this, those of an hour are not.
  if (seconds > 3600) touchBuckets(db, old, { seconds, limit })
  db.prepare(
    `INSERT INTO hits (source_id, code_id, start, seconds, ${SUM_COLUMNS.join(', ')})
     SELECT source_id, code_id, start - start % @seconds, @seconds, ${sumsOf()} FROM hits WHERE ${old} GROUP BY 1, 2, 3 ${ADD_SUMS}`,
  ).run({ seconds, limit })
  db.prepare(`DELETE FROM hits WHERE ${old}`).run({ seconds, limit })
}

/**
 * Delete counts before a day. The logs that were read stay known, so that no old log is counted anew.
 *
 * @param period number of the first day kept @param start time at which that day begins
 * @returns entries whose counts were deleted
 */
export function prune(store: Store, period: number, start: number): number {
  const { db } = store
  const old = 'start >= 0 AND start + seconds <= ?'
  const pruned = sweeping(db, () => {
    const rows = db
      .prepare(`SELECT source_id AS id, sum(hits) AS hits FROM hits WHERE ${old} GROUP BY 1`)
      .all(start) as { id: number; hits: number }[]
    const note = db.prepare('UPDATE source SET pruned = pruned + ? WHERE id = ?')
    for (const { id, hits } of rows) note.run(hits, id)
    db.prepare(`DELETE FROM hits WHERE ${old}`).run(start)
    for (const table of ['span', 'top', 'list', 'evidence'])
      db.prepare(`DELETE FROM ${table} WHERE period >= 0 AND period < ?`).run(period)
    // A centre keeps what it has of those days, as long as it likes.
    untouchBefore(db, period, start)
    return rows.reduce((n, { hits }) => n + hits, 0)
  })
  shrink(db)
  return pruned
}
