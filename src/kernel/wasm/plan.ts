// The plan in force: what the host compiled from a format, laid out for the cutters.
//
// A plan slot holds its header and its steps. The host writes both through the exported functions of index.ts.
//
//   header (48 bytes)   cutter u32 · steps u32 · leading literal: length u32, address u32 · timeTaken scale (µs a unit) f64 · flags u32 · roles of the steps, a bit each, u32 ·
//                       sums that the steps have fields for u32
//   step   (64 bytes)   role u32 · rule u32 · literal length u32 · literal address u32 · (16) needle v128 ·
//                       (32) literal u32 · mask of its bytes u32 · byte that must not stand before it u32 · whether the field is mostly long u32 · (48) unit of a time taken f64, 0: that of the plan
//   keys   (16 bytes a slot, open addressing; JSON and LTSV) hash of a path u64 · step + 1, 0 for a path that only leads to others, u32 · used u32
//   sums   (12 bytes)   measure u32 · role u32 · Reads u32
import { Kind, MEASURES, SUMS } from '../records'
import { Cutter, Flag, Role, Rule } from './roles'
import { BACKSLASH, COMMA, findByte, NEWLINE } from './scan'
import { hashOf, mix } from './hash'

export const MAX_PLANS: i32 = 64
export const MAX_STEPS: i32 = 240
const HEADER: usize = 48
export const STEP: usize = 64
const KEY: usize = 16
const KEY_SLOTS: u32 = 2048
const KEYS: usize = HEADER + STEP * <usize>MAX_STEPS
const MEASURES_OF: usize = KEYS + KEY * <usize>KEY_SLOTS
export const MEASURED: usize = 12
const PLAN: usize = MEASURES_OF + MEASURED * <usize>SUMS
const LITERALS: usize = 64 << 10

const plans = heap.alloc(PLAN * <usize>MAX_PLANS)
const literals = heap.alloc(LITERALS)
let literalsUsed: usize = 0

export let planCount: i32 = 0

/** The plan the cutters read; set by `select`. */
export let plan: usize = plans
export let steps: usize = plans + HEADER
export let stepCount: i32 = 0
export let cutter: i32 = Cutter.None
export let leadingLength: usize = 0
export let leading: usize = 0
export let timeScale: f64 = 1
/** The same, where it is a whole number; else 0. */
export let wholeTimeScale: i64 = 1
export let strict: bool = false
export let flags: u32 = 0
/** Roles that the layout names, a bit each. */
export let namedRoles: u32 = 0
/** The sums that the layout has fields for. */
export let measured: usize = plans
export let measuredEnd: usize = plans
let keys: usize = plans + KEYS

export function select(index: i32): void {
  plan = plans + PLAN * <usize>index
  steps = plan + HEADER
  cutter = load<i32>(plan)
  stepCount = load<i32>(plan, 4)
  leadingLength = load<u32>(plan, 8)
  leading = load<u32>(plan, 12)
  setTimeScale(load<f64>(plan, 16))
  flags = load<u32>(plan, 24)
  namedRoles = load<u32>(plan, 28)
  measured = plan + MEASURES_OF
  measuredEnd = measured + MEASURED * <usize>load<u32>(plan, 32)
  strict = (flags & Flag.Strict) != 0
  keys = plan + KEYS
}

/** Microseconds in a unit of the time taken, from here on. */
export function setTimeScale(scale: f64): void {
  timeScale = scale
  wholeTimeScale = scale == Math.floor(scale) ? <i64>scale : 0
}

/** As `setTimeScale`, for the value [start, end) of a step. */
export function useUnitOf(step: usize, start: usize, end: usize): void {
  const unit = load<f64>(step, 48)
  setTimeScale(unit == 0 ? load<f64>(plan, 16) : unit > 0 ? unit : findByte(start, end, 0x2e) == end ? 1e3 : 1e6)
}

/** Forget all plans. */
export function clearPlans(): void {
  planCount = 0
  literalsUsed = 0
}

/** Where the host may write `length` bytes of literal text; 0 when there is no room. */
export function literal(length: i32): usize {
  if (literalsUsed + <usize>length > LITERALS) return 0
  const at = literals + literalsUsed
  literalsUsed += <usize>length
  return at
}

/** Open the next plan slot. @returns its index, -1 when all are used */
export function addPlan(kind: i32, leadingAt: usize, leadingBytes: i32, scale: f64, planFlags: u32): i32 {
  if (planCount == MAX_PLANS) return -1
  const at = plans + PLAN * <usize>planCount
  memory.fill(at, 0, HEADER)
  // Most layouts have no keys, and their table takes more to clear than the rest of the plan to lay out.
  if (kind == Cutter.Json || kind == Cutter.Ltsv) memory.fill(at + KEYS, 0, KEY * <usize>KEY_SLOTS)
  store<i32>(at, kind)
  store<u32>(at, <u32>leadingBytes, 8)
  store<u32>(at, <u32>leadingAt, 12)
  store<f64>(at, scale, 16)
  store<u32>(at, planFlags, 24)
  return planCount++
}

