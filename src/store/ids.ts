import { crc32 } from 'node:zlib'
import type Database from 'better-sqlite3'
import { placesInOrder } from '../tally/order.js'
import type { CodeKey, DimensionName } from '../tally/tally.js'
import { type Inserter, inserter } from './insert.js'

/**
 * Limits of the ids that are remembered, and of the characters of their texts: more would take as much memory as the
 * values themselves.
 */
const MANY_IDS = 50_000
const LONG_TEXTS = 5 << 20

/**
 * @internal Ids of dimensions, codes and values: found, or made when they are new.
 *
 * Known ids are right only within a transaction, and from one to the next while nobody else changes the database. A
 * transaction that fails takes the ids it made along.
 */
export class Ids {
  readonly #statements: ReturnType<typeof prepare>
  readonly #newValues: Inserter
  /** True when a text that was stored long ago is found again. */
  readonly #recalls: boolean
  readonly #dimensions = new Map<DimensionName, number>()
  readonly #codes = new Map<string, number>()
  readonly #values = new Map<string, number>()
  /** Characters of the texts in `#values`. */
  #textsKnown = 0
  /** Ids of the texts that lists have in common; 0: not known yet. */
  readonly #ofTexts = new Map<readonly string[], Float64Array>()
  #lastValue = 0
  /** True when there are values whose ids are not in `#values`. */
  #hasValues = false
  /** State of the database at the end of the last transaction. */
  #left: string | undefined

  /** @param recalls false: the database is only filled and read, so no text need be found again */
  constructor(db: Database.Database, recalls: boolean) {
    this.#statements = prepare(db)
    this.#newValues = inserter(db, 'value', { own: ['id', 'hash', 'text'] })
    this.#recalls = recalls
  }

  /** A transaction begins. */
  begin(): void {
    this.#newValues.reset()
    this.#ofTexts.clear()
    if (this.#left === this.#state()) return
    this.#dimensions.clear()
    this.#codes.clear()
    if (this.#recalls) this.#forgetValues()
    this.#lastValue = (this.#statements.lastValue.get() as { id: number | null }).id ?? 0
    this.#hasValues = this.#recalls && this.#lastValue > 0
  }
  /** The transaction ends well. */
  end(): void {
    this.#left = this.#state()
  }
  /** The transaction failed. */
  fail(): void {
    this.#left = undefined
  }
  #state(): string {
    return `${this.#statements.dataVersion()} ${(this.#statements.changes.get() as { n: number }).n}`
  }

  /** Put new values in: before rows that refer to them are read. */
  flush(): void {
    this.#newValues.flush()
  }

  /** Between two tallies: forget ids that take too much memory. */
  forgetSome(): void {
    this.#ofTexts.clear()
    if (this.#codes.size > MANY_IDS) this.#codes.clear()
    if (this.#values.size >= MANY_IDS || this.#textsKnown >= LONG_TEXTS) this.#forgetValues()
  }
  #forgetValues(): void {
    this.#values.clear()
    this.#textsKnown = 0
    // A text that is not recalled may stand twice in the database, but not in one list.
    this.#hasValues = this.#recalls
  }

  dimension(name: DimensionName): number {
    let id = this.#dimensions.get(name)
    if (id === undefined) {
      this.#statements.addDimension.run(name)
      id = (this.#statements.findDimension.get(name) as { id: number }).id
      this.#dimensions.set(name, id)
    }
    return id
  }

  code({ status, substatus, win32Status, reason }: CodeKey): number {
    const key = [status, substatus, win32Status, reason]
    const name = key.join('|')
    let id = this.#codes.get(name)
    if (id === undefined) {
      const found = this.#statements.findCode.get(...key.map((v, i) => v ?? (i === 3 ? '' : -1))) as
        | { id: number }
        | undefined
      id = found?.id ?? Number(this.#statements.addCode.run(...key).lastInsertRowid)
      this.#codes.set(name, id)
    }
    return id
  }

  value(text: string): number {
    const id = this.#values.get(text)
    if (id !== undefined) return id
    const hash = this.#hashOf(text)
    return this.#knownValue(text, hash) ?? this.#newValue(text, hash)
  }

  /**
   * The ids of texts that lists have in common, to be filled in; 0: ask `value`.
   *
   * @param all true when all of the texts are wanted: new ids are made here, in the order of the index, which takes
   * half as long
   */
  ofTexts(texts: readonly string[], all: boolean): Float64Array {
    let ids = this.#ofTexts.get(texts)
    if (!ids) this.#ofTexts.set(texts, (ids = all ? this.#allOf(texts) : new Float64Array(texts.length)))
    return ids
  }
  #allOf(texts: readonly string[]): Float64Array {
    const ids = new Float64Array(texts.length)
    const places = new Uint32Array(texts.length)
    const hashes = new Float64Array(texts.length)
    let fresh = 0
    for (let place = 0; place < texts.length; place++) {
      const text = texts[place] as string
      let id = this.#values.get(text)
      if (id === undefined) {
        const hash = this.#hashOf(text)
        id = this.#knownValue(text, hash)
        if (id === undefined) {
          hashes[fresh] = hash
          places[fresh++] = place
        }
      }
      ids[place] = id ?? 0
    }
    for (const i of placesInOrder(hashes.slice(0, fresh))) {
      const place = places[i] as number
      const text = texts[place] as string
      ids[place] = this.#values.get(text) ?? this.#newValue(text, hashes[i] as number)
    }
    return ids
  }

  #hashOf(text: string): number {
    return this.#recalls ? crc32(text) : 0
  }
  /** The id of a value that is there; undefined: there is none such. */
  #knownValue(text: string, hash: number): number | undefined {
    const id = this.#hasValues ? (this.#statements.findValue.get(hash, text) as number | undefined) : undefined
    if (id !== undefined) this.#remember(text, id)
    return id
  }
  #newValue(text: string, hash: number): number {
    const id = ++this.#lastValue
    for (const value of [id, hash, text]) this.#newValues.put(value)
    this.#remember(text, id)
    return id
  }
  #remember(text: string, id: number): void {
    this.#values.set(text, id)
    this.#textsKnown += text.length
  }
}

function prepare(db: Database.Database) {
  return {
    dataVersion: () => db.pragma('data_version', { simple: true }),
    changes: db.prepare('SELECT total_changes() AS n'),
    findDimension: db.prepare('SELECT id FROM dimension WHERE name = ?'),
    addDimension: db.prepare('INSERT OR IGNORE INTO dimension (name) VALUES (?)'),
    findCode: db.prepare(
      "SELECT id FROM code WHERE coalesce(status, -1) = ? AND coalesce(substatus, -1) = ? AND coalesce(win32_status, -1) = ? AND coalesce(reason, '') = ?",
    ),
    addCode: db.prepare('INSERT INTO code (status, substatus, win32_status, reason) VALUES (?, ?, ?, ?)'),
    findValue: db.prepare('SELECT id FROM value WHERE hash = ? AND text = ?').pluck(),
    lastValue: db.prepare('SELECT max(id) AS id FROM value'),
  }
}
