/**
 * Writes docs/findings.md from the rules and the kinds:
 *
 *     npm run docs:findings
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { kinds } from '../src/diagnosis/kind-tables.js'
import type { KindTable } from '../src/diagnosis/kinds/kinds.js'
import { RULES } from '../src/diagnosis/rules/rules.js'
import { markdown, markdownCell } from '../src/render/markdown.js'

const INTRO = `# Findings

Findings that a report can have of a log, and the conditions of each. This page is generated from the rules under \`src/diagnosis/rules/\` and the kinds under
\`src/diagnosis/kinds/\`; change them there and run \`npm run docs:findings\`. \`logstat findings --lang zh\` tells the same in Chinese.

* **act**: people were affected, or something was given away. **watch**: real, but small or uncertain. **info**:
  background, in one line.
* Rules are asked in this order. A request that one takes no later one sees, so each is in one finding only.
* More than three findings of one rule and severity become two, and one for the rest. Failures, and requests that are given up at the same
  time on the same path, are one finding.
* *People* are browsers, apps and agents of no known kind (tools and requests without an agent, too, where they make a fifth of the answers).
  A client is *known* when it had an answer, or has a private address. An *attacker* asks for holes; its errors say nothing of the site. A
  client that loads no assets, where pages have some, is taken for a robot.
* The order is: act, watch, info; then people affected, number of clients, and whether it is still going on.
`

export function findingsPage(): string {
  const rules = RULES.map(
    ({ id, title, looks, condition, falseAlarms, severities }) =>
      `### ${id}\n\n**${markdown(title.en)}** (${severities.join(', ')})\n\n* Looks at: ${markdown(looks.en)}\n* When: ${markdown(condition.en)}\n* False alarms: ${markdown(falseAlarms.en)}\n`,
  )
  const { paths, agents } = kinds()
  return [
    INTRO,
    '## Rules\n',
    ...rules,
    '## Kinds of paths\n',
    kindsTable(paths),
    '## Kinds of user agents\n',
    kindsTable(agents),
  ].join('\n')
}

function kindsTable<K extends string>({ kinds: names, records }: KindTable<K>): string {
  const rows = records.map(
    ({ kind, family, where, patterns }) =>
      `| ${kind}${family === undefined ? '' : ` (${family})`} | ${markdownCell(names[kind].en)}${where === undefined ? '' : ' (query)'} | ${patterns.map((p) => `\`${markdownCell(p)}\``).join(' ')} |`,
  )
  return `| kind | what | patterns |\n|---|---|---|\n${rows.join('\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(new URL('findings.md', import.meta.url), findingsPage())
