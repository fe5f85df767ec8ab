import type { Report } from '../report/shape.js'
import { nextSteps } from './next.js'
import { renderRejects } from './rejects.js'
import type { RenderOptions } from './render.js'
import { charts } from './text/charts.js'
import { allCodes, quietCodes } from './text/codes.js'
import { comparison } from './text/comparison.js'
import { explanations, findings, MAX_EXPLAINED } from './text/findings.js'
import { classes, header } from './text/header.js'
import { type Page, pageOf } from './text/page.js'
import { sections } from './text/sections.js'
import { timeTaken } from './text/time-taken.js'

/** The report for a terminal or a mail: what is wrong first, then what is normal, then everything. */
export function renderText(report: Report, options: RenderOptions): string {
  const page = pageOf(report, options)
  const summed = [classes, charts, findings, comparison, sections]
  const parts = options.brief ? summed : [...summed, quietCodes, allCodes, timeTaken, explanations]
  const lines = [
    ...header(page),
    ...(report.totals.entries > 0 ? parts.flatMap((part) => part(page)) : []),
    ...(options.brief ? [] : [...rejects(page), ...next(page, options.origin)]),
  ]
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`
}

function rejects(page: Page): string[] {
  const { rejects, totals } = page.report
  return [...renderRejects(rejects, totals, { language: page.language, style: page.style, columns: page.width }), '']
}

/** Commands that tell more. */
function next({ report, language }: Page, origin: RenderOptions['origin']): string[] {
  const { inputs, codes } = report
  const findings = report.findings.filter(({ severity }) => severity !== 'info')
  const explained = [...new Set(findings.map(({ code }) => code))].slice(0, MAX_EXPLAINED)
  const shown = {
    finding: findings[0],
    unexplained: findings.find(({ code }) => !explained.includes(code)),
    hasSubstatus: codes.some((c) => c.substatus !== null),
    server: inputs[0]?.server ?? null,
    language,
  }
  return nextSteps(shown, origin)
}
