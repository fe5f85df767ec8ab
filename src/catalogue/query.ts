import { LogstatError } from '../errors.js'
import { authorities, authority, type CodeQuery, type Found, index, lookUp, type Win32Value, win32Value } from './catalogue.js'

/** What was asked for and what was found. `win32` is set when a Win32 value was part of the question. */
export interface Answer {
  readonly query: string
  readonly found: Found | undefined
  readonly win32: Win32Value | undefined
}

const EXAMPLES = 'Ask for example: 404 · 403.14 · 401.1/2148074254 · 500-11 · 4xx · win32:64 · 0x8007007E · httperr:QueueFull · haproxy:sH--'

/**
 * Answer one question of `logstat explain`, e.g. `403.14`, `404.0/2`, `500-11`, `win32:64`, `httperr:QueueFull`.
 *
 * @throws LogstatError `unknown-code` with what may have been meant
 */
export function answer(query: string, server: string | null): Answer {
  const text = query.trim()
  const direct = /^([a-z][a-z0-9-]*):(.+)$/i.exec(text)
  if (direct) return answerAuthority(query, (direct[1] as string).toLowerCase(), direct[2] as string)
  if (/^0x[\da-f]{1,8}$/i.test(text)) return answerWin32(query, Number(text))
  if (/^[1-5]xx$/i.test(text)) return { query, found: byKey('class', text.toLowerCase()), win32: undefined }

  const alias = index().aliases[text.toLowerCase()]
  const match = /^(\d{1,3})(?:\.(\d+))?(?:\/(\d+|0x[\da-f]+))?$/i.exec(text)
  if (match) {
    const [, status, sub, value] = match
    const win32Status = value === undefined ? null : inLog(Number(value))
    const code: CodeQuery = { status: Number(status), substatus: sub === undefined ? (value === undefined ? null : 0) : Number(sub), win32Status }
    const found = lookUp(code, server)
    const win32 = win32Status === null ? undefined : win32Value(win32Status)
    const exact = found && (sub === undefined || found.level === 'win32' || found.level === 'substatus' || (Number(sub) === 0 && found.level !== 'class'))
    if (exact || (found && win32?.symbol)) return { query, found, win32 }
    if (found && found.level !== 'class' && sub !== undefined && !alias) return refuse(query, `${text} is not in the catalogue; ${status} is`)
    if (found && sub === undefined && found.level !== 'class') return { query, found, win32 }
  }
  if (alias) {
    const [owner, code] = alias.split(/:(.*)/s) as [string, string]
    return { query, found: byKey(owner, code), win32: undefined }
  }
  const old = /^(\d{3})[-_](\d+)(?:\.asp)?$/.exec(text)
  if (old) return { ...answer(`${old[1]}.${old[2]}`, server), query }
  if (/^\d{4,10}$/.test(text) && Number(text) <= 0xffffffff) return answerWin32(query, Number(text))
  return refuse(query, `${text} is not in the catalogue`)
}

/** IIS logs an HRESULT of facility 7 as its low 16 bits; the error page shows it whole. Ask with either. */
function inLog(value: number): number {
  return value >>> 16 === 0x8007 ? value & 0xffff : value
}

function answerWin32(query: string, value: number): Answer {
  const win32 = win32Value(value)
  const note = win32.note ?? (win32.inner === null ? undefined : authority('win32')?.notes[String(win32.inner)])
  return { query, found: note && { note, authority: 'win32', level: 'win32', variant: undefined, alsoOwnedBy: [] }, win32 }
}

function answerAuthority(query: string, owner: string, code: string): Answer {
  if (owner === 'win32') {
    const value = Number(code)
    if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return answerWin32(query, value)
    return refuse(query, `${code} is no Win32 status: it is a number up to 4294967295 or 0xFFFFFFFF`)
  }
  const known = authority(owner)
  if (!known) throw new LogstatError('unknown-code', `${query}: there is no authority "${owner}"`, `Known: ${authorities().join(', ')}.`)
  const wanted = code.toLowerCase()
  const key =
    Object.keys(known.notes).find((k) => k.toLowerCase() === wanted) ??
    (owner === 'haproxy' ? Object.keys(known.notes).find((k) => k.length === 2 && code.startsWith(k)) : undefined)
  if (key === undefined) return refuse(query, `${code} is not in the catalogue of ${owner}`)
  return { query, found: byKey(owner, key), win32: undefined }
}

function byKey(owner: string, key: string): Found | undefined {
  const note = authority(owner)?.notes[key]
  return (
    note && {
      note,
      authority: owner,
      level: owner === 'class' ? 'class' : key.includes('/') ? 'win32' : key.includes('.') ? 'substatus' : 'server',
      variant: undefined,
      alsoOwnedBy: [],
    }
  )
}

function refuse(query: string, message: string): never {
  const near = nearest(query)
  throw new LogstatError('unknown-code', message, near.length ? `Did you mean ${near.join(', ')}?` : EXAMPLES)
}

/** Codes whose spelling is close to the query: same status, or a slip of one or two letters. */
function nearest(query: string): string[] {
  const wanted = query.toLowerCase().replace(/^[a-z-]+:/, '')
  const keys = Object.entries(index().owners).map(([code, owners]) => ({ code, shown: /^\d/.test(code) ? code : `${owners[0]}:${code}` }))
  return keys
    .map(({ code, shown }) => ({ shown, distance: distance(wanted, code.toLowerCase()) }))
    .filter(({ distance: d }) => d <= Math.max(1, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.distance - b.distance || (a.shown < b.shown ? -1 : 1))
    .slice(0, 4)
    .map(({ shown }) => shown)
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length] as number
}
