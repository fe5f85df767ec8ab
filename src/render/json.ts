import { UNSAFE } from './visible.js'

/** JSON for people and programs: characters that `visible` would show are escaped, so that a terminal does not obey them. */
export function toJson(value: unknown): string {
  return [...jsonPieces(value)].join('')
}

/** The same in pieces: a report of fifty thousand codes would take a gigabyte as one text. */
export function* jsonPieces(value: unknown): Generator<string> {
  yield* pieces(value, '\n')
  yield '\n'
}

/** Objects of longer arrays are written one by one, and those that are made as they are written. */
const MANY = 20

/** @param newline a line's end, and how far the next one is indented */
function* pieces(value: unknown, newline: string): Generator<string> {
  const plain = isObject(value) && 'toJSON' in value && typeof value.toJSON === 'function' ? (value.toJSON() as unknown) : value
  if (!isObject(plain) || !(isLong(plain) || Object.values(plain).some(isLong))) {
    yield text(plain).replaceAll('\n', newline)
    return
  }
  const inner = `${newline}  `
  const isList = Symbol.iterator in plain
  const [open, close] = isList ? '[]' : '{}'
  let before = open
  for (const [key, element] of isList ? numbered(plain as Iterable<unknown>) : Object.entries(plain)) {
    if (element === undefined && !isList) continue
    yield `${before}${inner}${isList ? '' : `${text(key)}: `}`
    before = ','
    yield* pieces(element ?? null, inner)
  }
  yield before === open ? `${open}${close}` : `${newline}${close}`
}

function* numbered(list: Iterable<unknown>): Generator<[string, unknown]> {
  for (const element of list) yield ['', element]
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
/** What is read while it is gone through may be of any length. */
const isLong = (value: unknown): boolean =>
  Array.isArray(value) ? isObject(value[0]) && (value.length > MANY || 'toJSON' in value[0]) : isObject(value) && Symbol.iterator in value

const text = (value: unknown): string => JSON.stringify(value, null, 2).replace(UNSAFE, (c) => (c === '\n' ? c : c.split('').map(escapeOf).join('')))

/** Of a code unit: characters beyond U+FFFF have two. */
const escapeOf = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
