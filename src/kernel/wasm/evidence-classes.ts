// Classes and kinds of the paths, queries, agents and referers of entries. A text is looked at when it is first seen;
// afterwards its hash tells.
import { EvidenceText, MAX_HOSTS } from '../evidence-records'
import { hashOf } from './hash'

// @ts-ignore: decorator
@external("host", "agentKind")
declare function agentKind(at: usize, length: u32): i32
// @ts-ignore: decorator
@external("host", "newText")
declare function newText(kind: i32, number: u32, at: usize, length: u32): void

// Caches by hash of the text: hash u64, its last byte replaced by the class or kind of the text, plus one. Paths and
// referers are direct-mapped. The caches are small, so that they stay near the processor.
const CACHE: u64 = 1 << 13
let pathCache: usize = 0
let agentCache: usize = 0
/** To ask the host takes long: agents are found again as long as there is room. */
const AGENTS: u64 = 1 << 13
let agentCount: u32 = 0
/** hash u64 · host u32 · hash of the path u32 */
let refererCache: usize = 0

let hosts: usize = 0
let hostIndex: usize = 0
export let hostCount: u32 = 0

export function openClasses(): void {
  pathCache = heap.alloc(8 * <usize>CACHE)
  agentCache = heap.alloc(8 * <usize>AGENTS)
  refererCache = heap.alloc(16 * <usize>CACHE)
  hosts = heap.alloc(8 * (<usize>MAX_HOSTS + 1))
  hostIndex = heap.alloc(4 * <usize>HOST_SLOTS)
}

/** Forget the numbers of hosts. The classes of paths and the kinds of agents hold for good. */
export function clearClasses(): void {
  memory.fill(refererCache, 0, 16 * <usize>CACHE)
  memory.fill(hostIndex, 0, 4 * <usize>HOST_SLOTS)
  hostCount = 0
}

// The two automata: see src/diagnosis/kinds/matcher.ts.
let pathClasses: usize = 0, pathClassCount: u32 = 0, pathNext: usize = 0, pathLeast: usize = 0
let attackClasses: usize = 0, attackClassCount: u32 = 0, attackNext: usize = 0, attackLeast: usize = 0
/** By record of the kinds of paths: its class, u8. By class: its kind, u8. */
let classOfRecord: usize = 0
export let kindOfClass: usize = 0

export function setPathMatcher(classes: usize, classCount: u32, next: usize, least: usize, records: usize, kindsOf: usize): void {
  pathClasses = classes
  pathClassCount = classCount
  pathNext = next
  pathLeast = least
  classOfRecord = records
  kindOfClass = kindsOf
}
export function setAttackMatcher(classes: usize, classCount: u32, next: usize, least: usize): void {
  attackClasses = classes
  attackClassCount = classCount
  attackNext = next
  attackLeast = least
}

/** The least value of the patterns that match, or 0xffff. */
function match(classes: usize, classCount: u32, next: usize, least: usize, p: usize, end: usize): u32 {
  let state = <u32>load<u16>(next + 2 * <usize>load<u8>(classes, 1))
  let found = <u32>load<u16>(least + 2 * <usize>state)
  for (; p < end; p++) {
    state = <u32>load<u16>(next + 2 * (<usize>state * <usize>classCount + <usize>load<u8>(classes + <usize>load<u8>(p))))
    found = min(found, <u32>load<u16>(least + 2 * <usize>state))
  }
  state = <u32>load<u16>(next + 2 * (<usize>state * <usize>classCount + <usize>load<u8>(classes, 2)))
  return min(found, <u32>load<u16>(least + 2 * <usize>state))
}

/** Whether a query holds more than letters, digits and = & _ - . : no attack does without. */
function isStrange(p: usize, end: usize): bool {
  while (p < end) {
    const v = v128.load(p)
    const letter = i8x16.lt_u(i8x16.sub(v128.or(v, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(26))
    // - and . stand directly before / and the digits.
    const digit = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x30)), i8x16.splat(10))
    const dot = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x2d)), i8x16.splat(2))
    const other = v128.or(i8x16.eq(v, i8x16.splat(0x3d)), v128.or(i8x16.eq(v, i8x16.splat(0x26)), i8x16.eq(v, i8x16.splat(0x5f))))
    const strange = ~i8x16.bitmask(v128.or(v128.or(letter, digit), v128.or(dot, other))) & 0xffff
    if (strange) return p + <usize>ctz(strange) < end
    p += 16
  }
  return false
}

export function isAttack(query: usize, end: usize): bool {
  return isStrange(query, end) && match(attackClasses, attackClassCount, attackNext, attackLeast, query, end) != 0xffff
}

