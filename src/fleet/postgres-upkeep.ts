import { EXPORTED, isByTime, partsOf, tableOf } from '../store/exported.js'
import { ListSum } from '../store/incoming.js'
import { SUM_COLUMNS } from '../store/measures.js'
import type { PostgresCentre } from './postgres.js'
import { OF_SOURCE } from './postgres-schema.js'
import type { Pruning } from './upkeep.js'

/** Values that are kept of a list over all logs. */
const ROLLED_VALUES = 1000

const today = (): number => Math.floor(Date.now() / 86_400_000)

interface Partition {
  readonly name: string
  readonly table: string
  /** The first day behind it. */
  readonly end: number
}

/** Partitions of months. */
async function partitions(centre: PostgresCentre): Promise<Partition[]> {
  const rows = await centre.ask<{ table: string; name: string }>(
    `SELECT p.relname AS "table", c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
     WHERE p.relnamespace = 'logstat'::regnamespace ORDER BY c.relname`,
  )
  return rows.flatMap(({ table, name }) => {
    const [, year, month] = /_(\d{4})_(\d\d)$/.exec(name) ?? []
    return year === undefined ? [] : [{ table, name, end: Date.UTC(Number(year), Number(month), 1) / 86_400_000 }]
  })
}

export async function prunePostgres(centre: PostgresCentre, { keep, minutes, lists }: Pruning): Promise<string[]> {
  const gone: string[] = []
  if (keep !== undefined)
    await centre.ask(
      `INSERT INTO logstat.meta VALUES ('keep_days', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [String(keep)],
    )
  const before = (days: number | undefined) => (days === undefined ? -Infinity : today() - days)
  for (const { table, name, end } of await partitions(centre)) {
    const isOld = end <= before(keep) || (table === 'list' && end <= before(lists))
    if (isOld) {
      if (table === 'list' && end > before(keep)) {
        await rollUpPostgres(centre, end)
        // Lists that come late cannot be added to them any more.
        await centre.ask('UPDATE logstat.fleet_day SET is_final = true WHERE period < $1', [end])
      }
      await centre.ask(`DROP TABLE logstat."${name}"`)
      gone.push(name)
    } else if (table === 'hour' && end <= before(minutes)) {
      const parts = ['parts', ...SUM_COLUMNS.map(partsOf)].map((column) => `"${column}" = NULL`)
      const found = await centre.ask(`SELECT 1 FROM logstat."${name}" WHERE parts IS NOT NULL LIMIT 1`)
      if (found.length === 0) continue
      await centre.ask(`UPDATE logstat."${name}" SET ${parts.join(', ')} WHERE parts IS NOT NULL`)
      await centre.ask(`VACUUM FULL logstat."${name}"`)
      gone.push(`${name}: minutes`)
    }
  }
  for (const { name } of EXPORTED)
    await centre.ask(
      `DELETE FROM logstat."${name}" t USING logstat.source s WHERE s.id = t.source_id AND (s.gone OR t.rev < s.base)`,
    )
  if (keep !== undefined) {
    // Logs of which nothing is left; a mark of one that was forgotten has done its work, too.
    const old = await centre.ask<{ id: number }>(
      `DELETE FROM logstat.source WHERE pushed_at < now() - make_interval(days => $1::int) RETURNING id`,
      [keep],
    )
    for (const table of EXPORTED)
      await centre.ask(`DELETE FROM logstat."${table.name}" WHERE source_id = ANY ($1)`, [old.map(({ id }) => id)])
    await centre.ask('DELETE FROM logstat.fleet_list WHERE period >= 0 AND period < $1', [today() - keep])
    await centre.ask('DELETE FROM logstat.fleet_day WHERE period >= 0 AND period < $1', [today() - keep])
  }
  return gone
}

/** Mark of the lists of a period: another text when one of them has changed. */
const MADE_FROM = `count(*) || '/' || sum(t.rev)`

/** Periods whose lists are rolled up and have not changed since, or are gone. */
export async function rolledUp(centre: PostgresCentre, from: number, to: number): Promise<number[]> {
  const rows = await centre.ask<{ period: number }>(
    `SELECT d.period FROM logstat.fleet_day d LEFT JOIN (SELECT t.period, ${MADE_FROM} AS made_from FROM logstat.list t ${OF_SOURCE}
       WHERE t.period >= $1 AND t.period < $2 GROUP BY t.period) l USING (period)
     WHERE d.period >= $1 AND d.period < $2 AND (d.is_final OR l.period IS NULL OR l.made_from = d.made_from)`,
    [from, to],
  )
  return rows.map(({ period }) => period)
}

/** Roll up days before one, by default before yesterday: lists of a day change for some hours behind its end. */
export async function rollUpPostgres(centre: PostgresCentre, before = today() - 1): Promise<number> {
  const days = await centre.ask<{ period: number; made: string }>(
    `SELECT t.period, ${MADE_FROM} AS made FROM logstat.list t ${OF_SOURCE} WHERE t.period >= 0 AND t.period < $1 GROUP BY t.period`,
    [before],
  )
  const done = new Set(await rolledUp(centre, 0, before))
  const open = days.filter(({ period }) => !done.has(period))
  for (const { period, made } of open) await rollUpDay(centre, period, made)
  return open.length
}

async function rollUpDay(centre: PostgresCentre, period: number, made: string): Promise<void> {
  const table = tableOf('list')
  const sums: { code: string; dimension: string; sum: ListSum }[] = []
  const rolled: Record<string, unknown>[] = []
  const flush = (): void => {
    for (const { code, dimension, sum } of sums.splice(0)) {
      const { values, lost, different } = sum.sum(ROLLED_VALUES)
      const vals = values.map(({ value }) => value)
      rolled.push({
        code,
        dimension,
        different,
        lost,
        vals,
        hits: values.map((v) => v.hits),
        errors: values.map((v) => v.error),
      })
    }
  }
  await centre.read(async ({ rows }) => {
    const columns = table.columns.map(({ name }) => name)
    for await (const row of rows({ table, columns, from: period, to: period + 1 })) {
      const { code, dimension } = row as typeof row & { code: string; dimension: string }
      if (sums[0]?.code !== code || sums[0].dimension !== dimension) {
        flush()
        sums.push({ code, dimension, sum: new ListSum() })
      }
      sums[0]?.sum.add(row)
    }
    flush()
  })
  await centre.ask(
    `WITH day AS (INSERT INTO logstat.fleet_day (period, made_from) VALUES ($1, $2) ON CONFLICT (period) DO UPDATE SET made_from = excluded.made_from)
     INSERT INTO logstat.fleet_list SELECT $1, x.* FROM json_to_recordset($3::json)
       AS x (code text, dimension text, different bigint, lost bigint, vals text[], hits bigint[], errors bigint[])
     ON CONFLICT (period, code, dimension) DO UPDATE SET different = excluded.different, lost = excluded.lost, vals = excluded.vals,
       hits = excluded.hits, errors = excluded.errors`,
    [period, made, JSON.stringify(rolled)],
  )
}

/** A law that the rows of a sound centre obey: the query finds the sources that break it. */
const LAWS: readonly { readonly what: string; readonly sql: string }[] = [
  {
    what: 'lines are not entries, rejected and ignored together',
    sql: `SELECT uid FROM logstat.source WHERE NOT gone AND (about->>'lines')::bigint <>
      (about->>'entries')::bigint + (about->>'rejected')::bigint + (about->>'ignored')::bigint`,
  },
  {
    what: 'hours have more hits than the log has entries',
    sql: `SELECT s.uid FROM logstat.hour t ${OF_SOURCE} WHERE s.rev = s.top GROUP BY s.id HAVING sum(t.hits) > (s.about->>'entries')::bigint`,
  },
  {
    what: 'hours have fewer hits than the log has entries',
    sql: `SELECT s.uid FROM logstat.source s LEFT JOIN logstat.hour t ON s.id = t.source_id AND t.rev >= s.base
      WHERE NOT s.gone AND s.rev = s.top AND NOT EXISTS (SELECT FROM logstat.meta WHERE name = 'keep_days')
      GROUP BY s.id HAVING coalesce(sum(t.hits), 0) < (s.about->>'entries')::bigint - (s.about->>'pruned')::bigint`,
  },
  {
    what: 'a push was cut off and never went on',
    sql: `SELECT uid FROM logstat.source WHERE rev < top AND pushed_at < now() - interval '1 day'`,
  },
]

export async function checkPostgres(centre: PostgresCentre): Promise<string[]> {
  const wrong: string[] = []
  for (const { what, sql } of LAWS) {
    const uids = (await centre.ask<{ uid: string }>(sql)).map(({ uid }) => uid)
    if (uids.length > 0) wrong.push(`${what} (${uids.slice(0, 3).join(', ')}${uids.length > 3 ? ', …' : ''})`)
  }
  for (const table of EXPORTED.filter(isByTime)) {
    const rows = await centre.ask<{ n: number }>(
      `SELECT count(*)::int AS n FROM logstat."${table.name}" t LEFT JOIN logstat.source s ON s.id = t.source_id WHERE s.id IS NULL`,
    )
    if (rows[0]?.n) wrong.push(`${table.name}: ${rows[0].n} rows of no source`)
  }
  return wrong
}
