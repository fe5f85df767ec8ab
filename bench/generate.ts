import { closeSync, openSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Page, Texts } from './page.js'
import {
  EXTERNAL_REFERERS,
  IIS_CODES,
  KINDS,
  makeAgents,
  makeClients,
  makePaths,
  NGINX_CODES,
  PAGE_BYTES,
  type Path,
  PROBES,
  QUERIES,
  USERS,
} from './pools.js'
import { below, chance, makeRandom, makeWeighted, makeZipf, type Random } from './random.js'

// Logs made up for the bench: seeded, fast, with the skew of real ones, and with the exact truth of what was written.

export const LOG_KINDS = ['combined', 'w3c', 'json'] as const
export type LogKind = (typeof LOG_KINDS)[number]

export interface LogOptions {
  /** nginx and Apache combined; IIS W3C with its 15 default fields; nginx JSON lines (`escape=json`). */
  readonly kind: LogKind
  readonly entries: number
  readonly seed?: number
  /** Every line has a path, client, referer, agent and host of its own; a W3C log a code, too. */
  readonly adversarial?: boolean
  /** Seconds that pass with each tick of its clock, which comes after some RATE entries; 1 when absent. */
  readonly pace?: number
}

/** What was written. */
export interface Truth {
  readonly bytes: number
  /** entries + ignored (directives). */
  readonly lines: number
  readonly entries: number
  /** Entries by status. */
  readonly statuses: Readonly<Record<string, number>>
  /**
   * Entries by `status.substatus.win32` in a W3C log; null where there is none, or where every entry has one of its
   * own.
   */
  readonly codes: Readonly<Record<string, number>> | null
}

/** Entries from one tick of the log's clock to the next. */
const RATE = 8
const START = Date.UTC(2026, 4, 1) / 1000
/** IIS repeats its directives whenever the site is started again: here after so many entries. */
const HEADER_EVERY = 100_000
const LATENCIES = 4096
const MEDIAN_MS = [60, 5, 5, 36, 40, 20]

/**
 * Write a log, piece by piece.
 *
 * @yields complete lines; use them before asking for more, since they are written over
 * @returns the truth about all of it
 */
export function* generate(options: LogOptions): Generator<Buffer, Truth> {
  const { page, line, truth } = makeWriter(options)
  let bytes = 0
  for (let i = 0; i < options.entries; ) {
    while (i < options.entries && !page.full) line(i++)
    const piece = page.take()
    bytes += piece.length
    yield piece
  }
  return { bytes, ...truth() }
}

interface Writer {
  readonly page: Page
  /** Put entry number i. */
  readonly line: (i: number) => void
  readonly truth: () => Omit<Truth, 'bytes'>
}

function makeWriter(options: LogOptions): Writer {
  return options.adversarial ? adversarialWriter(options) : ordinaryWriter(options)
}

const FIELDS = [
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken',
  'date time cs-method cs-uri-stem cs-host c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status',
] as const

const header = (fields: string): string =>
  `#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2026-05-01 00:00:00\r\n#Fields: ${fields}\r\n`
const HEADER_LINES = 4

/** The time as the kind of log writes it. */
function stampOf(kind: LogKind, seconds: number): string {
  const iso = new Date(seconds * 1000).toISOString()
  const [date, time] = [iso.slice(0, 10), iso.slice(11, 19)]
  if (kind === 'w3c') return `${date} ${time}`
  if (kind === 'json') return `${date}T${time}+00:00`
  const month = 'JanFebMarAprMayJunJulAugSepOctNovDec'.slice(3 * Number(date.slice(5, 7)) - 3).slice(0, 3)
  return `${date.slice(8)}/${month}/${date.slice(0, 4)}:${time} +0000`
}

