// Troubles with their paths and clients: records one behind the other, found through hash tables of their numbers (u32, plus one; 0 = empty).
//
// There is room for so many troubles of a group. When it is full, a group goes on with every second client: all of the
// troubles of such a client are kept, or none. Which clients these are follows from their addresses alone, so it is the
// same whatever is counted first, and what is left out is known: it is as much again.
import { ClientRecord, EvidenceText, PathRecord, TroubleFlag, TroubleGroup, TroubleRecord } from '../evidence-records'
import { status, time } from './entry'
import { bytesSent, clientEnd, clientStart, hash32, pathEnd, pathStart, seconds } from './evidence-entry'
import { find } from './record-index'
import { NO_TIME } from './time'

// @ts-ignore: decorator
@external("host", "newText")
declare function newText(kind: i32, number: u32, at: usize, length: u32): void

/** Sum of what the groups may hold. */
const TROUBLES: u32 = 1 << 11
/** Records of paths and of clients. There is a path and a client for each trouble; the rest is for slow paths and for attackers. */
const OTHERS: u32 = 1 << 12

/** Room of a group; `Count` groups make up TROUBLES. */
function roomOf(group: u32): u32 {
  return group == TroubleGroup.Server || group == TroubleGroup.Linked ? TROUBLES / 4 : TROUBLES / 8
}

export let troubles: usize = 0
export let troubleCount: u32 = 0
export let lostTroubles: u32 = 0
let troubleIndex: usize = 0
/** By client and path: the first of their troubles. */
let pairIndex: usize = 0
/** By group: how many there are, u32; behind them its level: clients below it are left out. */
let groups: usize = 0

/** Records up to `…Count`; those that nothing uses are free, and chained. */
export let paths: usize = 0
export let pathCount: u32 = 0
let pathIndex: usize = 0
let freePath: u32 = 0
export let clients: usize = 0
export let clientCount: u32 = 0
let clientIndex: usize = 0
let freeClient: u32 = 0
/** Clients that only attack or probe are left out below this level. */
let clientLevel: u32 = 0

/** Bits: paths, and pairs of a path and a client, that had trouble. */
const BITS: u64 = 1 << 16
export const SIGN_BITS: usize = <usize>(BITS >> 3)
let pathBits: usize = 0
let pairBits: usize = 0

export function openTroubles(): void {
  troubles = heap.alloc(<usize>TroubleRecord.Size * <usize>TROUBLES)
  troubleIndex = heap.alloc(8 * <usize>TROUBLES)
  pairIndex = heap.alloc(8 * <usize>TROUBLES)
  groups = heap.alloc(8 * <usize>TroubleGroup.Count)
  paths = heap.alloc(<usize>PathRecord.Size * <usize>OTHERS)
  pathIndex = heap.alloc(8 * <usize>OTHERS)
  clients = heap.alloc(<usize>ClientRecord.Size * <usize>OTHERS)
  clientIndex = heap.alloc(8 * <usize>OTHERS)
  pathBits = heap.alloc(<usize>(BITS >> 3))
  pairBits = heap.alloc(<usize>(BITS >> 3))
}

export function clearTroubles(): void {
  if (troubleCount) forgetTroubles()
  if (pathCount) forgetPaths()
  if (clientCount) memory.fill(clientIndex, 0, 8 * <usize>OTHERS)
  memory.fill(groups, 0, 8 * <usize>TroubleGroup.Count)
  troubleCount = lostTroubles = pathCount = freePath = clientCount = freeClient = clientLevel = 0
}
function forgetTroubles(): void {
  memory.fill(troubleIndex, 0, 8 * <usize>TROUBLES)
  memory.fill(pairIndex, 0, 8 * <usize>TROUBLES)
  memory.fill(pairBits, 0, <usize>(BITS >> 3))
}
function forgetPaths(): void {
  memory.fill(pathIndex, 0, 8 * <usize>OTHERS)
  memory.fill(pathBits, 0, <usize>(BITS >> 3))
}

/** Levels of the groups, u32 each. */
export function levelsAt(): usize {
  return groups + 4 * <usize>TroubleGroup.Count
}
// @ts-ignore: decorator
@inline
function levelOfGroup(group: u32): u32 {
  return load<u32>(levelsAt() + 4 * <usize>group)
}

