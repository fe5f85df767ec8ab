/** Entries of which some carry no readable time: these belong to no day and to no stretch of time. */
export interface Undated {
  readonly entries: number
  readonly withoutTime: number
}

/** Number and share of entries without a time from which on the numbers of a day, or of any stretch, may be wrong. */
const MANY = 10
const MANY_SHARE = 0.01

export const hidesMuch = ({ entries, withoutTime }: Undated): boolean =>
  withoutTime >= MANY && withoutTime >= entries * MANY_SHARE

export function addUndated(all: readonly Undated[]): Undated {
  return all.reduce(
    (sum, { entries, withoutTime }) => ({ entries: sum.entries + entries, withoutTime: sum.withoutTime + withoutTime }),
    {
      entries: 0,
      withoutTime: 0,
    },
  )
}
