/** The languages every text of the catalogue exists in. */
export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** One text in every language. */
export type Text = Readonly<Record<Language, string>>

/**
 * Whose business a code is.
 *
 * `normal` and `noise` are no problems (noise: something ended badly, but not through the site's fault and without harm);
 * the others name who has to act. A row of a report may split into several verdicts, since the Win32 status decides.
 */
export const VERDICTS = ['normal', 'noise', 'client', 'auth', 'server', 'backend', 'config', 'security', 'unknown'] as const
export type Verdict = (typeof VERDICTS)[number]

/** `documented`: a vendor text says it. `observed`: seen in a public log. `derived`: follows from the value, not yet seen. */
export const BASES = ['documented', 'observed', 'derived'] as const
export type Basis = (typeof BASES)[number]

/** A meaning that holds for some versions or one component only. */
export interface Variant {
  /** For people: `IIS 4 to 6`, `ARR 3.0.1916`, `ASP.NET Core Module`. */
  readonly versions: string
  /** IIS versions [from, below) it holds for, matched with the log's `#Software` line; absent: cannot be told from a log. */
  readonly from?: number
  readonly below?: number
  readonly name: Text
  readonly meaning: Text
  readonly checks?: readonly Text[]
  readonly source: string
}

/** What one authority says about one code. The catalogue's files under `data/` are lists of these. */
export interface Note {
  /** As in `logstat explain`, without the authority: `404`, `404.3`, `404.3/50`, `4xx`, `QueueFull`, `sH`, `64`. */
  readonly code: string
  readonly name: Text
  /** One or two sentences: what happened. The first sentence is shown in tables. */
  readonly meaning: Text
  /** Most frequent first. A brief note (most Win32 values) has none. */
  readonly causes?: readonly Text[]
  /** Things to do, in order, each naming a command, setting, file, event or query and the value expected. */
  readonly checks?: readonly Text[]
  readonly verdict: Verdict
  readonly basis: Basis
  /** Where the fact comes from: `RFC 9110 §15.5.5`, `MS-KB943891`. */
  readonly source: string
  readonly component?: string
  readonly versions?: string
  /** Other spellings people write or search for: `500-11`. */
  readonly aliases?: readonly string[]
  readonly variants?: readonly Variant[]
  /** A symbol of winerror.h and its like: `ERROR_NETNAME_DELETED`. */
  readonly symbol?: string
}

/** One file under `data/`. Several files may share an authority. */
export interface NoteFile {
  readonly authority: string
  readonly title: Text
  readonly notes: readonly Note[]
}
