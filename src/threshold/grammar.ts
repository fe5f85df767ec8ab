import { LogstatError, type Words } from '../errors.js'

// The grammar of thresholds (docs/cron.md). A text is parsed into plain data, which prints back as a text of the same
// meaning.
//
//     threshold  = conjunction { "or" conjunction }
//     conjunction = condition { "and" condition }
//     condition  = "(" threshold ")" | event | comparison
//     event      = "no-data" | "new-code" | "finding:" name
//     comparison = "severity" ">=" ( "info" | "watch" | "act" )
//                | { scope } measure [ "of" "people" ] operator value
//     scope      = ( "host:" | "path:" ) pattern
//     measure    = "requests" | "problems" | "rejected" | "p50" | "p95" | "p99" | code
//     code       = 5xx, 404, 401.2, 503.*, 401.1/1326, win32:64
//     value      = number [ "%" | "ms" | "s" ] | number "x" "previous"

export const OPERATORS = ['>=', '<=', '>', '<', '='] as const
export type Operator = (typeof OPERATORS)[number]
export const SEVERITIES = ['info', 'watch', 'act'] as const
export type Severity = (typeof SEVERITIES)[number]

export type Limit =
  | { readonly kind: 'count'; readonly n: number }
  /** Of all requests; `rejected`: of all lines. */
  | { readonly kind: 'percent'; readonly n: number }
  | { readonly kind: 'milliseconds'; readonly n: number }
  /** `n` times the value of the period before. */
  | { readonly kind: 'previous'; readonly n: number }

export interface Scope {
  readonly kind: 'host' | 'path'
  readonly pattern: string
}

export interface Comparison {
  readonly kind: 'comparison'
  readonly scopes: readonly Scope[]
  /** `requests`, `problems`, `rejected`, `p95`, or a code as in `--status`. */
  readonly measure: string
  readonly ofPeople: boolean
  readonly operator: Operator
  readonly limit: Limit
}

export type Condition =
  | { readonly kind: 'or' | 'and'; readonly parts: readonly Condition[] }
  | { readonly kind: 'no-data' | 'new-code' }
  | { readonly kind: 'finding'; readonly id: string }
  | { readonly kind: 'severity'; readonly least: Severity }
  | Comparison

const MEASURES = ['requests', 'problems', 'rejected', 'p50', 'p95', 'p99']
const CODE = /^(?:\dxx|\d{1,3}(?:[.-](?:\*|\d+))?(?:\/(?:\*|\d+|0x[\da-f]+))?|win32:(?:\d+|0x[\da-f]+))$/i
export const isPercentile = (measure: string): boolean => /^p\d+$/.test(measure)

/** @throws LogstatError that points at the character where the text stops making sense */
export function parseThreshold(text: string): Condition {
  const parser = new Parser(text)
  const condition = parser.or()
  parser.end()
  return condition
}

class Parser {
  private at = 0
  constructor(private readonly text: string) {}

  or(): Condition {
    return this.list('or', () => this.list('and', () => this.condition()))
  }

  end(): void {
    this.blanks()
    if (this.at < this.text.length) throw this.expected({ en: '"and", "or" or the end', zh: '“and”、“or”或结尾' })
  }

  private list(kind: 'or' | 'and', part: () => Condition): Condition {
    const first = part()
    const parts = [first]
    while (this.takes(new RegExp(`${kind}(?![^\\s()])`, 'iy'))) parts.push(part())
    return parts.length === 1 ? first : { kind, parts }
  }

  private condition(): Condition {
    if (this.takes(/\(/y)) {
      const inside = this.or()
      if (!this.takes(/\)/y)) throw this.expected(same('")"'))
      return inside
    }
    const event = this.takes(/(no-data|new-code)(?![^\s()])/iy)
    if (event) return { kind: event[1]?.toLowerCase() as 'no-data' | 'new-code' }
    const finding = this.takes(/finding:([a-z][a-z0-9-]*)/iy)
    if (finding) return { kind: 'finding', id: (finding[1] as string).toLowerCase() }
    if (this.takes(/severity(?![^\s<>=])/iy)) return this.severity()
    return this.comparison()
  }

  private severity(): Condition {
    if (!this.takes(/>=/y)) throw this.expected(same('">="'))
    const severity = this.takes(/(info|watch|act)(?![^\s()])/iy)
    if (!severity) throw this.expected(same(SEVERITIES.join(', ')))
    return { kind: 'severity', least: severity[1]?.toLowerCase() as Severity }
  }

  private comparison(): Comparison {
    const scopes: Scope[] = []
    for (let scope = this.takes(SCOPE); scope; scope = this.takes(SCOPE))
      scopes.push({ kind: scope[1]?.toLowerCase() as Scope['kind'], pattern: scope[2] as string })
    const measure = this.measure(scopes.length > 0)
    const ofPeople = measure !== 'rejected' && this.takes(/of\s+people(?![^\s<>=])/iy) !== null
    const operator = this.takes(/>=|<=|>|<|=/y)
    if (!operator) throw this.expected(same(ofPeople ? OPERATORS.join(' ') : `"of people", ${OPERATORS.join(' ')}`))
    return {
      kind: 'comparison',
      scopes,
      measure,
      ofPeople,
      operator: operator[0] as Operator,
      limit: this.limit(measure),
    }
  }

