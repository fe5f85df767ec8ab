import type { Filter } from '../kernel/filter.js'
import { Role } from '../kernel/wasm/roles.js'
import { codesIn, spanIn } from '../store/query.js'
import type { Range } from '../store/range.js'
import type { Store } from '../store/store.js'
import { addLeftOut, type LeftOut, NONE_LEFT_OUT } from '../tally/tally.js'
import { codeName, iso, type Report } from './shape.js'

/** So many codes are named. */
const MOST_CODES = 8

const FIELDS = { path: Role.Uri, client: Role.ClientIp, method: Role.Method, host: Role.Host } as const

/**
 * Time, codes and missing fields of logs of which a selection leaves nothing: they say why.
 *
 * @param logs entries that a filter left out of each log when it was read
 */
export function unselected(
  store: Store,
  filter: Filter,
  logs: readonly LeftOut[],
  { since, until, sources }: Range,
): Report['unselected'] {
  const range = sources ? { sources } : {}
  const leftOut = logs.reduce(addLeftOut, NONE_LEFT_OUT)
  const codes = new Map<string, number>()
  for (const code of codesIn(store, range)) codes.set(codeName(code), (codes.get(codeName(code)) ?? 0) + code.hits)
  // The span is that of a database: entries left out of logs are in no store.
  const span = (since ?? until) === undefined ? { from: null, to: null } : spanIn(store, range)
  const frequent = [...codes].sort(([, a], [, b]) => b - a).slice(0, MOST_CODES)
  const asked = (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).filter((name) => filter[name] !== undefined)
  // The fields of entries outside the stretch of time were not looked at.
  const isLooked = leftOut.roles !== 0 || (filter.since ?? filter.until) === undefined
  return {
    from: iso(Number.isFinite(leftOut.from) ? leftOut.from : span.from),
    to: iso(Number.isFinite(leftOut.to) ? leftOut.to : span.to),
    missing: isLooked ? asked.filter((name) => !(leftOut.roles & (1 << FIELDS[name]))) : [],
    codes: frequent.map(([name]) => name),
  }
}
