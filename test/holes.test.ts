import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { logstat, logstatHere } from './support.js'

// A log that is cut off (copytruncate) under a server that writes on where it was: zeros stand before the new lines.

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logstat-holes-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const linesFrom = (first: number, count: number, status: number): string =>
  Array.from({ length: count }, (_, i) => {
    const second = String((first + i) % 60).padStart(2, '0')
    const minute = String(Math.floor((first + i) / 60) % 60).padStart(2, '0')
    return `192.0.2.1 - - [01/May/2024:10:${minute}:${second} +0000] "GET /a${first + i} HTTP/1.1" ${status} 5 "-" "c"\n`
  }).join('')
const hole = (bytes: number): Buffer => Buffer.alloc(bytes)

const hits = (json: string): Record<string, number> =>
  Object.fromEntries(
    (JSON.parse(json) as { codes: { status: number; hits: number }[] }).codes.map((c) => [c.status, c.hits]),
  )

/** Shorter than the head of a log, as long, longer, and longer than a block. */
const HOLES = [100, 65_500, 65_536, 300_000, 3 << 20] as const

describe('a log that begins with a hole', () => {
  it.each(HOLES)('of %i bytes is read from a file, packed, and from standard input', async (bytes) => {
    const log = Buffer.concat([hole(bytes), Buffer.from(linesFrom(0, 300, 404))])
    writeFileSync(at('a.log'), log)
    writeFileSync(at('a.log.gz'), gzipSync(log))
    expect(hits((await logstatHere([at('a.log'), '--format', 'json'])).stdout)).toEqual({ 404: 300 })
    expect(hits((await logstatHere([at('a.log.gz'), '--format', 'json'])).stdout)).toEqual({ 404: 300 })
    expect(hits(logstat(['-', '--format', 'json'], { input: log }).stdout)).toEqual({ 404: 300 })
    expect((await logstatHere(['detect', at('a.log')])).stdout).toContain('combined:')
  })

  it('and holds nothing else is an empty log', async () => {
    writeFileSync(at('a.log'), hole(200_000))
    const { status, stdout } = await logstatHere([at('a.log')])
    expect(stdout).toContain('the log is empty')
    expect(status).toBe(0)
  })

  it.each(HOLES)('of %i bytes goes into a database once, however it grows and is cut off again', async (bytes) => {
    const db = ['--db', at('x.db')]
    const steps = [
      Buffer.from(linesFrom(0, 900, 200)),
      Buffer.concat([hole(bytes), Buffer.from(linesFrom(900, 30, 404))]),
      Buffer.concat([hole(bytes), Buffer.from(linesFrom(900, 30, 404) + linesFrom(930, 20, 500))]),
      Buffer.concat([hole(2 * bytes), Buffer.from(linesFrom(950, 10, 503))]),
      Buffer.concat([hole(2 * bytes), Buffer.from(linesFrom(950, 10, 503) + linesFrom(960, 10, 502))]),
    ]
    for (const step of [...steps, steps.at(-1) as Buffer]) {
      writeFileSync(at('a.log'), step)
      expect((await logstatHere(['ingest', at('a.log'), ...db])).status).toBe(0)
    }
    expect(hits((await logstatHere(['report', ...db, '--format', 'json'])).stdout)).toEqual({
      200: 900,
      404: 30,
      500: 20,
      502: 10,
      503: 10,
    })
  })
})
