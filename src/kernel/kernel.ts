import { LogstatError } from '../errors.js'
import { type Classifier, layClassifier } from './classifier.js'
import { kernelCode } from './code.js'
import { type EvidenceText, Noted } from './evidence-records.js'
import type { Exports } from './exports.js'
import { type LocalOffset, type Period, UTC, WHOLE } from './periods.js'
import type { Plan } from './plan.js'
import { decode } from './text.js'
import { Dimension, Event } from './wasm/roles.js'

/** Bytes the host reads at once: small enough to stay in the second-level cache while it is cut. */
export const READ_BYTES = 256 << 10

/** Bytes of a line by which it is known that it is no request. */
const COMPANION_BYTES = 4096

/** Bytes kept of the end of what was counted. */
export const TAIL_BYTES = 1024

/** log2 of the slots, and bytes of text, by dimension. Lists are exact until a table is three quarters full. */
const TABLE_SIZES: Record<Exclude<Dimension, Dimension.Count>, readonly [number, number]> = {
  [Dimension.Path]: [17, 8 << 20],
  [Dimension.Client]: [18, 6 << 20],
  [Dimension.Referer]: [16, 6 << 20],
  [Dimension.UserAgent]: [16, 8 << 20],
  [Dimension.Method]: [14, 256 << 10],
  [Dimension.Host]: [14, 1 << 20],
}

/**
 * Room for what `layLists` lays out of the largest table of values. Minutes of a database, which may take more, are
 * laid out a few thousand at a time.
 */
const SCRATCH_BYTES = 8 << 20

/**
 * Seconds that buckets of time can have; each divides the next. Without periods they are widened when there are many of
 * them.
 */
export const BUCKET_WIDTHS = [60, 900, 3600, 86400] as const

/** The period of entries without a time. */
export const NO_PERIOD = -(2 ** 31)

/**
 * Why the tables must be emptied: a table that must stay exact is full, or the next line is the first of a later
 * period.
 */
type Stop = 'full' | 'period'

/** Where reading can go on. */
export interface Resume {
  /** The end of the last complete line that is counted, in bytes from the beginning of the input. */
  readonly readTo: number
  /** The last bytes before `readTo`, at most TAIL_BYTES. */
  readonly tail: Buffer
  /** A line behind `readTo` is counted although its end was not seen. */
  readonly openLine: boolean
}

/** Called when a `#Fields` line is met: compiles the plans that hold from here on. */
export type OnFields = (line: string) => readonly Plan[]

const NO_BYTES = Buffer.alloc(0)

/** A `#Fields` line or a `log_format` that no server writes. */
function tooLarge(): LogstatError {
  return new LogstatError(
    'too-many-fields',
    {
      en: 'the layout of its lines has more than 240 fields, or too much text between them',
      zh: '日志行的格式超过 240 个字段，或字段之间的文字过长',
    },
    {
      en: 'Log fewer fields, or name those that matter with --pattern.',
      zh: '请减少记录的字段，或用 --pattern 只指定需要的字段。',
    },
  )
}

/**
 * One instance of the counting engine: its memory, its tables, its place in the input.
 *
 * Use: `setPlans`, `begin`, then `space` / `filled` for each block read, `finish` at the end of the input; what was
 * counted is read out by `readTally`. Counts add up over inputs until `clear`.
 */
export class Kernel {
  readonly wasm: Exports
  #bytes: Uint8Array
  readonly #block: number
  readonly #blockBytes: number
  /** Bytes of the block that hold input. */
  #used = 0
  #discarding = false
  /** Where reading can go on, as of the last block that was counted. */
  #resume: Resume = { readTo: 0, tail: NO_BYTES, openLine: false }
  /** Whether `onStop` is being called: the place to go on from is then inside the block. */
  #isStopped = false
  #widens = true
  #period: (seconds: number) => Period = () => WHOLE
  #localOffset: (localSeconds: number) => LocalOffset = () => UTC
  #classifier: Classifier | undefined
  #readEvidence: ((kernel: Kernel) => object) | undefined
  /** Evidence that was taken out since the tables were cleared, in the order of the log. */
  #evidence: object[] = []
  /** By EvidenceText and number. */
  readonly evidenceTexts: Record<EvidenceText, string[]> = [[], [], []]
  onFields: OnFields = () => []
  /** The tables must be emptied: read the tally out. The kernel clears itself afterwards. */
  onStop: (why: Stop) => void = (why) => {
    throw new Error(`the tables must be emptied (${why}), and nobody does it`)
  }
  /** Whether a line that fits no plan is one that stands among requests and is none: it is ignored, not rejected. */
  isCompanion: (line: string) => boolean = () => false

