import { LogstatError } from '../errors.js'
import type { Server, TimeUnit } from './format.js'

/** A format that is defined by its user: by one of `layout`, `pattern` and `fields`. */
export interface OwnFormat {
  readonly name: string
  /** An nginx `log_format`, an Apache `LogFormat`, or a GoAccess format. */
  readonly layout?: string
  /** A regular expression with named groups. */
  readonly pattern?: string
  /** Of a W3C log without its header, as the `#Fields` line would name them. */
  readonly fields?: string
  readonly server?: Server
  /** Unit of the time taken, where the layout leaves that open. */
  readonly timeUnit?: TimeUnit
  /** The zone of times that carry none. */
  readonly logTz?: string
}

/** A database keeps the definition of a format in one text: that of a format with a name begins so. */
const PREFIX = 'own:'

export const ownText = (own: OwnFormat): string => `${PREFIX}${JSON.stringify(own)}`

/** @returns undefined when the text is no such definition */
export function ownFrom(text: string): OwnFormat | undefined {
  if (!text.startsWith(PREFIX)) return undefined
  try {
    return JSON.parse(text.slice(PREFIX.length)) as OwnFormat
  } catch {
    throw new LogstatError('layout', {
      en: `the definition of the format cannot be read: ${text}`,
      zh: `无法读取格式定义：${text}`,
    })
  }
}
