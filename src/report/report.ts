import type { Language, Verdict } from '../catalogue/note.js'
import type { Filter } from '../kernel/filter.js'
import { hold, type Range } from '../store/query.js'
import { type Grid, type Selected, selectCodes } from '../store/selected.js'
import type { Store } from '../store/store.js'
import { addSums, noSums, reportedSums } from '../tally/measures.js'
import type { CodeKey } from '../tally/tally.js'
import { CodeInStore, type Context, FindingInStore, findingsOf, lastOf, Pages } from './in-store.js'
import { reportRejects } from './rejects.js'
import { iso, QUIET, type Report, type ReportCode, type Sequence, type TimelineBucket, type ToldReport } from './shape.js'

export type { Report, ReportCode } from './shape.js'

export interface ReportOptions extends Range {
  readonly language?: Language
  /** Values shown of each list. */
  readonly top?: number
  /** Which codes are reported; all when absent. Totals are then of those codes. */
  readonly select?: (code: CodeKey) => boolean
  /** What was left out when logs were read into the store. */
  readonly filter?: Filter
  /** Holds in place of the server the log implies. */
  readonly server?: string | undefined
}

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'] as const

/** Make the report of a store, or of the part of it that `options` names. */
export function makeReport(store: Store, options: ReportOptions = {}): Report {
  const release = hold(store)
  try {
    const { codes, findings, ...rest } = reportOf(store, options)
    const whole = (code: CodeInStore): ReportCode => ({ ...code.toJSON(), win32: Array.from(code.win32, (w) => w.toJSON()) })
    return { ...rest, codes: Array.from(codes, whole), findings: Array.from(findings, (f) => f.toJSON()) }
  } finally {
    release()
  }
}

/** So many characters are made before the first are handed out. Whoever waits for a pager must not hold a database for so long. */
const AHEAD = 1 << 20

/**
 * The same, told in pieces. Codes are read from the store when they are told, some at a time, and what is known of a code beyond its numbers
 * one at a time, so that millions of them take no memory: nothing of the report is to be used afterwards.
 */
export function* tellReport(store: Store, options: ReportOptions, tell: (report: ToldReport) => Iterable<string>): Generator<string> {
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

interface ReportInStore extends ToldReport {
  readonly codes: Sequence<CodeInStore>
  readonly findings: Sequence<FindingInStore>
}

function reportOf(store: Store, options: ReportOptions): ReportInStore {
  const { language = 'en', top = 10 } = options
  const selected = selectCodes(store, options, options.select)
  const { grid, timeline } = makeTimeline(selected)
  const details = lastOf(selected.details(grid, top))
  const context: Context = { language, top, server: options.server, selected, details, buckets: timeline.length }
  const codes = new Pages(selected.count, (from, to) => selected.codes(from, to).map((row) => new CodeInStore(row, context)))
  const verdicts: Partial<Record<Verdict, number>> = {}
  let number = 0
  for (const code of codes) {
    for (const [v, n] of Object.entries(code.verdicts) as [Verdict, number][]) verdicts[v] = (verdicts[v] ?? 0) + n
    for (const finding of findingsOf(code)) selected.addFinding({ ...finding, code: number })
    number++
  }
  const found = selected.findings()
  const sources = store.sources()
  const sum = (f: (s: (typeof sources)[number]) => number): number => sources.reduce((n, s) => n + f(s), 0)
  const { sums } = selected
  const { hits, firstSeen, lastSeen } = sums
  const range = options.since === undefined && options.until === undefined ? null : { since: iso(options.since ?? null), until: iso(options.until ?? null) }
  // Entries without a time are in no stretch of time: it is not a choice that leaves them out.
  const hasPeriod = range !== null || (options.filter?.since ?? options.filter?.until) !== undefined
  return {
    schema: 'logstat.report/1',
    language,
    range,
    period: firstSeen === null || lastSeen === null ? null : { from: iso(firstSeen) as string, to: iso(lastSeen) as string },
    totals: {
      lines: sum((s) => s.lines - s.pruned),
      entries: hits,
      rejected: sum((s) => s.rejected),
      ignored: sum((s) => s.ignored),
      filtered: sum((s) => s.lines - s.rejected - s.ignored - (hasPeriod ? s.withoutTime : 0)) - hits,
      withoutTime: sum((s) => s.withoutTime),
      ...reportedSums(sums),
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
      const inside = selected.classes.filter(({ digit }) => classOf(digit) === name)
      const sum = noSums()
      for (const part of inside) addSums(sum, part)
      return { class: name, hits: sum.hits, ...reportedSums(sum, sums) }
    }),
    verdicts,
    problems: (Object.entries(verdicts) as [Verdict, number][]).reduce((n, [v, hits]) => n + (QUIET.has(v) ? 0 : hits), 0),
    codes,
    rejects: reportRejects(store),
    findings: new Pages(found.count, (from, to) => found.rows(from, to).map((row) => new FindingInStore(row, context))),
    timeline,
  }
}

/** @param digit the first of a status of three */
function classOf(digit: number | null): (typeof CLASSES)[number] {
  return digit !== null && digit >= 1 && digit <= 5 ? (`${digit}xx` as (typeof CLASSES)[number]) : 'other'
}

const MAX_TIMELINE = 120
/** Widths a timeline may have, in seconds. */
const STEPS = [60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800, 2592000]

function makeTimeline(selected: Selected): { grid: Grid; timeline: TimelineBucket[] } {
  const stretch = selected.stretch()
  if (!stretch) return { grid: { origin: 0, width: STEPS[0] as number }, timeline: [] }
  const { from, to, widest } = stretch
  const width = STEPS.find((s) => s >= widest && s % widest === 0 && (to - from) / s <= MAX_TIMELINE) ?? Math.ceil((to - from) / MAX_TIMELINE / 86400) * 86400
  const origin = Math.floor(from / width) * width
  const count = Math.floor((to - 1 - origin) / width) + 1
  const totals = Array.from({ length: count }, (): Record<string, number> => ({}))
  for (const { bucket, status, hits } of selected.byStatus({ origin, width })) {
    const classes = totals[bucket] as Record<string, number>
    const name = classOf(status === null ? null : Math.floor(status / 100))
    classes[name] = (classes[name] ?? 0) + hits
  }
  const timeline = totals.map((classes, i) => ({
    start: iso(origin + i * width) as string,
    seconds: width,
    hits: Object.values(classes).reduce((n, h) => n + h, 0),
    classes,
  }))
  return { grid: { origin, width }, timeline }
}
