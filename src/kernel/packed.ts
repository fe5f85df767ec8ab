import { Kernel } from './kernel.js'
import { Dimension } from './wasm/roles.js'

// Adding the counts of one kernel to those of another: straight from its memory, or, between threads, by way of a `Packed`.

/** Sizes as in src/kernel/wasm/{count,values}.ts, in bytes. */
const CODE = 80
const BUCKET = 32
const LATENCY = 16
const MAX_CODES = 4096
const MAX_REASONS = 1 << 20
/** The most that is absorbed at once. */
const CHUNK = 1 << 20

const DIMENSIONS = Array.from({ length: Dimension.Count }, (_, dimension) => dimension)

/** Where something stands: bytes [start, end). */
type Part = readonly [number, number]

interface Exact {
  readonly codes: Part
  /** Texts of the codes' reasons, and the address they had. */
  readonly reasons: Part
  readonly reasonsAt: number
  readonly buckets: Part
  readonly bucketSeconds: number
  readonly latencies: Part
}

/** What a kernel's tables hold. A part that is asked for stands where it is until the next one is asked for. */
interface Counts extends Exact {
  readonly bytes: Uint8Array
  /** What the list of a dimension may have lost, by code. */
  lost(dimension: number): Part
  /** Its values, in pieces of at most CHUNK bytes. */
  values(dimension: number): Iterable<Part>
}

/** What a kernel's tables held. It owns its buffer, which can be transferred between threads. */
export interface Packed extends Exact {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** By Dimension. */
  readonly lists: readonly { readonly lost: Part; readonly values: readonly Part[] }[]
}

function countsOf({ wasm }: Kernel): Counts {
  const scratch = wasm.scratchAt()
  const at = (start: number, bytes: number): Part => [start, start + bytes]
  const codeCount = wasm.codeCount()
  return {
    bytes: new Uint8Array(wasm.memory.buffer),
    codes: at(wasm.codeTable(), CODE * codeCount),
    reasons: at(wasm.reasonTable(), wasm.reasonBytes()),
    reasonsAt: wasm.reasonTable(),
    buckets: at(wasm.bucketTable(), BUCKET * wasm.bucketCount()),
    bucketSeconds: wasm.bucketSeconds(),
    latencies: at(wasm.latencyTable(), LATENCY * wasm.latencyCount()),
    lost: (dimension) => at(wasm.lostTable(dimension), 4 * codeCount),
    *values(dimension) {
      for (let next = 0; next < wasm.valueCount(dimension); ) {
        next = wasm.pack(dimension, next)
        yield [scratch, wasm.packedEnd()]
      }
    },
  }
}

function unpack({ lists, ...packed }: Packed): Counts {
  return {
    ...packed,
    lost: (dimension) => (lists[dimension] as Packed['lists'][number]).lost,
    values: (dimension) => (lists[dimension] as Packed['lists'][number]).values,
  }
}

/**
 * Take out what the tables hold.
 *
 * @param spare a buffer that is not needed any more; used if it is large enough. The first touch of new memory costs more than what is copied into it.
 */
export function pack(kernel: Kernel, spare?: ArrayBuffer): Packed {
  const { wasm } = kernel
  const counts = countsOf(kernel)
  const listBytes = DIMENSIONS.reduce((sum, dimension) => sum + lengthOf(counts.lost(dimension)) + wasm.packedSize(dimension), 0)
  const size = lengthOf(counts.codes) + lengthOf(counts.reasons) + lengthOf(counts.buckets) + lengthOf(counts.latencies) + listBytes
  const bytes = new Uint8Array(spare && spare.byteLength >= size ? spare : new ArrayBuffer(size + (size >> 3)))
  let end = 0
  const copy = ([from, to]: Part): Part => {
    const start = end
    bytes.set(counts.bytes.subarray(from, to), start)
    end += to - from
    return [start, end]
  }
  return {
    bytes,
    codes: copy(counts.codes),
    reasons: copy(counts.reasons),
    reasonsAt: counts.reasonsAt,
    buckets: copy(counts.buckets),
    bucketSeconds: counts.bucketSeconds,
    latencies: copy(counts.latencies),
    lists: DIMENSIONS.map((dimension) => ({ lost: copy(counts.lost(dimension)), values: Array.from(counts.values(dimension), copy) })),
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
export function absorb(kernel: Kernel, other: Packed | Kernel, onFull: () => void): void {
  const { wasm } = kernel
  const counts = other instanceof Kernel ? countsOf(other) : unpack(other)
  const { bytes, bucketSeconds } = counts
  const codeCount = lengthOf(counts.codes) / CODE
  if (codeCount === 0) return
  const bucketCount = lengthOf(counts.buckets) / BUCKET
  const latencyCount = lengthOf(counts.latencies) / LATENCY
  if (bucketSeconds > wasm.bucketSeconds()) wasm.widenBuckets(BigInt(bucketSeconds))
  const bucketsFit = wasm.bucketsFit(bucketCount) || kernel.widenBuckets(bucketCount)
  if (!bucketsFit || !wasm.fits(codeCount, latencyCount)) {
    onFull()
    kernel.clear()
    if (bucketSeconds > wasm.bucketSeconds()) wasm.widenBuckets(BigInt(bucketSeconds))
  }
  const at = area(kernel)
  const memory = new Uint8Array(wasm.memory.buffer)
  const lay = ([start, end]: Part, to: number): number => {
    memory.set(bytes.subarray(start, end), to)
    return to + end - start
  }
  const reasons = lay(counts.codes, at)
  lay(counts.reasons, reasons)
  wasm.absorbCodes(codeCount, at, reasons, counts.reasonsAt)
  for (const piece of pieces(counts.buckets, BUCKET)) wasm.absorbBuckets((lay(piece, at) - at) / BUCKET, at, bucketSeconds)
  for (const piece of pieces(counts.latencies, LATENCY)) wasm.absorbLatencies((lay(piece, at) - at) / LATENCY, at)
  for (const dimension of DIMENSIONS) {
    const from = lay(counts.lost(dimension), at)
    wasm.absorbLost(dimension, at, wasm.codeMapAt(), codeCount)
    for (const value of counts.values(dimension)) wasm.absorbValues(dimension, from, lay(value, from), at, wasm.codeMapAt())
  }
}

const lengthOf = ([start, end]: Part): number => end - start

/** A part of records of one size, in pieces of at most CHUNK bytes. */
function* pieces([start, end]: Part, record: number): Generator<Part> {
  const step = CHUNK - (CHUNK % record)
  for (let from = start; from < end; from += step) yield [from, Math.min(from + step, end)]
}
