/** A time taken, for people: `85 ms`, `1.2 s`, `210 s`. */
export function milliseconds(ms: number): string {
  if (ms < 1) return `${ms.toFixed(ms < 0.1 ? 2 : 1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(ms < 100_000 ? 1 : 0)} s`
}
