import { type BigIntStats, closeSync, fstatSync, openSync } from 'node:fs'
import { LogstatError } from '../errors.js'
import { findInputs, type Input, statOf } from '../input/find.js'
import { type InputResult, type ReadOptions, readInputs } from '../pipeline.js'
import { rollUp } from '../store/roll-up.js'
import type { Store } from '../store/store.js'
import { tell } from './messages.js'

// `logstat ingest --follow`: look at the logs every few seconds and read on those that changed, each time exactly as
// far as they go.
// The content of a log decides where it is read on, as in any other run, so a rotation missed in between costs nothing.

export interface FollowOptions {
  /** Seconds between two looks. */
  readonly interval: number
  readonly read: ReadOptions
  readonly onResult: (result: InputResult) => void
  /** Called after each look. */
  readonly onLook?: () => void
}

/** A rotated log is still written to until the server is told; it is given up when nothing came for so long. */
const QUIET_MS = 120_000
/** A file that did not change for so long is not held open. */
const HOLD_MS = 3_600_000

/** A file that is followed, whatever it is called now. */
interface Followed {
  readonly name: string
  /**
   * Held open, so that its last lines can be read after it was renamed, packed or deleted; null on Windows, where it
   * would be locked.
   */
  fd: number | null
  /** The state of the file when it was read last. */
  state: string
  changedAt: number
}

const stateOf = ({ size, mtimeNs }: BigIntStats): string => `${size} ${mtimeNs}`

/** Read on until SIGINT or SIGTERM, which are answered by reading once more what is there. */
export async function follow(
  paths: readonly string[],
  store: Store,
  { interval, read, onResult, onLook }: FollowOptions,
): Promise<void> {
  if (paths.includes('-'))
    throw new LogstatError(
      'follow',
      {
        en: '--follow cannot read standard input beside other logs',
        zh: '--follow 不能在读取其他日志的同时读取标准输入',
      },
      { en: 'Read it by itself: logstat ingest - --db FILE', zh: '请单独读取：logstat ingest - --db FILE' },
    )
  const stop = stopSignal()
  const files = new Map<string, Followed>()
  const failures = new Map<string, string>()
  try {
    for (let last = false; ; ) {
      const changed = look(paths, files)
      if (changed.length > 0) {
        for (const result of await readInputs(changed, store, read)) {
          const failure = result.error?.message ?? ''
          if (failure !== (failures.get(result.name) ?? '')) {
            failures.set(result.name, failure)
            if (result.error) tell(result.error.words)
          }
          if (result.error?.code === 'unreadable') readAgain(result.name, files)
          if (result.lines > 0) onResult(result)
        }
        rollUp(store)
      }
      onLook?.()
      if (last) return
      last = await stop.within(interval * 1000)
    }
  } finally {
    stop.remove()
    for (const { fd } of files.values()) if (fd !== null) closeSync(fd)
  }
}

/** Inputs that changed since the last look: rests of rotated files first. */
function look(paths: readonly string[], files: Map<string, Followed>): Input[] {
  const now = Date.now()
  const there = new Map<string, Input>()
  const refused: Input[] = []
  for (const input of findInputs(paths)) {
    if (input.error) {
      if (!ABSENT.has(input.error.code)) refused.push(input)
      continue
    }
    const stat = input.path === null ? undefined : statOf(input.path)
    if (stat?.isFile()) there.set(`${stat.dev}:${stat.ino}`, input)
  }
  const rotated: Input[] = []
  for (const [id, file] of files) {
    if (there.has(id)) continue
    const stat = file.fd === null ? undefined : fstatSync(file.fd, { bigint: true })
    if (stat && stateOf(stat) !== file.state) {
      Object.assign(file, { state: stateOf(stat), changedAt: now })
      rotated.push({ name: file.name, path: `/dev/fd/${file.fd}`, optional: true, size: Number(stat.size) })
    } else if (!stat || now - file.changedAt > QUIET_MS) {
      if (file.fd !== null) closeSync(file.fd)
      files.delete(id)
    }
  }
  const changed = [...there].flatMap(([id, input]) => {
    const stat = statOf(input.path as string)
    if (!stat) return []
    const mtimeMs = Number(stat.mtimeMs)
    let file = files.get(id)
    if (!file) files.set(id, (file = { name: input.name, fd: null, state: '', changedAt: mtimeMs }))
    if (file.state === stateOf(stat)) return []
    Object.assign(file, { state: stateOf(stat), changedAt: Math.max(file.changedAt, mtimeMs) })
    if (file.fd === null && now - mtimeMs < HOLD_MS && process.platform !== 'win32')
      hold(file, id, input.path as string)
    return [{ ...input, size: Number(stat.size) }]
  })
  return [...rotated, ...changed, ...refused]
}

/** Codes of errors that a rotation causes for a while: a file that is not there just now may come back. */
const ABSENT: ReadonlySet<string> = new Set(['no-such-file', 'no-match', 'no-logs', 'special'])

/** An unreadable file is looked at again, though it does not change: somebody may give the right to read it. */
function readAgain(name: string, files: ReadonlyMap<string, Followed>): void {
  for (const file of files.values()) if (file.name === name) file.state = ''
}

function hold(file: Followed, id: string, path: string): void {
  try {
    const fd = openSync(path, 'r')
    const stat = fstatSync(fd, { bigint: true })
    if (`${stat.dev}:${stat.ino}` === id) file.fd = fd
    else closeSync(fd)
  } catch {
    // Unreadable or just rotated: reading it will tell, or the next look.
  }
}

function stopSignal(): { within(ms: number): Promise<boolean>; remove(): void } {
  let stopped = false
  let wake = (): void => {}
  const onSignal = (): void => {
    stopped = true
    wake()
  }
  // Once: whoever asks again does not want to wait for what is being read; it will be read by the next run.
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  return {
    within: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(stopped), stopped ? 0 : ms)
        wake = () => {
          clearTimeout(timer)
          resolve(true)
        }
      }),
    remove: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  }
}
