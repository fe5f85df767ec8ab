import { type Column, EXPORTED, type ExportedTable, isByTime } from '../store/exported.js'

// Tables of a centre in ClickHouse: a row takes the place of one with the same key and a lower revision.

const TYPES: Readonly<Record<Column['type'], string>> = {
  number: 'Nullable(Int64)',
  text: 'Nullable(String)',
  // Base64: JSON, in which rows are sent, has no bytes.
  bytes: 'Nullable(String)',
  numbers: 'Array(Int64)',
  texts: 'Array(String)',
}
export const typeOf = ({ type }: Column): string => TYPES[type]

export const clickHouseSchema = (): string[] => [
  'CREATE TABLE IF NOT EXISTS meta (name String, value String, version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY name',
  'CREATE TABLE IF NOT EXISTS server (name String, seen_at UInt32) ENGINE = ReplacingMergeTree(seen_at) ORDER BY name',
  `CREATE TABLE IF NOT EXISTS source (uid String, server String, machine String, first_line String, trail String, read_to Int64,
     tail_bytes Int64, tail_hash String, about String, rev Int64, heavy_rev Int64, top Int64, base Int64, token String, gone UInt8,
     pushed_at UInt32, heavy_at UInt32, version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY uid`,
  ...EXPORTED.map(tableSql),
]

function tableSql(table: ExportedTable): string {
  const keys = table.keys.map(({ name, type }) => `\`${name}\` ${type === 'number' ? 'Int32' : 'String'}`)
  const columns = table.columns.map((column) => `\`${column.name}\` ${typeOf(column)}`)
  const first = table.keys[0]?.name as string
  const order = [...table.keys.slice(1).map(({ name }) => name), first, 'source']
  const day = `${first}${table.of === 'hour' ? ' / 24' : ''}`
  // Dates end in 2105 in old versions: rows that are earlier or later stand with the first or last.
  const partition = isByTime(table) ? `PARTITION BY toYYYYMM(toDate(toUInt16(least(greatest(${day}, 0), 49000))))` : ''
  return `CREATE TABLE IF NOT EXISTS ${table.name} (source String, ${keys.join(', ')}, ${columns.join(', ')}, rev Int64)
    ENGINE = ReplacingMergeTree(rev) ${partition} ORDER BY (${order.join(', ')})`
}
