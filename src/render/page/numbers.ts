import type { Text } from '../../catalogue/note.js'
import { UNSAFE } from '../visible.js'

// Numbers and times as text. No Intl: server and browser must print the same, or hydration and the printed copy differ.

export const int = (n: number | null): string =>
  n === null ? '–' : String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',')

export function percent(part: number, whole: number): string {
  if (whole === 0) return '–'
  if (part === 0) return '0 %'
  const share = (part / whole) * 100
  return share < 0.05 ? '<0.1 %' : `${share.toFixed(1)} %`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']
export function bytes(n: number | null): string {
  if (n === null) return '–'
  let value = n
  let unit = 0
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

export function millis(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 999.5) return `${Math.round(ms)} ms`
  return ms < 99_950 ? `${(ms / 1000).toFixed(1)} s` : `${int(ms / 1000)} s`
}

/** A length of time in words. */
export function duration(seconds: number): Text {
  const minutes = Math.round(seconds / 60)
  if (seconds < 60) return { en: `${Math.round(seconds)} s`, zh: `${Math.round(seconds)} 秒` }
  if (minutes < 60) return { en: `${minutes} min`, zh: `${minutes} 分钟` }
  if (minutes >= 48 * 60) return { en: `${Math.round(minutes / 1440)} d`, zh: `${Math.round(minutes / 1440)} 天` }
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return { en: `${hours} h${rest ? ` ${rest} min` : ''}`, zh: `${hours} 小时${rest ? ` ${rest} 分钟` : ''}` }
}

/**
 * A zone as the page needs it: offsets in minutes, each from a time (ms since 1970) on. Worked out when the report was
 * made.
 */
export interface Zone {
  readonly name: string
  readonly steps: readonly (readonly [from: number, minutes: number])[]
}

export function offsetMs(zone: Zone, time: number): number {
  let minutes = 0
  for (const [from, offset] of zone.steps) if (time >= from) minutes = offset
  return minutes * 60_000
}

const local = (zone: Zone, time: number): string => new Date(time + offsetMs(zone, time)).toISOString()
export const day = (zone: Zone, time: number): string => local(zone, time).slice(0, 10)
export const clock = (zone: Zone, time: number, seconds = false): string =>
  local(zone, time).slice(11, seconds ? 19 : 16)

/** `14:05`, or `11-22 14:05` where the period is longer than a day. */
export const moment = (zone: Zone, time: number, long: boolean): string =>
  long ? local(zone, time).slice(5, 16).replace('T', ' ') : clock(zone, time)

/** `14:05–14:31`; over midnight `23:10–11-23 02:40`; `14:05` where both ends are in the same minute. */
export function fromTo(zone: Zone, from: number | null, to: number | null, long: boolean): string {
  if (from === null || to === null) return '–'
  const [a, b] = [moment(zone, from, long), moment(zone, to, long || day(zone, from) !== day(zone, to))]
  return a === b ? a : `${a}–${b}`
}

export const short = (n: number): string => (n >= 1e6 ? `${n / 1e6}M` : n >= 1e4 ? `${n / 1e3}k` : int(n))

/** Controls, marks that turn the direction of writing and marks that hide are shown as `\u{…}`. */
export const shown = (text: string): string =>
  text.replace(UNSAFE, (c) => `\\u{${(c.codePointAt(0) as number).toString(16)}}`)

/** Long values keep both ends, because the ends tell paths and agents apart. The whole text is in the JSON report. */
export const cut = (text: string, most = 160): string =>
  text.length > most ? `${text.slice(0, most - 41)}…${text.slice(-40)}` : text
