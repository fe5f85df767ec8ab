/**
 * Percentiles of the time taken, in ms; each is within 1.6 % of the true value, which is half a bin of the histogram.
 */
export interface TimeTaken {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/**
 * The middle of a bin of the histogram, in µs. Bins below 64 are 1 µs wide; above, each power of two has 32 bins
 * (docs/schema.md).
 */
function middleOfBin(bin: number): number {
  if (bin < 64) return bin
  const width = 2 ** (Math.floor((bin - 64) / 32) + 1)
  return (32 + ((bin - 64) % 32)) * width + width / 2
}

/** @param bins bin → entries. @returns null when no entry carries a time taken */
export function timeTakenOf(bins: ReadonlyMap<number, number>): TimeTaken | null {
  const sorted = [...bins].filter(([, hits]) => hits > 0).sort(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, hits]) => sum + hits, 0)
  if (total === 0) return null
  // The nearest rank: the smallest time that at least so many percent of the entries do not exceed.
  const rank = (percent: number): number => {
    let below = Math.ceil((total * percent) / 100)
    for (const [bin, hits] of sorted) {
      below -= hits
      if (below <= 0) return middleOfBin(bin) / 1000
    }
    return middleOfBin(sorted.at(-1)?.[0] ?? 0) / 1000
  }
  return { p50Ms: rank(50), p95Ms: rank(95), p99Ms: rank(99), maxMs: rank(100) }
}
