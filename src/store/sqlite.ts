import { createRequire } from 'node:module'
import Database from 'better-sqlite3'
import { LogstatError } from '../errors.js'

/**
 * The native part of better-sqlite3, where the package's own search would find it. That search looks at a dozen places
 * and cannot be put into one file with the rest.
 */
const NATIVE = 'better-sqlite3/build/Release/better_sqlite3.node'

/**
 * Open a file of SQLite, the content of one, or a temporary one (no name, or `:memory:`).
 *
 * References are not looked up when a row is put in or deleted (`logstat doctor` does that): rows refer to what was
 * found or made in the same transaction, or before it while nobody else changed the database, so it can only cost: a
 * fifth of the time that minutes take to be put in, measured alone, and for each value deleted SQLite would look
 * through all lists, of which there is no index by value.
 *
 * @throws LogstatError `not-built` when SQLite is not there, or was built for another version of Node
 */
export function openSqlite(file: string | Buffer, options: Database.Options = {}): Database.Database {
  try {
    const db = new Database(file, { ...options, nativeBinding: createRequire(import.meta.url).resolve(NATIVE) })
    db.pragma('foreign_keys = OFF')
    return db
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_DLOPEN_FAILED') throw error
    throw new LogstatError(
      'not-built',
      {
        en: `SQLite cannot be used with Node ${process.version}: ${message.split('\n')[0]}`,
        zh: `SQLite 无法在 Node ${process.version} 中使用：${message.split('\n')[0]}`,
      },
      {
        en: 'SQLite is built when logstat is installed. Install logstat again, or in its folder: npm rebuild better-sqlite3',
        zh: '它在安装 logstat 时构建。请重新安装 logstat，或在其目录中执行：npm rebuild better-sqlite3',
      },
    )
  }
}
