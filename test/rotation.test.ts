import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { makeReport } from '../src/report/report.js'
import { checkStore } from '../src/store/check.js'
import { openStore } from '../src/store/store.js'
import { freePorts, HAVE_SERVERS, nginxConfiguration, type Running, startServer } from './real-servers.js'

// A real nginx under traffic, rotated by the real logrotate, ingested in a loop: in the end the database has every
// request once.
// All traffic is local.

const REQUESTS = 600
const ROTATIONS = 4

let folder: string
const at = (...names: readonly string[]): string => join(folder, ...names)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-rotation-'))
})
let nginx: Running | undefined
afterEach(async () => {
  await nginx?.stop()
  nginx = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** Statuses that nginx is asked for, in turn. */
const PATHS = ['/ok', '/missing', '/forbidden', '/ok', '/broken'] as const
const STATUS: Readonly<Record<string, number>> = { '/ok': 200, '/missing': 404, '/forbidden': 403, '/broken': 500 }

async function startNginx(): Promise<number> {
  const [port] = (await freePorts(1)) as [number]
  mkdirSync(at('log'), { mode: 0o755 })
  const paths = Object.entries(STATUS).map(([path, status]) => `location = ${path} { return ${status}; }`)
  const http = `access_log ${at('log', 'access.log')} combined; server { listen 127.0.0.1:${port}; ${paths.join(' ')} }`
  writeFileSync(at('nginx.conf'), nginxConfiguration(folder, { workers: 2, http }))
  nginx = await startServer(['nginx', '-c', at('nginx.conf'), '-e', at('error.log')], { folder, ports: [port] })
  return port
}

const ask = (port: number, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `${path}?n=${Math.random()}`, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    }).on('error', reject)
  })

function rotate(how: readonly string[]): void {
  writeFileSync(
    at('logrotate.conf'),
    `${at('log', 'access.log')} {
       rotate 20
       ${how.join('\n')}
       ${how.includes('copytruncate') ? '' : `postrotate\n kill -USR1 ${nginx?.pid}\n endscript`}
     }`,
    { mode: 0o644 },
  )
  const run = spawnSync('logrotate', ['--force', '--state', at('state'), at('logrotate.conf')], { encoding: 'utf8' })
  expect(run).toMatchObject({ status: 0 })
}

const WAYS: readonly (readonly [name: string, ...how: readonly string[]])[] = [
  ['by renaming'],
  ['by renaming, packed', 'compress'],
  ['by renaming, packed one rotation later', 'compress', 'delaycompress'],
  ['by renaming to dated names', 'dateext', 'dateformat -%Y%m%d-%s'],
  ['to dated names, packed', 'dateext', 'dateformat -%Y%m%d-%s', 'compress'],
  ['by copying and truncating', 'copytruncate'],
  ['by copying and truncating, packed', 'copytruncate', 'compress', 'delaycompress'],
]

describe.runIf(HAVE_SERVERS)('nginx under traffic, rotated by logrotate', () => {
  it.each(WAYS)('%s', { timeout: 120_000 }, async (_, ...how) => {
    const port = await startNginx()
    const db = at('logs.db')
    const copies = how.includes('copytruncate')
    const asked: Record<number, number> = {}
    let busy = true
    let paused = false
    const ingest = async (): Promise<void> => {
      const store = openStore(db)
      try {
        const inputs = findInputs([at('log')])
        // Renamed or packed while it was looked for; the next round finds it, or a log without a line yet.
        for (const result of await readInputs(inputs, store, { dayZone: 'UTC', jobs: 1 }))
          if (result.error) expect(['unreadable', 'unknown-format', 'damaged']).toContain(result.error.code)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      } finally {
        store.close()
      }
    }
    const traffic = (async () => {
      for (let i = 0; i < REQUESTS; i++) {
        // With copytruncate, what is written between the copy and the cut is lost: of that, no program knows.
        while (paused) await wait(5)
        const status = await ask(port, PATHS[i % PATHS.length] as string)
        asked[status] = (asked[status] ?? 0) + 1
        if (i % 4 === 0) await wait(5)
      }
      busy = false
    })()
    const reading = (async () => {
      while (busy) {
        await ingest()
        await wait(30)
      }
    })()
    for (let i = 0; i < ROTATIONS; i++) {
      await wait(400)
      paused = copies
      if (copies) await wait(100)
      rotate(how)
      paused = false
      // Dated names have a resolution of a second.
      if (how.includes('dateext')) await wait(1100)
    }
    await Promise.all([traffic, reading])
    await wait(200)
    await ingest()

    expect(Object.values(asked).reduce((a, b) => a + b)).toBe(REQUESTS)
    // What the logs say, by other tools.
    const text = readdirSync(at('log')).map((name) =>
      execFileSync(name.endsWith('.gz') ? 'zcat' : 'cat', [at('log', name)], { encoding: 'utf8' }),
    )
    expect(text.join('').split('\n').length - 1).toBe(REQUESTS)
    expect(readdirSync(at('log')).length).toBeGreaterThanOrEqual(Math.min(ROTATIONS, 2))
    const store = openStore(db)
    const counted = Object.fromEntries(makeReport(store).codes.map((row) => [row.status, row.hits]))
    expect(counted).toEqual(asked)
    expect(checkStore(store)).toEqual([])
    store.close()
  })

  it('with ingest --follow, which is told only the name of the log', { timeout: 120_000 }, async () => {
    const port = await startNginx()
    const db = at('logs.db')
    const bin = join(import.meta.dirname, '..', 'bin', 'logstat.js')
    const child = spawn(
      process.execPath,
      [bin, 'ingest', '--follow', '--interval', '1', '-q', at('log', 'access.log'), '--db', db],
      { stdio: 'inherit' },
    )
    const ended = new Promise((resolve) => child.on('close', resolve))
    const asked: Record<number, number> = {}
    for (let i = 0; i < REQUESTS; i++) {
      const status = await ask(port, PATHS[i % PATHS.length] as string)
      asked[status] = (asked[status] ?? 0) + 1
      // Seldom enough that each log is looked at at least once before it is rotated.
      if (i > 0 && i % 200 === 0) {
        await wait(4000)
        rotate(['compress'])
      }
    }
    await wait(3000)
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    const store = openStore(db)
    expect(Object.fromEntries(makeReport(store).codes.map((row) => [row.status, row.hits]))).toEqual(asked)
    store.close()
  })
})
