import type { Kernel } from './kernel.js'
import { Dimension } from './wasm/roles.js'

// The counts of one kernel, taken out as bytes, to be added to another kernel (in another thread) by `absorb`.

/** Sizes as in src/kernel/wasm/{count,values}.ts, in bytes. */
const CODE = 80
const BUCKET = 40
const LATENCY = 16
const SLOT = 16
const VALUE = 16
const MAX_CODES = 4096

/** What a kernel's tables held. The arrays own their memory and can be transferred between threads. */
export interface Packed {
  readonly codes: Uint8Array
  /** Texts of the codes' reasons, and the address they had. */
  readonly reasons: Uint8Array
  readonly reasonsAt: number
  readonly buckets: Uint8Array
  readonly latencies: Uint8Array
  /** By Dimension. */
  readonly lists: readonly PackedList[]
}
interface PackedList {
  readonly slots: Uint8Array
  readonly values: Uint8Array
  readonly texts: Uint8Array
  readonly textsAt: number
  /** `lost`, then `added`, by code. */
  readonly bounds: Uint8Array
}

/** Take out what the tables hold. */
export function pack({ wasm }: Kernel): Packed {
  const copy = (at: number, bytes: number): Uint8Array => new Uint8Array(wasm.memory.buffer).slice(at, at + bytes)
  const codeCount = wasm.codeCount()
  // The buckets and then the latencies go through the scratch, which is larger than either.
  const scratch = wasm.packed()
  const buckets = copy(scratch, BUCKET * wasm.packBuckets(scratch))
  const latencies = copy(scratch, LATENCY * wasm.packLatencies(scratch))
  const lists = Array.from({ length: Dimension.Count }, (_, dimension): PackedList => {
    const table = new DataView(wasm.memory.buffer, wasm.table(dimension), 48)
    const field = (at: number): number => table.getUint32(at, true)
    const n = wasm.pack(dimension)
    const bounds = new Uint8Array(8 * MAX_CODES)
    bounds.set(copy(field(28), 4 * codeCount))
    bounds.set(copy(field(40), 4 * codeCount), 4 * MAX_CODES)
    return { slots: copy(scratch, SLOT * n), values: copy(field(36), VALUE * n), texts: copy(field(12), field(20)), textsAt: field(12), bounds }
  })
  return {
    codes: copy(wasm.codeTable(), CODE * codeCount),
    reasons: copy(wasm.reasonTable(), wasm.reasonBytes()),
    reasonsAt: wasm.reasonTable(),
    buckets,
    latencies,
    lists,
  }
}

/** The buffers of a Packed, for the transfer list of `postMessage`. */
export function buffersOf(packed: Packed): ArrayBuffer[] {
  const arrays = [packed.codes, packed.reasons, packed.buckets, packed.latencies, ...packed.lists.flatMap((l) => [l.slots, l.values, l.texts, l.bounds])]
  return arrays.map((a) => a.buffer as ArrayBuffer)
}

const areas = new WeakMap<Kernel, { at: number; bytes: number }>()

/** Room in the kernel's memory for foreign counts; kept and grown as needed. */
function area(kernel: Kernel, bytes: number): number {
  const known = areas.get(kernel)
  if (known && known.bytes >= bytes) return known.at
  // Memory is never given back, so the next size is generous.
  const size = Math.max(bytes, 24 << 20)
  const at = kernel.allocate(size)
  areas.set(kernel, { at, bytes: size })
  return at
}

/**
 * Add the counts of another kernel.
 *
 * @param onFull called first when a table that must stay exact has no room for them: read this kernel's tally out and clear it
 */
export function absorb(kernel: Kernel, packed: Packed, onFull: () => void): void {
  const { wasm } = kernel
  const codeCount = packed.codes.length / CODE
  if (codeCount === 0) return
  if (!wasm.fits(codeCount, packed.buckets.length / BUCKET, packed.latencies.length / LATENCY)) {
    onFull()
    kernel.clear()
  }
  const sizes = packed.lists.map((l) => l.slots.length + l.values.length + l.texts.length + l.bounds.length + 64)
  const at = area(kernel, Math.max(packed.codes.length + packed.reasons.length + 64, packed.buckets.length, packed.latencies.length, ...sizes))
  const memory = new Uint8Array(wasm.memory.buffer)
  /** Lay arrays one after another, each at a multiple of 16. @returns their addresses */
  const lay = (...arrays: readonly Uint8Array[]): number[] => {
    let next = at
    return arrays.map((array) => {
      const here = next
      memory.set(array, here)
      next = (here + array.length + 15) & ~15
      return here
    })
  }
  const [codes, reasons] = lay(packed.codes, packed.reasons) as [number, number]
  wasm.absorbCodes(codeCount, codes, reasons, packed.reasonsAt)
  wasm.absorbBuckets(packed.buckets.length / BUCKET, lay(packed.buckets)[0] as number)
  wasm.absorbLatencies(packed.latencies.length / LATENCY, lay(packed.latencies)[0] as number)
  packed.lists.forEach((list, dimension) => {
    const [slots, values, texts, bounds] = lay(list.slots, list.values, list.texts, list.bounds) as [number, number, number, number]
    wasm.absorbValues(dimension, list.slots.length / SLOT, slots, values, texts, list.textsAt, bounds, wasm.codeMapAt(), codeCount)
  })
}
