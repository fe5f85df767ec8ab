import type { ExportedTable, Row, Value } from '../store/exported.js'

// A centre holds what the databases of many servers have pushed. It is asked how far it is, and it replaces rows; what a
// push is, and what rows mean, it does not know.

/** Version of the tables that a centre has. */
export const CENTRE_VERSION = 1

export interface Meta {
  readonly version: number
  /** Days for which counts are kept; null: for ever. */
  readonly keepDays: number | null
  /** Names of the columns of each table that this centre has: those of a newer logstat are not sent. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>
}

/** How far the centre is with a source. */
export interface Position {
  readonly uid: string
  readonly server: string
  /** Where it was pushed from. */
  readonly machine: string
  /** All changes up to this revision are here; of the heavy tables those up to `heavyRev`. */
  readonly rev: number
  readonly heavyRev: number
  /** The highest revision of any row. */
  readonly top: number
  /** Rows of older revisions are void. */
  readonly base: number
  /** The push that was here last. */
  readonly token: string
  readonly readTo: number
  /** It was forgotten. */
  readonly gone: boolean
  /** Seconds since 1970, by the clock of the centre, and for how long that is. */
  readonly pushedAt: number
  readonly age: number
  /** How old the heavy tables are, in seconds. */
  readonly heavyAge: number
}

/** What a source is recognised by. */
export interface Identity {
  readonly firstLine: string
  readonly trail: Uint8Array
  readonly readTo: number
  readonly tailBytes: number
  readonly tailHash: string
}

/** A source as a batch brings it. */
export interface PushedSource extends Omit<Position, 'pushedAt' | 'age' | 'heavyAge'>, Identity {
  /** Columns of the source in its own database. */
  readonly about: Readonly<Record<string, string | number | null>>
  /** Whether `trail` and the age of the heavy tables are new. */
  readonly isHeavy: boolean
}

/** Rows of one source, which become visible together. */
export interface Batch {
  /** The token that the centre must have; null: it must not know the source. */
  readonly expected: string | null
  readonly source: PushedSource
  /** Revision of the rows. */
  readonly rev: number
  readonly rows: ReadonlyMap<ExportedTable, readonly Row[]>
}

/** A source as reports need it. */
export interface CentreSource {
  readonly uid: string
  readonly server: string
  readonly about: Readonly<Record<string, string | number | null>>
  /** Seconds since 1970, by the clock of the centre. */
  readonly pushedAt: number
}

/** Which rows are read. */
export interface Reading {
  readonly table: ExportedTable
  /** Of its columns. */
  readonly columns: readonly string[]
  /** [from, to) of the first key; all when absent. Rows without a time are numbered -1. */
  readonly from?: number
  readonly to?: number
  readonly codes?: readonly string[]
}

/** A row with its keys and the columns that were asked for. */
export type ReadRow = { readonly uid: string } & Readonly<Record<string, Value>>

export interface Server {
  readonly name: string
  readonly sources: number
  readonly entries: number
  /** When it was there last: seconds since 1970 by the clock of the centre, and for how long that is. */
  readonly seenAt: number
  readonly age: number
}

/** Reads of one state of the centre. */
export interface Snapshot {
  /** Seconds since 1970, by the clock of the centre. */
  readonly now: number
  /** In the order of their servers, and on each in the order in which they were first read. */
  sources(): Promise<CentreSource[]>
  /** How many rows there are. */
  count(reading: Pick<Reading, 'table' | 'from' | 'to'>): Promise<number>
  /** Rows in the order of code, dimension, number and source. Those of forgotten sources and void ones are left out. */
  rows(reading: Reading): AsyncIterable<ReadRow>
}

export interface Centre {
  /** @throws LogstatError when there is no centre, or a newer one */
  meta(): Promise<Meta>
  positions(uids: readonly string[]): Promise<Position[]>
  /** Sources, not forgotten, that begin with one of these lines. */
  same(firstLines: readonly string[]): Promise<(Position & Identity)[]>
  /** @returns false, and nothing is changed, when the source has another token than expected */
  put(batch: Batch): Promise<boolean>
  /** A server says that it is there, whether it had something to push or not. */
  seen(server: string): Promise<void>
  servers(): Promise<Server[]>
  read<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The connection is lost, or the centre does not answer: the same may go well later. */
export class Unreachable extends Error {}
