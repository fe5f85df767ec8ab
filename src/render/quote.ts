import { visible } from './visible.js'

/** A word of a command as a shell takes it: in quotes where it needs them. A name that begins with a dash is no option then. */
export function quoted(word: string): string {
  const name = /^-./.test(word) ? `./${word}` : word
  if (/^[\w./:=@%+,-]+$/.test(name)) return name
  if (process.platform === 'win32') return `"${visible(name)}"`
  // What a terminal must not see is written as the shells write it.
  if (visible(name) !== name)
    return `$'${visible(name.replace(/[\\']/g, '\\$&')).replace(/\\u\{([\da-f]+)\}/g, (_, hex: string) => `\\U${hex.padStart(8, '0')}`)}'`
  return `'${name.replaceAll("'", "'\\''")}'`
}
