import { extname } from 'node:path'
import type { Language } from '../catalogue/note.js'
import { LogstatError } from '../errors.js'
import type { Server } from '../format/format.js'
import type { Origin } from '../render/next.js'
import { RENDERERS, type RenderOptions } from '../render/render.js'
import type { TableName } from '../render/tables.js'
import { checkZone, systemZone } from '../time-zone.js'
import type { Config } from './config-file.js'
import { type ColorOption, type ShowOptions, useColor } from './print.js'

export { show, write } from './print.js'

/** Options of every command that prints a report. */
export interface OutputOptions extends ShowOptions {
  readonly format?: string
  readonly table?: TableName
  readonly lang: Language
  readonly tz?: string
  /** Values of each list, when a number is asked for. */
  readonly top?: number
  /** End after the findings. */
  readonly brief?: boolean
  readonly color: ColorOption
  readonly status?: string
  readonly server?: Server
  /** The configuration in force. */
  readonly settings?: Config
  /** The command line that asks for the report. */
  readonly origin?: Origin
}

/** The configuration that was found, where nobody sees standard error; to be named in the report. */
export const settingsToName = ({ settings }: Pick<OutputOptions, 'settings'>): string | undefined =>
  process.stderr.isTTY ? undefined : settings?.found

/** Endings that are not the name of a kind themselves. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['', 'text'],
  ['.txt', 'text'],
  ['.log', 'text'],
  ['.prom', 'openmetrics'],
  ['.markdown', 'md'],
  ['.htm', 'html'],
])

/**
 * The kind of output: the one that is named, else that of the file's ending, else text.
 *
 * @throws LogstatError for an ending that no kind has
 */
export function kindOf({ format, output, table }: Pick<OutputOptions, 'format' | 'output' | 'table'>): string {
  const kind = format ?? kindOfFile(output) ?? (table === undefined ? 'text' : 'csv')
  if (table !== undefined && kind !== 'csv' && kind !== 'tsv')
    throw new LogstatError(
      'output',
      { en: `--table is for CSV and TSV, not for "${kind}"`, zh: `--table 只适用于 CSV 和 TSV，不适用于“${kind}”` },
      { en: 'Add --format csv, or leave out --table.', zh: '请加上 --format csv，或去掉 --table。' },
    )
  return kind
}

function kindOfFile(output: string | undefined): string | undefined {
  if (output === undefined) return undefined
  const kind = KINDS.get(extname(output)) ?? extname(output).slice(1)
  if (!Object.hasOwn(RENDERERS, kind))
    throw new LogstatError(
      'output',
      { en: `${output}: no report of the kind "${kind}" can be written`, zh: `${output}：无法写入“${kind}”类型的报告` },
      {
        en: `Known kinds: ${Object.keys(RENDERERS).join(', ')}. Name one with --format.`,
        zh: `已知类型：${Object.keys(RENDERERS).join('、')}。请用 --format 指定。`,
      },
    )
  return kind
}

export function renderOptions({
  color,
  output,
  tz,
  top,
  brief,
  table,
  origin,
}: Pick<OutputOptions, 'color' | 'output' | 'tz' | 'top' | 'brief' | 'table' | 'origin'>): RenderOptions {
  return {
    width: output === undefined && process.stdout.isTTY ? process.stdout.columns || 80 : 80,
    color: useColor(color, output === undefined),
    timeZone: checkZone(tz ?? systemZone()),
    top,
    brief,
    table,
    origin,
  }
}
