import type { Client, ClientConfig, QueryResultRow } from 'pg'
import { LogstatError } from '../errors.js'
import { randomHex } from '../hash.js'
import { EXPORTED, type ExportedTable, isByTime, perDay, type Row, type Value } from '../store/exported.js'
import {
  type Batch,
  type CentreSource,
  checkVersion,
  type Identity,
  type Meta,
  type Position,
  type Reading,
  type ReadRow,
  type Server,
  type Snapshot,
} from './centre.js'
import { postgresConfig, postgresError } from './postgres-connection.js'
import { OF_SOURCE, ROLES, schemaSql, typeOf } from './postgres-schema.js'
import { checkPostgres, prunePostgres, rolledUp, rollUpPostgres } from './postgres-upkeep.js'
import type { KeptCentre, Pruning } from './upkeep.js'

// A centre in PostgreSQL. Statements have no names, and none relies on the one before it outside a transaction: so
// pushes go through PgBouncer, too. A batch is one statement, and so one transaction and one trip.

/** Rows that are fetched at once. */
const FETCHED = 5000

export async function connectPostgres(url: string): Promise<PostgresCentre> {
  const { Client, types } = await loadClient()
  const numbers = (text: string): number[] => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number))
  const INT8 = 20
  const INT8_ARRAY = 1016
  const config: ClientConfig = {
    ...postgresConfig(url),
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8
          ? Number
          : oid === INT8_ARRAY
            ? numbers
            : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
  }
  const client = new Client(config)
  // A connection that breaks while nothing is asked is told by the next question.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw postgresError(error, url)
  }
  return new PostgresCentre(client, url)
}

async function loadClient(): Promise<typeof import('pg')> {
  try {
    return (await import('pg')).default as unknown as typeof import('pg')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new LogstatError(
      'no-client',
      { en: 'the PostgreSQL client is not installed', zh: '未安装 PostgreSQL 客户端' },
      { en: 'npm install --global pg (beside logstat)', zh: 'npm install --global pg（与 logstat 安装在一起）' },
    )
  }
}

const POSITION = `uid, server, machine, rev, heavy_rev AS "heavyRev", top, base, token, read_to AS "readTo", gone,
  extract(epoch FROM pushed_at)::float8 AS "pushedAt", extract(epoch FROM clock_timestamp() - pushed_at)::float8 AS age,
  extract(epoch FROM clock_timestamp() - heavy_at)::float8 AS "heavyAge"`

export class PostgresCentre implements KeptCentre {
  readonly #client: Client
  readonly #url: string

  constructor(client: Client, url: string) {
    this.#client = client
    this.#url = url
  }

  async #ask<R extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    try {
      return (await this.#client.query<R>(sql, values)).rows
    } catch (error) {
      throw postgresError(error, this.#url)
    }
  }

