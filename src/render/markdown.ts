import { visible } from './visible.js'

/**
 * Text as Markdown shows it literally. Code between the catalogue's backticks stays; outside of it, signs that Markdown
 * or HTML would obey are escaped, and nothing else, so that the source can be read, too.
 */
export function markdown(text: string): string {
  return outsideCode(text, escaped, (code) => code)
}

/** Markdown for a cell of a table, where a bar ends the cell even inside code. */
export function markdownCell(text: string): string {
  return outsideCode(
    text,
    (part) => escaped(part).replaceAll('|', '\\|'),
    (code) => code.replaceAll('|', '\\|'),
  )
}

function outsideCode(text: string, plain: (part: string) => string, code: (part: string) => string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 ? code(part) : plain(part)))
    .join('')
}

function escaped(part: string): string {
  return (
    part
      // An underscore within a word is no emphasis: ERROR_SUCCESS.
      .replace(/[\\`*[]|~~|(?<!\w)_|_(?!\w)/g, '\\$&')
      .replace(/&(?=#?\w+;)/g, '&amp;')
      .replaceAll('<', '&lt;')
      // Signs that would begin a list, a quotation or a heading.
      .replace(/^(?=>|(?:#+|[+-])(?:\s|$))/, '\\')
      .replace(/^(\d+)(?=[.)](?:\s|$))/, '$1\\')
  )
}

/** A text out of a log, shown as it is wherever it stands: nothing of it is markup, a link or a mention. */
export function markdownText(text: string): string {
  return visible(text)
    .replace(/[\\`*_[\]<>|~&#@!]/g, '\\$&')
    .replace(/:\/\//g, '\\://')
    .replace(/www\./gi, (w) => `${w.slice(0, 3)}\\.`)
}

/** A value out of a log as code, also in a table: the fence is longer than any run of backticks within. */
export function codeSpan(value: string): string {
  const shown = visible(value) || ' '
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = shown.startsWith('`') || shown.endsWith('`') || (shown.startsWith(' ') && shown.endsWith(' ')) ? ' ' : ''
  return `${fence}${pad}${shown.replaceAll('|', '\\|')}${pad}${fence}`
}
