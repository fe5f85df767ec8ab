import { InvalidArgumentError, Option } from 'commander'
import { LANGUAGES } from '../catalogue/note.js'
import type { Words } from '../errors.js'
import { SERVERS } from '../format/format.js'
import { GROUPINGS, OUTPUT_KINDS, TABLE_NAMES } from './kinds.js'
import { said, systemLanguage } from './messages.js'

// Options that several commands share. Each is made anew for each command, in the language of the user.

export const option = (flags: string, words: Words): Option => new Option(flags, said(words))

/** Parses a whole number from 1. */
export function whole(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1)
    throw new InvalidArgumentError(
      said({ en: 'The value must be a whole number from 1.', zh: '必须是从 1 开始的整数。' }),
    )
  return n
}

const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value]

const logTz = (): Option =>
  option('--log-tz <zone>', {
    en: 'time zone of timestamps that lack one (HAProxy, IIS native format)',
    zh: '不带时区的时间所属的时区（HAProxy、IIS 原生格式）',
  }).default(undefined, 'UTC')
const logFormat = (): Option =>
  option('--log-format <format>', {
    en: 'a name (logstat formats lists them), a pasted log_format or LogFormat, or the path of an nginx.conf; detected automatically if omitted',
    zh: '格式名（logstat formats 可列出）、粘贴的 log_format 或 LogFormat，或 nginx.conf 的路径；省略时自动识别',
  })
const pattern = (): Option =>
  option('--pattern <regex>', {
    en: "read lines with a regular expression that has named groups: '(?<clientIp>\\S+) … (?<status>\\d{3})'",
    zh: "用带命名组的正则表达式读取各行：'(?<clientIp>\\S+) … (?<status>\\d{3})'",
  })
const fields = (): Option =>
  option('--fields <names>', {
    en: "the fields of a W3C log that has lost its #Fields line: 'date time c-ip cs-method … sc-status'",
    zh: "缺少 #Fields 行的 W3C 日志的字段：'date time c-ip cs-method … sc-status'",
  })
export const format = (kinds: readonly string[] = OUTPUT_KINDS): Option =>
  option('--format <kind>', { en: 'kind of output', zh: '输出类型' }).choices([...kinds])
const output = (): Option =>
  option('-o, --output <file>', {
    en: 'write to a file instead; its extension (.txt, .json, .html, .md, .csv, .tsv, .prom) chooses the kind',
    zh: '写入文件；由扩展名（.txt、.json、.html、.md、.csv、.tsv、.prom）决定类型',
  })
const status = (): Option =>
  option('-s, --status <codes>', {
    en: 'only these codes, ! leaves out: 4xx,!404,401.2,503.*,401.1/1326,win32:64',
    zh: '只包括这些状态码，! 表示排除：4xx,!404,401.2,503.*,401.1/1326,win32:64',
  })
const path = (): Option =>
  option('--path <pattern>', {
    en: 'only this path, without its query; * stands for anything, ! in front leaves out; may be repeated',
    zh: '只包括该路径（不含查询字符串）；* 表示任意内容，前面加 ! 表示排除；可重复',
  }).argParser(collect)
const client = (): Option =>
  option('--client <pattern>', {
    en: 'only this client: an address, a network (10.0.0.0/8, 2001:db8::/32) or "192.0.2.*"; same syntax as --path',
    zh: '只包括该客户端：地址、网段（10.0.0.0/8、2001:db8::/32）或 "192.0.2.*"；写法同 --path',
  }).argParser(collect)
const method = (): Option =>
  option('--method <pattern>', {
    en: 'only this method; same syntax as --path',
    zh: '只包括该请求方法；写法同 --path',
  }).argParser(collect)
const host = (): Option =>
  option('--host <pattern>', {
    en: 'only this host or site, if the log names one; same syntax as --path',
    zh: '只包括该主机或站点（日志有记录时）；写法同 --path',
  }).argParser(collect)
