import { isUtf8 } from 'node:buffer'
import { rowOf, tableOf, writeRow } from './table.js'
import { type Opening, WRAPPERS, wrapperNamed } from './wrappers.js'

// Lines are texts with a character for each byte, as patterns see them: every byte comes through.

/**
 * One wrapper around the lines of a log, and what its first lines tell of it: plain data, which may be sent to another
 * thread.
 */
export interface Layer {
  /** The name of one of `WRAPPERS`. */
  readonly name: string
  /** The key of a JSON object that holds the line. */
  readonly key?: string
  /** The names of the columns of a table, and what separates them. */
  readonly columns?: readonly string[]
  readonly separator?: string
  /** Its time goes before each line, which has none. */
  readonly givesTime?: true
}

/** The wrappers around each line of a log, from the outside in. */
export type Wrapping = readonly Layer[]

/** Whether a line may come in several parts in one of the wrappers. */
export const hasParts = (wrapping: Wrapping): boolean => wrapping.some(({ name }) => IN_PARTS.has(name))
const IN_PARTS = new Set(
  WRAPPERS.filter(
    ({ opens }) => 'inParts' in opens || (opens.kind === 'prefix' && opens.pattern.source.includes('<part>')),
  ).map(({ name }) => name),
)

/** The text in the wrapper of a line. `part`: the rest follows in the next line of the same name. */
interface Opened {
  readonly text: string
  readonly part?: string | undefined
  /** The name by which a line goes with a part before it. */
  readonly of?: string | undefined
  /** The wrapper says when the line was received. */
  readonly time?: string | undefined
}
/** undefined: the line is not in the wrapper, and is taken as it is. */
type Open = (line: string) => Opened | string | undefined

function openerOf(layer: Layer): Open {
  const opens = wrapperNamed(layer.name)?.opens
  if (!opens) throw new Error(`there is no wrapper ${layer.name}`)
  switch (opens.kind) {
    case 'prefix':
      return openPrefix(opens.pattern)
    case 'json':
      return (line) => openJson(line, layer.key ?? (opens.keys[0] as string), opens.inParts === true)
    case 'json-text':
      return (line) => openJsonText(line, layer.key ?? (opens.keys[0] as string))
    case 'erase':
      return (line) => (line.search(opens.pattern) === -1 ? undefined : line.replace(opens.pattern, ''))
    case 'pairs':
      return openPairs
    case 'table':
      return openTable(layer.columns ?? [], layer.separator ?? ',')
  }
}

function openPrefix(pattern: RegExp): Open {
  return (line) => {
    pattern.lastIndex = 0
    const found = pattern.exec(line)
    if (!found) return undefined
    const text = line.slice(found[0].length)
    const { part, stream, time } = found.groups ?? {}
    return { text, of: stream, part: part === 'P' ? stream : undefined, time }
  }
}

const ofBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
/** A text in which UTF-8 is characters. */
function charactersOf(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(line)) return line
  const bytes = Buffer.from(line, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : line
}

type JsonObject = Readonly<Record<string, unknown>>

/** The object that a line is; undefined when it is none. */
function objectOf(line: string): JsonObject | undefined {
  if (!/^\s*\{/.test(line)) return undefined
  try {
    return JSON.parse(charactersOf(line.replace(/,\s*$/, ''))) as JsonObject
  } catch {
    return undefined
  }
}

/** The value at a path with points in it. */
function valueAt(object: JsonObject, path: string): unknown {
  if (Object.hasOwn(object, path)) return object[path]
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? (value as JsonObject)[key] : undefined),
      object,
    )
}

function openJson(line: string, key: string, inParts: boolean): Opened | string | undefined {
  const object = objectOf(line)
  const value = object && valueAt(object, key)
  // A text that is no UTF-8 is a list of bytes in journald.
  const found =
    Array.isArray(value) && value.every((byte) => Number.isInteger(byte))
      ? Buffer.from(value).toString('latin1')
      : value
  if (typeof found !== 'string') return undefined
  const bytes = found === value ? ofBytes(found) : found
  const text = bytes.replace(/\r?\n$/, '')
  const time = TIME_KEYS.map((name) => object?.[name]).find((moment) => moment !== undefined && moment !== null)
  const of = String(object?.stream ?? '')
  return {
    text,
    of,
    part: inParts && text === bytes ? of : undefined,
    time: time === undefined ? undefined : String(time),
  }
}

/** The keys under which collectors write when they got a line. */
const TIME_KEYS = ['time', '@timestamp', 'timestamp', '__REALTIME_TIMESTAMP', 'ts', '_time'] as const

