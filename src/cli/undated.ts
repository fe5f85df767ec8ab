import type { Words } from '../errors.js'
import type { InputResult } from '../pipeline.js'
import { count } from '../render/cells.js'
import { addUndated, hidesMuch, type Undated } from '../summary/undated.js'
import { tell } from './messages.js'

/** So many logs are named. */
const MOST_NAMED = 5

/**
 * Tell on standard error which logs have entries without a readable time.
 *
 * @param consequence what follows from it
 * @returns whether there are so many of them that nothing can be said of a stretch of time
 */
export function tellUndated(results: readonly InputResult[], consequence: Words = NO_DAY): boolean {
  const logs = results.map(({ name, entries, filtered, withoutTime }) => ({
    name,
    entries: entries + filtered,
    withoutTime,
  }))
  const undated = logs.filter(({ withoutTime }) => withoutTime > 0)
  for (const { name, ...counts } of undated.slice(0, MOST_NAMED)) {
    const { en, zh } = undatedText(counts)
    tell({ en: `${name}: ${en}. ${consequence.en}`, zh: `${name}：${zh}。${consequence.zh}` })
  }
  const others = undated.slice(MOST_NAMED)
  if (others.length > 0) {
    const { en, zh } = undatedText(addUndated(others))
    tell({ en: `${count(others.length)} more logs: ${en}.`, zh: `另外 ${count(others.length)} 个日志：${zh}。` })
  }
  return hidesMuch(addUndated(logs))
}
const NO_DAY: Words = { en: 'Such entries belong to no day.', zh: '这些记录不属于任何一天。' }

function undatedText({ entries, withoutTime }: Undated): Words {
  const [some, all] = [count(withoutTime), count(entries)]
  return {
    en: `${some} of ${all} ${entries === 1 ? 'entry' : 'entries'} ${withoutTime === 1 ? 'has' : 'have'} no readable time`,
    zh: `${all} 条记录中有 ${some} 条没有可读的时间`,
  }
}
