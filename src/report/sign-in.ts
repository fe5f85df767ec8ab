import type { Language } from '../catalogue/note.js'
import type { CodePart, Details, Selected, SelectedCode, TopList, TopValue } from '../store/selected.js'
import { noteOf, verdictOf } from './explanation.js'
import { codeName, QUIET } from './shape.js'

// Sign-ins on IIS, from the 401 of all clients. A Windows sign-in writes one or two 401 before it is through (401.2,
// and 401.1 with 2148074254): these steps are no failures when the same client is answered.

export interface SignIn {
  /** How many sign-ins were tried; each succeeded, failed, or was left unfinished. */
  readonly attempts: number
  readonly succeeded: number
  readonly failed: number
  /** Steps of clients that were never answered with 2xx or 3xx. */
  readonly unfinished: number
  /** Requests that are steps of a handshake. */
  readonly steps: number
  readonly clients: number
  /** false: not all clients were kept, so the numbers above are at least so large. */
  readonly exact: boolean
  /** Real failures by reason, the most frequent first. */
  readonly failures: readonly SignInFailure[]
  /** Clients that never finished a sign-in. */
  readonly neverIn: readonly { readonly value: string; readonly hits: number }[]
}
export interface SignInFailure {
  /** `401.1/1326` */
  readonly code: string
  readonly name: string | null
  readonly hits: number
  readonly clients: readonly TopValue[]
}

export interface SignInContext {
  /** All codes, those that the report does not show among them. */
  readonly selected: Selected
  /** Lists of clients, longer than those of the report. */
  readonly details: Details
  readonly language: Language
  readonly server: string | undefined
  /** Clients told of each failure. */
  readonly top: number
}

interface Client {
  /** 401.2: a sign-in begins. */
  challenges: number
  steps: number
  failed: number
}

/** Values that a list of clients should have for this. */
export const MOST_CLIENTS = 10_000

/** A log may have millions of codes; those with the most hits, and the most parts of each, tell enough. */
const MOST_CODES = 5_000
const MOST_PARTS = 200

/** @returns null when no client of an IIS log was asked to sign in */
export function signInOf(context: SignInContext): SignIn | null {
  const { selected, details } = context
  const clients = new Map<string, Client>()
  const answered = new Set<string>()
  const failures: SignInFailure[] = []
  let exact = true
  let steps = 0
  for (const code of selected.codes(0, Math.min(selected.count, MOST_CODES))) {
    const { status, substatus } = code
    if (status !== null && status >= 200 && status < 400)
      for (const { value } of clientsOf(details, code, null).values) answered.add(value)
    if (status !== 401 || substatus === null) continue
    exact &&= code.parts <= MOST_PARTS
    for (const part of selected.parts(code.code, 0, Math.min(code.parts, MOST_PARTS))) {
      const list = clientsOf(details, code, code.parts === 1 ? null : part.part)
      exact &&= list.exact && list.count <= list.values.length
      const failure = failureOf(code, part, list, context)
      if (failure) failures.push(failure)
      else steps += part.hits
      for (const { value, hits } of list.values) {
        const client = clients.get(value) ?? { challenges: 0, steps: 0, failed: 0 }
        clients.set(value, client)
        if (failure) client.failed += hits
        else client.steps += hits
        if (!failure && substatus === 2) client.challenges += hits
      }
    }
  }
  if (steps === 0 && failures.length === 0) return null
  return { ...ended(clients, answered), steps, clients: clients.size, exact, failures: byHits(failures) }
}

const clientsOf = (details: Details, { code }: SelectedCode, part: number | null): TopList =>
  details.lists({ code, part }).get('client') ?? { values: [], count: 0, exact: true }
const byHits = <T extends { readonly hits: number }>(rows: readonly T[]): T[] =>
  [...rows].sort((a, b) => b.hits - a.hits)

/** The failure that a part of 401 stands for; undefined for a step of a handshake. */
function failureOf(
  code: SelectedCode,
  part: CodePart,
  list: TopList,
  { language, server, top }: SignInContext,
): SignInFailure | undefined {
  const { win32Status } = part
  const found = noteOf({ ...code, win32Status }, part.writers[0], server)
  // 401.2 asks for credentials, unless its Win32 status names a reason.
  const isStep = QUIET.has(verdictOf(found)) || (code.substatus === 2 && found?.level !== 'win32')
  if (isStep) return undefined
  return {
    code: win32Status ? `${codeName(code)}/${win32Status}` : codeName(code),
    name: found ? (found.variant ?? found.note).name[language] : null,
    hits: part.hits,
    clients: list.values.slice(0, top),
  }
}

/** How the sign-ins of clients ended: a challenge is followed by one failure, or by an answer, or by nothing. */
function ended(
  clients: ReadonlyMap<string, Client>,
  answered: ReadonlySet<string>,
): Pick<SignIn, 'attempts' | 'succeeded' | 'failed' | 'unfinished' | 'neverIn'> {
  let [attempts, succeeded, failed] = [0, 0, 0]
  const neverIn: { value: string; hits: number }[] = []
  for (const [value, client] of clients) {
    const tries = Math.max(client.challenges, client.failed, 1)
    attempts += tries
    failed += client.failed
    if (answered.has(value)) succeeded += tries - client.failed
    else if (client.steps > 0) neverIn.push({ value, hits: client.steps })
  }
  return { attempts, succeeded, failed, unfinished: attempts - succeeded - failed, neverIn: byHits(neverIn) }
}
