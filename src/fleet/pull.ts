import { codeOfText, tableOf } from '../store/exported.js'
import { HourSum, Incoming, ListSum } from '../store/incoming.js'
import { SUM_COLUMNS } from '../store/measures.js'
import type { Store } from '../store/store.js'
import { HOUR, PERIOD } from '../store/tracked.js'
import type { CodeKey } from '../tally/tally.js'
import type { Centre, CentreSource, ReadRow, Snapshot } from './centre.js'

// Fills a temporary store from a centre, added up over servers: counts by what wrote the logs, as explanations need it,
// and one list for each code, dimension and stretch of time that a report will ask for.

export interface PullOptions {
  /** Time that is wanted, in seconds since 1970; all when absent. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Logs stay apart, to be told one by one; else they are added up. */
  readonly isApart?: boolean
  /**
   * Asked when counts are there: periods of each stretch that will be reported; undefined: all. Lists are added up over
   * the periods of a stretch.
   */
  readonly stretches?: (store: Store) => readonly (readonly number[] | undefined)[]
  /** Codes whose lists are wanted; all when absent. */
  readonly select?: ((code: CodeKey) => boolean) | undefined
  /** Values of each list that the report will show. */
  readonly top?: number | undefined
}

/** The state of a centre that a report holds for. */
export interface AsOf {
  /** Seconds since 1970, by the clock of the centre. */
  readonly now: number
  readonly servers: number
  /** True when minutes were left out, because there is so much. */
  readonly byHour: boolean
  /** Servers that have not pushed for SILENT_AFTER, and when they did last. */
  readonly silent: readonly { readonly name: string; readonly seenAt: number }[]
}

/** Seconds without a push after which a server is silent. */
export const SILENT_AFTER = 900
/** Values kept of each list. */
const KEPT = 100
/** Number of hours of codes and logs that are read with their minutes; of more, the hours have to do. */
const FINE_HOURS = 150_000
const FINE_HOURS_APART = 20_000

/** Codes whose lists are read: a report tells so many in full. */
const MOST_CODES = 1000

export async function pull(centre: Centre, store: Store, options: PullOptions = {}): Promise<AsOf> {
  const read = await centre.read((snapshot) => new Pull(snapshot, store, options).run())
  const servers = await centre.servers()
  const silent = servers.filter(({ age }) => age > SILENT_AFTER).map(({ name, seenAt }) => ({ name, seenAt }))
  return { ...read, servers: servers.length, silent }
}

class Pull {
  readonly #snapshot: Snapshot
  readonly #store: Store
  readonly #options: PullOptions
  readonly #incoming: Incoming
  /** Ids here: of each source, and of the one that holds its counts. */
  readonly #ids = new Map<string, number>()
  readonly #holders = new Map<string, number>()
  /** Hits of each source that were read. */
  readonly #hits = new Map<string, number>()
  readonly #codes: Codes = new Map()

  constructor(snapshot: Snapshot, store: Store, options: PullOptions) {
    this.#snapshot = snapshot
    this.#store = store
    this.#options = options
    this.#incoming = new Incoming(store)
  }

