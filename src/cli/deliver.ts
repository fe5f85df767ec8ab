import type { Language } from '../catalogue/note.js'
import { enqueue, flush } from '../deliver/deliver.js'
import { type News, NO_DELIVERIES, type Problem } from '../deliver/news.js'
import { sha256 } from '../hash.js'
import { renderMail } from '../render/mail.js'
import { renderSummary, shortReason, summaryJson } from '../render/summary.js'
import type { Memory } from '../summary/memory.js'
import type { Period } from '../summary/period.js'
import { severeFindings, type Told } from '../summary/summary.js'
import type { JobRun } from './job.js'
import { tell } from './messages.js'

export interface DeliverOptions {
  readonly job: JobRun
  readonly period: Period
  readonly zone: string
  readonly language: Language
  /** Seconds since 1970 UTC. */
  readonly now: number
  readonly keep: (memory: Memory) => void
}

/**
 * Deliver what is new in what a run tells, and what earlier runs could not deliver. All that was told is remembered together
 * with what is to be delivered, before the first delivery.
 *
 * @returns whether all has arrived
 */
export async function deliver(told: readonly Told[], memory: Memory, options: DeliverOptions): Promise<boolean> {
  const { job, now, keep } = options
  const deliveries = enqueue(memory.deliveries ?? NO_DELIVERIES, {
    targets: job.targets,
    problems: told.flatMap((each) => problemsOf(each, options)),
    now,
    remind: job.remind,
    write: (kind, problems, resolved) => newsOf(told, kind, problems, resolved, options),
  })
  keep({ ...memory, deliveries })
  const failures = await flush(deliveries, job.targets, (rest) => keep({ ...memory, deliveries: rest }))
  for (const words of failures) tell(words)
  return failures.length === 0
}

function problemsOf({ report, summary }: Told, { period, language }: DeliverOptions): Problem[] {
  const since = period.since
  const problems = summary.thresholds.flatMap(({ text, exceeded, value }): Problem[] => {
    if (!exceeded) return []
    if (!text.startsWith('severity')) return [{ id: `threshold:${text}`, title: `${text}: ${value[language]}`, since }]
    // Each finding begins and ends by itself.
    const found = severeFindings(report).filter(({ severity }) => severity === 'act')
    return found.map(({ id, title }) => ({ id: `finding:${id}`, title: title[language], since }))
  })
  const notes = summary.notes.filter(({ id, isGrave }) => isGrave && summary.unjudged.some((reason) => reason === id))
  return unique([...problems, ...notes.map(({ id, words }) => ({ id: `note:${id}`, title: words[language], since }))])
}

const unique = (problems: readonly Problem[]): Problem[] => [...new Map(problems.map((p) => [p.id, p])).values()]

const HOUR = 3600

function newsOf(
  told: readonly Told[],
  kind: News['kind'],
  problems: readonly Problem[],
  resolved: readonly Problem[],
  { job, period, zone, language, now }: DeliverOptions,
): News {
  const last = told.at(-1) as Told
  const worst =
    told.find(({ summary }) => summary.state === 'alert') ??
    told.find(({ summary }) => summary.unjudged.length > 0) ??
    last
  const ids = problems.map(({ id }) => id).sort()
  const id = sha256(Buffer.from(JSON.stringify([job.host, job.key, kind, period.since, ids])))
    .toString('hex')
    .slice(0, 24)
  const what =
    kind === 'resolved'
      ? `RESOLVED ${resolved[0]?.title ?? ''}`
      : `${worst.summary.state === 'alert' ? 'ALERT' : 'UNKNOWN'} ${shortReason(worst.summary, language)}`
  return {
    id,
    kind,
    host: job.host,
    job: job.key,
    language,
    at: now,
    subject: cut(`[logstat] ${job.host}: ${oneLine(what)}`, ` ${worst.summary.day}`),
    text: told.map((each) => renderSummary(each, { width: 76, color: false, timeZone: zone })).join('\n'),
    html: renderMail(told, language),
    problems,
    resolved,
    validUntil: now + 2 * (period.until - period.since) + HOUR,
    summary: told.map(summaryJson).at(-1),
  }
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()

/** A subject of reasonable length that ends with the day. */
const cut = (text: string, end: string): string => (text.length > 110 ? `${text.slice(0, 109)}…` : text) + end
