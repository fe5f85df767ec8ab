import type { Report } from '../report/shape.js'
import { codeName } from '../report/shape.js'
import { visible } from './cells.js'
import { renderRejects } from './rejects.js'
import type { RenderOptions } from './render.js'
import { charts } from './text/charts.js'
import { allCodes, quietCodes } from './text/codes.js'
import { explanations, findings } from './text/findings.js'
import { classes, header } from './text/header.js'
import { type Page, pageOf, words } from './text/page.js'

/** The report for a terminal or a mail: what is wrong first, then what is normal, then everything. */
export function renderText(report: Report, options: RenderOptions): string {
  const page = pageOf(report, options)
  const parts = report.totals.entries > 0 ? [classes, charts, findings, quietCodes, allCodes, explanations] : []
  const lines = [...header(page), ...parts.flatMap((part) => part(page)), ...rejects(page), ...next(page)]
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
function next(page: Page): string[] {
  const { findings, inputs, codes } = page.report
  const [first] = findings
  const [input] = inputs
  if (!first || !input) return []
  const name = visible(input.name)
  const steps = [`logstat explain ${visible(first.code).replace(/^(\d+) (.*)$/, 'httperr:$2')}`]
  if (codes.some((c) => c.substatus !== null)) steps.push(`logstat iis ${name}`)
  steps.push(`logstat ${name} -s ${codeName({ ...first, reason: null })} --top 20`)
  return [`${words(page, 'next')}: ${steps.join(' · ')}`]
}
