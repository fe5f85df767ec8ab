import { existsSync } from 'node:fs'
import { editDistance } from '../edit-distance.js'
import { LogstatError } from '../errors.js'
import { COMMANDS } from './commands.js'

/** Refuse a path that is not there and is nearly the name of a command: `logstat reprot`. */
export function refuseCommand([first]: readonly string[]): void {
  if (first === undefined || !/^[a-z-]+$/i.test(first) || existsSync(first)) return
  const meant = COMMANDS.map(({ name }) => name).find((name) => isNear(first.toLowerCase(), name))
  if (meant === undefined) return
  throw new LogstatError(
    'no-such-file',
    { en: `${first}: no such command, file or directory`, zh: `${first}：没有此命令、文件或目录` },
    { en: `Did you mean: logstat ${meant}`, zh: `您是不是要输入：logstat ${meant}` },
  )
}

/** A slip or two; of two letters that changed places one. */
function isNear(typed: string, name: string): boolean {
  const sorted = (text: string): string => [...text].sort().join('')
  return (
    editDistance(typed, name) <= Math.max(1, Math.floor(name.length / 3)) ||
    (typed.length > 2 && sorted(typed) === sorted(name))
  )
}
