import { openSync, readFileSync, readSync } from 'node:fs'
import type { Note, Text, Variant } from './note.js'

// The compiled form of data/*.yaml (see compile.ts): all notes in one file, one after another, and an index of where each begins and
// ends. What is looked up is read, and nothing else: most of what an answer costs is loading.

export interface CompiledIndex {
  readonly authorities: Readonly<Record<string, CompiledAuthority>>
  /** Other spelling, in lower case → `authority:code`. */
  readonly aliases: Readonly<Record<string, string>>
}
export interface CompiledAuthority {
  readonly title: Text
  /** Code → [start, end) of its note, in bytes. */
  readonly notes: Readonly<Record<string, readonly [number, number]>>
}

const folder = new URL('../../dist/generated/catalogue/', import.meta.url)
let loadedIndex: CompiledIndex | undefined
const read = new Map<string, Note>()

export function index(): CompiledIndex {
  loadedIndex ??= JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as CompiledIndex
  return loadedIndex
}

/** What an authority says about a code, if anything. */
export function noteOf(owner: string, code: string): Note | undefined {
  const { authorities } = index()
  const range = Object.hasOwn(authorities, owner) && Object.hasOwn(authorities[owner]?.notes ?? {}, code) ? authorities[owner]?.notes[code] : undefined
  if (!range) return undefined
  const key = `${owner}:${code}`
  let note = read.get(key)
  if (!note) read.set(key, (note = readNote(...range)))
  return note
}

/** Stays open as long as the process: a list of all codes reads every note. */
let file: number | undefined

function readNote(start: number, end: number): Note {
  file ??= openSync(new URL('notes.jsonl', folder), 'r')
  const bytes = Buffer.alloc(end - start)
  readSync(file, bytes, 0, bytes.length, start)
  return JSON.parse(bytes.toString('utf8')) as Note
}

/** Names of all authorities, IANA's and the servers' first, the Win32 values last. */
export function authorities(): string[] {
  const names = new Set(Object.keys(index().authorities))
  names.delete('win32')
  const first = ['class', 'iana', 'iis', 'httperr', 'nginx'].filter((n) => names.delete(n))
  return [...first, ...[...names].sort(), 'win32']
}

/** Codes of an authority; none for a name that is no authority's. */
export function codesOf(owner: string): string[] {
  return Object.hasOwn(index().authorities, owner) ? Object.keys(index().authorities[owner]?.notes ?? {}) : []
}

/** A code as it occurs in a log. */
export interface CodeQuery {
  readonly status: number | null
  readonly substatus?: number | null
  readonly win32Status?: number | null
  readonly reason?: string | null
}

/** How particular the note is that was found, most particular first. */
export type Level = 'win32' | 'reason' | 'substatus' | 'server' | 'iana' | 'other' | 'class' | 'value'

export interface Found {
  readonly note: Note
  readonly authority: string
  readonly level: Level
  /** The variant of the note that holds for the log's software, if one does. */
  readonly variant: Variant | undefined
  /** Authorities that give the same status a meaning of their own, when no server told which one holds. */
  readonly alsoOwnedBy: readonly string[]
}

/** Authority of the reasons (sub-codes in words) of a server. */
const REASON_AUTHORITY: Readonly<Record<string, string>> = { httpsys: 'httperr', haproxy: 'haproxy', envoy: 'envoy' }
/** Authorities that are no servers: never another owner of a status. */
const GENERAL = new Set(['iana', 'class', 'win32', 'derived'])
/** Of owners of the same code those are named first whose logs are most read. */
const OWNERS_FIRST = ['nginx', 'apache', 'cloudflare', 'aws-elb', 'haproxy']

/**
 * The most particular note on a code: server + status + sub-status + Win32 status, then without the Win32 status, then server + status,
 * then IANA's, then that of another owner, then the class.
 *
 * A Win32 status for which there is no note of its own but which says that the client had left makes a delivered answer (2xx, 3xx)
 * noise: the notes `2xx/64`, `2xx/995` … say why.
 *
 * @param software the `#Software` line of the log: it chooses between the meanings of IIS versions
 */
export function lookUp(code: CodeQuery, server: string | null, software: string | null = null): Found | undefined {
  const owner = server ?? (code.substatus == null ? null : 'iis')
  for (const [name, key, level] of places(code, owner)) {
    const note = noteOf(name, key)
    if (note) return found(note, name, level, code, server, software)
  }
  return undefined
}

