import type { Report } from '../report/shape.js'
import { localTime } from '../time-zone.js'
import { visible } from './cells.js'
import { say } from './words.js'

/** Why a report has no requests: the log is empty, nothing of it could be read, or nothing of it is selected. */
export function emptyText({ language, totals, range, unselected }: Report, timeZone: string): string[] {
  if (unselected === null)
    return [say(language, range !== null ? 'noneInRange' : totals.rejected > 0 ? 'noneUnderstood' : 'noEntries')]
  const { from, to, missing, codes } = unselected
  const local = (time: string): string => localTime(Date.parse(time) / 1000, timeZone)
  return [
    say(language, 'noneSelected'),
    ...(from !== null && to !== null ? [say(language, 'logSpans', local(from), local(to), timeZone)] : []),
    ...missing.map((field) => say(language, 'noneHas', `--${field}`)),
    ...(codes.length > 0 ? [say(language, 'codesThere', codes.map(visible).join(' · '))] : []),
  ]
}
