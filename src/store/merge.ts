import { existsSync, renameSync, rmSync } from 'node:fs'
import { LogstatError } from '../errors.js'
import { freshName, removeStale } from '../fresh-file.js'
import { continuesTrail } from '../trail.js'
import { deleteSource, sweeping } from './forget.js'
import { SPAN_COLUMNS, SUM_COLUMNS } from './measures.js'
import { getSetting } from './setting.js'
import { openStore, type Source, type Store } from './store.js'

/** The outcome of a merge for the sources of one database. */
export interface Merged {
  readonly file: string
  readonly added: number
  /** Sources that were in another one, too, and of which the one read further was taken. */
  readonly shared: number
}

/**
 * Join databases into a new one. Sources stay apart; one that several databases have is taken from the one that read it
 * furthest.
 *
 * @throws LogstatError when the new one exists, or when the databases keep addresses in different ways
 */
export function mergeDatabases(files: readonly string[], output: string): Merged[] {
  if (existsSync(output))
    throw new LogstatError(
      'exists',
      { en: `${output}: there is such a file already`, zh: `${output} 已存在` },
      { en: 'Name a new file with -o, or remove this one.', zh: '请用 -o 指定新文件，或删除现有文件。' },
    )
  // The database is made under another name, so that a merge that is cut off leaves nothing that looks whole.
  removeStale(output)
  const partial = freshName(output)
  const target = openStore(partial)
  try {
    const merged = files.map((file, i) => addDatabase(target, file, i === 0))
    target.close()
    renameSync(partial, output)
    return merged
  } finally {
    target.close()
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(partial + end, { force: true })
  }
}

/** A source with the parts by which it is recognised. */
type Imported = Source & { readonly uid: string }
type Content = Pick<Source, 'firstLine' | 'readTo' | 'tailBytes' | 'tailHash' | 'trail'>

function addDatabase(target: Store, file: string, first: boolean): Merged {
  const { db } = target
  const other = openStore(file, { create: false })
  const sources = importedOf(other)
  const how = getSetting(other.db, 'anonymize') ?? 'nothing'
  const settings = other.db
    .prepare("SELECT name, value FROM setting WHERE name NOT IN ('rolled_up_to', 'tracked')")
    .all() as {
    name: string
    value: string
  }[]
  other.close()
  if (!first && (getSetting(db, 'anonymize') ?? 'nothing') !== how)
    throw new LogstatError(
      'anonymize',
      `${file}: client addresses are kept in another way than in the databases before it`,
      {
        en: 'Only databases made with the same --anonymize can be merged.',
        zh: '只能合并使用相同 --anonymize 的数据库。',
      },
    )
  db.prepare('ATTACH ? AS other').run(file)
  try {
    return sweeping(db, () => {
      if (first)
        for (const { name, value } of settings)
          db.prepare('INSERT OR REPLACE INTO setting VALUES (?, ?)').run(name, value)
      db.exec(MAPS)
      let shared = 0
      const chosen = sources.filter((source) => {
        // Sources of the target are looked up each time: the databases themselves may hold a source twice, too.
        const same = importedOf(target).filter((known) => isSame(known, source))
        if (same.length > 0) shared++
        if (same.some((known) => reaches(known, source))) return false
        for (const { id } of same) deleteSource(db, id)
        copySource(target, source)
        return true
      })
      db.exec('DROP TABLE temp.map_code; DROP TABLE temp.map_value; DROP TABLE temp.map_dimension')
      return { file, added: chosen.length, shared }
    })
  } finally {
    db.exec('DETACH other')
  }
}

function importedOf({ db, sources }: Store): Imported[] {
  const uids = new Map(
    (db.prepare('SELECT id, uid FROM main.source').all() as { id: number; uid: string }[]).map(({ id, uid }) => [
      id,
      uid,
    ]),
  )
  return sources().map((source) => ({ ...source, uid: uids.get(source.id) as string }))
}

/** The same import, in a copy of the database, or the same content. */
function isSame(a: Imported, b: Imported): boolean {
  if (a.uid === b.uid) return true
  return !a.stream && !b.stream && isSameContent(a, b)
}

