import asciichart from 'asciichart'
import type { TimelineBucket } from '../../report/shape.js'
import { localTime } from '../../time-zone.js'
import { count, padStart, resample, width } from '../cells.js'
import type { Word } from '../words.js'
import { joined, type Page, secondsOf, words } from './page.js'

/** The column in which the scale stands; the first point is in it. */
const SCALE = 12
const HEIGHT = 5

/** Requests over time, and what went wrong, if anything did, over one axis of time. */
export function charts(page: Page): string[] {
  const { timeline } = page.report
  if (timeline.length < 3) return []
  const columns = columnsOf(page, timeline)
  const requests = timeline.map((b) => b.hits)
  const errors = timeline.map((b) => b.classes['5xx'] ?? 0)
  const problems = timeline.map((b, i) => (b.classes['4xx'] ?? 0) + (errors[i] as number))
  const last =
    columns.lastUntil === null ? [] : [words(page, 'logEnds', shortTime(page, columns.lastUntil, columns.seconds))]
  const lines = chart(page, columns, requests, 'perBucket', (t) => t, last)
  if (errors.some((n) => n > 0)) lines.push(...chart(page, columns, errors, 'errorsPerBucket', page.style.bad))
  else if (problems.some((n) => n > 0))
    lines.push(...chart(page, columns, problems, 'problemsPerBucket', page.style.warn))
  return [...lines, page.style.faint(axis(page, columns)), '']
}

/** The columns of a chart: one or more buckets each. */
interface Columns {
  readonly count: number
  /** Width of a column, and when the first begins. */
  readonly seconds: number
  readonly start: number
  /** The last column is not complete: the log ends there. */
  readonly lastUntil: number | null
}

/**
 * The last column is complete if it lacks less than this share of its time, or less than so many times the mean time
 * between two requests.
 */
const LACKING = 0.05
const PAUSES = 3

function columnsOf(page: Page, timeline: readonly TimelineBucket[]): Columns {
  const [{ start, seconds: step }] = timeline as readonly [TimelineBucket]
  const columns = resample(
    timeline.map((b) => b.hits),
    page.width - SCALE - 2,
  ).length
  const seconds = step * Math.ceil(timeline.length / columns)
  const { period, totals } = page.report
  const whole = { count: columns, seconds, start: secondsOf(start) }
  if (period === null) return { ...whole, lastUntil: null }
  const [from, to] = [secondsOf(period.from), secondsOf(period.to)]
  const lacking = whole.start + seconds * columns - (to + 1)
  const isPartial = lacking > Math.max(seconds * LACKING, (PAUSES * (to - from)) / totals.entries)
  return { ...whole, lastUntil: isPartial ? to : null }
}

function chart(
  page: Page,
  columns: Columns,
  values: readonly number[],
  word: Word,
  paint: (text: string) => string,
  notes: readonly string[] = [],
): string[] {
  const points = resample(values, page.width - SCALE - 2)
  const peak = Math.max(...points)
  const at = shortTime(page, columns.start + columns.seconds * points.indexOf(peak), columns.seconds)
  const captions = [words(page, word, spanText(page, columns.seconds)), words(page, 'peak', count(peak), at), ...notes]
  const top = Math.max(peak, 1)
  // A scale from zero: a chart that starts at its smallest value makes every wobble look like an outage.
  const plot = asciichart.plot([...points], {
    height: Math.min(HEIGHT, Math.max(2, top)),
    min: 0,
    max: top,
    format: (x: number) => padStart(count(Math.round(x)), SCALE - 1),
  })
  const indent = ' '.repeat(SCALE + 1)
  return [
    ...joined({ ...page, width: page.width - indent.length }, captions).map((line) => indent + page.style.faint(line)),
    ...plot.split('\n').map((line) => paint(line.trimEnd())),
  ]
}

function spanText(page: Page, seconds: number): string {
  for (const [unit, one, many] of [
    [DAY, 'day', 'days'],
    [3600, 'hour', 'hours'],
    [60, 'minute', 'minutes'],
  ] as const)
    if (seconds % unit === 0) return seconds === unit ? words(page, one) : words(page, many, seconds / unit)
  throw new Error(`a timeline has no buckets of ${seconds} s`)
}

/** A time of a chart whose columns are so wide. */
function shortTime({ zone, isOneDay, isOneYear }: Page, time: number, seconds: number): string {
  const local = localTime(time, zone)
  if (isOneDay) return local.slice(11, 16)
  return local.slice(isOneYear ? 5 : 0, seconds % 86400 === 0 ? 10 : 16)
}

const DAY = 86400
/** Distances that ticks may have, in seconds. */
const DISTANCES = [
  60,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  10800,
  21600,
  43200,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  28 * DAY,
  91 * DAY,
  364 * DAY,
]
/** Days are counted from a Thursday, weeks from a Monday. */
const MONDAY = 4 * DAY

/** Ticks at round local times; where there is no room for two of them, the first and the last time. */
function axis(page: Page, { count: columns, seconds, start, lastUntil }: Columns): string {
  const isLong = !page.isOneYear
  const distance = DISTANCES.find((d) => d >= seconds * ((d >= DAY && isLong ? 10 : 5) + 2)) ?? Infinity
  let line = ' '.repeat(SCALE)
  let ticks = 0
  for (let column = 0; column < columns; column++) {
    const local = Date.parse(`${localTime(start + column * seconds, page.zone).replace(' ', 'T')}Z`) / 1000 - MONDAY
    const tick = Math.floor(local / distance) * distance
    if (tick <= local - seconds) continue
    const time = new Date((tick + MONDAY) * 1000).toISOString()
    const isDate = distance >= DAY || (time.slice(11, 16) === '00:00' && !page.isOneDay)
    const label = `╵${isDate ? time.slice(isLong ? 0 : 5, 10) : time.slice(11, 16)}`
    if (width(line) > SCALE + column || SCALE + column + width(label) > page.width) continue
    line += ' '.repeat(SCALE + column - width(line)) + label
    ticks++
  }
  if (ticks < 2) {
    const [from, to] = [shortTime(page, start, seconds), shortTime(page, start + (columns - 1) * seconds, seconds)]
    line = `${' '.repeat(SCALE + 1)}${from}${padStart(to, Math.max(width(to) + 1, columns - width(from)))}`
  }
  const end = SCALE + columns - 1
  return lastUntil !== null && ticks >= 2 && width(line) <= end ? `${line}${' '.repeat(end - width(line))}*` : line
}
