import { extname } from 'node:path'
import type { Language } from '../catalogue/note.js'
import { nearestName } from '../edit-distance.js'
import { LogstatError } from '../errors.js'
import { table, visible } from '../render/cells.js'
import { csvRecord } from '../render/csv.js'
import { QUESTIONS } from '../store/questions.js'
import { type Answer, type Cell, queryDatabase } from '../store/sql-question.js'
import { isCentre } from './centre-url.js'
import { write } from './print.js'

const ANSWER_KINDS = ['text', 'csv', 'tsv', 'json'] as const
type AnswerKind = (typeof ANSWER_KINDS)[number]

interface QueryOptions {
  readonly db?: string
  readonly format?: AnswerKind
  readonly output?: string
  readonly schema?: true
  readonly lang: Language
}

/** A table on a terminal is laid out as a whole: longer answers are for CSV and JSON. */
const TABLE_ROWS = 10_000

/** `logstat query [QUESTION|SQL] --db FILE`: without a question, the list of ready ones. */
export async function query(question: string | undefined, options: QueryOptions): Promise<number> {
  const { db, schema, output, lang } = options
  const kind = options.format ?? kindOfFile(output)
  if (question === undefined && !schema) {
    await write(
      `${table(
        QUESTIONS.map(({ name, title }) => [name, title[lang]]),
        [{}, {}],
        '',
      ).join('\n')}\n`,
      output,
    )
    return 0
  }
  if (db === undefined) throw new LogstatError('query', 'no database is named', 'Name one with --db FILE.')
  const sql = question === undefined ? SCHEMA_QUERY : sqlOf(question)
  const database = isCentre(db) ? (await (await import('./centre.js')).pulled(db, { isApart: true })).store : db
  await queryDatabase(database, sql, (answer) =>
    write(question === undefined ? asScript(answer) : PRINTERS[kind](answer), output),
  )
  return 0
}

const SCHEMA_QUERY =
  "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', 'view') ORDER BY type DESC, name"

function* asScript({ rows }: Answer): Generator<string> {
  for (const [sql] of rows) yield `${textOf(sql ?? null)};\n\n`
}

function kindOfFile(output: string | undefined): AnswerKind {
  const ending = output === undefined ? '' : extname(output).toLowerCase()
  if (ending === '' || ending === '.txt') return 'text'
  const kind = ANSWER_KINDS.find((known) => ending === `.${known}`)
  if (kind) return kind
  throw new LogstatError(
    'output',
    `${visible(output ?? '')}: an answer cannot be written as "${visible(ending.slice(1))}"`,
    `Known kinds: ${ANSWER_KINDS.join(', ')}. Name one with --format.`,
  )
}

/** A ready question by its name, or SQL as it is: a name has no blank in it. */
function sqlOf(question: string): string {
  const ready = QUESTIONS.find(({ name }) => name === question)
  if (ready) return ready.sql
  if (/\s/.test(question.trim())) return question
  const near = nearestName(
    question,
    QUESTIONS.map(({ name }) => name),
  )
  throw new LogstatError(
    'query',
    `"${visible(question)}" is neither a ready question nor SQL`,
    near ? `Did you mean ${near}?` : 'Ready questions: logstat query',
  )
}

const PRINTERS: Readonly<Record<AnswerKind, (answer: Answer) => Iterable<string>>> = {
  text: asTable,
  csv: (answer) => asCsv(answer, ','),
  tsv: (answer) => asCsv(answer, '\t'),
  json: asJson,
}

const textOf = (cell: Cell): string =>
  cell === null ? '' : Buffer.isBuffer(cell) ? cell.toString('hex') : String(cell)
const isNumber = (cell: Cell | undefined): boolean => typeof cell === 'number' || typeof cell === 'bigint'

function* asTable({ columns, rows }: Answer): Generator<string> {
  const cells: (readonly Cell[])[] = []
  let more = false
  for (const row of rows) {
    more = cells.length === TABLE_ROWS
    if (more) break
    cells.push(row)
  }
  const lines = [columns.map(visible), ...cells.map((row) => row.map((cell) => visible(textOf(cell))))]
  const shapes = columns.map((_, i) =>
    isNumber(cells.find((row) => row[i] !== null)?.[i]) ? ({ align: 'right' } as const) : { most: 80 },
  )
  yield `${table(lines, shapes, '').join('\n')}\n`
  if (more) yield `… only the first ${TABLE_ROWS} rows; --format csv prints all\n`
}

function* asCsv({ columns, rows }: Answer, separator: string): Generator<string> {
  yield csvRecord(columns, separator)
  for (const row of rows) yield csvRecord(row.map(textOf), separator)
}

function* asJson({ columns, rows }: Answer): Generator<string> {
  let before = '[\n'
  for (const row of rows) {
    yield `${before}${JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, jsonValue(row[i] ?? null)])))}`
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

/** Whole numbers that JavaScript cannot hold exactly become text. */
function jsonValue(cell: Cell): string | number | null {
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell)
  return Buffer.isBuffer(cell) ? cell.toString('hex') : cell
}
