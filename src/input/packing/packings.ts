import type { Chunks, Unpacking } from './packed.js'

/** A way of packing one stream of bytes, told by the first of them. A new one is a record here and its function. */
export interface Packing {
  readonly name: string
  is(head: Uint8Array): boolean
  /** Loaded when the first such file is met, so that nobody waits for what is not needed. */
  load(): Promise<(packed: Chunks, how: Unpacking) => AsyncGenerator<Uint8Array>>
}

const starts =
  (...bytes: readonly number[]) =>
  (head: Uint8Array): boolean =>
    bytes.every((byte, i) => head[i] === byte)

export const PACKINGS: readonly Packing[] = [
  // https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
  { name: 'gzip', is: starts(0x1f, 0x8b), load: async () => (await import('./gzip.js')).gunzip },
  // https://www.rfc-editor.org/rfc/rfc8878#section-3.1; pzstd begins with a skippable frame
  {
    name: 'zstd',
    is: (head) =>
      starts(0x28, 0xb5, 0x2f, 0xfd)(head) || ((head[0] ?? 0) >> 4 === 5 && starts(0x2a, 0x4d, 0x18)(head.subarray(1))),
    load: async () => (await import('./zstd.js')).unzstd,
  },
  // BZh1 to BZh9, then a block or the end
  {
    name: 'bzip2',
    is: (head) =>
      starts(0x42, 0x5a, 0x68)(head) &&
      (head[3] ?? 0) >= 0x31 &&
      (head[3] ?? 0) <= 0x39 &&
      [0x31, 0x17].includes(head[4] ?? 0),
    load: async () => (await import('./bzip2.js')).bunzip2,
  },
  // https://tukaani.org/xz/xz-file-format.txt section 2.1.1.1
  { name: 'xz', is: starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00), load: async () => (await import('./xz.js')).unxz },
]

/** Packed files that are recognized, but not unpacked: what they are, and what unpacks them. */
export const FOREIGN: readonly { readonly name: string; is(head: Uint8Array): boolean; readonly tool: string }[] = [
  { name: '7-Zip', is: starts(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c), tool: '7z x -so' },
  { name: 'RAR', is: starts(0x52, 0x61, 0x72, 0x21, 0x1a, 0x07), tool: 'unrar p -inul' },
  { name: 'LZ4', is: starts(0x04, 0x22, 0x4d, 0x18), tool: 'lz4 -dc' },
  { name: 'lzip', is: starts(0x4c, 0x5a, 0x49, 0x50, 0x01), tool: 'lzip -dc' },
  { name: 'compress (.Z)', is: starts(0x1f, 0x9d), tool: 'gzip -dc' },
]

/** `PK` and the kind of a first record: a file, or the end of an empty archive. */
export const isZip = (head: Uint8Array): boolean =>
  starts(0x50, 0x4b, 0x03, 0x04)(head) || starts(0x50, 0x4b, 0x05, 0x06)(head)

/** `ustar` in the first header; older archives without it cannot be told from other data. */
export const isTar = (head: Uint8Array): boolean => starts(0x75, 0x73, 0x74, 0x61, 0x72)(head.subarray(257))
