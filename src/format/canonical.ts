import type { Plan, Step } from '../kernel/plan.js'
import { Cutter, Role, Rule } from '../kernel/wasm/roles.js'
import type { TimeUnit } from './format.js'

// The one layout for entries that are not read from a line as it stands: a JSON object a line, its keys the names
// below. What was cut
// elsewhere is written so, and then read, filtered and counted by the kernel as any other log is.

/** The names of an entry's fields, and what they are for; of two for the same the earlier counts. */
const FIELDS = {
  clientIp: { role: Role.ClientIp },
  ip: { role: Role.ClientIp },
  time: { role: Role.Time },
  date: { role: Role.Date },
  timeOfDay: { role: Role.TimeOfDay },
  method: { role: Role.Method },
  uri: { role: Role.Uri },
  request: { role: Role.Request },
  status: { role: Role.Status },
  substatus: { role: Role.Substatus },
  win32Status: { role: Role.Win32Status },
  win32: { role: Role.Win32Status },
  bytesSent: { role: Role.BytesSent },
  bytesReceived: { role: Role.BytesReceived },
  timeTaken: { role: Role.TimeTaken },
  timeTakenMs: { role: Role.TimeTaken, unit: 'ms' },
  timeTakenUs: { role: Role.TimeTaken, unit: 'us' },
  timeTakenNs: { role: Role.TimeTaken, unit: 'ns' },
  referer: { role: Role.Referer },
  userAgent: { role: Role.UserAgent },
  host: { role: Role.Host },
  reason: { role: Role.Reason },
  upstreamStatus: { role: Role.UpstreamStatus },
} as const satisfies Readonly<Record<string, { readonly role: Role; readonly unit?: TimeUnit }>>
type FieldName = keyof typeof FIELDS

export const FIELD_NAMES = Object.keys(FIELDS) as FieldName[]

/** Values by name of field; what an entry lacks is undefined. */
export type Fields = Readonly<Record<string, string | undefined>>

export const isFieldName = (name: string): name is FieldName => Object.hasOwn(FIELDS, name)

/** The unit that the name of a field says; undefined when it leaves that open. */
export function unitNamed(names: readonly FieldName[]): TimeUnit | undefined {
  for (const name of names) {
    const field = FIELDS[name]
    if ('unit' in field) return field.unit
  }
  return undefined
}

/** How lines that `writeEntry` made are read. */
export function canonicalPlan(
  format: string,
  names: readonly FieldName[],
  timeTakenUnitUs: number,
  flags: number,
): Plan {
  const steps = FIELD_NAMES.filter((name) => names.includes(name)).map((until): Step => {
    const { role } = FIELDS[until]
    return { role, rule: role === Role.ClientIp ? Rule.AddressPort : Rule.Plain, until }
  })
  return { format, cutter: Cutter.Json, leading: '', steps, timeTakenUnitUs, flags }
}

/** Forms of the values without which there is no entry. */
const FORMS = [
  ['status', Role.Status, /^(?:\d{1,3}|-1?)$/],
  ['substatus', Role.Substatus, /^(?:\d{1,4}|[1-5]\d{4}|-?)$/],
] as const

/** The field whose value makes the entry none, with its role; undefined when it is one. */
export function wrongField(fields: Fields): { readonly name: 'status' | 'substatus'; readonly role: Role } | undefined {
  for (const [name, role, form] of FORMS) {
    const value = fields[name]
    if (value === undefined ? name === 'status' : !form.test(value)) return { name, role }
  }
  return undefined
}

const SPECIAL = /["\\]/

/**
 * An entry as a line, without its newline.
 *
 * Only quotes and backslashes need escaping: a value ends at a bare quote and nowhere else, and holds no newline, since
 * it was cut
 * from a line. Every other byte stays as it is, so that the value that is read is the one that was written.
 */
export function writeEntry(fields: Fields): string {
  // Joined at once: a text that grows by pieces is copied together one piece after the other when it is used.
  const pieces: string[] = []
  for (const name in fields) {
    const value = fields[name]
    if (value)
      pieces.push(
        pieces.length === 0 ? '{"' : '","',
        name,
        '":"',
        SPECIAL.test(value) ? value.replace(/["\\]/g, '\\$&') : value,
      )
  }
  pieces.push(pieces.length === 0 ? '{}' : '"}')
  return pieces.join('')
}
