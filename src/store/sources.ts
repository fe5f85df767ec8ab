import { hostname } from 'node:os'
import type Database from 'better-sqlite3'
import { randomHex } from '../hash.js'
import { CandidateCache, stateOf } from './candidates.js'

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

/** A source as it becomes: `id` null makes a new one. */
export type ReadSource = NewSource & { readonly id: number | null }

/** Sources with the same first line, as they were when somebody looked. */
export interface Candidates {
  readonly sources: readonly Source[]
  /** Changes when one of them is read on, forgotten or joined by another. */
  readonly state: string
}

/** Names that tell streams apart. */
export type StreamName = Pick<Source, 'name' | 'format' | 'server'>

/** The sources of a database. */
export interface Sources {
  all(): Source[]
  candidates(firstLine: string): Candidates
  /** The source of a stream of this name and format that was read before, if any. */
  stream(name: StreamName): { readonly before: Source | undefined; readonly seen: string }
  /** The state of the candidates for a source, as `candidates` and `stream` tell it. */
  stateOf(source: NewSource): string
  /** The source that holds all of a packed file. */
  packedSource(packed: string): number | undefined
  /** Note that a source holds all of a packed file. */
  notePacked(packed: string, source: number): void
  /** Note how far a source is read. @returns its id */
  put(source: ReadSource): number
  /** A transaction that has put a source ends well. @param wereAsked the transaction asked for the candidates before */
  end(id: number, source: ReadSource, wereAsked: boolean): void
  /** A transaction failed. */
  fail(): void
}

const COLUMNS = `id, name, path, machine, format, server, software, fields, stream, first_line AS firstLine, trail, tail_bytes AS tailBytes,
  tail_hash AS tailHash, read_to AS readTo, open_line AS openLine, lines, entries, rejected, ignored, without_time AS withoutTime, pruned,
  first_read_at AS firstReadAt, read_at AS readAt`

/** @internal @param isTemporary its imports never meet those of other databases */
export function sourcesOf(db: Database.Database, isTemporary: boolean): Sources {
  const statements = prepare(db)
  let imports = 0
  /** A name that tells an import from those in other databases. */
  const nameOfImport = (): { uid: string; machine: string } =>
    isTemporary ? { uid: `${++imports}`, machine: '' } : { uid: randomHex(16), machine: hostname() }

  const candidates = new CandidateCache({
    byFirstLine: (firstLine) => statements.byFirstLine.all(firstLine).map(sourceOf),
    byId: (id) => statements.byId.all(id).map(sourceOf)[0],
    state: () => `${statements.dataVersion()} ${(statements.changes.get() as { n: number }).n}`,
  })
  function stream({ name, format, server }: StreamName): ReturnType<Sources['stream']> {
    const [before] = statements.findStream.all(name, format, server).map(sourceOf)
    return { before, seen: before ? stateOf(before) : '' }
  }
  return {
    all: () => statements.all.all().map(sourceOf),
    candidates: (firstLine) => candidates.of(firstLine),
    stream,
    stateOf: (source) => (source.stream ? stream(source).seen : candidates.of(source.firstLine).state),
    packedSource: (packed) => (statements.findPacked.get(packed) as { id: number } | undefined)?.id,
    notePacked: (packed, source) => void statements.addPacked.run(packed, source),
    put(source) {
      const row = { ...source, stream: Number(source.stream), openLine: Number(source.openLine) }
      if (source.id === null) return Number(statements.add.run({ ...row, ...nameOfImport() }).lastInsertRowid)
      statements.set.run(row)
      return source.id
    },
    end(id, source, wereAsked) {
      if (wereAsked && !source.stream && !isTemporary) candidates.changed(id, source.firstLine)
      else candidates.clear()
    },
    fail: () => candidates.clear(),
  }
}

function sourceOf(row: unknown): Source {
  const source = row as Omit<Source, 'stream' | 'openLine'> & { readonly stream: number; readonly openLine: number }
  return { ...source, stream: source.stream === 1, openLine: source.openLine === 1 }
}

function prepare(db: Database.Database) {
  return {
    add: db.prepare(`INSERT INTO source (uid, name, path, machine, format, server, software, fields, stream, first_line, trail, tail_bytes,
      tail_hash, read_to, open_line, lines, entries, rejected, ignored, without_time, pruned, first_read_at, read_at) VALUES (@uid, @name, @path,
      @machine, @format, @server, @software, @fields, @stream, @firstLine, @trail, @tailBytes, @tailHash, @readTo, @openLine, @lines, @entries,
      @rejected, @ignored, @withoutTime, 0, @readAt, @readAt)`),
    set: db.prepare(`UPDATE source SET name = @name, path = @path, format = @format, server = @server, software = @software, fields = @fields,
      trail = @trail, tail_bytes = @tailBytes, tail_hash = @tailHash, read_to = @readTo, open_line = @openLine, lines = @lines,
      entries = @entries, rejected = @rejected, ignored = @ignored, without_time = @withoutTime, read_at = @readAt WHERE id = @id`),
    all: db.prepare(`SELECT ${COLUMNS} FROM source ORDER BY id`),
    byFirstLine: db.prepare(
      `SELECT ${COLUMNS} FROM source WHERE first_line = ? AND stream = 0 ORDER BY read_to DESC, id`,
    ),
    byId: db.prepare(`SELECT ${COLUMNS} FROM source WHERE id = ?`),
    dataVersion: () => db.pragma('data_version', { simple: true }) as number,
    changes: db.prepare('SELECT total_changes() AS n'),
    findStream: db.prepare(
      `SELECT ${COLUMNS} FROM source WHERE stream = 1 AND name = ? AND format = ? AND server IS ?`,
    ),
    findPacked: db.prepare('SELECT source_id AS id FROM packed WHERE id = ?'),
    addPacked: db.prepare('INSERT OR REPLACE INTO packed VALUES (?, ?)'),
  }
}
