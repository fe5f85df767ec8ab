import { isSlip, nearestName } from '../edit-distance.js'
import { LogstatError } from '../errors.js'
import type { Plan, Step } from '../kernel/plan.js'
import { Cutter, Flag, Role, Rule } from '../kernel/wasm/roles.js'

interface Variable {
  readonly role: Role
  /** Cut without blanks inside, so that a line of another layout does not slip through. */
  readonly token?: true
  /** Microseconds in one unit. */
  readonly unitUs?: number
}
const skip: Variable = { role: Role.Skip, token: true }

/**
 * The roles of the variables of a layout; a variable that is not here is cut and forgotten.
 * https://nginx.org/en/docs/varindex.html; below them are variables of other servers, named in the same manner.
 */
const NGINX: Readonly<Record<string, Variable>> = {
  remote_addr: { role: Role.ClientIp },
  remote_user: { role: Role.User },
  user: { role: Role.User },
  realip_remote_addr: { role: Role.Skip },
  time_local: { role: Role.Time },
  time_iso8601: { role: Role.Time, token: true },
  msec: { role: Role.Time, token: true },
  request: { role: Role.Request },
  request_method: { role: Role.Method },
  request_uri: { role: Role.Uri },
  args: { role: Role.Query },
  query_string: { role: Role.Query },
  query: { role: Role.Query },
  uri: { role: Role.Uri },
  status: { role: Role.Status },
  bytes_sent: { role: Role.BytesSent },
  body_bytes_sent: { role: Role.BytesSent },
  request_length: { role: Role.BytesReceived },
  request_time: { role: Role.TimeTaken, unitUs: 1_000_000 },
  http_referer: { role: Role.Referer },
  http_user_agent: { role: Role.UserAgent },
  host: { role: Role.Host },
  http_host: { role: Role.Host },
  server_name: { role: Role.Host },
  upstream_status: { role: Role.UpstreamStatus },
}

const VARIABLES: Readonly<Record<string, Variable>> = {
  ...NGINX,
  /** All that stands before the time in a CLF relative nobody has described. */
  prefix: { role: Role.Prefix },
  /** An address with `:port` behind it. */
  client_and_port: { role: Role.ClientIp, token: true },
  /** A request line that was cut off with the line. */
  request_rest: { role: Role.Request },
  /** Times taken that are a number and nothing else. */
  seconds: { role: Role.TimeTaken, token: true, unitUs: 1_000_000 },
  milliseconds: { role: Role.TimeTaken, token: true, unitUs: 1_000 },
  /** A time taken in seconds with a fraction: such a field is hardly anything else. */
  fraction: { role: Role.TimeTaken, unitUs: 1_000_000 },
  /** A time taken with its unit, and blanks before it that align it. */
  duration: { role: Role.TimeTaken, token: true, unitUs: 1_000_000 },
  /** An address, with blanks before it that align it. */
  aligned_addr: { role: Role.ClientIp, token: true },
  request_time_ms: { role: Role.TimeTaken, token: true, unitUs: 1_000 },
  request_time_us: { role: Role.TimeTaken, token: true, unitUs: 1 },
  date: { role: Role.Date, token: true },
  time_of_day: { role: Role.TimeOfDay, token: true },
  substatus: { role: Role.Substatus },
  win32_status: { role: Role.Win32Status },
  /** The size of the request, surely a number. */
  bytes_received: { role: Role.BytesReceived },
  reason: { role: Role.Reason, token: true },
  target_status: { role: Role.UpstreamStatus, token: true },
  word: skip,
  number: skip,
}

/**
 * Of several variables for one role the first in the layout counts, except for these, which are better: Apache's `%T`
 * are whole seconds.
 */
const BETTER = new Set(['body_bytes_sent', 'request_uri', 'request_time_ms', 'request_time_us'])

/** Facts about the lines of a layout that the layout does not say. */
export interface LayoutOptions {
  /** Bits of Flag; Strict when absent. */
  readonly flags?: number
  /** A quote inside a quoted field has a backslash before it; not so with nginx's escape=none. */
  readonly quotesAreEscaped?: boolean
}

/** The role and form of a variable, if anything is known of it. */
export function roleOfVariable(name: string): Variable | undefined {
  return Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined
}

/**
 * Compile a layout in nginx notation (`$remote_addr - … "$request" …`) to a plan.
 *
 * @throws LogstatError `layout` when two variables touch, or none is the status
 */
