import { groupBy } from '../finding.js'
import type { Row } from '../view.js'

// Words of several rules.

/** Paths of people's requests, as `mostly /a and /b`. */
export const mostly = (rows: readonly Row[]): string =>
  groupBy(rows, (r) => r.path)
    .slice(0, 2)
    .map(([path]) => path)
    .join(' and ')
export const mostlyZh = (rows: readonly Row[]): string => mostly(rows).replace(' and ', ' 和 ')
export const statuses = (rows: readonly Row[]): string =>
  groupBy(rows, (r) => String(r.of.status ?? '-'))
    .slice(0, 3)
    .map(([status]) => status)
    .join(', ')
