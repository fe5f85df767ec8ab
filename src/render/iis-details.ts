import type { Evidence, ListName } from '../report/shape.js'
import { count, padEnd, percent, truncate, truncateMiddle, visible, width } from './cells.js'
import { joined, type Page, timeText, words } from './text/page.js'
import { milliseconds } from './time-taken.js'
import type { Word } from './words.js'

// Details that checks of notes refer to, of a code or of one of its Win32 statuses: when, how long, where, who.

/** Cells that these lines are indented. */
const INDENT = 10

/** So many values stand in a line when nobody asks for a number. */
const USUAL_VALUES = 3
/** A value takes so many cells at most when several stand in a line. */
const VALUE_ROOM = 36

const LISTS: readonly (readonly [ListName, Word])[] = [
  ['paths', 'paths'],
  ['clients', 'clientList'],
  ['referers', 'referers'],
]
/** Lists that are told only when somebody asks for a number of values. */
const MORE_LISTS: readonly (readonly [ListName, Word])[] = [
  ['userAgents', 'agents'],
  ['hosts', 'hosts'],
]

/** First and last time, and the time taken, as far as the log has them. */
export function factsLines(page: Page, { firstSeen, lastSeen, timeTaken }: Evidence): string[] {
  const [from, to] = [timeText(page, firstSeen), timeText(page, lastSeen)]
  const facts = firstSeen === null ? [] : [from === to ? from : `${from} – ${to}`]
  if (timeTaken) {
    facts.push(`p50 ${milliseconds(timeTaken.p50Ms)}`, `p95 ${milliseconds(timeTaken.p95Ms)}`)
    if (timeTaken.pile) facts.push(words(page, 'pile', count(timeTaken.pile.hits), count(timeTaken.pile.seconds)))
  }
  return joined({ ...page, width: page.width - INDENT }, facts).map((line) => ' '.repeat(INDENT) + line)
}

/** Lists of values, a few of each in a line, or a line each when somebody asks for a number of them. */
export function listLines(page: Page, hits: number, evidence: Evidence): string[] {
  const lists = page.top === undefined ? LISTS : [...LISTS, ...MORE_LISTS]
  const labels = new Map(lists.map(([name, word]) => [name, words(page, word)]))
  const room = Math.max(...[...labels.values()].map(width))
  return lists.flatMap(([name]) => {
    const values = valuesOf(page, hits, evidence, name, INDENT + room + 2)
    return values.map((value, i) => {
      const label = i === 0 ? (labels.get(name) as string) : ''
      return truncate(`${' '.repeat(INDENT)}${padEnd(label, room)}  ${value}`, page.width)
    })
  })
}

function valuesOf(page: Page, hits: number, { top, distinct }: Evidence, name: ListName, indent: number): string[] {
  const shown = top[name].slice(0, page.top ?? USUAL_VALUES)
  if (shown.length === 0) return []
  const more = distinct[name].count - shown.length
  const rest = more > 0 ? [words(page, distinct[name].exact ? 'moreValues' : 'atLeastMoreValues', count(more))] : []
  const numberOf = ({ hits, error }: (typeof shown)[number]): string =>
    `${count(hits)}${error > 0 ? ` ${words(page, 'approximate', count(error))}` : ''}`
  if (page.top === undefined) {
    const room = Math.min(VALUE_ROOM, page.width - indent - 12)
    return [[...shown.map((v) => `${truncateMiddle(visible(v.value), room)} ${numberOf(v)}`), ...rest].join(' · ')]
  }
  const numbers = shown.map((v) => `${numberOf(v)} (${percent(v.hits, hits)})`)
  const room = page.width - indent - 2 - Math.max(...numbers.map(width))
  return [...shown.map((v, i) => `${truncateMiddle(visible(v.value), room)}  ${numbers[i]}`), ...rest]
}
