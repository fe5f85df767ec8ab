// Evidence for the diagnosis of a log: what goes wrong is kept joint (which code, on which path, for whom, from where),
// what goes well as sums. What each of it means says src/diagnosis/evidence.ts; test/oracle/evidence.ts counts it the slow way.
//
// Numbers stay here. A text is given to the host once, when it is new, and is a number from then on.
import { ClientRecord, LOOP_SECONDS, LOOP_TIMES, Noted, ROOT_SIZES, Sign, SLOW_US, TroubleFlag } from '../evidence-records'
import { spanEnd, spanStart } from './cut'
import { status, time, win32Status } from './entry'
import { clearAnswers, noteAsset, openAnswers } from './evidence-answers'
import {
  ACME, ATTACK, BOT, classOfPath, clearClasses, EXPLOIT, hostCount, hostOf, isAttack, isHard, kindOfAgent, kindOfClass, LAST_AUTO,
  MONITOR, NO_AGENT, NONE, openClasses, refererPath, SCANNER, SECRET,
} from './evidence-classes'
import {
  hash32, hasAssetName, hasName, isBrokenOff, isMethod, isScript, isWriting, mayBeProbe, pathEnd, pathStart, seconds, takeEntry,
  timeTakenUs,
} from './evidence-entry'
import { clearSigns, countSizes, noteSigns, openSigns, seeEscapes, sign, signs, SIZES, sizes } from './evidence-signs'
import {
  clearTroubles, clientCount, clientOf, clients, countError, hasBit, levelsAt, lostTroubles, noteAnswer, noteTrouble, openTroubles,
  pathCount, paths, pinnedPath, setBit, SIGN_BITS, troubleCount, troubles,
} from './evidence-troubles'
import { hashOf } from './hash'
import { latencyBin } from './histogram'
import { Role } from './roles'
import { NO_TIME } from './time'

/** Whether evidence is kept: not by a kernel that only tries lines. */
export let keepsEvidence: bool = false

// Joint kinds: key u32 (+1; 0 = empty) · hits u32.
const KINDS: u32 = 1 << 14
let kinds: usize = 0
let kindCount: u32 = 0

/** Times taken that are slow: key u64 (code, path, bin) · hits u64. */
const MANY_SLOW: u32 = 1 << 13
let slow: usize = 0
let slowCount: u32 = 0

/** Redirects: key u64 · since i64 · times u64. */
const TURNS: u64 = 1 << 12
let turns: usize = 0
let turnCount: u32 = 0

/** Bits: clients that were asked to sign in. */
let signBits: usize = 0

let latest: i64 = i64.MIN_VALUE
let backwardsSeconds: i64 = 0
/** Entries since the evidence was cleared. */
let noted: u32 = 0

export function openEvidence(): void {
  openClasses()
  openSigns()
  openTroubles()
  openAnswers()
  kinds = heap.alloc(8 * <usize>KINDS)
  slow = heap.alloc(16 * <usize>MANY_SLOW)
  turns = heap.alloc(24 * <usize>TURNS)
  signBits = heap.alloc(SIGN_BITS)
  keepsEvidence = true
}

