// The kernel: complete lines in, counts out. `run` is the one hot loop. See docs/architecture.md for the whole picture.
import { MAX_SAMPLES, SAMPLE_TEXT, SampleRecord } from '../records'
import {
  bucketCount as bucketCount_, buckets, bucketSeconds as bucketSeconds_, bucketsFit, setWidening, widenBuckets,
} from './buckets'
import {
  beginsPeriod, clearCounts, clearWithoutTime, codeCount as codeCount_, codes, cutAtPeriods, fits, flush, forgetLatest, gather, isFull, reasons,
  reasonsUsedBytes as reasonsUsed, setPeriod, withoutTime as withoutTime_,
} from './count'
import { clearSpans, cutDelimited, fail, failedAt, failedReason, failedStep, spanEnd, spans, spanStart } from './cut'
import { cutJson, forgetGuesses } from './cut-json'
import { cutLtsv } from './cut-ltsv'
import { cutW3c } from './cut-w3c'
import { forgetDecoded } from './decode'
import { readEntry, splitFields, splitRequest, time } from './entry'
import { addPlan, addStep, clearPlans, cutter, literal, planCount, select } from './plan'
import { latencies, latencyCount as latencyCount_ } from './histogram'
import { clearLeftOut, filtering, leaveOut, leftOutFrom as leftOutFrom_, leftOutTo as leftOutTo_, leftOutWithoutTime, passes, rolesMet as rolesMet_ } from './filter'
import { Cutter, Event, Reject, Role } from './roles'
import { DASH, findNewline, NEWLINE } from './scan'
import { moment, NO_TIME, setDirective, setLocalOffset, setMoment } from './time'
import { lostTable, openScratch, openTable, scratchAt, table, valueCount } from './values'

export { absorbBuckets, absorbCodes, absorbLatencies, codeMapAt } from './absorb'
export { absorbDistinct, absorbLost, absorbValues, pack, packedEnd, packedSize } from './exchange'
export { clearEvidence, evidenceCount, evidenceTable, openEvidence } from './evidence'
export { hitsOfValue, sumAnswers } from './evidence-answers'
export { setAttackMatcher, setHard, setPathMatcher } from './evidence-classes'
export { addFilter, clearFilters, setPeriodFilter } from './filter'
export { hashOf, secretAt } from './hash'
export { layBuckets, layLists, listRowsAt, listTextCount, listTextsAt, orderBuckets } from './read-out'
export { cutDistinct, cutLists, cutLost, packCut } from './cut-lists'
export {
  addPlan, addStep, bucketsFit, clearPlans, cutAtPeriods, fits, literal, lostTable, openScratch, openTable, planCount, scratchAt, setLocalOffset, setMoment,
  setPeriod, setWidening, table, valueCount, widenBuckets,
}

// The block: lines are read here by the host, and cut here. 64 bytes of padding let wide loads run past the end.
export const blockBytes: i32 = 2 << 20
export const block: usize = heap.alloc(blockBytes + 64)

const SAMPLE: usize = SampleRecord.Size
const rejects = heap.alloc(8 * <usize>Reject.Count)
const samples = heap.alloc(SAMPLE * <usize>MAX_SAMPLES * <usize>Reject.Count)

let lines: u64 = 0
let entries: u64 = 0
let ignored: u64 = 0
/** Entries that the filter left out. */
let filtered: u64 = 0
/** Byte offset in the input of the block's first byte. */
let blockOffset: u64 = 0
/** The first line not yet counted. */
let cursor: usize = block
let currentPlan: i32 = -1

export let eventStart: usize = 0
export let eventEnd: usize = 0

export function lineCount(): u64 { return lines }
export function entryCount(): u64 { return entries }
export function ignoredCount(): u64 { return ignored }
export function filteredCount(): u64 { return filtered }
/** Times of entries that the filter left out; Infinity and -Infinity when none of them has one. */
export function leftOutFrom(): f64 { return leftOutFrom_ > leftOutTo_ ? Infinity : <f64>leftOutFrom_ }
export function leftOutTo(): f64 { return leftOutFrom_ > leftOutTo_ ? -Infinity : <f64>leftOutTo_ }
export function rolesMet(): u32 { return rolesMet_ }
export function codeCount(): i32 { return codeCount_ }
export function codeTable(): usize { return codes }
export function reasonTable(): usize { return reasons }
export function reasonBytes(): usize { return reasonsUsed() }
export function allocate(bytes: usize): usize { return heap.alloc(bytes) }
export function bucketSeconds(): f64 { return <f64>bucketSeconds_ }
export function bucketCount(): u32 { return bucketCount_ }
export function bucketTable(): usize { return buckets }
export function latencyCount(): u32 { return latencyCount_ }
export function latencyTable(): usize { return latencies }
export function withoutTime(): u64 { return withoutTime_ + leftOutWithoutTime }
export function rejectTable(): usize { return rejects }
export function sampleTable(): usize { return samples }
export function spanTable(): usize { return spans }
/** The last moment read under a `#Date`, in seconds; NaN when there was none. */
export function momentRead(): f64 { return moment() == NO_TIME ? NaN : <f64>moment() }
export function position(): usize { return cursor }

