// Whether two counts differ by more than chance. Counts of a log may be 1 or 10 million: the test is exact for both.

/** Hits among so many requests. */
export interface Share {
  readonly hits: number
  readonly of: number
}

/**
 * How likely chance alone would set the shares at least so far apart, if they were the same.
 *
 * Of the hits of both, each fell into the second with probability of₂ / (of₁ + of₂); the tails of that binomial
 * distribution are summed, twice the smaller one counts (the conditional test of two Poisson rates: Przyborowski and
 * Wilenski 1940).
 */
export function chanceOf(before: Share, now: Share): number {
  const n = before.hits + now.hits
  if (n === 0 || before.of <= 0 || now.of <= 0) return 1
  const p = now.of / (before.of + now.of)
  return Math.min(1, 2 * Math.min(atLeast(now.hits, n, p), atLeast(n - now.hits, n, 1 - p)))
}

/** P(X >= k) of a binomial distribution. */
function atLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1
  // Towards the middle terms grow: the other side is summed.
  if (k <= n * p) return 1 - atLeast(n - k + 1, n, 1 - p)
  let term = Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p))
  let sum = 0
  for (let i = k; i <= n && term > sum * 1e-17; i++) {
    sum += term
    term *= ((n - i) / (i + 1)) * (p / (1 - p))
  }
  return Math.min(1, sum)
}

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/** Below, factorials are exact in doubles; above, Stirling's series is as exact. */
const SMALL = 20

function logFactorial(n: number): number {
  if (n <= SMALL) {
    let product = 1
    for (let i = 2; i <= n; i++) product *= i
    return Math.log(product)
  }
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3)
}
