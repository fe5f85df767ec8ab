import type { Text } from '../catalogue/note.js'
import type { Draft, Severity } from './finding.js'
import type { View } from './view.js'

/**
 * A rule: one thing a person would say about a log, and when. Rules are asked in the order of their table, and what one
 * takes no other sees.
 */
export interface Rule {
  readonly id: string
  /** What it says, in general. */
  readonly title: Text
  /** What it looks at, and when it speaks. */
  readonly looks: Text
  readonly condition: Text
  readonly severities: readonly Severity[]
  /** What else it could be, and what rules that out. */
  readonly falseAlarms: Text
  readonly find: (view: View) => Iterable<Draft>
}
