/**
 * The slow, obvious way: split2, a regular expression a layout, a Map a list. It shares no code with the kernel beyond
 * the layouts
 * themselves, and every fast way is held to it.
 */
import { Readable } from 'node:stream'
import split2 from 'split2'

/** One entry as the oracle reads it; undefined: the log has no such field (or `-` in it). */
export interface OracleEntry {
  status: number | null
  substatus: number | null
  win32Status: number | null
  reason: string | null
  /** Seconds since 1970 UTC. */
  time: number | null
  bytesSent: number | null
  bytesReceived: number | null
  timeTakenUs: number | null
  path?: string | undefined
  client?: string | undefined
  referer?: string | undefined
  userAgent?: string | undefined
  method?: string | undefined
  host?: string | undefined
}

export interface OracleCount {
  lines: number
  entries: number
  rejected: number
  ignored: number
  withoutTime: number
  /** By `status|substatus|win32|reason`. */
  codes: Map<string, OracleCode>
}
export interface OracleCode {
  hits: number
  bytesSent: number | null
  bytesReceived: number | null
  timed: number | null
  timeTakenUs: number | null
  first: number | null
  last: number | null
  lists: Record<'path' | 'client' | 'referer' | 'userAgent' | 'method' | 'host', Map<string, number>>
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** What ends where `until` stands before a time; only in a line without that, at the first `until`. */
function beforeTime(until: string, character: string): string {
  const end = literal(until)
  const both = `${end}(?=\\d{10}|(?=[\\da-zA-Z])[^[:${until === ' ' ? ' ' : ''}]{1,23}:)`
  return `((?:(?!${both})${character})*(?=${both})|(?!.*${both})(?:(?!${end})${character})*)${end}`
}

/** Cut without blanks inside. */
const TOKENS = new Set(['word', 'target_status', 'time_iso8601'])

/** A layout in nginx notation as a regular expression with a group a variable. */
function layoutPattern(layout: string, tail = '.*'): { pattern: RegExp; names: string[] } {
  const parts = layout.split(/\$(\w+)/)
  let source = `^${literal(parts[0] as string)}`
  const names: string[] = []
  for (let i = 1; i < parts.length; i += 2) {
    const name = parts[i] as string
    const until = parts[i + 1] as string
    const last = i + 2 >= parts.length
    names.push(name)
    const end = literal(until)
    if (name === 'fraction') source += `(\\d+\\.\\d${until.startsWith('"') ? '{3}' : '+'})${end || '(?= |$)'}`
    else if (until === '') source += '([^ ]*)(?: |$)'
    else if (until.startsWith('"')) source += `((?:\\\\.|(?!${end})[^\\\\])*)${end}`
    else if (name === 'client_and_port') source += ` *([^ ]+):\\d+${end}`
    else if (name === 'number' || name === 'bytes_received' || name === 'milliseconds')
      source += ` *(-|[+-]?[\\d.]+)${end}`
    else if (TOKENS.has(name)) source += ` *([^ ]+)${end}`
    else if (name === 'remote_addr') source += `((?:[^ ]|(?<=,) )+)(?<!,)${end}`
    else if (name === 'remote_user') source += beforeTime(until, '(?:[^"]|(?<=(?<!\\\\)(?:\\\\\\\\)*\\\\)")')
    else if (name === 'host') source += `((?!")(?:(?!${end}).)*)(?<!,)${end}`
    else if (/^time_|^msec$/.test(parts[i + 2] ?? '')) source += beforeTime(until, '.')
    else source += `((?:(?!${end}).)*)${end}`
    if (last) source += `${tail}$`
  }
  return { pattern: new RegExp(source, 'ds'), names }
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

function utc(
  y: string,
  mo: number,
  d: string,
  h: string,
  mi: string,
  s: string,
  zone: string | undefined,
): number | null {
  const date = new Date(Date.UTC(2000, 0, 1))
  date.setUTCFullYear(Number(y), mo - 1, Number(d))
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== Number(d) || Number(y) < 1) return null
  if (Number(h) > 23 || Number(mi) > 59 || Number(s) > 60) return null
  let offset = 0
  if (zone && !/^z$/i.test(zone)) {
    const [, sign, zh, zm] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) as RegExpExecArray
    if (Number(zh) > 23 || Number(zm ?? 0) > 59) return null
    offset = (Number(zh) * 3600 + Number(zm ?? 0) * 60) * (sign === '-' ? -1 : 1)
  }
  return date.getTime() / 1000 + Number(h) * 3600 + Number(mi) * 60 + Number(s) - offset
}

