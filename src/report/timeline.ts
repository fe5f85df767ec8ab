import type { Grid, Selected } from '../store/selected.js'
import { iso, type TimelineBucket } from './shape.js'

export const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'] as const

/** @param digit the first of a status of three */
export function classOf(digit: number | null): (typeof CLASSES)[number] {
  return digit !== null && digit >= 1 && digit <= 5 ? (`${digit}xx` as (typeof CLASSES)[number]) : 'other'
}

const MAX_BUCKETS = 120
/** Widths a timeline may have, in seconds. */
const WIDTHS = [60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800, 2592000]

/** Requests by time and class, in at most MAX_BUCKETS buckets, and the grid that these stand in. */
export function makeTimeline(selected: Selected): {
  readonly grid: Grid
  readonly timeline: readonly TimelineBucket[]
} {
  const stretch = selected.stretch()
  if (!stretch) return { grid: { origin: 0, width: WIDTHS[0] as number }, timeline: [] }
  const { from, to, widest } = stretch
  const fits = WIDTHS.find((width) => width >= widest && width % widest === 0 && (to - from) / width <= MAX_BUCKETS)
  const width = fits ?? Math.ceil((to - from) / MAX_BUCKETS / 86400) * 86400
  const origin = Math.floor(from / width) * width
  const buckets = Array.from({ length: Math.floor((to - 1 - origin) / width) + 1 }, (): Record<string, number> => ({}))
  for (const { bucket, status, hits } of selected.byStatus({ origin, width })) {
    const classes = buckets[bucket] as Record<string, number>
    const name = classOf(status === null ? null : Math.floor(status / 100))
    classes[name] = (classes[name] ?? 0) + hits
  }
  const timeline = buckets.map((classes, i) => ({
    start: iso(origin + i * width) as string,
    seconds: width,
    hits: Object.values(classes).reduce((n, h) => n + h, 0),
    classes,
  }))
  return { grid: { origin, width }, timeline }
}
