import { LogstatError } from '../errors.js'

/** SQLite cannot, or may not, open a file. */
export function cannotOpen(file: string, error: unknown): LogstatError {
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
  ['SQLITE_NOTADB', 'not-ours', 'this is not a logstat database', 'Name another file for --db; this one is left as it is.'],
]
const CORRUPT: (typeof REASONS)[number] = [
  'SQLITE_CORRUPT',
  'corrupt',
  'the database is damaged',
  'See how with: logstat doctor --db FILE   Restore it from a backup, or read the logs into a new one.',
]

/** An error of SQLite as one that tells the user what to do; any other as it is. */
export function databaseError(file: string | null, error: unknown): unknown {
  const { code } = error as { code?: unknown }
  if (error instanceof LogstatError || typeof code !== 'string' || !code.startsWith('SQLITE_')) return error
  if (code.startsWith('SQLITE_CANTOPEN') && file !== null) return cannotOpen(file, error)
  // Memory is no business of the database. All else that SQLite refuses (a table that is missing, a row that cannot be) comes of damage.
  if (code === 'SQLITE_NOMEM') return error
  const known = REASONS.find(([start]) => code.startsWith(start)) ?? CORRUPT
  if (file === null && ['disk-full', 'disk', 'read-only'].includes(known[1]))
    return new LogstatError('temporary', 'the folder for temporary files is full, or may not be written', 'Set TMPDIR (on Windows TEMP) to another one.')
  const [, name, what, hint] = known
  return new LogstatError(name, `${file ?? 'the database'}: ${what}`, hint.replace('FILE', file ?? ''))
}
