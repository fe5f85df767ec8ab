import split2 from 'split2'
import { writeEntry, wrongField } from '../format/canonical.js'
import { companionOf } from '../format/companions.js'
import { bytesOf, failureOf, fieldsOf, textOf } from '../format/pattern.js'
import { inTime } from '../format/time-limit.js'
import { Unwrapper, type Wrapping } from '../format/unwrap.js'
import { characterAt, decode, type Kernel, READ_BYTES, TAIL_BYTES } from '../kernel/kernel.js'
import { readLineCounts, wholeCharacters } from '../tally/read-out.js'
import { type LineCounts, MAX_SAMPLES, type RejectReason, type RejectSample } from '../tally/tally.js'

// Between an input and a kernel: what is read goes in as it is, or each line is first taken out of what stands around it, or matched by a
// regular expression, or both.

/** Takes the bytes of an input, and says up to where they are counted. */
export interface Intake {
  /** As `Kernel.begin`. */
  begin(offset?: number, line?: number, tail?: Uint8Array, openLine?: boolean): void
  /** Where to read the next bytes of the input to. Valid until the next call. */
  readonly space: Uint8Array
  filled(bytes: number): void
  finish(): void
  /** Lines so far, those before the place where reading began included. */
  readonly line: number
  /** As `Kernel.resume`. */
  readonly resume: Kernel['resume']
  counts(): LineCounts
}

/** How an intake makes lines for the kernel of those of the input. */
export interface Making {
  /** What finds the fields of a line; null: the kernel's plans do. */
  readonly pattern: RegExp | null
  /** What stands around each line; null: nothing does. */
  readonly wrapping: Wrapping | null
}

export function makeIntake(kernel: Kernel, { pattern, wrapping }: Making): Intake {
  kernel.isCompanion = (line) => companionOf(line) !== undefined
  return pattern === null && wrapping === null ? new PlainIntake(kernel) : new LineIntake(kernel, { pattern, wrapping })
}

