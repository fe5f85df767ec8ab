import type { Row, View } from './view.js'

// Stretches of time in which something makes up much of the traffic.

export interface Stretch {
  /** Minutes since 1970, [from, to). */
  readonly from: number
  readonly to: number
  readonly hits: number
  /** All entries of the stretch. */
  readonly total: number
}

/**
 * Stretches in which `minutes` hold at least `least` hits and `share` of all entries of some window; those with a short
 * gap between them are one.
 *
 * @param width of a window, in minutes
 */
export function stretchesOf(
  view: View,
  minutes: ReadonlyMap<number, number>,
  least: number,
  share: number,
  width = view.window,
): Stretch[] {
  const times = [...minutes.keys()].sort((a, b) => a - b)
  const all = sumsOf(view.minutes)
  const some = sumsOf(minutes)
  const found: { from: number; to: number }[] = []
  for (const minute of times) {
    for (const from of [minute, minute - width + 1]) {
      const hits = some(from, from + width)
      if (hits < least || hits < share * all(from, from + width)) continue
      found.push({
        from: times[firstAt(times, from)] as number,
        to: (times[firstAt(times, from + width) - 1] as number) + 1,
      })
    }
  }
  found.sort((a, b) => a.from - b.from)
  const apart: { from: number; to: number }[] = []
  for (const { from, to } of found) {
    const before = apart.at(-1)
    if (before && from - before.to <= Math.max(15, width)) before.to = Math.max(before.to, to)
    else apart.push({ from, to })
  }
  return apart.map(({ from, to }) => ({ from, to, hits: some(from, to), total: all(from, to) }))
}

/** True when a row has entries before the end of a stretch and after its begin. */
export const overlaps = ({ first, last }: Row, { from, to }: Pick<Stretch, 'from' | 'to'>): boolean =>
  first !== null && last !== null && last >= from * 60 && first < to * 60

/** Index of the first of sorted numbers that is not below `least`. */
function firstAt(sorted: readonly number[], least: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < least) low = middle + 1
    else high = middle
  }
  return low
}

/** @returns the sum over minutes [from, to) */
export function sumsOf(minutes: ReadonlyMap<number, number>): (from: number, to: number) => number {
  const times = [...minutes.keys()].sort((a, b) => a - b)
  const upTo = [0]
  for (const t of times) upTo.push((upTo.at(-1) as number) + (minutes.get(t) as number))
  const at = (minute: number): number => upTo[firstAt(times, minute)] as number
  return (from, to) => at(to) - at(from)
}
