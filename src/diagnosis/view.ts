import type { Verdict } from '../catalogue/note.js'
import {
  addCounts,
  type ClientEvidence,
  type CodeEvidence,
  type Evidence,
  type PathEvidence,
  type Trouble,
} from './evidence.js'
import { ATTACK } from './kinds/classify.js'
import { type AgentKind, type PathKind, PEOPLE } from './kinds/kinds.js'

// The evidence as rules look at it: whose the hosts are, which families the site runs, who is a person, and what no
// rule has taken yet.

export interface DiagnoseOptions {
  /** Verdict of the catalogue on a code; `unknown` where it has none. */
  readonly verdictOf: (code: CodeEvidence) => Verdict
  readonly nameOf: (code: CodeEvidence) => { readonly en: string; readonly zh: string } | null
  readonly server: string | null
  /** Writes a time, as `2026-11-22 14:05`; UTC when absent. */
  readonly clock?: (seconds: number) => string
  /** Evidence of the period before, for what is new. */
  readonly before?: Evidence
  /** Lists were cut: what rests on them is at most "watch". */
  readonly isCut?: boolean
}

/** Entries alike in code, class of path, agent and referer: all of them, also those of which no trouble is kept. */
export interface Cell {
  readonly code: CodeEvidence
  readonly kind: PathKind
  readonly pathClass: string
  readonly agent: AgentKind
  readonly isOwn: boolean
  readonly hits: number
  /** Troubles of the cell that are kept. */
  readonly rows: Row[]
  /** Hits that no finding has taken. */
  left: number
}

/**
 * A trouble with all that is known around it. Where only some clients are kept, `hits` makes up for the others, and
 * `weight` says for how many clients this one stands.
 */
export class Row implements Trouble {
  readonly code: string
  readonly path: string
  readonly client: string
  readonly agent: AgentKind
  readonly referer: string | null
  readonly isSelf: boolean
  readonly hasUser: boolean
  readonly isWrite: boolean
  readonly isAttack: boolean
  hits: number
  readonly first: number | null
  readonly last: number | null
  readonly bytes: number | null
  readonly answeredAfter: number
  readonly weight: number
  readonly of: CodeEvidence
  readonly about: PathEvidence
  readonly who: ClientEvidence
  cell: Cell | undefined
  kind: PathKind = 'page'
  /** True when the request came from a page of the site, and not from the path itself. */
  isOwn = false
  isPerson = false
  /** The client had an answer, or its address is private; true where the log is no measure of that. */
  isKnown = true
  loadsAssets = true
  isAttacker = false
  taken = false

  // A class, since there are thousands of rows and each rule looks at many: objects that are put together from others
  // are slow.
  constructor(trouble: Trouble, of: CodeEvidence, about: PathEvidence, who: ClientEvidence) {
    this.code = trouble.code
    this.path = trouble.path
    this.client = trouble.client
    this.agent = trouble.agent
    this.referer = trouble.referer
    this.isSelf = trouble.isSelf
    this.hasUser = trouble.hasUser
    this.isWrite = trouble.isWrite
    this.isAttack = trouble.isAttack
    this.hits = trouble.hits
    this.first = trouble.first
    this.last = trouble.last
    this.bytes = trouble.bytes
    this.answeredAfter = trouble.answeredAfter
    this.weight = trouble.weight
    this.of = of
    this.about = about
    this.who = who
  }
}

const PRIVATE = /^(10\.|192\.168\.|127\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd][0-9a-f]{2}:)/i
export const isPrivate = (address: string): boolean => PRIVATE.test(address)
const NO_CLIENT: ClientEvidence = {
  hits: 0,
  answered: 0,
  assets: 0,
  errors: 0,
  probes: 0,
  attacks: 0,
  pathBits: 0,
  nameBits: 0,
  signedIn: 0,
  signedInAt: null,
}

export class View {
  readonly cells: Cell[] = []
  readonly rows: Row[] = []
  readonly entries: number
  /** First and last time of the log, in seconds; 0 where it has none. */
  readonly from: number
  readonly to: number
  /** Entries by minute. */
  readonly minutes = new Map<number, number>()
  /** Answers 2xx and 3xx. */
  readonly answered: number
  readonly answered2xx: number
  readonly evidence: Evidence
  readonly options: DiagnoseOptions
  /** True when it says something of a client that it had an answer, or an asset. */
  readonly knowsClients: boolean
  readonly knowsAssets: boolean
  #isOneDay: boolean | undefined
  readonly #keys = new Map<CodeEvidence, string>()
  readonly #byCode = new Map<CodeEvidence, Row[]>()
  readonly #own: ReadonlySet<string>
  readonly #families: ReadonlySet<string>
  readonly #people: ReadonlySet<AgentKind>

