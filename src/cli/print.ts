import { closeSync, openSync, writeFileSync } from 'node:fs'
import { LogstatError } from '../errors.js'

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
  const asked = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new LogstatError('output', `${output}: cannot be written (${(error as Error).message})`, 'Check the folder and your right to write there.')
    }
  }
  try {
    // What fails before there is something to write leaves the file as it was.
    let next = pieces.next()
    const fd = asked(() => openSync(output, 'w'))
    try {
      for (; !next.done; next = pieces.next()) {
        const { value } = next
        asked(() => writeFileSync(fd, value))
      }
    } finally {
      closeSync(fd)
    }
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
