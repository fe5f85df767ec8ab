import { BUCKET_WIDTHS, type Kernel, NO_PERIOD } from '../kernel/kernel.js'
import {
  BIN_BITS,
  BucketHead,
  CodeRecord,
  LatencyRecord,
  MAX_SAMPLES,
  MAX_TEXT,
  SampleRecord,
  StatusBits,
  SumsOf,
  TableHead,
} from '../kernel/records.js'
import { characterAt, decode } from '../kernel/text.js'
import { Reject } from '../kernel/wasm/roles.js'
import { Buckets, COLUMNS } from './buckets.js'
import { readEvidence } from './evidence.js'
import { LaidList, ROW_OF_LIST } from './laid-list.js'
import { type Sums, sumsOf } from './measures.js'
import {
  type CodeTally,
  DIMENSIONS,
  emptyLists,
  emptyTally,
  type LineCounts,
  type List,
  type ListEntry,
  type Listed,
  quotaOf,
  REJECT_REASONS,
  type RejectReason,
  type RejectSample,
  type RejectTally,
  type Tally,
  tallyKey,
} from './tally.js'

/** Buckets that the kernel lays out at once. They take little memory, which has been touched before. */
const LAID_AT_ONCE = 4096
/** More than a table holds. */
const ALL = 2 ** 32 - 1
const MAX_BUCKETS = 720

/**
 * Memory that is used again and again, and becomes larger where it must. The first touch of new memory costs more than
 * what is copied into it.
 */
export interface Room {
  buffer: ArrayBuffer
}

export interface ReadOutOptions {
  /** Values kept of each list. */
  readonly listed: Listed
  /** Keep all clients. */
  readonly allClients?: boolean
  /** Widen the buckets until all codes together span at most 720 of them; a database keeps minutes. */
  readonly adaptive: boolean
  /** Memory to read out to, if what was read out to it before is not needed any more. */
  readonly room?: Room
}

/** Read out what the kernel's tables hold. They stay as they are, but for the width of the buckets. */
export function readTally(kernel: Kernel, { listed, allClients = false, adaptive, room }: ReadOutOptions): Tally {
  const { wasm } = kernel
  const memory = new DataView(wasm.memory.buffer)
  const codes = readCodes(wasm.codeCount(), wasm.codeTable(), memory)
  const width = adaptive ? widthFor(codes) : 0
  if (width > wasm.bucketSeconds()) wasm.widenBuckets(BigInt(width))
  const tally = emptyTally(wasm.bucketSeconds())
  for (const code of codes) tally.codes.set(tallyKey(code), code)
  readBuckets(codes, kernel, room)
  readLatencies(codes, kernel, memory)
  readAllLists(codes, kernel, memory, listed, allClients)
  const evidence = readEvidence(kernel, codes)
  if (evidence) tally.evidence = [{ period: periodOf(codes), evidence }]
  return tally
}

/** The period that most entries with a time are of. */
function periodOf(codes: readonly CodeTally[]): number | null {
  const hits = new Map<number, number>()
  for (const code of codes) if (code.period !== null) hits.set(code.period, (hits.get(code.period) ?? 0) + code.hits)
  return [...hits].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}

function readAllLists(
  codes: readonly CodeTally[],
  kernel: Kernel,
  memory: DataView,
  listed: Listed,
  allClients: boolean,
): void {
  DIMENSIONS.forEach((name, dimension) => {
    const lists = readLists(codes.length, kernel, dimension, memory, allClients && name === 'client' ? null : listed)
    for (const [i, code] of codes.entries()) code.lists[name] = lists[i] as List
  })
}

function widthFor(codes: readonly CodeTally[]): number {
  let from = Infinity
  let to = -Infinity
  for (const { firstSeen, lastSeen } of codes) {
    if (firstSeen !== null) from = Math.min(from, firstSeen)
    if (lastSeen !== null) to = Math.max(to, lastSeen)
  }
  return BUCKET_WIDTHS.find((width) => !(to - from > width * MAX_BUCKETS)) ?? 86400
}

function u64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32
}

