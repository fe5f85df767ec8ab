import { decode, Kernel } from '../kernel/kernel.js'
import type { Plan } from '../kernel/plan.js'
import type { Server } from './format.js'
import { FORMATS, planOf, plansOfFamily } from './registry.js'
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

  const data = lines.filter((_, i) => /\S/.test(texts[i] as string))
  const candidates = FORMATS.filter((f) => f.layout)
  const takes = countTakes(candidates.map(planOf), data)
  const found = candidates.map((format, i) => ({ format, lines: takes[i] as number })).filter(({ lines }) => lines > 0)
  if (found.length === 0) {
    if (softwareLine !== undefined || texts.some((t) => /^#(version|date):/i.test(t)) || data.length === 0) return emptyDetection(data.length, softwareLine)
    return { format: null, seems: guess(texts), looked: data.length, evidence: candidates.map(({ name }) => `${name}: no line fits`) }
  }
  const { format, lines: most } = found.reduce((a, b) => (b.lines > a.lines ? b : a))
  const others = found.filter((f) => f.format !== format)
  // In the registry's order, in which a line is given to the most particular layout that it fits.
  const plans = plansOfFamily(
    format.family,
    found.map((f) => f.format),
  )
  return {
    format: format.name,
    title: format.title,
    server: format.server,
    fits: countFits(plans, data),
    looked: data.filter((line) => line[0] !== 0x23).length,
    evidence: [
      `${most} of ${data.length} lines fit ${format.name}`,
      ...(others.length ? [`lines of other layouts: ${others.map((f) => `${f.format.name} ${f.lines}`).join(', ')}`] : []),
    ],
    plans,
  }
}

function detectW3c(fieldsLine: string, softwareLine: string | undefined, lines: readonly Uint8Array[], texts: readonly string[]): Detection {
  const software = softwareLine?.replace(/^#software:\s*/i, '') ?? ''
  const header = compileFields(fieldsLine, software)
  const data = lines.filter((line, i) => line[0] !== 0x23 && /\S/.test(texts[i] as string))
  return {
    format: 'w3c',
    title: software ? `W3C extended log (${software})` : 'W3C extended log',
    server: header.server,
    fits: countFits([header.plan], data),
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

let prober: Kernel | undefined

/** By plan, the lines that it is the first to take. */
function countTakes(plans: readonly Plan[], lines: readonly Uint8Array[]): number[] {
  prober ??= new Kernel({ tables: false })
  prober.setPlans(plans)
  const takes = new Array<number>(plans.length).fill(0)
  for (const line of lines) {
    const { plan } = prober.probe(line)
    if (plan >= 0) takes[plan] = (takes[plan] as number) + 1
  }
  return takes
}

function countFits(plans: readonly Plan[], lines: readonly Uint8Array[]): number {
  return countTakes(plans, lines).reduce((a, b) => a + b, 0)
}

/** Signs of inputs that are often given by mistake. */
const LOOKALIKES: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(debug|info|notice|warn|error|crit|alert|emerg)\]/, 'an nginx error log'],
  [/^\[\w{3} \w{3} \d\d? [\d:.]+ \d{4}\] \[/, 'an Apache error log'],
  [/^\[\d\d\/\w{3}\/\d{4}:[\d:]+ [+-]\d{4}\] \S+ (TLS|SSL)v[\d.]+ /, 'an Apache ssl_request_log, which holds no status'],
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
