import { appendFileSync, cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { logstatHere as logstat } from './support.js'

// Blind is not healthy: nights on which the log does not show the day, each after twelve days on which it did.

const root = mkdtempSync(join(tmpdir(), 'logstat-blind-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (n: number): string => String(n).padStart(2, '0')
/** Day 0 is Monday, 2 November 2026. */
const at = (day: number, minute: number): number => Date.UTC(2026, 10, 2 + day, 0, minute)
const nameOf = (day: number): string => new Date(at(day, 0)).toISOString().slice(0, 10)

interface Minute {
  readonly minute: number
  readonly text?: string
  readonly ms?: number
}

function line(day: number, { minute, text, ms }: Minute): string {
  const t = new Date(ms ?? at(day, minute))
  const stamp = `${two(t.getUTCDate())}/${MONTHS[t.getUTCMonth()]}/${t.getUTCFullYear()}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:00 +0000`
  return (
    text ??
    `192.0.2.${minute % 50} - - [${stamp}] "GET /page/${minute % 7} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"`
  )
}

/** A day of 480 requests, one every three minutes. */
const DAY: readonly Minute[] = Array.from({ length: 480 }, (_, i) => ({ minute: i * 3 }))
/** A small site: eight requests a day. */
const SMALL: readonly Minute[] = Array.from({ length: 8 }, (_, i) => ({ minute: 540 + i * 60 }))

let sites = 0
/** A site whose logs are rotated at midnight, and summed up each morning at six. */
class Site {
  readonly folder = mkdtempSync(join(root, `site${++sites}-`))
  readonly db = join(this.folder, 'counts.db')
  day = 0

  async night(main: readonly Minute[] = DAY, small: readonly Minute[] = SMALL, ...args: string[]) {
    const day = this.day++
    for (const [name, minutes] of [
      ['access.log', main],
      ['wiki.log', small],
    ] as const) {
      const file = join(this.folder, name)
      // What was written since midnight stands in the log already.
      appendFileSync(file, minutes.map((minute) => `${line(day, minute)}\n`).join(''))
      renameSync(file, `${file}.1`)
      writeFileSync(file, `${line(day + 1, { minute: 1 })}\n`)
    }
    return this.morning(day, ...args)
  }

  morning(day = this.day - 1, ...args: string[]) {
    vi.setSystemTime(at(day + 1, 360))
    return logstat(['summary', '--db', this.db, '--tz', 'UTC', ...args, ...this.logs()])
  }

  private logs(): string[] {
    return ['access.log.1', 'access.log', 'wiki.log.1', 'wiki.log'].map((name) => join(this.folder, name))
  }
}

let base: Promise<Site> | undefined

/** A site after twelve quiet nights. */
async function running(): Promise<Site> {
  base ??= quietNights()
  const site = new Site()
  const { folder, day } = await base
  cpSync(folder, site.folder, { recursive: true })
  site.day = day
  return site
}

async function quietNights(): Promise<Site> {
  const site = new Site()
  for (let day = 0; day < 12; day++) {
    const run = await site.night(DAY, SMALL, '--quiet-if-ok')
    expect([day, run]).toEqual([day, { status: 0, stdout: '', stderr: '' }])
  }
  return site
}

const notes = (run: { stdout: string }) =>
  JSON.parse(run.stdout).summary.notes.map((n: { id: string; isGrave: boolean }) => [n.id, n.isGrave])

describe('a night on which the log does not show the day', () => {
  it.each<[string, readonly Minute[], readonly Minute[], string, RegExp]>([
    ['has a single line', [], [], 'gap', /ends at 11-14 00:02/],
    [
      'ends at 15:00',
      DAY.filter(({ minute }) => minute < 900),
      SMALL.filter(({ minute }) => minute < 900),
      'gap',
      /ends at 11-14 1[45]:\d\d/,
    ],
    [
      'has a gap of four hours',
      DAY.filter(({ minute }) => minute < 600 || minute >= 840),
      [],
      'gap',
      /no line from 11-14 09:58 to 11-14 14:00/,
    ],
    ['has a main log that is empty while a small one goes on', [], SMALL, 'few-requests', /fewer requests/],
    ['has 90 % fewer requests', DAY.filter((_, i) => i % 10 === 0), SMALL, 'few-requests', /\(5\d of 4\d\d\)/],
    [
      'has lines of which a fifth is not understood',
      DAY.map((minute, i) => (i % 5 === 0 ? { ...minute, text: '192.0.2.7 - - [14/N\u0001###' } : minute)),
      SMALL,
      'not-understood',
      /lines not understood: 19\.\d+ % \(96 of 490\)/,
    ],
    [
      'has entries dated years away',
      DAY.map((minute, i) => (i % 20 === 0 ? { ...minute, ms: Date.UTC(2001, 0, 1) } : minute)),
      SMALL,
      'wrong-dates',
      /dated more than a year ago: [\d.]+ % \(24 of/,
    ],
  ])('%s: exit 2, said on standard error', async (_, main, small, id, words) => {
    const site = await running()
    const run = await site.night(main, small)
    expect(run).toMatchObject({ status: 2, stderr: expect.stringContaining('2026-11-14 cannot be judged') })
    expect(run.stderr).toMatch(words)
    expect(run.stdout).toMatch(/^UNKNOWN {2}2026-11-14 /)
    // A second run says the same, with the same status.
    const again = await site.morning(undefined, '--format', 'json')
    expect(again.status).toBe(2)
    expect(notes(again)).toContainEqual([id, true])
    expect((await site.morning()).stdout).toBe(run.stdout)
    // The next day is judged by itself.
    expect(await site.night(DAY, SMALL, '--quiet-if-ok')).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  it('shows less than usual, but enough: told, and no alarm', async () => {
    const site = await running()
    const hour = await site.night(
      DAY.filter(({ minute }) => minute < 600 || minute >= 690),
      [],
      '--format',
      'json',
    )
    expect([hour.status, hour.stderr, notes(hour)]).toEqual([0, '', [['gap', false]]])
    expect(JSON.parse(hour.stdout).summary.state).toBe('attention')
    const third = await site.night(
      DAY.filter((_, i) => i % 3 === 0),
      SMALL,
      '--format',
      'json',
    )
    expect([third.status, notes(third)]).toEqual([0, [['few-requests', false]]])
    const few = await site.night(
      [...DAY, ...DAY.slice(0, 12).map((m) => ({ ...m, text: 'rubbish' }))],
      SMALL,
      '--format',
      'json',
    )
    expect([few.status, notes(few)]).toEqual([0, [['not-understood', false]]])
  })

  it('is no alarm where the log was renamed', async () => {
    const site = await running()
    renameSync(join(site.folder, 'access.log'), join(site.folder, 'old.log'))
    const moved = join(site.folder, 'frontend.log')
    writeFileSync(moved, DAY.map((minute) => `${line(12, minute)}\n`).join(''))
    vi.setSystemTime(at(13, 360))
    expect(await logstat(['summary', '--db', site.db, '--tz', 'UTC', '--quiet-if-ok', moved])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('is told when a log cannot be read, and the others are summed up', async () => {
    const site = await running()
    const run = await site.night(DAY, SMALL, join(root, 'nowhere.log'))
    expect(run).toMatchObject({ status: 2, stderr: expect.stringContaining('nowhere.log') })
    expect(run.stdout).toMatch(/^UNKNOWN[\s\S]*requests +490 /)
  })
})

describe('mornings that were missed', () => {
  it('are caught up day by day, and told', async () => {
    const site = await running()
    const broken = DAY.map((minute, i) =>
      i % 9 === 0 ? { ...minute, text: line(12, minute).replace('" 200', '" 502') } : minute,
    )
    const file = join(site.folder, 'access.log')
    appendFileSync(file, broken.map((minute) => `${line(12, minute)}\n`).join(''))
    appendFileSync(file, DAY.map((minute) => `${line(13, minute)}\n`).join(''))
    site.day = 14
    const run = await site.night(DAY, SMALL, '--format', 'json', '--fail-on', '5xx > 5%')
    expect(run.status).toBe(1)
    expect(run.stderr).toContain('5xx > 5%: 11.2 % (54 of 482) on 2026-11-14')
    const { periods } = JSON.parse(run.stdout)
    expect(
      periods.map((p: { summary: { day: string; isLate: boolean; state: string }; totals: { entries: number } }) => [
        p.summary.day,
        p.summary.isLate,
        p.summary.state,
        p.totals.entries,
      ]),
    ).toEqual([
      ['2026-11-14', true, 'alert', 482],
      ['2026-11-15', true, 'ok', 480],
      ['2026-11-16', false, 'ok', 488],
    ])
    const again = await site.morning(undefined, '--format', 'json', '--fail-on', '5xx > 5%')
    expect([again.status, again.stdout]).toEqual([run.status, run.stdout])
    const text = await site.morning(undefined, '--fail-on', '5xx > 5%')
    expect(text.stdout).toMatch(
      /^ALERT {2}2026-11-14 .*told late[\s\S]*\n\nOK {2}2026-11-15 [\s\S]*\n\nOK {2}2026-11-16 /,
    )
  })

  it('are remembered in a file beside the database, for its owner alone', async () => {
    const site = new Site()
    await site.night()
    const memory = JSON.parse(readFileSync(`${site.db}.summary.json`, 'utf8'))
    expect(memory.jobs.day.told).toMatchObject([{ name: nameOf(0), read: { lines: 489, rejected: 0 } }])
    writeFileSync(`${site.db}.summary.json`, 'rubbish')
    expect(await site.night()).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/summary\.json: [\s\S]*Remove it/),
    })
  })
})

describe('two summaries of a database at a time', () => {
  it('are refused, with the owner of the lock and its age; a stale lock is taken over', async () => {
    const site = new Site()
    await site.night()
    const lock = `${site.db}.summary.lock`
    const { hostname } = await import('node:os')
    const hold = (pid: number, machine = hostname()) =>
      writeFileSync(lock, JSON.stringify({ pid, machine, since: Date.now() / 1000 - 300 }))
    hold(process.pid)
    expect(await site.morning()).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(new RegExp(`still running \\(process ${process.pid} on .*, for 5 min\\)`)),
    })
    hold(2 ** 22 + 1)
    expect((await site.morning()).status).toBe(0)
    hold(1, 'elsewhere.example.com')
    expect((await site.morning()).status).toBe(2)
    writeFileSync(
      lock,
      JSON.stringify({ pid: 1, machine: 'elsewhere.example.com', since: Date.now() / 1000 - 7 * 3600 }),
    )
    expect((await site.morning()).status).toBe(0)
  })
})
