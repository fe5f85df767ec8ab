import type { Verdict } from '../catalogue/note.js'
import { codeName, type Evidence, QUIET, type Report, type ReportCode, verdictOfMost } from '../report/shape.js'
import { localTime } from '../time-zone.js'
import { bytes, count, padEnd, padStart, percent, truncate, visible, width, wrap } from './cells.js'
import { emptyText } from './empty.js'
import { factsLines, listLines } from './iis-details.js'
import { signIn } from './iis-sign-in.js'
import { rangeText } from './range.js'
import type { RenderOptions } from './render.js'
import { type Style, style } from './style.js'
import { comparison } from './text/comparison.js'
import { type Page, pageOf } from './text/page.js'
import { sections } from './text/sections.js'
import { say, VERDICT_WORDS, type Word } from './words.js'

/** So many codes are shown of all, and so many Win32 statuses of each: a longer tree nobody reads. */
const MAX_CODES = 500
const MAX_WIN32 = 50

/**
 * The IIS breakdown: a tree of status, sub-status and Win32 status, each with its hits, share and meaning, and with the
 * details that checks of notes refer to.
 */
export function renderIis(report: Report, options: RenderOptions): string {
  const tree = new Tree(report, options)
  tree.header()
  for (const group of byStatus(report.codes)) tree.status(group)
  tree.more('', report.otherCodes.codes, report.otherCodes.hits)
  const page = pageOf(report, options)
  tree.lines.push('', ...signIn(page), ...comparison(page), ...sections(page))
  return `${tree.lines.join('\n').trimEnd()}\n`
}

class Tree {
  readonly lines: string[] = []
  readonly #report: Report
  readonly #options: RenderOptions
  readonly #style: Style
  readonly #page: Page
  readonly #cells: number

  constructor(report: Report, options: RenderOptions) {
    this.#report = report
    this.#options = options
    this.#style = style(options.color)
    this.#page = pageOf(report, options)
    this.#cells = Math.max(60, Math.min(options.width, 140))
  }

  #say(word: Word, ...values: readonly (string | number)[]): string {
    return say(this.#report.language, word, ...values)
  }

  header(): void {
    const { totals, period, inputs } = this.#report
    const { timeZone } = this.#options
    const names = inputs.slice(0, 3).map((i) => visible(i.name))
    if (inputs.length > 3) names.push(this.#say('moreInputs', inputs.length - 3))
    this.lines.push(this.#style.bold(`logstat iis  ${names.join('  ')}`))
    if (period) {
      const [from, to] = [period.from, period.to].map((time) => localTime(Date.parse(time) / 1000, timeZone))
      this.lines.push(`${from} – ${to}  (${timeZone})`)
    }
    this.lines.push(...rangeText(this.#report, timeZone).flatMap((text) => wrap(text, this.#cells)))
    const facts = [
      this.#say('requests', count(totals.entries)),
      ...(totals.filtered && this.#report.range === null ? [this.#say('leftOut', count(totals.filtered))] : []),
      ...(totals.bytesSent === null ? [] : [this.#say('sent', bytes(totals.bytesSent))]),
      ...(totals.rejected ? [this.#say('notUnderstood', count(totals.rejected))] : []),
      ...(totals.withoutTime ? [this.#say('withoutTime', count(totals.withoutTime))] : []),
    ]
    this.lines.push(facts.join(' · '), '')
    if (totals.entries === 0) this.lines.push(...emptyText(this.#report, timeZone))
  }

  status({ status, hits, codes, others, otherHits }: StatusGroup): void {
    this.#row(status, hits, '', this.#style.bold)
    for (const code of codes) this.#code(code)
    this.more('  ', others, otherHits)
  }

  #code(code: ReportCode): void {
    const verdict = verdictOfMost(code.verdicts)
    this.#judged(
      `  ${visible(codeName(code))}`,
      code.hits,
      verdict,
      code.explanation?.name ?? this.#say('noExplanation'),
    )
    const shown = code.win32.slice(0, MAX_WIN32)
    // Details are told of each of several Win32 statuses; of a single one, or of none, they are told of the code.
    const isSplit = shown.length > 1
    if (isSplit) this.#details(code.hits, code, false)
    // A lone 0 says nothing that its row has not said.
    for (const w of shown.some((w) => w.value !== 0) ? shown : []) {
      const symbol = w.symbol && w.value !== 0 && w.symbol !== w.meaning ? w.symbol : null
      const inBrackets = symbol && (this.#report.language === 'zh' ? `（${symbol}）` : ` (${symbol})`)
      this.#judged(`    /${w.value}`, w.hits, w.verdict, `${w.meaning}${inBrackets ?? ''}`)
      if (isSplit) this.#details(w.hits, w, !QUIET.has(w.verdict))
    }
    const left = shown.reduce((n, w) => n - w.hits, code.hits)
    this.more('    ', code.win32.length - shown.length + code.otherWin32.values, left)
    if (!isSplit) this.#details(code.hits, code, !QUIET.has(verdict))
  }

  /** @param isListed whether paths, clients and referers are told, too: they say little of what is quiet */
  #details(hits: number, evidence: Evidence, isListed: boolean): void {
    const isAsked = this.#options.top !== undefined
    const lists = isListed || isAsked ? listLines(this.#page, hits, evidence) : []
    this.lines.push(...[...factsLines(this.#page, evidence), ...lists].map((line) => this.#style.faint(line)))
  }

  #judged(label: string, hits: number, verdict: Verdict, meaning: string): void {
    this.#row(label, hits, `${VERDICT_WORDS[verdict][this.#report.language]} · ${meaning}`, (text) =>
      this.#style.verdict(verdict, text),
    )
  }

  #row(label: string, hits: number, text: string, paint: (text: string) => string): void {
    const head = `${padEnd(label, 22)}${padStart(count(hits), 11)}${padStart(percent(hits, this.#report.totals.entries), 9)}  `
    this.lines.push(paint((head + truncate(text, this.#cells - width(head))).trimEnd()))
  }

  /** A line for codes that are not shown. */
  more(indent: string, number: number, hits: number): void {
    if (number > 0) this.lines.push(this.#style.faint(`${indent}${this.#say('moreCodes', count(number), count(hits))}`))
  }
}

interface StatusGroup {
  readonly status: string
  hits: number
  readonly codes: ReportCode[]
  /** Codes that are not shown, and their hits. */
  others: number
  otherHits: number
}

/** Codes by status. The most frequent of all are shown. */
function byStatus(codes: readonly ReportCode[]): StatusGroup[] {
  const groups = new Map<number, StatusGroup>()
  for (const [i, code] of codes.entries()) {
    const number = code.status ?? -1
    const group = groups.get(number) ?? {
      status: code.status === null ? '-' : String(code.status),
      hits: 0,
      codes: [],
      others: 0,
      otherHits: 0,
    }
    groups.set(number, group)
    group.hits += code.hits
    if (i < MAX_CODES) group.codes.push(code)
    else {
      group.others++
      group.otherHits += code.hits
    }
  }
  for (const group of groups.values()) group.codes.sort((a, b) => (a.substatus ?? -1) - (b.substatus ?? -1))
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
}
