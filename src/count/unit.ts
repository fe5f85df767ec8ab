import { setFilter } from '../kernel/filter.js'
import type { Kernel } from '../kernel/kernel.js'
import { type Packed, pack } from '../kernel/packed.js'
import type { Counting, Part, Unit } from '../log/log.js'
import { dayOf } from '../time-zone.js'
import { openPiece } from './open.js'
import { type CountPiece, countPiece } from './piece.js'

export interface CountUnit extends Pick<CountPiece, 'mayGoOn'> {
  readonly onPart: (part: Part) => void
  /** As for a piece; `piece` says which of the unit. */
  readonly onRead: (bytes: number, lines: number, piece: number) => void
  readonly open?: typeof openPiece
}

/** Set up a kernel for a run. */
export function prepareKernel(kernel: Kernel, { filter, dayZone, fewEntries }: Counting): void {
  setFilter(kernel.wasm, filter)
  if (dayZone === null) return
  kernel.setPeriods((seconds) => dayOf(seconds, dayZone))
  if (fewEntries !== null) kernel.cutAtPeriods(fewEntries)
}

/** Count a unit straight into tables that may hold other counts. */
export async function countInPlace(
  kernel: Kernel,
  unit: Unit,
  { isRecognised }: Counting,
  how: CountUnit,
): Promise<void> {
  for (const [piece, each] of unit.pieces.entries()) {
    await countPiece(kernel, each, how.open ?? openPiece, {
      isRecognised,
      mayGoOn: how.mayGoOn,
      onPart: (part) => how.onPart({ ...part, piece, tables: null }),
      onRead: (bytes, lines) => how.onRead(bytes, lines, piece),
    })
  }
}

/**
 * Count a unit into tables of its own, with a kernel of which nothing else is kept. What was counted goes out packed.
 *
 * @param spare takes a buffer that is not needed any more
 */
export async function countApart(
  kernel: Kernel,
  unit: Unit,
  counting: Counting,
  how: CountUnit,
  spare: () => ArrayBuffer | undefined,
): Promise<void> {
  const { most } = counting
  kernel.clear()
  const last = unit.pieces.length - 1
  let isFirst = true
  const tablesOf = ({ ends, piece }: Part): Packed | null => {
    if (ends === 'piece' && piece < last) return null
    // A day between two midnights is whole, so its lists can be cut. The neighbours of a unit may have entries of its
    // first and its last day, and lists of these are added up whole.
    const isWholeDay = ends === 'period' && !isFirst
    isFirst = false
    return isWholeDay && most !== null ? pack(kernel, { most }) : pack(kernel, { spare: spare() })
  }
  await countInPlace(kernel, unit, counting, {
    ...how,
    onPart: (part) => how.onPart({ ...part, tables: tablesOf(part) }),
  })
}
