import type { Words } from '../errors.js'

// Kinds of inputs that are no access logs, told by their first lines.

/** Signs of inputs that are often given by mistake. */
const LOOKALIKES: readonly (readonly [RegExp, Words])[] = [
  [
    /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(debug|info|notice|warn|error|crit|alert|emerg)\]/,
    { en: 'an nginx error log', zh: 'nginx 错误日志' },
  ],
  [/^\[\w{3} \w{3} \d\d? [\d:.]+ \d{4}\] \[/, { en: 'an Apache error log', zh: 'Apache 错误日志' }],
  [
    /^\[\d\d\/\w{3}\/\d{4}:[\d:]+ [+-]\d{4}\] \S+ (TLS|SSL)v[\d.]+ /,
    { en: 'an Apache ssl_request_log, which holds no status', zh: '不含状态码的 Apache ssl_request_log' },
  ],
  [
    /^tls \d\.\d \d{4}-\d\d-\d\dT[\d:]+ net\//,
    {
      en: 'a TLS log of an AWS Network Load Balancer, which holds no status',
      zh: '不含状态码的 AWS 网络负载均衡器 TLS 日志',
    },
  ],
  [
    / -?\d+\/-?\d+\/\+?-?\d+ \+?\d+ [\w-]{2} \d+\/\d+\/\d+\/\d+\/\+?\d+ \d+\/\d+/,
    { en: 'an HAProxy tcplog, which holds no status', zh: '不含状态码的 HAProxy tcplog' },
  ],
  [
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d .*\b(ControlChannel|DataChannel)(Opened|Closed)\b/,
    { en: 'an IIS FTP log', zh: 'IIS FTP 日志' },
  ],
  [/^\s*\{.*"logger":"http\.log\.error/, { en: 'a runtime log of Caddy', zh: 'Caddy 运行日志' }],
  [/^\s*(\{|\[\s*([{["]|$))/, { en: 'JSON of a shape that is not known', zh: '结构未知的 JSON' }],
  [/^<\?xml|^<!doctype|^<html/i, { en: 'XML or HTML', zh: 'XML 或 HTML' }],
  [/^\w{3} [ \d]\d \d\d:\d\d:\d\d \S+ \S+(\[\d+\])?: /, { en: 'a syslog file', zh: 'syslog 文件' }],
  [
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ /,
    { en: 'a W3C log without its #Fields line', zh: '缺少 #Fields 行的 W3C 日志' },
  ],
  [/^[^,;]+(,[^,]*){2,}$|^[^,;]+(;[^;]*){2,}$/, { en: 'a table of separated values (CSV)', zh: '分隔值表格（CSV）' }],
]

/** The kind that most of the first lines are signs of; null when that cannot be told. */
export function guess(texts: readonly string[]): Words | null {
  const first = texts.filter((t) => t.trim()).slice(0, 20)
  if (first.some((t) => t.includes('\0'))) return { en: 'binary data', zh: '二进制数据' }
  for (const [sign, what] of LOOKALIKES) if (first.filter((t) => sign.test(t)).length * 2 > first.length) return what
  return null
}
