import { LogstatError, type Told, told } from '../errors.js'
import { compileFields } from '../format/w3c.js'
import type { Reader } from '../input/open.js'
import { changed } from '../input/unreadable.js'
import type { Kernel } from '../kernel/kernel.js'
import { fieldsOf, plansAt } from '../log/layout.js'
import type { Part, Piece, Position } from '../log/log.js'
import { localOffset } from '../time-zone.js'
import { NO_TRAIL, PRIOR_BYTES, type Trail, TrailWriter } from '../trail.js'
import { feed, type Intake, makeIntake } from './intake.js'

/** A part as its piece knows it. */
export type PieceOfPart = Omit<Part, 'piece' | 'tables'>

export interface CountPiece {
  /** Whether the log is to be recognised later. */
  readonly isRecognised: boolean
  /** Takes each part. The kernel's tables are emptied afterwards, unless the part ends with its piece. */
  readonly onPart: (part: PieceOfPart) => void
  /** Called with how many bytes of the file, and lines, were read more. */
  readonly onRead: (bytes: number, lines: number) => void
  /** Waited for after each block that was read. */
  readonly mayGoOn: (bytes: number) => Promise<void> | undefined
}

/**
 * Count a piece, wherever it runs and whatever it comes from.
 *
 * @param kernel may hold other counts; its filter and its periods are set
 * @param open opens the log of the piece where the piece begins
 */
export async function countPiece(
  kernel: Kernel,
  piece: Piece,
  open: (piece: Piece) => Promise<Reader>,
  how: CountPiece,
): Promise<void> {
  const { log, start, end } = piece
  const { layout } = log
  let { fields } = start
  let sawStatus = layout.hasStatus
  kernel.setLocalTime((seconds) => localOffset(seconds, layout.zone ?? 'UTC'))
  kernel.onFields = (line) => {
    const header = compileFields(line, layout.software ?? '')
    fields = fieldsOf(header.fields)
    sawStatus ||= header.hasStatus
    return [header.plan]
  }
  kernel.setPlans(plansAt(layout, start))
  const intake = makeIntake(kernel, layout)
  const begin = (offset: number, tail: Uint8Array, openLine?: boolean): void => {
    intake.begin(offset, tail, openLine)
    kernel.moment = start.moment
  }
  begin(start.offset, start.tail)
  const trail: Trail = how.isRecognised ? new TrailWriter(start.offset, start.tail) : NO_TRAIL
  const endPart = (why: Part['ends'], failure: Told | null = null): void => {
    const ends = intake.canResume ? why : 'full'
    const { readTo, tail, openLine } = intake.resume
    const at: Position = { offset: readTo, fields, moment: kernel.moment, tail: Uint8Array.from(tail), openLine }
    how.onPart({
      at,
      counts: intake.takeCounts(),
      sawStatus,
      trail: Uint8Array.from(trail.take(readTo)),
      ends,
      failure,
    })
  }
  kernel.onStop = endPart
  let reader: Reader | undefined
  let failure: Told | null = null
  try {
    reader = await open(piece)
    if (start.openLine) feed(intake, await passOpenLine(start, reader, trail, begin))
    let toldBytes = start.offset === log.start.offset ? 0 : reader.consumed()
    for (let left = end === null ? Infinity : end - start.offset; left > 0; ) {
      const { space } = intake
      const n = await reader.read(space.length > left ? space.subarray(0, left) : space)
      if (n === 0) {
        if (end === null) break
        throw changed(log.input.name)
      }
      const { line } = intake
      left -= n
      trail.update(space.subarray(0, n))
      intake.filled(n)
      const consumed = reader.consumed()
      how.onRead(consumed - toldBytes, intake.line - line)
      toldBytes = consumed
      await how.mayGoOn(n)
    }
    if (log.countsLastLine) intake.finish()
  } catch (error) {
    if (!(error instanceof LogstatError)) throw error
    failure = told(error)
  } finally {
    reader?.close()
  }
  endPart('piece', failure)
}

/** Pass over a line that was counted before its end was written. @returns what was read behind it */
async function passOpenLine(
  start: Position,
  reader: Reader,
  trail: Trail,
  begin: Intake['begin'],
): Promise<Uint8Array> {
  const passed = [start.tail]
  for (let at = start.offset; ; ) {
    const bytes = Buffer.alloc(CHUNK)
    const part = bytes.subarray(0, await reader.read(bytes))
    trail.update(part)
    if (part.length === 0) {
      begin(start.offset, start.tail, true)
      return part
    }
    const newline = part.indexOf(0x0a)
    if (newline !== -1) {
      const tail = Buffer.concat([...passed, part.subarray(0, newline + 1)])
      begin(at + newline + 1, tail.subarray(-PRIOR_BYTES))
      return part.subarray(newline + 1)
    }
    passed.push(part)
    at += part.length
  }
}
const CHUNK = 64 << 10
