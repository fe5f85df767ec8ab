import { FORMATS } from '../format/registry.js'
import { table } from '../render/cells.js'
import { toJson } from '../render/json.js'
import { type Config, NO_CONFIG } from './config-file.js'
import { write } from './output.js'

/** `logstat formats` */
export async function formats({
  format,
  settings = NO_CONFIG,
}: {
  readonly format?: string
  readonly settings?: Config
}): Promise<number> {
  const own = settings.formats.map(({ name, layout, pattern, fields, server = null }) => ({
    name,
    title: 'a format of your own',
    aliases: [],
    server,
    layout: layout ?? pattern ?? fields ?? null,
    source: null,
  }))
  const known = FORMATS.map(({ name, title, aliases = [], server, layout = null, source }) => ({
    name,
    title,
    aliases,
    server,
    layout,
    source,
  }))
  const rows = [...own, ...known]
  if (format === 'json') await write(toJson(rows))
  else
    await write(
      `${table(
        rows.map((r) => [r.name, r.aliases.join(', '), r.title]),
        [{}, { most: 30 }, {}],
        '',
      ).join('\n')}\n`,
    )
  return 0
}
