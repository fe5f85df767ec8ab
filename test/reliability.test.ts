import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ARCHIVES } from './reliability/archives.js'
import { ERRORS } from './reliability/errors.js'
import { type Fault, hold } from './reliability/fault.js'
import { LIMITS } from './reliability/limits.js'
import { TERMINALS } from './reliability/terminals.js'
import { ROOT } from './support.js'

// Faults and hostile inputs: each is run as a user would meet it, and docs/reliability.md is the table of them.

interface Part {
  readonly title: string
  readonly intro: string
  readonly faults: readonly Fault[]
}

const PARTS: readonly Part[] = [
  {
    title: 'Errors',
    intro:
      'Every error ends with a sentence, a remedy and exit status 2, never 1, and one bad input does not keep the others from being reported.',
    faults: ERRORS,
  },
  {
    title: 'Archives and packed data',
    intro:
      'What is damaged is told, and what can be read of it is counted. What unpacks to more than it should is bounded or refused.',
    faults: ARCHIVES,
  },
  {
    title: 'Terminals',
    intro:
      'Text out of a log, a file name, an archive or a database is never printed so that it does something to a terminal, or cannot be seen.',
    faults: TERMINALS,
  },
  {
    title: 'Limits',
    intro:
      'What is made to take for ever, or all of the memory, is bounded or refused. `ulimit -t` stops a run that takes more CPU seconds than that.',
    faults: LIMITS,
  },
]

const DOCUMENT = join(ROOT, 'docs/reliability.md')

function documented(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const row = ({ fault, run, given, status, says = [], prints = [], mebibytes, also }: Fault): string => {
    const line = run.replaceAll(process.execPath, 'node')
    const how = [...(given ? [given] : []), line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``].join('; ')
    const outcome = [
      ...[...prints, ...says].map((text) => `“${text}”`),
      ...(also ? [also] : []),
      ...(mebibytes ? [`takes less than ${mebibytes} MiB`] : []),
      `exit ${status}`,
    ].join('; ')
    return `| ${[fault, how, outcome].map(cell).join(' | ')} |`
  }
  const part = ({ title, intro, faults }: Part): string =>
    [
      `## ${title}`,
      '',
      intro,
      '',
      '| Fault or hostile input | How to run it | Outcome |',
      '|---|---|---|',
      ...faults.map(row),
      '',
    ].join('\n')
  return `# Reliability

What logstat does when something is wrong, or when somebody means harm. Each row is a test (\`test/reliability.test.ts\`), which runs the line
in the second column with bash, in a folder that holds \`good.log\`, a log of three requests. The table is made from the tests: \`npm run golden\`.

${PARTS.map(part).join('\n')}`
}

describe.skipIf(process.platform === 'win32')('reliability', () => {
  for (const { title, faults } of PARTS) {
    describe(title, () => {
      for (const fault of faults) it(fault.fault, () => hold(fault))
    })
  }
  it('is documented as it is tested', () => {
    if (process.env.UPDATE_GOLDEN) writeFileSync(DOCUMENT, documented())
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(documented())
  })
})
