import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Batch, Centre } from '../src/fleet/centre.js'
import { type Pushed, push, SILENT } from '../src/fleet/push.js'
import { EXPORTED } from '../src/store/exported.js'
import { forgetSources } from '../src/store/forget.js'
import { rollUp, setKeep } from '../src/store/roll-up.js'
import { type NewSource, openStore, type Store } from '../src/store/store.js'
import { Buckets, COLUMNS } from '../src/tally/buckets.js'
import { type CodeTally, DIMENSIONS, type List } from '../src/tally/tally.js'
import { TrailWriter } from '../src/trail.js'
import type { Tested } from './fleet-contract.js'
import { watched } from './fleet-world.js'

// Random histories of servers and a centre. Whatever befalls them: when all is quiet again, and every server has read its
// logs and pushed, the centre has each line once.

interface Line {
  readonly minute: number
  readonly status: number
  readonly path: number
}
const textOf = (line: Line, n: number): string => `${n} ${line.minute} ${line.status} ${line.path}\n`

/** A server with one log; lines are counted here, not by the kernel: what is tested is what comes behind it. */
export class Machine {
  readonly db: string
  readonly lines: Line[] = []
  constructor(
    readonly folder: string,
    readonly name: string,
  ) {
    mkdirSync(folder)
    this.db = join(folder, 'logs.db')
  }

  with<T>(work: (store: Store) => T): T {
    const store = openStore(this.db)
    try {
      return work(store)
    } finally {
      store.close()
    }
  }

  ingest(): void {
    this.with((store) => {
      const texts = this.lines.map((line, i) => `${i === 0 ? this.name : ''}${textOf(line, i)}`)
      const firstLine = `first line of ${this.name}`
      const known = store.candidates(firstLine).sources[0]
      const fresh = this.lines.slice(known?.entries ?? 0)
      if (fresh.length === 0) return
      const content = Buffer.from(texts.join(''))
      const trail = new TrailWriter()
      trail.update(content)
      const n = this.lines.length
      const source: NewSource = {
        name: 'access.log',
        path: '/var/log/access.log',
        format: 'combined',
        server: 'nginx',
        software: null,
        fields: null,
        stream: false,
        firstLine,
        trail: trail.take(content.length),
        tailBytes: 0,
        tailHash: '',
        readTo: content.length,
        openLine: false,
        lines: n,
        entries: n,
        rejected: 0,
        ignored: 0,
        withoutTime: 0,
        readAt: 1,
      }
      store.add({ ...source, id: known?.id ?? null }, [{ bucketSeconds: 60, codes: talliesOf(fresh) }], new Map())
    })
  }

  async push(centre: Centre, { machine = this.name, takeOver = false } = {}): Promise<Pushed | undefined> {
    if (!existsSync(this.db)) return undefined
    const store = openStore(this.db)
    try {
      return await push(store, centre, { server: this.name, machine, takeOver })
    } finally {
      store.close()
    }
  }

  copyTo(file: string): void {
    if (!existsSync(this.db)) return
    this.with(({ db }) => void db.pragma('wal_checkpoint(TRUNCATE)'))
    copyFileSync(this.db, file)
  }
  lose(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(this.db + end, { force: true })
  }
}

function talliesOf(lines: readonly Line[]): CodeTally[] {
  const codes = new Map<string, Line[]>()
  for (const line of lines) {
    const key = `${line.status} ${Math.floor(line.minute / 1440)}`
    codes.set(key, [...(codes.get(key) ?? []), line])
  }
  return [...codes.values()].map((of): CodeTally => {
    const [{ status, minute }] = of as [Line]
    const times = of.map((line) => line.minute * 60)
    const buckets = new Buckets()
    for (const start of times) {
      const row = new Float64Array(COLUMNS).fill(Number.NaN)
      row[0] = start
      row[1] = 1
      row[2] = 10
      buckets.add(row)
    }
    const paths = [...new Set(of.map(({ path }) => path))]
    const values = paths.map((path) => ({
      value: `/${path}`,
      hits: of.filter((l) => l.path === path).length,
      error: 0,
    }))
    const none: List = { values: [], lost: 0, distinct: 0 }
    const lists = Object.fromEntries(DIMENSIONS.map((name) => [name, none])) as CodeTally['lists']
    return {
      status,
      substatus: null,
      win32Status: null,
      reason: null,
      period: Math.floor(minute / 1440),
      hits: of.length,
      bytesSent: 10 * of.length,
      bytesReceived: null,
      timed: null,
      timeTakenUs: null,
      firstSeen: Math.min(...times),
      lastSeen: Math.max(...times),
      buckets,
      latency: new Map(),
      lists: { ...lists, path: { values, lost: 0, distinct: values.length } },
    } as CodeTally
  })
}

/** What happens to one of the machines. The number chooses among what an event can be. */
const EVENTS = [
  'write',
  'write',
  'ingest',
  'push',
  'push',
  'cut',
  'again',
  'backup',
  'restore',
  'lose',
  'clone',
  'forget',
  'rollUp',
  'together',
  'wait',
  'centreBackup',
  'centreRestore',
] as const
type Event = readonly [event: (typeof EVENTS)[number], machine: number, n: number]

const event: fc.Arbitrary<Event> = fc.tuple(fc.constantFrom(...EVENTS), fc.nat({ max: 2 }), fc.nat({ max: 1000 }))

