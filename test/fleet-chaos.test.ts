import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, connect as dial, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectPostgres } from '../src/fleet/postgres.js'
import { heldBy, holdInHistories, Machine, truthOf } from './fleet-histories.js'
import { Cluster, POSTGRES } from './postgres-cluster.js'
import { postgresStart } from './postgres-start.js'
import { ROOT } from './support.js'

// What breaks between a server and the centre: programs killed, connections cut, PostgreSQL crashed. FLEET_CHAOS=long does it
// a hundred times as often.

const LONG = process.env.FLEET_CHAOS === 'long'
const KILLS = LONG ? 1000 : 12
const CRASHES = LONG ? 50 : 2
/** Of the bytes of a push, one in so many is a place where it is cut. */
const STEP = LONG ? 1 : 211
const HISTORIES = Number(process.env.FLEET_HISTORIES ?? (LONG ? 500 : 6))
const TIME = 7_200_000

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(!POSTGRES)('a centre in PostgreSQL, whatever breaks (skipped where there is none)', () => {
  let cluster: Cluster
  let folder = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'logstat-chaos-'))
    cluster = new Cluster()
    await cluster.start()
    const owner = await connectPostgres(cluster.url())
    await owner.init()
    await owner.close()
  })
  afterAll(async () => {
    await cluster?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const held = async (): Promise<unknown> => {
    const centre = await connectPostgres(cluster.url())
    try {
      return await heldBy(centre)
    } finally {
      await centre.close()
    }
  }
  const write = (machine: Machine, n: number): void => {
    for (let i = 0; i < 5; i++)
      machine.lines.push({ minute: 29_000_000 + ((n * 131 + i * 17) % 4000), status: 200, path: i })
    machine.ingest()
  }

  it(
    'has each line once when pushers are killed and it crashes',
    async () => {
      const machines = [0, 1, 2, 3].map((i) => new Machine(join(folder, `web-${i}`), `web-${i}`))
      let kills = 0
      let crashes = 0
      let done = false
      const pushers = machines.map(async (machine) => {
        for (let n = 0; kills < KILLS || crashes < CRASHES; n++) {
          write(machine, n)
          const args = ['push', '--db', machine.db, '--to', cluster.url(), '--as', machine.name, '--timeout', '5', '-q']
          const child = spawn(process.execPath, [join(ROOT, 'bin/logstat.js'), ...args], { stdio: 'ignore' })
          const ended = new Promise((resolve) => child.once('exit', resolve))
          // A start takes some 300 ms; the time says where it is hit, not whether the test passes.
          await Promise.race([ended, sleep(150 + ((n * 37) % 400))])
          if (child.kill('SIGKILL')) kills++
          await ended
        }
      })
      const breaker = (async () => {
        while (!done) {
          await sleep(1500)
          if (crashes < CRASHES && kills >= (KILLS * crashes) / CRASHES) {
            await cluster.stop('SIGQUIT')
            await cluster.start()
            crashes++
          } else if (crashes > 0) {
            const owner = await connectPostgres(cluster.url())
            await owner.ask(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'logstat'`,
            )
            await owner.close()
          }
        }
      })()
      await Promise.all(pushers)
      done = true
      await breaker
      const centre = await connectPostgres(cluster.url())
      for (const machine of machines) await machine.push(centre)
      await centre.close()
      expect(await held()).toEqual(truthOf(machines))
      const owner = await connectPostgres(cluster.url())
      expect(await owner.check()).toEqual([])
      await owner.close()
    },
    TIME,
  )

  it(
    'has each line once when a push is cut at any byte',
    async () => {
      const owner = await connectPostgres(cluster.url())
      await owner.ask(
        'TRUNCATE logstat.source, logstat.hour, logstat.span, logstat.list, logstat.evidence, logstat.reject',
      )
      const machine = new Machine(join(folder, 'cut'), 'cut')
      const proxy = new CuttingProxy(join(folder, 'proxy'), cluster.folder)
      await proxy.listen()
      const pushThrough = async (): Promise<void> => {
        const centre = await connectPostgres(cluster.url().replace(cluster.folder, proxy.folder))
        await machine.push(centre).finally(() => centre.close())
      }
      write(machine, 0)
      await pushThrough()
      const { up, down } = proxy.passed
      expect(up).toBeGreaterThan(2000)
      let failed = 0
      const places = [
        ...Array.from({ length: Math.ceil(up / STEP) }, (_, i) => ({ up: i * STEP, down: Infinity })),
        ...Array.from({ length: Math.ceil(down / STEP) }, (_, i) => ({ up: Infinity, down: i * STEP })),
      ]
      for (const [n, place] of places.entries()) {
        write(machine, n)
        proxy.cutAt(place)
        await pushThrough().catch(() => failed++)
      }
      expect(failed).toBeGreaterThan(places.length / 2)
      await machine.push(owner)
      expect(await heldBy(owner)).toEqual(truthOf([machine]))
      await owner.close()
      proxy.close()
    },
    TIME,
  )

  it(
    'has each line once in any history',
    async () => {
      await holdInHistories(await postgresStart(cluster), HISTORIES)
    },
    TIME,
  )
})

/** Hands bytes on between a client and PostgreSQL, and cuts the connection behind so many of them. */
class CuttingProxy {
  passed = { up: 0, down: 0 }
  #limit = { up: Infinity, down: Infinity }
  readonly #server
  constructor(
    readonly folder: string,
    target: string,
  ) {
    mkdirSync(folder)
    this.#server = createServer((client) => {
      const server = dial(join(target, '.s.PGSQL.5432'))
      const hand = (way: 'up' | 'down', from: Socket, to: Socket): void => {
        from.on('data', (bytes) => {
          const rest = this.#limit[way] - this.passed[way]
          this.passed[way] += bytes.length
          to.write(bytes.subarray(0, Math.max(0, rest)))
          if (bytes.length < rest) return
          client.destroy()
          // What was handed on arrives: a server often gets more than its client believes.
          server.end()
        })
        from.on('error', () => to.destroy())
        from.on('close', () => to.end())
      }
      hand('up', client, server)
      hand('down', server, client)
    })
  }
  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(join(this.folder, '.s.PGSQL.5432'), resolve))
  }
  /** The next connection is cut there. */
  cutAt(limit: { readonly up: number; readonly down: number }): void {
    this.passed = { up: 0, down: 0 }
    this.#limit = limit
  }
  close(): void {
    this.#server.close()
  }
}
