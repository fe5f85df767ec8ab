// Helps the host to read the tables out. What is gone through once is slow in JavaScript: it is compiled when it is over.
import { BUCKET, BUCKET_BASE, bucketCount, buckets, bucketSeconds, codeCount } from './count'
import { hashOf, MAX_CODES, scratchAt, table, VALUE } from './values'

// A row of buckets for the host, f64 each: start in seconds since 1970 · hits · bytes · timed · time µs
const ROW: usize = 40
/** Start of the bucket of entries without a time: NO_TIME of the host. */
const NO_START: f64 = -1
/** By code: where its rows begin, and where the next one goes. */
const begins = heap.alloc(4 * <usize>MAX_CODES)
const ends = heap.alloc(4 * <usize>MAX_CODES)

// @ts-ignore: decorator
@inline
function codeOf(bucket: usize): usize {
  return <usize>(load<u64>(bucket) >> 40)
}

/**
 * Lay the buckets out in the scratch as rows, code by code, in the order of their arrival.
 *
 * Before the rows stand, for each code, two u32: how many rows it has, and whether they are in the order of time; 0: they are not.
 */
export function layBuckets(): void {
  const heads = scratchAt()
  memory.fill(heads, 0, 8 * <usize>codeCount)
  const end = buckets + BUCKET * <usize>bucketCount
  for (let b = buckets; b < end; b += BUCKET) {
    const head = heads + 8 * codeOf(b)
    store<u32>(head, load<u32>(head) + 1)
  }
  let rows = heads + 8 * <usize>codeCount
  for (let i = 0; i < codeCount; i++) {
    const head = heads + 8 * <usize>i
    store<u32>(head, 1, 4)
    store<u32>(begins + 4 * <usize>i, <u32>rows)
    store<u32>(ends + 4 * <usize>i, <u32>rows)
    rows += ROW * <usize>load<u32>(head)
  }
  for (let b = buckets; b < end; b += BUCKET) {
    const code = codeOf(b)
    const to = <usize>load<u32>(ends + 4 * code)
    const bucket = (load<u64>(b) & 0xffffffffff) - 1
    const start = bucket == 0 ? NO_START : <f64>((<i64>bucket - BUCKET_BASE) * bucketSeconds)
    store<f64>(to, start)
    store<f64>(to, <f64>load<u32>(b, 8), 8)
    store<f64>(to, <f64>load<u64>(b, 16), 16)
    store<f64>(to, <f64>load<u32>(b, 12), 24)
    store<f64>(to, <f64>load<u64>(b, 24), 32)
    if (to > <usize>load<u32>(begins + 4 * code)) {
      const before = load<f64>(to - ROW)
      // Entries without a time come first.
      if (start == NO_START || (start < before && before != NO_START)) store<u32>(heads + 8 * code, 0, 4)
    }
    store<u32>(ends + 4 * code, <u32>(to + ROW))
  }
}

/**
 * Which of n values of a dimension, whose numbers (u32) stand in the scratch, are written alike: of different codes, that is.
 *
 * Behind the numbers stands then, for each, the place in the list of the first that is written like it. A text that a hundred codes have, or
 * days of a database, becomes text of the host once.
 */
export function shareTexts(dimension: i32, n: u32): void {
  const numbers = scratchAt()
  const values = <usize>load<u32>(table(dimension), 36)
  const firsts = numbers + 4 * <usize>n
  const places = firsts + 4 * <usize>n
  let mask: u32 = 1
  while (mask * 3 < n * 4) mask = 2 * mask + 1
  memory.fill(places, 0, 4 * (<usize>mask + 1))
  for (let k: u32 = 0; k < n; k++) {
    const value = values + VALUE * <usize>load<u32>(numbers + 4 * <usize>k)
    const text = <usize>load<u32>(value)
    const length = <u32>load<u16>(value, 10)
    let i = <u32>(hashOf(text, length) >> 32) & mask
    let first = k
    while (true) {
      const place = load<u32>(places + 4 * <usize>i)
      if (place == 0) {
        store<u32>(places + 4 * <usize>i, k + 1)
        break
      }
      const other = values + VALUE * <usize>load<u32>(numbers + 4 * <usize>(place - 1))
      if (<u32>load<u16>(other, 10) == length && memory.compare(<usize>load<u32>(other), text, length) == 0) {
        first = place - 1
        break
      }
      i = (i + 1) & mask
    }
    store<u32>(firsts + 4 * <usize>k, first)
  }
}