/** @param start a centre with nothing in it */
export async function holdInHistories(start: () => Promise<Tested>, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
      const folder = mkdtempSync(join(tmpdir(), 'logstat-history-'))
      const tested = await start()
      try {
        await live(folder, tested, events)
      } finally {
        if (tested.reader !== tested.centre) await tested.reader.close()
        await tested.centre.close()
        rmSync(folder, { recursive: true, force: true })
      }
    }),
    { numRuns: runs, ...(process.env.FLEET_SEED ? { seed: Number(process.env.FLEET_SEED) } : {}) },
  )
}

async function live(folder: string, tested: Tested, events: readonly Event[]): Promise<void> {
  const { centre } = tested
  const machines = [0, 1, 2].map((i) => new Machine(join(folder, `web-${i}`), `web-${i}`))
  const said: Batch[] = []
  let cutAt = Infinity
  let cutsAfter = false
  const wire = watched(centre, async (batch, put) => {
    said.push(batch)
    const isCut = --cutAt < 0
    if (isCut && !cutsAfter) throw new Error('cut before')
    const done = await put(batch)
    if (isCut) throw new Error('cut after')
    return done
  })
  let restoreCentre: (() => void | Promise<void>) | undefined
  for (const [name, which, n] of events) {
    const machine = machines[which] as Machine
    const backup = join(machine.folder, 'backup.db')
    const happens: Record<Event[0], () => unknown> = {
      write: () => {
        for (let i = 0; i <= n % 5; i++)
          machine.lines.push({
            minute: 29_000_000 + ((n * 7919 + i * 613) % 4000),
            status: 200 + (n % 3) * 100,
            path: n % 4,
          })
        machine.ingest()
      },
      ingest: () => machine.ingest(),
      push: () => machine.push(wire),
      cut: async () => {
        cutAt = n % 2
        cutsAfter = n % 3 === 0
        await machine.push(wire).catch(() => {})
        cutAt = Infinity
      },
      again: async () => {
        const batch = said[n % Math.max(1, said.length)]
        if (batch) await centre.put(batch)
      },
      backup: () => machine.copyTo(backup),
      restore: () => {
        if (!existsSync(backup)) return
        machine.lose()
        copyFileSync(backup, machine.db)
      },
      lose: () => machine.lose(),
      clone: async () => {
        machine.copyTo(join(machine.folder, 'clone.db'))
        const clone = new Machine(join(folder, `clone-${Math.random()}`), machine.name)
        if (existsSync(machine.db)) copyFileSync(join(machine.folder, 'clone.db'), clone.db)
        // It has the name of the original, and is another machine.
        await clone.push(wire, { machine: 'clone' })
      },
      forget: () =>
        existsSync(machine.db) &&
        machine.with((store) =>
          forgetSources(
            store,
            store.sources().map(({ id }) => id),
          ),
        ),
      rollUp: () =>
        existsSync(machine.db) &&
        machine.with((store) => {
          setKeep(store, { minutes: 86_400, hours: 86_400 * (1 + (n % 2)) })
          rollUp(store)
        }),
      together: () => Promise.all([machine.push(wire), machine.push(wire)]),
      wait: () => tested.later(SILENT + 1),
      centreBackup: async () => {
        restoreCentre = await tested.backup?.()
      },
      centreRestore: () => restoreCentre?.(),
    }
    await happens[name]()
  }
  for (const machine of machines) if (machine.lines.length > 0) machine.ingest()
  for (let round = 0; round < 2; round++) {
    await tested.later(SILENT + 1)
    for (const machine of machines) {
      const pushed = await machine.push(centre)
      // A clone was there first.
      if (pushed && pushed.refused.length > 0) await machine.push(centre, { takeOver: true })
    }
  }
  expect(await heldBy(tested.reader)).toEqual(truthOf(machines))
}

type Sums = Record<string, number>
const add = (sums: Sums, key: string, n: number): void => {
  sums[key] = (sums[key] ?? 0) + n
}

export function truthOf(machines: readonly Machine[]): Sums {
  const sums: Sums = {}
  for (const { lines } of machines)
    for (const { minute, status, path } of lines) {
      const day = Math.floor(minute / 1440)
      add(sums, `hits ${status} ${day}`, 1)
      add(sums, `bytes ${status} ${day}`, 10)
      add(sums, `span ${status} ${day}`, 1)
      add(sums, `path ${status} ${day} /${path}`, 1)
    }
  return sums
}

/** By days: rolled up counts are no finer. */
export async function heldBy(centre: Centre): Promise<Sums> {
  const sums: Sums = {}
  await centre.read(async (snapshot) => {
    for (const table of EXPORTED) {
      const columns = table.columns.map(({ name }) => name)
      for await (const row of snapshot.rows({ table, columns })) {
        const status = String(row.code).split('|')[0]
        if (table.name === 'hour' && (row.hits as number) > 0) {
          const day = Math.floor((row.hour as number) / 24)
          add(sums, `hits ${status} ${day}`, row.hits as number)
          add(sums, `bytes ${status} ${day}`, row.bytes_sent as number)
        }
        if (table.name === 'span') add(sums, `span ${status} ${row.period}`, row.hits as number)
        if (table.name === 'list' && row.dimension === 'path')
          for (const [i, value] of (row.vals as string[]).entries())
            add(sums, `path ${status} ${row.period} ${value}`, (row.hits as number[])[i] as number)
      }
    }
  })
  return sums
}
