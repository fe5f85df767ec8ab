import { type Found, lookUp, win32Value } from '../catalogue/catalogue.js'
import type { Language, Verdict } from '../catalogue/note.js'
import { asOfNow, bucketRows, type CodeRow, codeRows, listsOf, type Range, stretchOf } from '../store/query.js'
import type { Store } from '../store/store.js'
import { type DimensionName, type List, mergeLists } from '../tally/tally.js'
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
  return asOfNow(store, () => makeReportNow(store, options))
}

function makeReportNow(store: Store, options: ReportOptions): Report {
  const { language = 'en', top = 10, select = () => true } = options
  const rows = codeRows(store, options).filter(select)
  const lists = Object.fromEntries(DIMENSION_NAMES.map((d) => [d, listsOf(store, d, options)])) as Record<DimensionName, Map<number, List>>
  const timeline = makeTimeline(store, options, new Map(rows.map((r) => [r.codeId, r])))
  const codes = groupRows(rows).map((group) => makeCode(group, lists, timeline.byCode, { language, top, server: options.server }))
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
    timeline: timeline.buckets,
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

function makeCode(
  group: readonly CodeRow[],
  lists: Record<DimensionName, Map<number, List>>,
  timelines: ReadonlyMap<number, number[]>,
  { language, top, server }: { language: Language; top: number; server: string | undefined },
): ReportCode {
  const [first] = group as readonly [CodeRow]
  const hits = group.reduce((n, r) => n + r.hits, 0)
  const verdicts: Partial<Record<Verdict, number>> = {}
  const evidence = (rows: readonly CodeRow[]): Evidence => evidenceOf(rows, lists, timelines, top)
  const win32 = new Map<number, { rows: CodeRow[]; verdict: Verdict; found: Found | undefined }>()
  for (const row of group) {
    const found = lookUp(row, server ?? row.server, row.software)
    const verdict = found?.note.verdict ?? 'unknown'
    verdicts[verdict] = (verdicts[verdict] ?? 0) + row.hits
    if (row.win32Status === null) continue
    const known = win32.get(row.win32Status)
    if (known) known.rows.push(row)
    else win32.set(row.win32Status, { rows: [row], verdict, found })
  }
  const general = lookUp({ ...first, win32Status: null }, server ?? first.server, first.software)
  const whole = evidence(group)
  return {
    status: first.status,
    substatus: first.substatus,
    reason: first.reason,
    hits,
    bytesSent: group.reduce((n, r) => n + r.bytesSent, 0),
    win32: [...win32]
      .map(([value, { rows, verdict, found }]) => ({
        ...makeWin32(value, verdict, found, language),
        hits: rows.reduce((n, r) => n + r.hits, 0),
        ...(rows.length === group.length ? whole : evidence(rows)),
      }))
      .sort((a, b) => b.hits - a.hits || a.value - b.value),
    verdicts,
    explanation: general ? explain(general, language) : null,
    ...whole,
  }
}

function evidenceOf(
  rows: readonly CodeRow[],
  lists: Record<DimensionName, Map<number, List>>,
  timelines: ReadonlyMap<number, number[]>,
  top: number,
): Evidence {
  const ids = [...new Set(rows.map((r) => r.codeId))]
  const merged = DIMENSION_NAMES.map(
    (d) =>
      sumOf(
        ids.flatMap((id) => lists[d].get(id) ?? []),
        mergeLists,
      ) ?? { values: [], lost: 0, distinct: 0 },
  )
  const each = <T>(f: (list: List) => T): Record<ListName, T> =>
    Object.fromEntries(merged.map((list, i) => [LISTS[DIMENSION_NAMES[i] as DimensionName], f(list)])) as Record<ListName, T>
  const timeline = sumOf(
    ids.flatMap((id) => [timelines.get(id) ?? []]),
    (a, b) => Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0)),
  )
  const timed = rows.reduce((n, r) => n + r.timed, 0)
  return {
    firstSeen: iso(rows.reduce<number | null>((n, r) => (r.firstSeen === null ? n : n === null ? r.firstSeen : Math.min(n, r.firstSeen)), null)),
    lastSeen: iso(rows.reduce<number | null>((n, r) => (r.lastSeen === null ? n : n === null ? r.lastSeen : Math.max(n, r.lastSeen)), null)),
    meanTimeMs: timed === 0 ? null : rows.reduce((n, r) => n + r.timeTakenUs, 0) / timed / 1000,
    top: each((list) => (list.values.length > top ? list.values.slice(0, top) : list.values)),
    distinct: each((list) => ({ count: list.distinct, exact: list.lost === 0 })),
    timeline: timeline ?? [],
  }
}

/** Of one alone, that itself: nearly every code has one row, and there may be fifty thousand codes. */
const sumOf = <T>(parts: readonly T[], add: (a: T, b: T) => T): T | undefined => (parts.length > 0 ? parts.reduce(add) : undefined)

function makeWin32(value: number, verdict: Verdict, found: Found | undefined, language: Language): Omit<Win32Row, keyof Evidence | 'hits'> {
  const known = win32Value(value)
  const explanation = found?.level === 'win32' ? explain(found, language) : null
  return {
    value,
    hex: known.hex,
    symbol: known.symbol,
    verdict,
    meaning: explanation?.name ?? known.note?.name[language] ?? known.symbol ?? known.hex,
    explanation,
  }
}

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

function makeTimeline(store: Store, options: Range, rows: ReadonlyMap<number, CodeRow>): { buckets: TimelineBucket[]; byCode: Map<number, number[]> } {
  const byCode = new Map<number, number[]>()
  const codeIds = [...rows.keys()]
  const stretch = stretchOf(store, codeIds, options)
  if (!stretch) return { buckets: [], byCode }
  const { from, to, widest } = stretch
  const width = STEPS.find((s) => s >= widest && s % widest === 0 && (to - from) / s <= MAX_TIMELINE) ?? Math.ceil((to - from) / MAX_TIMELINE / 86400) * 86400
  const origin = Math.floor(from / width) * width
  const count = Math.floor((to - 1 - origin) / width) + 1
  const totals = Array.from({ length: count }, (): Record<string, number> => ({}))
  for (const { bucket: i, codeId, hits } of bucketRows(store, codeIds, origin, width, options)) {
    const name = classOf(rows.get(codeId)?.status ?? null)
    const bucket = totals[i] as Record<string, number>
    bucket[name] = (bucket[name] ?? 0) + hits
    let mine = byCode.get(codeId)
    if (!mine) byCode.set(codeId, (mine = new Array<number>(count).fill(0)))
    mine[i] = (mine[i] as number) + hits
  }
  const buckets = totals.map((classes, i) => ({
    start: iso(origin + i * width) as string,
    seconds: width,
    hits: Object.values(classes).reduce((n, h) => n + h, 0),
    classes,
  }))
  return { buckets, byCode }
}
