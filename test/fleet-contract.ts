import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Batch, Centre } from '../src/fleet/centre.js'
import { SILENT } from '../src/fleet/push.js'
import { forgetSources } from '../src/store/forget.js'
import { rollUp, setKeep } from '../src/store/roll-up.js'
import { openStore } from '../src/store/store.js'
import { hitsOf, lineAt, mergedReport, reportOf, World, watched } from './fleet-world.js'

/** A centre to be tested, and what befalls one. */
export interface Tested {
  readonly centre: Centre
  /** The same, for those who may only read. */
  readonly reader: Centre
  connect(): Promise<Centre>
  /** Let time pass at the centre. */
  later(seconds: number): Promise<void>
  /** @returns what puts the centre back to what it is now */
  backup?(): Promise<() => void | Promise<void>>
}

/** What each kind of centre must do. */
export function contract(start: () => Promise<Tested>): void {
  let world: World
  let tested: Tested
  let centre: Centre
  let reader: Centre
  beforeEach(async () => {
    world = new World()
    tested = await start()
    centre = tested.centre
    reader = tested.reader
  })
  afterEach(async () => {
    await reader.close()
    await centre.close()
    world.remove()
  })
  const total = async (): Promise<number> => (await reportOf(reader)).totals.entries

  it('tells the report of all databases joined, field for field', async () => {
    const a = world
      .server('web-1')
      .write(...Array.from({ length: 300 }, (_, i) => lineAt(i * 17, [200, 200, 404, 503][i % 4])))
    const b = world
      .server('web-2')
      .write(...Array.from({ length: 200 }, (_, i) => lineAt(i * 31, [200, 304, 404, 500][i % 4])), 'not a line\n')
    b.put('u_ex.log', W3C)
    await a.ingest()
    await b.ingest()
    await b.ingest(`${b.folder}/u_ex.log`)
    await a.push(centre)
    await b.push(centre)
    expect(await reportOf(reader)).toEqual(mergedReport(world.folder, [a, b]))
    a.write(...Array.from({ length: 50 }, (_, i) => lineAt(6000 + i)))
    await a.ingest()
    await a.push(centre)
    expect(await reportOf(reader)).toEqual(mergedReport(world.folder, [a, b]))
  })

  it('sends only what has changed', async () => {
    const a = world.server('web-1').write(...Array.from({ length: 100 }, (_, i) => lineAt(i * 60)))
    await a.ingest()
    expect((await a.push(centre)).rows).toBeGreaterThan(100)
    expect(await a.push(centre)).toMatchObject({ sources: 0, rows: 0 })
    a.write(lineAt(99 * 60 + 1))
    await a.ingest()
    // One hour.
    expect(await a.push(centre, { heavyEvery: 3600 })).toMatchObject({ sources: 1, rows: 1 })
    expect(await total()).toBe(101)
    await tested.later(3601)
    // What waited for its time: span and lists of the day.
    expect((await a.push(centre, { heavyEvery: 3600 })).rows).toBeGreaterThan(1)
    expect(await reportOf(reader)).toEqual(mergedReport(world.folder, [a]))
  })

  it('is not changed by a batch that comes twice or late', async () => {
    const a = world.server('web-1').write(lineAt(1), lineAt(2))
    const said: Batch[] = []
    const listening = watched(centre, (batch, put) => {
      said.push(batch)
      return put(batch)
    })
    await a.ingest()
    await a.push(listening)
    a.write(lineAt(3))
    await a.ingest()
    await a.push(listening)
    for (const batch of said) expect(await centre.put(batch)).toBe(false)
    expect(await total()).toBe(3)
    // Even with the right token an old revision takes no place of a newer one.
    const [first, last] = [said[0] as Batch, said.at(-1) as Batch]
    await centre.put({ ...first, expected: last.source.token, source: last.source })
    expect(await total()).toBe(3)
  })

  it('goes on where a push broke off', async () => {
    const a = world.server('web-1').write(...Array.from({ length: 6000 }, (_, i) => lineAt(i * 60)))
    await a.ingest()
    for (const broken of [0, 1, 2]) {
      let puts = 0
      const breaking = watched(centre, async (batch, put) => {
        if (puts++ === broken) throw new Error('cut')
        return put(batch)
      })
      await a.push(breaking).catch(() => {})
    }
    // The first batches are there, and the last one was answered, but the answer was lost.
    await a.push(centre)
    expect(await a.push(centre)).toMatchObject({ rows: 0 })
    expect(await reportOf(reader)).toEqual(mergedReport(world.folder, [a]))
  })

  it('counts a log once when its database was lost and it is read again', async () => {
    const a = world.server('web-1').write(...Array.from({ length: 50 }, (_, i) => lineAt(i)))
    await a.ingest()
    await a.push(centre)
    a.lose()
    a.write(lineAt(70))
    await a.ingest()
    expect(await a.push(centre)).toMatchObject({ sources: 0, waiting: 1 })
    await tested.later(SILENT + 1)
    expect(await a.push(centre)).toMatchObject({ sources: 1, waiting: 0 })
    expect(await reportOf(reader)).toEqual(mergedReport(world.folder, [a]))
  })

  it('refuses a clone until it is told to take over', async () => {
    const a = world.server('web-1').write(lineAt(1), lineAt(2))
    await a.ingest()
    await a.push(centre)
    const b = world.server('web-2')
    b.put('logs.db', '')
    b.put('access.log', '')
    a.backup()()
    const { copyFileSync } = await import('node:fs')
    copyFileSync(a.db, b.db)
    b.write(readFileSync(a.log, 'utf8'), lineAt(5))
    a.write(lineAt(3))
    await a.ingest()
    await a.push(centre)
    await b.ingest()
    const { refused } = await b.push(centre)
    expect(refused.map(({ code }) => code)).toEqual(['copy'])
    expect(refused[0]?.hint).toContain('--take-over')
    expect(await total()).toBe(3)
    await b.push(centre, { takeOver: true })
    expect(await total()).toBe(3)
    // Now the first one is the copy.
    a.write(lineAt(4))
    await a.ingest()
    expect((await a.push(centre)).refused).toHaveLength(1)
  })

  it('waits for a server that was put back, until it has read as far', async () => {
    const a = world.server('web-1').write(lineAt(1))
    await a.ingest()
    await a.push(centre)
    const restore = a.backup()
    a.write(lineAt(2), lineAt(3, 404))
    await a.ingest()
    await a.push(centre)
    restore()
    expect(await a.push(centre)).toMatchObject({ waiting: 1 })
    a.write(lineAt(4))
    await a.ingest()
    await tested.later(SILENT + 1)
    await a.push(centre)
    expect(await total()).toBe(4)
    expect(await reportOf(reader)).toEqual(mergedReport(world.folder, [a]))
  })

  it('is brought up to date when it was put back itself', async () => {
    const a = world.server('web-1').write(lineAt(1))
    await a.ingest()
    await a.push(centre)
    const restore = await tested.backup?.()
    if (!restore) return
    for (const minute of [2, 3]) {
      a.write(lineAt(minute))
      await a.ingest()
      await a.push(centre)
    }
    await restore()
    expect(await total()).toBe(1)
    await a.push(centre)
    expect(await reportOf(reader)).toEqual(mergedReport(world.folder, [a]))
  })

  it('loses and doubles nothing with two pushers of one database', async () => {
    const a = world.server('web-1').write(...Array.from({ length: 200 }, (_, i) => lineAt(i * 60)))
    for (let round = 0; round < 4; round++) {
      a.write(lineAt(20_000 + round))
      await a.ingest()
      const other = await tested.connect()
      await Promise.all([a.push(centre), a.push(other)])
      if (other !== centre) await other.close()
      expect(await total()).toBe(201 + round)
    }
  })

  it('drops a source that was forgotten, and takes it again', async () => {
    const a = world.server('web-1').write(lineAt(1), lineAt(2))
    await a.ingest()
    await a.push(centre)
    const store = openStore(a.db)
    forgetSources(store, [1])
    store.close()
    await a.push(centre)
    expect(await total()).toBe(0)
    await a.ingest()
    await a.push(centre)
    expect(await total()).toBe(2)
  })

  it('has the same sums after counts were rolled up', async () => {
    const a = world.server('web-1').write(...Array.from({ length: 40 }, (_, i) => lineAt(i * 7)), lineAt(20_000))
    await a.ingest()
    await a.push(centre)
    const store = openStore(a.db)
    setKeep(store, { minutes: 86400, hours: 2 * 86400 })
    rollUp(store)
    store.close()
    a.write(lineAt(30), lineAt(100))
    await a.ingest()
    await a.push(centre)
    expect(await total()).toBe(43)
    expect(hitsOf(await reportOf(reader))).toEqual(hitsOf(mergedReport(world.folder, [a])))
  })
}

const W3C = `#Software: Microsoft Internet Information Services 10.0
#Fields: date time cs-method cs-uri-stem c-ip sc-status sc-substatus sc-win32-status time-taken
2026-11-20 09:00:01 GET /app 192.0.2.1 200 0 0 15
2026-11-20 09:00:30 GET /app 192.0.2.1 500 19 183 250
2026-11-20 09:05:00 GET /app 192.0.2.2 200 0 0 -
`
