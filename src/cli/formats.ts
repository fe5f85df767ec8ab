import { detect } from '../format/detect.js'
import { FORMATS } from '../format/registry.js'
import { findInputs } from '../input/find.js'
import { openInput } from '../input/open.js'
import { count, percent, table, visible } from '../render/cells.js'
import { toJson } from '../render/json.js'
import { write } from './output.js'

/** `logstat formats` */
export async function formats({ format }: { readonly format?: string }): Promise<number> {
  const rows = FORMATS.map(({ name, title, aliases = [], server, layout = null, source }) => ({ name, title, aliases, server, layout, source }))
  if (format === 'json') await write(`${JSON.stringify(rows, null, 2)}\n`)
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

/** `logstat detect PATH…`: what each file is, with the evidence. Exit status 2 when one of them is no access log. */
export async function detectFiles(paths: readonly string[], { format }: { readonly format?: string }): Promise<number> {
  const found = []
  for (const input of findInputs(paths)) {
    const reader = await openInput(input)
    const head = Buffer.alloc(64 << 10)
    let used = 0
    for (let n = -1; n !== 0 && used < head.length; used += n) n = await reader.read(head.subarray(used))
    reader.close()
    found.push({ name: input.name, packing: reader.packing, ...detect(head.subarray(0, used), used < head.length) })
  }
  if (format === 'json') {
    const plain = found.map(({ name, packing, format: kind, looked, evidence, ...rest }) =>
      'plans' in rest
        ? { name, packing, format: kind, title: rest.title, server: rest.server, fits: rest.fits, looked, evidence }
        : { name, packing, format: null, seems: rest.seems, looked, evidence },
    )
    await write(toJson(plain))
  } else {
    for (const d of found) {
      const lines = [visible(d.name) + (d.packing === 'none' ? '' : ` (${d.packing})`)]
      if (d.format === null) lines.push(`  no access log that logstat knows${d.seems ? `; it looks like ${d.seems}` : ''}`)
      else
        lines.push(
          `  ${d.format}: ${visible(d.title)}`,
          `  ${count(d.fits)} of the first ${count(d.looked)} lines fit${d.looked ? ` (${percent(d.fits, d.looked)})` : ''}`,
        )
      await write(`${[...lines, ...d.evidence.map((e) => `    ${visible(e)}`)].join('\n')}\n`)
    }
  }
  return found.some((d) => d.format === null) ? 2 : 0
}
