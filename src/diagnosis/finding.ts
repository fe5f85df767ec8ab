import type { Text, Verdict } from '../catalogue/note.js'
import { addCounts, type CodeEvidence, latencyOf } from './evidence.js'
import type { Cell, Row, View } from './view.js'

// Drafts, which rules hand over, and findings, which are made of them.

export type Severity = 'act' | 'watch' | 'info'

export interface Finding {
  readonly id: string
  readonly severity: Severity
  readonly title: Text
  /** The code that most of the finding is about, and all of its codes. */
  readonly code: string
  readonly codes: readonly string[]
  readonly verdict: Verdict
  readonly hits: number
  /** Share of all entries. */
  readonly share: number
  readonly clients: number
  /** Seconds since 1970 UTC. */
  readonly firstSeen: number | null
  readonly lastSeen: number | null
  readonly ongoing: boolean
  readonly where: Text
  readonly whom: Text
  readonly evidence: readonly Text[]
  readonly checks: readonly Text[]
  /** Minute → entries. */
  readonly minutes: ReadonlyMap<number, number>
  readonly top: { readonly paths: readonly Top[]; readonly clients: readonly Top[]; readonly referers: readonly Top[] }
  readonly timeTaken: {
    readonly p50Ms: number | null
    readonly p95Ms: number | null
    readonly pileMs: number | null
  } | null
  readonly weight: number
  /** Entries that the finding takes from each code, by key of the evidence's codes. */
  readonly takes: ReadonlyMap<string, number>
}
export interface Top {
  readonly value: string
  readonly hits: number
}