/** CLF, ISO 8601, or seconds (milli-, micro-, nanoseconds) since 1970. */
function timeOf(text: string): number | null {
  const iso = /^(\d{4})-(\d\d)-(\d\d).(\d\d):(\d\d):(\d\d)(?:[.,]\d*)? *([+-]\d\d:?\d\d|[+-]\d\d|[zZ])?$/s.exec(text)
  if (iso)
    return utc(
      iso[1] as string,
      Number(iso[2]),
      iso[3] as string,
      iso[4] as string,
      iso[5] as string,
      iso[6] as string,
      iso[7],
    )
  const epoch = /^(\d{9,19})(?:\.\d*)?$/.exec(text)?.[1]
  if (epoch)
    return Number(
      BigInt(epoch) / 10n ** BigInt(epoch.length <= 11 ? 0 : epoch.length <= 14 ? 3 : epoch.length <= 17 ? 6 : 9),
    )
  return clfTime(text)
}

function clfTime(text: string): number | null {
  const m = /^(\d\d?)\/([A-Za-z]{3})\/(\d{4})[: ](\d\d):(\d\d):(\d\d)(?:\.\d*)? *([+-]\d\d:?\d\d|[+-]\d\d|[zZ])?$/.exec(
    text,
  )
  if (!m) return null
  const month = MONTHS.indexOf((m[2] as string).toLowerCase()) + 1
  return month === 0
    ? null
    : utc(m[3] as string, month, m[1] as string, m[4] as string, m[5] as string, m[6] as string, m[7])
}

const cutQuery = (text: string): string => text.split('?')[0] as string
const value = (text: string | undefined): string | undefined =>
  text === undefined || text === '' || text === '-' ? undefined : text

function request(text: string): { method?: string; path?: string | undefined } {
  const m = /^([A-Za-z_-]+) (.*)$/s.exec(text)
  if (m?.[1] === '-') return {}
  if (!m) return { path: value(cutQuery(text)) }
  const rest = m[2] as string
  const protocol = /^(.*) HTTP\/[^ ]+$/s.exec(rest)
  const method = value(m[1])
  return {
    ...(method === undefined ? {} : { method }),
    path: value(cutQuery(protocol ? (protocol[1] as string) : rest)),
  }
}

/** nginx's built-in pages for what it logs as 400, in the words it puts into them. */
const PAGES: readonly (readonly [string, string])[] = [
  ['Request Header Or Cookie Too Large', 'header-too-large'],
  ['The SSL certificate error', 'client-certificate'],
  ['No required SSL certificate was sent', 'client-certificate'],
  ['The plain HTTP request was sent to HTTPS port', 'http-on-tls-port'],
]

function pageOf(bytes: number): string | null {
  const kinds = new Set<string>()
  for (const [text, kind] of PAGES)
    for (const server of [
      'nginx',
      ...['/1.9.9', '/1.18.0', '/1.25.10'].flatMap((v) => [`nginx${v}`, `nginx${v} (Ubuntu)`]),
    ])
      for (const body of ['<body>', '<body bgcolor="white">'])
        for (const padding of [0, 402]) {
          const page = `<html>\r\n<head><title>400 ${text}</title></head>\r\n${body}\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>${text}</center>\r\n<hr><center>${server}</center>\r\n</body>\r\n</html>\r\n`
          if (page.length + padding === bytes) kinds.add(kind)
        }
  return kinds.size === 1 ? ([...kinds][0] as string) : null
}

