// Adding the counts of another kernel: workers count ranges of a file, and one kernel adds them up in the order of the file, so
// that the result is the same for any number of workers.
import { add, addLatency, BUCKET, BUCKET_SLOTS, bucketAt, buckets, CODE, codes, countForeign, findCode, LATENCY, LATENCY_SLOTS, latencies } from './count'
import { MAX_CODES } from './values'

/** The other's code → the code here. */
const codeMap = heap.alloc(4 * <usize>MAX_CODES)
export function codeMapAt(): usize {
  return codeMap
}

/** Gather the used slots of the bucket table at `to`. @returns how many */
export function packBuckets(to: usize): u32 {
  let n: usize = 0
  for (let i: usize = 0; i < <usize>BUCKET_SLOTS; i++) {
    const slot = buckets + BUCKET * i
    if (load<u64>(slot) != 0) memory.copy(to + BUCKET * n++, slot, BUCKET)
  }
  return <u32>n
}

/** Gather the used slots of the table of times taken at `to`. @returns how many */
export function packLatencies(to: usize): u32 {
  let n: usize = 0
  for (let i: usize = 0; i < <usize>LATENCY_SLOTS; i++) {
    const slot = latencies + LATENCY * i
    if (load<u64>(slot) != 0) memory.copy(to + LATENCY * n++, slot, LATENCY)
  }
  return <u32>n
}

/** Add n code records at `from`, whose reasons stand at `texts` and began at `base` in the other kernel. Makes the code map. */
export function absorbCodes(n: u32, from: usize, texts: usize, base: usize): void {
  let entries: u64 = 0
  for (let i: u32 = 0; i < n; i++) {
    const c = from + CODE * <usize>i
    const code = findCode(load<u64>(c), load<u64>(c, 72), texts + (<usize>load<u32>(c, 8) - base), load<u32>(c, 12), load<i32>(c, 64))
    store<u32>(codeMap + 4 * <usize>i, code)
    const here = codes + CODE * <usize>code
    for (let at: usize = 16; at <= 40; at += 8) add(here, at, load<i64>(c + at))
    store<i64>(here, min(load<i64>(here, 48), load<i64>(c, 48)), 48)
    store<i64>(here, max(load<i64>(here, 56), load<i64>(c, 56)), 56)
    entries += load<u64>(c, 16)
  }
  countForeign(entries)
}

export function absorbBuckets(n: u32, from: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    const slot = from + BUCKET * <usize>i
    const key = load<u64>(slot)
    const here = bucketAt((<u64>load<u32>(codeMap + 4 * <usize>(key >> 40)) << 40) | (key & 0xffffffffff))
    for (let at: usize = 8; at <= 32; at += 8) add(here, at, load<i64>(slot + at))
  }
}

export function absorbLatencies(n: u32, from: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    const slot = from + LATENCY * <usize>i
    const key = load<u64>(slot)
    addLatency((<u64>load<u32>(codeMap + 4 * <usize>(key >> 12)) << 12) | (key & 0xfff), load<u64>(slot, 8))
  }
}
