import { codeName, type ReportClass } from '../../report/shape.js'
import { type Column, count, table, visible } from '../cells.js'
import { milliseconds } from '../time-taken.js'
import { type Page, words } from './page.js'

type TimeTaken = NonNullable<ReportClass['timeTaken']>

/** So many codes are told, the slowest first. */
const MAX_CODES = 8

const COLUMNS: readonly Column[] = [{ most: 24 }, ...Array.from({ length: 5 }, (): Column => ({ align: 'right' }))]

/** How long requests took: by class, so that errors stand apart from successes, and the slowest codes. */
export function timeTaken(page: Page): string[] {
  const { classes, codes } = page.report
  const row = (name: string, hits: number, { p50Ms, p95Ms, p99Ms, maxMs }: TimeTaken): string[] => [
    name,
    count(hits),
    ...[p50Ms, p95Ms, p99Ms, maxMs].map(milliseconds),
  ]
  const ofClasses = classes.flatMap((c) => (c.timeTaken ? [row(c.class, c.hits, c.timeTaken)] : []))
  if (ofClasses.length === 0) return []
  const ofCodes = codes
    .flatMap((code) => (code.timeTaken ? [{ code, took: code.timeTaken }] : []))
    .sort((a, b) => b.took.p95Ms - a.took.p95Ms)
    .slice(0, MAX_CODES)
    .map(({ code, took }) => row(visible(codeName(code)), code.hits, took))
  const head = [words(page, 'code'), words(page, 'hits'), 'p50', 'p95', 'p99', words(page, 'longest')]
  const [titles = '', ...lines] = table([head, ...ofClasses, ...ofCodes], COLUMNS)
  return [page.style.bold(words(page, 'timeTaken')), page.style.faint(titles), ...lines, '']
}
