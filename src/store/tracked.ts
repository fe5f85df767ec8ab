import type Database from 'better-sqlite3'
import { NO_TIME } from '../tally/buckets.js'
import { getSetting, setSetting } from './setting.js'

// Counts of a source that have changed since a revision of it, so that a push sends only these. Nothing is noted before
// the first push: a database without a centre pays nothing.

export const HOUR = 3600
/** Stands for a period, whose day may be one of any time zone. */
export const PERIOD = 86400

export const isTracked = (db: Database.Database): boolean => getSetting(db, 'tracked') !== undefined

const hourOf = (start: number): number => (start === NO_TIME ? NO_TIME : Math.floor(start / HOUR))
/** `hourOf` in SQL. */
const HOUR_OF = `CASE start WHEN ${NO_TIME} THEN ${NO_TIME} ELSE start / ${HOUR} END`

/** Begin to note changes: all that there is counts as changed. */
export function track(db: Database.Database): void {
  if (isTracked(db)) return
  db.transaction(() => {
    if (isTracked(db)) return
    setSetting(db, 'tracked', '1')
    for (const id of db.prepare('SELECT id FROM source').pluck().all() as number[]) touchAll(db, id, 1)
  }).immediate()
}

/** All counts of a source are changed by a revision. Those that are gone since they were changed last count, too. */
export function touchAll(db: Database.Database, source: number, rev: number): void {
  db.prepare('UPDATE source SET rev = ? WHERE id = ?').run(rev, source)
  db.prepare('UPDATE touched SET rev = ? WHERE source_id = ?').run(rev, source)
  db.prepare(
    `INSERT OR IGNORE INTO touched SELECT DISTINCT source_id, code_id, ${HOUR}, ${HOUR_OF}, @rev FROM hits WHERE source_id = @source`,
  ).run({ rev, source })
  // A day that is one bucket stands at its first hour; a centre may have the others.
  db.prepare(
    `WITH RECURSIVE later (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM later WHERE n < 23)
     INSERT OR IGNORE INTO touched SELECT source_id, code_id, ${HOUR}, start / ${HOUR} + n, @rev FROM hits CROSS JOIN later
     WHERE source_id = @source AND seconds > ${HOUR} AND start >= 0`,
  ).run({ rev, source })
  db.prepare(
    `INSERT OR IGNORE INTO touched SELECT source_id, code_id, ${PERIOD}, period, @rev FROM span WHERE source_id = @source`,
  ).run({ rev, source })
}

/** Note that the hours of some rows of `hits` have changed; their sources get a new revision. @param where the rows */
export function touchBuckets(db: Database.Database, where: string, values: Record<string, number>): void {
  if (!isTracked(db)) return
  db.prepare(`UPDATE source SET rev = rev + 1 WHERE id IN (SELECT source_id FROM hits WHERE ${where})`).run(values)
  db.prepare(
    `INSERT OR REPLACE INTO touched SELECT DISTINCT source_id, code_id, ${HOUR}, hour, rev
     FROM (SELECT source_id, code_id, ${HOUR_OF} AS hour FROM hits WHERE ${where}
           UNION SELECT source_id, code_id, (start - start % @seconds) / ${HOUR} FROM hits WHERE ${where})
       JOIN source ON source.id = source_id`,
  ).run(values)
}

/** Forget changes of counts before a day: the counts are deleted here, and a centre is not told. */
export function untouchBefore(db: Database.Database, period: number, start: number): void {
  const drop = db.prepare('DELETE FROM touched WHERE seconds = ? AND number >= 0 AND number < ?')
  drop.run(PERIOD, period)
  drop.run(HOUR, Math.floor(start / HOUR))
}

/** Notes the changes of one transaction. */
export interface Tracker {
  /** A transaction begins. */
  begin(): void
  /** The source has a new revision. */
  revise(source: number): void
  /** Counts that begin at these times are changed. */
  hours(source: number, code: number, starts: Iterable<number>): void
  period(source: number, code: number, period: number): void
}

export function trackerOf(db: Database.Database): Tracker {
  const revise = db.prepare('UPDATE source SET rev = rev + 1 WHERE id = ? RETURNING rev').pluck()
  const touch = db.prepare('INSERT OR REPLACE INTO touched VALUES (?, ?, ?, ?, ?)')
  let isOn = false
  let rev = 0
  return {
    begin() {
      isOn = isTracked(db)
    },
    revise(source) {
      if (isOn) rev = revise.get(source) as number
    },
    hours(source, code, starts) {
      if (!isOn) return
      let last: number | undefined
      for (const start of starts) {
        const hour = hourOf(start)
        if (hour !== last) touch.run(source, code, HOUR, hour, rev)
        last = hour
      }
    },
    period(source, code, period) {
      if (isOn) touch.run(source, code, PERIOD, period, rev)
    },
  }
}
