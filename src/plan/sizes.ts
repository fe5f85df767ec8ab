/** Sizes that a plan goes by, in bytes where nothing else is said. Tests plan the same with small ones. */
export interface Sizes {
  /** A plain file from this size on is cut, and so many bytes of files are counted by several threads. */
  readonly cutFrom: number
  /**
   * Bytes of a range. Adding the tables of a range up has its price, so ranges are large, and a power of two of them.
   */
  readonly range: number
  readonly mostRanges: number
  /** Packed bytes that take as long to unpack and count as a range: some 16 times as long as plain ones. */
  readonly packedRange: number
  /** A packed file from this size on is unpacked by a thread of its own, when it is counted in place. */
  readonly unpackedApart: number
  /** Logs that are counted together at most: what is known of each waits until it is counted. */
  readonly mostTogether: number
  /** A database: a smaller log is counted where it is booked, since handing its tables over takes longer. */
  readonly handedOver: number
  /** A database: entries that the tables must hold before a midnight empties them. Sparse days share the tables. */
  readonly fewEntries: number
  /**
   * A database: so heavy a tally (`weightOf`) is booked at a midnight, and does not wait for the end of its log: some
   * 25 MB. Each transaction costs: rows of a later day go between those of the days before.
   */
  readonly commitWeight: number
  /** Bytes of parts of one unit that wait to be booked. When there are more, the thread that counts the unit waits. */
  readonly mostWaiting: number
}

export const SIZES: Sizes = {
  cutFrom: 64 << 20,
  range: 256 << 20,
  mostRanges: 16,
  packedRange: 16 << 20,
  unpackedApart: 4 << 20,
  mostTogether: 256,
  handedOver: 1 << 20,
  fewEntries: 4096,
  commitWeight: 150_000,
  mostWaiting: 8 << 20,
}
