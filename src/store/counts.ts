import type Database from 'better-sqlite3'
import { type Buckets, COLUMNS, NO_TIME } from '../tally/buckets.js'
import { LaidList, ROW_OF_LIST } from '../tally/laid-list.js'
import { Kind, SPAN_MEASURES, type SumName } from '../tally/measures.js'
import { placesInOrder } from '../tally/order.js'
import {
  type CodeTally,
  DIMENSIONS,
  type DimensionName,
  isEmpty,
  type List,
  mergeLists,
  type PeriodEvidence,
  trimList,
} from '../tally/tally.js'
import type { Anonymizer } from './anonymize.js'
import type { Ids } from './ids.js'
import { type Inserter, inserter } from './insert.js'
import { ADD_SPAN, ADD_SUMS, SPAN_COLUMNS, SUM_COLUMNS } from './measures.js'
import type { Tracker } from './tracked.js'

/** Counts of a code in a period, to be added. Its buckets may hold entries of its other periods, too. */
export type CountedCode = Omit<CodeTally, Exclude<SumName, 'hits'>>

/** Counts to be added. */
export interface Counted {
  /** Width of all buckets. */
  readonly bucketSeconds: number
  readonly codes: { values(): Iterable<CountedCode> }
  readonly evidence?: readonly PeriodEvidence[]
}

/** The place where counts go. */
interface Place {
  readonly source: number
  /** Id of the code. */
  readonly id: number
  readonly period: number
  /** True when there may be counts already. */
  readonly mayBeKnown: boolean
}

/** @internal Counts of the codes of sources: the tables `hits`, `span`, `list` and `top`. */
export class Counts {
  readonly #statements: ReturnType<typeof prepare>
  readonly #db: Database.Database
  readonly #ids: Ids
  readonly #keep: (dimension: DimensionName) => number
  /** Inserters of `hits`, by the columns that rows have. */
  readonly #hits = new Map<string, Inserter>()
  readonly #top: Inserter
  readonly #lists: Inserter
  readonly #tracker: Tracker

