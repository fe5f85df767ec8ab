import { dimensionIs } from './query.js'
import type { Store } from './store.js'

// Numbers of requests by time: a summary holds a day against those of other days.

/** Requests of a source in a stretch of time. */
export interface Slot {
  readonly source: number
  /** Seconds since 1970 UTC, and how many of them. */
  readonly start: number
  readonly seconds: number
  readonly hits: number
}

/**
 * Requests of [since, until) by source and time.
 *
 * @param width seconds that are added up; rows that were rolled up are wider
 */
export function slotsIn({ db }: Store, since: number, until: number, width: number): Slot[] {
  // The table is sorted by source and code: only those that have entries around that time are looked at.
  const days = [since / 86_400 - 2, until / 86_400 + 2].map(Math.floor)
  return db
    .prepare(
      `SELECT source_id AS source, start - start % @width AS start, max(seconds, @width) AS seconds, sum(hits) AS hits
       FROM (SELECT DISTINCT source_id, code_id FROM span WHERE period BETWEEN @from AND @to) s CROSS JOIN hits USING (source_id, code_id)
       WHERE start >= @since AND start < @until GROUP BY 1, 2, 3 ORDER BY 2`,
    )
    .all({ width, since, until, from: days[0], to: days[1] }) as Slot[]
}

/** Requests by day and user agent. */
export interface AgentDay {
  readonly day: number
  readonly agent: string
  readonly hits: number
}

/** Requests by user agent of the days [from, to]; days of which a list was cut are left out. */
export function agentsByDay({ db }: Store, from: number, to: number): AgentDay[] {
  return db
    .prepare(
      `WITH spans AS (SELECT source_id, code_id, period FROM span WHERE period BETWEEN ? AND ?),
         cut AS (SELECT DISTINCT period FROM spans CROSS JOIN list USING (source_id, code_id, period) WHERE ${dimensionIs('userAgent')} AND lost > 0)
       SELECT period AS day, text AS agent, sum(top.hits) AS hits FROM spans CROSS JOIN top USING (source_id, code_id, period)
         JOIN value ON value.id = value_id WHERE ${dimensionIs('userAgent')} AND period NOT IN (SELECT period FROM cut) GROUP BY 1, value_id`,
    )
    .all(from, to) as AgentDay[]
}

/** Entries dated before a day, and from a moment on. */
export function entriesOutside({ db }: Store, beforeDay: number, from: number): { before: number; after: number } {
  const before = db.prepare('SELECT coalesce(sum(hits), 0) FROM span WHERE period >= 0 AND period < ?').pluck()
  const after = db
    .prepare(
      `SELECT coalesce(sum(h.hits), 0) FROM (SELECT DISTINCT source_id, code_id FROM span WHERE period >= ?) s
       CROSS JOIN hits h USING (source_id, code_id) WHERE start >= ?`,
    )
    .pluck()
  return { before: before.get(beforeDay) as number, after: after.get(Math.floor(from / 86_400) - 1, from) as number }
}
