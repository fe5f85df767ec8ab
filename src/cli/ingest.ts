import type { InputResult } from '../pipeline.js'
import { count, visible } from '../render/cells.js'
import { type Anonymize, setAnonymize } from '../store/anonymize.js'
import { openStore } from '../store/store.js'
import { follow } from './follow.js'
import { type AlsoPush, alsoPush, pusherOf } from './push.js'
import { type ReadCommandOptions, readOptions, readPaths } from './read.js'
import { tellUndated } from './undated.js'

interface IngestOptions extends ReadCommandOptions, AlsoPush {
  readonly db: string
  readonly anonymize?: Anonymize
  readonly follow?: boolean
  /** Seconds between two looks of `follow`. */
  readonly interval: number
}

/** `logstat ingest PATH… --db FILE`: says on standard output what was added, a line a log. */
export async function ingest(paths: readonly string[], options: IngestOptions): Promise<number> {
  const store = openStore(options.db)
  try {
    if (options.anonymize !== undefined) setAnonymize(store.db, options.anonymize)
    const tell = (result: InputResult): void => {
      if (!options.quiet) process.stdout.write(`${visible(result.name)}: ${whatBecameOf(result)}\n`)
    }
    // Standard input is read to its end in any case.
    if (options.follow && paths.some((path) => path !== '-')) {
      const pusher = pusherOf(options.db, options)
      const onLook = (): void => pusher.due()
      await follow(paths, store, {
        interval: options.interval,
        read: readOptions(store, options),
        onResult: tell,
        onLook,
      })
      await pusher.end()
      return 0
    }
    const { results, failed } = await readPaths(paths, store, options)
    for (const result of results) if (!result.error || result.entries > 0) tell(result)
    if (!options.quiet) tellUndated(results)
    const isPushed = await alsoPush(store, options)
    return failed || !isPushed ? 2 : 0
  } finally {
    store.close()
  }
}

function whatBecameOf({ entries, rejected, known, lines }: InputResult): string {
  if (known && lines === 0) return 'nothing new'
  const added = `${count(entries)} new ${entries === 1 ? 'entry' : 'entries'}`
  return rejected ? `${added}, ${count(rejected)} ${rejected === 1 ? 'line' : 'lines'} not understood` : added
}
