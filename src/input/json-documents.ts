import type { Token } from 'stream-json/core/parser.js'
import { type Chunks, PackedError } from './packing/packed.js'
import type { Recoding } from './recode.js'

// A JSON document is not read line by line: one array of records, an object that holds such an array, or records
// printed over several lines. Each record is made one line, so that what reads JSON lines reads it. Tokens are written
// as they come: no record is built, and numbers keep their digits.

/** Properties of a document under which its records stand. */
const RECORD_KEYS: ReadonlySet<string> = new Set([
  'records',
  'Records',
  'logs',
  'entries',
  'events',
  'items',
  'data',
  'value',
  'values',
  'results',
  'rows',
])

const RECORDS_BEGIN = new RegExp(`"(?:${[...RECORD_KEYS].join('|')})"\\s*:\\s*\\[\\s*(?:\\{|$)`)

export const JSON_DOCUMENT: Recoding = { name: 'JSON document', recode: jsonRecords }

/** Whether the input is a JSON document, and not JSON lines or something else. @param isWhole `head` is all there is */
export function isJsonDocument(head: Uint8Array, isWhole: boolean): boolean {
  const text = Buffer.from(head)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  if (text[0] === '[') return /^\[\s*(?:[{\]]|$)/.test(text)
  if (text[0] !== '{') return false
  const newline = text.indexOf('\n')
  // A line that does not end within the head: an object of one line that is no document comes out as it is.
  if (newline === -1 && !isWhole) return /^\{\s*"/.test(text)
  const line = (newline === -1 ? text : text.slice(0, newline)).trim()
  try {
    const value = JSON.parse(line) as Record<string, unknown>
    return Object.entries(value).some(
      ([key, v]) => RECORD_KEYS.has(key) && Array.isArray(v) && v.every((r) => typeof r === 'object'),
    )
  } catch {
    // JSON lines are often not quite JSON (\xHH, raw quotes), but each of them ends where its object does.
    return !/\},?$/.test(line) || RECORDS_BEGIN.test(line)
  }
}

/** Text given to the parser at once: of that in which it meets an error, it hands out nothing. */
const SLICE = 4 << 10
/** Text of a record up to which it is not yet certain that it is one, and not a document with records in it. */
const UNDECIDED = 2 << 20
const PIECE = 64 << 10
/** A string, or a number, that is longer is refused: the parser keeps it in memory until it ends. */
const LONGEST_VALUE = 16 << 20

async function* jsonRecords(chunks: Chunks): AsyncGenerator<Buffer> {
  const { jsonParser } = await import('stream-json/core/parser.js')
  const parse = jsonParser({ streamValues: false, jsonStreaming: true })
  const decoder = new TextDecoder()
  const records = new Records()
  /** Text since the last token. */
  let silent = 0
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true })
    let broken: Error | undefined
    try {
      for (let at = 0; at < text.length; at += SLICE) {
        const found = parse(text.slice(at, at + SLICE))
        // Several tokens, or a mark that says that there are none yet.
        if (typeof found === 'object') for (const token of found.values) records.take(token)
        silent = typeof found === 'object' ? 0 : silent + SLICE
        if (silent > LONGEST_VALUE)
          throw new PackedError('unsupported', {
            en: 'a value in it is longer than 16 MiB',
            zh: '其中有一个值超过 16 MiB',
          })
      }
    } catch (error) {
      broken = error as Error
    }
    yield Buffer.from(records.finished())
    if (broken) throw broken instanceof PackedError ? broken : new PackedError('broken', broken.message)
  }
  if (records.depth > 0) throw new PackedError('early', { en: 'a bracket is not closed', zh: '有括号未闭合' })
}

const OPENS = new Set(['startObject', 'startArray'])
const CLOSES = new Set(['endObject', 'endArray'])
const TEXTS: Partial<Record<Token['name'], string>> = {
  startObject: '{',
  startArray: '[',
  endObject: '}',
  endArray: ']',
  nullValue: 'null',
  trueValue: 'true',
  falseValue: 'false',
}

class Records {
  depth = 0
  /** The depth records stand at; Infinity where none is. */
  #at = Infinity
  /** The property last named at depth 1. */
  #key = ''
  /** The text of the record being read. */
  #text = ''
  /** Complete lines, and the beginning of one that is too long to wait for. */
  #finished = ''
  #begun = false
  /** The next value is not the first where it stands. */
  #comma = false

  take(token: Token): void {
    const { name } = token
    if (this.depth === 0) {
      this.#at = name === 'startArray' ? 1 : 0
      if (this.#at === 1) {
        this.depth = 1
        return
      }
    }
    if (this.depth === 1 && this.#at !== 1) {
      if (name === 'keyValue') this.#key = token.value as string
      if (name === 'startArray' && RECORD_KEYS.has(this.#key) && !this.#begun) {
        this.#at = 2
        this.depth = 2
        this.#text = ''
        this.#comma = false
        return
      }
    }
    const leaves = CLOSES.has(name) && this.depth === this.#at
    if (CLOSES.has(name)) this.depth--
    if (leaves) this.#at = Infinity
    if (this.depth >= this.#at) this.#add(token)
    if (OPENS.has(name)) this.depth++
  }

  #add(token: Token): void {
    const { name } = token
    const value = 'value' in token ? token.value : null
    if (this.#comma && !CLOSES.has(name)) this.#text += ','
    this.#text += TEXTS[name] ?? (name === 'numberValue' ? value : JSON.stringify(value))
    if (name === 'keyValue') this.#text += ':'
    this.#comma = !OPENS.has(name) && name !== 'keyValue'
    if (this.depth === this.#at && this.#comma) {
      this.#finished += `${this.#text}\n`
      this.#text = ''
      this.#comma = false
      this.#begun = false
    } else if (this.#text.length > (this.#at === 0 && !this.#begun ? UNDECIDED : PIECE)) {
      this.#finished += this.#text
      this.#text = ''
      this.#begun = true
    }
  }

  finished(): string {
    const text = this.#finished
    this.#finished = ''
    return text
  }
}
