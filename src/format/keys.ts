import { type Plan, type Step, UNIT_BY_POINT } from '../kernel/plan.js'
import { Cutter, Flag, Role, Rule } from '../kernel/wasm/roles.js'
import type { Format, KeyRole, Keys, TimeUnit } from './format.js'

const ROLES: Readonly<Record<KeyRole, Role>> = {
  time: Role.Time,
  date: Role.Date,
  clientIp: Role.ClientIp,
  request: Role.Request,
  method: Role.Method,
  uri: Role.Uri,
  status: Role.Status,
  substatus: Role.Substatus,
  win32Status: Role.Win32Status,
  bytesSent: Role.BytesSent,
  bytesReceived: Role.BytesReceived,
  timeTaken: Role.TimeTaken,
  referer: Role.Referer,
  userAgent: Role.UserAgent,
  host: Role.Host,
  reason: Role.Reason,
  upstreamStatus: Role.UpstreamStatus,
}

/** Microseconds in a unit. */
export const UNIT_US: Readonly<Record<TimeUnit, number>> = { s: 1_000_000, ms: 1_000, us: 1, ns: 0.001 }

/** Compile the keys of a JSON or LTSV log to a plan: a step a key, in which the best key of a role comes first. */
export function compileKeys(
  format: string,
  kind: 'json' | 'ltsv',
  keys: Keys,
  {
    timeUnit = 's',
    timeUnits = {},
    guard,
    flags = 0,
  }: Pick<Format, 'timeUnit' | 'timeUnits' | 'guard'> & { readonly flags?: number } = {},
): Plan {
  const steps = Object.entries(keys).flatMap(([name, paths]) => {
    const role = ROLES[name as KeyRole]
    return paths.map((until): Step => {
      const unit = role === Role.TimeTaken ? timeUnits[until] : undefined
      const rule = role === Role.ClientIp ? Rule.AddressPort : Rule.Plain
      return {
        role,
        rule,
        until,
        ...(unit === undefined ? {} : { unitUs: unit === 's or ms' ? UNIT_BY_POINT : UNIT_US[unit] }),
      }
    })
  })
  for (const until of guard?.keys ?? []) steps.push({ role: Role.Guard, rule: Rule.Plain, until })
  return {
    format,
    cutter: kind === 'json' ? Cutter.Json : Cutter.Ltsv,
    leading: guard?.value ?? '',
    steps,
    timeTakenUnitUs: UNIT_US[timeUnit],
    flags: guard ? flags | Flag.Guarded : flags,
  }
}