  async meta(): Promise<Meta> {
    const rows = await this.#ask<{ name: string; value: string }>(
      `SELECT name, value FROM logstat.meta UNION ALL
       SELECT 'column ' || c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       WHERE c.relnamespace = 'logstat'::regnamespace AND c.relname = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped`,
      [EXPORTED.map(({ name }) => name)],
    )
    const find = (name: string): string | undefined => rows.find((row) => row.name === name)?.value
    const version = Number(find('version'))
    checkVersion(version)
    const columns = EXPORTED.map(({ name }): [string, Set<string>] => [
      name,
      new Set(rows.filter((row) => row.name === `column ${name}`).map(({ value }) => value)),
    ])
    const keep = find('keep_days')
    return {
      version,
      keepDays: keep === undefined ? null : Number(keep),
      columns: new Map(columns.filter(([, names]) => names.size > 0)),
    }
  }

  positions(uids: readonly string[]): Promise<Position[]> {
    return this.#ask(`SELECT ${POSITION} FROM logstat.source WHERE uid = ANY ($1)`, [uids])
  }

  same(firstLines: readonly string[]): Promise<(Position & Identity)[]> {
    return this.#ask(
      `SELECT ${POSITION}, first_line AS "firstLine", trail, tail_bytes AS "tailBytes", tail_hash AS "tailHash"
       FROM logstat.source WHERE NOT gone AND first_line = ANY ($1) ORDER BY read_to DESC, id`,
      [firstLines],
    )
  }

  async put(batch: Batch): Promise<boolean> {
    const { sql, values } = statementOf(batch)
    for (let tries = 0; ; tries++) {
      try {
        const { rows } = await this.#client.query<{ n: number }>(sql, values)
        return rows[0]?.n === 1
      } catch (error) {
        // No partition for the row: the first push of a month.
        if ((error as { code?: string }).code !== '23514' || tries > 0) throw postgresError(error, this.#url)
        for (const month of monthsOf(batch)) await this.#ask('SELECT logstat.ensure_month($1)', [month])
      }
    }
  }

  async seen(server: string): Promise<void> {
    await this.#ask(
      'INSERT INTO logstat.server VALUES ($1, now()) ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at',
      [server],
    )
  }

  servers(): Promise<Server[]> {
    return this.#ask(
      `SELECT v.name, count(s.id) AS sources, coalesce(sum((s.about->>'entries')::bigint), 0)::bigint AS entries,
         extract(epoch FROM seen_at)::float8 AS "seenAt", extract(epoch FROM clock_timestamp() - seen_at)::float8 AS age
       FROM logstat.server v LEFT JOIN logstat.source s ON s.server = v.name AND NOT s.gone GROUP BY v.name, v.seen_at ORDER BY v.name COLLATE "C"`,
    )
  }

  async read<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    await this.#ask('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    try {
      const [row] = await this.#ask<{ now: number }>('SELECT extract(epoch FROM now())::float8 AS now')
      const done = await work({
        now: row?.now as number,
        sources: () =>
          this.#ask<CentreSource & QueryResultRow>(
            `SELECT uid, server, about, extract(epoch FROM pushed_at)::float8 AS "pushedAt" FROM logstat.source WHERE NOT gone
             ORDER BY server COLLATE "C", (about->>'id')::bigint, id`,
          ),
        count: async ({ table, from, to }) => {
          const [row] = await this.#ask<{ n: number }>(
            `SELECT count(*) AS n FROM logstat."${table.name}" t WHERE ${['true', ...rangeOf(table, from, to)].join(' AND ')}`,
          )
          return row?.n as number
        },
        rows: (reading) => this.#rows(reading),
      })
      await this.#ask('COMMIT')
      return done
    } catch (error) {
      await this.#client.query('ROLLBACK').catch(() => {})
      throw error
    }
  }

  async *#rows({ table, columns, from, to, codes }: Reading): AsyncGenerator<ReadRow> {
    const names = [...table.keys.map(({ name }) => name), ...columns].map((name) => `t."${name}"`)
    const first = `t."${table.keys[0]?.name}"`
    const conditions = [
      ...rangeOf(table, from, to),
      ...(codes ? [`t.code IN (${codes.map((code) => this.#client.escapeLiteral(code)).join(', ')})`] : []),
    ]
    const ofSources = `SELECT s.uid, s.id, ${names.join(', ')} FROM logstat."${table.name}" t ${OF_SOURCE}`
    // Lists of closed days were added up before.
    const rolled = table.name === 'list' ? await rolledUp(this, from ?? 0, to ?? 2 ** 31 - 1) : []
    const sql =
      rolled.length === 0
        ? `${ofSources} WHERE ${['true', ...conditions].join(' AND ')}`
        : `${ofSources} WHERE ${[`t.period NOT IN (${rolled})`, ...conditions].join(' AND ')}
           UNION ALL SELECT '', 0, ${names.join(', ')} FROM logstat.fleet_list t WHERE ${[`t.period IN (${rolled})`, ...conditions].join(' AND ')}`
    const keys = new Set(table.keys.map(({ name }) => name))
    const order = ['code', 'dimension'].filter((name) => keys.has(name)).map((name) => `t."${name}" COLLATE "C"`)
    await this.#ask(
      `DECLARE reading NO SCROLL CURSOR FOR SELECT * FROM (${sql}) t ORDER BY ${[...order, first, 't.id'].join(', ')}`,
    )
    for (let fetched = FETCHED; fetched === FETCHED; ) {
      const rows = await this.#ask<ReadRow & QueryResultRow>(`FETCH ${FETCHED} FROM reading`)
      fetched = rows.length
      yield* rows
    }
    await this.#ask('CLOSE reading')
  }

  /** Make what is missing of the centre. @returns SQL that could not be run, for somebody with more rights */
  async init(): Promise<string[]> {
    await this.#ask(schemaSql(randomHex(8)))
    const left: string[] = []
    for (const { role, grants } of ROLES) {
      const sql = [
        `DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role}; END IF; END $$`,
        ...grants.map((grant) => `GRANT ${grant} TO ${role}`),
      ].join('; ')
      try {
        await this.#client.query(sql)
      } catch (error) {
        if ((error as { code?: string }).code !== '42501') throw postgresError(error, this.#url)
        left.push(`${sql};`)
      }
    }
    return left
  }

  prune(pruning: Pruning): Promise<string[]> {
    return prunePostgres(this, pruning)
  }
  rollUp(): Promise<number> {
    return rollUpPostgres(this)
  }
  check(): Promise<string[]> {
    return checkPostgres(this)
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {})
  }

  /** @internal For upkeep. */
  ask<R extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    return this.#ask(sql, values)
  }
}

