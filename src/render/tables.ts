import type { Verdict } from '../catalogue/note.js'
import { codeName, QUIET, type Report, type ReportCode, verdictOfMost } from '../report/shape.js'

// The report as tables of rows that add up: for spreadsheets and BI tools, and for metrics.

/** What stands in a column: a text out of a log or the catalogue, a number that may be summed, one that may not, a time. */
export type ColumnKind = 'text' | 'sum' | 'value' | 'time'
export interface TableColumn {
  readonly name: string
  readonly kind: ColumnKind
}
export type TableCell = string | number | null
export interface Table {
  readonly columns: readonly TableColumn[]
  readonly rows: readonly (readonly TableCell[])[]
}

export type TableName = 'codes' | 'win32' | 'paths' | 'clients' | 'findings' | 'timeline'

/** A column by its name and kind; `of` reads the cell from a row's source. */
interface Of<T> extends TableColumn {
  readonly of: (from: T) => TableCell
}
const text = <T>(name: string, of: (from: T) => string | null): Of<T> => ({ name, kind: 'text', of })
const sum = <T>(name: string, of: (from: T) => number | null): Of<T> => ({ name, kind: 'sum', of })
const value = <T>(name: string, of: (from: T) => number | null): Of<T> => ({ name, kind: 'value', of })
const time = <T>(name: string, of: (from: T) => string | null): Of<T> => ({ name, kind: 'time', of })

function table<T>(columns: readonly Of<T>[], from: readonly T[]): Table {
  return {
    columns: columns.map(({ name, kind }) => ({ name, kind })),
    rows: from.map((each) => columns.map(({ of }) => of(each))),
  }
}

type Code = Pick<ReportCode, 'status' | 'substatus' | 'reason'>
const CODE: readonly Of<Code>[] = [
  text('code', codeName),
  value('status', ({ status }) => status),
  value('substatus', ({ substatus }) => substatus),
  text('reason', ({ reason }) => reason),
]

/** Codes beyond those that a report tells in full: one row, so that the column adds up. */
const OTHERS = '(other)'

interface Counted extends Code {
  readonly hits: number
  readonly full: ReportCode | null
}

/** Adding a table is adding a record: `--table`, CSV, TSV and the tests come from here. */
export const TABLES: Readonly<Record<TableName, (report: Report) => Table>> = {
  codes: ({ codes, otherCodes }) =>
    table<Counted>(
      [
        text('code', (c) => (c.full ? codeName(c) : OTHERS)),
        ...CODE.slice(1),
        sum('hits', ({ hits }) => hits),
        sum('problems', ({ full }) => full && problemsOf(full)),
        sum('bytes_sent', ({ full }) => full && full.bytesSent),
        sum('bytes_received', ({ full }) => full && full.bytesReceived),
        value('p50_ms', ({ full }) => full?.timeTaken?.p50Ms ?? null),
        value('p95_ms', ({ full }) => full?.timeTaken?.p95Ms ?? null),
        value('p99_ms', ({ full }) => full?.timeTaken?.p99Ms ?? null),
        value('max_ms', ({ full }) => full?.timeTaken?.maxMs ?? null),
        time('first_seen', ({ full }) => full?.firstSeen ?? null),
        time('last_seen', ({ full }) => full?.lastSeen ?? null),
        text('verdict', ({ full }) => full && verdictOfMost(full.verdicts)),
        text('name', ({ full }) => full?.explanation?.name ?? null),
      ],
      [
        ...codes.map((full) => ({ ...full, full })),
        ...(otherCodes.hits > 0
          ? [{ status: null, substatus: null, reason: null, hits: otherCodes.hits, full: null }]
          : []),
      ],
    ),
  win32: ({ codes }) =>
    table(
      [
        ...CODE,
        value('win32_status', ({ row }) => row.value),
        text('symbol', ({ row }) => row.symbol),
        sum('hits', ({ row }) => row.hits),
        time('first_seen', ({ row }) => row.firstSeen),
        time('last_seen', ({ row }) => row.lastSeen),
        text('verdict', ({ row }) => row.verdict),
        text('meaning', ({ row }) => row.meaning),
      ] as Of<Code & { readonly row: ReportCode['win32'][number] }>[],
      codes.flatMap(({ status, substatus, reason, win32 }) => win32.map((row) => ({ status, substatus, reason, row }))),
    ),
  paths: (report) => listTable(report, 'paths', 'path'),
  clients: (report) => listTable(report, 'clients', 'client'),
  findings: ({ findings }) =>
    table(
      [
        text('id', ({ id }) => id),
        text('severity', ({ severity }) => severity),
        text('code', ({ code }) => code),
        value('status', ({ status }) => status),
        value('substatus', ({ substatus }) => substatus),
        value('win32_status', ({ win32Status }) => win32Status),
        sum('hits', ({ hits }) => hits),
        value('clients', ({ clients }) => clients),
        time('first_seen', ({ firstSeen }) => firstSeen),
        time('last_seen', ({ lastSeen }) => lastSeen),
        text('verdict', ({ verdict }) => verdict),
        text('title', ({ title }) => title),
      ] as Of<Report['findings'][number]>[],
      findings,
    ),
  timeline: ({ timeline }) =>
    table(
      [
        time('start', ({ start }) => start),
        value('seconds', ({ seconds }) => seconds),
        text('class', ({ klass }) => klass),
        sum('hits', ({ hits }) => hits),
      ] as Of<{ start: string; seconds: number; klass: string; hits: number }>[],
      timeline.flatMap(({ start, seconds, classes }) =>
        Object.entries(classes).map(([klass, hits]) => ({ start, seconds, klass, hits })),
      ),
    ),
}

function listTable({ codes }: Report, list: 'paths' | 'clients', name: string): Table {
  return table(
    [
      ...CODE,
      text(name, ({ of }) => of.value),
      sum('hits', ({ of }) => of.hits),
      // hits <= truth <= hits + error
      sum('error', ({ of }) => of.error),
    ] as Of<Code & { readonly of: ReportCode['top']['paths'][number] }>[],
    codes.flatMap(({ status, substatus, reason, top }) => top[list].map((of) => ({ status, substatus, reason, of }))),
  )
}

const problemsOf = ({ verdicts }: Pick<ReportCode, 'verdicts'>): number =>
  Object.entries(verdicts).reduce((n, [verdict, hits]) => n + (QUIET.has(verdict as Verdict) ? 0 : hits), 0)
