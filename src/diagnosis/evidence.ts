import type { AgentKind } from './kinds/kinds.js'
import { groupOf, levelOf, type TroubleGroup } from './trouble.js'

// Evidence: all that the rules of diagnosis need to know of a log, as plain data that adds up. It is filled as entries
// come, before any list is cut. Entries that may be wrong are kept joint: which code, on which path, for whom, from
// where. Entries that went well are kept as sums only.

/** Entries alike in code, path, client, agent and referer. `code` is a key of `Evidence.codes`. */
export interface Trouble {
  readonly code: string
  /** '' where the log has none; so is `client`. */
  readonly path: string
  readonly client: string
  readonly agent: AgentKind
  /** Host of the referer; null: none. */
  readonly referer: string | null
  /** The referer is the path itself. */
  readonly isSelf: boolean
  readonly hasUser: boolean
  /** PUT, MOVE, COPY: something was to be stored. */
  readonly isWrite: boolean
  /** The query of the request attacks. */
  readonly isAttack: boolean
  hits: number
  /** Seconds since 1970 UTC; null: no entry has a time. */
  first: number | null
  last: number | null
  /** Size of the last answer; null: the log does not say. */
  bytes: number | null
  /** Entries of the same client on the same path that were answered after the first of these. */
  answeredAfter: number
  /** Number of clients that this one stands for: where there is no room for all, one client in so many is kept. */
  weight: number
}

/** A path of a trouble. */
export interface PathEvidence {
  readonly class: string
  /**
   * Entries that were answered (1xx to 3xx): all, those after the first trouble, and those between the first and the
   * last.
   */
  answered: number
  answeredSince: number
  answeredBetween: number
  lastAnswered: number | null
  /** All entries with an error, of people and bots alike. */
  errors: number
}

/** A client that had trouble, or that attacks. */
export interface ClientEvidence {
  hits: number
  answered: number
  /** Assets that the client got. */
  assets: number
  errors: number
  /** Errors on paths that are probes on any site, and queries that attack. */
  probes: number
  attacks: number
  /** Bits by hash: different paths of errors, and different user names. */
  pathBits: number
  nameBits: number
  /** Answers with a user name after the first 401. */
  signedIn: number
  /** Time of the first answer with a user name. */
  signedInAt: number | null
}

export interface CodeEvidence {
  readonly status: number | null
  readonly substatus: number | null
  readonly win32Status: number | null
  readonly reason: string | null
  hits: number
  first: number | null
  last: number | null
  /** Of troubles: `pathClass|agent|refererHost|s` → entries; `s` is `1` for a referer that is the path itself. */
  readonly kinds: Map<string, number>
  /** Minute since 1970 → entries. A database may hold wider buckets: then each counts for its first minute. */
  readonly minutes: Map<number, number>
  /** Bin of the time taken → entries, as the kernel's. */
  readonly latency: Map<number, number>
}

/** Host of referers. */
export interface HostEvidence {
  hits: number
  /** Different paths of it, not `/`, that this log answered. */
  deep: number
  deepHits: number
}

/** Signs of the server that wrote the log: counts of lines. See server.ts. */
export const SIGNS = [
  'emptyRequest400',
  'dashRequest408',
  'dummyConnection',
  'upperEscape',
  'lowerEscape',
  'dashBytes',
  'escapedQuote',
  'bytesOn304',
  'zeroOn304',
] as const
export type Sign = (typeof SIGNS)[number]

