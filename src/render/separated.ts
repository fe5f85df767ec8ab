import type { Report } from '../report/shape.js'
import { csvRecord } from './csv.js'
import type { RenderOptions } from './render.js'
import { TABLES } from './tables.js'
import { visible } from './visible.js'

/** One table of the report as CSV or TSV (RFC 4180). Cells for which the log has no value are empty. */
export function* renderSeparated(
  report: Report,
  { table = 'codes' }: RenderOptions,
  separator: string,
): Generator<string> {
  const { columns, rows } = TABLES[table](report)
  yield csvRecord(
    columns.map(({ name }) => name),
    separator,
  )
  for (const row of rows)
    yield csvRecord(
      row.map((cell) => (typeof cell === 'string' ? visible(cell) : cell === null ? '' : String(cell))),
      separator,
    )
}
