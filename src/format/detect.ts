import { decode, Kernel } from '../kernel/kernel.js'
import type { Plan } from '../kernel/plan.js'
import { Flag } from '../kernel/wasm/roles.js'
import type { Format, Server } from './format.js'
import { inferHeaders } from './headerless.js'
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
  /** Set for a W3C log: the header that was found. */
  readonly w3c?: W3cHeader
  /** Of a W3C log without a header: the layout of most of its records. */
  readonly fields?: string
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

/**
 * Tell the format of an input from its first bytes (64 KiB are plenty): its content, never its name.
 *
 * Every format is tried on the same lines by the kernel itself, so that what is detected is what will be read.
 */
export function detect(head: Uint8Array, isWhole: boolean): Detection | Undetected {
  const lines = firstLines(head, isWhole)
  const texts = lines.map((line) => decode(line).replace(/\r$/, ''))
  const fieldsLine = texts.find((t) => /^#fields:/i.test(t))
  const softwareLine = texts.find((t) => /^#software:/i.test(t))
  if (fieldsLine !== undefined) return detectW3c(fieldsLine, softwareLine, lines, texts)

  const data = lines.filter((line, i) => line[0] !== 0x23 && /\S/.test(texts[i] as string))
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
  if (found) return found
  if (data.length === 0 || softwareLine !== undefined || texts.some((t) => /^#(version|date):/i.test(t))) return emptyDetection(data.length, softwareLine)
  return { format: null, seems: guess(texts), looked: data.length, evidence: [`none of ${FORMATS.length} formats fits a line`] }
}

/** Of formats that fit about equally many lines, the one counts that gets most out of them. */
const ABOUT = 0.8
/** A file may mix so many further formats, if each fits this share of the lines the others leave. */
const FURTHER = 3
const FURTHER_SHARE = 0.1

function detectLines(data: readonly Uint8Array[]): Detection | undefined {
  const best = bestOf(data)
  if (!best) return undefined
  const { format, tried } = best
  let plans = plansOfFamily(format.family, format)
  const mixed: string[] = []
  let rest = data.filter((line) => !fitsAny(plans, [line]))
  for (let i = 0; i < FURTHER && rest.length > 1; i++) {
    const next = bestOf(rest)
    if (!next || next.fits < 2 || next.fits < rest.length * FURTHER_SHARE) break
    plans = [...plans, ...plansOf(next.format)]
    mixed.push(`${next.fits} of the other lines fit ${next.format.name}`)
    rest = rest.filter((line) => !fitsAny(plans, [line]))
  }
  const others = tried.filter((t) => t.format !== format && t.fits > 0).map((t) => `${t.format.name}: ${t.fits}`)
  return {
    format: format.name,
    title: format.title,
    server: format.server,
    fits: data.length - rest.length,
    looked: data.length,
    evidence: [
      `${best.fits} of ${data.length} lines fit ${format.name}`,
      ...mixed,
      ...(others.length ? [`fewer or less particular: ${others.join(', ')}`] : []),
    ],
    plans,
  }
}

interface Tried {
  readonly format: Format
  readonly fits: number
  /** Fields found in a line that fits, on average. */
  readonly fields: number
}

function bestOf(data: readonly Uint8Array[]): (Tried & { readonly tried: readonly Tried[] }) | undefined {
  const tried = FORMATS.filter(hasPlans).map((format) => ({ format, ...tryOn(plansOf(format), data) }))
  const most = Math.max(0, ...tried.map((t) => t.fits))
  if (most === 0) return undefined
  const best = tried.filter((t) => t.fits >= most * ABOUT).reduce((a, b) => (b.fields > a.fields + 0.01 ? b : a))
  return { ...best, tried }
}

function detectW3c(fieldsLine: string, softwareLine: string | undefined, lines: readonly Uint8Array[], texts: readonly string[]): Detection {
  const software = softwareLine?.replace(/^#software:\s*/i, '') ?? ''
  const header = compileFields(fieldsLine, software)
  const data = lines.filter((line, i) => line[0] !== 0x23 && /\S/.test(texts[i] as string))
  return {
    format: 'w3c',
    title: software ? `W3C extended log (${software})` : 'W3C extended log',
    server: header.server,
    fits: tryOn([header.plan], data).fits,
    looked: data.length,
    evidence: [
      `a #Fields line names ${header.fields.length} fields: ${header.fields.join(' ')}`,
      software ? `#Software: ${software}` : 'no #Software line',
      header.hasStatus ? 'it has a status column' : 'it names no status column',
    ],
    plans: [NO_FIELDS],
    w3c: header,
  }
}

/** A W3C log that has lost its header; a later `#Fields` line holds from there on. */
function detectHeaderless(data: readonly Uint8Array[]): Detection | undefined {
  const headers = inferHeaders(data.map(decode)).filter(({ plan }) => tryOn([plan], data).fits > 0)
  const [first] = headers
  if (!first) return undefined
  const plans = headers.map((h) => h.plan)
  const fields = first.fields.join(' ')
  return {
    format: 'w3c',
    title: 'W3C extended log without its #Fields line',
    server: 'iis',
    fits: tryOn(plans, data).fits,
    looked: data.length,
    evidence: ['there is no #Fields line; the fields follow from the values', ...headers.map((h) => `as if: #Fields: ${h.fields.join(' ')}`)],
    plans,
    fields,
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

/** Complete lines of the head, without their newline; the last one only if the head is the whole input. */
function firstLines(head: Uint8Array, isWhole: boolean): Uint8Array[] {
  const lines: Uint8Array[] = []
  let start = 0
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
    try {
      const { log } = JSON.parse(Buffer.from(line).toString()) as { log?: unknown }
      if (typeof log === 'string') inner.push(Buffer.from(log.replace(/\n$/, '')))
    } catch {
      // Not JSON: not Docker's.
    }
  }
  return inner.length * 2 > lines.length ? inner : undefined
}

let prober: Kernel | undefined

function tryOn(plans: readonly Plan[], lines: readonly Uint8Array[]): { fits: number; fields: number } {
  prober ??= new Kernel({ tables: false })
  prober.setPlans(plans)
  let fits = 0
  let fields = 0
  for (const line of lines) {
    const probe = prober.probe(line)
    if (!('fields' in probe)) continue
    fits++
    fields += Object.values(probe.fields).filter((text) => text !== '-' && text !== '').length
  }
  return { fits, fields: fits === 0 ? 0 : fields / fits }
}

function fitsAny(plans: readonly Plan[], lines: readonly Uint8Array[]): boolean {
  return tryOn(plans, lines).fits > 0
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
  [/^\s*[[{]/, 'JSON of a shape that is not known'],
  [/^<\?xml|^<!doctype|^<html/i, 'XML or HTML'],
  [/^\w{3} [ \d]\d \d\d:\d\d:\d\d \S+ \S+(\[\d+\])?: /, 'a syslog file'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ /, 'a W3C log without its #Fields line'],
]

function guess(texts: readonly string[]): string | null {
  const first = texts.filter((t) => t.trim()).slice(0, 20)
  if (first.some((t) => t.includes('\0'))) return 'binary data'
  for (const [sign, what] of LOOKALIKES) if (first.filter((t) => sign.test(t)).length * 2 > first.length) return what
  return null
}