/** Conditions on the first key. */
function rangeOf(table: ExportedTable, from: number | undefined, to: number | undefined): string[] {
  const first = `t."${table.keys[0]?.name}"`
  return [
    ...(from === undefined ? [] : [`${first} >= ${Math.floor(from)}`]),
    ...(to === undefined ? [] : [`${first} < ${Math.floor(to)}`]),
  ]
}

/** One statement that puts the source and its rows, when the centre has the expected token. */
function statementOf({ expected, source, rev, rows }: Batch): { sql: string; values: unknown[] } {
  const given: readonly (readonly [column: string, value: unknown])[] = [
    ['server', source.server],
    ['machine', source.machine],
    ['first_line', source.firstLine],
    ['read_to', source.readTo],
    ['tail_bytes', source.tailBytes],
    ['tail_hash', source.tailHash],
    ['about', JSON.stringify(source.about, storable)],
    ['rev', source.rev],
    ['heavy_rev', source.heavyRev],
    ['top', source.top],
    ['base', source.base],
    ['token', source.token],
    ['gone', source.gone],
    // A column that is not given stays as it is, and is not written anew.
    ...(source.isHeavy || expected === null ? [['trail', Buffer.from(source.trail)] as const] : []),
  ]
  const values: unknown[] = [source.uid, ...given.map(([, value]) => value)]
  const columns = given.map(([column]) => column)
  const times = ['pushed_at', ...(source.isHeavy || expected === null ? ['heavy_at'] : [])]
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const put =
    expected === null
      ? `INSERT INTO logstat.source (uid, ${[...columns, ...times].join(', ')})
         VALUES ($1, ${columns.map((_, i) => `$${i + 2}`).join(', ')}, ${times.map(() => 'now()').join(', ')}) ON CONFLICT (uid) DO NOTHING RETURNING id`
      : `UPDATE logstat.source SET ${[...columns.map((column, i) => `${column} = $${i + 2}`), ...times.map((time) => `${time} = now()`)].join(', ')}
         WHERE uid = $1 AND token = ${parameter(expected)} RETURNING id`
  const parts = [`s AS (${put})`]
  for (const [table, list] of rows)
    parts.push(`"put_${table.name}" AS (${upsertOf(table, list, parameter(JSON.stringify(list.map(textOf))), rev)})`)
  return { sql: `WITH ${parts.join(',\n')}\nSELECT count(*)::int AS n FROM s`, values }
}

function upsertOf(table: ExportedTable, rows: readonly Row[], json: string, rev: number): string {
  const present = new Set(rows.flatMap((row) => Object.keys(row)))
  const columns = [...table.keys, ...table.columns].filter(({ name }) => present.has(name))
  const names = columns.map(({ name }) => `"${name}"`)
  const types = columns.map((column) => `"${column.name}" ${column.type === 'bytes' ? 'text' : typeOf(table, column)}`)
  const values = columns.map(({ name, type }) => (type === 'bytes' ? `decode(x."${name}", 'base64')` : `x."${name}"`))
  const keys = new Set(table.keys.map(({ name }) => `"${name}"`))
  const set = [...names.filter((name) => !keys.has(name)), 'rev'].map((name) => `${name} = excluded.${name}`)
  return `INSERT INTO logstat."${table.name}" AS t (source_id, ${names.join(', ')}, rev)
    SELECT s.id, ${values.join(', ')}, ${Math.floor(rev)}::bigint FROM s, json_to_recordset(${json}::json) AS x (${types.join(', ')})
    ON CONFLICT (${[...keys, 'source_id'].join(', ')}) DO UPDATE SET ${set.join(', ')} WHERE t.rev < excluded.rev`
}

/** A row for JSON: bytes as base64. */
function textOf(row: Row): Record<string, unknown> {
  const of = (value: Value): unknown => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
    return Array.isArray(value) ? value.map((each) => storable('', each)) : storable('', value)
  }
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, of(value)]))
}

/** PostgreSQL has no NUL in a text, and no half of a pair of surrogates. */
function storable(_: string, value: unknown): unknown {
  return typeof value === 'string' && /[\0\ud800-\udfff]/.test(value)
    ? Buffer.from(value).toString().replaceAll('\0', '\u2400')
    : value
}

/** Months of the rows, counted from January 1970. */
function monthsOf({ rows }: Batch): Set<number> {
  const months = new Set<number>()
  for (const [table, list] of rows) {
    const name = isByTime(table) ? table.keys[0]?.name : undefined
    if (name === undefined) continue
    for (const row of list) {
      const day = new Date(((row[name] as number) / perDay(table)) * 86_400_000)
      const month = (day.getUTCFullYear() - 1970) * 12 + day.getUTCMonth()
      if (month >= 0) months.add(month)
    }
  }
  return months
}
