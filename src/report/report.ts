import type { Language, Verdict } from '../catalogue/note.js'
import type { Evidence } from '../diagnosis/evidence.js'
import { serverOf } from '../diagnosis/server.js'
import type { Filter } from '../kernel/filter.js'
import { evidenceOf } from '../store/evidence.js'
import { hold } from '../store/query.js'
import type { Range, Settled } from '../store/range.js'
import { type Grid, type Selected, selectCodes } from '../store/selected.js'
import type { Source, Store } from '../store/store.js'
import { addSums, noSums, reportedSums } from '../tally/measures.js'
import type { CodeKey, LeftOut } from '../tally/tally.js'
import { timeTakenOf } from '../tally/time-taken.js'
import { dateOf } from '../time-zone.js'
import { reportCodes } from './codes.js'
import { diagnosed } from './diagnosed.js'
import { findingsOf } from './findings.js'
import { reportRejects } from './rejects.js'
import { type Grouping, makeSections } from './sections.js'
import { iso, QUIET, type Report, type ReportCode, type ReportInput } from './shape.js'
import { MOST_CLIENTS, signInOf } from './sign-in.js'
import { CLASSES, classOf, makeTimeline } from './timeline.js'
import { unselected } from './unselected.js'

export type { Report, ReportCode } from './shape.js'

export interface ReportOptions extends Range, Partial<Pick<Settled, 'days' | 'widened'>> {
  readonly language?: Language
  /** Values shown of each list. */
  readonly top?: number | undefined
  /** Which codes are reported; all when absent. Totals are then of those codes. */
  readonly select?: (code: CodeKey) => boolean
  /** What was left out when logs were read into the store. */
  readonly filter?: Filter
  readonly leftOut?: readonly LeftOut[]
  /** Holds in place of the server the log implies. */
  readonly server?: string | undefined
  /** Take the report apart, too. */
  readonly by?: Grouping | undefined
  /** Writes a time in the texts of findings; UTC when absent. */
  readonly clock?: (seconds: number) => string
}

/** Make the report of a store, or of the part of it that `options` names. */
export function makeReport(store: Store, options: ReportOptions = {}): Report {
  const release = hold(store)
  try {
    return reportOf(store, options)
  } finally {
    release()
  }
}

function reportOf(store: Store, options: ReportOptions): Report {
  const { language = 'en', top = 10, by } = options
  const sources = store.sources().filter(({ id }) => options.sources?.includes(id) ?? true)
  const evidence = evidenceOf(store, options)
  const server = options.server ?? provenServer(sources, evidence)
  const selected = selectCodes(store, options, options.select)
  const { grid, timeline } = makeTimeline(selected)
  const context = { language, top, server, selected, details: selected.details(grid, top), buckets: timeline.length }
  const { codes, otherCodes, verdicts } = reportCodes(context)
  const { firstSeen, lastSeen } = selected.sums
  const totals = totalsOf(sources, selected.sums, options)
  const told: Omit<Report, 'findings' | 'rules'> = {
    schema: 'logstat.report/1',
    language,
    range: rangeOf(options),
    period:
      firstSeen === null || lastSeen === null ? null : { from: iso(firstSeen) as string, to: iso(lastSeen) as string },
    totals,
    unselected:
      totals.entries === 0 && totals.filtered > 0
        ? unselected(store, options.filter ?? {}, options.leftOut ?? [], options)
        : null,
    inputs: sources.map((source) => inputOf(source, server)),
    classes: CLASSES.map((name) => {
      const inside = selected.classes.filter(({ digit }) => classOf(digit) === name)
      const sum = noSums()
      const bins = new Map<number, number>()
      for (const part of inside) {
        addSums(sum, part)
        for (const [bin, hits] of sum.timed ? selected.latency(part.digit) : [])
          bins.set(bin, (bins.get(bin) ?? 0) + hits)
      }
      return { class: name, hits: sum.hits, ...reportedSums(sum, selected.sums), timeTaken: timeTakenOf(bins) }
    }),
    verdicts,
    problems: (Object.entries(verdicts) as [Verdict, number][]).reduce(
      (n, [v, hits]) => n + (QUIET.has(v) ? 0 : hits),
      0,
    ),
    codes,
    otherCodes,
    rejects: reportRejects(store, options, language),
    timeline,
    signIn: codes.some(isSignIn) ? signInIn(store, options, grid) : null,
    sections: by === undefined ? null : makeSections(store, by, { ...options, language, server }),
    comparison: null,
  }
  return {
    ...told,
    ...(diagnosed(evidence, told, sources, { ...options, server }) ?? { findings: findingsOf(told), rules: 0 }),
  }
}

const isSignIn = ({ status, substatus }: ReportCode): boolean => status === 401 && substatus !== null

/** Of all codes: which are shown changes nothing of how sign-ins ended. */
function signInIn(store: Store, options: ReportOptions, grid: Grid): Report['signIn'] {
  const { language = 'en', top = 10, server } = options
  const selected = selectCodes(store, options)
  return signInOf({ selected, details: selected.details(grid, MOST_CLIENTS), language, server, top })
}

function rangeOf({ since, until, days, widened }: ReportOptions): Report['range'] {
  if (since === undefined && until === undefined) return null
  return {
    since: iso(since ?? null),
    until: iso(until ?? null),
    widenedSeconds: widened ?? { before: 0, after: 0 },
    listDays: days ? { from: dateOf(days.first), to: dateOf(days.last) } : null,
  }
}

function totalsOf(
  sources: readonly Source[],
  sums: Selected['sums'],
  { since, until, filter }: ReportOptions,
): Report['totals'] {
  const sum = (f: (s: Source) => number): number => sources.reduce((n, s) => n + f(s), 0)
  // Entries without a time are in no stretch of time: it is not a choice that leaves them out.
  const hasPeriod = (since ?? until ?? filter?.since ?? filter?.until) !== undefined
  return {
    lines: sum((s) => s.lines - s.pruned),
    entries: sums.hits,
    rejected: sum((s) => s.rejected),
    ignored: sum((s) => s.ignored),
    filtered: sum((s) => s.lines - s.rejected - s.ignored - (hasPeriod ? s.withoutTime : 0)) - sums.hits,
    withoutTime: sum((s) => s.withoutTime),
    ...reportedSums(sums),
  }
}

/** Layouts that nginx, Apache and others write alike: the format proves no server. */
const SHARED: ReadonlySet<string> = new Set(['combined', 'common', 'vhost-combined', 'vhost-common', 'vhost-seconds'])

/**
 * The server of logs in shared layouts, as far as their entries prove it; null: not known. Undefined when other formats
 * say it, or when a database has no evidence.
 */
function provenServer(
  sources: readonly Source[],
  evidence: Evidence | undefined,
): 'nginx' | 'apache' | null | undefined {
  if (!sources.some(({ entries }) => entries > 0)) return undefined
  if (!sources.every(({ format, entries }) => entries === 0 || SHARED.has(format))) return undefined
  return evidence && serverOf(evidence)
}

/** @param server undefined: as the log says */
function inputOf(source: Source, server: string | null | undefined): ReportInput {
  const { name, format, software, lines, entries, rejected, ignored, pruned } = source
  return {
    name,
    format,
    server: server === undefined ? source.server : server,
    software,
    lines: lines - pruned,
    entries: entries - pruned,
    rejected,
    ignored,
  }
}
