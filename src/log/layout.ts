import type { LogstatError, Words } from '../errors.js'
import { type Asked, askedFormat } from '../format/asked.js'
import { type Detection, detect, wrappingOf } from '../format/detect.js'
import type { Server } from '../format/format.js'
import type { OwnFormat } from '../format/own.js'
import { formatNamed, hasPlans, plansOfFamily } from '../format/registry.js'
import { SHIFTED_REMEDY } from '../format/shifted.js'
import type { Wrapping } from '../format/unwrap.js'
import { compileFields, isFieldsLine, momentNoted, NO_FIELDS } from '../format/w3c.js'
import type { Input } from '../input/find.js'
import { HEAD_BYTES } from '../input/head.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Plan } from '../kernel/plan.js'
import type { Source } from '../store/store.js'
import type { LineCounts } from '../tally/tally.js'
import type { Layout, Position } from './log.js'
import { mostlyUnknown, noneFits, otherFormat, unknownFormat, withoutStatus } from './refusals.js'

// How the lines of a log are read, or why they cannot be.

export interface LayoutOptions {
  /** The format, as `--log-format` names or defines it; detected when absent. */
  readonly format?: string
  /** Formats of the user's own, by name and for detection. */
  readonly formats?: readonly OwnFormat[]
  /** Overrides the server the format implies. */
  readonly server?: Server
  /**
   * The zone of times that carry none (HAProxy, IIS native format, date-local), unless their format says it; UTC when
   * absent.
   */
  readonly logZone?: string
  /** Read also logs that are not understood for the most part. */
  readonly force?: boolean
  /** Called about a log that is read, but perhaps not as it is meant. */
  readonly onDoubt?: (doubt: Words, remedy: Words) => void
}

/** A layout, and what of it is in force at a position. */
export interface Start extends Pick<Position, 'fields' | 'moment'> {
  readonly layout: Layout
}

/**
 * The layout of a log that is new.
 *
 * @param idle a kernel that counts nothing just now
 * @throws LogstatError when the log is of no known format, or of another than was asked for
 */
export function chooseLayout(input: Input, head: Buffer, options: LayoutOptions, idle: Kernel | undefined): Start {
  const asked = options.format === undefined ? undefined : askedFormat(options.format, input.path, options.formats)
  if (asked?.plans.length) return startAsked(asked, wrappedBy(head, asked, idle), options)
  const found = detect(head, head.length < HEAD_BYTES, options.formats, idle)
  if (found.format === null) throw unknownFormat(input, found.seems)
  // The layout of a W3C log is in the log: with no #Fields line in it, there is nothing to read it by.
  if (asked && found.format !== asked.name && found.format !== 'empty')
    throw otherFormat(input, asked.name, found.format)
  // Of a W3C log without a status column reading says so.
  const isJudged = found.format !== 'empty' && found.w3c?.hasStatus !== false
  if (!options.force && isJudged && isMostlyUnknown(found.fits, found.looked, found.format))
    throw mostlyUnknown(
      input,
      found.format,
      {
        en: `${found.seems ? `it looks like ${found.seems.en}: ` : ''}only ${found.fits} of its first ${found.looked} lines fit`,
        zh: `${found.seems ? `看起来像${found.seems.zh}：` : ''}前 ${found.looked} 行中只有 ${found.fits} 行符合`,
      },
      { en: 'nothing of it is counted', zh: '其中内容均未计数' },
      { en: 'read it all the same', zh: '仍要读取' },
    )
  if (found.doubt)
    options.onDoubt?.(
      { en: `${input.name}: ${found.doubt.en}`, zh: `${input.name}：${found.doubt.zh}` },
      SHIFTED_REMEDY,
    )
  return startFound(found, options)
}