  constructor(evidence: Evidence, options: DiagnoseOptions) {
    this.evidence = evidence
    this.options = options
    this.entries = evidence.entries
    const codes = [...evidence.codes.values()]
    this.from = codes.reduce((n, { first }) => Math.min(n, first ?? n), Number.POSITIVE_INFINITY)
    this.to = codes.reduce((n, { last }) => Math.max(n, last ?? n), 0)
    if (!Number.isFinite(this.from)) this.from = 0
    addCounts(this.minutes, evidence.traffic)
    if (evidence.traffic.size === 0) for (const { minutes } of codes) addCounts(this.minutes, minutes)
    this.#own = ownHosts(evidence)
    const raw = codes.flatMap((code) =>
      [...code.kinds].map(([key, hits]) => ({
        code,
        hits,
        parts: key.split('|') as [string, AgentKind, string, string],
      })),
    )
    const sum = (fits: (status: number) => boolean): number =>
      codes.reduce((n, { status, hits }) => n + (status !== null && fits(status) ? hits : 0), 0)
    this.answered = sum((status) => status >= 200 && status < 400)
    this.answered2xx = sum((status) => status >= 200 && status < 300)
    const good = this.answered2xx + sum((status) => status === 304)
    const { answeredAgents, answeredClasses } = evidence
    const told = [...answeredAgents.values()].reduce((n, h) => n + h, 0)
    this.#people = new Set([
      ...PEOPLE,
      ...(['tool', 'none'] as const).filter((a) => (answeredAgents.get(a) ?? 0) >= 0.2 * told),
    ])
    const assets = answeredClasses.get('asset') ?? 0
    this.knowsClients = good >= 0.5 * this.entries && evidence.answeredClients >= 20
    this.knowsAssets = assets >= 20 && assets >= 0.1 * good
    this.#families = this.#realFamilies()
    const cells = new Map<CodeEvidence, Map<string, Cell>>()
    for (const { code, hits, parts } of raw) {
      const [pathClass, agent, host, self] = parts
      const cell: Cell = {
        code,
        hits,
        left: hits,
        rows: [],
        pathClass,
        kind: this.kindOf(pathClass),
        agent,
        isOwn: this.isOwn(host, self === '1'),
      }
      this.cells.push(cell)
      const alike = cells.get(code) ?? new Map<string, Cell>()
      cells.set(code, alike.set(parts.join('|'), cell))
    }
    const probes = this.#probesByClient()
    for (const trouble of evidence.troubles.values())
      this.rows.push(this.#rowOf(trouble, cells, probes.get(trouble.client) ?? 0))
    for (const cell of this.cells) makeUp(cell)
    for (const [key, code] of evidence.codes) this.#keys.set(code, key)
  }
  /** The key of a code in the evidence. */
  keyOf(code: CodeEvidence): string {
    return this.#keys.get(code) ?? ''
  }

  /** The kind of a class of paths: a probe of what the site runs is a page. */
  kindOf(pathClass: string): PathKind {
    const [kind, family] = pathClass.split('/') as [PathKind, string | undefined]
    return family !== undefined && this.#families.has(family) ? 'page' : kind
  }
  isOwn(host: string | null, isSelf: boolean): boolean {
    return host !== null && !isSelf && this.#own.has(host)
  }
  isPeople(agent: AgentKind): boolean {
    return this.#people.has(agent)
  }
  /** Rows that no rule has taken, code by code: most rules ask for a few codes only. */
  open(ofCode: (code: CodeEvidence) => boolean, fits: (row: Row) => boolean = () => true): Row[] {
    const found: Row[] = []
    for (const [code, rows] of this.#byCode)
      if (ofCode(code)) for (const row of rows) if (!row.taken && fits(row)) found.push(row)
    return found
  }
  isOngoing(last: number | null, share = 0.02, most = 3600): boolean {
    return last !== null && last >= this.to - Math.max(600, Math.min(share * (this.to - this.from), most))
  }
  /** Width of a window of time, in minutes: five, or as long as 50 requests take. */
  get window(): number {
    return Math.min(1440, Math.max(5, Math.ceil(50 / (this.entries / Math.max(1, (this.to - this.from) / 60)))))
  }
  /** A time for people, without its day where the log has one day. */
  clock(seconds: number): string {
    const text = (s: number): string =>
      this.options.clock?.(s) ?? new Date(s * 1000).toISOString().slice(0, 16).replace('T', ' ')
    this.#isOneDay ??= text(this.from).slice(0, 10) === text(this.to).slice(0, 10)
    return this.#isOneDay ? text(seconds).slice(11) : text(seconds)
  }

  /** A family is the site's own when it was answered three times. */
  #realFamilies(): ReadonlySet<string> {
    const real = new Set<string>(this.options.server === 'iis' ? ['exchange', 'adfs', 'asp'] : [])
    for (const [pathClass, n] of this.evidence.answeredClasses) {
      const family = pathClass.split('/')[1]
      if (family !== undefined && pathClass !== ATTACK && !pathClass.startsWith('probe-secret') && n >= 3)
        real.add(family)
    }
    return real
  }

  /** Errors on probes of applications that the site does not run. */
  #probesByClient(): Map<string, number> {
    const probes = new Map<string, number>()
    for (const { path, client, hits, code } of this.evidence.troubles.values()) {
      const pathClass = this.evidence.paths.get(path)?.class ?? 'page'
      if (
        !pathClass.includes('/') ||
        !this.kindOf(pathClass).startsWith('probe-') ||
        (this.evidence.codes.get(code)?.status ?? 0) < 400
      )
        continue
      probes.set(client, (probes.get(client) ?? 0) + hits)
    }
    return probes
  }

  #rowOf(trouble: Trouble, cells: ReadonlyMap<CodeEvidence, ReadonlyMap<string, Cell>>, probes: number): Row {
    const { evidence } = this
    const of = evidence.codes.get(trouble.code) as CodeEvidence
    const about = evidence.paths.get(trouble.path) as PathEvidence
    const who = evidence.clientsInTrouble.get(trouble.client) ?? NO_CLIENT
    const row = new Row(trouble, of, about, who)
    const pathClass = trouble.isAttack ? ATTACK : about.class
    const kinds = `${pathClass}|${trouble.agent}|${trouble.referer ?? ''}|${trouble.isSelf ? 1 : ''}`
    const cell = cells.get(of)?.get(kinds)
    row.cell = cell
    row.kind = this.kindOf(pathClass)
    row.isOwn = this.isOwn(trouble.referer, trouble.isSelf)
    row.isPerson = this.isPeople(trouble.agent)
    row.isKnown = !this.knowsClients || who.answered > 0 || isPrivate(trouble.client)
    row.loadsAssets = !this.knowsAssets || who.assets > 0
    row.isAttacker = isAttacker(who, who.probes + probes, row.isOwn)
    cell?.rows.push(row)
    const alike = this.#byCode.get(of)
    if (alike) alike.push(row)
    else this.#byCode.set(of, [row])
    return row
  }
}

