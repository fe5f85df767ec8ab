import { existsSync, statSync } from 'node:fs'
import { LogstatError } from '../errors.js'
import type { Plan } from '../kernel/plan.js'
import { Flag } from '../kernel/wasm/roles.js'
import { fromApache } from './apache-format.js'
import type { Server } from './format.js'
import { fromGoAccess, isGoAccess } from './goaccess.js'
import { compileJsonTemplate } from './json-template.js'
import { compileLayout } from './layout.js'
import { formatOfLog, parseLogFormat, readConfiguration } from './nginx-conf.js'
import { formatNamed, hasPlans, plansOfFamily } from './registry.js'

/** A format that was asked for, not detected. */
export interface Asked {
  readonly name: string
  readonly server: Server | null
  /** How to ask for the same again; null for a known format, whose name is enough. */
  readonly definition: string | null
  /** None: the log says itself how its lines are cut. */
  readonly plans: readonly Plan[]
}

/** What a format that is defined by its user is called. */
export const CUSTOM = 'custom'

/**
 * What `--log-format` means for a log: a known name, a pasted nginx `log_format` or Apache `LogFormat`, a GoAccess format, or the path of
 * an nginx.conf, in which the log is looked up.
 *
 * @throws LogstatError saying what is wrong with it
 */
export function askedFormat(text: string, log: string | null): Asked {
  const known = formatNamed(text.trim())
  if (known) {
    const plans = hasPlans(known) ? plansOfFamily(known.family, [known]) : []
    return { name: known.name, server: known.server, definition: null, plans }
  }
  if (/[$%]/.test(text)) return pasted(text)
  if (existsSync(text) && statSync(text).isFile()) {
    const found = formatOfLog(readConfiguration(text), log)
    if (found !== undefined) return /[$]/.test(found) ? pasted(found) : askedFormat(found, log)
    throw new LogstatError(
      'unknown-format',
      `${text} names no access_log ${log ?? 'for standard input'} and no single log_format`,
      "Paste the log_format that holds: --log-format '$remote_addr …'",
    )
  }
  throw new LogstatError(
    'unknown-format',
    `"${text}" is no format that logstat knows, and no file`,
    'List the names with: logstat formats   Or paste a log_format: --log-format \'$remote_addr - $remote_user [$time_local] "$request" $status …\'',
  )
}

/** Refuse a `--log-format` that means nothing before any log is opened. */
export function checkAsked(text: string): void {
  if (!formatNamed(text.trim()) && !/[$%]/.test(text) && existsSync(text)) readConfiguration(text)
  else askedFormat(text, null)
}

function pasted(definition: string): Asked {
  if (definition.includes('$')) {
    const { layout, escaping } = parseLogFormat(definition)
    return { name: CUSTOM, server: 'nginx', definition, plans: [plan(layout, Flag.Derive400 | Flag.NginxPages | Flag.DeriveMaker, escaping !== 'none')] }
  }
  if (isGoAccess(definition)) return { name: CUSTOM, server: null, definition, plans: [plan(fromGoAccess(definition), 0, true)] }
  return { name: CUSTOM, server: 'apache', definition, plans: [plan(fromApache(definition), Flag.Derive400, true)] }
}

function plan(layout: string, flags: number, quotesAreEscaped: boolean): Plan {
  return /^\s*\{/.test(layout) && layout.includes('"') ? compileJsonTemplate(CUSTOM, layout, flags) : compileLayout(CUSTOM, layout, { flags, quotesAreEscaped })
}
