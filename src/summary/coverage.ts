import type { Words } from '../errors.js'
import type { Store } from '../store/store.js'
import { entriesOutside } from '../store/traffic.js'
import { share } from '../threshold/evaluate.js'
import { localTime } from '../time-zone.js'
import type { Period } from './period.js'
import type { Gap, Traffic } from './traffic.js'
import { hidesMuch } from './undated.js'

// Coverage of a period by the logs, and whether it is enough to judge the period: blind is not healthy.

/** Lines and entries that were read: since the summary before, or in all. */
export interface Reading {
  readonly lines: number
  readonly entries: number
  readonly rejected: number
  readonly withoutTime: number
  /** Entries dated more than a year before, and those dated ahead of the clock. */
  readonly longAgo: number
  readonly ahead: number
}

export const NOTHING_READ: Reading = { lines: 0, entries: 0, rejected: 0, withoutTime: 0, longAgo: 0, ahead: 0 }

/**
 * The reading of all that a store holds. @param yearBefore entries dated before this day are from long ago @param now
 * seconds
 */
export function readingOf(store: Store, yearBefore: number, now: number): Reading {
  const { before, after } = entriesOutside(store, yearBefore, now + CLOCK_SECONDS)
  const sum = (of: (source: ReturnType<Store['sources']>[number]) => number): number =>
    store.sources().reduce((n, source) => n + of(source), 0)
  return {
    lines: sum(({ lines }) => lines),
    entries: sum(({ entries }) => entries),
    rejected: sum(({ rejected }) => rejected),
    withoutTime: sum(({ withoutTime }) => withoutTime),
    longAgo: before,
    ahead: after,
  }
}

/** Seconds by which clocks differ. */
const CLOCK_SECONDS = 900

/** The difference of two readings; logs that were forgotten meanwhile take nothing away. */
export function between(before: Reading, after: Reading): Reading {
  const keys = Object.keys(NOTHING_READ) as (keyof Reading)[]
  return Object.fromEntries(keys.map((key) => [key, Math.max(0, after[key] - before[key])])) as unknown as Reading
}

/** Reason for which a period cannot be judged. */
export type Reason = 'no-data' | 'without-time' | 'not-understood' | 'gap' | 'few-requests' | 'wrong-dates' | 'unread'

/** A note on the coverage of a period. */
export interface Note {
  readonly id: Reason | 'ahead'
  /** True when the period cannot be judged for that reason. */
  readonly isGrave: boolean
  readonly words: Words
}

export interface Coverage extends Traffic {
  readonly read: Reading
  /** Logs that could not be read (whole), and why. */
  readonly unread: readonly Words[]
}

/** Shares and lengths from which on a period is not judged; those below them are told. */
const GRAVE = { notUnderstood: 0.1, gapSeconds: 3 * 3600, gapShare: 0.1, dueShare: 0.25, wrongDates: 10 }
/** Share of the requests that were due up to which a lack is told. */
const LOW_SHARE = 0.5
/** Number and share of lines not understood from which on they are told. */
const TOLD_LINES = 10
const TOLD_SHARE = 0.005

/** Notes on the coverage of a period, the grave ones first. */
export function notesOn(period: Period, requests: number, coverage: Coverage, zone: string): Note[] {
  const notes = [
    ...coverage.unread.map((words): Note => ({ id: 'unread', isGrave: true, words })),
    ...(requests === 0
      ? [noData(period)]
      : [...coverage.gaps.map((gap) => gapNote(gap, zone)), ...fewRequests(coverage)]),
    ...readingNotes(coverage.read),
  ]
  return notes.sort((a, b) => Number(b.isGrave) - Number(a.isGrave))
}

const noData = ({ name }: Period): Note => ({
  id: 'no-data',
  isGrave: true,
  words: {
    en: `no requests in ${name}: nothing was logged, or the log lies elsewhere now`,
    zh: `${name} 没有任何请求：没有写入日志，或日志已换了位置`,
  },
})

function gapNote({ from, to, due, ofAll, log, isEnd }: Gap, zone: string): Note {
  const [a, b] = [from, to].map((at) => localTime(at, zone).slice(5, 16)) as [string, string]
  const expected = share(Math.round(due), Math.round(ofAll))
  const [whose, whoseZh] = log === null ? ['the log', '日志'] : [`the log ${log}`, `日志 ${log}`]
  return {
    id: 'gap',
    isGrave: to - from >= GRAVE.gapSeconds && due >= GRAVE.gapShare * ofAll,
    words: {
      en: `${isEnd ? `${whose} ends at ${a}` : `gap in ${whose}: no line from ${a} to ${b}`}, when ${expected.en} requests were due`,
      zh: `${isEnd ? `${whoseZh}在 ${a} 结束` : `${whoseZh}有空缺：${a} 至 ${b} 没有任何行`}，而该时段预计有 ${expected.zh} 个请求`,
    },
  }
}

function* fewRequests({ due }: Coverage): Generator<Note> {
  if (!due || due.requests > LOW_SHARE * due.due) return
  const { en, zh } = share(due.requests, Math.round(due.due))
  const [whose, whoseZh] = due.ofPeople ? [' of people', '人的'] : ['', '']
  yield {
    id: 'few-requests',
    isGrave: due.requests <= GRAVE.dueShare * due.due,
    words: {
      en: `fewer requests${whose} than were due by the days before: ${en}`,
      zh: `${whoseZh}请求少于按前几天预计的数量：${zh}`,
    },
  }
}

function* readingNotes(read: Reading): Generator<Note> {
  const { lines, entries, rejected, withoutTime, longAgo, ahead } = read
  if (rejected >= TOLD_LINES && rejected >= TOLD_SHARE * lines) {
    const { en, zh } = share(rejected, lines)
    yield {
      id: 'not-understood',
      isGrave: rejected >= GRAVE.notUnderstood * lines,
      words: { en: `lines not understood: ${en} of those that are new`, zh: `无法识别的行：新增行的 ${zh}` },
    }
  }
  if (withoutTime > 0) {
    const { en, zh } = share(withoutTime, entries)
    yield {
      id: 'without-time',
      isGrave: hidesMuch(read),
      words: {
        en: `entries without a readable time, which belong to no day: ${en} of those that are new`,
        zh: `没有可读时间、不属于任何一天的记录：新增记录的 ${zh}`,
      },
    }
  }
  if (longAgo > 0)
    yield {
      id: 'wrong-dates',
      isGrave: longAgo >= GRAVE.wrongDates,
      words: {
        en: `new entries dated more than a year ago: ${share(longAgo, entries).en}; was the clock of the server wrong?`,
        zh: `新增记录的日期在一年多以前：${share(longAgo, entries).zh}；服务器时钟是否有误？`,
      },
    }
  if (ahead > 0)
    yield {
      id: 'ahead',
      isGrave: false,
      words: {
        en: `new entries dated in the future: ${share(ahead, entries).en}; is the clock of the server wrong?`,
        zh: `新增记录的日期在未来：${share(ahead, entries).zh}；服务器时钟是否有误？`,
      },
    }
}
