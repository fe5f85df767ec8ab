import { LogstatError } from '../errors.js'
import { hasParts } from '../format/unwrap.js'
import { hasDate } from '../format/w3c.js'
import type { Input } from '../input/find.js'
import { isRefused, type Job, type Log, type Part, type Piece, type Refused, type Unit } from '../log/log.js'
import { cutFile, rangesOf } from './cut.js'
import { SIZES, type Sizes } from './sizes.js'

// Planning: what is counted together, by whom, and what is cut. A plan follows from the logs and their sizes alone,
// never from the number of threads, so the result does not depend on that, either.

export interface PlanOptions {
  /** All inputs of the run. */
  readonly inputs: readonly Input[]
  /** Whether two logs may be counted into the same tables; null: none may, each is booked by itself. */
  readonly mayShare: ((a: Log, b: Log) => boolean) | null
  readonly sizes?: Partial<Sizes> | undefined
}

/**
 * Bytes of plain logs that are counted together by one of several threads; Infinity: all are counted one after the
 * other.
 */
function shareOf({ inputs, sizes }: PlanOptions): number {
  const bytes = inputs.reduce((sum, { size }) => sum + (size ?? 0), 0)
  const ranges = rangesOf(bytes, { ...SIZES, ...sizes })
  return inputs.length > 1 && ranges > 1 ? bytes / ranges : Infinity
}

/** How many jobs are planned ahead of the one that is counted, and that one, with so many threads. */
export function jobsAhead(options: PlanOptions, threads: number): number {
  // A database may know more of a log when the one before is booked. So logs are looked at ahead only if there is much
  // of them.
  return options.mayShare === null && shareOf(options) === Infinity ? 1 : threads + 1
}

/** Make jobs of logs: large ones are cut, small ones are put together. */
export async function* planJobs(logs: AsyncIterable<Log | Refused>, options: PlanOptions): AsyncGenerator<Job> {
  const share = shareOf(options)
  const sizes = { ...SIZES, ...options.sizes }
  const { mayShare } = options
  let group = emptyGroup()
  let isFirst = true
  const jobOf = ({ logs, members }: Group): Job => {
    const units =
      members.length > 0 ? [{ pieces: members.map((log) => wholePiece(log, sizes, isFirst)), inPlace: isFirst }] : []
    if (members.length > 0) isFirst = false
    group = emptyGroup()
    return { logs, units }
  }
  for await (const log of logs) {
    if (isRefused(log) || log.identity?.isContained) {
      group.logs.push(log)
    } else if (mayShare && share < Infinity && isCounted(log, share, sizes)) {
      const part = partOf(log, share, sizes)
      const last = group.members.at(-1)
      // Rather too little is counted together than as much too much.
      const fits = group.parts === 0 || group.parts + part - 1 < 1 - group.parts
      if (last && !(mayShare(last, log) && fits)) yield jobOf(group)
      group.logs.push(log)
      group.members.push(log)
      group.parts += part
      if (group.parts < 1 && group.logs.length < sizes.mostTogether) continue
    } else {
      if (group.logs.length > 0) yield jobOf(group)
      yield jobAlone(log, share, sizes, mayShare === null)
    }
    if (
      group.logs.length > 0 &&
      (group.parts >= 1 || group.logs.length >= sizes.mostTogether || group.members.length === 0)
    )
      yield jobOf(group)
  }
  if (group.logs.length > 0) yield jobOf(group)
}

interface Group {
  readonly logs: (Log | Refused)[]
  readonly members: Log[]
  /** Parts of what is counted together. */
  parts: number
}
const emptyGroup = (): Group => ({ logs: [], members: [], parts: 0 })

const partOf = ({ bytes, size, start }: Log, share: number, { packedRange }: Sizes): number =>
  bytes === 'packed' ? size / packedRange : (size - start.offset) / share

