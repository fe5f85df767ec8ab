import { closeSync, openSync, readSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { LogstatError } from '../errors.js'
import { type CodeTally, DIMENSIONS, type DimensionName, type LineCounts, type List, MAX_SAMPLES, mergeLists, type Tally, trimList } from '../tally/tally.js'
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.js'

/** One log that was read, and how far. */
export interface Source {
  readonly id: number
  name: string
  format: string
  server: string | null
  software: string | null
  /** The `#Fields` line in force at `readTo`. */
  fields: string | null
  headBytes: number
  headHash: string
  tailBytes: number
  tailHash: string
  readTo: number
  lines: number
  entries: number
  rejected: number
  ignored: number
  withoutTime: number
  readAt: number
}
export type NewSource = Omit<Source, 'id'>

/** Values kept of each list in a database, by source, code and period. */
export const STORED_VALUES = 100

const NO_TIME = -1

/** The SQLite aggregates; nothing outside this folder knows SQL. */
export interface Store {
  /** null: temporary, goes with the process. */
  readonly file: string | null
  /** For the queries of query.ts. */
  readonly db: Database.Database
  /** Add what was counted of a source, and how far it was read: both or neither. `id` null makes a new source. @returns its id */
  add(source: NewSource & { readonly id: number | null }, tally: Tally, rejects: LineCounts['rejects']): number
  /** Sources whose identity is settled by the first so many bytes; the furthest read first. */
  sourcesWithHead(bytes: number): Source[]
  sources(): Source[]
  close(): void
}

/**
 * Open a database, or a temporary one that goes with the process (null).
 *
 * @throws LogstatError when the file is none of ours, newer than this program, or missing although `create` is false
 */
export function openStore(file: string | null, { create = true } = {}): Store {
  const db = open(file, create)
  const statements = prepare(db)

  function codeId(code: CodeTally): number {
    const key = [code.status, code.substatus, code.win32Status, code.reason]
    const found = statements.findCode.get(...key.map((v, i) => v ?? (i === 3 ? '' : -1))) as { id: number } | undefined
    return found?.id ?? Number(statements.addCode.run(...key).lastInsertRowid)
  }
  function valueId(text: string): number {
    const found = statements.findValue.get(text) as { id: number } | undefined
    return found?.id ?? Number(statements.addValue.run(text).lastInsertRowid)
  }

  function addCode(source: number, code: CodeTally, bucketSeconds: number): void {
    const id = codeId(code)
    for (const [start, c] of code.buckets) statements.addHits.run(source, id, start ?? NO_TIME, bucketSeconds, c.hits, c.bytesSent, c.timed, c.timeTakenUs)
    const period = code.period ?? NO_TIME
    const known = statements.findSpan.get(source, id, period) as { latency: string | null } | undefined
    const latency = addHistograms(known?.latency ?? null, code.latency)
    statements.addSpan.run(source, id, period, code.hits, code.firstSeen, code.lastSeen, latency)
    for (const dimension of DIMENSIONS) {
      const list = code.lists[dimension]
      if (list.distinct === 0) continue
      const old = known ? readList(source, id, period, dimension) : undefined
      if (old) statements.clearTop.run(source, id, period, dimension)
      const kept = trimList(old ? mergeLists(old, list) : list, file === null ? Infinity : STORED_VALUES)
      for (const v of kept.values) statements.addTop.run(source, id, period, dimension, valueId(v.value), v.hits, v.error)
      statements.setList.run(source, id, period, dimension, kept.distinct, kept.lost)
    }
  }

  function readList(source: number, code: number, period: number, dimension: DimensionName): List | undefined {
    const whole = statements.findList.get(source, code, period, dimension) as { different: number; lost: number } | undefined
    if (!whole) return undefined
    const values = statements.findTop.all(source, code, period, dimension) as { value: string; hits: number; error: number }[]
    return { values, lost: whole.lost, distinct: whole.different }
  }

  const add = db.transaction((source: NewSource & { id: number | null }, tally: Tally, rejects: LineCounts['rejects']): number => {
    const id = source.id ?? Number(statements.addSource.run(source).lastInsertRowid)
    if (source.id !== null) statements.setSource.run(source)
    for (const code of tally.codes.values()) addCode(id, code, tally.bucketSeconds)
    for (const [reason, { count, samples }] of rejects) {
      statements.addReject.run(id, reason, count)
      for (const s of samples) statements.addSample.run({ source: id, reason, ...s })
    }
    return id
  })

  return {
    file,
    add,
    sourcesWithHead: (bytes: number): Source[] => statements.sourcesByHead.all(bytes) as Source[],
    sources: (): Source[] => statements.sources.all() as Source[],
    db,
    close: (): void => void db.close(),
  }
}

function open(file: string | null, create: boolean): Database.Database {
  if (file !== null) check(file, create)
  try {
    const db = new Database(file ?? ':memory:')
    db.pragma('busy_timeout = 10000')
    // Before the write-ahead log is switched on: the file itself must say from the start that it is ours (see `check`).
    if (db.pragma('user_version', { simple: true }) === 0) makeSchema(db)
    if (file !== null) {
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = NORMAL')
    }
    return db
  } catch (error) {
    throw cannotOpen(file, error)
  }
}

function makeSchema(db: Database.Database): void {
  db.transaction(() => {
    db.exec(SCHEMA)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
  }).immediate()
}

function cannotOpen(file: string | null, error: unknown): LogstatError {
  return new LogstatError(
    'database',
    `${file}: the database cannot be opened (${(error as Error).message})`,
    'Check the folder, its free space and your right to write there.',
  )
}

/** Look at the file before SQLite does: a file that is not ours is never touched. */
function check(file: string, create: boolean): void {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat || stat.size === 0) {
    if (!create) throw new LogstatError('no-database', `${file}: there is no such database`, `Make it with: logstat ingest LOG… --db ${file}`)
    onDisk(file, () => closeSync(openSync(file, 'a', 0o600)))
    return
  }
  const head = Buffer.alloc(100)
  onDisk(file, () => {
    const fd = openSync(file, 'r')
    try {
      readSync(fd, head, 0, 100, 0)
    } finally {
      closeSync(fd)
    }
  })
  if (head.toString('latin1', 0, 15) !== 'SQLite format 3' || head.readUInt32BE(68) !== APPLICATION_ID)
    throw new LogstatError('not-ours', `${file}: this is not a logstat database`, 'Name another file for --db; this one is left as it is.')
  const version = head.readUInt32BE(60)
  if (version > SCHEMA_VERSION)
    throw new LogstatError('newer-database', `${file}: the database has version ${version}, this logstat knows up to ${SCHEMA_VERSION}`, 'Update logstat.')
}

