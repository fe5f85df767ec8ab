/** Texts that lines are put together from, by number. */
export class Texts {
  readonly #all: string[] = []

  /** @returns the number of the text */
  add(text: string): number {
    return this.#all.push(text) - 1
  }

  /** @returns the number of the first; the others follow it */
  addAll(texts: readonly string[]): number {
    const first = this.#all.length
    for (const text of texts) this.#all.push(text)
    return first
  }

  /** All texts as bytes one after another, and where each begins (and the last ends). */
  bytes(): { bytes: Buffer; starts: Uint32Array } {
    const starts = new Uint32Array(this.#all.length + 1)
    this.#all.forEach((text, i) => {
      starts[i + 1] = (starts[i] as number) + Buffer.byteLength(text)
    })
    return { bytes: Buffer.from(this.#all.join('')), starts }
  }
}

const PAGE_BYTES = 1 << 20
/** No line is longer. */
const LINE_BYTES = 4096

/**
 * A page that lines are written on as bytes.
 *
 * The texts stand in front of it in the same array, so that putting one is a move within the array: making and encoding
 * strings would
 * cost several times as much. The page is written over and over: use what `take` returns before the next `put`.
 */
export class Page {
  readonly #bytes: Buffer
  readonly #starts: Uint32Array
  readonly #first: number
  #at: number

  constructor(texts: Texts) {
    const { bytes, starts } = texts.bytes()
    this.#starts = starts
    this.#first = bytes.length
    this.#at = bytes.length
    this.#bytes = Buffer.alloc(bytes.length + PAGE_BYTES + LINE_BYTES)
    bytes.copy(this.#bytes)
  }

  get full(): boolean {
    return this.#at >= this.#first + PAGE_BYTES
  }

  /** What was put since the last time. */
  take(): Buffer {
    const taken = this.#bytes.subarray(this.#first, this.#at)
    this.#at = this.#first
    return taken
  }

  /** Put a text again with other letters; of the same length. */
  change(text: number, to: string): void {
    this.#bytes.write(to, this.#starts[text] as number, 'latin1')
  }

  put(text: number): void {
    const from = this.#starts[text] as number
    const to = this.#starts[text + 1] as number
    this.#bytes.copyWithin(this.#at, from, to)
    this.#at += to - from
  }

  /** Put one character. */
  byte(code: number): void {
    this.#bytes[this.#at++] = code
  }

  /** Put a whole number below 2^32. */
  decimal(n: number): void {
    let digits = 1
    for (let limit = 10; n >= limit; limit *= 10) digits++
    for (let i = this.#at + digits - 1, rest = n; i >= this.#at; i--) {
      const tens = Math.floor(rest / 10)
      this.#bytes[i] = 0x30 + rest - 10 * tens
      rest = tens
    }
    this.#at += digits
  }

  /** Put the lowest hexadecimal digits of a number, at most eight. */
  hex(n: number, digits: number): void {
    for (let shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      const digit = (n >>> shift) & 15
      this.#bytes[this.#at++] = digit < 10 ? 0x30 + digit : 0x57 + digit
    }
  }
}
