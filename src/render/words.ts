import type { Basis, Language, Text, Verdict } from '../catalogue/note.js'
import type { ChangeKind } from '../report/compare.js'
import { SHARED_WORDS } from './shared-words.js'

// The words of the text report and of the other outputs for people. {0}, {1} … are filled in.
const OWN_WORDS = {
  requests: { en: '{0} {request|requests}', zh: '{0} 个请求' },
  leftOut: { en: '{0} filtered out', zh: '筛选排除 {0} 个' },
  sent: { en: '{0} sent', zh: '已发送 {0}' },
  notUnderstood: { en: '{0} {line|lines} not understood', zh: '{0} 行无法识别' },
  withoutTime: { en: '{0} without a readable time', zh: '{0} 条没有可读的时间' },
  noEntries: { en: 'No requests: the log is empty.', zh: '没有请求：日志为空。' },
  noneUnderstood: { en: 'No requests: no line of the log could be read.', zh: '没有请求：日志中没有一行可以识别。' },
  noneInRange: { en: 'No requests in this period.', zh: '该时段内没有请求。' },
  logSpans: { en: 'The log runs from {0} to {1} ({2}).', zh: '日志的时间范围为 {0} 至 {1}（{2}）。' },
  noneHas: {
    en: 'No entry of the log has the field that {0} looks at.',
    zh: '日志中没有任何记录包含 {0} 所用的字段。',
  },
  codesThere: { en: 'The codes in it are {0}.', zh: '其中的状态码有 {0}。' },
  noneSelected: { en: 'No requests match the selection.', zh: '没有符合筛选条件的请求。' },
  perBucket: { en: 'requests per {0}', zh: '每{0}请求数' },
  errorsPerBucket: { en: '5xx per {0}', zh: '每{0} 5xx 数' },
  problemsPerBucket: { en: '4xx and 5xx per {0}', zh: '每{0} 4xx 与 5xx 数' },
  peak: { en: 'peak {0} at {1}', zh: '峰值 {0}（{1}）' },
  logEnds: { en: '* the log ends at {0}', zh: '* 日志到 {0} 为止' },
  minute: { en: 'minute', zh: '分钟' },
  minutes: { en: '{0} min', zh: ' {0} 分钟' },
  hour: { en: 'hour', zh: '小时' },
  hours: { en: '{0} h', zh: ' {0} 小时' },
  day: { en: 'day', zh: '天' },
  days: { en: '{0} d', zh: ' {0} 天' },
  needsAttention: { en: 'NEEDS ATTENTION', zh: '需要处理' },
  background: { en: 'BLOCKED OR BACKGROUND', zh: '已拦截或背景噪声' },
  since: { en: 'since {0}, still going on', zh: '自 {0} 起，仍在持续' },
  fromTo: { en: '{0} to {1}', zh: '{0} 至 {1}' },
  firstCheck: { en: 'First:', zh: '首先：' },
  nothingFound: {
    en: 'Nothing needs attention ({0} rules looked).',
    zh: '没有需要处理的问题（已检查 {0} 条规则）。',
  },
  nothingNeedsAttention: {
    en: 'No action needed: all codes are normal or harmless.',
    zh: '无需处理：所有状态码均属正常或无害。',
  },
  quiet: { en: 'NORMAL OR HARMLESS', zh: '正常或无害' },
  allCodes: { en: 'ALL CODES', zh: '全部状态码' },
  class: { en: 'class', zh: '类别' },
  whose: { en: 'verdict', zh: '判定' },
  before: { en: 'before', zh: '此前' },
  now: { en: 'now', zh: '现在' },
  problemHits: { en: 'problems', zh: '问题' },
  code: { en: 'code', zh: '状态码' },
  hits: { en: 'hits', zh: '次数' },
  share: { en: 'share', zh: '占比' },
  first: { en: 'first', zh: '首次' },
  last: { en: 'last', zh: '末次' },
  meaning: { en: 'meaning', zh: '含义' },
  hitsOf: { en: '{0} {hit|hits}', zh: '{0} 次' },
  here: { en: 'Seen', zh: '本次日志' },
  win32: { en: 'Win32', zh: 'Win32' },
  agents: { en: 'Agents', zh: '用户代理' },
  hosts: { en: 'Hosts', zh: '主机' },
  signIn: { en: 'SIGN-IN', zh: '登录' },
  signInAttempts: {
    en: '{0} {attempt|attempts} (clients: {1}): {2} succeeded, {3} failed, {4} left unfinished',
    zh: '{1} 个客户端共尝试 {0} 次：成功 {2} 次，失败 {3} 次，未完成 {4} 次',
  },
  signInAtLeast: {
    en: 'Not all clients were kept, so these numbers are the least there can be.',
    zh: '未保留全部客户端，因此以上数字为最小值。',
  },
  signInSteps: {
    en: '{0} {request was a step|requests were steps} of a handshake, which is no failure when the client is answered later.',
    zh: '其中 {0} 个请求是握手步骤；客户端随后得到响应时不算失败。',
  },
  neverIn: { en: 'never answered', zh: '始终未得到响应' },
  pile: { en: '{0} of them took about {1} s: a timeout', zh: '其中 {0} 个约为 {1} 秒，应为超时' },
  moreValues: { en: '{0} more', zh: '另有 {0} 个' },
  atLeastMoreValues: { en: 'at least {0} more', zh: '至少另有 {0} 个' },
  distinct: { en: '{0} distinct {1} in all', zh: '共 {0} 个不同的{1}' },
  atLeastDistinct: { en: 'at least {0} distinct {1} in all', zh: '至少 {0} 个不同的{1}' },
  approximate: { en: '(±{0})', zh: '（±{0}）' },
  understoodShare: { en: '{0} of {1} lines understood ({2})', zh: '已识别 {1} 行中的 {0} 行（{2}）' },
  fieldExpected: { en: '{0} expected here', zh: '此处应为 {0}' },
  fieldFollowed: { en: '{0} expected here, followed by {1}', zh: '此处应为 {0}，其后为 {1}' },
  fieldIs: { en: 'not a valid {0}', zh: '此处不是有效的 {0}' },
  fitsOther: {
    en: 'This line matches the format {0}. To read such lines:',
    zh: '此行符合格式 {0}。读取这类行请使用：',
  },
  nearest: {
    en: 'Up to column {2} this line matches the format {0}, which has {1} there. If the log has a custom format, adapt this one:',
    zh: '此行在第 {2} 列之前与格式 {0} 一致，该格式在此处是 {1}。如果日志使用自定义格式，请在此基础上修改：',
  },
  mostlyUnknown: {
    en: 'Most lines were not understood. This report covers only the others.',
    zh: '大多数行无法识别。本报告仅涉及其余各行。',
  },
  at: { en: '{0}, line {1} (byte {2})', zh: '{0}，第 {1} 行（第 {2} 字节）' },
  next: { en: 'Next', zh: '下一步' },
  meanTime: { en: 'mean time taken {0}', zh: '平均耗时 {0}' },
  selected: { en: 'Selected: {0} to {1}', zh: '所选时段：{0} 至 {1}' },
  selectedFrom: { en: 'Selected: from {0} on', zh: '所选时段：{0} 起' },
  selectedUntil: { en: 'Selected: up to {0}', zh: '所选时段：截至 {0}' },
  widened: {
    en: 'widened to full hours or days, by which counts of that age are kept',
    zh: '已扩展到整小时或整天，因为较早的计数按小时或按天保存',
  },
  listsOfDays: {
    en: 'Paths, clients, other lists and percentiles are kept by day: they cover all of {0}.',
    zh: '路径、客户端等列表和百分位数按天保存，因此覆盖 {0} 全天。',
  },
  comparedShort: { en: 'Compared with {0}:', zh: '与 {0} 对比：' },
  timeTaken: { en: 'TIME TAKEN', zh: '耗时' },
  longest: { en: 'longest', zh: '最长' },
  comparedWith: { en: 'COMPARED WITH {0}', zh: '与 {0} 对比' },
  databaseOf: { en: '{0} ({1})', zh: '{0}（{1}）' },
  requestsBoth: { en: '{0} requests, {1} before', zh: '{0} 个请求，此前 {1} 个' },
  noneToCompare: {
    en: 'One of both has no requests: there is nothing to compare.',
    zh: '其中一方没有请求，无法对比。',
  },
  nothingChanged: { en: 'Nothing changed.', zh: '没有变化。' },
  changedFindings: { en: 'Findings', zh: '问题' },
  changedPaths: { en: 'Paths with 4xx and 5xx', zh: '出现 4xx 和 5xx 的路径' },
  pathsByDay: {
    en: 'Paths are kept by day: choose whole days to compare them.',
    zh: '路径按天保存：选择整天的时段才能对比。',
  },
  was: { en: 'was {0}', zh: '此前 {0}' },
  moreRows: { en: '{0} more', zh: '另有 {0} 项' },
  tooFew: { en: 'Too few to tell from chance: {0}', zh: '数量太少，可能只是偶然：{0}' },
  changeRule: {
    en: 'A change is listed if chance alone would show it in less than 1 of {0} such reports (exact binomial test of the shares of all requests) and if the share became {1} times as large or small.',
    zh: '只列出这样的变化：仅由偶然造成的可能性低于 {0} 份报告中的 1 份（对占全部请求的比例做二项精确检验），且占比变为 {1} 倍以上或以下。',
  },
  byHost: { en: 'BY HOST, the worst first', zh: '按主机（最严重的在前）' },
  bySite: { en: 'BY SITE, the worst first', zh: '按站点（最严重的在前）' },
  byServer: { en: 'BY SERVER, the worst first', zh: '按服务器（最严重的在前）' },
  bySource: { en: 'BY LOG, the worst first', zh: '按日志（最严重的在前）' },
  noHost: { en: '(no host)', zh: '（无主机）' },
  problems: { en: '{0} {problem|problems}', zh: '{0} 个问题' },
  moreSections: { en: '{0} more, {1} requests', zh: '另有 {0} 个，共 {1} 个请求' },
  more: { en: '{0} more, listed under ALL CODES', zh: '另有 {0} 项，见“全部状态码”' },
  moreCodes: {
    en: '{0} more {code|codes}, {1} hits: choose some with -s to see them',
    zh: '另有 {0} 个状态码，共 {1} 次：可用 -s 选择后查看',
  },
  moreInputs: { en: 'and {0} more', zh: '等另外 {0} 个' },
  firstSeen: { en: 'first {0}, last {1}', zh: '首次出现 {0}，最后出现 {1}' },
  noExplanation: { en: 'not in the catalogue; counted as logged', zh: '目录中没有此项；按日志中的原值计数' },
} as const satisfies Record<string, Text>

