import type { Language } from '../catalogue/note.js'
import { codeName, firstOf, type ToldCode, type ToldReport } from '../report/shape.js'
import { localTime } from '../time-zone.js'
import { bytes, count, padEnd, padStart, percent, truncate, truncateMiddle, visible, width } from './cells.js'
import type { RenderOptions } from './render.js'
import { style } from './style.js'
import { say, VERDICT_WORDS } from './words.js'

/** So many codes are shown of all, and so many Win32 statuses of each: a longer tree nobody reads. */
const MAX_CODES = 500
const MAX_WIN32 = 50

/** The IIS breakdown: a tree of status, sub-status and Win32 status, each with its hits, share, meaning and top paths. */
export function renderIis(report: ToldReport, { width: columns, color, timeZone }: RenderOptions): string {
  const s = style(color)
  const language: Language = report.language
  const cells = Math.max(70, Math.min(columns, 140))
  const { totals, period, inputs } = report
  const lines = [
    s.bold(
      `logstat iis  ${inputs
        .map((i) => visible(i.name))
        .slice(0, 3)
        .join('  ')}${inputs.length > 3 ? `  ${say(language, 'moreInputs', inputs.length - 3)}` : ''}`,
    ),
  ]
  if (period) lines.push(`${localTime(Date.parse(period.from) / 1000, timeZone)} – ${localTime(Date.parse(period.to) / 1000, timeZone)}  (${timeZone})`)
  lines.push(
    [
      say(language, 'requests', count(totals.entries)),
      ...(totals.filtered ? [say(language, 'leftOut', count(totals.filtered))] : []),
      ...(totals.bytesSent === null ? [] : [say(language, 'sent', bytes(totals.bytesSent))]),
      ...(totals.rejected ? [say(language, 'notUnderstood', count(totals.rejected))] : []),
      ...(totals.withoutTime ? [say(language, 'withoutTime', count(totals.withoutTime))] : []),
    ].join(' · '),
    '',
  )
  if (totals.entries === 0) lines.push(say(language, inputs.some((i) => i.lines > i.rejected + i.ignored) ? 'noneSelected' : 'noEntries'))

  const row = (label: string, hits: number, text: string, paint: (t: string) => string): string => {
    const head = `${padEnd(label, 22)}${padStart(count(hits), 11)}${padStart(percent(hits, totals.entries), 9)}  `
    return paint((head + truncate(text, cells - width(head))).trimEnd())
  }
  const more = (indent: string, number: number, hits: number): string[] =>
    number > 0 ? [s.faint(`${indent}${say(language, 'moreCodes', count(number), count(hits))}`)] : []
  for (const { status, hits, codes, others, otherHits } of byStatus(report.codes)) {
    lines.push(row(status, hits, '', s.bold))
    for (const code of codes) {
      const verdict = mainVerdict(code)
      lines.push(
        row(
          `  ${visible(codeName(code))}`,
          code.hits,
          `${VERDICT_WORDS[verdict][language]} · ${code.explanation?.name ?? say(language, 'noExplanation')}`,
          (t) => s.verdict(verdict, t),
        ),
      )
      // A lone 0 says nothing that its row has not said.
      const told = firstOf(code.win32, MAX_WIN32)
      for (const w of told.some((w) => w.value !== 0) ? told : []) {
        const symbol = w.symbol && w.value !== 0 && w.symbol !== w.meaning ? ` (${w.symbol})` : ''
        lines.push(row(`    /${w.value}`, w.hits, `${VERDICT_WORDS[w.verdict][language]} · ${w.meaning}${symbol}`, (t) => s.verdict(w.verdict, t)))
      }
      const untold = told.reduce((left, w) => left - w.hits, code.hits)
      lines.push(...more('    ', code.win32.length - told.length, untold))
      if (verdict === 'normal' || verdict === 'noise') continue
      const paths = code.top.paths.slice(0, 3).map((p) => `${truncateMiddle(visible(p.value), 36)} ${count(p.hits)}`)
      if (paths.length) lines.push(s.faint(truncate(`${' '.repeat(10)}${paths.join(' · ')}`, cells)))
    }
    lines.push(...more('  ', others, otherHits))
  }
  return `${lines.join('\n').trimEnd()}\n`
}

interface StatusGroup {
  readonly status: string
  hits: number
  readonly codes: ToldCode[]
  /** Codes that are not shown, and their hits. */
  others: number
  otherHits: number
}

/** Codes by status. The most frequent of all are shown. */
function byStatus(codes: Iterable<ToldCode>): StatusGroup[] {
  const groups = new Map<number, StatusGroup>()
  let shown = 0
  for (const code of codes) {
    const number = code.status ?? -1
    const group = groups.get(number) ?? { status: code.status === null ? '-' : String(code.status), hits: 0, codes: [], others: 0, otherHits: 0 }
    groups.set(number, group)
    group.hits += code.hits
    if (shown++ < MAX_CODES) group.codes.push(code)
    else {
      group.others++
      group.otherHits += code.hits
    }
  }
  for (const group of groups.values()) group.codes.sort((a, b) => (a.substatus ?? -1) - (b.substatus ?? -1))
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
}

function mainVerdict(code: ToldCode): keyof typeof VERDICT_WORDS {
  const [best] = (Object.entries(code.verdicts) as [keyof typeof VERDICT_WORDS, number][]).sort((a, b) => b[1] - a[1])
  return best?.[0] ?? 'unknown'
}
