import { openSync, readFileSync, readSync } from 'node:fs'
import type { HowTo, Language, Note, Text } from './note.js'

// The compiled form of data/*.yaml (see compile.ts): all notes in one file, one after another, and an index of where
// each begins and ends. Only a note that is looked up is read: most of what an answer costs is loading.

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

/** The note of an authority on a code, if there is one. */
export function noteOf(owner: string, code: string): Note | undefined {
  const { authorities } = index()
  const range =
    Object.hasOwn(authorities, owner) && Object.hasOwn(authorities[owner]?.notes ?? {}, code)
      ? authorities[owner]?.notes[code]
      : undefined
  if (!range) return undefined
  const key = `${owner}:${code}`
  let note = read.get(key)
  if (!note) read.set(key, (note = readNote(...range)))
  return note
}

/** The file of notes, which stays open as long as the process: a list of all codes reads every note. */
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
  const first = ['class', 'iana', 'iis', 'httperr', 'nginx', 'apache'].filter((n) => names.delete(n))
  return [...first, ...[...names].sort(), 'win32']
}

/** Codes of an authority; none for a name that is no authority's. */
export function codesOf(owner: string): string[] {
  return Object.hasOwn(index().authorities, owner) ? Object.keys(index().authorities[owner]?.notes ?? {}) : []
}

let howTos: readonly HowTo[] | undefined

/** Instructions for things that a note asks for, when they are told once for many notes. */
export function howTosOf(authority: string, note: Note, language: Language): readonly HowTo[] {
  howTos ??= JSON.parse(readFileSync(new URL('how-to.json', folder), 'utf8')) as readonly HowTo[]
  const said = [...(note.checks ?? []), ...(note.causes ?? []), ...(note.remedy ? [note.remedy] : [])]
    .map((text) => text[language])
    .join('\n')
  return howTos.filter((howTo) => howTo.authorities.includes(authority) && new RegExp(howTo.mention).test(said))
}

/** A Win32 status value with its names and its note. */
export interface Win32Value {
  readonly value: number
  /** `0x8009030E` */
  readonly hex: string
  readonly symbol: string | null
  readonly note: Note | undefined
  /** Family that the value belongs to, by its range: `Win32`, `WinHTTP`, `SSPI` … */
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
  return {
    value,
    hex: `0x${value.toString(16).toUpperCase().padStart(8, '0')}`,
    symbol,
    note,
    family: familyOf(value),
    inner,
  }
}

/** https://learn.microsoft.com/windows/win32/com/structure-of-com-error-codes */
function familyOf(value: number): string {
  if (value >= 12000 && value < 12200) return 'WinHTTP'
  if (value >= 10000 && value < 12000) return 'Winsock'
  if (value < 0x10000) return 'Win32'
  if (value >>> 28 === 0xc) return 'NTSTATUS'
  const facility = (value >>> 16) & 0x7ff
  const names: Record<number, string> = {
    7: 'HRESULT of a Win32 error',
    9: 'SSPI',
    11: 'certificate',
    4: 'COM',
    51: 'WinRM',
  }
  return value >>> 31 ? (names[facility] ?? `HRESULT, facility ${facility}`) : 'Win32'
}
