import { isbot } from 'isbot'
import { kinds } from '../kind-tables.js'
import type { AgentKind } from './kinds.js'
import { type Matcher, makeMatcher, match, NO_MATCH } from './matcher.js'

// Texts to kinds. A path or an agent is classified once, when its text is first seen; a query is looked at in every
// entry, and never kept.

/**
 * Paths are counted by class: their kind, and the family that makes them a site's own (`probe-app/php`), since whether
 * it does shows at the end only.
 * For the kernel a class is a number, its place in `classes`. The first is that of an entry without a path.
 */
const NONE = 0
const PAGE = 1
export const ATTACK = 'probe-exploit/attack'

interface Classifier {
  readonly classes: readonly string[]
  /** Finds the number of a record. */
  readonly matcher: Matcher
  readonly classOfRecord: readonly number[]
  readonly attacks: Matcher
}

let classifier: Classifier | undefined

function pathClassifier(): Classifier {
  classifier ??= makePathClassifier()
  return classifier
}

function makePathClassifier(): Classifier {
  const classes = ['none', 'page', ATTACK]
  const { records } = kinds().paths
  const classOfRecord = records.map(({ kind, family }) => {
    const name = family === undefined ? kind : `${kind}/${family}`
    const known = classes.indexOf(name)
    return known >= 0 ? known : classes.push(name) - 1
  })
  const patterns = records.flatMap(({ patterns, where }, value) =>
    patterns.map((pattern) => ({ pattern, value, where })),
  )
  return {
    classes,
    classOfRecord,
    matcher: makeMatcher(patterns.filter(({ where }) => where === undefined)),
    attacks: makeMatcher(patterns.filter(({ where }) => where === 'query')),
  }
}

/** The class of a path without its query. @param path null: the entry has none */
export function pathClassOf(path: string | null): string {
  const { matcher, classOfRecord, classes } = pathClassifier()
  const record = path === null ? NO_MATCH : match(matcher, path)
  const number = path === null ? NONE : record === NO_MATCH ? PAGE : (classOfRecord[record] as number)
  return classes[number] as string
}

export function isAttack(query: string): boolean {
  return match(pathClassifier().attacks, query) !== NO_MATCH
}

let agents: Matcher | undefined

/** @param agent null: the entry has none */
export function agentKindOf(agent: string | null): AgentKind {
  if (agent === null || agent === '' || agent === '-') return 'none'
  // W3C logs write a blank as a plus sign.
  const text = agent.includes(' ') ? agent : agent.replaceAll('+', ' ')
  const { records } = kinds().agents
  agents ??= makeMatcher(records.flatMap(({ patterns }, value) => patterns.map((pattern) => ({ pattern, value }))))
  const record = match(agents, text)
  if (record !== NO_MATCH) return records[record]?.kind ?? 'other'
  const robot = isbot(text)
  if (!robot && /^Mozilla\/.*(Gecko|WebKit|Trident|MSIE)|^Opera\//i.test(text)) return 'browser'
  return robot ? 'bot' : 'other'
}
