import { agentKindOf } from '../diagnosis/kinds/classify.js'
import { type AgentKind, PEOPLE } from '../diagnosis/kinds/kinds.js'
import { compilePart } from '../report/select.js'
import { type CodeHits, codesIn, latencyIn, type Values, valuesIn } from '../store/query.js'
import type { Range, Settled } from '../store/range.js'
import type { Store } from '../store/store.js'
import { type TimeTaken, timeTakenOf } from '../tally/time-taken.js'
import type { Facts } from '../threshold/evaluate.js'

/** Facts of a stretch of time that a store does not know. */
export interface Told extends Pick<Facts, 'lines' | 'rejected' | 'newCodes' | 'findings' | 'previous'> {
  readonly problems: () => number
}

/**
 * The numbers that thresholds are held against: of all codes of a stretch of time, whatever a selection shows of it.
 *
 * Each is asked of the store when a threshold wants it. Lists and times taken are kept by day: of an hour there are
 * none.
 */
export function factsOf(store: Store, range: Range | Settled, told: Told): Facts {
  // Lists of whole days say nothing of a part of one.
  const knowsLists = !('days' in range && range.days !== null)
  const codes = (): Iterable<CodeHits> => codesIn(store, range)
  let latency: TimeTaken | null | undefined
  let requests: number | undefined
  let people: Facts | null | undefined
  return {
    ...told,
    get requests() {
      return (requests ??= sum(codes(), () => true))
    },
    get problems() {
      return told.problems()
    },
    hitsOf: (code) => sum(codes(), compilePart(code)),
    percentileMs(percent) {
      latency ??= knowsLists ? timeTakenOf(latencyIn(store, range)) : null
      return latency?.[`p${percent}Ms` as 'p50Ms' | 'p95Ms' | 'p99Ms'] ?? null
    },
    get people() {
      people ??= knowsLists ? ofPeople(valuesIn(store, 'userAgent', range)) : null
      return people
    },
    within: (kind, pattern) => (knowsLists ? within(valuesIn(store, kind, range), fits(pattern)) : null),
  }
}

function sum(codes: Iterable<CodeHits>, counts: (code: CodeHits) => boolean): number {
  let hits = 0
  for (const code of codes) if (counts(code)) hits += code.hits
  return hits
}

/** Numbers of those requests whose value is chosen; null where the lists of a code were cut. */
function within({ rows, cut, isKnown }: Values, chooses: (value: string) => boolean): Facts | null {
  if (!isKnown) return null
  const hitsIf = (counts: (code: CodeHits) => boolean): number | null => {
    if (cut.some((code) => counts({ ...code, hits: 0 }))) return null
    let hits = 0
    for (const row of rows) if (counts(row) && chooses(row.value)) hits += row.hits
    return hits
  }
  return {
    ...NOTHING_ELSE,
    get requests() {
      return hitsIf(() => true)
    },
    hitsOf: (code) => hitsIf(compilePart(code)),
  }
}

const NOTHING_ELSE: Omit<Facts, 'requests' | 'hitsOf'> = {
  problems: null,
  lines: 0,
  rejected: 0,
  percentileMs: () => null,
  people: null,
  within: () => null,
  previous: null,
  newCodes: [],
  findings: [],
}

/** Share of the answers from which on programs count as people, who come through them: the log of an API. */
const API_SHARE = 0.2

function ofPeople(values: Values): Facts | null {
  const kinds = new Map<string, AgentKind>()
  const kindOf = (agent: string): AgentKind => {
    const kind = kinds.get(agent) ?? agentKindOf(agent)
    kinds.set(agent, kind)
    return kind
  }
  const answered = new Map<AgentKind, number>()
  let all = 0
  for (const { status, value, hits } of values.rows) {
    if (status === null || status < 200 || status > 299) continue
    answered.set(kindOf(value), (answered.get(kindOf(value)) ?? 0) + hits)
    all += hits
  }
  const programs = (['tool', 'none'] as const).filter(
    (kind) => (answered.get(kind) ?? 0) >= Math.max(1, API_SHARE * all),
  )
  const people = new Set<AgentKind>([...PEOPLE, ...programs])
  return within(values, (agent) => people.has(kindOf(agent)))
}

/** A pattern as of `--path`: `*` stands for anything. */
function fits(pattern: string): (value: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const whole = new RegExp(`^${parts.join('.*')}$`, 'su')
  return (value) => whole.test(value)
}
