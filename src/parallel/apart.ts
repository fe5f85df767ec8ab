import type { Kernel } from '../kernel/kernel.js'
import { absorb, type Packed } from '../kernel/packed.js'
import type { Runner } from './runner.js'
import { type OnRead, readUnit, type Unit, type UnitRead, type UnitsResult } from './unit.js'

// What other threads count, and how it comes into the kernel that adds up: in order, so that the result is the same for any number of threads.

/**
 * Have the units of an input that is cut counted, each into tables of its own.
 *
 * @param fields the `#Fields` line in force before the first
 * @returns adds them to a kernel, and says what they were read in. The first is counted straight into it, before any other: its tables are in their
 *   places then, and nothing is copied. A unit that was counted under a `#Fields` line that was not in force is counted again.
 */
export function inOrder(
  units: readonly Unit[],
  fields: string | null,
  runner: Runner,
  onRead: OnRead,
  keepPast: KeepPast,
): (kernel: Kernel) => Promise<UnitRead[]> {
  const [first, ...others] = units
  const begun: (() => Promise<UnitsResult>)[] = []
  let at = 0
  // So many and no more: a result that waits for its turn holds memory. Of an input whose turn has not come, one.
  const begin = (most: number): void => {
    while (at < others.length && begun.length < most) begun.push(runner.run([others[at++] as Unit], onRead))
  }
  begin(1)
  return async (kernel) => {
    begin(runner.jobs + 1)
    const reads = first ? [await readUnit(kernel, first, (bytes, lines) => onRead(bytes, lines, 0))] : []
    if (first && others.length > 0 && !first.sharesLastDay) kernel.endPeriods()
    for (const unit of others) {
      const last = reads.at(-1)
      if (last?.error) break
      const inForce = { ...unit, fields: last ? last.fields : fields }
      const found = await (begun.shift() as () => Promise<UnitsResult>)()
      begin(runner.jobs + 1)
      const fits = unit.fields === inForce.fields
      if (!fits) runner.release(found)
      const result = fits ? found : await runner.run([inForce], onRead)()
      keepPast(result.past)
      const added = (await addResult(kernel, result, [inForce], runner, onRead)).flat()
      reads.push(...added)
      // What was counted last is read out in any case, and where there was more to count, the kernel has seen to it.
      if (unit !== others.at(-1) && added.length === 1) kernel.endPeriods(unit.sharesLastDay ? result.period : undefined)
    }
    return reads
  }
}

/** Takes lists of days that are over, to be added to those of the kernel. */
type KeepPast = (past: readonly Packed[]) => void

/**
 * Have units counted into the same tables, one after the other.
 *
 * @param isFirst they are counted straight into the kernel, as the first of something, when they are added
 * @returns adds them to a kernel, and says by unit what it was read in
 */
export function together(
  units: readonly Unit[],
  runner: Runner,
  onRead: OnRead,
  isFirst: boolean,
  keepPast: KeepPast,
): (kernel: Kernel) => Promise<UnitRead[][]> {
  const counted = isFirst ? async () => NONE : runner.run(units, onRead)
  return async (kernel) => {
    const result = await counted()
    keepPast(result.past)
    return addResult(kernel, result, units, runner, onRead)
  }
}
const NONE: UnitsResult = { reads: [], parts: [], past: [], period: 0 }

/** Add what was counted of units, and count what there was no room for. @returns by unit, what it was read in */
async function addResult(kernel: Kernel, result: UnitsResult, units: readonly Unit[], runner: Runner, onRead: OnRead): Promise<UnitRead[][]> {
  for (const part of result.parts) absorb(kernel, part, kernel.onFull)
  runner.release(result)
  const all: UnitRead[][] = []
  for (const [place, unit] of units.entries()) {
    const readHere = (from: number, fields: string | null): Promise<UnitRead> =>
      readUnit(kernel, { ...unit, from, fields }, (bytes, lines) => onRead(bytes, lines, place))
    const read = result.reads[place] ?? (await readHere(unit.from, unit.fields))
    all.push(read.isCutShort && !read.error ? [read, await readHere(read.readTo, read.fields)] : [read])
  }
  return all
}
