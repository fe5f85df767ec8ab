import { statSync } from 'node:fs'
import { LogstatError } from '../errors.js'
import { count } from '../render/cells.js'
import { checkStore } from '../store/check.js'
import { openStore, type Store } from '../store/store.js'
import { tell } from './messages.js'

/** `logstat doctor --db FILE`: whether the database is sound. Exit status 2 when it is not. */
export async function doctor({ db }: { readonly db: string }): Promise<number> {
  const store = openStore(db, { readOnly: true })
  try {
    const wrong = wrongWith(store)
    const open = process.platform !== 'win32' && (statSync(db).mode & 0o077) !== 0
    if (open)
      tell({
        en: `${db}: others than its owner may read it; logs hold personal data: chmod 600 ${db}`,
        zh: `${db}：所有者以外的用户也可以读取；日志含有个人数据：chmod 600 ${db}`,
      })
    if (wrong.length === 0) {
      process.stdout.write(`${db}: sound, ${count(store.sources().length)} sources\n`)
      return 0
    }
    throw new LogstatError('unsound', `${db}: ${wrong.join('; ')}`, {
      en: 'Keep the logs, and read them into a new database: logstat ingest LOG… --db NEW',
      zh: '请保留日志，并读入新的数据库：logstat ingest LOG… --db NEW',
    })
  } finally {
    store.close()
  }
}

/** Faults of a database; damage that ends the check is a fault, too. */
function wrongWith(store: Store): string[] {
  try {
    return checkStore(store)
  } catch (error) {
    return [(error as Error).message]
  }
}
