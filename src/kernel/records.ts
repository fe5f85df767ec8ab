// The measures of entries, and the shapes of the kernel's records. The kernel (AssemblyScript) and its host
// (TypeScript) both read this file, so they cannot drift apart.
//
// A member of these enums is a place, in bytes from the start of a record; its comment says what stands there. `Size`
// is the length of the record.

import { Role } from './wasm/roles.ts'

/** Codes that the kernel's tables have room for. */
export const MAX_CODES = 4096
/** Bytes of the reasons of all codes. */
export const MAX_REASONS = 1048576
/** Bytes of text kept of a value: a longer one is told from others by its hash, and shown by its beginning. */
export const MAX_TEXT = 1024
/** Samples kept of each reason for which lines are rejected, and bytes of their text. */
export const MAX_SAMPLES = 5
export const SAMPLE_TEXT = 512
/** The most bytes of another kernel's records that are absorbed at once. */
export const CHUNK = 1048576
/** Start of the bucket of entries without a time; no bucket begins there. */
export const NO_START = -1

/**
 * The measures of the entries of a code. The sums come first: they stand in this order in the records below.
 *
 * A name is that of a number in tallies and JSON. Each measure has a record in MEASURES.
 */
export enum Measure {
  hits = 0,
  bytesSent = 1,
  bytesReceived = 2,
  timeTakenUs = 3,
  /** Entries that carry a time taken. */
  timed = 4,
  firstSeen = 5,
  lastSeen = 6,
  /** Histogram of the time taken. */
  latency = 7,
}
/** How many measures are sums. */
export const SUMS = 5

/** How values of one measure are put together. */
export enum Kind {
  /** Kept by code and minute (the table `hits` of a database); no entry with a value: null, which is not 0. */
  Sum = 0,
  /** Kept by code and period (the table `span`), as the next two are. */
  Least = 1,
  Greatest = 2,
  Histogram = 3,
}

/** How a field of a line becomes the value of a sum. */
export enum Reads {
  /** 1 for every entry. */
  Entry = 0,
  /** A whole number; all else is no value. */
  Size = 1,
  /** The same, but `-` is 0 where CLF's `%b` writes it for no bytes, and a strict layout rejects all else. */
  ResponseSize = 2,
  /** A time, in microseconds. */
  Duration = 3,
  /** 1 where the measure before has a value. */
  Presence = 4,
  /** The time of the entry, in seconds since 1970. */
  Time = 5,
}

/** A sum that would be larger is this number, the greatest that JavaScript holds exactly: it means "at least". */
export const LARGEST_SUM = 9007199254740991

export class MeasureRecord {
  constructor(
    readonly measure: Measure,
    readonly kind: Kind,
    /** Its column in a database. */
    readonly column: string,
    /** The field of a line that it is read from. */
    readonly role: Role,
    readonly reads: Reads,
    /** Version of the schema that brought the column. */
    readonly since: number,
  ) {}
}

/** To add a measure, see CONTRIBUTING.md. */
export const MEASURES: readonly MeasureRecord[] = [
  new MeasureRecord(Measure.hits, Kind.Sum, 'hits', Role.Skip, Reads.Entry, 1),
  new MeasureRecord(Measure.bytesSent, Kind.Sum, 'bytes_sent', Role.BytesSent, Reads.ResponseSize, 1),
  new MeasureRecord(Measure.bytesReceived, Kind.Sum, 'bytes_received', Role.BytesReceived, Reads.Size, 2),
  new MeasureRecord(Measure.timeTakenUs, Kind.Sum, 'time_taken_us', Role.TimeTaken, Reads.Duration, 1),
  new MeasureRecord(Measure.timed, Kind.Sum, 'timed', Role.TimeTaken, Reads.Presence, 1),
  new MeasureRecord(Measure.firstSeen, Kind.Least, 'first_seen', Role.Skip, Reads.Time, 1),
  new MeasureRecord(Measure.lastSeen, Kind.Greatest, 'last_seen', Role.Skip, Reads.Time, 1),
  new MeasureRecord(Measure.latency, Kind.Histogram, 'latency', Role.TimeTaken, Reads.Duration, 1),
]

/** The sums of a code, or of a bucket of it. */
export enum SumsOf {
  /** u32 */
  Hits = 0,
  /** u32: the measures of which there is a value, a bit each. */
  Present = 4,
  /** u64: the sum of measure m stands at 8 · m; hits are none of these. */
  Size = 8 * SUMS,
}

/** A code in a period, and what is counted of it. */
export enum CodeRecord {
  /** u64: status, sub-status and Win32 status; see `StatusBits`. */
  Key = 0,
  /** u32 address and u32 length of the text of the reason; length 0: none. */
  Reason = 8,
  ReasonLength = 12,
  Sums = 16,
  /** i64, seconds since 1970. */
  FirstSeen = Sums + SumsOf.Size,
  LastSeen = FirstSeen + 8,
  /** i32; NO_PERIOD: of entries without a time. */
  Period = LastSeen + 8,
  /** u32: index of its slot in the table of codes. */
  Slot = Period + 4,
  /** u64: hash of reason and period. */
  Hash = Slot + 4,
  Size = Hash + 8,
}

