import { LogstatError, type Words } from '../errors.js'
import { quoted } from '../shell.js'

/** The error for a file that SQLite cannot, or may not, open. */
export function cannotOpen(file: string, error: unknown): LogstatError {
  const { message } = error as Error
  return new LogstatError(
    'database',
    { en: `${file}: the database cannot be opened (${message})`, zh: `${file}：无法打开数据库（${message}）` },
    { en: 'Check the folder, its free space and your right to write there.', zh: '请检查目录、剩余空间和写入权限。' },
  )
}

interface Reason {
  /** The beginning of SQLite's code, and ours. */
  readonly sqlite: string
  readonly code: string
  readonly what: Words
  readonly remedy: Words
}

/** Reports of SQLite in the user's words. */
const REASONS: readonly Reason[] = [
  {
    sqlite: 'SQLITE_BUSY',
    code: 'busy',
    what: { en: 'another program has been writing to the database for too long', zh: '另一个程序长时间占用该数据库' },
    remedy: {
      en: 'Nothing was lost; run this again when the other one is done.',
      zh: '没有丢失任何内容；请等它完成后重新运行。',
    },
  },
  {
    sqlite: 'SQLITE_FULL',
    code: 'disk-full',
    what: { en: 'the disk is full', zh: '磁盘已满' },
    remedy: {
      en: 'Nothing was lost and nothing half written; free some space and run this again.',
      zh: '没有丢失任何内容，也没有写入不完整的内容；请释放空间后重新运行。',
    },
  },
  {
    sqlite: 'SQLITE_IOERR',
    code: 'disk',
    what: { en: 'the disk could not be written or read', zh: '无法读写磁盘' },
    remedy: {
      en: 'Nothing is half written. Check the free space, the quota and the disk, then run this again.',
      zh: '没有写入不完整的内容。请检查剩余空间、配额和磁盘，然后重新运行。',
    },
  },
  {
    sqlite: 'SQLITE_READONLY',
    code: 'read-only',
    what: { en: 'the database may not be written', zh: '数据库不可写' },
    remedy: { en: 'Check your right to write the file and its folder.', zh: '请检查对该文件及其目录的写入权限。' },
  },
  {
    sqlite: 'SQLITE_NOTADB',
    code: 'not-ours',
    what: { en: 'this is not a logstat database', zh: '这不是 logstat 数据库' },
    remedy: {
      en: 'Name another file for --db; this one is left as it is.',
      zh: '请为 --db 指定其他文件；此文件保持不变。',
    },
  },
]

const CORRUPT: Omit<Reason, 'sqlite'> = {
  code: 'corrupt',
  what: { en: 'the database is damaged', zh: '数据库已损坏' },
  remedy: {
    en: 'See how with: logstat doctor --db FILE   Restore it from a backup, or read the logs into a new one.',
    zh: '查看损坏情况：logstat doctor --db FILE   请从备份恢复，或将日志读入新的数据库。',
  },
}

/** An error of SQLite as one that tells the user what to do; any other as it is. */
export function databaseError(file: string | null, error: unknown): unknown {
  const { code } = error as { code?: unknown }
  if (error instanceof LogstatError || typeof code !== 'string' || !code.startsWith('SQLITE_')) return error
  if (code.startsWith('SQLITE_CANTOPEN') && file !== null) return cannotOpen(file, error)
  // Memory is no business of the database. All else that SQLite refuses (a table that is missing, a row that cannot be)
  // comes of damage.
  if (code === 'SQLITE_NOMEM') return error
  const { code: name, what, remedy } = REASONS.find(({ sqlite }) => code.startsWith(sqlite)) ?? CORRUPT
  if (file === null && ['disk-full', 'disk', 'read-only'].includes(name))
    return new LogstatError(
      'temporary',
      { en: 'the folder for temporary files is full, or may not be written', zh: '临时文件目录已满或不可写' },
      { en: 'Set TMPDIR (on Windows TEMP) to another one.', zh: '请将 TMPDIR（Windows 上为 TEMP）设为其他目录。' },
    )
  const shown = file === null ? '' : quoted(file)
  return new LogstatError(
    name,
    { en: `${file ?? 'the database'}: ${what.en}`, zh: `${file ?? '数据库'}：${what.zh}` },
    { en: remedy.en.replace('FILE', shown), zh: remedy.zh.replace('FILE', shown) },
  )
}
