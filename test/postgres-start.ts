import { connectPostgres, type PostgresCentre } from '../src/fleet/postgres.js'
import type { Tested } from './fleet-contract.js'
import type { Cluster } from './postgres-cluster.js'

const TABLES = ['meta', 'server', 'source', 'hour', 'span', 'list', 'evidence', 'reject']

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

/** Makes empty centres in a cluster, one after the other. */
export async function postgresStart(cluster: Cluster): Promise<() => Promise<Tested>> {
  const owner = await connectPostgres(cluster.url())
  await owner.init()
  for (const [role, group] of [
    ['pusher', 'logstat_push'],
    ['reader', 'logstat_read'],
  ])
    await owner.ask(`CREATE ROLE ${role} LOGIN IN ROLE ${group}`)
  await owner.close()
  // The role of a server may read, add and change; the tests are done with no more.
  const connect = (): Promise<PostgresCentre> => connectPostgres(cluster.url('pusher'))
  return async () => {
    const owner = await connectPostgres(cluster.url())
    await owner.ask(
      'TRUNCATE logstat.source, logstat.server, logstat.hour, logstat.span, logstat.list, logstat.evidence, logstat.reject, logstat.fleet_day, logstat.fleet_list',
    )
    const reader = await connectPostgres(cluster.url('reader'))
    const closing = {
      close: async () => {
        await owner.close()
        await reader.close()
      },
    }
    return {
      centre: await connect(),
      reader: new Proxy(reader, {
        get: (of, name) => {
          if (name === 'close') return closing.close
          const member = Reflect.get(of, name) as unknown
          return typeof member === 'function' ? member.bind(of) : member
        },
      }),
      connect,
      later: async (seconds) => {
        const shift = `- interval '${seconds} s'`
        await owner.ask(`UPDATE logstat.source SET pushed_at = pushed_at ${shift}, heavy_at = heavy_at ${shift}`)
      },
      backup: () => backup(owner),
    }
  }
}
