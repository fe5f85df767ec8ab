import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ROOT } from '../support.js'

/**
 * A fault or a hostile input, what it takes to run it, and what comes of it. docs/reliability.md is made from these
 * records.
 */
export interface Fault {
  readonly fault: string
  /** A line of sh, run in an empty folder that holds `good.log`, a log of three entries, and what `make` puts there. */
  readonly run: string
  readonly make?: (folder: string) => void
  /** How `make` is told of, where the line does not say all. */
  readonly given?: string
  readonly status: number
  /** What is said: parts of standard error and standard output, in this order. */
  readonly says?: readonly string[]
  readonly prints?: readonly string[]
  /** What is said neither on standard error nor on standard output. */
  readonly never?: readonly (string | RegExp)[]
  /** Most memory that it may take. */
  readonly mebibytes?: number
  /** What else holds, in words and as a check. */
  readonly also?: string
  readonly check?: (folder: string, run: Run) => void
}

export interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const line = (time: string, path: string, status: number): string =>
  `192.0.2.7 - - [22/Nov/2026:${time} +0000] "GET ${path} HTTP/1.1" ${status} 512 "-" "curl/8.5.0"\n`

export const GOOD = line('10:00:00', '/a', 200) + line('10:00:01', '/b', 404) + line('10:00:02', '/c', 503)

/** Of the report that is printed as JSON: it holds all of good.log. */
export const reportsGood = (_: string, { stdout }: Run): void => {
  const { totals } = JSON.parse(stdout) as { totals: { entries: number } }
  expect(totals.entries).toBe(3)
}

const LOGSTAT = join(ROOT, 'bin/logstat.js')

/** `logs.db` of good.log. */
export function makeDatabase(folder: string): void {
  const { status } = spawnSync(process.execPath, [LOGSTAT, 'ingest', 'good.log', '--db', 'logs.db', '--tz', 'UTC'], {
    cwd: folder,
  })
  expect(status).toBe(0)
}

/** Files that were to become another one. */
export const unfinished = (folder: string): string[] => readdirSync(folder).filter((name) => name.includes('.new'))

/** Run the line of a fault as it stands, and hold it to the record. */
export function hold({ run: text, make, status, says = [], prints = [], never = [], mebibytes, check }: Fault): void {
  const folder = mkdtempSync(join(tmpdir(), 'logstat-fault-'))
  try {
    writeFileSync(join(folder, 'good.log'), GOOD)
    make?.(folder)
    // The largest of the processes that run.
    writeFileSync(
      join(folder, '.peak.cjs'),
      "process.on('exit', () => require('node:fs').appendFileSync(__dirname + '/.peak', process.resourceUsage().maxRSS + '\\n'))\n",
    )
    const measured = mebibytes === undefined ? {} : { NODE_OPTIONS: `--require=${join(folder, '.peak.cjs')}` }
    const logstat = `logstat() { '${process.execPath}' '${LOGSTAT}' "$@"; }`
    const { LANG: _, LC_ALL: __, LC_MESSAGES: ___, ...env } = process.env
    const run = spawnSync('bash', ['-c', `${logstat}\n${text}`], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...env, TZ: 'UTC', NO_COLOR: '1', LOGSTAT, ...measured },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect({ status: run.status, stderr: run.stderr }).toEqual({
      status,
      stderr: says.length > 0 ? expect.stringMatching(inOrder(says)) : run.stderr,
    })
    expect(run.stdout).toMatch(inOrder(prints))
    for (const text of [...never, /^ +at .*:\d+:\d+/m, /node:internal/]) {
      const found = [run.stdout, run.stderr].filter((out) =>
        typeof text === 'string' ? out.includes(text) : text.test(out),
      )
      expect([String(text), found]).toEqual([String(text), []])
    }
    if (mebibytes !== undefined) {
      const peaks = readFileSync(join(folder, '.peak'), 'utf8').trim().split('\n').map(Number)
      expect(Math.max(...peaks) / 1024).toBeLessThan(mebibytes)
    }
    check?.(folder, run)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const inOrder = (parts: readonly string[]): RegExp =>
  new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*'))