/** True when one of two logs begins with all that was read of the other one. */
export function isSameContent(a: Content, b: Content): boolean {
  if (a.firstLine !== b.firstLine) return false
  if (a.readTo === b.readTo && a.tailBytes === b.tailBytes && a.tailHash !== b.tailHash) return false
  return a.readTo <= b.readTo ? continuesTrail(a.trail, a.readTo, b.trail) : continuesTrail(b.trail, b.readTo, a.trail)
}

/** True when `known` holds all that `source` holds. */
const reaches = (known: Source, source: Source): boolean =>
  known.readTo > source.readTo ||
  (known.readTo === source.readTo &&
    (known.lines > source.lines || (known.lines === source.lines && known.pruned <= source.pruned)))

/** Ids of the other database and of this one, by what they mean. */
const MAPS = `
INSERT OR IGNORE INTO main.dimension (name) SELECT name FROM other.dimension;
CREATE TEMP TABLE map_dimension AS SELECT o.id AS old, m.id AS new FROM other.dimension o JOIN main.dimension m USING (name);
INSERT OR IGNORE INTO main.code (status, substatus, win32_status, reason) SELECT status, substatus, win32_status, reason FROM other.code;
CREATE TEMP TABLE map_code (old INTEGER PRIMARY KEY, new INTEGER);
INSERT INTO map_code SELECT o.id, m.id FROM other.code o JOIN main.code m ON coalesce(m.status, -1) = coalesce(o.status, -1)
  AND coalesce(m.substatus, -1) = coalesce(o.substatus, -1) AND coalesce(m.win32_status, -1) = coalesce(o.win32_status, -1)
  AND coalesce(m.reason, '') = coalesce(o.reason, '');
INSERT INTO main.value (hash, text) SELECT hash, text FROM other.value o
  WHERE NOT EXISTS (SELECT 1 FROM main.value m WHERE m.hash = o.hash AND m.text = o.text);
CREATE TEMP TABLE map_value (old INTEGER PRIMARY KEY, new INTEGER);
INSERT INTO map_value SELECT o.id, m.id FROM other.value o JOIN main.value m ON m.hash = o.hash AND m.text = o.text;
`

function copySource({ db }: Store, { id, uid }: Imported): void {
  const columns = (db.prepare("SELECT name FROM pragma_table_info('source')").all() as { name: string }[])
    .map((c) => c.name)
    .filter((c) => c !== 'id')
  db.prepare(
    `INSERT INTO main.source (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM other.source WHERE id = ?`,
  ).run(id)
  const { now } = db.prepare('SELECT id AS now FROM main.source WHERE uid = ?').get(uid) as { now: number }
  const copy = (sql: string): void => void db.prepare(sql).run({ id, now })
  copy(`INSERT INTO main.hits (source_id, code_id, start, seconds, ${SUM_COLUMNS.join(', ')}) SELECT @now, new, start, seconds, ${SUM_COLUMNS.join(', ')}
        FROM other.hits JOIN map_code ON old = code_id WHERE source_id = @id`)
  copy(`INSERT INTO main.span (source_id, code_id, period, ${SPAN_COLUMNS.join(', ')}) SELECT @now, new, period, ${SPAN_COLUMNS.join(', ')}
        FROM other.span JOIN map_code ON old = code_id WHERE source_id = @id`)
  copy(`INSERT INTO main.list SELECT @now, c.new, period, d.new, different, lost
        FROM other.list JOIN map_code c ON c.old = code_id JOIN map_dimension d ON d.old = dimension_id WHERE source_id = @id`)
  copy(`INSERT INTO main.top SELECT @now, c.new, period, d.new, v.new, hits, error FROM other.top JOIN map_code c ON c.old = code_id
        JOIN map_dimension d ON d.old = dimension_id JOIN map_value v ON v.old = value_id WHERE source_id = @id`)
  copy('INSERT INTO main.evidence SELECT @now, period, data FROM other.evidence WHERE source_id = @id')
  copy('INSERT INTO main.reject SELECT @now, reason, count FROM other.reject WHERE source_id = @id')
  copy(
    'INSERT INTO main.reject_sample SELECT @now, reason, line, offset, step, "column", text FROM other.reject_sample WHERE source_id = @id',
  )
  copy('INSERT OR IGNORE INTO main.packed SELECT id, @now FROM other.packed WHERE source_id = @id')
}