/** Forget all but what texts are. */
export function clearEvidence(): void {
  if (!keepsEvidence || noted == 0) return
  clearClasses()
  clearSigns()
  clearTroubles()
  clearAnswers()
  if (kindCount) memory.fill(kinds, 0, 8 * <usize>KINDS)
  if (slowCount) memory.fill(slow, 0, 16 * <usize>MANY_SLOW)
  if (turnCount) memory.fill(turns, 0, 24 * <usize>TURNS)
  memory.fill(signBits, 0, SIGN_BITS)
  kindCount = slowCount = turnCount = noted = 0
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
  if (which == Noted.Clients) return clients
  if (which == Noted.Slow) return slow
  if (which == Noted.Sizes) return sizes
  if (which == Noted.Levels) return levelsAt()
  return signs
}
export function evidenceCount(which: i32): u32 {
  if (which == Noted.Kinds) return KINDS
  if (which == Noted.Troubles) return troubleCount
  if (which == Noted.Paths) return pathCount
  if (which == Noted.Clients) return clientCount
  if (which == Noted.Slow) return slowCount ? MANY_SLOW : 0
  if (which == Noted.Sizes) return ROOT_SIZES + SIZES
  if (which == Noted.LostTroubles) return lostTroubles
  if (which == Noted.BackwardsSeconds) return <u32>min(backwardsSeconds, <i64>i32.MAX_VALUE)
  if (which == Noted.Entries) return noted
  return hostCount
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

/** An answer that is no plain success: see src/diagnosis/trouble.ts. */
// @ts-ignore: decorator
@inline
function isTrouble(hasReason: bool): bool {
  if (status < 100 || status >= 400 || hasReason) return true
  return win32Status > 0 && isBrokenOff(win32Status)
}

/**
 * Note the entry that `readEntry` left.
 *
 * @param pathHash hash of the path, the client, the referer and the agent; 0: the entry has none
 */
export function noteEntry(code: u32, hasReason: bool, uri: usize, uriEnd: usize, client: usize, clientTo: usize, refererEnd: usize, pathHash: u64, clientHash: u64, refererHash: u64, agentHash: u64): void {
  noted++
  takeEntry(uri, pathHash ? uriEnd : uri, client, clientHash ? clientTo : client)
  if (time != NO_TIME) {
    if (time > latest) latest = time
    else if (latest - time > 300) {
      sign(Sign.Backwards)
      backwardsSeconds = max(backwardsSeconds, latest - time)
    }
  }
  let query: usize = spanStart(Role.Query)
  let queryEnd: usize = spanEnd(Role.Query)
  const whole = spanEnd(Role.Uri)
  if (uri && uriEnd + 1 < whole) {
    query = uriEnd + 1
    queryEnd = whole
  }
  const attacks = query != 0 && queryEnd > query + 2 && isAttack(query, queryEnd)
  const trouble = isTrouble(hasReason)
  const what = pathHash | <u64>(pathHash == 0)
  const who = clientHash | <u64>(clientHash == 0)
  if (!trouble) {
    const isAsset = hasAssetName()
    if (isAsset) noteAsset(who)
    noteAnswer(what, who)
    // Most entries end here.
    if ((status == 200 || status == 304 || status == 206) && !attacks && timeTakenUs < SLOW_US && (isAsset || !mayBeProbe()) && !isWriting()) {
      if (hasBit(signBits, who) && hasName()) noteSignIn(who)
      if (status == 304) noteSigns(false)
      else countSizes()
      return
    }
  }
  const pathClass = pathHash ? classOfPath(uri, uriEnd, pathHash) : NONE
  const agent = agentHash ? kindOfAgent(spanStart(Role.UserAgent), spanEnd(Role.UserAgent), agentHash) : NO_AGENT
  let host: u32 = 0
  let isSelf: u32 = 0
  if (refererHash) {
    host = hostOf(spanStart(Role.Referer), refererEnd, refererHash)
    isSelf = host && refererPath == <u32>pathHash ? 1 : 0
  }
  const hasUser = hasName()
  if (trouble) {
    seeEscapes(pathStart, max(pathEnd, spanEnd(Role.Uri)))
    seeEscapes(spanStart(Role.UserAgent), spanEnd(Role.UserAgent))
    countKinds(((code << 18) | ((attacks ? ATTACK : pathClass) << 12) | (agent << 9) | (host << 1) | isSelf) + 1)
  } else if (hasUser && hasBit(signBits, who)) noteSignIn(who)
  const bits = agent | host << 3 | isSelf << 11 | (hasUser ? TroubleFlag.HasUser : 0) | (attacks ? TroubleFlag.IsAttack : 0)
  noteSigns(trouble)
  if (timeTakenUs >= SLOW_US) noteSlow(code, what, pathClass)
  if (trouble || attacks) noteClient(trouble, attacks, pathClass, who)
  if (trouble) noteError(code, attacks, pathClass, agent, bits, what, who)
  else noteRare(code, attacks, pathClass, agent, bits, what, who)
}

function isStoring(): bool {
  return isMethod(0x5550, 3) || isMethod(0x4f4d, 4) || isMethod(0x4f43, 4)
}

/** Note an error. Errors that refuse robots, or paths that they ask for by themselves, are counted by kind alone. */
function noteError(code: u32, attacks: bool, pathClass: u32, agent: u32, bits: u32, what: u64, who: u64): void {
  const kind = <u32>load<u8>(kindOfClass + <usize>pathClass)
  const blocked = status >= 400 && status < 500 && status != 401 && status != 407 && status != 499 && status != 460
  const isAuto = kind <= LAST_AUTO && kind != ACME
  const background = isAuto || (kind == SECRET && isHard(pathClass)) || (kind == EXPLOIT && !attacks) || agent == BOT || agent == SCANNER
  if (!(blocked && background)) noteTrouble(1, time, true, code, what, who, pathClass, bits | (isStoring() ? TroubleFlag.IsWrite : 0))
  countError(what)
}

/** A success that is worth a look: of a probe, of an upload, or one of many redirects. */
function noteRare(code: u32, attacks: bool, pathClass: u32, agent: u32, bits: u32, what: u64, who: u64): void {
  const kind = <u32>load<u8>(kindOfClass + <usize>pathClass)
  if (status >= 200 && status < 300 && status != 204) {
    countSizes()
    const isWrite = isStoring()
    if (kind == SECRET || (kind == EXPLOIT && !attacks) || (isWrite && isScript())) {
      noteTrouble(1, time, false, code, what, who, pathClass, bits | (isWrite ? TroubleFlag.IsWrite : 0))
    }
    return
  }
  const isRedirect = status == 301 || status == 302 || status == 303 || status == 307 || status == 308
  if (!isRedirect || time == NO_TIME || agent == BOT || agent == MONITOR) return
  if (spanStart(Role.Method) == 0 || isMethod(0x4547, 3) || isMethod(0x4548, 4)) noteTurn(code, what, who, pathClass, bits | TroubleFlag.IsRedirect)
}

function noteSlow(code: u32, what: u64, pathClass: u32): void {
  if (slowCount > (MANY_SLOW / 4) * 3) return
  const path = pinnedPath(what, pathClass)
  if (path == 0) return
  const key = <u64>code << 44 | <u64>path << 16 | latencyBin(timeTakenUs)
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

function noteSignIn(who: u64): void {
  const record = clientOf(who)
  if (record == 0) return
  if (load<u32>(record, ClientRecord.SignedIn) == 0) store<f64>(record, seconds(time), ClientRecord.SignedInAt)
  store<u32>(record, load<u32>(record, ClientRecord.SignedIn) + 1, ClientRecord.SignedIn)
}

/** Count the errors, attacks and probes of a client that has trouble or attacks, and the paths and names it tries. */
function noteClient(trouble: bool, attacks: bool, pathClass: u32, who: u64): void {
  const record = clientOf(who)
  if (record == 0) return
  if (attacks) store<u32>(record, load<u32>(record, ClientRecord.Attacks) + 1, ClientRecord.Attacks)
  if (!trouble || status == 499 || status == 460) return
  store<u32>(record, load<u32>(record, ClientRecord.Errors) + 1, ClientRecord.Errors)
  store<u32>(record, load<u32>(record, ClientRecord.PathBits) | 1 << (hash32(pathStart, pathEnd) & 31), ClientRecord.PathBits)
  if (!attacks && isHard(pathClass)) store<u32>(record, load<u32>(record, ClientRecord.Probes) + 1, ClientRecord.Probes)
  if (status != 401 && status != 407) return
  setBit(signBits, who)
  if (!hasName()) return
  const name = hash32(spanStart(Role.User), spanEnd(Role.User))
  store<u32>(record, load<u32>(record, ClientRecord.NameBits) | 1 << (name & 31), ClientRecord.NameBits)
}

/** A client that is sent on from one address again and again: the eighth time within half a minute makes it a loop. */
function noteTurn(code: u32, what: u64, who: u64, pathClass: u32, bits: u32): void {
  const query = spanStart(Role.Query)
  const whole = spanEnd(Role.Uri)
  let key = what ^ rotl(who, 31)
  if (pathStart && pathEnd < whole) key ^= rotl(hashOf(pathEnd, <u32>(whole - pathEnd)), 17)
  else if (query) key ^= rotl(hashOf(query, <u32>(spanEnd(Role.Query) - query)), 17)
  key |= 1
  turnCount++
  const turn = turns + 24 * <usize>(key >> 20 & (TURNS - 1))
  if (load<u64>(turn) != key || time - load<i64>(turn, 8) >= LOOP_SECONDS) {
    store<u64>(turn, key)
    store<i64>(turn, time, 8)
    store<u64>(turn, 0, 16)
  }
  const times = load<u64>(turn, 16) + 1
  store<u64>(turn, times, 16)
  if (times < <u64>LOOP_TIMES) return
  noteTrouble(LOOP_TIMES, load<i64>(turn, 8), false, code, what, who, pathClass, bits)
  store<u64>(turn, 0)
}
