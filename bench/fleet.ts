import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClickHouseCentre, connectClickHouse } from '../src/fleet/clickhouse.js'
import { connectPostgres, type PostgresCentre } from '../src/fleet/postgres.js'
import { pull } from '../src/fleet/pull.js'
import { push } from '../src/fleet/push.js'
import { makeReport } from '../src/report/report.js'
import { type NewSource, openStore } from '../src/store/store.js'
import type { Tally } from '../src/tally/tally.js'
import { CLICKHOUSE, ClickHouseNode } from '../test/clickhouse-node.js'
import { Cluster, POSTGRES } from '../test/postgres-cluster.js'
import { DAY, FIRST_DAY, tallyOf } from './site.js'

// What a centre costs: bytes of a server-day, a minute's push and its WAL, pushes a second, the report of a day.
//
//     npx tsx bench/fleet.ts            FLEET_SERVERS=200 for the figures of docs/fleet.md

const SERVERS = Number(process.env.FLEET_SERVERS ?? 10)
const PUSHES = 50
const folder = mkdtempSync(join(tmpdir(), 'logstat-fleet-bench-'))
const databases: string[] = []
const mb = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`
const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] as number

function add(file: string, id: number | null, server: number, tally: Tally, entries: number): void {
  const store = openStore(file)
  const source: NewSource & { id: number | null } = {
    id, name: 'access.log', path: '/var/log/nginx/access.log', format: 'combined', server: 'nginx', software: null, fields: null, stream: false,
    firstLine: String(server).padStart(16, '0'), trail: randomBytes(13_000), tailBytes: 1024, tailHash: 'f'.repeat(64), readTo: 2e9 + entries,
    openLine: false, lines: entries, entries, rejected: 0, ignored: 0, withoutTime: 0, readAt: FIRST_DAY + DAY,
  } // biome-ignore format: a record
  store.add(source, [tally], new Map())
  store.close()
}
const hitsOf = (tally: Tally): number => [...tally.codes.values()].reduce((n, { hits }) => n + hits, 0)

let entries = 0
for (let server = 0; server < SERVERS; server++) {
  const file = join(folder, `${server}.db`)
  const tally = tallyOf(0)
  entries = hitsOf(tally)
  add(file, null, server, tally, entries)
  databases.push(file)
}

async function pushTo(centre: PostgresCentre | ClickHouseCentre, server: number, heavyEvery = 0): Promise<number> {
  const store = openStore(databases[server] as string)
  const name = `web-${server}`
  const started = performance.now()
  await push(store, centre, { server: name, machine: name, heavyEvery })
  const time = performance.now() - started
  store.close()
  return time
}

/** A minute more of each code in the log of a server. */
let minutes = 0
function oneMinute(server: number): void {
  const tally = tallyOf(0, 1439, 1440)
  const of = hitsOf(tally)
  entries += of
  add(databases[server] as string, 1, server, tally, entries)
  minutes++
}

async function reportOf(
  centre: PostgresCentre | ClickHouseCentre,
  select?: (status: number | null) => boolean,
): Promise<number> {
  const started = performance.now()
  const cpu = process.cpuUsage()
  const store = openStore(null)
  await pull(centre, store, select ? { select: ({ status }) => select(status) } : {})
  const pulled = process.cpuUsage(cpu).user / 1000
  makeReport(store)
  store.close()
  console.log(
    `  CPU here: pull ${pulled.toFixed(0)} ms, report ${(process.cpuUsage(cpu).user / 1000 - pulled).toFixed(0)} ms`,
  )
  return performance.now() - started
}

async function measure(
  name: string,
  centre: PostgresCentre | ClickHouseCentre,
  sizeOf: () => Promise<number>,
): Promise<void> {
  const whole: number[] = []
  for (let server = 0; server < SERVERS; server++) whole.push(await pushTo(centre, server))
  console.log(
    `${name}: a day of ${SERVERS} servers, ${mb((await sizeOf()) / SERVERS)} a server-day; push of a day ${median(whole).toFixed(0)} ms`,
  )
  console.log(`${name}: report of the day, lists of all codes ${(await reportOf(centre)).toFixed(0)} ms`)
  console.log(
    `${name}: report of the day, lists of 5xx ${(await reportOf(centre, (s) => s !== null && s >= 500)).toFixed(0)} ms`,
  )
  console.log(`${name}: reader ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`)
}

if (POSTGRES) {
  const cluster = new Cluster([])
  await cluster.start()
  const centre = await connectPostgres(cluster.url())
  await centre.init()
  const one = async (sql: string): Promise<number> => Number((await centre.ask<{ n: number }>(sql))[0]?.n)
  const sizeOf = (): Promise<number> =>
    one(
      "SELECT sum(pg_total_relation_size(oid))::bigint AS n FROM pg_class WHERE relnamespace = 'logstat'::regnamespace AND relkind = 'r'",
    )
  await measure('PostgreSQL', centre, sizeOf)
  const times: number[] = []
  await centre.ask('CHECKPOINT')
  for (let i = 0; i < SERVERS; i++) {
    oneMinute(i % SERVERS)
    await pushTo(centre, i % SERVERS, 1e9)
  }
  const before = await one("SELECT pg_current_wal_lsn() - '0/0' AS n")
  for (let i = 0; i < PUSHES; i++) {
    oneMinute(i % SERVERS)
    times.push(await pushTo(centre, i % SERVERS, 1e9))
  }
  const wal = ((await one("SELECT pg_current_wal_lsn() - '0/0' AS n")) - before) / PUSHES
  console.log(`PostgreSQL: push of a minute ${median(times).toFixed(1)} ms, ${mb(wal)} WAL`)
  await centre.close()
  await cluster.remove()
}
if (CLICKHOUSE) {
  const node = new ClickHouseNode()
  await node.start()
  const centre = await connectClickHouse(node.url)
  await centre.init()
  const sizeOf = async (): Promise<number> =>
    Number(
      (
        await centre.ask<{ n: number }>(
          "SELECT sum(bytes_on_disk) AS n FROM system.parts WHERE active AND database = 'default'",
        )
      )[0]?.n,
    )
  await measure('ClickHouse', centre, sizeOf)
  await node.remove()
}
console.log(`${minutes} minutes pushed`)
rmSync(folder, { recursive: true, force: true })