// @ts-ignore: decorator
@inline
export function hasBit(bits: usize, hash: u64): bool {
  return (load<u8>(bits + <usize>(hash >> 40 & (BITS - 1) >> 3)) >> <u8>(hash >> 37 & 7) & 1) != 0
}
export function setBit(bits: usize, hash: u64): void {
  const at = bits + <usize>(hash >> 40 & (BITS - 1) >> 3)
  store<u8>(at, load<u8>(at) | <u8>(<u32>1 << <u32>(hash >> 37 & 7)))
}

function findPath(hash: u64): usize {
  return find(pathIndex, 2 * OTHERS, paths, PathRecord.Size, hash)
}
function findClient(hash: u64): usize {
  return find(clientIndex, 2 * OTHERS, clients, ClientRecord.Size, hash)
}
/** Where the first trouble of a pair stands, or could. */
function findPair(pair: u64): usize {
  let i = <u32>(pair >> 40) & (2 * TROUBLES - 1)
  while (true) {
    const entry = pairIndex + 4 * <usize>i
    const number = load<u32>(entry)
    if (number == 0 || load<u64>(troubleAt(number), TroubleRecord.Pair) == pair) return entry
    i = (i + 1) & (2 * TROUBLES - 1)
  }
}
// @ts-ignore: decorator
@inline
function troubleAt(number: u32): usize {
  return troubles + <usize>TroubleRecord.Size * <usize>(number - 1)
}
// @ts-ignore: decorator
@inline
function pathAt(number: u32): usize {
  return paths + <usize>PathRecord.Size * <usize>(number - 1)
}
// @ts-ignore: decorator
@inline
function clientAt(number: u32): usize {
  return clients + <usize>ClientRecord.Size * <usize>(number - 1)
}

/** A number below 2 to the power of -n of all clients for level n. As levelOf in src/diagnosis/evidence.ts. */
function levelOfEntry(): u32 {
  let h = clientEnd > clientStart ? hash32(clientStart, clientEnd) : hash32(pathStart, pathEnd)
  h = (h ^ (h >> 16)) * 0x85ebca6b
  return <u32>ctz(h ^ (h >> 13))
}

/** Record of a path; made when it is new. 0: there is no room. */
function pathFor(hash: u64, pathClass: u32): u32 {
  const entry = findPath(hash)
  let number = load<u32>(entry)
  if (number) return number
  if (freePath) {
    number = freePath
    freePath = load<u32>(pathAt(number), PathRecord.Class)
  } else if (pathCount == OTHERS) return 0
  else number = ++pathCount
  const record = pathAt(number)
  memory.fill(record, 0, PathRecord.Size)
  store<u64>(record, hash)
  store<u32>(record, pathClass, PathRecord.Class)
  store<f64>(record, NaN, PathRecord.LastAnswered)
  newText(EvidenceText.Path, number - 1, pathStart, <u32>(pathEnd - pathStart))
  store<u32>(entry, number)
  setBit(pathBits, hash)
  return number
}
/** As `pathFor`, but the record is in use until all are cleared. */
export function pinnedPath(hash: u64, pathClass: u32): u32 {
  const number = pathFor(hash, pathClass)
  if (number) use(pathAt(number) + <usize>PathRecord.Uses, 1)
  return number
}
// @ts-ignore: decorator
@inline
function use(at: usize, n: i32): void {
  store<u32>(at, load<u32>(at) + n)
}

/** Record of a path that had trouble, or 0. */
// @ts-ignore: decorator
@inline
function knownPath(hash: u64): usize {
  if (!hasBit(pathBits, hash)) return 0
  const number = load<u32>(findPath(hash))
  return number ? pathAt(number) : 0
}
export function countError(pathHash: u64): void {
  const path = knownPath(pathHash)
  if (path) use(path + <usize>PathRecord.Errors, 1)
}

