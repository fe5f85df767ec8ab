import type { Kernel } from './kernel.js'
import { BucketRecord, CHUNK, CodeRecord, LatencyRecord, MAX_CODES, MAX_REASONS } from './records.js'
import { Dimension } from './wasm/roles.js'

// Adding the counts of one kernel to those of another, by way of a `Packed`, which can go from thread to thread.

const CODE: number = CodeRecord.Size
const BUCKET: number = BucketRecord.Size
const LATENCY: number = LatencyRecord.Size

const DIMENSIONS = Array.from({ length: Dimension.Count }, (_, dimension) => dimension)

/** The place of a table in the buffer: bytes [start, end). */
type Part = readonly [number, number]

interface Exact {
  readonly codes: Part
  /** Texts of the codes' reasons, and the address they had. */
  readonly reasons: Part
  readonly reasonsAt: number
  readonly buckets: Part
  readonly bucketSeconds: number
  readonly latencies: Part
  /** In the order of the log. */
  readonly evidence: readonly object[]
}

/** The content of a kernel's tables, in a buffer of its own, which can be transferred between threads. */
export interface Packed extends Exact {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** By Dimension. */
  readonly lists: readonly Lists[]
}

/** The lists of a dimension. */
interface Lists {
  /** Their values, in pieces of at most CHUNK bytes. */
  readonly values: readonly Part[]
  /** The most hits that a value missing from a list may have had, by code. */
  readonly lost: Part
  /** How many different values each list had, by code; empty where lists are whole. */
  readonly distinct: Part
}

export interface PackOptions {
  /** Values kept of each list, the most frequent ones; all when absent. */
  readonly most?: number
  /** A buffer that is not needed any more. The first touch of new memory costs more than what is copied into it. */
  readonly spare?: ArrayBuffer | undefined
}

/** Take out what the tables hold. */
export function pack(kernel: Kernel, { most, spare }: PackOptions = {}): Packed {
  if (most !== undefined) {
    // Little is left of lists that are cut: it gets memory of its own size.
    const { buffer, packed, end } = copyTables(kernel, most, workspace)
    workspace = buffer
    return { ...packed, bytes: new Uint8Array(buffer.slice(0, end)) }
  }
  const size = sizeOf(kernel)
  const { buffer, packed } = copyTables(
    kernel,
    ALL,
    spare && spare.byteLength >= size ? spare : new ArrayBuffer(size + (size >> 3)),
  )
  return { ...packed, bytes: new Uint8Array(buffer) }
}
/** More than a list has. */
const ALL = Infinity
let workspace = new ArrayBuffer(CHUNK)

/** The most bytes that the tables take when they are packed. */
function sizeOf({ wasm }: Kernel): number {
  const codeCount = wasm.codeCount()
  const exact = CODE * codeCount + wasm.reasonBytes() + BUCKET * wasm.bucketCount() + LATENCY * wasm.latencyCount()
  return DIMENSIONS.reduce((sum, dimension) => sum + 4 * codeCount + wasm.packedSize(dimension), exact)
}

