// The plan in force: what the host compiled from a format, laid out for the cutters.
//
// A plan slot holds its header and its steps. The host writes both through the exported functions of index.ts.
//
//   header (32 bytes)   cutter u32 · steps u32 · leading literal: length u32, address u32 · timeTaken scale (µs a unit) f64 · strict u32
//   step   (64 bytes)   role u32 · rule u32 · literal length u32 · literal address u32 · (16) needle v128 · (32) JSON key hash u64 · nested u32
import { Cutter } from './roles'

export const MAX_PLANS: i32 = 32
export const MAX_STEPS: i32 = 128
const HEADER: usize = 32
export const STEP: usize = 64
const PLAN: usize = HEADER + STEP * <usize>MAX_STEPS
const LITERALS: usize = 16 << 10

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
export let strict: bool = false

export function select(index: i32): void {
  plan = plans + PLAN * <usize>index
  steps = plan + HEADER
  cutter = load<i32>(plan)
  stepCount = load<i32>(plan, 4)
  leadingLength = load<u32>(plan, 8)
  leading = load<u32>(plan, 12)
  timeScale = load<f64>(plan, 16)
  strict = load<u32>(plan, 24) != 0
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
export function addPlan(kind: i32, leadingAt: usize, leadingBytes: i32, scale: f64, isStrict: bool): i32 {
  if (planCount == MAX_PLANS) return -1
  const at = plans + PLAN * <usize>planCount
  memory.fill(at, 0, PLAN)
  store<i32>(at, kind)
  store<u32>(at, <u32>leadingBytes, 8)
  store<u32>(at, <u32>leadingAt, 12)
  store<f64>(at, scale, 16)
  store<u32>(at, isStrict ? 1 : 0, 24)
  return planCount++
}

/** Add a step to the plan opened last. @returns false when it has no room */
export function addStep(role: i32, rule: i32, literalAt: usize, literalBytes: i32): bool {
  const at = plans + PLAN * <usize>(planCount - 1)
  const n = load<i32>(at, 4)
  if (n == MAX_STEPS) return false
  const s = at + HEADER + STEP * <usize>n
  store<i32>(s, role)
  store<i32>(s, rule, 4)
  store<u32>(s, <u32>literalBytes, 8)
  store<u32>(s, <u32>literalAt, 12)
  if (literalBytes > 0) v128.store(s, i8x16.splat(load<u8>(literalAt)), 16)
  store<i32>(at, n + 1, 4)
  return true
}
