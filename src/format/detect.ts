import type { Message, Words } from '../errors.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Plan } from '../kernel/plan.js'
import { probingKernel } from '../kernel/probe.js'
import { decode } from '../kernel/text.js'
import { Cutter, Flag } from '../kernel/wasm/roles.js'
import { type Asked, compileOwn } from './asked.js'
import { wrongField } from './canonical.js'
import { companionOf } from './companions.js'
import { detectHeaderless, detectW3c, emptyDetection } from './detect-w3c.js'
import type { Format, Server } from './format.js'
import { guess } from './lookalikes.js'
import type { OwnFormat } from './own.js'
import { fieldsOf, textOf } from './pattern.js'
import { Prober } from './prober.js'
import { FORMATS, hasPlans, plansOf, plansOfFamily } from './registry.js'
import { shiftedStatus } from './shifted.js'
import { inTime } from './time-limit.js'
import type { Wrapping } from './unwrap.js'
import { type Told, unwrapped } from './unwrapped.js'
import type { W3cHeader } from './w3c.js'
import { wrapperNamed } from './wrappers.js'

/** The format of an input, and why it is that. */
export interface Detection {
  readonly format: string
  readonly title: string
  readonly server: Server | null
  /** Lines that fit, of those looked at; directives, comments, blank lines and companions are not among them. */
  readonly fits: number
  readonly looked: number
  /** For people, one fact a line. */
  readonly evidence: readonly Message[]
  readonly plans: readonly Plan[]
  /** The wrappers around each line, which the plans do not see; absent: there are none. */
  readonly wrapping?: Wrapping
  /** Another kind of input that this one seems to be, where the format fits less than half of its lines. */
  readonly seems?: Words
  /** A sentence on what of the input may be read wrong. */
  readonly doubt?: Words
  /** Set for a W3C log: the header that was found. */
  readonly w3c?: W3cHeader
  /** Set for a format of the user's own. */
  readonly own?: Asked
}

