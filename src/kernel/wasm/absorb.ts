// Adding the counts of another kernel: workers count ranges of a file, and one kernel adds them up in the order of the
// file, so that the result is the same for any number of workers.
import { BIN_BITS, CodeRecord, LatencyRecord, MAX_CODES, SumsOf } from '../records'
import { addBuckets } from './buckets'
import { CODE, codes, countForeign, findCode } from './count'
import { addLatency, LATENCY } from './histogram'
import { addSums } from './measure'

const BIN_MASK: u64 = (1 << BIN_BITS) - 1

/** The other's code → the code here. */
const codeMap = heap.alloc(4 * <usize>MAX_CODES)
export function codeMapAt(): usize {
  return codeMap
}

/**
 * Add n code records at `from`, whose reasons stand at `texts` and began at `base` in the other kernel. Makes the code
 * map.
 */
export function absorbCodes(n: u32, from: usize, texts: usize, base: usize): void {
  let entries: u64 = 0
  for (let i: u32 = 0; i < n; i++) {
    const c = from + CODE * <usize>i
    const code = findCode(load<u64>(c), load<u64>(c, CodeRecord.Hash), texts + (<usize>load<u32>(c, CodeRecord.Reason) - base), load<u32>(c, CodeRecord.ReasonLength), load<i32>(c, CodeRecord.Period))
    store<u32>(codeMap + 4 * <usize>i, code)
    const here = codes + CODE * <usize>code
    addSums(here + <usize>CodeRecord.Sums, c + <usize>CodeRecord.Sums)
    store<i64>(here, min(load<i64>(here, CodeRecord.FirstSeen), load<i64>(c, CodeRecord.FirstSeen)), CodeRecord.FirstSeen)
    store<i64>(here, max(load<i64>(here, CodeRecord.LastSeen), load<i64>(c, CodeRecord.LastSeen)), CodeRecord.LastSeen)
    entries += load<u32>(c, CodeRecord.Sums + SumsOf.Hits)
  }
  countForeign(entries)
}

/** Add n buckets of so many seconds, which must not be more than they hold here: see `widenBuckets`. */
export function absorbBuckets(n: u32, from: usize, seconds: i32): void {
  addBuckets(n, from, seconds, codeMap)
}

export function absorbLatencies(n: u32, from: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    const slot = from + LATENCY * <usize>i
    const key = load<u64>(slot)
    addLatency((<u64>load<u32>(codeMap + 4 * <usize>(key >> BIN_BITS)) << BIN_BITS) | (key & BIN_MASK), load<u64>(slot, LatencyRecord.Hits))
  }
}
