import { LogstatError } from '../errors.js'
import { renderIis } from '../render/iis.js'
import { RENDERERS } from '../render/render.js'
import { tellReport } from '../report/report.js'
import { compileSelection } from '../report/select.js'
import { openStore, type Store } from '../store/store.js'
import { kindOf, type OutputOptions, renderOptions, write } from './output.js'
import { FILTERS, type ReadCommandOptions, readPaths } from './read.js'

/** `logstat [PATH…]`: read, report, keep nothing. */
export async function report(paths: readonly string[], options: OutputOptions & ReadCommandOptions): Promise<number> {
  const kind = kindOf(options)
  const store = openStore(null)
  const { failed } = await readPaths(paths, store, options)
  await print(store, kind, options)
  return failed ? 2 : 0
}

/** `logstat report --db FILE` */
export async function reportDatabase(options: OutputOptions & { readonly db: string }): Promise<number> {
  const kind = kindOf(options)
  const store = openStore(options.db, { readOnly: true })
  await print(store, kind, options)
  store.close()
  return 0
}

/** `logstat iis PATH…|--db FILE` */
export async function iis(paths: readonly string[], options: OutputOptions & ReadCommandOptions & { readonly db?: string }): Promise<number> {
  if (paths.length === 0 && options.db === undefined)
    throw new LogstatError('no-input', 'logstat iis needs logs or a database', 'Give log files, or --db FILE.')
  if (paths.length > 0 && options.db !== undefined)
    throw new LogstatError('two-inputs', 'logstat iis takes logs or a database, not both', 'Add the logs first: logstat ingest PATH… --db FILE')
  const filter = FILTERS.find((name) => options[name] !== undefined)
  if (options.db !== undefined && filter)
    throw new LogstatError('filter', `--${filter} works on logs, not on a database`, 'Give the log files; a database holds counts, not entries.')
  const kind = kindOf(options)
  const store = openStore(options.db ?? null, { readOnly: true })
  const { failed } = paths.length ? await readPaths(paths, store, options) : { failed: false }
  await print(store, kind, options, true)
  return failed ? 2 : 0
}

async function print(store: Store, kind: string, options: OutputOptions, asIis = false): Promise<void> {
  const render = asIis && kind === 'text' ? renderIis : RENDERERS[kind]
  if (!render) throw new LogstatError('output', `no report of the kind "${kind}" can be made`)
  const asked = {
    language: options.lang,
    top: options.top,
    server: options.server,
    ...(options.status === undefined ? {} : { select: compileSelection(options.status) }),
  }
  await write(
    tellReport(store, asked, (made) => render(made, renderOptions(options))),
    options.output,
  )
}
