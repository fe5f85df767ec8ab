import split2 from 'split2'
import { writeEntry, wrongField } from '../format/canonical.js'
import { companionOf } from '../format/companions.js'
import { bytesOf, failureOf, fieldsOf, textOf } from '../format/pattern.js'
import { inTime } from '../format/time-limit.js'
import { Unwrapper, type Wrapping } from '../format/unwrap.js'
import { type Kernel, READ_BYTES, type Resume, TAIL_BYTES } from '../kernel/kernel.js'
import { SAMPLE_TEXT } from '../kernel/records.js'
import { characterAt, decode } from '../kernel/text.js'
import { readLineCounts, wholeCharacters } from '../tally/read-out.js'
import { type LineCounts, MAX_SAMPLES, type RejectReason, type RejectSample } from '../tally/tally.js'
import { feed, type Intake } from './intake.js'

/** How an intake makes lines for the kernel of those of the input. */
export interface Making {
  /** Finds the fields of a line; null: the kernel's plans do. */
  readonly pattern: RegExp | null
  /** The wrappers around each line; null: there are none. */
  readonly wrapping: Wrapping | null
}

/**
 * Bytes made into text at once: few enough that texts stay where V8 makes short-lived ones. With 256 KiB each took new
 * memory.
 */
const CHUNK = 32 << 10

/** A longer line is rejected: what an expression tries out on a line can grow much faster than the line. */
const MAX_LINE = READ_BYTES

/** Where a line stands in the input. */
interface Place {
  readonly line: number
  readonly offset: number
}

/** The place of the lines of the input that a line for the kernel is made of. */
interface Made extends Place {
  /** Whether reading can go on at the place: all that stands there becomes this line and those behind it. */
  readonly isFirst: boolean
}

/** The outcome of a line is counted in the order of lines, so that a part of the input ends between two of them. */
type Outcome =
  | { readonly made: Made; readonly text: string }
  | { readonly rejected: RejectReason; readonly sample: RejectSample }
  | { readonly ignored: number }

/**
 * Lines behind a part of a line whose rest has not come yet: none of them is counted, so that reading can go on at the
 * part.
 */
interface Held {
  readonly from: Place
  /** Parts among the lines. */
  parts: number
  readonly lines: { readonly text: string; readonly place: Place }[]
}

/** Lines that wait for the rest of one before them, at most. */
const MAX_HELD = 10_000

/**
 * Lines of the input are taken out of what stands around them, and matched, and what they hold goes to the kernel as
 * lines of their own.
 *
 * The kernel never sees the input itself. So the place in the input, and the lines that do not match, are kept here.
 */
export class LineIntake implements Intake {
  readonly #kernel: Kernel
  readonly #pattern: RegExp | null
  readonly #unwrapper: Unwrapper | null
  readonly #buffer = Buffer.alloc(CHUNK)
  // Lines are handed to #take within `write`: nothing waits in `split2` but a line whose end has not come yet. A byte
  // is a character here, so that lengths are bytes and bytes that are no UTF-8 come through.
  readonly #lines = split2('\n', (line: string) => this.#take(line), { decodeStrings: false })
  /** Outcomes of lines that are not counted yet. */
  #outcomes: Outcome[] = []
  /** Lines that the kernel is counting just now, and how many it had counted before these. */
  #counted: readonly Made[] = []
  #countedBefore = 0
  /** By line of the kernel, where the samples of rejected lines stand. */
  readonly #samples = new Map<number, Place>()
  #held: Held | undefined
  #line = 0
  #linesTaken = 0
  /** Where the line begins that #take gets next. */
  #lineStart = 0
  /** Bytes of an unfinished line that came, and those of them that were not passed on because the line is too long. */
  #open = 0
  #dropped = 0
  /** Where the bytes in #buffer begin in the input, and the last ones before. */
  #chunkStart = 0
  #recent: Uint8Array = Buffer.alloc(0)
  #resume: Resume = { readTo: 0, tail: Buffer.alloc(0), openLine: false }
  #ignored = 0
  #rejects = new Map<RejectReason, { count: number; samples: RejectSample[] }>()

  constructor(kernel: Kernel, { pattern, wrapping }: Making) {
    this.#kernel = kernel
    this.#pattern = pattern
    this.#unwrapper = wrapping && new Unwrapper(wrapping)
  }

  begin(offset: number, tail: Uint8Array, openLine = false): void {
    this.#kernel.begin()
    this.#line = 0
    this.#linesTaken = 0
    this.#countedBefore = 0
    this.#lineStart = offset
    this.#chunkStart = offset
    this.#recent = Buffer.from(tail)
    this.#resume = { readTo: offset, tail: Buffer.from(tail), openLine }
  }

  get space(): Uint8Array {
    return this.#buffer
  }

