import { UNSAFE } from './visible.js'

/** JSON for people and programs: characters that `visible` would show are escaped, so that a terminal does not obey them. */
export function toJson(value: unknown): string {
  return [...jsonPieces(value)].join('')
}

/**
 * The same in pieces. The elements of an object's arrays are pieces of their own: a report of fifty thousand codes would take a gigabyte
 * as one text.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield `${text(value)}\n`
    return
  }
  let before = '{\n  '
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue
    yield `${before}${text(key)}: `
    before = ',\n  '
    if (Array.isArray(inner) && inner.length > 0) {
      for (const [i, element] of inner.entries()) yield `${i === 0 ? '[\n    ' : ',\n    '}${text(element ?? null).replaceAll('\n', '\n    ')}`
      yield '\n  ]'
    } else yield text(inner).replaceAll('\n', '\n  ')
  }
  yield before.startsWith('{') ? '{}\n' : '\n}\n'
}

const text = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(UNSAFE, (c) => (c === '\n' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`))
