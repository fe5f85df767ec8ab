// Evidence for the diagnosis of a log: what goes wrong is kept joint (which code, on which path, for whom, from where), what goes well as sums.
// What each of it means says src/diagnosis/evidence.ts; test/oracle/evidence.ts counts it the slow way.
//
// Numbers stay here. A text is given to the host once, when it is new, and is a number from then on.
import { spanEnd, spanStart } from './cut'
import { status, time, win32Status } from './entry'
import { valueOf } from './measure'
import { ClientRecord, EvidenceText, LOOP_SECONDS, LOOP_TIMES, MAX_HOSTS, Noted, TroubleFlag, TroubleRecord, PathRecord, Sign, SLOW_US } from '../evidence-records'
import { codeCount, codes } from './count'
import { CodeRecord, Measure, SlotRecord, StatusBits, TableHead } from '../records'
import { Dimension, Role } from './roles'
import { DASH } from './scan'
import { NO_TIME } from './time'
import { hashOf, keyOf, mix } from './hash'
import { table } from './values'

// @ts-ignore: decorator
@external("host", "agentKind")
declare function agentKind(at: usize, length: u32): i32
// @ts-ignore: decorator
@external("host", "newText")
declare function newText(kind: i32, number: u32, at: usize, length: u32): void

/** Whether evidence is kept: not by a kernel that only tries lines. */
export let keepsEvidence: bool = false

// By hash of the text, direct-mapped: hash u64, its last byte replaced by what the text was found to be. Small, so that they stay near the processor.
const CACHE: u64 = 1 << 13
let pathCache: usize = 0
let agentCache: usize = 0
/** To ask the host takes long: agents are found again as long as there is room. */
const AGENTS: u64 = 1 << 13
let agentCount: u32 = 0
/** hash u64 · host u32 · hash of the path u32 */
let refererCache: usize = 0

// Joint kinds: key u32 (+1; 0 = empty) · hits u32.
const KINDS: u32 = 1 << 14
let kinds: usize = 0
let kindCount: u32 = 0

/** A bit for each client that got an asset, by hash. */
const ASSET_BITS: u64 = 1 << 20
let assetBits: usize = 0

// Records one behind the other, found through hash tables of their numbers (u32, +1; 0 = empty).
const MANY: u32 = 1 << 12
/** Troubles of strangers' 4xx, of which a scan may make any number, leave the other half to all else. */
const MANY_STRANGE: u32 = MANY / 2
let strangeCount: u32 = 0
let troubles: usize = 0
let troubleIndex: usize = 0
let troubleCount: u32 = 0
let lostTroubles: u32 = 0
/** By client and path: the first of their troubles. */
let pairIndex: usize = 0
let paths: usize = 0
let pathIndex: usize = 0
let pathCount: u32 = 0
let wronged: usize = 0
let wrongedIndex: usize = 0
let wrongedCount: u32 = 0
let hosts: usize = 0
let hostIndex: usize = 0
let hostCount: u32 = 0
/** Times taken that are slow: key u64 (code, path, bin) · hits u64. */
const MANY_SLOW: u32 = 1 << 13
let slow: usize = 0
let slowCount: u32 = 0
/** Redirects: key u64 · since i64 · times u64. */
const TURNS: u64 = 1 << 12
let turns: usize = 0
/** Sizes of answers, those that are many: size u32 · count u32. The first 256 are those of `/`. */
const SIZES: u32 = 1 << 12
let sizes: usize = 0
/** By Sign: how many. Behind them, by status less 400: answers of the size of nginx's own page. */
let signs: usize = 0
/** Bits: paths and pairs that had trouble, clients that were asked to sign in. */
const BITS: u64 = 1 << 16
let pathBits: usize = 0
let pairBits: usize = 0
let signBits: usize = 0
let latest: i64 = i64.MIN_VALUE
let backwardsSeconds: i64 = 0

export function openEvidence(): void {
  pathCache = heap.alloc(8 * <usize>CACHE)
  agentCache = heap.alloc(8 * <usize>AGENTS)
  refererCache = heap.alloc(16 * <usize>CACHE)
  kinds = heap.alloc(8 * <usize>KINDS)
  assetBits = heap.alloc(<usize>(ASSET_BITS >> 3))
  wrongedIndex = heap.alloc(8 * <usize>MANY)
  troubles = heap.alloc(<usize>TroubleRecord.Size * <usize>MANY)
  troubleIndex = heap.alloc(8 * <usize>MANY)
  pairIndex = heap.alloc(8 * <usize>MANY)
  paths = heap.alloc(<usize>PathRecord.Size * <usize>MANY)
  pathIndex = heap.alloc(8 * <usize>MANY)
  wronged = heap.alloc(<usize>ClientRecord.Size * <usize>MANY)
  hosts = heap.alloc(8 * (<usize>MAX_HOSTS + 1))
  hostIndex = heap.alloc(4 * <usize>HOST_SLOTS)
  slow = heap.alloc(16 * <usize>MANY_SLOW)
  turns = heap.alloc(24 * <usize>TURNS)
  sizes = heap.alloc(8 * <usize>(SIZES + 256))
  signs = heap.alloc(4 * (<usize>Sign.Count + 200))
  pathBits = heap.alloc(<usize>(BITS >> 3))
  pairBits = heap.alloc(<usize>(BITS >> 3))
  signBits = heap.alloc(<usize>(BITS >> 3))
  keepsEvidence = true
}

