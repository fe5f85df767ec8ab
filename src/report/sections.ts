import { basename, dirname } from 'node:path'
import type { Language, Verdict } from '../catalogue/note.js'
import { type GroupedHits, hitsByHost, hitsBySource } from '../store/grouped.js'
import type { Range } from '../store/range.js'
import type { Source, Store } from '../store/store.js'
import type { CodeKey } from '../tally/tally.js'
import { noteOf, verdictOf } from './explanation.js'
import { URGENCY } from './findings.js'
import { codeName, QUIET } from './shape.js'
import { CLASSES, classOf } from './timeline.js'

// A report taken apart by host, site or log: a section each, the worst first.

export type Grouping = 'host' | 'site' | 'source' | 'server'

export interface Section {
  /** null: entries that name no host. */
  readonly name: string | null
  /** How many logs it comes from. */
  readonly sources: number
  readonly entries: number
  /** entries <= truth <= entries + error; 0 except by host. */
  readonly error: number
  /** Entries that are neither normal nor noise. */
  readonly problems: number
  readonly classes: readonly { readonly class: string; readonly hits: number }[]
  /** Problems first, then by hits. */
  readonly codes: readonly SectionCode[]
}
export interface SectionCode {
  readonly code: string
  readonly status: number | null
  readonly substatus: number | null
  readonly reason: string | null
  readonly hits: number
  /** The verdict of most of its problems, or of most hits where it has none. */
  readonly verdict: Verdict
  readonly name: string | null
}

export interface Sections {
  readonly by: Grouping
  /** The worst first: by requests that server, back end or configuration failed, by problems, by requests. */
  readonly rows: readonly Section[]
}

interface SectionOptions extends Range {
  readonly language: Language
  readonly server: string | null | undefined
  readonly select?: ((code: CodeKey) => boolean) | undefined
}

