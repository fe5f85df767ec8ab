import type Database from 'better-sqlite3'
import { SUM_MEASURES, type Sums } from '../tally/measures.js'
import type { CodeKey, DimensionName } from '../tally/tally.js'
import { SUM_COLUMNS, sumsOf } from './measures.js'
import { periodIn, type Range, sourceIn, startIn, timed, where } from './range.js'
import type { Store } from './store.js'

// The codes that a report tells of. A log may have millions of them, so they stand in temporary tables, in the order in
// which they are told, and are read some at a time.

/**
 * Counts of a code, or of the part of it with one Win32 status. Times are seconds since 1970 UTC; null when no entry
 * carries one.
 */
export interface CodeCounts extends Readonly<Sums> {
  readonly firstSeen: number | null
  readonly lastSeen: number | null
}

/** A status with its sub-status and reason. */
export interface SelectedCode extends CodeCounts {
  /** Its number, from 0: the most frequent codes come first. */
  readonly code: number
  readonly status: number | null
  readonly substatus: number | null
  readonly reason: string | null
  /** Parts into which Win32 statuses divide the code, and the parts that have one: all, or all but the last. */
  readonly parts: number
  readonly win32s: number
}

/** The entries of a code with one Win32 status, or with none. */
export interface CodePart extends CodeCounts {
  /** Its number within the code, from 0: the most frequent come first. */
  readonly part: number
  readonly win32Status: number | null
  /** Hits by the server that wrote the log, the most first. */
  readonly writers: readonly Writer[]
}

/** A server that wrote entries. */
export interface Writer {
  readonly server: string | null
  readonly software: string | null
  readonly hits: number
}

/** A choice of entries: those of a code, or of one part of it. */
export interface Subject {
  readonly code: number
  readonly part: number | null
}

export interface TopValue {
  readonly value: string
  readonly hits: number
  /** hits <= truth <= hits + error */
  readonly error: number
}

/** The most frequent values of a list. */
export interface TopList {
  readonly values: readonly TopValue[]
  /** Different values seen; `exact` false: at least so many. */
  readonly count: number
  readonly exact: boolean
}

/** A row of buckets of equal width, in seconds, numbered from 0. */
export interface Grid {
  readonly origin: number
  readonly width: number
}

/** Details of a code beyond its numbers. */
export interface Details {
  /** Lists that have values. */
  lists(of: Subject): ReadonlyMap<DimensionName, TopList>
  /** Hits by bucket; buckets without any are left out. */
  buckets(of: Subject): { bucket: number; hits: number }[]
  /** Histogram of the time taken: bin → entries (src/tally/time-taken.ts). */
  latency(of: Subject): ReadonlyMap<number, number>
}

/** Codes of a store that is held; the tables go when it is released. */
export interface Selected {
  /** Number of the codes. */
  readonly count: number
  /** Sums over all codes. */
  readonly sums: CodeCounts
  /** Sums by the first digit of the status; null: the entry has no status. */
  readonly classes: readonly ({ readonly digit: number | null } & Readonly<Sums>)[]
  /** Codes [from, to). */
  codes(from: number, to: number): SelectedCode[]
  /** Parts [from, to) of a code. */
  parts(code: number, from: number, to: number): CodePart[]
  /** Histogram of the time taken of the codes with this first digit of the status. */
  latency(digit: number | null): ReadonlyMap<number, number>
  /**
   * The time that the entries span, [from, to), and the width of the widest of their buckets; undefined when none
   * carries a time.
   */
  stretch(): { from: number; to: number; widest: number } | undefined
  /** Hits by bucket and status. */
  byStatus(grid: Grid): { bucket: number; status: number | null; hits: number }[]
  /** @param top values of each list that are asked for */
  details(grid: Grid, top: number): Details
}

/** The counts of a row as columns, under the names of `CodeCounts`, and summed over rows. */
const COUNTS = [...SUM_COLUMNS, 'first_seen', 'last_seen'].join(', ')
const SUM_NAMES = SUM_MEASURES.map(({ name, column }) => `${column} AS ${name}`).join(', ')
const NAMED = `${SUM_NAMES}, first_seen AS firstSeen, last_seen AS lastSeen`
const SUMS = `${sumsOf('r')}, min(r.first_seen) AS first_seen, max(r.last_seen) AS last_seen`

/** First and last time of a row: those of its days, or, of a stretch of time, no earlier and later than its buckets. */
const seenIn = ({ since, until }: Range): string =>
  since === undefined && until === undefined
    ? 'first_seen, last_seen'
    : 'max(first_seen, began) AS first_seen, min(last_seen, ended) AS last_seen'

/** A report may be told beside another one, such as that of the day before: each has tables of its own. */
let selections = 0

