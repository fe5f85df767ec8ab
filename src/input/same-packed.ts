import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'

/** Bytes that are compared at the beginning. */
const COMPARED = 64 << 10

/**
 * Whether a gzip file holds what a plain one holds, as `gzip -k` or a rotation that was broken off leaves them: its
 * last bytes say how long its content is, and both begin alike.
 */
export function isPackedCopy(packed: string, plain: string): boolean {
  try {
    const trailer = readAt(packed, (size) => size - 4, 4)
    const begin = readAt(plain, () => 0, COMPARED)
    if (trailer.length < 4 || trailer.readUInt32LE() !== sizeOf(plain) % 2 ** 32) return false
    const unpacked = gunzipSync(
      readAt(packed, () => 0, COMPARED),
      { finishFlush: constants.Z_SYNC_FLUSH },
    )
    const length = Math.min(begin.length, unpacked.length)
    return length > 0 && begin.subarray(0, length).equals(unpacked.subarray(0, length))
  } catch {
    // Whoever reads them will say what is wrong.
    return false
  }
}

const sizeOf = (path: string): number => within(path, (fd) => fstatSync(fd).size)

function readAt(path: string, from: (size: number) => number, length: number): Buffer {
  return within(path, (fd) => {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(fd, bytes, 0, length, Math.max(0, from(fstatSync(fd).size))))
  })
}

function within<T>(path: string, work: (fd: number) => T): T {
  const fd = openSync(path, 'r')
  try {
    return work(fd)
  } finally {
    closeSync(fd)
  }
}
