import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type Database from 'better-sqlite3'
import { addEvidence, type Evidence, packEvidence, trimEvidence, unpackEvidence } from '../diagnosis/evidence.js'
import { NO_TIME } from '../tally/buckets.js'
import type { PeriodEvidence } from '../tally/tally.js'
import type { Anonymizer } from './anonymize.js'
import type { Range } from './query.js'
import type { Store } from './store.js'

// Evidence of a source and period: JSON, deflated. It is read as a whole, so columns of its own would gain nothing.

/** Troubles that a database keeps of a source and period. */
const KEPT = 2000

/** Evidence of temporary databases: it need not be packed. */
const unpacked = new WeakMap<Database.Database, Evidence[]>()

/** Add evidence to that of the same source and period. */
export function putEvidence(db: Database.Database, source: number, found: readonly PeriodEvidence[], isTemporary: boolean, anonymize: Anonymizer | undefined): void {
  if (isTemporary) {
    unpacked.set(db, [...(unpacked.get(db) ?? []), ...found.map(({ evidence }) => evidence)])
    return
  }
  for (const { period, evidence } of found) {
    const known = db.prepare('SELECT data FROM evidence WHERE source_id = ? AND period = ?').pluck().get(source, period ?? NO_TIME) as Buffer | undefined
    let sum = evidence
    if (known) {
      sum = unpack(known)
      addEvidence(sum, evidence)
    }
    const kept = trimEvidence(sum, KEPT, anonymize ? (client) => (client === '' ? '' : anonymize.address(client)) : undefined)
    db.prepare('INSERT OR REPLACE INTO evidence VALUES (?, ?, ?)').run(source, period ?? NO_TIME, deflateRawSync(packEvidence(kept), { level: 3 }))
  }
}

const unpack = (data: Buffer): Evidence => unpackEvidence(inflateRawSync(data).toString())

/** Evidence of a part of a store, in the order of time; undefined: none was kept. */
export function evidenceIn({ db }: Store, { periods }: Range): Evidence | undefined {
  const which = periods === undefined ? '' : `WHERE period IN (${periods.map(Number).join(', ')})`
  let sum: Evidence | undefined
  for (const more of unpacked.get(db) ?? []) {
    if (sum) addEvidence(sum, more)
    else sum = structuredClone(more)
  }
  for (const data of db.prepare(`SELECT data FROM evidence ${which} ORDER BY period, source_id`).pluck().iterate() as Iterable<Buffer>) {
    const more = unpack(data)
    if (sum) addEvidence(sum, more)
    else sum = more
  }
  return sum
}