/** @param select true for the codes that are wanted; all when absent */
export function selectCodes(store: Store, range: Range, select?: (code: CodeKey) => boolean): Selected {
  const { db } = store
  const name = `report${++selections}`
  // Asked below and never again: the next report may use the same name.
  if (select)
    db.function(
      'selects',
      (status: number | null, substatus: number | null, win32Status: number | null, reason: string | null) =>
        Number(select({ status, substatus, win32Status, reason })),
    )
  makeTables(db, name, range, select !== undefined)
  const codes = db.prepare(
    `SELECT rowid - 1 AS code, status, substatus, reason, parts, win32s, ${NAMED} FROM ${name}_code WHERE rowid > ? AND rowid <= ?`,
  )
  const parts = db.prepare(
    `SELECT part, code_id AS codeId, win32_status AS win32Status, ${NAMED} FROM ${name}_part WHERE code = ? AND part >= ? AND part < ?`,
  )
  const writers = db.prepare(
    `SELECT server, software, hits FROM ${name}_row WHERE code_id = ? ORDER BY hits DESC, server, software`,
  )
  // Nearly always there is one writer, and it need not be looked up for each part.
  const all = db.prepare(`SELECT DISTINCT server, software FROM ${name}_row LIMIT 2`).all() as Omit<Writer, 'hits'>[]
  const only = all.length === 1 ? all[0] : undefined
  const isSelected = `code_id IN (SELECT code_id FROM ${name}_row)`
  return {
    count: db.prepare(`SELECT count(*) FROM ${name}_code`).pluck().get() as number,
    sums: db
      .prepare(`SELECT ${NAMED.replace('hits AS', 'coalesce(hits, 0) AS')} FROM (SELECT ${SUMS} FROM ${name}_code r)`)
      .get() as Selected['sums'],
    classes: db
      .prepare(
        `SELECT digit, ${SUM_NAMES} FROM (SELECT status / 100 AS digit, ${sumsOf()} FROM ${name}_code GROUP BY 1)`,
      )
      .all() as Selected['classes'],
    codes: (from, to) => codes.all(from, to) as SelectedCode[],
    parts: (code, from, to) =>
      (parts.all(code, from, to) as (Omit<CodePart, 'writers'> & { codeId: number })[]).map(({ codeId, ...part }) => ({
        ...part,
        writers: only ? [{ ...only, hits: part.hits }] : (writers.all(codeId) as Writer[]),
      })),
    latency: (digit) =>
      histogram(
        db
          .prepare(
            `SELECT bin.key AS bin, sum(bin.value) AS hits FROM span JOIN code ON code.id = code_id CROSS JOIN json_each(latency) bin
             ${where(isSelected, 'status / 100 IS ?', ...periodIn(range), ...sourceIn(range))} GROUP BY 1`,
          )
          .all(digit) as BinRow[],
      ),
    stretch() {
      const { from, ...rest } = db
        .prepare(
          `SELECT min(start) AS "from", max(start + seconds) AS "to", max(seconds) AS widest FROM hits ${where(...timed(range), ...sourceIn(range), isSelected)}`,
        )
        .get() as { from: number | null; to: number; widest: number }
      return from === null ? undefined : { from, ...rest }
    },
    byStatus: (grid) =>
      db
        .prepare(
          `SELECT ${bucketOf(grid)} AS bucket, status, sum(hits) AS hits FROM hits JOIN code ON code.id = code_id
           ${where(...timed(range), ...sourceIn(range), isSelected)} GROUP BY 1, 2 ORDER BY 1`,
        )
        .all() as ReturnType<Selected['byStatus']>,
    details: (grid, top) => detailsOf(db, `${name}_part`, range, grid, top),
  }
}

/** The tables of a report: its rows, codes and parts of codes. */
function makeTables(db: Database.Database, name: string, range: Range, isSelective: boolean): void {
  // Rows that are put into a table in some order are numbered in that order.
  db.exec(`
    CREATE TEMP TABLE ${name}_row AS
      WITH counted AS (SELECT server, software, code_id, ${sumsOf('h')}, min(start) AS began, max(start + seconds) - 1 AS ended
          FROM hits h JOIN source ON source.id = source_id ${where(...startIn(range), ...sourceIn(range))} GROUP BY 1, 2, 3),
        seen AS (SELECT server, software, code_id, min(first_seen) AS first_seen, max(last_seen) AS last_seen
          FROM span JOIN source ON source.id = source_id ${where(...periodIn(range), ...sourceIn(range))} GROUP BY 1, 2, 3)
      SELECT c.code_id, c.server, c.software, ${SUM_COLUMNS.join(', ')}, ${seenIn(range)} FROM counted c JOIN code ON code.id = c.code_id
        LEFT JOIN seen ON seen.code_id = c.code_id AND seen.server IS c.server AND seen.software IS c.software
        ${isSelective ? where('selects(status, substatus, win32_status, reason)') : ''};
    CREATE INDEX temp.${name}_by_code ON ${name}_row (code_id);
    CREATE TEMP TABLE ${name}_code (status INTEGER, substatus INTEGER, reason TEXT, parts, win32s, ${COUNTS});
    INSERT INTO ${name}_code SELECT status, substatus, reason, count(DISTINCT code_id), count(DISTINCT win32_status), ${SUMS}
      FROM ${name}_row r JOIN code ON code.id = code_id GROUP BY 1, 2, 3 ORDER BY sum(r.hits) DESC, status, substatus, max(r.hits) DESC, reason;
    CREATE INDEX temp.${name}_by_key ON ${name}_code (status, substatus, reason);
    CREATE TEMP TABLE ${name}_part (code, part, code_id, win32_status, ${COUNTS}, PRIMARY KEY (code, part)) WITHOUT ROWID;
    INSERT INTO ${name}_part
      SELECT c.rowid - 1, row_number() OVER (PARTITION BY c.rowid ORDER BY win32_status IS NULL, sum(r.hits) DESC, win32_status) - 1,
        code_id, win32_status, ${SUMS}
      FROM ${name}_row r JOIN code ON code.id = code_id
        JOIN ${name}_code c ON c.status IS code.status AND c.substatus IS code.substatus AND c.reason IS code.reason GROUP BY code_id`)
}

