import { win32Value } from '../catalogue/catalogue.js'
import { belongsToPath, type CodeQuery } from '../catalogue/look-up.js'
import type { Language, Verdict } from '../catalogue/note.js'
import { latencyOf, SLOW_US } from '../diagnosis/evidence.js'
import { pileOf } from '../diagnosis/finding.js'
import type { CodeCounts, CodePart, Details, Selected, SelectedCode, Subject, TopList } from '../store/selected.js'
import { reportedSums } from '../tally/measures.js'
import type { DimensionName } from '../tally/tally.js'
import { timeTakenOf } from '../tally/time-taken.js'
import { explain, noteOf, verdictOf } from './explanation.js'
import { type Evidence, type Explanation, iso, type ListName, QUIET, type ReportCode, type Win32Row } from './shape.js'

// The codes of a report. A log may have millions of them: all are judged and added up, the most important ones are told
// in full.

/** So many codes are told in full; so many Win32 statuses of each, and of all codes together. */
const MOST_CODES = 1000
const MOST_WIN32 = 200
const MOST_WIN32_TOGETHER = 20_000

/** So many are read from the store at once. */
const PAGE = 200

/** Values that all codes of a report share. */
export interface CodeContext {
  readonly language: Language
  /** Values of each list. */
  readonly top: number
  /** Holds in place of the server that a log implies; null: nobody knows it. */
  readonly server: string | null | undefined
  readonly selected: Selected
  readonly details: Details
  /** Length of a timeline. */
  readonly buckets: number
}

export interface ReportCodes {
  /** The most frequent first. */
  readonly codes: readonly ReportCode[]
  readonly otherCodes: { readonly codes: number; readonly hits: number }
  /** Hits by verdict, of all codes. */
  readonly verdicts: Partial<Record<Verdict, number>>
}

/** Choose the codes that a report tells in full, problems before quiet ones, and add all of them up. */
export function reportCodes(context: CodeContext): ReportCodes {
  const { selected } = context
  const verdicts: Partial<Record<Verdict, number>> = {}
  const problems: JudgedCode[] = []
  const quiet: JudgedCode[] = []
  for (const row of pages(selected.count, (from, to) => selected.codes(from, to))) {
    const judged = judge(row, context)
    for (const [verdict, hits] of Object.entries(judged.verdicts) as [Verdict, number][])
      verdicts[verdict] = (verdicts[verdict] ?? 0) + hits
    const kept = Object.keys(judged.verdicts).every((verdict) => QUIET.has(verdict as Verdict)) ? quiet : problems
    // They come by hits, so the first ones are the most important of their kind.
    if (kept.length < MOST_CODES && !isForeign(row)) kept.push(judged)
  }
  const chosen = [...problems, ...quiet].slice(0, MOST_CODES).sort((a, b) => a.row.code - b.row.code)
  let room = MOST_WIN32_TOGETHER
  const codes = chosen.map((judged) => {
    const code = codeOf(judged, Math.min(MOST_WIN32, room), context)
    room -= code.win32.length
    return code
  })
  const hits = codes.reduce((left, code) => left - code.hits, selected.sums.hits)
  return { codes, otherCodes: { codes: selected.count - codes.length, hits }, verdicts }
}

/** ISA Server and TMG write errors of Windows' network stack where others have a status: such a number is no code. */
const isForeign = ({ status, reason }: SelectedCode): boolean => status === null && /^\d+$/.test(reason ?? '')

/** Read a sequence some at a time. @param read those numbered [from, to) */
function* pages<T>(length: number, read: (from: number, to: number) => readonly T[]): Generator<T> {
  for (let from = 0; from < length; from += PAGE) yield* read(from, Math.min(from + PAGE, length))
}

interface JudgedCode {
  readonly row: SelectedCode
  readonly verdicts: Partial<Record<Verdict, number>>
  readonly explanation: Explanation | null
}

/** The verdicts of all parts of a code, and its explanation. */
function judge(row: SelectedCode, context: CodeContext): JudgedCode {
  const { selected, language, server } = context
  const code = withPaths(row, context)
  const verdicts: Partial<Record<Verdict, number>> = {}
  let explanation: Explanation | null | undefined
  for (const { win32Status, writers } of pages(row.parts, (from, to) => selected.parts(row.code, from, to))) {
    for (const writer of writers) {
      if (explanation === undefined)
        explanation = explain(noteOf({ ...code, win32Status: null }, writer, server), language)
      const verdict = verdictOf(noteOf({ ...code, win32Status }, writer, server))
      verdicts[verdict] = (verdicts[verdict] ?? 0) + writer.hits
    }
  }
  return { row, verdicts, explanation: explanation ?? null }
}

