import { probe, probingKernel } from '../kernel/probe.js'
import { characterAt } from '../kernel/text.js'
import { Reject, Role } from '../kernel/wasm/roles.js'
import { askedFormat } from './asked.js'
import { namesOf } from './pattern.js'
import { FORMATS, formatNamed, plansOf } from './registry.js'
import { isFieldsLine } from './w3c.js'

/** A field of a layout. */
export interface LayoutField {
  /** As the format calls it. */
  readonly name: string
  /** The text that must follow it. */
  readonly until: string
}

/** The format a line comes nearest to. */
export interface Nearest {
  readonly format: string
  /** Whether the line is one of that format. */
  readonly fits: boolean
  /** Characters of the line up to where it stops to fit. */
  readonly column: number
  /** The field that is expected there. */
  readonly field: LayoutField | null
  readonly layout: string | null
}

/** Fields that anything might begin with. */
const FEW = 4

/** The known format that a line fits, or else fits the longest, for half of it at least; null when there is none. */
export function nearestFormat(text: string): Nearest | null {
  const kernel = probingKernel()
  const line = Buffer.from(text)
  let best: Nearest | null = null
  let longest = line.length / 2
  for (const format of FORMATS) {
    if (!format.layout) continue
    kernel.setPlans(plansOf(format).slice(0, 1))
    const found = probe(kernel, line)
    const { name, layout } = format
    if (found.plan >= 0) return { format: name, fits: true, column: text.length, field: null, layout }
    if (!('step' in found)) continue
    // A line of which only a value is wrong was cut to its end.
    const isValue = found.reason !== Reject.Layout
    const fitting = isValue ? line.length : found.column
    if (!isValue && found.step < FEW) continue
    // Without brackets and quotes a layout is like anything until its status.
    if (!isValue && format.family !== 'clf' && found.step <= fieldsOf(layout).findIndex((f) => f.name === '$status'))
      continue
    if (fitting < longest || (best && fitting === longest)) continue
    if (!hasTime(layout, text.slice(0, isValue ? undefined : characterAt(line, found.column)))) continue
    longest = fitting
    const field = isValue
      ? fieldsOf(layout).find((f) => ROLES[found.step as Role]?.includes(f.name))
      : fieldsOf(layout)[found.step]
    best = { format: name, fits: false, column: characterAt(line, found.column), field: field ?? null, layout }
  }
  return best
}

const TIMES: Readonly<Record<string, RegExp>> = {
  $time_local: /^\d{1,2}\/\w+\/\d{4}:\d/,
  $time_iso8601: /^\[?\d{4}-\d\d-\d\d/,
  $msec: /^\s*\d{9,}/,
  $time_of_day: /^\s*\d{1,2}:\d\d/,
}

/** Whether the part of a line that fits holds a time where the layout has it: anything is like a few words. */
function hasTime(layout: string, text: string): boolean {
  let at = layout.indexOf('$')
  for (const { name, until } of fieldsOf(layout)) {
    if (TIMES[name]?.test(text.slice(at))) return true
    const end = text.indexOf(until, at)
    if (end === -1 || until === '') return false
    at = end + until.length
  }
  return false
}

function fieldsOf(layout: string): LayoutField[] {
  return [...layout.matchAll(/(\$(?:\{\w+\}|\w+))([^$]*)/g)].map(([, name = '', until = '']) => ({
    name: name.replace(/[{}]/g, ''),
    until,
  }))
}

/** @param definition of a format that was defined by its user */
function layoutFields(format: string, definition: string | null): LayoutField[] {
  if (definition === null || isFieldsLine(definition)) return fieldsOf(formatNamed(format)?.layout ?? '')
  const { layout, pattern } = askedFormat(definition, null)
  if (pattern) return namesOf(pattern).map((name) => ({ name, until: '' }))
  return fieldsOf(layout ?? '')
}

/** Roles whose value can be wrong where a line is cut well, and what formats call them. */
const ROLES: Partial<Record<Role, readonly string[]>> = {
  [Role.Status]: ['$status', 'sc-status', 'c-status', 'status'],
  [Role.Substatus]: ['$substatus', 'sc-substatus'],
  [Role.BytesSent]: ['$body_bytes_sent', '$bytes_sent', 'sc-bytes'],
  [Role.BytesReceived]: ['$request_length', 'cs-bytes'],
}

/**
 * The field at which a line was rejected; null when that cannot be told.
 *
 * @param fields the `#Fields` line in force, for a W3C log; the definition of a format of the user's own
 * @param step   of a RejectSample: a role where a value was wrong, else the place in the layout
 */
export function fieldAt(format: string, fields: string | null, reason: string, step: number): LayoutField | null {
  const inLayout = layoutFields(format, fields)
  if (reason === 'layout') return inLayout[step] ?? null
  if (reason !== 'status' && reason !== 'substatus' && reason !== 'bytes') return null
  const names = ROLES[step as Role] ?? []
  const named = inLayout.length ? inLayout.map((f) => f.name) : (fields?.toLowerCase().split(/\s+/) ?? [])
  const name = names.find((n) => named.includes(n)) ?? names.at(-1)
  return name === undefined ? null : { name, until: '' }
}
