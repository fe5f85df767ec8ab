import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { LogstatError } from '../errors.js'
import { freshName, isRunning } from '../fresh-file.js'

// One summary of a database at a time: the next run of cron may start while this one still reads.

interface Owner {
  readonly pid: number
  readonly machine: string
  /** Seconds since 1970. */
  readonly since: number
}

/** Seconds for which the lock of another machine holds, whose processes cannot be asked for. */
const STALE_SECONDS = 6 * 3600

/**
 * Take the lock of a database. One whose owner is gone is taken over.
 *
 * @returns a function that gives the lock back
 * @throws LogstatError naming the run that has the lock, and since how many minutes
 */
export function takeLock(database: string, now = Date.now() / 1000): () => void {
  const file = `${database}.summary.lock`
  for (let tries = 0; ; tries++) {
    try {
      const fd = openSync(file, 'wx', 0o600)
      writeSync(fd, JSON.stringify({ pid: process.pid, machine: hostname(), since: Math.floor(now) } satisfies Owner))
      closeSync(fd)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unlockable(file, error as Error)
    }
    const owner = ownerOf(file)
    if (owner && isAlive(owner, now)) throw locked(database, owner, now)
    if (tries > MOST_TRIES) throw unlockable(file, new Error('it comes and goes'))
    removeStaleLock(file, owner)
  }
}

/** Others take over stale locks, too: then a fresh one stands in the place of what was looked at. */
const MOST_TRIES = 5

function removeStaleLock(file: string, stale: Owner | undefined): void {
  const aside = freshName(file)
  try {
    renameSync(file, aside)
    if (ownerOf(aside)?.pid !== stale?.pid) linkSync(aside, file)
    rmSync(aside, { force: true })
  } catch {
    // Another run was faster: the next look tells.
  }
}

/** The owner of a lock; undefined when the lock is gone, or was never written whole. */
function ownerOf(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner
  } catch {
    // The run was killed, or writes the lock just now: the time of the file tells.
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs
    return written === undefined || Date.now() - written > 10_000
      ? undefined
      : { pid: 0, machine: '', since: written / 1000 }
  }
}

function isAlive({ pid, machine, since }: Owner, now: number): boolean {
  return machine === hostname() ? isRunning(pid) : now - since < STALE_SECONDS
}

function locked(database: string, { pid, machine, since }: Owner, now: number): LogstatError {
  const minutes = Math.max(0, Math.round((now - since) / 60))
  return new LogstatError(
    'locked',
    {
      en: `${database}: another summary is still running (process ${pid} on ${machine}, for ${minutes} min)`,
      zh: `${database}：另一个汇总仍在运行（${machine} 上的进程 ${pid}，已 ${minutes} 分钟）`,
    },
    {
      en: 'The other summary goes on; the next run tells what this one did not. Let runs start further apart.',
      zh: '它会继续运行；下一次运行会补报本次未报的内容。请加大运行间隔。',
    },
  )
}

const unlockable = (file: string, { message }: Error): LogstatError =>
  new LogstatError(
    'no-lock',
    { en: `${file} cannot be made: ${message}`, zh: `无法创建 ${file}：${message}` },
    {
      en: 'Check the folder of the database and your right to write there.',
      zh: '请检查数据库所在目录和写入权限。',
    },
  )
