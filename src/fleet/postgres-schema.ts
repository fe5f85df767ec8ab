import { type Column, type ColumnType, EXPORTED, type ExportedTable, isByTime, perDay } from '../store/exported.js'
import { CENTRE_VERSION } from './centre.js'

// Tables of a centre in PostgreSQL, made from the records of what is exported. `source_id` is in every primary key, so
// that the tables can be spread over machines by it.

const TYPES: Readonly<Record<ColumnType, string>> = {
  number: 'bigint',
  text: 'text',
  bytes: 'bytea',
  numbers: 'bigint[]',
  texts: 'text[]',
}
export const typeOf = (table: ExportedTable, { name, type }: Column): string =>
  isByTime(table) && name === table.keys[0]?.name ? 'int' : TYPES[type]

const quoted = (name: string): string => `"${name}"`
/** Days since 1970 of 2200-01-01: rows that claim to be later have one partition. */
const LATE = 84_006

/**
 * SQL that makes what is missing of a centre. The SQL may be run again: a newer logstat adds its tables and columns.
 */
export function schemaSql(id: string): string {
  return [
    `CREATE SCHEMA IF NOT EXISTS logstat;
CREATE TABLE IF NOT EXISTS logstat.meta (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE IF NOT EXISTS logstat.server (name text PRIMARY KEY, seen_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS logstat.source (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, uid text NOT NULL UNIQUE, server text NOT NULL, machine text NOT NULL,
  first_line text NOT NULL, trail bytea NOT NULL, read_to bigint NOT NULL, tail_bytes int NOT NULL, tail_hash text NOT NULL,
  about jsonb NOT NULL, rev bigint NOT NULL, heavy_rev bigint NOT NULL, top bigint NOT NULL, base bigint NOT NULL,
  token text NOT NULL, gone boolean NOT NULL, pushed_at timestamptz NOT NULL, heavy_at timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS source_first_line ON logstat.source (first_line);
CREATE INDEX IF NOT EXISTS source_server ON logstat.source (server);`,
    ...EXPORTED.map(tableSql),
    ROLLED_UP,
    ENSURE_MONTH,
    VIEWS,
    `INSERT INTO logstat.meta VALUES ('version', '${CENTRE_VERSION}'), ('id', '${id}') ON CONFLICT (name) DO NOTHING;
UPDATE logstat.meta SET value = '${CENTRE_VERSION}' WHERE name = 'version' AND value::int < ${CENTRE_VERSION};`,
  ].join('\n')
}

function tableSql(table: ExportedTable): string {
  const define = (column: Column): string => `${quoted(column.name)} ${typeOf(table, column)}`
  const keys = table.keys.map((column) => `${define(column)} NOT NULL`)
  const primary = [...table.keys.slice(0, 1).map(({ name }) => quoted(name)), 'source_id']
  const rest = table.keys.slice(1).map(({ name }) => quoted(name))
  const name = `logstat.${quoted(table.name)}`
  // Tables by time have a partition a month, so that old ones go at once.
  const partition = isByTime(table) ? ` PARTITION BY RANGE (${primary[0]})` : ''
  const sql = [
    `CREATE TABLE IF NOT EXISTS ${name} (source_id int NOT NULL, ${keys.join(', ')}, rev bigint NOT NULL, PRIMARY KEY (${[...primary, ...rest].join(', ')}))${partition};`,
    ...table.columns.map((column) => `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${define(column)};`),
  ]
  if (isByTime(table))
    for (const [end, range] of [
      ['none', 'FROM (MINVALUE) TO (0)'],
      ['late', `FROM (${LATE * perDay(table)}) TO (MAXVALUE)`],
    ])
      sql.push(
        `CREATE TABLE IF NOT EXISTS logstat.${quoted(`${table.name}_${end}`)} PARTITION OF ${name} FOR VALUES ${range};`,
      )
  return sql.join('\n')
}

