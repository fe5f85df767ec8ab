import { availableParallelism } from 'node:os'
import type { LogKind } from './generate.js'
import { type Log, makeDocument, makeFiles, makeLog, makePackedLog } from './logs.js'
import {
  EMPTY_NODE,
  EXPLAIN,
  ingest,
  logstat,
  PEERS,
  READ_LOOP,
  SLOW_DOCUMENT,
  SLOW_WAY,
  type Tool,
  UNPACK_LOOP,
  WC,
  ZCAT,
} from './tools.js'

/** One question, put to several tools on the same log. */
export interface Case {
  readonly name: string
  readonly title: string
  readonly log: (entries: number) => Log | Promise<Log>
  readonly tools: readonly Tool[]
  /** Name of the tool that ratios refer to. */
  readonly base: string
}

const CORES = availableParallelism()
const LOGSTAT = logstat('logstat')
const ONE_THREAD = logstat('logstat -j1', '-j', '1')
const SMALL = 1_000
/** A packed log need not be as long as a plain one to say as much. */
const PACKED_SHARE = 0.4
/**
 * Of a log in which even every code is new: codes are exact whatever comes, so each has its price in the store and in
 * the report.
 */
const NEW_CODES_SHARE = 0.01

/** Each too small to be cut. */
const FILES = 24
/** stream-json reads token by token; a document need not be as long as a log of lines to say as much. */
const DOCUMENT_SHARE = 0.1
/** The combined format as its user would write it. */
const COMBINED_PATTERN =
  '^(?<clientIp>\\S+) \\S+ \\S+ \\[(?<time>[^\\]]+)\\] "(?<request>(?:[^"\\\\]|\\\\.)*)" (?<status>\\d{3}) (?<bytesSent>\\d+|-) "(?<referer>(?:[^"\\\\]|\\\\.)*)" "(?<userAgent>(?:[^"\\\\]|\\\\.)*)"'

const plain = (kind: LogKind, title: string): Case => ({
  name: kind,
  title,
  log: (entries) => makeLog({ kind, entries }),
  tools: [LOGSTAT, ONE_THREAD, WC, READ_LOOP, ...PEERS, SLOW_WAY],
  base: WC.name,
})
const packed = (name: string, title: string, files: number): Case => ({
  name,
  title,
  log: (entries) => makePackedLog({ kind: 'combined', entries: Math.round(entries * PACKED_SHARE) }, files),
  tools: [LOGSTAT, ONE_THREAD, UNPACK_LOOP, ZCAT],
  base: UNPACK_LOOP.name,
})
/** So that 5 million entries are a year. */
const YEAR_PACE = 50

const intoDatabase = (name: string, kind: LogKind): Case => ({
  name,
  title: `${kind}, into a database`,
  log: (entries) => makeLog({ kind, entries }),
  tools: [ingest, LOGSTAT],
  base: LOGSTAT.name,
})
const adversarial = (kind: LogKind, share: number): Case => ({
  name: `adversarial-${kind}`,
  title: `${kind}, every value new in every line`,
  log: (entries) => makeLog({ kind, entries: Math.round(entries * share), adversarial: true }),
  tools: [LOGSTAT, ONE_THREAD, WC],
  base: WC.name,
})

export const CASES: readonly Case[] = [
  plain('combined', 'nginx/Apache combined'),
  plain('w3c', 'IIS W3C, default fields'),
  plain('json', 'nginx JSON lines'),
  {
    name: 'files',
    title: `combined, ${FILES} files`,
    log: (entries) => makeFiles({ kind: 'combined', entries }, FILES),
    tools: [LOGSTAT, ONE_THREAD, WC, READ_LOOP],
    base: WC.name,
  },
  {
    name: 'pattern',
    title: 'combined, by a regular expression (--pattern)',
    log: (entries) => makeLog({ kind: 'combined', entries: Math.round(entries * PACKED_SHARE) }),
    tools: [
      logstat('logstat', '--pattern', COMBINED_PATTERN),
      logstat('logstat -j1', '-j', '1', '--pattern', COMBINED_PATTERN),
      READ_LOOP,
      SLOW_WAY,
    ],
    base: READ_LOOP.name,
  },
  {
    name: 'document',
    title: 'nginx JSON, one array',
    log: (entries) => makeDocument(Math.round(entries * DOCUMENT_SHARE)),
    tools: [LOGSTAT, ONE_THREAD, READ_LOOP, SLOW_DOCUMENT],
    base: READ_LOOP.name,
  },
  packed('gz', 'combined, one gzip file', 1),
  packed('gz8', 'combined, eight gzip files', 8),
  {
    name: 'small',
    title: `combined, ${SMALL} lines`,
    log: () => makeLog({ kind: 'combined', entries: SMALL }),
    tools: [LOGSTAT, EMPTY_NODE],
    base: EMPTY_NODE.name,
  },
  {
    name: 'explain',
    title: 'no log: explain a code',
    log: () => makeLog({ kind: 'combined', entries: SMALL }),
    tools: [EXPLAIN, EMPTY_NODE],
    base: EMPTY_NODE.name,
  },
  intoDatabase('db', 'combined'),
  intoDatabase('db-w3c', 'w3c'),
  intoDatabase('db-json', 'json'),
  {
    ...intoDatabase('db-year', 'w3c'),
    title: 'w3c, a year, into a database',
    log: (entries) => makeLog({ kind: 'w3c', entries, pace: YEAR_PACE }),
  },
  {
    ...intoDatabase('db-year-gz', 'w3c'),
    title: 'w3c, a year, one gzip file, into a database',
    log: (entries) => makePackedLog({ kind: 'w3c', entries, pace: YEAR_PACE }, 1),
  },
  adversarial('combined', 1),
  adversarial('w3c', NEW_CODES_SHARE),
  {
    name: 'jobs',
    title: 'combined, by number of threads',
    log: (entries) => makeLog({ kind: 'combined', entries }),
    tools: [1, 2, 4, 8, 16]
      .filter((n) => n === 1 || n <= CORES)
      .map((n) => (n === 1 ? ONE_THREAD : logstat(`logstat -j${n}`, '-j', String(n)))),
    base: ONE_THREAD.name,
  },
]
