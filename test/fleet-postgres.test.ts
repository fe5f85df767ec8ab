import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectPostgres } from '../src/fleet/postgres.js'
import { rollUpPostgres } from '../src/fleet/postgres-upkeep.js'
import { contract } from './fleet-contract.js'
import { lineAt, type WebServer, World } from './fleet-world.js'
import { Cluster, POSTGRES } from './postgres-cluster.js'
import { postgresStart } from './postgres-start.js'
import { logstat, ROOT } from './support.js'

it.runIf(process.env.LOGSTAT_SERVERS)('has a PostgreSQL to be tested with', () => expect(POSTGRES).toBeDefined())

describe.skipIf(!POSTGRES)('a centre in PostgreSQL (skipped where there is none: apt install postgresql)', () => {
  let cluster: Cluster
  let start: Awaited<ReturnType<typeof postgresStart>>
  beforeAll(async () => {
    cluster = new Cluster()
    await cluster.start()
    start = await postgresStart(cluster)
  })
  afterAll(() => cluster?.remove())
  contract(() => start())
})

describe.skipIf(!POSTGRES)('logstat with a centre in PostgreSQL', () => {
  let cluster: Cluster
  let world: World
  let url = ''
  let servers: WebServer[] = []
  const run = (...args: string[]) => logstat(args)
  const json = (...args: string[]) => JSON.parse(run(...args, '--format', 'json').stdout) as Record<string, unknown>

  beforeAll(async () => {
    cluster = new Cluster()
    await cluster.start()
    url = cluster.url()
    world = new World()
    servers = ['web-1', 'web-2'].map((name) => world.server(name))
    for (const [k, server] of servers.entries()) {
      server.write(...Array.from({ length: 400 }, (_, i) => lineAt(i * 9 + k, [200, 404, 200, 503, 301][i % 5])))
      await server.ingest()
    }
  })
  afterAll(async () => {
    world?.remove()
    await cluster?.remove()
  })

  it('says what is missing before there are tables', () => {
    const { status, stderr } = run('push', '--db', servers[0]?.db as string, '--to', url)
    expect(stderr).toContain('logstat fleet init')
    expect(status).toBe(2)
  })

  it('sets a centre up, takes pushes and tells the report of all servers', () => {
    expect(run('fleet', 'init', '--to', url)).toMatchObject({ status: 0, stderr: '' })
    for (const { db, name } of servers)
      expect(run('push', '--db', db, '--to', url, '--as', name)).toMatchObject({ status: 0, stderr: '' })
    expect(run('push', '--db', servers[0]?.db as string, '--to', url, '--as', 'web-1').stdout).toContain('0 rows')
    const merged = join(world.folder, 'merged.db')
    run('merge', ...servers.map(({ db }) => db), '-o', merged)
    for (const options of [
      [],
      ['--since', '2026-11-20 09:00', '--until', '2026-11-21 10:30'],
      ['-s', '4xx', '--top', '3'],
      ['--compare', '2026-11-20..2026-11-21'],
      ['--by', 'source'],
    ]) {
      const all = [...options, '--tz', 'UTC']
      const { fleet, ...told } = json('report', '--db', url, ...all)
      expect(fleet).toMatchObject({ servers: 2, silent: [], byHour: false })
      const { inputs, sections, ...expected } = json('report', '--db', merged, ...all)
      expect(told).toMatchObject(expected)
      expect(told.inputs).toEqual(inputs)
    }
    const { sections } = json('report', '--db', url, '--by', 'server') as { sections: { rows: { name: string }[] } }
    expect(sections.rows.map(({ name }) => name).sort()).toEqual(['web-1', 'web-2'])
    const text = run('report', '--db', url, '--tz', 'UTC').stdout
    expect(text).toMatch(/^As of .*, 2 of 2 servers\n/)
    expect(run('iis', '--db', url).status).toBe(0)
    const summary = ['summary', '--day', '2026-11-21', '--tz', 'UTC']
    expect(json(...summary, '--db', url)).toMatchObject(json(...summary, '--db', merged))
    expect(run('query', 'codes-by-day', '--db', url).stdout).toBe(run('query', 'codes-by-day', '--db', merged).stdout)
  })

  it('pushes beside ingest and summary, which go on without a centre', async () => {
    const web = world.server('web-3').write(lineAt(1), lineAt(2))
    const nowhere = 'postgres://x@127.0.0.1:1/x'
    const entries = (): unknown => json('report', '--db', url).totals
    const before = (entries() as { entries: number }).entries
    expect(run('ingest', web.log, '--db', web.db, '--push', url, '--as', 'web-3').status).toBe(0)
    expect(entries()).toMatchObject({ entries: before + 2 })
    web.write(lineAt(3))
    const summary = run('summary', web.log, '--db', web.db, '--day', '2026-11-20', '--push', url, '--as', 'web-3')
    expect(summary.stderr).not.toContain('centre')
    expect(entries()).toMatchObject({ entries: before + 3 })
    web.write(lineAt(4))
    const following = spawn(
      process.execPath,
      [
        join(ROOT, 'bin/logstat.js'),
        'ingest',
        web.log,
        '--db',
        web.db,
        '--follow',
        '--interval',
        '1',
        '--push',
        nowhere,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let said = ''
    following.stderr.on('data', (bytes) => (said += bytes))
    // It has read what is new, though nobody answers.
    await new Promise((resolve) => following.stdout.once('data', resolve))
    following.kill('SIGTERM')
    await new Promise((resolve) => following.once('exit', resolve))
    expect(following.exitCode).toBe(0)
    expect(said.match(/cannot be reached/g)).toHaveLength(1)
    expect(run('push', '--db', web.db, '--to', url, '--as', 'web-3').status).toBe(0)
    expect(entries()).toMatchObject({ entries: before + 4 })
  })

  it('tells of silent servers, rolls up, prunes and checks', async () => {
    expect(run('fleet', 'servers', '--to', url)).toMatchObject({ status: 0 })
    const owner = await connectPostgres(url)
    await owner.ask(`UPDATE logstat.server SET seen_at = now() - interval '20 min' WHERE name = 'web-2'`)
    const silent = run('fleet', 'servers', '--to', url, '--max-age', '15m')
    expect(silent.status).toBe(1)
    expect(silent.stderr).toContain('web-2 is silent since')
    expect(run('report', '--db', url).stdout).toMatch(/^As of .*, 2 of 3 servers; web-2 silent since/)
    expect(run('fleet', 'doctor', '--to', url)).toMatchObject({ status: 0, stderr: '' })

    const lists = (): unknown => {
      const { codes } = json('report', '--db', url) as { codes: { top: unknown }[] }
      return codes.map(({ top }) => top)
    }
    const before = lists()
    expect(await rollUpPostgres(owner, 30_000)).toBe(3)
    expect(await rollUpPostgres(owner, 30_000)).toBe(0)
    expect(lists()).toEqual(before)
    await owner.ask(`UPDATE logstat.list SET hits[1] = 1000000, rev = rev + 1`)
    expect(await rollUpPostgres(owner, 30_000)).toBe(3)
    expect(lists()).not.toEqual(before)
    await owner.ask(`UPDATE logstat.hour SET hits = hits + 1`)
    const sick = run('fleet', 'doctor', '--to', url)
    expect(sick.status).toBe(2)
    expect(sick.stderr).toContain('more hits')
    await owner.close()
  })

  it('deletes old months', async () => {
    const owner = await connectPostgres(url)
    const old = world.server('old').write('192.0.2.1 - - [03/Jan/2020:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "a"\n')
    await old.ingest()
    await old.push(owner)
    const january = async () => (await owner.ask(`SELECT 1 FROM pg_class WHERE relname = 'hour_2020_01'`)).length
    expect(await january()).toBe(1)
    const { stdout, status } = run('fleet', 'prune', '--to', url, '--keep', '400d')
    expect(status).toBe(0)
    expect(stdout).toContain('hour_2020_01')
    expect(await january()).toBe(0)
    // It does not come back.
    await old.push(owner, { takeOver: true })
    expect(await january()).toBe(0)
    await owner.close()
  })

  it('lets those who push delete nothing', async () => {
    const owner = await connectPostgres(url)
    await owner.ask('CREATE ROLE web LOGIN IN ROLE logstat_push')
    await owner.close()
    const web = await connectPostgres(cluster.url('web'))
    for (const sql of ['DELETE FROM logstat.hour', 'TRUNCATE logstat.source', 'DROP TABLE logstat.list'])
      await expect(web.ask(sql)).rejects.toMatchObject({ code: 'rights' })
    await web.close()
  })
})