  /** @param keep values kept of each list */
  constructor(db: Database.Database, ids: Ids, keep: (dimension: DimensionName) => number, tracker: Tracker) {
    this.#tracker = tracker
    this.#statements = prepare(db)
    this.#db = db
    this.#ids = ids
    this.#keep = keep
    this.#top = inserter(db, 'top', {
      common: ['source_id', 'code_id', 'period', 'dimension_id'],
      own: ['value_id', 'hits', 'error'],
    })
    this.#lists = inserter(
      db,
      'list',
      { common: ['source_id'], own: ['code_id', 'period', 'dimension_id', 'different', 'lost'] },
      'ON CONFLICT DO UPDATE SET different = excluded.different, lost = excluded.lost',
    )
  }

  /** A transaction begins. */
  begin(): void {
    for (const rows of [...this.#hits.values(), this.#top, this.#lists]) rows.reset()
  }

  /** The last period that a source has counts of. */
  newestPeriod(source: number): number {
    return (this.#statements.newestPeriod.get(source) as number | null) ?? -Infinity
  }

  /**
   * Add what was counted of a source.
   *
   * @param newest the last period that the source has counts of: later ones need not be looked up
   * @returns the last period that it has now, and the first second that was added
   */
  add(
    source: number,
    { bucketSeconds, codes }: Counted,
    anonymize: Anonymizer | undefined,
    newest: number,
  ): { newest: number; first: number } {
    const inOrder = Array.from(codes.values(), (code) => ({
      code,
      id: this.#ids.code(code),
      period: code.period ?? NO_TIME,
    }))
    // Each row is put behind the one before.
    inOrder.sort((a, b) => a.id - b.id || a.period - b.period)
    const areNew = inOrder.every(({ period }) => period > newest)
    let last = newest
    let first = Infinity
    this.#lists.group(source)
    for (const [i, { code, id, period }] of inOrder.entries()) {
      // Entries without a time share their number with the day before 1970.
      const before = inOrder[i - 1]
      const isAgain = before?.id === id && before.period === period
      if (isAgain) this.#flush()
      const place = { source, id, period, mayBeKnown: isAgain || period <= newest }
      this.#addHits(place, code.buckets, bucketSeconds)
      this.#tracker.period(source, id, period)
      const isKnown = this.#addSpan(place, code)
      for (const dimension of DIMENSIONS) {
        const list = code.lists[dimension]
        if (isEmpty(list)) continue
        this.#addList(place, dimension, anonymize ? anonymize.list(dimension, list, code.hits) : list, isKnown, areNew)
      }
      last = Math.max(last, period)
      first = Math.min(first, code.firstSeen ?? Infinity)
    }
    this.#flush()
    this.#ids.forgetSome()
    return { newest: last, first }
  }

  #flush(): void {
    this.#ids.flush()
    this.#lists.flush()
  }

  #addHits({ source, id }: Place, buckets: Buckets, bucketSeconds: number): void {
    // Entries of a period may be in the buckets of another period.
    if (buckets.size === 0) return
    const columns = buckets.columns()
    const name = columns.join()
    let hits = this.#hits.get(name)
    if (!hits) {
      const own = columns.map((column) => ['start', ...SUM_COLUMNS][column] as string)
      hits = inserter(this.#db, 'hits', { common: ['source_id', 'code_id', 'seconds'], own }, ADD_SUMS)
      this.#hits.set(name, hits)
    }
    this.#tracker.hours(source, id, buckets.starts())
    hits.group(source, id, bucketSeconds)
    hits.rows(buckets.rows(), COLUMNS, columns)
    hits.flush()
  }

  /** @returns true when there were counts already */
  #addSpan({ source, id, period, mayBeKnown }: Place, code: CountedCode): boolean {
    const known = mayBeKnown
      ? (this.#statements.findSpan.get(source, id, period) as Record<string, string | null> | undefined)
      : undefined
    const values = SPAN_MEASURES.map(({ name, column }) => {
      const value = code[name]
      return value instanceof Map ? addHistograms(known?.[column] ?? null, value) : value
    })
    this.#statements.addSpan.run(source, id, period, code.hits, ...values)
    return known !== undefined
  }

  /**
   * @param isKnown true when there may be such a list already @param areNew true when all lists that are added together
   * are new
   */
  #addList(
    { source, id, period }: Place,
    dimension: DimensionName,
    list: List,
    isKnown: boolean,
    areNew: boolean,
  ): void {
    const which = this.#ids.dimension(dimension)
    const old = isKnown ? this.#readList(source, id, period, which) : undefined
    if (old) this.#statements.clearTop.run(source, id, period, which)
    this.#top.group(source, id, period, which)
    let kept: List = list
    if (!old && list instanceof LaidList && list.length <= this.#keep(dimension)) this.#addLaid(list, areNew)
    else {
      kept = trimList(old ? mergeLists(old, list) : list, this.#keep(dimension))
      for (const { value, hits, error } of kept.values) {
        this.#top.put(this.#ids.value(value))
        this.#top.put(hits)
        this.#top.put(error)
      }
    }
    this.#top.flush()
    for (const value of [id, period, which, kept.distinct, kept.lost]) this.#lists.put(value)
  }

  /**
   * Rows go in in the order of the ids of their values, as the table keeps them. @param areNew as for `#addList`: then
   * all texts are wanted
   */
  #addLaid({ texts, rows }: LaidList, areNew: boolean): void {
    const ids = this.#ids.ofTexts(texts, areNew)
    const listed = new Float64Array(rows.length / ROW_OF_LIST)
    for (let i = 0; i < listed.length; i++) {
      const place = rows[ROW_OF_LIST * i] as number
      listed[i] = ids[place] ||= this.#ids.value(texts[place] as string)
    }
    for (const i of placesInOrder(listed.slice())) {
      this.#top.put(listed[i] as number)
      this.#top.put(rows[ROW_OF_LIST * i + 1] as number)
      this.#top.put(rows[ROW_OF_LIST * i + 2] as number)
    }
  }

  /** The lists of a code in a period, as one source has them. */
  listsOf(source: number, code: number, period: number): Record<DimensionName, List> {
    const list = (name: DimensionName): List =>
      this.#readList(source, code, period, this.#ids.dimension(name)) ?? NO_LIST
    return Object.fromEntries(DIMENSIONS.map((name) => [name, list(name)])) as Record<DimensionName, List>
  }

  #readList(source: number, code: number, period: number, dimension: number): List | undefined {
    const whole = this.#statements.findList.get(source, code, period, dimension) as
      | { different: number; lost: number }
      | undefined
    if (!whole) return undefined
    const values = this.#statements.findTop.all(source, code, period, dimension) as {
      value: string
      hits: number
      error: number
    }[]
    return { values, lost: whole.lost, distinct: whole.different }
  }
}

const NO_LIST: List = { values: [], lost: 0, distinct: 0 }

/** @internal A histogram, as a column holds it, with the entries of another one. */
export function addHistograms(stored: string | null, more: ReadonlyMap<number, number>): string | null {
  if (more.size === 0) return stored
  if (stored === null) return `{${Array.from(more, ([bin, n]) => `"${bin}":${n}`).join()}}`
  const sum = readHistogram(stored)
  for (const [bin, n] of more) sum.set(bin, (sum.get(bin) ?? 0) + n)
  return JSON.stringify(Object.fromEntries(sum))
}

/** @internal A histogram, as a column holds it. */
export function readHistogram(stored: string | null): Map<number, number> {
  const bins = stored === null ? {} : (JSON.parse(stored) as Record<string, number>)
  return new Map(Object.entries(bins).map(([bin, n]) => [Number(bin), n]))
}

function prepare(db: Database.Database) {
  const ofPeriod = 'source_id = ? AND code_id = ? AND period = ?'
  const columns = ['source_id', 'code_id', 'period', ...SPAN_COLUMNS]
  const histograms = SPAN_MEASURES.filter(({ kind }) => kind === Kind.Histogram).map(({ column }) => column)
  return {
    newestPeriod: db.prepare('SELECT max(period) FROM span WHERE source_id = ?').pluck(),
    findSpan: db.prepare(`SELECT ${histograms.join(', ')} FROM span WHERE ${ofPeriod}`),
    addSpan: db.prepare(
      `INSERT INTO span (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ${ADD_SPAN}`,
    ),
    clearTop: db.prepare(`DELETE FROM top WHERE ${ofPeriod} AND dimension_id = ?`),
    findTop: db.prepare(
      `SELECT text AS value, hits, error FROM top JOIN value ON value.id = value_id WHERE ${ofPeriod} AND dimension_id = ?`,
    ),
    findList: db.prepare(`SELECT different, lost FROM list WHERE ${ofPeriod} AND dimension_id = ?`),
  }
}