/** The layout in force where a source was read to. The head tells which related layouts stand in the same file. */
export function layoutOf(source: Source, head: Buffer, options: LayoutOptions, idle: Kernel | undefined): Start {
  const { format, software, fields } = source
  const server = options.server ?? source.server
  // How the format was defined then: what was read and what is read now must fit together.
  if (fields !== null && !isFieldsLine(fields)) {
    const asked = askedFormat(fields, null)
    const start = startAsked(asked, wrappedBy(head, asked, idle), options)
    return { ...start, layout: { ...start.layout, format, server } }
  }
  const found = detect(head, head.length < HEAD_BYTES, [], idle)
  const isSame = found.format === format
  const known = formatNamed(format)
  // A W3C log that has lost its header is worked out anew.
  if (fields === null && isSame && !found.w3c && !(known && hasPlans(known))) return startFound(found, options)
  const header = fields === null ? undefined : compileFields(fields, software ?? '')
  const plans = known && hasPlans(known) ? (isSame ? found.plans : plansOfFamily(known.family, [known])) : []
  return {
    layout: {
      format,
      server,
      software,
      plans,
      pattern: null,
      wrapping: isSame ? (found.wrapping ?? null) : null,
      zone: options.logZone ?? null,
      hasStatus: plans.length > 0 || (header?.hasStatus ?? false),
      definition: null,
      firstFields: null,
    },
    fields: header ? fieldsOf(header.fields) : null,
    moment: momentNoted(fields),
  }
}

/** The wrappers around each line of an input whose format was asked for; null: there are none. */
function wrappedBy(head: Buffer, asked: Asked, idle: Kernel | undefined): Wrapping | null {
  const wrapping = wrappingOf(head, head.length < HEAD_BYTES, asked, idle)
  return wrapping.length > 0 ? wrapping : null
}

/** The plans in force at a position. */
export function plansAt({ plans, software }: Layout, { fields }: Pick<Position, 'fields'>): readonly Plan[] {
  if (fields !== null) return [compileFields(fields, software ?? '').plan]
  return plans.length > 0 ? plans : [NO_FIELDS]
}

function startAsked(asked: Asked, wrapping: Wrapping | null, options: LayoutOptions): Start {
  const { name, server, definition, plans, pattern, zone, w3c } = asked
  const fields = w3c ? fieldsOf(compileFields(w3c.fields).fields) : null
  return {
    layout: {
      format: w3c ? 'w3c' : name,
      server: options.server ?? server,
      software: w3c?.software ?? null,
      plans: w3c ? [] : plans,
      pattern: pattern ?? null,
      wrapping,
      zone: zone ?? options.logZone ?? null,
      hasStatus: true,
      definition: w3c ? null : definition,
      firstFields: fields,
    },
    fields,
    moment: null,
  }
}

function startFound(found: Detection, options: LayoutOptions): Start {
  const wrapping = found.wrapping ?? null
  if (found.own) return startAsked(found.own, wrapping, options)
  return {
    layout: {
      format: found.format,
      server: options.server ?? found.server,
      software: /\((.*)\)$/.exec(found.w3c ? found.title : '')?.[1] ?? null,
      plans: found.plans.filter((plan) => plan !== NO_FIELDS),
      pattern: null,
      wrapping,
      zone: options.logZone ?? null,
      hasStatus: found.w3c?.hasStatus ?? true,
      definition: null,
      firstFields: found.w3c ? fieldsOf(found.w3c.fields) : null,
    },
    fields: null,
    moment: null,
  }
}

/** Names of fields as a `#Fields` line: two lines with the same names are the same. */
export const fieldsOf = (names: readonly string[]): string => `#Fields: ${names.join(' ')}`

/** Share of the lines that must be understood. */
const MOST = 0.5
const isMostlyUnknown = (understood: number, lines: number, format: string): boolean =>
  lines > 0 && understood / lines < MOST && lines - understood > (format === 'w3c' ? FEW_RECORDS : 0)
/**
 * So few records of a W3C log prove nothing: a server that changed its fields may have written them. All are samples in
 * the report.
 */
const FEW_RECORDS = 5

/** Says of a new log that was read to its end, and is for the most part no log, that it was counted all the same. */
export function mostlyRejected(
  input: Input,
  { format }: Layout,
  { lines, ignored, rejected }: LineCounts,
): LogstatError | null {
  if (!isMostlyUnknown(lines - ignored - rejected, lines - ignored, format)) return null
  return mostlyUnknown(
    input,
    format,
    { en: `${rejected} of its ${lines} lines do not fit`, zh: `${lines} 行中有 ${rejected} 行不符合` },
    { en: 'the others are counted', zh: '其余的已计数' },
    { en: 'take that as it is', zh: '接受这一结果' },
  )
}

/** Why a log holds no entries, although it holds lines. */
export function nothingUnderstood(
  input: Input,
  { format }: Layout,
  { rejected, rejects }: LineCounts,
  sawStatus: boolean,
): LogstatError | null {
  if (format === 'w3c' && !sawStatus && rejects.has('status')) return withoutStatus(input)
  return isMostlyUnknown(0, rejected, format) ? noneFits(input, format, rejected) : null
}
