import type { Section, Sections } from '../../report/sections.js'
import { QUIET } from '../../report/shape.js'
import { type Column, count, percent, table, truncateMiddle, visible } from '../cells.js'
import { VERDICT_WORDS } from '../words.js'
import { fitted, type Page, words } from './page.js'

/** So many sections are printed, and so many codes of each. */
const MAX_SECTIONS = 50
const MAX_CODES = 5

export const SECTION_TITLES = {
  host: 'byHost',
  site: 'bySite',
  source: 'bySource',
  server: 'byServer',
} as const satisfies Record<Sections['by'], string>

/** The report by host, site or log: a line and the worst codes of each. */
export function sections(page: Page): string[] {
  const { sections } = page.report
  if (sections === null) return []
  const shown = sections.rows.slice(0, MAX_SECTIONS)
  const heads = table(
    shown.map((section) => headOf(page, section)),
    [{ most: 36 }, { align: 'right' }, { align: 'right' }, { align: 'right' }, { align: 'right' }],
    '',
  )
  const rest = sections.rows.slice(MAX_SECTIONS)
  const requests = rest.reduce((sum, { entries }) => sum + entries, 0)
  return [
    page.style.bold(words(page, SECTION_TITLES[sections.by])),
    ...shown.flatMap((section, i) => ['', page.style.bold(heads[i] as string), ...codesOf(page, section)]),
    ...(rest.length > 0 ? ['', words(page, 'moreSections', count(rest.length), count(requests))] : []),
    '',
  ]
}

function headOf(page: Page, { name, entries, error, problems, classes }: Section): string[] {
  const share = (klass: string): string => {
    const hits = classes.find((c) => c.class === klass)?.hits ?? 0
    return hits > 0 ? `${klass} ${percent(hits, entries)}` : ''
  }
  const about = error > 0 ? ` ${words(page, 'approximate', count(error))}` : ''
  return [
    name === null ? words(page, 'noHost') : truncateMiddle(visible(name), 36),
    words(page, 'requests', count(entries)) + about,
    problems > 0 ? words(page, 'problems', count(problems)) : '',
    share('5xx'),
    share('4xx'),
  ]
}

const COLUMNS: readonly Column[] = [{ most: 24 }, { align: 'right' }, {}, { most: 0 }]

function codesOf(page: Page, { codes }: Section): string[] {
  const told = codes.filter(({ verdict }) => !QUIET.has(verdict)).slice(0, MAX_CODES)
  if (told.length === 0) return []
  return fitted(
    page,
    told.map(({ code, hits, verdict, name }) => [
      visible(code),
      count(hits),
      VERDICT_WORDS[verdict][page.language],
      name ?? words(page, 'noExplanation'),
    ]),
    COLUMNS,
    3,
    told.map(({ verdict }) => verdict),
  )
}