/** Whether a log is counted with others: by any thread, and whole. */
function isCounted(log: Log, share: number, sizes: Sizes): boolean {
  return (
    log.bytes === 'packed' || (log.bytes === 'random' && (log.size - log.start.offset <= share || !isCut(log, sizes)))
  )
}

/** Whether a log is cut in ranges. */
function isCut({ bytes, size, start, layout }: Log, sizes: Sizes): boolean {
  // The rest of a line may stand behind where a file is cut.
  if (layout.wrapping && hasParts(layout.wrapping)) return false
  if (bytes !== 'random' || start.openLine || rangesOf(size - start.offset, sizes) === 1) return false
  // Records without a date take it from the `#Date` line before them, which may stand in another range.
  const fields = start.fields ?? layout.firstFields
  return layout.format !== 'w3c' || fields === null || hasDate(fields)
}

/** A log that is booked by itself, or is large. */
function jobAlone(log: Log, share: number, sizes: Sizes, isBookedAlone: boolean): Job {
  const { bytes, size, start, layout, input } = log
  const fresh = size - start.offset
  if (isCut(log, sizes) && !(share < Infinity && fresh <= share)) {
    try {
      const bounds = cutFile(input.name, input.path as string, start.offset, size, sizes)
      const units = bounds.slice(1).map((end, i): Unit => {
        // Which `#Fields` line is in force in a later range is not known yet; the first one is, nearly always.
        const fields = start.fields ?? layout.firstFields
        const behind = { offset: bounds[i] as number, fields, moment: null, tail: NO_BYTES, openLine: false }
        return { pieces: [{ log, start: i === 0 ? start : behind, end, unpacksInWorker: false }], inPlace: i === 0 }
      })
      return { logs: [log], units }
    } catch (error) {
      if (!(error instanceof LogstatError)) throw error
      return { logs: [{ input, error }], units: [] }
    }
  }
  const isHandedOver = isBookedAlone && share < Infinity && bytes === 'random' && fresh >= sizes.handedOver
  return { logs: [log], units: [{ pieces: [wholePiece(log, sizes, !isHandedOver)], inPlace: !isHandedOver }] }
}
const NO_BYTES = new Uint8Array(0)

function wholePiece(log: Log, { unpackedApart }: Sizes, inPlace: boolean): Piece {
  return {
    log,
    start: log.start,
    end: null,
    unpacksInWorker: inPlace && log.bytes === 'packed' && log.size >= unpackedApart,
  }
}

/** Whether a unit was planned as the part before it has left the log. */
export function goesOn({ pieces }: Unit, { at, failure }: Part): boolean {
  return failure === null && pieces[0]?.start.fields === at.fields
}

/**
 * The units of a job from one on, planned anew behind a part that was counted. There are none where the log cannot be
 * read further.
 */
export function replan({ logs, units }: Job, from: number, { at, failure }: Part): Job {
  const rest = failure ? [] : units.slice(from)
  return {
    logs,
    units: rest.map(({ pieces, inPlace }, i): Unit => {
      const [first, ...others] = pieces
      if (!first) return { pieces, inPlace }
      const start = i === 0 ? at : { ...first.start, fields: at.fields }
      return { pieces: [{ ...first, start }, ...others], inPlace: i === 0 }
    }),
  }
}

/** A job for people: what is read from where to where, and by whom. */
export function planText({ logs, units }: Job): string {
  const refused = logs.filter((log) => isRefused(log) || log.identity?.isContained)
  const lines = units.map(({ pieces, inPlace }) => {
    const texts = pieces.map(({ log, start, end }) => `${log.input.name} [${start.offset}, ${end ?? 'end'})`)
    const how = pieces.some(({ unpacksInWorker }) => unpacksInWorker) ? ', unpacked by a worker' : ''
    return `${inPlace ? 'in place' : 'any thread'}${how}: ${texts.join(' + ')}`
  })
  return [...lines, ...refused.map(({ input }) => `not counted: ${input.name}`)]
    .map((line) => `plan: ${line}\n`)
    .join('')
}
