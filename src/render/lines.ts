/**
 * Break into lines of at most so many cells: at blanks, and between Chinese characters (not before their closing marks,
 * not after an opening one).
 *
 * @param width cells that a text takes
 */
export function breakLines(text: string, cells: number, width: (text: string) => number): string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const piece of text.match(PIECES) ?? []) {
    const w = width(piece)
    if (used + w > cells && used > 0) {
      lines.push(line.trimEnd())
      line = ''
      used = 0
      if (/^\s+$/.test(piece)) continue
    }
    line += piece
    used += w
  }
  if (line.trim()) lines.push(line.trimEnd())
  return lines
}

const OPENING = '（《“「'
const CLOSING = '）》”」'
const STOPS = '，。；：、！？'
const HAN = '\\p{Script=Han}'
const PIECES = new RegExp(
  `[${OPENING}]?(?:${HAN}|[^\\s${HAN}${OPENING}${CLOSING}${STOPS}]+)[${CLOSING}]?[${STOPS}]?|[${OPENING}${CLOSING}${STOPS}]|\\s+`,
  'gu',
)

/**
 * Cells of a text of the catalogue, in which every character is one cell wide or, if Chinese, two.
 *
 * Text out of a log may hold anything: a library measures it (cells.ts), which takes longer to load than an answer
 * takes.
 */
export function catalogueWidth(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0)
}

const WIDE = /[\u2e80-\u303e\u3041-\u9fff\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/g
