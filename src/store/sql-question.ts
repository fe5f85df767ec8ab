import { LogstatError } from '../errors.js'
import { databaseError } from './error.js'
import { openDatabase } from './open.js'
import type { Store } from './store.js'

/** A value of SQLite; whole numbers beyond 2^53 stay exact as bigint. */
export type Cell = number | bigint | string | Buffer | null

/** The answer to a query: names of the columns, and the rows one by one. */
export interface Answer {
  readonly columns: readonly string[]
  readonly rows: Iterable<readonly Cell[]>
}

/**
 * Ask a database one question in SQL, and hand the answer to `use` while the database is open.
 *
 * @throws LogstatError `query` for SQL that is wrong, that is more than one statement, or that would change the
 * database or another file
 */
export async function queryDatabase(
  database: string | Store,
  sql: string,
  use: (answer: Answer) => Promise<void>,
): Promise<void> {
  const file = typeof database === 'string' ? database : null
  const db = typeof database === 'string' ? openDatabase(database, { readOnly: true }) : database.db
  try {
    db.pragma('query_only = ON')
    const statement = prepareOne(() => db.prepare<[], Cell[]>(sql))
    // ATTACH and VACUUM INTO write other files and return no rows; PRAGMA may return rows and change the connection.
    if (!statement.reader || !statement.readonly || /^\s*pragma\b/i.test(sql))
      throw new LogstatError(
        'query',
        'only a question can be asked: one SELECT, or one WITH … SELECT',
        'Tables and views: logstat query --schema',
      )
    const columns = statement.columns().map(({ name }) => name)
    await use({ columns, rows: statement.raw().safeIntegers().iterate() })
  } catch (error) {
    throw sqlError(error) ?? databaseError(file, error)
  } finally {
    db.close()
  }
}

/** better-sqlite3 throws a RangeError for no statement and for several. */
function prepareOne<T>(prepare: () => T): T {
  try {
    return prepare()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new LogstatError(
      'query',
      error.message.replace(/^The supplied SQL string/, 'The SQL'),
      'Give one SELECT statement.',
    )
  }
}

function sqlError(error: unknown): LogstatError | undefined {
  const { code, message } = error as { code?: unknown; message: string }
  if (code !== 'SQLITE_ERROR') return undefined
  return new LogstatError(
    'query',
    `SQLite: ${message}`,
    'Tables and views: logstat query --schema   Ready questions: logstat query',
  )
}