// The page's script leaves out an unused call marked as pure; an unused spread would stay in it.
const WORDS = /* @__PURE__ */ Object.assign(OWN_WORDS, SHARED_WORDS)

export type Word = keyof typeof WORDS

/** A word or sentence in a language, its places filled in. */
export function say(language: Language, word: Word, ...values: readonly (string | number)[]): string {
  const text: string = WORDS[word][language]
  // English says "1 line"; a word in brackets gives both forms: {line|lines}.
  const counted = text.replace(/\{([^{}|]+)\|([^{}|]+)\}/g, (_, one: string, many: string) =>
    String(values[0]) === '1' ? one : many,
  )
  return counted.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)] ?? ''))
}

export const VERDICT_WORDS: Readonly<Record<Verdict, Text>> = {
  normal: { en: 'normal', zh: '正常' },
  noise: { en: 'noise', zh: '噪声' },
  client: { en: 'client', zh: '客户端' },
  auth: { en: 'auth', zh: '身份验证' },
  server: { en: 'server', zh: '服务器' },
  backend: { en: 'backend', zh: '后端' },
  config: { en: 'config', zh: '配置' },
  security: { en: 'security', zh: '安全' },
  unknown: { en: 'unknown', zh: '未知' },
}

export const CHANGE_WORDS: Readonly<Record<ChangeKind, Text>> = {
  new: { en: 'new', zh: '新增' },
  more: { en: 'more', zh: '增多' },
  fewer: { en: 'fewer', zh: '减少' },
  gone: { en: 'gone', zh: '消失' },
}

export const REASON_WORDS: Readonly<Record<string, Text>> = {
  unknown: { en: 'match no known format', zh: '不符合任何已知格式' },
  layout: { en: 'do not match the log format', zh: '与日志格式不符' },
  'field-count': { en: 'number of values does not match #Fields', zh: '值的个数与 #Fields 不一致' },
  status: { en: 'status is not a number', zh: '状态码不是数字' },
  substatus: { en: 'sub-status is not a number', zh: '子状态不是数字' },
  bytes: { en: 'size is not a number', zh: '字节数不是数字' },
  'too-long': { en: 'longer than 2 MiB', zh: '超过 2 MiB' },
  'no-fields': { en: 'before the first #Fields line', zh: '出现在首个 #Fields 行之前' },
}

/** Bases of statements of the catalogue. */
export const BASIS_WORDS: Readonly<Record<Basis, Text>> = {
  documented: { en: 'documented', zh: '有文档记载' },
  observed: { en: 'seen in public logs', zh: '见于公开日志' },
  derived: { en: 'derived', zh: '推导得出' },
}
