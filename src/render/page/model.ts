import type { Language, Text, Verdict } from '../../catalogue/note.js'
import type { Comparison } from '../../report/compare.js'
import type { ReportReject } from '../../report/rejects.js'
import {
  type Explanation,
  type Finding,
  QUIET,
  type Report,
  type ReportCode,
  verdictOfMost,
  type Win32Row,
} from '../../report/shape.js'
import { rangeText } from '../range.js'
import { cut, int, percent, shown, type Zone } from './numbers.js'
import { pack } from './series.js'
import type { Words } from './words.js'

// The model of the page, made of the report in both languages. `live` travels in the file as JSON, because the browser
// counts with it. `still` (lists, notes, samples) is in the file once, as HTML.

export interface PageModel {
  readonly live: Live
  readonly still: Still
}
/**
 * Times are milliseconds since 1970. Series are packed in the file, and unpacked before components see them
 * (`series.ts`).
 */
export interface Live {
  readonly language: Language
  readonly zone: Zone
  /** Start of the first bucket. */
  readonly start: number
  /** Width of a bucket. */
  readonly seconds: number
  readonly buckets: number
  /** Entries. */
  readonly total: number
  readonly classes: Readonly<Record<string, readonly number[]>>
  readonly codes: readonly LiveCode[]
  readonly findings: readonly LiveFinding[]
}
export interface LiveCode {
  /** Unique on the page; part of its links. */
  readonly id: string
  readonly label: string
  readonly class: string
  readonly hits: number
  readonly bytes: number | null
  readonly name: Words
  readonly verdicts: Partial<Record<Verdict, number>>
  readonly first: number | null
  readonly last: number | null
  readonly p95Ms: number | null
  readonly series: readonly number[]
}
export interface LiveFinding {
  readonly key: string
  readonly severity: Severity
  readonly first: number | null
  readonly last: number | null
  readonly codes: readonly string[]
}
/** `act` and `watch` need attention, `info` is blocked or background. */
export type Severity = 'act' | 'watch' | 'info'

export interface Still {
  readonly title: string
  readonly period: { readonly from: number | null; readonly to: number | null }
  readonly totals: Report['totals']
  readonly inputs: Report['inputs']
  readonly classes: Report['classes']
  readonly codes: readonly StillCode[]
  readonly findings: readonly PageFinding[]
  readonly normal: readonly NormalRow[]
  readonly rejects: readonly ReportReject[]
  readonly otherCodes: Report['otherCodes']
  /** Which stretch of a database the report is of. */
  readonly range: readonly Words[]
  readonly comparison: Readonly<Record<Language, Comparison>> | null
  readonly sections: Report['sections']
}
export interface PageFinding extends LiveFinding {
  readonly title: Words
  readonly hits: number
  readonly where: Words
  readonly whom: Words
  readonly evidence: readonly Words[]
  readonly checks: readonly Words[]
  readonly series: readonly number[]
}
export interface StillCode {
  readonly id: string
  readonly status: number | null
  readonly took: ReportCode['timeTaken']
  readonly notes: readonly PageNote[]
  readonly top: ReportCode['top']
  readonly distinct: ReportCode['distinct']
  readonly win32: readonly PageWin32[]
}
export interface PageNote {
  readonly code: string
  readonly source: string
  readonly name: Words
  readonly meaning: Words
  readonly causes: readonly Words[]
  readonly checks: readonly Words[]
}
export interface PageWin32 {
  readonly value: number
  readonly symbol: string | null
  readonly hits: number
  readonly verdict: Verdict
  readonly meaning: Words
}
export interface NormalRow {
  readonly code: string
  readonly hits: number
  readonly meaning: Words
}
export type ListRow = ReportCode['top']['paths'][number]

const NO_NAME: Text = { en: 'not in the catalogue', zh: '目录中没有此项' }

const words = (en: string, zh: string | undefined): Words => (zh === undefined || zh === en ? en : { en, zh })
const time = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso))

/**
 * @param reports the same report in both languages: codes and findings stand in the same order
 * @param language the one that is shown first
 */
