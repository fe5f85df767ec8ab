import { editDistance } from '../edit-distance.js'
import { LogstatError, type Message } from '../errors.js'
import { SERVERS } from '../format/format.js'
import { authorities, codesOf, index, noteOf, type Win32Value, win32Value } from './catalogue.js'
import { compose } from './compose.js'
import { authoritiesOf, type Found, lookUp } from './look-up.js'
import type { Note } from './note.js'

/** A note and whose it is. */
export interface Owned {
  readonly authority: string
  readonly note: Note
}

/** The answer to a question of `logstat explain`. */
export interface Answer {
  readonly query: string
  readonly found: Found | undefined
  /** Set when a Win32 value was part of the question. */
  readonly win32: Win32Value | undefined
  /**
   * Notes of others who use the code, when no server told whose it is; for a Win32 value alone, those of the codes that
   * it is known beside.
   */
  readonly others: readonly Owned[]
}

const CODES =
  '404 · 403.14 · 401.1/2148074254 · 500-11 · 4xx · win32:64 · 0x8007007E · httperr:QueueFull · haproxy:sH--'
const EXAMPLES = { en: `Ask for example: ${CODES}`, zh: `可以查询，例如：${CODES}` }

/**
 * The owner of the meanings that are asked for. @throws LogstatError when no catalogue and no log format knows the
 * owner
 */
export function checkOwner(server: string | undefined): string | null {
  if (server === undefined) return null
  const known = [...new Set<string>([...SERVERS, ...authorities()])].sort()
  if (!known.includes(server))
    throw new LogstatError(
      'unknown-server',
      { en: `there is no server "${server}"`, zh: `没有名为“${server}”的服务器` },
      { en: `Known: ${known.join(', ')}.`, zh: `已知：${known.join('、')}。` },
    )
  return server
}

/** A list such as `404,500` is several questions; Envoy's flags `UF,URX` are one. */
export function questionsOf(query: string): string[] {
  const parts = query
    .normalize('NFKC')
    .split(',')
    .map((part) => part.trim())
  return parts.length > 1 && parts.every((part) => /^\d/.test(part)) ? parts : [query]
}

/**
 * Answer one question of `logstat explain`, e.g. `403.14`, `404.0/2`, `500-11`, `win32:64`, `httperr:QueueFull`, `503
 * N/A`, `HTTP/1.1 404`.
 *
 * @throws LogstatError `unknown-code` with what may have been meant
 */
export function answer(query: string, server: string | null): Answer {
  // Full-width digits and stops are those of a Chinese keyboard.
  const text = query
    .normalize('NFKC')
    .trim()
    .replace(/^HTTP(?:\/\d(?:\.\d)?)?[\s:]+(?=\d)/i, '')
  const direct = /^([a-z][a-z0-9-]*):(.+)$/i.exec(text)
  if (direct) return answerAuthority(query, (direct[1] as string).toLowerCase(), direct[2] as string)
  if (/^0x[\da-f]{1,8}$/i.test(text)) return answerWin32(query, Number(text))
  if (/^[1-5]xx$/i.test(text)) return answerNote(query, 'class', text.toLowerCase())
  return (
    answerCode(query, text, server) ??
    answerInReport(query, text, server) ??
    answerSpelling(query, text, server) ??
    answerNumber(query, text) ??
    refuse(query, { en: `${text} is not in the catalogue`, zh: `目录中没有 ${text}` })
  )
}

/** `404`, `403.14`, `401.1/2148074254`, `502.3/0x80072EE2`, and as an IIS log has it: `401 1 2148074254`. */
function answerCode(query: string, text: string, server: string | null): Answer | undefined {
  const match = /^(\d{1,3})(?:[. ](\d+))?(?:[/ ](\d+|0x[\da-f]+))?$/i.exec(text)
  if (!match) return undefined
  const [, status, sub, value] = match
  const win32Status = value === undefined ? null : inLog(Number(value))
  const substatus = sub === undefined ? (value === undefined ? null : 0) : Number(sub)
  // Only IIS has sub-status codes.
  const found = lookUp({ status: Number(status), substatus, win32Status }, substatus === null ? server : 'iis')
  const win32 = win32Status === null ? undefined : win32Value(win32Status)
  if (!found || found.level === 'class') return undefined
  return { query, found, win32, others: found.alsoOwnedBy.flatMap((owner) => owned(owner, found.note.code)) }
}

