import { hostname } from 'node:os'
import { crc32 } from 'node:zlib'
import type Database from 'better-sqlite3'
import { randomHex } from '../hash.js'
import { type Buckets, COLUMNS, NO_TIME } from '../tally/buckets.js'
import { LaidList, ROW_OF_LIST } from '../tally/laid-list.js'
import { placesInOrder } from '../tally/order.js'
import {
  type CodeKey,
  type CodeTally,
  DIMENSIONS,
  type DimensionName,
  isEmpty,
  type LineCounts,
  type List,
  MAX_SAMPLES,
  mergeLists,
  trimList,
} from '../tally/tally.js'
import { type Anonymizer, anonymizerOf } from './anonymize.js'
import { databaseError } from './error.js'
import { inserter } from './insert.js'
import { maskSample } from './mask.js'
import { type OpenOptions, openDatabase, turnToWal } from './open.js'
import { getSetting, unsetSetting } from './setting.js'

/** One log that was read, and how far. */
export interface Source {
  readonly id: number
  readonly name: string
  /** In full; null: standard input. */
  readonly path: string | null
  readonly format: string
  readonly server: string | null
  readonly software: string | null
  /** The `#Fields` line in force at `readTo`. */
  readonly fields: string | null
  /** Standard input or a pipe: its name is all its identity. */
  readonly stream: boolean
  readonly firstLine: string
  /** See src/trail.ts. */
  readonly trail: Uint8Array
  readonly tailBytes: number
  readonly tailHash: string
  /** Bytes of content counted, up to the end of a line. */
  readonly readTo: number
  /** The line behind `readTo` is counted too, although its end had not been written. */
  readonly openLine: boolean
  readonly lines: number
  readonly entries: number
  readonly rejected: number
  readonly ignored: number
  readonly withoutTime: number
  /** Entries whose counts were deleted by `prune`. */
  readonly pruned: number
  readonly machine: string
  readonly firstReadAt: number
  readonly readAt: number
}
export type NewSource = Omit<Source, 'id' | 'pruned' | 'machine' | 'firstReadAt'>

/** So many ids, or those of so long texts, are not remembered: they would take as much memory as the values. */
const MANY_IDS = 50_000
const LONG_TEXTS = 5 << 20

/** Values kept of each list in a database, by source, code and period. */
export const STORED_VALUES = 100

/** What is known of sources with the same first line, as it was when somebody looked. */
export interface Candidates {
  readonly sources: readonly Source[]
  /** Changes when one of them is read on, forgotten or joined by another. */
  readonly state: string
}

/** What is added of a code in a period. What its buckets hold may belong to its other periods, too. */
export type CountedCode = Omit<CodeTally, 'bytesSent' | 'timed' | 'timeTakenUs'>

/** Counts to be added. */
export interface Counted {
  /** Width of all buckets. */
  readonly bucketSeconds: number
  readonly codes: { values(): Iterable<CountedCode> }
}

/** What tells streams apart. */
type StreamName = Pick<Source, 'name' | 'format' | 'server'>

/** The SQLite aggregates; nothing outside this folder knows SQL. */
export interface Store {
  /** null: temporary, goes with the process. */
  readonly file: string | null
  /** @internal For the queries of this folder; left out of the published types, which so need no types of better-sqlite3. */
  readonly db: Database.Database
  /** Whether addresses of clients are not stored as they are. */
  readonly anonymizes: boolean
  /** Whether addresses of clients become fewer before they are stored, so that all of them are needed and not only the most frequent. */
  readonly joinsClients: boolean
  /**
   * Add what was counted of a source, and how far it was read: both or neither. `id` null makes a new source.
   *
   * @param seen state of the candidates when it was decided which source this is
   * @returns its id; null, and nothing is added, when another program has changed the candidates meanwhile
   */
  add(source: NewSource & { readonly id: number | null }, counted: Iterable<Counted>, rejects: LineCounts['rejects'], seen?: string): number | null
  candidates(firstLine: string): Candidates
  /** What was read before of a stream of this name, read as this format. */
  stream(source: StreamName): { readonly before: Source | undefined; readonly seen: string }
  /** The source that holds all of a packed file. */
  packedSource(packed: string): number | undefined
  /** Note that a source holds all of a packed file. */
  notePacked(packed: string, source: number): void
  sources(): Source[]
  /** @internal The lists of a code in a period, as one source has them. */
  listsOf(source: number, code: number, period: number): Record<DimensionName, List>
  close(): void
}