export function pageModel(
  { en, zh }: Readonly<Record<Language, Report>>,
  language: Language,
  timeZone: string,
): PageModel {
  const starts = en.timeline.map((bucket) => Date.parse(bucket.start))
  const ids = uniqueIds(en.codes)
  const findings = en.findings.map((finding, i) =>
    pageFinding({ finding, report: en }, { finding: zh.findings[i], report: zh }, `f${i + 1}`),
  )
  const classes = en.classes.filter(({ hits }) => hits > 0).map((c) => c.class)
  const last = starts.length === 0 ? 0 : (starts.at(-1) as number)
  return {
    live: {
      language,
      zone: { name: timeZone, steps: offsetSteps(timeZone, starts.length ? [...starts, last + 1] : [0]) },
      start: starts[0] ?? 0,
      seconds: en.timeline[0]?.seconds ?? 900,
      buckets: starts.length,
      total: en.totals.entries,
      classes: Object.fromEntries(classes.map((c) => [c, pack(en.timeline.map((bucket) => bucket.classes[c] ?? 0))])),
      codes: en.codes.map((code, i) => liveCode(code, zh.codes[i], ids[i] as string)),
      findings: findings.map(({ key, severity, first, last, codes }) => ({ key, severity, first, last, codes })),
    },
    still: {
      title: shown(en.inputs.map(({ name }) => name.split(/[\\/]/).at(-1) ?? name).join(', ')),
      period: { from: time(en.period?.from ?? null), to: time(en.period?.to ?? null) },
      totals: en.totals,
      inputs: en.inputs,
      classes: en.classes,
      codes: en.codes.map((code, i) => stillCode(code, zh.codes[i], ids[i] as string)),
      findings,
      normal: normalRows(en, zh),
      rejects: en.rejects,
      otherCodes: en.otherCodes,
      range: rangeText(en, timeZone).map((text, i) => words(text, rangeText(zh, timeZone)[i])),
      comparison: en.comparison && zh.comparison && { en: en.comparison, zh: zh.comparison },
      sections: en.sections,
    },
  }
}

const labelOf = ({ status, substatus }: ReportCode): string =>
  `${status === null ? '–' : String(status).padStart(3, '0')}${substatus === null ? '' : `.${substatus}`}`

const classOf = ({ status }: ReportCode): string =>
  status !== null && status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : 'other'

/** `404.3`, and `503_2` for the second row of 503 (HTTPERR has one a reason). */
function uniqueIds(codes: readonly ReportCode[]): string[] {
  const seen = new Map<string, number>()
  return codes.map((code) => {
    const label = labelOf(code)
    const times = (seen.get(label) ?? 0) + 1
    seen.set(label, times)
    return times > 1 ? `${label}_${times}` : label
  })
}

function liveCode(code: ReportCode, zh: ReportCode | undefined, id: string): LiveCode {
  const name = code.explanation ? words(code.explanation.name, zh?.explanation?.name) : NO_NAME
  return {
    id,
    label: code.reason === null ? labelOf(code) : `${labelOf(code)} ${shown(code.reason)}`,
    class: classOf(code),
    hits: code.hits,
    bytes: code.bytesSent,
    name,
    verdicts: code.verdicts,
    first: time(code.firstSeen),
    last: time(code.lastSeen),
    p95Ms: code.timeTaken?.p95Ms ?? null,
    series: pack(code.timeline),
  }
}

function stillCode(code: ReportCode, zh: ReportCode | undefined, id: string): StillCode {
  const own = code.win32.flatMap((row, i) => pageNote(row.explanation, zh?.win32[i]?.explanation) ?? [])
  const general = pageNote(code.explanation, zh?.explanation)
  // Where every Win32 row has a note of its own, the general one says nothing more.
  const notes = own.length > 0 && own.length === code.win32.length ? own : [...(general ? [general] : []), ...own]
  return {
    id,
    status: code.status,
    took: code.timeTaken,
    notes,
    top: code.top,
    distinct: code.distinct,
    win32: code.win32.map((row, i) => win32Row(row, zh?.win32[i])),
  }
}

const win32Row = (row: Win32Row, zh: Win32Row | undefined): PageWin32 => ({
  value: row.value,
  symbol: row.symbol,
  hits: row.hits,
  verdict: row.verdict,
  meaning: words(row.meaning, zh?.meaning),
})

function pageNote(en: Explanation | null, zh: Explanation | null | undefined): PageNote | null {
  if (!en) return null
  return {
    code: en.code,
    source: en.source,
    name: words(en.name, zh?.name),
    meaning: words(en.meaning, zh?.meaning),
    causes: en.causes.map((cause, i) => words(cause, zh?.causes[i])),
    checks: en.checks.map((check, i) => words(check, zh?.checks[i])),
  }
}

interface FindingOf<F = Finding> {
  readonly finding: F
  readonly report: Report
}

