import type Database from 'better-sqlite3'
import { hmac } from '../hash.js'
import { Kind, SPAN_MEASURES } from '../tally/measures.js'
import type { CodeKey } from '../tally/tally.js'
import { SPAN_COLUMNS, SUM_COLUMNS } from './measures.js'
import { packNumbers } from './numbers.js'
import { HOUR } from './tracked.js'

// Tables that a database hands out to be kept elsewhere: a record for each table that a centre has. Their rows are
// whole: a row takes the place of an older one with the same key.

export type ColumnType = 'number' | 'text' | 'bytes' | 'numbers' | 'texts'
export interface Column {
  readonly name: string
  readonly type: ColumnType
}
export type Value = number | string | Uint8Array | readonly number[] | readonly string[] | null
export type Row = Readonly<Record<string, Value>>

/** Columns of a source that are shown, by name. */
export type About = Readonly<Record<string, string | number | null>>

/** The source, code and time whose rows are asked for. */
export interface Place {
  readonly source: number
  readonly code: number
  /** The code as text, see `codeText`. */
  readonly text: string
  /** Number of the hour or the period. */
  readonly number: number
}

export interface ExportedTable {
  readonly name: string
  /** Unit that a row belongs to: an hour of a code, a period of a code, a period, or the source as a whole. */
  readonly of: 'hour' | 'code' | 'period' | 'source'
  /** Columns that tell the rows of a source apart. The number of the hour or period is the first. */
  readonly keys: readonly Column[]
  readonly columns: readonly Column[]
  /** True for rows so large, and that change so often, that they are not sent with each push. */
  readonly isHeavy: boolean
  readonly reader: (db: Database.Database) => (place: Place) => Iterable<Row>
}

const number = (name: string): Column => ({ name, type: 'number' })
const text = (name: string): Column => ({ name, type: 'text' })
const bytes = (name: string): Column => ({ name, type: 'bytes' })

/** Widths of buckets, in seconds. */
export const WIDTHS: readonly number[] = [60, 900, 3600, 86400]
/** Column that holds the values of a sum in the parts of an hour. */
export const partsOf = (column: string): string => `${column}_parts`

export const EXPORTED: readonly ExportedTable[] = [
  {
    name: 'hour',
    of: 'hour',
    keys: [number('hour'), text('code')],
    // Parts of an hour: minute · 4 + place of the width in WIDTHS. NULL: the hour is one.
    columns: [...SUM_COLUMNS.map(number), bytes('parts'), ...SUM_COLUMNS.map((column) => bytes(partsOf(column)))],
    isHeavy: false,
    reader: hourReader,
  },
  {
    name: 'span',
    of: 'code',
    keys: [number('period'), text('code')],
    columns: [
      number('hits'),
      ...SPAN_MEASURES.map(({ kind, column }) => (kind === Kind.Histogram ? text(column) : number(column))),
    ],
    isHeavy: true,
    reader: (db) => {
      const find = db.prepare(
        `SELECT period, ${SPAN_COLUMNS.join(', ')} FROM span WHERE source_id = ? AND code_id = ? AND period = ?`,
      )
      return ({ source, code, text, number }) =>
        (find.all(source, code, number) as Row[]).map((row) => ({ ...row, code: text }))
    },
  },
  {
    name: 'list',
    of: 'code',
    keys: [number('period'), text('code'), text('dimension')],
    columns: [
      number('different'),
      number('lost'),
      { name: 'vals', type: 'texts' },
      { name: 'hits', type: 'numbers' },
      { name: 'errors', type: 'numbers' },
    ],
    isHeavy: true,
    reader: listReader,
  },
  {
    name: 'evidence',
    of: 'period',
    keys: [number('period')],
    columns: [bytes('data')],
    isHeavy: true,
    reader: (db) => {
      const find = db.prepare('SELECT period, data FROM evidence WHERE source_id = ? AND period = ?')
      return ({ source, number }) => find.all(source, number) as Row[]
    },
  },
  {
    name: 'reject',
    of: 'source',
    keys: [text('reason')],
    // Samples are JSON: rows of the table reject_sample.
    columns: [number('count'), text('samples')],
    isHeavy: true,
    reader: (db) => {
      const find = db.prepare('SELECT reason, count FROM reject WHERE source_id = ?')
      const samples = db.prepare('SELECT * FROM reject_sample WHERE source_id = ? AND reason = ? ORDER BY line')
      return ({ source }) =>
        (find.all(source) as { reason: string; count: number }[]).map((row) => ({
          ...row,
          samples: JSON.stringify(
            (samples.all(source, row.reason) as Row[]).map(({ source_id, reason, ...sample }) => sample),
          ),
        }))
    },
  },
]