  private measure(isScoped: boolean): string {
    this.blanks()
    const start = this.at
    const word = this.takes(/[^\s()<>=]+/y)?.[0] ?? ''
    const lower = word.toLowerCase()
    // Lines that are not understood are of no host, path or client.
    if (MEASURES.includes(lower) && !(isScoped && lower === 'rejected')) return lower
    if (CODE.test(word)) return lower
    this.at = start
    const names = MEASURES.join(', ')
    throw this.expected({
      en: `a code (5xx, 404, 401.2, 503.*) or one of ${names}`,
      zh: `状态码（5xx、404、401.2、503.*）或 ${names} 之一`,
    })
  }

  private limit(measure: string): Limit {
    this.blanks()
    const start = this.at
    const number = this.takes(/\d+(?:\.\d+)?/y)
    if (!number) throw this.expected({ en: 'a number', zh: '数字' })
    const n = Number(number[0])
    const unit = /(?:%|ms|s(?![a-z])|x\s+previous)?/iy
    unit.lastIndex = this.at
    const [name = ''] = unit.exec(this.text) ?? []
    this.at += name.length
    const limit = LIMITS[name.toLowerCase().replace(/\s+/, ' ')]?.(n)
    if (!limit)
      throw this.expected({ en: 'a number, N%, N ms, N s or "Nx previous"', zh: '数字、N%、N ms、N s 或“Nx previous”' })
    const wanted = wantedInstead(measure, limit)
    if (wanted) {
      this.at = start
      throw this.expected(wanted)
    }
    return limit
  }

  private blanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }

  /** Match at the place that is reached, behind blanks, and go behind the match. */
  private takes(sticky: RegExp): RegExpExecArray | null {
    this.blanks()
    sticky.lastIndex = this.at
    const match = sticky.exec(this.text)
    if (match) this.at = sticky.lastIndex
    return match
  }

  private expected({ en, zh }: Words): LogstatError {
    const isAtEnd = this.at >= this.text.length
    const pointer = `${this.text}\n         ${' '.repeat(this.at)}^\n         `
    return new LogstatError(
      'threshold',
      {
        en: `the threshold "${this.text}" has an error at character ${this.at + 1}: expected ${en}${isAtEnd ? ' instead of its end' : ''}`,
        zh: `阈值“${this.text}”的第 ${this.at + 1} 个字符有误：${isAtEnd ? '这里不应结束，' : ''}应为 ${zh}`,
      },
      { en: `${pointer}For example: ${EXAMPLES}`, zh: `${pointer}例如：${EXAMPLES}` },
    )
  }
}

const EXAMPLES = "'5xx > 2%', '503.* > 10', '5xx of people > 2% and requests > 500'"
const same = (text: string): Words => ({ en: text, zh: text })

/** The limit that a measure needs, in words, where it cannot be held against the one given. */
function wantedInstead(measure: string, { kind }: Limit): Words | undefined {
  if (kind === 'previous') return undefined
  if (isPercentile(measure) && kind !== 'milliseconds')
    return { en: `a time such as 800ms for ${measure}`, zh: `${measure} 的时间，例如 800ms` }
  if (isPercentile(measure)) return undefined
  if (measure === 'requests' && kind !== 'count')
    return { en: 'a count for requests, without %', zh: 'requests 的数量（不带 %）' }
  if (kind === 'milliseconds') return { en: `a count or a percentage for ${measure}`, zh: `${measure} 的数量或百分比` }
  return undefined
}

const SCOPE = /(host|path):([^\s()<>=]+)/iy

const LIMITS: Readonly<Record<string, (n: number) => Limit>> = {
  '': (n) => ({ kind: 'count', n }),
  '%': (n) => ({ kind: 'percent', n }),
  ms: (n) => ({ kind: 'milliseconds', n }),
  s: (n) => ({ kind: 'milliseconds', n: n * 1000 }),
  'x previous': (n) => ({ kind: 'previous', n }),
}

/** The text of a condition; parsing it gives the same condition. */
export function printThreshold(condition: Condition): string {
  switch (condition.kind) {
    case 'or':
    case 'and':
      return condition.parts
        .map((part) => (part.kind === 'or' || part.kind === 'and' ? `(${printThreshold(part)})` : printThreshold(part)))
        .join(` ${condition.kind} `)
    case 'finding':
      return `finding:${condition.id}`
    case 'severity':
      return `severity >= ${condition.least}`
    case 'comparison': {
      const { scopes, measure, ofPeople, operator, limit } = condition
      const scope = scopes.map(({ kind, pattern }) => `${kind}:${pattern} `).join('')
      return `${scope}${measure}${ofPeople ? ' of people' : ''} ${operator} ${printLimit(limit)}`
    }
    default:
      return condition.kind
  }
}

function printLimit({ kind, n }: Limit): string {
  if (kind === 'percent') return `${n}%`
  if (kind === 'previous') return `${n}x previous`
  if (kind === 'milliseconds') return n > 0 && n % 1000 === 0 ? `${n / 1000}s` : `${n}ms`
  return String(n)
}

/** @throws LogstatError that points at the character where the text stops making sense */
export const compileThreshold = (text: string): { readonly text: string; readonly condition: Condition } => ({
  text: text.trim(),
  condition: parseThreshold(text.trim()),
})
