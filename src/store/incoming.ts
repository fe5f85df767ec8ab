import type Database from 'better-sqlite3'
import { NO_TIME } from '../tally/buckets.js'
import { LARGEST_SUM } from '../tally/measures.js'
import { byHits, type DimensionName } from '../tally/tally.js'
import { addHistograms, readHistogram } from './counts.js'
import { type About, codeOfText, partsOf, type Row, WIDTHS } from './exported.js'
import { Ids } from './ids.js'
import { type Inserter, inserter } from './insert.js'
import { ADD_SPAN, SPAN_COLUMNS, SUM_COLUMNS } from './measures.js'
import { unpackNumbers } from './numbers.js'
import type { Store } from './store.js'
import { HOUR } from './tracked.js'

// Fills a temporary store with what databases handed out (exported.ts), added up, so that a report of many databases is
// made as that of one.

/** Sums of the buckets of one code, by minute · 4 + place of the width in WIDTHS. */
type Buckets = Map<number, Float64Array>
/** Entries without a time. */
const NO_TIME_KEY = -4

export class Incoming {
  readonly #store: Store
  readonly #ids: Ids
  readonly #hits: Inserter
  readonly #top: Inserter
  readonly #latency: Database.Statement
  readonly #span: Database.Statement
  readonly #columns: readonly { name: string; type: string }[]

