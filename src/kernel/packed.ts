import { ALL_PERIODS, Kernel } from './kernel.js'
import { BucketRecord, CHUNK, CodeRecord, LatencyRecord, MAX_CODES, MAX_REASONS } from './records.js'
import { Dimension } from './wasm/roles.js'

// Adding the counts of one kernel to those of another: straight from its memory, or, between threads, by way of a `Packed`.

const CODE: number = CodeRecord.Size
const BUCKET: number = BucketRecord.Size
const LATENCY: number = LatencyRecord.Size

const DIMENSIONS = Array.from({ length: Dimension.Count }, (_, dimension) => dimension)

/** Where something stands: bytes [start, end). */
type Part = readonly [number, number]

interface Exact {
  /** Whether more than lists: the counts of the codes, buckets and latencies. */
  readonly isWhole: boolean
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
  lists(dimension: number): Lists
}

/** The lists of a dimension. */
interface Lists {
  /** Their values, in pieces of at most CHUNK bytes, and how many they are. Where lists are cut, the others are known when these have been asked for. */
  readonly values: Iterable<Part>
  count(): number
  /** What they may have lost, by code. */
  lost(): Part
  /** How many different values they had, by code, where they were cut. */
  distinct(): Part
}

/** What a kernel's tables held. It owns its buffer, which can be transferred between threads. */
export interface Packed extends Exact {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** By Dimension. */
  readonly lists: readonly { readonly values: readonly Part[]; readonly count: number; readonly lost: Part; readonly distinct: Part }[]
}

const NOTHING: Part = [0, 0]

function countsOf({ wasm }: Kernel): Counts {
  const at = (start: number, bytes: number): Part => [start, start + bytes]
  const codeCount = wasm.codeCount()
  return {
    bytes: new Uint8Array(wasm.memory.buffer),
    isWhole: true,
    codes: at(wasm.codeTable(), CODE * codeCount),
    reasons: at(wasm.reasonTable(), wasm.reasonBytes()),
    reasonsAt: wasm.reasonTable(),
    buckets: at(wasm.bucketTable(), BUCKET * wasm.bucketCount()),
    bucketSeconds: wasm.bucketSeconds(),
    latencies: at(wasm.latencyTable(), LATENCY * wasm.latencyCount()),
    lists: (dimension) => ({
      values: piecesOf(wasm, dimension, (from) => wasm.pack(dimension, from)),
      count: () => wasm.valueCount(dimension),
      lost: () => at(wasm.lostTable(dimension), 4 * codeCount),
      distinct: () => NOTHING,
    }),
  }
}

/** The lists of the codes that are marked as over, cut to the most frequent n values. */
function pastOf(kernel: Kernel, n: number): Counts {
  const { wasm } = kernel
  const by = 4 * wasm.codeCount()
  return {
    ...countsOf(kernel),
    isWhole: false,
    buckets: NOTHING,
    latencies: NOTHING,
    lists(dimension) {
      wasm.cutPast(dimension, n)
      return {
        values: piecesOf(wasm, dimension, (from) => wasm.packPast(dimension, from)),
        count: () => wasm.pastCount(),
        lost: () => [wasm.pastLost(), wasm.pastLost() + by],
        distinct: () => [wasm.pastDistinct(), wasm.pastDistinct() + by],
      }
    },
  }
}

function* piecesOf(wasm: Kernel['wasm'], dimension: number, packFrom: (value: number) => number): Generator<Part> {
  for (let next = 0; next < wasm.valueCount(dimension); ) {
    next = packFrom(next)
    yield [wasm.scratchAt(), wasm.packedEnd()]
  }
}

function unpack({ lists, ...packed }: Packed): Counts {
  return {
    ...packed,
    lists(dimension) {
      const { values, count, lost, distinct } = lists[dimension] as Packed['lists'][number]
      return { values, count: () => count, lost: () => lost, distinct: () => distinct }
    },
  }
}

/**
 * Take out what the tables hold.
 *
 * @param spare a buffer that is not needed any more; used if it is large enough. The first touch of new memory costs more than what is copied into it.
 */
export function pack(kernel: Kernel, spare?: ArrayBuffer): Packed {
  const counts = countsOf(kernel)
  const size = sizeOf(counts, kernel)
  return copyOf(counts, spare && spare.byteLength >= size ? spare : new ArrayBuffer(size + (size >> 3)))
}

/**
 * Take out the lists of the codes that are marked as over (`Kernel.onPast`), and forget them; what is exact of these codes stays.
 *
 * @param n how many of its most frequent values each list is cut to; absent: none is cut
 */
