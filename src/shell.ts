/** Characters that a terminal must not see: all but letters, numbers, signs and blanks. */
const UNSEEN = /[^\p{L}\p{N}\p{P}\p{S} ]/gu

/**
 * A word of a command as a shell takes it: in quotes where it needs them. A name that begins with a dash is no option
 * then.
 */
export function quoted(word: string): string {
  const name = /^-./.test(word) ? `./${word}` : word
  if (/^[\w./:=@%+,-]+$/.test(name)) return name
  if (process.platform === 'win32') return `"${name.replace(UNSEEN, '?')}"`
  if (!UNSEEN.test(name)) return `'${name.replaceAll("'", "'\\''")}'`
  // Shells write characters that cannot be typed in this way.
  const escaped = name
    .replace(/[\\']/g, '\\$&')
    .replace(UNSEEN, (c) => `\\U${(c.codePointAt(0) as number).toString(16).padStart(8, '0')}`)
  return `$'${escaped}'`
}