export interface Evidence {
  lines: number
  rejected: number
  entries: number
  withoutTime: number
  /** Different clients, and those that got an answer. */
  clients: number
  answeredClients: number
  readonly codes: Map<string, CodeEvidence>
  /** Minute since 1970 → entries, spread evenly where buckets are wider; empty: the sum over `codes`. */
  readonly traffic: Map<number, number>
  /** Answers 2xx and 304 by class of their path, and 2xx by kind of agent, as far as lists tell. */
  readonly answeredClasses: Map<string, number>
  readonly answeredAgents: Map<string, number>
  /** Troubles by `troubleKey`. */
  readonly troubles: Map<string, Trouble>
  /** Entries that had no more room among the troubles. */
  lostTroubles: number
  readonly paths: Map<string, PathEvidence>
  readonly clientsInTrouble: Map<string, ClientEvidence>
  /** Hosts that requests name, and those of referers. */
  readonly hosts: Map<string, number>
  readonly refererHosts: Map<string, HostEvidence>
  /** Size → answers 2xx: of `/`, and of paths of any kind as far as they are many. */
  readonly rootSizes: Map<number, number>
  readonly sizes: Map<number, number>
  /** `code|path` → bin of times taken of 4.5 s and more → entries. */
  readonly slow: Map<string, Map<number, number>>
  readonly signs: Record<Sign, number>
  /** nginx's own page sizes: status → entries. */
  readonly pageSizes: Map<number, number>
  /** Entries more than five minutes earlier than one before them, and by how many seconds at most. */
  backwards: number
  backwardsSeconds: number
}

export function emptyEvidence(): Evidence {
  return {
    lines: 0,
    rejected: 0,
    entries: 0,
    withoutTime: 0,
    clients: 0,
    answeredClients: 0,
    codes: new Map(),
    traffic: new Map(),
    answeredClasses: new Map(),
    answeredAgents: new Map(),
    troubles: new Map(),
    lostTroubles: 0,
    paths: new Map(),
    clientsInTrouble: new Map(),
    hosts: new Map(),
    refererHosts: new Map(),
    rootSizes: new Map(),
    sizes: new Map(),
    slow: new Map(),
    signs: Object.fromEntries(SIGNS.map((sign) => [sign, 0])) as Record<Sign, number>,
    pageSizes: new Map(),
    backwards: 0,
    backwardsSeconds: 0,
  }
}

export const troubleKey = (
  t: Omit<Trouble, 'hits' | 'first' | 'last' | 'bytes' | 'answeredAfter' | 'weight'>,
): string =>
  [
    t.code,
    t.client,
    t.agent,
    t.referer ?? '',
    t.isSelf ? 1 : 0,
    t.hasUser ? 1 : 0,
    t.isWrite ? 1 : 0,
    t.isAttack ? 1 : 0,
    t.path,
  ].join('\t')

/** The key of a code in `Evidence.codes`: four parts between strokes, as `codeOfSlow` cuts them off. */
export const codeKey = ({
  status,
  substatus,
  win32Status,
  reason,
}: Pick<CodeEvidence, 'status' | 'substatus' | 'win32Status' | 'reason'>): string =>
  `${status ?? '-'}|${substatus ?? '-'}|${win32Status ?? '-'}|${reason ?? ''}`

/** Room for troubles of each group. */
const ROOM: Readonly<Record<TroubleGroup, number>> = {
  rare: 500,
  server: 1000,
  'gave-up': 500,
  'sign-in': 500,
  linked: 1000,
  strange: 500,
}

/** Add evidence of a later stretch to that of an earlier one. `from` is spent by it. */
export function addEvidence(to: Evidence, from: Evidence): void {
  for (const name of ['lines', 'rejected', 'entries', 'withoutTime', 'lostTroubles', 'backwards'] as const)
    to[name] += from[name]
  // The same clients come again: at least so many are different.
  to.clients = Math.max(to.clients, from.clients)
  to.answeredClients = Math.max(to.answeredClients, from.answeredClients)
  to.backwardsSeconds = Math.max(to.backwardsSeconds, from.backwardsSeconds)
  for (const sign of SIGNS) to.signs[sign] += from.signs[sign]
  for (const name of ['answeredClasses', 'answeredAgents', 'hosts', 'rootSizes', 'sizes', 'pageSizes'] as const)
    addCounts(to[name] as Map<unknown, number>, from[name])
  join(to.codes, from.codes, addCode)
  join(to.paths, from.paths, addPath)
  join(to.clientsInTrouble, from.clientsInTrouble, addClient)
  join(to.slow, from.slow, addCounts)
  join(to.refererHosts, from.refererHosts, (a, b) => {
    a.hits += b.hits
    a.deep = Math.max(a.deep, b.deep)
    a.deepHits += b.deepHits
  })
  join(to.troubles, from.troubles, addTrouble)
  limitTroubles(to, 1)
}

