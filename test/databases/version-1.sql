-- A database of version 1, as logstat made it at commit bf2850a of the two logs in migration.test.ts.
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
  read_at INTEGER NOT NULL        -- when it was last read
) STRICT;
CREATE INDEX source_first_line ON source (first_line);
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
CREATE TABLE span (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  period INTEGER NOT NULL,        -- days since 1970; -1: entries without a time
  hits INTEGER NOT NULL,
  first_seen INTEGER,
  last_seen INTEGER,
  latency TEXT,                   -- JSON {bin: entries}; bins as in docs/schema.md
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
CREATE TABLE list (
  source_id INTEGER NOT NULL REFERENCES source(id),
  code_id INTEGER NOT NULL REFERENCES code(id),
  period INTEGER NOT NULL,
  dimension_id INTEGER NOT NULL REFERENCES dimension(id),
  different INTEGER NOT NULL,     -- different values seen (at least so many when lost > 0)
  lost INTEGER NOT NULL,
  PRIMARY KEY (source_id, code_id, period, dimension_id)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE setting (
  name TEXT PRIMARY KEY,          -- as in docs/schema.md
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE VIEW codes_by_hour AS
  SELECT datetime(start - start % 3600, 'unixepoch') AS hour_utc, status, substatus, win32_status, reason,
         sum(hits) AS hits, sum(bytes_sent) AS bytes_sent
  FROM hits JOIN code ON code.id = code_id WHERE start >= 0
  GROUP BY 1, 2, 3, 4, 5;
CREATE VIEW codes_by_day AS
  SELECT date(period * 86400, 'unixepoch') AS day, status, substatus, win32_status, reason, sum(hits) AS hits,
         datetime(min(first_seen), 'unixepoch') AS first_seen_utc, datetime(max(last_seen), 'unixepoch') AS last_seen_utc
  FROM span JOIN code ON code.id = code_id WHERE period >= 0
  GROUP BY 1, 2, 3, 4, 5;
CREATE VIEW codes_by_source AS
  SELECT source.id AS source_id, name, machine, server, status, substatus, win32_status, reason, sum(h.hits) AS hits, sum(bytes_sent) AS bytes_sent
  FROM hits h JOIN source ON source.id = source_id JOIN code ON code.id = code_id
  GROUP BY 1, 5, 6, 7, 8;
CREATE VIEW values_by_code AS
  WITH lost AS (SELECT code_id, dimension_id, sum(lost) AS lost FROM list GROUP BY 1, 2)
  SELECT dimension.name AS dimension, status, substatus, win32_status, reason, text AS value, sum(top.hits) AS hits,
         sum(top.error) + lost.lost - sum(list.lost) AS error
  FROM top JOIN list USING (source_id, code_id, period, dimension_id) JOIN lost USING (code_id, dimension_id)
       JOIN dimension ON dimension.id = dimension_id JOIN code ON code.id = code_id JOIN value ON value.id = value_id
  GROUP BY dimension_id, code_id, value_id;
CREATE VIEW paths_by_code AS
  SELECT status, substatus, win32_status, reason, value AS path, hits, error FROM values_by_code WHERE dimension = 'path';
CREATE VIEW clients_by_code AS
  SELECT status, substatus, win32_status, reason, value AS client, hits, error FROM values_by_code WHERE dimension = 'client';
CREATE VIEW referers_by_code AS
  SELECT status, substatus, win32_status, reason, value AS referer, hits, error FROM values_by_code WHERE dimension = 'referer';
CREATE VIEW user_agents_by_code AS
  SELECT status, substatus, win32_status, reason, value AS user_agent, hits, error FROM values_by_code WHERE dimension = 'userAgent';
CREATE VIEW methods_by_code AS
  SELECT status, substatus, win32_status, reason, value AS method, hits, error FROM values_by_code WHERE dimension = 'method';
CREATE VIEW hosts_by_code AS
  SELECT status, substatus, win32_status, reason, value AS host, hits, error FROM values_by_code WHERE dimension = 'host';
INSERT INTO source VALUES (1, '0626fe8e1d58d9f816889679de4c9e36', 'plain.log', '/var/log/plain.log', 'web1', 'combined', 'nginx', NULL, NULL, 0, 'c7a791f8227c8c73', x'5c000000000015e48dfb6c78d7dbc500000000008a4d8627d10c9be822010000000060e449b60cee9aaf7f01000000005c459d1aabd3607a', 383, '040b32ddd57023a2e4ac4124b8eca6d900b31acc4981065ed6211f2363be1b40', 383, 0, 4, 4, 0, 0, 0, 0, 1796130565, 1796130565);
INSERT INTO source VALUES (2, '062b0705aaa5444f7371743e15a48d64', 'iis.log', '/var/log/iis.log', 'web1', 'w3c', 'iis', 'Microsoft Internet Information Services 10.0', '#Fields: date time cs-method cs-uri-stem c-ip sc-status sc-substatus sc-win32-status time-taken', 0, '785d722810de9b49', x'380000000000f2348a37fa60a4c1980000000000ee284c97240380a1ca0000000000701067556f3a2be500010000000088b52ec891900818310100000000c84f54f6c2e55d36', 305, '8d25f92822db357eb9c3064a34ffde10fad4d86d03963c20697b8a1c3bdec942', 305, 0, 5, 3, 0, 2, 0, 0, 1796130566, 1796130566);
INSERT INTO code VALUES (1, 200, NULL, NULL, NULL);
INSERT INTO code VALUES (2, 304, NULL, NULL, NULL);
INSERT INTO code VALUES (3, 404, NULL, NULL, NULL);
INSERT INTO code VALUES (4, 200, 0, 0, NULL);
INSERT INTO code VALUES (5, 500, 19, 183, NULL);
INSERT INTO hits VALUES (1, 1, 1795165200, 60, 1, 512, 0, 0);
INSERT INTO hits VALUES (1, 2, 1795165200, 60, 1, 0, 0, 0);
INSERT INTO hits VALUES (1, 3, 1795165260, 60, 1, 153, 0, 0);
INSERT INTO hits VALUES (1, 3, 1795255200, 60, 1, 153, 0, 0);
INSERT INTO hits VALUES (2, 4, 1795165200, 60, 1, 0, 1, 15000);
INSERT INTO hits VALUES (2, 4, 1795165500, 60, 1, 0, 0, 0);
INSERT INTO hits VALUES (2, 5, 1795165200, 60, 1, 0, 1, 250000);
INSERT INTO span VALUES (1, 1, 20777, 1, 1795165201, 1795165201, NULL);
INSERT INTO span VALUES (1, 2, 20777, 1, 1795165202, 1795165202, NULL);
INSERT INTO span VALUES (1, 3, 20777, 1, 1795165262, 1795165262, NULL);
INSERT INTO span VALUES (1, 3, 20778, 1, 1795255200, 1795255200, NULL);
INSERT INTO span VALUES (2, 4, 20777, 2, 1795165201, 1795165500, '{"314":1}');
INSERT INTO span VALUES (2, 5, 20777, 1, 1795165230, 1795165230, '{"445":1}');
INSERT INTO dimension VALUES (1, 'path');
INSERT INTO dimension VALUES (2, 'client');
INSERT INTO dimension VALUES (3, 'userAgent');
INSERT INTO dimension VALUES (4, 'method');
INSERT INTO dimension VALUES (5, 'referer');
INSERT INTO value VALUES (1, 1768979292, '/a');
INSERT INTO value VALUES (2, 3680997403, '/none');
INSERT INTO value VALUES (3, 4034472678, '/b');
INSERT INTO value VALUES (4, 1555461494, '203.0.113.7');
INSERT INTO value VALUES (5, 1962264826, '198.51.100.9');
INSERT INTO value VALUES (6, 2630049532, 'Mozilla/5.0');
INSERT INTO value VALUES (7, 3908503942, 'curl/8.4.0');
INSERT INTO value VALUES (8, 1805413626, 'GET');
INSERT INTO value VALUES (9, 1747841236, 'https://example.com/');
INSERT INTO value VALUES (10, 4013607337, '/app');
INSERT INTO value VALUES (11, 1114132877, '192.0.2.2');
INSERT INTO value VALUES (12, 3680567351, '192.0.2.1');
INSERT INTO list VALUES (1, 1, 20777, 1, 1, 0);
INSERT INTO list VALUES (1, 1, 20777, 2, 1, 0);
INSERT INTO list VALUES (1, 1, 20777, 3, 1, 0);
INSERT INTO list VALUES (1, 1, 20777, 4, 1, 0);
INSERT INTO list VALUES (1, 2, 20777, 1, 1, 0);
INSERT INTO list VALUES (1, 2, 20777, 2, 1, 0);
INSERT INTO list VALUES (1, 2, 20777, 3, 1, 0);
INSERT INTO list VALUES (1, 2, 20777, 4, 1, 0);
INSERT INTO list VALUES (1, 2, 20777, 5, 1, 0);
INSERT INTO list VALUES (1, 3, 20777, 1, 1, 0);
INSERT INTO list VALUES (1, 3, 20777, 2, 1, 0);
INSERT INTO list VALUES (1, 3, 20777, 3, 1, 0);
INSERT INTO list VALUES (1, 3, 20777, 4, 1, 0);
INSERT INTO list VALUES (1, 3, 20778, 1, 1, 0);
INSERT INTO list VALUES (1, 3, 20778, 2, 1, 0);
INSERT INTO list VALUES (1, 3, 20778, 3, 1, 0);
INSERT INTO list VALUES (1, 3, 20778, 4, 1, 0);
INSERT INTO list VALUES (2, 4, 20777, 1, 1, 0);
INSERT INTO list VALUES (2, 4, 20777, 2, 2, 0);
INSERT INTO list VALUES (2, 4, 20777, 4, 1, 0);
INSERT INTO list VALUES (2, 5, 20777, 1, 1, 0);
INSERT INTO list VALUES (2, 5, 20777, 2, 1, 0);
INSERT INTO list VALUES (2, 5, 20777, 4, 1, 0);
INSERT INTO top VALUES (1, 1, 20777, 1, 1, 1, 0);
INSERT INTO top VALUES (1, 1, 20777, 2, 4, 1, 0);
INSERT INTO top VALUES (1, 1, 20777, 3, 7, 1, 0);
INSERT INTO top VALUES (1, 1, 20777, 4, 8, 1, 0);
INSERT INTO top VALUES (1, 2, 20777, 1, 3, 1, 0);
INSERT INTO top VALUES (1, 2, 20777, 2, 4, 1, 0);
INSERT INTO top VALUES (1, 2, 20777, 3, 7, 1, 0);
INSERT INTO top VALUES (1, 2, 20777, 4, 8, 1, 0);
INSERT INTO top VALUES (1, 2, 20777, 5, 9, 1, 0);
INSERT INTO top VALUES (1, 3, 20777, 1, 2, 1, 0);
INSERT INTO top VALUES (1, 3, 20777, 2, 5, 1, 0);
INSERT INTO top VALUES (1, 3, 20777, 3, 6, 1, 0);
INSERT INTO top VALUES (1, 3, 20777, 4, 8, 1, 0);
INSERT INTO top VALUES (1, 3, 20778, 1, 2, 1, 0);
INSERT INTO top VALUES (1, 3, 20778, 2, 5, 1, 0);
INSERT INTO top VALUES (1, 3, 20778, 3, 6, 1, 0);
INSERT INTO top VALUES (1, 3, 20778, 4, 8, 1, 0);
INSERT INTO top VALUES (2, 4, 20777, 1, 10, 2, 0);
INSERT INTO top VALUES (2, 4, 20777, 2, 11, 1, 0);
INSERT INTO top VALUES (2, 4, 20777, 2, 12, 1, 0);
INSERT INTO top VALUES (2, 4, 20777, 4, 8, 2, 0);
INSERT INTO top VALUES (2, 5, 20777, 1, 10, 1, 0);
INSERT INTO top VALUES (2, 5, 20777, 2, 12, 1, 0);
INSERT INTO top VALUES (2, 5, 20777, 4, 8, 1, 0);
INSERT INTO setting VALUES ('rolled_up_to', '1792195200');
PRAGMA application_id = 1818719092;
PRAGMA user_version = 1;

