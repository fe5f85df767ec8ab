import { EXPORTED, isByTime, partsOf, type Row, tableOf, type Value } from '../store/exported.js'
import { SUM_COLUMNS } from '../store/measures.js'
import {
  type Batch,
  CENTRE_VERSION,
  type CentreSource,
  checkVersion,
  type Identity,
  type Meta,
  type Position,
  type PushedSource,
  type Reading,
  type ReadRow,
  type Server,
  type Snapshot,
} from './centre.js'
import { ClickHouseHttp } from './clickhouse-http.js'
import { clickHouseSchema, typeOf } from './clickhouse-schema.js'
import type { KeptCentre, Pruning } from './upkeep.js'

// A centre in ClickHouse: tables that keep the row of the highest revision of each key. There are no transactions: a
// source tells the revision under way before its rows come, and how far it is behind them. A push that was cut off is
// sent again.

export async function connectClickHouse(url: string): Promise<ClickHouseCentre> {
  const http = new ClickHouseHttp(url)
  await http.ask('SELECT 1 AS one')
  return new ClickHouseCentre(http)
}

type SourceRow = Record<string, string | number>

const NAMES: Readonly<Record<string, string>> = {
  heavyRev: 'heavy_rev',
  readTo: 'read_to',
  firstLine: 'first_line',
  tailBytes: 'tail_bytes',
  tailHash: 'tail_hash',
}
/** Keys of a source that are columns as they are, or under the name above. */
const KEPT = [
  'uid',
  'server',
  'machine',
  'firstLine',
  'readTo',
  'tailBytes',
  'tailHash',
  'rev',
  'heavyRev',
  'top',
  'base',
  'token',
] as const satisfies readonly (keyof PushedSource)[]

const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const listOf = (texts: readonly string[]): string => `(${texts.map(literal).join(', ')})`

export class ClickHouseCentre implements KeptCentre {
  readonly #http: ClickHouseHttp

  constructor(http: ClickHouseHttp) {
    this.#http = http
  }

  /** @internal For tests and upkeep. */
  ask<R>(sql: string): Promise<R[]> {
    return this.#http.ask<R>(sql)
  }
  /** @internal */
  run(sql: string): Promise<void> {
    return this.#http.run(sql)
  }

  async meta(): Promise<Meta> {
    const rows = await this.ask<{ name: string; value: string }>('SELECT name, value FROM meta FINAL')
    const columns = await this.ask<{ table: string; name: string }>(
      `SELECT table, name FROM system.columns WHERE database = currentDatabase() AND table IN ${listOf(EXPORTED.map(({ name }) => name))}`,
    )
    const find = (name: string): string | undefined => rows.find((row) => row.name === name)?.value
    const version = Number(find('version'))
    checkVersion(version)
    const keep = find('keep_days')
    const of = (table: string): Set<string> =>
      new Set(columns.filter((column) => column.table === table).map(({ name }) => name))
    return {
      version,
      keepDays: keep === undefined ? null : Number(keep),
      columns: new Map(EXPORTED.map(({ name }) => [name, of(name)])),
    }
  }

  async positions(uids: readonly string[]): Promise<Position[]> {
    return uids.length === 0 ? [] : (await this.#sources(`uid IN ${listOf(uids)}`)).map(positionOf)
  }

  async same(firstLines: readonly string[]): Promise<(Position & Identity)[]> {
    const rows = await this.#sources(`gone = 0 AND first_line IN ${listOf(firstLines)}`)
    return rows.map(positionOf).sort((a, b) => b.readTo - a.readTo)
  }

  #sources(where: string): Promise<SourceRow[]> {
    return this.ask<SourceRow>(
      `SELECT *, toUnixTimestamp(now()) - pushed_at AS age, toUnixTimestamp(now()) - heavy_at AS heavy_age FROM source FINAL WHERE ${where}`,
    )
  }