  /**
   * @param options.tables false: lines will only be tried (`Probe`), so the large tables are left out
   * @param options.code that of the thread whose counts are to be added to these
   */
  constructor({ tables = true, code = kernelCode() } = {}) {
    const instance = new WebAssembly.Instance(code.module, {
      env: {
        abort: () => {
          throw new Error('kernel: out of memory')
        },
      },
      host: {
        isCompanion: (start: number, end: number) =>
          this.isCompanion(this.text(start, Math.min(end, start + COMPANION_BYTES))) ? 1 : 0,
        periodOf: (seconds: number) => this.#setPeriod(this.#period(seconds)),
        agentKind: (at: number, length: number) => this.#classifier?.agentKind(this.text(at, at + length)) ?? 0,
        newText: (kind: EvidenceText, number: number, at: number, length: number) => {
          this.evidenceTexts[kind][number] = this.text(at, at + length)
        },
        localOffset: (seconds: number) => {
          const { offset, from, to } = this.#localOffset(seconds)
          this.wasm.setLocalOffset(offset, from, to)
        },
      },
    })
    this.wasm = instance.exports as unknown as Exports
    for (const [dimension, [log2, bytes]] of Object.entries(TABLE_SIZES)) {
      this.wasm.openTable(Number(dimension), tables ? log2 : 1, tables ? bytes : 1)
    }
    if (tables) this.wasm.openScratch(SCRATCH_BYTES)
    this.wasm.setWidening(1)
    this.#setPeriod(WHOLE)
    this.#block = this.wasm.block.value
    this.#blockBytes = this.wasm.blockBytes.value
    this.#bytes = new Uint8Array(this.wasm.memory.buffer)
    this.#bytes.set(code.secret, this.wasm.secretAt())
  }

  /** Allocate in the kernel's memory, for good. Every view of the memory made before is void. */
  allocate(bytes: number): number {
    const at = this.wasm.allocate(bytes)
    this.#bytes = new Uint8Array(this.wasm.memory.buffer)
    return at
  }

  /** Keep evidence for a diagnosis, from the first line on. @param read takes it out, as plain data */
  keepEvidence(classifier: Classifier, read: (kernel: Kernel) => object): void {
    this.#classifier = classifier
    this.#readEvidence = read
    this.wasm.openEvidence()
    layClassifier(this, classifier)
  }
  /** Evidence since the tables were cleared: by this kernel and by others, in the order of the log. */
  evidence(): readonly object[] {
    if (this.#readEvidence && this.wasm.evidenceCount(Noted.Entries) > 0) {
      this.#evidence.push(this.#readEvidence(this))
      this.wasm.clearEvidence()
    }
    return this.#evidence
  }
  /** Put evidence of another kernel behind that of this one. */
  addEvidence(more: readonly object[]): void {
    if (more.length > 0) this.#evidence = [...this.evidence(), ...more]
  }

