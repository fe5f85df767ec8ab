// Filters say which entries are counted: a period, and patterns for fields. Without any, nothing is looked at.
import { spanEnd, spanStart } from './cut'
import { time, withoutQuery } from './entry'
import { inNetwork } from './network'
import { Role } from './roles'
import { NO_TIME } from './time'

const MAX_FILTERS: i32 = 32
// filter: role u32 · flags u32 (negative, network) · pattern u32 · length u32
const NEGATIVE: u32 = 1
const NETWORK: u32 = 2
const filters = heap.alloc(16 * <usize>MAX_FILTERS)
const PATTERNS: usize = 16 << 10
const patterns = heap.alloc(PATTERNS)
let patternsUsed: usize = 0
let filterCount: i32 = 0

let since: i64 = i64.MIN_VALUE
let until: i64 = i64.MAX_VALUE
/** Whether there is anything to look at. */
export let filtering: bool = false

export function clearFilters(): void {
  filterCount = 0
  patternsUsed = 0
  since = i64.MIN_VALUE
  until = i64.MAX_VALUE
  filtering = false
}

/** Only entries with a time in [from, to), seconds since 1970. */
export function setPeriodFilter(from: f64, to: f64): void {
  since = <i64>from
  until = <i64>to
  filtering = true
}

/**
 * Add a pattern for a role; or a network, which is 16 bytes and one for the bits that count.
 *
 * @returns where its bytes are to be written; 0 when there is no room
 */
export function addFilter(role: i32, flags: u32, length: i32): usize {
  if (filterCount == MAX_FILTERS || patternsUsed + <usize>length > PATTERNS) return 0
  const at = patterns + patternsUsed
  patternsUsed += <usize>length
  const f = filters + 16 * <usize>filterCount
  filterCount++
  store<i32>(f, role)
  store<u32>(f, flags, 4)
  store<u32>(f, <u32>at, 8)
  store<u32>(f, <u32>length, 12)
  filtering = true
  return at
}

/**
 * Of the entries left out: how many carry no time, the first and last time, a bit for each role of a filter that one of
 * them has.
 */
export let leftOutWithoutTime: u64 = 0
export let leftOutFrom: i64 = i64.MAX_VALUE
export let leftOutTo: i64 = i64.MIN_VALUE
export let rolesMet: u32 = 0

export function clearLeftOut(): void {
  leftOutWithoutTime = 0
  leftOutFrom = i64.MAX_VALUE
  leftOutTo = i64.MIN_VALUE
  rolesMet = 0
}

export function leaveOut(): void {
  if (time == NO_TIME) leftOutWithoutTime++
  else {
    if (time < leftOutFrom) leftOutFrom = time
    if (time > leftOutTo) leftOutTo = time
  }
}

/**
 * Whether the entry, whose fields are split, is wanted: for each role with patterns one of them fits, and none of the
 * negative ones does.
 */
export function passes(): bool {
  if (time == NO_TIME ? since != i64.MIN_VALUE || until != i64.MAX_VALUE : time < since || time >= until) return false
  if (filterCount == 0) return true
  let wanted: u32 = 0
  let met: u32 = 0
  for (let i = 0; i < filterCount; i++) {
    const f = filters + 16 * <usize>i
    const role = load<i32>(f)
    const start = spanStart(role)
    let end = spanEnd(role)
    if (start) {
      rolesMet |= 1 << role
      if (role == Role.Uri) end = withoutQuery(start, end)
    }
    const flags = load<u32>(f, 4)
    const pattern: usize = load<u32>(f, 8)
    const fits =
      start != 0 && (flags & NETWORK ? inNetwork(pattern, load<u8>(pattern + 16), start, end) : matches(pattern, load<u32>(f, 12), start, end))
    if (flags & NEGATIVE) {
      if (fits) return false
    } else {
      wanted |= 1 << role
      if (fits) met |= 1 << role
    }
  }
  return wanted == met
}

/** `*` stands for any bytes, all else for itself; letters in any case. */
function matches(pattern: usize, length: u32, start: usize, end: usize): bool {
  let p = pattern
  const last = pattern + length
  let s = start
  let star: usize = 0
  let mark: usize = 0
  while (s < end) {
    if (p < last && load<u8>(p) == 0x2a) {
      star = p++
      mark = s
    } else if (p < last && lower(load<u8>(p)) == lower(load<u8>(s))) {
      p++
      s++
    } else if (star) {
      p = star + 1
      s = ++mark
    } else return false
  }
  while (p < last && load<u8>(p) == 0x2a) p++
  return p == last
}

// @ts-ignore: decorator
@inline
function lower(c: u8): u8 {
  return c >= 0x41 && c <= 0x5a ? c | 0x20 : c
}