export function readCodes(count: number, table: number, memory: DataView): CodeTally[] {
  const codes: CodeTally[] = []
  for (let i = 0; i < count; i++) {
    const at = table + CodeRecord.Size * i
    const key = memory.getBigUint64(at + CodeRecord.Key, true)
    const reasonLength = memory.getUint32(at + CodeRecord.ReasonLength, true)
    const period = memory.getInt32(at + CodeRecord.Period, true)
    // There may be lists of it and nothing else.
    const timed = period !== NO_PERIOD
    const seen = timed && memory.getUint32(at + CodeRecord.Sums + SumsOf.Hits, true) > 0
    const orNull = (n: bigint): number | null => (n === 0n ? null : Number(n - 1n))
    codes.push({
      status: orNull(key >> BigInt(StatusBits.Status)),
      substatus: orNull((key >> BigInt(StatusBits.Substatus)) & 0x1ffffn),
      win32Status: orNull(key & 0x1ffffffffn),
      reason: reasonLength
        ? decode(new Uint8Array(memory.buffer, memory.getUint32(at + CodeRecord.Reason, true), reasonLength))
        : null,
      period: timed ? period : null,
      ...readSums(memory, at + CodeRecord.Sums),
      firstSeen: seen ? Number(memory.getBigInt64(at + CodeRecord.FirstSeen, true)) : null,
      lastSeen: seen ? Number(memory.getBigInt64(at + CodeRecord.LastSeen, true)) : null,
      buckets: new Buckets(),
      latency: new Map(),
      lists: emptyLists(),
    })
  }
  return codes
}

function readSums(memory: DataView, at: number): Sums {
  const present = memory.getUint32(at + SumsOf.Present, true)
  return sumsOf((name, measure) => {
    if (name === 'hits') return memory.getUint32(at + SumsOf.Hits, true)
    return present & (1 << measure) ? u64(memory, at + 8 * measure) : null
  })
}

function readBuckets(codes: CodeTally[], { wasm }: Kernel, room: Room = { buffer: new ArrayBuffer(0) }): void {
  wasm.orderBuckets()
  const { buffer } = wasm.memory
  const heads = new Uint32Array(buffer, wasm.scratchAt(), (BucketHead.Size / 4) * codes.length)
  const count = wasm.bucketCount()
  const size = Float64Array.BYTES_PER_ELEMENT * COLUMNS * count
  if (room.buffer.byteLength < size) room.buffer = new ArrayBuffer(size)
  const rows = new Float64Array(room.buffer, 0, COLUMNS * count)
  for (let at = 0; at < count; at += LAID_AT_ONCE) {
    const n = Math.min(LAID_AT_ONCE, count - at)
    rows.set(new Float64Array(buffer, wasm.layBuckets(at, n), COLUMNS * n), COLUMNS * at)
  }
  let from = 0
  for (const [i, code] of codes.entries()) {
    const to = from + COLUMNS * (heads[2 * i] as number)
    code.buckets = new Buckets(rows.subarray(from, to), heads[2 * i + 1] !== 0)
    from = to
  }
}

function readLatencies(codes: readonly CodeTally[], { wasm }: Kernel, memory: DataView): void {
  const table = wasm.latencyTable()
  for (let at = table; at < table + LatencyRecord.Size * wasm.latencyCount(); at += LatencyRecord.Size) {
    const key = memory.getUint32(at + LatencyRecord.Key, true)
    codes[key >>> BIN_BITS]?.latency.set((key & (2 ** BIN_BITS - 1)) - 1, u64(memory, at + LatencyRecord.Hits))
  }
}

