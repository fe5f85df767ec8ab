import { decode, type Kernel, probingKernel } from '../kernel/kernel.js'
import type { Plan } from '../kernel/plan.js'
import { Cutter, Flag } from '../kernel/wasm/roles.js'
import { type Asked, compileOwn } from './asked.js'
import { wrongField } from './canonical.js'
import type { Format, Server } from './format.js'
import { inferHeaders } from './headerless.js'
import type { OwnFormat } from './own.js'
import { fieldsOf, textOf } from './pattern.js'
import { FORMATS, hasPlans, plansOf, plansOfFamily } from './registry.js'
import { compileFields, NO_FIELDS, type W3cHeader } from './w3c.js'

/** What an input is, and why. */
export interface Detection {
  readonly format: string
  readonly title: string
  readonly server: Server | null
  /** Of the lines looked at, those that fit; directives, comments and blank lines are not among them. */
  readonly fits: number
  readonly looked: number
  /** For people, one fact a line. */
  readonly evidence: readonly string[]
  readonly plans: readonly Plan[]
  /** What an input of which this format fits less than half seems to be rather. */
  readonly seems?: string
  /** Set for a W3C log: the header that was found. */
  readonly w3c?: W3cHeader
  /** Set for a format of the user's own. */
  readonly own?: Asked
}

/** No format fits. */
export interface Undetected {
  readonly format: null
  /** What the input seems to be, if that can be told. */
  readonly seems: string | null
  readonly looked: number
  readonly evidence: readonly string[]
}

const MAX_LINES = 200
const MAX_BYTES = 512 << 10

/**
 * Tell the format of an input from its first bytes (64 KiB are plenty): its content, never its name.
 *
 * Every format is tried on the same lines by the kernel itself, so that what is detected is what will be read.
 *
 * @param own formats of the user's, which go before those that are known to everybody
 * @param idle a kernel that nothing is counted with just now: to make another one takes 4 % of a small report
 */
export function detect(head: Uint8Array, isWhole: boolean, own: readonly OwnFormat[] = [], idle?: Kernel): Detection | Undetected {
  kernel = idle ?? probingKernel()
  try {
    return detectIn(head.subarray(0, MAX_BYTES), isWhole && head.length <= MAX_BYTES, own)
  } finally {
    // A kernel that was lent is not kept.
    kernel = undefined
  }
}

