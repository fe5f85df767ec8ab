import { closeSync, openSync, readSync } from 'node:fs'
import { changed, unreadable } from '../input/unreadable.js'
import type { Sizes } from './sizes.js'

/** A line edge is looked for in so many bytes; a range without one is joined with the next. */
const EDGE_BYTES = 1 << 20

/** In how many ranges so many bytes of a plain file are cut. */
export function rangesOf(bytes: number, { cutFrom, range, mostRanges }: Sizes): number {
  return bytes < cutFrom ? 1 : Math.min(mostRanges, 2 ** Math.max(1, Math.floor(Math.log2(bytes / range))))
}

/**
 * Share of a file that lies in the first i of n ranges. Ranges become smaller towards the end: what is begun last is
 * over soon, and the thread that is there from the beginning has the first.
 */
const shareBefore = (i: number, n: number): number => (i / n) * (1 + SKEW * (1 - i / n))
/**
 * Of many ranges the first has nearly 1 + SKEW times the mean, the last 1 - SKEW times; of two, the first half of that
 * more.
 */
const SKEW = 0.15

/**
 * Cut bytes [from, to) of a plain file into ranges that begin where lines begin.
 *
 * The cuts depend on the file alone, never on the number of threads: so the result does not, either.
 *
 * @returns the bounds, first `from`, last `to`; just those two when the file is too small to cut
 * @throws LogstatError `changed` when the file is not there any more
 */
export function cutFile(name: string, path: string, from: number, to: number, sizes: Sizes): number[] {
  const count = rangesOf(to - from, sizes)
  const cuts = [from]
  if (count === 1) return [...cuts, to]
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    const bytes = Buffer.alloc(EDGE_BYTES)
    for (let i = 1; i < count; i++) {
      const near = from + Math.floor((to - from) * shareBefore(i, count))
      const newline = bytes.subarray(0, readSync(fd, bytes, 0, EDGE_BYTES, near)).indexOf(0x0a)
      const at = near + newline + 1
      if (newline !== -1 && at < to && at > (cuts.at(-1) as number)) cuts.push(at)
    }
    return [...cuts, to]
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? changed(name) : unreadable(name, error)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
