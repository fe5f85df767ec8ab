import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectPostgres, type PostgresCentre } from '../src/fleet/postgres.js'
import { contract } from './fleet-contract.js'
import { Cluster, POSTGRES } from './postgres-cluster.js'

it.runIf(process.env.LOGSTAT_SERVERS)('has a PostgreSQL to be tested with', () => expect(POSTGRES).toBeDefined())

const TABLES = ['meta', 'server', 'source', 'hour', 'span', 'list', 'reject']

/** Keep what the tables hold. @returns what puts it back */
async function backup(owner: PostgresCentre): Promise<() => Promise<void>> {
  await owner.ask('DROP SCHEMA IF EXISTS kept CASCADE')
  await owner.ask('CREATE SCHEMA kept')
  for (const name of TABLES) await owner.ask(`CREATE TABLE kept.${name} AS SELECT * FROM logstat.${name}`)
  return async () => {
    for (const name of TABLES) {
      await owner.ask(`DELETE FROM logstat.${name}`)
      await owner.ask(`INSERT INTO logstat.${name} OVERRIDING SYSTEM VALUE SELECT * FROM kept.${name}`)
    }
  }
}

describe.skipIf(!POSTGRES)('a centre in PostgreSQL (skipped where there is none: apt install postgresql)', () => {
  let cluster: Cluster
  let owner: PostgresCentre
  beforeAll(async () => {
    cluster = new Cluster()
    await cluster.start()
    owner = await connectPostgres(cluster.url())
    await owner.init()
    await owner.ask('CREATE ROLE pusher LOGIN IN ROLE logstat_push')
    await owner.ask('CREATE ROLE reader LOGIN IN ROLE logstat_read')
  })
  afterAll(async () => {
    await owner?.close()
    await cluster?.remove()
  })

  contract(async () => {
    await owner.ask('DROP SCHEMA logstat CASCADE')
    expect(await owner.init()).toEqual([])
    // The role of a server may read, add and change; the tests are done with no more.
    const connect = () => connectPostgres(cluster.url('pusher'))
    return {
      centre: await connect(),
      reader: await connectPostgres(cluster.url('reader')),
      connect,
      later: async (seconds) => {
        const shift = `- interval '${seconds} s'`
        await owner.ask(`UPDATE logstat.source SET pushed_at = pushed_at ${shift}, heavy_at = heavy_at ${shift}`)
      },
      backup: () => backup(owner),
    }
  })
})
