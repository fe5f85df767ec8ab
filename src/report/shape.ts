import type { Basis, Language, Verdict } from '../catalogue/note.js'
import type { TopValue } from '../store/selected.js'
import type { ReportedSums } from '../tally/measures.js'
import type { TimeTaken } from '../tally/time-taken.js'
import type { Comparison } from './compare.js'
import type { ReportReject } from './rejects.js'
import type { Sections } from './sections.js'
import type { SignIn } from './sign-in.js'

// The report: one plain object with raw numbers, a function of a store and a selection. All outputs are made from it
// and from nothing else; its JSON form is the contract `logstat.report/1`, to which keys are only ever added.

/** Servers of a report of many, and how current their counts are. */
export interface Fleet {
  readonly asOf: string
  readonly servers: number
  /** Servers that have not pushed for a while. */
  readonly silent: readonly { readonly name: string; readonly since: string }[]
  /** Whether times are those of full hours, because there is so much. */
  readonly byHour: boolean
}

export interface Report {
  readonly schema: 'logstat.report/1'
  readonly language: Language
  /**
   * The stretch of a database that was asked for; null: all of it. `totals.lines` and the inputs are those of the
   * whole.
   */
  readonly range: ReportRange | null
  /** Only in a report of many servers. */
  readonly fleet?: Fleet
  /** First and last time of the entries; null when none carries a time. */
  readonly period: ReportPeriod | null
  readonly totals: {
    readonly lines: number
    readonly entries: number
    readonly rejected: number
    readonly ignored: number
    /** Entries that a selection left out: lines = entries + filtered + rejected + ignored. */
    readonly filtered: number
    readonly withoutTime: number
  } & ReportedSums
  /** Contents of the logs when a selection leaves nothing of them. */
  readonly unselected: {
    /** The time that the log spans. */
    readonly from: string | null
    readonly to: string | null
    /** Fields that are asked for and that no entry has. */
    readonly missing: readonly ('path' | 'client' | 'method' | 'host')[]
    /** The most frequent codes. */
    readonly codes: readonly string[]
  } | null
  readonly inputs: readonly ReportInput[]
  readonly classes: readonly ReportClass[]
  /** Hits by verdict; problems are what is neither normal nor noise. */
  readonly verdicts: Partial<Record<Verdict, number>>
  readonly problems: number
  /**
   * The most important codes in full: problems before what is quiet, then by hits. They stand in the order of their
   * hits.
   */
  readonly codes: readonly ReportCode[]
  readonly otherCodes: { readonly codes: number; readonly hits: number }
  readonly rejects: readonly ReportReject[]
  readonly findings: readonly Finding[]
  /** How many rules looked; 0: there is no evidence, and findings are codes. */
  readonly rules: number
  readonly timeline: readonly TimelineBucket[]
  /** The report by host, site or log, when that was asked for. */
  readonly sections: Sections | null
  /** How sign-ins on IIS ended; null where none is among the codes. */
  readonly signIn: SignIn | null
  /** Beside another stretch or database, when that was asked for. */
  readonly comparison: Comparison | null
}
export interface ReportRange {
  readonly since: string | null
  readonly until: string | null
  /** How much was added to what was asked for, to the edges of the hours or days that counts are kept by. */
  readonly widenedSeconds: { readonly before: number; readonly after: number }
  /** Days that lists and percentiles are of, where these hold more than the stretch. */
  readonly listDays: { readonly from: string; readonly to: string } | null
}
export interface ReportPeriod {
  readonly from: string
  readonly to: string
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
export interface ReportClass extends ReportedSums {
  readonly class: string
  readonly hits: number
  readonly timeTaken: TimeTaken | null
}
/** When, for whom and where: of a code, or of the part of it with one Win32 status. */
export interface Evidence {
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  /** Mean, over the entries that carry a time taken. */
  readonly meanTimeMs: number | null
  /** Percentiles over the same entries, and their pile; null when none carries a time taken. */
  readonly timeTaken: (TimeTaken & { readonly pile: Pile | null }) | null
  readonly top: Readonly<Record<ListName, readonly TopValue[]>>
  /** Different values seen; `exact` false: at least so many, and the lists above are the largest only. */
  readonly distinct: Readonly<Record<ListName, { readonly count: number; readonly exact: boolean }>>
  /** Hits in each bucket of the report's timeline. */
  readonly timeline: readonly number[]
}
/** Many slow entries took the same time, a round number of seconds: whoever waited gave up then. */
export interface Pile {
  readonly seconds: number
  readonly hits: number
}
export type ListName = 'paths' | 'clients' | 'referers' | 'userAgents' | 'methods' | 'hosts'

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
  readonly basis: Basis
  readonly source: string
  /** The code the note is filed under, and how particular it is. */
  readonly code: string
  readonly level: string
}
/** One row a status, sub-status and reason. */
export interface ReportCode extends Evidence, ReportedSums {
  readonly status: number | null
  readonly substatus: number | null
  readonly reason: string | null
  readonly hits: number
  readonly win32: readonly Win32Row[]
  /** Win32 statuses that are not among these rows, and their hits. */
  readonly otherWin32: { readonly values: number; readonly hits: number }
  readonly verdicts: Partial<Record<Verdict, number>>
  readonly explanation: Explanation | null
}
/** One thing that the diagnosis says of a log; see docs/findings.md. */
export interface Finding {
  readonly id: string
  readonly severity: 'act' | 'watch' | 'info'
  /** The codes that it takes from, the most frequent first; at most 100. */
  readonly codes: readonly string[]
  /** Share of all entries. */
  readonly share: number
  readonly clients: number
  readonly ongoing: boolean
  readonly where: string
  readonly whom: string
  readonly evidence: readonly string[]
  readonly checks: readonly string[]
  /** Hits in each bucket of the report's timeline. */
  readonly series: readonly number[]
  readonly top: Readonly<
    Record<'paths' | 'clients' | 'referers', readonly { readonly value: string; readonly hits: number }[]>
  >
  readonly timeTaken: {
    readonly p50Ms: number | null
    readonly p95Ms: number | null
    readonly pileMs: number | null
  } | null
  readonly code: string
  readonly status: number | null
  readonly substatus: number | null
  readonly reason: string | null
  /** The Win32 status that the verdict rests on. */
  readonly win32Status: number | null
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

/** How a code is written: `404`, `404.3`, `503 QueueFull`, `-` for an entry without a status. */
export function codeName(code: Pick<ReportCode, 'status' | 'substatus' | 'reason'>): string {
  const status = code.status === null ? '-' : String(code.status).padStart(3, '0')
  const name = code.substatus === null ? status : `${status}.${code.substatus}`
  return code.reason === null ? name : `${name} ${code.reason}`
}

/** A time as a report writes it: 2026-10-01T00:00:00Z. @param seconds since 1970 UTC */
export const iso = (seconds: number | null): string | null =>
  seconds === null ? null : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

/** Verdicts that are no problem. */
export const QUIET: ReadonlySet<Verdict> = new Set(['normal', 'noise'])

/** The verdict of most hits. */
export const verdictOfMost = (verdicts: Partial<Record<Verdict, number>>): Verdict =>
  (Object.entries(verdicts) as [Verdict, number][]).sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'unknown'
