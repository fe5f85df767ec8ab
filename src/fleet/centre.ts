import { LogstatError } from '../errors.js'
import type { About, ExportedTable, Row, Value } from '../store/exported.js'

// A centre holds rows that the databases of many servers have pushed. A centre is asked how far it is, and it replaces
// rows; it does not know what a push is, nor what rows mean.

/** Version of the tables that a centre has. */
export const CENTRE_VERSION = 1

/** @throws LogstatError when a centre has a newer version */
export function checkVersion(version: number): void {
  if (version > CENTRE_VERSION)
    throw new LogstatError(
      'newer-centre',
      {
        en: `the centre has version ${version}, this logstat knows up to ${CENTRE_VERSION}`,
        zh: `中心库版本为 ${version}，此 logstat 最高支持 ${CENTRE_VERSION}`,
      },
      { en: 'Update logstat.', zh: '请升级 logstat。' },
    )
}

export interface Meta {
  readonly version: number
  /** Days for which counts are kept; null: for ever. */
  readonly keepDays: number | null
  /** Names of the columns of each table that this centre has: those of a newer logstat are not sent. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>
}

/** The position that the centre has reached with a source. */
export interface Position {
  readonly uid: string
  readonly server: string
  /** Machine that the source was pushed from. */
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
  /** The source was forgotten. */
  readonly gone: boolean
  /** Time of the last push, in seconds since 1970 by the clock of the centre, and its age in seconds. */
  readonly pushedAt: number
  readonly age: number
  /** Age of the heavy tables, in seconds. */
  readonly heavyAge: number
}

/** Parts of a source by which it is recognised. */
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
  readonly about: About
  /** True when `trail` and the age of the heavy tables are new. */
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
  readonly about: About
  /** Seconds since 1970, by the clock of the centre. */
  readonly pushedAt: number
}

/** A choice of rows that are read. */
export interface Reading {
  readonly table: ExportedTable
  /** Columns of the table beside its keys. */
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
  /** Time when the server was there last, in seconds since 1970 by the clock of the centre, and its age in seconds. */
  readonly seenAt: number
  readonly age: number
}

/** Reads of one state of the centre. */
export interface Snapshot {
  /** Seconds since 1970, by the clock of the centre. */
  readonly now: number
  /** Sources in the order of their servers, and for each server in the order in which they were first read. */
  sources(): Promise<CentreSource[]>
  /** Number of the rows; those of forgotten sources and void ones may be among them. */
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