/** The paths that got a code, where they can say whose it is: 440 below /owa is Exchange's. */
function withPaths({ status, substatus, reason, code }: SelectedCode, { details }: CodeContext): CodeQuery {
  if (!belongsToPath(status)) return { status, substatus, reason }
  const paths = details.lists({ code, part: null }).get('path')
  return { status, substatus, reason, paths: paths?.values.map(({ value }) => value) ?? [] }
}

function codeOf({ row, verdicts, explanation }: JudgedCode, mostWin32: number, context: CodeContext): ReportCode {
  const { status, substatus, reason, hits, parts, win32s } = row
  const told = context.selected.parts(row.code, 0, Math.min(win32s, mostWin32))
  const win32 = told.map((part) => win32Of(row, part, context))
  // A part without a Win32 status, if there is one, is the last.
  const [without] = parts > win32s ? context.selected.parts(row.code, win32s, win32s + 1) : []
  const others = win32.reduce((left, w) => left - w.hits, hits - (without?.hits ?? 0))
  return {
    status,
    substatus,
    reason,
    hits,
    ...reportedSums(row),
    win32,
    otherWin32: { values: win32s - win32.length, hits: others },
    verdicts,
    explanation,
    ...evidenceOf(row, { code: row.code, part: null }, context),
  }
}

function win32Of(row: SelectedCode, part: CodePart, context: CodeContext): Win32Row {
  const { language, server } = context
  const value = part.win32Status ?? 0
  const found = noteOf({ ...withPaths(row, context), win32Status: part.win32Status }, part.writers[0], server)
  const explanation = found?.level === 'win32' ? explain(found, language) : null
  const { hex, symbol, note } = win32Value(value)
  return {
    value,
    hex,
    symbol,
    verdict: verdictOf(found),
    meaning: explanation?.name ?? note?.name[language] ?? symbol ?? hex,
    explanation,
    hits: part.hits,
    // A code of one part has the details of that.
    ...evidenceOf(part, { code: row.code, part: row.parts === 1 ? null : part.part }, context),
  }
}

const LISTS = {
  path: 'paths',
  client: 'clients',
  referer: 'referers',
  userAgent: 'userAgents',
  method: 'methods',
  host: 'hosts',
} as const
const DIMENSION_NAMES = Object.keys(LISTS) as DimensionName[]
const NO_LIST: TopList = { values: [], count: 0, exact: true }

function timeTakenIn(bins: ReadonlyMap<number, number>): Evidence['timeTaken'] {
  const times = timeTakenOf(bins)
  const pile = pileOf(new Map([...bins].filter(([bin]) => latencyOf(bin) >= SLOW_US)))
  return times && { ...times, pile: pile && { seconds: pile.seconds, hits: pile.hits } }
}

/** When, for whom and where. */
function evidenceOf(
  { firstSeen, lastSeen, timed, timeTakenUs }: CodeCounts,
  of: Subject,
  { details, top, buckets }: CodeContext,
): Evidence {
  const lists = details.lists(of)
  const eachList = <T>(f: (list: TopList) => T): Record<ListName, T> =>
    Object.fromEntries(DIMENSION_NAMES.map((name) => [LISTS[name], f(lists.get(name) ?? NO_LIST)])) as Record<
      ListName,
      T
    >
  const counted = details.buckets(of)
  // A code of which no entry has a time has no timeline.
  const timeline = new Array<number>(counted.length > 0 ? buckets : 0).fill(0)
  for (const { bucket, hits } of counted) timeline[bucket] = hits
  return {
    firstSeen: iso(firstSeen),
    lastSeen: iso(lastSeen),
    meanTimeMs: timed === null || timeTakenUs === null ? null : timeTakenUs / timed / 1000,
    timeTaken: timed === null || timed === 0 ? null : timeTakenIn(details.latency(of)),
    top: eachList(({ values }) => values.slice(0, top)),
    distinct: eachList(({ count, exact }) => ({ count, exact })),
    timeline,
  }
}