  async put({ expected, source, rev, rows }: Batch): Promise<boolean> {
    const [known] = await this.#sources(`uid = ${literal(source.uid)}`)
    if ((known?.token ?? null) !== expected) return false
    const [clock] = await this.ask<{ now: number }>('SELECT toUnixTimestamp(now()) AS now')
    const now = clock?.now as number
    const row: SourceRow = {
      ...Object.fromEntries(KEPT.map((name) => [NAMES[name] ?? name, source[name]])),
      gone: Number(source.gone),
      about: JSON.stringify(source.about),
      trail: source.isHeavy || !known ? base64(source.trail) : (known.trail as string),
      heavy_at: source.isHeavy || !known ? now : (known.heavy_at as number),
      pushed_at: now,
    }
    const version = Number(known?.version ?? 0)
    // The highest revision and the token are there before any row: who takes the source over knows of it.
    const before = known ?? { ...row, rev: 0, heavy_rev: 0, base: 0 }
    const { age, heavy_age, ...kept } = before
    const begun = { ...kept, top: source.top, token: source.token, pushed_at: now, version: version + 1 }
    if (rows.size > 0) await this.#http.insert('source', [begun])
    for (const [table, list] of rows)
      await this.#http.insert(
        table.name,
        list.map((each) => ({ ...textOf(each), source: source.uid, rev })),
      )
    await this.#http.insert('source', [{ ...row, version: version + 2 }])
    return true
  }

  async seen(server: string): Promise<void> {
    await this.#http.run(`INSERT INTO server SELECT ${literal(server)}, toUnixTimestamp(now())`)
  }

  async servers(): Promise<Server[]> {
    const rows = await this.ask<{ name: string; seen_at: number; age: number }>(
      'SELECT name, seen_at, toUnixTimestamp(now()) - seen_at AS age FROM server FINAL ORDER BY name',
    )
    const sources = await this.#sources('gone = 0')
    return rows.map(({ name, seen_at: seenAt, age }) => {
      const of = sources.filter(({ server }) => server === name)
      const entries = of.reduce((n, { about }) => n + Number(JSON.parse(about as string).entries), 0)
      return { name, sources: of.length, entries, seenAt, age }
    })
  }

  async read<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const sources = (await this.#sources('gone = 0')).map((row) => ({
      uid: row.uid as string,
      server: row.server as string,
      base: Number(row.base),
      about: JSON.parse(row.about as string) as CentreSource['about'],
      pushedAt: Number(row.pushed_at),
    }))
    sources.sort((a, b) =>
      a.server < b.server ? -1 : a.server > b.server ? 1 : Number(a.about.id) - Number(b.about.id),
    )
    const bases = new Map(sources.map(({ uid, base }) => [uid, base]))
    const [clock] = await this.ask<{ now: number }>('SELECT toUnixTimestamp(now()) AS now')
    return work({
      now: clock?.now as number,
      sources: async () => sources,
      count: async ({ table, from, to }) => {
        const [row] = await this.ask<{ n: number }>(
          `SELECT count() AS n FROM ${table.name} ${whereOf({ table, from, to })}`,
        )
        return Number(row?.n)
      },
      rows: (reading) => this.#rows(reading, bases),
    })
  }

  async *#rows(reading: Reading, bases: ReadonlyMap<string, number>): AsyncGenerator<ReadRow> {
    const { table, columns } = reading
    const names = [...table.keys.map(({ name }) => name), ...columns]
    const bytes = table.columns.filter(({ type, name }) => type === 'bytes' && columns.includes(name))
    const keys = new Set(table.keys.map(({ name }) => name))
    const order = [...['code', 'dimension'].filter((name) => keys.has(name)), table.keys[0]?.name, 'source']
    const found = this.#http.stream<Record<string, Value>>(
      `SELECT source AS uid, rev, ${names.map((name) => `\`${name}\``).join(', ')} FROM ${table.name} FINAL ${whereOf(reading)} ORDER BY ${order.join(', ')}`,
    )
    for await (const { uid, rev, ...row } of found) {
      const base = bases.get(uid as string)
      if (base === undefined || (rev as number) < base) continue
      for (const { name } of bytes) if (row[name] !== null) row[name] = Buffer.from(row[name] as string, 'base64')
      yield { uid: uid as string, ...row }
    }
  }

  async init(): Promise<string[]> {
    for (const sql of clickHouseSchema()) await this.#http.run(sql)
    const known = await this.ask<{ table: string; name: string }>(
      'SELECT table, name FROM system.columns WHERE database = currentDatabase()',
    )
    const have = new Set(known.map(({ table, name }) => `${table} ${name}`))
    for (const table of EXPORTED)
      for (const column of table.columns)
        if (!have.has(`${table.name} ${column.name}`))
          await this.#http.run(`ALTER TABLE ${table.name} ADD COLUMN \`${column.name}\` ${typeOf(column)}`)
    await this.#note('version', String(CENTRE_VERSION))
    return []
  }

  async #note(name: string, value: string): Promise<void> {
    await this.#http.insert('meta', [{ name, value, version: Date.now() }])
  }

  async prune({ keep, minutes, lists }: Pruning): Promise<string[]> {
    if (keep !== undefined) await this.#note('keep_days', String(keep))
    const parts = await this.ask<{ table: string; month: string }>(
      `SELECT DISTINCT table, partition AS month FROM system.parts WHERE database = currentDatabase() AND active
       AND table IN ${listOf(EXPORTED.filter(isByTime).map(({ name }) => name))}`,
    )
    const gone: string[] = []
    for (const { table, month } of parts) {
      const end = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)), 1) / 86_400_000
      const isBefore = (days: number | undefined): boolean =>
        days !== undefined && end <= Date.now() / 86_400_000 - days
      // Rows without a time stand in the first month of all.
      if (month === '197001') continue
      if (isBefore(keep) || (table === 'list' && isBefore(lists))) {
        await this.#http.run(`ALTER TABLE ${table} DROP PARTITION ${month}`)
        gone.push(`${table} ${month}`)
      } else if (table === 'hour' && isBefore(minutes)) {
        for (const column of ['parts', ...SUM_COLUMNS.map(partsOf)])
          await this.#http.run(`ALTER TABLE hour CLEAR COLUMN \`${column}\` IN PARTITION ${month}`)
        gone.push(`${table} ${month}: minutes`)
      }
    }
    return gone
  }

  /** Lists are added up fast enough when they are read. */
  async rollUp(): Promise<number> {
    return 0
  }

  async check(): Promise<string[]> {
    const hits = await this.read(async ({ rows }) => {
      const sums = new Map<string, number>()
      const table = tableOf('hour')
      for await (const row of rows({ table, columns: ['hits'] }))
        sums.set(row.uid, (sums.get(row.uid) ?? 0) + (row.hits as number))
      return sums
    })
    const { keepDays } = await this.meta()
    return (await this.#sources('gone = 0 AND rev = top')).flatMap(({ uid, about }) => {
      const { entries, pruned } = JSON.parse(about as string) as { entries: number; pruned: number }
      const n = hits.get(uid as string) ?? 0
      if (n > entries) return [`hours have more hits than the log has entries (${uid})`]
      return keepDays === null && n < entries - pruned
        ? [`hours have fewer hits than the log has entries (${uid})`]
        : []
    })
  }

  async close(): Promise<void> {}
}

function positionOf(row: SourceRow): Position & Identity {
  const of = <T>(name: string): T => row[NAMES[name] ?? name] as T
  const kept = Object.fromEntries(KEPT.map((name) => [name, of(name)]))
  return {
    ...(kept as unknown as Omit<Position & Identity, 'trail' | 'gone' | 'pushedAt' | 'age' | 'heavyAge'>),
    trail: Buffer.from(row.trail as string, 'base64'),
    gone: row.gone === 1,
    pushedAt: row.pushed_at as number,
    age: row.age as number,
    heavyAge: row.heavy_age as number,
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

function textOf(row: Row): Record<string, unknown> {
  const of = (value: Value): unknown => (value instanceof Uint8Array ? base64(value) : value)
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, of(value)]))
}

interface Which extends Pick<Reading, 'table' | 'codes'> {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

function whereOf({ table, from, to, codes }: Which): string {
  const first = table.keys[0]?.name
  const conditions = [
    ...(from === undefined ? [] : [`${first} >= ${Math.floor(from)}`]),
    ...(to === undefined ? [] : [`${first} < ${Math.floor(to)}`]),
    ...(codes ? [`code IN ${listOf(codes)}`] : []),
  ]
  return conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
}
