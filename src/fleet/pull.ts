import { codeOfText, EXPORTED, type ExportedTable } from '../store/exported.js'
import { HourSum, Incoming, ListSum } from '../store/incoming.js'
import type { Store } from '../store/store.js'
import type { CodeKey } from '../tally/tally.js'
import type { Centre, CentreSource, ReadRow, Snapshot } from './centre.js'

// Fills a temporary store from a centre, added up over servers: counts by what wrote the logs, as explanations need it, and
// one list for each code, dimension and stretch of time that a report will ask for.

export interface PullOptions {
  /** Hours [from, to) and periods [from, to); all when absent. */
  readonly hours?: { readonly from: number; readonly to: number }
  readonly periods?: { readonly from: number; readonly to: number }
  /** Lists of each period stay apart; else they are added up over all periods. */
  readonly byPeriod?: boolean
  /** Codes whose lists are wanted; all when absent. */
  readonly select?: ((code: CodeKey) => boolean) | undefined
  /** Values of each list that the report will show. */
  readonly top?: number | undefined
  /** One input a server in place of one a log. */
  readonly byServer?: boolean
}

/** What a report of a centre holds for. */
export interface AsOf {
  /** Seconds since 1970, by the clock of the centre. */
  readonly now: number
  readonly servers: number
  /** Servers that have not pushed for SILENT_AFTER, and when they did last. */
  readonly silent: readonly { readonly name: string; readonly seenAt: number }[]
}

/** Seconds without a push after which a server is silent. */
export const SILENT_AFTER = 900
/** Values kept of each list. */
const KEPT = 100

/** Codes whose lists are read: a report tells so many in full. */
const MOST_CODES = 1000

const tableOf = (name: string): ExportedTable => EXPORTED.find((table) => table.name === name) as ExportedTable

export async function pull(centre: Centre, store: Store, options: PullOptions = {}): Promise<AsOf> {
  const now = await centre.read((snapshot) => new Pull(snapshot, store, options).run())
  const servers = await centre.servers()
  const silent = servers.filter(({ age }) => age > SILENT_AFTER).map(({ name, seenAt }) => ({ name, seenAt }))
  return { now, servers: servers.length, silent }
}

class Pull {
  readonly #snapshot: Snapshot
  readonly #store: Store
  readonly #options: PullOptions
  readonly #incoming: Incoming
  /** Ids here: of each source, and of the one that holds the counts of all that have the same writer. */
  readonly #ids = new Map<string, number>()
  readonly #holders = new Map<string, number>()

  constructor(snapshot: Snapshot, store: Store, options: PullOptions) {
    this.#snapshot = snapshot
    this.#store = store
    this.#options = options
    this.#incoming = new Incoming(store)
  }

  async run(): Promise<number> {
    const { db } = this.#store
    db.exec('BEGIN')
    this.#addSources(await this.#snapshot.sources())
    const codes = await this.#addHours()
    for await (const row of this.#rows('span', this.#options.periods)) this.#incoming.addSpan(this.#holder(row), row)
    await this.#addLists(codes)
    for await (const row of this.#rows('reject')) this.#incoming.addReject(this.#ids.get(row.uid) as number, row)
    db.exec('COMMIT')
    return this.#snapshot.now
  }

  #addSources(sources: readonly CentreSource[]): void {
    const holders = new Map<string, number>()
    for (const { uid, of, about } of this.#options.byServer ? byServer(sources) : each(sources)) {
      const id = this.#incoming.addSource(uid, about)
      const writer = JSON.stringify([about.server, about.software])
      const holder = holders.get(writer) ?? id
      holders.set(writer, holder)
      for (const source of of) {
        this.#ids.set(source, id)
        this.#holders.set(source, holder)
      }
    }
  }

  #rows(name: string, range: { from: number; to: number } | undefined = undefined, codes?: readonly string[]) {
    const table = tableOf(name)
    const columns = table.columns.map((column) => column.name)
    return this.#snapshot.rows({ table, columns, ...range, ...(codes ? { codes } : {}) })
  }

  #holder({ uid }: ReadRow): number {
    return this.#holders.get(uid) as number
  }

  /** @returns hits by code, and a source here that has some */
  async #addHours(): Promise<Codes> {
    const codes: Codes = new Map()
    let last: { readonly code: string; readonly sum: HourSum } | undefined
    for await (const row of this.#rows('hour', this.#options.hours)) {
      const code = row.code as string
      if (code !== last?.code) {
        if (last) this.#incoming.addHours(last.code, last.sum)
        last = { code, sum: new HourSum() }
      }
      const holder = this.#holder(row)
      const known = codes.get(code)
      if (known) known.hits += row.hits as number
      else codes.set(code, { holder, hits: row.hits as number })
      last.sum.add(holder, row)
    }
    if (last) this.#incoming.addHours(last.code, last.sum)
    return codes
  }

  async #addLists(codes: Codes): Promise<void> {
    const { select, periods, byPeriod, top = 0 } = this.#options
    const wanted = [...codes]
      .filter(([code]) => !select || select(codeOfText(code)))
      .sort(([, a], [, b]) => b.hits - a.hits)
      .slice(0, MOST_CODES)
      .map(([code]) => code)
    if (wanted.length === 0) return
    let last: { code: string; dimension: string; period: number; sum: ListSum } | undefined
    const flush = (): void => {
      if (!last) return
      const { holder } = codes.get(last.code) as { holder: number }
      this.#incoming.addList(holder, last.code, last.period, last.dimension, last.sum.sum(Math.max(KEPT, top)))
    }
    for await (const row of this.#rows('list', periods, wanted)) {
      const { code, dimension, period } = row as { code: string; dimension: string; period: number } & ReadRow
      const isSame = last?.code === code && last.dimension === dimension && (!byPeriod || last.period === period)
      if (!isSame) {
        flush()
        last = { code, dimension, period, sum: new ListSum() }
      }
      last?.sum.add(row)
    }
    flush()
  }
}

type Codes = Map<string, { readonly holder: number; hits: number }>

interface Input {
  readonly uid: string
  /** Sources at the centre that it is made of. */
  readonly of: readonly string[]
  readonly about: CentreSource['about']
}

const each = (sources: readonly CentreSource[]): Input[] => sources.map(({ uid, about }) => ({ uid, of: [uid], about }))

/** One for all logs of a server that were written by the same program in the same format. */
function byServer(sources: readonly CentreSource[]): Input[] {
  const groups = new Map<string, { uid: string; of: string[]; about: Record<string, string | number | null> }>()
  for (const { uid, server, about } of sources) {
    const key = JSON.stringify([server, about.format, about.server, about.software])
    const group = groups.get(key)
    if (!group) groups.set(key, { uid, of: [uid], about: { ...about, name: server } })
    else {
      group.of.push(uid)
      for (const name of ['lines', 'entries', 'rejected', 'ignored', 'without_time', 'pruned'])
        group.about[name] = Number(group.about[name]) + Number(about[name])
      group.about.read_at = Math.max(Number(group.about.read_at), Number(about.read_at))
    }
  }
  return [...groups.values()]
}
