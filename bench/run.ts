import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CASES } from './cases.js'
import { compare, type Row, WrongAnswer } from './compare.js'
import { describeMachine, machineName } from './machine.js'
import { asMarkdown, asText, type BenchRun, targetsAsText } from './table.js'
import { judge } from './targets.js'

// logstat beside the limits of the machine and beside its peers. Each tool runs in a process of its own, and must have
// the right
// answer before it is timed.

const USAGE = `npm run bench -- [options]

  --lines N     entries of a log (5,000,000)
  --case NAME   only this case; may be repeated: ${CASES.map((c) => c.name).join(' ')}
  --rounds N    timed runs of each tool, of which the median counts (5)
  --quick       small logs, few runs: under a minute
  --save        keep the results in bench/runs/
  --host NAME   the machine's name in there (its processor and number of cores)
  --docs        put the results into docs/performance.md
`

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const { values } = parseArgs({
  options: {
    lines: { type: 'string' },
    case: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    host: { type: 'string' },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

async function main(): Promise<number> {
  const unknown = values.case?.find((name) => !CASES.some((c) => c.name === name))
  if (values.help || unknown !== undefined) {
    process.stdout.write(unknown === undefined ? USAGE : `no case is called "${unknown}"\n\n${USAGE}`)
    return unknown === undefined ? 0 : 2
  }
  compileTools()
  const entries = Number(values.lines ?? (values.quick ? 20_000 : 5_000_000))
  const options = {
    entries,
    rounds: Number(values.rounds ?? (values.quick ? 2 : 5)),
    slowSeconds: values.quick ? 0.5 : 10,
  }
  const rows: Row[] = []
  const notes: string[] = []
  for (const theCase of CASES) {
    if (values.case && !values.case.includes(theCase.name)) continue
    const outcome = await compare(theCase, options)
    if (outcome.rows.length > 0) process.stdout.write(`${asText(outcome.rows, rows.length === 0)}\n\n`)
    rows.push(...outcome.rows)
    notes.push(...outcome.notes)
  }
  const result: BenchRun = { machine: describeMachine(), entries, rows, targets: judge(rows), notes }
  process.stdout.write(`${targetsAsText(result.targets)}\n\n${notes.map((note) => `${note}\n`).join('')}`)
  if (values.save) save(result)
  if (values.docs) fillDocs(result)
  return 0
}

/** The helpers are compiled, so that no compiler runs in what is timed. */
function compileTools(): void {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', join(ROOT, 'bench/tools')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`bench/tools cannot be compiled:\n${stdout}`)
}

function save(result: BenchRun): void {
  const folder = join(ROOT, 'bench/runs')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${result.machine.date}-${values.host ?? machineName(result.machine)}`)
  writeFileSync(`${path}.json`, `${JSON.stringify(result, null, 2)}\n`)
  writeFileSync(`${path}.md`, `# Bench run\n\n${asMarkdown(result)}\n`)
  process.stdout.write(`saved as ${path}.json and .md\n`)
}

function fillDocs(result: BenchRun): void {
  const path = join(ROOT, 'docs/performance.md')
  const text = readFileSync(path, 'utf8')
  const filled = text.replace(
    /(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/,
    (_, open: string, close: string) => `${open}\n${asMarkdown(result)}\n\n${close}`,
  )
  writeFileSync(path, filled)
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof WrongAnswer)) throw error
  process.stderr.write(`wrong answer, so nothing is timed: ${error.message}\n`)
  process.exitCode = 1
}
