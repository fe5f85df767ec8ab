import { Kind, LARGEST_SUM, MEASURES, SPAN_MEASURES, SUM_MEASURES } from '../tally/measures.js'

// The measures (src/kernel/records.ts) in SQL. Their columns are always named: a database that was migrated has them in
// another order.

export const SUM_COLUMNS: readonly string[] = SUM_MEASURES.map(({ column }) => column)
/** Columns of `span` beside its key. */
export const SPAN_COLUMNS: readonly string[] = ['hits', ...SPAN_MEASURES.map(({ column }) => column)]

/**
 * The sums of rows of `hits`, under the names of their columns. @param table its name in the query, where another table
 * has such columns, too
 */
export const sumsOf = (table?: string): string =>
  SUM_COLUMNS.map((column) => `${sumOf(column, table)} AS ${column}`).join(', ')

/**
 * The sum of a column over rows; NULL where none has a value.
 *
 * SQLite fails when a sum of whole numbers overflows. As fractions they are exact up to LARGEST_SUM.
 */
export function sumOf(column: string, table?: string): string {
  const name = table ? `${table}.${column}` : column
  return column === 'hits' ? `sum(${name})` : `CAST(min(sum(CAST(${name} AS REAL)), ${LARGEST_SUM}) AS INTEGER)`
}

/** SQL for a row of `hits` that is there already: its sums are added up, up to LARGEST_SUM. */
export const ADD_SUMS = `ON CONFLICT DO UPDATE SET ${SUM_COLUMNS.map((c) =>
  c === 'hits'
    ? 'hits = hits + excluded.hits'
    : `${c} = coalesce(min(${c} + excluded.${c}, ${LARGEST_SUM}), ${c}, excluded.${c})`,
).join(', ')}`

/** SQL for a row of `span` that is there already; its histograms were added up before. */
export const ADD_SPAN = `ON CONFLICT DO UPDATE SET hits = hits + excluded.hits, ${SPAN_MEASURES.map(
  ({ kind, column: c }) => {
    if (kind === Kind.Histogram) return `${c} = excluded.${c}`
    return `${c} = ${kind === Kind.Least ? 'min' : 'max'}(coalesce(${c}, excluded.${c}), coalesce(excluded.${c}, ${c}))`
  },
).join(', ')}`

/** The columns that a version of the schema brought, as SQL that adds them. */
export function addedColumns(version: number): string {
  return MEASURES.filter(({ since }) => since === version)
    .map(
      ({ kind, column }) =>
        `ALTER TABLE ${kind === Kind.Sum ? 'hits' : 'span'} ADD COLUMN ${definition(kind, column)};`,
    )
    .join('\n')
}

/** Definitions of the columns that tables of a version have. @param isSum those of `hits`; else those of `span` */
export function definitions(isSum: boolean, version: number): string {
  return MEASURES.filter(({ kind, since }) => (kind === Kind.Sum) === isSum && since <= version)
    .map(({ kind, column }) => `  ${definition(kind, column)},`)
    .join('\n')
}

const definition = (kind: Kind, column: string): string =>
  `${column} ${kind === Kind.Histogram ? 'TEXT' : 'INTEGER'}${column === 'hits' ? ' NOT NULL' : ''}`
