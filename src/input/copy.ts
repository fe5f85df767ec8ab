/**
 * Copy bytes between memory that threads may share. `set` goes byte by byte there when the two are aligned in different
 * ways: 500 MB took 158 ms, and `fill`, which is a copy where its value is as long as what it fills, 14.
 */
export function copyBytes(target: Uint8Array, source: Uint8Array): void {
  if (source.length > 0) Buffer.from(target.buffer, target.byteOffset, source.length).fill(source)
}