/** How statuses stand in the key of a code: each plus one, 0 for none; the status is above the others. */
export enum StatusBits {
  Status = 50,
  Substatus = 33,
}

/** The sums of a code in a stretch of time. */
export enum BucketRecord {
  /** u64: code << BUCKET_BITS | number of the bucket + 1. */
  Key = 0,
  Sums = 8,
  Size = Sums + SumsOf.Size,
}
/** Bits of a bucket's key that hold the number of the bucket; the code is above them. */
export const BUCKET_BITS = 40

/** A bin of the histogram of a code's time taken. */
export enum LatencyRecord {
  /** u64: code << 12 | bin + 1. */
  Key = 0,
  /** u64 */
  Hits = 8,
  Size = 16,
}
/** Bits of such a key that hold the bin; the code is above them. */
export const BIN_BITS = 12

/** The head of a table of values: one table for each dimension, with the values of all codes. */
export enum TableHead {
  /** u32 address. */
  Slots = 0,
  /** u32: slots in use, less one. */
  Mask = 4,
  /** u32: values in the table. */
  Used = 8,
  /** u32 address, size, and bytes in use of the texts. */
  Arena = 12,
  ArenaSize = 16,
  ArenaUsed = 20,
  /** u32 address of a u32 for each code: values in its list. */
  Counts = 24,
  /** The same: the most hits that a value may have had which is not in the list. */
  Lost = 28,
  /** u32: how often values were dropped. */
  Purges = 32,
  /** u32 address of the values. */
  Values = 36,
  /** u32 address of a u32 for each code: what is added to the possible error of all its values. */
  Added = 40,
  /** u32: the most that the mask can become. */
  LargestMask = 44,
  /** u32 address of a u32 for each code: different values seen, at least, when the list was cut. */
  Distinct = 48,
  Size = 56,
}

/** The part of a value that is touched for every line is small: four to a cache line. */
export enum SlotRecord {
  /** u64: hash of value and code; 0: the slot is empty. */
  Key = 0,
  /** u32 */
  Hits = 8,
  /** u32: number of the value. */
  Value = 12,
  Size = 16,
}

/** The rest of a value, in the order of arrival. */
export enum ValueRecord {
  /** u32 address. */
  Text = 0,
  /** i32: its possible error, less what `TableHead.Added` has for its code. */
  Error = 4,
  /** u16 */
  Code = 8,
  /** u16: bytes of its text. */
  Length = 10,
  /** u32: index of its slot. */
  Slot = 12,
  Size = 16,
}

/** A value of an entry, on its way into a table. */
export enum GatheredValue {
  /** u64 */
  Key = 0,
  /** u32 address and length of its text in the block. */
  Text = 8,
  Length = 12,
  /** u32 */
  Code = 16,
  Size = 24,
}

/** A value on its way to another kernel; its text stands behind it, filled up to a multiple of 4. */
export enum PackedValue {
  /** u64 */
  Key = 0,
  /** u32 */
  Hits = 8,
  /** u32 */
  Error = 12,
  /** u16 */
  Code = 16,
  /** u16: bytes of its text. */
  Length = 18,
  Size = 20,
}

/** A line that was rejected; up to SAMPLE_TEXT bytes of it stand behind. */
export enum SampleRecord {
  /** u64, from 1. */
  Line = 0,
  /** u64: bytes from the start of the input. */
  Offset = 8,
  /** u32: step of the plan, or role, that failed. */
  Step = 16,
  /** u32: bytes of the line before the place where it failed. */
  Column = 20,
  /** u32: bytes of text. */
  Length = 24,
  Text = 28,
  Size = 540,
}

// Records that the kernel lays out for its host.

/** The head of each code, before the rows of its buckets. */
export enum BucketHead {
  /** u32 */
  Rows = 0,
  /** u32; 0: the rows are not in the order of time. */
  InOrder = 4,
  Size = 8,
}
/** A bucket, f64 each. */
export enum BucketRow {
  /** Seconds since 1970, or NO_START. */
  Start = 0,
  /** Its sums, by measure; NaN: no entry has a value. */
  Sums = 8,
  Size = Sums + 8 * SUMS,
}
/** The head of each code, before the rows of its list, f64 each. */
export enum ListHead {
  Rows = 0,
  /** The most hits that a value may have had which is in no row. */
  Lost = 8,
  Size = 16,
}
/** A value of a list, u32 each. */
export enum ListRow {
  /** Number of its text. */
  Text = 0,
  Hits = 4,
  Error = 8,
  Size = 12,
}
/** A text of lists, u32 each. */
export enum ListText {
  At = 0,
  Length = 4,
  Size = 8,
}
