import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClickHouseCentre, connectClickHouse } from '../src/fleet/clickhouse.js'
import { CLICKHOUSE, ClickHouseNode } from './clickhouse-node.js'
import { contract, type Tested } from './fleet-contract.js'
import { heldBy, holdInHistories, Machine, truthOf } from './fleet-histories.js'
import { World } from './fleet-world.js'

it.runIf(process.env.LOGSTAT_SERVERS)('has a ClickHouse to be tested with', () => expect(CLICKHOUSE).toBeDefined())

const TABLES = ['meta', 'server', 'source', 'hour', 'span', 'list', 'evidence', 'reject']

describe.skipIf(!CLICKHOUSE)(
  'a centre in ClickHouse (skipped where there is none: apt install clickhouse-server)',
  () => {
    let node: ClickHouseNode
    let owner: ClickHouseCentre
    beforeAll(async () => {
      node = new ClickHouseNode()
      await node.start()
      owner = await connectClickHouse(node.url)
      await owner.init()
    })
    afterAll(() => node?.remove())

    async function start(): Promise<Tested> {
      for (const name of TABLES) await owner.run(`TRUNCATE TABLE ${name}`)
      await owner.init()
      const connect = (): Promise<ClickHouseCentre> => connectClickHouse(node.url)
      return {
        centre: await connect(),
        reader: await connect(),
        connect,
        later: (seconds) =>
          owner.run(
            `INSERT INTO source SELECT uid, server, machine, first_line, trail, read_to, tail_bytes, tail_hash, about, rev, heavy_rev, top, base,
             token, gone, pushed_at - ${seconds}, heavy_at - ${seconds}, version + 1 FROM source FINAL`,
          ),
        backup: async () => {
          for (const name of TABLES) {
            await owner.run(`DROP TABLE IF EXISTS kept_${name}`)
            await owner.run(`CREATE TABLE kept_${name} AS ${name}`)
            await owner.run(`INSERT INTO kept_${name} SELECT * FROM ${name}`)
          }
          return async () => {
            for (const name of TABLES) {
              await owner.run(`TRUNCATE TABLE ${name}`)
              await owner.run(`INSERT INTO ${name} SELECT * FROM kept_${name}`)
            }
          }
        },
      }
    }
    contract(start)

    it('has each line once in any history', async () => {
      await holdInHistories(start, Number(process.env.FLEET_HISTORIES ?? 4))
    }, 7_200_000)

    it('has each line once when it is killed again and again', async () => {
      // Parts that were truncated a moment ago come back when this version is killed: a node of its own.
      const mortal = new ClickHouseNode()
      await mortal.start()
      const centre = await connectClickHouse(mortal.url)
      await centre.init()
      const world = new World()
      const machine = new Machine(`${world.folder}/web`, 'web')
      for (let n = 0; n < 12; n++) {
        for (let i = 0; i < 20; i++) machine.lines.push({ minute: 29_000_000 + n * 61 + i, status: 200, path: i % 3 })
        machine.ingest()
        const pushing = machine.push(centre).catch(() => {})
        if (n % 4 === 1) {
          await new Promise((resolve) => setTimeout(resolve, n * 5))
          await mortal.stop()
          await mortal.start()
        }
        await pushing
      }
      await machine.push(centre)
      expect(await heldBy(centre)).toEqual(truthOf([machine]))
      expect(await centre.check()).toEqual([])
      world.remove()
      await mortal.remove()
    }, 600_000)
  },
)
