import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generate, LOG_KINDS, type LogKind } from './generate.js'
import { makeLog, warm } from './logs.js'
import { run } from './measure.js'

// Memory: ten times the lines must not need more of it, nor must a stream without end in which nothing comes twice.

const USAGE = `npm run bench:memory -- [options]

  --lines N     entries of a log; may be repeated (500,000 and 5,000,000)
  --gb N        gigabytes of the stream (2)
  --kind NAME   ${LOG_KINDS.join(', ')} (combined)
`

const { values } = parseArgs({
  options: {
    lines: { type: 'string', multiple: true, default: ['500000', '5000000'] },
    gb: { type: 'string', default: '2' },
    kind: { type: 'string', default: 'combined' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const MIB = 2 ** 20
const LOGSTAT = join(import.meta.dirname, '../bin/logstat.js')
const mib = (bytes: number | null): string => (bytes === null ? '–' : (bytes / MIB).toFixed(0)).padStart(6)

async function files(kind: LogKind): Promise<void> {
  process.stdout.write(`    entries       s  peak MiB   (${kind}, a file)\n`)
  for (const adversarial of [false, true]) {
    for (const lines of values.lines) {
      const log = makeLog({ kind, entries: Number(lines), adversarial })
      await warm(log)
      const { seconds, peakBytes, exitStatus, stderr } = run({ argv: [process.execPath, LOGSTAT, ...log.files] })
      if (exitStatus !== 0) throw new Error(`logstat failed: ${stderr}`)
      process.stdout.write(
        `${lines.padStart(11)} ${seconds.toFixed(2).padStart(7)}    ${mib(peakBytes)}   ${adversarial ? 'every value new' : 'as usual'}\n`,
      )
    }
  }
}

/** Memory a process holds now, its threads included; null where it cannot be told, or when it is over. */
function residentBytes(pid: number): number | null {
  try {
    return (
      1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) || null
    )
  } catch {
    const kib = Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout)
    return kib > 0 ? 1024 * kib : null
  }
}

/** Feed a stream in which every value is new in every line, and look at the memory on the way. */
async function stream(kind: LogKind, total: number): Promise<void> {
  process.stdout.write(`\n      fed MB       s   RSS MiB   (${kind}, standard input, every value new)\n`)
  const child = spawn(process.execPath, [LOGSTAT, '-'], { stdio: ['pipe', 'ignore', 'inherit'] })
  const closed = once(child, 'close')
  const pid = child.pid as number
  const started = performance.now()
  const seen: number[] = []
  let fed = 0
  const look = (): void => {
    const resident = residentBytes(pid)
    if (resident !== null) seen.push(resident)
    process.stdout.write(
      `${(fed / 1e6).toFixed(0).padStart(12)} ${((performance.now() - started) / 1000).toFixed(1).padStart(7)}    ${mib(resident)}\n`,
    )
  }
  const STEPS = 20
  for (const piece of generate({ kind, entries: Number.POSITIVE_INFINITY, adversarial: true })) {
    // The page is written over, so it must be gone before the next one is made.
    await new Promise<void>((resolve, reject) =>
      child.stdin.write(piece, (error) => (error ? reject(error) : resolve())),
    )
    const before = fed
    fed += piece.length
    if (Math.floor((before / total) * STEPS) !== Math.floor((fed / total) * STEPS)) look()
    if (fed >= total) break
  }
  child.stdin.end()
  const [status] = (await closed) as [number]
  if (status !== 0) throw new Error(`logstat failed with exit status ${status}`)
  const half = seen.length >> 1
  const [first, second] = [Math.max(...seen.slice(0, half)), Math.max(...seen.slice(half))]
  process.stdout.write(`most in the first half: ${mib(first).trim()} MiB, in the second: ${mib(second).trim()} MiB\n`)
}

if (values.help || !LOG_KINDS.includes(values.kind as LogKind)) process.stdout.write(USAGE)
else {
  const kind = values.kind as LogKind
  await files(kind)
  await stream(kind, Number(values.gb) * 1e9)
}