function detectIn(head: Uint8Array, isWhole: boolean, own: readonly OwnFormat[]): Detection | Undetected {
  const lines = firstLines(head, isWhole)
  const texts = lines.map((line) => decode(line).replace(/\r$/, ''))
  const fieldsLine = texts.find((t) => /^#fields:/i.test(t))
  const softwareLine = texts.find((t) => /^#software:/i.test(t))
  if (fieldsLine !== undefined) return detectW3c(fieldsLine, softwareLine, lines, texts)

  const data = lines.filter((line, i) => line[0] !== 0x23 && /\S/.test(texts[i] as string))
  const ours = detectOwn(data, own)
  if (ours) return ours
  const inner = unwrapDocker(data)
  if (inner) {
    const found = detectLines(inner)
    if (found)
      return {
        ...found,
        plans: found.plans.map((p) => ({ ...p, flags: p.flags | Flag.Docker })),
        evidence: [...found.evidence, "each line is inside a JSON object of Docker's"],
      }
  }
  const found = detectLines(data) ?? detectHeaderless(data)
  const seems = found && found.fits * 2 > found.looked ? null : guess(texts)
  if (found) return seems === null ? found : { ...found, seems, evidence: [...found.evidence, `the others look like ${seems}`] }
  if (data.length === 0 || softwareLine !== undefined || texts.some((t) => /^#(version|date):/i.test(t))) return emptyDetection(data.length, softwareLine)
  return { format: null, seems, looked: data.length, evidence: [`none of ${FORMATS.length} formats fits a line`] }
}

/** A file may mix so many further formats, if each fits this share of the lines that the others leave. */
const FURTHER = 3
const FURTHER_SHARE = 0.1

function detectLines(data: readonly Uint8Array[]): Detection | undefined {
  const found = takesOf(data)
  const best = mostOf(found)
  if (!best) return undefined
  const { format } = best
  // Related layouts in the registry's order, in which a line is given to the most particular one that it fits.
  let plans = plansOfFamily(format.family, format.family === 'own' ? [format] : found.map((f) => f.format).filter((f) => f.family === format.family))
  let rest = without(plans, data)
  for (let i = 0; i < FURTHER && rest.length > 1; i++) {
    const next = mostOf(takesOf(rest))
    if (!next || next.lines < 2 || next.lines < rest.length * FURTHER_SHARE) break
    plans = [...plans, ...plansOf(next.format)]
    rest = without(plans, rest)
  }
  if (format.family === 'clf') plans = withRicher(plans, data)
  const others = found.filter((f) => f !== best)
  return {
    format: format.name,
    title: format.title,
    server: format.server,
    fits: data.length - rest.length,
    looked: data.length,
    evidence: [
      `${best.lines} of ${data.length} lines fit ${format.name}`,
      ...(others.length ? [`lines of other layouts: ${others.map((f) => `${f.format.name} ${f.lines}`).join(', ')}`] : []),
    ],
    plans,
  }
}

/**
 * A layout tolerates what stands behind its last field. Where so far nothing does, a line that comes later and has more is rather one of a
 * richer layout: that of `combined` in a log of `common`.
 */
function withRicher(plans: readonly Plan[], data: readonly Uint8Array[]): Plan[] {
  const [main, ...others] = plans as [Plan, ...Plan[]]
  const bare: Plan = { ...main, flags: main.flags | Flag.NoTail }
  return fitsOf([bare], data) === fitsOf([main], data) ? [bare, ...others, main] : [...plans]
}

interface Taken {
  readonly format: Format
  /** Lines of which no other format gets more. */
  readonly lines: number
}

/** Give each line to the format that gets most fields out of it, of several the first in the registry. */
function takesOf(data: readonly Uint8Array[]): Taken[] {
  const best = data.map(() => ({ format: undefined as Format | undefined, fields: 0 }))
  const fieldsBy = proberOf(data)
  for (const format of FORMATS.filter(hasPlans)) {
    fieldsBy(plansOf(format)).forEach((fields, i) => {
      if (fields > (best[i]?.fields ?? 0)) best[i] = { format, fields }
    })
  }
  return FORMATS.map((format) => ({ format, lines: best.filter((b) => b.format === format).length })).filter(({ lines }) => lines > 0)
}

function mostOf(taken: readonly Taken[]): Taken | undefined {
  return taken.length === 0 ? undefined : taken.reduce((a, b) => (b.lines > a.lines ? b : a))
}

/** What the methods of FTP are called in the logs of IIS 7 and later: commands, and events of its own. */
const FTP_METHOD =
  /^(USER|PASS|ACCT|QUIT|CWD|CDUP|PWD|RETR|STOR|STOU|APPE|LIST|NLST|MLSD|MLST|PASV|EPSV|PORT|EPRT|TYPE|SYST|FEAT|OPTS|AUTH|PBSZ|PROT|NOOP|DELE|MKD|RMD|RNFR|RNTO|SIZE|MDTM|REST|ABOR|SITE|(Control|Data)Channel(Opened|Closed))$/

function isFtp(fieldsLine: string, texts: readonly string[]): boolean {
  const column = fieldsLine.toLowerCase().split(/\s+/).slice(1).indexOf('cs-method')
  const methods = texts.flatMap((text) => (/^(#|\s*$)/.test(text) ? [] : (text.split(/\s+/)[column] ?? '')))
  return methods.filter((method) => FTP_METHOD.test(method)).length * 2 > methods.length
}

function detectW3c(fieldsLine: string, softwareLine: string | undefined, lines: readonly Uint8Array[], texts: readonly string[]): Detection | Undetected {
  const software = softwareLine?.replace(/^#software:\s*/i, '') ?? ''
  const header = compileFields(fieldsLine, software)
  const data = lines.filter((line, i) => line[0] !== 0x23 && /\S/.test(texts[i] as string))
  if (isFtp(fieldsLine, texts))
    return { format: null, seems: 'an IIS FTP log, whose codes are not those of HTTP', looked: data.length, evidence: ['its methods are those of FTP'] }
  // Records before the first #Fields line tell nothing of the lines behind it.
  const sections = sectionsOf(lines, texts, software)
  return {
    format: 'w3c',
    title: software ? `W3C extended log (${software})` : 'W3C extended log',
    server: header.server,
    fits: sections.reduce((n, { plan, records }) => n + fitsOf([plan], records), 0),
    looked: sections.reduce((n, { records }) => n + records.length, 0),
    evidence: [
      `a #Fields line names ${header.fields.length} fields: ${header.fields.join(' ')}`,
      software ? `#Software: ${software}` : 'no #Software line',
      header.hasStatus ? 'it has a status column' : 'it names no status column',
    ],
    plans: [NO_FIELDS],
    w3c: header,
  }
}

/** The records behind each `#Fields` line, with the plan that it makes. */
function sectionsOf(lines: readonly Uint8Array[], texts: readonly string[], software: string): { plan: Plan; records: Uint8Array[] }[] {
  const sections: { plan: Plan; records: Uint8Array[] }[] = []
  for (const [i, text] of texts.entries()) {
    if (/^#fields:/i.test(text)) sections.push({ plan: compileFields(text, software).plan, records: [] })
    else if (!/^(#|\s*$)/.test(text)) sections.at(-1)?.records.push(lines[i] as Uint8Array)
  }
  return sections
}

/** The format of the user's that most lines fit, if it is most of the lines. */
function detectOwn(data: readonly Uint8Array[], own: readonly OwnFormat[]): Detection | undefined {
  const found = own.map((format) => {
    const asked = compileOwn(format)
    return { asked, fits: asked.pattern ? matchesOf(asked.pattern, data) : fitsOf(asked.plans.map(asGuess), data) }
  })
  const [best] = found.sort((a, b) => b.fits - a.fits)
  if (!best || best.fits * 2 <= data.length) return undefined
  const { asked, fits } = best
  return {
    format: asked.w3c ? 'w3c' : asked.name,
    title: `${asked.name}, a format of your own`,
    server: asked.server,
    fits,
    looked: data.length,
    evidence: [`${fits} of ${data.length} lines fit ${asked.name}`],
    plans: asked.plans,
    own: asked,
  }
}

/** A number of values alone tells nothing. */
const asGuess = (plan: Plan): Plan => (plan.cutter === Cutter.W3c ? { ...plan, flags: plan.flags | Flag.Checked } : plan)

function matchesOf(pattern: RegExp, data: readonly Uint8Array[]): number {
  const texts = data.map((line) => textOf(Buffer.from(line).toString('latin1').replace(/\r$/, '')).text)
  return texts.filter((text) => {
    const fields = fieldsOf(pattern, text)
    return fields && !wrongField(fields)
  }).length
}

/** A W3C log that has lost its header; a later `#Fields` line holds from there on. */
function detectHeaderless(data: readonly Uint8Array[]): Detection | undefined {
  const headers = inferHeaders(data.map(decode)).filter(({ plan }) => fitsOf([plan], data) > 0)
  if (headers.length === 0) return undefined
  const plans = headers.map((h) => h.plan)
  return {
    format: 'w3c',
    title: 'W3C extended log without its #Fields line',
    server: 'iis',
    fits: fitsOf(plans, data),
    looked: data.length,
    evidence: ['there is no #Fields line; the fields follow from the values', ...headers.map((h) => `as if: #Fields: ${h.fields.join(' ')}`)],
    plans,
  }
}

/** Nothing but blank lines or directives: an empty log is fine. */
function emptyDetection(looked: number, softwareLine: string | undefined): Detection {
  return {
    format: softwareLine ? 'w3c' : 'empty',
    title: softwareLine ? 'W3C extended log without records' : 'an empty log',
    server: softwareLine ? 'iis' : null,
    fits: 0,
    looked,
    evidence: ['there are no records'],
    plans: [NO_FIELDS],
  }
}

/** Bytes of a UTF-8 byte order mark at the beginning. */
export function byteOrderMark(head: Uint8Array): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
}

/** Complete lines of the head, without their newline; the last one only if the head is the whole input. */
function firstLines(head: Uint8Array, isWhole: boolean): Uint8Array[] {
  const lines: Uint8Array[] = []
  let start = byteOrderMark(head)
  while (start < head.length && lines.length < MAX_LINES) {
    const newline = head.indexOf(0x0a, start)
    if (newline === -1 && !isWhole && lines.length > 0) break
    const end = newline === -1 ? head.length : newline
    lines.push(head.subarray(start, end))
    start = end + 1
  }
  return lines
}

/** The log lines inside the objects of Docker's json-file driver, if that is what the lines are. */
function unwrapDocker(lines: readonly Uint8Array[]): Uint8Array[] | undefined {
  const inner: Uint8Array[] = []
  for (const line of lines) {
    if (line[0] !== 0x7b) continue
    try {
      const { log } = JSON.parse(Buffer.from(line).toString()) as { log?: unknown }
      if (typeof log === 'string') inner.push(Buffer.from(log.replace(/\n$/, '')))
    } catch {
      // Not JSON: not Docker's.
    }
  }
  return inner.length * 2 > lines.length ? inner : undefined
}

/** What lines are tried with, set by `detect`. */
let kernel: Kernel | undefined

/** As `Kernel.prober`; holds until the next call. */
const proberOf = (lines: readonly Uint8Array[]): ReturnType<Kernel['prober']> => (kernel as Kernel).prober(lines)

/** The lines that none of the plans takes. */
function without(plans: readonly Plan[], lines: readonly Uint8Array[]): readonly Uint8Array[] {
  const fields = proberOf(lines)(plans)
  return lines.filter((_, i) => fields[i] === 0)
}

function fitsOf(plans: readonly Plan[], lines: readonly Uint8Array[]): number {
  return proberOf(lines)(plans).filter((fields) => fields > 0).length
}

/** Signs of inputs that are often given by mistake. */
const LOOKALIKES: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(debug|info|notice|warn|error|crit|alert|emerg)\]/, 'an nginx error log'],
  [/^\[\w{3} \w{3} \d\d? [\d:.]+ \d{4}\] \[/, 'an Apache error log'],
  [/^\[\d\d\/\w{3}\/\d{4}:[\d:]+ [+-]\d{4}\] \S+ (TLS|SSL)v[\d.]+ /, 'an Apache ssl_request_log, which holds no status'],
  [/^tls \d\.\d \d{4}-\d\d-\d\dT[\d:]+ net\//, 'a TLS log of an AWS Network Load Balancer, which holds no status'],
  [/ -?\d+\/-?\d+\/\+?-?\d+ \+?\d+ [\w-]{2} \d+\/\d+\/\d+\/\d+\/\+?\d+ \d+\/\d+/, 'an HAProxy tcplog, which holds no status'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d .*\b(ControlChannel|DataChannel)(Opened|Closed)\b/, 'an IIS FTP log'],
  [/^\s*\{.*"logger":"http\.log\.error/, 'a runtime log of Caddy'],
  [/^\s*(\{|\[\s*([{["]|$))/, 'JSON of a shape that is not known'],
  [/^<\?xml|^<!doctype|^<html/i, 'XML or HTML'],
  [/^\w{3} [ \d]\d \d\d:\d\d:\d\d \S+ \S+(\[\d+\])?: /, 'a syslog file'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ /, 'a W3C log without its #Fields line'],
  [/^[^,;]+(,[^,]*){2,}$|^[^,;]+(;[^;]*){2,}$/, 'a table of separated values (CSV)'],
]

function guess(texts: readonly string[]): string | null {
  const first = texts.filter((t) => t.trim()).slice(0, 20)
  if (first.some((t) => t.includes('\0'))) return 'binary data'
  for (const [sign, what] of LOOKALIKES) if (first.filter((t) => sign.test(t)).length * 2 > first.length) return what
  return null
}
