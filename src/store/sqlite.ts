import { createRequire } from 'node:module'
import Database from 'better-sqlite3'

/** Where the package's own search would find it, which looks at a dozen places and cannot be put into one file with the rest. */
const nativeBinding = createRequire(import.meta.url).resolve('better-sqlite3/build/Release/better_sqlite3.node')

/** Open a file of SQLite, the content of one, or `:memory:`. */
export const openSqlite = (file: string | Buffer, options: Database.Options = {}): Database.Database => new Database(file, { ...options, nativeBinding })
