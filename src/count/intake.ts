import { companionOf } from '../format/companions.js'
import type { Kernel, Resume } from '../kernel/kernel.js'
import { readLineCounts } from '../tally/read-out.js'
import type { LineCounts } from '../tally/tally.js'
import { LineIntake, type Making } from './line-intake.js'

// Between an input and a kernel: bytes go in as they are, or each line is first taken out of what stands around it, or
// matched by a regular expression, or both.

/** Takes the bytes of an input, and says up to where they are counted. */
export interface Intake {
  /** As `Kernel.begin`. */
  begin(offset: number, tail: Uint8Array, openLine?: boolean): void
  /** Where to read the next bytes of the input to. Valid until the next call. */
  readonly space: Uint8Array
  filled(bytes: number): void
  /** The input is over: a last line without a newline counts as a line. */
  finish(): void
  /** Lines since `begin`. */
  readonly line: number
  /** As `Kernel.resume`. */
  readonly resume: Resume
  /** Whether `resume` is exact: nothing before it is left to be counted, and nothing behind it is counted. */
  readonly canResume: boolean
  /** Lines by what became of them, since this was asked before. */
  takeCounts(): LineCounts
}

export function makeIntake(kernel: Kernel, { pattern, wrapping }: Making): Intake {
  kernel.isCompanion = (line) => companionOf(line) !== undefined
  return pattern === null && wrapping === null ? new PlainIntake(kernel) : new LineIntake(kernel, { pattern, wrapping })
}

/** Give bytes that are at hand to an intake. */
export function feed(intake: Pick<Intake, 'space' | 'filled'>, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const { space } = intake
    const part = bytes.subarray(at, at + space.length)
    space.set(part)
    intake.filled(part.length)
    at += part.length
  }
}

class PlainIntake implements Intake {
  readonly canResume = true
  readonly #kernel: Kernel
  #linesTaken = 0
  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }
  begin(offset: number, tail: Uint8Array, openLine = false): void {
    this.#kernel.begin(offset, 0, tail, openLine)
    this.#linesTaken = 0
  }
  get space(): Uint8Array {
    return this.#kernel.space
  }
  filled(bytes: number): void {
    this.#kernel.filled(bytes)
  }
  finish(): void {
    this.#kernel.finish()
  }
  get line(): number {
    return this.#kernel.lines
  }
  get resume(): Resume {
    return this.#kernel.resume
  }
  takeCounts(): LineCounts {
    const counts = takeLineCounts(this.#kernel, this.#linesTaken)
    this.#linesTaken = this.line
    return counts
  }
}

/** @param linesBefore lines of the input in parts before this one */
function takeLineCounts(kernel: Kernel, linesBefore: number): LineCounts {
  const counts = readLineCounts(kernel)
  kernel.wasm.clearLineCounts()
  if (linesBefore === 0 || counts.rejects.size === 0) return counts
  const rejects = Array.from(counts.rejects, ([reason, { count, samples }]) => {
    return [
      reason,
      { count, samples: samples.map((sample) => ({ ...sample, line: sample.line - linesBefore })) },
    ] as const
  })
  return { ...counts, rejects: new Map(rejects) }
}
