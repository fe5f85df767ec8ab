import type { Language } from '../../catalogue/note.js'
import { isLong } from './charts.js'
import type { Live } from './model.js'
import { fromTo } from './numbers.js'
import type { Stretch } from './series.js'
import type { Word } from './words.js'

/** Choices of the reader, and ways to change them; the parts that live in the browser share them. */
export interface View {
  readonly live: Live
  /** The chosen stretch of time; null: the whole period. */
  readonly range: Stretch | null
  readonly setRange: (range: Stretch | null) => void
  /** The chosen class of codes; null: all. */
  readonly klass: string | null
  readonly setClass: (name: string | null) => void
  /** Id of the code whose details are shown. */
  readonly chosen: string | null
  readonly language: Language
  /** A word in the language that is shown, for attributes; elements hold both languages. */
  readonly word: (name: Word) => string
}

/** Classes as rows, in this order. */
export const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'] as const

/** The time at which a bucket starts, in ms since 1970. */
export const bucketTime = (live: Live, bucket: number): number => live.start + bucket * live.seconds * 1000

export const stretchName = (live: Live, [from, to]: Stretch): string =>
  fromTo(live.zone, bucketTime(live, from), bucketTime(live, to), isLong(live))
