import { openOutput } from './output-file.js'

/** `--color` */
export type ColorOption = 'auto' | 'always' | 'never'

/** https://no-color.org */
export function useColor(color: ColorOption, toTerminal = true): boolean {
  if (color !== 'auto') return color === 'always'
  return toTerminal && process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
}

/** Characters that are written at once. */
const MUCH = 1 << 16

/** Options that say where a text goes. */
export interface ShowOptions {
  readonly output?: string
  readonly quiet?: boolean
  /** `--no-pager` makes it false. */
  readonly pager?: boolean
}

/**
 * Print for a person: through a pager when the terminal has fewer lines than the text. @param kind of output: only
 * `text` is for reading
 */
export async function show(text: string | Iterable<string>, kind: string, options: ShowOptions): Promise<void> {
  const { output, quiet = false, pager = true } = options
  if (kind !== 'text' || output !== undefined || quiet || !pager || !process.stdout.isTTY) return write(text, output)
  const whole = typeof text === 'string' ? text : [...text].join('')
  // The line of the prompt is not free.
  const isLong = (whole.match(/\n/g)?.length ?? 0) >= process.stdout.rows
  // A terminal of no height cannot say how much it shows.
  if (isLong && process.stdout.rows > 0 && (await import('./pager.js')).page(whole)) return
  await write(whole)
}

/** To the file that was named, or to standard output, waiting until a pipe has taken it. */
export async function write(text: string | Iterable<string>, output?: string): Promise<void> {
  const pieces = together(typeof text === 'string' ? [text] : text)
  if (output === undefined) {
    for (const piece of pieces) await new Promise<void>((resolve) => process.stdout.write(piece, () => resolve()))
    return
  }
  // An error before the first piece leaves the file as it was.
  let next = pieces.next()
  const file = openOutput(output)
  try {
    for (; !next.done; next = pieces.next()) file.write(next.value)
    file.finish()
  } catch (error) {
    file.giveUp()
    throw error
  } finally {
    pieces.return(undefined)
  }
}

function* together(pieces: Iterable<string>): Generator<string> {
  let waiting = ''
  for (const piece of pieces) {
    waiting += piece
    if (waiting.length < MUCH) continue
    yield waiting
    waiting = ''
  }
  if (waiting) yield waiting
}
