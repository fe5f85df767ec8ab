import type { AgentKind } from './kinds/kinds.js'

// Evidence: all that the rules of diagnosis need to know of a log, as plain data that adds up. It is filled as entries
// come, before any list is cut,
// and what may be wrong is kept joint: which code, on which path, for whom, from where. What went well is kept as sums
// only.

/** What became of one sort of entries. `code` is a key of `Evidence.codes`. */
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
  /** Its query attacks. */
  readonly isAttack: boolean
  hits: number
  /** Seconds since 1970 UTC; null: no entry has a time. */
  first: number | null
  last: number | null
  /** Size of the last answer; null: the log does not say. */
  bytes: number | null
  /** Entries of the same client on the same path that were answered after the first of these. */
  answeredAfter: number
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
  /** Of people and bots alike, all entries with an error. */
  errors: number
}

/** A client that had trouble, or that attacks. */
export interface ClientEvidence {
  hits: number
  answered: number
  /** Assets it got. */
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
  /** Time of the first of those. */
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
  /** `pathClass|agent|refererHost|s` → entries; `s` is `1` for a referer that is the path itself. */
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

/** What shows who wrote the log: counts of lines. See server.ts. */
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
  /** By `troubleKey`. */
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

export const troubleKey = (t: Omit<Trouble, 'hits' | 'first' | 'last' | 'bytes' | 'answeredAfter'>): string =>
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