export interface StoreOptions extends OpenOptions {
  /** Values kept of each list; STORED_VALUES when absent, and all of them in a temporary store. */
  readonly keep?: (dimension: DimensionName) => number
}

/**
 * Open a database, or a temporary one that goes with the process (null).
 *
 * @throws LogstatError when the file is none of ours, newer than this program, or missing and not to be made
 */
export function openStore(file: string | null, options: StoreOptions = {}): Store {
  const { keep = () => (file === null ? Infinity : STORED_VALUES) } = options
  /** Whether a text that was stored long ago is found again. One that is only filled and read has no need of that. */
  const recalls = file !== null || options.keep !== undefined
  const db = openDatabase(file, options)
  const statements = prepare(db)
  // Ids found or made. A transaction that fails takes its own along, and whoever changes the database between two may delete what nobody uses.
  const dimensions = new Map<DimensionName, number>()
  const codeIds = new Map<string, number>()
  const valueIds = new Map<string, number>()
  /** Characters of the texts in it. */
  let textsKnown = 0
  /** Those of texts that lists have in common; 0: not known yet. */
  const idsOf = new Map<readonly string[], Float64Array>()
  let lastValueId = 0
  /** Whether there are values that this program does not know the ids of; there are none in a temporary store. */
  let hasValues = false

  /** What the database was like at the end of the last transaction: where it still is, all ids that are known are right. */
  let left: string | undefined
  const state = (): string => `${db.pragma('data_version', { simple: true })} ${(statements.changes.get() as { n: number }).n}`

  function begin(): void {
    for (const rows of [statements.values, statements.hits, statements.untimedHits, statements.top, statements.lists]) rows.reset()
    idsOf.clear()
    if (left === state()) return
    dimensions.clear()
    codeIds.clear()
    if (recalls) forgetValues()
    lastValueId = (statements.lastValue.get() as { id: number | null }).id ?? 0
    hasValues = recalls && lastValueId > 0
  }

  function dimensionId(name: DimensionName): number {
    let id = dimensions.get(name)
    if (id === undefined) {
      statements.addDimension.run(name)
      id = (statements.findDimension.get(name) as { id: number }).id
      dimensions.set(name, id)
    }
    return id
  }
  function codeId(code: CodeKey): number {
    const key = [code.status, code.substatus, code.win32Status, code.reason]
    const name = key.join('|')
    let id = codeIds.get(name)
    if (id === undefined) {
      const found = statements.findCode.get(...key.map((v, i) => v ?? (i === 3 ? '' : -1))) as { id: number } | undefined
      id = found?.id ?? Number(statements.addCode.run(...key).lastInsertRowid)
      codeIds.set(name, id)
    }
    return id
  }
  const hashOf = (text: string): number => (recalls ? crc32(text) : 0)

  /** The id of a value that is there; undefined: there is none such. */
  function knownValue(text: string, hash: number): number | undefined {
    const id = hasValues ? (statements.findValue.get(hash, text) as number | undefined) : undefined
    if (id !== undefined) remember(text, id)
    return id
  }
  function newValue(text: string, hash: number): number {
    const id = ++lastValueId
    for (const value of [id, hash, text]) statements.values.put(value)
    remember(text, id)
    return id
  }
  function remember(text: string, id: number): void {
    valueIds.set(text, id)
    textsKnown += text.length
  }
  function valueId(text: string): number {
    const id = valueIds.get(text)
    if (id !== undefined) return id
    const hash = hashOf(text)
    return knownValue(text, hash) ?? newValue(text, hash)
  }

  /**
   * As `valueId`, of texts that will all be in lists, but for those of lists that were added up and cut on the way: the next sweep takes them.
   * New ones go in in the order of their index, which takes half as long.
   */
  function valueIdsOf(texts: readonly string[]): Float64Array {
    const ids = new Float64Array(texts.length)
    const places = new Uint32Array(texts.length)
    const hashes = new Float64Array(texts.length)
    let fresh = 0
    for (let place = 0; place < texts.length; place++) {
      const text = texts[place] as string
      let id = valueIds.get(text)
      if (id === undefined) {
        const hash = hashOf(text)
        id = knownValue(text, hash)
        if (id === undefined) {
          hashes[fresh] = hash
          places[fresh++] = place
        }
      }
      ids[place] = id ?? 0
    }
    for (const i of placesInOrder(hashes.slice(0, fresh))) {
      const place = places[i] as number
      const text = texts[place] as string
      ids[place] = valueIds.get(text) ?? newValue(text, hashes[i] as number)
    }
    return ids
  }

  /** Rows go in in the order of the ids of their values, as the table keeps them. @param areNew no other lists of these periods are known, so that all texts are wanted */
  function addLaid({ texts, rows }: LaidList, areNew: boolean): void {
    let ids = idsOf.get(texts)
    if (!ids) idsOf.set(texts, (ids = areNew ? valueIdsOf(texts) : new Float64Array(texts.length)))
    const listed = new Float64Array(rows.length / ROW_OF_LIST)
    for (let i = 0; i < listed.length; i++) {
      const place = rows[ROW_OF_LIST * i] as number
      listed[i] = ids[place] ||= valueId(texts[place] as string)
    }
    for (const i of placesInOrder(listed.slice())) {
      statements.top.put(listed[i] as number)
      statements.top.put(rows[ROW_OF_LIST * i + 1] as number)
      statements.top.put(rows[ROW_OF_LIST * i + 2] as number)
    }
  }

  function forgetSome(): void {
    idsOf.clear()
    if (codeIds.size > MANY_IDS) codeIds.clear()
    if (valueIds.size >= MANY_IDS || textsKnown >= LONG_TEXTS) forgetValues()
  }

  function forgetValues(): void {
    valueIds.clear()
    textsKnown = 0
    // Where it is not recalled a text may stand twice, but not in one list.
    hasValues = recalls
  }

  function addHits(source: number, code: number, buckets: Buckets, bucketSeconds: number): void {
    const rows = buckets.rows()
    const table = buckets.isTimed() ? statements.hits : statements.untimedHits
    table.group(source, code, bucketSeconds)
    table.rows(rows, COLUMNS)
    table.flush()
  }

  /** @param isNews nothing has been stored of the source in these periods yet */
  function addCode(source: number, id: number, code: CountedCode, bucketSeconds: number, anonymize: Anonymizer | undefined, isNews: boolean): void {
    addHits(source, id, code.buckets, bucketSeconds)
    const period = code.period ?? NO_TIME
    const known = isNews ? undefined : (statements.findSpan.get(source, id, period) as { latency: string | null } | undefined)
    const latency = addHistograms(known?.latency ?? null, code.latency)
    statements.addSpan.run(source, id, period, code.hits, code.firstSeen, code.lastSeen, latency)
    for (const dimension of DIMENSIONS) {
      let list = code.lists[dimension]
      if (isEmpty(list)) continue
      if (anonymize && dimension === 'client') list = anonymize.list(list, code.hits)
      const which = dimensionId(dimension)
      const old = known ? readList(source, id, period, which) : undefined
      if (old) statements.clearTop.run(source, id, period, which)
      statements.top.group(source, id, period, which)
      let kept: List = list
      if (!old && list instanceof LaidList && list.length <= keep(dimension)) addLaid(list, isNews)
      else {
        kept = trimList(old ? mergeLists(old, list) : list, keep(dimension))
        for (const { value, hits, error } of kept.values) {
          statements.top.put(valueId(value))
          statements.top.put(hits)
          statements.top.put(error)
        }
      }
      statements.top.flush()
      for (const value of [id, period, which, kept.distinct, kept.lost]) statements.lists.put(value)
    }
  }

  function readList(source: number, code: number, period: number, dimension: number): List | undefined {
    const whole = statements.findList.get(source, code, period, dimension) as { different: number; lost: number } | undefined
    if (!whole) return undefined
    const values = statements.findTop.all(source, code, period, dimension) as { value: string; hits: number; error: number }[]
    return { values, lost: whole.lost, distinct: whole.different }
  }

  let imports = 0
  /** What tells an import from those in other databases; a temporary one is never merged. */
  function nameOfImport(): { uid: string; machine: string } {
    return file === null ? { uid: `${++imports}`, machine: '' } : { uid: randomHex(16), machine: hostname() }
  }

  function rowsToSources(rows: unknown): Source[] {
    return (rows as (Omit<Source, 'stream' | 'openLine'> & { stream: number; openLine: number })[]).map((row) => ({
      ...row,
      stream: row.stream === 1,
      openLine: row.openLine === 1,
    }))
  }

  function candidates(firstLine: string): Candidates {
    const sources = rowsToSources(statements.sourcesByFirstLine.all(firstLine))
    return { sources, state: sources.map(stateOf).join() }
  }
  function stream({ name, format, server }: StreamName): ReturnType<Store['stream']> {
    const [before] = rowsToSources(statements.findStream.all(name, format, server))
    return { before, seen: before ? stateOf(before) : '' }
  }

  const add = db.transaction(
    (source: NewSource & { id: number | null }, counted: Iterable<Counted>, rejects: LineCounts['rejects'], seen?: string): number | null => {
      if (seen !== undefined && (source.stream ? stream(source).seen : candidates(source.firstLine).state) !== seen) return null
      begin()
      const row = { ...source, stream: Number(source.stream), openLine: Number(source.openLine) }
      const id = source.id ?? Number(statements.addSource.run({ ...row, ...nameOfImport() }).lastInsertRowid)
      if (source.id !== null) statements.setSource.run(row)
      const anonymize = file === null ? undefined : anonymizerOf(db)
      let firstTime = Infinity
      let newest = source.id === null ? -Infinity : ((statements.newestPeriod.get(id) as number | null) ?? -Infinity)
      for (const { bucketSeconds, codes } of counted) {
        // In the order in which the tables keep them: each row is put behind the one before.
        const inOrder = Array.from(codes.values(), (code) => ({ code, codeId: codeId(code) }))
        inOrder.sort((a, b) => a.codeId - b.codeId || (a.code.period ?? NO_TIME) - (b.code.period ?? NO_TIME))
        const isNews = inOrder.every(({ code }) => (code.period ?? NO_TIME) > newest)
        statements.lists.group(id)
        for (const [i, { code, codeId }] of inOrder.entries()) {
          // Entries without a time share their number with the day before 1970.
          const before = inOrder[i - 1]
          const isAgain = before?.codeId === codeId && (before.code.period ?? NO_TIME) === (code.period ?? NO_TIME)
          if (isAgain) {
            statements.values.flush()
            statements.lists.flush()
          }
          addCode(id, codeId, code, bucketSeconds, anonymize, isNews && !isAgain)
          firstTime = Math.min(firstTime, code.firstSeen ?? Infinity)
        }
        statements.values.flush()
        statements.lists.flush()
        forgetSome()
        newest = Infinity
      }
      // Counts of a day that was rolled up already: the next roll-up does it again.
      if (file !== null && firstTime < Number(getSetting(db, 'rolled_up_to') ?? -Infinity)) unsetSetting(db, 'rolled_up_to')
      for (const [reason, { count, samples }] of rejects) {
        statements.addReject.run(id, reason, count)
        for (const s of samples)
          statements.addSample.run({ source: id, reason, ...s, ...(file === null ? {} : maskSample(s.text, s.column, source.fields, anonymize)) })
      }
      left = state()
      return id
    },
  )

  /** Let an error of SQLite tell the user what to do. */
  function guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      left = undefined
      throw databaseError(file, error)
    }
  }

  return {
    file,
    db,
    get anonymizes() {
      return file !== null && anonymizerOf(db) !== undefined
    },
    get joinsClients() {
      return file !== null && anonymizerOf(db)?.joins === true
    },
    add: (source, counted, rejects, seen) =>
      guarded(() => {
        const id = add.immediate(source, counted, rejects, seen)
        if (file !== null) turnToWal(db)
        return id
      }),
    candidates: (firstLine) => guarded(() => candidates(firstLine)),
    stream: (name) => guarded(() => stream(name)),
    packedSource: (packed) => (statements.findPacked.get(packed) as { id: number } | undefined)?.id,
    notePacked: (packed, source) => guarded(() => void statements.addPacked.run(packed, source)),
    sources: () => rowsToSources(statements.sources.all()),
    listsOf: (source, code, period) =>
      Object.fromEntries(DIMENSIONS.map((name) => [name, readList(source, code, period, dimensionId(name)) ?? NO_LIST])) as Record<DimensionName, List>,
    close: (): void => void db.close(),
  }
}