/** Lists of a closed day over all logs, and what they were made from. */
const ROLLED_UP = `
CREATE TABLE IF NOT EXISTS logstat.fleet_day (period int PRIMARY KEY, made_from text NOT NULL, is_final boolean NOT NULL DEFAULT false);
CREATE TABLE IF NOT EXISTS logstat.fleet_list (period int NOT NULL, code text NOT NULL, dimension text NOT NULL, different bigint NOT NULL,
  lost bigint NOT NULL, vals text[] NOT NULL, hits bigint[] NOT NULL, errors bigint[] NOT NULL, PRIMARY KEY (period, code, dimension));`

/** Partitions of a month, counted from January 1970. Several programs may want them at once. */
const ENSURE_MONTH = `
CREATE OR REPLACE FUNCTION logstat.ensure_month(month int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  first date := date '1970-01-01' + make_interval(months => month);
  next date := first + interval '1 month';
  t record;
BEGIN
  IF month < 0 OR month >= 2760 THEN RETURN; END IF;
  FOR t IN SELECT * FROM (VALUES ${EXPORTED.filter(isByTime)
    .map((table) => `('${table.name}', ${perDay(table)})`)
    .join(', ')}) AS v (name, per_day) LOOP
    BEGIN
      EXECUTE format('CREATE TABLE logstat.%I PARTITION OF logstat.%I FOR VALUES FROM (%s) TO (%s)', t.name || to_char(first, '_YYYY_MM'), t.name,
        (first - date '1970-01-01') * t.per_day, (next - date '1970-01-01') * t.per_day);
    EXCEPTION WHEN duplicate_table THEN NULL;
    END;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION logstat.ensure_month(int) FROM PUBLIC;`

const CODE = `split_part(t.code, '|', 1) AS status, split_part(t.code, '|', 2) AS substatus, split_part(t.code, '|', 3) AS win32_status,
  nullif(substring(t.code FROM '^[^|]*[|][^|]*[|][^|]*[|](.*)$'), '') AS reason`
/** Joins the sources of rows: those of forgotten sources and void ones are left out. */
export const OF_SOURCE = 'JOIN logstat.source s ON s.id = t.source_id AND NOT s.gone AND t.rev >= s.base'

/** Views for people and dashboards. */
const VIEWS = `
CREATE OR REPLACE VIEW logstat.codes_by_hour AS
  SELECT to_timestamp(t.hour * 3600.0) AS hour, s.server, ${CODE}, sum(t.hits)::bigint AS hits
  FROM logstat.hour t ${OF_SOURCE} WHERE t.hour >= 0 GROUP BY t.hour, s.server, t.code;
CREATE OR REPLACE VIEW logstat.values_by_day AS
  SELECT date '1970-01-01' + t.period AS day, s.server, ${CODE}, t.dimension, v.value, sum(v.hits)::bigint AS hits
  FROM logstat.list t ${OF_SOURCE}, unnest(t.vals, t.hits) AS v (value, hits) WHERE t.period >= 0 AND t.period < ${LATE}
  GROUP BY t.period, s.server, t.code, t.dimension, v.value;`

/** Roles of the whole cluster: who pushes may not delete, who reads may not write. */
export const ROLES: readonly { readonly role: string; readonly grants: readonly string[] }[] = [
  {
    role: 'logstat_push',
    grants: [
      `SELECT, INSERT, UPDATE ON ${['source', 'server', ...EXPORTED.map(({ name }) => name)].map((name) => `logstat.${quoted(name)}`).join(', ')}`,
      'SELECT ON logstat.meta',
      'EXECUTE ON FUNCTION logstat.ensure_month(int)',
      'USAGE ON SCHEMA logstat',
    ],
  },
  { role: 'logstat_read', grants: ['SELECT ON ALL TABLES IN SCHEMA logstat', 'USAGE ON SCHEMA logstat'] },
]
