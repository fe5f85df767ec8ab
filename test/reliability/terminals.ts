import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type Fault, GOOD, makeDatabase } from './fault.js'

// Whatever a log, a file name, an archive or a database of somebody else says, nothing of it may reach a terminal as it
// is: escape
// sequences, marks that turn the direction of writing, and characters that nobody can see.

/** Clears the screen, sets the title, turns the direction, hides: in UTF-8 and, for C1, as single bytes. */
const HOSTILE = '\x1b[2J\x1b]0;owned\x07\u009b31m\u202e\u{e0041}\u00ad\u180e\u3164\u115f\u034f\u200b\u2028'

const RAW =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\u3164\ufeff\u{e0000}-\u{e0fff}]|\u034f/u

const safe = (fault: Omit<Fault, 'never' | 'also'>): Fault => ({
  ...fault,
  never: [RAW],
  also: 'nothing of it is printed as it is',
})

/** A name with all that a file name may hold. */
const NAME = `x${HOSTILE}.log`

function hostileDatabase(folder: string): void {
  writeFileSync(join(folder, 'good.log'), `${GOOD}not a line of a log\n`)
  makeDatabase(folder)
  const db = new Database(join(folder, 'logs.db'))
  const tables = db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all() as { name: string }[]
  for (const { name } of tables) {
    const columns = db.prepare(`SELECT name, type FROM pragma_table_info('${name}')`).all() as {
      name: string
      type: string
    }[]
    // Where a name must be one of a few, or text is looked up, the database is another one or none.
    for (const column of columns)
      if (
        column.type === 'TEXT' &&
        !['setting', 'dimension'].includes(name) &&
        !['uid', 'latency', 'first_line', 'tail_hash'].includes(column.name)
      )
        db.prepare(`UPDATE OR IGNORE ${name} SET "${column.name}" = coalesce("${column.name}", '') || ?`).run(HOSTILE)
  }
  db.close()
}

const inDatabase = [
  'report',
  'report --lang zh',
  'report --format json',
  'sources',
  'sources --format json',
  'iis',
  'summary --day 2026-11-22',
  'doctor',
  'query "SELECT name, machine FROM source"',
  'query "SELECT name, machine FROM source" --format json',
].map((command) =>
  safe({
    fault: `Escape sequences in a database: \`${command}\``,
    run: `logstat ${command} --db logs.db --tz UTC; [ $? != 1 ]`,
    make: hostileDatabase,
    given: 'a database whose names and values hold them',
    status: 0,
  }),
)

function hostileFile(folder: string): void {
  mkdirSync(join(folder, 'logs'))
  writeFileSync(join(folder, 'logs', NAME), GOOD)
  writeFileSync(join(folder, 'logs', `no${HOSTILE}`), 'no log\n')
}

const inNames = [
  'logs',
  'logs --format json',
  'ingest logs --db logs.db',
  'detect logs',
  'detect logs --format json',
  'iis logs',
].map((command) =>
  safe({
    fault: `Escape sequences in file names: \`${command}\``,
    run: `logstat ${command}; [ $? != 1 ]`,
    make: hostileFile,
    given: 'a log and another file with such names in `logs`',
    status: 0,
  }),
)

const SAID = [
  '$N',
  '--log-format "$N" good.log',
  '--status "$N" good.log',
  '--since "$N" good.log',
  '--tz "$N" good.log',
  '--"$N"',
  'explain "$N"',
  'codes "$N"',
  'report --db "$N"',
  'good.log -o "/nowhere/$N"',
  'merge "$N" x -o y.db',
  'forget "$N" --db logs.db',
  'summary --day "$N" --db logs.db',
  '--config "$N" good.log',
  '--pattern "($N" good.log',
  '--fields "$N" good.log',
].map((command) =>
  safe({
    fault: `Escape sequences in what was typed: \`${command}\``,
    run: `N=$(cat name); logstat ${command.replace('$N"', '$N"').replace(/^\$N$/, '"$N"')}`,
    make: (folder) => {
      makeDatabase(folder)
      writeFileSync(join(folder, 'name'), HOSTILE)
    },
    status: 2,
  }),
)

function hostileArchive(folder: string): void {
  hostileFile(folder)
  execFileSync('tar', ['-cf', 'logs.tar', 'logs'], { cwd: folder })
  const path = join(folder, 'broken.tar')
  const bytes = readFileSync(join(folder, 'logs.tar'))
  writeFileSync(path, bytes.subarray(0, bytes.length - 20 * 512))
}

const inArchives = ['logs.tar', 'broken.tar', 'detect logs.tar', 'ingest logs.tar --db logs.db'].map((command) =>
  safe({
    fault: `Escape sequences in names in archives: \`${command}\``,
    run: `logstat ${command}; [ $? != 1 ]`,
    make: hostileArchive,
    status: 0,
  }),
)

const inValues = ['hostile.log', 'hostile.log --format json', 'detect hostile.log', 'iis hostile.log'].map((command) =>
  safe({
    fault: `Escape sequences in a log: \`${command}\``,
    run: `logstat ${command}; [ $? != 1 ]`,
    make: (folder) =>
      writeFileSync(
        join(folder, 'hostile.log'),
        `${GOOD}${GOOD.replaceAll('/b', `/b${HOSTILE}`).replaceAll('curl/8.5.0', HOSTILE)}${HOSTILE} no line\n`,
      ),
    status: 0,
  }),
)

export const TERMINALS: readonly Fault[] = [...inValues, ...inNames, ...inArchives, ...inDatabase, ...SAID]
