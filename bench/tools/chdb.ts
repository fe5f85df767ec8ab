import { createRequire } from 'node:module'

// chDB, the engine of ClickHouse, on a log. It is used where it is installed and needed by nothing else, so its one
// part used here is
// declared here.
//
// usage: chdb FILE combined|w3c|json status|distinct

interface ChDb {
  query(sql: string, format: 'JSONCompact'): string
}

/** Also found in a folder named by NODE_PATH. */
const { query } = createRequire(import.meta.url)('chdb') as ChDb

interface Reading {
  readonly status: string
  /** Clients, requests, agents, referers. */
  readonly fields: readonly string[]
  readonly where?: string
}

const inQuotes = (n: number): string => `splitByChar('"', line, 6)[${n}]`
const word = (n: number): string => `splitByChar(' ', line, 12)[${n}]`
const member = (name: string): string => `simpleJSONExtractString(line, '${name}')`

// Lines, taken apart by functions. Its formats make a value of every column (CSV) or parse every member (JSONEachRow):
// start-up aside,
// `distinct` takes from about as long (combined) to 1.7 times as long (json) with them, `status` at least three times
// as long (both).
// These functions know no escaped quote in a quoted field, and no space after a colon; the bench's logs have none.
const READINGS: Record<string, Reading> = {
  combined: {
    status: `toUInt16(substring(line, position(line, '" ') + 2, 3))`,
    fields: [`substringIndex(line, ' ', 1)`, inQuotes(2), inQuotes(6), inQuotes(4)],
  },
  w3c: {
    status: `toUInt16(${word(12)})`,
    fields: [word(9), word(5), word(10), word(11)],
    where: `WHERE NOT startsWith(line, '#')`,
  },
  json: {
    status: `toUInt16(simpleJSONExtractUInt(line, 'status'))`,
    fields: ['remote_addr', 'request_uri', 'http_user_agent', 'http_referer'].map(member),
  },
}

// One thread reads lines, all cores take them apart and count: on two cores no slower than to cut the file up for
// several readers, which
// needs the ends of lines found first, in one thread as well. Small blocks stay in the processor's cache, and what is
// read
// into a buffer is not mapped page by page.
const SETTINGS = `input_format_parallel_parsing = 0, max_block_size = 16384, storage_file_read_method = 'pread'`

const quoted = (t: string): string => `'${t.replaceAll(/[\\']/g, '\\$&')}'`

const [path, kind, what] = process.argv.slice(2) as [string, string, string]
const { status, fields, where = '' } = READINGS[kind] as Reading
// `distinct`: the same fields as in a report, read and grouped by status; less than a report needs, which is their most
// frequent values.
const distinct = what === 'distinct' ? fields.map((field) => `, uniqExact(${field})`).join('') : ''
const table = `file(${quoted(path)}, LineAsString, 'line String')`
const result = query(
  `SELECT ${status} AS status, count()${distinct} FROM ${table} ${where} GROUP BY status SETTINGS ${SETTINGS}`,
  'JSONCompact',
)
const { data } = JSON.parse(result) as { data: [number, number | string][] }
process.stdout.write(JSON.stringify({ statuses: Object.fromEntries(data.map(([code, hits]) => [code, Number(hits)])) }))
