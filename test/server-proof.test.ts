import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../src/report/report.js'
import { logstatHere as logstat } from './support.js'

// nginx and Apache write the same layouts: whose a log is, is proven by its entries or not known.

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-proof-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const line = (request: string, rest: string, agent = 'b'): string =>
  `192.0.2.1 - - [22/Nov/2026:10:00:00 +0000] "${request}" ${rest} "-" "${agent}"`
const PLAIN = [line('GET / HTTP/1.1', '200 512'), line('GET /a HTTP/1.1', '404 1000')]

describe('a combined log', () => {
  it.each([
    ['without proof', [], null, 'iana'],
    ['with a 499', [line('GET /b HTTP/1.1', '499 0')], 'nginx', 'nginx'],
    ['with escapes in capitals', [line('GET /\\xC3\\xA9 HTTP/1.1', '404 1000')], 'nginx', 'nginx'],
    ['with escapes in small letters', [line('GET /\\xc3\\xa9 HTTP/1.1', '404 1000')], 'apache', 'apache'],
    [
      'with a connection to itself',
      [line('OPTIONS * HTTP/1.0', '200 126', 'Apache (internal dummy connection)')],
      'apache',
      'apache',
    ],
    ['with signs of both', [line('GET /\\xC3 HTTP/1.1', '404 9'), line('GET /\\xc3 HTTP/1.1', '404 9')], null, 'iana'],
    ['with no bytes as a dash', [line('GET /c HTTP/1.1', '304 -')], null, 'iana'],
  ] as const)('%s', async (name, more, server, authority) => {
    const file = join(folder, `${name.replace(/\W+/g, '-')}.log`)
    writeFileSync(file, `${[...PLAIN, ...more].join('\n')}\n`)
    const report = JSON.parse((await logstat([file, '--format', 'json'])).stdout) as Report
    const notFound = report.codes.find(({ status, reason }) => status === 404 && reason === null)
    expect([report.inputs[0]?.server, notFound?.explanation?.authority]).toEqual([server, authority])
    // What the user says holds.
    const told = JSON.parse((await logstat([file, '--server', 'apache', '--format', 'json'])).stdout) as Report
    expect(told.inputs[0]?.server).toBe('apache')
  })
})
