import type { Language } from '../catalogue/note.js'
import { fieldAt, type LayoutField, type Nearest, nearestFormat } from '../format/nearest.js'
import { fieldsLine } from '../format/w3c.js'
import { rejectRows } from '../store/query.js'
import type { Range } from '../store/range.js'
import type { Store } from '../store/store.js'

// Lines that were not understood, with all that helps to see why.

export interface ReportReject {
  readonly reason: string
  readonly count: number
  /** The first few, with where they stand. */
  readonly samples: readonly RejectedLine[]
}
export interface RejectedLine {
  readonly input: string
  /** Counted from 1. */
  readonly line: number
  /** Bytes from the start of the (unpacked) input. */
  readonly offset: number
  /** Characters of `text` before the place where the line stops to fit. */
  readonly column: number
  readonly text: string
  /** The field that is expected there, or whose value is none. */
  readonly field: LayoutField | null
  readonly detail: string | null
  /** Another format that the line fits, or fits longer. */
  readonly nearest: Nearest | null
}

/** A sample's text is cut there; whether such a line fits a format cannot be told. */
const SAMPLE_TEXT = 512

export function reportRejects(store: Store, range: Range = {}, language: Language = 'en'): ReportReject[] {
  return rejectRows(store, range).map(({ reason, count, samples }) => ({
    reason,
    count,
    samples: samples.map(({ input, format, fields, line, offset, column, text, step }) => {
      const whole = Buffer.byteLength(text) < SAMPLE_TEXT && (reason === 'layout' || reason === 'no-fields')
      const nearest = whole ? nearestFormat(text) : null
      const better = nearest && nearest.format !== format && (nearest.fits || nearest.column > column)
      return {
        input,
        line,
        offset,
        column: Math.min(column, text.length),
        text,
        field: fieldAt(format, fields, reason, step),
        detail: detailOf(reason, step, fields, language),
        nearest: better ? nearest : null,
      }
    }),
  }))
}

/** The number of values that a rejected W3C line has and should have, for people. */
function detailOf(reason: string, step: number, fields: string | null, language: Language): string | null {
  if (reason !== 'field-count' || fields === null) return null
  const wanted = fieldsLine(fields)
    .replace(/^#fields:/i, '')
    .trim()
    .split(/\s+/).length
  if (step >= wanted) return language === 'zh' ? `多于 ${wanted} 个值` : `more than ${wanted} values`
  return language === 'zh' ? `只有 ${step} 个值，应为 ${wanted} 个` : `${step} of ${wanted} values`
}
