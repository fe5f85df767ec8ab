declare module 'unbzip2-stream/lib/bit_iterator.js' {
  /** Reads so many bits; null skips to the next whole byte. */
  interface Bits {
    (count: number | null): number
    readonly bytesRead: number
  }
  export default function bitReader(nextBuffer: () => Uint8Array): Bits
}

declare module 'unbzip2-stream/lib/bzip2.js' {
  type Bits = ReturnType<typeof import('unbzip2-stream/lib/bit_iterator.js')['default']>
  const decoder: {
    /** @returns the level, 1 to 9: hundreds of kilobytes in a block */
    header(bits: Bits): number
    /** Unpack the next block. @returns the stream's checksum so far, null when the stream ended instead */
    decompress(bits: Bits, push: (byte: number) => void, work: Int32Array, workSize: number, sum: number): number | null
  }
  export default decoder
}
