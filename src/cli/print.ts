import { writeFileSync } from 'node:fs'
import { LogstatError } from '../errors.js'

/** `--color` */
export type ColorOption = 'auto' | 'always' | 'never'

/** https://no-color.org */
export function useColor(color: ColorOption, toTerminal = true): boolean {
  if (color !== 'auto') return color === 'always'
  return toTerminal && process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
}

/** To the file that was named, or to standard output, waiting until a pipe has taken it. */
export async function write(text: string, output?: string): Promise<void> {
  if (output === undefined) {
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
    return
  }
  try {
    writeFileSync(output, text)
  } catch (error) {
    throw new LogstatError('output', `${output}: cannot be written (${(error as Error).message})`, 'Check the folder and your right to write there.')
  }
}
