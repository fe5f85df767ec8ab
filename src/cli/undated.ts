import type { InputResult } from '../pipeline.js'
import { count, visible } from '../render/cells.js'
import { addUndated, hidesMuch, type Undated } from '../report/undated.js'

/** So many logs are named. */
const MOST_NAMED = 5

/**
 * Tell on standard error which logs have entries without a readable time.
 *
 * @param consequence what follows from it, for people
 * @returns whether there are so many of them that nothing can be said of a stretch of time
 */
export function tellUndated(results: readonly InputResult[], consequence = 'Such entries belong to no day.'): boolean {
  const logs = results.map(({ name, entries, filtered, withoutTime }) => ({ name, entries: entries + filtered, withoutTime }))
  const undated = logs.filter(({ withoutTime }) => withoutTime > 0)
  for (const { name, ...counts } of undated.slice(0, MOST_NAMED)) process.stderr.write(`logstat: ${visible(name)}: ${undatedText(counts)}. ${consequence}\n`)
  const others = undated.slice(MOST_NAMED)
  if (others.length > 0) process.stderr.write(`logstat: ${count(others.length)} more logs: ${undatedText(addUndated(others))}.\n`)
  return hidesMuch(addUndated(logs))
}

export const undatedText = ({ entries, withoutTime }: Undated): string =>
  `${count(withoutTime)} of ${count(entries)} ${entries === 1 ? 'entry' : 'entries'} ${withoutTime === 1 ? 'has' : 'have'} no readable time`
