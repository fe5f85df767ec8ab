import { Buckets, NO_TIME } from '../tally/buckets.js'
import {
  type CodeKey,
  type DimensionName,
  emptyTally,
  type Listed,
  mergeInto,
  type Tally,
  trimLists,
  weightOf,
} from '../tally/tally.js'
import { type Counted, type CountedCode, readHistogram } from './counts.js'
import { sweeping } from './forget.js'
import { SUM_COLUMNS } from './measures.js'
import { CODE } from './query.js'
import { coarsen } from './roll-up.js'
import type { NewSource } from './sources.js'
import { openStore, type Store } from './store.js'

/** Weight (`weightOf`) up to which a tally waits in memory: some 10 MB. */
const MANY = 60_000

/** A temporary store has one source, of which nothing but its counts is asked. */
const NOTHING: NewSource = {
  name: '',
  path: null,
  format: '',
  server: null,
  software: null,
  fields: null,
  stream: false,
  firstLine: '',
  trail: new Uint8Array(0),
  tailBytes: 0,
  tailHash: '',
  readTo: 0,
  openLine: false,
  lines: 0,
  entries: 0,
  rejected: 0,
  ignored: 0,
  withoutTime: 0,
  readAt: 0,
}
const SOURCE = 1

/**
 * Tallies that wait to be booked.
 *
 * Where there is much of them, because there are thousands of codes or a stream of years, they wait in a temporary
 * store, which takes no more memory than it is given.
 */
export class Waiting {
  readonly #listed: Listed
  readonly #whole: readonly DimensionName[]
  readonly #inMemory: boolean
  #tally = emptyTally()
  #overflow: Store | undefined
  #overflowSeconds = 0
  #spills = 0

  /** @param whole dimensions of which all values are kept @param inMemory tallies that wait must not reach a disk */
  constructor(listed: Listed, whole: readonly DimensionName[], inMemory: boolean) {
    this.#listed = listed
    this.#whole = whole
    this.#inMemory = inMemory
  }

  /** Add a tally to those that wait. `tally` is spent by it. */
  add(tally: Tally): void {
    mergeInto(this.#tally, tally)
    // Lists that are merged again and again must not grow with the input.
    trimLists(this.#tally, this.#listed, this.#whole)
  }

  /** True when the tally in memory weighs more than `most`. */
  isHeavy(most = MANY): boolean {
    return weightOf(this.#tally.codes.values()) > most
  }

  /** All that waits; valid until something is added, or all is cleared. */
  all(): Iterable<Counted> {
    if (!this.#overflow) return [this.#tally]
    this.spill()
    const store = this.#overflow
    const seconds = this.#overflowSeconds
    const { evidence } = this.#tally
    return {
      *[Symbol.iterator]() {
        yield* talliesOf(store, seconds)
        yield { bucketSeconds: seconds, codes: [], evidence }
      },
    }
  }

  clear(): void {
    this.#tally = emptyTally()
    this.#overflow?.close()
    this.#overflow = undefined
    this.#overflowSeconds = 0
  }

  /** Have all wait in a temporary store. */
  spill(): void {
    const { bucketSeconds, evidence, codes } = this.#tally
    const id = this.#overflow ? SOURCE : null
    this.#overflow ??= openStore(null, {
      keep: (dimension) => (this.#whole.includes(dimension) ? Infinity : this.#listed.most),
      inMemory: this.#inMemory,
    })
    if (bucketSeconds > this.#overflowSeconds) coarsen(this.#overflow, bucketSeconds, Number.MAX_SAFE_INTEGER)
    this.#overflowSeconds = bucketSeconds
    this.#overflow.add({ ...NOTHING, id }, [{ bucketSeconds, codes }], new Map())
    if (++this.#spills % SWEEP_AFTER === 0) sweeping(this.#overflow.db, () => {})
    // Tallies that follow are brought to buckets as wide as these.
    this.#tally = emptyTally(bucketSeconds)
    this.#tally.evidence = evidence
  }
}

/** Values that fell out of lists are deleted now and then, so that a store does not grow with the input. */
const SWEEP_AFTER = 32

/** Seconds of the buckets that are counted, the least of BUCKET_WIDTHS. */
const FINEST = 60

/** Codes read out of a temporary store at once. */
const TOGETHER = 500

/** Counts that a temporary store holds, some codes at a time, to be added to another store. */
function* talliesOf({ db, listsOf }: Store, bucketSeconds: number): Generator<Counted> {
  const spans = db.prepare(
    `SELECT code_id AS id, ${CODE}, period, hits, first_seen AS firstSeen, last_seen AS lastSeen, latency
     FROM span JOIN code ON code.id = code_id WHERE source_id = ${SOURCE} AND (code_id, period) > (?, ?) ORDER BY code_id, period LIMIT ${TOGETHER}`,
  )
  const sums = SUM_COLUMNS.join(', ')
  const hits = db.prepare(`SELECT start, ${sums} FROM hits WHERE source_id = ${SOURCE} AND code_id = ?`).raw()
  const count = db.prepare(`SELECT count(*) FROM hits WHERE source_id = ${SOURCE} AND code_id = ?`).pluck()
  let last = { id: 0, period: 0 }
  const read = ({ id, period, latency, ...span }: Span): CountedCode => {
    const buckets = new Buckets()
    // Buckets are kept for a code as a whole: the first of its periods brings them along. There may be a year of
    // minutes.
    if (id !== last.id) {
      buckets.reserve(count.get(id) as number)
      for (const row of hits.iterate(id) as Iterable<(number | null)[]>) buckets.add(row.map((n) => n ?? Number.NaN))
    }
    last = { id, period }
    // Buckets before 1970 may be finer. To widen those that are as wide already would only copy them.
    if (bucketSeconds > FINEST) buckets.widen(bucketSeconds)
    return {
      ...span,
      period: period === NO_TIME ? null : period,
      buckets,
      latency: readHistogram(latency),
      lists: listsOf(SOURCE, id, period),
    }
  }
  for (;;) {
    const found = spans.all(last.id, last.period) as Span[]
    if (found.length === 0) return
    let codes: CountedCode[] = []
    let weight = 0
    for (const span of found) {
      const code = read(span)
      codes.push(code)
      weight += weightOf([code])
      if (weight < MANY) continue
      yield { bucketSeconds, codes }
      codes = []
      weight = 0
    }
    if (codes.length > 0) yield { bucketSeconds, codes }
  }
}

interface Span extends CodeKey {
  readonly id: number
  readonly period: number
  readonly hits: number
  readonly firstSeen: number | null
  readonly lastSeen: number | null
  readonly latency: string | null
}
