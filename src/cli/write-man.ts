/**
 * Writes the manual page: dist/man/logstat.1.
 *
 *     npx tsx src/cli/write-man.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { NO_CONFIG } from './config-file.js'
import { makeProgram } from './main.js'
import { manPage } from './man.js'
import { speakTo } from './messages.js'

// The manual page is English, whatever the language of the builder is.
process.env.LC_ALL = 'C'
speakTo([])
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}
// The first release of the changelog is the one that is built; until it is dated it has no date.
const [, date = ''] =
  /^## \S+ \((\d{4}-\d\d-\d\d)\)/m.exec(readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')) ?? []
const folder = new URL('../../dist/man/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(
  new URL('logstat.1', folder),
  manPage(
    makeProgram(version, NO_CONFIG, () => {}),
    version,
    date,
  ),
)