const source = (): Option =>
  option('--source <log>', {
    en: 'only this log of the database: its number, name or path, * stands for anything; may be repeated',
    zh: '只包括数据库中的该日志：编号、名称或路径，* 表示任意内容；可重复',
  }).argParser(collect)
const by = (): Option =>
  option('--by <what>', {
    en: 'a section for each host, site (W3SVCn or another folder of logs, s-sitename or cs-host of IIS), log or server, the worst first',
    zh: '按主机、站点（W3SVCn 等日志目录，或 IIS 的 s-sitename、cs-host）、日志或服务器分节，最严重的在前',
  }).choices([...GROUPINGS])
const compare = (): Option =>
  option('--compare <with>', {
    en: 'tell what is new, gone, more and fewer: than in "previous" (as much time before), in A of A..B (2026-10..2026-11, yesterday..today), or in another database',
    zh: '列出新增、消失、增多、减少的项：对比 previous（此前同样长的时段）、A..B 中的 A（2026-10..2026-11、yesterday..today）或另一个数据库',
  })
const since = (): Option =>
  option('--since <time>', {
    en: 'only from this time on: 2026-11-22, "2026-11-22 14:00" (in --tz), 2026-11-22T14:00Z, 2026-10, yesterday, today, 14:00, or 2h, 3d for so long ago',
    zh: '只包括此时间之后：2026-11-22、"2026-11-22 14:00"（按 --tz）、2026-11-22T14:00Z、2026-10、yesterday、today、14:00，或 2h、3d（表示多久以前）',
  })
const until = (): Option =>
  option('--until <time>', {
    en: 'only before this time (same syntax as --since)',
    zh: '只包括此时间之前（写法同 --since）',
  })
export const server = (): Option =>
  option('--server <name>', {
    en: 'explain codes as this server means them, whatever the log implies',
    zh: '按该服务器的含义解释状态码，不论日志来自哪里',
  }).choices([...SERVERS])
export const owner = (): Option =>
  option('--server <name>', {
    en: 'product whose definition to use: iis, nginx, cloudflare, …',
    zh: '采用哪个产品的定义：iis、nginx、cloudflare……',
  })
export const lang = (choices: readonly string[] = LANGUAGES): Option =>
  option('--lang <language>', {
    en: 'language of what is printed; as in LANG if omitted',
    zh: '输出所用的语言；省略时取自环境变量 LANG',
  })
    .choices([...choices])
    .default(systemLanguage())
export const tz = (): Option =>
  option('--tz <zone>', {
    en: 'time zone of printed times and of days, e.g. Asia/Shanghai (default: that of this machine)',
    zh: '显示时间和划分日期所用的时区，例如 Asia/Shanghai（默认：本机时区）',
  })
const table = (): Option =>
  option('--table <name>', {
    en: 'which table CSV or TSV holds (default: codes; of logstat iis: win32)',
    zh: 'CSV 或 TSV 包含哪个表（默认 codes；logstat iis 为 win32）',
  }).choices([...TABLE_NAMES])
const top = (): Option =>
  option('--top <n>', {
    en: 'how many paths, clients, … of each list to report (default: 10, in text a few of them)',
    zh: '每个列表报告多少个路径、客户端等（默认 10 个，文本报告只显示其中几个）',
  }).argParser(whole)
export const db = (): Option => option('--db <file>', { en: 'SQLite database file', zh: 'SQLite 数据库文件' })
export const centre = (): Option =>
  option('--to <url>', {
    en: 'the centre: postgres://USER@HOST/DATABASE (password from ~/.pgpass or PGPASSWORD) or clickhouse://…',
    zh: '中心库：postgres://USER@HOST/DATABASE（密码取自 ~/.pgpass 或 PGPASSWORD）或 clickhouse://…',
  })
export const asServer = (): Option =>
  option('--as <name>', {
    en: 'name of this server at the centre (default: its host name)',
    zh: '本服务器在中心库中的名称（默认：主机名）',
  })
