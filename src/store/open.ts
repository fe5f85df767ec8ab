import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { LogstatError } from '../errors.js'
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
    if (db.pragma('user_version', { simple: true }) === 0) db.pragma('auto_vacuum = INCREMENTAL')
    // The schema and our mark are in the file before it turns to WAL: one killed on the way leaves an empty database or a whole one.
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
  if (!stat || (stat.size === 0 && !existsSync(`${file}-journal`))) {
    if (!create) throw new LogstatError('no-database', `${file}: there is no such database`, `Make it with: logstat ingest LOG… --db ${file}`)
    makeFile(file)
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

/** Only its owner may read it: logs hold personal data. SQLite gives the files beside it the same mode. */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw cannotOpen(file, error)
  }
}

function notOurs(file: string): LogstatError {
  return new LogstatError('not-ours', `${file}: this is not a logstat database`, 'Name another file for --db; this one is left as it is.')
}

function cannotOpen(file: string, error: unknown): LogstatError {
  return new LogstatError(
    'database',
    `${file}: the database cannot be opened (${(error as Error).message})`,
    'Check the folder, its free space and your right to write there.',
  )
}

/** What SQLite reports, by the beginning of its code: in the user's words. */
const REASONS: readonly (readonly [code: string, name: string, what: string, hint: string])[] = [
  ['SQLITE_BUSY', 'busy', 'another program has been writing to the database for too long', 'Nothing was lost; run this again when the other one is done.'],
  ['SQLITE_FULL', 'disk-full', 'the disk is full', 'Nothing was lost and nothing half written; free some space and run this again.'],
  [
    'SQLITE_IOERR',
    'disk',
    'the disk could not be written or read',
    'Nothing is half written. Check the free space, the quota and the disk, then run this again.',
  ],
  ['SQLITE_READONLY', 'read-only', 'the database may not be written', 'Check your right to write the file and its folder.'],
  [
    'SQLITE_CORRUPT',
    'corrupt',
    'the database is damaged',
    'See how with: logstat doctor --db FILE   Restore it from a backup, or read the logs into a new one.',
  ],
  ['SQLITE_NOTADB', 'not-ours', 'this is not a logstat database', 'Name another file for --db; this one is left as it is.'],
]

/** An error of SQLite as one that tells the user what to do; any other as it is. */
export function databaseError(file: string | null, error: unknown): unknown {
  const { code } = error as { code?: unknown }
  if (error instanceof LogstatError || typeof code !== 'string' || !code.startsWith('SQLITE_')) return error
  const known = REASONS.find(([start]) => code.startsWith(start))
  if (!known) return code.startsWith('SQLITE_CANTOPEN') && file !== null ? cannotOpen(file, error) : error
  const [, name, what, hint] = known
  return new LogstatError(name, `${file ?? 'the temporary database'}: ${what}`, hint.replace('FILE', file ?? ''))
}