/** Number of the record of a client; made when it is new. */
function clientFor(hash: u64, level: u32): u32 {
  const known = load<u32>(findClient(hash))
  if (known) return known
  while (freeClient == 0 && clientCount == OTHERS) dropClients()
  let number = freeClient
  if (number) freeClient = load<u32>(clientAt(number), ClientRecord.Hits)
  else number = ++clientCount
  const record = clientAt(number)
  memory.fill(record, 0, ClientRecord.Size)
  store<u64>(record, hash)
  store<u32>(record, level, ClientRecord.Level)
  newText(EvidenceText.Client, number - 1, clientStart, <u32>(clientEnd - clientStart))
  store<u32>(findClient(hash), number)
  return number
}
/** Record of a client that did something worth to be kept; 0: it is left out. */
export function clientOf(hash: u64): usize {
  const known = load<u32>(findClient(hash))
  if (known) return clientAt(known)
  const level = levelOfEntry()
  if (level < clientLevel) return 0
  return clientAt(clientFor(hash, level))
}

/** Leave out half of the clients without a trouble. There are more records than troubles, so this makes room at last. */
function dropClients(): void {
  clientLevel++
  memory.fill(clientIndex, 0, 8 * <usize>OTHERS)
  for (let number: u32 = 1; number <= clientCount; number++) {
    const record = clientAt(number)
    const hash = load<u64>(record)
    if (hash == 0) continue
    if (load<u32>(record, ClientRecord.Uses) || load<u32>(record, ClientRecord.Level) >= clientLevel) store<u32>(findClient(hash), number)
    else {
      store<u64>(record, 0)
      store<u32>(record, freeClient, ClientRecord.Hits)
      freeClient = number
    }
  }
}

/** Leave out half of the clients of a group. */
function dropTroubles(group: u32): void {
  const level = levelOfGroup(group) + 1
  store<u32>(levelsAt() + 4 * <usize>group, level)
  let kept: u32 = 0
  for (let number: u32 = 1; number <= troubleCount; number++) {
    const trouble = troubleAt(number)
    if (load<u32>(trouble, TroubleRecord.Group) == group && load<u32>(trouble, TroubleRecord.Level) < level) {
      use(pathAt(load<u32>(trouble, TroubleRecord.Path) + 1) + <usize>PathRecord.Uses, -1)
      use(clientAt(load<u32>(trouble, TroubleRecord.Client) + 1) + <usize>ClientRecord.Uses, -1)
      use(groups + 4 * <usize>group, -1)
    } else if (++kept != number) memory.copy(troubleAt(kept), trouble, TroubleRecord.Size)
  }
  troubleCount = kept
  forgetTroubles()
  for (let number: u32 = 1; number <= troubleCount; number++) index(number)
  forgetPaths()
  for (let number: u32 = 1; number <= pathCount; number++) {
    const record = pathAt(number)
    const hash = load<u64>(record)
    if (hash == 0) continue
    if (load<u32>(record, PathRecord.Uses)) {
      store<u32>(findPath(hash), number)
      setBit(pathBits, hash)
    } else {
      store<u64>(record, 0)
      store<u32>(record, freePath, PathRecord.Class)
      freePath = number
    }
  }
}

/** Make a trouble be found. Those of a pair are chained. */
function index(number: u32): void {
  const trouble = troubleAt(number)
  store<u32>(find(troubleIndex, 2 * TROUBLES, troubles, TroubleRecord.Size, load<u64>(trouble)), number)
  const pair = load<u64>(trouble, TroubleRecord.Pair)
  const first = findPair(pair)
  store<u32>(trouble, load<u32>(first), TroubleRecord.Next)
  store<u32>(first, number)
  setBit(pairBits, pair)
}

/** As groupOf in src/diagnosis/trouble.ts. */
function groupOf(trouble: bool, bits: u32): u32 {
  if (!trouble) return TroubleGroup.Rare
  if (status >= 500) return TroubleGroup.Server
  if (status < 400 || status == 499 || status == 460) return TroubleGroup.GaveUp
  if (status == 401 || status == 407) return TroubleGroup.SignIn
  return (bits & 0x7f8) ? TroubleGroup.Linked : TroubleGroup.Strange
}

