import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Fault, GOOD, type Run } from './fault.js'

/**
 * `logs.tar` with a.log, b.log and c.log, three entries each, and something done to its bytes. Each takes a header and
 * one block.
 */
const tar =
  (change: (bytes: Buffer) => Buffer) =>
  (folder: string): void => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, `${name}.log`), GOOD)
    execFileSync('tar', ['-cf', 'logs.tar', 'a.log', 'b.log', 'c.log'], { cwd: folder })
    const path = join(folder, 'logs.tar')
    const bytes = readFileSync(path)
    writeFileSync(path, change(bytes))
  }

const HEADER_OF_B = 1024
const SIZE = 124
const SUM = 148

/** Write the size that the header of b.log says, and perhaps a sum that fits. */
function resize(bytes: Buffer, size: string, isSummed: boolean): void {
  bytes.write(size, HEADER_OF_B + SIZE, 'latin1')
  if (!isSummed) return
  const header = bytes.subarray(HEADER_OF_B, HEADER_OF_B + 512)
  header.fill(' ', SUM, SUM + 8)
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    SUM,
    'latin1',
  )
}

/** How many entries were counted of which file. */
const counted =
  (expected: Readonly<Record<string, number>>) =>
  (_: string, { stdout }: Run): void => {
    const { inputs } = JSON.parse(stdout) as { inputs: { name: string; entries: number }[] }
    expect(Object.fromEntries(inputs.map(({ name, entries }) => [name.replace('logs.tar!', ''), entries]))).toEqual(
      expected,
    )
  }

const DAMAGED_SIZES: readonly (readonly [
  what: string,
  size: string,
  isSummed: boolean,
  says: string,
  left: Readonly<Record<string, number>>,
])[] = [
  ['whose header is damaged', '00000009999\0', false, 'logs.tar: the tar data is damaged', { 'a.log': 3 }],
  ['with a size that is no number', '0000000zzzz\0', true, 'logs.tar: the tar data is damaged', { 'a.log': 3 }],
  [
    'with a size beyond the archive',
    '00077777777\0',
    true,
    'b.log: the tar data ends too early',
    { 'a.log': 3, 'b.log': 6 },
  ],
  [
    'with a size that is too small',
    '00000000000\0',
    true,
    'logs.tar: the tar data is damaged',
    { 'a.log': 3, 'b.log': 0 },
  ],
]

/** Damaged archives are told, and what can be read of them is counted. */
export const ARCHIVES: readonly Fault[] = [
  ...DAMAGED_SIZES.map(
    ([what, size, isSummed, says, left]): Fault => ({
      fault: `A file in a tar archive ${what}`,
      run: 'logstat --format json logs.tar',
      make: tar((bytes) => {
        resize(bytes, size, isSummed)
        return bytes
      }),
      given: `the second of three files, \`${size.replace('\0', '')}\` for its size${isSummed ? ', the checksum of the header fits' : ''}`,
      status: 2,
      says: [says],
      also: `counted: ${Object.entries(left)
        .map(([name, entries]) => `${name} (${entries})`)
        .join(', ')}`,
      check: counted(left),
    }),
  ),
  {
    fault: 'A tar archive that is cut off within a header',
    run: 'logstat --format json logs.tar',
    make: tar((bytes) => bytes.subarray(0, HEADER_OF_B + 100)),
    status: 2,
    says: ['logs.tar: the tar data ends too early'],
    also: 'counted: a.log',
    check: counted({ 'a.log': 3 }),
  },
  {
    fault: 'A sparse file in a tar archive',
    run: 'truncate -s 1M holes.log; cat good.log >> holes.log; tar --sparse --format=gnu -cf logs.tar holes.log good.log; logstat --format json logs.tar',
    status: 2,
    says: ['logs.tar!holes.log: it is stored with its holes left out'],
    also: 'the other file is counted',
    check: counted({ 'good.log': 3 }),
  },
  {
    fault: 'Long names and attributes in a tar archive (GNU, pax)',
    run: 'n=$(printf \'d%.0s\' {1..200}); mkdir $n; cp good.log $n/x.log; for f in gnu pax; do tar --format=$f -cf logs.tar $n/x.log; logstat --format json logs.tar | grep -c \'"name": "logs.tar!d*/x.log"\'; done',
    status: 0,
    prints: ['1\n1'],
  },
]
