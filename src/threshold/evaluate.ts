import type { Words } from '../errors.js'
import {
  type Comparison,
  type Condition,
  isPercentile,
  type Limit,
  type Operator,
  SEVERITIES,
  type Severity,
} from './grammar.js'

/** Facts that thresholds are judged by: the numbers of a period, never of a selection. null: not known. */
export interface Facts {
  readonly requests: number | null
  /** Requests that are neither normal nor noise. */
  readonly problems: number | null
  readonly lines: number
  readonly rejected: number
  /** Requests with a code, as `--status` names it. */
  readonly hitsOf: (code: string) => number | null
  /** Time within which that many percent of the requests were answered, in ms. */
  readonly percentileMs: (percent: number) => number | null
  /** The same numbers for people only: browsers and apps, no bots, monitors and scanners. */
  readonly people: Facts | null
  /** The same numbers for a host or path. */
  readonly within: (kind: 'host' | 'path', pattern: string) => Facts | null
  /** The same numbers of the period before; null: nothing is known of it. */
  readonly previous: Facts | null
  /** Names of codes that did not occur in the period before. */
  readonly newCodes: readonly string[]
  readonly findings: readonly { readonly id: string; readonly severity: Severity; readonly title: Words }[]
}

/** A condition, and how the user wrote it. */
export interface Threshold {
  readonly text: string
  readonly condition: Condition
}

/** A threshold held against the facts. */
export interface Judged {
  readonly text: string
  /** null: the threshold could not be judged, because log or database do not have what it asks for. */
  readonly exceeded: boolean | null
  /** The value, with the counts behind it: `4.1 % (312 of 7,610)`. */
  readonly value: Words
}

/** Requests below which a percentage or a percentile is no evidence. */
const LEAST_REQUESTS = 120

export function judge({ text, condition }: Threshold, facts: Facts, leastRequests: number = LEAST_REQUESTS): Judged {
  return { text, ...outcome(condition, facts, leastRequests) }
}

type Outcome = Pick<Judged, 'exceeded' | 'value'>

function outcome(condition: Condition, facts: Facts, least: number): Outcome {
  switch (condition.kind) {
    case 'or':
    case 'and': {
      const parts = condition.parts.map((part) => outcome(part, facts, least))
      return {
        exceeded: combine(condition.kind, parts),
        value: joined(
          parts.map(({ value }) => value),
          '; ',
          '；',
        ),
      }
    }
    case 'no-data':
      return { exceeded: facts.requests === 0, value: counted(facts.requests ?? 0) }
    case 'new-code':
      return {
        exceeded: facts.newCodes.length > 0,
        value: facts.newCodes.length > 0 ? same(facts.newCodes.join(', ')) : { en: 'none', zh: '无' },
      }
    case 'finding':
      return found(facts.findings.filter(({ id }) => id === condition.id))
    case 'severity': {
      const from = SEVERITIES.indexOf(condition.least)
      return found(facts.findings.filter(({ severity }) => SEVERITIES.indexOf(severity) >= from))
    }
    case 'comparison':
      return compared(condition, facts, least)
  }
}

function found(findings: Facts['findings']): Outcome {
  if (findings.length === 0) return { exceeded: false, value: { en: 'no finding', zh: '无发现' } }
  return {
    exceeded: true,
    value: joined(
      findings.map(({ title }) => title),
      '; ',
      '；',
    ),
  }
}

/** Conditions have three values: an unknown part decides only where the other parts do not. */
function combine(kind: 'or' | 'and', parts: readonly Outcome[]): boolean | null {
  const decisive = kind === 'or'
  if (parts.some(({ exceeded }) => exceeded === decisive)) return decisive
  return parts.some(({ exceeded }) => exceeded === null) ? null : !decisive
}

