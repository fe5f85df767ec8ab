import { isSlip, nearestName } from '../edit-distance.js'
import { LogstatError } from '../errors.js'
import type { Plan, Step } from '../kernel/plan.js'
import { Cutter, Flag, Role, Rule } from '../kernel/wasm/roles.js'
import type { Server } from './format.js'

/**
 * The roles of the fields of a W3C extended log, best source of a role first. A field that is not here is cut and
 * forgotten.
 * https://www.w3.org/TR/WD-logfile.html and
 * https://learn.microsoft.com/windows/win32/http/w3c-logging
 */
const FIELDS: readonly (readonly [string, Role])[] = [
  ['date', Role.Date],
  ['date-local', Role.Date],
  ['time', Role.TimeOfDay],
  ['time-local', Role.TimeOfDay],
  ['c-ip', Role.ClientIp],
  ['cs-ip', Role.ClientIp],
  ['cs-method', Role.Method],
  // ISA Server and TMG.
  ['s-operation', Role.Method],
  ['cs-uri-stem', Role.Uri],
  ['cs-uri', Role.Uri],
  ['cs-url-stem', Role.Uri],
  ['cs-username', Role.User],
  ['cs-uri-query', Role.Query],
  ['sc-status', Role.Status],
  ['c-status', Role.Status],
  ['sc-substatus', Role.Substatus],
  ['sc-win32-status', Role.Win32Status],
  ['s-reason', Role.Reason],
  // CloudFront; best first.
  ['x-edge-detailed-result-type', Role.Reason],
  ['x-edge-result-type', Role.Reason],
  ['sc-bytes', Role.BytesSent],
  ['cs-bytes', Role.BytesReceived],
  ['time-taken', Role.TimeTaken],
  ['timetakenms', Role.TimeTaken],
  ['cs(referer)', Role.Referer],
  ['cs(referrer)', Role.Referer],
  ['cs-referred', Role.Referer],
  ['cs(user-agent)', Role.UserAgent],
  ['c-agent', Role.UserAgent],
  ['cs-host', Role.Host],
  ['cs(host)', Role.Host],
  ['x-host-header', Role.Host],
  ['r-host', Role.Host],
  ['s-sitename', Role.Host],
]

const MILLISECONDS = 1_000
const SECONDS = 1_000_000

/** A `#Fields` line and what follows from it. */
export interface W3cHeader {
  readonly plan: Plan
  readonly fields: readonly string[]
  readonly server: Server | null
  /** Without a status column there is nothing to explain; such a file is refused. */
  readonly hasStatus: boolean
}

/**
 * Compile a `#Fields:` line to a plan.
 *
 * @param line     the directive, with or without `#Fields:` in front
 * @param software the `#Software` line in force, if any: it tells milliseconds from the draft's seconds
 * @param isGuess  no header said so: a record must look like one of these fields to be taken
 */