/** Forget what the tables hold; the counts of the input and the place in it stay. */
export function clear(): void {
  clearCounts()
}

/** Begin an input: the block starts at `offset`, its first line is `line` (from 0). What the tables hold stays. */
export function begin(offset: u64, line: u64): void {
  blockOffset = offset
  lines = line
  cursor = block
  setDirective(0, 0)
  forgetLatest()
  clearLineCounts()
}

/** Count entries, ignored and rejected lines from 0 again; the place in the input stays. */
export function clearLineCounts(): void {
  entries = 0
  ignored = 0
  filtered = 0
  clearWithoutTime()
  clearLeftOut()
  memory.fill(rejects, 0, 8 * <usize>Reject.Count)
}

/** Byte offset in the input of the first line not yet counted. */
export function offset(): u64 {
  return blockOffset + <u64>(cursor - block)
}

/** The host moved what was left of the block to its beginning. */
export function moved(): void {
  blockOffset += <u64>(cursor - block)
  cursor = block
}

function usePlan(index: i32): void {
  if (index == currentPlan) return
  currentPlan = index
  select(index)
  clearSpans()
  if (cutter == Cutter.Json) forgetGuesses()
}

/** Cut and read the line with the plan in use. @returns its newline, 0 when it does not fit */
// @ts-ignore: decorator
@inline
function parse(line: usize): usize {
  const end = cut(line)
  return end && readEntry() ? 0 : end
}

// @ts-ignore: decorator
@inline
function cut(line: usize): usize {
  let end: usize
  if (cutter == Cutter.Delimited) end = cutDelimited(line)
  else if (cutter == Cutter.W3c) end = cutW3c(line)
  else if (cutter == Cutter.Json) end = cutJson(line)
  else if (cutter == Cutter.Ltsv) end = cutLtsv(line)
  else return fail(Reject.NoFields, 0, line)
  return end
}

/** Plan 0 is the layout in force; the others are tried, in order, on lines that do not fit it. */
function parseWithOthers(line: usize): usize {
  for (let i = 1; i < planCount; i++) {
    usePlan(i)
    const end = parse(line)
    if (end) return end
  }
  return 0
}

/** Go on at p without counting what lies before it: the rest of a line that was rejected as too long. */
export function skipTo(p: usize): void {
  cursor = p
}

/** The plans were changed. */
export function plansChanged(): void {
  currentPlan = -1
  if (planCount) usePlan(0)
}

/** Count the complete lines up to `end`, just past a newline. @returns an Event; Done when the cursor reached end */
export function run(end: usize): i32 {
  forgetDecoded()
  usePlan(0)
  const w3c = cutter == Cutter.W3c || cutter == Cutter.None
  while (cursor < end) {
    // A log that was cut away from under the server that writes it on has a hole, of zeros, up to where it goes on.
    while (load<u8>(cursor) == 0) cursor++
    const line = cursor
    if (w3c && load<u8>(line) == 0x23) {
      const newline = findNewline(line)
      lines++
      ignored++
      cursor = newline + 1
      if (isFields(line)) {
        flush()
        eventStart = line
        eventEnd = newline
        return Event.Fields
      }
      if (isDate(line)) setDirective(line + 6, newline)
      continue
    }
    usePlan(0)
    let newline = parse(line)
    if (!newline) {
      newline = refuse(line)
      if (!newline) continue
    }
    if (beginsPeriod()) {
      flush()
      forgetLatest()
      return Event.Period
    }
    lines++
    cursor = newline + 1
    splitFields()
    if (filtering && !passes()) {
      filtered++
      leaveOut()
      continue
    }
    entries++
    if (gather()) {
      flush()
      if (isFull()) return Event.Full
    }
  }
  flush()
  return isFull() ? Event.Full : Event.Done
}

