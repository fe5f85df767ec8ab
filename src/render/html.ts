import { readFileSync } from 'node:fs'
import type { Report } from '../report/shape.js'
import { pageModel } from './page/model.js'
import { type Assets, renderPage } from './page/page.js'
import type { RenderOptions } from './render.js'

/** One self-contained HTML file, in both languages where the report was made in both. */
export function renderHtml(report: Report, { timeZone, inOtherLanguage = report }: RenderOptions): Iterable<string> {
  const [en, zh] = report.language === 'zh' ? [inOtherLanguage, report] : [report, inOtherLanguage]
  const assets = JSON.parse(readFileSync(new URL('../../dist/generated/page.json', import.meta.url), 'utf8')) as Assets
  return [renderPage(pageModel({ en, zh }, report.language, timeZone), assets)]
}