export function compileFields(line: string, software = '', isGuess = false): W3cHeader {
  const fields = fieldsLine(line)
    .replace(/^#fields:/i, '')
    .trim()
    .split(/[ \t]+/)
    .filter(Boolean)
  const lower = fields.map((f) => f.toLowerCase())
  const roles = new Array<Role>(fields.length).fill(Role.Skip)
  const taken = new Set<Role>()
  for (const [name, role] of FIELDS) {
    const at = lower.indexOf(name)
    if (at === -1 || taken.has(role)) continue
    roles[at] = role
    taken.add(role)
  }
  const isMicrosoft = /microsoft/i.test(software) || taken.has(Role.Win32Status) || taken.has(Role.Substatus)
  // ASP.NET Core's W3CLogger names no software; of those that write seconds none names the server's port.
  const isMilliseconds = isMicrosoft || lower.includes('s-port') || lower.includes('s-computername')
  const steps = roles.map((role): Step => ({ role, rule: Rule.Plain, until: '' }))
  const isLocal = !lower.includes('time') && lower.includes('time-local')
  const flags =
    (isLocal ? Flag.LocalTime : 0) |
    (isGuess ? Flag.Checked : 0) |
    (lower.includes('s-reason') ? 0 : Flag.ReasonOfErrors) |
    (lower.includes('s-operation') ? Flag.ForeignStatus : 0)
  const isCloudFront = lower.includes('x-edge-location')
  const isHttpErr = taken.has(Role.Reason) && !isCloudFront
  return {
    plan: {
      format: 'w3c',
      cutter: Cutter.W3c,
      leading: '',
      steps,
      timeTakenUnitUs: isMilliseconds ? MILLISECONDS : SECONDS,
      flags,
    },
    fields,
    server: isCloudFront ? 'aws-cloudfront' : isHttpErr ? 'httpsys' : isMicrosoft ? 'iis' : null,
    hasStatus: taken.has(Role.Status),
  }
}

// The last moment read of a log whose records carry no date is noted behind the `#Fields` line in force, as a `#Date`
// line: the records that follow go on from there.

/** The `#Fields` line of what is noted. */
export const fieldsLine = (noted: string): string => noted.split('\n', 1)[0] as string

/** Whether the records say their date themselves. */
export const hasDate = (line: string): boolean => /[ \t]date(-local)?([ \t]|$)/i.test(fieldsLine(line))

/** The note of a `#Fields` line and the last moment read under it. */
export function noteMoment(line: string | null, moment: number | null): string | null {
  if (line === null || moment === null || !isFieldsLine(line) || hasDate(line)) return line
  return `${fieldsLine(line)}\n#Date: ${new Date(moment * 1000).toISOString().slice(0, 19).replace('T', ' ')}`
}

/** The moment noted, in seconds since 1970; null when there is none. */
export function momentNoted(noted: string | null): number | null {
  const date = /\n#Date: (\S+) (\S+)$/.exec(noted ?? '')
  return date ? Date.parse(`${date[1]}T${date[2]}Z`) / 1000 : null
}

/** Fields that are not read, but that servers write (IIS, CloudFront, ISA Server): a slip of the pen is told from them. */
const OTHERS =
  's-computername s-ip s-port s-dns cs-username cs-uri-query cs-version cs(cookie) cs-protocol cs-protocol-version s-queuename s-siteid c-port c-dns streamid x-forwarded-for x-edge-location transport s-proxy s-svcname s-event bytes cached comment count interval r-ip r-port r-dns s-object-source s-cache-info s-cache-status s-authorization rule filterinfo action error-info cs-network sc-network cs-mime-type c-svcname ssl-protocol ssl-cipher fle-status time-to-first-byte sc-content-type sc-content-len sc-range-start sc-range-end'.split(
    ' ',
  )

export const isFieldsLine = (text: string): boolean => /^\s*#fields:/i.test(text)

/** Names of fields as a `#Fields` line. */
export function fieldsText(names: string): string {
  return isFieldsLine(names) ? names.trim() : `#Fields: ${names.trim()}`
}

/**
 * Refuse names that a user gave for the fields of a log: one that is likely misspelt, or none for the status.
 *
 * `cs(…)`, `sc(…)`, `rs(…)`, `x-…` and `-` are free.
 */
export function checkFields(line: string): void {
  const known = [...FIELDS.map(([name]) => name), ...OTHERS]
  const { fields, hasStatus } = compileFields(line)
  for (const field of fields) {
    const name = field.toLowerCase()
    if (known.includes(name) || /^(?:[a-z]{1,2}\(.+\)|x-.+|-)$/.test(name)) continue
    const near = nearestName(name, known)
    // A `#Fields` line may name anything. Only what is like a name that is read is taken for a slip of the pen.
    if (/^[a-z][\w-]*$/.test(name) && (near === undefined || !isSlip(name, near))) continue
    throw new LogstatError(
      'fields',
      {
        en: `"${field}" is no field of a W3C log that logstat knows`,
        zh: `“${field}”不是 logstat 已知的 W3C 日志字段`,
      },
      {
        en: `${near === undefined ? '' : `Did you mean ${near}? `}Of a field that is of no interest only the place counts: call it x-something.`,
        zh: `${near === undefined ? '' : `您是不是要用 ${near}？`}不需要的字段只占位置即可：命名为 x-某名称。`,
      },
    )
  }
  if (!hasStatus)
    throw new LogstatError(
      'fields',
      { en: 'the fields name no status', zh: '字段中没有状态码' },
      {
        en: 'Add sc-status where it stands: without it there is nothing to explain.',
        zh: '请在相应位置加上 sc-status：没有状态码就无从解释。',
      },
    )
}

/** A plan that takes no line: a W3C log before its first `#Fields`. */
export const NO_FIELDS: Plan = {
  format: 'w3c',
  cutter: Cutter.None,
  leading: '',
  steps: [],
  timeTakenUnitUs: MILLISECONDS,
  flags: 0,
}
