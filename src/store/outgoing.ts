import { randomHex } from '../hash.js'
import type { CodeKey } from '../tally/tally.js'
import { type About, codeText, EXPORTED, type ExportedTable, type Place, type Row } from './exported.js'
import { CODE } from './query.js'
import type { Store } from './store.js'
import { HOUR, isTracked, PERIOD, touchAll, track } from './tracked.js'

// Questions that a push asks of a database, and notes that it makes in it.

/** A source as a push needs it. */
export interface LocalSource {
  readonly id: number
  readonly uid: string
  readonly rev: number
  readonly stream: boolean
  readonly firstLine: string
  readonly readTo: number
  readonly pruned: number
  readonly tailBytes: number
  readonly tailHash: string
}

/** A source with all that a centre keeps of it beside its counts. */
export interface OutgoingSource extends LocalSource {
  readonly trail: Uint8Array
  /** The other columns of the table, under their names. */
  readonly about: About
}

export interface OutgoingRow {
  readonly table: ExportedTable
  readonly row: Row
}

/** Revisions after which rows are wanted: of the light tables, and of the heavy ones; null: none of these. */
export interface After {
  readonly light: number
  readonly heavy: number | null
}

const COLUMNS = `id, uid, rev, stream, first_line AS firstLine, read_to AS readTo, pruned, tail_bytes AS tailBytes, tail_hash AS tailHash`

/** Begin to note changes, if that was not begun. @returns the sources */
export function outgoingSources({ db }: Store): LocalSource[] {
  track(db)
  return (db.prepare(`SELECT ${COLUMNS} FROM source ORDER BY id`).all() as Row[]).map(
    (row) => ({ ...row, stream: row.stream === 1 }) as unknown as LocalSource,
  )
}

export function trailOf({ db }: Store, source: number): Uint8Array {
  return db.prepare('SELECT trail FROM source WHERE id = ?').pluck().get(source) as Uint8Array
}

/** Sources that were deleted since the first push. */
export function forgottenSources({ db }: Store): string[] {
  return isTracked(db) ? (db.prepare('SELECT uid FROM forgotten').pluck().all() as string[]) : []
}

/** Note that a centre knows of the deletion of a source. */
export function noteForgotten({ db }: Store, uid: string): void {
  db.prepare('DELETE FROM forgotten WHERE uid = ?').run(uid)
}

/** Pushes of a source that are remembered: those of two weeks, one every five minutes. */
const REMEMBERED = 4096

/** Note that a push of a source begins. @returns the token by which the push is known */
export function notePush({ db }: Store, source: number): string {
  const token = randomHex(8)
  db.transaction(() => {
    db.prepare('INSERT INTO pushed (source_id, token) VALUES (?, ?)').run(source, token)
    db.prepare(
      'DELETE FROM pushed WHERE source_id = @source AND id <= (SELECT id FROM pushed WHERE source_id = @source ORDER BY id DESC LIMIT 1 OFFSET @most)',
    ).run({ source, most: REMEMBERED })
  }).immediate()
  return token
}

/** True when the push with this token began at this database. */
export function hasPushed({ db }: Store, source: number, token: string): boolean {
  return db.prepare('SELECT 1 FROM pushed WHERE source_id = ? AND token = ?').get(source, token) !== undefined
}

/** A centre has counts of a source of which this database knows nothing: send all with a revision behind those. */
export function rebase({ db }: Store, source: number, rev: number, uid?: string): void {
  db.transaction(() => {
    if (uid !== undefined) db.prepare('UPDATE source SET uid = ? WHERE id = ?').run(uid, source)
    touchAll(db, source, rev)
  }).immediate()
}

/**
 * A source and all that changed of it, from one state of the database, which is held until the last row is read.
 *
 * @param first the first hour that is wanted
 */
export function outgoing(
  { db }: Store,
  id: number,
  after: After,
  first: number,
): { readonly source: OutgoingSource; readonly rows: Generator<OutgoingRow>; end(): void } {
  db.exec('BEGIN')
  let rows: Generator<OutgoingRow> | undefined
  const end = (): void => {
    rows?.return(undefined)
    if (db.inTransaction) db.exec('ROLLBACK')
  }
  try {
    const all = db.prepare('SELECT * FROM source WHERE id = ?').get(id) as Row & { readonly trail: Uint8Array }
    const known = db.prepare(`SELECT ${COLUMNS} FROM source WHERE id = ?`).get(id) as Omit<LocalSource, 'stream'>
    const { uid: _uid, rev: _rev, trail, ...about } = all
    const source = { ...known, stream: all.stream === 1, trail, about: about as OutgoingSource['about'] }
    rows = changedRows(db, id, after, first)
    return { source, rows, end }
  } catch (error) {
    end()
    throw error
  }
}

function* changedRows(db: Store['db'], source: number, after: After, first: number): Generator<OutgoingRow> {
  const touched = db.prepare(
    `SELECT code_id AS code, number, ${CODE} FROM touched JOIN code ON code.id = code_id
     WHERE source_id = ? AND seconds = ? AND rev > ? AND (number < 0 OR number >= ?) ORDER BY number, code_id`,
  )
  for (const table of EXPORTED) {
    const rev = table.isHeavy ? after.heavy : after.light
    if (rev === null) continue
    const read = table.reader(db)
    if (table.of === 'source') {
      for (const row of read({ source, code: 0, text: '', number: 0 })) yield { table, row }
      continue
    }
    const isHour = table.of === 'hour'
    const places = touched.iterate(
      source,
      isHour ? HOUR : PERIOD,
      rev,
      isHour ? first : Math.floor(first / 24),
    ) as Iterable<CodeKey & { readonly code: number; readonly number: number }>
    let last: number | undefined
    for (const { code, number, ...key } of places) {
      // Rows of a period are read once, whatever codes the period has.
      if (table.of === 'period' && number === last) continue
      last = number
      const place: Place = { source, code, text: codeText(key), number }
      for (const row of read(place)) yield { table, row }
    }
  }
}
