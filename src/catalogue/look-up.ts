import { authorities, index, noteOf } from './catalogue.js'
import { compose } from './compose.js'
import type { Note, Variant } from './note.js'

/** A code as it occurs in a log. */
export interface CodeQuery {
  readonly status: number | null
  readonly substatus?: number | null
  readonly win32Status?: number | null
  readonly reason?: string | null
  /** Paths that got the code: a few codes belong to the application behind a path, such as Exchange's. */
  readonly paths?: readonly string[]
}

/** Levels of a note that was found, the most particular first. */
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

/** The authorities that speak for a server, where that is not one of the server's own name. */
const AUTHORITIES: Readonly<Record<string, readonly string[]>> = {
  httpsys: ['httperr'],
  envoy: ['envoy', 'istio'],
  azure: ['azure-application-gateway', 'azure-front-door', 'azure-app-service'],
  gcp: ['gcp-load-balancer'],
}
export const authoritiesOf = (server: string): readonly string[] =>
  (Object.hasOwn(AUTHORITIES, server) && AUTHORITIES[server]) || [server]
/** Authorities that run on a server and give statuses a meaning where neither the server nor IANA has one. */
const GUESTS: Readonly<Record<string, readonly string[]>> = {
  iis: ['aspnet-core', 'microsoft', 'microsoft-exchange', 'esri'],
}
/** Owners of a status by the path that got it, whatever the server. */
const OWNERS_OF_PATHS: readonly (readonly [RegExp, string])[] = [
  [
    /^\/(?:owa|ecp|ews|oab|mapi|rpc|autodiscover|powershell|microsoft-server-activesync)(?:\/|$)/i,
    'microsoft-exchange',
  ],
  [/^\/arcgis\//i, 'esri'],
]
/** True when the paths that got a status can say whose it is. */
export const belongsToPath = (status: number | null): boolean =>
  OWNERS_OF_PATHS.some(([, owner]) => noteOf(owner, String(status)) !== undefined)
/** Authorities that are no servers: never another owner of a status. */
const GENERAL = new Set(['iana', 'class', 'win32', 'derived'])
/** Owners that are named first among those of the same code: their logs are most read. */
const OWNERS_FIRST = ['nginx', 'apache', 'cloudflare', 'aws-elb', 'haproxy']

/**
 * The most particular note on a code: server + status + sub-status + Win32 status, then without the Win32 status, then
 * server + status, then IANA's, then that of another owner, then the class.
 *
 * A Win32 status for which there is no note of its own but which says that the client had left makes a delivered answer
 * (2xx, 3xx) noise: the notes `2xx/64`, `2xx/995` … say why.
 *
 * @param software the `#Software` line of the log: it chooses between the meanings of IIS versions
 */
export function lookUp(code: CodeQuery, server: string | null, software: string | null = null): Found | undefined {
  const owner = server ?? (code.substatus == null ? null : 'iis')
  for (const [name, key, level] of places(code, owner)) {
    const note = noteOf(name, key) ?? (level === 'reason' ? compose(name, key) : undefined)
    if (note) return found(ofUnknownSubstatus(note, level, code), name, level, code, server, software)
  }
  return undefined
}

function* places(
  { status, substatus, win32Status, reason, paths }: CodeQuery,
  owner: string | null,
): Generator<[string, string, Level]> {
  const owners = owner === null ? [] : authoritiesOf(owner)
  if (reason != null) {
    for (const own of owners) yield [own, reason, 'reason']
    // Reasons `made-…` tell who made an error and leave its meaning as it is; other derived reasons say more than the
    // status.
    if (!reason.startsWith('made-')) yield ['derived', reason, 'reason']
  }
  if (status === null) return
  const three = String(status).padStart(3, '0')
  const application = ownerOfPaths(paths)
  // 499 in a log of nginx is nginx's own, whatever it forwards to.
  if (application && !owners.some((own) => noteOf(own, three))) yield [application, three, 'server']
  for (const own of owners) yield* placesOfStatus(own, three, substatus, win32Status)
  yield ['iana', three, 'iana']
  for (const guest of GUESTS[owner ?? ''] ?? []) yield [guest, three, 'other']
  // Another owner's meaning is a guess; where the server is known it would be a wrong one.
  if (owner === null) for (const other of ownersOf(three)) yield [other, three, 'other']
  if (status >= 100 && status < 600) yield ['class', `${three[0]}xx`, 'class']
}

function* placesOfStatus(
  owner: string,
  three: string,
  substatus: number | null | undefined,
  win32Status: number | null | undefined,
) {
  const status = Number(three)
  // A log of IIS without the column of sub-status codes: below 500, a Win32 status tells more than the sub-status 0
  // would.
  const sub = substatus ?? (status < 500 ? 0 : null)
  if (win32Status != null && sub !== null) {
    yield place(owner, `${three}.${sub}/${win32Status}`, 'win32')
    if (status >= 200 && status < 400) yield place(owner, `2xx/${win32Status}`, 'win32')
  }
  if (substatus != null) {
    yield place(owner, `${three}.${substatus}`, 'substatus')
    yield place(owner, `${three}.${substatus}/*`, 'win32')
  }
  yield place(owner, three, 'server')
  // Some write a request without a status as 0, not 000.
  if (status < 100) yield place(owner, String(status), 'server')
  // A sub-status that nobody documents was set by a module or by the application: the status is told.
  yield place(owner, `${three}.0`, 'server')
}

const unknown = new Map<string, Note>()

/** The note on a status, told of a sub-status that nobody documents. */
function ofUnknownSubstatus(note: Note, level: Level, { status, substatus }: CodeQuery): Note {
  if (level !== 'server' || !substatus) return note
  const code = `${status}.${substatus}`
  const known = unknown.get(code)
  if (known) return known
  const told: Note = {
    ...note,
    code,
    name: { en: `${note.name.en}, sub-status set by a module`, zh: `${note.name.zh}（子状态代码由模块设置）` },
    meaning: {
      en: `IIS documents no sub-status ${substatus} of ${status}: a module or the application set it. ${note.meaning.en}`,
      zh: `IIS 没有为 ${status} 定义子状态代码 ${substatus}，它由某个模块或应用程序设置。${note.meaning.zh}`,
    },
    basis: 'derived',
  }
  unknown.set(code, told)
  return told
}

const place = (owner: string, code: string, level: Level): [string, string, Level] => [owner, code, level]

/** The owner of a status when all the paths that got it belong to one application. */
function ownerOfPaths(paths: readonly string[] | undefined): string | undefined {
  if (!paths?.length) return undefined
  return OWNERS_OF_PATHS.find(([pattern]) => paths.every((path) => pattern.test(path)))?.[1]
}

function found(
  note: Note,
  name: string,
  level: Level,
  { status, substatus }: CodeQuery,
  server: string | null,
  software: string | null,
): Found {
  const version = /Internet Information Services (\d+(?:\.\d+)?)/i.exec(software ?? '')?.[1]
  const variant =
    version === undefined
      ? undefined
      : note.variants?.find(
          (v) =>
            (v.from !== undefined || v.below !== undefined) &&
            Number(version) >= (v.from ?? 0) &&
            Number(version) < (v.below ?? Infinity),
        )
  const owners =
    status === null || server !== null || substatus != null ? [] : ownersOf(String(status).padStart(3, '0'))
  return { note, authority: name, level, variant, alsoOwnedBy: owners.filter((o) => o !== name) }
}

/** Servers and services that give a code a meaning of their own, those first whose logs are most read. */
function ownersOf(code: string): string[] {
  const owners = authorities().filter(
    (name) => !GENERAL.has(name) && Object.hasOwn(index().authorities[name]?.notes ?? {}, code),
  )
  return [...OWNERS_FIRST.filter((o) => owners.includes(o)), ...owners.filter((o) => !OWNERS_FIRST.includes(o))]
}
