import type { Store } from './store.js'

/** The part of a store that is asked for; times are seconds since 1970 UTC, [since, until). */
export interface Range {
  readonly since?: number
  readonly until?: number
  /** Numbers of the periods (days) that lists and first and last times are taken from; all when absent. */
  readonly periods?: readonly number[]
  /** Numbers of the sources; all when absent. */
  readonly sources?: readonly number[]
}

/** A stretch of time as a database can answer it. */
export interface Settled extends Range {
  /** Seconds that the stretch was widened by, beyond full minutes: counts are kept by the hour or the day there. */
  readonly widened: { readonly before: number; readonly after: number }
  /** First and last day that lists are taken from, where these hold more than the stretch; null: they hold as much. */
  readonly days: { readonly first: number; readonly last: number } | null
}

const MINUTE = 60

/**
 * @internal Fit a stretch of time to what a database keeps: to the edges of its buckets, so that counts are exact, and
 * to days, by which lists are kept.
 */
export function settle(store: Store, asked: Range): Settled {
  const since = asked.since === undefined ? undefined : Math.floor(asked.since / MINUTE) * MINUTE
  const until = asked.until === undefined ? undefined : Math.ceil(asked.until / MINUTE) * MINUTE
  if (since === undefined && until === undefined) return { ...asked, widened: { before: 0, after: 0 }, days: null }
  const from = since ?? -(2 ** 53)
  const to = until ?? 2 ** 53
  const cut = store.db
    .prepare(
      `SELECT min(start) FILTER (WHERE start < @from AND start + seconds > @from) AS since,
         max(start + seconds) FILTER (WHERE start < @to AND start + seconds > @to) AS until
       FROM hits ${where('start >= 0', ...sourceIn(asked))}`,
    )
    .get({ from, to }) as { since: number | null; until: number | null }
  const wider = { since: cut.since ?? from, until: cut.until ?? to }
  const days = store.db
    .prepare(
      `SELECT period, min(first_seen) AS first, max(last_seen) AS last FROM span
       ${where('period >= 0', 'first_seen IS NOT NULL', ...sourceIn(asked))}
       GROUP BY period HAVING last >= @since AND first < @until ORDER BY period`,
    )
    .all(wider) as { period: number; first: number; last: number }[]
  const isCut = days.some(({ first, last }) => first < wider.since || last >= wider.until)
  return {
    ...asked,
    ...(since === undefined ? {} : { since: wider.since }),
    ...(until === undefined ? {} : { until: wider.until }),
    periods: days.map(({ period }) => period),
    widened: { before: from - wider.since, after: wider.until - to },
    days: isCut ? { first: days[0]?.period as number, last: days.at(-1)?.period as number } : null,
  }
}

// A range as conditions of SQL.

export const where = (...conditions: readonly string[]): string =>
  conditions.length ? `WHERE ${conditions.join(' AND ')}` : ''

/** Conditions on rows of `hits`. */
export function startIn({ since, until }: Range): string[] {
  if (since === undefined && until === undefined) return []
  return [
    'start >= 0',
    ...(since === undefined ? [] : [`start >= ${Math.floor(since)}`]),
    ...(until === undefined ? [] : [`start < ${Math.floor(until)}`]),
  ]
}

/** Conditions for rows of `hits` that carry a time. */
export const timed = (range: Range): string[] => ['start <> -1', ...startIn(range)]

/** Conditions on rows that have a period. */
export const periodIn = ({ periods }: Range): string[] => (periods ? [`period IN ${listOf(periods)}`] : [])

/** Conditions on rows that have a source. @param table its name or alias, where several tables have one */
export const sourceIn = ({ sources }: Range, table?: string): string[] =>
  sources ? [`${table === undefined ? '' : `${table}.`}source_id IN ${listOf(sources)}`] : []

const listOf = (numbers: readonly number[]): string => `(${numbers.map(Math.floor).join(', ') || 'NULL'})`
