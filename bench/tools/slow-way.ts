import { createReadStream, readFileSync } from 'node:fs'
import split2 from 'split2'
import { countSlowly } from '../../test/oracle/oracle.js'

// The obvious way: split2, then a regular expression and Maps (the tests' oracle) or, for JSON lines, JSON.parse and
// one Map.
//
// A JSON document is read whole, as JSON.parse needs it.
//
// usage: slow-way FILE w3c|json|document|LAYOUT

const [path, how] = process.argv.slice(2) as [string, string]
const statuses: Record<string, number> = {}
let lines = 0

const count = ({ status }: { readonly status: number }): void => {
  statuses[status] = (statuses[status] ?? 0) + 1
  lines++
}

if (how === 'json') {
  for await (const line of createReadStream(path).pipe(split2()))
    count(JSON.parse(line as string) as { status: number })
} else if (how === 'document') {
  for (const record of JSON.parse(readFileSync(path, 'utf8')) as { status: number }[]) count(record)
} else {
  const counted = await countSlowly(createReadStream(path), how === 'w3c' ? [] : [how])
  lines = counted.lines
  for (const [key, { hits }] of counted.codes) {
    const status = key.split('|')[0] as string
    statuses[status] = (statuses[status] ?? 0) + hits
  }
}
process.stdout.write(JSON.stringify({ lines, statuses }))
