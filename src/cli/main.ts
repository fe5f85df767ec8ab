import { LogstatError } from '../errors.js'
import { findInputs } from '../input/find.js'
import { readInputs } from '../pipeline.js'
import { makeReport } from '../report/report.js'
import { renderJson } from '../render/json.js'
import { openStore } from '../store/store.js'

export async function main(argv: readonly string[]): Promise<number> {
  const paths = argv.filter((a) => !a.startsWith('--') && a !== 'json')
  const store = openStore(null)
  try {
    const t0 = performance.now()
    const results = await readInputs(findInputs(paths), store)
    const t1 = performance.now()
    let failed = false
    for (const { error } of results) if (error) { failed = true; console.error(error.message) }
    if (failed && results.every((r) => r.entries === 0)) return 2
    const r = makeReport(store)
    const t2 = performance.now()
    process.stdout.write(renderJson(r))
    if (process.env.T) console.error(t1 - t0, t2 - t1, performance.now() - t2)
    return failed ? 2 : 0
  } catch (e) {
    if (!(e instanceof LogstatError)) throw e
    console.error(e.message)
    return 2
  }
}
