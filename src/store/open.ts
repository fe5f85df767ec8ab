import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import type Database from 'better-sqlite3'
import { LogstatError } from '../errors.js'
import { freshName, removeStale } from '../fresh-file.js'
import { quoted } from '../shell.js'
import { cannotOpen, databaseError } from './error.js'
import { migrate } from './migrate.js'
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.js'
import { openSqlite } from './sqlite.js'

/** Time to wait for another program that writes. Its transactions take a second at most, prune and merge longer. */
const BUSY_MS = 30_000

export interface OpenOptions {
  /** Make the database when there is none. */
  readonly create?: boolean
  /** A temporary database must never reach a disk. */
  readonly inMemory?: boolean
  /**
   * Nothing will be written, and none is made: the database may be another user's, or on a disk that cannot be written.
   */
  readonly readOnly?: boolean
}

/** Memory that a temporary database may take, in KiB; the rest goes to a file that has no name. */
const TEMPORARY_KIB = 16 << 10

/** @internal The type of the result is better-sqlite3's. @param file null: a temporary database */
export function openDatabase(
  file: string | null,
  { readOnly = false, create = !readOnly, inMemory = false }: OpenOptions,
): Database.Database {
  if (file === null) {
    const db = openSqlite(inMemory ? ':memory:' : '')
    db.pragma('journal_mode = OFF')
    db.pragma(`cache_size = -${TEMPORARY_KIB}`)
    migrate(db)
    return db
  }
  check(file, create)
  try {
    const db = openSqlite(file, { timeout: BUSY_MS })
    // Readers go on while an ingest writes. What a power loss takes, it takes from counts and read positions together.
    db.pragma('synchronous = NORMAL')
    setUp(db)
    return db
  } catch (error) {
    if (readOnly && /^SQLITE_(READONLY|CANTOPEN)/.test((error as { code?: string }).code ?? '')) return openCopy(file)
    throw databaseError(file, error)
  }
}

/**
 * The schema and our mark are there, in one transaction, before a new database turns to WAL. One that is as it should
 * be is not even locked.
 */
function setUp(db: Database.Database): void {
  if (db.pragma('user_version', { simple: true }) === 0) db.pragma('auto_vacuum = INCREMENTAL')
  migrate(db)
  turnToWal(db)
}

/**
 * @internal In WAL mode readers go on while logs are added, but all is written twice. An empty database has nothing to
 * read and turns to it when its first log is in: to import 5 million entries takes 2 % less.
 */
export function turnToWal(db: Database.Database): void {
  if (db.pragma('journal_mode', { simple: true }) === 'wal' || db.prepare('SELECT 1 FROM source').get() === undefined)
    return
  try {
    db.pragma('journal_mode = WAL')
  } catch (error) {
    // Another program has it; whoever opens it next, or adds to it, does this.
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
  }
}

/**
 * SQLite cannot read a database in WAL mode where it may not write the files beside it; nobody writes there now, so a
 * copy in memory is the same.
 */
function openCopy(file: string): Database.Database {
  const wal = statSync(`${file}-wal`, { throwIfNoEntry: false })
  if (wal && wal.size > 0)
    throw new LogstatError(
      'read-only',
      {
        en: `${file}: part of the database is still in ${file}-wal, and it may not be written`,
        zh: `${file}：数据库的一部分仍在 ${file}-wal 中，而它不可写`,
      },
      {
        en: `Open it once as its owner: logstat sources --db ${quoted(file)}`,
        zh: `请以所有者身份打开一次：logstat sources --db ${quoted(file)}`,
      },
    )
  try {
    const bytes = readFileSync(file)
    // The versions for writing and reading in its header: no WAL.
    bytes.fill(1, 18, 20)
    const db = openSqlite(bytes)
    migrate(db)
    return db
  } catch (error) {
    throw cannotOpen(file, error)
  }
}

/** Look at the file before SQLite does: a file that is not ours is never touched. */
function check(file: string, create: boolean): void {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat || stat.size === 0) {
    if (!create)
      throw new LogstatError(
        'no-database',
        { en: `${file}: there is no such database`, zh: `${file}：没有此数据库` },
        {
          en: `Make it with: logstat ingest LOG… --db ${quoted(file)}`,
          zh: `用以下命令创建：logstat ingest LOG… --db ${quoted(file)}`,
        },
      )
    if (!stat) makeFile(targetOf(file))
    return
  }
  if (!stat.isFile()) throw notOurs(file)
  const head = Buffer.alloc(100)
  try {
    const fd = openSync(file, 'r')
    readSync(fd, head, 0, 100, 0)
    closeSync(fd)
  } catch (error) {
    throw cannotOpen(file, error)
  }
  // Being made by another program just now, or its making was cut off: SQLite knows, and touches nothing when it is
  // neither.
  if (head.every((byte) => byte === 0)) return
  if (head.toString('latin1', 0, 15) !== 'SQLite format 3' || head.readUInt32BE(68) !== APPLICATION_ID)
    throw notOurs(file)
  const version = head.readUInt32BE(60)
  if (version > SCHEMA_VERSION)
    throw new LogstatError(
      'newer-database',
      {
        en: `${file}: the database has version ${version}, this logstat knows up to ${SCHEMA_VERSION}`,
        zh: `${file}：数据库版本为 ${version}，此 logstat 最高支持 ${SCHEMA_VERSION}`,
      },
      { en: 'Update logstat.', zh: '请升级 logstat。' },
    )
}

/**
 * Make a database under another name and put it in its place whole: neither a program that starts at the same time nor
 * one that comes after a crash meets one half made. Only its owner may read it: logs hold personal data. SQLite gives
 * the files beside it the same mode.
 */
function makeFile(file: string): void {
  removeStale(file)
  const fresh = freshName(file)
  try {
    closeSync(openSync(fresh, 'wx', 0o600))
    const db = openSqlite(fresh)
    setUp(db)
    db.close()
    try {
      linkSync(fresh, file)
    } catch (error) {
      // A file system without links; if there is a file now, another program was faster.
      if (!existsSync(file)) renameSync(fresh, file)
      else if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  } catch (error) {
    throw error instanceof LogstatError ? error : cannotOpen(file, error)
  } finally {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(fresh + end, { force: true })
  }
}

/** Where a link leads that leads to nothing yet. */
function targetOf(file: string): string {
  try {
    return resolve(dirname(file), readlinkSync(file))
  } catch {
    return file
  }
}

function notOurs(file: string): LogstatError {
  return new LogstatError(
    'not-ours',
    { en: `${file}: this is not a logstat database`, zh: `${file}：这不是 logstat 数据库` },
    { en: 'Name another file for --db; this one is left as it is.', zh: '请为 --db 指定其他文件；此文件保持不变。' },
  )
}
