import type { ToldReport } from '../report/shape.js'
import { jsonPieces } from './json.js'
import { renderText } from './text.js'

/** How a report is printed. */
export interface RenderOptions {
  /** Terminal columns. */
  readonly width: number
  readonly color: boolean
  /** IANA time zone that times are shown in. */
  readonly timeZone: string
}

/** In pieces, since a report can be very long. */
export type Renderer = (report: ToldReport, options: RenderOptions) => Iterable<string>

/** Output kinds by name, as in `--format`. A new kind is one function here. */
export const RENDERERS: Readonly<Record<string, Renderer>> = { text: (report, options) => [renderText(report, options)], json: jsonPieces }
