import { LogstatError } from '../errors.js'

/** A code as far as selections look at it. */
interface Selectable {
  readonly status: number | null
  readonly substatus: number | null
  readonly win32Status: number | null
  readonly reason: string | null
}
export type Selector = (code: Selectable) => boolean

const FORMS = {
  en: 'Write classes (4xx), codes (404), sub-codes (401.2, 503.*), a Win32 status with them (401.1/1326) or alone (win32:64); ! in front excludes.',
  zh: '可写类别（4xx）、状态码（404）、子状态（401.2、503.*），可带 Win32 状态（401.1/1326）或单独写（win32:64）；前面加 ! 表示排除。',
}

/**
 * Compile a selection such as `4xx,!404,401.2`: a code is in when one part names it (or no part names anything), and no
 * `!` part does.
 *
 * @throws LogstatError naming the part that is not understood
 */
export function compileSelection(text: string): Selector {
  const wanted: Selector[] = []
  const unwanted: Selector[] = []
  for (const part of text
    .split(',')
    .map((p) => p.trim())
    .filter(Boolean)) {
    const negative = part.startsWith('!')
    ;(negative ? unwanted : wanted).push(compilePart(negative ? part.slice(1) : part))
  }
  if (wanted.length + unwanted.length === 0)
    throw new LogstatError('selection', { en: 'the selection of codes is empty', zh: '状态码筛选条件为空' }, FORMS)
  return (code) => (wanted.length === 0 || wanted.some((s) => s(code))) && !unwanted.some((s) => s(code))
}

/** Compile one part of a selection: `5xx`, `404`, `401.2`, `503.*`, `401.1/1326`, `win32:64`. */
export function compilePart(part: string): Selector {
  const win32 = /^win32:(\d+|0x[\da-f]+)$/i.exec(part)
  if (win32) {
    const value = Number(win32[1])
    return (code) => code.win32Status === value
  }
  const match = /^(?:(\d)xx|(\d{1,3})(?:[.-](\*|\d+))?(?:\/(\*|\d+|0x[\da-f]+))?)$/i.exec(part)
  if (!match)
    throw new LogstatError('selection', { en: `"${part}" is not a status code`, zh: `“${part}”不是状态码` }, FORMS)
  const [, kind, status, sub, value] = match
  if (kind !== undefined) {
    const from = Number(kind) * 100
    return (code) => code.status !== null && code.status >= from && code.status < from + 100
  }
  return (code) =>
    code.status === Number(status) &&
    (sub === undefined || sub === '*' || code.substatus === Number(sub)) &&
    (value === undefined || value === '*' || code.win32Status === Number(value))
}
