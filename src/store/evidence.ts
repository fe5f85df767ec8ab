import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type Database from 'better-sqlite3'
import {
  addCounts,
  addEvidence,
  type CodeEvidence,
  codeKey,
  type Evidence,
  packEvidence,
  renameEvidence,
  trimEvidence,
  unpackEvidence,
} from '../diagnosis/evidence.js'
import { NO_TIME } from '../tally/buckets.js'
import type { CodeKey, PeriodEvidence } from '../tally/tally.js'
import type { Anonymizer } from './anonymize.js'
import { readHistogram } from './counts.js'
import { CODE } from './query.js'
import { periodIn, type Range, sourceIn, startIn, where } from './range.js'
import type { Store } from './store.js'

// Evidence of a source and period: JSON, deflated. It is read as a whole, so columns of its own would gain nothing.

/** Share of the troubles that a database keeps of a source and period. */
const KEPT = 1 / 4

/** Evidence of temporary databases, which need not be packed. */
const unpacked = new WeakMap<Database.Database, Evidence>()

/** Add evidence to that of the same source and period. */
export function putEvidence(
  db: Database.Database,
  source: number,
  found: readonly PeriodEvidence[],
  isTemporary: boolean,
  anonymize: Anonymizer | undefined,
): void {
  if (isTemporary) {
    for (const { evidence } of found) {
      const sum = unpacked.get(db)
      if (sum) addEvidence(sum, evidence)
      else unpacked.set(db, evidence)
    }
    return
  }
  for (const { period, evidence } of found) {
    // Evidence that is in the database has its other names already.
    if (anonymize)
      renameEvidence(evidence, {
        client: (client) => (client === '' ? '' : anonymize.address(client)),
        path: anonymize.path,
      })
    const known = db
      .prepare('SELECT data FROM evidence WHERE source_id = ? AND period = ?')
      .pluck()
      .get(source, period ?? NO_TIME) as Buffer | undefined
    let sum = evidence
    if (known) {
      sum = unpack(known)
      addEvidence(sum, evidence)
    }
    trimEvidence(sum, KEPT)
    db.prepare('INSERT OR REPLACE INTO evidence VALUES (?, ?, ?)').run(
      source,
      period ?? NO_TIME,
      deflateRawSync(packEvidence(sum), { level: 3 }),
    )
  }
}

const unpack = (data: Buffer): Evidence => unpackEvidence(inflateRawSync(data).toString())

/** Evidence of a part of a store, in the order of time; undefined: none was kept. */
function evidenceIn({ db }: Store, range: Range): Evidence | undefined {
  let sum = unpacked.get(db)
  const rows = db
    .prepare(`SELECT data FROM evidence ${where(...periodIn(range), ...sourceIn(range))} ORDER BY period, source_id`)
    .pluck()
    .iterate() as Iterable<Buffer>
  for (const data of rows) {
    const more = unpack(data)
    if (sum) addEvidence(sum, more)
    else sum = more
  }
  return sum
}

/** Evidence of a part of a store with all that its other tables know of codes and times; undefined: none was kept. */
export function evidenceOf(store: Store, range: Range): Evidence | undefined {
  const kept = evidenceIn(store, range)
  if (!kept) return undefined
  const codes = [...kept.codes].map(([key, code]): [string, CodeEvidence] => [
    key,
    { ...code, hits: 0, first: null, last: null, minutes: new Map(), latency: new Map() },
  ])
  const evidence: Evidence = { ...kept, codes: new Map(codes), traffic: new Map() }
  addBuckets(store, range, evidence)
  addSpans(store, range, evidence)
  for (const [key, { hits }] of evidence.codes) if (hits === 0) evidence.codes.delete(key)
  for (const [key, { code }] of evidence.troubles) if (!evidence.codes.has(code)) evidence.troubles.delete(key)
  evidence.entries = [...evidence.codes.values()].reduce((n, { hits }) => n + hits, 0)
  return evidence
}

function addBuckets({ db }: Store, range: Range, evidence: Evidence): void {
  const rows = db
    .prepare(
      `SELECT ${CODE}, start, seconds, sum(hits) AS hits FROM hits JOIN code ON code.id = code_id
       ${where(...startIn(range), ...sourceIn(range))} GROUP BY code_id, start, seconds`,
    )
    .iterate() as Iterable<BucketRow>
  for (const row of rows) {
    const code = codeIn(evidence, row)
    code.hits += row.hits
    if (row.start < 0) continue
    const minute = Math.floor(row.start / 60)
    code.minutes.set(minute, (code.minutes.get(minute) ?? 0) + row.hits)
    const width = Math.max(1, row.seconds / 60)
    for (let i = 0; i < width; i++)
      evidence.traffic.set(minute + i, (evidence.traffic.get(minute + i) ?? 0) + row.hits / width)
  }
}

function addSpans({ db }: Store, range: Range, evidence: Evidence): void {
  const spans = db
    .prepare(
      `SELECT ${CODE}, first_seen AS first, last_seen AS last, latency FROM span JOIN code ON code.id = code_id
       ${where(...periodIn(range), ...sourceIn(range))}`,
    )
    .iterate() as Iterable<SpanRow>
  for (const { first, last, latency, ...key } of spans) {
    const code = codeIn(evidence, key)
    if (first !== null) code.first = Math.min(code.first ?? first, first)
    if (last !== null) code.last = Math.max(code.last ?? last, last)
    addCounts(code.latency, readHistogram(latency))
  }
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
  const key = codeKey({ status, substatus, win32Status, reason })
  let code = codes.get(key)
  if (!code)
    codes.set(
      key,
      (code = {
        status,
        substatus,
        win32Status,
        reason,
        hits: 0,
        first: null,
        last: null,
        kinds: new Map(),
        minutes: new Map(),
        latency: new Map(),
      }),
    )
  return code
}
