import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type Database from 'better-sqlite3'
import { addEvidence, type CodeEvidence, type Evidence, packEvidence, trimEvidence, unpackEvidence } from '../diagnosis/evidence.js'
import { NO_TIME } from '../tally/buckets.js'
import type { CodeKey, PeriodEvidence } from '../tally/tally.js'
import type { Anonymizer } from './anonymize.js'
import { readHistogram } from './counts.js'
import type { Range } from './query.js'
import type { Store } from './store.js'

// Evidence of a source and period: JSON, deflated. It is read as a whole, so columns of its own would gain nothing.

/** Troubles that a database keeps of a source and period. */
const KEPT = 2000

/** Evidence of temporary databases: it need not be packed. */
const unpacked = new WeakMap<Database.Database, Evidence[]>()

/** Add evidence to that of the same source and period. */
export function putEvidence(
  db: Database.Database,
  source: number,
  found: readonly PeriodEvidence[],
  isTemporary: boolean,
  anonymize: Anonymizer | undefined,
): void {
  if (isTemporary) {
    unpacked.set(db, [...(unpacked.get(db) ?? []), ...found.map(({ evidence }) => evidence)])
    return
  }
  for (const { period, evidence } of found) {
    const known = db
      .prepare('SELECT data FROM evidence WHERE source_id = ? AND period = ?')
      .pluck()
      .get(source, period ?? NO_TIME) as Buffer | undefined
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
function evidenceIn({ db }: Store, { periods }: Range): Evidence | undefined {
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

/** Evidence of a part of a store with all that its other tables know of codes and times; undefined: none was kept. */
export function evidenceOf(store: Store, range: Range): Evidence | undefined {
  const evidence = evidenceIn(store, range)
  if (!evidence) return undefined
  const { db } = store
  const { since = 0, until = Number.MAX_SAFE_INTEGER, periods } = range
  for (const code of evidence.codes.values()) code.hits = 0
  const rows = db
    .prepare(
      `SELECT status, substatus, win32_status AS win32Status, reason, start, seconds, sum(hits) AS hits FROM hits JOIN code ON code.id = code_id
       WHERE start < 0 OR (start >= ? AND start < ?) GROUP BY code_id, start, seconds`,
    )
    .iterate(Math.floor(since), Math.floor(until)) as Iterable<BucketRow>
  for (const row of rows) {
    const code = codeIn(evidence, row)
    code.hits += row.hits
    if (row.start < 0) continue
    const minute = Math.floor(row.start / 60)
    code.minutes.set(minute, (code.minutes.get(minute) ?? 0) + row.hits)
    const width = Math.max(1, row.seconds / 60)
    for (let i = 0; i < width; i++) evidence.traffic.set(minute + i, (evidence.traffic.get(minute + i) ?? 0) + row.hits / width)
  }
  const which = periods === undefined ? '' : `WHERE period IN (${periods.map(Number).join(', ')})`
  const spans = db
    .prepare(
      `SELECT status, substatus, win32_status AS win32Status, reason, first_seen AS first, last_seen AS last, latency FROM span JOIN code ON code.id = code_id ${which}`,
    )
    .iterate() as Iterable<SpanRow>
  for (const { first, last, latency, ...key } of spans) {
    const code = codeIn(evidence, key)
    if (first !== null) code.first = Math.min(code.first ?? first, first)
    if (last !== null) code.last = Math.max(code.last ?? last, last)
    for (const [bin, n] of readHistogram(latency)) code.latency.set(bin, (code.latency.get(bin) ?? 0) + n)
  }
  evidence.entries = [...evidence.codes.values()].reduce((n, { hits }) => n + hits, 0)
  return evidence
}

interface BucketRow extends CodeKey {
  readonly start: number
  readonly seconds: number
  readonly hits: number
}
interface SpanRow extends CodeKey {
  readonly first: number | null
  readonly last: number | null
  readonly latency: string | null
}

function codeIn({ codes }: Evidence, { status, substatus, win32Status, reason }: CodeKey): CodeEvidence {
  const key = `${status ?? '-'}|${substatus ?? '-'}|${win32Status ?? '-'}|${reason ?? ''}`
  let code = codes.get(key)
  if (!code)
    codes.set(
      key,
      (code = { status, substatus, win32Status, reason, hits: 0, first: null, last: null, kinds: new Map(), minutes: new Map(), latency: new Map() }),
    )
  return code
}