/** Group what a store has counted. */
export function makeSections(store: Store, by: Grouping, options: SectionOptions): Sections {
  const sources = new Map(store.sources().map((source) => [source.id, source]))
  const nameOf = NAMES[by]([...sources.values()])
  const groups = new Map<string | null, GroupedHits[]>()
  for (const row of rowsOf(store, by, sources, options)) {
    if (options.select && !options.select(row)) continue
    const name = nameOf(row)
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  const rows = [...groups].map(([name, hits]) => sectionOf(name, hits, options))
  return { by, rows: rows.sort(worstFirst).map(({ section }) => section) }
}

/**
 * Rows to be grouped. IIS keeps the logs of a site in a folder W3SVC1; in a log that stands elsewhere (central logging,
 * a copy) the entries name the site themselves, by s-sitename or cs-host.
 */
function rowsOf(
  store: Store,
  by: Grouping,
  sources: ReadonlyMap<number, Source>,
  options: SectionOptions,
): readonly GroupedHits[] {
  if (by === 'host') return hitsByHost(store, options)
  const rows = hitsBySource(store, options)
  if (by !== 'site') return rows
  const namesSites = ({ source }: GroupedHits): boolean => {
    const log = sources.get(source)
    return log?.server === 'iis' && !SITE_FOLDER.test(folderOf(log))
  }
  const outside = rows.some(namesSites) ? hitsByHost(store, options).filter(namesSites) : []
  const named = new Set(outside.filter(({ host }) => host !== null).map(({ source }) => source))
  return [...rows.filter(({ source }) => !named.has(source)), ...outside.filter(({ source }) => named.has(source))]
}

const SITE_FOLDER = /[\\/](?:W3SVC|FTPSVC)\d+$/i
const folderOf = ({ path, name }: Pick<Source, 'path' | 'name'>): string => (path === null ? name : dirname(path))

const NAMES: Readonly<Record<Grouping, (sources: readonly Source[]) => (row: GroupedHits) => string | null>> = {
  host: () => (row) => row.host,
  // A folder holds the logs of a site, unless the entries name it.
  site: (sources) => {
    const called = shortest(sources.map((source) => [source.machine, folderOf(source)]))
    const folders = named(sources.map((source, i) => [source.id, called[i] as string]))
    return (row) => row.host ?? folders(row)
  },
  source: (sources) => {
    const called = shortest(sources.map(({ machine, name, path }) => [machine, path ?? name]))
    return named(sources.map((source, i) => [source.id, called[i] as string]))
  },
  // The machine that read the log, or as a centre knows it.
  server: (sources) => named(sources.map(({ id, machine }) => [id, machine])),
}

const named = (names: readonly (readonly [number, string])[]): ((row: GroupedHits) => string) => {
  const byId = new Map(names)
  return ({ source }) => byId.get(source) as string
}

/** Names of paths: the last part, or all of it where two paths share that; with the machine where that differs. */
function shortest(paths: readonly (readonly [machine: string, path: string])[]): string[] {
  const owners = new Map<string, Set<string>>()
  for (const [machine, path] of paths)
    owners.set(basename(path), (owners.get(basename(path)) ?? new Set()).add(`${machine} ${path}`))
  const machines = new Set(paths.map(([machine]) => machine))
  return paths.map(([machine, path]) => {
    if (owners.get(basename(path))?.size === 1) return basename(path)
    return machines.size > 1 ? `${machine}:${path}` : path
  })
}

interface Weighed {
  readonly section: Section
  /** Entries that server, back end or configuration failed. */
  readonly failed: number
}

function sectionOf(name: string | null, rows: readonly GroupedHits[], { language, server }: SectionOptions): Weighed {
  const classes = new Map<string, number>()
  const codes = new Map<
    string,
    { row: GroupedHits; hits: number; verdicts: Map<Verdict, number>; names: Map<Verdict, string> }
  >()
  let failed = 0
  for (const row of rows) {
    const found = noteOf(row, row, server)
    const verdict = verdictOf(found)
    if (URGENCY[verdict] === 0) failed += row.hits
    const klass = classOf(row.status === null ? null : Math.floor(row.status / 100))
    classes.set(klass, (classes.get(klass) ?? 0) + row.hits)
    const code = codes.get(codeName(row)) ?? { row, hits: 0, verdicts: new Map(), names: new Map() }
    codes.set(codeName(row), code)
    code.hits += row.hits
    code.verdicts.set(verdict, (code.verdicts.get(verdict) ?? 0) + row.hits)
    if (found && !code.names.has(verdict)) code.names.set(verdict, (found.variant ?? found.note).name[language])
  }
  const told = [...codes].map(([code, { row, hits, verdicts, names }]): SectionCode => {
    const verdict = mainVerdict(verdicts)
    const { status, substatus, reason } = row
    return { code, status, substatus, reason, hits, verdict, name: names.get(verdict) ?? null }
  })
  const all = [...codes.values()].flatMap(({ verdicts }) => [...verdicts])
  return {
    failed,
    section: {
      name,
      sources: new Set(rows.map(({ source }) => source)).size,
      entries: sum(rows.map(({ hits }) => hits)),
      error: sum(rows.map(({ error }) => error)),
      problems: sum(all.map(([verdict, hits]) => (QUIET.has(verdict) ? 0 : hits))),
      classes: CLASSES.map((name) => ({ class: name, hits: classes.get(name) ?? 0 })),
      codes: told.sort((a, b) => Number(QUIET.has(a.verdict)) - Number(QUIET.has(b.verdict)) || b.hits - a.hits),
    },
  }
}

/** The verdict of most problems; of most entries where there are none. */
function mainVerdict(verdicts: ReadonlyMap<Verdict, number>): Verdict {
  const [best] = [...verdicts].sort(
    ([a, hits], [b, others]) => Number(QUIET.has(a)) - Number(QUIET.has(b)) || others - hits,
  )
  return best?.[0] ?? 'unknown'
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

function worstFirst(a: Weighed, b: Weighed): number {
  return (
    b.failed - a.failed ||
    b.section.problems - a.section.problems ||
    b.section.entries - a.section.entries ||
    String(a.section.name).localeCompare(String(b.section.name))
  )
}
