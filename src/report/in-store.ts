import { win32Value } from '../catalogue/catalogue.js'
import { type Found, lookUp } from '../catalogue/look-up.js'
import type { Language, Verdict } from '../catalogue/note.js'
import type { CodeCounts, CodePart, Details, FindingRow, Selected, SelectedCode, Subject, TopList, Writer } from '../store/selected.js'
import type { DimensionName } from '../tally/tally.js'
import { codeName, type Evidence, type Explanation, type Finding, iso, type ListName, QUIET, type Sequence, type ToldCode, type Win32Row } from './shape.js'

// Parts of a report whose codes stand in a store: what is not asked for is not looked up.

const LISTS = { path: 'paths', client: 'clients', referer: 'referers', userAgent: 'userAgents', method: 'methods', host: 'hosts' } as const
const DIMENSION_NAMES = Object.keys(LISTS) as DimensionName[]
/** Whose problem is read first. */
const URGENCY: Readonly<Record<Verdict, number>> = { server: 0, backend: 0, config: 0, auth: 1, security: 2, unknown: 2, client: 3, noise: 4, normal: 5 }

/** What is the same for all codes of a report. */
export interface Context {
  readonly language: Language
  readonly top: number
  readonly server: string | undefined
  readonly selected: Selected
  readonly details: (of: Subject) => SubjectDetails
  /** How many buckets the timeline has. */
  readonly buckets: number
}
interface SubjectDetails {
  readonly lists: ReturnType<Details['lists']>
  readonly buckets: ReturnType<Details['buckets']>
}

/** Details are asked for several times in a row: the last ones are remembered. */
export function lastOf(details: Details): Context['details'] {
  let of: Subject | undefined
  let last: SubjectDetails | undefined
  return (subject) => {
    if (last && of?.code === subject.code && of.part === subject.part) return last
    of = subject
    last = { lists: details.lists(subject), buckets: details.buckets(subject) }
    return last
  }
}

/** So many are read at once. */
const PAGE = 200

/** What is read some at a time, each time that it is gone through. What fits into one page is kept: that is nearly every report. */
export class Pages<T> implements Sequence<T> {
  readonly length: number
  readonly #read: (from: number, to: number) => readonly T[]
  #all: readonly T[] | undefined

  /** @param read those numbered [from, to) */
  constructor(length: number, read: (from: number, to: number) => readonly T[]) {
    this.length = length
    this.#read = read
  }
  *[Symbol.iterator](): Generator<T> {
    if (this.length <= PAGE) yield* (this.#all ??= this.#read(0, this.length))
    else for (let from = 0; from < this.length; from += PAGE) yield* this.#read(from, Math.min(from + PAGE, this.length))
  }
}

const NO_LIST: TopList = { values: [], count: 0, exact: true }

/** The evidence of entries that are counted in a store. */
abstract class EvidenceInStore implements Evidence {
  readonly hits: number
  readonly #counts: CodeCounts
  readonly #subject: Subject
  readonly #context: Context

  constructor(counts: CodeCounts, subject: Subject, context: Context) {
    this.#counts = counts
    this.#subject = subject
    this.#context = context
    this.hits = counts.hits
  }
  get firstSeen(): string | null {
    return iso(this.#counts.firstSeen)
  }
  get lastSeen(): string | null {
    return iso(this.#counts.lastSeen)
  }
  get meanTimeMs(): number | null {
    const { timed, timeTakenUs } = this.#counts
    return timed === null || timeTakenUs === null ? null : timeTakenUs / timed / 1000
  }
  get top(): Evidence['top'] {
    const { top } = this.#context
    return this.#each(({ values }) => (values.length > top ? values.slice(0, top) : values))
  }
  get distinct(): Evidence['distinct'] {
    return this.#each(({ count, exact }) => ({ count, exact }))
  }
  get timeline(): readonly number[] {
    const { buckets } = this.#context.details(this.#subject)
    // A code of which no entry has a time has no timeline.
    const timeline = new Array<number>(buckets.length > 0 ? this.#context.buckets : 0).fill(0)
    for (const { bucket, hits } of buckets) timeline[bucket] = hits
    return timeline
  }
  #each<T>(f: (list: TopList) => T): Record<ListName, T> {
    const { lists } = this.#context.details(this.#subject)
    return Object.fromEntries(DIMENSION_NAMES.map((name) => [LISTS[name], f(lists.get(name) ?? NO_LIST)])) as Record<ListName, T>
  }
  protected evidence(): Evidence {
    const { firstSeen, lastSeen, meanTimeMs, top, distinct, timeline } = this
    return { firstSeen, lastSeen, meanTimeMs, top, distinct, timeline }
  }
}

export class CodeInStore extends EvidenceInStore implements ToldCode {
  readonly status: number | null
  readonly substatus: number | null
  readonly reason: string | null
  readonly bytesSent: number | null
  readonly bytesReceived: number | null
  readonly win32: Sequence<Win32InStore>
  readonly #row: SelectedCode
  readonly #context: Context
  #judged: Judged | undefined

  constructor(row: SelectedCode, context: Context) {
    super(row, { code: row.code, part: null }, context)
    this.status = row.status
    this.substatus = row.substatus
    this.reason = row.reason
    this.bytesSent = row.bytesSent
    this.bytesReceived = row.bytesReceived
    this.win32 = new Pages(row.win32s, (from, to) => partsOf(row, from, to, context))
    this.#row = row
    this.#context = context
  }
  get verdicts(): Partial<Record<Verdict, number>> {
    return this.#judge().verdicts
  }
  get explanation(): Explanation | null {
    return this.#judge().explanation
  }
  #judge(): Judged {
    this.#judged ??= judge(this.#row, this.#context)
    return this.#judged
  }
  toJSON(): ToldCode {
    const { status, substatus, reason, hits, bytesSent, bytesReceived, win32, verdicts, explanation } = this
    return { status, substatus, reason, hits, bytesSent, bytesReceived, win32, verdicts, explanation, ...this.evidence() }
  }
}

class Win32InStore extends EvidenceInStore implements Win32Row {
  readonly value: number
  readonly verdict: Verdict
  readonly explanation: Explanation | null
  readonly #language: Language

