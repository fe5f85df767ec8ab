import type { Changes, CodeChange, Comparison } from '../../report/compare.js'
import { localTime } from '../../time-zone.js'
import { type Column, count, truncateMiddle, visible, wrap } from '../cells.js'
import { CHANGE_WORDS, say } from '../words.js'
import { fitted, type Page, words } from './page.js'

/** So many changes of each kind of rows are printed. */
const MAX_ROWS = 12
const MAX_UNSURE = 8

/** Findings, codes and paths that are new, gone, more or fewer than before. */
export function comparison(page: Page): string[] {
  const { comparison } = page.report
  if (comparison === null) return []
  const { requests, codes, paths, findings, test } = comparison
  const title = words(page, 'comparedWith', comparedName(page, comparison))
  const sums = words(page, 'requestsBoth', count(requests.now), count(requests.before))
  if (requests.before === 0 || requests.now === 0)
    return [page.style.bold(title), `  ${words(page, 'noneToCompare')}`, '']
  const blocks = [
    ...block(page, 'changedFindings', findings),
    ...block(page, 'codes', codes),
    ...(paths ? block(page, 'changedPaths', paths) : [`  ${words(page, 'pathsByDay')}`]),
  ]
  const rule = words(page, 'changeRule', count(1 / test.level), String(test.ratio))
  return [
    page.style.bold(title),
    `  ${sums}`,
    ...(blocks.length > 0 ? blocks : [`  ${words(page, 'nothingChanged')}`]),
    ...wrap(rule, page.width - 2).map((line) => `  ${page.style.faint(line)}`),
    '',
  ]
}

/** The stretch or the database that the report is compared with. */
export function comparedName(
  { zone, language }: Pick<Page, 'zone' | 'language'>,
  { database, range, period }: Comparison,
): string {
  const [from, to] = range ? [range.since, range.until] : [period?.from ?? null, period?.to ?? null]
  const local = (time: string): string => localTime(Date.parse(time) / 1000, zone).replace(/:00$/, '')
  const stretch = from !== null && to !== null ? `${local(from)} – ${local(to)}` : ''
  if (database === null) return stretch
  return stretch ? say(language, 'databaseOf', visible(database), stretch) : visible(database)
}

function block(page: Page, title: 'changedFindings' | 'codes' | 'changedPaths', { rows, unsure }: Changes): string[] {
  const shown = rows.slice(0, MAX_ROWS)
  const lines = fitted(
    page,
    shown.map((row) => cellsOf(page, row)),
    COLUMNS,
    4,
  )
  const few = unsure.slice(0, MAX_UNSURE).map(({ code, path, now, before, change }) => {
    const what = `${visible(code)}${path === null ? '' : ` ${truncateMiddle(visible(path), 30)}`}`
    return `${CHANGE_WORDS[change][page.language]} ${what} ${count(now || before)}`
  })
  const more = unsure.length - few.length
  if (more > 0) few.push(words(page, 'moreRows', count(more)))
  return [
    ...(shown.length > 0 || few.length > 0 ? [`  ${words(page, title)}`] : []),
    ...lines.map((line) => `  ${line}`),
    ...(rows.length > shown.length ? [`    ${words(page, 'moreRows', count(rows.length - shown.length))}`] : []),
    ...(few.length > 0
      ? wrap(words(page, 'tooFew', few.join(' · ')), page.width - 4).map((l) => `    ${page.style.faint(l)}`)
      : []),
  ]
}

const COLUMNS: readonly Column[] = [{}, { most: 24 }, { align: 'right' }, {}, { most: 0 }]

function cellsOf(page: Page, { change, code, path, name, before, now }: CodeChange): string[] {
  return [
    CHANGE_WORDS[change][page.language],
    visible(code),
    count(now),
    change === 'new' ? '' : words(page, 'was', count(before)),
    path === null ? (name ?? '') : truncateMiddle(visible(path), Math.max(20, page.width - 44)),
  ]
}