/** The lists of one dimension, by code; values in the order of arrival. @param listed null: all values */
function readLists(
  codeCount: number,
  { wasm }: Kernel,
  dimension: number,
  memory: DataView,
  listed: Listed | null,
): List[] {
  const { buffer } = wasm.memory
  const counts = new Uint32Array(buffer, memory.getUint32(wasm.table(dimension) + TableHead.Counts, true), codeCount)
  const before = new Uint32Array(buffer, memory.getUint32(wasm.table(dimension) + TableHead.Distinct, true), codeCount)
  wasm.layLists(dimension, listed ? Math.min(quotaOf(counts, listed), ALL) : ALL)
  const heads = new Float64Array(buffer, wasm.scratchAt(), 2 * codeCount)
  const laidTexts = new Uint32Array(buffer, wasm.listTextsAt(), 2 * wasm.listTextCount())
  const rows = new Uint32Array(buffer, wasm.listRowsAt(), (wasm.listTextsAt() - wasm.listRowsAt()) / 4).slice()
  const bytes = Buffer.from(buffer)
  const texts: string[] = []
  const doubtful = new Set<string>()
  for (let i = 0; i < laidTexts.length; i += 2) {
    const length = laidTexts[i + 1] as number
    const text = textAt(bytes, laidTexts[i] as number, length)
    texts.push(text)
    if (length === MAX_TEXT || text.includes('\\x')) doubtful.add(text)
  }
  let from = 0
  return Array.from(counts, (count, code): List => {
    const distinct = Math.max(count, before[code] as number)
    const to = from + ROW_OF_LIST * (heads[2 * code] as number)
    const list = new LaidList(texts, rows.subarray(from, to), heads[2 * code + 1] as number, distinct)
    from = to
    return doubtful.size > 0 && list.values.some(({ value }) => doubtful.has(value)) ? addUpEqual(list) : list
  })
}

/**
 * Different values can become the same text: long ones that begin alike, a byte that is no UTF-8 and the four
 * characters that stand for it.
 */
function addUpEqual({ values, lost, distinct }: List): List {
  const sums = new Map<string, ListEntry>()
  for (const v of values) {
    const known = sums.get(v.value)
    if (known) {
      known.hits += v.hits
      known.error += v.error
    } else sums.set(v.value, v)
  }
  return { values: [...sums.values()], lost, distinct: distinct - (values.length - sums.size) }
}

/**
 * As `decode` would, but mostly in one step: only text that is no UTF-8 holds the sign that stands for what could not
 * be read, or a text that holds it itself.
 */
function textAt(bytes: Buffer, at: number, length: number): string {
  const text = bytes.toString('utf8', at, at + length)
  return text.includes('\ufffd') ? decode(bytes.subarray(at, at + length)) : text
}

/** Read out what became of the lines since `begin`. */
export function readLineCounts({ wasm }: Kernel): LineCounts {
  const memory = new DataView(wasm.memory.buffer)
  const bytes = new Uint8Array(wasm.memory.buffer)
  const rejects = new Map<RejectReason, RejectTally>()
  let rejected = 0
  for (let reason = 1; reason < Reject.Count; reason++) {
    const count = u64(memory, wasm.rejectTable() + 8 * reason)
    const name = REJECT_REASONS[reason]
    if (!count || !name) continue
    rejected += count
    const samples = Array.from({ length: Math.min(count, MAX_SAMPLES) }, (_, i): RejectSample => {
      const at = wasm.sampleTable() + SampleRecord.Size * (reason * MAX_SAMPLES + i)
      const start = at + SampleRecord.Text
      const text = wholeCharacters(bytes.subarray(start, start + memory.getUint32(at + SampleRecord.Length, true)))
      return {
        line: u64(memory, at + SampleRecord.Line),
        offset: u64(memory, at + SampleRecord.Offset),
        step: memory.getUint32(at + SampleRecord.Step, true),
        column: characterAt(text, memory.getUint32(at + SampleRecord.Column, true)),
        text: decode(text),
      }
    })
    rejects.set(name, { count, samples })
  }
  const entries = Number(wasm.entryCount())
  const ignored = Number(wasm.ignoredCount())
  const filtered = Number(wasm.filteredCount())
  const leftOut = { from: wasm.leftOutFrom(), to: wasm.leftOutTo(), roles: wasm.rolesMet() >>> 0 }
  return {
    lines: entries + filtered + ignored + rejected,
    entries,
    ignored,
    rejected,
    filtered,
    withoutTime: Number(wasm.withoutTime()),
    leftOut,
    rejects,
  }
}

/** Without the beginning of a UTF-8 character whose rest was cut off. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes.at(-back) ?? 0
    if (byte >> 6 === 2) continue
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return wanted > back ? bytes.subarray(0, -back) : bytes
  }
  return bytes
}
