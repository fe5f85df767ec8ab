// Seeded randomness: the same numbers on every machine.

/** Whole numbers in [0, 2^32). */
export type Random = () => number

const SCALE = 2 ** -32

/**
 * sfc32, a small fast generator that needs only 32-bit integers. @param stream numbers of different streams are
 * independent
 */
export function makeRandom(seed: number, stream: number): Random {
  let [a, b, c, d] = [seed ^ 0x9e3779b9, stream, 0x243f6a88, 1]
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 20; i++) next()
  return next
}

/** A whole number in [0, n). */
export const below = (random: Random, n: number): number => Math.floor(random() * SCALE * n)

export const oneOf = <T>(random: Random, values: readonly T[]): T => values[below(random, values.length)] as T

/** Whether something of this probability happens. */
export const chance = (random: Random, probability: number): boolean => random() * SCALE < probability

/**
 * Draw indexes with these weights: one number and one comparison a draw, however many weights (Walker's alias method).
 */
export function makeWeighted(weights: ArrayLike<number>): (random: Random) => number {
  const n = weights.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += weights[i] as number
  const share = Float64Array.from(weights, (w) => (w * n) / sum)
  const alias = Uint32Array.from({ length: n }, (_, i) => i)
  const small: number[] = []
  const large: number[] = []
  share.forEach((p, i) => {
    ;(p < 1 ? small : large).push(i)
  })
  while (small.length > 0 && large.length > 0) {
    const low = small.pop() as number
    const high = large.at(-1) as number
    alias[low] = high
    share[high] = (share[high] as number) - (1 - (share[low] as number))
    if ((share[high] as number) < 1) small.push(large.pop() as number)
  }
  for (const i of [...small, ...large]) share[i] = 1
  return (random) => {
    const x = random() * SCALE * n
    const i = x | 0
    return x - i < (share[i] as number) ? i : (alias[i] as number)
  }
}

/** Draw ranks [0, n) where rank r is drawn in proportion to 1 / (r + 1)^exponent. */
export function makeZipf(n: number, exponent: number): (random: Random) => number {
  return makeWeighted(Float64Array.from({ length: n }, (_, i) => (i + 1) ** -exponent))
}
