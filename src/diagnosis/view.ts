import type { Verdict } from '../catalogue/note.js'
import type { ClientEvidence, CodeEvidence, Evidence, PathEvidence, Trouble } from './evidence.js'
import { ATTACK } from './kinds/classify.js'
import type { AgentKind, PathKind } from './kinds/kinds.js'

// The evidence as rules look at it: whose the hosts are, which families the site runs, who is a person, and what no
// rule has taken yet.

export interface DiagnoseOptions {
  /** What the catalogue says of a code; `unknown` where it says nothing. */
  readonly verdictOf: (code: CodeEvidence) => Verdict
  readonly nameOf: (code: CodeEvidence) => { readonly en: string; readonly zh: string } | null
  readonly server: string | null
  /** Writes a time; UTC when absent. */
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
  /** Hits that no finding has taken. */
  left: number
}

/** A trouble with all that is known around it. */
export interface Row extends Trouble {
  readonly of: CodeEvidence
  readonly cell: Cell | undefined
  readonly kind: PathKind
  readonly about: PathEvidence
  readonly who: ClientEvidence
  /** From a page of the site, and not from the path itself. */
  readonly isOwn: boolean
  readonly isPerson: boolean
  /** The client had an answer, or its address is private; true where the log is no measure of that. */
  readonly isKnown: boolean
  readonly loadsAssets: boolean
  readonly isAttacker: boolean
  taken: boolean
}

const PEOPLE: ReadonlySet<AgentKind> = new Set<AgentKind>(['browser', 'app', 'other'])
const PRIVATE = /^(10\.|192\.168\.|127\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd][0-9a-f]{2}:)/i
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
  /** Whether having had an answer, or an asset, says something of a client. */
  readonly knowsClients: boolean
  readonly knowsAssets: boolean
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
    for (const { minutes } of codes)
      for (const [minute, n] of minutes) this.minutes.set(minute, (this.minutes.get(minute) ?? 0) + n)
    this.#own = ownHosts(evidence)
    const raw = codes.flatMap((code) =>
      [...code.kinds].map(([key, hits]) => ({
        code,
        hits,
        parts: key.split('|') as [string, AgentKind, string, string],
      })),
    )
    const isAnswer = ({ status }: CodeEvidence): boolean => status !== null && status >= 200 && status < 400
    const is2xx = ({ status }: CodeEvidence): boolean => status !== null && status >= 200 && status < 300
    const sum = (fits: (r: (typeof raw)[number]) => boolean): number =>
      raw.reduce((n, r) => n + (fits(r) ? r.hits : 0), 0)
    this.answered = sum(({ code }) => isAnswer(code))
    this.answered2xx = sum(({ code }) => is2xx(code))
    const good = sum(({ code }) => is2xx(code) || code.status === 304)
    this.#people = new Set([
      ...PEOPLE,
      ...(['tool', 'none'] as const).filter(
        (a) => sum(({ code, parts }) => is2xx(code) && parts[1] === a) >= 0.2 * this.answered2xx,
      ),
    ])
    const assets = sum(({ code, parts }) => (is2xx(code) || code.status === 304) && parts[0] === 'asset')
    this.knowsClients = good >= 0.5 * this.entries && evidence.answeredClients >= 20
    this.knowsAssets = assets >= 20 && assets >= 0.1 * good
    this.#families = this.#realFamilies(raw)
    const cells = new Map<string, Cell>()
    for (const { code, hits, parts } of raw) {
      const [pathClass, agent, host, self] = parts
      const cell = {
        code,
        hits,
        left: hits,
        pathClass,
        kind: this.kindOf(pathClass),
        agent,
        isOwn: this.isOwn(host, self === '1'),
      }
      this.cells.push(cell)
      cells.set(cellKey(code, parts.join('|')), cell)
    }
    const probes = this.#probesByClient()
    for (const trouble of evidence.troubles.values())
      this.rows.push(this.#rowOf(trouble, cells, probes.get(trouble.client) ?? 0))
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
  /** Rows that no rule has taken. */
  open(fits: (row: Row) => boolean): Row[] {
    return this.rows.filter((row) => !row.taken && fits(row))
  }
  isOngoing(last: number | null, share = 0.02, most = 3600): boolean {
    return last !== null && last >= this.to - Math.max(600, Math.min(share * (this.to - this.from), most))
  }
  /** Width of a window of time, in minutes: five, or as long as 50 requests take. */
  get window(): number {
    return Math.min(1440, Math.max(5, Math.ceil(50 / (this.entries / Math.max(1, (this.to - this.from) / 60)))))
  }
  clock(seconds: number): string {
    if (this.options.clock) return this.options.clock(seconds)
    const text = new Date(seconds * 1000).toISOString()
    return this.to - this.from < 86400 && Math.floor(this.from / 86400) === Math.floor(this.to / 86400)
      ? text.slice(11, 16)
      : text.slice(0, 16).replace('T', ' ')
  }

  /** A family is the site's own when it answered a person, or its own pages, or three times at all. */
  #realFamilies(
    raw: readonly { code: CodeEvidence; hits: number; parts: [string, AgentKind, string, string] }[],
  ): ReadonlySet<string> {
    const answers = new Map<string, number>()
    const real = new Set<string>(this.options.server === 'iis' ? ['exchange', 'adfs', 'asp'] : [])
    for (const { code, hits, parts } of raw) {
      const [pathClass, agent, host, self] = parts
      const family = pathClass.split('/')[1]
      const isGood = code.status !== null && ((code.status >= 200 && code.status < 300) || code.status === 304)
      if (
        family === undefined ||
        pathClass === ATTACK ||
        pathClass.startsWith('probe-secret') ||
        !isGood ||
        agent === 'scanner'
      )
        continue
      answers.set(family, (answers.get(family) ?? 0) + hits)
      if (PEOPLE.has(agent) || this.isOwn(host, self === '1')) real.add(family)
    }
    for (const [family, n] of answers) if (n >= 3) real.add(family)
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

  #rowOf(trouble: Trouble, cells: ReadonlyMap<string, Cell>, probes: number): Row {
    const { evidence } = this
    const about = evidence.paths.get(trouble.path) as PathEvidence
    const who = evidence.clientsInTrouble.get(trouble.client) ?? NO_CLIENT
    const of = evidence.codes.get(trouble.code) as CodeEvidence
    const pathClass = trouble.isAttack ? ATTACK : about.class
    const isOwn = this.isOwn(trouble.referer, trouble.isSelf)
    return {
      ...trouble,
      of,
      cell: cells.get(cellKey(of, `${pathClass}|${trouble.agent}|${trouble.referer ?? ''}|${trouble.isSelf ? 1 : ''}`)),
      kind: this.kindOf(pathClass),
      about,
      who,
      isOwn,
      isPerson: this.isPeople(trouble.agent),
      isKnown: !this.knowsClients || who.answered > 0 || PRIVATE.test(trouble.client),
      loadsAssets: !this.knowsAssets || who.assets > 0,
      isAttacker: isAttacker(who, who.probes + probes, isOwn),
      taken: false,
    }
  }
}

const cellKey = ({ status, substatus, win32Status, reason }: CodeEvidence, kinds: string): string =>
  `${status}|${substatus}|${win32Status}|${reason}|${kinds}`

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
