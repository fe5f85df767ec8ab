import { type Found, lookUp, win32Value } from '../catalogue/catalogue.js'
import type { Language, Verdict } from '../catalogue/note.js'
import { type CodeRow, codeRows, type Details, detailsOf, type Grid, hold, type Range, statusRows, stretchOf } from '../store/query.js'
import type { Store } from '../store/store.js'
import type { DimensionName, List } from '../tally/tally.js'
import { type ReportReject, reportRejects } from './rejects.js'

// The report: one plain object with raw numbers, a function of a store and a selection. All outputs are made from it and from
// nothing else; its JSON form is the contract `logstat.report/1`, to which keys are only ever added.

export interface Report {
  readonly schema: 'logstat.report/1'
  readonly language: Language
  /** The stretch of a database that was asked for; null: all of it. `totals.lines` and the inputs are those of the whole. */
  readonly range: { readonly since: string | null; readonly until: string | null } | null
  /** Of the entries; null when none carries a time. */
  readonly period: { readonly from: string; readonly to: string } | null
  readonly totals: {
    readonly lines: number
    readonly entries: number
    readonly rejected: number
    readonly ignored: number
    /** Entries that a selection left out: lines = entries + filtered + rejected + ignored. */
    readonly filtered: number
    readonly withoutTime: number
    readonly bytesSent: number
  }
  readonly inputs: readonly ReportInput[]
  readonly classes: readonly ReportClass[]
  /** Hits by verdict; problems are what is neither normal nor noise. */
  readonly verdicts: Partial<Record<Verdict, number>>
  readonly problems: number
  readonly codes: readonly ReportCode[]
  readonly rejects: readonly ReportReject[]
  readonly findings: readonly Finding[]
  readonly timeline: readonly TimelineBucket[]
}
export interface ReportInput {
  readonly name: string
  readonly format: string
  readonly server: string | null
  readonly software: string | null
  readonly lines: number
  readonly entries: number
  readonly rejected: number
  readonly ignored: number
}
export interface ReportClass {
  readonly class: string
  readonly hits: number
  readonly bytesSent: number
}
export interface TopValue {
  readonly value: string
  readonly hits: number
  /** hits <= truth <= hits + error */
  readonly error: number
}
/** When, for whom and where: of a code, or of the part of it with one Win32 status. */
interface Evidence {
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  /** Mean, over the entries that carry a time taken. */
  readonly meanTimeMs: number | null
  readonly top: Readonly<Record<ListName, readonly TopValue[]>>
  /** Different values seen; `exact` false: at least so many, and the lists above are the largest only. */
  readonly distinct: Readonly<Record<ListName, { readonly count: number; readonly exact: boolean }>>
  /** Hits in each bucket of the report's timeline. */
  readonly timeline: readonly number[]
}
type ListName = 'paths' | 'clients' | 'referers' | 'userAgents' | 'methods' | 'hosts'

export interface Win32Row extends Evidence {
  readonly value: number
  readonly hex: string
  readonly symbol: string | null
  readonly hits: number
  readonly verdict: Verdict
  readonly meaning: string
  readonly explanation: Explanation | null
}
export interface Explanation {
  readonly name: string
  readonly meaning: string
  readonly causes: readonly string[]
  readonly checks: readonly string[]
  readonly authority: string
  readonly basis: string
  readonly source: string
  /** The code the note is filed under, and how particular it is. */
  readonly code: string
  readonly level: string
}
/** One row a status, sub-status and reason. */
export interface ReportCode extends Evidence {
  readonly status: number | null
  readonly substatus: number | null
  readonly reason: string | null
  readonly hits: number
  readonly bytesSent: number
  readonly win32: readonly Win32Row[]
  readonly verdicts: Partial<Record<Verdict, number>>
  readonly explanation: Explanation | null
}
/** Something that wants a person. */
export interface Finding {
  readonly code: string
  readonly verdict: Verdict
  readonly hits: number
  readonly title: string
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  /** The value that stands out, with its share of the hits. */
  readonly mostly: { readonly dimension: 'path' | 'client'; readonly value: string; readonly share: number } | null
}
export interface TimelineBucket {
  readonly start: string
  readonly seconds: number
  readonly hits: number
  readonly classes: Readonly<Record<string, number>>
}

