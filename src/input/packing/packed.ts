import { type Message, type Words, wordsIn } from '../../errors.js'

/**
 * Bytes in pieces: of a file, of what was unpacked, of what was recoded. Ways of unpacking are functions from one to
 * another.
 */
export type Chunks = AsyncIterable<Uint8Array>

/**
 * How packed data are unpacked: beside what counts in this thread, which then need not wait, or `alone`, in a thread
 * that does nothing else. Nothing has to be handed over then, which is much faster.
 */
export interface Unpacking {
  readonly alone: boolean
}
export const BESIDE: Unpacking = { alone: false }
export const ALONE: Unpacking = { alone: true }

/**
 * An error in packed data. `early`: the data end before they should; otherwise they are broken, or something else
 * follows them.
 */
export class PackedError extends Error {
  override readonly name = 'PackedError'
  constructor(
    readonly kind: 'early' | 'broken' | 'trailing' | 'unsupported',
    readonly words: Message,
  ) {
    super(wordsIn(words, 'en'))
  }
}

export const ENDS_EARLY: Words = { en: 'the packed data end too early', zh: '压缩数据不完整' }
export const BAD_SUM: Words = { en: 'the checksum is wrong', zh: '校验和错误' }
export const noMore = (name: string): Words => ({
  en: `something follows that is no ${name}`,
  zh: `后面的内容不是 ${name}`,
})

/** Packed bytes, asked for as the unpacking side needs them. */
export class PackedInput {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Buffer = Buffer.alloc(0)

  constructor(chunks: Chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The bytes at hand, at most `most`; undefined at the end. They stay at hand until `took`. */
  async some(most = Infinity): Promise<Buffer | undefined> {
    if (this.#rest.length === 0 && !(await this.#more())) return undefined
    return this.#rest.subarray(0, most)
  }

  /** So many bytes of what was at hand are done with. */
  took(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes)
  }

  /** Exactly so many bytes. @throws PackedError `early` */
  async exactly(bytes: number): Promise<Buffer> {
    while (this.#rest.length < bytes) if (!(await this.#more())) throw new PackedError('early', ENDS_EARLY)
    const taken = this.#rest.subarray(0, bytes)
    this.took(bytes)
    return taken
  }

  /**
   * The bytes that packed data begin with. @throws PackedError `early` where they are cut off, `trailing` where
   * something else stands
   */
  async begins(magic: readonly number[], name: string): Promise<void> {
    for (const byte of magic) if ((await this.exactly(1))[0] !== byte) throw new PackedError('trailing', noMore(name))
  }

  /** Read on, keeping what is at hand. @returns false at the end */
  async #more(): Promise<boolean> {
    for (;;) {
      const next = await this.#chunks.next()
      if (next.done) return false
      if (next.value.length === 0) continue
      const { buffer, byteOffset, byteLength } = next.value
      const fresh = Buffer.from(buffer, byteOffset, byteLength)
      this.#rest = this.#rest.length ? Buffer.concat([this.#rest, fresh]) : fresh
      return true
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
