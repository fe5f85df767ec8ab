import { isIP } from 'node:net'
import type { Anonymizer } from './anonymize.js'

// The text of a rejected line, as it may be stored. Such a line fits no layout, so where the query string stands in it
// is a guess: rather too much of it is hidden than too little.

/** A part of the text, [start, end), and what stands in its place. */
interface Part {
  readonly start: number
  readonly end: number
  readonly text: string
}
const HIDDEN = '…'

/** Patterns of what is hidden. */
const SECRETS: readonly RegExp[] = [
  // name=value, with all that is written to it.
  /(?<=^|[\s",])[^\s",?]+=[^\s"]+/g,
  // A value that JSON or LTSV call by such a name.
  /(?<="[\w.$-]*(?:args|query|cookie)[\w.$-]*"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|\{[^}]*|\[[^\]]*)/gi,
  /(?<=(?:^|\t)[\w.$-]*(?:args|query|cookie)[\w.$-]*:)[^\t]+/gi,
  // A column of its own, behind that of the path. A protocol, a status or the next name of JSON is none.
  /(?<=(?:^|[\s",])\/[^\s",]*"?[\s,]\s*"?)(?!HTTP\/|-?(?:["\s,]|$)|\d{1,3}(?:["\s,]|$)|[\w.$-]+"\s*:)[^\s",]+/g,
]

/** Patterns of names of people, and of what belongs to one visit. */
const PEOPLE: readonly RegExp[] = [
  // The values of JSON or LTSV that are called so.
  /(?<="[\w.$-]*(?:user(?![_-]?agent)|login|account|auth|mail)[\w.$-]*"\s*:\s*)(?!null|"-?")(?:"(?:[^"\\]|\\.)*"?|\{[^}]*|\[[^\]]*|[^,}\s]+)/gi,
  /(?<=(?:^|\t)[\w.$-]*(?:user(?!-?_?agent)|login|account|auth|mail)[\w.$-]*:)(?!-?(?:\t|$))[^\t]+/gi,
  // DOMAIN\\user, and addresses of mail.
  /[\w.-]+\\{1,2}[\w.$-]+/g,
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  // Behind a hash in a path, and in a matrix of parameters.
  /(?<=\/[^\s"#]*#)[^\s"]+/g,
  /(?<=\/[^\s";]*;[^\s"=;]*=)[^\s";/]+/g,
]

/** Between the address and the time of a log that is like `combined` stand two names; `-`: none. */
function* namesBeforeTime(text: string): Generator<Part> {
  const names = /^(?!\d{4}-)\S+ (.*?) \[\d/d.exec(text)?.indices?.[1]
  if (!names) return
  const [from, to] = names
  for (const { index, 0: found } of text.slice(from, to).matchAll(/\S+/g))
    if (found !== '-' && !isIP(found)) yield { start: from + index, end: from + index + found.length, text: HIDDEN }
}

function* people(text: string): Generator<Part> {
  for (const pattern of PEOPLE)
    for (const { index, 0: found } of text.matchAll(pattern))
      yield { start: index, end: index + found.length, text: HIDDEN }
  yield* namesBeforeTime(text)
}

/** Behind a question mark: within quotes up to the protocol or the closing quote, else up to the next blank. */
function* queries(text: string): Generator<Part> {
  const mark = /\?|\\u003f/gi
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const start = mark.lastIndex
    const quotes = text.slice(0, start).match(/(?<!\\)"/g)?.length ?? 0
    const end = quotes % 2 ? /\s+HTTP\/\d|(?<!\\)"(?=[\s,}\]]|$)|$/g : /[\s"]|$/g
    end.lastIndex = start
    mark.lastIndex = end.exec(text)?.index ?? text.length
    yield { start, end: mark.lastIndex, text: HIDDEN }
  }
}

function* secrets(text: string): Generator<Part> {
  for (const pattern of SECRETS)
    for (const { index, 0: found } of text.matchAll(pattern))
      yield { start: index, end: index + found.length, text: HIDDEN }
}

/** Columns of a W3C record whose name says so, as far as the record has the columns that it should have. */
function* columns(text: string, fields: string | null, hidden: RegExp): Generator<Part> {
  if (fields === null || !/^#fields:/i.test(fields)) return
  const names = fields.trim().split(/\s+/).slice(1)
  for (const [i, { index, 0: value }] of [...text.matchAll(/[^\s]+/g)].entries())
    if (hidden.test(names[i] ?? '') && value !== '-') yield { start: index, end: index + value.length, text: HIDDEN }
}

const ADDRESS =
  /(?<![\w:.])(?:[\da-f]{0,4}:){2,7}\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|(?<![\w:])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?![\w:])/gi

function* addresses(text: string, anonymize: Anonymizer): Generator<Part> {
  for (const { index, 0: found } of text.matchAll(ADDRESS))
    if (isIP(found)) yield { start: index, end: index + found.length, text: anonymize.address(found) }
}

/**
 * Hide query strings and cookies; in a database that is anonymous also names of people, and make addresses what it
 * keeps of them.
 *
 * @param fields the `#Fields` line of a W3C log @param column a place in the text, which is moved with it
 */
export function maskSample(
  text: string,
  column: number,
  fields: string | null,
  anonymize: Anonymizer | undefined,
): { text: string; column: number } {
  const parts = [...queries(text), ...secrets(text), ...columns(text, fields, /query|cookie/i)]
  if (anonymize) parts.push(...addresses(text, anonymize), ...people(text), ...columns(text, fields, /user-?name/i))
  parts.sort((a, b) => a.start - b.start || b.end - a.end)
  let masked = ''
  let moved = column
  let at = 0
  for (const { start, end, text: instead } of parts) {
    if (end <= at) continue
    if (start >= at) {
      masked += text.slice(at, start) + instead
      if (column > start)
        moved = column >= end ? moved + instead.length - (end - start) : masked.length - instead.length
    } else if (column >= end) moved -= end - at
    at = end
  }
  return { text: masked + text.slice(at), column: moved }
}