export interface ReportOptions extends Range {
  readonly language?: Language
  /** Values shown of each list. */
  readonly top?: number
  /** Which codes are reported; all when absent. Totals are then of those codes. */
  readonly select?: (code: Pick<CodeRow, 'status' | 'substatus' | 'win32Status' | 'reason'>) => boolean
  /** Holds in place of the server the log implies. */
  readonly server?: string | undefined
}

const LISTS = { path: 'paths', client: 'clients', referer: 'referers', userAgent: 'userAgents', method: 'methods', host: 'hosts' } as const
const DIMENSION_NAMES = Object.keys(LISTS) as DimensionName[]
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'] as const
const QUIET: ReadonlySet<Verdict> = new Set(['normal', 'noise'])
/** Whose problem is read first. */
const URGENCY: Readonly<Record<Verdict, number>> = { server: 0, backend: 0, config: 0, auth: 1, security: 2, unknown: 2, client: 3, noise: 4, normal: 5 }

/** Make the report of a store, or of the part of it that `options` names. */
export function makeReport(store: Store, options: ReportOptions = {}): Report {
  const release = hold(store)
  try {
    const report = reportOf(store, options)
    return { ...report, codes: report.codes.map((code) => ({ ...code.toJSON(), win32: code.win32.map((w) => w.toJSON()) })) }
  } finally {
    release()
  }
}

/** So many characters are made before the first are handed out. Whoever waits for a pager must not hold a database for so long. */
const AHEAD = 1 << 20

/**
 * The same, told in pieces. What is known of a code beyond its numbers is looked up when it is told, so that of fifty thousand codes only
 * one at a time takes memory: nothing of the report is to be used afterwards.
 */
export function* tellReport(store: Store, options: ReportOptions, tell: (report: Report) => Iterable<string>): Generator<string> {
  const release = hold(store)
  let waiting: string[] = []
  try {
    let size = 0
    for (const piece of tell(reportOf(store, options))) {
      waiting.push(piece)
      size += piece.length
      if (size < AHEAD) continue
      yield* waiting
      waiting = []
      size = 0
    }
  } finally {
    release()
  }
  yield* waiting
}

function reportOf(store: Store, options: ReportOptions): Omit<Report, 'codes'> & { readonly codes: readonly CodeInStore[] } {
  const { language = 'en', top = 10, select = () => true } = options
  const rows = codeRows(store, options).filter(select)
  const { grid, timeline } = makeTimeline(store, options, [...new Set(rows.map((r) => r.codeId))])
  const details = lastOf(detailsOf(store, grid, options))
  const context: Context = { language, top, server: options.server, details, buckets: timeline.length }
  const codes = groupRows(rows).map((group) => new CodeInStore(group, context))
  const sources = store.sources()
  const sum = (f: (s: (typeof sources)[number]) => number): number => sources.reduce((n, s) => n + f(s), 0)
  const verdicts: Partial<Record<Verdict, number>> = {}
  for (const code of codes) for (const [v, n] of Object.entries(code.verdicts) as [Verdict, number][]) verdicts[v] = (verdicts[v] ?? 0) + n
  const problems = (Object.entries(verdicts) as [Verdict, number][]).reduce((n, [v, hits]) => n + (QUIET.has(v) ? 0 : hits), 0)
  const hits = rows.reduce((n, r) => n + r.hits, 0)
  return {
    schema: 'logstat.report/1',
    language,
    range: options.since === undefined && options.until === undefined ? null : { since: iso(options.since ?? null), until: iso(options.until ?? null) },
    period: periodOf(rows),
    totals: {
      lines: sum((s) => s.lines - s.pruned),
      entries: hits,
      rejected: sum((s) => s.rejected),
      ignored: sum((s) => s.ignored),
      filtered: sum((s) => s.lines - s.rejected - s.ignored) - hits,
      withoutTime: sum((s) => s.withoutTime),
      bytesSent: rows.reduce((n, r) => n + r.bytesSent, 0),
    },
    inputs: sources.map(({ name, format, server, software, lines, entries, rejected, ignored, pruned }) => ({
      name,
      format,
      server,
      software,
      lines: lines - pruned,
      entries: entries - pruned,
      rejected,
      ignored,
    })),
    classes: CLASSES.map((name) => {
      const inside = rows.filter((r) => classOf(r.status) === name)
      return { class: name, hits: inside.reduce((n, r) => n + r.hits, 0), bytesSent: inside.reduce((n, r) => n + r.bytesSent, 0) }
    }),
    verdicts,
    problems,
    codes,
    rejects: reportRejects(store),
    findings: codes.flatMap(findingsOf).sort((a, b) => URGENCY[a.verdict] - URGENCY[b.verdict] || b.hits - a.hits),
    timeline,
  }
}

