import { LogstatError } from '../errors.js'
import type { CodeHits } from '../store/query.js'
import { compilePart, type Selector } from './select.js'

// Thresholds of a summary: `5xx > 2%`, `503.* > 10`, `requests < 100`, `no-data`. They are held against all codes of a
// day, whatever a
// selection shows of it.

export interface Threshold {
  /** As the user wrote it. */
  readonly text: string
  readonly measure: Measure
  readonly operator: Operator
  readonly limit: number
  /** The limit is a share of all requests, in percent. */
  readonly isShare: boolean
}
/** What is counted: all requests, or those whose code a selector chooses. */
type Measure = 'requests' | Selector
type Operator = keyof typeof OPERATORS

const OPERATORS = {
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
} as const

const FORMS = {
  en: "Write one as: '5xx > 2%', '503.* > 10', '401.1/1326 >= 50', 'requests < 100', no-data.",
  zh: "写法示例：'5xx > 2%'、'503.* > 10'、'401.1/1326 >= 50'、'requests < 100'、no-data。",
}
/** Such a threshold is a short form of another one. */
const SHORT_FORMS: Readonly<Record<string, string>> = { 'no-data': 'requests < 1' }

/** @throws LogstatError naming what is not understood */
export function compileThreshold(text: string): Threshold {
  const written = text.trim()
  const match = /^(\S+?)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)\s*(%?)$/.exec(SHORT_FORMS[written.toLowerCase()] ?? written)
  if (!match)
    throw new LogstatError('threshold', { en: `"${text}" is not a threshold`, zh: `“${text}”不是阈值` }, FORMS)
  const [, name, operator, limit, sign] = match as unknown as [string, string, Operator, string, string]
  const measure = name.toLowerCase() === 'requests' ? 'requests' : compilePart(name)
  if (measure === 'requests' && sign)
    throw new LogstatError(
      'threshold',
      { en: `"${text}": a threshold on all requests takes no %`, zh: `“${text}”：针对全部请求的阈值不能用 %` },
      FORMS,
    )
  return { text: written, measure, operator, limit: Number(limit), isShare: sign === '%' }
}

/** What came of a threshold on a day. */
export interface ThresholdResult {
  readonly text: string
  /** null: the day has no requests, so nothing can be said. */
  readonly exceeded: boolean | null
  /** Requests that the threshold counts, of all of them. */
  readonly hits: number
  readonly requests: number
  /** It is a limit of their share. */
  readonly isShare: boolean
}

/** Hold thresholds against a day, in one go through its codes. */
export function judgeThresholds(
  thresholds: readonly Threshold[],
  codes: Iterable<CodeHits>,
): { requests: number; results: ThresholdResult[] } {
  const hits = thresholds.map(() => 0)
  let requests = 0
  for (const code of codes) {
    requests += code.hits
    for (const [i, { measure }] of thresholds.entries())
      if (measure === 'requests' || measure(code)) hits[i] = (hits[i] as number) + code.hits
  }
  return { requests, results: thresholds.map((threshold, i) => judge(threshold, hits[i] as number, requests)) }
}

function judge(
  { text, measure, operator, limit, isShare }: Threshold,
  hits: number,
  requests: number,
): ThresholdResult {
  const isJudged = requests > 0 || measure === 'requests'
  const value = isShare ? (hits / requests) * 100 : hits
  return { text, exceeded: isJudged ? OPERATORS[operator](value, limit) : null, hits, requests, isShare }
}