const stateOf = ({ id, readTo, lines }: Source): string => `${id}:${readTo}:${lines}`

const NO_LIST: List = { values: [], lost: 0, distinct: 0 }

function addHistograms(stored: string | null, more: ReadonlyMap<number, number>): string | null {
  if (more.size === 0) return stored
  if (stored === null) return `{${Array.from(more, ([bin, n]) => `"${bin}":${n}`).join()}}`
  const sum = readHistogram(stored)
  for (const [bin, n] of more) sum.set(bin, (sum.get(bin) ?? 0) + n)
  return JSON.stringify(Object.fromEntries(sum))
}

/** @internal A histogram of the time taken, as the column `latency` holds it. */
export function readHistogram(stored: string | null): Map<number, number> {
  const bins = stored === null ? {} : (JSON.parse(stored) as Record<string, number>)
  return new Map(Object.entries(bins).map(([bin, n]) => [Number(bin), n]))
}

const SOURCE_COLUMNS = `id, name, path, machine, format, server, software, fields, stream, first_line AS firstLine, trail, tail_bytes AS tailBytes,
  tail_hash AS tailHash, read_to AS readTo, open_line AS openLine, lines, entries, rejected, ignored, without_time AS withoutTime, pruned,
  first_read_at AS firstReadAt, read_at AS readAt`

