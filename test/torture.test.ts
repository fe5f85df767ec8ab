import { spawn } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findInputs } from '../src/input/find.js'
import { readInputs } from '../src/pipeline.js'
import { makeReport } from '../src/report/report.js'
import { checkStore } from '../src/store/check.js'
import { prune, rollUp } from '../src/store/roll-up.js'
import { openStore } from '../src/store/store.js'
import { dayOf, startOfDay } from '../src/time-zone.js'
import { logstat } from './support.js'

// A database is put through random sequences of all that happens to logs and to the program; after each step it must
// equal an oracle
// that knows every line and counts it once. LOGSTAT_TORTURE=5000 runs so many steps, LOGSTAT_SEED=7 others.

const STEPS = Number(process.env.LOGSTAT_TORTURE ?? 120)
const SEED = Number(process.env.LOGSTAT_SEED ?? 1)
const BIN = fileURLToPath(new URL('../bin/logstat.js', import.meta.url))

/** What became of a line: its status (null: not understood), and its second. */
interface Outcome {
  readonly status: number | null
  readonly time: number
}
/** Content that was read: complete lines. Two logs are the same when one begins with all of the other. */
interface Log {
  text: string
  outcomes: Outcome[]
  /** The line behind `text` is counted, although it was not complete. */
  open: boolean
}

/** The time of an entry whose counts were pruned. */
const PRUNED = Number.NEGATIVE_INFINITY

const LINE = /^\S+ - - \[(\d\d)\/(\w{3})\/(\d{4}):([\d:]{8}) \+0000\] "GET \S+ HTTP\/1\.1" (\d{3}) \d+ "-" "torture"$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function outcomeOf(line: string): Outcome {
  const [, day, month, year, time, status] = LINE.exec(line) ?? []
  if (status === undefined) return { status: null, time: Number.NaN }
  return {
    status: Number(status),
    time: Date.parse(`${year}-${String(MONTHS.indexOf(month as string) + 1).padStart(2, '0')}-${day}T${time}Z`) / 1000,
  }
}
const linesOf = (text: string): string[] => text.split('\n').slice(0, -1)

/**
 * Whether a new log is read at all: half of what it begins with must be understood, a line cut off is not, and one line
 * must be whole.
 */
function isAccessLog(whole: readonly string[], cutOff: string): boolean {
  const first = [...whole, ...(cutOff === '' ? [] : [cutOff])].slice(0, 200)
  const understood = first.filter((line) => outcomeOf(line).status !== null).length
  return understood * 2 >= first.length && whole.some((line) => outcomeOf(line).status !== null)
}

/** The slow, obvious database. */
class Oracle {
  logs: Log[] = []

  /** @param packed an incomplete last line is taken as it is */
  read(content: string, packed: boolean): void {
    const end = content.lastIndexOf('\n') + 1
    const text = content.slice(0, end)
    const rest = content.slice(end)
    if (this.logs.some((l) => l.text.startsWith(text) && l.text.length > text.length)) return
    const known = this.logs.filter((l) => text.startsWith(l.text)).sort((a, b) => b.text.length - a.text.length)[0]
    if (!known && !isAccessLog(linesOf(text), rest)) return
    const log: Log = known ?? { text: '', outcomes: [], open: false }
    const fresh = linesOf(text.slice(log.text.length))
    if (fresh.length > 0) {
      log.outcomes.push(...fresh.slice(log.open ? 1 : 0).map(outcomeOf))
      log.open = false
    }
    log.text = text
    if (packed && rest !== '' && !log.open) {
      log.outcomes.push(outcomeOf(rest))
      log.open = true
    }
    if (!known && log.outcomes.length > 0) this.logs.push(log)
  }

  merge(other: Oracle): void {
    for (const log of other.logs) {
      const same = this.logs.filter((l) => l.text.startsWith(log.text) || log.text.startsWith(l.text))
      const pruned = (l: Log): number => l.outcomes.filter((o) => o.time === PRUNED).length
      const reaches = (l: Log): boolean =>
        l.text.length > log.text.length ||
        (l.text.length === log.text.length &&
          (l.outcomes.length > log.outcomes.length ||
            (l.outcomes.length === log.outcomes.length && pruned(l) <= pruned(log))))
      if (same.some(reaches)) continue
      this.logs = [...this.logs.filter((l) => !same.includes(l)), log]
    }
  }

