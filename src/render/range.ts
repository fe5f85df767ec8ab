import type { Report } from '../report/shape.js'
import { localTime } from '../time-zone.js'
import { say } from './words.js'

/** Which stretch of a database a report is of, and what in it is of more than that. */
export function rangeText({ language, range }: Pick<Report, 'language' | 'range'>, timeZone: string): string[] {
  if (range === null) return []
  const { since, until, widenedSeconds, listDays } = range
  const local = (time: string): string => localTime(Date.parse(time) / 1000, timeZone).replace(/:00$/, '')
  const stretch =
    since !== null && until !== null
      ? say(language, 'selected', local(since), local(until))
      : since !== null
        ? say(language, 'selectedFrom', local(since))
        : say(language, 'selectedUntil', local(until ?? ''))
  const isWidened = widenedSeconds.before > 0 || widenedSeconds.after > 0
  const why = language === 'zh' ? `（${say(language, 'widened')}）` : ` (${say(language, 'widened')})`
  if (listDays === null) return [stretch + (isWidened ? why : '')]
  const { from, to } = listDays
  const days = from === to ? from : `${from} – ${to}`
  return [stretch + (isWidened ? why : ''), say(language, 'listsOfDays', days)]
}
