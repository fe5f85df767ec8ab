// The entry that evidence is taken of, as its parts need it.
import { spanEnd, spanStart } from './cut'
import { Measure } from '../records'
import { valueOf } from './measure'
import { isDash } from './number'
import { Role } from './roles'
import { findByte } from './scan'
import { NO_TIME } from './time'

/** -1: the entry has none. */
export let bytesSent: i64 = -1
export let timeTakenUs: i64 = -1
/** Empty where the entry has none. */
export let pathStart: usize = 0
export let pathEnd: usize = 0
export let clientStart: usize = 0
export let clientEnd: usize = 0

// @ts-ignore: decorator
@inline
export function takeEntry(path: usize, pathTo: usize, client: usize, clientTo: usize): void {
  bytesSent = valueOf(Measure.bytesSent)
  timeTakenUs = valueOf(Measure.timeTakenUs)
  pathStart = path
  pathEnd = pathTo
  clientStart = client
  clientEnd = clientTo
}

/** A time as the host reads it; NaN: none. */
// @ts-ignore: decorator
@inline
export function seconds(t: i64): f64 {
  return t == NO_TIME ? NaN : <f64>t
}

export function hasName(): bool {
  const user = spanStart(Role.User)
  const end = spanEnd(Role.User)
  return user != 0 && end > user && !isDash(user, end)
}

/** HTTP methods by their first two letters and their length. */
export function isMethod(a: u16, length: usize): bool {
  const start = spanStart(Role.Method)
  return start != 0 && spanEnd(Role.Method) - start == length && load<u16>(start) == a
}

/** PUT, PATCH, MOVE, COPY and the like: anything but GET, HEAD and POST. */
// @ts-ignore: decorator
@inline
export function isWriting(): bool {
  const method = spanStart(Role.Method)
  if (method == 0) return false
  const two = load<u16>(method)
  return two != 0x4547 && two != 0x4548 && two != 0x4f50
}

export function hash32(p: usize, end: usize): u32 {
  let h: u32 = 0x811c9dc5
  for (; p < end; p++) h = (h ^ <u32>load<u8>(p)) * 0x01000193
  return h ^ (h >> 15)
}

/** .php .php5 .asp .aspx .ashx .jsp .jspx .cgi .pl .phtml at the end. */
export function isScript(): bool {
  let p = pathEnd
  while (p > pathStart && load<u8>(p - 1) != 0x2e) p--
  const length = pathEnd - p
  if (length < 2 || length > 5 || p == pathStart) return false
  const two = load<u16>(p) | 0x2020
  return two == 0x6870 || two == 0x7361 || two == 0x736a || two == 0x6763 || (two == 0x6c70 && length == 2)
}

/** .css .js .png .jpg .gif .svg .ico .webp .woff and the like at the end: what most assets are. */
// @ts-ignore: decorator
@inline
export function hasAssetName(): bool {
  if (pathEnd < pathStart + 5) return false
  const four = load<u32>(pathEnd - 4) | 0x20202000
  if (four == 0x7373632e || four == 0x676e702e || four == 0x67706a2e || four == 0x6669672e || four == 0x6776732e ||
    four == 0x6f63692e || four == 0x6674742e) return true
  if (four >> 8 == 0x736a2e) return true
  const last = four | 0x20
  if (load<u8>(pathEnd - 5) == 0x2e) return last == 0x6765706a || last == 0x70626577 || last == 0x66666f77 || last == 0x66697661
  return last == 0x3266666f && pathEnd > pathStart + 5 && load<u8>(pathEnd - 6) == 0x2e
}

/** A path with a dot that is no asset may be one of a secret; one that ends with .htm or .html is not. */
// @ts-ignore: decorator
@inline
export function mayBeProbe(): bool {
  const dot = findByte(pathStart, pathEnd, 0x2e)
  if (dot == pathEnd) return false
  return !((pathEnd - dot == 5 || pathEnd - dot == 4) && (load<u32>(dot) | 0x20202000) == 0x6d74682e)
}

/** Win32 statuses of answers that a client did not take: see src/diagnosis/trouble.ts. */
// @ts-ignore: decorator
@inline
export function isBrokenOff(win32: i64): bool {
  return win32 == 64 || win32 == 995 || win32 == 1236 || win32 == 121 || win32 == 10054
}