function compared(comparison: Comparison, whole: Facts, least: number): Outcome {
  const { measure, operator, limit } = comparison
  const facts = scoped(comparison, whole)
  if (!facts) return UNKNOWN
  if (whole.requests === 0 && measure !== 'requests' && measure !== 'rejected')
    return { exceeded: null, value: { en: 'no requests', zh: '没有请求' } }
  if (isPercentile(measure)) return percentile(measure, operator, limit, facts, least)
  const count = countOf(measure, facts)
  if (count === null) return UNKNOWN
  if (limit.kind === 'previous') {
    const { previous } = whole
    const before = previous && scoped(comparison, previous)
    const was = before ? countOf(measure, before) : null
    if (was === null) return { exceeded: false, value: nothingBefore(number(count)) }
    return { exceeded: holds(count, operator, was * limit.n), value: withBefore(number(count), number(was)) }
  }
  if (limit.kind === 'count') return { exceeded: holds(count, operator, limit.n), value: same(number(count)) }
  const base = measure === 'rejected' ? facts.lines : facts.requests
  if (base === null) return UNKNOWN
  const value = share(count, base)
  if (base >= least) return { exceeded: holds((count / base) * 100, operator, limit.n), value }
  // A handful of requests says little; if even so many requests as are asked for would exceed the limit, enough is
  // known.
  const isAlarming = operator.startsWith('>') && holds((count / least) * 100, operator, limit.n)
  return { exceeded: isAlarming, value: isAlarming ? value : tooFew(value) }
}

function scoped({ scopes, ofPeople }: Comparison, whole: Facts): Facts | null {
  let facts: Facts | null = whole
  for (const { kind, pattern } of scopes) facts = facts?.within(kind, pattern) ?? null
  return ofPeople ? (facts?.people ?? null) : facts
}

function percentile(measure: string, operator: Operator, limit: Limit, facts: Facts, least: number): Outcome {
  const now = facts.percentileMs(Number(measure.slice(1)))
  if (now === null) return { exceeded: null, value: { en: 'no time taken is known', zh: '没有耗时数据' } }
  const value = milliseconds(now)
  if ((facts.requests ?? 0) < least) return { exceeded: false, value: tooFew(same(value)) }
  if (limit.kind !== 'previous') return { exceeded: holds(now, operator, limit.n), value: same(value) }
  const before = facts.previous?.percentileMs(Number(measure.slice(1))) ?? null
  if (before === null) return { exceeded: false, value: nothingBefore(value) }
  return { exceeded: holds(now, operator, before * limit.n), value: withBefore(value, milliseconds(before)) }
}

const COUNTS: Readonly<Record<string, (facts: Facts) => number | null>> = {
  requests: ({ requests }) => requests,
  problems: ({ problems }) => problems,
  rejected: ({ rejected }) => rejected,
}
const countOf = (measure: string, facts: Facts): number | null => (COUNTS[measure] ?? ((f) => f.hitsOf(measure)))(facts)

const HOLDS: Readonly<Record<Operator, (value: number, limit: number) => boolean>> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '=': (value, limit) => value === limit,
}
const holds = (value: number, operator: Operator, limit: number): boolean => HOLDS[operator](value, limit)

// Values, in words.

const same = (text: string): Words => ({ en: text, zh: text })
const number = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')
const milliseconds = (ms: number): string => `${number(Math.round(ms))} ms`
const joined = (all: readonly Words[], en: string, zh: string): Words => ({
  en: all.map((words) => words.en).join(en),
  zh: all.map((words) => words.zh).join(zh),
})
const UNKNOWN: Outcome = {
  exceeded: null,
  value: { en: 'not known of such requests', zh: '没有这类请求的数据' },
}

/** A share with its counts: `4.1 % (312 of 7,610)`. */
export function share(part: number, whole: number): Words {
  const percent = whole === 0 ? '–' : `${Number(((part / whole) * 100).toFixed(2))}`
  return {
    en: `${percent} % (${number(part)} of ${number(whole)})`,
    zh: `${percent}%（${number(whole)} 中的 ${number(part)}）`,
  }
}
const counted = (n: number): Words => ({
  en: `${number(n)} ${n === 1 ? 'request' : 'requests'}`,
  zh: `${number(n)} 个请求`,
})
const tooFew = ({ en, zh }: Words): Words => ({
  en: `${en}: too few requests to judge`,
  zh: `${zh}：请求太少，无法判断`,
})
const withBefore = (now: string, before: string): Words => ({
  en: `${now} (${before} before)`,
  zh: `${now}（之前 ${before}）`,
})
const nothingBefore = (now: string): Words => ({
  en: `${now}, with nothing before to compare`,
  zh: `${now}，之前没有可比较的数据`,
})
