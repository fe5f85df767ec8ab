import { definitions, sumOf } from './measures.js'

/** Version of the schema, kept in `PRAGMA user_version`. */
export const SCHEMA_VERSION = 4

/** Marks a database as ours (`PRAGMA application_id`): "lgst". */
export const APPLICATION_ID = 0x6c677374

/** Exact counts of a code in a stretch of time. */
export const hitsTable = (version: number): string => `
CREATE TABLE hits (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  start INTEGER NOT NULL,         -- -1: entries whose time could not be read
  seconds INTEGER NOT NULL,       -- width: 60, 900, 3600 or 86400
  -- Sums over the entries. NULL: none of them has a value; that is not 0.
${definitions(true, version)}
  PRIMARY KEY (source_id, code_id, start, seconds)
) STRICT, WITHOUT ROWID;
`

/** Tables that a push to a centre needs (src/store/tracked.ts). */
export const TRACKING = `
-- Hours (seconds 3600, number = hours since 1970) and periods (seconds 86400, number = period) of a code, and the revision
-- of the source that changed their counts last. Empty until the first push.
CREATE TABLE touched (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  seconds INTEGER NOT NULL,
  number INTEGER NOT NULL,        -- -1: entries without a time
  rev INTEGER NOT NULL,
  PRIMARY KEY (source_id, code_id, seconds, number)
) STRICT, WITHOUT ROWID;

-- Pushes of a source, each noted before it begins: a centre that names one of them has had it from this database.
CREATE TABLE pushed (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES source(id),
  token TEXT NOT NULL
) STRICT;
CREATE INDEX pushed_source ON pushed (source_id, token);

-- Sources that were deleted, and that a centre may still have.
CREATE TABLE forgotten (
  uid TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
`

/**
 * Evidence of what went wrong, for the diagnosis: by source and period, deflated JSON (src/diagnosis/evidence.ts).
 */
export const EVIDENCE = `
CREATE TABLE evidence (
  source_id INTEGER NOT NULL REFERENCES source(id),
  period INTEGER NOT NULL,        -- as in span
  data BLOB NOT NULL,
  PRIMARY KEY (source_id, period)
) STRICT, WITHOUT ROWID;
`

export const TABLES = `
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,       -- random: the same import in copies of a database
  name TEXT NOT NULL,             -- as last given on the command line
  path TEXT,                      -- the same in full; NULL: standard input
  machine TEXT NOT NULL,          -- name of the host that read it
  format TEXT NOT NULL,
  server TEXT,
  software TEXT,                  -- the #Software line in force
  fields TEXT,                    -- the #Fields line in force at read_to
  stream INTEGER NOT NULL,        -- 1: standard input or a pipe; it has no identity but its name
  first_line TEXT NOT NULL,       -- identity: hash of the first line that is no directive ...
  trail BLOB NOT NULL,            -- ... hashes of windows of the content ...
  tail_bytes INTEGER NOT NULL,    -- ... and of the last bytes before read_to
  tail_hash TEXT NOT NULL,
  read_to INTEGER NOT NULL,       -- bytes of (unpacked) content counted so far, up to the end of a line
  open_line INTEGER NOT NULL,     -- 1: the line behind read_to is counted too, although its end had not been written
  lines INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  ignored INTEGER NOT NULL,
  without_time INTEGER NOT NULL,
  pruned INTEGER NOT NULL,        -- entries whose counts were deleted by prune
  first_read_at INTEGER NOT NULL,
  read_at INTEGER NOT NULL,       -- when it was last read
  rev INTEGER NOT NULL DEFAULT 0  -- goes up with each change, once it was pushed
) STRICT;
CREATE INDEX source_first_line ON source (first_line);

-- Packed files known to hold nothing that is not counted: they need not be unpacked again.
CREATE TABLE packed (
  id TEXT PRIMARY KEY,            -- hash of the packed file's size, beginning and end
  source_id INTEGER NOT NULL REFERENCES source(id)
) STRICT, WITHOUT ROWID;

CREATE TABLE code (
  id INTEGER PRIMARY KEY,
  status INTEGER,                 -- NULL: the log says "-" or has none
  substatus INTEGER,              -- NULL: the log has no such column
  win32_status INTEGER,
  reason TEXT
) STRICT;
CREATE UNIQUE INDEX code_key ON code (coalesce(status, -1), coalesce(substatus, -1), coalesce(win32_status, -1), coalesce(reason, ''));

-- Exact: what a code has in a stretch of time.${hitsTable(SCHEMA_VERSION)}
-- Exact, by code and period (a local day, or 0 for the whole input): first and last second, and the histogram of the time taken.
CREATE TABLE span (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  period INTEGER NOT NULL,        -- days since 1970; -1: entries without a time
  hits INTEGER NOT NULL,
  -- Histograms are JSON {bin: entries}; bins as in docs/schema.md.
${definitions(false, SCHEMA_VERSION)}
  PRIMARY KEY (source_id, code_id, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE dimension (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE       -- path client referer userAgent method host
) STRICT;

CREATE TABLE value (
  id INTEGER PRIMARY KEY,
  hash INTEGER NOT NULL,          -- CRC-32 of the text: an index on the text itself would double the file
  text TEXT NOT NULL
) STRICT;
CREATE INDEX value_hash ON value (hash);

-- What is known of a list as a whole: a value that is not in it had at most "lost" hits.
CREATE TABLE list (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  period INTEGER NOT NULL,
  dimension_id INTEGER NOT NULL REFERENCES dimension(id),
  different INTEGER NOT NULL,     -- different values seen (at least so many when lost > 0)
  lost INTEGER NOT NULL,
  PRIMARY KEY (source_id, code_id, period, dimension_id)
) STRICT, WITHOUT ROWID;

-- The most frequent paths, clients, ... of a code: hits <= truth <= hits + error.
CREATE TABLE top (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  period INTEGER NOT NULL,
  dimension_id INTEGER NOT NULL REFERENCES dimension(id),
  value_id INTEGER NOT NULL REFERENCES value(id),
  hits INTEGER NOT NULL,
  error INTEGER NOT NULL,
  PRIMARY KEY (source_id, code_id, period, dimension_id, value_id)
) STRICT, WITHOUT ROWID;

${EVIDENCE}
CREATE TABLE reject (
  source_id INTEGER NOT NULL REFERENCES source(id),
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (source_id, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE reject_sample (
  source_id INTEGER NOT NULL REFERENCES source(id),
  reason TEXT NOT NULL,
  line INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  step INTEGER NOT NULL,
  "column" INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (source_id, reason, line)
) STRICT, WITHOUT ROWID;

${TRACKING}
CREATE TABLE setting (
  name TEXT PRIMARY KEY,          -- as in docs/schema.md
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`

