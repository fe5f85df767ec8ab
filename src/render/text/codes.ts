import type { Verdict } from '../../catalogue/note.js'
import { URGENCY } from '../../report/findings.js'
import { codeName, QUIET, type ReportCode } from '../../report/shape.js'
import { type Column, count, percent, visible } from '../cells.js'
import { fitted, type Page, timeText, words } from './page.js'

const MAX_QUIET = 8
/** A longer table of codes nobody reads. */
const MAX_CODES = 200

/** The most frequent codes that are normal or harmless. Plain 2xx and 3xx are left out, except 304. */
export function quietCodes(page: Page): string[] {
  const parts = page.report.codes
    .flatMap((code) => [...quietParts(code)])
    .filter(({ code }) => !/^[23]\d\d(\.0)?$/.test(code) || code.startsWith('304'))
  const shown = parts.sort((a, b) => b.hits - a.hits).slice(0, MAX_QUIET)
  if (shown.length === 0) return []
  const rows = shown.map((q) => [q.code, count(q.hits), q.title])
  return [
    page.style.bold(words(page, 'quiet')),
    ...fitted(page, rows, [{ most: 26 }, { align: 'right' }, {}], 2).map((l) => page.style.faint(l)),
    '',
  ]
}

interface Quiet {
  readonly code: string
  readonly hits: number
  readonly title: string
}

/** The parts of a code that are normal or harmless, told by Win32 status where that is what decides. */
function* quietParts(code: ReportCode): Generator<Quiet> {
  const name = visible(codeName(code))
  let rest = (code.verdicts.normal ?? 0) + (code.verdicts.noise ?? 0)
  if (rest === 0) return
  for (const w of code.win32) {
    if (!w.explanation || !QUIET.has(w.verdict)) continue
    rest -= w.hits
    yield { code: w.value === 0 ? name : `${name}/${w.value}`, hits: w.hits, title: w.meaning }
  }
  if (rest > 0) yield { code: name, hits: rest, title: code.explanation?.name ?? '' }
}

/** The table of all codes. */
export function allCodes(page: Page): string[] {
  const { codes, otherCodes, totals } = page.report
  const shown = codes.slice(0, MAX_CODES)
  const head = (['code', 'hits', 'share', 'first', 'last', 'meaning'] as const).map((word) => words(page, word))
  const rows = shown.map((c) => [
    visible(codeName(c)),
    count(c.hits),
    percent(c.hits, totals.entries),
    timeText(page, c.firstSeen),
    timeText(page, c.lastSeen),
    c.explanation ? c.explanation.name : words(page, 'noExplanation'),
  ])
  const columns: Column[] = [{ most: 24 }, { align: 'right' }, { align: 'right' }, {}, {}, {}]
  const [titles = '', ...lines] = fitted(page, [head, ...rows], columns, 5)
  const more = codes.length - shown.length + otherCodes.codes
  const hits = shown.reduce((left, c) => left - c.hits, totals.entries)
  return [
    page.style.bold(words(page, 'allCodes')),
    page.style.faint(titles),
    ...lines.map((line, i) => page.style.verdict(worstOf(shown[i] as ReportCode), line)),
    ...(more > 0 ? [`  ${page.style.faint(words(page, 'moreCodes', count(more), count(hits)))}`] : []),
    '',
  ]
}

const WORST_FIRST = Object.keys(URGENCY) as Verdict[]
const worstOf = (code: ReportCode): Verdict => WORST_FIRST.find((v) => code.verdicts[v]) ?? 'unknown'
