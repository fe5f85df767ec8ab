import { LogstatError } from '../errors.js'
import type { Server } from '../format/format.js'
import { formatNamed } from '../format/registry.js'
import { findInputs } from '../input/find.js'
import { type InputResult, type ReadOptions, readInputs } from '../pipeline.js'
import { rollUp } from '../store/roll-up.js'
import type { Store } from '../store/store.js'
import { checkZone, systemZone } from '../time-zone.js'
import { progress } from './progress.js'

/** Options of every command that reads logs. */
export interface ReadCommandOptions {
  readonly logFormat?: string
  readonly server?: Server
  readonly quiet?: boolean
  readonly jobs?: number
  readonly tz?: string
  /** What standard input is called in a database. */
  readonly source?: string
}

export interface ReadOutcome {
  readonly results: readonly InputResult[]
  /** Whether something that was named could not be read (whole): exit status 2. */
  readonly failed: boolean
}

/**
 * Read logs into a store, with progress and warnings on standard error.
 *
 * Files found in a directory that are no access logs are passed over with a note; when nothing at all could be read, the first
 * reason is thrown.
 */
export async function readPaths(paths: readonly string[], store: Store, options: ReadCommandOptions): Promise<ReadOutcome> {
  const read = readOptions(store, options)
  const inputs = findInputs(paths).map((input) => (input.path === null && options.source !== undefined ? { ...input, name: options.source } : input))
  const shown = progress(inputs, options.quiet !== true)
  const results = await readInputs(inputs, store, { ...read, onProgress: shown.update })
  shown.end()
  if (store.file !== null) rollUp(store)

  const optional = new Set(inputs.filter((i) => i.optional).map((i) => i.name))
  const errors = results.flatMap((r) => (r.error ? [{ ...r, error: r.error }] : []))
  if (errors.length === results.length && errors.every((e) => e.entries === 0)) {
    const [first] = errors
    if (errors.length > 1 || optional.size > 0)
      throw new LogstatError(
        'no-logs',
        `no access log among ${paths.join(', ')} (${errors.length} files looked at); the first: ${first?.error.message}`,
        first?.error.hint,
      )
    if (first) throw first.error
  }
  let failed = false
  for (const { name, error } of errors) {
    const passedOver = optional.has(name) && error.code === 'unknown-format'
    if (!passedOver) failed = true
    if (!options.quiet || !passedOver) process.stderr.write(`logstat: ${passedOver ? 'passed over: ' : ''}${error.message}\n`)
    if (!passedOver && error.hint) process.stderr.write(`         ${error.hint}\n`)
  }
  return { results, failed }
}

/** What the options of a command mean for reading. @throws LogstatError for a format or a time zone that there is not */
export function readOptions(store: Store, { logFormat, server, jobs, tz }: ReadCommandOptions): ReadOptions {
  if (logFormat !== undefined && !formatNamed(logFormat))
    throw new LogstatError('unknown-format', `"${logFormat}" is no format that logstat knows`, 'List them with: logstat formats')
  const dayZone = checkZone(tz ?? systemZone())
  return {
    ...(logFormat === undefined ? {} : { format: logFormat }),
    ...(server === undefined ? {} : { server }),
    ...(store.file === null ? {} : { dayZone }),
    ...(jobs === undefined ? {} : { jobs }),
  }
}
