import { existsSync } from 'node:fs'
import { LogstatError } from '../errors.js'
import { lastDay } from '../store/query.js'
import { type Settled, settle } from '../store/range.js'
import { openStore, type Store } from '../store/store.js'
import { dayOf, monthAfter, parseMoment, startOfDay, systemZone } from '../time-zone.js'

// The other side of a comparison: `--compare previous`, `A..B`, or another database.

/** Both sides of a comparison. */
export interface Pair {
  readonly now: Settled
  readonly before: Settled
  /** The store of the other side, when it is another database; to be closed. */
  readonly other: Store | null
}

interface Asked {
  readonly compare: string
  readonly tz?: string
}

/** @param chosen the part of the store that is reported @throws LogstatError for what cannot be compared */
export function pairOf(store: Store, chosen: Settled, { compare, tz }: Asked): Pair {
  const zone = tz ?? systemZone()
  const sources = chosen.sources ? { sources: chosen.sources } : {}
  if (compare === 'previous') {
    const now = chosen.since === undefined && chosen.until === undefined ? lastDayOf(store, chosen, zone) : chosen
    const end = now.until ?? Math.ceil(Date.now() / 60_000) * 60
    if (now.since === undefined)
      throw new LogstatError(
        'compare',
        { en: '--compare previous needs to know where the period begins', zh: '--compare previous 需要知道时段的起点' },
        {
          en: 'Give --since, or neither --since nor --until for the last day.',
          zh: '请给出 --since；若两者都不给，则为最近一天。',
        },
      )
    return { now, before: settle(store, { ...sources, since: 2 * now.since - end, until: now.since }), other: null }
  }
  const both = /^(.+?)\.\.(.+)$/.exec(compare)
  if (both && !existsSync(compare)) {
    const [before, now] = both.slice(1).map((text) => settle(store, { ...sources, ...stretchNamed(text, zone) })) as [
      Settled,
      Settled,
    ]
    return { now, before, other: null }
  }
  return { now: chosen, ...otherDatabase(compare) }
}

/** The whole of another database. */
export function otherDatabase(file: string): Omit<Pair, 'now'> {
  if (!existsSync(file) && (file === 'previous' || file.includes('..')))
    throw new LogstatError(
      'compare',
      {
        en: `--compare ${file} works on a database: of logs, times are not kept apart`,
        zh: `--compare ${file} 只适用于数据库：直接读取日志时不按时段分开计数`,
      },
      {
        en: `Add the logs first: logstat ingest PATH… --db FILE, then logstat report --db FILE --compare ${file}`,
        zh: `请先加入日志：logstat ingest PATH… --db FILE，然后 logstat report --db FILE --compare ${file}`,
      },
    )
  if (!existsSync(file))
    throw new LogstatError(
      'compare',
      {
        en: `--compare ${file}: neither "previous", nor two periods (A..B), nor a database that is there`,
        zh: `--compare ${file}：既不是 previous，也不是两个时段（A..B），也没有此数据库`,
      },
      {
        en: 'For example: --compare previous, --compare 2026-10..2026-11, --compare yesterday..today, --compare before.db',
        zh: '例如：--compare previous、--compare 2026-10..2026-11、--compare yesterday..today、--compare before.db',
      },
    )
  const other = openStore(file, { readOnly: true })
  return { other, before: settle(other, {}) }
}

/** The last day that has requests. */
function lastDayOf(store: Store, chosen: Settled, zone: string): Settled {
  const day = lastDay(store, 2 ** 31, chosen) ?? dayOf(Date.now() / 1000, zone).number
  return settle(store, { ...chosen, since: startOfDay(day, zone), until: startOfDay(day + 1, zone) })
}

/** A stretch by its name: a month, a day, an hour (`2026-11-22T14`), yesterday, today. */
function stretchNamed(text: string, zone: string): { readonly since: number; readonly until: number } {
  const name = text.trim()
  if (/^\d{4}-\d\d$/.test(name)) return { since: parseMoment(name, zone), until: parseMoment(monthAfter(name), zone) }
  const hour = /^(\d{4}-\d\d-\d\d)[T ](\d\d)$/.exec(name)
  if (hour) {
    const since = parseMoment(`${hour[1]} ${hour[2]}:00`, zone)
    return { since, until: since + 3600 }
  }
  if (/^(\d{4}-\d\d-\d\d|yesterday|today)$/i.test(name)) {
    const { start, end } = dayOf(parseMoment(name, zone), zone)
    return { since: start, until: end }
  }
  throw new LogstatError(
    'compare',
    { en: `--compare: "${name}" is not a period`, zh: `--compare：“${name}”不是时段` },
    {
      en: 'Write a month (2026-10), a day (2026-11-22, yesterday, today) or an hour (2026-11-22T14).',
      zh: '请写月份（2026-10）、日期（2026-11-22、yesterday、today）或小时（2026-11-22T14）。',
    },
  )
}
