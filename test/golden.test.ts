import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { describe, expect, it } from 'vitest'
import { detect } from '../src/format/detect.js'
import type { Format } from '../src/format/format.js'
import { FORMATS } from '../src/format/registry.js'
import { findInputs } from '../src/input/find.js'
import { Flag } from '../src/kernel/wasm/roles.js'
import { readInputs } from '../src/pipeline.js'
import { makeReport } from '../src/report/report.js'
import { codeName } from '../src/report/shape.js'
import { openStore } from '../src/store/store.js'
import { countSlowly } from './oracle/oracle.js'
import { comparable, comparableOracle, countFast, fixture } from './support.js'

// Every fixtures/**/x.log has an x.expected.json beside it: the numbers of its report. What the catalogue says about
// the codes is not in it,
// so that better words are no change here. `npm run golden` writes the files anew; read the difference before
// committing it.

const LOGS = globSync('**/*.log', { cwd: fixture(''), onlyFiles: true }).sort()

/** The numbers of a report. */
async function numbersOf(file: string): Promise<unknown> {
  const store = openStore(null)
  const [result] = await readInputs(findInputs([file]), store)
  expect(result?.error).toBeNull()
  const { totals, period, codes, rejects, classes } = makeReport(store, { top: 3 })
  store.close()
  return {
    format: result?.format,
    server: result?.server,
    software: result?.software,
    period,
    totals,
    classes: Object.fromEntries(classes.filter((c) => c.hits > 0).map((c) => [c.class, c.hits])),
    codes: Object.fromEntries(
      codes.map((c) => [
        codeName(c),
        {
          hits: c.hits,
          bytesSent: c.bytesSent,
          bytesReceived: c.bytesReceived,
          firstSeen: c.firstSeen,
          lastSeen: c.lastSeen,
          win32: Object.fromEntries(c.win32.map((w) => [w.value, w.hits])),
          paths: c.distinct.paths.count,
          clients: c.distinct.clients.count,
          topPath: c.top.paths[0] ?? null,
        },
      ]),
    ),
    rejects: Object.fromEntries(
      rejects.map((r) => [
        r.reason,
        { count: r.count, samples: r.samples.map(({ line, offset }) => ({ line, offset })) },
      ]),
    ),
  }
}

describe('fixtures', () => {
  it.each(LOGS)('%s counts as expected', async (name) => {
    const actual = await numbersOf(fixture(name))
    const file = fixture(name.replace(/\.log$/, '.expected.json'))
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, `${JSON.stringify(actual, null, 2)}\n`)
    expect(existsSync(file), `${file} is missing: npm run golden`).toBe(true)
    expect(actual).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })

  it.each(LOGS)('%s: the kernel and the oracle agree', async (name) => {
    const input = readFileSync(fixture(name))
    const found = detect(input, true)
    if (found.format === null) throw new Error(`${name} is not detected`)
    const layoutsOf = (name: string): string[] => {
      const { layout, variants = [] } = FORMATS.find((f) => f.name === name) as Format
      return layout === undefined ? [] : [layout, ...variants]
    }
    const [first, ...others] = found.plans
    const bare = first && first.flags & Flag.NoTail ? layoutsOf(first.format)[0] : undefined
    const names = new Set((bare === undefined ? found.plans : others).map((p) => p.format))
    const layouts = [...names].flatMap(layoutsOf)
    const plans = layouts.length ? found.plans : []
    expect(comparable(countFast(input, plans))).toEqual(comparableOracle(await countSlowly(input, layouts, bare)))
  })

  it('each expected file belongs to a log', () => {
    const expected = globSync('**/*.expected.json', { cwd: fixture(''), onlyFiles: true })
    expect(expected.map((e) => e.replace(/\.expected\.json$/, '.log')).sort()).toEqual(LOGS)
  })
})
