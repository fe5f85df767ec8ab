/**
 * Compiles the tables of kinds to JSON, and says which record breaks a rule.
 *
 *     npx tsx src/diagnosis/kinds/compile.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { AGENT_KINDS, type Kinds, type KindTable, PATH_KINDS, type PackedMatcher } from './kinds.js'
import { expand, makeMatcher, packMatcher } from './matcher.js'

const read = <K extends string>(name: string): KindTable<K> =>
  parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as KindTable<K>

function* wrong<K extends string>(
  name: string,
  { kinds, records }: KindTable<K>,
  known: readonly K[],
): Generator<string> {
  for (const kind of known)
    if (!kinds[kind]?.en || !kinds[kind].zh) yield `${name}: ${kind}: has no name in both languages`
  for (const [i, { kind, patterns, source }] of records.entries()) {
    const at = `${name}: record ${i + 1} (${kind})`
    if (!known.includes(kind)) yield `${at}: no such kind; there are ${known.join(', ')}`
    if (!/^https:\/\//.test(source ?? '')) yield `${at}: source must be a URL`
    for (const pattern of patterns ?? []) {
      if (pattern !== pattern.toLowerCase()) yield `${at}: ${pattern}: write it in lower case`
      if (expand(pattern).some((p) => p.replaceAll('[*]', '').slice(1, -1).includes('*')))
        yield `${at}: ${pattern}: * may stand at the start and the end only`
    }
  }
}

const paths = read<(typeof PATH_KINDS)[number]>('paths.yaml')
const agents = read<(typeof AGENT_KINDS)[number]>('agents.yaml')
const problems = [...wrong('paths.yaml', paths, PATH_KINDS), ...wrong('agents.yaml', agents, AGENT_KINDS)]
if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exitCode = 1
}
const folder = new URL('../../../dist/generated/', import.meta.url)
mkdirSync(folder, { recursive: true })
/** The automaton of some records of a table. */
function matcherOf<K extends string>({ records }: KindTable<K>, where?: 'query'): PackedMatcher {
  return packMatcher(
    makeMatcher(
      records.flatMap((r, value) => (r.where === where ? r.patterns.map((pattern) => ({ pattern, value })) : [])),
    ),
  )
}
const matchers = { paths: matcherOf(paths), attacks: matcherOf(paths, 'query'), agents: matcherOf(agents) }
writeFileSync(new URL('kinds.json', folder), JSON.stringify({ paths, agents, matchers } satisfies Kinds))
