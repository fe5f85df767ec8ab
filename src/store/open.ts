import { closeSync, existsSync, linkSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { LogstatError } from '../errors.js'
import { cannotOpen, databaseError } from './error.js'
import { migrate } from './migrate.js'
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.js'

/** How long to wait for another program that writes. Its transactions take a second at most, prune and merge longer. */
const BUSY_MS = 30_000

/** @param file null: a temporary database in memory */
export function openDatabase(file: string | null, create: boolean): Database.Database {
  if (file === null) {
    const db = new Database(':memory:')
    db.pragma('journal_mode = OFF')
    migrate(db)
    return db
  }
  check(file, create)
  try {
    const db = new Database(file, { timeout: BUSY_MS })
    // Readers go on while an ingest writes. What a power loss takes, it takes from counts and read positions together.
    db.pragma('synchronous = NORMAL')
    // Where an empty file was given: the schema and our mark are in it, in one transaction, before it turns to WAL.
    migrate(db)
    if (db.pragma('journal_mode', { simple: true }) !== 'wal') db.pragma('journal_mode = WAL')
    return db
  } catch (error) {
    throw databaseError(file, error)
  }
}

/** Look at the file before SQLite does: a file that is not ours is never touched. */
function check(file: string, create: boolean): void {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat || stat.size === 0) {
    if (!create) throw new LogstatError('no-database', `${file}: there is no such database`, `Make it with: logstat ingest LOG… --db ${file}`)
    if (!stat) makeFile(file)
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
  // Being made by another program just now, or its making was cut off: SQLite knows, and touches nothing when it is neither.
  if (head.every((byte) => byte === 0)) return
  if (head.toString('latin1', 0, 15) !== 'SQLite format 3' || head.readUInt32BE(68) !== APPLICATION_ID) throw notOurs(file)
  const version = head.readUInt32BE(60)
  if (version > SCHEMA_VERSION)
    throw new LogstatError('newer-database', `${file}: the database has version ${version}, this logstat knows up to ${SCHEMA_VERSION}`, 'Update logstat.')
}

/**
 * Make a database under another name and put it in its place whole: neither a program that starts at the same time nor one that comes
 * after a crash meets one half made. Only its owner may read it: logs hold personal data. SQLite gives the files beside it the same mode.
 */
function makeFile(file: string): void {
  const fresh = `${file}.${process.pid}.new`
  try {
    closeSync(openSync(fresh, 'w', 0o600))
    const db = new Database(fresh)
    db.pragma('auto_vacuum = INCREMENTAL')
    migrate(db)
    db.pragma('journal_mode = WAL')
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

function notOurs(file: string): LogstatError {
  return new LogstatError('not-ours', `${file}: this is not a logstat database`, 'Name another file for --db; this one is left as it is.')
}
