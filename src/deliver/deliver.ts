import type { Words } from '../errors.js'
import { type Deliveries, lasting, type News, newsKind, type Problem, type Waiting } from './news.js'
import { PATIENCE, type Patience, send } from './send.js'
import { nameOf, type Target } from './target.js'

// News go out when something changes, through an outbox: news that have not arrived are told, kept, and sent by the
// next run.

export interface DeliverOptions {
  readonly targets: readonly Target[]
  readonly problems: readonly Problem[]
  /** Seconds since 1970 UTC. */
  readonly now: number
  /** Seconds after which a problem that lasts is told again. */
  readonly remind: number
  readonly write: (kind: News['kind'], problems: readonly Problem[], resolved: readonly Problem[]) => News
}

/** Put news into the outbox, when there are some. */
export function enqueue(before: Deliveries, options: DeliverOptions): Deliveries {
  const { targets, now, remind, write } = options
  const problems = lasting(options.problems, before)
  const ids = new Set(problems.map(({ id }) => id))
  const resolved = before.active.filter(({ id }) => !ids.has(id))
  const kind = newsKind(before, problems, now, remind)
  const isWaiting = (target: Target): boolean => before.outbox.some(({ to }) => to === nameOf(target))
  // Alertmanager takes an alert for over when it is not said again.
  const isDue = (target: Target): boolean =>
    kind !== null || (target.alertmanager !== undefined && problems.length > 0 && !isWaiting(target))
  const due = targets.filter(isDue)
  if (due.length === 0) return before
  const news = write(kind ?? 'reminder', problems, resolved)
  const waiting = due.map((target): Waiting => ({ to: nameOf(target), news, tries: 0 }))
  return { active: problems, at: kind === null ? before.at : now, outbox: [...before.outbox, ...waiting] }
}

/** A delivery that failed, in words. */
export type Failure = Words

/**
 * Send the news of the outbox, the oldest first; news for a target that failed wait for the next run.
 *
 * @param keep is told the outbox after each delivery, before the next one
 */
export async function flush(
  deliveries: Deliveries,
  targets: readonly Target[],
  keep: (deliveries: Deliveries) => void,
  patience: Patience = PATIENCE,
): Promise<Failure[]> {
  const byName = new Map(targets.map((target) => [nameOf(target), target]))
  const failures: Failure[] = []
  const failed = new Set<string>()
  let outbox = deliveries.outbox
  for (const waiting of deliveries.outbox) {
    const target = byName.get(waiting.to)
    if (!target) {
      failures.push(failureOf(waiting, { en: 'no such target is configured any more', zh: '配置中已没有该目标' }))
      continue
    }
    if (failed.has(waiting.to)) continue
    let rest: Waiting | undefined
    try {
      const missing = await send(onlyTo(target, waiting), waiting.news, patience)
      if (missing) rest = failedOnce({ ...waiting, only: missing.mail?.to }, 'some addresses were refused')
    } catch (error) {
      rest = failedOnce(waiting, (error as Error).message)
    }
    if (rest) {
      failed.add(waiting.to)
      failures.push(failureOf(rest, { en: rest.error ?? '', zh: rest.error ?? '' }))
    }
    outbox = outbox.flatMap((each) => (each === waiting ? (rest ? [rest] : []) : [each]))
    keep({ ...deliveries, outbox })
  }
  return failures
}

const failedOnce = (waiting: Waiting, error: string): Waiting => ({ ...waiting, tries: waiting.tries + 1, error })

/** A mail that some have got goes to the others. */
const onlyTo = (target: Target, { only }: Waiting): Target =>
  target.mail && only ? { mail: { ...target.mail, to: only } } : target

const failureOf = ({ to, news: { subject } }: Waiting, why: Words): Failure => ({
  en: `not delivered to ${to}: "${subject}": ${why.en}; the next run tries again`,
  zh: `未能送达 ${to}：“${subject}”：${why.zh}；下次运行时重试`,
})
