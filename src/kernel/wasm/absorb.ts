// Adding the counts of another kernel: workers count ranges of a file, and one kernel adds them up in the order of the file, so
// that the result is the same for any number of workers.
import { add, addBuckets, addLatency, CODE, codes, countForeign, findCode, isKnownCode, LATENCY } from './count'
import { MAX_CODES } from './values'

/** The other's code → the code here. */
const codeMap = heap.alloc(4 * <usize>MAX_CODES)
export function codeMapAt(): usize {
  return codeMap
}

/** How many of n code records at `from` are not here. */
export function newCodes(n: u32, from: usize): u32 {
  let fresh: u32 = 0
  for (let c = from; c < from + CODE * <usize>n; c += CODE) if (!isKnownCode(load<u64>(c), load<u64>(c, 72))) fresh++
  return fresh
}

/**
 * Add n code records at `from`, whose reasons stand at `texts` and began at `base` in the other kernel. Makes the code map.
 *
 * @param counted whether to add what was counted of them
 */
export function absorbCodes(n: u32, from: usize, texts: usize, base: usize, counted: bool): void {
  let entries: u64 = 0
  for (let i: u32 = 0; i < n; i++) {
    const c = from + CODE * <usize>i
    const code = findCode(load<u64>(c), load<u64>(c, 72), texts + (<usize>load<u32>(c, 8) - base), load<u32>(c, 12), load<i32>(c, 64))
    store<u32>(codeMap + 4 * <usize>i, code)
    if (!counted) continue
    const here = codes + CODE * <usize>code
    for (let at: usize = 16; at <= 40; at += 8) add(here, at, load<i64>(c + at))
    store<i64>(here, min(load<i64>(here, 48), load<i64>(c, 48)), 48)
    store<i64>(here, max(load<i64>(here, 56), load<i64>(c, 56)), 56)
    entries += load<u64>(c, 16)
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
    addLatency((<u64>load<u32>(codeMap + 4 * <usize>(key >> 12)) << 12) | (key & 0xfff), load<u64>(slot, 8))
  }
}
