import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { freshName } from '../../src/fresh-file.js'
import { type Fault, GOOD, reportsGood, unfinished } from './fault.js'

/** A frame of zstd: its header says how large a window it needs; then blocks of one byte that is repeated. */
function zstd(windowLog: number, blocks: number, repeated: number): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3])
  const all = Buffer.alloc(blocks * 4)
  for (let i = 0; i < blocks; i++) {
    all.writeUIntLE((repeated << 3) | (1 << 1) | (i === blocks - 1 ? 1 : 0), i * 4, 3)
    all[i * 4 + 3] = i % 80 === 79 ? 0x0a : 0x61
  }
  return Buffer.concat([header, all])
}

/** A zip archive in which many names stand for the same packed bytes, which are zeros. */
function overlappingZip(files: number): Buffer {
  const zeros = Buffer.alloc(10 << 20)
  const packed = deflateRawSync(zeros)
  const local = Buffer.alloc(31)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(20, 4)
  local.writeUInt16LE(8, 8)
  local.writeUInt32LE(crc32(zeros), 14)
  local.writeUInt32LE(packed.length, 18)
  local.writeUInt32LE(zeros.length, 22)
  local.writeUInt16LE(1, 26)
  local.write('a', 30)
  const central = Buffer.alloc(47)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE(20, 6)
  central.writeUInt16LE(8, 10)
  local.copy(central, 16, 14, 26)
  central.writeUInt16LE(1, 28)
  central.write('a', 46)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files, 8)
  end.writeUInt16LE(files, 10)
  end.writeUInt32LE(47 * files, 12)
  end.writeUInt32LE(31 + packed.length, 16)
  return Buffer.concat([local, packed, ...Array.from({ length: files }, () => central), end])
}

/** `{"a":"xxx…` without an end. */
function longString(folder: string): void {
  const fd = openSync(join(folder, 'long.json'), 'w')
  writeSync(fd, '[{"a":"')
  for (let i = 0; i < 100; i++) writeSync(fd, Buffer.alloc(4 << 20, 0x78))
  writeSync(fd, '"}]')
  closeSync(fd)
}

const FORM = "'(?<clientIp>\\S+) - (?:(?:\\S+\\s?)+)$ (?<status>\\d+)'"

const config =
  (text: string, change: (path: string) => void = () => {}) =>
  (folder: string): void => {
    mkdirSync(join(folder, 'here'))
    const path = join(folder, 'here/logstat.config.json')
    writeFileSync(path, text)
    chmodSync(path, 0o644)
    change(path)
  }
const CHINESE = '{ "lang": "zh" }'

