import type { Command } from 'commander'
import type { Origin } from '../render/next.js'
import { quoted } from '../shell.js'

/** Options that say how a report is printed, or what a command does beside it: another one need not have them. */
const LEFT_OUT = new Set([
  'db',
  'status',
  'top',
  'format',
  'output',
  'color',
  'quiet',
  'jobs',
  'failOn',
  'push',
  'pushEvery',
  'as',
  'minRequests',
  'period',
  'against',
  'quietIfOk',
  'pager',
  'brief',
  'by',
  'table',
  'compare',
  'day',
  'help',
  'version',
])

/** How a command was asked for, to be made into others that read the same. */
export function originOf(command: Command): Origin {
  const { db, status, top } = command.opts<{ db?: string; status?: string; top?: number }>()
  const options = command.options.flatMap((option) => {
    const name = option.attributeName()
    if (LEFT_OUT.has(name) || command.getOptionValueSource(name) !== 'cli') return []
    // A database that was made of logs is asked without what says how those are read.
    if (db !== undefined && !DATABASE_OPTIONS.has(name)) return []
    const value = command.getOptionValue(name) as unknown
    const flag = option.long ?? option.flags
    if (value === true) return [flag]
    return (Array.isArray(value) ? value : [value]).flatMap((each: unknown) =>
      // A value that begins with a dash would be another option.
      String(each).startsWith('-') ? [`${flag}=${each}`] : [flag, quoted(String(each))],
    )
  })
  return {
    command: command.parent ? command.name() : '',
    // Standard input cannot be read again.
    paths: command.args.includes('-') ? [] : command.args,
    db: db ?? null,
    options,
    status: status ?? null,
    top: top ?? null,
  }
}

const DATABASE_OPTIONS = new Set(['server', 'lang', 'tz', 'config', 'since', 'until', 'source', 'host'])
