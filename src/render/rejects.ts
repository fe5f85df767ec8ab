import type { Language } from '../catalogue/note.js'
import type { RejectedLine, ReportReject } from '../report/rejects.js'
import { count, graphemes, padStart, percent, truncate, visible, width, wrap } from './cells.js'
import type { Style } from './style.js'
import { REASON_WORDS, say } from './words.js'

// The parse report: how much was understood, and of what was not the first lines of each reason, with a caret under the
// place.

const SAMPLES = 3
const INDENT = 14

export function renderRejects(
  rejects: readonly ReportReject[],
  totals: { readonly lines: number; readonly rejected: number },
  { language, style, columns }: { readonly language: Language; readonly style: Style; readonly columns: number },
): string[] {
  if (rejects.length === 0) return []
  const understood = totals.lines - totals.rejected
  const share = say(
    language,
    'understoodShare',
    count(understood),
    count(totals.lines),
    percent(understood, totals.lines),
  )
  const title = say(language, 'notUnderstood', count(totals.rejected))
  const lines =
    width(title) + 2 + width(share) <= columns
      ? [`${style.bold(title)}  ${style.faint(share)}`]
      : [style.bold(title), `  ${style.faint(share)}`]
  for (const { reason, count: hits, samples } of rejects) {
    lines.push(`  ${padStart(count(hits), 8)}  ${REASON_WORDS[reason]?.[language] ?? reason}`)
    let advice = ''
    for (const sample of samples.slice(0, SAMPLES)) {
      const what = whatOf(sample, reason, language)
      const place = say(language, 'at', visible(sample.input), count(sample.line), count(sample.offset))
      lines.push(...hang(`${place}${what ? `${language === 'zh' ? '：' : ': '}${what}` : ''}`, columns, INDENT - 2))
      const { text, caret } = pointed(sample.text, hasPlace(sample, reason) ? sample.column : null, columns - INDENT)
      lines.push(style.faint(`${' '.repeat(INDENT)}${text}`))
      if (caret !== null) lines.push(style.warn(`${' '.repeat(INDENT + caret)}^`))
      // The same advice is given once.
      const next = adviceOf(sample, language)
      if (next && next[1] !== advice) lines.push(...hang(next[0], columns, INDENT), `${' '.repeat(INDENT)}${next[1]}`)
      advice = next?.[1] ?? advice
    }
  }
  return lines
}

const hasPlace = (sample: RejectedLine, reason: string): boolean =>
  reason !== 'too-long' && (reason !== 'unknown' || (sample.nearest !== null && !sample.nearest.fits))

function whatOf({ field, detail }: RejectedLine, reason: string, language: Language): string {
  if (detail !== null) return detail
  if (field === null) return ''
  if (reason !== 'layout') return say(language, 'fieldIs', field.name)
  return field.until.trim()
    ? say(language, 'fieldFollowed', field.name, visible(field.until.trim()))
    : say(language, 'fieldExpected', field.name)
}

/** Advice, and the option that follows it, which is printed on a line of its own to be copied. */
function adviceOf({ nearest }: RejectedLine, language: Language): readonly [text: string, flag: string] | null {
  if (!nearest) return null
  if (nearest.fits) return [say(language, 'fitsOther', nearest.format), `--log-format ${nearest.format}`]
  if (nearest.layout === null) return null
  const text = say(language, 'nearest', nearest.format, nearest.field?.name ?? '?', nearest.column + 1)
  return [text, `--log-format '${nearest.layout}'`]
}

function hang(text: string, columns: number, indent: number): string[] {
  return wrap(text, columns - indent).map((line) => ' '.repeat(indent) + line)
}

/**
 * A line of a log safe to print in so many cells, the part around `column` if it is too long, and the cell that the
 * column stands in.
 */
export function pointed(
  line: string,
  column: number | null,
  cells: number,
): { readonly text: string; readonly caret: number | null } {
  const bare = line.replace(/\r$/, '')
  if (column === null) return { text: truncate(visible(bare), cells), caret: null }
  const before = visible(bare.slice(0, column))
  const after = visible(bare.slice(column))
  // Room is left for what comes after the place: that is what was met instead.
  const most = Math.max(cells - Math.max(1, Math.min(width(after), Math.floor(cells / 4))), 1)
  const shown = width(before) <= most ? before : `…${tail(before, most - 1)}`
  return { text: truncate(shown + after, cells), caret: width(shown) }
}

/** The end of a text in at most so many cells. */
function tail(text: string, cells: number): string {
  const parts = graphemes(text)
  let used = 0
  let start = parts.length
  while (start > 0 && used + width(parts[start - 1] as string) <= cells) used += width(parts[--start] as string)
  return parts.slice(start).join('')
}
