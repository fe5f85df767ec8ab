// Tables of separated values (RFC 4180), as portals and databases export logs: a line of names, then a line a record. A
// value with a line break in it is not read.

export interface Table {
  readonly columns: readonly string[]
  readonly separator: string
}

const SEPARATORS = [',', ';', '\t'] as const
const FEWEST_COLUMNS = 3
/** `cs(User-Agent)`, `TimeGenerated [UTC]`, `http.response.status_code`, `_source` */
const NAME = /^[@_A-Za-z][\w .@()[\]/-]{0,60}$/

/** The table that lines are, if the first of them names its columns. */
export function tableOf(lines: readonly string[]): Table | undefined {
  const [first = '', ...rest] = lines
  for (const separator of SEPARATORS) {
    const columns = rowOf(first.replace(/^\xef\xbb\xbf/, ''), separator)
    const isHeader =
      columns.length >= FEWEST_COLUMNS &&
      columns.every((name) => NAME.test(name)) &&
      new Set(columns).size === columns.length
    if (isHeader && rest.some((line) => rowOf(line, separator).length === columns.length)) return { columns, separator }
  }
  return undefined
}

/** The values of a line. */
export function rowOf(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator)
  const values: string[] = []
  for (let at = 0; at <= line.length; ) {
    const quoted = line[at] === '"' ? endOfQuoted(line, at, separator) : undefined
    if (quoted !== undefined) {
      values.push(line.slice(at + 1, quoted).replaceAll('""', '"'))
      at = quoted + 2
      continue
    }
    const end = line.indexOf(separator, at)
    values.push(line.slice(at, end === -1 ? undefined : end))
    if (end === -1) break
    at = end + 1
    if (at === line.length) {
      values.push('')
      break
    }
  }
  return values
}

/** The quote that ends the value at `at`: behind it is the end or another value. */
function endOfQuoted(line: string, at: number, separator: string): number | undefined {
  for (let end = line.indexOf('"', at + 1); end !== -1; end = line.indexOf('"', end + 1)) {
    if (line[end + 1] === '"') end++
    else return end + 1 === line.length || line[end + 1] === separator ? end : undefined
  }
  return undefined
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** A record as a JSON object. */
export function writeRow(columns: readonly string[], row: readonly string[]): string {
  const values = row.map((value, i) => `${quoted(nameOf(columns[i] as string))}:${quoted(timeIn(value) ?? value)}`)
  const [date, time] = ['date', 'time'].map((name) => row[columns.findIndex((column) => column.toLowerCase() === name)])
  const moment =
    date && time && /^\d{4}-\d\d-\d\d/.test(date) ? [`"@timestamp":"${date.slice(0, 10)}T${time.slice(-8)}Z"`] : []
  return `{${[...values, ...moment].join(',')}}`
}

/** `TimeGenerated [UTC]` says the zone, which is that of all times without one. */
const nameOf = (column: string): string => column.replace(/ \[[^\]]*\]$/, '')

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const pad = (n: number | string): string => String(n).padStart(2, '0')

/**
 * The times of exports that servers never write: of Azure (`10/5/2021, 7:07:01.000 AM`) and Kibana (`Oct 5, 2021 @
 * 07:07:01.000`).
 */
function timeIn(value: string): string | undefined {
  const azure = /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d\d):(\d\d)(?:\.\d+)? ([AP]M)$/.exec(value)
  if (azure) {
    const [, month = '', day = '', year, hour, minute, second, half] = azure
    return `${year}-${pad(month)}-${pad(day)}T${pad((Number(hour) % 12) + (half === 'PM' ? 12 : 0))}:${minute}:${second}Z`
  }
  const kibana = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}) @ (\d\d:\d\d:\d\d)(?:\.\d+)?$/.exec(value)
  if (!kibana) return undefined
  const [, name = '', day = '', year, clock] = kibana
  return `${year}-${pad(MONTHS.indexOf(name.toLowerCase()) + 1)}-${pad(day)}T${clock}Z`
}
