import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A command in a process of its own. */
export interface Command {
  readonly argv: readonly string[]
  /** A file for its standard input. */
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Run {
  readonly seconds: number
  /** Most memory the process held at once, its threads included; null where this machine cannot tell. */
  readonly peakBytes: number | null
  readonly exitStatus: number
  readonly stdout: string
  readonly stderr: string
}

const GNU_TIME = '/usr/bin/time'
const hasGnuTime = spawnSync(GNU_TIME, ['-f', '%M', 'true']).status === 0
const peakFile = join(tmpdir(), `logstat-bench-peak-${process.pid}`)
const peakHook = pathToFileURL(join(import.meta.dirname, 'build/bench/tools/peak.js')).href

/**
 * Run a command to its end.
 *
 * Every command is started through GNU time where there is one, so what that costs (about a millisecond) is in all of
 * them.
 */
export function run({ argv, stdin, env }: Command, keepOutput = false): Run {
  const [program, ...args] = argv as [string, ...string[]]
  const viaHook = !hasGnuTime && program === process.execPath
  const command = hasGnuTime
    ? [GNU_TIME, '-q', '-f', '%M', '-o', peakFile, ...argv]
    : viaHook
      ? [program, '--import', peakHook, ...args]
      : [...argv]
  const input = stdin === undefined ? undefined : openSync(stdin, 'r')
  rmSync(peakFile, { force: true })
  try {
    const started = process.hrtime.bigint()
    const child = spawnSync(command[0] as string, command.slice(1), {
      stdio: [input ?? 'ignore', keepOutput ? 'pipe' : 'ignore', 'pipe'],
      env: { ...process.env, ...env, ...(viaHook ? { PEAK_FILE: peakFile } : {}) },
      maxBuffer: 1 << 30,
    })
    const seconds = Number(process.hrtime.bigint() - started) / 1e9
    if (child.error) throw child.error
    return {
      seconds,
      peakBytes: hasGnuTime || viaHook ? readPeak() : null,
      exitStatus: child.status ?? -1,
      stdout: child.stdout?.toString('latin1') ?? '',
      stderr: child.stderr.toString(),
    }
  } finally {
    if (input !== undefined) closeSync(input)
    rmSync(peakFile, { force: true })
  }
}

function readPeak(): number | null {
  try {
    return 1024 * Number(readFileSync(peakFile, 'utf8').trim().split('\n').at(-1))
  } catch {
    return null
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