/**
 * A code as a report prints it: `400 no-request`, `503 N/A`, `504 sH--`, `- Client_Reset`; and with its name, `404 Not
 * Found`.
 */
function answerInReport(query: string, text: string, server: string | null): Answer | undefined {
  const [, status, reason = ''] = /^(-|\d{3}(?:\.\d+)?)\s+(\S.*)$/.exec(text) ?? []
  if (status === undefined) return undefined
  const owner = ownerOfReason(reason, server)
  const beside = owned('iana', status)
  if (owner) return { ...answerNote(query, owner, reason), others: beside }
  // A reason phrase is free text: the number counts.
  return /^[A-Za-z][A-Za-z' -]*$/.test(reason) ? answerCode(query, status, server) : undefined
}

/** The owner of a reason: the server asked about, else whoever has a note on the reason. */
function ownerOfReason(reason: string, server: string | null): string | undefined {
  const names =
    server === null
      ? authorities().filter((name) => name !== 'win32' && name !== 'iana')
      : [...authoritiesOf(server), 'derived']
  return (
    names.find((name) => noteOf(name, reason) !== undefined) ??
    names.find((name) => compose(name, reason) !== undefined)
  )
}

/** Other spellings: `500-11`, `Payload Too Large`, and what only one authority can mean: `QueueFull`, `H12`. */
function answerSpelling(query: string, text: string, server: string | null): Answer | undefined {
  const { aliases } = index()
  const alias = Object.hasOwn(aliases, text.toLowerCase()) ? aliases[text.toLowerCase()] : undefined
  if (alias) return answerNote(query, ...(alias.split(/:(.*)/s) as [string, string]))
  const old = /^(\d{3})[-_](\d+)(?:\.asp)?$/.exec(text)
  if (old) return answerCode(query, `${old[1]}.${old[2]}`, server)
  const code = /^\d(?!xx\/)/i.test(text) ? undefined : spelling(allCodes(), text)
  if (code === undefined) {
    const owner = ownerOfReason(text, server)
    return owner === undefined ? undefined : answerNote(query, owner, text)
  }
  const [first, ...rest] = authorities().filter((owner) => noteOf(owner, code) !== undefined)
  return first === undefined
    ? undefined
    : { ...answerNote(query, first, code), others: rest.flatMap((owner) => owned(owner, code)) }
}

/** A bare number is taken for a Win32 status only when it is a known one: 40314 is rather a slip for 403.14. */
function answerNumber(query: string, text: string): Answer | undefined {
  if (!/^\d{4,10}$/.test(text) || Number(text) > MOST) return undefined
  return win32Value(Number(text)).symbol === null ? undefined : answerWin32(query, Number(text))
}

const MOST = 0xffffffff

/** IIS logs an HRESULT of facility 7 as its low 16 bits; the error page shows it whole. Ask with either. */
function inLog(value: number): number {
  return value >>> 16 === 0x8007 ? value & 0xffff : value
}

function answerWin32(query: string, value: number): Answer {
  const win32 = win32Value(value)
  const note = win32.note ?? (win32.inner === null ? undefined : noteOf('win32', String(win32.inner)))
  const found: Found | undefined = note && {
    note,
    authority: 'win32',
    level: 'value',
    variant: undefined,
    alsoOwnedBy: [],
  }
  const beside = codesOf('iis').filter((code) => code.endsWith(`/${inLog(value)}`))
  return { query, found, win32, others: beside.flatMap((code) => owned('iis', code)) }
}

function answerAuthority(query: string, owner: string, code: string): Answer {
  if (owner === 'win32') {
    const value = Number(code)
    if (Number.isInteger(value) && value >= 0 && value <= MOST) return answerWin32(query, value)
    return refuse(query, {
      en: `${code} is no Win32 status: it is a number up to 4294967295 or 0xFFFFFFFF`,
      zh: `${code} 不是 Win32 状态：应为不超过 4294967295 或 0xFFFFFFFF 的数`,
    })
  }
  const names = authoritiesOf(owner).filter((name) => codesOf(name).length > 0)
  if (names.length === 0)
    throw new LogstatError(
      'unknown-code',
      { en: `${query}: there is no authority "${owner}"`, zh: `${query}：没有名为“${owner}”的产品` },
      { en: `Known: ${authorities().join(', ')}.`, zh: `已知：${authorities().join('、')}。` },
    )
  for (const name of names) {
    // Some write a request without a status as 0, not 000.
    const three = /^\d{1,2}$/.test(code) ? code.padStart(3, '0') : code
    const key = spelling(codesOf(name), code) ?? spelling(codesOf(name), three) ?? (compose(name, code) && code)
    if (key !== undefined) return answerNote(query, name, key)
  }
  return refuse(query, { en: `${code} is not in the catalogue of ${owner}`, zh: `${owner} 的目录中没有 ${code}` })
}

/**
 * The key as it is written; else, where only case differs, as it may have been meant: HAProxy's `sH` and `SH` are two.
 */
function spelling(keys: readonly string[], code: string): string | undefined {
  if (keys.includes(code)) return code
  const wanted = code.toLowerCase()
  const alike = keys.filter((k) => k.toLowerCase() === wanted)
  return alike.length === 1 ? alike[0] : undefined
}

function owned(owner: string, code: string): Owned[] {
  const note = noteOf(owner, code) ?? compose(owner, code)
  return note ? [{ authority: owner, note }] : []
}

/** Every code of every authority but the Win32 values. */
function allCodes(): string[] {
  return [...new Set(authorities().flatMap((owner) => (owner === 'win32' ? [] : codesOf(owner))))]
}

function answerNote(query: string, owner: string, key: string): Answer {
  const [own] = owned(owner, key)
  const level =
    owner === 'class'
      ? 'class'
      : owner === 'iana'
        ? 'iana'
        : /^\D/.test(key)
          ? 'reason'
          : key.includes('/')
            ? 'win32'
            : key.includes('.')
              ? 'substatus'
              : 'server'
  return { query, found: own && { ...own, level, variant: undefined, alsoOwnedBy: [] }, win32: undefined, others: [] }
}

function refuse(query: string, message: Message): never {
  const near = nearest(query)
  throw new LogstatError(
    'unknown-code',
    message,
    near.length ? { en: `Did you mean ${near.join(', ')}?`, zh: `您是不是要查 ${near.join('、')}？` } : EXAMPLES,
  )
}

/**
 * Questions whose spelling is close to the query, each of which has an answer: a slip of one or two letters, those of
 * the same status first.
 */
function nearest(query: string): string[] {
  const wanted = query.toLowerCase().replace(/^[a-z-]+:/, '')
  const status = /^\d{3}/.exec(wanted)?.[0]
  const near = authorities()
    .filter((owner) => owner !== 'win32')
    .flatMap((owner) =>
      codesOf(owner).map((code) => ({ code, shown: /^\d(?:\d\d|xx)(?:\D|$)/.test(code) ? code : `${owner}:${code}` })),
    )
    .map(({ code, shown }) => ({
      shown,
      distance: editDistance(wanted, code.toLowerCase()) + (status !== undefined && code.startsWith(status) ? 0 : 0.5),
    }))
    .filter(
      ({ distance, shown }) =>
        distance <= Math.max(1, Math.floor(wanted.length / 3)) + 0.5 && shown.toLowerCase() !== query.toLowerCase(),
    )
    .sort((a, b) => a.distance - b.distance || (a.shown < b.shown ? -1 : 1))
  return [...new Set(near.map(({ shown }) => shown))].slice(0, 4)
}
