import type { Language } from '../catalogue/note.js'
import type { Server } from '../format/format.js'
import type { OwnFormat } from '../format/own.js'
import type { Job } from './job.js'

/** Name of the configuration, which is looked for in the working directory. */
export const CONFIG_FILE = 'logstat.config.json'

/** Values of options that are not given, and formats of the user's own. */
export interface Config {
  /** The file that was found in the working directory, if nobody named one. */
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
