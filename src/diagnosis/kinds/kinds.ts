import type { Text } from '../../catalogue/note.js'

// Kinds of paths, agents, referers and clients: one list for kernel, database, JSON and selections. Their tables are
// YAML beside this file.

export const PATH_KINDS = [
  'favicon',
  'touch-icon',
  'robots',
  'ads-txt',
  'well-known',
  'acme',
  'sitemap',
  'browser-files',
  'sourcemap',
  'expected-404',
  'health',
  'probe-secret',
  'probe-exploit',
  'probe-app',
  'asset',
  'page',
  'none',
] as const
export type PathKind = (typeof PATH_KINDS)[number]

export const AGENT_KINDS = ['browser', 'app', 'bot', 'monitor', 'scanner', 'tool', 'other', 'none'] as const
export type AgentKind = (typeof AGENT_KINDS)[number]

/** Agents that people come with. */
export const PEOPLE: ReadonlySet<AgentKind> = new Set<AgentKind>(['browser', 'app', 'other'])

/** Paths that browsers and robots ask for by themselves: no link leads there. */
export const AUTO: ReadonlySet<PathKind> = new Set<PathKind>([
  'favicon',
  'touch-icon',
  'robots',
  'ads-txt',
  'well-known',
  'sitemap',
  'browser-files',
  'sourcemap',
  'expected-404',
])

export interface KindRecord<K extends string> {
  readonly kind: K
  readonly patterns: readonly string[]
  readonly source: string
  /** Name of an application: a site that runs it has such paths of its own. */
  readonly family?: string
  readonly where?: 'query'
}
export interface KindTable<K extends string> {
  readonly kinds: Readonly<Record<K, Text>>
  readonly records: readonly KindRecord<K>[]
}
/** An automaton as text: its tables in base64. */
export interface PackedMatcher {
  readonly classes: string
  readonly classCount: number
  readonly next: string
  readonly least: string
}
export interface Kinds {
  /** Automata that find the number of a record. */
  readonly matchers: { readonly paths: PackedMatcher; readonly attacks: PackedMatcher; readonly agents: PackedMatcher }
  readonly paths: KindTable<PathKind>
  readonly agents: KindTable<AgentKind>
}