export const tableOf = (name: string): ExportedTable => EXPORTED.find((table) => table.name === name) as ExportedTable
/** True for tables whose first key is a time. */
export const isByTime = ({ of }: ExportedTable): boolean => of !== 'source'
/** Numbers of the first key that make a day. */
export const perDay = ({ of }: ExportedTable): number => (of === 'hour' ? 24 : 1)

function hourReader(db: Database.Database): (place: Place) => Row[] {
  const find = db.prepare(
    `SELECT start, seconds, ${SUM_COLUMNS.join(', ')} FROM hits WHERE source_id = ? AND code_id = ? AND start >= ? AND start < ?`,
  )
  return ({ source, code, text, number: hour }) => {
    const from = hour < 0 ? hour : hour * HOUR
    const buckets = find.all(source, code, from, hour < 0 ? 0 : from + HOUR) as Record<string, number | null>[]
    const row: Record<string, Value> = { hour, code: text }
    for (const column of SUM_COLUMNS) {
      const values = buckets.map((bucket) => bucket[column] as number | null)
      row[column] = sumOf(values) ?? (column === 'hits' ? 0 : null)
      row[partsOf(column)] = row[column] === null ? null : packNumbers(values)
    }
    const isWhole = hour < 0 || buckets.length === 0 || (buckets.length === 1 && buckets[0]?.seconds === HOUR)
    if (isWhole) for (const column of SUM_COLUMNS) row[partsOf(column)] = null
    const parts = buckets.map(
      ({ start, seconds }) => (((start as number) - from) / 60) * 4 + WIDTHS.indexOf(seconds as number),
    )
    row.parts = isWhole ? null : packNumbers(parts)
    return [row]
  }
}

function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a + b, Number.MAX_SAFE_INTEGER)), null)
}

function listReader(db: Database.Database): (place: Place) => Iterable<Row> {
  const find = db.prepare(
    `SELECT dimension_id AS id, name AS dimension, different, lost FROM list JOIN dimension ON dimension.id = dimension_id
     WHERE source_id = ? AND code_id = ? AND period = ?`,
  )
  const values = db.prepare(
    `SELECT text, hits, error FROM top JOIN value ON value.id = value_id
     WHERE source_id = ? AND code_id = ? AND period = ? AND dimension_id = ? ORDER BY hits DESC, text`,
  )
  return ({ source, code, text, number: period }) =>
    (find.all(source, code, period) as ListHead[]).map(({ id, ...list }) => {
      const top = values.all(source, code, period, id) as { text: string; hits: number; error: number }[]
      return {
        period,
        code: text,
        ...list,
        vals: top.map((v) => v.text),
        hits: top.map((v) => v.hits),
        errors: top.map((v) => v.error),
      }
    })
}

interface ListHead {
  readonly id: number
  readonly dimension: string
  readonly different: number
  readonly lost: number
}

/** Characters of a reason that may stand in a key of an index. */
const LONG_REASON = 400

/** A code as text: an empty part is none. The reason is the last, and may hold any character. */
export function codeText({ status, substatus, win32Status, reason }: CodeKey): string {
  const text = reason ?? ''
  const short = text.length > LONG_REASON ? `${text.slice(0, LONG_REASON)}…${hmac('', text).slice(0, 16)}` : text
  return `${status ?? ''}|${substatus ?? ''}|${win32Status ?? ''}|${short}`
}

export function codeOfText(text: string): CodeKey {
  const [status = '', substatus = '', win32Status = '', ...reason] = text.split('|')
  const numberOf = (part: string): number | null => (part === '' ? null : Number(part))
  return {
    status: numberOf(status),
    substatus: numberOf(substatus),
    win32Status: numberOf(win32Status),
    reason: reason.join('|') || null,
  }
}