  async run(): Promise<Pick<AsOf, 'now' | 'byHour'>> {
    const { since, until, stretches } = this.#options
    this.#store.db.exec('BEGIN')
    const sources = await this.#snapshot.sources()
    this.#addSources(sources)
    const byHour = await this.#addHours({
      ...(since === undefined ? {} : { from: Math.floor(since / HOUR) }),
      ...(until === undefined ? {} : { to: Math.ceil(until / HOUR) }),
    })
    // Days of any time zone.
    const periods = {
      ...(since === undefined ? {} : { from: Math.floor(since / PERIOD) - 1 }),
      ...(until === undefined ? {} : { to: Math.ceil(until / PERIOD) + 1 }),
    }
    for await (const row of this.#rows('span', periods))
      this.#incoming.addSpan(this.#holders.get(row.uid) as number, row)
    if (since === undefined && until === undefined) this.#notePruned(sources)
    await this.#addLists(periods, stretches?.(this.#store) ?? [undefined])
    for await (const row of this.#rows('evidence', periods))
      this.#incoming.addEvidence(this.#ids.get(row.uid) as number, row)
    for await (const row of this.#rows('reject')) this.#incoming.addReject(this.#ids.get(row.uid) as number, row)
    this.#store.db.exec('COMMIT')
    return { now: this.#snapshot.now, byHour }
  }

  #addSources(sources: readonly CentreSource[]): void {
    const holders = new Map<string, number>()
    for (const { uid, server, about } of sources) {
      const id = this.#incoming.addSource(uid, { ...about, machine: server })
      const writer = JSON.stringify([about.server, about.software])
      const holder = (this.#options.isApart ? undefined : holders.get(writer)) ?? id
      holders.set(writer, holder)
      this.#ids.set(uid, id)
      this.#holders.set(uid, holder)
    }
  }

  #rows(
    name: string,
    range: Range = {},
    codes?: readonly string[],
    columns?: readonly string[],
  ): AsyncIterable<ReadRow> {
    const table = tableOf(name)
    const all = table.columns.map((column) => column.name)
    return this.#snapshot.rows({ table, columns: columns ?? all, ...range, ...(codes ? { codes } : {}) })
  }

  /** @returns true when minutes were left out */
  async #addHours(range: Range): Promise<boolean> {
    const most = this.#options.isApart ? FINE_HOURS_APART : FINE_HOURS
    const byHour = (await this.#snapshot.count({ table: tableOf('hour'), ...range })) > most
    let last: { readonly code: string; readonly sum: HourSum } | undefined
    for await (const row of this.#rows('hour', range, undefined, byHour ? SUM_COLUMNS : undefined)) {
      const code = row.code as string
      const hits = row.hits as number
      if (code !== last?.code) {
        if (last) this.#incoming.addHours(last.code, last.sum)
        last = { code, sum: new HourSum() }
      }
      const holder = this.#holders.get(row.uid) as number
      const known = this.#codes.get(code)
      if (known) known.hits += hits
      else this.#codes.set(code, { holder, hits })
      this.#hits.set(row.uid, (this.#hits.get(row.uid) ?? 0) + hits)
      last.sum.add(holder, row)
    }
    if (last) this.#incoming.addHours(last.code, last.sum)
    return byHour
  }

  /** Entries whose counts the centre does not have any more. */
  #notePruned(sources: readonly CentreSource[]): void {
    const note = this.#store.db.prepare('UPDATE source SET pruned = ? WHERE id = ?')
    for (const { uid, about } of sources)
      note.run(Math.max(0, Number(about.entries) - (this.#hits.get(uid) ?? 0)), this.#ids.get(uid))
  }

  async #addLists(range: Range, stretches: readonly (readonly number[] | undefined)[]): Promise<void> {
    const { select, isApart, top = 0 } = this.#options
    const wanted = [...this.#codes]
      .filter(([code]) => !select || select(codeOfText(code)))
      .sort(([, a], [, b]) => b.hits - a.hits)
      .slice(0, MOST_CODES)
      .map(([code]) => code)
    if (wanted.length === 0) return
    const known = stretches.flatMap((periods) => periods ?? [])
    const within = stretches.includes(undefined) ? range : { from: Math.min(...known), to: Math.max(...known) + 1 }
    if (!stretches.includes(undefined) && known.length === 0) return
    // A period of two stretches cannot be added up with the others of one.
    const areMixed = new Set(known).size < known.length || (known.length > 0 && stretches.includes(undefined))
    const stretchOf = (period: number): number =>
      areMixed ? period : stretches.findIndex((periods) => !periods || periods.includes(period))
    let last = { code: '', dimension: '' }
    const sums = new Map<string, { holder: number; period: number; sum: ListSum }>()
    const flush = (): void => {
      const most = areMixed || isApart ? Infinity : Math.max(KEPT, top)
      for (const { holder, period, sum } of sums.values())
        this.#incoming.addList(holder, last.code, period, last.dimension, sum.sum(most))
      sums.clear()
    }
    for await (const row of this.#rows('list', within, wanted)) {
      const { code, dimension, period } = row as { code: string; dimension: string; period: number } & ReadRow
      const stretch = stretchOf(period)
      if (stretch === -1 && !areMixed) continue
      if (code !== last.code || dimension !== last.dimension) flush()
      last = { code, dimension }
      const key = isApart ? `${period} ${row.uid}` : String(stretch)
      let sum = sums.get(key)
      if (!sum) {
        const holder = isApart ? this.#holders.get(row.uid) : this.#codes.get(code)?.holder
        sums.set(key, (sum = { holder: holder as number, period, sum: new ListSum() }))
      }
      sum.sum.add(row)
    }
    flush()
  }
}

interface Range {
  readonly from?: number
  readonly to?: number
}

/** Hits of each code, and a source here that has some. */
type Codes = Map<string, { readonly holder: number; hits: number }>