/**
 * A line that does not fit plan 0. @returns its newline if another plan fits; else counts it as ignored or rejected,
 * moves on, returns 0
 */
function refuse(line: usize): usize {
  const reason = failedReason
  const step = failedStep
  const at = failedAt
  const newline = findNewline(line)
  let p = line
  while (p < newline && load<u8>(p) <= 0x20) p++
  if (p == newline) {
    lines++
    ignored++
    cursor = newline + 1
    return 0
  }
  if (planCount > 1) {
    const found = parseWithOthers(line)
    if (found) return found
  }
  lines++
  cursor = newline + 1
  if (load<u8>(p) == 0x23 || isCompanion(line, newline)) ignored++
  else reject(reason, step, at, line, newline)
  return 0
}

/** Whether the host knows a line that fits no plan as one that stands among requests and is none. */
@external("host", "isCompanion")
declare function isCompanion(line: usize, end: usize): bool

function reject(reason: i32, step: i32, at: usize, line: usize, end: usize): void {
  const count = load<u64>(rejects + 8 * <usize>reason)
  store<u64>(rejects + 8 * <usize>reason, count + 1)
  if (count >= <u64>MAX_SAMPLES) return
  const s = samples + SAMPLE * (<usize>reason * <usize>MAX_SAMPLES + <usize>count)
  const length = min(<u32>(end - line), <u32>SAMPLE_TEXT)
  store<u64>(s, lines)
  store<u64>(s, blockOffset + <u64>(line - block), SampleRecord.Offset)
  store<u32>(s, step, SampleRecord.Step)
  store<u32>(s, at >= line && at <= end ? <u32>(at - line) : 0, SampleRecord.Column)
  store<u32>(s, length, SampleRecord.Length)
  memory.copy(s + SampleRecord.Text, line, length)
}

/** The block is full and holds no newline: its line is counted as rejected. `last` says that no more of it comes. */
export function rejectLong(end: usize): void {
  lines++
  reject(Reject.TooLong, 0, cursor, cursor, end)
  cursor = end
}

/** Whether the line is a `#Fields:` directive, in any case. */
function isFields(line: usize): bool {
  // "fields:" as two overlapping words, lower-cased; bit 0x20 of ':' is set already
  return (load<u32>(line, 1) | 0x20202020) == 0x6c656966 && (load<u32>(line, 4) | 0x20202020) == 0x3a73646c
}

/** Whether the line is a `#Date:` directive, in any case. */
function isDate(line: usize): bool {
  return (load<u32>(line, 1) | 0x20202020) == 0x65746164 && load<u8>(line, 5) == 0x3a
}

/**
 * Put the line at `line` (ended by a newline) through plan `index` without counting it. @returns whether it is an entry
 */
export function probe(index: i32, line: usize): bool {
  forgetDecoded()
  usePlan(index)
  const fits = parse(line) != 0
  if (fits && spanStart(Role.Request)) splitRequest()
  return fits
}

/**
 * Put n lines in the block, each ended by a newline, through all plans, as `probe` does.
 *
 * @param lines where each begins, u32 @param to for each, u32: how many fields the first plan to take it finds filled;
 * 0: none takes it
 */
export function probeLines(n: i32, lines: usize, to: usize): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    let fields = 0
    for (let plan = 0; plan < planCount && !fields; plan++) if (probe(plan, load<u32>(lines + 4 * i))) fields = probedFields()
    store<u32>(to + 4 * i, fields)
  }
}

export function probedReason(): i32 { return failedReason }
export function probedStep(): i32 { return failedStep }
export function probedAt(): usize { return failedAt }
/** The time of the line probed last, in seconds; NaN when it has none. */
export function probedTime(): f64 { return time == NO_TIME ? NaN : <f64>time }
/** Fields that the line probed last has, without those that hold nothing or a dash. */
function probedFields(): i32 {
  let n = 0
  for (let role: i32 = 1; role < Role.Count; role++) {
    const start = spanStart(role)
    const end = spanEnd(role)
    if (start && end > start && !(end == start + 1 && load<u8>(start) == DASH)) n++
  }
  return n
}
export function newlineAfter(p: usize): usize { return findNewline(p) }
/** Just past the last newline in [from, end), or `from`. */
export function lastNewline(from: usize, end: usize): usize {
  while (end > from && load<u8>(end - 1) != NEWLINE) end--
  return end
}
export function endOfSpan(role: i32): usize { return spanEnd(role) }
