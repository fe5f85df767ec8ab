import { eastAsianWidth } from 'get-east-asian-width'
import { breakLines } from './lines.js'

export { visible } from './visible.js'

// Text in columns of a terminal, where Chinese characters are two cells wide.

/**
 * Whether a text is of ASCII and the signs that reports are drawn with, as nearly all are: one cell each. Other texts
 * need a look at each grapheme.
 */
const isPlain = (text: string): boolean => /^[\x20-\x7e·–…≤≥±×→⚠✓▁-█▉-▏╵]*$/.test(text)

/** Cells a text takes. */
export function width(text: string): number {
  return isPlain(text) ? text.length : graphemes(text).reduce((sum, grapheme) => sum + widthOf(grapheme), 0)
}

function widthOf(grapheme: string): number {
  if (/^[\p{Mark}\p{Cc}\p{Cf}]/u.test(grapheme)) return 0
  // U+FE0F behind a character asks for its picture, not the letter.
  return grapheme.includes('\ufe0f') ? 2 : eastAsianWidth(grapheme.codePointAt(0) as number)
}

export function padEnd(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - width(text)))
}
export function padStart(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - width(text))) + text
}

let segmenter: Intl.Segmenter | undefined
/** Graphemes: each is one character to a reader. */
export function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter()
  return [...segmenter.segment(text)].map((s) => s.segment)
}

/** Cut to so many cells, with `…` where something is missing. */
export function truncate(text: string, cells: number): string {
  if (width(text) <= cells) return text
  if (isPlain(text)) return `${text.slice(0, Math.max(0, cells - 1))}…`
  let out = ''
  let used = 0
  for (const segment of graphemes(text)) {
    const w = width(segment)
    if (used + w > cells - 1) break
    out += segment
    used += w
  }
  return `${out}…`
}

/** A path cut in its middle, since both its ends tell something. */
export function truncateMiddle(text: string, cells: number): string {
  if (width(text) <= cells) return text
  const parts = isPlain(text) ? [...text] : graphemes(text)
  let tail = ''
  for (
    let part = parts.pop();
    part !== undefined && width(part + tail) <= Math.floor((cells - 1) / 2);
    part = parts.pop()
  )
    tail = part + tail
  return truncate(text, cells - width(tail)) + tail
}

/** Break into lines of at most so many cells. */
export const wrap = (text: string, cells: number): string[] => breakLines(text, cells, width)

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of so many cells for a share of 0…1; anything above 0 is seen. */
export function bar(share: number, cells: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * cells * 8)) : 0
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] as string)
}

const LEVELS = '▁▂▃▄▅▆▇█'

/** A line of small bars, one a value, scaled to the largest. */
export function sparkline(values: readonly number[], cells: number): string {
  const points = resample(values, cells)
  const top = Math.max(...points, 0)
  if (top === 0) return ''
  return points.map((v) => (v === 0 ? LEVELS[0] : LEVELS[Math.max(1, Math.min(7, Math.round((v / top) * 7)))])).join('')
}

/** Sum neighbours until at most `most` values are left. */
export function resample(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values]
  const size = Math.ceil(values.length / most)
  const out: number[] = []
  for (let i = 0; i < values.length; i += size) out.push(values.slice(i, i + size).reduce((a, b) => a + b, 0))
  return out
}

/** A whole number, its thousands apart. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

export function percent(part: number, whole: number): string {
  if (whole === 0) return '–'
  const share = (part / whole) * 100
  if (share > 0 && share < 0.1) return '<0.1 %'
  if (share < 100 && share > 99.9) return '>99.9 %'
  return `${share.toFixed(1)} %`
}

/** Bytes in powers of 1000, as disks and networks are sold. A sum that large is "at least": it went no further. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let i = 0
  let value = n
  while (value >= 1000 && i < units.length - 1) {
    value /= 1000
    i++
  }
  return `${n >= Number.MAX_SAFE_INTEGER ? '≥ ' : ''}${i === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[i]}`
}

/** A row of cells with their widths; a cell that is too long is cut. Numbers (align right) never are. */
export interface Column {
  readonly align?: 'right'
  /** At most so many cells; what does not fit is cut. */
  readonly most?: number
}
export function table(rows: readonly (readonly string[])[], columns: readonly Column[], indent = '  '): string[] {
  const widths = columns.map((c, i) => Math.min(c.most ?? Infinity, Math.max(0, ...rows.map((r) => width(r[i] ?? '')))))
  return rows.map((row) =>
    (
      indent +
      row
        .map((cell, i) => {
          const w = widths[i] as number
          const text = columns[i]?.align === 'right' ? padStart(cell, w) : padEnd(truncate(cell, w), w)
          return text
        })
        .join('  ')
    ).trimEnd(),
  )
}