  filled(count: number): void {
    const bytes = this.#buffer.subarray(0, count)
    const complete = bytes.lastIndexOf(0x0a) + 1
    const passed = this.#withoutExcess(bytes)
    this.#open = complete > 0 ? count - complete : this.#open + count
    this.#pass(passed)
    // Where a part waits for its rest, reading goes on with it: at a place in these bytes, or that which is noted
    // already.
    const end = this.#held ? this.#held.from.offset - this.#chunkStart : complete
    if (end > 0) this.#resume = this.#resumeAt(this.#chunkStart + end)
    this.#recent = lastBytes(this.#recent, bytes)
    this.#chunkStart += count
  }

  /** The place in the input where a line of the bytes in #buffer begins. */
  #resumeAt(readTo: number): Resume {
    return {
      readTo,
      tail: lastBytes(this.#recent, this.#buffer.subarray(0, readTo - this.#chunkStart)),
      openLine: false,
    }
  }

  /** A line that is too long is passed on only so far that this can be seen. */
  #withoutExcess(bytes: Buffer): Buffer {
    const newline = bytes.indexOf(0x0a)
    const end = newline === -1 ? bytes.length : newline
    const room = MAX_LINE + 1 - (this.#open - this.#dropped)
    if (end <= room) return bytes
    this.#dropped += end - room
    return Buffer.concat([bytes.subarray(0, room), bytes.subarray(end)])
  }

