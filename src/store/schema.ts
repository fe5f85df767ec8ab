/** Version of the schema, kept in `PRAGMA user_version`. */
export const SCHEMA_VERSION = 1

/** Marks a database as ours (`PRAGMA application_id`): "lgst". */
export const APPLICATION_ID = 0x6c677374

/** The whole schema; explained for people in docs/schema.md. Times are seconds since 1970 UTC. */
export const SCHEMA = `
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,             -- as given on the command line
  format TEXT NOT NULL,
  server TEXT,
  software TEXT,                  -- the #Software line in force
  fields TEXT,                    -- the #Fields line in force at read_to
  head_bytes INTEGER NOT NULL,    -- identity: the first bytes of the content ...
  head_hash TEXT NOT NULL,        -- ... and their SHA-256
  tail_bytes INTEGER NOT NULL,    -- continuity: the last bytes before read_to ...
  tail_hash TEXT NOT NULL,        -- ... and their SHA-256
  read_to INTEGER NOT NULL,       -- bytes of content counted so far (unpacked)
  lines INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  ignored INTEGER NOT NULL,
  without_time INTEGER NOT NULL,
  read_at INTEGER NOT NULL        -- when it was last read
) STRICT;

CREATE TABLE code (
  id INTEGER PRIMARY KEY,
  status INTEGER,                 -- NULL: the log says "-" or has none
  substatus INTEGER,              -- NULL: the log has no such column
  win32_status INTEGER,
  reason TEXT
) STRICT;
CREATE UNIQUE INDEX code_key ON code (coalesce(status, -1), coalesce(substatus, -1), coalesce(win32_status, -1), coalesce(reason, ''));

-- Exact: hits of a code in a stretch of time.
CREATE TABLE hits (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  start INTEGER NOT NULL,         -- -1: entries whose time could not be read
  seconds INTEGER NOT NULL,       -- width: 60, 900, 3600 or 86400
  hits INTEGER NOT NULL,
  bytes_sent INTEGER NOT NULL,
  timed INTEGER NOT NULL,         -- entries that carry a time taken
  time_taken_us INTEGER NOT NULL, -- and the sum of those
  PRIMARY KEY (source_id, code_id, start, seconds)
) STRICT, WITHOUT ROWID;

-- Exact, by code and period (a local day, or 0 for the whole input): first and last second, and the histogram of the time taken.
CREATE TABLE span (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  period INTEGER NOT NULL,        -- -1: entries without a time
  hits INTEGER NOT NULL,
  first_seen INTEGER,
  last_seen INTEGER,
  latency TEXT,                   -- JSON {bin: entries}; bins as in docs/schema.md
  PRIMARY KEY (source_id, code_id, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE value (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- The most frequent paths, clients, ... of a code: hits <= truth <= hits + error.
CREATE TABLE top (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  period INTEGER NOT NULL,
  dimension TEXT NOT NULL,        -- path client referer userAgent method host
  value_id INTEGER NOT NULL REFERENCES value(id),
  hits INTEGER NOT NULL,
  error INTEGER NOT NULL,
  PRIMARY KEY (source_id, code_id, period, dimension, value_id)
) STRICT, WITHOUT ROWID;

-- What is known of a list as a whole: a value that is not in it had at most "lost" hits.
CREATE TABLE list (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  period INTEGER NOT NULL,
  dimension TEXT NOT NULL,
  different INTEGER NOT NULL,     -- different values seen (at least so many when lost > 0)
  lost INTEGER NOT NULL,
  PRIMARY KEY (source_id, code_id, period, dimension)
) STRICT, WITHOUT ROWID;

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

CREATE VIEW codes_by_hour AS
  SELECT datetime(start - start % 3600, 'unixepoch') AS hour_utc, status, substatus, win32_status, reason,
         sum(hits) AS hits, sum(bytes_sent) AS bytes_sent
  FROM hits JOIN code ON code.id = code_id WHERE start >= 0
  GROUP BY 1, 2, 3, 4, 5;

CREATE VIEW values_by_code AS
  SELECT dimension, status, substatus, win32_status, reason, text AS value, sum(hits) AS hits, sum(error) AS error
  FROM top JOIN code ON code.id = code_id JOIN value ON value.id = value_id
  GROUP BY 1, 2, 3, 4, 5, 6;
`