let hardSecret: u32 = 0xff
let hardExploit: u32 = 0xff
/** Classes of paths that are a probe on any site. */
export function setHard(secret: u32, exploit: u32): void {
  hardSecret = secret
  hardExploit = exploit
}
// @ts-ignore: decorator
@inline
export function isHard(pathClass: u32): bool {
  return pathClass == hardSecret || pathClass == hardExploit
}

export const NONE: u32 = 0
const PAGE: u32 = 1
export const ATTACK: u32 = 2
/** Numbers of PATH_KINDS in src/diagnosis/kinds/kinds.ts. */
export const LAST_AUTO: u32 = 9
export const ACME: u32 = 5
export const SECRET: u32 = 11
export const EXPLOIT: u32 = 12
/** Numbers of AGENT_KINDS. */
export const BOT: u32 = 2
export const MONITOR: u32 = 3
export const SCANNER: u32 = 4
export const NO_AGENT: u32 = 7

export function classOfPath(start: usize, end: usize, hash: u64): u32 {
  const slot = pathCache + 8 * <usize>(hash >> 20 & (CACHE - 1))
  const known = load<u64>(slot)
  if (known >> 8 == hash >> 8 && known != 0) return (<u32>known & 0xff) - 1
  const record = match(pathClasses, pathClassCount, pathNext, pathLeast, start, end)
  const found = record == 0xffff ? PAGE : <u32>load<u8>(classOfRecord + <usize>record)
  store<u64>(slot, (hash & ~0xff) | <u64>(found + 1))
  return found
}

export function kindOfAgent(start: usize, end: usize, hash: u64): u32 {
  let i = hash >> 20 & (AGENTS - 1)
  while (true) {
    const slot = agentCache + 8 * <usize>i
    const known = load<u64>(slot)
    if (known >> 8 == hash >> 8 && known != 0) return (<u32>known & 0xff) - 1
    if (known == 0 || <u64>agentCount * 4 >= AGENTS * 3) {
      const found = <u32>agentKind(start, <u32>(end - start))
      if (known == 0) agentCount++
      store<u64>(slot, (hash & ~0xff) | <u64>(found + 1))
      return found
    }
    i = (i + 1) & (AGENTS - 1)
  }
}

/** Where a `://` ends; 0: nowhere. */
function afterScheme(p: usize, end: usize): usize {
  for (const last = min(end, p + 12); p + 3 <= last; p++) if (load<u16>(p) == 0x2f3a && load<u8>(p, 2) == 0x2f) return p + 3
  return 0
}

/** Number of the host of a referer, 0: none. Leaves the hash of its path in `refererPath`. */
export let refererPath: u32 = 0
export function hostOf(start: usize, end: usize, hash: u64): u32 {
  const slot = refererCache + 16 * <usize>(hash >> 20 & (CACHE - 1))
  if (load<u64>(slot) == hash) {
    refererPath = load<u32>(slot, 12)
    return load<u32>(slot, 8)
  }
  let host = afterScheme(start, end)
  refererPath = 0
  let number: u32 = 0
  if (host) {
    let path = host
    while (path < end && load<u8>(path) != 0x2f && load<u8>(path) != 0x23) {
      if (load<u8>(path) == 0x40) host = path + 1
      path++
    }
    let stop = path
    for (let q = host; q < path; q++) if (load<u8>(q) == 0x3a) stop = q
    if (stop > host) {
      number = numberOfHost(host, stop)
      let pathEnd = path
      while (pathEnd < end && load<u8>(pathEnd) != 0x23) pathEnd++
      refererPath = pathEnd > path ? <u32>hashOf(path, <u32>(pathEnd - path)) : <u32>hashOf(SLASH, 1)
    }
  }
  store<u64>(slot, hash)
  store<u32>(slot, number, 8)
  store<u32>(slot, refererPath, 12)
  return number
}
const SLASH = memory.data(16)
store<u8>(SLASH, 0x2f)

/** Numbers of hosts (u32, +1; 0 = empty), by hash. */
const HOST_SLOTS: u64 = 1 << 10

/** The number of a host, from 1 on; MAX_HOSTS + 1 for every host behind the first MAX_HOSTS. */
function numberOfHost(start: usize, end: usize): u32 {
  const hash = hashOf(start, <u32>(end - start))
  let i = hash >> 20 & (HOST_SLOTS - 1)
  while (true) {
    const number = load<u32>(hostIndex + 4 * <usize>i)
    if (number && load<u64>(hosts + 8 * <usize>(number - 1)) == hash) return number
    if (number == 0) break
    i = (i + 1) & (HOST_SLOTS - 1)
  }
  if (hostCount == <u32>MAX_HOSTS) return <u32>MAX_HOSTS + 1
  store<u64>(hosts + 8 * <usize>hostCount, hash)
  newText(EvidenceText.Host, hostCount++, start, <u32>(end - start))
  store<u32>(hostIndex + 4 * <usize>i, hostCount)
  return hostCount
}
