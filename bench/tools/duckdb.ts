import { createRequire } from 'node:module'

// DuckDB on a log. It is used where it is installed and needed by nothing else, so its few parts used here are declared
// here.
//
// usage: duckdb FILE combined|w3c|json status|distinct

interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string): Promise<{
      connect(): Promise<{ runAndReadAll(sql: string): Promise<{ getRowObjectsJson(): Record<string, string>[] }> }>
    }>
  }
}

/** Also found in a folder named by NODE_PATH. */
const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api') as DuckDb

const text = (...names: string[]): string => names.map((name) => `${name}: 'VARCHAR'`).join(', ')
const COMBINED = `${text('client', 'ident', 'username', 'time', 'zone', 'request')}, status: 'INTEGER', bytes: 'BIGINT', ${text('referer', 'agent')}`
const W3C = `${text('date', 'time', 'server', 'method', 'request', 'query', 'port', 'username', 'client', 'agent', 'referer')}, status: 'INTEGER', substatus: 'INTEGER', win32: 'BIGINT', taken: 'BIGINT'`

const quoted = (t: string): string => `'${t.replaceAll("'", "''")}'`

const TABLES: Record<string, (path: string) => string> = {
  combined: (path) =>
    `read_csv(${quoted(path)}, delim = ' ', quote = '"', escape = '\\', header = false, auto_detect = false, columns = {${COMBINED}})`,
  w3c: (path) =>
    `read_csv(${quoted(path)}, delim = ' ', quote = '', escape = '', comment = '#', header = false, auto_detect = false, columns = {${W3C}})`,
  json: (path) =>
    `(SELECT remote_addr AS client, request_uri AS request, http_user_agent AS agent, http_referer AS referer, status FROM read_json(${quoted(path)}, format = 'newline_delimited', ` +
    `columns = {${text('remote_addr', 'request_uri', 'http_user_agent', 'http_referer')}, status: 'INTEGER'}))`,
}

const [path, kind, what] = process.argv.slice(2) as [string, string, string]
const table = (TABLES[kind] as (path: string) => string)(path)
const db = await (await DuckDBInstance.create(':memory:')).connect()
// `distinct`: the same fields as in a report, read and grouped by status; less than a report needs, which is their most
// frequent values.
const distinct = ['client', 'request', 'agent', 'referer'].map((field) => `, count(DISTINCT ${field})`).join('')
const result = await db.runAndReadAll(
  `SELECT status, count(*) AS hits${what === 'distinct' ? distinct : ''} FROM ${table} GROUP BY status`,
)
process.stdout.write(
  JSON.stringify({
    statuses: Object.fromEntries(result.getRowObjectsJson().map((row) => [row.status, Number(row.hits)])),
  }),
)
