import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Language } from '../catalogue/note.js'
import type { Target } from '../deliver/target.js'
import { LogstatError } from '../errors.js'
import type { Against, PeriodKind } from '../summary/period.js'
import { compileThreshold } from '../threshold/grammar.js'
import { checkZone } from '../time-zone.js'
import type { Config } from './config-file.js'
import { duration } from './duration.js'

/** A job of `logstat summary`, as the configuration holds it. */
export interface Job {
  readonly db: string
  readonly logs?: readonly string[]
  readonly period?: PeriodKind
  readonly against?: Against
  readonly failOn?: readonly string[]
  readonly minRequests?: number
  readonly quietIfOk?: boolean
  readonly tz?: string
  readonly lang?: Language
  readonly output?: string
  readonly format?: string
  readonly name?: string
  readonly remind?: string
  readonly deliver?: readonly Target[]
}

export interface JobRun {
  /** The key under which the run is remembered. */
  readonly key: string
  /** The server, in what is delivered. */
  readonly host: string
  readonly targets: readonly Target[]
  /** Seconds. */
  readonly remind: number
}

/** Seconds after which a problem that lasts is delivered again. */
const REMIND = 86_400

/** Options that a job says. */
const OPTIONS = [
  'db',
  'period',
  'against',
  'failOn',
  'minRequests',
  'quietIfOk',
  'tz',
  'lang',
  'output',
  'format',
] as const

/** Let the job that is named say what the command line does not. @returns the logs, and the job */
export function withJob(
  operands: readonly string[],
  command: Command,
): { paths: readonly string[]; job: JobRun | undefined } {
  const { settings } = command.opts<{ settings?: Config }>()
  const [name = ''] = operands
  const found =
    operands.length === 1 && Object.hasOwn(settings?.summaries ?? {}, name) ? settings?.summaries?.[name] : undefined
  for (const option of OPTIONS) {
    const value = found?.[option] ?? (option === 'db' ? settings?.db : undefined)
    if (value !== undefined && command.getOptionValueSource(option) !== 'cli')
      command.setOptionValueWithSource(option, value, 'config')
  }
  if (command.getOptionValue('db') === undefined) throw noDatabase(operands, Object.keys(settings?.summaries ?? {}))
  if (!found) return { paths: operands, job: undefined }
  const job = {
    key: name,
    host: found.name ?? (hostname().split('.')[0] || 'localhost'),
    targets: found.deliver ?? [],
    remind: found.remind === undefined ? REMIND : duration(found.remind),
  }
  return { paths: found.logs ?? [], job }
}

function noDatabase(operands: readonly string[], names: readonly string[]): LogstatError {
  const jobs = names.length > 0 ? names.join(', ') : undefined
  return new LogstatError(
    'no-db',
    {
      en: `required option '--db <file>' not specified${operands.length === 1 ? `, and no job is called ${operands[0]}` : ''}`,
      zh: `未指定必需的选项“--db <file>”${operands.length === 1 ? `，也没有名为 ${operands[0]} 的作业` : ''}`,
    },
    jobs === undefined
      ? { en: 'See: logstat summary --help', zh: '参见：logstat summary --help' }
      : { en: `Jobs of the configuration: ${jobs}`, zh: `配置中的作业：${jobs}` },
  )
}

/** Jobs with their paths in full. @throws LogstatError naming what is not understood, and where */
export function checkJobs(
  jobs: Readonly<Record<string, Job>>,
  file: string,
  inside: (key: string, work: () => void) => void,
): Record<string, Job> {
  const full = (path: string): string => (path.includes('://') || path === '-' ? path : resolve(dirname(file), path))
  return Object.fromEntries(
    Object.entries(jobs).map(([name, job]) => {
      for (const [i, text] of (job.failOn ?? []).entries())
        inside(`summaries.${name}.failOn.${i}`, () => void compileThreshold(text))
      inside(`summaries.${name}.tz`, () => job.tz !== undefined && void checkZone(job.tz))
      const { db, logs, output } = job
      return [
        name,
        {
          ...job,
          db: full(db),
          ...(logs ? { logs: logs.map(full) } : {}),
          ...(output === undefined ? {} : { output: full(output) }),
        },
      ]
    }),
  )
}