function onDisk(file: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    throw cannotOpen(file, error)
  }
}

function addHistograms(stored: string | null, more: ReadonlyMap<number, number>): string | null {
  if (more.size === 0) return stored
  const sum: Record<string, number> = stored ? (JSON.parse(stored) as Record<string, number>) : {}
  for (const [bin, n] of more) sum[bin] = (sum[bin] ?? 0) + n
  return JSON.stringify(sum)
}

const SOURCE_COLUMNS = `id, name, format, server, software, fields, head_bytes AS headBytes, head_hash AS headHash, tail_bytes AS tailBytes,
  tail_hash AS tailHash, read_to AS readTo, lines, entries, rejected, ignored, without_time AS withoutTime, read_at AS readAt`

function prepare(db: Database.Database) {
  return {
    findCode: db.prepare(
      "SELECT id FROM code WHERE coalesce(status, -1) = ? AND coalesce(substatus, -1) = ? AND coalesce(win32_status, -1) = ? AND coalesce(reason, '') = ?",
    ),
    addCode: db.prepare('INSERT INTO code (status, substatus, win32_status, reason) VALUES (?, ?, ?, ?)'),
    findValue: db.prepare('SELECT id FROM value WHERE text = ?'),
    addValue: db.prepare('INSERT INTO value (text) VALUES (?)'),
    addHits: db.prepare(`INSERT INTO hits VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET hits = hits + excluded.hits,
      bytes_sent = bytes_sent + excluded.bytes_sent, timed = timed + excluded.timed, time_taken_us = time_taken_us + excluded.time_taken_us`),
    findSpan: db.prepare('SELECT latency FROM span WHERE source_id = ? AND code_id = ? AND period = ?'),
    addSpan: db.prepare(`INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET hits = hits + excluded.hits,
      first_seen = min(coalesce(first_seen, excluded.first_seen), coalesce(excluded.first_seen, first_seen)),
      last_seen = max(coalesce(last_seen, excluded.last_seen), coalesce(excluded.last_seen, last_seen)), latency = excluded.latency`),
    clearTop: db.prepare('DELETE FROM top WHERE source_id = ? AND code_id = ? AND period = ? AND dimension = ?'),
    addTop: db.prepare('INSERT INTO top VALUES (?, ?, ?, ?, ?, ?, ?)'),
    findTop: db.prepare(
      'SELECT text AS value, hits, error FROM top JOIN value ON value.id = value_id WHERE source_id = ? AND code_id = ? AND period = ? AND dimension = ?',
    ),
    findList: db.prepare('SELECT different, lost FROM list WHERE source_id = ? AND code_id = ? AND period = ? AND dimension = ?'),
    setList: db.prepare('INSERT OR REPLACE INTO list VALUES (?, ?, ?, ?, ?, ?)'),
    addReject: db.prepare('INSERT INTO reject VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count'),
    addSample: db.prepare(`INSERT OR IGNORE INTO reject_sample SELECT @source, @reason, @line, @offset, @step, @column, @text
      WHERE (SELECT count(*) FROM reject_sample WHERE source_id = @source AND reason = @reason) < ${MAX_SAMPLES}`),
    addSource: db.prepare(`INSERT INTO source (name, format, server, software, fields, head_bytes, head_hash, tail_bytes, tail_hash, read_to,
      lines, entries, rejected, ignored, without_time, read_at) VALUES (@name, @format, @server, @software, @fields, @headBytes, @headHash,
      @tailBytes, @tailHash, @readTo, @lines, @entries, @rejected, @ignored, @withoutTime, @readAt)`),
    setSource: db.prepare(`UPDATE source SET name = @name, format = @format, server = @server, software = @software, fields = @fields,
      head_bytes = @headBytes, head_hash = @headHash, tail_bytes = @tailBytes, tail_hash = @tailHash, read_to = @readTo, lines = @lines,
      entries = @entries, rejected = @rejected, ignored = @ignored, without_time = @withoutTime, read_at = @readAt WHERE id = @id`),
    sources: db.prepare(`SELECT ${SOURCE_COLUMNS} FROM source ORDER BY id`),
    sourcesByHead: db.prepare(`SELECT ${SOURCE_COLUMNS} FROM source WHERE head_bytes <= ? ORDER BY read_to DESC`),
  }
}
