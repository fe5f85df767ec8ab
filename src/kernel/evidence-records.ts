// The shapes of the kernel's evidence: the kernel (AssemblyScript) and its host (TypeScript) both read this file.
// A member of a record is a place, in bytes from its start.

/** Hosts of referers that are told apart; all others are one. */
export const MAX_HOSTS = 250
/** Times taken from here on are slow. */
export const SLOW_US = 4500000
/** One size of an answer in so many is counted; of answers to `/` each. */
export const SAMPLED_SIZES = 8
/** Sizes of answers to `/` that there is room for; they stand before the others. */
export const ROOT_SIZES = 256
/** Redirects of a client from one address, within so many seconds, that make a loop. */
export const LOOP_TIMES = 8
export const LOOP_SECONDS = 30

/** The texts that the host is given. */
export enum EvidenceText {
  Path = 0,
  Client = 1,
  Host = 2,
}

/** Tables and numbers of the evidence. */
export enum Noted {
  /** key u32 (code, class, agent, host, self; plus one) · hits u32; key 0: empty. */
  Kinds = 0,
  Troubles = 1,
  Paths = 2,
  Clients = 3,
  /** key u64 (code, path plus one, bin) · hits u64; key 0: empty. */
  Slow = 4,
  /** size u32 · count u32, the first ROOT_SIZES of `/`. */
  Sizes = 5,
  /** u32 by Sign, then by status less 400 the answers of the size of nginx's own page. */
  Signs = 6,
  Hosts = 7,
  LostTroubles = 8,
  BackwardsSeconds = 9,
  /** u32 by TroubleGroup: one client in 2 to the power of it is kept. */
  Levels = 10,
  /** Entries that the tables are of. */
  Entries = 11,
}

/** Troubles that share room. */
export enum TroubleGroup {
  /** Successes that are worth a look: what is given away, redirects that go round. */
  Rare = 0,
  Server = 1,
  GaveUp = 2,
  SignIn = 3,
  /** Other errors, by what led to them: a page, or nothing. */
  Linked = 4,
  Strange = 5,
  Count = 6,
}

export enum Sign {
  EmptyRequest400 = 0,
  DashRequest408 = 1,
  UpperEscape = 2,
  LowerEscape = 3,
  DashBytes = 4,
  EscapedQuote = 5,
  BytesOn304 = 6,
  ZeroOn304 = 7,
  Backwards = 8,
  Count = 9,
}

/** Bits of a trouble: agent in the lowest three, host of the referer in the next eight, then: */
export enum TroubleFlag {
  IsSelf = 2048,
  HasUser = 4096,
  IsWrite = 8192,
  IsAttack = 16384,
  IsRedirect = 32768,
}

export enum TroubleRecord {
  /** u64 */
  Key = 0,
  /** u64: of client and path. */
  Pair = 8,
  /** f64, seconds; NaN: none. */
  First = 16,
  Last = 24,
  /** f64; -1: the log does not say. */
  Bytes = 32,
  /** u32 each */
  Hits = 40,
  AnsweredAfter = 44,
  Code = 48,
  Path = 52,
  Client = 56,
  Bits = 60,
  /** Number of the next trouble of the pair, plus one. */
  Next = 64,
  /** A TroubleGroup. */
  Group = 68,
  /** The level of its client: see evidence-troubles.ts. */
  Level = 72,
  Size = 80,
}

export enum PathRecord {
  /** u64: hash of the path. */
  Key = 0,
  /** f64, seconds; NaN: never. */
  LastAnswered = 8,
  /** u32 each */
  Class = 16,
  AnsweredSince = 20,
  AnsweredBetween = 24,
  Errors = 28,
  /** Answers of the path, as far as the lists of paths tell. */
  Answered = 32,
  /** Troubles and slow times with this path; 0: the record holds nothing. */
  Uses = 36,
  Size = 40,
}

export enum ClientRecord {
  /** u64: hash of the address. */
  Key = 0,
  /** f64, seconds; meant where SignedIn is not 0. */
  SignedInAt = 8,
  /** u32 each */
  Hits = 16,
  Answered = 20,
  Assets = 24,
  Errors = 28,
  Probes = 32,
  Attacks = 36,
  PathBits = 40,
  NameBits = 44,
  SignedIn = 48,
  /** Troubles with this client; 0: nobody asks for the record. */
  Uses = 52,
  Level = 56,
  Size = 64,
}