  #pass(bytes: Buffer): void {
    const text = bytes.toString('latin1')
    const [line, lineStart] = [this.#line, this.#lineStart]
    const work = (): void => void this.#lines.write(text)
    try {
      if (this.#pattern === null) work()
      else inTime(work, () => ({ first: line + 1, now: this.#line }))
    } catch (error) {
      // The pattern does not come to an end: nothing of these lines is counted, and reading goes on before them.
      this.#line = line
      this.#lineStart = lineStart
      this.#outcomes = []
      throw error
    }
    this.#count()
  }

  /** Count what became of lines. Those that follow one another go to the kernel together. */
  #count(): void {
    const outcomes = this.#outcomes
    this.#outcomes = []
    const texts: string[] = []
    const made: Made[] = []
    for (const outcome of outcomes) {
      if ('text' in outcome) {
        texts.push(outcome.text, '\n')
        made.push(outcome.made)
        continue
      }
      this.#give(texts.splice(0), made.splice(0))
      if ('ignored' in outcome) this.#ignored += outcome.ignored
      else this.#reject(outcome.rejected, outcome.sample)
    }
    this.#give(texts, made)
  }

  #give(texts: readonly string[], made: readonly Made[]): void {
    if (made.length === 0) return
    this.#counted = made
    feed(this.#kernel, Buffer.from(texts.join(''), 'latin1'))
    this.#noteSamples()
    this.#countedBefore = this.#kernel.lines
    this.#counted = []
  }

  #reject(reason: RejectReason, sample: RejectSample): void {
    const tally = this.#rejects.get(reason) ?? { count: 0, samples: [] }
    tally.count++
    if (tally.samples.length < MAX_SAMPLES) tally.samples.push({ ...sample, line: sample.line - this.#linesTaken })
    this.#rejects.set(reason, tally)
  }

  /** Note where those lines stand that the kernel has rejected. */
  #noteSamples(): void {
    if (this.#pattern !== null) return
    for (const { samples } of readLineCounts(this.#kernel).rejects.values())
      for (const { line } of samples) {
        const made = this.#counted[line - this.#countedBefore - 1]
        if (made) this.#samples.set(line, made)
      }
  }

  #take(whole: string): undefined {
    const place = { line: ++this.#line, offset: this.#lineStart }
    const length = whole.length + this.#dropped
    this.#lineStart += length + 1
    this.#dropped = 0
    if (length > MAX_LINE) {
      this.#rejected('too-long', place, whole)
      return
    }
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole
    if (this.#unwrapper === null) this.#make(line, place)
    else this.#unwrap(this.#unwrapper, line, place)
  }

  #unwrap(unwrapper: Unwrapper, line: string, place: Place): void {
    const text = unwrapper.take(line)
    if (unwrapper.isWaiting) this.#held ??= { from: place, parts: 0, lines: [] }
    if (this.#held) {
      if (text === undefined) this.#held.parts++
      else this.#held.lines.push({ text, place })
      if (!unwrapper.isWaiting || this.#held.lines.length === MAX_HELD) this.#release(unwrapper)
    } else if (text !== undefined) this.#make(text, place)
  }

  /** Count what was held. Parts whose rest never came are lines as they are. */
  #release(unwrapper: Unwrapper): void {
    const { from, parts, lines } = this.#held as Held
    const rest = unwrapper.rest().map((text) => ({ text, place: from }))
    this.#held = undefined
    this.#outcomes.push({ ignored: Math.max(0, parts - rest.length) })
    for (const [i, { text, place }] of [...rest, ...lines].entries()) this.#make(text, place, i === 0)
  }

  /** Make lines for the kernel of what one of the input holds: mostly it is one. */
  #make(text: string, place: Place, isFirst = true): void {
    for (const [i, line] of text.split('\n').entries()) {
      const made = { ...place, isFirst: isFirst && i === 0 }
      if (this.#pattern === null) this.#outcomes.push({ made, text: line })
      else this.#match(this.#pattern, line, made)
    }
  }

  #match(pattern: RegExp, line: string, made: Made): void {
    const readable = textOf(line)
    const fields = fieldsOf(pattern, readable.text)
    const wrong = fields && wrongField(fields)
    if (wrong) this.#rejected(wrong.name, made, line, wrong.role, columnOf(pattern, wrong.name, line))
    else if (fields) this.#outcomes.push({ made, text: bytesOf(writeEntry(fields), readable) })
    // As the kernel has it: blank lines and comments are no entries that were not understood.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what stands below the blank is blank, too
    else if (/^[\x00-\x20]*(?:#|$)/.test(line) || companionOf(readable.text)) this.#outcomes.push({ ignored: 1 })
    else this.#unmatched(pattern, made, line)
  }

  #unmatched(pattern: RegExp, place: Place, line: string): void {
    const isSample = (this.#rejects.get('layout')?.count ?? 0) < MAX_SAMPLES
    const readable = textOf(line.slice(0, SAMPLE_TEXT))
    const { group, column } = isSample ? failureOf(pattern, readable.text) : { group: 0, column: 0 }
    this.#rejected(
      'layout',
      place,
      line,
      group,
      readable.isUtf8 ? column : characterAt(Buffer.from(line, 'latin1'), column),
    )
  }

  #rejected(rejected: RejectReason, { line, offset }: Place, whole: string, step = 0, column = 0): void {
    const text = decode(wholeCharacters(Buffer.from(whole.slice(0, SAMPLE_TEXT), 'latin1')))
    this.#outcomes.push({ rejected, sample: { line, offset, text, step, column } })
  }

  finish(): void {
    const isOpen = this.#open > 0
    const before = this.#resume
    if (isOpen) {
      this.#open = 0
      this.#pass(Buffer.from('\n'))
      this.#resume = { ...before, openLine: true }
    }
    if (!this.#held || !this.#unwrapper) return
    this.#release(this.#unwrapper)
    this.#count()
    if (!isOpen) this.#resume = { readTo: this.#lineStart, tail: Buffer.from(this.#recent), openLine: false }
  }

  get line(): number {
    return this.#line
  }

  /** The line that the kernel has stopped before; undefined: it has counted all that it has. */
  get #next(): Made | undefined {
    return this.#counted[this.#kernel.lines - this.#countedBefore]
  }

  get resume(): Resume {
    const next = this.#next
    return !next || next.offset <= this.#resume.readTo ? this.#resume : this.#resumeAt(next.offset)
  }

  get canResume(): boolean {
    return this.#next?.isFirst ?? this.#counted.length === 0
  }

  takeCounts(): LineCounts {
    this.#noteSamples()
    const counts = readLineCounts(this.#kernel)
    this.#kernel.wasm.clearLineCounts()
    const rejects = this.#rejects
    for (const [reason, { count, samples }] of counts.rejects) {
      const own = rejects.get(reason) ?? { count: 0, samples: [] }
      const placed = samples.map((sample) => {
        const { line, offset } = this.#samples.get(sample.line) ?? sample
        return { ...sample, offset, line: line - this.#linesTaken }
      })
      rejects.set(reason, { count: own.count + count, samples: [...own.samples, ...placed].slice(0, MAX_SAMPLES) })
    }
    const rejected = [...rejects.values()].reduce((n, { count }) => n + count, 0)
    const ignored = counts.ignored + this.#ignored
    const lines = counts.lines - counts.ignored - counts.rejected + ignored + rejected
    this.#ignored = 0
    this.#rejects = new Map()
    this.#samples.clear()
    this.#linesTaken = (this.#next?.line ?? this.#line + 1) - 1
    return { ...counts, lines, ignored, rejected, rejects }
  }
}

/** The last TAIL_BYTES of bytes that follow one another. */
const lastBytes = (before: Uint8Array, bytes: Uint8Array): Buffer =>
  Buffer.concat([before, bytes]).subarray(-TAIL_BYTES)

/** Where in the sample of a line a field begins that a pattern has found. */
function columnOf({ source, flags }: RegExp, name: string, line: string): number {
  const { text, isUtf8 } = textOf(line)
  const at = new RegExp(source, `${flags}d`).exec(text)?.indices?.groups?.[name]?.[0] ?? 0
  return isUtf8 ? at : characterAt(Buffer.from(line, 'latin1'), at)
}
