import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'vitest'
import { type Fault, GOOD, makeDatabase, reportsGood, unfinished } from './fault.js'

const WIDE = `#Software: Microsoft Internet Information Services 10.0\n#Fields: date time cs-uri-stem sc-status ${Array.from({ length: 250 }, (_, i) => `x-${i}`).join(' ')}\n`
const UNREADABLE = `asNobody() { if [ "$(id -u)" = 0 ]; then chmod 755 .; setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi; }`

/** Damage each page of a database but the first, whose header says that it is one. */
function damage(folder: string): void {
  const path = join(folder, 'logs.db')
  const bytes = readFileSync(path)
  for (let at = 4096; at < bytes.length; at += 512) bytes.fill(0xa5, at + 8, at + 64)
  writeFileSync(path, bytes)
}

const saysOther =
  (file: string, text: string) =>
  (folder: string): void =>
    expect(readFileSync(join(folder, file), 'utf8')).toBe(text)

/** Every error is a sentence and exit status 2, and one bad input does not keep the others from being read. */
export const ERRORS: readonly Fault[] = [
  {
    fault: 'More than 240 columns in `#Fields`',
    run: 'logstat --format json wide.log good.log',
    make: (folder) => writeFileSync(join(folder, 'wide.log'), WIDE),
    given: '`wide.log` names 254 columns',
    status: 2,
    says: ['wide.log: the layout of its lines has more than 240 fields'],
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'More than 240 columns from some line on',
    run: 'logstat --format json wide.log good.log',
    make: (folder) =>
      writeFileSync(
        join(folder, 'wide.log'),
        `#Fields: date time cs-uri-stem sc-status\n${'2026-11-22 10:00:00 /a 200\n'.repeat(3000)}${WIDE}`,
      ),
    given: 'behind 3,000 entries another `#Fields` line of `wide.log` names 254 columns',
    status: 2,
    says: ['wide.log: the layout of its lines has more than 240 fields'],
    also: 'what stands before it is counted, and the other log is reported',
    check: (_, { stdout }) => expect((JSON.parse(stdout) as { totals: { entries: number } }).totals.entries).toBe(3003),
  },
  {
    fault: 'A code that is a name of JavaScript',
    run: 'logstat explain __proto__ constructor 404',
    status: 2,
    says: ['__proto__', 'constructor'],
    prints: ['404'],
  },
  {
    fault: 'An authority that is a name of JavaScript',
    run: 'logstat explain __proto__:404 constructor:name',
    status: 2,
    says: ['__proto__:404', 'there is no authority "constructor"'],
  },
  {
    fault: 'An ending that is a name of JavaScript',
    run: 'logstat good.log -o r.constructor',
    status: 2,
    says: ['no report of the kind "constructor"'],
  },
  {
    fault: 'A format that is a name of JavaScript',
    run: 'logstat good.log --log-format __proto__',
    status: 2,
    says: ['"__proto__" is no format'],
  },
  {
    fault: 'Standard output is full',
    run: 'logstat good.log > /dev/full',
    status: 2,
    says: ['standard output cannot be written', 'no space left'],
  },
  {
    fault: 'Standard output is full during an import',
    run: 'logstat ingest good.log --db logs.db > /dev/full',
    status: 2,
    says: ['standard output cannot be written'],
  },
  { fault: 'Standard output is closed', run: 'logstat codes iis | head -1; exit ${PIPESTATUS[0]}', status: 0 },
  {
    fault: 'Standard error is closed or full',
    run: 'logstat --format json missing.log good.log 2> /dev/full',
    status: 2,
    also: 'the report is printed',
    check: reportsGood,
  },
  {
    fault: 'Nobody reads standard error',
    run: '{ logstat --format json missing.log good.log 2>&1 1>&3 | :; exit ${PIPESTATUS[0]}; } 3>&1',
    status: 2,
    also: 'the report is printed',
    check: reportsGood,
  },
  {
    fault: 'A log that is not there',
    run: 'logstat --format json missing.log good.log',
    status: 2,
    says: ['missing.log: no such file'],
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'A pattern that matches nothing',
    run: "logstat --format json 'u_ex*.log' good.log",
    status: 2,
    says: ['u_ex*.log: no file matches'],
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'An empty directory',
    run: 'mkdir empty; logstat --format json empty good.log',
    status: 2,
    says: ['empty: the directory holds no files'],
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'A symbolic link to itself',
    run: 'ln -s loop loop; logstat --format json loop good.log',
    status: 2,
    says: ['loop: '],
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'A name that is too long',
    run: "logstat --format json $(printf 'a%.0s' {1..300}) good.log",
    status: 2,
    says: ['ENAMETOOLONG'],
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'A directory that leads back into itself',
    run: 'mkdir logs; cp good.log logs; ln -s . logs/up; logstat --format json logs',
    status: 0,
    also: 'each log is read once',
    check: reportsGood,
  },
  {
    fault: 'A directory that may not be listed',
    run: `${UNREADABLE}; mkdir -p logs/secret; cp good.log logs; chmod 0 logs/secret; asNobody '${process.execPath}' "$LOGSTAT" --format json logs; status=$?; chmod 755 logs/secret; exit $status`,
    given: '`logs/secret` has mode 0',
    status: 2,
    says: ['logs/secret: permission denied'],
    also: 'the logs beside it are reported',
    check: reportsGood,
  },
  {
    fault: 'A log that may not be read',
    run: `${UNREADABLE}; cp good.log secret.log; chmod 0 secret.log; asNobody '${process.execPath}' "$LOGSTAT" --format json secret.log good.log`,
    given: '`secret.log` has mode 0',
    status: 2,
    says: ['secret.log: permission denied'],
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'A file name that is no UTF-8',
    run: "mkdir logs; cp good.log logs; cp good.log $'logs/caf\\xe9.log'; logstat --format json logs",
    status: 2,
    says: ['is not valid UTF-8'],
    also: 'the logs beside it are reported',
    check: reportsGood,
  },
  {
    fault: 'A symbolic link that leads nowhere, in a directory',
    run: 'mkdir logs; cp good.log logs; ln -s gone logs/old.log; logstat --format json logs',
    status: 2,
    says: ['logs/old.log: no such file'],
    also: 'the logs beside it are reported',
    check: reportsGood,
  },
  {
    fault: 'A pipe and a device in a directory, by symbolic links, too',
    run: 'mkdir logs; cp good.log logs; mkfifo logs/pipe pipe; ln -s ../pipe logs/a; ln -s /dev/zero logs/b; logstat --format json logs',
    status: 0,
    says: ['passed over: logs/a: not a regular file', 'passed over: logs/b', 'passed over: logs/pipe'],
    also: 'the logs beside them are reported',
    check: reportsGood,
  },
  ...['doctor', 'report', 'sources', 'summary'].map(
    (command): Fault => ({
      fault: `A damaged database: \`${command}\``,
      run: `logstat ${command} --db logs.db`,
      make: (folder) => {
        makeDatabase(folder)
        damage(folder)
      },
      given: 'all pages but the first are overwritten',
      status: 2,
      says: ['logs.db: '],
    }),
  ),
  {
    fault: 'A database without one of its tables',
    run: 'logstat report --db logs.db',
    make: (folder) => {
      makeDatabase(folder)
      const db = new Database(join(folder, 'logs.db'))
      db.exec('PRAGMA foreign_keys = OFF; DROP TABLE span')
      db.close()
    },
    status: 2,
    says: ['logs.db: the database is damaged', 'logstat doctor'],
  },
  {
    fault: 'Something else under the name of a database',
    run: 'logstat report --db good.log',
    status: 2,
    says: ['this is not a logstat database'],
    check: saysOther('good.log', GOOD),
  },
  {
    fault: 'A part of the program is missing: it is being built',
    run: `cp -r "\${LOGSTAT%logstat.js}" bin; '${process.execPath}' bin/logstat.js good.log`,
    status: 2,
    says: ['it is not built yet, or is being built just now'],
  },
  ...['logs.db', './logs.db', 'link.db', 'hard.db', 'logs.db-wal'].map(
    (output): Fault => ({
      fault: `A report written over its database: \`-o ${output}\``,
      run: `ln -s logs.db link.db; ln logs.db hard.db; logstat report --db logs.db --format json -o ${output}`,
      make: makeDatabase,
      status: 2,
      says: ['which is read; it is left as it is'],
      check: (folder) =>
        expect(readFileSync(join(folder, 'logs.db')).toString('latin1', 0, 15)).toBe('SQLite format 3'),
    }),
  ),
  ...['good.log', 'logs/../good.log', 'link.log', 'hard.log'].map(
    (output): Fault => ({
      fault: `A report written over its log: \`-o ${output}\``,
      run: `mkdir logs; ln -s good.log link.log; ln good.log hard.log; logstat good.log --format json -o ${output}`,
      status: 2,
      says: ['which is read; it is left as it is'],
      check: saysOther('good.log', GOOD),
    }),
  ),
  {
    fault: 'A report written over a log of its directory',
    run: 'mkdir logs; cp good.log logs; logstat logs --format json -o logs/good.log',
    status: 2,
    says: ['which is read; it is left as it is'],
    check: saysOther('logs/good.log', GOOD),
  },
  {
    fault: 'A report written into the directory it is about, twice',
    run: 'mkdir logs; cp good.log logs; logstat logs -o logs/report.txt && logstat logs -o logs/report.txt',
    status: 0,
    says: ['passed over: logs/report.txt'],
  },
  {
    fault: 'Who may read a report',
    run: 'umask 022; logstat good.log -o report.json',
    status: 0,
    also: 'a new report, which names clients, is for its owner alone (mode 0600)',
    check: (folder) => expect(statSync(join(folder, 'report.json')).mode & 0o777).toBe(0o600),
  },
  {
    fault: 'The disk is full while a report is written',
    run: 'echo before > report.json; ulimit -f 1; trap "" XFSZ; logstat good.log -o report.json',
    status: 2,
    says: ['report.json: cannot be written'],
    also: 'the old report stays, and nothing else is left',
    check: (folder) => {
      saysOther('report.json', 'before\n')(folder)
      expect(unfinished(folder)).toEqual([])
    },
  },
]