  /** What `prune` deletes stays deleted; lines that are read later stay until the next time. */
  prune(before: number): void {
    for (const log of this.logs) log.outcomes = log.outcomes.map((o) => (o.time < before ? { ...o, time: PRUNED } : o))
  }

  copy(): Oracle {
    const other = new Oracle()
    other.logs = this.logs.map((l) => ({ ...l, outcomes: [...l.outcomes] }))
    return other
  }

  get counts(): Counts {
    const hits: Record<number, number> = {}
    let [lines, rejected] = [0, 0]
    for (const { outcomes } of this.logs) {
      lines += outcomes.length
      for (const { status, time } of outcomes) {
        if (status === null) rejected++
        else if (time !== PRUNED) hits[status] = (hits[status] ?? 0) + 1
      }
    }
    const logs = this.logs
      .map(({ text, outcomes, open }) => `${text.length} bytes, ${outcomes.length} lines${open ? ', open' : ''}`)
      .sort()
    return { logs, lines, rejected, hits }
  }
}

interface Counts {
  /** How far each is read. */
  readonly logs: readonly string[]
  readonly lines: number
  readonly rejected: number
  readonly hits: Readonly<Record<number, number>>
}

function countsOf(db: string): Counts {
  const store = openStore(db)
  const sources = store.sources()
  const hits: Record<number, number> = {}
  for (const row of makeReport(store).codes) hits[row.status as number] = (hits[row.status as number] ?? 0) + row.hits
  const sum = (key: 'lines' | 'rejected'): number => sources.reduce((n, s) => n + s[key], 0)
  expect(checkStore(store)).toEqual([])
  store.close()
  const logs = sources.map((s) => `${s.readTo} bytes, ${s.lines} lines${s.openLine ? ', open' : ''}`).sort()
  return { logs, lines: sum('lines'), rejected: sum('rejected'), hits }
}

