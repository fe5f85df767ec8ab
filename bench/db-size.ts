import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollUp } from '../src/store/roll-up.js'
import { type NewSource, openStore } from '../src/store/store.js'
import { DAY, FIRST_DAY, tallyOf } from './site.js'

// How large does the database of a busy site become in a year? Tallies are simulated, not lines: 10 million hits a day,
// one log a day,
// all codes at all minutes that their share of the hits lets occur, full lists. Prints the size by month;
// LOGSTAT_DAYS=30 is a short run,
// LOGSTAT_LOGS=24 a log that is rotated each hour.

const DAYS = Number(process.env.LOGSTAT_DAYS ?? 365)
const LOGS_A_DAY = Number(process.env.LOGSTAT_LOGS ?? 1)

const folder = mkdtempSync(join(tmpdir(), 'logstat-size-'))
const file = join(folder, 'logs.db')
const store = openStore(file)
let busy = 0
for (let day = 0; day < DAYS; day++) {
  for (let part = 0; part < LOGS_A_DAY; part++) {
    const tally = tallyOf(day, part, LOGS_A_DAY)
    const entries = [...tally.codes.values()].reduce((n, c) => n + c.hits, 0)
    const name = `${day}-${part}`
    const source: NewSource & { id: null } = {
      id: null, name: `access.log-${name}`, path: `/var/log/nginx/access.log-${name}`, format: 'combined', server: 'nginx', software: null, fields: null,
      stream: false, firstLine: name.padStart(16, '0'), trail: Buffer.alloc(16_500, day), tailBytes: 1024, tailHash: 'f'.repeat(64),
      readTo: Math.floor(2.2e9 / LOGS_A_DAY), openLine: false, lines: entries, entries, rejected: 0, ignored: 0, withoutTime: 0,
      readAt: FIRST_DAY + (day + 1) * DAY,
    } // biome-ignore format: a record
    const started = performance.now()
    store.add(source, [tally], new Map())
    busy += performance.now() - started
  }
  const started = performance.now()
  rollUp(store, FIRST_DAY + (day + 1) * DAY)
  busy += performance.now() - started
  if ((day + 1) % 30 === 0 || day + 1 === DAYS) {
    store.db.pragma('wal_checkpoint(TRUNCATE)')
    console.log(
      `${String(day + 1).padStart(4)} days  ${(statSync(file).size / 1e6).toFixed(0).padStart(6)} MB  ${(busy / (day + 1)).toFixed(0)} ms a day`,
    )
  }
}
const parts = store.db.prepare(
  'SELECT name, sum(pgsize) / 1e6 AS mb FROM dbstat GROUP BY name HAVING mb > 1 ORDER BY mb DESC',
)
try {
  for (const { name, mb } of parts.all() as { name: string; mb: number }[])
    console.log(`${name.padEnd(24)} ${mb.toFixed(0).padStart(6)} MB`)
} finally {
  store.close()
  rmSync(folder, { recursive: true })
}
