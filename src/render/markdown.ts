/**
 * Text as Markdown shows it literally. What the catalogue puts between backticks is code and stays; outside of it, what Markdown or HTML
 * would obey is escaped.
 */
export function markdown(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 ? part : part.replace(/[\\`*_{}[\]<>#|~]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : `\\${c}`))))
    .join('')
}

/** The same for a cell of a table, where a bar ends the cell even inside code. */
export function markdownCell(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 ? part.replaceAll('|', '\\|') : markdown(part)))
    .join('')
}
