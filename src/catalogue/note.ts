/** The languages every text of the catalogue exists in. */
export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** One text in every language. */
export type Text = Readonly<Record<Language, string>>

/**
 * Verdicts say whose business a code is.
 *
 * `normal` and `noise` are no problems (noise: something ended badly, but not through the site's fault and without
 * harm); the others name who has to act. A row of a report may split into several verdicts, since the Win32 status
 * decides.
 */
export const VERDICTS = [
  'normal',
  'noise',
  'client',
  'auth',
  'server',
  'backend',
  'config',
  'security',
  'unknown',
] as const
export type Verdict = (typeof VERDICTS)[number]

/** Verdicts that are no problem. */
export const QUIET: ReadonlySet<Verdict> = new Set(['normal', 'noise'])

/**
 * `documented`: a vendor text says it. `observed`: seen in a public log. `derived`: follows from the value, not yet
 * seen.
 */
export const BASES = ['documented', 'observed', 'derived'] as const
export type Basis = (typeof BASES)[number]

/**
 * Conditions that can hold for a code in a log. A note's `when` names one of them, and whoever reads the log finds out.
 *
 * `never-succeeds`: the client that got the code was given no 2xx or 3xx afterwards. `time-pile`: many requests took
 * the same time (`seconds`, or any round value when absent). `slow`: half of them took longer than `seconds`. `burst`:
 * nearly all came within a minute. `many-clients`: at least a dozen clients are affected. `own-referer`: pages of the
 * site itself led there. `frequent`: the code is at least `share` percent of all requests.
 */
export const CONDITIONS = [
  'never-succeeds',
  'time-pile',
  'slow',
  'burst',
  'many-clients',
  'own-referer',
  'frequent',
] as const

/** Another verdict that a code has when a condition holds. */
export interface When {
  readonly is: (typeof CONDITIONS)[number]
  readonly seconds?: number
  /** In percent. */
  readonly share?: number
  readonly verdict: Verdict
}

/** A source of a note: its name, and the address where it can be read. Null: seen in public logs, no page. */
export interface Link {
  readonly name: string
  readonly url: string | null
}

/** A meaning that holds for some versions or one component only. */
export interface Variant {
  /** Versions in words: `IIS 4 to 6`, `ARR 3.0.1916`, `ASP.NET Core Module`. */
  readonly versions: string
  /**
   * IIS versions [from, below) it holds for, matched with the log's `#Software` line; absent: cannot be told from a
   * log.
   */
  readonly from?: number
  readonly below?: number
  readonly name: Text
  readonly meaning: Text
  readonly checks?: readonly Text[]
  readonly source: string
}

/** A note: the words of one authority about one code. The catalogue's files under `data/` are lists of these. */
export interface Note {
  /**
   * The code as in `logstat explain`, without the authority: `404`, `404.3`, `404.3/50`, `4xx`, `QueueFull`, `sH`,
   * `64`.
   */
  readonly code: string
  readonly name: Text
  /** One or two sentences: what happened. The first sentence is shown in tables. */
  readonly meaning: Text
  /** Causes, the most frequent first. A brief note (most Win32 values) has none. */
  readonly causes?: readonly Text[]
  /**
   * Things to do, in order, each naming a command, setting, file, event or query and the value expected. The first is
   * one action.
   */
  readonly checks?: readonly Text[]
  /** The remedy ends the problem, once the checks have shown the cause. */
  readonly remedy?: Text
  /** The verdict is another one when this holds for the log. */
  readonly when?: When
  readonly verdict: Verdict
  readonly basis: Basis
  /** Source of the fact: `RFC 9110 §15.5.5; MS-KB943891`. Each name is one of sources.yaml. */
  readonly source: string
  /** The source with its addresses. The build adds them. */
  readonly links?: readonly Link[]
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

/** An instruction that many notes need, told once: printed below every answer that mentions it. */
export interface HowTo {
  /** Words of a text that ask for the instruction, as a regular expression. */
  readonly mention: string
  readonly authorities: readonly string[]
  readonly name: Text
  readonly text: Text
}