  constructor(code: SelectedCode, part: CodePart, context: Context) {
    // A code of one part has the details of that.
    super(part, { code: code.code, part: code.parts === 1 ? null : part.part }, context)
    const found = noteOf(code, part.win32Status, part.writers[0], context)
    this.value = part.win32Status ?? 0
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

interface Judged {
  readonly verdicts: Partial<Record<Verdict, number>>
  readonly explanation: Explanation | null
}

/** What the catalogue says of a code, in all its parts. */
function judge(row: SelectedCode, context: Context): Judged {
  const verdicts: Partial<Record<Verdict, number>> = {}
  let explanation: Explanation | null | undefined
  for (const { win32Status, writers } of new Pages(row.parts, (from, to) => context.selected.parts(row.code, from, to))) {
    for (const writer of writers) {
      if (explanation === undefined) explanation = explain(noteOf(row, null, writer, context), context.language)
      const verdict = verdictOf(noteOf(row, win32Status, writer, context))
      verdicts[verdict] = (verdicts[verdict] ?? 0) + writer.hits
    }
  }
  return { verdicts, explanation: explanation ?? null }
}

const partsOf = (row: SelectedCode, from: number, to: number, context: Context): Win32InStore[] =>
  context.selected.parts(row.code, from, to).map((part) => new Win32InStore(row, part, context))

function noteOf({ status, substatus, reason }: SelectedCode, win32Status: number | null, writer: Writer | undefined, { server }: Context): Found | undefined {
  return lookUp({ status, substatus, reason, win32Status }, server ?? writer?.server ?? null, writer?.software)
}
const verdictOf = (found: Found | undefined): Verdict => found?.note.verdict ?? 'unknown'

const explanations = new WeakMap<object, Map<string, Explanation>>()

/** A note in one language, its variant applied. Codes that have a note in common share its text. */
function explain(found: Found | undefined, language: Language): Explanation | null {
  if (!found) return null
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

/** What a code has that wants a person. */
export function* findingsOf(code: CodeInStore): Generator<Omit<FindingRow, 'code'>> {
  const named = new Map<Verdict, number>()
  let part = 0
  for (const { explanation, verdict, hits } of code.win32) {
    // A verdict that rests on a Win32 status is told with it: 401.1 may be normal with one value and a failed logon with another.
    if (explanation && !QUIET.has(verdict)) {
      named.set(verdict, (named.get(verdict) ?? 0) + hits)
      yield { urgency: URGENCY[verdict], verdict, hits, part }
    }
    part++
  }
  for (const [verdict, hits] of Object.entries(code.verdicts) as [Verdict, number][]) {
    const rest = hits - (named.get(verdict) ?? 0)
    if (!QUIET.has(verdict) && rest > 0) yield { urgency: URGENCY[verdict], verdict, hits: rest, part: null }
  }
}

export class FindingInStore implements Finding {
  readonly verdict: Verdict
  readonly hits: number
  readonly #row: SelectedCode
  readonly #of: CodeInStore | Win32InStore

  constructor({ code, part, verdict, hits }: FindingRow, context: Context) {
    const [row] = context.selected.codes(code, code + 1) as [SelectedCode]
    this.verdict = verdict as Verdict
    this.hits = hits
    this.#row = row
    this.#of = part === null ? new CodeInStore(row, context) : (partsOf(row, part, part + 1, context)[0] as Win32InStore)
  }
  get win32Status(): number | null {
    return this.#of instanceof Win32InStore ? this.#of.value : null
  }
  get code(): string {
    return this.win32Status ? `${codeName(this.#row)}/${this.win32Status}` : codeName(this.#row)
  }
  get title(): string {
    return this.#of instanceof Win32InStore ? this.#of.meaning : (this.#of.explanation?.name ?? '')
  }
  get status(): number | null {
    return this.#row.status
  }
  get substatus(): number | null {
    return this.#row.substatus
  }
  get reason(): string | null {
    return this.#row.reason
  }
  get firstSeen(): string | null {
    return this.#of.firstSeen
  }
  get lastSeen(): string | null {
    return this.#of.lastSeen
  }
  get mostly(): Finding['mostly'] {
    // Lists are kept of a code as a whole: of a rest of it they say nothing.
    if (this.hits !== this.#of.hits) return null
    const { paths, clients } = this.#of.top
    for (const [dimension, [first]] of [
      ['path', paths],
      ['client', clients],
    ] as const)
      if (first && first.hits / this.hits >= 0.3) return { dimension, value: first.value, share: first.hits / this.hits }
    return null
  }
  toJSON(): Finding {
    const { code, status, substatus, reason, win32Status, verdict, hits, title, mostly, firstSeen, lastSeen } = this
    return { code, status, substatus, reason, win32Status, verdict, hits, title, mostly, firstSeen, lastSeen }
  }
}
