import { resolve } from 'node:path'
import { LogstatError } from '../errors.js'
import { statOf } from '../input/find.js'

/**
 * Refuse to write a report over what is read: by whatever name, a link among them.
 *
 * @param sources logs, a database, configurations; those that are not there yet count, too
 */
export function protect(output: string | undefined, sources: readonly (string | null | undefined)[]): void {
  if (output === undefined) return
  for (const source of sources) {
    if (source == null || !isSame(output, source)) continue
    throw new LogstatError(
      'output',
      {
        en: `${output}: this is ${source}, which is read; it is left as it is`,
        zh: `${output}：这就是正在读取的 ${source}，保持不变`,
      },
      { en: 'Name another file with -o.', zh: '请用 -o 指定其他文件。' },
    )
  }
}

/** A database and the files that SQLite keeps beside it. */
export const filesOf = (database: string): readonly string[] =>
  ['', '-wal', '-shm', '-journal'].map((end) => database + end)

function isSame(a: string, b: string): boolean {
  const [first, second] = [statOf(a), statOf(b)]
  if (first && second) return first.isFile() && first.dev === second.dev && first.ino === second.ino
  return bare(a) === bare(b)
}

/** Windows and macOS do not tell names apart by case. */
const bare = (path: string): string =>
  ['win32', 'darwin'].includes(process.platform) ? resolve(path).toLowerCase() : resolve(path)
