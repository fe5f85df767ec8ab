import { localTime, offsetName } from '../../time-zone.js'
import { bar, bytes, count, padEnd, padStart, percent, truncate, visible, width, wrap } from '../cells.js'
import { emptyText } from '../empty.js'
import { rangeText } from '../range.js'
import { joined, type Page, secondsOf, words } from './page.js'

/** Names of the logs, their time, and how many of their lines were understood. */
export function header(page: Page): string[] {
  const { report, style, zone } = page
  const { inputs, period, totals } = report
  const names = inputs.slice(0, inputs.length > 3 ? 1 : 3).map((i) => visible(i.name))
  if (inputs.length > 3) names.push(words(page, 'moreInputs', inputs.length - 1))
  const kinds = [...new Set(inputs.map((i) => (i.software ? `${i.format} (${visible(i.software)})` : i.format)))].join(
    ', ',
  )
  const left = `logstat  ${names.join('  ')}`
  const lines =
    width(left) + width(kinds) + 2 <= page.width
      ? [style.bold(left) + padStart(kinds, page.width - width(left))]
      : [style.bold(truncate(left, page.width)), kinds ? `         ${truncate(kinds, page.width - 9)}` : '']
  if (period) {
    const [from, to] = [secondsOf(period.from), secondsOf(period.to)]
    const end = localTime(to, zone)
    lines.push(`${localTime(from, zone)} – ${page.isOneDay ? end.slice(11) : end}  (${zone} ${offsetName(to, zone)})`)
  }
  const facts = [words(page, 'requests', count(totals.entries))]
  if (totals.filtered > 0 && report.range === null) facts.push(words(page, 'leftOut', count(totals.filtered)))
  if (totals.bytesSent) facts.push(words(page, 'sent', bytes(totals.bytesSent)))
  if (totals.rejected) facts.push(style.bad(words(page, 'notUnderstood', count(totals.rejected))))
  if (totals.withoutTime) facts.push(words(page, 'withoutTime', count(totals.withoutTime)))
  lines.push(...rangeText(report, zone).flatMap((text) => wrap(text, page.width)))
  if (totals.entries > 0) return [...lines, ...joined(page, facts), '']
  return [...lines, ...emptyText(report, zone), ...joined(page, facts.slice(1)), '']
}

/** A bar for each class of codes. */
export function classes(page: Page): string[] {
  const { classes, totals } = page.report
  const room = Math.max(10, page.width - 31)
  const most = Math.max(...classes.map((c) => c.hits))
  return [
    ...classes
      .filter(({ hits }) => hits > 0)
      .map(({ class: name, hits }) => {
        const drawn = page.style.statusClass(name, padEnd(bar(hits / most, room), room))
        return `  ${padEnd(name, 5)}  ${drawn}  ${padStart(count(hits), 12)}${padStart(percent(hits, totals.entries), 8)}`
      }),
    '',
  ]
}