/** Leave out clients of groups that have no room for all. @param share of the room */
function limitTroubles(evidence: Evidence, share: number): void {
  if (evidence.troubles.size <= Math.min(...Object.values(ROOM)) * share) return
  const groups = new Map<TroubleGroup, [string, Trouble][]>()
  for (const entry of evidence.troubles) {
    const [, { code, referer }] = entry
    const group = groupOf(evidence.codes.get(code) as CodeEvidence, referer !== null)
    const known = groups.get(group)
    if (known) known.push(entry)
    else groups.set(group, [entry])
  }
  for (const [group, members] of groups) limitGroup(evidence, members, ROOM[group] * share)
}

function limitGroup({ troubles }: Evidence, members: readonly [string, Trouble][], room: number): void {
  if (members.length <= room) return
  const levels = members.map(([, { client, path }]) => levelOf(client, path))
  let level = 0
  while (level < 16 && levels.filter((l) => l >= level).length > room) level++
  for (const [i, [key, trouble]] of members.entries()) {
    if ((levels[i] as number) < level) troubles.delete(key)
    else trouble.weight = Math.max(trouble.weight, 2 ** level)
  }
}

function join<K, V>(to: Map<K, V>, from: ReadonlyMap<K, V>, add: (known: V, more: V) => void): void {
  for (const [key, value] of from) {
    const known = to.get(key)
    if (known === undefined) to.set(key, value)
    else add(known, value)
  }
}
/** Add counts to those of the same keys. */
export function addCounts<K>(to: Map<K, number>, from: ReadonlyMap<K, number>): void {
  for (const [key, n] of from) to.set(key, (to.get(key) ?? 0) + n)
}
const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b))
const greatest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b)

function addCode(to: CodeEvidence, from: CodeEvidence): void {
  to.hits += from.hits
  to.first = least(to.first, from.first)
  to.last = greatest(to.last, from.last)
  addCounts(to.kinds, from.kinds)
  addCounts(to.minutes, from.minutes)
  addCounts(to.latency, from.latency)
}
function addTrouble(to: Trouble, from: Trouble): void {
  to.hits += from.hits
  to.first = least(to.first, from.first)
  to.last = greatest(to.last, from.last)
  to.bytes = from.bytes
  to.answeredAfter += from.answeredAfter
  to.weight = Math.min(to.weight, from.weight)
}
function addPath(to: PathEvidence, from: PathEvidence): void {
  // Answers of the later stretch before its first trouble lie between the troubles of both stretches.
  to.answeredBetween = to.answeredSince + (from.answered - from.answeredSince) + from.answeredBetween
  to.answeredSince += from.answered
  to.answered += from.answered
  to.lastAnswered = greatest(to.lastAnswered, from.lastAnswered)
  to.errors += from.errors
}
function addClient(to: ClientEvidence, from: ClientEvidence): void {
  for (const name of ['hits', 'answered', 'assets', 'errors', 'probes', 'attacks', 'signedIn'] as const)
    to[name] += from[name]
  to.pathBits |= from.pathBits
  to.nameBits |= from.nameBits
  to.signedInAt ??= from.signedInAt
}

/**
 * Keep fewer troubles, and of paths and clients those that they name.
 *
 * @param share of the room for troubles
 */
export function trimEvidence(evidence: Evidence, share: number): void {
  limitTroubles(evidence, share)
  const { troubles, clientsInTrouble, paths, slow } = evidence
  const clients = new Set([...troubles.values()].map(({ client }) => client))
  for (const name of clientsInTrouble.keys()) if (!clients.has(name)) clientsInTrouble.delete(name)
  const named = new Set([...troubles.values()].map(({ path }) => path))
  for (const key of slow.keys()) named.add(pathOfSlow(key))
  for (const path of paths.keys()) if (!named.has(path)) paths.delete(path)
}

