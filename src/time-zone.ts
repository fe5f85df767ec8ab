import { LogstatError } from './errors.js'

/** The zone of this machine. */
export function systemZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

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
      throw new LogstatError('time-zone', `${zone}: there is no such time zone`, 'Use an IANA name such as Europe/Berlin or Asia/Shanghai, or UTC.')
    }
    formatters.set(zone, f)
  }
  return f
}

/** @throws LogstatError when there is no such zone */
export function checkZone(zone: string): string {
  formatter(zone)
  return zone
}

/** Seconds east of UTC at a moment. */
function offsetAt(seconds: number, zone: string): number {
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

/** The local day a moment falls in: its number (days since 1970) and its bounds, 23 or 25 hours apart when clocks change. */
export function dayOf(seconds: number, zone: string): { number: number; start: number; end: number } {
  const number = Math.floor((seconds + offsetAt(seconds, zone)) / DAY)
  return { number, start: startOfDay(number, zone), end: startOfDay(number + 1, zone) }
}

/** The moment a local day begins. */
export function startOfDay(number: number, zone: string): number {
  const guess = number * DAY
  const first = guess - offsetAt(guess, zone)
  // The offset at the guess may be that of the other side of a change of clocks.
  return guess - offsetAt(first, zone)
}

/** `2026-11-22` of a day's number. */
export function dateOf(number: number): string {
  return new Date(number * DAY * 1000).toISOString().slice(0, 10)
}

const QUARTER = 900

/**
 * How far east of UTC a clock of the zone stood when it showed a local time. An hour that clocks show twice is taken for the first
 * time, one they leave out is read with the offset from before: each entry is counted once, at most an hour off.
 */
export function localOffset(localSeconds: number, zone: string): { offset: number; from: number; to: number } {
  const from = Math.floor(localSeconds / QUARTER) * QUARTER
  const before = offsetAt(from - DAY, zone)
  const after = offsetAt(from + DAY, zone)
  const isAfter = before !== after && offsetAt(from - before, zone) !== before && offsetAt(from - after, zone) === after
  return { offset: isAfter ? after : before, from, to: from + QUARTER }
}