/** Where there is no evidence, the code and its note say of a finding what the diagnosis would. */
function pageFinding(en: FindingOf, zh: FindingOf<Finding | undefined>, key: string): PageFinding {
  const { finding } = en
  const code = codeOf(finding, en.report)
  const of = code?.win32.find(({ value }) => value === finding.win32Status) ?? code
  const note = noteOf(finding, code)
  const zhNote = noteOf(finding, codeOf(finding, zh.report))
  const texts = (en: readonly string[], zh: readonly string[] = []): Words[] =>
    en.map((text, i) => words(shown(text), zh[i] === undefined ? undefined : shown(zh[i])))
  const first = (en: string, zh: string | undefined): Words | undefined => texts(en ? [en] : [], [zh ?? en])[0]
  const isTold = finding.evidence.length > 0
  return {
    key,
    severity: finding.severity,
    first: time(finding.firstSeen),
    last: time(finding.lastSeen),
    codes: finding.codes.length > 0 ? finding.codes.map(shown) : finding.code ? [shown(finding.code)] : [],
    title: words(shown(finding.title), shown(zh.finding?.title ?? finding.title)),
    hits: finding.hits,
    where: first(finding.where, zh.finding?.where) ?? whereOf(isTold ? undefined : of),
    whom: first(finding.whom, zh.finding?.whom) ?? (isTold ? '–' : whomOf(of)),
    evidence: isTold
      ? texts(finding.evidence, zh.finding?.evidence)
      : note
        ? [words(note.meaning, zhNote?.meaning)]
        : [],
    checks: isTold
      ? texts(finding.checks, zh.finding?.checks)
      : // Further checks are in the details of the code.
        (note?.checks.slice(0, 1).map((check, i) => words(check, zhNote?.checks[i])) ?? []),
    series: finding.series.length > 0 ? finding.series : (of?.timeline ?? []),
  }
}

const codeOf = (finding: Finding, { codes }: Report): ReportCode | undefined =>
  codes.find((c) => c.status === finding.status && c.substatus === finding.substatus && c.reason === finding.reason)

function noteOf({ win32Status }: Finding, code: ReportCode | undefined): Explanation | null {
  return code?.win32.find(({ value }) => value === win32Status)?.explanation ?? code?.explanation ?? null
}

/** Paths and hosts that are named. */
const NAMED = 3

function whereOf(of: Counted | undefined): Words {
  if (!of || of.top.paths.length === 0) return '–'
  return of.top.paths
    .slice(0, NAMED)
    .map(({ value, hits }) => `${asCode(value)} ${percent(hits, of.hits)}`)
    .join(', ')
}

function whomOf(of: Counted | undefined): Words {
  if (!of) return '–'
  const { count, exact } = of.distinct.clients
  const [first] = of.top.clients
  if (count === 0 || !first) return { en: 'The log names no clients.', zh: '日志没有记录客户端。' }
  if (count === 1) return { en: `1 client: ${asCode(first.value)}`, zh: `1 个客户端：${asCode(first.value)}` }
  const most = `${asCode(first.value)} ${percent(first.hits, of.hits)}`
  const number = `${exact ? '' : '≥ '}${int(count)}`
  return { en: `${number} clients, most often ${most}`, zh: `${number} 个客户端，最多的是 ${most}` }
}

type Counted = Pick<ReportCode, 'hits' | 'top' | 'distinct'>

/** A value out of the log between the marks of code; it cannot end them. */
const asCode = (value: string): string => `\`${cut(value, 80).replaceAll('`', "'")}\``

/** Rows of codes that are normal or noise. Successes without a Win32 status are left out. */
function normalRows(en: Report, zh: Report): NormalRow[] {
  const rows = en.codes.flatMap((code, i) => {
    const other = zh.codes[i]
    const general = code.explanation ? words(code.explanation.name, other?.explanation?.name) : ''
    const whole = { value: 0, hits: code.hits, verdict: verdictOfMost(code.verdicts), meaning: general }
    const parts = code.win32.length ? code.win32.map((row, k) => win32Row(row, other?.win32[k])) : [whole]
    return parts
      .filter(({ verdict }) => QUIET.has(verdict))
      .filter(({ value }) => classOf(code) !== '2xx' || value !== 0)
      .map(({ value, hits, meaning }) => ({
        code: `${labelOf(code)}${value ? `/${value}` : ''}`,
        hits,
        meaning: value ? meaning : general,
      }))
  })
  return rows.sort((a, b) => b.hits - a.hits)
}

/** The offsets of a zone at some times, in order: a step wherever it changes. */
function offsetSteps(timeZone: string, times: readonly number[]): Zone['steps'] {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  const minutesAt = (at: number): number => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d+):(\d+))?/.exec(name) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
  }
  const steps: [number, number][] = []
  for (const at of times) {
    const minutes = minutesAt(at)
    if (steps.at(-1)?.[1] !== minutes) steps.push([steps.length ? at : 0, minutes])
  }
  return steps
}
