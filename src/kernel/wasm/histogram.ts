// The histogram of the time taken, by code.
import { BIN_BITS, LatencyRecord } from '../records'
import { BATCH, find, withRoom } from './record-index'

export const LATENCY: usize = LatencyRecord.Size
const MAX_LATENCY_SLOTS: u32 = 1 << 18
export const MANY_LATENCIES: u32 = (MAX_LATENCY_SLOTS / 4) * 3
export const latencies = heap.alloc(LATENCY * <usize>(MANY_LATENCIES + 2 * BATCH))
export let latencyCount: u32 = 0
const latencyIndex = heap.alloc(4 * <usize>MAX_LATENCY_SLOTS)
/** Slots in use of those that there is room for: the table begins small. */
let latencySlots: u32 = 1 << 8

export function clearLatencies(): void {
  if (latencyCount) memory.fill(latencyIndex, 0, 4 * <usize>latencySlots)
  latencyCount = 0
}

/** Logarithmic bin of a time in µs: exact below 64, then 32 an octave, so the middle of a bin is within 1.6 %. */
// @ts-ignore: decorator
@inline
export function latencyBin(us: u64): u64 {
  if (us < 64) return us
  const octave = 63 - clz(us)
  return 64 + (octave - 6) * 32 + ((us >> (octave - 5)) & 31)
}

export function countLatency(code: u32, us: u64): void {
  addLatency((<u64>code << BIN_BITS) | (latencyBin(us) + 1), 1)
}

export function addLatency(key: u64, hits: u64): void {
  latencySlots = withRoom(latencyIndex, latencySlots, MAX_LATENCY_SLOTS, latencies, LATENCY, latencyCount)
  const entry = find(latencyIndex, latencySlots, latencies, LATENCY, key)
  if (load<u32>(entry) == 0) {
    const fresh = latencies + LATENCY * <usize>latencyCount
    store<u32>(entry, ++latencyCount)
    store<u64>(fresh, key)
    store<u64>(fresh, 0, LatencyRecord.Hits)
  }
  const bin = latencies + LATENCY * <usize>(load<u32>(entry) - 1)
  store<u64>(bin, load<u64>(bin, LatencyRecord.Hits) + hits, LatencyRecord.Hits)
}