export function packPast(kernel: Kernel, n?: number): Packed {
  const counts = pastOf(kernel, n ?? ALL)
  const past = copyOf(counts, n === undefined ? new ArrayBuffer(sizeOf(counts, kernel)) : workspace)
  kernel.wasm.dropPast()
  if (n === undefined) return past
  // Of lists that are cut little is left: it waits in memory of its own.
  workspace = past.bytes.buffer
  return { ...past, bytes: past.bytes.slice(0, (past.lists.at(-1) as Packed['lists'][number]).distinct[1]) }
}
/** As `packPast`, of all codes whose entries have a time. */
export function packAll(kernel: Kernel, n?: number): Packed {
  kernel.wasm.markPast(ALL_PERIODS)
  return packPast(kernel, n)
}
/** More than a list has. */
const ALL = 2 ** 32 - 1
let workspace = new ArrayBuffer(CHUNK)

/** The most bytes that counts take. */
function sizeOf({ codes, reasons, buckets, latencies }: Exact, { wasm }: Kernel): number {
  const perCode = 4 * 2 * wasm.codeCount()
  return DIMENSIONS.reduce(
    (sum, dimension) => sum + perCode + wasm.packedSize(dimension),
    [codes, reasons, buckets, latencies].map(lengthOf).reduce((a, b) => a + b),
  )
}

/** @param buffer another takes its place when it is too small. What is copied last are the lists of the last dimension, and of these, `distinct` */
function copyOf({ lists, ...counts }: Counts, buffer: ArrayBuffer): Packed {
  let bytes = new Uint8Array(buffer)
  let end = 0
  const copy = ([from, to]: Part): Part => {
    const start = end
    end += to - from
    if (end > bytes.length) {
      const larger = new Uint8Array(2 * end)
      larger.set(bytes.subarray(0, start))
      bytes = larger
    }
    bytes.set(counts.bytes.subarray(from, to), start)
    return [start, end]
  }
  const exact = {
    ...counts,
    codes: copy(counts.codes),
    reasons: copy(counts.reasons),
    buckets: copy(counts.buckets),
    latencies: copy(counts.latencies),
  }
  const copied = DIMENSIONS.map((dimension) => {
    const { values, count, lost, distinct } = lists(dimension)
    return { values: Array.from(values, copy), count: count(), lost: copy(lost()), distinct: copy(distinct()) }
  })
  return { ...exact, bytes, lists: copied }
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
  const at = area(kernel)
  const memory = new Uint8Array(wasm.memory.buffer)
  const lay = ([start, end]: Part, to: number): number => {
    memory.set(bytes.subarray(start, end), to)
    return to + end - start
  }
  const reasons = lay(counts.codes, at)
  // Where there are lists only, their codes are here already, as a rule.
  const moreCodes = counts.isWhole ? codeCount : wasm.newCodes(codeCount, at)
  if (!bucketsFit || !wasm.fits(moreCodes, latencyCount)) {
    onFull()
    kernel.clear()
    if (bucketSeconds > wasm.bucketSeconds()) wasm.widenBuckets(BigInt(bucketSeconds))
  }
  lay(counts.reasons, reasons)
  wasm.absorbCodes(codeCount, at, reasons, counts.reasonsAt, Number(counts.isWhole))
  for (const piece of pieces(counts.buckets, BUCKET)) wasm.absorbBuckets((lay(piece, at) - at) / BUCKET, at, bucketSeconds)
  for (const piece of pieces(counts.latencies, LATENCY)) wasm.absorbLatencies((lay(piece, at) - at) / LATENCY, at)
  for (const dimension of DIMENSIONS) {
    const { values, lost, distinct } = counts.lists(dimension)
    if (lengthOf(distinct()) > 0) {
      lay(distinct(), at)
      wasm.absorbDistinct(dimension, at, wasm.codeMapAt(), codeCount)
    }
    const from = lay(lost(), at)
    wasm.absorbLost(dimension, at, wasm.codeMapAt(), codeCount)
    for (const value of values) wasm.absorbValues(dimension, from, lay(value, from), at, wasm.codeMapAt())
  }
}

/**
 * Add what `packPast` has taken out, in order, without dropping values for it.
 *
 * @param onFull as for `absorb` @param onFullLists called first when there is no room for lists: take out those that are there (`takeLists`)
 */
export function absorbPast(kernel: Kernel, past: readonly Packed[], onFull: () => void, onFullLists: () => void): void {
  for (const part of past) {
    if (!hasRoomFor(kernel, part)) onFullLists()
    absorb(kernel, part, onFull)
  }
}

function hasRoomFor({ wasm }: Kernel, { lists }: Packed): boolean {
  return lists.every(({ values, count }, dimension) => {
    const bytes = values.reduce((sum, value) => sum + lengthOf(value), 0)
    return wasm.hasRoom(dimension, count, bytes) !== 0
  })
}

const lengthOf = ([start, end]: Part): number => end - start

/** A part of records of one size, in pieces of at most CHUNK bytes. */
function* pieces([start, end]: Part, record: number): Generator<Part> {
  const step = CHUNK - (CHUNK % record)
  for (let from = start; from < end; from += step) yield [from, Math.min(from + step, end)]
}
