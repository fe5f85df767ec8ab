import { EXPORTED, type Row } from '../store/exported.js'
import {
  type Batch,
  CENTRE_VERSION,
  type Centre,
  type CentreSource,
  type Identity,
  type Meta,
  type Position,
  type PushedSource,
  type Reading,
  type ReadRow,
  type Server,
  type Snapshot,
} from './centre.js'

interface Held {
  source: PushedSource
  pushedAt: number
  heavyAt: number
  /** Rows by table and key. */
  readonly rows: Map<string, { row: Row; rev: number }>
}

/** A centre that goes with the process: the tests hold the others to it. */
export class MemoryCentre implements Centre {
  #held = new Map<string, Held>()
  readonly #seen = new Map<string, number>()
  /** Seconds since 1970. */
  now: () => number
  keepDays: number | null = null

  constructor(now: () => number = () => Date.now() / 1000) {
    this.now = now
  }

  /** A copy of all that the centre holds. @returns a function that puts the copy back, as from a backup */
  backup(): () => void {
    const held = structuredClone(this.#held)
    return () => {
      this.#held = structuredClone(held)
    }
  }

  async meta(): Promise<Meta> {
    const columns = EXPORTED.map(({ name, keys, columns }): [string, Set<string>] => [
      name,
      new Set([...keys, ...columns].map((column) => column.name)),
    ])
    return { version: CENTRE_VERSION, keepDays: this.keepDays, columns: new Map(columns) }
  }

  async positions(uids: readonly string[]): Promise<Position[]> {
    return uids.flatMap((uid) => {
      const held = this.#held.get(uid)
      return held ? [this.#position(held)] : []
    })
  }

  async same(firstLines: readonly string[]): Promise<(Position & Identity)[]> {
    return [...this.#held.values()]
      .filter(({ source }) => !source.gone && firstLines.includes(source.firstLine))
      .map((held) => this.#position(held))
  }

  #position({ source, pushedAt, heavyAt }: Held): Position & Identity {
    return { ...source, pushedAt, age: this.now() - pushedAt, heavyAge: this.now() - heavyAt }
  }

  async put({ expected, source, rev, rows }: Batch): Promise<boolean> {
    const known = this.#held.get(source.uid)
    if ((known?.source.token ?? null) !== expected) return false
    const now = this.now()
    const held: Held = known ?? { source, pushedAt: now, heavyAt: now, rows: new Map() }
    const { trail } = source.isHeavy ? source : held.source
    held.source = structuredClone({ ...source, trail })
    held.pushedAt = now
    if (source.isHeavy) held.heavyAt = now
    for (const [table, given] of rows) {
      for (const row of given) {
        const key = JSON.stringify([table.name, ...table.keys.map(({ name }) => row[name])])
        if ((held.rows.get(key)?.rev ?? -1) < rev) held.rows.set(key, { row: structuredClone(row), rev })
      }
    }
    this.#held.set(source.uid, held)
    return true
  }

  async seen(server: string): Promise<void> {
    this.#seen.set(server, this.now())
  }

  async servers(): Promise<Server[]> {
    return [...this.#seen].sort(inOrder).map(([name, seenAt]) => {
      const of = [...this.#held.values()].filter(({ source }) => source.server === name && !source.gone)
      const entries = of.reduce((n, { source }) => n + Number(source.about.entries), 0)
      return { name, sources: of.length, entries, seenAt, age: this.now() - seenAt }
    })
  }

  async read<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const held = [...structuredClone(this.#held).values()]
      .filter(({ source }) => !source.gone)
      .sort((a, b) => inOrder([a.source.server, a.source.about.id], [b.source.server, b.source.about.id]))
    return work({
      now: this.now(),
      sources: async (): Promise<CentreSource[]> =>
        held.map(({ source: { uid, server, about }, pushedAt }) => ({ uid, server, about, pushedAt })),
      count: async (reading) => rowsOf(held, { columns: [], ...reading }).length,
      async *rows(reading: Reading): AsyncGenerator<ReadRow> {
        yield* rowsOf(held, reading)
      },
    })
  }

  async close(): Promise<void> {}
}

function rowsOf(held: readonly Held[], { table, columns, from = -Infinity, to = Infinity, codes }: Reading): ReadRow[] {
  const first = table.keys[0]?.name as string
  const names = [...table.keys.map(({ name }) => name), ...columns]
  const isWanted = (row: Row): boolean => {
    const number = row[first]
    if (typeof number === 'number' && !(number >= from && number < to)) return false
    return codes?.includes(row.code as string) !== false
  }
  const found = held.flatMap(({ source, rows }, place) =>
    [...rows]
      .filter(([key, { row, rev }]) => JSON.parse(key)[0] === table.name && rev >= source.base && isWanted(row))
      .map(([, { row }]) => ({ row, place, uid: source.uid })),
  )
  const order = ({ row, place }: (typeof found)[number]): unknown[] => [row.code, row.dimension, row[first], place]
  return found
    .sort((a, b) => inOrder(order(a), order(b)))
    .map(({ row, uid }) => ({ uid, ...Object.fromEntries(names.map((name) => [name, row[name] ?? null])) }))
}

/** Compare keys part by part. */
function inOrder(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [i, x] of a.entries()) {
    const y = b[i]
    if (x !== y) return (x as string) < (y as string) ? -1 : 1
  }
  return 0
}
