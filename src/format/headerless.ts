import { compileFields, type W3cHeader } from './w3c.js'

// IIS writes the fields that are selected always in the same order, so what surrounds the method, the port and the
// status says which
// they are:  date time [s-sitename] [s-computername] s-ip METHOD stem query PORT user c-ip [cs-version] agent [cookie]
// [referer]
// [cs-host] STATUS SUBSTATUS WIN32 [sc-bytes] [cs-bytes] [time-taken] [added fields]

const METHOD =
  /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|CONNECT|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|SEARCH|REPORT|DEBUG|RPC_IN_DATA|RPC_OUT_DATA|BITS_POST)$/
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[\da-f:.]*:[\da-f:.]*(%\w+)?)$/i
const NUMBER = /^\d+$/

/** The fields of one record, or undefined when they cannot be told. */
function fieldsOf(values: readonly string[]): string[] | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(values[0] ?? '') || !/^\d\d:\d\d:\d\d$/.test(values[1] ?? '')) return undefined
  const method = values.findIndex((v, i) => i >= 2 && i <= 5 && METHOD.test(v))
  const [stem, , port, , client] = values.slice(method + 1)
  if (method === -1 || !stem || !/^[/*]/.test(stem) || !NUMBER.test(port ?? '') || !ADDRESS.test(client ?? ''))
    return undefined
  const fields = ['date', 'time']
  for (let i = 2; i < method; i++) {
    const v = values[i] as string
    fields.push(ADDRESS.test(v) ? 's-ip' : /^W3SVC\d+$/i.test(v) ? 's-sitename' : 's-computername')
  }
  fields.push('cs-method', 'cs-uri-stem', 'cs-uri-query', 's-port', 'cs-username', 'c-ip')
  const status = values.findIndex(
    (v, i) =>
      i > method + 6 &&
      /^[1-5]\d\d$/.test(v) &&
      /^\d{1,3}$/.test(values[i + 1] ?? '') &&
      /^\d{1,10}$/.test(values[i + 2] ?? ''),
  )
  if (status === -1) return undefined
  const hasVersion = /^HTTP\/\d/i.test(values[method + 6] as string)
  if (hasVersion) fields.push('cs-version')
  const between = values.slice(fields.length, status)
  fields.push(...namesBetween(between), 'sc-status', 'sc-substatus', 'sc-win32-status')
  const after = values.slice(status + 3)
  const numbers = after.findIndex((v) => !NUMBER.test(v))
  const count = Math.min(numbers === -1 ? after.length : numbers, 3)
  fields.push(...(NUMBERS_AFTER[count] as readonly string[]), ...after.slice(count).map((_, i) => `x-added-${i + 1}`))
  return fields
}

/** Two numbers are bytes, sent or received, and the time; nobody can tell which bytes. */
const NUMBERS_AFTER: readonly (readonly string[])[] = [
  [],
  ['time-taken'],
  ['x-bytes', 'time-taken'],
  ['sc-bytes', 'cs-bytes', 'time-taken'],
]

function namesBetween(values: readonly string[]): string[] {
  return values.map((v, i) => {
    if (i === 0) return 'cs(User-Agent)'
    if (/^https?:\/\//.test(v) || (v === '-' && i === 1 && values.length === 2)) return 'cs(Referer)'
    if (i === values.length - 1 && /^[\w-]+(\.[\w-]+)+(:\d+)?$/.test(v)) return 'cs-host'
    return `x-between-${i}`
  })
}

/** Layouts that are no selection of IIS's own fields: the default of IIS Advanced Logging. */
const OTHER_LAYOUTS: readonly string[] = [
  'date time cs-uri-stem cs-uri-query s-contentpath sc-status s-computername cs(Referer) sc-win32-status x-bytes-1 x-bytes-2 x-time s-sitename s-ip s-port cs-username cs-host c-ip cs-version c-protocol cs-method x-1 x-2 x-3 cs(User-Agent) x-4 x-5 x-6 x-7 x-8',
]

/** CloudFront's standard log, whole and as it was before it grew; its times are in seconds. */
const CLOUDFRONT =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end'.split(
    ' ',
  )
const CLOUDFRONT_LENGTHS = [33, 26, 24] as const

const MAX_HEADERS = 24

/**
 * Work out the headers of a W3C log that has lost its `#Fields` lines: the layouts of its records, the most frequent
 * first.
 */
export function inferHeaders(lines: readonly string[]): W3cHeader[] {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const fields = fieldsOf(line.trim().split(/[ \t]+/))?.join(' ')
    if (fields !== undefined) counts.set(fields, (counts.get(fields) ?? 0) + 1)
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]).map(([fields]) => fields)
  return [
    ...[...sorted.slice(0, MAX_HEADERS), ...OTHER_LAYOUTS].map((fields) => compileFields(fields, 'Microsoft', true)),
    ...CLOUDFRONT_LENGTHS.map((length) => compileFields(CLOUDFRONT.slice(0, length).join(' '), '', true)),
  ]
}