function* places({ status, substatus, win32Status, reason }: CodeQuery, owner: string | null): Generator<[string, string, Level]> {
  if (reason != null) {
    const reasons = REASON_AUTHORITY[owner ?? '']
    if (reasons === 'haproxy') yield [reasons, reason.slice(0, 2), 'reason']
    if (reasons) yield [reasons, reason, 'reason']
    if (owner) yield [owner, reason, 'reason']
    // Who made an error leaves its meaning as it is; the other derived reasons say more than the status.
    if (!reason.startsWith('made-')) yield ['derived', reason, 'reason']
  }
  if (status === null) return
  const three = String(status).padStart(3, '0')
  if (owner !== null) {
    // A log of IIS without the column of sub-status codes: below 500, a Win32 status tells more than the sub-status 0 would.
    const sub = substatus ?? (status < 500 ? 0 : null)
    if (win32Status != null && sub !== null) {
      yield [owner, `${three}.${sub}/${win32Status}`, 'win32']
      if (status >= 200 && status < 400) yield [owner, `2xx/${win32Status}`, 'win32']
    }
    if (substatus != null) {
      yield [owner, `${three}.${substatus}`, 'substatus']
      yield [owner, `${three}.${substatus}/*`, 'win32']
    }
    yield [owner, three, 'server']
    // Some write a request without a status as 0, not 000.
    if (status < 100) yield [owner, String(status), 'server']
    if (substatus == null || substatus === 0) yield [owner, `${three}.0`, 'server']
  }
  yield ['iana', three, 'iana']
  // Another owner's meaning is a guess; where the server is known it would be a wrong one.
  if (owner === null) for (const other of ownersOf(three)) yield [other, three, 'other']
  if (status >= 100 && status < 600) yield ['class', `${three[0]}xx`, 'class']
}

function found(note: Note, name: string, level: Level, { status, substatus }: CodeQuery, server: string | null, software: string | null): Found {
  const version = /Internet Information Services (\d+(?:\.\d+)?)/i.exec(software ?? '')?.[1]
  const variant =
    version === undefined
      ? undefined
      : note.variants?.find(
          (v) => (v.from !== undefined || v.below !== undefined) && Number(version) >= (v.from ?? 0) && Number(version) < (v.below ?? Infinity),
        )
  const owners = status === null || server !== null || substatus != null ? [] : ownersOf(String(status).padStart(3, '0'))
  return { note, authority: name, level, variant, alsoOwnedBy: owners.filter((o) => o !== name) }
}

/** Servers and services that give a code a meaning of their own, those first whose logs are most read. */
export function ownersOf(code: string): string[] {
  const owners = authorities().filter((name) => !GENERAL.has(name) && Object.hasOwn(index().authorities[name]?.notes ?? {}, code))
  return [...OWNERS_FIRST.filter((o) => owners.includes(o)), ...owners.filter((o) => !OWNERS_FIRST.includes(o))]
}

/** What is known of a Win32 status value. */
export interface Win32Value {
  readonly value: number
  /** `0x8009030E` */
  readonly hex: string
  readonly symbol: string | null
  readonly note: Note | undefined
  /** Where the value belongs, by its range: `win32`, `winhttp`, `sspi` … */
  readonly family: string
  /** For an HRESULT of facility 7, the Win32 value inside, which is what IIS logs. */
  readonly inner: number | null
}

let symbols: Record<string, string> | undefined

/** Name a Win32 status value; an unknown one is decoded by rule and shown as itself. */
export function win32Value(value: number): Win32Value {
  const note = noteOf('win32', String(value))
  const inner = value >>> 16 === 0x8007 ? value & 0xffff : null
  let symbol = note?.symbol ?? null
  if (symbol === null) {
    symbols ??= JSON.parse(readFileSync(new URL('win32-symbols.json', folder), 'utf8')) as Record<string, string>
    symbol = symbols[String(value)] ?? (inner === null ? null : (symbols[String(inner)] ?? null))
  }
  return { value, hex: `0x${value.toString(16).toUpperCase().padStart(8, '0')}`, symbol, note, family: familyOf(value), inner }
}

/** https://learn.microsoft.com/windows/win32/com/structure-of-com-error-codes */
function familyOf(value: number): string {
  if (value >= 12000 && value < 12200) return 'WinHTTP'
  if (value >= 10000 && value < 12000) return 'Winsock'
  if (value < 0x10000) return 'Win32'
  if (value >>> 28 === 0xc) return 'NTSTATUS'
  const facility = (value >>> 16) & 0x7ff
  const names: Record<number, string> = { 7: 'HRESULT of a Win32 error', 9: 'SSPI', 11: 'certificate', 4: 'COM', 51: 'WinRM' }
  return value >>> 31 ? (names[facility] ?? `HRESULT, facility ${facility}`) : 'Win32'
}
