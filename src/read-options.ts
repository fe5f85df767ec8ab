import type { Input } from './input/find.js'
import type { LedgerOptions } from './ledger/open.js'
import type { LayoutOptions } from './log/layout.js'

export interface ReadOptions extends LayoutOptions, LedgerOptions {
  /** Threads to use; the machine's cores when absent. The result is the same for any number. */
  readonly jobs?: number
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly input: Input
  /** Bytes of the file read so far, as on disk, and the lines in them. */
  readonly bytes: number
  readonly lines: number
}