/** Columns of `hits` that stay 0 where the log has no time taken. */
const TIMED_COLUMNS = ['timed', 'time_taken_us']

function prepare(db: Database.Database) {
  const common = ['source_id', 'code_id', 'seconds']
  const counts = ['start', 'hits', 'bytes_sent']
  const addUp = `ON CONFLICT DO UPDATE SET hits = hits + excluded.hits, bytes_sent = bytes_sent + excluded.bytes_sent, timed = timed + excluded.timed,
    time_taken_us = time_taken_us + excluded.time_taken_us`
  return {
    findCode: db.prepare(
      "SELECT id FROM code WHERE coalesce(status, -1) = ? AND coalesce(substatus, -1) = ? AND coalesce(win32_status, -1) = ? AND coalesce(reason, '') = ?",
    ),
    addCode: db.prepare('INSERT INTO code (status, substatus, win32_status, reason) VALUES (?, ?, ?, ?)'),
    findDimension: db.prepare('SELECT id FROM dimension WHERE name = ?'),
    addDimension: db.prepare('INSERT OR IGNORE INTO dimension (name) VALUES (?)'),
    findValue: db.prepare('SELECT id FROM value WHERE hash = ? AND text = ?').pluck(),
    changes: db.prepare('SELECT total_changes() AS n'),
    lastValue: db.prepare('SELECT max(id) AS id FROM value'),
    values: inserter(db, 'value', { own: ['id', 'hash', 'text'] }),
    hits: inserter(db, 'hits', { common, own: [...counts, ...TIMED_COLUMNS] }, addUp),
    untimedHits: inserter(db, 'hits', { common, own: counts, zero: TIMED_COLUMNS }, addUp),
    newestPeriod: db.prepare('SELECT max(period) FROM span WHERE source_id = ?').pluck(),
    findSpan: db.prepare('SELECT latency FROM span WHERE source_id = ? AND code_id = ? AND period = ?'),
    addSpan: db.prepare(`INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET hits = hits + excluded.hits,
      first_seen = min(coalesce(first_seen, excluded.first_seen), coalesce(excluded.first_seen, first_seen)),
      last_seen = max(coalesce(last_seen, excluded.last_seen), coalesce(excluded.last_seen, last_seen)), latency = excluded.latency`),
    clearTop: db.prepare('DELETE FROM top WHERE source_id = ? AND code_id = ? AND period = ? AND dimension_id = ?'),
    top: inserter(db, 'top', { common: ['source_id', 'code_id', 'period', 'dimension_id'], own: ['value_id', 'hits', 'error'] }),
    findTop: db.prepare(
      'SELECT text AS value, hits, error FROM top JOIN value ON value.id = value_id WHERE source_id = ? AND code_id = ? AND period = ? AND dimension_id = ?',
    ),
    findList: db.prepare('SELECT different, lost FROM list WHERE source_id = ? AND code_id = ? AND period = ? AND dimension_id = ?'),
    lists: inserter(
      db,
      'list',
      { common: ['source_id'], own: ['code_id', 'period', 'dimension_id', 'different', 'lost'] },
      'ON CONFLICT DO UPDATE SET different = excluded.different, lost = excluded.lost',
    ),
    addReject: db.prepare('INSERT INTO reject VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count'),
    addSample: db.prepare(`INSERT OR IGNORE INTO reject_sample SELECT @source, @reason, @line, @offset, @step, @column, @text
      WHERE (SELECT count(*) FROM reject_sample WHERE source_id = @source AND reason = @reason) < ${MAX_SAMPLES}`),
    addSource: db.prepare(`INSERT INTO source (uid, name, path, machine, format, server, software, fields, stream, first_line, trail, tail_bytes,
      tail_hash, read_to, open_line, lines, entries, rejected, ignored, without_time, pruned, first_read_at, read_at) VALUES (@uid, @name, @path,
      @machine, @format, @server, @software, @fields, @stream, @firstLine, @trail, @tailBytes, @tailHash, @readTo, @openLine, @lines, @entries,
      @rejected, @ignored, @withoutTime, 0, @readAt, @readAt)`),
    setSource: db.prepare(`UPDATE source SET name = @name, path = @path, format = @format, server = @server, software = @software, fields = @fields,
      trail = @trail, tail_bytes = @tailBytes, tail_hash = @tailHash, read_to = @readTo, open_line = @openLine, lines = @lines,
      entries = @entries, rejected = @rejected, ignored = @ignored, without_time = @withoutTime, read_at = @readAt WHERE id = @id`),
    sources: db.prepare(`SELECT ${SOURCE_COLUMNS} FROM source ORDER BY id`),
    sourcesByFirstLine: db.prepare(`SELECT ${SOURCE_COLUMNS} FROM source WHERE first_line = ? AND stream = 0 ORDER BY read_to DESC, id`),
    findStream: db.prepare(`SELECT ${SOURCE_COLUMNS} FROM source WHERE stream = 1 AND name = ? AND format = ? AND server IS ?`),
    findPacked: db.prepare('SELECT source_id AS id FROM packed WHERE id = ?'),
    addPacked: db.prepare('INSERT OR REPLACE INTO packed VALUES (?, ?)'),
  }
}