/** The sums of a code that views show. */
const SHOWN = ['bytes_sent', 'bytes_received']
const shownSums = (table?: string): string => SHOWN.map((column) => `${sumOf(column, table)} AS ${column}`).join(', ')

const viewOf = (dimension: string, column: string): string =>
  `SELECT status, substatus, win32_status, reason, value AS ${column}, hits, error FROM values_by_code WHERE dimension = '${dimension}'`

/**
 * Views for people with the sqlite3 shell, by name: names and times in words, sources added up. Times are seconds since
 * 1970 UTC.
 */
export const VIEWS: Readonly<Record<string, string>> = {
  codes_by_hour: `
  SELECT datetime(start - start % 3600, 'unixepoch') AS hour_utc, status, substatus, win32_status, reason, sum(hits) AS hits, ${shownSums()}
  FROM hits JOIN code ON code.id = code_id WHERE start >= 0
  GROUP BY 1, 2, 3, 4, 5`,

  codes_by_day: `
  SELECT date(period * 86400, 'unixepoch') AS day, status, substatus, win32_status, reason, sum(hits) AS hits,
         datetime(min(first_seen), 'unixepoch') AS first_seen_utc, datetime(max(last_seen), 'unixepoch') AS last_seen_utc
  FROM span JOIN code ON code.id = code_id WHERE period >= 0
  GROUP BY 1, 2, 3, 4, 5`,

  codes_by_source: `
  SELECT source.id AS source_id, name, machine, server, status, substatus, win32_status, reason, sum(h.hits) AS hits, ${shownSums('h')}
  FROM hits h JOIN source ON source.id = source_id JOIN code ON code.id = code_id
  GROUP BY 1, 5, 6, 7, 8`,

  // hits <= truth <= hits + error, where error includes what lists that lack the value may have lost of it.
  values_by_code: `
  WITH lost AS (SELECT code_id, dimension_id, sum(lost) AS lost FROM list GROUP BY 1, 2)
  SELECT dimension.name AS dimension, status, substatus, win32_status, reason, text AS value, sum(top.hits) AS hits,
         sum(top.error) + lost.lost - sum(list.lost) AS error
  FROM top JOIN list USING (source_id, code_id, period, dimension_id) JOIN lost USING (code_id, dimension_id)
       JOIN dimension ON dimension.id = dimension_id JOIN code ON code.id = code_id JOIN value ON value.id = value_id
  GROUP BY dimension_id, code_id, value_id`,

  paths_by_code: viewOf('path', 'path'),
  clients_by_code: viewOf('client', 'client'),
  referers_by_code: viewOf('referer', 'referer'),
  user_agents_by_code: viewOf('userAgent', 'user_agent'),
  methods_by_code: viewOf('method', 'method'),
  hosts_by_code: viewOf('host', 'host'),
}