/** Note n entries alike. @param from time of the first of them @param trouble false: a success that is worth to be kept */
export function noteTrouble(n: u32, from: i64, trouble: bool, code: u32, pathHash: u64, clientHash: u64, pathClass: u32, bits: u32): void {
  const group = groupOf(trouble, bits)
  const level = levelOfEntry()
  if (level < levelOfGroup(group)) return
  const pair = (pathHash ^ rotl(clientHash, 31)) | 1
  const key = (pair ^ (<u64>bits << 12 | <u64>code) * 0xff51afd7ed558ccd) | 1
  let number = load<u32>(find(troubleIndex, 2 * TROUBLES, troubles, TroubleRecord.Size, key))
  if (number == 0) {
    while (load<u32>(groups + 4 * <usize>group) >= roomOf(group)) {
      // One client may have them all.
      if (levelOfGroup(group) == 16) {
        lostTroubles += n
        return
      }
      dropTroubles(group)
      if (level < levelOfGroup(group)) return
    }
    number = newTrouble(key, pair, group, level, from, code, pathHash, clientHash, pathClass, bits)
    if (number == 0) {
      lostTroubles += n
      return
    }
  }
  const record = troubleAt(number)
  store<u32>(record, load<u32>(record, TroubleRecord.Hits) + n, TroubleRecord.Hits)
  store<f64>(record, <f64>bytesSent, TroubleRecord.Bytes)
  if (time != NO_TIME) {
    if (!(<f64>time >= load<f64>(record, TroubleRecord.First))) store<f64>(record, <f64>time, TroubleRecord.First)
    if (!(<f64>time <= load<f64>(record, TroubleRecord.Last))) store<f64>(record, <f64>time, TroubleRecord.Last)
  }
  const path = pathAt(load<u32>(record, TroubleRecord.Path) + 1)
  store<u32>(path, load<u32>(path, PathRecord.AnsweredSince), PathRecord.AnsweredBetween)
}

function newTrouble(key: u64, pair: u64, group: u32, level: u32, from: i64, code: u32, pathHash: u64, clientHash: u64, pathClass: u32, bits: u32): u32 {
  const path = pathFor(pathHash, pathClass)
  if (path == 0) return 0
  const client = clientFor(clientHash, level)
  use(pathAt(path) + <usize>PathRecord.Uses, 1)
  use(clientAt(client) + <usize>ClientRecord.Uses, 1)
  use(groups + 4 * <usize>group, 1)
  const record = troubleAt(++troubleCount)
  memory.fill(record, 0, TroubleRecord.Size)
  store<u64>(record, key)
  store<u64>(record, pair, TroubleRecord.Pair)
  store<f64>(record, seconds(from), TroubleRecord.First)
  store<f64>(record, seconds(time), TroubleRecord.Last)
  store<u32>(record, code, TroubleRecord.Code)
  store<u32>(record, path - 1, TroubleRecord.Path)
  store<u32>(record, client - 1, TroubleRecord.Client)
  store<u32>(record, bits, TroubleRecord.Bits)
  store<u32>(record, group, TroubleRecord.Group)
  store<u32>(record, level, TroubleRecord.Level)
  index(troubleCount)
  return troubleCount
}

/** An answer of a path, or of a path and client, that had trouble before. */
export function noteAnswer(pathHash: u64, clientHash: u64): void {
  const path = knownPath(pathHash)
  if (path) {
    use(path + <usize>PathRecord.AnsweredSince, 1)
    if (time != NO_TIME && !(<f64>time <= load<f64>(path, PathRecord.LastAnswered))) store<f64>(path, <f64>time, PathRecord.LastAnswered)
  }
  const pair = (pathHash ^ rotl(clientHash, 31)) | 1
  if (!hasBit(pairBits, pair)) return
  for (let number = load<u32>(findPair(pair)); number; number = load<u32>(troubleAt(number), TroubleRecord.Next)) {
    const record = troubleAt(number)
    // A loop of redirects is not ended by one more redirect.
    const isTurn = (load<u32>(record, TroubleRecord.Bits) & TroubleFlag.IsRedirect) != 0
    if (!isTurn || status < 300 || status == 304) use(record + <usize>TroubleRecord.AnsweredAfter, 1)
  }
}