export function compileLayout(
  format: string,
  layout: string,
  { flags = Flag.Strict, quotesAreEscaped = true }: LayoutOptions = {},
): Plan {
  const { leading, names, untils } = partsOf(layout)
  const owners = new Map<Role, string>()
  for (const name of names) {
    const role = roleOfVariable(name)?.role
    if (role && (!owners.has(role) || BETTER.has(name))) owners.set(role, name)
  }
  if (!owners.has(Role.Status)) throw withoutStatus(layout)
  const seen = new Set<string>()
  const steps = names.map((name, i): Step => {
    const until = untils[i] as string
    if (until === '' && i < names.length - 1)
      throw new LogstatError(
        'layout',
        {
          en: `$${name} and $${names[i + 1]} touch in the layout: ${layout}`,
          zh: `格式中 $${name} 与 $${names[i + 1]} 相连：${layout}`,
        },
        {
          en: 'Put some text between the two variables, or nobody can tell where one ends.',
          zh: '请在两个变量之间加入文字，否则无法判断前一个在哪里结束。',
        },
      )
    const role = roleOfVariable(name)?.role ?? Role.Skip
    const owned = owners.get(role) === name && !seen.has(name) ? role : Role.Skip
    seen.add(name)
    return {
      role: owned,
      rule: ruleFor(owned, name, until, names[i + 1], { flags, quotesAreEscaped }),
      until: until === '' ? ' ' : until,
    }
  })
  const timeTakenUnitUs = roleOfVariable(owners.get(Role.TimeTaken) ?? '')?.unitUs ?? 1_000_000
  return { format, cutter: Cutter.Delimited, leading, steps, timeTakenUnitUs, flags }
}

export function withoutStatus(layout: string): LogstatError {
  return new LogstatError(
    'layout',
    { en: `the layout names no status: ${layout}`, zh: `格式中没有状态码：${layout}` },
    { en: 'Add $status: without it there is nothing to explain.', zh: '请加上 $status：没有状态码就无从解释。' },
  )
}

/** Variables of nginx that are not read, but are like some that are. */
const OTHERS = new Set(
  'request_id request_body request_port remote_port hostname host_name http_cookie time_local_ms remote_user server_addr server_port scheme args upstream_addr'.split(
    ' ',
  ),
)

/**
 * Refuse a variable that somebody typed wrong: one that is a letter or two away from one that is read, and is not in
 * the layout.
 */
export function checkVariables(layout: string): void {
  const names = [...layout.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].map(([, braced, bare]) => (braced ?? bare) as string)
  const read = Object.keys(NGINX).filter((name) => NGINX[name]?.role !== Role.Skip && !names.includes(name))
  for (const name of names) {
    if (Object.hasOwn(VARIABLES, name) || OTHERS.has(name)) continue
    const near = nearestName(name, read)
    if (near === undefined || !isSlip(name, near)) continue
    throw new LogstatError(
      'layout',
      { en: `$${name} is no variable that logstat knows`, zh: `$${name} 不是 logstat 已知的变量` },
      {
        en: `Did you mean $${near}? A variable of your own may have any other name: what it holds is not read.`,
        zh: `您是不是要用 $${near}？自定义变量可以用其他名称，其内容不会读取。`,
      },
    )
  }
}

/** The variables of a layout, and the text behind each of them. */
function partsOf(layout: string): { readonly leading: string; readonly names: string[]; readonly untils: string[] } {
  const parts = layout.split(/\$(?:\{(\w+)\}|(\w+))/)
  // split gives: text, name in braces, bare name, text, …
  const names: string[] = []
  const untils: string[] = []
  for (let i = 1; i < parts.length; i += 3) {
    const name = (parts[i] ?? parts[i + 1]) as string
    const touches = names.length > 0 && untils.at(-1) === ''
    // Nobody can tell where the first of two ends that touch; where nothing is wanted of both, nobody needs to.
    if (touches && isUnknown(name) && isUnknown(names.at(-1) as string)) untils.pop()
    else names.push(name)
    untils.push(parts[i + 2] ?? '')
  }
  return { leading: parts[0] ?? '', names, untils }
}

const isUnknown = (name: string): boolean => (roleOfVariable(name)?.role ?? Role.Skip) === Role.Skip

/** Values that hold blanks: without quotes around them, the last of a line goes to its end. */
const WITH_BLANKS = new Set([Role.Request, Role.Referer, Role.UserAgent])

function ruleFor(
  role: Role,
  name: string,
  until: string,
  next: string | undefined,
  { flags, quotesAreEscaped }: Required<LayoutOptions>,
): Rule {
  if (name === 'request_rest') return Rule.Rest
  if (name === 'fraction') return Rule.Fraction
  if (until === '') return WITH_BLANKS.has(role) ? Rule.Rest : Rule.Word
  if (until.startsWith('"') && quotesAreEscaped) return next === undefined ? Rule.LastQuoted : Rule.Quoted
  // A request line holds blanks, so that the first one does not end it.
  if (role === Role.Request && until.startsWith(' ') && roleOfVariable(next ?? '')?.role === Role.Status)
    return Rule.RequestAndStatus
  if (role === Role.Request && until === ' ') return Rule.RequestLine
  if (name === 'client_and_port') return Rule.AddressPort
  if (['number', 'seconds', 'milliseconds', 'bytes_received'].includes(name)) return Rule.Number
  if (roleOfVariable(name)?.token) return Rule.Token
  if (until.startsWith(' ') && name.startsWith('upstream_')) return Rule.Chain
  if (role === Role.ClientIp && until.startsWith(' ')) return Rule.List
  if (role === Role.Host) return Rule.Host
  // One of several layouts must not take the lines of another; one that was asked for takes whatever name a client made
  // up.
  if (name === 'remote_user' && flags & Flag.Strict) return Rule.User
  return roleOfVariable(next ?? '')?.role === Role.Time ? Rule.UntilTime : Rule.Plain
}
