import type { Words } from './errors.js'
import type { Server } from './format/format.js'
import type { OwnFormat } from './format/own.js'
import type { Input } from './input/find.js'
import type { Filter } from './kernel/filter.js'
import type { Sizes } from './plan/sizes.js'

export interface ReadOptions {
  /** The format, as `--log-format` names or defines it; detected when absent. */
  readonly format?: string
  /** Formats of the user's own, by name and for detection. */
  readonly formats?: readonly OwnFormat[]
  /** Overrides the server the format implies. */
  readonly server?: Server
  /** The zone whose days a database keeps lists apart for; without it, lists are over everything. */
  readonly dayZone?: string
  /**
   * The zone of times that carry none (HAProxy, IIS native format, date-local), unless their format says it; UTC when
   * absent.
   */
  readonly logZone?: string
  /** Which entries are counted; all when absent. For a temporary store: a database holds everything. */
  readonly filter?: Filter
  /** Read also logs that are not understood for the most part. */
  readonly force?: boolean
  /** Threads to use; the machine's cores when absent. The result is the same for any number. */
  readonly jobs?: number
  /** Values of each list that will be asked for; a database holds as many as it holds. */
  readonly top?: number
  /** In a temporary store, logs of different folders, or each, are told apart. */
  readonly apart?: 'folder' | 'log'
  readonly onProgress?: (progress: Progress) => void
  /** Called about a log that is read, but perhaps not as it is meant. */
  readonly onDoubt?: (doubt: Words, remedy: Words) => void
  /** Seconds since 1970, for `readAt`. */
  readonly now?: number
  /** @internal Smaller sizes, for tests. */
  readonly sizes?: Partial<Sizes>
}

export interface Progress {
  readonly input: Input
  /** Bytes of the file read so far, as on disk, and the lines in them. */
  readonly bytes: number
  readonly lines: number
}