export const say = (en: string, zh: string): Text => ({ en, zh })
export const num = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',')
export const clientsEn = (n: number): string => (Math.round(n) === 1 ? 'one client' : `${num(n)} clients`)
export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`

/** A finding as a rule hands it over. Fields that are absent follow from the rows. */
export interface Draft {
  readonly severity: Severity
  readonly title: Text
  readonly evidence?: readonly Text[]
  readonly checks?: readonly Text[]
  readonly rows?: readonly Row[]
  readonly cells?: readonly Cell[]
  readonly boost?: number
  /** People affected, where rows are no measure of that. */
  readonly people?: number
  /** True when the finding matters less once it is over. */
  readonly fades?: boolean
  readonly ongoing?: boolean
  readonly first?: number | null
  readonly last?: number | null
  readonly hits?: number
  readonly verdict?: Verdict
  readonly pileMs?: number | null
  /** Entries that are no rows: a gap of a log, lines not understood. */
  readonly code?: string
}

/** A code as people write it: `404`, `404.3/50`, `503 QueueFull`, `-`. */
function nameOfCode({ status, substatus, win32Status, reason }: CodeEvidence): string {
  const name = `${status === null ? '-' : String(status).padStart(3, '0')}${substatus === null ? '' : `.${substatus}`}${win32Status ? `/${win32Status}` : ''}`
  return reason === null ? name : `${name} ${reason}`
}

/** Make a finding, and take its rows and cells from those that are left. */
export function makeFinding(view: View, id: string, draft: Draft): Finding {
  const { rows = [], cells = [], boost = 1, fades = false } = draft
  const takes = new Map<string, number>()
  const byCode = new Map<CodeEvidence, number>()
  const take = (code: CodeEvidence, hits: number): void => {
    if (hits <= 0) return
    byCode.set(code, (byCode.get(code) ?? 0) + hits)
    const key = view.keyOf(code)
    takes.set(key, (takes.get(key) ?? 0) + hits)
  }
  for (const row of rows) {
    if (row.taken) continue
    row.taken = true
    // Estimated hits add up to whole ones but for a little.
    if (row.cell) row.cell.left = row.cell.left - row.hits < 0.5 ? 0 : row.cell.left - row.hits
    take(row.of, row.hits)
  }
  for (const cell of cells) {
    for (const row of cell.rows) row.taken = true
    take(cell.code, cell.left)
    cell.left = 0
  }
  const codes = [...byCode].sort((a, b) => b[1] - a[1])
  const hits = draft.hits ?? Math.round(codes.reduce((n, [, h]) => n + h, 0))
  const first =
    draft.first !== undefined ? draft.first : least([...rows.map((r) => r.first), ...cells.map((c) => c.code.first)])
  const last =
    draft.last !== undefined ? draft.last : greatest([...rows.map((r) => r.last), ...cells.map((c) => c.code.last)])
  const ongoing = draft.ongoing ?? view.isOngoing(last)
  const clients = clientsOf(rows)
  const paths = topOf(rows, (r) => r.path)
  const named = topOf(rows, (r) => r.client)
  const people = draft.people ?? rows.reduce((n, r) => n + (r.isPerson && r.isKnown && !r.isAttacker ? r.hits : 0), 0)
  const now = ongoing ? 1.5 : fades ? 0.5 : 1
  return {
    id,
    severity: view.options.isCut && draft.severity === 'act' && rows.length > 0 ? 'watch' : draft.severity,
    title: draft.title,
    code: draft.code ?? (codes[0] ? nameOfCode(codes[0][0]) : ''),
    codes: codes.map(([code]) => nameOfCode(code)),
    verdict: draft.verdict ?? (codes[0] ? view.options.verdictOf(codes[0][0]) : 'unknown'),
    hits,
    share: view.entries > 0 ? hits / view.entries : 0,
    clients,
    firstSeen: first,
    lastSeen: last,
    ongoing,
    where: whereOf(rows, paths),
    whom: whomOf(rows, clients, named),
    evidence: [...(draft.evidence ?? []), ...sampleText(rows)],
    checks: draft.checks ?? [],
    minutes: minutesOf(rows, cells),
    top: {
      paths,
      clients: named,
      referers: topOf(rows, (r) => r.referer ?? ''),
    },
    timeTaken: timesOf(
      codes.map(([code]) => code),
      draft.pileMs ?? null,
    ),
    weight: (1 + people) * (1 + Math.log2(1 + clients) / 4) * boost * now,
    takes,
  }
}

/** A sentence for findings of large logs, of which not all clients are kept. */
function sampleText(rows: readonly Row[]): Text[] {
  const weight = rows.reduce((n, r) => Math.max(n, r.weight), 1)
  return weight === 1
    ? []
    : [
        say(
          `These numbers are estimates: one client in ${num(weight)} was looked at closely.`,
          `以上数字为估计值：每 ${num(weight)} 个客户端中详细统计 1 个。`,
        ),
      ]
}

export const least = (times: readonly (number | null)[]): number | null =>
  times.reduce<number | null>((n, t) => (t === null ? n : n === null || t < n ? t : n), null)
const greatest = (times: readonly (number | null)[]): number | null =>
  times.reduce<number | null>((n, t) => (t === null ? n : n === null || t > n ? t : n), null)

export const sumOf = (rows: readonly Row[]): number => rows.reduce((n, { hits }) => n + hits, 0)
/** Different clients. */
export function clientsOf(rows: readonly Row[]): number {
  const weights = new Map<string, number>()
  for (const { client, weight } of rows) weights.set(client, Math.min(weight, weights.get(client) ?? weight))
  let sum = 0
  for (const weight of weights.values()) sum += weight
  return sum
}

/** Groups of rows, the largest first. */
export function groupBy<K>(rows: readonly Row[], by: (row: Row) => K): [K, Row[]][] {
  const groups = new Map<K, Row[]>()
  for (const row of rows) {
    const key = by(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups].sort((a, b) => sumOf(b[1]) - sumOf(a[1]))
}

function topOf(rows: readonly Row[], by: (row: Row) => string): Top[] {
  return groupBy(rows, by)
    .filter(([value]) => value !== '')
    .slice(0, 10)
    .map(([value, group]) => ({ value, hits: Math.round(sumOf(group)) }))
}

/** Rows as hits a minute: those of a row lie evenly between its first and its last. */
export function minutesOf(rows: readonly Row[], cells: readonly Cell[] = []): Map<number, number> {
  const minutes = new Map<number, number>()
  const add = (minute: number, n: number): void => void minutes.set(minute, (minutes.get(minute) ?? 0) + n)
  for (const { first, last, hits } of rows) {
    if (first === null || last === null) continue
    const from = Math.floor(first / 60)
    const span = Math.floor(last / 60) - from
    const steps = Math.min(hits, span + 1)
    for (let i = 0; i < steps; i++) add(from + (steps > 1 ? Math.round((i * span) / (steps - 1)) : 0), hits / steps)
  }
  for (const code of new Set(cells.map((c) => c.code))) addCounts(minutes, code.minutes)
  return minutes
}

function whereOf(rows: readonly Row[], paths: readonly Top[]): Text {
  if (paths.length === 0) return say('', '')
  const names = paths.slice(0, 3).map(({ value }) => value)
  const more = new Set(rows.map((r) => r.path)).size - names.length
  return more > 0
    ? say(
        `On ${names.join(', ')} and ${more === 1 ? 'one more path' : `${num(more)} more paths`}.`,
        `涉及 ${names.join('、')} 及另外 ${num(more)} 个路径。`,
      )
    : say(`On ${names.join(', ')}.`, `涉及 ${names.join('、')}。`)
}

const partOf = (part: number, whole: number): string =>
  part === 0 ? 'none of them' : part >= whole ? 'all of them' : `${num(part)} of them`

function whomOf(rows: readonly Row[], clients: number, named: readonly Top[]): Text {
  if (rows.length === 0) return say('', '')
  if (clients === 1)
    return named[0]
      ? say(`One client: ${named[0].value}.`, `一个客户端：${named[0].value}。`)
      : say('The log names no client.', '日志未记录客户端。')
  const people = clientsOf(rows.filter((r) => r.isPerson && !r.isAttacker))
  const known = clientsOf(rows.filter((r) => r.isKnown && !r.isAttacker))
  return say(
    `${num(clients)} clients, ${partOf(people, clients)} people and apps; ${known >= clients ? 'all' : num(known)} were also answered.`,
    `${num(clients)} 个客户端，其中 ${num(people)} 个是访客或应用；${num(known)} 个也得到过正常响应。`,
  )
}

type Times = { readonly p50Ms: number | null; readonly p95Ms: number | null } | null

/** Many findings are of one code each, and of the same: its times are looked up once. */
const timesOfCode = new WeakMap<CodeEvidence, Times>()

function timesOf(codes: readonly CodeEvidence[], pileMs: number | null): Finding['timeTaken'] {
  const [only] = codes
  let times: Times | undefined = only && codes.length === 1 ? timesOfCode.get(only) : undefined
  if (times === undefined) {
    const bins = new Map<number, number>()
    for (const { latency } of codes) addCounts(bins, latency)
    times = bins.size === 0 ? null : { p50Ms: quantile(bins, 0.5), p95Ms: quantile(bins, 0.95) }
    if (only && codes.length === 1) timesOfCode.set(only, times)
  }
  return times && { ...times, pileMs }
}

/** A quantile of times taken, in milliseconds. */
export function quantile(bins: ReadonlyMap<number, number>, q: number): number | null {
  const sorted = [...bins].sort((a, b) => a[0] - b[0])
  const total = sorted.reduce((n, [, h]) => n + h, 0)
  let sum = 0
  for (const [bin, n] of sorted) if ((sum += n) >= q * total) return Math.round(latencyOf(bin) / 10) / 100
  return null
}

const ROUND = [5, 10, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 100, 110, 120, 150, 180, 230, 240, 300, 600, 900]

/**
 * A pile of slow times at a round number of seconds: whoever waited was cut off there.
 *
 * @returns the number of seconds, the times that lie there, and all slow times
 */
export function pileOf(bins: ReadonlyMap<number, number>): { seconds: number; hits: number; slow: number } | null {
  const slow = [...bins.values()].reduce((n, h) => n + h, 0)
  const between = (from: number, to: number): number =>
    [...bins].reduce((n, [bin, h]) => n + (latencyOf(bin) >= from * 1e6 && latencyOf(bin) < to * 1e6 ? h : 0), 0)
  let best: { seconds: number; hits: number; slow: number } | null = null
  for (const r of ROUND) {
    // A bin is 3 % wide, so its middle may lie that much below the time itself.
    const [from, to] = [r * 0.984 - 0.05, r * 1.03 + 0.6]
    const hits = between(from, to)
    const beside = between(2 * from - to, from) + between(to, 2 * to - from)
    if (hits >= 5 && hits >= 0.4 * slow && hits >= 3 * beside && hits > (best?.hits ?? 0))
      best = { seconds: r, hits, slow }
  }
  return best
}

/** The pile of the slow times that paths had with the codes of these rows. */
export function pileOfRows(view: View, rows: readonly Row[]): ReturnType<typeof pileOf> {
  const bins = new Map<number, number>()
  for (const key of new Set(rows.map((r) => `${r.code}|${r.path}`)))
    addCounts(bins, view.evidence.slow.get(key) ?? new Map())
  return pileOf(bins)
}