  constructor(store: Store) {
    const { db } = store
    this.#store = store
    this.#ids = new Ids(db, true)
    this.#ids.begin()
    this.#hits = inserter(db, 'hits', { common: ['source_id', 'code_id'], own: ['start', 'seconds', ...SUM_COLUMNS] })
    this.#top = inserter(db, 'top', {
      common: ['source_id', 'code_id', 'period', 'dimension_id'],
      own: ['value_id', 'hits', 'error'],
    })
    const columns = ['source_id', 'code_id', 'period', ...SPAN_COLUMNS]
    this.#latency = db.prepare('SELECT latency FROM span WHERE source_id = ? AND code_id = ? AND period = ?').pluck()
    this.#span = db.prepare(
      `INSERT INTO span (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ${ADD_SPAN}`,
    )
    this.#columns = db
      .prepare("SELECT name, type FROM pragma_table_info('source') WHERE name NOT IN ('id', 'rev')")
      .all() as {
      name: string
      type: string
    }[]
  }

  /** Add a source. Columns that are not given are 0 or empty. @returns the id of the source here */
  addSource(uid: string, about: About): number {
    const names = this.#columns.map(({ name }) => name)
    const values = this.#columns.map(({ name, type }) => {
      if (name === 'uid') return uid
      return about[name] !== undefined ? about[name] : type === 'INTEGER' ? 0 : type === 'BLOB' ? Buffer.alloc(0) : ''
    })
    const sql = `INSERT INTO source (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`
    return Number(this.#store.db.prepare(sql).run(...values).lastInsertRowid)
  }

  addHours(code: string, { bySource }: HourSum): void {
    const id = this.#ids.code(codeOfText(code))
    for (const [source, buckets] of bySource) {
      this.#hits.group(source, id)
      for (const [key, sums] of [...buckets].sort(([a], [b]) => a - b)) {
        // The hour became empty.
        if (sums[0] === 0) continue
        this.#hits.put(key < 0 ? NO_TIME : Math.floor(key / 4) * 60)
        this.#hits.put(WIDTHS[key & 3] as number)
        for (const sum of sums) this.#hits.put(Number.isNaN(sum) ? null : sum)
      }
      this.#hits.flush()
    }
  }

  addSpan(source: number, row: Row): void {
    const id = this.#ids.code(codeOfText(row.code as string))
    const latency = this.#latency.get(source, id, row.period) as string | null | undefined
    const sum = addHistograms(latency ?? null, readHistogram(row.latency as string | null))
    this.#span.run(source, id, row.period, ...SPAN_COLUMNS.map((column) => (column === 'latency' ? sum : row[column])))
  }

  addList(source: number, code: string, period: number, dimension: string, list: SummedList): void {
    const of = [source, this.#ids.code(codeOfText(code)), period, this.#ids.dimension(dimension as DimensionName)]
    this.#store.db.prepare('INSERT INTO list VALUES (?, ?, ?, ?, ?, ?)').run(...of, list.different, list.lost)
    this.#top.group(...of)
    for (const { value, hits, error } of list.values) {
      this.#top.put(this.#ids.value(value))
      this.#top.put(hits)
      this.#top.put(error)
    }
    this.#ids.flush()
    this.#top.flush()
  }

  addEvidence(source: number, { period, data }: Row): void {
    this.#store.db.prepare('INSERT INTO evidence (source_id, period, data) VALUES (?, ?, ?)').run(source, period, data)
  }

  addReject(source: number, { reason, count, samples }: Row): void {
    const { db } = this.#store
    db.prepare('INSERT INTO reject VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count').run(
      source,
      reason,
      count,
    )
    const add = db.prepare(
      'INSERT OR IGNORE INTO reject_sample (source_id, reason, line, offset, step, "column", text) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    for (const { line, offset, step, column, text } of JSON.parse(samples as string) as Row[])
      add.run(source, reason, line, offset, step, column, text)
  }
}

/** Counts of one code by time, added up for each source that will hold them. */
export class HourSum {
  readonly bySource = new Map<number, Buckets>()

  add(source: number, row: Row): void {
    let buckets = this.bySource.get(source)
    if (!buckets) this.bySource.set(source, (buckets = new Map()))
    const hour = row.hour as number
    if (row.parts == null) {
      const sums = sumsAt(buckets, hour < 0 ? NO_TIME_KEY : hour * 240 + WIDTHS.indexOf(HOUR))
      for (const [i, column] of SUM_COLUMNS.entries()) addTo(sums, i, row[column] as number | null | undefined)
      return
    }
    const parts = unpackNumbers(row.parts as Uint8Array)
    const all = parts.map((part) => sumsAt(buckets, hour * 240 + (part as number)))
    for (const [i, column] of SUM_COLUMNS.entries()) {
      const bytes = row[partsOf(column)] as Uint8Array | null | undefined
      if (!bytes) continue
      const values = unpackNumbers(bytes)
      for (let part = 0; part < values.length; part++) addTo(all[part] as Float64Array, i, values[part])
    }
  }
}

function sumsAt(buckets: Buckets, key: number): Float64Array {
  let sums = buckets.get(key)
  if (!sums) buckets.set(key, (sums = new Float64Array(SUM_COLUMNS.length).fill(Number.NaN)))
  return sums
}

function addTo(sums: Float64Array, i: number, value: number | null | undefined): void {
  if (value === null || value === undefined) return
  const sum = sums[i] as number
  sums[i] = Number.isNaN(sum) ? value : Math.min(sum + value, LARGEST_SUM)
}

interface SummedList {
  readonly values: readonly { readonly value: string; readonly hits: number; readonly error: number }[]
  readonly lost: number
  readonly different: number
}

/** Lists of one code and dimension, added up: a value that one of them lacks may have had up to its `lost` there. */
export class ListSum {
  readonly #values = new Map<string, { value: string; hits: number; error: number }>()
  #lost = 0
  #different = 0
  #lists = 0

  add({ vals, hits, errors, lost, different }: Row): void {
    this.#lost += lost as number
    this.#different = Math.max(this.#different, different as number)
    this.#lists++
    for (const [i, value] of (vals as string[]).entries()) {
      const more = {
        hits: (hits as number[])[i] as number,
        error: ((errors as number[])[i] as number) - (lost as number),
      }
      const known = this.#values.get(value)
      if (known) {
        known.hits += more.hits
        known.error += more.error
      } else this.#values.set(value, { value, ...more })
    }
  }

  /** @param most values that are kept; the counts are those of all */
  sum(most: number): SummedList {
    const all = [...this.#values.values()]
    for (const value of all) value.error += this.#lost
    const listed = this.#lost === 0 ? all.length : Math.max(all.length, this.#different)
    return {
      values: all.sort(byHits).slice(0, most),
      lost: this.#lost,
      different: this.#lists === 1 ? this.#different : listed,
    }
  }
}
