import type { Report } from '../report/shape.js'
import { renderHtml } from './html.js'
import { jsonPieces } from './json.js'
import type { Origin } from './next.js'
import { renderOpenMetrics } from './openmetrics.js'
import { renderMarkdown } from './report-markdown.js'
import { renderSeparated } from './separated.js'
import type { TableName } from './tables.js'
import { renderText } from './text.js'

/** How a report is printed. */
export interface RenderOptions {
  /** Terminal columns. */
  readonly width: number
  readonly color: boolean
  /** IANA time zone that times are shown in. */
  readonly timeZone: string
  /** How many values of a list are asked for; a few of them are shown when nobody asks. */
  readonly top?: number | undefined
  /** Whether the text ends after the findings. */
  readonly brief?: boolean | undefined
  /** The same report in the other language, for a kind that holds both. */
  readonly inOtherLanguage?: Report | undefined
  /** Which table is printed, of a kind that holds one. */
  readonly table?: TableName | undefined
  /** How it was asked for: commands that tell more are made of it. */
  readonly origin?: Origin | undefined
}

/** A report as text in pieces, since it can be long. */
export type Renderer = (report: Report, options: RenderOptions) => Iterable<string>

/** Output kinds by name, as in `--format`. A new kind is one function here. */
export const RENDERERS: Readonly<Record<string, Renderer>> = {
  text: (report, options) => [renderText(report, options)],
  json: jsonPieces,
  html: renderHtml,
  md: renderMarkdown,
  csv: (report, options) => renderSeparated(report, options, ','),
  tsv: (report, options) => renderSeparated(report, options, '\t'),
  openmetrics: renderOpenMetrics,
}
