import { LogstatError } from '../errors.js'
import type { Plan } from '../kernel/plan.js'
import type { Family, Format } from './format.js'
import { compileLayout } from './layout.js'
import clfRelative from './records/clf-relative.js'
import clfShort from './records/clf-short.js'
import combined from './records/combined.js'
import common from './records/common.js'
import vhostCombined from './records/vhost-combined.js'
import vhostCommon from './records/vhost-common.js'
import vhostSeconds from './records/vhost-seconds.js'
import w3c from './records/w3c.js'

/** Every format known, the most particular of a family first: detection prefers the earlier of two that fit equally well. */
export const FORMATS: readonly Format[] = [combined, vhostCombined, vhostSeconds, common, vhostCommon, clfRelative, clfShort, w3c]

/** Find a format by name or alias, in any case. */
export function formatNamed(name: string): Format | undefined {
  const wanted = name.toLowerCase()
  return FORMATS.find((f) => f.name === wanted || f.aliases?.includes(wanted))
}

/** The plan of a format with a layout of its own. */
export function planOf(format: Format): Plan {
  if (!format.layout) throw new LogstatError('layout', `the format ${format.name} has no layout of its own`)
  return compileLayout(format.name, format.layout)
}

/** All plans of a family, those of `first` in front: lines of a related layout in the same file are read, too. */
export function plansOfFamily(family: Family, first: readonly Format[]): Plan[] {
  const ours = FORMATS.filter((f) => f.family === family && f.layout)
  return [...first.filter((f) => ours.includes(f)), ...ours.filter((f) => !first.includes(f))].map(planOf)
}
