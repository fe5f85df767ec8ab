import { type BigIntStats, type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { LogstatError } from '../errors.js'
import { glob, isPattern } from '../glob.js'
import { isPackedCopy } from './same-packed.js'
import { unreadable } from './unreadable.js'

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
  /** Why the input cannot be read. */
  readonly error?: LogstatError
}

/**
 * The file or directory at a path; undefined where there is none, or it may not be looked at: whoever reads it will say
 * so.
 */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return undefined
  }
}

/** Which file the path of an input stands for just now; '' where there is none. */
export function fileOf({ path }: Pick<Input, 'path'>): string {
  const stat = path === null ? undefined : statOf(path)
  return stat ? `${stat.dev}:${stat.ino}` : ''
}

const STDIN: Input = { name: '-', path: null, optional: false, size: null }

/**
 * Turn what the user wrote into inputs: files, directories (searched recursively), globs and `-`. The same file is
 * taken once.
 *
 * A path that cannot be read is an input with an error, so that it does not keep the others from being read.
 */
export function findInputs(paths: readonly string[]): Input[] {
  const found: Input[] = []
  const seen = new Set<string>()
  for (const path of paths) {
    for (const input of inputsOf(path)) {
      const key = input.path === null ? '-' : (input.error?.message ?? realPath(input.path))
      if (!seen.has(key)) found.push(input)
      seen.add(key)
    }
  }
  return found.map((input) => passCopy(input, seen))
}

/** A log of a folder that lies there packed as well counts once. @param found the paths of all */
function passCopy(input: Input, found: ReadonlySet<string>): Input {
  if (!input.optional || input.error || !input.path?.endsWith('.gz')) return input
  const plain = input.path.slice(0, -'.gz'.length)
  if (!found.has(realPath(plain)) || !isPackedCopy(input.path, plain)) return input
  const { name } = input
  return refused(
    name,
    true,
    new LogstatError('twice', {
      en: `${name}: it holds the same as ${plain}, which is read`,
      zh: `${name}：内容与已读取的 ${plain} 相同`,
    }),
  )
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

const refused = (name: string, optional: boolean, error: LogstatError): Input => ({
  name,
  path: name,
  optional,
  size: null,
  error,
})

/** A path that the user wrote. */
function inputsOf(path: string): readonly Input[] {
  if (path === '-') return [STDIN]
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat?.isDirectory()) return inFolder(path)
    if (stat) return [{ name: path, path, optional: false, size: stat.size }]
    const pattern = path.replaceAll('\\', '/')
    if (isPattern(pattern)) return matching(path, pattern)
  } catch (error) {
    return [refused(path, false, error instanceof LogstatError ? error : unreadable(path, error))]
  }
  const words = { en: `${path}: no such file or directory`, zh: `${path}：没有此文件或目录` }
  const remedy = {
    en: 'Check the path; a pattern such as "logs/u_ex*.log" works, too.',
    zh: '请检查路径；也可以使用通配符，例如 "logs/u_ex*.log"。',
  }
  return [refused(path, false, new LogstatError('no-such-file', words, remedy))]
}

function matching(path: string, pattern: string): Input[] {
  const found = glob(pattern)
    .sort(inOrder())
    .flatMap((name) => [...fileAt(name, false)])
  if (found.length > 0) return found
  throw new LogstatError(
    'no-match',
    { en: `${path}: no file matches`, zh: `${path}：没有匹配的文件` },
    {
      en: 'Check the pattern; quote it if your shell should not expand it.',
      zh: '请检查通配符；如果不希望由 shell 展开，请加引号。',
    },
  )
}

function inFolder(folder: string): Input[] {
  const compare = inOrder()
  const found = [...walk(folder, [])].sort((a, b) => compare(a.name, b.name))
  if (found.length > 0) return found
  throw new LogstatError(
    'no-logs',
    { en: `${folder}: the directory holds no files`, zh: `${folder}：该目录中没有文件` },
    { en: 'Name a log file, or a directory that holds some.', zh: '请指定日志文件，或含有日志的目录。' },
  )
}

/** Compares names as people order them. Made when it is needed: a collator takes 5 ms, which a named log can save. */
const inOrder = (): Intl.Collator['compare'] => new Intl.Collator('en', { numeric: true }).compare

/**
 * All files in a directory and below it, but those whose name begins with a dot. @param outer real paths of the
 * directories around it
 */
function* walk(folder: string, outer: readonly string[]): Generator<Input> {
  const real = realPath(folder)
  // A symbolic link that leads back to a directory around it.
  if (outer.includes(real)) return
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    yield refused(folder, true, unreadable(folder, error))
    return
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path, [...outer, real])
    else if (entry.isFile() || entry.isSymbolicLink()) yield* fileAt(path, true, [...outer, real])
    else yield refused(path, true, special(path))
  }
}

/**
 * A file that was found, or what a symbolic link leads to. @param outer as of `walk`; absent: directories are not
 * entered
 */
function* fileAt(path: string, optional: boolean, outer?: readonly string[]): Generator<Input> {
  let stat: Stats
  try {
    stat = statSync(path)
  } catch (error) {
    yield refused(path, optional, isNoUtf8(path, error) ? badName(path) : unreadable(path, error))
    return
  }
  if (stat.isFile()) yield { name: path, path, optional, size: stat.size }
  else if (!stat.isDirectory()) yield refused(path, optional, special(path))
  else if (outer) yield* walk(path, outer)
}

/** Node replaces bytes of a name that are no UTF-8, and then there is no file of that name. */
const isNoUtf8 = (path: string, error: unknown): boolean =>
  path.includes('\ufffd') && (error as NodeJS.ErrnoException).code === 'ENOENT'

function badName(path: string): LogstatError {
  return new LogstatError(
    'unreadable',
    {
      en: `${path}: the name of this file is not valid UTF-8, so it cannot be opened`,
      zh: `${path}：文件名不是有效的 UTF-8，无法打开`,
    },
    {
      en: 'Rename the file, or read it as standard input: logstat - < FILE',
      zh: '请重命名该文件，或通过标准输入读取：logstat - < FILE',
    },
  )
}

/** Reading a pipe may never end, and reading a device may do something. One that is named by the user is read. */
function special(path: string): LogstatError {
  return new LogstatError(
    'special',
    {
      en: `${path}: not a regular file (a pipe, a socket or a device)`,
      zh: `${path}：不是普通文件（管道、套接字或设备）`,
    },
    { en: 'Name it on the command line if it is to be read.', zh: '如果需要读取，请在命令行中直接指定它。' },
  )
}
