import type { Language, Verdict } from '../../catalogue/note.js'
import type { Finding, Report } from '../../report/shape.js'
import { localTime } from '../../time-zone.js'
import { type Column, padEnd, table, width, wrap } from '../cells.js'
import type { RenderOptions } from '../render.js'
import { type Style, style } from '../style.js'
import { say, type Word } from '../words.js'

/** A report and how it is printed: what each part of the text needs. */
export interface Page {
  readonly report: Report
  readonly language: Language
  readonly style: Style
  /** Cells of a line. */
  readonly width: number
  readonly zone: string
  /** Values of each list, when somebody asks for a number. */
  readonly top: number | undefined
  readonly isOneDay: boolean
  readonly isOneYear: boolean
}

export function pageOf(report: Report, { width, color, timeZone, top }: RenderOptions): Page {
  const { period, language } = report
  const day = (time: string): string => localTime(secondsOf(time), timeZone).slice(0, 10)
  return {
    report,
    language,
    style: style(color),
    width: Math.max(60, Math.min(width, 120)),
    zone: timeZone,
    top,
    isOneDay: period !== null && day(period.from) === day(period.to),
    isOneYear: period !== null && secondsOf(period.to) - secondsOf(period.from) < 330 * 86_400,
  }
}

export const secondsOf = (time: string): number => Date.parse(time) / 1000

export const words = ({ language }: Page, word: Word, ...values: readonly (string | number)[]): string =>
  say(language, word, ...values)

/** A time as short as the period of the report allows. */
export function timeText({ zone, isOneDay, isOneYear }: Page, time: string | null): string {
  if (time === null) return '–'
  const local = localTime(secondsOf(time), zone)
  return isOneDay ? local.slice(11) : isOneYear ? local.slice(5, 16) : local.slice(0, 10)
}

/** Since when a finding lasts, or from when to when it did. */
export function stretch(page: Page, { firstSeen, lastSeen, ongoing }: Finding): string[] {
  if (firstSeen === null) return ongoing ? [words(page, 'ongoing')] : []
  const minute = (time: string | null): string => timeText(page, time).replace(/^(\d\d:\d\d):\d\d$/, '$1')
  const [first, last] = [minute(firstSeen), minute(lastSeen)]
  if (ongoing) return [words(page, 'since', first)]
  return [first === last ? first : words(page, 'fromTo', first, last)]
}

/** Short texts in as few lines as they need. */
export function joined(page: Page, texts: readonly string[]): string[] {
  const lines: string[] = []
  for (const text of texts) {
    const longer = lines.length ? `${lines.at(-1)} · ${text}` : text
    if (lines.length && width(longer) <= page.width) lines[lines.length - 1] = longer
    else lines.push(text)
  }
  return lines
}

/** Cells that a labelled paragraph is indented. */
const INDENT = 12

/**
 * A labelled paragraph or list, its text hanging. @param mark a sign before each text if there are several; `n`:
 * numbers
 */
export function labelled(page: Page, label: string, texts: readonly string[], mark = ''): string[] {
  return texts.flatMap((text, i) => {
    const sign = mark === 'n' ? `${i + 1}. ` : mark && texts.length > 1 ? `${mark} ` : ''
    return wrap(text, page.width - INDENT - width(sign)).map((line, j) => {
      const head = i === 0 && j === 0 ? padEnd(label, INDENT - 2) : ' '.repeat(INDENT - 2)
      return `  ${page.style.faint(head)}${j === 0 ? sign : ' '.repeat(width(sign))}${line}`
    })
  })
}

/** A column is not made narrower than this for the sake of those behind it. */
const ROOMY = 22
const NARROWEST = 12

/** A table in which one column takes the room that the others leave; the last columns are given up first. */
export function fitted(
  page: Page,
  rows: readonly string[][],
  columns: readonly Column[],
  flexible: number,
  verdicts?: readonly Verdict[],
): string[] {
  const widthOf = (i: number): number =>
    Math.min(columns[i]?.most ?? Infinity, Math.max(0, ...rows.map((r) => width(r[i] ?? ''))))
  let used = columns.length
  let room = 0
  for (; used > flexible; used--) {
    room = page.width - 2 - 2 * (used - 1)
    for (let i = 0; i < used; i++) if (i !== flexible) room -= widthOf(i)
    if (room >= ROOMY) break
  }
  const shown = columns.slice(0, used).map((c, i) => (i === flexible ? { ...c, most: Math.max(NARROWEST, room) } : c))
  const lines = table(
    rows.map((r) => r.slice(0, used)),
    shown,
  )
  return verdicts ? lines.map((line, i) => page.style.verdict(verdicts[i] as Verdict, line)) : lines
}
