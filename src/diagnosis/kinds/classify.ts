import { isbot } from 'isbot'
import { kinds } from '../kind-tables.js'
import { AGENT_KINDS, type AgentKind, PATH_KINDS, type PathKind } from './kinds.js'
import { type Matcher, match, NO_MATCH, unpackMatcher } from './matcher.js'

// Texts to kinds. A path or an agent is classified once, when its text is first seen; a query is looked at in every
// entry, and never kept.

/**
 * Paths are counted by class: their kind, and the family that makes them a site's own (`probe-app/php`), since only the
 * end of a log shows whether the site runs such an application. For the kernel a class is a number, its place in
 * `classes`. The first class is that of an entry without a path.
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
  const { matchers } = kinds()
  return {
    classes,
    classOfRecord,
    matcher: unpackMatcher(matchers.paths),
    attacks: unpackMatcher(matchers.attacks),
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

const PLAIN_BROWSER =
  /^Mozilla\/5\.0 \((?:Windows NT|Macintosh|X11|iPhone|iPad|Linux; (?:U; )?Android)[\w .;:,/()+-]*\) (?:AppleWebKit\/[\d.]+ \(KHTML, like Gecko\)(?: (?:Version|Chrome|Mobile|Safari|Edg|OPR|CriOS|FxiOS|SamsungBrowser)\/[\w.]+)+|Gecko\/[\d.]+ Firefox\/[\d.]+)$/

let agents: Matcher | undefined

/** @param agent null: the entry has none */
export function agentKindOf(agent: string | null): AgentKind {
  if (agent === null || agent === '' || agent === '-') return 'none'
  // W3C logs write a blank as a plus sign.
  const text = agent.includes(' ') ? agent : agent.replaceAll('+', ' ')
  const { records } = kinds().agents
  agents ??= unpackMatcher(kinds().matchers.agents)
  const record = match(agents, text)
  if (record !== NO_MATCH) return records[record]?.kind ?? 'other'
  // Nearly all browsers look like this, and to ask isbot takes a hundred times as long.
  if (PLAIN_BROWSER.test(text)) return 'browser'
  const robot = isbot(text)
  if (!robot && /^Mozilla\/.*(Gecko|WebKit|Trident|MSIE)|^Opera\//i.test(text)) return 'browser'
  return robot ? 'bot' : 'other'
}

/**
 * The classifier of the kernel, in numbers: classes are those of `pathClasses`, kinds those of PATH_KINDS and
 * AGENT_KINDS.
 */
export function kernelClassifier() {
  const { classes, matcher, classOfRecord, attacks } = pathClassifier()
  return {
    paths: matcher,
    attacks,
    classOfRecord: Uint8Array.from(classOfRecord),
    kindOfClass: Uint8Array.from(classes, (name) => PATH_KINDS.indexOf(name.split('/')[0] as PathKind)),
    secret: classes.indexOf('probe-secret'),
    exploit: classes.indexOf('probe-exploit'),
    agentKind: (agent: string): number => AGENT_KINDS.indexOf(agentKindOf(agent)),
  }
}
export const pathClasses = (): readonly string[] => pathClassifier().classes
