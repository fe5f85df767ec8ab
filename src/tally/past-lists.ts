import { Kernel } from '../kernel/kernel.js'
import { absorb, hasRoomFor, type Packed } from '../kernel/packed.js'
import { readTally } from './read-out.js'
import type { Listed, Tally } from './tally.js'

/** Bytes that wait to be added up, at most. */
const MANY_BYTES = 8 << 20

/**
 * Lists of days that are over, as `packPast` takes them out of the tables. Days that were counted in pieces are added up here, in tables that hold
 * nothing else.
 */
export class PastLists {
  readonly #listed: Listed
  readonly #keep: (lists: Tally) => void
  #kernel: Kernel | undefined
  #waiting: Packed[] = []
  #bytes = 0

  /** @param keep takes lists that are added up, whose codes have no other counts; now and then, where there are many */
  constructor(listed: Listed, keep: (lists: Tally) => void) {
    this.#listed = listed
    this.#keep = keep
  }

  /** The order decides where lists are approximate. */
  add(parts: readonly Packed[]): void {
    this.#waiting.push(...parts)
    for (const { bytes } of parts) this.#bytes += bytes.length
    if (this.#bytes > MANY_BYTES) this.#addUp()
  }

  /** Have all lists taken. */
  end(): void {
    this.#addUp()
    if (this.#kernel) this.#take(this.#kernel)
  }

  #addUp(): void {
    for (const part of this.#waiting) {
      this.#kernel ??= new Kernel()
      const kernel = this.#kernel
      if (!hasRoomFor(kernel, part)) this.#take(kernel)
      absorb(kernel, part, () => this.#take(kernel))
    }
    this.#waiting = []
    this.#bytes = 0
  }

  #take(kernel: Kernel): void {
    this.#keep(readTally(kernel, { listed: this.#listed, adaptive: false }))
    kernel.clear()
  }
}
