import type { Text } from '../catalogue/note.js'
import type { Draft, Severity } from './finding.js'
import type { View } from './view.js'

/**
 * A rule: one thing a person would say about a log, and when. Rules are asked in the order of their table, and what one
 * takes no other sees.
 */
export interface Rule {
  readonly id: string
  /** Title of the findings of the rule, in general. */
  readonly title: Text
  /** Entries that the rule looks at, and the condition under which it speaks. */
  readonly looks: Text
  readonly condition: Text
  readonly severities: readonly Severity[]
  /** Other explanations, and the sign that rules them out. */
  readonly falseAlarms: Text
  readonly find: (view: View) => Iterable<Draft>
}
