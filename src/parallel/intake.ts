import split2 from 'split2'
import { writeEntry, wrongField } from '../format/canonical.js'
import { bytesOf, failureOf, fieldsOf, textOf } from '../format/pattern.js'
import { characterAt, decode, type Kernel, READ_BYTES, TAIL_BYTES } from '../kernel/kernel.js'
import { readLineCounts, wholeCharacters } from '../tally/read-out.js'
import { type LineCounts, MAX_SAMPLES, type RejectReason, type RejectSample } from '../tally/tally.js'

// Between an input and a kernel: what is read goes in as it is, or each line is first matched by a regular expression.

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

/** @param pattern what finds the fields of a line; null: the kernel's plans do */
export function makeIntake(kernel: Kernel, pattern: RegExp | null): Intake {
  return pattern === null ? new PlainIntake(kernel) : new PatternIntake(kernel, pattern)
}

/** A line as the kernel would get it from an intake; undefined when a pattern does not fit it. */
export function lineForKernel(line: Uint8Array, pattern: RegExp | null): Uint8Array | undefined {
  if (pattern === null) return line
  const readable = textOf(Buffer.from(line).toString('latin1').replace(/\r$/, ''))
  const fields = fieldsOf(pattern, readable.text)
  return fields && !wrongField(fields) ? Buffer.from(bytesOf(writeEntry(fields), readable), 'latin1') : undefined
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

/**
 * Lines of the input are matched, and what they hold goes to the kernel as lines of the canonical layout. The place in the input, and the
 * lines that do not match, are kept here, since the kernel never sees the input itself.
 */
class PatternIntake implements Intake {
  readonly #kernel: Kernel
  readonly #pattern: RegExp
  readonly #buffer = Buffer.alloc(CHUNK)
  // Its lines are handed to #take within `write`: nothing waits in it but a line whose end has not come yet. A byte is a character here,
  // so that lengths are bytes and bytes that are no UTF-8 come through.
  readonly #lines = split2('\n', (line: string) => this.#take(line), { decodeStrings: false })
  /** Canonical lines for the kernel. */
  readonly #canonical: string[] = []
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

  constructor(kernel: Kernel, pattern: RegExp) {
    this.#kernel = kernel
    this.#pattern = pattern
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
    if (complete > 0) {
      const tail = Buffer.concat([this.#recent, bytes.subarray(0, complete)]).subarray(-TAIL_BYTES)
      this.#resume = { readTo: this.#lineStart + this.#open + complete, tail, openLine: false }
    }
    this.#recent = Buffer.concat([this.#recent, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES)
    const passed = this.#withoutExcess(bytes)
    this.#open = complete > 0 ? count - complete : this.#open + count
    this.#pass(passed)
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
    this.#lines.write(bytes.toString('latin1'))
    const canonical = Buffer.from(this.#canonical.join(''), 'latin1')
    this.#canonical.length = 0
    feed(this.#kernel, canonical)
  }

  #take(whole: string): undefined {
    const offset = this.#lineStart
    const length = whole.length + this.#dropped
    this.#lineStart += length + 1
    this.#line++
    this.#dropped = 0
    if (length > MAX_LINE) {
      this.#reject('too-long', offset, whole)
      return
    }
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole
    const readable = textOf(line)
    const fields = fieldsOf(this.#pattern, readable.text)
    if (!fields) {
      // As the kernel has it: blank lines and comments are no entries that were not understood.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what stands below the blank is blank, too
      if (/^[\x00-\x20]*(?:#|$)/.test(line)) this.#ignored++
      else this.#rejectUnmatched(offset, line)
      return
    }
    const wrong = wrongField(fields)
    if (wrong) this.#reject(wrong.name, offset, line, wrong.role, this.#columnOf(wrong.name, line))
    else this.#canonical.push(bytesOf(writeEntry(fields), readable), '\n')
  }

  #rejectUnmatched(offset: number, line: string): void {
    const isSample = (this.#rejects.get('layout')?.count ?? 0) < MAX_SAMPLES
    const readable = textOf(line.slice(0, SAMPLE_TEXT))
    const { group, column } = isSample ? failureOf(this.#pattern, readable.text) : { group: 0, column: 0 }
    this.#reject('layout', offset, line, group, readable.isUtf8 ? column : characterAt(Buffer.from(line, 'latin1'), column))
  }

  /** Where in the sample of a line a field begins. */
  #columnOf(name: string, line: string): number {
    const { text, isUtf8 } = textOf(line)
    const { source, flags } = this.#pattern
    const at = new RegExp(source, `${flags}d`).exec(text)?.indices?.groups?.[name]?.[0] ?? 0
    return isUtf8 ? at : characterAt(Buffer.from(line, 'latin1'), at)
  }

  #reject(reason: RejectReason, offset: number, line: string, step = 0, column = 0): void {
    const tally = this.#rejects.get(reason) ?? { count: 0, samples: [] }
    tally.count++
    const text = decode(wholeCharacters(Buffer.from(line.slice(0, SAMPLE_TEXT), 'latin1')))
    if (tally.samples.length < MAX_SAMPLES) tally.samples.push({ line: this.#line, offset, text, step, column })
    this.#rejects.set(reason, tally)
  }

  finish(): void {
    if (this.#open === 0) return
    this.#open = 0
    this.#pass(Buffer.from('\n'))
    this.#resume = { ...this.#resume, openLine: true }
  }

  get line(): number {
    return this.#line
  }

  get resume(): Kernel['resume'] {
    return this.#resume
  }

  counts(): LineCounts {
    const counts = readLineCounts(this.#kernel)
    const rejected = [...this.#rejects.values()].reduce((n, { count }) => n + count, 0)
    return { ...counts, lines: counts.lines + this.#ignored + rejected, ignored: this.#ignored, rejected, rejects: this.#rejects }
  }
}