/** Other names for what may tell of one person. */
export interface Renaming {
  client(name: string): string
  path(name: string): string
}

/** The same evidence under other names; what then has the same name is added up. */
export function renameEvidence(evidence: Evidence, rename: Renaming): void {
  const { troubles, clientsInTrouble, paths, slow } = evidence
  rekey(clientsInTrouble, rename.client, addClient)
  rekey(paths, rename.path, addPath)
  rekey(slow, (key) => `${codeOfSlow(key)}|${rename.path(pathOfSlow(key))}`, addCounts)
  const all = [...troubles.values()].map((t) => ({ ...t, client: rename.client(t.client), path: rename.path(t.path) }))
  troubles.clear()
  for (const t of all) join(troubles, new Map([[troubleKey(t), t]]), addTrouble)
}

function rekey<V>(map: Map<string, V>, rename: (key: string) => string, add: (known: V, more: V) => void): void {
  const all = [...map]
  map.clear()
  for (const [key, value] of all) join(map, new Map([[rename(key), value]]), add)
}

/** The path of a key of `slow`: a reason holds no stroke, a path may. */
export const pathOfSlow = (key: string): string => key.split('|').slice(4).join('|')
/** The code of such a key. */
export const codeOfSlow = (key: string): string => key.split('|').slice(0, 4).join('|')

/** Evidence as JSON: maps as lists of pairs, and of codes what no other table of a database holds. */
export function packEvidence(evidence: Evidence): string {
  const codes = new Map(
    [...evidence.codes].map(([key, code]) => [key, { ...code, minutes: new Map(), latency: new Map() }]),
  )
  const troubles = [...evidence.troubles.values()]
  return JSON.stringify({ ...evidence, codes, troubles }, (_, value: unknown) =>
    value instanceof Map ? [...value] : value,
  )
}
export function unpackEvidence(text: string): Evidence {
  type Packed = { [K in keyof Evidence]: Evidence[K] extends Map<infer A, infer B> ? [A, B][] : Evidence[K] }
  const packed = JSON.parse(text) as Omit<Packed, 'troubles'> & { troubles: Trouble[] }
  type PackedCode = Omit<CodeEvidence, 'kinds'> & { kinds: [string, number][] }
  return {
    ...packed,
    codes: new Map(
      (packed.codes as unknown as [string, PackedCode][]).map(([key, code]) => [
        key,
        { ...code, kinds: new Map(code.kinds), minutes: new Map(), latency: new Map() },
      ]),
    ),
    troubles: new Map(packed.troubles.map((t) => [troubleKey(t), t])),
    paths: new Map(packed.paths),
    clientsInTrouble: new Map(packed.clientsInTrouble),
    traffic: new Map(packed.traffic),
    answeredClasses: new Map(packed.answeredClasses),
    answeredAgents: new Map(packed.answeredAgents),
    hosts: new Map(packed.hosts),
    refererHosts: new Map(packed.refererHosts),
    rootSizes: new Map(packed.rootSizes),
    sizes: new Map(packed.sizes),
    slow: new Map(
      (packed.slow as unknown as [string, [number, number][]][]).map(([key, bins]) => [key, new Map(bins)]),
    ),
    pageSizes: new Map(packed.pageSizes),
  }
}

/** Times taken from here on are slow, in µs. */
export const SLOW_US = 4_500_000

/** Logarithmic bin of a time taken, as the kernel's: exact below 64 µs, then 32 an octave. */
export function latencyBin(us: number): number {
  if (us < 64) return us
  const octave = Math.floor(Math.log2(us))
  return 64 + (octave - 6) * 32 + (Math.floor(us / 2 ** (octave - 5)) & 31)
}
/** The middle of a bin, in µs. */
export function latencyOf(bin: number): number {
  if (bin < 64) return bin
  const octave = Math.floor((bin - 64) / 32) + 6
  return 2 ** octave * (1 + (((bin - 64) % 32) + 0.5) / 32)
}
