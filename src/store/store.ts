import type Database from 'better-sqlite3'
import { type DimensionName, type LineCounts, type List, MAX_SAMPLES } from '../tally/tally.js'
import { type Anonymizer, anonymizerOf } from './anonymize.js'
import { type Counted, Counts } from './counts.js'
import { databaseError } from './error.js'
import { putEvidence } from './evidence.js'
import { Ids } from './ids.js'
import { maskSample } from './mask.js'
import { type OpenOptions, openDatabase, turnToWal } from './open.js'
import { getSetting, unsetSetting } from './setting.js'
import {
  type Candidates,
  type NewSource,
  type ReadSource,
  type Source,
  type Sources,
  type StreamName,
  sourcesOf,
} from './sources.js'
import { trackerOf } from './tracked.js'

export type { Candidates, Counted, NewSource, Source }

/** Values kept of each list in a database, by source, code and period. */
export const STORED_VALUES = 100

/** The SQLite aggregates; nothing outside this folder knows SQL. */
export interface Store {
  /** null: temporary, goes with the process. */
  readonly file: string | null
  /**
   * @internal For the queries of this folder; left out of the published types, which so need no types of
   * better-sqlite3.
   */
  readonly db: Database.Database
  /** True when addresses of clients are not stored as they are. */
  readonly anonymizes: boolean
  /**
   * True when addresses of clients become fewer before they are stored, so that all of them are needed and not only the
   * most frequent.
   */
  readonly joinsClients: boolean
  /**
   * Add what was counted of a source, and how far it was read: both or neither.
   *
   * @param seen state of the candidates when it was decided which source this is
   * @returns its id; null, and nothing is added, when another program has changed the candidates meanwhile
   */
  add(source: ReadSource, counted: Iterable<Counted>, rejects: LineCounts['rejects'], seen?: string): number | null
  candidates(firstLine: string): Candidates
  /** The source of a stream of this name and format that was read before, if any. */
  stream(name: StreamName): ReturnType<Sources['stream']>
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
  const isTemporary = file === null
  const db = openDatabase(file, options)
  const sources = sourcesOf(db, isTemporary)
  // A temporary database that is only filled and read need not find a text again.
  const ids = new Ids(db, !isTemporary || options.keep !== undefined)
  const tracker = trackerOf(db)
  const counts = new Counts(db, ids, keep, tracker)
  const addRejects = rejectsOf(db)
  const anonymizer = (): Anonymizer | undefined => (isTemporary ? undefined : anonymizerOf(db))

  const add = db.transaction(
    (source: ReadSource, counted: Iterable<Counted>, rejects: LineCounts['rejects'], seen?: string): number | null => {
      if (seen !== undefined && sources.stateOf(source) !== seen) return null
      ids.begin()
      counts.begin()
      tracker.begin()
      const id = sources.put(source)
      tracker.revise(id)
      const anonymize = anonymizer()
      let newest = source.id === null ? -Infinity : counts.newestPeriod(id)
      let first = Infinity
      for (const part of counted) {
        const added = counts.add(id, part, anonymize, newest)
        putEvidence(db, id, part.evidence ?? [], isTemporary, anonymize)
        newest = added.newest
        first = Math.min(first, added.first)
      }
      // Counts of a day that was rolled up already: the next roll-up does it again.
      if (!isTemporary && first < Number(getSetting(db, 'rolled_up_to') ?? -Infinity)) unsetSetting(db, 'rolled_up_to')
      addRejects(id, rejects, (text, column) => (isTemporary ? {} : maskSample(text, column, source.fields, anonymize)))
      ids.end()
      sources.end(id, source, seen !== undefined)
      return id
    },
  )

  /** Let an error of SQLite tell the user what to do. */
  function guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      ids.fail()
      sources.fail()
      throw databaseError(file, error)
    }
  }

  return {
    file,
    db,
    get anonymizes() {
      return anonymizer() !== undefined
    },
    get joinsClients() {
      return anonymizer()?.joins === true
    },
    add: (source, counted, rejects, seen) =>
      guarded(() => {
        const id = add.immediate(source, counted, rejects, seen)
        if (!isTemporary) turnToWal(db)
        return id
      }),
    candidates: (firstLine) => guarded(() => sources.candidates(firstLine)),
    stream: (name) => guarded(() => sources.stream(name)),
    packedSource: (packed) => sources.packedSource(packed),
    notePacked: (packed, source) => guarded(() => sources.notePacked(packed, source)),
    sources: () => sources.all(),
    listsOf: (source, code, period) => counts.listsOf(source, code, period),
    close: (): void => void db.close(),
  }
}

type AddRejects = (
  source: number,
  rejects: LineCounts['rejects'],
  mask: (text: string, column: number) => { text?: string; column?: number },
) => void

function rejectsOf(db: Database.Database): AddRejects {
  const addReject = db.prepare(
    'INSERT INTO reject VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
  )
  const addSample =
    db.prepare(`INSERT OR IGNORE INTO reject_sample SELECT @source, @reason, @line, @offset, @step, @column, @text
    WHERE (SELECT count(*) FROM reject_sample WHERE source_id = @source AND reason = @reason) < ${MAX_SAMPLES}`)
  return (source, rejects, mask) => {
    for (const [reason, { count, samples }] of rejects) {
      addReject.run(source, reason, count)
      for (const sample of samples) addSample.run({ source, reason, ...sample, ...mask(sample.text, sample.column) })
    }
  }
}
