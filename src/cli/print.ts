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

/** To the file that was named, or to standard output, waiting until a pipe has taken it. */
export async function write(text: string | Iterable<string>, output?: string): Promise<void> {
  const pieces = together(typeof text === 'string' ? [text] : text)
  if (output === undefined) {
    for (const piece of pieces) await new Promise<void>((resolve) => process.stdout.write(piece, () => resolve()))
    return
  }
  // What fails before there is something to write leaves the file as it was.
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