/** Hostile sizes are bounded or refused. */
export const LIMITS: readonly Fault[] = [
  {
    fault: 'zstd that needs a window of 1 GiB',
    run: 'ulimit -t 60; logstat --format json big.zst good.log',
    make: (folder) => writeFileSync(join(folder, 'big.zst'), zstd(30, 2000, 128 << 10)),
    status: 2,
    says: [
      'big.zst: the zstd data cannot be unpacked: it needs a window of more than 128 MiB',
      'zstd -dc big.zst | logstat -',
    ],
    mebibytes: 400,
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'zstd in a million tiny blocks with a window of 128 MiB',
    run: 'ulimit -t 120; logstat --format json big.zst good.log',
    make: (folder) => writeFileSync(join(folder, 'big.zst'), zstd(27, 1_000_000, 1)),
    status: 2,
    says: ['big.zst: not an access log'],
    mebibytes: 500,
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'gzip of 100,000 empty members',
    run: 'ulimit -t 60; logstat --format json many.gz',
    make: (folder) => {
      const empty = gzipSync('')
      writeFileSync(
        join(folder, 'many.gz'),
        Buffer.concat([...Array.from({ length: 100_000 }, () => empty), gzipSync(GOOD)]),
      )
    },
    status: 0,
    mebibytes: 400,
    check: reportsGood,
  },
  {
    fault: 'Files in a zip archive that lie over each other',
    run: 'ulimit -t 60; logstat --format json bomb.zip good.log',
    make: (folder) => writeFileSync(join(folder, 'bomb.zip'), overlappingZip(5000)),
    given: '5,000 names for the same 10 MiB',
    status: 2,
    says: ['it lies over another file of the archive'],
    mebibytes: 400,
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'A JSON document with a string of 400 MB',
    run: 'ulimit -t 60; logstat --format json long.json good.log',
    make: longString,
    status: 2,
    says: ['long.json: the JSON document data cannot be unpacked: a value in it is longer than 16 MiB'],
    mebibytes: 600,
    also: 'the other log is reported',
    check: reportsGood,
  },
  {
    fault: 'A regular expression that backtracks for ever',
    run: `ulimit -t 60; logstat --format json slow.log --pattern ${FORM}`,
    make: (folder) => writeFileSync(join(folder, 'slow.log'), `192.0.2.7 - ${'a'.repeat(60)}!\n`),
    status: 2,
    says: ['slow.log: line 1: the pattern did not come to an end within 5 seconds'],
  },
  {
    fault: 'The same in a format of the configuration',
    run: `ulimit -t 60; logstat slow.log --config own.json`,
    make: (folder) => {
      writeFileSync(join(folder, 'slow.log'), `192.0.2.7 - ${'a'.repeat(60)}!\n`)
      writeFileSync(join(folder, 'own.json'), JSON.stringify({ formats: { mine: { pattern: FORM.slice(1, -1) } } }))
    },
    status: 2,
    says: ['the pattern did not come to an end within 5 seconds'],
  },
  {
    fault: 'A thousand threads',
    run: 'ulimit -t 60; logstat --format json good.log --jobs 1000',
    status: 0,
    also: 'at most 4 for each core are started',
    check: reportsGood,
  },
  {
    fault: 'An nginx.conf that includes a pipe',
    run: "mkfifo pipe; echo 'include pipe;' > nginx.conf; logstat good.log --log-format nginx.conf",
    status: 2,
    says: ['nginx.conf: pipe is not a regular file'],
  },
  {
    fault: 'An nginx.conf that includes a device',
    run: "echo 'include /dev/zero;' > nginx.conf; logstat good.log --log-format nginx.conf",
    status: 2,
    says: ['/dev/zero is not a regular file'],
  },
  {
    fault: 'An nginx.conf that includes too much',
    run: "truncate -s 20M huge; echo 'include huge;' > nginx.conf; logstat good.log --log-format nginx.conf",
    status: 2,
    says: ['it includes more than 1,000 files or 16 MiB'],
  },
  {
    fault: 'A configuration in the working directory that others may write',
    run: 'cd here; logstat ../good.log',
    make: config(CHINESE, (path) => chmodSync(path, 0o666)),
    status: 0,
    says: ['logstat.config.json in this directory is not read: others may write it', '--config logstat.config.json'],
    prints: ['requests'],
  },
  {
    fault: 'A configuration in the working directory that is a link',
    run: 'cd here; mv logstat.config.json other.json; ln -s other.json logstat.config.json; logstat ../good.log',
    make: config(CHINESE),
    status: 0,
    says: ['logstat.config.json in this directory is not read: it is not a regular file'],
    prints: ['requests'],
  },
  {
    fault: 'A configuration in the working directory that is a pipe',
    run: 'mkdir here; cd here; mkfifo logstat.config.json; logstat ../good.log',
    status: 0,
    says: ['it is not a regular file'],
    prints: ['requests'],
  },
  {
    fault: 'A configuration in the working directory that is large',
    run: 'cd here; truncate -s 2M logstat.config.json; logstat ../good.log',
    make: config(CHINESE),
    status: 0,
    says: ['it is larger than 1 MiB'],
    prints: ['requests'],
  },
  {
    fault: 'The same, named by `--config`',
    run: 'cd here; logstat ../good.log --config logstat.config.json',
    make: config(CHINESE, (path) => chmodSync(path, 0o666)),
    status: 0,
    prints: ['请求'],
  },
  {
    fault: 'A configuration in the working directory that is the user’s',
    run: 'cd here; logstat ../good.log; logstat ../good.log --format json',
    make: config(CHINESE),
    status: 0,
    prints: ['设置：此目录中的 logstat.config.json', '"settings": "logstat.config.json"'],
    also: 'the report says so; on a terminal standard error does',
  },
  {
    fault: 'A run that is killed while it makes a database, or a report',
    run: 'logstat ingest good.log --db logs.db; logstat good.log -o report.json',
    make: (folder) => {
      // As such a run leaves them: of a process that is not there any more.
      for (const file of ['logs.db', 'report.json'])
        writeFileSync(join(folder, freshName(file).replace(`-${process.pid}-`, '-999999999-')), '')
      writeFileSync(join(folder, freshName('report.json')), '')
    },
    given: 'files as such runs leave them, and one of a run that goes on',
    status: 0,
    also: 'what the others have left is removed',
    check: (folder) => expect(unfinished(folder)).toEqual([expect.stringContaining(`-${process.pid}-`)]),
  },
  {
    fault: '`--follow` of standard input',
    run: 'logstat ingest --follow - --db logs.db < good.log',
    status: 0,
    prints: ['-: 3 new entries'],
    also: 'ends with its input',
  },
]
