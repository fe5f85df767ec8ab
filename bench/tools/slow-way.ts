import { createReadStream } from 'node:fs'
import split2 from 'split2'
import { countSlowly } from '../../test/oracle/oracle.js'

// The obvious way: split2, then a regular expression and Maps (the tests' oracle) or, for JSON lines, JSON.parse and one Map.
//
// usage: slow-way FILE w3c|json|LAYOUT

const [path, how] = process.argv.slice(2) as [string, string]
const statuses: Record<string, number> = {}
let lines = 0

if (how === 'json') {
  for await (const line of createReadStream(path).pipe(split2())) {
    const { status } = JSON.parse(line as string) as { status: number }
    statuses[status] = (statuses[status] ?? 0) + 1
    lines++
  }
} else {
  const count = await countSlowly(createReadStream(path), how === 'w3c' ? [] : [how])
  lines = count.lines
  for (const [key, { hits }] of count.codes) {
    const status = key.split('|')[0] as string
    statuses[status] = (statuses[status] ?? 0) + hits
  }
}
process.stdout.write(JSON.stringify({ lines, statuses }))
