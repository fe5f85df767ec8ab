import type { Language } from '../catalogue/note.js'

/** Something that is wrong. */
export interface Problem {
  /** Name that stays as long as the problem lasts: `threshold:5xx > 2%`, `finding:outage`, `note:gap`. */
  readonly id: string
  readonly title: string
  /** Seconds since 1970 UTC: begin of the period that showed it first. */
  readonly since: number
}

/** News to deliver; plain data, kept until they have arrived. */
export interface News {
  /** Id that is the same in each attempt, so that a receiver recognises news that come twice. */
  readonly id: string
  readonly kind: 'alert' | 'change' | 'resolved' | 'reminder'
  readonly host: string
  readonly job: string
  readonly language: Language
  /** Seconds since 1970 UTC. */
  readonly at: number
  /** One line, without the address of the sender: `[logstat] web1: ALERT 5xx 4.1 % (0.3 %) 2026-11-22` */
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly problems: readonly Problem[]
  /** Problems that are over. */
  readonly resolved: readonly Problem[]
  /** Time until which the problems are taken to last, unless news say otherwise. */
  readonly validUntil: number
  /** The summary as `--format json` prints it. */
  readonly summary: unknown
}

/** News of a job that were delivered, and those that still wait. */
export interface Deliveries {
  readonly active: readonly Problem[]
  /** Time when news were made last; seconds since 1970 UTC. */
  readonly at: number
  readonly outbox: readonly Waiting[]
}

export interface Waiting {
  /** Name of the target: see `nameOf`. */
  readonly to: string
  readonly news: News
  readonly tries: number
  readonly error?: string
  /** Addresses that have not got the news yet; all when absent. */
  readonly only?: readonly string[] | undefined
}

export const NO_DELIVERIES: Deliveries = { active: [], at: 0, outbox: [] }

/** A run is a little early, or clocks change: a reminder that is nearly due is due. */
const NEARLY = 0.95

/**
 * The kind of the news that are due, by what has changed since the last news.
 *
 * @param remind seconds after which a problem that lasts is told again
 * @returns null when nothing is new
 */
export function newsKind(
  { active, at }: Deliveries,
  problems: readonly Problem[],
  now: number,
  remind: number,
): News['kind'] | null {
  const before = new Set(active.map(({ id }) => id))
  if (problems.some(({ id }) => !before.has(id))) return 'alert'
  if (problems.length < active.length) return problems.length === 0 ? 'resolved' : 'change'
  return problems.length > 0 && now - at >= NEARLY * remind ? 'reminder' : null
}

/** Problems with the time that they were seen first. */
export function lasting(problems: readonly Problem[], { active }: Deliveries): Problem[] {
  const known = new Map(active.map((problem) => [problem.id, problem.since]))
  return problems.map((problem) => ({ ...problem, since: known.get(problem.id) ?? problem.since }))
}