/** Makes of a line by itself what the kernel would get of it from an intake; undefined when a pattern does not fit it. */
export function lineMaker({ pattern, wrapping }: Making): (line: Uint8Array) => Uint8Array | undefined {
  if (pattern === null && wrapping === null) return (line) => line
  const unwrapper = new Unwrapper(wrapping ?? [], false)
  return (line) => {
    const inner = unwrapper.take(Buffer.from(line).toString('latin1').replace(/\r$/, '')) ?? ''
    if (pattern === null) return Buffer.from(inner, 'latin1')
    const readable = textOf(inner)
    const fields = fieldsOf(pattern, readable.text)
    return fields && !wrongField(fields) ? Buffer.from(bytesOf(writeEntry(fields), readable), 'latin1') : undefined
  }
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
  readonly #kernel: Kernel
  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }
  begin(offset?: number, line?: number, tail?: Uint8Array, openLine?: boolean): void {
    this.#kernel.begin(offset, line, tail, openLine)
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
    return Number(this.#kernel.wasm.lineCount())
  }
  get resume(): Kernel['resume'] {
    return this.#kernel.resume
  }
  counts(): LineCounts {
    return readLineCounts(this.#kernel)
  }
}

/** Bytes made into text at once: few enough that texts stay where V8 makes short-lived ones. With 256 KiB each took new memory. */
const CHUNK = 32 << 10

/** A longer line is rejected: what an expression tries out on a line can grow much faster than the line. */
const MAX_LINE = READ_BYTES
/** As much as the kernel keeps of the text of a rejected line. */
const SAMPLE_TEXT = 512

/** Where a line stands in the input. */
interface Place {
  readonly line: number
  readonly offset: number
}

/** What follows a part of a line whose rest has not come yet: nothing of it is counted, so that reading can go on at the part. */
interface Held {
  readonly from: Place
  /** Parts among the lines. */
  parts: number
  readonly lines: { readonly text: string; readonly place: Place }[]
}

/** Lines that wait for the rest of one before them, at most. */
const MAX_HELD = 10_000

/**
 * Lines of the input are taken out of what stands around them, and matched, and what they hold goes to the kernel as lines of their own. The place in
 * the input, and the lines that do not match, are kept here, since the kernel never sees the input itself.
 */
class LineIntake implements Intake {
  readonly #kernel: Kernel
  readonly #pattern: RegExp | null
  readonly #unwrapper: Unwrapper | null
  readonly #buffer = Buffer.alloc(CHUNK)
  // Its lines are handed to #take within `write`: nothing waits in it but a line whose end has not come yet. A byte is a character here,
  // so that lengths are bytes and bytes that are no UTF-8 come through.
  readonly #lines = split2('\n', (line: string) => this.#take(line), { decodeStrings: false })
  /** Lines for the kernel, and where what they are made of stands. */
  readonly #made: string[] = []
  readonly #places: Place[] = []
  /** Lines that the kernel has, and those it rejected. */
  #given = 0
  #refused = 0
  /** By line of the kernel, where the samples of rejected lines stand. */
  readonly #samples = new Map<number, Place>()
  #held: Held | undefined
  #line = 0
  /** Where the line begins that #take gets next. */
  #lineStart = 0
  /** Bytes of an unfinished line that came, and those of them that were not passed on because it is too long. */
  #open = 0
  #dropped = 0
  #recent = Buffer.alloc(0)
  #resume: Kernel['resume'] = { readTo: 0, tail: Buffer.alloc(0), openLine: false }
  #ignored = 0
  readonly #rejects = new Map<RejectReason, { count: number; samples: RejectSample[] }>()

  constructor(kernel: Kernel, { pattern, wrapping }: Making) {
    this.#kernel = kernel
    this.#pattern = pattern
    this.#unwrapper = wrapping && new Unwrapper(wrapping)
  }

  begin(offset = 0, line = 0, tail: Uint8Array = Buffer.alloc(0), openLine = false): void {
    this.#kernel.begin()
    this.#line = line
    this.#lineStart = offset
    this.#recent = Buffer.from(tail)
    this.#resume = { readTo: offset, tail: Buffer.from(tail), openLine }
  }

  get space(): Uint8Array {
    return this.#buffer
  }

  filled(count: number): void {
    const bytes = this.#buffer.subarray(0, count)
    const complete = bytes.lastIndexOf(0x0a) + 1
    const before = this.#recent
    const begins = this.#lineStart + this.#open
    this.#recent = Buffer.concat([before, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES)
    const passed = this.#withoutExcess(bytes)
    this.#open = complete > 0 ? count - complete : this.#open + count
    this.#pass(passed)
    // Where a part waits for its rest, reading goes on with it: at a place in these bytes, or that which is noted already.
    const end = this.#held ? this.#held.from.offset - begins : complete
    if (end > 0) this.#resume = { readTo: begins + end, tail: Buffer.concat([before, bytes.subarray(0, end)]).subarray(-TAIL_BYTES), openLine: false }
  }

  /** Of a line that is too long only so much is passed on that this can be seen. */
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
    if (this.#pattern === null) this.#lines.write(text)
    else this.#passInTime(text)
    this.#give()
  }

  /** If the pattern does not come to an end, nothing of these lines is counted: reading goes on before them. */
  #passInTime(text: string): void {
    const [line, lineStart, ignored] = [this.#line, this.#lineStart, this.#ignored]
    const rejects = new Map(Array.from(this.#rejects, ([reason, tally]) => [reason, { ...tally, samples: [...tally.samples] }]))
    try {
      inTime(
        () => void this.#lines.write(text),
        () => ({ first: line + 1, now: this.#line }),
      )
    } catch (error) {
      this.#line = line
      this.#lineStart = lineStart
      this.#ignored = ignored
      this.#made.length = 0
      this.#rejects.clear()
      for (const [reason, tally] of rejects) this.#rejects.set(reason, tally)
      throw error
    }
  }

  /** Hand the lines that are made to the kernel, and note where those stand that it rejects. */
  #give(): void {
    const made = Buffer.from(this.#made.join(''), 'latin1')
    const places = this.#places.splice(0)
    this.#made.length = 0
    feed(this.#kernel, made)
    if (this.#pattern === null) {
      const { rejected, rejects } = readLineCounts(this.#kernel)
      if (rejected > this.#refused)
        for (const { samples } of rejects.values())
          for (const { line } of samples) {
            const place = places[line - this.#given - 1]
            if (place) this.#samples.set(line, place)
          }
      this.#refused = rejected
    }
    this.#given += places.length
  }

  #take(whole: string): undefined {
    const place = { line: this.#line + 1, offset: this.#lineStart }
    const length = whole.length + this.#dropped
    this.#lineStart += length + 1
    this.#line++
    this.#dropped = 0
    if (length > MAX_LINE) {
      this.#reject('too-long', place, whole)
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
    this.#ignored += Math.max(0, parts - rest.length)
    for (const { text, place } of [...rest, ...lines]) this.#make(text, place)
  }

  /** Make lines for the kernel of what one of the input holds: mostly it is one. */
  #make(text: string, place: Place): void {
    if (this.#pattern !== null) {
      for (const line of text.split('\n')) this.#match(this.#pattern, line, place)
      return
    }
    this.#made.push(text, '\n')
    for (let at = 0; at !== -1; at = text.indexOf('\n', at + 1)) this.#places.push(place)
  }

  #match(pattern: RegExp, line: string, place: Place): void {
    const readable = textOf(line)
    const fields = fieldsOf(pattern, readable.text)
    if (!fields) {
      // As the kernel has it: blank lines and comments are no entries that were not understood.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what stands below the blank is blank, too
      if (/^[\x00-\x20]*(?:#|$)/.test(line) || companionOf(readable.text)) this.#ignored++
      else this.#rejectUnmatched(pattern, place, line)
      return
    }
    const wrong = wrongField(fields)
    if (wrong) this.#reject(wrong.name, place, line, wrong.role, columnOf(pattern, wrong.name, line))
    else this.#made.push(bytesOf(writeEntry(fields), readable), '\n')
  }

  #rejectUnmatched(pattern: RegExp, place: Place, line: string): void {
    const isSample = (this.#rejects.get('layout')?.count ?? 0) < MAX_SAMPLES
    const readable = textOf(line.slice(0, SAMPLE_TEXT))
    const { group, column } = isSample ? failureOf(pattern, readable.text) : { group: 0, column: 0 }
    this.#reject('layout', place, line, group, readable.isUtf8 ? column : characterAt(Buffer.from(line, 'latin1'), column))
  }

  #reject(reason: RejectReason, { line, offset }: Place, text: string, step = 0, column = 0): void {
    const tally = this.#rejects.get(reason) ?? { count: 0, samples: [] }
    tally.count++
    const shown = decode(wholeCharacters(Buffer.from(text.slice(0, SAMPLE_TEXT), 'latin1')))
    if (tally.samples.length < MAX_SAMPLES) tally.samples.push({ line, offset, text: shown, step, column })
    this.#rejects.set(reason, tally)
  }

  finish(): void {
    const isOpen = this.#open > 0
    if (isOpen) {
      this.#open = 0
      this.#pass(Buffer.from('\n'))
      this.#resume = { ...this.#resume, openLine: true }
    }
    if (!this.#held || !this.#unwrapper) return
    this.#release(this.#unwrapper)
    this.#give()
    if (!isOpen) this.#resume = { readTo: this.#lineStart, tail: Buffer.from(this.#recent), openLine: false }
  }

  get line(): number {
    return this.#line
  }

  get resume(): Kernel['resume'] {
    return this.#resume
  }

  counts(): LineCounts {
    const counts = readLineCounts(this.#kernel)
    const rejects = new Map(this.#rejects)
    for (const [reason, { count, samples }] of counts.rejects) {
      const own = rejects.get(reason) ?? { count: 0, samples: [] }
      const placed = samples.map((sample) => ({ ...sample, ...this.#samples.get(sample.line) }))
      rejects.set(reason, { count: own.count + count, samples: [...own.samples, ...placed].slice(0, MAX_SAMPLES) })
    }
    const own = [...this.#rejects.values()].reduce((n, { count }) => n + count, 0)
    return {
      ...counts,
      lines: counts.lines + this.#ignored + own,
      ignored: counts.ignored + this.#ignored,
      rejected: counts.rejected + own,
      rejects,
    }
  }
}

/** Where in the sample of a line a field begins that a pattern has found. */
function columnOf({ source, flags }: RegExp, name: string, line: string): number {
  const { text, isUtf8 } = textOf(line)
  const at = new RegExp(source, `${flags}d`).exec(text)?.indices?.groups?.[name]?.[0] ?? 0
  return isUtf8 ? at : characterAt(Buffer.from(line, 'latin1'), at)
}
