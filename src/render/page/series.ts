/** Runs of zeros as one negative number: [0,0,0,5,0] → [-3,5,-1]. Most codes are rare, so most buckets are empty. */
export function pack(series: readonly number[]): number[] {
  const packed: number[] = []
  for (const n of series) {
    const last = packed.at(-1) ?? 0
    if (n !== 0) packed.push(n)
    else if (last < 0) packed[packed.length - 1] = last - 1
    else packed.push(-1)
  }
  return packed
}

export const unpack = (packed: readonly number[]): number[] =>
  packed.flatMap((n) => (n < 0 ? new Array<number>(-n).fill(0) : [n]))

/** A stretch of the time line: buckets [from, to). */
export type Stretch = readonly [from: number, to: number]

/** Sum of a series, or of a stretch of it. */
export const countIn = (series: readonly number[], stretch: Stretch | null): number =>
  (stretch ? series.slice(stretch[0], stretch[1]) : series).reduce((sum, n) => sum + n, 0)