/** Forget all but what texts are. */
export function clearEvidence(): void {
  if (!keepsEvidence) return
  memory.fill(kinds, 0, 8 * <usize>KINDS)
  memory.fill(assetBits, 0, <usize>(ASSET_BITS >> 3))
  if (wrongedCount) memory.fill(wrongedIndex, 0, 8 * <usize>MANY)
  memory.fill(refererCache, 0, 16 * <usize>CACHE)
  if (troubleCount) {
    memory.fill(troubleIndex, 0, 8 * <usize>MANY)
    memory.fill(pairIndex, 0, 8 * <usize>MANY)
    memory.fill(pairBits, 0, <usize>(BITS >> 3))
  }
  if (pathCount) {
    memory.fill(pathIndex, 0, 8 * <usize>MANY)
    memory.fill(pathBits, 0, <usize>(BITS >> 3))
  }
  memory.fill(hostIndex, 0, 4 * <usize>HOST_SLOTS)
  memory.fill(slow, 0, 16 * <usize>MANY_SLOW)
  memory.fill(turns, 0, 24 * <usize>TURNS)
  memory.fill(sizes, 0, 8 * <usize>(SIZES + 256))
  memory.fill(signs, 0, 4 * (<usize>Sign.Count + 200))
  memory.fill(signBits, 0, <usize>(BITS >> 3))
  kindCount = strangeCount = troubleCount = lostTroubles = pathCount = wrongedCount = hostCount = slowCount = 0
  latest = i64.MIN_VALUE
  backwardsSeconds = 0
}

/** Whether the joint kinds, which must be exact, could overflow. */
export function isEvidenceFull(): bool {
  return kindCount > (KINDS / 4) * 3 - 512
}

export function evidenceTable(which: i32): usize {
  if (which == Noted.Kinds) return kinds
  if (which == Noted.Troubles) return troubles
  if (which == Noted.Paths) return paths
  if (which == Noted.Clients) return wronged
  if (which == Noted.Slow) return slow
  if (which == Noted.Sizes) return sizes
  return signs
}
export function evidenceCount(which: i32): u32 {
  if (which == Noted.Kinds) return KINDS
  if (which == Noted.Troubles) return troubleCount
  if (which == Noted.Paths) return pathCount
  if (which == Noted.Clients) return wrongedCount
  if (which == Noted.Slow) return MANY_SLOW
  if (which == Noted.Sizes) return SIZES + 256
  if (which == Noted.LostTroubles) return lostTroubles
  if (which == Noted.BackwardsSeconds) return <u32>min(backwardsSeconds, <i64>i32.MAX_VALUE)
  return hostCount
}

/** So many look-ups are worth it. */
const MANY_LOOKUPS: u64 = 1 << 22

/** Fill in what lists tell of paths and clients in trouble: how often they were answered. */
export function sumAnswers(): void {
  for (let i: u32 = 0; i < pathCount; i++) store<u32>(paths + <usize>PathRecord.Size * <usize>i, 0, PathRecord.Answered)
  for (let i: u32 = 0; i < wrongedCount; i++) {
    const client = wronged + <usize>ClientRecord.Size * <usize>i
    store<u32>(client, 0, ClientRecord.Hits)
    store<u32>(client, 0, ClientRecord.Answered)
    const hash = load<u64>(client)
    store<u32>(client, load<u8>(assetBits + <usize>(hash >> 20 & (ASSET_BITS - 1) >> 3)) >> <u8>(hash >> 17 & 7) & 1, ClientRecord.Assets)
  }
  for (let c: i32 = 0; c < codeCount; c++) {
    const code = codes + <usize>CodeRecord.Size * <usize>c
    const statusPlus = <u32>(load<u64>(code) >> StatusBits.Status)
    const win32 = <i64>(load<u64>(code) & 0x1ffffffff) - 1
    const isAnswer = statusPlus >= 101 && statusPlus <= 400 && load<u32>(code, CodeRecord.ReasonLength) == 0 && !isBrokenOff(win32)
    const mixed = mix(load<u64>(code), load<u64>(code, CodeRecord.Hash))
    if (isAnswer && <u64>codeCount * <u64>pathCount < MANY_LOOKUPS) {
      for (let path = paths, end = paths + <usize>PathRecord.Size * <usize>pathCount; path < end; path += <usize>PathRecord.Size) {
        store<u32>(path, load<u32>(path, PathRecord.Answered) + hitsOf(Dimension.Path, load<u64>(path), mixed), PathRecord.Answered)
      }
    }
    if (<u64>codeCount * <u64>wrongedCount > MANY_LOOKUPS) continue
    for (let client = wronged, end = wronged + <usize>ClientRecord.Size * <usize>wrongedCount; client < end; client += <usize>ClientRecord.Size) {
      const hits = hitsOf(Dimension.Client, load<u64>(client), mixed)
      store<u32>(client, load<u32>(client, ClientRecord.Hits) + hits, ClientRecord.Hits)
      if (isAnswer) store<u32>(client, load<u32>(client, ClientRecord.Answered) + hits, ClientRecord.Answered)
    }
  }
}

