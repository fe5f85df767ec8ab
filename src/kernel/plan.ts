import type { Cutter, Role, Rule } from './wasm/roles.js'

/** One field of a layout: what it is for, how it ends, and the literal text that follows it. */
export interface Step {
  readonly role: Role
  readonly rule: Rule
  /** Text after the field, empty for the values of a W3C record; of JSON and LTSV, the path or label of the value. */
  readonly until: string
  /**
   * Of a TimeTaken that has a unit of its own: microseconds in it; UNIT_BY_POINT: seconds where the value has a point,
   * else milliseconds.
   */
  readonly unitUs?: number
}

export const UNIT_BY_POINT = -1

/**
 * A format compiled for the kernel: decisions made once, outside the loop. Plain data; print it to see what will
 * happen.
 */
export interface Plan {
  /** Name of the format it was made from. */
  readonly format: string
  readonly cutter: Cutter
  /** Text before the first field; of a JSON plan, what the value with the role Guard must begin with. */
  readonly leading: string
  readonly steps: readonly Step[]
  /** Microseconds in one unit of the TimeTaken field: 1 000 000 for seconds, 1 000 for milliseconds. */
  readonly timeTakenUnitUs: number
  /** Bits of Flag. */
  readonly flags: number
}
