import type { Language } from '../catalogue/note.js'
import { codeName, type Report, type ReportCode } from '../report/report.js'
import { localTime } from '../time-zone.js'
import { bytes, count, padEnd, padStart, percent, truncate, truncateMiddle, visible, width } from './cells.js'
import type { RenderOptions } from './render.js'
import { style } from './style.js'
import { say, VERDICT_WORDS } from './words.js'

/** The IIS breakdown: a tree of status, sub-status and Win32 status, each with its hits, share, meaning and top paths. */
export function renderIis(report: Report, { width: columns, color, timeZone }: RenderOptions): string {
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
      say(language, 'sent', bytes(totals.bytesSent)),
      ...(totals.rejected ? [say(language, 'notUnderstood', count(totals.rejected))] : []),
    ].join(' · '),
    '',
  )
  if (totals.entries === 0) lines.push(say(language, inputs.some((i) => i.lines > i.rejected + i.ignored) ? 'noneSelected' : 'noEntries'))

  const row = (label: string, hits: number, text: string, paint: (t: string) => string): string => {
    const head = `${padEnd(label, 22)}${padStart(count(hits), 11)}${padStart(percent(hits, totals.entries), 9)}  `
    return paint((head + truncate(text, cells - width(head))).trimEnd())
  }
  for (const [status, codes] of byStatus(report.codes)) {
    const hits = codes.reduce((n, c) => n + c.hits, 0)
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
      const told = code.win32.some((w) => w.value !== 0) ? code.win32 : []
      for (const w of told) {
        const symbol = w.symbol && w.value !== 0 && w.symbol !== w.meaning ? ` (${w.symbol})` : ''
        lines.push(row(`    /${w.value}`, w.hits, `${VERDICT_WORDS[w.verdict][language]} · ${w.meaning}${symbol}`, (t) => s.verdict(w.verdict, t)))
      }
      if (verdict === 'normal' || verdict === 'noise') continue
      const paths = code.top.paths.slice(0, 3).map((p) => `${truncateMiddle(visible(p.value), 36)} ${count(p.hits)}`)
      if (paths.length) lines.push(s.faint(truncate(`${' '.repeat(10)}${paths.join(' · ')}`, cells)))
    }
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function byStatus(codes: readonly ReportCode[]): Map<string, ReportCode[]> {
  const groups = new Map<string, ReportCode[]>()
  for (const code of [...codes].sort((a, b) => (a.status ?? -1) - (b.status ?? -1) || (a.substatus ?? -1) - (b.substatus ?? -1))) {
    const key = code.status === null ? '-' : String(code.status)
    const group = groups.get(key)
    if (group) group.push(code)
    else groups.set(key, [code])
  }
  return groups
}

function mainVerdict(code: ReportCode): keyof typeof VERDICT_WORDS {
  const [best] = (Object.entries(code.verdicts) as [keyof typeof VERDICT_WORDS, number][]).sort((a, b) => b[1] - a[1])
  return best?.[0] ?? 'unknown'
}