/** A clock whose stamp is a text of the page. */
class Clock {
  readonly stamp: number
  #now = START
  readonly #kind: LogKind
  readonly #pace: number
  constructor(texts: Texts, { kind, pace = 1 }: LogOptions) {
    this.#kind = kind
    this.#pace = pace
    this.stamp = texts.add(stampOf(kind, START))
  }
  tick(page: Page): void {
    page.change(this.stamp, stampOf(this.#kind, (this.#now += this.#pace)))
  }
}

/** How often each code was drawn. */
class Codes {
  readonly names: string[] = []
  readonly draw: ((random: Random) => number)[]
  readonly hits: Float64Array
  constructor(tables: Record<(typeof KINDS)[number], string>) {
    const numbers = new Map<string, number>()
    this.draw = KINDS.map((kind) => {
      const pairs = tables[kind].split(' ').map((pair) => pair.split(':') as [string, string])
      const mine = pairs.map(([name]) => {
        if (!numbers.has(name)) numbers.set(name, this.names.push(name) - 1)
        return numbers.get(name) as number
      })
      const pick = makeWeighted(pairs.map(([, weight]) => Number(weight)))
      return (random) => mine[pick(random)] as number
    })
    this.hits = new Float64Array(this.names.length)
  }

  byName(nameOf: (name: string) => string): Record<string, number> {
    const sums: Record<string, number> = {}
    this.names.forEach((name, i) => {
      const n = this.hits[i] as number
      if (n > 0) sums[nameOf(name)] = (sums[nameOf(name)] ?? 0) + n
    })
    return sums
  }
}

const statusOf = (code: string): string => code.split('.')[0] as string

interface Site {
  readonly paths: readonly Path[]
  readonly clients: readonly string[]
  readonly agents: readonly string[]
}

let made: Site | undefined
/**
 * All logs are of the same site, whatever their seed: several files then have their values in common, as those of a
 * real one.
 */
function theSite(): Site {
  const random = makeRandom(1, 1)
  made ??= { paths: makePaths(random), clients: makeClients(random), agents: makeAgents(random) }
  return made
}

function ordinaryWriter(options: LogOptions): Writer {
  const { kind, seed = 1 } = options
  const build = makeRandom(seed, 2)
  const random = makeRandom(seed, 3)
  const { clients, agents, ...site } = theSite()
  const paths: Path[] = [
    ...site.paths,
    ...PROBES.map((text): Path => ({ text, kind: KINDS.indexOf('probe'), bytes: 146 })),
  ]
  const pathCount = paths.length - PROBES.length
  const codes = new Codes(kind === 'w3c' ? IIS_CODES : NGINX_CODES)

  const texts = new Texts()
  const text = (t: string): number => texts.add(t)
  const clock = new Clock(texts, options)
  const path = texts.addAll(paths.map((p) => p.text))
  const client = texts.addAll(clients)
  const agent = texts.addAll(kind === 'w3c' ? agents.map((a) => a.replaceAll(' ', '+')) : agents)
  const external = texts.addAll(EXTERNAL_REFERERS)
  const query = texts.addAll(QUERIES.map(([t]) => t))
  const user = texts.addAll(USERS)
  const methods = texts.addAll(['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
  const code = texts.addAll(
    codes.names.map((c) =>
      kind === 'combined'
        ? `" ${c} `
        : kind === 'w3c'
          ? ` ${c.replaceAll('.', ' ')} `
          : `","status":${c},"body_bytes_sent":`,
    ),
  )
  const origin = text('https://www.example.com')
  const directives = text(header(FIELDS[0]))
  const [newline, dash] = [text(kind === 'w3c' ? '\r\n' : '\n'), text('-')]
  const t = {
    noUser: text(' - - ['),
    someUser: text(' - '),
    userEnd: text(' ['),
    stampEnd: text('] "'),
    http: texts.addAll([' HTTP/2.0', ' HTTP/1.1', ' HTTP/1.1', ' HTTP/3.0']),
    quote: text(' "'),
    between: text('" "'),
    end: text('"\n'),
    server: texts.addAll([' 10.0.0.4 ', ' 10.0.0.5 ']),
    port: texts.addAll([' 443 - ', ' 443 - ', ' 443 - ', ' 80 - ']),
    jsonTime: text('{"time_iso8601":"'),
    jsonClient: text('","remote_addr":"'),
    jsonMethod: text('","request_method":"'),
    jsonUri: text('","request_uri":"'),
    jsonTaken: text(',"request_time":'),
    jsonUpstream: text(',"upstream_response_time":"'),
    jsonReferer: text('","http_referer":"'),
    jsonAgent: text('","http_user_agent":"'),
    jsonEnd: text('"}\n'),
  }
  const page = new Page(texts)

  const pathRank = makeZipf(pathCount, 1)
  const clientRank = makeZipf(clients.length, 0.85)
  const agentRank = makeZipf(agents.length, 0.95)
  // People keep their browser.
  const agentOf = Uint16Array.from(clients, () => agentRank(build))
  const kindOf = Uint8Array.from(paths, (p) => p.kind)
  const bytesOf = Float64Array.from(paths, (p) => p.bytes)
  const pageBytes = Float64Array.from(codes.names, (c) => PAGE_BYTES[statusOf(c)] ?? -1)
  // Log-normal, spread e^1.1: the sum of four uniform numbers is near enough to a normal one.
  const uniform = (): number => below(build, 1_000_000) / 1_000_000
  const latency = Float64Array.from({ length: LATENCIES }, () =>
    Math.exp((uniform() + uniform() + uniform() + uniform() - 2) * 1.9),
  )
  let directivesWritten = 0

  const putQuery = (): void => {
    const n = below(random, QUERIES.length)
    page.put(query + n)
    for (let digits = (QUERIES[n] as readonly [string, number])[1]; digits > 0; digits -= 8)
      page.hex(random(), Math.min(digits, 8))
  }
  const putReferer = (kindNumber: number): void => {
    const r = below(random, 100)
    if (r < 55) {
      page.put(origin)
      page.put(path + pathRank(random))
    } else if (r < 65 && kindNumber === 0) page.put(external + below(random, EXTERNAL_REFERERS.length))
    else if (kind !== 'json') page.put(dash)
  }
  const putSeconds = (ms: number): void => {
    page.decimal(Math.floor(ms / 1000))
    page.byte(0x2e)
    page.byte(0x30 + (Math.floor(ms / 100) % 10))
    page.byte(0x30 + (Math.floor(ms / 10) % 10))
    page.byte(0x30 + (ms % 10))
  }

  const line = (i: number): void => {
    if (below(random, RATE) === 0) clock.tick(page)
    const who = clientRank(random)
    const what = chance(random, 0.022) ? pathCount + below(random, PROBES.length) : pathRank(random)
    const kindNumber = kindOf[what] as number
    const c = (codes.draw[kindNumber] as (random: Random) => number)(random)
    codes.hits[c] = (codes.hits[c] as number) + 1
    const which = agent + (chance(random, 0.9) ? (agentOf[who] as number) : agentRank(random))
    const method = methods + (kindNumber === 3 ? below(random, 6) : chance(random, 0.93) ? 0 : 1)
    const queried = kindNumber !== 4 && chance(random, 0.18)
    const own = pageBytes[c] as number
    const bytes = own < 0 ? (bytesOf[what] as number) : own
    const ms = Math.round((MEDIAN_MS[kindNumber] as number) * (latency[below(random, LATENCIES)] as number))
    if (kind === 'combined') {
      page.put(client + who)
      if (chance(random, 0.015)) {
        page.put(t.someUser)
        page.put(user + below(random, USERS.length))
        page.put(t.userEnd)
      } else page.put(t.noUser)
      page.put(clock.stamp)
      page.put(t.stampEnd)
      page.put(method)
      page.byte(0x20)
      page.put(path + what)
      if (queried) {
        page.byte(0x3f)
        putQuery()
      }
      page.put(t.http + below(random, 4))
      page.put(code + c)
      page.decimal(bytes)
      page.put(t.quote)
      putReferer(kindNumber)
      page.put(t.between)
      page.put(which)
      page.put(t.end)
    } else if (kind === 'w3c') {
      if (i % HEADER_EVERY === 0) {
        page.put(directives)
        directivesWritten += HEADER_LINES
      }
      page.put(clock.stamp)
      page.put(t.server + (who & 1))
      page.put(method)
      page.byte(0x20)
      page.put(path + what)
      page.byte(0x20)
      if (queried) putQuery()
      else page.put(dash)
      page.put(t.port + below(random, 4))
      page.put(client + who)
      page.byte(0x20)
      page.put(which)
      page.byte(0x20)
      putReferer(kindNumber)
      page.put(code + c)
      page.decimal(ms)
      page.put(newline)
    } else {
      page.put(t.jsonTime)
      page.put(clock.stamp)
      page.put(t.jsonClient)
      page.put(client + who)
      page.put(t.jsonMethod)
      page.put(method)
      page.put(t.jsonUri)
      page.put(path + what)
      if (queried) {
        page.byte(0x3f)
        putQuery()
      }
      page.put(code + c)
      page.decimal(bytes)
      page.put(t.jsonTaken)
      putSeconds(ms)
      page.put(t.jsonUpstream)
      if (kindNumber === 0 || kindNumber === 3) putSeconds(ms)
      page.put(t.jsonReferer)
      putReferer(kindNumber)
      page.put(t.jsonAgent)
      page.put(which)
      page.put(t.jsonEnd)
    }
  }
  return {
    page,
    line,
    truth: () => {
      const entries = codes.hits.reduce((a, b) => a + b, 0)
      return {
        entries,
        lines: entries + directivesWritten,
        statuses: codes.byName(statusOf),
        codes: kind === 'w3c' ? codes.byName((name) => name) : null,
      }
    },
  }
}

const ADVERSARIAL_STATUSES = 400

/** Nothing comes twice: lists and tables of any size are too small for this. */
function adversarialWriter(options: LogOptions): Writer {
  const { kind } = options
  const texts = new Texts()
  const clock = new Clock(texts, options)
  const layouts: Record<LogKind, string> = {
    combined:
      '2001:db8:{h}:{l}::1 - - [{t}] "GET /a/{h}{l}/{h}?q={l} HTTP/1.1" {s} 123 "https://{h}.example/{l}" "agent/{h}{l} (made up; {l})"\n',
    w3c: '{t} GET /a/{h}{l}/{h} {h}.{l}.example 2001:db8:{h}:{l}::1 agent/{h}{l}+(made+up;+{l}) https://{h}.example/{l} {s} {n}\r\n',
    json:
      '{"time_iso8601":"{t}","host":"{h}.{l}.example","remote_addr":"2001:db8:{h}:{l}::1","request_method":"GET","request_uri":"/a/{h}{l}/{h}?q={l}","status":{s},' +
      '"body_bytes_sent":123,"http_referer":"https://{h}.example/{l}","http_user_agent":"agent/{h}{l} (made up; {l})"}\n',
  }
  // Letters in braces: high and low half of the number of the line, scrambled; time; status; sub-status and Win32
  // status.
  const parts = layouts[kind].split(/\{([hltsn])\}/).map((part, i) => (i % 2 ? part : texts.add(part)))
  const directives = texts.add(header(FIELDS[1]))
  const page = new Page(texts)
  const hits = new Float64Array(ADVERSARIAL_STATUSES)
  let entries = 0
  let ignored = 0
  const line = (i: number): void => {
    if (i % RATE === 0) clock.tick(page)
    if (kind === 'w3c' && i % HEADER_EVERY === 0) {
      page.put(directives)
      ignored += HEADER_LINES
    }
    const scrambled = Math.imul(i, 0x9e3779b1)
    const status = i % ADVERSARIAL_STATUSES
    hits[status] = (hits[status] as number) + 1
    entries++
    for (const part of parts) {
      if (typeof part === 'number') page.put(part)
      else if (part === 'h') page.hex(scrambled >>> 16, 4)
      else if (part === 'l') page.hex(scrambled, 4)
      else if (part === 't') page.put(clock.stamp)
      else if (part === 's') page.decimal(200 + status)
      else {
        page.decimal(i % 1000)
        page.byte(0x20)
        page.decimal(i % 2 ** 32)
      }
    }
  }
  return {
    page,
    line,
    truth: () => ({
      entries,
      lines: entries + ignored,
      statuses: Object.fromEntries([...hits].flatMap((n, status) => (n > 0 ? [[String(200 + status), n]] : []))),
      codes: null,
    }),
  }
}

/** Write a log to a file. */
export function writeLog(path: string, options: LogOptions): Truth {
  const fd = openSync(path, 'w')
  try {
    const pieces = generate(options)
    for (;;) {
      const next = pieces.next()
      if (next.done) return next.value
      for (let at = 0; at < next.value.length; ) at += writeSync(fd, next.value, at)
    }
  } finally {
    closeSync(fd)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kind, entries, path, adversarial] = process.argv.slice(2)
  if (!LOG_KINDS.includes(kind as LogKind) || !entries || !path) {
    process.stderr.write(`usage: tsx bench/generate.ts ${LOG_KINDS.join('|')} ENTRIES FILE [adversarial]\n`)
    process.exitCode = 2
  } else {
    const truth = writeLog(path, {
      kind: kind as LogKind,
      entries: Number(entries),
      adversarial: adversarial === 'adversarial',
    })
    process.stdout.write(`${JSON.stringify(truth)}\n`)
  }
}
