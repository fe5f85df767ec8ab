import type { Language } from '../catalogue/note.js'
import type { Server } from '../format/format.js'
import type { OwnFormat } from '../format/own.js'
import type { Job } from './job.js'

/** Formats of the user's own, and what options are when they are absent; looked for in the working directory. */
export const CONFIG_FILE = 'logstat.config.json'

/** What options are when they are not given, and formats of the user's own. */
export interface Config {
  /** The file they are from, if nobody named it: it lay in the working directory. */
  readonly found?: string
  readonly formats: readonly OwnFormat[]
  readonly lang?: Language
  readonly tz?: string
  readonly logTz?: string
  readonly top?: number
  readonly server?: Server
  readonly db?: string
  readonly jobs?: number
  /** Jobs of `logstat summary`, by name. */
  readonly summaries?: Readonly<Record<string, Job>>
}

export const NO_CONFIG: Config = { formats: [] }
