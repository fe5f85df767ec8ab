import { LogstatError } from './errors.js'

/**
 * The first use of `Intl` touches some 660 pages of memory; that the zone is UTC, as on most servers, shows without.
 */
const isUtc = (): boolean =>
  [0, 6].every((month) => new Date(new Date().getFullYear(), month).getTimezoneOffset() === 0)

let ofMachine: string | undefined
/** The zone of this machine. */
export function systemZone(): string {
  ofMachine ??= isUtc() ? UTC : new Intl.DateTimeFormat().resolvedOptions().timeZone
  return ofMachine
}
const UTC = 'UTC'

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string): Intl.DateTimeFormat {
  let f = formatters.get(zone)
  if (!f) {
    try {
      f = new Intl.DateTimeFormat('en-CA', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
      })
    } catch {
      throw new LogstatError(
        'time-zone',
        { en: `${zone}: there is no such time zone`, zh: `${zone}：没有此时区` },
        {
          en: 'Use an IANA name such as Europe/Berlin or Asia/Shanghai, or UTC.',
          zh: '请使用 IANA 名称，例如 Europe/Berlin、Asia/Shanghai 或 UTC。',
        },
      )
    }
    formatters.set(zone, f)
  }
  return f
}

/** @throws LogstatError when there is no such zone */
export function checkZone(zone: string): string {
  if (zone !== UTC) formatter(zone)
  return zone
}

/** Seconds east of UTC at a moment. */
function offsetAt(seconds: number, zone: string): number {
  if (zone === UTC) return 0
  const p = Object.fromEntries(
    formatter(zone)
      .formatToParts(seconds * 1000)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const local = Date.UTC(p.year as number, (p.month as number) - 1, p.day, p.hour, p.minute, p.second) / 1000
  return Math.round(local - Math.floor(seconds))
}

/** `+08:00` */
export function offsetName(seconds: number, zone: string): string {
  const minutes = offsetAt(seconds, zone) / 60
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}

/** `2026-11-22 14:05:01` in a zone. */
export function localTime(seconds: number, zone: string): string {
  return new Date((seconds + offsetAt(seconds, zone)) * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

const DAY = 86400

const dayNumber = (seconds: number, zone: string): number => Math.floor((seconds + offsetAt(seconds, zone)) / DAY)

/**
 * The local day a moment falls in: its number (days since 1970) and its bounds, 23 or 25 hours apart when clocks
 * change.
 */
export function dayOf(seconds: number, zone: string): { number: number; start: number; end: number } {
  const number = dayNumber(seconds, zone)
  return { number, start: startOfDay(number, zone), end: startOfDay(number + 1, zone) }
}

/** The moment a local day begins: midnight, or where clocks jump over midnight, the moment they do. */
export function startOfDay(number: number, zone: string): number {
  const guess = number * DAY
  // The offset at the guess may be that of the other side of a change of clocks.
  const midnight = guess - offsetAt(guess - offsetAt(guess, zone), zone)
  if (dayNumber(midnight, zone) === number && dayNumber(midnight - 1, zone) === number - 1) return midnight
  let before = guess - DAY
  let after = guess + DAY
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (dayNumber(middle, zone) < number) before = middle
    else after = middle
  }
  return after
}

/** `2026-11-22` of a day's number. */
export function dateOf(number: number): string {
  return new Date(number * DAY * 1000).toISOString().slice(0, 10)
}

/** `2026-11` of `2026-10`. */
export function monthAfter(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7)
}

const HOUR = 3600

/** The local hour a moment falls in. */
export function hourOf(seconds: number, zone: string): { start: number; end: number } {
  const offset = offsetAt(seconds, zone)
  const start = Math.floor((seconds + offset) / HOUR) * HOUR - offset
  return { start, end: start + HOUR }
}

const QUARTER = 900

/**
 * How far east of UTC a clock of the zone stood when it showed a local time. An hour that clocks show twice is taken
 * for the first
 * time, one they leave out is read with the offset from before: each entry is counted once, at most an hour off.
 */
export function localOffset(localSeconds: number, zone: string): { offset: number; from: number; to: number } {
  const from = Math.floor(localSeconds / QUARTER) * QUARTER
  const before = offsetAt(from - DAY, zone)
  const after = offsetAt(from + DAY, zone)
  const isAfter = before !== after && offsetAt(from - before, zone) !== before && offsetAt(from - after, zone) === after
  return { offset: isAfter ? after : before, from, to: from + QUARTER }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: DAY, w: 7 * DAY }

/** Days by name, counted from today. */
const NAMED_DAYS: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 }

/**
 * A moment as people write it: `2026-11-22`, `2026-11-22 14:05`, `2026-11-22T14:05:01+01:00`, `2026-10` (the month's
 * first), `yesterday`, `today`, `now`, `14:05` (today), `2h` or `-2h` (ago). Without an offset it is in `zone`.
 *
 * @throws LogstatError naming the text
 */
export function parseMoment(text: string, zone: string, now = Date.now() / 1000): number {
  const written = text.trim().toLowerCase()
  if (written === 'now') return now
  const today = dayNumber(now, zone)
  const day = Object.hasOwn(NAMED_DAYS, written) ? NAMED_DAYS[written] : undefined
  if (day !== undefined) return startOfDay(today + day, zone)
  if (/^\d\d:\d\d(:\d\d)?$/.test(written)) return parseMoment(`${dateOf(today)} ${written}`, zone, now)
  if (/^\d{4}-\d\d$/.test(written)) return parseMoment(`${written}-01`, zone, now)
  const ago = /^-?(\d+)\s*([smhdw])$/.exec(written)
  if (ago) return now - Number(ago[1]) * (UNITS[ago[2] as string] as number)
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text.trim())
  const wrong = new LogstatError(
    'time',
    { en: `"${text}" is no time that logstat understands`, zh: `“${text}”不是 logstat 能识别的时间` },
    {
      en: 'Write 2026-11-22, "2026-11-22 14:05", 2026-11-22T14:05Z, 2026-10, yesterday, today, 14:05, or 2h for two hours ago.',
      zh: '请写成 2026-11-22、"2026-11-22 14:05"、2026-11-22T14:05Z、2026-10、yesterday、today、14:05，或 2h（表示两小时前）。',
    },
  )
  if (!match) throw wrong
  const [, y, mo, d, h = '00', mi = '00', s = '00', offset] = match
  const utc = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) / 1000
  if (Number.isNaN(utc) || new Date(utc * 1000).getUTCDate() !== Number(d)) throw wrong
  if (offset === undefined) return utc - offsetAt(utc - offsetAt(utc, zone), zone)
  if (/^z$/i.test(offset)) return utc
  const sign = offset.startsWith('-') ? -1 : 1
  return utc - sign * (Number(offset.slice(1, 3)) * 3600 + Number(offset.slice(-2)) * 60)
}
