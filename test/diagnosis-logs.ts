// Logs for the rules of diagnosis: a small site on an ordinary day, and what happens to it.

export interface Line {
  readonly ip?: string
  readonly path?: string
  readonly query?: string
  readonly method?: string
  readonly status?: number
  readonly bytes?: number
  readonly referer?: string
  readonly agent?: string
  readonly user?: string
  readonly seconds?: number
  readonly sub?: number
  readonly win32?: number
}
export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
export const OWN = 'https://www.example.com'
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const START = Date.UTC(2026, 9, 5)
/** Seconds into the day → a line of it. */
export type Writer = (s: number, line: Line) => string

export const clf: Writer = (
  s,
  {
    ip = '203.0.113.1',
    path = '/',
    query,
    method = 'GET',
    status = 200,
    bytes = 2326,
    referer = '-',
    agent = BROWSER,
    user = '-',
    seconds,
  },
) => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(
    new Date(START + s * 1000).toUTCString(),
  ) as RegExpExecArray
  if (!MONTHS.includes(month as string)) throw new Error(`no month: ${month}`)
  const taken = seconds === undefined ? '' : ` rt=${seconds.toFixed(3)}`
  return `${ip} - ${user} [${day}/${month}/${year}:${time} +0000] "${method} ${path}${query === undefined ? '' : `?${query}`} HTTP/1.1" ${status} ${bytes} "${referer}" "${agent}"${taken}`
}
const FIELDS =
  '#Fields: date time cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes time-taken'
export const iis: Writer = (
  s,
  {
    ip = '203.0.113.1',
    path = '/',
    query = '-',
    method = 'GET',
    status = 200,
    bytes = 2326,
    referer = '-',
    agent = BROWSER,
    user = '-',
    seconds = 0.02,
    sub = 0,
    win32 = 0,
  },
) => {
  const time = new Date(START + s * 1000).toISOString()
  return `${time.slice(0, 10)} ${time.slice(11, 19)} ${method} ${path} ${query} 443 ${user} ${ip} ${agent.replaceAll(' ', '+')} ${referer} ${status} ${sub} ${win32} ${bytes} ${Math.round(seconds * 1000)}`
}
const HTTPERR_FIELDS =
  '#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename'
export const httperr = (
  s: number,
  { ip = '203.0.113.1', path = '/', status }: Line,
  reason: string,
  queue = 'DefaultAppPool',
): string => {
  const time = new Date(START + s * 1000).toISOString()
  return `${time.slice(0, 10)} ${time.slice(11, 19)} ${ip} 50123 192.0.2.10 80 HTTP/1.1 GET ${path} ${status ?? '-'} 1 ${reason} ${queue}`
}
export const httperrLog = (lines: readonly string[]): string => `${HTTPERR_FIELDS}\n${lines.join('\n')}\n`

/** The address of visitor n. */
export const visitor = (n: number): string => `198.51.100.${1 + (n % 150)}`
const PAGES = ['/', '/oak', '/pine', '/contact', '/cart']

/** Visits over a day: a page, a style and a picture each, of sizes that differ. */
export function visits(write: Writer = clf, n = 600, from = 0, to = 86400): [number, string][] {
  const lines: [number, string][] = []
  for (let i = 0; i < n; i++) {
    const s = from + Math.floor((i * (to - from)) / n)
    const page = PAGES[i % PAGES.length] as string
    const line: Line = { ip: visitor(i * 7), path: page, bytes: 3000 + ((i * 37) % 900) }
    lines.push([s, write(s, line)])
    for (const asset of ['/css/site.css', '/img/oak.png'])
      lines.push([
        s + 1,
        write(s + 1, { ...line, path: asset, bytes: 9000 + ((i * 53) % 900), referer: `${OWN}${page}` }),
      ])
  }
  return lines
}

/** A log in the order of time. */
export function log(...parts: readonly (readonly [number, string])[][]): string {
  const isIis = parts.some((part) => part.some(([, line]) => /^\d{4}-/.test(line)))
  const lines = parts.flat().sort((a, b) => a[0] - b[0])
  return `${isIis ? `${FIELDS}\n` : ''}${lines.map(([, line]) => line).join('\n')}\n`
}

/** n lines from a time on, `every` so many seconds. */
export function series(
  n: number,
  from: number,
  every: number,
  line: (i: number) => Line,
  write: Writer = clf,
): [number, string][] {
  return Array.from({ length: n }, (_, i) => [from + i * every, write(from + i * every, line(i))])
}
