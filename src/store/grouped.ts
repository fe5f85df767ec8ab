import { CODE, type CodeHits } from './query.js'
import { periodIn, type Range, sourceIn, startIn, where } from './range.js'
import type { Store } from './store.js'

/** Requests with a code, of a log or of a host in it. */
export interface GroupedHits extends CodeHits {
  readonly source: number
  readonly server: string | null
  readonly software: string | null
  /** null: the entries name no host, or none of those that were kept. */
  readonly host: string | null
  /** hits <= truth <= hits + error */
  readonly error: number
}

/** Requests by log: exact. */
export function hitsBySource(store: Store, range: Range): GroupedHits[] {
  return store.db
    .prepare(
      `SELECT source_id AS source, server, software, NULL AS host, ${CODE}, sum(hits) AS hits, 0 AS error
       FROM hits JOIN source ON source.id = source_id JOIN code ON code.id = code_id
       ${where(...startIn(range), ...sourceIn(range))} GROUP BY source_id, code_id`,
    )
    .all() as GroupedHits[]
}

/** Requests by log and host, from the lists of hosts: as exact as these, and by day. */
export function hitsByHost(store: Store, range: Range): GroupedHits[] {
  const within = [...periodIn(range), ...sourceIn(range)]
  const listed = store.db
    .prepare(
      `SELECT source_id AS source, server, software, text AS host, code_id AS code, ${CODE}, sum(top.hits) AS hits, sum(error) AS error
       FROM top JOIN dimension ON dimension.id = dimension_id AND dimension.name = 'host' JOIN value ON value.id = value_id
         JOIN source ON source.id = source_id JOIN code ON code.id = code_id ${where(...within)} GROUP BY source_id, code_id, value_id`,
    )
    .all() as (GroupedHits & { code: number })[]
  const all = store.db
    .prepare(
      `SELECT source_id AS source, server, software, NULL AS host, code_id AS code, ${CODE}, sum(hits) AS hits, 0 AS error
       FROM span JOIN source ON source.id = source_id JOIN code ON code.id = code_id ${where(...within)} GROUP BY source_id, code_id`,
    )
    .all() as (GroupedHits & { code: number })[]
  const named = new Map<string, number>()
  const keyOf = ({ source, code }: { source: number; code: number }): string => `${source} ${code}`
  for (const row of listed) named.set(keyOf(row), (named.get(keyOf(row)) ?? 0) + row.hits)
  const unnamed = all
    .map((row) => ({ ...row, hits: row.hits - (named.get(keyOf(row)) ?? 0) }))
    .filter(({ hits }) => hits > 0)
  return [...listed, ...unnamed]
}

/** Sources with entries of hosts that are wanted: with all of their entries (whole), or some of them (mixed). */
export function sourcesOfHosts(
  store: Store,
  isWanted: (host: string | null) => boolean,
  range: Range,
): { readonly whole: number[]; readonly mixed: number[] } {
  const found = new Map<number, { wanted: number; others: number }>()
  for (const { source, host, hits, error } of hitsByHost(store, range)) {
    const sums = found.get(source) ?? { wanted: 0, others: 0 }
    found.set(source, sums)
    if (isWanted(host)) sums.wanted += hits + error
    else sums.others += hits + error
  }
  const of = (are: (sums: { wanted: number; others: number }) => boolean): number[] =>
    [...found].filter(([, sums]) => are(sums)).map(([source]) => source)
  return {
    whole: of(({ wanted, others }) => wanted > 0 && others === 0),
    mixed: of(({ wanted, others }) => wanted > 0 && others > 0),
  }
}

/** Requests for a path with a code. */
export interface CodePath extends CodeHits {
  readonly path: string
  /** hits <= truth <= hits + error */
  readonly error: number
}

/** Paths that got an error, from the lists, and how many hits of each code a path may have that is in none. */
export function pathsByCode(
  store: Store,
  range: Range,
): { readonly paths: CodePath[]; readonly lost: (CodeHits & { readonly lost: number })[] } {
  const inLists = `FROM list JOIN dimension ON dimension.id = list.dimension_id AND dimension.name = 'path' JOIN code ON code.id = list.code_id`
  const within = where('status >= 400', ...periodIn(range), ...sourceIn(range, 'list'))
  const lost = store.db
    .prepare(
      `SELECT ${CODE}, sum(list.lost) AS lost, 0 AS hits ${inLists} ${within} GROUP BY code_id HAVING sum(list.lost) > 0`,
    )
    .all() as (CodeHits & { readonly lost: number })[]
  const paths = store.db
    .prepare(
      `WITH lost AS (SELECT code_id, sum(list.lost) AS lost ${inLists} ${within} GROUP BY code_id)
       SELECT ${CODE}, text AS path, sum(top.hits) AS hits, sum(top.error - list.lost) + lost.lost AS error
       ${inLists} JOIN top USING (source_id, code_id, period, dimension_id) JOIN value ON value.id = value_id
         JOIN lost ON lost.code_id = list.code_id ${within} GROUP BY list.code_id, text`,
    )
    .all() as CodePath[]
  return { paths, lost }
}
