import type { Case } from './cases.js'
import { type Log, warm } from './logs.js'
import { median, type Run, run } from './measure.js'
import type { Answer, Job, Tool } from './tools.js'

/** One line of the table. */
export interface Row {
  readonly case: string
  readonly tool: string
  readonly does: string
  readonly version: string
  /** Median of `runs`. */
  readonly seconds: number
  readonly runs: readonly number[]
  /** Seconds by those of the case's base; null where the base did not run. */
  readonly ratio: number | null
  /** Entries and unpacked bytes; null where no log is read. */
  readonly entries: number | null
  readonly bytes: number | null
  readonly peakBytes: number | null
  /** Whether its answer is the truth; null: it gives none. */
  readonly right: boolean | null
}

export interface Outcome {
  readonly rows: readonly Row[]
  /** What was left out, and why. */
  readonly notes: readonly string[]
}

export interface CompareOptions {
  readonly entries: number
  readonly rounds: number
  /** A peer that needs longer is run once. */
  readonly slowSeconds: number
}

interface Entrant {
  readonly tool: Tool
  readonly version: string
  readonly job: Job
  readonly right: boolean | null
  readonly runs: Run[]
}

/** Ends the bench: what is slow but right can be reported, what is wrong cannot be. */
export class WrongAnswer extends Error {}

/**
 * Let all tools of a case answer once; then time them in turn (A B C A B C …), so that what the machine does meanwhile
 * hits all alike.
 */
export async function compare(theCase: Case, { entries, rounds, slowSeconds }: CompareOptions): Promise<Outcome> {
  const log = await theCase.log(entries)
  await warm(log)
  const notes: string[] = []
  const entrants: Entrant[] = []
  for (const tool of theCase.tools) {
    const version = tool.version()
    const job = tool.job(log)
    if (!job) continue
    if (version === null) {
      notes.push(`${theCase.name}: ${tool.name} is not on this machine`)
      continue
    }
    const first = once(job, true)
    if (first.exitStatus !== 0) {
      const why = first.stderr.trim().split('\n')[0]
      notes.push(`${theCase.name}: ${tool.name} failed (exit status ${first.exitStatus}): ${why}`)
      // Nothing to compare when it is logstat that cannot.
      if (isLogstat(tool)) return { rows: [], notes }
      continue
    }
    const wrong = check(job, first, log)
    if (wrong && isLogstat(tool)) throw new WrongAnswer(`${theCase.name}: ${tool.name}: ${wrong}`)
    if (wrong) notes.push(`${theCase.name}: ${tool.name} answers otherwise: ${wrong}`)
    const slow = first.seconds > slowSeconds && tool.name !== theCase.base && !isLogstat(tool)
    entrants.push({ tool, version, job, right: wrong === undefined ? null : wrong === null, runs: slow ? [first] : [] })
  }
  const quick = entrants.filter((e) => e.runs.length === 0)
  // Of short runs many are needed for a steady median.
  const repeat = quick.length === entrants.length && log.truth.entries <= 1000 ? 3 * rounds : rounds
  for (let round = 0; round < repeat; round++) for (const entrant of quick) entrant.runs.push(once(entrant.job, false))

  const secondsOf = (e: Entrant): number => median(e.runs.map((r) => r.seconds))
  const base = entrants.find((e) => e.tool.name === theCase.base)
  const rows = entrants.map((e): Row => {
    const reads = e.right !== null
    return {
      case: theCase.name,
      tool: e.tool.name,
      does: e.tool.does,
      version: e.version,
      seconds: secondsOf(e),
      runs: e.runs.map((r) => r.seconds),
      ratio: base ? secondsOf(e) / secondsOf(base) : null,
      entries: reads ? log.truth.entries : null,
      bytes: reads ? log.truth.bytes : null,
      peakBytes: e.runs.reduce<number | null>(
        (most, { peakBytes }) => (peakBytes === null ? most : Math.max(most ?? 0, peakBytes)),
        null,
      ),
      right: e.right,
    }
  })
  return { rows, notes }
}

const isLogstat = (tool: Tool): boolean => tool.name.startsWith('logstat')

function once(job: Job, keepOutput: boolean): Run {
  job.before?.()
  return run(job.command, keepOutput)
}

/** @returns what differs from the truth; null when nothing does, undefined when the tool gives no answer */
function check(job: Job, first: Run, { truth }: Log): string | null | undefined {
  if (!job.read) return undefined
  const { lines, bytes, statuses, codes } = job.read(
    job.ask ? run(job.ask, true).stdout : first.stdout,
  ) satisfies Answer
  if (lines !== undefined && lines !== truth.lines) return `${lines} lines in place of ${truth.lines}`
  if (bytes !== undefined && bytes !== truth.bytes) return `${bytes} bytes in place of ${truth.bytes}`
  return differs('status', statuses, truth.statuses) ?? (truth.codes ? differs('code', codes, truth.codes) : null)
}

function differs(what: string, counted: Answer['statuses'], truth: Readonly<Record<string, number>>): string | null {
  if (!counted) return null
  const key = [...new Set([...Object.keys(truth), ...Object.keys(counted)])].find((k) => counted[k] !== truth[k])
  return key === undefined ? null : `${what} ${key}: ${counted[key] ?? 0} in place of ${truth[key] ?? 0}`
}
