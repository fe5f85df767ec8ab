import type { Comparison, Condition, Limit, Operator, Severity } from './grammar.js'
import { isPercentile, printThreshold, SEVERITIES } from './grammar.js'

/** What thresholds are computed from: the numbers of a period, never of a selection. null: not known. */
export interface Facts {
  readonly requests: number
  readonly problems: number
  readonly lines: number
  readonly rejected: number
  /** Requests with a code, as `--status` names it. */
  readonly hitsOf: (code: string) => number
  /** Time that so many percent of the requests took at most, in ms. */
  readonly percentileMs: (percent: number) => number | null
  /** The same numbers for people only: browsers and apps, no bots, monitors and scanners. */
  readonly people: Facts | null
  /** The same numbers for a host or path. */
  readonly within: (kind: 'host' | 'path', pattern: string) => Facts | null
  /** The same numbers of the period before; null: nothing is known of it. */
  readonly previous: Facts | null
  readonly newCodes: readonly string[]
  readonly findings: readonly { readonly id: string; readonly severity: Severity }[]
}

/** One condition held against the facts. */
export interface Judged {
  readonly text: string
  /** null: could not be judged, because the log or the database does not have what it asks for. */
  readonly exceeded: boolean | null
  /** The value, with the counts behind it: `4.1 % (312 of 7,610)`. */
  readonly value: string
}

/** Requests below which a percentage or a percentile is no evidence. */
export const LEAST_REQUESTS = 120

export function judge(condition: Condition, facts: Facts, leastRequests: number = LEAST_REQUESTS): Judged {
  return { text: printThreshold(condition), ...outcome(condition, facts, leastRequests) }
}

type Outcome = Pick<Judged, 'exceeded' | 'value'>

function outcome(condition: Condition, facts: Facts, least: number): Outcome {
  switch (condition.kind) {
    case 'or':
    case 'and': {
      const parts = condition.parts.map((part) => outcome(part, facts, least))
      return { exceeded: combine(condition.kind, parts), value: parts.map(({ value }) => value).join('; ') }
    }
    case 'no-data':
      return { exceeded: facts.requests === 0, value: requests(facts.requests) }
    case 'new-code':
      return { exceeded: facts.newCodes.length > 0, value: facts.newCodes.join(', ') || 'none' }
    case 'finding': {
      const found = facts.findings.filter(({ id }) => id === condition.id).length
      return { exceeded: found > 0, value: found === 0 ? 'not found' : `found ${times(found)}` }
    }
    case 'severity': {
      const found = facts.findings.filter(({ severity }) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(condition.least))
      return { exceeded: found.length > 0, value: found.map(({ id }) => id).join(', ') || 'no finding' }
    }
    case 'comparison':
      return compared(condition, facts, least)
  }
}

/** Three-valued: what is unknown decides only where the rest does not. */
function combine(kind: 'or' | 'and', parts: readonly Outcome[]): boolean | null {
  const decisive = kind === 'or'
  if (parts.some(({ exceeded }) => exceeded === decisive)) return decisive
  return parts.some(({ exceeded }) => exceeded === null) ? null : !decisive
}

function compared({ scopes, measure, ofPeople, operator, limit }: Comparison, whole: Facts, least: number): Outcome {
  let facts: Facts | null = whole
  for (const { kind, pattern } of scopes) facts = facts?.within(kind, pattern) ?? null
  if (ofPeople) facts = facts?.people ?? null
  if (!facts) return { exceeded: null, value: 'not known for this host, path or group' }
  if (isPercentile(measure)) return percentile(measure, operator, limit, facts, least)
  const count = countOf(measure, facts)
  if (limit.kind === 'previous') {
    if (!facts.previous) return { exceeded: false, value: `${number(count)}, nothing before to compare with` }
    const before = countOf(measure, facts.previous)
    return { exceeded: holds(count, operator, before * limit.n), value: `${number(count)} (${number(before)} before)` }
  }
  if (limit.kind === 'count') return { exceeded: holds(count, operator, limit.n), value: number(count) }
  const base = measure === 'rejected' ? facts.lines : facts.requests
  const value = `${percent(count, base)} (${number(count)} of ${number(base)})`
  if (base < least) return { exceeded: false, value: `${value}: too few to judge a share` }
  return { exceeded: holds((count / base) * 100, operator, limit.n), value }
}

function percentile(measure: string, operator: Operator, limit: Limit, facts: Facts, least: number): Outcome {
  const now = facts.percentileMs(Number(measure.slice(1)))
  if (now === null) return { exceeded: null, value: 'the log has no time taken' }
  const value = milliseconds(now)
  if (facts.requests < least) return { exceeded: false, value: `${value}: too few requests (${number(facts.requests)})` }
  if (limit.kind !== 'previous') return { exceeded: holds(now, operator, limit.n), value }
  const before = facts.previous?.percentileMs(Number(measure.slice(1))) ?? null
  if (before === null) return { exceeded: false, value: `${value}, nothing before to compare with` }
  return { exceeded: holds(now, operator, before * limit.n), value: `${value} (${milliseconds(before)} before)` }
}

const COUNTS: Readonly<Record<string, (facts: Facts) => number>> = {
  requests: ({ requests }) => requests,
  problems: ({ problems }) => problems,
  rejected: ({ rejected }) => rejected,
}
const countOf = (measure: string, facts: Facts): number => COUNTS[measure]?.(facts) ?? facts.hitsOf(measure)

const HOLDS: Readonly<Record<Operator, (value: number, limit: number) => boolean>> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '=': (value, limit) => value === limit,
}
const holds = (value: number, operator: Operator, limit: number): boolean => HOLDS[operator](value, limit)

const number = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')
const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`)
const milliseconds = (ms: number): string => `${Math.round(ms)} ms`
const requests = (n: number): string => `${number(n)} ${n === 1 ? 'request' : 'requests'}`
const times = (n: number): string => (n === 1 ? 'once' : `${n} times`)