/** What the request line of a 400 and the size of its answer show. */
function reasonOf400(text: string, bytes: number): string | null {
  if (text === '' || text === '-') return 'no-request'
  if (text.startsWith('\u0016\u0003') || /^(\\x16\\x03|\\u0016\\u0003)/.test(text)) return 'tls-on-plain-port'
  return /^(?!PRI )[A-Za-z_-]+ [^\\]/s.test(text) ? pageOf(bytes) : 'other-protocol'
}

/**
 * Who made an error: this server, or the last of those behind it; null when it does not show. @param exact 502 and 504
 * are told apart, too
 */
function makerOf(status: number, upstream: string | undefined, exact: boolean): string | null {
  if (upstream === undefined || !(status >= 400)) return null
  const last = upstream.split(/[,:] */).at(-1) as string
  if (last === '' || last === '-' || last === '0') return 'made-here'
  // Of a proxy these two are its own, and written as those of the server behind.
  if (!/^\d{3}$/.test(last) || (!exact && (status === 502 || status === 504))) return null
  return Number(last) === status ? 'made-upstream' : 'made-here'
}

/** The client in all that stands before the time: the first word that looks like an address, else the first. */
function clientOf(prefix: string): string | undefined {
  const words = prefix.split(/[ ,"()[\]]+/).filter(Boolean)
  return value(
    words.find((w) => /^[0-9a-f.:]+$/i.test(w) && !/^..:..:..$/.test(w) && (w.match(/[.:]/g)?.length ?? 0) >= 2) ??
      words[0],
  )
}

/** A URI with its scheme and host, in two. */
function splitUrl(path: string | undefined): { path?: string | undefined; host?: string | undefined } {
  const [, host, rest] = /^https?:\/\/([^/]+)(\/.*)$/s.exec(path ?? '') ?? []
  return host === undefined ? { path } : { path: rest, host: host.replace(/(^[^:]*|\]):[^:]*$/, '$1') }
}

/** A layout whose log is that of a load balancer of AWS. */
const isBalancer = (names: readonly string[]): boolean => names.includes('target_status')

/** The first address of a list, without what stands around it and without its port. */
function clientValue(text: string | undefined, host?: string): string | undefined {
  const first = text?.split(',')[0]?.replace(/^["()[\]]+/, '')
  if (host === undefined) return value(first?.replace(/["()[\]]+$/, ''))
  const colons = first?.match(/:/g)?.length ?? 0
  const bare = (colons === 1 || first?.includes(']:') ? first?.replace(/:\d[^:]*$/, '') : first)?.replace(
    /["()[\]]+$/,
    '',
  )
  return (
    value(bare) ??
    (/^[0-9a-f.:]+$/i.test(host) && (host.match(/[.:]/g)?.length ?? 0) >= 2 && text !== undefined ? host : undefined)
  )
}

function readLayout(line: string, { pattern, names }: ReturnType<typeof layoutPattern>): OracleEntry | undefined {
  const m = pattern.exec(line)
  if (!m) return undefined
  const f = Object.fromEntries(names.map((n, i) => [n, m[i + 1] as string]))
  // A 0 before what may be a status is a time.
  const behind = line.slice(m.indices?.[names.indexOf('status') + 1]?.[1])
  if (!/^(\d{3}|-)$/.test(f.status as string) && (f.status !== '0' || /^.[1-5]\d\d(?!\d)/.test(behind)))
    return undefined
  if (/(^| )-( |$)/.test(f.remote_user ?? '') && f.remote_user !== '-') return undefined
  if (f.body_bytes_sent !== undefined && !/^(\d{1,18}|-)$/.test(f.body_bytes_sent)) return undefined
  const balancer = isBalancer(names)
  const maker = makerOf(Number(f.status), f.upstream_status ?? f.target_status, balancer)
  const written = f.time_local ?? f.time_iso8601 ?? f.msec ?? ''
  // A forged line in a value before the time holds a bracket: the time then begins behind the last one.
  const time = timeOf(written) ?? (written.includes('[') ? timeOf(written.slice(written.lastIndexOf('[') + 1)) : null)
  if (balancer && time === null) return undefined
  const bytes = f.body_bytes_sent ?? f.bytes_sent
  const received = f.request_length ?? f.bytes_received
  const asked =
    f.request === undefined
      ? { method: value(f.request_method), path: value(cutQuery(f.request_uri ?? f.uri ?? '')) }
      : request(f.request)
  return {
    status: f.status === '-' ? null : Number(f.status),
    substatus: null,
    win32Status: null,
    reason:
      f.status === '400' && f.request !== undefined && maker !== 'made-upstream' && !balancer
        ? (reasonOf400(f.request, Number(f.body_bytes_sent)) ?? maker)
        : maker,
    time,
    // CLF's %b is `-` where nothing was sent.
    bytesSent: bytes === undefined ? null : bytes === '-' ? 0 : Number(bytes),
    bytesReceived: /^\d+$/.test(received ?? '') ? Number(received) : null,
    timeTakenUs: /^\d{1,15}(\.\d+)?$/.test(f.request_time ?? f.fraction ?? f.milliseconds ?? '')
      ? Math.round(Number(f.request_time ?? f.fraction ?? f.milliseconds) * (f.milliseconds === undefined ? 1e6 : 1e3))
      : null,
    client:
      f.prefix === undefined
        ? clientValue(f.client_and_port ?? f.remote_addr, f.host ?? '')
        : clientValue(clientOf(f.prefix), f.host ?? ''),
    referer: f.http_referer === undefined ? undefined : value(cutQuery(f.http_referer)),
    userAgent: value(f.http_user_agent),
    host: value(f.host),
    ...asked,
    ...(balancer ? splitUrl(asked.path) : {}),
  }
}

const W3C: Record<string, string> = {
  'c-ip': 'client',
  'cs-method': 'method',
  'cs-uri-stem': 'path',
  'sc-status': 'status',
  'sc-substatus': 'substatus',
  'sc-win32-status': 'win32Status',
  's-reason': 'reason',
  'sc-bytes': 'bytesSent',
  'cs-bytes': 'bytesReceived',
  'time-taken': 'timeTaken',
  'cs(referer)': 'referer',
  'cs(user-agent)': 'userAgent',
  'cs-host': 'host',
  date: 'date',
  time: 'time',
}

function readW3c(line: string, fields: readonly string[]): OracleEntry | undefined {
  const quoted = line.match(/"(?:[^"]|"")*"(?=[ \t]|$)|[^ \t]+/g) ?? []
  const plain = line.match(/[^ \t]+/g) ?? []
  const tabbed = line.split('\t')
  const values =
    fields.length > 1 && tabbed.length === fields.length
      ? tabbed.map((v) => v.replace(/^ +| +$/g, '').replace(/^"(.*)"$/s, '$1'))
      : quoted.length === fields.length
        ? quoted.map((v) => (/^".*"$/s.test(v) && v.length > 1 ? v.slice(1, -1) : v))
        : plain
  if (values.length !== fields.length) return undefined
  const f: Record<string, string> = {}
  fields.forEach((name, i) => {
    const role = W3C[name.toLowerCase()]
    if (role && f[role] === undefined) f[role] = values[i] as string
  })
  if (f.status === undefined || !/^(\d{1,3}|-|-1|)$/.test(f.status)) return undefined
  if (
    f.substatus !== undefined &&
    !(/^\d{1,5}$/.test(f.substatus) && Number(f.substatus) <= 65535) &&
    f.substatus !== '-'
  )
    return undefined
  const d = /^(\d{4})-(\d\d)-(\d\d)$/.exec(f.date ?? '')
  const t = /^(\d\d):(\d\d):(\d\d)/.exec(f.time ?? '')
  const win32 =
    f.win32Status !== undefined && /^\d{1,10}$/.test(f.win32Status) && Number(f.win32Status) <= 0xffffffff
      ? Number(f.win32Status)
      : null
  const number = (text: string | undefined): number | null =>
    text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
  const taken = number(f.timeTaken)
  return {
    status: /^\d+$/.test(f.status) ? Number(f.status) : null,
    substatus: f.substatus === undefined || f.substatus === '-' ? null : Number(f.substatus),
    win32Status: win32,
    reason: f.reason?.startsWith('--') ? null : (value(f.reason) ?? null),
    time:
      d && t
        ? utc(d[1] as string, Number(d[2]), d[3] as string, t[1] as string, t[2] as string, t[3] as string, undefined)
        : null,
    bytesSent: number(f.bytesSent),
    bytesReceived: number(f.bytesReceived),
    timeTakenUs: taken === null ? null : taken * 1000,
    path: f.path === undefined ? undefined : value(cutQuery(f.path)),
    client: clientValue(f.client),
    referer: f.referer === undefined ? undefined : value(cutQuery(f.referer)),
    userAgent: value(f.userAgent),
    host: value(f.host),
    method: value(f.method),
  }
}

const LISTS = ['path', 'client', 'referer', 'userAgent', 'method', 'host'] as const

/**
 * Count a log.
 *
 * @param layouts tried in order on each line; none: a W3C log
 * @param bare    tried first, with nothing behind it
 */
export async function countSlowly(
  input: Uint8Array | Readable,
  layouts: readonly string[],
  bare?: string,
): Promise<OracleCount> {
  const patterns = layouts.map((layout) => layoutPattern(layout))
  if (bare !== undefined) patterns.unshift(layoutPattern(bare, ''))
  const count: OracleCount = { lines: 0, entries: 0, rejected: 0, ignored: 0, withoutTime: 0, codes: new Map() }
  let fields: string[] | undefined
  // latin1: bytes in, bytes out; decoding is the business of whoever prints.
  const bytes = input instanceof Readable ? input : Readable.from([Buffer.from(input)])
  const lines = bytes.setEncoding('latin1').pipe(split2('\n'))
  for await (const raw of lines) {
    const line = (raw as string).replace(/\r$/, '')
    count.lines++
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a line of control characters alone is blank, too
    const blank = /^[\x00-\x20]*$/.test(line)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const comment = /^[\x00-\x20]*#/.test(line)
    if (layouts.length === 0) {
      if (line.startsWith('#')) {
        count.ignored++
        if (/^#fields:/i.test(line))
          fields = line
            .slice(8)
            .trim()
            .split(/[ \t]+/)
            .filter(Boolean)
        continue
      }
      const entry = fields && !blank ? readW3c(line, fields) : undefined
      if (entry) add(count, entry)
      else if (blank || comment) count.ignored++
      else count.rejected++
      continue
    }
    const entry = patterns.map((p) => readLayout(line, p)).find(Boolean)
    if (entry) add(count, entry)
    else if (blank || comment) count.ignored++
    else count.rejected++
  }
  return count
}

function add(count: OracleCount, entry: OracleEntry): void {
  count.entries++
  if (entry.time === null) count.withoutTime++
  const key = `${entry.status}|${entry.substatus}|${entry.win32Status}|${entry.reason}`
  let code = count.codes.get(key)
  if (!code) {
    code = {
      hits: 0,
      bytesSent: null,
      bytesReceived: null,
      timed: null,
      timeTakenUs: null,
      first: null,
      last: null,
      lists: {
        path: new Map(),
        client: new Map(),
        referer: new Map(),
        userAgent: new Map(),
        method: new Map(),
        host: new Map(),
      },
    }
    count.codes.set(key, code)
  }
  code.hits++
  if (entry.bytesSent !== null) code.bytesSent = (code.bytesSent ?? 0) + entry.bytesSent
  if (entry.bytesReceived !== null) code.bytesReceived = (code.bytesReceived ?? 0) + entry.bytesReceived
  if (entry.timeTakenUs !== null) {
    code.timed = (code.timed ?? 0) + 1
    code.timeTakenUs = (code.timeTakenUs ?? 0) + entry.timeTakenUs
  }
  if (entry.time !== null) {
    code.first = code.first === null ? entry.time : Math.min(code.first, entry.time)
    code.last = code.last === null ? entry.time : Math.max(code.last, entry.time)
  }
  for (const name of LISTS) {
    const text = entry[name]
    if (text === undefined) continue
    const list = code.lists[name]
    list.set(text, (list.get(text) ?? 0) + 1)
  }
}