/** Add a step to the plan opened last. @returns false when it has no room */
export function addStep(role: i32, rule: i32, literalAt: usize, literalBytes: i32, unit: f64): bool {
  const at = plans + PLAN * <usize>(planCount - 1)
  const n = load<i32>(at, 4)
  if (n == MAX_STEPS) return false
  const s = at + HEADER + STEP * <usize>n
  store<i32>(s, role)
  store<i32>(s, rule, 4)
  store<u32>(s, <u32>literalBytes, 8)
  store<u32>(s, <u32>literalAt, 12)
  store<f64>(s, unit, 48)
  if (literalBytes > 0) v128.store(s, i8x16.splat(load<u8>(literalAt)), 16)
  const quoted = rule == Rule.Quoted || rule == Rule.LastQuoted
  const simple = (quoted || rule == Rule.Plain || rule == Rule.List || rule == Rule.Word) && literalBytes > 0 && literalBytes <= 4
  const mask: u32 = simple ? u32.MAX_VALUE >> (32 - (literalBytes << 3)) : 0
  // Where a field cannot end simply no bytes are those of the literal.
  store<u32>(s, simple ? load<u32>(literalAt) & mask : 1, 32)
  store<u32>(s, mask, 36)
  store<u32>(s, quoted ? BACKSLASH : rule == Rule.List ? COMMA : NEWLINE, 40)
  store<u32>(s, quoted, 44)
  store<i32>(at, n + 1, 4)
  const named = load<u32>(at, 28)
  if (!(named & (1 << role))) addMeasures(at, role)
  store<u32>(at, named | (1 << role), 28)
  const kind = load<i32>(at)
  if (kind == Cutter.Json) addPath(at + KEYS, n, literalAt, literalBytes)
  else if (kind == Cutter.Ltsv) addKey(at + KEYS, pathOf(ROOT, literalAt, literalBytes), n + 1)
  return true
}

/** Note the sums that are read from a role. */
function addMeasures(at: usize, role: i32): void {
  for (let i = 0; i < MEASURES.length; i++) {
    const record = MEASURES[i]
    if (record.kind != Kind.Sum || record.role != role || role == Role.Skip) continue
    const n = load<u32>(at, 32)
    const to = at + MEASURES_OF + MEASURED * <usize>n
    store<u32>(to, record.measure)
    store<u32>(to, role, 4)
    store<u32>(to, record.reads, 8)
    store<u32>(at, n + 1, 32)
  }
}

/** The first byte of the literal behind a field, sixteen times. */
// @ts-ignore: decorator
@inline
export function needleOf(step: usize): v128 {
  return v128.load(step, 16)
}

// @ts-ignore: decorator
@inline
export function isMostlyLong(step: usize): bool {
  return load<u32>(step, 44) != 0
}

/**
 * Whether a field that begins at start surely ends at `end`, the first place where it could. Asks the same of every
 * rule: to ask for each rule in turn took 5 % of the time of a combined log.
 */
// @ts-ignore: decorator
@inline
export function endsSimply(step: usize, start: usize, end: usize): bool {
  return (load<u32>(end) & load<u32>(step, 36)) == load<u32>(step, 32) && <u32>load<u8>(end - 1) != load<u32>(step, 40) && end != start
}

/** The path of the outermost object. */
export const ROOT: u64 = 0x6c6f67737461743a

/** The path of a key in an object that stands at `parent`. */
// @ts-ignore: decorator
@inline
export function pathOf(parent: u64, key: usize, length: u32): u64 {
  return mix(parent, hashOf(key, length)) | 1
}

/** `a.b` is the key b in the object a; a flat key that is written `a.b` is found as well. */
function addPath(table: usize, step: i32, text: usize, length: i32): void {
  let path = ROOT
  let from = 0
  for (let i = 0; i <= length; i++) {
    if (i < length && load<u8>(text + <usize>i) != 0x2e) continue
    path = pathOf(path, text + <usize>from, <u32>(i - from))
    addKey(table, path, i == length ? step + 1 : 0)
    from = i + 1
  }
  addKey(table, pathOf(ROOT, text, <u32>length), step + 1)
}

function addKey(table: usize, path: u64, value: i32): void {
  let i = <u32>(path >> 40) & (KEY_SLOTS - 1)
  while (true) {
    const slot = table + KEY * <usize>i
    const used = load<u32>(slot, 12)
    if (used == 0 || load<u64>(slot) == path) {
      store<u64>(slot, path)
      // The first step that names a path has it.
      if (load<i32>(slot, 8) == 0) store<i32>(slot, value, 8)
      store<u32>(slot, 1, 12)
      return
    }
    i = (i + 1) & (KEY_SLOTS - 1)
  }
}

/**
 * The step that takes the value at a path. @returns the step + 1, 0 when it only leads to others, -1 when nothing is
 * known of it
 */
// @ts-ignore: decorator
@inline
export function stepAt(path: u64): i32 {
  let i = <u32>(path >> 40) & (KEY_SLOTS - 1)
  while (true) {
    const slot = keys + KEY * <usize>i
    if (load<u64>(slot) == path) return load<i32>(slot, 8)
    if (load<u32>(slot, 12) == 0) return -1
    i = (i + 1) & (KEY_SLOTS - 1)
  }
}
