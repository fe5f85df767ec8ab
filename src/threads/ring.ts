import { setImmediate } from 'node:timers/promises'
import { LogstatError, told } from '../errors.js'
import { copyBytes } from '../input/copy.js'
import type { Reader } from '../input/open.js'

// Bytes on their way from one thread to another, in memory that both have: blocks that are filled and emptied in turn.
// To hand each over by a message would take longer than to unpack it.

/** The memory of a ring. */
export type Ring = SharedArrayBuffer

const BLOCKS = 16
const BLOCK_BYTES = 256 << 10
/** So many blocks are filled, or emptied, before the other thread is woken: to wake it takes as long as to copy one. */
const TOGETHER = 4
/** How long a thread sleeps before it looks whether the other one is still there, in ms. */
const PATIENCE = 20

/**
 * Numbers at the beginning: blocks filled and emptied so far, whether nobody wants more, then the length of each block.
 */
const FILLED = 0
const EMPTIED = 1
const CLOSED = 2
const LENGTHS = 3
/** A block of which the length has this bit holds no bytes of the input, but why there are no more. */
const FAILURE = 1 << 30
/** Behind the lengths, for each block: how much of the file was consumed for it, as a float64. */
const CONSUMED = 128
const DATA = CONSUMED + 8 * BLOCKS

/** @param memory of a ring that nobody uses any more */
export function makeRing(memory: Ring = new SharedArrayBuffer(DATA + BLOCKS * BLOCK_BYTES)): Ring {
  new Uint8Array(memory, 0, DATA).fill(0)
  return memory
}

const viewsOf = (memory: Ring) => ({
  state: new Int32Array(memory, 0, LENGTHS + BLOCKS),
  consumed: new Float64Array(memory, CONSUMED, BLOCKS),
  block: (i: number): Uint8Array => new Uint8Array(memory, DATA + (i % BLOCKS) * BLOCK_BYTES, BLOCK_BYTES),
})

/** Fill a ring with what is read, to the end or until nobody wants more. An error of the input is handed over, too. */
export async function fillRing(ring: Ring, open: () => Promise<Reader>): Promise<void> {
  const { state, consumed, block } = viewsOf(ring)
  let reader: Reader | undefined
  const hand = (i: number, length: number, isLast: boolean): void => {
    Atomics.store(state, LENGTHS + (i % BLOCKS), length)
    Atomics.store(state, FILLED, i + 1)
    if (isLast || (i + 1) % TOGETHER === 0) Atomics.notify(state, FILLED)
  }
  for (let i = 0, over = false; !over; i++) {
    for (let emptied = Atomics.load(state, EMPTIED); i - emptied === BLOCKS; emptied = Atomics.load(state, EMPTIED))
      Atomics.wait(state, EMPTIED, emptied)
    if (Atomics.load(state, CLOSED)) break
    try {
      reader ??= await open()
      const n = await reader.read(block(i))
      consumed[i % BLOCKS] = reader.consumed()
      over = n === 0
      hand(i, n, over)
    } catch (error) {
      if (!(error instanceof LogstatError)) throw error
      const text = Buffer.from(JSON.stringify(told(error)))
      copyBytes(block(i), text)
      over = true
      hand(i, FAILURE | text.length, over)
    }
  }
  reader?.close()
}

/**
 * A reader of the bytes that another thread reads.
 *
 * @param alive throws when that thread is not there any more
 */
export function ringReader(ring: Ring, alive: () => void): Reader {
  const { state, consumed, block } = viewsOf(ring)
  let taken = 0
  /** The bytes at hand of the block that is being emptied. */
  let rest: Uint8Array | undefined
  let read = 0

  function release(): void {
    Atomics.store(state, EMPTIED, ++taken)
    if (taken % TOGETHER === 0) Atomics.notify(state, EMPTIED)
    rest = undefined
  }

  /** The bytes at hand of the next block; none at the end, which stays where it is. */
  async function at(): Promise<Uint8Array> {
    if (rest) return rest
    // Whoever waits for a signal, or for a timer, has a turn now and then.
    if (taken % BLOCKS === 0) await setImmediate()
    // A block comes within a millisecond, which is less than a turn of the event loop may take.
    while (Atomics.load(state, FILLED) === taken) {
      if (Atomics.wait(state, FILLED, taken, PATIENCE) !== 'timed-out') continue
      await setImmediate()
      alive()
    }
    const length = Atomics.load(state, LENGTHS + (taken % BLOCKS))
    const bytes = block(taken).subarray(0, length & ~FAILURE)
    if (length & FAILURE) {
      // Text is not made of shared memory.
      const [code, message, hint] = JSON.parse(Buffer.from(bytes).toString()) as [string, string, string | null]
      throw new LogstatError(code, message, hint ?? undefined)
    }
    read = consumed[taken % BLOCKS] as number
    return length === 0 ? bytes : (rest = bytes)
  }

  async function take(most: number, use: (bytes: Uint8Array) => void): Promise<number> {
    const bytes = (await at()).subarray(0, most)
    use(bytes)
    if (rest && bytes.length === rest.length) release()
    else rest = rest?.subarray(bytes.length)
    return bytes.length
  }

  return {
    packing: '',
    recoded: null,
    raw: false,
    consumed: () => read,
    read: (target) => take(target.length, (bytes) => copyBytes(target, bytes)),
    async skip(bytes) {
      for (let left = bytes; left > 0; ) {
        const n = await take(left, () => {})
        if (n === 0) return false
        left -= n
      }
      return true
    },
    close() {
      Atomics.store(state, CLOSED, 1)
      // The other thread may sleep until there is room.
      release()
      Atomics.notify(state, EMPTIED)
    },
  }
}
