import type { LogstatError, Told } from '../errors.js'
import type { Wrapping } from '../format/unwrap.js'
import type { Input } from '../input/find.js'
import type { Reader } from '../input/reader.js'
import type { Filter } from '../kernel/filter.js'
import type { Packed } from '../kernel/packed.js'
import type { Plan } from '../kernel/plan.js'
import type { Source } from '../store/store.js'
import type { LineCounts } from '../tally/tally.js'

// The values that pass between the stages look, plan, count and book. All are plain data, which can be printed, tested
// and sent to a thread; only a stream brings an open reader along.

/** How the lines of a log are read. */
export interface Layout {
  readonly format: string
  readonly server: string | null
  readonly software: string | null
  /** None for a log that says it itself: the `#Fields` line in force is part of the Position. */
  readonly plans: readonly Plan[]
  /** Finds the fields of a line where plans do not. */
  readonly pattern: RegExp | null
  /** The wrappers around each line; null: there are none. */
  readonly wrapping: Wrapping | null
  /** The zone of times that carry none; null: UTC. */
  readonly zone: string | null
  /** Whether the lines name a status, as far as the head of the log tells. */
  readonly hasStatus: boolean
  /** The text that the user's own format was defined by, to read the log on by the same; null for a known format. */
  readonly definition: string | null
  /** The first `#Fields` line of a W3C log: the one most likely in force further on. */
  readonly firstFields: string | null
}

/** A place in a log where reading can begin: always the end of a line. */
export interface Position {
  /** Bytes of unpacked content before this place. */
  readonly offset: number
  /** The `#Fields` line in force (W3C). */
  readonly fields: string | null
  /** The last date read, in seconds since 1970, for records that carry a time of day alone. */
  readonly moment: number | null
  /** The last bytes before `offset`: they prove later that the log is the same. */
  readonly tail: Uint8Array
  /** The line behind `offset` is counted although its newline had not been written. */
  readonly openLine: boolean
}

/** A log as a database knows it. */
export interface Identity {
  /** Names the log by its first line, hashed. */
  readonly firstLine: string
  /** State of the sources with this first line when the database was asked; absent for a stream. */
  readonly seen?: string
  /** Names the packed file, if it is one. */
  readonly packed?: string
  /** The source that the log continues. */
  readonly source?: Source
  /** The log holds nothing that is not in the source. */
  readonly isContained: boolean
}

/** An input that was opened and looked at: which log it is, how its lines are read, and from where on. */
export interface Log {
  readonly input: Input
  /** Which file the path stood for (`fileOf`): whoever opens it again checks that it still does. */
  readonly file: string
  /** So many first bytes have this CRC-32: the file was not cut short and written anew meanwhile. */
  readonly head: { readonly bytes: number; readonly crc: number }
  readonly layout: Layout
  readonly start: Position
  /** How its bytes come: from anywhere; unpacked, from front to back; or once, through `unread`. */
  readonly bytes: 'random' | 'packed' | 'stream'
  /** Bytes of the file, as on disk. */
  readonly size: number
  /** A last line without its newline counts. In a database it may still be being written. */
  readonly countsLastLine: boolean
  /** Present for a database only. */
  readonly identity?: Identity
  /** A stream, opened and standing at `start`. */
  readonly unread?: Reader
}

/** An input that cannot be read, or is no log. */
export interface Refused {
  readonly input: Input
  readonly error: LogstatError
  /** For a database: which sources it was compared with. */
  readonly identity?: Identity
}

/** A stretch of one log. */
export interface Piece {
  readonly log: Log
  readonly start: Position
  /** Bytes of unpacked content before its end, where a line ends; null: to the end of the log. */
  readonly end: number | null
  /** A worker thread unpacks the log, while this one counts. */
  readonly unpacksInWorker: boolean
}

/**
 * Pieces that are counted one after the other into the same tables: a range of a large file, or several small files.
 */
export interface Unit {
  readonly pieces: readonly Piece[]
  /**
   * Counted straight into the tables of the ledger, by the main thread. Otherwise by any thread, into tables of its
   * own.
   */
  readonly inPlace: boolean
}

/** A job is counted and booked as one: one log in several units, or several logs in one. */
export interface Job {
  readonly logs: readonly (Log | Refused)[]
  readonly units: readonly Unit[]
}

/** A part holds the counts of a piece since the part before. */
export interface Part {
  /** Which piece of its unit. */
  readonly piece: number
  /** The tables of the counts; null: they are those of the ledger, or come with a later part of the unit. */
  readonly tables: Packed | null
  /** Lines of samples are counted from the beginning of the part. */
  readonly counts: LineCounts
  /** Whether a `#Fields` line named a status. */
  readonly sawStatus: boolean
  /** Where the next part begins. */
  readonly at: Position
  /** Notes on the content, to recognise the log later (`TrailWriter`). */
  readonly trail: Uint8Array
  /** Why the part ends: before the first line of a later day, with full tables, or with its piece. */
  readonly ends: 'period' | 'full' | 'piece'
  /** Why the piece could not be read to its end. */
  readonly failure: Told | null
}

/** How everything is counted in a run. */
export interface Counting {
  /** The zone whose days have lists of their own; null: lists over everything. */
  readonly dayZone: string | null
  /** Entries that the tables must hold before a midnight empties them; null: no midnight does. */
  readonly fewEntries: number | null
  /** Values kept of each list of a whole day; null: all. */
  readonly most: number | null
  readonly filter: Filter
  /** Whether the logs are to be recognised later. */
  readonly isRecognised: boolean
  /** Bytes of parts of a unit that wait to be booked, at most, beside the first that waits. */
  readonly mostWaiting: number
}

export const isRefused = (log: Log | Refused): log is Refused => 'error' in log
