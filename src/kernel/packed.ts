import type { Kernel } from './kernel.js'
import { Dimension } from './wasm/roles.js'

// The counts of one kernel, taken out as bytes, to be added to another kernel (in another thread) by `absorb`.

/** Sizes as in src/kernel/wasm/{count,values}.ts, in bytes. */
const CODE = 80
const BUCKET = 40
const LATENCY = 16
const MAX_CODES = 4096
const MAX_REASONS = 1 << 20
/** The most that is absorbed at once. */
const CHUNK = 1 << 20

/** Bytes [start, end) of a `Packed`. */
type Part = readonly [number, number]

/** What a kernel's tables held. It owns its buffer, which can be transferred between threads. */
export interface Packed {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly codes: Part
  /** Texts of the codes' reasons, and the address they had. */
  readonly reasons: Part
  readonly reasonsAt: number
  readonly buckets: Part
  readonly bucketSeconds: number
  readonly latencies: Part
  /** By Dimension: what the lists may have lost, by code, and their values in pieces of at most CHUNK bytes. */
  readonly lists: readonly { readonly lost: Part; readonly values: readonly Part[] }[]
}

/**
 * Take out what the tables hold.
 *
 * @param spare a buffer that is not needed any more; used if it is large enough. The first touch of new memory costs more than what is copied into it.
 */
export function pack({ wasm }: Kernel, spare?: ArrayBuffer): Packed {
  const memory = new Uint8Array(wasm.memory.buffer)
  const codeCount = wasm.codeCount()
  const scratch = wasm.scratchAt()
  const bucketBytes = BUCKET * wasm.packBuckets(scratch)
  const dimensions = Array.from({ length: Dimension.Count }, (_, dimension) => dimension)
  const listBytes = dimensions.reduce((sum, dimension) => sum + 4 * codeCount + wasm.packedSize(dimension), 0)
  const size = CODE * codeCount + wasm.reasonBytes() + bucketBytes + LATENCY * wasm.latencyCount() + listBytes
  const bytes = new Uint8Array(spare && spare.byteLength >= size ? spare : new ArrayBuffer(size + (size >> 3)))
  let end = 0
  const take = (at: number, length: number): Part => {
    const start = end
    bytes.set(memory.subarray(at, at + length), start)
    end += length
    return [start, end]
  }
  // Buckets and then latencies go through the scratch, which is larger than either.
  const buckets = take(scratch, bucketBytes)
  const latencies = take(scratch, LATENCY * wasm.packLatencies(scratch))
  return {
    bytes,
    codes: take(wasm.codeTable(), CODE * codeCount),
    reasons: take(wasm.reasonTable(), wasm.reasonBytes()),
    reasonsAt: wasm.reasonTable(),
    buckets,
    bucketSeconds: wasm.bucketSeconds(),
    latencies,
    lists: dimensions.map((dimension) => {
      const lost = take(wasm.lostTable(dimension), 4 * codeCount)
      const values: Part[] = []
      for (let next = 0; next < wasm.valueCount(dimension); ) {
        next = wasm.pack(dimension, next)
        values.push(take(scratch, wasm.packedEnd() - scratch))
      }
      return { lost, values }
    }),
  }
}

const areas = new WeakMap<Kernel, number>()

/** Room in the kernel's memory for foreign counts: codes with their reasons, or `lost` of a list and a chunk of values. */
function area(kernel: Kernel): number {
  const at = areas.get(kernel) ?? kernel.allocate(Math.max(CODE * MAX_CODES + MAX_REASONS, 4 * MAX_CODES + CHUNK))
  areas.set(kernel, at)
  return at
}

/**
 * Add the counts of another kernel.
 *
 * @param onFull called first when a table that must stay exact has no room for them: read this kernel's tally out and clear it
 */
export function absorb(kernel: Kernel, packed: Packed, onFull: () => void): void {
  const { wasm } = kernel
  const { bytes } = packed
  const codeCount = lengthOf(packed.codes) / CODE
  if (codeCount === 0) return
  const bucketCount = lengthOf(packed.buckets) / BUCKET
  if (packed.bucketSeconds > wasm.bucketSeconds()) wasm.widenBuckets(BigInt(packed.bucketSeconds))
  const bucketsFit = wasm.bucketsFit(bucketCount) || kernel.widenBuckets(bucketCount)
  if (!bucketsFit || !wasm.fits(codeCount, lengthOf(packed.latencies) / LATENCY)) {
    onFull()
    kernel.clear()
    if (packed.bucketSeconds > wasm.bucketSeconds()) wasm.widenBuckets(BigInt(packed.bucketSeconds))
  }
  const at = area(kernel)
  const memory = new Uint8Array(wasm.memory.buffer)
  const lay = ([start, end]: Part, to: number): number => {
    memory.set(bytes.subarray(start, end), to)
    return to + end - start
  }
  const reasons = lay(packed.codes, at)
  lay(packed.reasons, reasons)
  wasm.absorbCodes(codeCount, at, reasons, packed.reasonsAt)
  for (const piece of pieces(packed.buckets, BUCKET)) wasm.absorbBuckets((lay(piece, at) - at) / BUCKET, at, packed.bucketSeconds)
  for (const piece of pieces(packed.latencies, LATENCY)) wasm.absorbLatencies((lay(piece, at) - at) / LATENCY, at)
  packed.lists.forEach(({ lost, values }, dimension) => {
    const from = lay(lost, at)
    wasm.absorbLost(dimension, at, wasm.codeMapAt(), codeCount)
    for (const value of values) wasm.absorbValues(dimension, from, lay(value, from), at, wasm.codeMapAt())
  })
}

const lengthOf = ([start, end]: Part): number => end - start

/** A part of records of one size, in pieces of at most CHUNK bytes. */
function* pieces([start, end]: Part, record: number): Generator<Part> {
  const step = CHUNK - (CHUNK % record)
  for (let from = start; from < end; from += step) yield [from, Math.min(from + step, end)]
}
