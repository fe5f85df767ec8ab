import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import { findInputs } from '../src/input/find.js'

const folder = mkdtempSync(join(tmpdir(), 'logstat-copies-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const log = Buffer.from(
  Array.from(
    { length: 5000 },
    (_, i) => `192.0.2.1 - - [20/Nov/2024:10:00:00 +0000] "GET /${i} HTTP/1.1" 200 5\n`,
  ).join(''),
)
const codesIn = (path: string): (string | undefined)[] => findInputs([path]).map(({ error }) => error?.code)

it('passes over a packed copy of a log in the same folder, and says so', () => {
  const at = join(folder, 'a')
  mkdirSync(at)
  writeFileSync(join(at, 'access.log.1'), log)
  writeFileSync(join(at, 'access.log.1.gz'), gzipSync(log))
  expect(codesIn(at)).toEqual([undefined, 'twice'])
  expect(findInputs([at])[1]?.error?.message).toContain('which is read')
  // Who names both wants both.
  expect(findInputs([join(at, 'access.log.1'), join(at, 'access.log.1.gz')]).every(({ error }) => !error)).toBe(true)
})
it('reads both where they differ', () => {
  for (const [name, packed] of Object.entries({
    longer: gzipSync(Buffer.concat([log, log])),
    other: gzipSync(Buffer.from(log.toString().replaceAll('/1', '/2'))),
    broken: Buffer.from('no gzip'),
  })) {
    const at = join(folder, name)
    mkdirSync(at)
    writeFileSync(join(at, 'access.log.1'), log)
    writeFileSync(join(at, 'access.log.1.gz'), packed)
    expect(codesIn(at)).toEqual([undefined, undefined])
  }
})