function detailsOf(db: Database.Database, parts: string, range: Range, grid: Grid, top: number): Details {
  // The tables are sorted by source, and a database may have thousands of them: they are looked up one by one.
  const inParts = `FROM ${parts} p CROSS JOIN temp.code_source c ON c.code_id = p.code_id`
  const ofSubject = 'p.code = ? AND p.part BETWEEN ? AND ?'
  const buckets = db.prepare(
    `SELECT ${bucketOf(grid)} AS bucket, sum(h.hits) AS hits ${inParts} CROSS JOIN hits h ON h.code_id = c.code_id AND h.source_id = c.source_id
     ${where(ofSubject, ...timed(range), ...sourceIn(range, 'c'))} GROUP BY 1`,
  )
  const inLists = `${inParts} CROSS JOIN list ON list.code_id = c.code_id AND list.source_id = c.source_id`
  const dimensions = db.prepare(
    `SELECT name, dimension_id AS id, count(*) AS lists, max(different) AS different, sum(lost) AS lost, c.source_id AS source, c.code_id AS code, period
     ${inLists} JOIN dimension ON dimension.id = dimension_id ${where(ofSubject, ...periodIn(range), ...sourceIn(range, 'c'))} GROUP BY dimension_id`,
  )
  const largest = `ORDER BY hits DESC, value LIMIT ${Math.max(1, top)}`
  const ofOne = db.prepare(
    `SELECT text AS value, hits, error FROM top JOIN value ON value.id = value_id
     WHERE source_id = @source AND code_id = @code AND period = @period AND dimension_id = @id ${largest}`,
  )
  // A value that a list lacks may have had up to `lost` hits there: that is part of its error.
  const ofSeveral = db.prepare(
    `SELECT text AS value, sum(top.hits) AS hits, sum(error - list.lost) AS error, count(*) OVER () AS listed ${inLists}
       JOIN top USING (source_id, code_id, period, dimension_id) JOIN value ON value.id = value_id
     ${where(ofSubject, 'dimension_id = ?', ...periodIn(range), ...sourceIn(range, 'c'))} GROUP BY text ${largest}`,
  )
  const bins = db.prepare(
    `SELECT bin.key AS bin, sum(bin.value) AS hits ${inParts} CROSS JOIN span ON span.code_id = c.code_id AND span.source_id = c.source_id
       CROSS JOIN json_each(latency) bin ${where(ofSubject, ...periodIn(range), ...sourceIn(range, 'c'))} GROUP BY 1`,
  )
  const bounds = ({ code, part }: Subject): [number, number, number] => [
    code,
    part ?? 0,
    part ?? Number.MAX_SAFE_INTEGER,
  ]
  const listOf = (of: Subject, whole: DimensionRow): TopList => {
    const { lost, different } = whole
    const exact = lost === 0
    // A list holds all values that it has seen, or it has lost some.
    if (whole.lists === 1) return { values: ofOne.all(whole) as TopValue[], count: different, exact }
    const rows = ofSeveral.all(...bounds(of), whole.id) as (TopValue & { listed: number })[]
    const listed = rows[0]?.listed ?? 0
    return {
      values: rows.map(({ value, hits, error }) => ({ value, hits, error: error + lost })),
      count: exact ? listed : Math.max(listed, different),
      exact,
    }
  }
  return {
    buckets: (of) => buckets.all(...bounds(of)) as ReturnType<Details['buckets']>,
    latency: (of) => histogram(bins.all(...bounds(of)) as BinRow[]),
    lists: (of) =>
      new Map((dimensions.all(...bounds(of)) as DimensionRow[]).map((whole) => [whole.name, listOf(of, whole)])),
  }
}

/** Keys of a JSON object are text. */
interface BinRow {
  readonly bin: string
  readonly hits: number
}
const histogram = (rows: readonly BinRow[]): Map<number, number> =>
  new Map(rows.map(({ bin, hits }) => [Number(bin), hits]))

/** A dimension of which there are lists: what they are together, and where the only one is, if it is the only one. */
interface DimensionRow {
  readonly name: DimensionName
  readonly id: number
  readonly lists: number
  readonly different: number
  readonly lost: number
  readonly source: number
  readonly code: number
  readonly period: number
}

const bucketOf = ({ origin, width }: Grid): string => `(start - ${origin}) / ${width}`
