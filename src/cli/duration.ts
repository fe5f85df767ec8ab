import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86400, w: 604_800, y: 31_557_600 }

/** `90d` → seconds; m, h, d, w and y are known. */
export function duration(text: string): number {
  const [, n, unit = ''] = /^(\d+)([mhdwy])$/.exec(text) ?? []
  const seconds = Number(n) * (UNITS[unit] ?? Number.NaN)
  if (!(seconds > 0)) throw new InvalidArgumentError('It must be a number and a unit: 15m, 36h, 90d, 12w or 2y.')
  return seconds
}
