import type { Evidence } from './evidence.js'

// nginx and Apache write the same layouts. Which of them wrote a log is proven by what only one of them writes, or it
// is not known.

/** Statuses that only nginx has: 444 and 494 to 499 are its own, 009 and 000 requests that it could not read. */
const NGINX_ONLY: ReadonlySet<number> = new Set([444, 494, 495, 496, 497, 498, 499, 9, 0])

/** The server that the evidence proves; null: nothing does, or signs of both are there. */
export function serverOf({ signs, pageSizes, codes }: Evidence): 'nginx' | 'apache' | null {
  for (const { status, hits } of codes.values())
    if (status !== null && NGINX_ONLY.has(status) && hits > 0) return 'nginx'
  const isApache = signs.dummyConnection > 0 || signs.lowerEscape > 0 || signs.dashRequest408 > 0
  // nginx writes 0 for no bytes, \x22 for a quote, and sizes without headers.
  const isOther = signs.dashBytes > 0 || signs.escapedQuote > 0 || signs.bytesOn304 > 0
  const hasPages = pageSizes.size >= 2 && signs.zeroOn304 > 0
  const isNginx = signs.upperEscape > 0 || (!isOther && (hasPages || (signs.emptyRequest400 > 0 && !isApache)))
  if (isNginx === isApache) return null
  return isNginx ? 'nginx' : 'apache'
}
