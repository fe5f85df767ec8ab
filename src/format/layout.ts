import { LogstatError } from '../errors.js'
import type { Plan, Step } from '../kernel/plan.js'
import { Cutter, Role, Rule } from '../kernel/wasm/roles.js'

/**
 * What the variables of an nginx `log_format` are for; a variable that is not here is cut and forgotten.
 * https://nginx.org/en/docs/varindex.html
 */
const VARIABLES: Readonly<Record<string, Role>> = {
  remote_addr: Role.ClientIp,
  realip_remote_addr: Role.Skip,
  time_local: Role.Time,
  time_iso8601: Role.Time,
  msec: Role.Time,
  request: Role.Request,
  request_method: Role.Method,
  request_uri: Role.Uri,
  uri: Role.Uri,
  status: Role.Status,
  bytes_sent: Role.BytesSent,
  body_bytes_sent: Role.BytesSent,
  request_time: Role.TimeTaken,
  http_referer: Role.Referer,
  http_user_agent: Role.UserAgent,
  host: Role.Host,
  http_host: Role.Host,
  server_name: Role.Host,
  // Not nginx's: all that stands before the time in a CLF relative nobody has described.
  prefix: Role.Prefix,
}

/** Of several variables for one role the first in the layout counts, except for these, which are better. */
const BETTER = new Set(['body_bytes_sent', 'request_uri'])

const SECONDS = 1_000_000

/**
 * Compile a layout in nginx notation (`$remote_addr - … "$request" …`) to a plan.
 *
 * @throws LogstatError `layout` when two variables touch, or none is the status
 */
export function compileLayout(format: string, layout: string): Plan {
  const parts = layout.split(/\$(?:\{(\w+)\}|(\w+))/)
  // split gives: text, name in braces, bare name, text, …
  const leading = parts[0] ?? ''
  const names: string[] = []
  const untils: string[] = []
  for (let i = 1; i < parts.length; i += 3) {
    names.push((parts[i] ?? parts[i + 1]) as string)
    untils.push(parts[i + 2] ?? '')
  }
  const owners = new Map<Role, string>()
  for (const name of names) {
    const role = VARIABLES[name]
    if (role && (!owners.has(role) || BETTER.has(name))) owners.set(role, name)
  }
  if (!owners.has(Role.Status))
    throw new LogstatError('layout', `the layout names no status: ${layout}`, 'Add $status: without it there is nothing to explain.')
  const steps = names.map((name, i): Step => {
    const until = untils[i] as string
    const last = i === names.length - 1
    if (until === '' && !last)
      throw new LogstatError(
        'layout',
        `$${name} and $${names[i + 1]} touch in the layout: ${layout}`,
        'Put some text between the two variables, or nobody can tell where one ends.',
      )
    const role = VARIABLES[name] ?? Role.Skip
    const owned = owners.get(role) === name ? role : Role.Skip
    return { role: owned, rule: ruleFor(owned, name, until, last), until: until === '' ? ' ' : until }
  })
  return { format, cutter: Cutter.Delimited, leading, steps, timeTakenUnitUs: SECONDS, strict: true }
}

function ruleFor(role: Role, name: string, until: string, last: boolean): Rule {
  if (until === '') return Rule.Word
  if (until.startsWith('"')) return last ? Rule.LastQuoted : Rule.Quoted
  if (role === Role.ClientIp && until.startsWith(' ')) return Rule.List
  return name === 'remote_user' ? Rule.User : Rule.Plain
}