/** @param buffer another takes its place when it is too small */
function copyTables(
  kernel: Kernel,
  most: number,
  buffer: ArrayBuffer,
): { buffer: ArrayBuffer; packed: Omit<Packed, 'bytes'>; end: number } {
  const { wasm } = kernel
  const memory = new Uint8Array(wasm.memory.buffer)
  let bytes = new Uint8Array(buffer)
  let end = 0
  const copy = (from: number, length: number): Part => {
    const start = end
    end += length
    if (end > bytes.length) {
      const larger = new Uint8Array(2 * end)
      larger.set(bytes.subarray(0, start))
      bytes = larger
    }
    bytes.set(memory.subarray(from, from + length), start)
    return [start, end]
  }
  const codeCount = wasm.codeCount()
  const exact = {
    codes: copy(wasm.codeTable(), CODE * codeCount),
    reasons: copy(wasm.reasonTable(), wasm.reasonBytes()),
    reasonsAt: wasm.reasonTable(),
    buckets: copy(wasm.bucketTable(), BUCKET * wasm.bucketCount()),
    bucketSeconds: wasm.bucketSeconds(),
    latencies: copy(wasm.latencyTable(), LATENCY * wasm.latencyCount()),
    evidence: kernel.evidence(),
  }
  const isCut = most !== ALL
  const lists = DIMENSIONS.map((dimension): Lists => {
    if (isCut) wasm.cutLists(dimension, most)
    const values: Part[] = []
    for (let next = 0; next < wasm.valueCount(dimension); ) {
      next = isCut ? wasm.packCut(dimension, next) : wasm.pack(dimension, next)
      values.push(copy(wasm.scratchAt(), wasm.packedEnd() - wasm.scratchAt()))
    }
    return {
      values,
      lost: copy(isCut ? wasm.cutLost() : wasm.lostTable(dimension), 4 * codeCount),
      distinct: isCut ? copy(wasm.cutDistinct(), 4 * codeCount) : NOTHING,
    }
  })
  return { buffer: bytes.buffer, packed: { ...exact, lists }, end }
}
const NOTHING: Part = [0, 0]

const areas = new WeakMap<Kernel, number>()

/**
 * Room in the kernel's memory for foreign counts: codes with their reasons, or `lost` of a list and a chunk of values.
 */
function area(kernel: Kernel): number {
  const at = areas.get(kernel) ?? kernel.allocate(Math.max(CODE * MAX_CODES + MAX_REASONS, 4 * MAX_CODES + CHUNK))
  areas.set(kernel, at)
  return at
}

/**
 * Add the counts of another kernel.
 *
 * @param onFull called first when a table that must stay exact has no room for them: read this kernel's tally out
 */
export function absorb(kernel: Kernel, packed: Packed, onFull: () => void): void {
  const { wasm } = kernel
  const { bytes, bucketSeconds } = packed
  const codeCount = lengthOf(packed.codes) / CODE
  if (codeCount === 0) return
  if (bucketSeconds > wasm.bucketSeconds()) wasm.widenBuckets(BigInt(bucketSeconds))
  const bucketCount = lengthOf(packed.buckets) / BUCKET
  const bucketsFit = wasm.bucketsFit(bucketCount) || kernel.widenBuckets(bucketCount)
  if (!bucketsFit || !wasm.fits(codeCount, lengthOf(packed.latencies) / LATENCY)) {
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
  kernel.addEvidence(packed.evidence)
  const reasons = lay(packed.codes, at)
  lay(packed.reasons, reasons)
  wasm.absorbCodes(codeCount, at, reasons, packed.reasonsAt)
  for (const piece of pieces(packed.buckets, BUCKET))
    wasm.absorbBuckets((lay(piece, at) - at) / BUCKET, at, bucketSeconds)
  for (const piece of pieces(packed.latencies, LATENCY)) wasm.absorbLatencies((lay(piece, at) - at) / LATENCY, at)
  for (const [dimension, { values, lost, distinct }] of packed.lists.entries()) {
    if (lengthOf(distinct) > 0) {
      lay(distinct, at)
      wasm.absorbDistinct(dimension, at, wasm.codeMapAt(), codeCount)
    }
    const from = lay(lost, at)
    wasm.absorbLost(dimension, at, wasm.codeMapAt(), codeCount)
    for (const value of values) wasm.absorbValues(dimension, from, lay(value, from), at, wasm.codeMapAt())
  }
}

const lengthOf = ([start, end]: Part): number => end - start

/** A part of records of one size, in pieces of at most CHUNK bytes. */
function* pieces([start, end]: Part, record: number): Generator<Part> {
  const step = CHUNK - (CHUNK % record)
  for (let from = start; from < end; from += step) yield [from, Math.min(from + step, end)]
}
