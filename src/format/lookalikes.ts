// What an input seems to be that is no access log.

/** Signs of inputs that are often given by mistake. */
const LOOKALIKES: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(debug|info|notice|warn|error|crit|alert|emerg)\]/, 'an nginx error log'],
  [/^\[\w{3} \w{3} \d\d? [\d:.]+ \d{4}\] \[/, 'an Apache error log'],
  [
    /^\[\d\d\/\w{3}\/\d{4}:[\d:]+ [+-]\d{4}\] \S+ (TLS|SSL)v[\d.]+ /,
    'an Apache ssl_request_log, which holds no status',
  ],
  [/^tls \d\.\d \d{4}-\d\d-\d\dT[\d:]+ net\//, 'a TLS log of an AWS Network Load Balancer, which holds no status'],
  [
    / -?\d+\/-?\d+\/\+?-?\d+ \+?\d+ [\w-]{2} \d+\/\d+\/\d+\/\d+\/\+?\d+ \d+\/\d+/,
    'an HAProxy tcplog, which holds no status',
  ],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d .*\b(ControlChannel|DataChannel)(Opened|Closed)\b/, 'an IIS FTP log'],
  [/^\s*\{.*"logger":"http\.log\.error/, 'a runtime log of Caddy'],
  [/^\s*(\{|\[\s*([{["]|$))/, 'JSON of a shape that is not known'],
  [/^<\?xml|^<!doctype|^<html/i, 'XML or HTML'],
  [/^\w{3} [ \d]\d \d\d:\d\d:\d\d \S+ \S+(\[\d+\])?: /, 'a syslog file'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ /, 'a W3C log without its #Fields line'],
  [/^[^,;]+(,[^,]*){2,}$|^[^,;]+(;[^;]*){2,}$/, 'a table of separated values (CSV)'],
]

/** What most of the first lines are signs of; null when that cannot be told. */
export function guess(texts: readonly string[]): string | null {
  const first = texts.filter((t) => t.trim()).slice(0, 20)
  if (first.some((t) => t.includes('\0'))) return 'binary data'
  for (const [sign, what] of LOOKALIKES) if (first.filter((t) => sign.test(t)).length * 2 > first.length) return what
  return null
}
