import { count, visible } from '../render/cells.js'
import { openStore } from '../store/store.js'
import { type ReadCommandOptions, readPaths } from './read.js'

/** `logstat ingest PATH… --db FILE`: says on standard output what was added, a line a log. */
export async function ingest(paths: readonly string[], options: ReadCommandOptions & { readonly db: string }): Promise<number> {
  const store = openStore(options.db)
  const { results, failed } = await readPaths(paths, store, options)
  store.close()
  if (!options.quiet) {
    for (const r of results) {
      if (r.error && r.entries === 0) continue
      const parts = [`${count(r.entries)} new entries`]
      if (r.rejected) parts.push(`${count(r.rejected)} lines not understood`)
      if (r.known && r.lines === 0) parts[0] = 'nothing new'
      process.stdout.write(`${visible(r.name)}: ${parts.join(', ')}\n`)
    }
  }
  return failed ? 2 : 0
}