/** Hits of a value in a list. @param mixed of the list's code */
function hitsOf(dimension: i32, hash: u64, mixed: u64): u32 {
  const t = table(dimension)
  const slots = <usize>load<u32>(t, TableHead.Slots)
  const mask = load<u32>(t, TableHead.Mask)
  const key = keyOf(hash, mixed)
  let n = <u32>(key >> 40) & mask
  while (true) {
    const slot = slots + <usize>SlotRecord.Size * <usize>n
    const found = load<u64>(slot)
    if (found == key) return load<u32>(slot, SlotRecord.Hits)
    if (found == 0) return 0
    n = (n + 1) & mask
  }
}

// The two automata: see src/diagnosis/kinds/matcher.ts.
let pathClasses: usize = 0, pathClassCount: u32 = 0, pathNext: usize = 0, pathLeast: usize = 0
let attackClasses: usize = 0, attackClassCount: u32 = 0, attackNext: usize = 0, attackLeast: usize = 0
/** By record of the kinds of paths: its class, u8. By class: its kind, u8. */
let classOfRecord: usize = 0, kindOfClass: usize = 0

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

/** Bytes that stand in ordinary queries, letters and digits aside: = & _ - . */
const PLAIN = memory.data(256)
for (let c: usize = 0; c < 256; c++) {
  const letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a
  store<u8>(PLAIN + c, letter || (c >= 0x30 && c <= 0x39) || c == 0x3d || c == 0x26 || c == 0x5f || c == 0x2d || c == 0x2e ? 1 : 0)
}
/** Whether a query holds more than such bytes: no attack does without. */
function isStrange(p: usize, end: usize): bool {
  for (; p < end; p++) if (load<u8>(PLAIN + <usize>load<u8>(p)) == 0) return true
  return false
}

const NONE: u32 = 0
const PAGE: u32 = 1
const ATTACK: u32 = 2
/** Numbers of PATH_KINDS in src/diagnosis/kinds/kinds.ts. */
const LAST_AUTO: u32 = 9
const ACME: u32 = 5
const SECRET: u32 = 11
const EXPLOIT: u32 = 12
const ASSET: u32 = 14
/** Numbers of AGENT_KINDS. */
const BOT: u32 = 2
const MONITOR: u32 = 3
const SCANNER: u32 = 4

function classOfPath(start: usize, end: usize, hash: u64): u32 {
  const slot = pathCache + 8 * <usize>(hash >> 20 & (CACHE - 1))
  const known = load<u64>(slot)
  if (known >> 8 == hash >> 8 && known != 0) return (<u32>known & 0xff) - 1
  seeEscapes(start, end)
  const record = match(pathClasses, pathClassCount, pathNext, pathLeast, start, end)
  const found = record == 0xffff ? PAGE : <u32>load<u8>(classOfRecord + <usize>record)
  store<u64>(slot, (hash & ~0xff) | <u64>(found + 1))
  return found
}