export const alsoPush = (): Option =>
  option('--push <url>', {
    en: 'push what is new to a centre as well, as logstat push does',
    zh: '同时将新内容推送到中心库，与 logstat push 相同',
  })
export const color = (): Option =>
  option('--color <when>', {
    en: 'whether to print in colours; auto: on a terminal, unless NO_COLOR is set',
    zh: '是否使用颜色；auto：在终端上使用，除非设置了 NO_COLOR',
  })
    .choices(['auto', 'always', 'never'])
    .default('auto')
export const noPager = (): Option =>
  option('--no-pager', {
    en: 'print at once, even if the terminal has fewer lines ($LOGSTAT_PAGER, $PAGER or less shows it otherwise)',
    zh: '直接输出，即使终端行数不够（否则由 $LOGSTAT_PAGER、$PAGER 或 less 分页显示）',
  })
export const brief = (): Option =>
  option('--brief', {
    en: 'end the text report after the findings',
    zh: '文本报告到发现的问题为止',
  }).helpGroup(said(PRINTING))
const force = (): Option =>
  option('--force', {
    en: 'read a log although most of its lines are not understood',
    zh: '即使大多数行无法识别，也读取该日志',
  })
const jobs = (): Option =>
  option('-j, --jobs <n>', {
    en: 'number of threads (default: one per core); the result is the same for any number',
    zh: '线程数（默认：每个核心一个）；结果与线程数无关',
  }).argParser(whole)
export const config = (): Option =>
  option('--config <file>', {
    en: 'custom formats and default options (default: logstat.config.json, if it exists)',
    zh: '自定义格式和默认选项（默认：logstat.config.json，如果存在）',
  })
export const quiet = (): Option =>
  option('-q, --quiet', { en: 'no progress and no notes on standard error', zh: '不在标准错误上显示进度和提示' })
export const failOn = (): Option =>
  option('--fail-on <threshold>', {
    en: "exit with 1 if the requests exceed this, e.g. '5xx > 2%', '503.* > 10', '5xx of people > 2% and requests > 500' (docs/cron.md); may be repeated",
    zh: "请求超过该阈值时以 1 退出，例如 '5xx > 2%'、'503.* > 10'、'5xx of people > 2% and requests > 500'（docs/cron.md）；可重复",
  }).argParser(collect)
export const minRequests = (): Option =>
  option('--min-requests <n>', {
    en: 'of fewer requests, a share is taken of this number, and a time exceeds nothing (default: 120)',
    zh: '请求数少于该值时，比例按该值计算，耗时不触发阈值（默认：120）',
  }).argParser(whole)

const group = (heading: Words, ...options: readonly Option[]): Option[] =>
  options.map((each) => each.helpGroup(said(heading)))
const READING: Words = { en: 'Reading:', zh: '读取：' }
const CHOOSING: Words = { en: 'Choosing requests:', zh: '选择请求：' }
const PRINTING: Words = { en: 'Printing:', zh: '输出：' }

export const formats = (): Option[] => group(READING, logFormat(), pattern(), fields())
export const reading = (): Option[] => [...formats(), ...group(READING, logTz(), server(), jobs(), force(), quiet())]
export const filtering = (): Option[] => group(CHOOSING, since(), until(), path(), client(), method(), host())
/** Options that choose of a database. Hidden ones are refused with the command that reads the logs. */
export const selecting = (): Option[] => [
  ...group(CHOOSING, since(), until(), host(), source()),
  ...[path(), client(), method()].map((each) => each.hideHelp()),
  ...group(PRINTING, by(), compare()),
]
/** Options of reports on whole logs. */
export const comparing = (): Option[] => group(PRINTING, by(), compare())
/** Options that choose of logs, or of a database. */
export const filteringOrSelecting = (): Option[] => [
  ...filtering(),
  ...group(CHOOSING, source()),
  ...group(PRINTING, by(), compare()),
]
export const printing = (): Option[] => [
  ...group(CHOOSING, status()),
  ...group(PRINTING, format(), output(), table(), lang(), tz(), top(), color(), noPager()),
]
