// Local time: the periods that lists are kept for, and the clocks that logs without a zone were written by.

/** A span of local time that lists are kept for; `number` names it. */
export interface Period {
  readonly number: number
  /** Seconds since 1970 UTC, [start, end). */
  readonly start: number
  readonly end: number
}
/** One period for all times: lists over the whole input. */
export const WHOLE: Period = { number: 0, start: -(2 ** 53), end: 2 ** 53 }

/** How far east of UTC a clock stands, in seconds, while it shows the times [from, to). */
export interface LocalOffset {
  readonly offset: number
  readonly from: number
  readonly to: number
}
export const UTC: LocalOffset = { offset: 0, from: -(2 ** 53), to: 2 ** 53 }
