import { type CodePath, pathsByCode } from '../store/grouped.js'
import { codesIn } from '../store/query.js'
import type { Range } from '../store/range.js'
import type { Store } from '../store/store.js'
import type { CodeKey } from '../tally/tally.js'
import { chanceOf, type Share } from './chance.js'
import { codeName, type Finding, type Report, type ReportPeriod, type ReportRange } from './shape.js'

// A report beside another one: what is new, gone, more and fewer, by code, path and finding.

/** A change counts when chance alone would show it less often than so, in any of the rows that are compared ... */
const LEVEL = 0.01
/** ... and when the share of the requests became so many times as large, or as small. */
const RATIO = 1.5

export type ChangeKind = 'new' | 'gone' | 'more' | 'fewer'

export interface CodeChange {
  readonly change: ChangeKind
  /** As `404.3`. */
  readonly code: string
  readonly name: string | null
  /** Of a change by path. */
  readonly path: string | null
  readonly before: number
  readonly now: number
  /** How often chance alone would show such a change. */
  readonly chance: number
}

/** Changes, the largest first, and rows too small to tell: new or gone, but with so few hits that it may be chance. */
export interface Changes {
  readonly rows: readonly CodeChange[]
  readonly unsure: readonly CodeChange[]
}

export interface Comparison {
  /** What it is compared with: a database, or null for another stretch of the same one. */
  readonly database: string | null
  readonly range: ReportRange | null
  readonly period: ReportPeriod | null
  /** Requests of both, whatever a selection shows of them: shares are of these. */
  readonly requests: { readonly before: number; readonly now: number }
  readonly test: { readonly level: number; readonly ratio: number }
  readonly codes: Changes
  /** null: lists are kept by day, and one of the stretches is a part of one. */
  readonly paths: Changes | null
  readonly findings: Changes
}

/** One side of a comparison. */
export interface Side {
  readonly store: Store
  readonly range: Range
  readonly report: Report
}

export function compare(
  now: Side,
  before: Side,
  {
    database,
    select,
  }: { readonly database: string | null; readonly select?: ((code: CodeKey) => boolean) | undefined },
): Comparison {
  const requests = { before: requestsOf(before), now: requestsOf(now) }
  const ofDays = now.report.range?.listDays != null || before.report.range?.listDays != null
  return {
    database,
    range: before.report.range,
    period: before.report.period,
    requests,
    test: { level: LEVEL, ratio: RATIO },
    codes: changes(codeRows(now, select), codeRows(before, select), requests),
    paths: ofDays ? null : changes(pathRows(now, select), pathRows(before, select), requests),
    findings: changes(findingRows(now), findingRows(before), requests),
  }
}

const requestsOf = ({ store, range }: Side): number => {
  let sum = 0
  for (const { hits } of codesIn(store, range)) sum += hits
  return sum
}

/** What is counted: hits <= truth <= hits + error. */
interface Row extends Pick<CodeChange, 'code' | 'name' | 'path'> {
  readonly hits: number
  readonly error: number
}
interface Rows {
  readonly rows: ReadonlyMap<string, Row>
  /** How many hits a row may have that is not there. */
  missed(row: Row): number
}

function codeRows({ store, range, report }: Side, select: ((code: CodeKey) => boolean) | undefined): Rows {
  const names = new Map(report.codes.map((code) => [codeName(code), code.explanation?.name ?? null]))
  const rows = new Map<string, Row>()
  for (const key of codesIn(store, range)) {
    if (select && !select(key)) continue
    const code = codeName(key)
    const hits = (rows.get(code)?.hits ?? 0) + key.hits
    rows.set(code, { code, name: names.get(code) ?? null, path: null, hits, error: 0 })
  }
  return { rows, missed: () => 0 }
}

function pathRows({ store, range }: Side, select: ((code: CodeKey) => boolean) | undefined): Rows {
  const { paths, lost } = pathsByCode(store, range)
  const lostOf = new Map<string, number>()
  for (const code of lost) lostOf.set(codeName(code), (lostOf.get(codeName(code)) ?? 0) + code.lost)
  const rows = new Map<string, Row>()
  for (const found of paths) {
    if (select && !select(found)) continue
    const row = pathRow(found)
    const known = rows.get(keyOf(row))
    rows.set(keyOf(row), { ...row, hits: row.hits + (known?.hits ?? 0), error: row.error + (known?.error ?? 0) })
  }
  return { rows, missed: ({ code }) => lostOf.get(code) ?? 0 }
}

const pathRow = (found: CodePath): Row => ({
  code: codeName(found),
  name: null,
  path: found.path,
  hits: found.hits,
  error: found.error,
})

function findingRows({ report }: Side): Rows {
  const rows = new Map<string, Row>()
  for (const finding of report.findings) {
    const row = findingRow(finding)
    // A finding is the same one if its rule and its path are: its main code may be another one.
    const key = `${finding.id} ${row.path ?? ''}`
    rows.set(key, { ...row, hits: row.hits + (rows.get(key)?.hits ?? 0) })
  }
  return { rows, missed: () => 0 }
}

const findingRow = ({ code, title, hits, mostly }: Finding): Row => ({
  code,
  name: title,
  path: mostly?.dimension === 'path' ? mostly.value : null,
  hits,
  error: 0,
})

const keyOf = ({ code, path }: Pick<Row, 'code' | 'path'>): string => (path === null ? code : `${code} ${path}`)

function changes(now: Rows, before: Rows, requests: Comparison['requests']): Changes {
  const keys = [...new Set([...now.rows.keys(), ...before.rows.keys()])]
  const rows: (CodeChange & { readonly isSure: boolean })[] = []
  for (const key of keys) {
    const [a, b] = [before.rows.get(key), now.rows.get(key)]
    const row = (b ?? a) as Row
    const change = changeOf(a ?? nothing(row, before), b ?? nothing(row, now), requests, keys.length)
    if (change) rows.push({ ...row, ...change, name: b?.name ?? a?.name ?? null })
  }
  rows.sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before) || (keyOf(a) < keyOf(b) ? -1 : 1))
  const told = (isSure: boolean): CodeChange[] =>
    rows
      .filter((row) => row.isSure === isSure)
      .map(({ change, code, name, path, before, now, chance }) => ({ change, code, name, path, before, now, chance }))
  return { rows: told(true), unsure: told(false) }
}

const nothing = (row: Row, rows: Rows): Row => ({ ...row, hits: 0, error: rows.missed(row) })

/** What became of a row; undefined when nothing did that could be told. @param rows so many are compared */
function changeOf(
  a: Row,
  b: Row,
  { before, now }: Comparison['requests'],
  rows: number,
): { change: ChangeKind; before: number; now: number; chance: number; isSure: boolean } | undefined {
  const grew = b.hits * before > a.hits * now
  // Where a list was cut, of the true counts those that differ least.
  const was: Share = { hits: a.hits + (grew ? a.error : 0), of: before }
  const is: Share = { hits: b.hits + (grew ? 0 : b.error), of: now }
  const chance = chanceOf(was, is)
  const [less, more] = grew ? [was, is] : [is, was]
  const isApart = more.hits * less.of >= RATIO * less.hits * more.of && more.hits > 0
  const isSure = isApart && chance < LEVEL / rows
  const isNew = was.hits === 0 && is.hits > 0
  const isGone = is.hits === 0 && was.hits > 0
  if (!isSure && !isNew && !isGone) return undefined
  const change = isNew ? 'new' : isGone ? 'gone' : grew ? 'more' : 'fewer'
  return { change, before: a.hits, now: b.hits, chance, isSure }
}