/** No format fits. */
export interface Undetected {
  readonly format: null
  /** The kind of input that this one seems to be, if that can be told. */
  readonly seems: Words | null
  readonly looked: number
  readonly evidence: readonly Message[]
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
export function detect(
  head: Uint8Array,
  isWhole: boolean,
  own: readonly OwnFormat[] = [],
  idle?: Kernel,
): Detection | Undetected {
  const lines = firstLines(head.subarray(0, MAX_BYTES), isWhole && head.length <= MAX_BYTES)
  const prober = new Prober(idle ?? probingKernel())
  const { found, wrapping } = unwrapped(lines, (inner, layers) => detectBare(prober, inner, layers, own))
  if (found.format === null || wrapping.length === 0) return found
  return {
    ...found,
    wrapping,
    evidence: [...found.evidence, ...wrapping.map(({ name, key }) => evidenceOf(name, key))],
  }
}

function evidenceOf(wrapper: string, key: string | undefined): Words {
  const { en, zh } = wrapperNamed(wrapper)?.title ?? { en: wrapper, zh: wrapper }
  return {
    en: `each line is in ${en}${key === undefined ? '' : `: ${key}`}`,
    zh: `每行外层是${zh}${key === undefined ? '' : `：${key}`}`,
  }
}

/** The wrappers around each line of an input whose format was asked for. */
export function wrappingOf(head: Uint8Array, isWhole: boolean, asked: Asked, idle?: Kernel): Wrapping {
  const lines = firstLines(head.subarray(0, MAX_BYTES), isWhole && head.length <= MAX_BYTES)
  const prober = new Prober(idle ?? probingKernel())
  const { wrapping } = unwrapped(lines, (inner) => {
    const data = recordsOf(inner)
    const counted = asked.pattern
      ? { fits: matchesOf(asked.pattern, data), fields: 0 }
      : prober.count(asked.plans.map(asGuess), data)
    return { ...counted, found: { format: null, seems: null, looked: 0, evidence: [] } }
  })
  return wrapping
}

/** Lines that are no directives or comments, and not blank. */
const recordsOf = (lines: readonly Uint8Array[]): Uint8Array[] =>
  lines.filter((line) => line[0] !== 0x23 && /\S/.test(decode(line)))

function detectBare(prober: Prober, lines: readonly Uint8Array[], layers: Wrapping, own: readonly OwnFormat[]): Told {
  const data = recordsOf(lines)
  const found = detectIn(prober, lines, data, layers, own)
  if (found.format === null) return { found, fits: 0, fields: 0 }
  const { fields } = found.own?.pattern ? { fields: 0 } : prober.count(found.w3c ? [found.w3c.plan] : found.plans, data)
  return { found, fits: found.fits, fields }
}

function detectIn(
  prober: Prober,
  lines: readonly Uint8Array[],
  data: readonly Uint8Array[],
  layers: Wrapping,
  own: readonly OwnFormat[],
): Detection | Undetected {
  const texts = lines.map((line) => decode(line).replace(/\r$/, ''))
  const fieldsLine = texts.find((t) => /^#fields:/i.test(t))
  const softwareLine = texts.find((t) => /^#software:/i.test(t))
  if (fieldsLine !== undefined) return detectW3c(prober, fieldsLine, softwareLine, lines, texts)
  const ours = detectOwn(prober, data, own)
  if (ours) return ours
  const known = FORMATS.filter(
    (format) => hasPlans(format) && (format.inside === undefined || format.inside === layers.at(-1)?.name),
  )
  const found = detectLines(prober, data, known) ?? detectHeaderless(prober, data)
  const seems = found && found.fits * 2 > found.looked ? null : guess(texts)
  if (found)
    return seems === null
      ? found
      : {
          ...found,
          seems,
          evidence: [...found.evidence, { en: `the others look like ${seems.en}`, zh: `其余各行看起来像${seems.zh}` }],
        }
  if (data.length === 0 || softwareLine !== undefined || texts.some((t) => /^#(version|date):/i.test(t)))
    return emptyDetection(data.length, softwareLine)
  return { format: null, seems, looked: data.length, evidence: [NONE_FITS] }
}

const NONE_FITS: Words = {
  en: `none of ${FORMATS.length} formats fits a line`,
  zh: `${FORMATS.length} 种格式都不符合任何一行`,
}

const fitting = (lines: number, looked: number, format: string): Words => ({
  en: `${lines} of ${looked} lines fit ${format}`,
  zh: `${looked} 行中有 ${lines} 行符合 ${format}`,
})

/** A file may mix so many further formats, if each fits this share of the lines that the others leave. */
const FURTHER = 3
const FURTHER_SHARE = 0.1

function detectLines(prober: Prober, data: readonly Uint8Array[], known: readonly Format[]): Detection | undefined {
  const found = takesOf(prober, data, known)
  const best = mostOf(found)
  if (!best) return undefined
  const { format } = best
  // Related layouts in the registry's order, in which a line is given to the most particular one that it fits.
  let plans = plansOfFamily(
    format.family,
    format.family === 'own' ? [format] : found.map((f) => f.format).filter((f) => f.family === format.family),
  )
  const left = prober.without(plans, data)
  const kinds = left.map((line) => companionOf(decode(line)))
  const companions = kinds.filter((kind) => kind !== undefined)
  let rest: readonly Uint8Array[] = left.filter((_, i) => !kinds[i])
  for (let i = 0; i < FURTHER && rest.length > 0; i++) {
    const next = mostOf(takesOf(prober, rest, known))
    // A single line may look like anything; one of a relative of combined is hardly anything else.
    if (!next || (next.format.family !== 'clf' && next.lines < 2) || next.lines < rest.length * FURTHER_SHARE) break
    plans = [...plans, ...plansOf(next.format)]
    rest = prober.without(plans, rest)
  }
  if (format.family === 'clf')
    plans = plans[0] === plansOf(format)[0] ? withRicher(prober, plans, data) : withFrequent(prober, plans, best, data)
  const others = found.filter((f) => f !== best)
  const doubt = format.family === 'clf' ? shiftedStatus(data.map(decode)) : undefined
  const looked = data.length - companions.length
  const titles = (language: keyof Words): string[] => [...new Set(companions.map((c) => c.title[language]))]
  return {
    format: format.name,
    title: format.title,
    server: format.server,
    fits: looked - rest.length,
    looked,
    evidence: [
      fitting(best.lines, looked, format.name),
      ...(others.length
        ? [
            {
              en: `lines of other layouts: ${others.map((f) => `${f.format.name} ${f.lines}`).join(', ')}`,
              zh: `其他格式的行：${others.map((f) => `${f.format.name} ${f.lines}`).join('、')}`,
            },
          ]
        : []),
      ...(companions.length
        ? [
            {
              en: `lines beside the requests, which are passed over: ${companions.length} (${titles('en').join(', ')})`,
              zh: `跳过的非请求行：${companions.length}（${titles('zh').join('、')}）`,
            },
          ]
        : []),
      ...(doubt ? [doubt] : []),
    ],
    plans,
    ...(doubt ? { doubt } : {}),
  }
}

/**
 * A layout tolerates what stands behind its last field. Where so far nothing does, a line that comes later and has more
 * is rather one of a richer layout: that of `combined` in a log of `common`.
 */
function withRicher(prober: Prober, plans: readonly Plan[], data: readonly Uint8Array[]): Plan[] {
  const [main, ...others] = plans as [Plan, ...Plan[]]
  const bare = withoutTail(main)
  return prober.count([bare], data).fits === prober.count([main], data).fits ? [bare, ...others, main] : [...plans]
}

const withoutTail = (plan: Plan): Plan => ({ ...plan, flags: plan.flags | Flag.NoTail })

/**
 * Behind more particular layouts the one that most lines are of would be tried last. Where most have nothing behind it,
 * it goes first without a tail, and says why a line is rejected.
 */
function withFrequent(prober: Prober, plans: readonly Plan[], best: Taken, data: readonly Uint8Array[]): Plan[] {
  const [main] = plansOf(best.format) as [Plan]
  const bare = withoutTail(main)
  return prober.count([bare], data).fits * 2 > best.lines ? [bare, ...plans] : [...plans]
}

interface Taken {
  readonly format: Format
  /** Lines of which no other format gets more. */
  readonly lines: number
}

const OPENING_BRACE = 0x7b

/** Give each line to the format that gets most fields out of it, of several the first in the registry. */
function takesOf(prober: Prober, data: readonly Uint8Array[], known: readonly Format[]): Taken[] {
  const best = data.map(() => ({ format: undefined as Format | undefined, fields: 0 }))
  const fieldsBy = prober.of(data)
  // JSON formats know hundreds of keys: only lines with an object are put through them.
  const mayBeJson = data.some((line) => line.includes(OPENING_BRACE))
  for (const format of known) {
    if (format.json && !mayBeJson) continue
    fieldsBy(plansOf(format)).forEach((fields, i) => {
      if (fields > (best[i]?.fields ?? 0)) best[i] = { format, fields }
    })
  }
  return known
    .map((format) => ({ format, lines: best.filter((b) => b.format === format).length }))
    .filter(({ lines }) => lines > 0)
}

function mostOf(taken: readonly Taken[]): Taken | undefined {
  return taken.length === 0 ? undefined : taken.reduce((a, b) => (b.lines > a.lines ? b : a))
}

/** The format of the user's that most lines fit, if it is most of the lines. */
function detectOwn(prober: Prober, data: readonly Uint8Array[], own: readonly OwnFormat[]): Detection | undefined {
  const found = own.map((format) => {
    const asked = compileOwn(format)
    return {
      asked,
      fits: asked.pattern ? matchesOf(asked.pattern, data) : prober.count(asked.plans.map(asGuess), data).fits,
    }
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
    evidence: [fitting(fits, data.length, asked.name)],
    plans: asked.plans,
    own: asked,
  }
}

/** A number of values alone tells nothing. */
const asGuess = (plan: Plan): Plan =>
  plan.cutter === Cutter.W3c ? { ...plan, flags: plan.flags | Flag.Checked } : plan

function matchesOf(pattern: RegExp, data: readonly Uint8Array[]): number {
  const texts = data.map((line) => textOf(Buffer.from(line).toString('latin1').replace(/\r$/, '')).text)
  let now = 0
  let matches = 0
  const match = (): void => {
    for (const text of texts) {
      now++
      const fields = fieldsOf(pattern, text)
      if (fields && !wrongField(fields)) matches++
    }
  }
  inTime(match, () => ({ first: 1, now }))
  return matches
}

/** Bytes of a UTF-8 byte order mark at the beginning. */
export function byteOrderMark(head: Uint8Array): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
}

/**
 * A line behind a hole, as a log has that was cut away from under the server that writes it on: zeros up to where it
 * goes on.
 */
function withoutHole(line: Uint8Array): Uint8Array {
  const from = line[0] === 0 ? line.findIndex((byte) => byte !== 0) : 0
  return from === -1 ? line.subarray(line.length) : line.subarray(from)
}

/** Complete lines of the head, without their newline; the last one only if the head is the whole input. */
function firstLines(head: Uint8Array, isWhole: boolean): Uint8Array[] {
  const lines: Uint8Array[] = []
  let start = byteOrderMark(head)
  while (start < head.length && lines.length < MAX_LINES) {
    const newline = head.indexOf(0x0a, start)
    if (newline === -1 && !isWhole && lines.length > 0) break
    const end = newline === -1 ? head.length : newline
    lines.push(withoutHole(head.subarray(start, end)))
    start = end + 1
  }
  return lines
}
