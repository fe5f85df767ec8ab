import { FORMATS } from '../format/registry.js'
import { table } from '../render/cells.js'
import { toJson } from '../render/json.js'
import { write } from './output.js'

/** `logstat formats` */
export async function formats({ format }: { readonly format?: string }): Promise<number> {
  const rows = FORMATS.map(({ name, title, aliases = [], server, layout = null, source }) => ({ name, title, aliases, server, layout, source }))
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
