import { UNSAFE } from './visible.js'

/**
 * JSON for people and programs: characters that `visible` would show are escaped, so that a terminal does not obey
 * them.
 */
export function toJson(value: unknown): string {
  return [...jsonPieces(value)].join('')
}

/** JSON in pieces: a report of a thousand codes takes tens of megabytes as one text. */
export function* jsonPieces(value: unknown): Generator<string> {
  yield* pieces(value, '\n')
  yield '\n'
}

/** Objects of longer arrays are written one by one. */
const MANY = 20

/** @param newline a line's end, and how far the next one is indented */
function* pieces(value: unknown, newline: string): Generator<string> {
  if (!isObject(value) || !(isLong(value) || Object.values(value).some(isLong))) {
    yield text(value).replaceAll('\n', newline)
    return
  }
  const inner = `${newline}  `
  const isList = Array.isArray(value)
  const [open, close] = isList ? '[]' : '{}'
  let before = open
  for (const [key, element] of Object.entries(value)) {
    if (element === undefined && !isList) continue
    yield `${before}${inner}${isList ? '' : `${text(key)}: `}`
    before = ','
    yield* pieces(element ?? null, inner)
  }
  yield before === open ? `${open}${close}` : `${newline}${close}`
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isLong = (value: unknown): boolean => Array.isArray(value) && value.length > MANY && isObject(value[0])

const text = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(UNSAFE, (c) => (c === '\n' ? c : c.split('').map(escapeOf).join('')))

/** The escape of a code unit: characters beyond U+FFFF have two units. */
const escapeOf = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
