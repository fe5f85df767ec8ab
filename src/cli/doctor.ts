import { statSync } from 'node:fs'
import { LogstatError } from '../errors.js'
import { count } from '../render/cells.js'
import { checkStore } from '../store/check.js'
import { openStore } from '../store/store.js'

/** `logstat doctor --db FILE`: whether the database is sound. Exit status 2 when it is not. */
export async function doctor({ db }: { readonly db: string }): Promise<number> {
  const store = openStore(db, { readOnly: true })
  try {
    const wrong = checkStore(store)
    const open = process.platform !== 'win32' && (statSync(db).mode & 0o077) !== 0
    if (open) process.stderr.write(`logstat: ${db}: others than its owner may read it; logs hold personal data: chmod 600 ${db}\n`)
    if (wrong.length === 0) {
      process.stdout.write(`${db}: sound, ${count(store.sources().length)} sources\n`)
      return 0
    }
    throw new LogstatError(
      'unsound',
      `${db}: ${wrong.join(`\n         ${db}: `)}`,
      'Keep the logs, and read them into a new database: logstat ingest LOG… --db NEW',
    )
  } finally {
    store.close()
  }
}
