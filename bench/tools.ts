import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import combined from '../src/format/records/combined.js'
import type { LogKind } from './generate.js'
import { type Log, scratch } from './logs.js'
import type { Command } from './measure.js'

/** What a tool found in a log; only what it tells. */
export interface Answer {
  readonly lines?: number
  readonly bytes?: number
  readonly statuses?: Readonly<Record<string, number>>
  readonly codes?: Readonly<Record<string, number>>
}

/** How a tool is put to a log. */
export interface Job {
  readonly command: Command
  /** Done before each run. */
  readonly before?: () => void
  /** Reads the answer out of what the command printed, or out of what `ask`, run once after it, printed. */
  readonly read?: (stdout: string) => Answer
  readonly ask?: Command
}

export interface Tool {
  readonly name: string
  /** What it does, so that it is plain what is compared. */
  readonly does: string
  /** null: it is not on this machine. */
  version(): string | null
  /** null: it cannot read such a log. */
  job(log: Log): Job | null
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LOGSTAT = join(ROOT, 'bin/logstat.js')
const NODE = process.execPath
const program = (name: string): string => join(ROOT, `bench/build/bench/tools/${name}.js`)
const node = (...args: string[]): Command => ({ argv: [NODE, ...args] })

const own = (): string => (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version
const builtIn = (): string => process.version

/** The version a program prints, or null when it is not on PATH. */
function found(name: string, ...args: string[]): string | null {
  const { status, stdout, stderr } = spawnSync(name, args, { encoding: 'utf8' })
  return status === null ? null : (/\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? '')
}

type Counted = Record<string, number>
const parse = (stdout: string): Answer => JSON.parse(stdout) as Answer

interface ReportJson {
  readonly totals: { readonly lines: number }
  readonly codes: readonly {
    status: number
    substatus: number | null
    hits: number
    win32: readonly { value: number; hits: number }[] | null
  }[]
}

function readReport(stdout: string): Answer {
  const { totals, codes } = JSON.parse(stdout) as ReportJson
  const statuses: Counted = {}
  const byCode: Counted = {}
  for (const { status, substatus, hits, win32 } of codes) {
    statuses[status] = (statuses[status] ?? 0) + hits
    for (const w of win32 ?? []) byCode[`${status}.${substatus}.${w.value}`] = w.hits
  }
  return { lines: totals.lines, statuses, codes: byCode }
}

/** Lines of a status and a number, in this order. */
function readPairs(stdout: string): Answer {
  const statuses: Counted = {}
  for (const [, status, hits] of stdout.matchAll(/(\d{3})\s+(\d+)/g)) statuses[status as string] = Number(hits)
  return { statuses }
}

/** An array of objects; their first value is the status, their second the hits. */
function readRows(stdout: string): Answer {
  const rows = (JSON.parse(stdout) as Record<string, number>[]).map((row) => Object.values(row))
  return { statuses: Object.fromEntries(rows) as Counted }
}

/** A tool for plain logs, as a command by kind of log. */
function peer(
  name: string,
  does: string,
  version: () => string | null,
  commands: Partial<Record<LogKind, (file: string) => Job>>,
): Tool {
  return {
    name,
    does,
    version,
    job({ kind, files, packed }) {
      const make = commands[kind]
      return packed || !make || files.length !== 1 ? null : make(files[0] as string)
    },
  }
}

/** logstat, with options. */
export function logstat(name: string, ...options: string[]): Tool {
  return {
    name,
    does: 'full report as text',
    version: own,
    job: ({ files }) => ({
      command: node(LOGSTAT, ...options, ...files),
      ask: node(LOGSTAT, ...options, '--format', 'json', ...files),
      read: readReport,
    }),
  }
}

export const ingest: Tool = {
  name: 'logstat ingest --db',
  does: 'into a new database',
  version: own,
  job({ files }) {
    const db = scratch('bench.db')
    return {
      before: () => {
        for (const end of ['', '-wal', '-shm', '-journal']) rmSync(db + end, { force: true })
      },
      command: node(LOGSTAT, 'ingest', '--db', db, ...files),
      ask: node(LOGSTAT, 'report', '--db', db, '--format', 'json'),
      read: readReport,
    }
  },
}

/** A command that takes no log. */
const plainly = (name: string, does: string, ...args: string[]): Tool => ({
  name,
  does,
  version: builtIn,
  job: () => ({ command: node(...args) }),
})
export const EMPTY_NODE = plainly('node -e 0', 'start-up of Node', '-e', '0')
export const EXPLAIN = plainly('logstat explain 404', 'one code explained', LOGSTAT, 'explain', '404')

export const WC: Tool = {
  name: 'wc -l',
  does: 'the limit: reads, counts newlines',
  version: () => found('wc', '--version'),
  job: ({ files, packed }) =>
    packed
      ? null
      : {
          command: { argv: ['wc', '-l', ...files] },
          read: (stdout) => ({ lines: Number(/\d+/.exec(stdout.trim().split('\n').at(-1) ?? '')?.[0]) }),
        },
}

export const READ_LOOP: Tool = {
  name: 'Node read loop',
  does: 'reads, touches nothing',
  version: builtIn,
  job: ({ files, packed }) => (packed ? null : { command: node(program('read-loop'), ...files), read: parse }),
}

export const UNPACK_LOOP: Tool = {
  name: 'Node zlib loop',
  does: 'the limit: unpacks in 256 KiB chunks, touches nothing',
  version: builtIn,
  job: ({ files, packed }) => (packed ? { command: node(program('unpack-loop'), ...files), read: parse } : null),
}

export const ZCAT: Tool = {
  name: 'zcat | wc -l',
  does: 'unpacks, counts newlines',
  version: () => found('zcat', '--version'),
  job: ({ files, packed }) =>
    packed
      ? {
          command: { argv: ['sh', '-c', 'zcat "$@" | wc -l', 'sh', ...files] },
          read: (stdout) => ({ lines: Number(stdout) }),
        }
      : null,
}

const slowWay = (how: string) => (file: string) => ({ command: node(program('slow-way'), file, how), read: parse })
export const SLOW_WAY = peer('the slow way', 'split2, regular expression or JSON.parse, Map', builtIn, {
  combined: slowWay(combined.layout),
  w3c: slowWay('w3c'),
  json: slowWay('json'),
})
export const SLOW_DOCUMENT = peer('the slow way', 'JSON.parse of the whole, Map', builtIn, {
  json: slowWay('document'),
})

/** A home without settings; it must be there, or lnav puts its files into the working directory. */
const NO_HOME = { HOME: mkdirSync(scratch('home'), { recursive: true }) ?? scratch('home') }

function goaccess(...options: string[]): (file: string) => Job {
  return (file) => {
    const out = scratch('goaccess.json')
    return {
      command: { argv: ['goaccess', file, '--no-global-config', '--no-progress', ...options, '-o', out], env: NO_HOME },
      read: () => {
        interface Group {
          readonly data: string
          readonly hits: { readonly count: number }
          readonly items?: readonly Group[]
        }
        const { status_codes } = JSON.parse(readFileSync(out, 'latin1')) as { status_codes: { data: readonly Group[] } }
        return {
          statuses: Object.fromEntries(
            status_codes.data.flatMap((g) => (g.items ?? [g]).map((i) => [i.data.slice(0, 3), i.hits.count])),
          ),
        }
      },
    }
  }
}
const GOACCESS_JSON = JSON.stringify({
  time_iso8601: '%dT%t+%^',
  remote_addr: '%h',
  request_method: '%m',
  request_uri: '%U',
  status: '%s',
  body_bytes_sent: '%b',
  request_time: '%T',
  http_referer: '%R',
  http_user_agent: '%u',
})

const lnav = (table: string) => (file: string) => ({
  command: {
    argv: ['lnav', '-n', '-c', `;SELECT sc_status, count(*) FROM ${table} GROUP BY 1`, '-c', ':write-json-to -', file],
    env: NO_HOME,
  },
  read: readRows,
})
const mlr =
  (...args: string[]) =>
  (file: string): Job => ({ command: { argv: ['mlr', ...args, file] }, read: readRows })
const mawk = (script: string) => (file: string) => ({
  command: { argv: ['mawk', ...script.split('\n'), file] },
  read: readPairs,
})
const AWK_END = 'END{for(k in n)print k,n[k]}'
const database = (name: 'duckdb' | 'chdb', what: string) => {
  const job =
    (kind: LogKind) =>
    (file: string): Job => ({ command: node(program(name), file, kind, what), read: parse })
  return { combined: job('combined'), w3c: job('w3c'), json: job('json') }
}

function duckdbVersion(): string | null {
  try {
    const { version } = createRequire(import.meta.url)('@duckdb/node-api') as { version(): string }
    return version()
  } catch {
    return null
  }
}

/** Of the package: the engine, which is large, is not loaded for it. */
function chdbVersion(): string | null {
  try {
    return (createRequire(import.meta.url)('chdb/package.json') as { version: string }).version
  } catch {
    return null
  }
}

/** Other programs that read such logs; those that are on this machine take part. */
export const PEERS: readonly Tool[] = [
  peer('mawk', 'status only', () => found('mawk', '-W', 'version'), {
    combined: mawk(`-F"\n{split($3,a," ");n[a[1]]++}${AWK_END}`),
    w3c: mawk(`!/^#/{n[$12]++}${AWK_END}`),
    json: mawk(`match($0,/"status":[0-9]+/){n[substr($0,RSTART+9,RLENGTH-9)]++}${AWK_END}`),
  }),
  peer('DuckDB, status', 'status only, all cores', duckdbVersion, database('duckdb', 'status')),
  peer(
    'DuckDB, distinct',
    'status + distinct clients, requests, agents, referers',
    duckdbVersion,
    database('duckdb', 'distinct'),
  ),
  peer('chDB, status', 'status only, all cores', chdbVersion, database('chdb', 'status')),
  peer(
    'chDB, distinct',
    'status + distinct clients, requests, agents, referers',
    chdbVersion,
    database('chdb', 'distinct'),
  ),
  peer('logswan', 'summary without paths', () => found('logswan', '-v'), {
    combined: (file) => ({
      command: { argv: ['logswan', file] },
      read: (stdout) => ({ lines: (JSON.parse(stdout) as { hits: { total: number } }).hits.total }),
    }),
  }),
  peer('mlr', 'status only', () => found('mlr', '--version'), {
    combined: mlr(
      '--icsv',
      '--ifs',
      'space',
      '--implicit-csv-header',
      '--allow-ragged-csv-input',
      '--ojson',
      'count-distinct',
      '-f',
      '7',
    ),
    w3c: mlr(
      '--inidx',
      '--ifs',
      'space',
      '--ojson',
      'filter',
      '!(string($1) =~ "^#")',
      'then',
      'count-distinct',
      '-f',
      '12',
    ),
    json: mlr('--ijsonl', '--ojson', 'count-distinct', '-f', 'status'),
  }),
  peer('lnav', 'index, then status by SQL', () => found('lnav', '-V'), {
    combined: lnav('access_log'),
    w3c: lnav('w3c_log'),
  }),
  peer('goaccess', 'full report as JSON', () => found('goaccess', '--version'), {
    combined: goaccess('--log-format=COMBINED'),
    w3c: goaccess('--log-format=W3C'),
    json: goaccess(`--log-format=${GOACCESS_JSON}`, '--date-format=%Y-%m-%d', '--time-format=%T'),
  }),
]