function classOf(status: number | null): (typeof CLASSES)[number] {
  const first = status === null ? 0 : Math.floor(status / 100)
  return first >= 1 && first <= 5 ? (`${first}xx` as (typeof CLASSES)[number]) : 'other'
}

/** How a code is written: `404`, `404.3`, `503 QueueFull`, `-` for an entry without a status. */
export function codeName(code: Pick<ReportCode, 'status' | 'substatus' | 'reason'>): string {
  const status = code.status === null ? '-' : String(code.status).padStart(3, '0')
  const name = code.substatus === null ? status : `${status}.${code.substatus}`
  return code.reason === null ? name : `${name} ${code.reason}`
}

const iso = (seconds: number | null): string | null => (seconds === null ? null : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z'))

function periodOf(rows: readonly CodeRow[]): Report['period'] {
  let from: number | null = null
  let to: number | null = null
  for (const { firstSeen, lastSeen } of rows) {
    if (firstSeen !== null && (from === null || firstSeen < from)) from = firstSeen
    if (lastSeen !== null && (to === null || lastSeen > to)) to = lastSeen
  }
  return from === null || to === null ? null : { from: iso(from) as string, to: iso(to) as string }
}

/** Rows of the same status, sub-status and reason, in order of their sum. */
function groupRows(rows: readonly CodeRow[]): CodeRow[][] {
  const groups = new Map<string, CodeRow[]>()
  for (const row of rows) {
    const key = `${row.status}|${row.substatus}|${row.reason}`
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  const sum = (g: readonly CodeRow[]): number => g.reduce((n, r) => n + r.hits, 0)
  return [...groups.values()].sort(
    (a, b) => sum(b) - sum(a) || (a[0]?.status ?? -1) - (b[0]?.status ?? -1) || (a[0]?.substatus ?? -1) - (b[0]?.substatus ?? -1),
  )
}

/** What is the same for all codes of a report. */
interface Context {
  readonly language: Language
  readonly top: number
  readonly server: string | undefined
  readonly details: (rows: readonly CodeRow[]) => RowDetails
  /** How many buckets the timeline has. */
  readonly buckets: number
}
interface RowDetails {
  readonly lists: Record<DimensionName, List>
  readonly buckets: ReturnType<Details['buckets']>
}

/** Details are asked for several times in a row, and a code of one Win32 status has those of that: the last ones are remembered. */
function lastOf(details: Details): Context['details'] {
  let of: readonly CodeRow[] | undefined
  let last: RowDetails | undefined
  return (rows) => {
    if (rows === of && last) return last
    const ids = [...new Set(rows.map((r) => r.codeId))]
    of = rows
    last = { lists: details.lists(ids), buckets: details.buckets(ids) }
    return last
  }
}

/** The evidence of rows of a store, looked up when it is asked for. */
abstract class EvidenceInStore implements Evidence {
  readonly hits: number
  readonly #rows: readonly CodeRow[]
  readonly #context: Context

  constructor(rows: readonly CodeRow[], context: Context) {
    this.#rows = rows
    this.#context = context
    this.hits = rows.reduce((n, r) => n + r.hits, 0)
  }
  get firstSeen(): string | null {
    return iso(this.#rows.reduce<number | null>((n, r) => (r.firstSeen === null ? n : n === null ? r.firstSeen : Math.min(n, r.firstSeen)), null))
  }
  get lastSeen(): string | null {
    return iso(this.#rows.reduce<number | null>((n, r) => (r.lastSeen === null ? n : n === null ? r.lastSeen : Math.max(n, r.lastSeen)), null))
  }
  get meanTimeMs(): number | null {
    const timed = this.#rows.reduce((n, r) => n + r.timed, 0)
    return timed === 0 ? null : this.#rows.reduce((n, r) => n + r.timeTakenUs, 0) / timed / 1000
  }
  get top(): Evidence['top'] {
    const { top } = this.#context
    return this.#each((list) => (list.values.length > top ? list.values.slice(0, top) : list.values))
  }
  get distinct(): Evidence['distinct'] {
    return this.#each((list) => ({ count: list.distinct, exact: list.lost === 0 }))
  }
  get timeline(): readonly number[] {
    const { buckets } = this.#context.details(this.#rows)
    // A code of which no entry has a time has no timeline.
    const timeline = new Array<number>(buckets.length > 0 ? this.#context.buckets : 0).fill(0)
    for (const { bucket, hits } of buckets) timeline[bucket] = hits
    return timeline
  }
  #each<T>(f: (list: List) => T): Record<ListName, T> {
    const { lists } = this.#context.details(this.#rows)
    return Object.fromEntries(DIMENSION_NAMES.map((name) => [LISTS[name], f(lists[name])])) as Record<ListName, T>
  }
  protected evidence(): Evidence {
    const { firstSeen, lastSeen, meanTimeMs, top, distinct, timeline } = this
    return { firstSeen, lastSeen, meanTimeMs, top, distinct, timeline }
  }
}

class CodeInStore extends EvidenceInStore implements ReportCode {
  readonly status: number | null
  readonly substatus: number | null
  readonly reason: string | null
  readonly bytesSent: number
  readonly verdicts: Partial<Record<Verdict, number>> = {}
  readonly explanation: Explanation | null
  readonly #group: readonly CodeRow[]
  readonly #context: Context

  constructor(group: readonly CodeRow[], context: Context) {
    super(group, context)
    this.#group = group
    this.#context = context
    const [first] = group as readonly [CodeRow]
    this.status = first.status
    this.substatus = first.substatus
    this.reason = first.reason
    this.bytesSent = group.reduce((n, r) => n + r.bytesSent, 0)
    for (const row of group) {
      const verdict = verdictOf(noteOf(row, context))
      this.verdicts[verdict] = (this.verdicts[verdict] ?? 0) + row.hits
    }
    const general = noteOf({ ...first, win32Status: null }, context)
    this.explanation = general ? explain(general, context.language) : null
  }
  /** Made when asked for: a code may have fifty thousand. */
  get win32(): readonly Win32InStore[] {
    const rows = new Map<number, CodeRow[]>()
    for (const row of this.#group) {
      if (row.win32Status === null) continue
      const known = rows.get(row.win32Status)
      if (known) known.push(row)
      else rows.set(row.win32Status, [row])
    }
    return Array.from(rows.values(), (of) => new Win32InStore(of.length === this.#group.length ? this.#group : of, this.#context)).sort(
      (a, b) => b.hits - a.hits || a.value - b.value,
    )
  }
  toJSON(): ReportCode {
    const { status, substatus, reason, hits, bytesSent, win32, verdicts, explanation } = this
    return { status, substatus, reason, hits, bytesSent, win32, verdicts, explanation, ...this.evidence() }
  }
}

class Win32InStore extends EvidenceInStore implements Win32Row {
  readonly value: number
  readonly verdict: Verdict
  readonly explanation: Explanation | null
  readonly #language: Language

  /** @param rows of one code and Win32 status, by server */
  constructor(rows: readonly CodeRow[], context: Context) {
    super(rows, context)
    const [first] = rows as readonly [CodeRow]
    const found = noteOf(first, context)
    this.value = first.win32Status ?? 0
    this.verdict = verdictOf(found)
    this.explanation = found?.level === 'win32' ? explain(found, context.language) : null
    this.#language = context.language
  }
  get hex(): string {
    return win32Value(this.value).hex
  }
  get symbol(): string | null {
    return win32Value(this.value).symbol
  }
  get meaning(): string {
    const { note, symbol, hex } = win32Value(this.value)
    return this.explanation?.name ?? note?.name[this.#language] ?? symbol ?? hex
  }
  toJSON(): Win32Row {
    const { value, hex, symbol, verdict, meaning, explanation, hits } = this
    return { value, hex, symbol, verdict, meaning, explanation, hits, ...this.evidence() }
  }
}

const noteOf = (row: CodeRow, { server }: Context): Found | undefined => lookUp(row, server ?? row.server, row.software)
const verdictOf = (found: Found | undefined): Verdict => found?.note.verdict ?? 'unknown'

const explanations = new WeakMap<object, Map<string, Explanation>>()

/** A note in one language, its variant applied. Codes that have a note in common share its text. */
function explain(found: Found, language: Language): Explanation {
  const { note, variant, authority, level } = found
  const known = explanations.get(variant ?? note) ?? new Map<string, Explanation>()
  explanations.set(variant ?? note, known)
  const key = `${language}|${authority}|${level}`
  const explanation = known.get(key) ?? makeExplanation(found, language)
  known.set(key, explanation)
  return explanation
}

function makeExplanation({ note, variant, authority, level }: Found, language: Language): Explanation {
  return {
    name: (variant ?? note).name[language],
    meaning: (variant ?? note).meaning[language],
    causes: (note.causes ?? []).map((t) => t[language]),
    checks: (variant?.checks ?? note.checks ?? []).map((t) => t[language]),
    authority,
    basis: note.basis,
    source: (variant ?? note).source,
    code: note.code,
    level,
  }
}

function findingsOf(code: ReportCode): Finding[] {
  const findings: Finding[] = []
  const when = ({ firstSeen, lastSeen }: Evidence): Pick<Finding, 'firstSeen' | 'lastSeen'> => ({ firstSeen, lastSeen })
  // A verdict that rests on a Win32 status is told with it: 401.1 may be normal with one value and a failed logon with another.
  const special = code.win32.filter((w) => w.explanation && !QUIET.has(w.verdict))
  for (const w of special) {
    const name = w.value === 0 ? codeName(code) : `${codeName(code)}/${w.value}`
    findings.push({ code: name, verdict: w.verdict, hits: w.hits, title: w.meaning, mostly: mostlyOf(w), ...when(w) })
  }
  for (const [verdict, hits] of Object.entries(code.verdicts) as [Verdict, number][]) {
    const rest = hits - special.filter((w) => w.verdict === verdict).reduce((n, w) => n + w.hits, 0)
    if (!QUIET.has(verdict) && rest > 0)
      findings.push({
        code: codeName(code),
        verdict,
        hits: rest,
        title: code.explanation?.name ?? '',
        mostly: rest === code.hits ? mostlyOf(code) : null,
        ...when(code),
      })
  }
  return findings
}

function mostlyOf({ hits, top }: Evidence & { readonly hits: number }): Finding['mostly'] {
  for (const [dimension, values] of [
    ['path', top.paths],
    ['client', top.clients],
  ] as const) {
    const [first] = values
    if (first && first.hits / hits >= 0.3) return { dimension, value: first.value, share: first.hits / hits }
  }
  return null
}

const MAX_TIMELINE = 120
/** Widths a timeline may have, in seconds. */
const STEPS = [60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800, 2592000]

function makeTimeline(store: Store, options: Range, codeIds: readonly number[]): { grid: Grid; timeline: TimelineBucket[] } {
  const stretch = stretchOf(store, codeIds, options)
  if (!stretch) return { grid: { origin: 0, width: STEPS[0] as number }, timeline: [] }
  const { from, to, widest } = stretch
  const width = STEPS.find((s) => s >= widest && s % widest === 0 && (to - from) / s <= MAX_TIMELINE) ?? Math.ceil((to - from) / MAX_TIMELINE / 86400) * 86400
  const origin = Math.floor(from / width) * width
  const count = Math.floor((to - 1 - origin) / width) + 1
  const totals = Array.from({ length: count }, (): Record<string, number> => ({}))
  for (const { bucket, status, hits } of statusRows(store, codeIds, { origin, width }, options)) {
    const classes = totals[bucket] as Record<string, number>
    classes[classOf(status)] = (classes[classOf(status)] ?? 0) + hits
  }
  const timeline = totals.map((classes, i) => ({
    start: iso(origin + i * width) as string,
    seconds: width,
    hits: Object.values(classes).reduce((n, h) => n + h, 0),
    classes,
  }))
  return { grid: { origin, width }, timeline }
}