/** Where not all clients are kept: let the troubles of a cell be as many as its hits. */
function makeUp({ hits, rows }: Cell): void {
  if (!rows.some(({ weight }) => weight > 1)) return
  const kept = rows.reduce((n, row) => n + row.hits, 0)
  for (const row of rows) row.hits *= hits / kept
}

/** An attacker's errors say nothing of the site. */
function isAttacker(who: ClientEvidence, probes: number, comesFromOwnPage: boolean): boolean {
  if (who.attacks >= 10 || (probes >= 3 && probes >= 0.3 * who.hits)) return true
  return who.errors >= 10 && who.answered <= 0.1 * who.hits && bitCount(who.pathBits) >= 8 && !comesFromOwnPage
}

export function bitCount(bits: number): number {
  let n = 0
  for (let rest = bits >>> 0; rest !== 0; rest &= rest - 1) n++
  return n
}

const SEARCH =
  /(^|\.)(google|bing|yahoo|yandex|baidu|duckduckgo|facebook|t\.co$|twitter|x\.com$|reddit|instagram|linkedin|pinterest|ecosia|qwant|startpage|sogou|youtube)/

/**
 * Hosts whose pages are the site's own: those that requests name, else those whose paths this log answers.
 * Browsers send a foreign referer without its path, so a path is proof and no matter of frequency.
 */
function ownHosts({ hosts, refererHosts }: Evidence): ReadonlySet<string> {
  const named = [...hosts].filter(([host]) => !/^\d+\.\d+\.\d+\.\d+$/.test(host))
  if (named.length > 0) return new Set([...hosts.keys()])
  const all = [...refererHosts].filter(([host]) => host !== '')
  const total = all.reduce((n, [, { hits }]) => n + hits, 0)
  const own = all.filter(([, { hits, deep, deepHits }]) => {
    if (deep >= 2) return deepHits >= 0.2 * hits && hits >= 0.02 * total
    return deep === 1 && deepHits >= 0.5 * hits && hits >= 0.2 * total
  })
  if (own.length > 0) {
    const domains = new Set(own.map(([host]) => registrable(host)))
    return new Set(all.filter(([host]) => domains.has(registrable(host))).map(([host]) => host))
  }
  const first = all.filter(([host]) => !SEARCH.test(host)).sort((a, b) => b[1].hits - a[1].hits)[0]
  return new Set(first && first[1].hits >= 0.5 * total && first[1].hits >= 3 ? [first[0]] : [])
}

/** `shop.example.co.uk` → `example.co.uk`; an address is itself. */
function registrable(host: string): string {
  if (/^[\d.]+$|:/.test(host)) return host
  const parts = host.split('.')
  return parts.slice(parts.length > 2 && /^(com?|org|net|gov|edu|ac)$/.test(parts.at(-2) as string) ? -3 : -2).join('.')
}