/** mulberry32 */
function random(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

describe(`a database under ${STEPS} steps of anything`, () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'logstat-torture-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it(`counts every line once (seed ${SEED})`, { timeout: 60_000 + STEPS * 5000 }, async () => {
    const next = random(SEED)
    const below = (n: number): number => Math.floor(next() * n)
    const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T
    const at = (name: string): string => join(folder, name)
    const db = at('logs.db')
    /** Content of the files there are; `packed` as it is on disk. */
    const files = new Map<string, { content: string; packed: boolean }>()
    let oracle = new Oracle()
    let made = 0
    let clock = Date.now() / 1000 - 120 * 86400

    const line = (): string => {
      clock += below(200)
      const d = new Date(clock * 1000)
      const two = (n: number): string => String(n).padStart(2, '0')
      const time = `${two(d.getUTCDate())}/${MONTHS[d.getUTCMonth()]}/${d.getUTCFullYear()}:${d.toISOString().slice(11, 19)}`
      if (below(40) === 0) return `junk ${made++}\n`
      return `203.0.113.${below(60)} - - [${time} +0000] "GET /p-${made++ % 500} HTTP/1.1" ${pick([200, 200, 200, 304, 404, 500, 503])} ${made} "-" "torture"\n`
    }
    const text = (n: number): string => Array.from({ length: n }, line).join('')
    const size = (): number => pick([1, 2, 5, 20, 60, 60, 400, 3000])
    const put = (name: string, content: string, packed = false): void => {
      writeFileSync(at(name), packed ? gzipSync(content) : content)
      files.set(name, { content, packed })
    }
    const names = (): string[] => [...files.keys()]
    const plain = (): string[] => names().filter((n) => files.get(n)?.packed === false)
    const contentOf = (name: string): string => files.get(name)?.content ?? ''
    const shuffled = (): string[] => names().sort(() => next() - 0.5)
    let serial = 0
    /** Rest of the line that the server has begun. */
    let unwritten = ''
    const grow = (name: string, more: string): void => {
      appendFileSync(at(name), more)
      files.set(name, { content: contentOf(name) + more, packed: false })
    }

    const begin = (): string =>
      `203.0.113.1 - - [22/Nov/2026:10:00:00 +0000] "GET /begin-${made++} HTTP/1.1" 200 1 "-" "torture"\n`
    const ingest = async (file: string, inputs: readonly string[]): Promise<void> => {
      const store = openStore(file)
      await readInputs(findInputs(inputs.map(at)), store, { dayZone: 'UTC', jobs: 1 })
      rollUp(store)
      store.close()
    }
    const readAll = (into: Oracle, inputs: readonly string[]): void => {
      for (const name of inputs) into.read(contentOf(name), files.get(name)?.packed === true)
    }
    const start = (inputs: readonly string[]) =>
      spawn(process.execPath, [BIN, 'ingest', '-q', '-j', '1', '--tz', 'UTC', ...inputs.map(at), '--db', db], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
    /** Until it writes to the database, or has nothing to write. */
    const writing = async (child: ReturnType<typeof start>): Promise<void> => {
      const size = (): number => statSync(`${db}-wal`, { throwIfNoEntry: false })?.size ?? 0
      for (const before = size(); child.exitCode === null && size() === before; ) await wait(1)
    }
    const ended = (child: ReturnType<typeof start>): Promise<{ status: number | null; stderr: string }> => {
      let stderr = ''
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
      // A child may have ended before anybody asks: its event is not seen then, its state is.
      if (child.exitCode !== null || child.signalCode !== null)
        return Promise.resolve({ status: child.exitCode, stderr })
      return new Promise((resolve) => child.on('exit', (status) => resolve({ status, stderr })))
    }

    const steps: Record<string, [weight: number, step: () => Promise<void> | void]> = {
      append: [
        14,
        () => {
          const more = unwritten + text(size())
          unwritten = ''
          grow('access.log', more)
        },
      ],
      appendPartly: [
        6,
        () => {
          const more = unwritten + text(1 + below(3))
          const cut = below(more.length)
          unwritten = more.slice(cut)
          grow('access.log', more.slice(0, cut))
        },
      ],
      rotate: [
        4,
        () => {
          const to = pick([`access.log.${++serial}`, `access.log-202611${String(++serial).padStart(2, '0')}`])
          renameSync(at('access.log'), at(to))
          files.set(to, { content: contentOf('access.log'), packed: false })
          // The server ends the line that it has begun where it has begun it.
          if (below(2)) grow(to, unwritten)
          unwritten = ''
          put('access.log', begin())
        },
      ],
      copytruncate: [
        4,
        () => {
          const to = `access.log.${++serial}`
          copyFileSync(at('access.log'), at(to))
          files.set(to, { content: contentOf('access.log'), packed: false })
          truncateSync(at('access.log'))
          unwritten = ''
          put('access.log', pick(['', begin() + text(size())]))
        },
      ],
      /** A log made anew that begins with lines of the old one. */
      beginAlike: [
        3,
        () => {
          unwritten = ''
          put(
            'access.log',
            linesOf(contentOf('access.log'))
              .slice(0, below(60))
              .map((l) => `${l}\n`)
              .join('') + text(below(3)),
          )
        },
      ],
      compress: [
        5,
        () => {
          const rotated = plain().filter((n) => n !== 'access.log')
          if (rotated.length === 0) return
          const name = pick(rotated)
          // A line that was cut off by the rotation is not complete by being packed.
          const content = contentOf(name).slice(0, contentOf(name).lastIndexOf('\n') + 1)
          put(`${name}.gz`, content, true)
          if (below(3) > 0) remove(name)
        },
      ],
      duplicate: [
        4,
        () => {
          const name = pick(names())
          const to = `copy-${++serial}${files.get(name)?.packed ? '.gz' : '.log'}`
          if (below(2)) linkSync(at(name), at(to))
          else copyFileSync(at(name), at(to))
          files.set(to, files.get(name) as { content: string; packed: boolean })
          // A second name of a log that grows would grow with it.
          if (below(2) || name === 'access.log') {
            rmSync(at(to))
            put(to, contentOf(name), files.get(name)?.packed)
          }
        },
      ],
      copyOfBeginning: [3, () => put(`part-${++serial}.log`, contentOf(pick(plain())).slice(0, below(40_000)))],
      packIncomplete: [
        2,
        async () => {
          const content = contentOf(pick(plain()))
          const last = linesOf(content).at(-1)
          if (last === undefined || content.length < 300) return
          // So little of it that it is no entry; complete lines are before it.
          put('incomplete.gz', content.slice(0, content.lastIndexOf(last) + 1 + below(30)), true)
          await ingest(db, ['incomplete.gz'])
          readAll(oracle, ['incomplete.gz'])
          remove('incomplete.gz')
        },
      ],
      clean: [
        2,
        () =>
          names()
            .filter((n) => n !== 'access.log' && below(2))
            .forEach(remove),
      ],
      ingest: [
        16,
        async () => {
          const inputs = shuffled().slice(0, 1 + below(files.size))
          await ingest(db, inputs)
          readAll(oracle, inputs)
        },
      ],
      kill: [
        STEPS > 1000 ? 4 : 3,
        async () => {
          const inputs = shuffled()
          const child = start(inputs)
          await (below(2) ? wait(below(900)) : writing(child))
          child.kill('SIGKILL')
          await ended(child)
          // Each input is in or is not: in order, so many of them.
          const found = JSON.stringify(countsOf(db))
          const state = oracle.copy()
          let fits = JSON.stringify(state.counts) === found ? state.copy() : undefined
          for (const name of inputs) {
            readAll(state, [name])
            if (JSON.stringify(state.counts) === found) fits = state.copy()
          }
          expect(fits && JSON.stringify(fits.counts)).toBe(found)
          if (fits) oracle = fits
        },
      ],
      twoAtOnce: [
        2,
        async () => {
          const [a, b] = [shuffled(), shuffled()]
          const children = [start(a), start(b)]
          // 2: one of the files is no log yet, not a line of it being complete.
          for (const { status, stderr } of await Promise.all(children.map(ended)))
            expect([0, 2], stderr).toContain(status)
          readAll(oracle, a)
        },
      ],
      forget: [
        2,
        () => {
          if (oracle.logs.length === 0) return
          const log = pick(oracle.logs)
          writeFileSync(at('forget.me'), log.text)
          expect(logstat(['forget', '-q', at('forget.me'), '--db', db])).toMatchObject({ status: 0, stderr: '' })
          oracle.logs = oracle.logs.filter((l) => l !== log)
        },
      ],
      merge: [
        2,
        async () => {
          const inputs = shuffled().slice(0, 1 + below(files.size))
          const other = new Oracle()
          readAll(other, inputs)
          await ingest(at('other.db'), inputs)
          expect(logstat(['merge', '-q', db, at('other.db'), '-o', at('all.db')])).toMatchObject({
            status: 0,
            stderr: '',
          })
          rmSync(at('other.db'))
          renameSync(at('all.db'), db)
          oracle.merge(other)
        },
      ],
      prune: [
        1,
        () => {
          const store = openStore(db)
          const first = dayOf(clock - (5 + below(40)) * 86400, 'UTC').number
          prune(store, first, startOfDay(first, 'UTC'))
          store.close()
          oracle.prune(startOfDay(first, 'UTC'))
        },
      ],
    }
    function remove(name: string): void {
      rmSync(at(name))
      files.delete(name)
    }

    const bag = Object.entries(steps).flatMap(([name, [weight]]) => new Array<string>(weight).fill(name))
    put('access.log', begin())
    await ingest(db, [])
    const history: string[] = []
    for (let i = 0; i < STEPS; i++) {
      const name = pick(bag)
      history.push(name)
      await (steps[name] as [number, () => Promise<void> | void])[1]()
      expect(countsOf(db), `after ${history.slice(-12).join(', ')} (step ${i})`).toEqual(oracle.counts)
    }
    // In the end, everything that is there.
    await ingest(db, names())
    readAll(oracle, names())
    expect(countsOf(db)).toEqual(oracle.counts)
    expect(statSync(db).mode & 0o077).toBe(0)
  })
})
