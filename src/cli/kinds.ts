/** Groupings that `--by` takes a report apart by. */
export const GROUPINGS = ['host', 'site', 'source', 'server'] as const

/** Kinds of a report, as `--format` and the extension of `-o` name them. */
export const OUTPUT_KINDS = ['text', 'json', 'html', 'md', 'csv', 'tsv', 'openmetrics'] as const

/** Tables of a report, as `--table` names them. */
export const TABLE_NAMES = ['codes', 'win32', 'paths', 'clients', 'findings', 'timeline'] as const