function kindOfAgent(start: usize, end: usize, hash: u64): u32 {
  let i = hash >> 20 & (AGENTS - 1)
  while (true) {
    const slot = agentCache + 8 * <usize>i
    const known = load<u64>(slot)
    if (known >> 8 == hash >> 8 && known != 0) return (<u32>known & 0xff) - 1
    if (known == 0 || <u64>agentCount * 4 >= AGENTS * 3) {
      seeEscapes(start, end)
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
let refererPath: u32 = 0
function hostOf(start: usize, end: usize, hash: u64): u32 {
  const slot = refererCache + 16 * <usize>(hash >> 20 & (CACHE - 1))
  if (load<u64>(slot) == hash) {
    refererPath = load<u32>(slot, 12)
    return load<u32>(slot, 8)
  }
  seeEscapes(start, end)
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

/** So many hosts have a number; the last is that of all others. */
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

/** Escapes tell nginx from Apache. \x01C is the byte 01 and a letter: exactly two digits count. */
function seeEscapes(p: usize, end: usize): void {
  for (; p + 1 < end; p++) {
    if (load<u8>(p) != 0x5c) continue
    const next = load<u8>(p, 1)
    if (next == 0x22 || next == 0x6e) sign(Sign.EscapedQuote)
    else if (next == 0x78 && p + 3 < end) {
      const a = load<u8>(p, 2)
      const b = load<u8>(p, 3)
      if (isHex(a, 0x41) || isHex(b, 0x41) || (a == 0x32 && b == 0x32)) sign(Sign.UpperEscape)
      else if (isHex(a, 0x61) || isHex(b, 0x61)) sign(Sign.LowerEscape)
    }
    p++
  }
}
// @ts-ignore: decorator
@inline
function isHex(digit: u8, from: u8): bool {
  return digit >= from && digit < from + 6
}
// @ts-ignore: decorator
@inline
function sign(which: i32): void {
  const at = signs + 4 * <usize>which
  store<u32>(at, load<u32>(at) + 1)
}

// @ts-ignore: decorator
@inline
function hasBit(bits: usize, hash: u64): bool {
  return (load<u8>(bits + <usize>(hash >> 40 & (BITS - 1) >> 3)) >> <u8>(hash >> 37 & 7) & 1) != 0
}
function setBit(bits: usize, hash: u64): void {
  const at = bits + <usize>(hash >> 40 & (BITS - 1) >> 3)
  store<u8>(at, load<u8>(at) | <u8>(<u32>1 << <u32>(hash >> 37 & 7)))
}

function countKinds(key: u32): void {
  let i = (key * 0x9e3779b1) >> 18
  while (true) {
    const slot = kinds + 8 * <usize>i
    const found = load<u32>(slot)
    if (found == key) {
      store<u32>(slot, load<u32>(slot, 4) + 1, 4)
      return
    }
    if (found == 0) {
      store<u32>(slot, key)
      store<u32>(slot, 1, 4)
      kindCount++
      return
    }
    i = (i + 1) & (KINDS - 1)
  }
}

/** Where the number of a record stands, or could; records begin with their key. */
// @ts-ignore: decorator
@inline
function find(index: usize, records: usize, size: usize, key: u64): usize {
  let i = <u32>((key * 0x9e3779b97f4a7c15) >> 40) & (2 * MANY - 1)
  while (true) {
    const entry = index + 4 * <usize>i
    const number = load<u32>(entry)
    if (number == 0 || load<u64>(records + size * <usize>(number - 1)) == key) return entry
    i = (i + 1) & (2 * MANY - 1)
  }
}

/** Of the entry; -1: it has none. */
let bytesSent: i64 = -1
let timeTakenUs: i64 = -1
let clientStart: usize = 0, clientEnd: usize = 0
let pathStart: usize = 0, pathEnd: usize = 0

/** Number of a client in trouble (+1); 0: there is no room. */
function wrongedNumber(hash: u64): u32 {
  const entry = find(wrongedIndex, wronged, ClientRecord.Size, hash)
  const number = load<u32>(entry)
  if (number || wrongedCount == MANY) return number
  const record = wronged + <usize>ClientRecord.Size * <usize>wrongedCount
  memory.fill(record, 0, ClientRecord.Size)
  store<u64>(record, hash)
  newText(EvidenceText.Client, wrongedCount, clientStart, <u32>(clientEnd - clientStart))
  store<u32>(entry, ++wrongedCount)
  return wrongedCount
}
/** Its record; 0: there is no room. */
function wrongedAt(hash: u64): usize {
  const number = wrongedNumber(hash)
  return number ? wronged + <usize>ClientRecord.Size * <usize>(number - 1) : 0
}

/** As the host reads it; NaN: none. */
function seconds(t: i64): f64 {
  return t == NO_TIME ? NaN : <f64>t
}

/** Number of a path in trouble (+1); 0: there is no room. */
function pathNumber(hash: u64, pathClass: u32): u32 {
  const entry = find(pathIndex, paths, PathRecord.Size, hash)
  const number = load<u32>(entry)
  if (number) return number
  if (pathCount == MANY) return 0
  const record = paths + <usize>PathRecord.Size * <usize>pathCount
  memory.fill(record, 0, PathRecord.Size)
  store<u64>(record, hash)
  store<u32>(record, pathClass, PathRecord.Class)
  store<f64>(record, NaN, PathRecord.LastAnswered)
  newText(EvidenceText.Path, pathCount, pathStart, <u32>(pathEnd - pathStart))
  store<u32>(entry, ++pathCount)
  setBit(pathBits, hash)
  return pathCount
}

/** Note n entries alike. @param from time of the first of them */
function noteTrouble(n: u32, from: i64, code: u32, pathHash: u64, clientHash: u64, pathClass: u32, bits: u32): void {
  const pathN = pathNumber(pathHash, pathClass)
  const client = wrongedNumber(clientHash)
  if (pathN == 0 || client == 0) {
    lostTroubles += n
    return
  }
  const pair = (pathHash ^ rotl(clientHash, 31)) | 1
  const key = (pair ^ (<u64>bits << 12 | <u64>code) * 0xff51afd7ed558ccd) | 1
  const entry = find(troubleIndex, troubles, TroubleRecord.Size, key)
  let number = load<u32>(entry)
  if (number == 0) {
    const isStrange = status >= 400 && status < 499 && status != 401 && status != 407 && (bits & 0x7f8) == 0
    if (isStrange) strangeCount++
    if (troubleCount >= MANY || (isStrange && strangeCount > MANY_STRANGE)) {
      lostTroubles += n
      return
    }
    store<u32>(entry, number = ++troubleCount)
    const fresh = troubles + <usize>TroubleRecord.Size * <usize>(number - 1)
    memory.fill(fresh, 0, TroubleRecord.Size)
    store<u64>(fresh, key)
    store<f64>(fresh, seconds(from), TroubleRecord.First)
    store<f64>(fresh, seconds(time), TroubleRecord.Last)
    store<u32>(fresh, code, TroubleRecord.Code)
    store<u32>(fresh, pathN - 1, TroubleRecord.Path)
    store<u32>(fresh, client - 1, TroubleRecord.Client)
    store<u32>(fresh, bits, TroubleRecord.Bits)
    // Troubles of a pair are chained.
    let i = <u32>(pair >> 40) & (2 * MANY - 1)
    while (true) {
      const first = load<u32>(pairIndex + 4 * <usize>i)
      if (first == 0 || load<u64>(troubles + <usize>TroubleRecord.Size * <usize>(first - 1), TroubleRecord.Pair) == pair) break
      i = (i + 1) & (2 * MANY - 1)
    }
    store<u64>(fresh, pair, TroubleRecord.Pair)
    store<u32>(fresh, load<u32>(pairIndex + 4 * <usize>i), TroubleRecord.Next)
    store<u32>(pairIndex + 4 * <usize>i, number)
    setBit(pairBits, pair)
  }
  const record = troubles + <usize>TroubleRecord.Size * <usize>(number - 1)
  store<u32>(record, load<u32>(record, TroubleRecord.Hits) + n, TroubleRecord.Hits)
  store<f64>(record, <f64>bytesSent, TroubleRecord.Bytes)
  if (time != NO_TIME) {
    if (!(<f64>time >= load<f64>(record, TroubleRecord.First))) store<f64>(record, <f64>time, TroubleRecord.First)
    if (!(<f64>time <= load<f64>(record, TroubleRecord.Last))) store<f64>(record, <f64>time, TroubleRecord.Last)
  }
  const path = paths + <usize>PathRecord.Size * <usize>(pathN - 1)
  store<u32>(path, load<u32>(path, PathRecord.AnsweredSince), PathRecord.AnsweredBetween)
}

/** An answer of a path, or of a path and client, that had trouble before. */
function noteAnswer(pathHash: u64, clientHash: u64): void {
  if (hasBit(pathBits, pathHash)) {
    const number = load<u32>(find(pathIndex, paths, PathRecord.Size, pathHash))
    if (number) {
      const path = paths + <usize>PathRecord.Size * <usize>(number - 1)
      store<u32>(path, load<u32>(path, PathRecord.AnsweredSince) + 1, PathRecord.AnsweredSince)
      if (time != NO_TIME && !(<f64>time <= load<f64>(path, PathRecord.LastAnswered))) store<f64>(path, <f64>time, PathRecord.LastAnswered)
    }
  }
  const pair = (pathHash ^ rotl(clientHash, 31)) | 1
  if (!hasBit(pairBits, pair)) return
  let i = <u32>(pair >> 40) & (2 * MANY - 1)
  while (true) {
    let number = load<u32>(pairIndex + 4 * <usize>i)
    if (number == 0) return
    if (load<u64>(troubles + <usize>TroubleRecord.Size * <usize>(number - 1), TroubleRecord.Pair) == pair) {
      for (; number; ) {
        const record = troubles + <usize>TroubleRecord.Size * <usize>(number - 1)
        const isTurn = (load<u32>(record, TroubleRecord.Bits) & TroubleFlag.IsRedirect) != 0
        if (!isTurn || status < 300 || status == 304) store<u32>(record, load<u32>(record, TroubleRecord.AnsweredAfter) + 1, TroubleRecord.AnsweredAfter)
        number = load<u32>(record, TroubleRecord.Next)
      }
      return
    }
    i = (i + 1) & (2 * MANY - 1)
  }
}

function hash32(p: usize, end: usize): u32 {
  let h: u32 = 0x811c9dc5
  for (; p < end; p++) h = (h ^ <u32>load<u8>(p)) * 0x01000193
  return h ^ (h >> 15)
}

/** An answer that is no plain success: see src/diagnosis/trouble.ts. */
// @ts-ignore: decorator
@inline
function isTrouble(hasReason: bool): bool {
  if (status < 100 || status >= 400 || hasReason) return true
  return win32Status > 0 && isBrokenOff(win32Status)
}
// @ts-ignore: decorator
@inline
function isBrokenOff(win32: i64): bool {
  return win32 == 64 || win32 == 995 || win32 == 1236 || win32 == 121 || win32 == 10054
}

/** A misra-gries counter: what makes up more than its share survives. */
function countSize(at: usize, size: u32): void {
  const count = load<u32>(at, 4)
  if (count && load<u32>(at) == size) store<u32>(at, count + 1, 4)
  else if (count) store<u32>(at, count - 1, 4)
  else {
    store<u32>(at, size)
    store<u32>(at, 1, 4)
  }
}

/** Sizes of nginx's own page for an error, without a version: with one it is 25 bytes longer at most. */
function isNginxPage(): bool {
  const least: i64 = status == 400 || status == 405 || status == 502 ? 150 : status == 403 || status == 404 ? 146 : status == 413 ? 176 : status == 500 ? 170 : status == 503 ? 190 : status == 504 ? 160 : 0
  return least != 0 && bytesSent >= least && bytesSent <= least + 25
}

/** nginx writes 0 for no bytes, most others `-`. */
// @ts-ignore: decorator
@inline
function isDashSize(): bool {
  const start = spanStart(Role.BytesSent)
  return start != 0 && load<u8>(start) == DASH && spanStart(Role.Substatus) == 0
}

/** HTTP methods by their first two letters. */
function isMethod(start: usize, end: usize, a: u16, length: usize): bool {
  return end - start == length && load<u16>(start) == a
}

/**
 * Note the entry that `readEntry` left.
 *
 * @param pathHash hash of the path, the client, the referer and the agent; 0: the entry has none
 */
export function noteEntry(code: u32, hasReason: bool, uri: usize, uriEnd: usize, client: usize, clientTo: usize, refererEnd: usize, pathHash: u64, clientHash: u64, refererHash: u64, agentHash: u64): void {
  bytesSent = valueOf(Measure.bytesSent)
  timeTakenUs = valueOf(Measure.timeTakenUs)
  pathStart = uri
  pathEnd = pathHash ? uriEnd : uri
  clientStart = client
  clientEnd = clientHash ? clientTo : client
  if (time != NO_TIME) {
    if (latest - time > 300 && latest != i64.MIN_VALUE) {
      sign(Sign.Backwards)
      backwardsSeconds = max(backwardsSeconds, latest - time)
    }
    if (time > latest) latest = time
  }
  let query: usize = spanStart(Role.Query)
  let queryEnd: usize = spanEnd(Role.Query)
  const whole = spanEnd(Role.Uri)
  if (uri && uriEnd + 1 < whole) {
    query = uriEnd + 1
    queryEnd = whole
  }
  const attacks = query != 0 && queryEnd > query + 2 && isStrange(query, queryEnd) && match(attackClasses, attackClassCount, attackNext, attackLeast, query, queryEnd) != 0xffff
  const trouble = isTrouble(hasReason)
  const who = clientHash | <u64>(clientHash == 0)
  const isAsset = hasAssetName(uri, pathEnd)
  if (!trouble) {
    if (isAsset) {
      const at = assetBits + <usize>(who >> 20 & (ASSET_BITS - 1) >> 3)
      store<u8>(at, load<u8>(at) | <u8>(<u32>1 << <u32>(who >> 17 & 7)))
    }
    noteAnswer(pathHash, who)
    // Most entries end here.
    if ((status == 200 || status == 304 || status == 206) && !attacks && timeTakenUs < SLOW_US && !mayBeProbe(uri, pathEnd, isAsset) && !isWriting()) {
      if (hasBit(signBits, who) && hasName()) noteSignIn(who)
      if (status == 304) noteSigns(false)
      else countSizes(uri, uriEnd)
      return
    }
  }
  const pathClass = pathHash ? classOfPath(uri, uriEnd, pathHash) : NONE
  const agent = agentHash ? kindOfAgent(spanStart(Role.UserAgent), spanEnd(Role.UserAgent), agentHash) : 7
  let host: u32 = 0
  let isSelf: u32 = 0
  if (refererHash) {
    host = hostOf(spanStart(Role.Referer), refererEnd, refererHash)
    isSelf = host && refererPath == <u32>pathHash ? 1 : 0
  }
  if (trouble) countKinds(((code << 18) | ((attacks ? ATTACK : pathClass) << 12) | (agent << 9) | (host << 1) | isSelf) + 1)
  const kind = <u32>load<u8>(kindOfClass + <usize>pathClass)
  const hasUser = hasName()
  if (!trouble && hasUser && hasBit(signBits, who)) noteSignIn(who)
  noteRare(code, trouble, attacks, pathClass, kind, agent, host, isSelf, hasUser, pathHash, who, timeTakenUs >= SLOW_US)
}

function hasName(): bool {
  const user = spanStart(Role.User)
  const end = spanEnd(Role.User)
  return user != 0 && end > user && !(end == user + 1 && load<u8>(user) == DASH)
}

/** PUT, PATCH, MOVE, COPY and the like: anything but GET, HEAD and POST. */
// @ts-ignore: decorator
@inline
function isWriting(): bool {
  const method = spanStart(Role.Method)
  if (method == 0) return false
  const two = load<u16>(method)
  return two != 0x4547 && two != 0x4548 && two != 0x4f50
}

/** .css .js .png .jpg .gif .svg .ico .webp .woff and the like at the end: what most assets are. */
function hasAssetName(start: usize, end: usize): bool {
  if (end < start + 5) return false
  const four = load<u32>(end - 4) | 0x20202000
  if (four == 0x7373632e || four == 0x676e702e || four == 0x67706a2e || four == 0x6669672e || four == 0x6776732e || four == 0x6f63692e || four == 0x6674742e) return true
  if (four >> 8 == 0x736a2e) return true
  const last = four | 0x20
  if (load<u8>(end - 5) == 0x2e) return last == 0x6765706a || last == 0x70626577 || last == 0x66666f77 || last == 0x66697661
  return last == 0x3266666f && end > start + 5 && load<u8>(end - 6) == 0x2e
}

/** A path with a dot that is no asset may be one of a secret. */
function mayBeProbe(start: usize, end: usize, isAsset: bool): bool {
  if (isAsset) return false
  for (let p = start; p < end; p++) if (load<u8>(p) == 0x2e) return !isPlainPage(p, end)
  return false
}
/** The first dot begins .htm or .html, and ends the path. */
// @ts-ignore: decorator
@inline
function isPlainPage(dot: usize, end: usize): bool {
  return (end - dot == 5 || end - dot == 4) && (load<u32>(dot) | 0x20202000) == 0x6d74682e
}

let sampled: u32 = 0
// @ts-ignore: decorator
@inline
function countSizes(uri: usize, uriEnd: usize): void {
  // One in eight tells what most answers are like.
  if (++sampled & 7 && uriEnd != uri + 1) return
  if (isDashSize()) sign(Sign.DashBytes)
  if (bytesSent < 0) return
  if (uriEnd == uri + 1) countSize(sizes + 8 * <usize>(<u32>bytesSent & 255), <u32>bytesSent)
  countSize(sizes + 8 * <usize>(256 + ((<u32>bytesSent * 0x9e3779b1) >> 20)), <u32>bytesSent)
}

function noteSignIn(who: u64): void {
  const record = wrongedAt(who)
  if (record == 0) return
  if (load<u32>(record, ClientRecord.SignedIn) == 0) store<f64>(record, seconds(time), ClientRecord.SignedInAt)
  store<u32>(record, load<u32>(record, ClientRecord.SignedIn) + 1, ClientRecord.SignedIn)
}

function noteRare(code: u32, trouble: bool, attacks: bool, pathClass: u32, kind: u32, agent: u32, host: u32, isSelf: u32, hasUser: bool, pathHash: u64, clientHash: u64, slowly: bool): void {
  const method = spanStart(Role.Method)
  const methodEnd = spanEnd(Role.Method)
  const isWrite = method != 0 && (isMethod(method, methodEnd, 0x5550, 3) || isMethod(method, methodEnd, 0x4f4d, 4) || isMethod(method, methodEnd, 0x4f43, 4))
  const isGet = method == 0 || isMethod(method, methodEnd, 0x4547, 3) || isMethod(method, methodEnd, 0x4548, 4)
  const isRedirect = status == 301 || status == 302 || status == 303 || status == 307 || status == 308
  const bits = agent | host << 3 | isSelf << 11 | (hasUser ? TroubleFlag.HasUser : 0) | (isWrite ? TroubleFlag.IsWrite : 0) |
    (attacks ? TroubleFlag.IsAttack : 0) | (isRedirect && !trouble ? TroubleFlag.IsRedirect : 0)
  noteSigns(trouble)
  if (slowly) noteSlow(code, pathHash, pathClass)
  if (trouble || attacks) noteWronged(trouble, attacks, pathClass, kind, pathHash, clientHash)
  if (trouble) {
    const blocked = status >= 400 && status < 500 && status != 401 && status != 407 && status != 499 && status != 460
    const isAuto = kind <= LAST_AUTO && kind != ACME
    const background = isAuto || (kind == SECRET && isHard(pathClass)) || (kind == EXPLOIT && !attacks) || agent == BOT || agent == SCANNER
    if (!(blocked && background)) noteTrouble(1, time, code, pathHash, clientHash, pathClass, bits)
    const number = hasBit(pathBits, pathHash) ? load<u32>(find(pathIndex, paths, PathRecord.Size, pathHash)) : 0
    if (number) {
      const path = paths + <usize>PathRecord.Size * <usize>(number - 1)
      store<u32>(path, load<u32>(path, PathRecord.Errors) + 1, PathRecord.Errors)
    }
  } else if (status >= 200 && status < 300 && status != 204) {
    countSizes(pathStart, pathEnd)
    if (kind == SECRET || (kind == EXPLOIT && !attacks) || (isWrite && isScript())) noteTrouble(1, time, code, pathHash, clientHash, pathClass, bits)
  } else if (isRedirect && isGet && time != NO_TIME && agent != BOT && agent != MONITOR) noteTurn(code, pathHash, clientHash, pathClass, bits)
}

let hardSecret: u32 = 0xff
let hardExploit: u32 = 0xff
/** Classes of what is a probe on any site. */
export function setHard(secret: u32, exploit: u32): void {
  hardSecret = secret
  hardExploit = exploit
}
// @ts-ignore: decorator
@inline
function isHard(pathClass: u32): bool {
  return pathClass == hardSecret || pathClass == hardExploit
}

/** .php .php5 .asp .aspx .ashx .jsp .jspx .cgi .pl .phtml at the end. */
function isScript(): bool {
  let p = pathEnd
  while (p > pathStart && load<u8>(p - 1) != 0x2e) p--
  const length = pathEnd - p
  if (length < 2 || length > 5 || p == pathStart) return false
  const two = load<u16>(p) | 0x2020
  return two == 0x6870 || two == 0x7361 || two == 0x736a || two == 0x6763 || (two == 0x6c70 && length == 2)
}

function noteSigns(trouble: bool): void {
  if (spanStart(Role.Substatus) || status < 0) return
  if (pathEnd <= pathStart && spanEnd(Role.Method) <= spanStart(Role.Method)) {
    if (status == 400) sign(Sign.EmptyRequest400)
    if (status == 408) sign(Sign.DashRequest408)
  }
  if (status == 304 && bytesSent >= 0 && !isDashSize()) sign(bytesSent > 0 ? Sign.BytesOn304 : Sign.ZeroOn304)
  if ((status == 204 || status == 302 || status == 304) && isDashSize()) sign(Sign.DashBytes)
  if (trouble && isNginxPage()) sign(<i32>Sign.Count + status - 400)
}

function noteSlow(code: u32, pathHash: u64, pathClass: u32): void {
  const path = pathNumber(pathHash, pathClass)
  if (path == 0 || slowCount > (MANY_SLOW / 4) * 3) return
  const us = <u64>timeTakenUs
  const octave = 63 - clz(us)
  const bin = 64 + (octave - 6) * 32 + ((us >> (octave - 5)) & 31)
  const key = <u64>code << 44 | <u64>path << 16 | bin
  let i = <u32>((key * 0x9e3779b97f4a7c15) >> 40) & (MANY_SLOW - 1)
  while (true) {
    const at = slow + 16 * <usize>i
    const found = load<u64>(at)
    if (found == 0) {
      store<u64>(at, key)
      slowCount++
    }
    if (found == 0 || found == key) {
      store<u64>(at, load<u64>(at, 8) + 1, 8)
      return
    }
    i = (i + 1) & (MANY_SLOW - 1)
  }
}

function noteWronged(trouble: bool, attacks: bool, pathClass: u32, kind: u32, pathHash: u64, clientHash: u64): void {
  const record = wrongedAt(clientHash)
  if (record == 0) return
  if (attacks) store<u32>(record, load<u32>(record, ClientRecord.Attacks) + 1, ClientRecord.Attacks)
  if (!trouble || status == 499 || status == 460) return
  store<u32>(record, load<u32>(record, ClientRecord.Errors) + 1, ClientRecord.Errors)
  store<u32>(record, load<u32>(record, ClientRecord.PathBits) | 1 << (hash32(pathStart, pathEnd) & 31), ClientRecord.PathBits)
  if (!attacks && isHard(pathClass)) store<u32>(record, load<u32>(record, ClientRecord.Probes) + 1, ClientRecord.Probes)
  if (status != 401 && status != 407) return
  setBit(signBits, clientHash)
  const user = spanStart(Role.User)
  const end = spanEnd(Role.User)
  if (user && end > user && !(end == user + 1 && load<u8>(user) == DASH)) {
    store<u32>(record, load<u32>(record, ClientRecord.NameBits) | 1 << (hash32(user, end) & 31), ClientRecord.NameBits)
  }
}

/** A client that is sent on from one address again and again: the eighth time within half a minute makes it a loop. */
function noteTurn(code: u32, pathHash: u64, clientHash: u64, pathClass: u32, bits: u32): void {
  const query = spanStart(Role.Query)
  const whole = spanEnd(Role.Uri)
  let key = pathHash ^ rotl(clientHash, 31)
  if (pathStart && pathEnd < whole) key ^= rotl(hashOf(pathEnd, <u32>(whole - pathEnd)), 17)
  else if (query) key ^= rotl(hashOf(query, <u32>(spanEnd(Role.Query) - query)), 17)
  key |= 1
  const turn = turns + 24 * <usize>(key >> 20 & (TURNS - 1))
  if (load<u64>(turn) != key || time - load<i64>(turn, 8) >= LOOP_SECONDS) {
    store<u64>(turn, key)
    store<i64>(turn, time, 8)
    store<u64>(turn, 0, 16)
  }
  const times = load<u64>(turn, 16) + 1
  store<u64>(turn, times, 16)
  if (times < <u64>LOOP_TIMES) return
  noteTrouble(LOOP_TIMES, load<i64>(turn, 8), code, pathHash, clientHash, pathClass, bits)
  store<u64>(turn, 0)
}
