import { realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LogstatError } from '../errors.js'
import { glob, isPattern } from '../glob.js'

/** Something to read: a file, or standard input (`path` null). */
export interface Input {
  /** As the user wrote it, or as it was found. */
  readonly name: string
  readonly path: string | null
  /** Found in a directory or an archive, not named: if it is no access log, it is passed over. */
  readonly optional: boolean
  /** Bytes on disk, for progress; null when unknown. */
  readonly size: number | null
  /** Which file in an archive it is, counted from 0. */
  readonly member?: number
}

/** Which file the path of an input stands for just now. */
export function fileOf({ path }: Pick<Input, 'path'>): string {
  const stat = path === null ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat ? `${stat.dev}:${stat.ino}` : ''
}

const STDIN: Input = { name: '-', path: null, optional: false, size: null }

/**
 * Turn what the user wrote into inputs: files, directories (searched recursively), globs and `-`. The same file is taken once.
 *
 * @throws LogstatError naming the path, when nothing is there
 */
export function findInputs(paths: readonly string[]): Input[] {
  const found: Input[] = []
  const seen = new Set<string>()
  const add = (name: string, optional: boolean): void => {
    const { size } = statSync(name)
    const real = realpathSync(name)
    if (seen.has(real)) return
    seen.add(real)
    found.push({ name, path: name, optional, size })
  }
  for (const path of paths) {
    if (path === '-') {
      if (!found.includes(STDIN)) found.push(STDIN)
      continue
    }
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat?.isDirectory()) {
      const inside = filesMatching('**/*', path)
      if (inside.length === 0) throw new LogstatError('no-logs', `${path}: the directory holds no files`, 'Name a log file, or a directory that holds some.')
      for (const name of inside) add(join(path, name), true)
    } else if (stat) add(path, false)
    else if (isPattern(path.replaceAll('\\', '/'))) {
      const matches = filesMatching(path.replaceAll('\\', '/'), '.')
      if (matches.length === 0)
        throw new LogstatError('no-match', `${path}: no file matches`, 'Check the pattern; quote it if your shell should not expand it.')
      for (const name of matches) add(name, false)
    } else throw new LogstatError('no-such-file', `${path}: no such file or directory`, 'Check the path; a pattern such as "logs/u_ex*.log" works, too.')
  }
  return found
}

function filesMatching(pattern: string, folder: string): string[] {
  const order = new Intl.Collator('en', { numeric: true })
  return glob(pattern, { cwd: folder }).sort(order.compare)
}