function openJsonText(line: string, key: string): string | undefined {
  const object = objectOf(line)
  const value = object?.[key]
  const inner = typeof value === 'string' ? objectOf(value) : undefined
  return inner && ofBytes(JSON.stringify({ ...object, [key]: inner }))
}

const PAIR = /\s*([A-Za-z_@][\w.@/-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?=\s|$)/y
/** Fewer are rather some words with an equals sign among them. */
const FEWEST_PAIRS = 3

function openPairs(line: string): string | undefined {
  const pairs: string[] = []
  PAIR.lastIndex = 0
  for (let end = 0; end < line.trimEnd().length; end = PAIR.lastIndex) {
    const [, key = '', value = ''] = PAIR.exec(line) ?? []
    if (key === '') return undefined
    pairs.push(`"${key}":${value.startsWith('"') ? value : `"${value.replaceAll('\\', '\\\\')}"`}`)
    // A message that is the request of the line.
    const request = /^msg$|^message$/.test(key)
      ? /^"(?:HTTP: )?([A-Z]{3,10} (?:\/|https?:\/\/)[^"]*)"$/.exec(value)?.[1]
      : undefined
    if (request !== undefined) pairs.push(`"request":"${request}"`)
  }
  return pairs.length < FEWEST_PAIRS ? undefined : `{${pairs.join(',')}}`
}

function openTable(columns: readonly string[], separator: string): Open {
  return (line) => {
    const row = rowOf(line, separator)
    if (row.length !== columns.length) return undefined
    // The names again, of another table in the same file.
    return row.every((value, i) => value === columns[i]) ? '' : writeRow(columns, row)
  }
}

/** Takes lines out of what stands around them, one after the other. */
export class Unwrapper {
  readonly #layers: readonly { readonly open: Open; readonly parts: Map<string, string>; readonly givesTime: boolean }[]
  readonly #joins: boolean

  /** @param joins parts of a line are put together; otherwise each counts as a line */
  constructor(wrapping: Wrapping, joins = true) {
    this.#layers = wrapping.map((layer) => ({
      open: openerOf(layer),
      parts: new Map(),
      givesTime: layer.givesTime === true,
    }))
    this.#joins = joins
  }

  /** The text in the wrappers of a line; undefined when it is a part, and the rest is still to come. */
  take(line: string): string | undefined {
    let text = line
    for (const { open, parts, givesTime } of this.#layers) {
      const opened = open(text)
      if (opened === undefined) continue
      const { text: inner, of = '', part, time } = typeof opened === 'string' ? { text: opened } : opened
      text = givesTime && time !== undefined && !parts.has(of) ? withTime(inner, time) : inner
      if (!this.#joins) continue
      text = (parts.get(of) ?? '') + text
      if (part !== undefined && text.length < MAX_JOINED) {
        parts.set(of, text)
        return undefined
      }
      parts.delete(of)
    }
    return text
  }

  /** Parts whose rest is still to come. */
  get isWaiting(): boolean {
    return this.#layers.some(({ parts }) => parts.size > 0)
  }

  /** The parts of lines whose rest never came. */
  rest(): string[] {
    const left = this.#layers.flatMap(({ parts }) => [...parts.values()])
    for (const { parts } of this.#layers) parts.clear()
    return left
  }
}

/** A line with the time before it: as one of its pairs, if it is logfmt. */
const withTime = (line: string, time: string): string =>
  `${/^[A-Za-z_]\w*=/.test(line) ? 'logged_at=' : ''}${time} ${line}`

/** Bytes of a line up to which its parts are put together. */
const MAX_JOINED = 256 << 10

/** A wrapper is tried where so many of the lines are in it. */
const SHARE = 0.2

/** The wrappers that may stand around these lines, each to be tried by itself. */
export function layersOf(lines: readonly string[]): Layer[] {
  return WRAPPERS.flatMap(({ name, opens }) => candidates(name, opens, lines)).filter((layer) => {
    const open = openerOf(layer)
    return lines.filter((line) => open(line) !== undefined).length >= Math.max(1, lines.length * SHARE)
  })
}

function candidates(name: string, opens: Opening, lines: readonly string[]): Layer[] {
  if (opens.kind === 'table') {
    const table = lines[0] === undefined ? undefined : tableOf(lines)
    return table ? [{ name, ...table }] : []
  }
  if (opens.kind !== 'json' && opens.kind !== 'json-text') return [{ name }]
  const objects = lines
    .slice(0, LOOKED_AT)
    .map(objectOf)
    .filter((object) => object !== undefined)
  return opens.keys
    .filter((key) => objects.some((object) => isLine(valueAt(object, key))))
    .map((key) => ({ name, key }))
}

/** Objects that are looked at for their keys. */
const LOOKED_AT = 50

const isLine = (value: unknown): boolean => typeof value === 'string' || Array.isArray(value)