  #setPeriod({ number, start, end }: Period): void {
    this.wasm.setPeriod(number, start, end)
  }

  /** Keep codes and lists apart by period, from the next line on. */
  setPeriods(periodOf: (seconds: number) => Period): void {
    this.#period = periodOf
    this.#setPeriod({ number: 0, start: 0, end: 0 })
    this.#widens = false
    this.wasm.setWidening(0)
  }

  /** Stop before the first line of a later period, as soon as the tables hold so many entries. */
  cutAtPeriods(few: number): void {
    this.wasm.cutAtPeriods(few)
  }

  /**
   * Read times that carry no zone as those of a clock that stood so far east of UTC when it showed them; without this,
   * as UTC.
   */
  setLocalTime(offsetOf: (localSeconds: number) => LocalOffset): void {
    this.#localOffset = offsetOf
    this.wasm.setLocalOffset(0, 0, 0)
  }

  /** The first plan is the layout in force, the others are tried on lines that do not fit it. */
  setPlans(plans: readonly Plan[]): void {
    this.wasm.clearPlans()
    for (const plan of plans) {
      const leading = this.#literal(plan.leading)
      if (this.wasm.addPlan(plan.cutter, leading.at, leading.bytes, plan.timeTakenUnitUs, plan.flags) < 0)
        throw tooLarge()
      for (const step of plan.steps) {
        const until = this.#literal(step.until)
        if (!this.wasm.addStep(step.role, step.rule, until.at, until.bytes, step.unitUs ?? 0)) throw tooLarge()
      }
    }
    this.wasm.plansChanged()
  }

  #literal(text: string): { at: number; bytes: number } {
    const bytes = Buffer.from(text, 'utf8')
    const at = this.wasm.literal(bytes.length)
    if (!at) throw tooLarge()
    this.#bytes.set(bytes, at)
    return { at, bytes: bytes.length }
  }

  /**
   * Begin an input at a byte offset and after so many lines (both 0 for a new one), with the bytes before it.
   * `openLine`: nothing more will come of it.
   */
  begin(offset = 0, line = 0, tail: Uint8Array = Buffer.alloc(0), openLine = false): void {
    this.wasm.begin(BigInt(offset), BigInt(line))
    this.#used = 0
    this.#discarding = false
    this.#resume = { readTo: offset, tail: Buffer.from(tail.subarray(-TAIL_BYTES)), openLine }
  }

  /**
   * The last moment that records without a date were read at, in seconds since 1970; null where there was none. What
   * follows them goes on from there, so it is told to a kernel that reads on, after `begin`.
   */
  get moment(): number | null {
    const seconds = this.wasm.momentRead()
    return Number.isNaN(seconds) ? null : seconds
  }
  set moment(seconds: number | null) {
    if (seconds !== null) this.wasm.setMoment(seconds)
  }

  /** Where to read the next bytes of the input to. Valid until the next call of the kernel. */
  get space(): Uint8Array {
    const start = this.#block + this.#used
    return this.#bytes.subarray(start, Math.min(start + READ_BYTES, this.#block + this.#blockBytes))
  }

  /** So many bytes were read into `space`: count the complete lines. */
  filled(bytes: number): void {
    this.#used += bytes
    const end = this.#block + this.#used
    let from = this.#block
    if (this.#discarding) {
      const newline = this.#bytes.subarray(from, end).indexOf(0x0a)
      if (newline === -1) {
        this.#drop(end)
        return
      }
      from += newline + 1
      this.#discarding = false
      this.wasm.skipTo(from)
      // The bytes dropped are not at hand any more.
      this.#resume = { ...this.#resume, tail: NO_BYTES }
    }
    const last = this.wasm.lastNewline(from, end)
    if (last > from) this.#run(last)
    if (last > this.#block) this.#resume = this.#resumeAt(last)
    this.#bytes.copyWithin(this.#block, last, end)
    this.#used = end - last
    this.wasm.moved()
    if (this.#used === this.#blockBytes && this.#passHole()) return
    if (this.#used === this.#blockBytes) {
      this.wasm.rejectLong(this.#block + this.#used)
      this.#discarding = true
      this.#drop(this.#block + this.#used)
    }
  }

  /**
   * Pass over the zeros at the beginning of a block that is full: a hole may be of any length. @returns whether there
   * were some
   */
  #passHole(): boolean {
    const end = this.#block + this.#used
    const hole = this.#bytes.subarray(this.#block, end).findIndex((byte) => byte !== 0)
    if (hole === 0) return false
    const from = hole === -1 ? end : this.#block + hole
    this.#bytes.copyWithin(this.#block, from, end)
    this.#drop(from)
    this.#used = end - from
    // The bytes dropped are not at hand any more.
    this.#resume = { ...this.#resume, tail: NO_BYTES }
    return true
  }

  /** The place of the kernel in the input, which is the address `end` in the block. */
  #resumeAt(end: number): Resume {
    const fresh = this.#bytes.subarray(Math.max(this.#block, end - TAIL_BYTES), end)
    // The last bytes prove, when the log has grown, that it is the same log.
    const tail = Buffer.concat([this.#resume.tail, fresh]).subarray(-TAIL_BYTES)
    return { readTo: this.offset, tail, openLine: false }
  }

  /** Where reading can go on. */
  get resume(): Resume {
    if (this.#isStopped) return this.#resumeAt(this.wasm.position())
    return this.#discarding ? { ...this.#resume, openLine: true } : this.#resume
  }

  #drop(to: number): void {
    this.wasm.skipTo(to)
    this.wasm.moved()
    this.#used = 0
  }

  /** The input is over: a last line without a newline counts as a line. */
  finish(): void {
    if (this.#used === 0 || this.#discarding) return
    const { readTo, tail } = this.#resume
    this.#bytes[this.#block + this.#used] = 0x0a
    this.filled(1)
    this.#resume = { readTo, tail, openLine: true }
  }

  #run(end: number): void {
    for (;;) {
      const event = this.wasm.run(end)
      if (event === Event.Full) {
        if (this.wasm.bucketsFit(0) || !this.widenBuckets(0)) this.#stop('full')
      } else if (event === Event.Period) this.#stop('period')
      else if (event === Event.Fields) {
        this.setPlans(this.onFields(this.text(this.wasm.eventStart.value, this.wasm.eventEnd.value)))
        continue
      }
      if (this.wasm.position() === end) return
    }
  }

  #stop(why: Stop): void {
    this.#isStopped = true
    try {
      this.onStop(why)
    } finally {
      this.#isStopped = false
    }
    this.clear()
  }

  /**
   * Make the time buckets wider, until so many more have room.
   *
   * @returns whether they have
   */
  widenBuckets(more: number): boolean {
    if (!this.#widens) return false
    const { wasm } = this
    for (const seconds of BUCKET_WIDTHS) {
      if (wasm.bucketsFit(more)) break
      if (seconds > wasm.bucketSeconds()) wasm.widenBuckets(BigInt(seconds))
    }
    return wasm.bucketsFit(more) !== 0
  }

  /** Forget what the tables hold; the place in the input and its counts stay. */
  clear(): void {
    this.wasm.clear()
    this.#evidence = []
  }

  /** Byte offset in the input up to which lines are counted. */
  get offset(): number {
    return Number(this.wasm.offset())
  }

  /** Lines of the input that are counted. */
  get lines(): number {
    return Number(this.wasm.lineCount())
  }

  /** Text in the kernel's memory, for people: bytes that are no UTF-8 appear as `\xHH`. */
  text(start: number, end: number): string {
    return decode(this.#bytes.subarray(start, end))
  }
}
