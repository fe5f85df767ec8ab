import {
  closeSync,
  fchmodSync,
  fchownSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { LogstatError } from '../errors.js'
import { freshName, removeStale } from '../fresh-file.js'

/** Reports name the addresses of clients: a new file is for its owner alone. One that is there keeps its mode. */
const PRIVATE = 0o600

/** Where a report is written to. */
interface OutputFile {
  write(text: string): void
  /** Put the whole file in place. */
  finish(): void
  /** Leave what was there before, if the file is written anew. */
  giveUp(): void
}

/**
 * Write a file: a new one, put in the place of the old one when it is whole. A pipe, a device, and a file in a
 * directory where no other may be made, are written where they are.
 */
export function openOutput(path: string): OutputFile {
  const attempt = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new LogstatError(
        'output',
        {
          en: `${path}: cannot be written (${(error as Error).message})`,
          zh: `${path}：无法写入（${(error as Error).message}）`,
        },
        {
          en: 'Check the folder, its free space and your right to write there.',
          zh: '请检查目录、剩余空间和写入权限。',
        },
      )
    }
  }
  const target = targetOf(path)
  const old = attempt(() => statSync(target, { throwIfNoEntry: false }))
  const { fd, fresh } = attempt(() => openBeside(target, old))
  return {
    write: (text) => attempt(() => writeFileSync(fd, text)),
    finish() {
      attempt(() => closeSync(fd))
      if (fresh !== undefined) attempt(() => renameSync(fresh, target))
    },
    giveUp() {
      closeSync(fd)
      if (fresh !== undefined) rmSync(fresh, { force: true })
    },
  }
}

/** @returns `fresh`: the name of the new file, where there is one */
function openBeside(target: string, old: Stats | undefined): { readonly fd: number; readonly fresh?: string } {
  if (old && !old.isFile()) return { fd: openSync(target, 'w') }
  removeStale(target)
  const fresh = freshName(target)
  try {
    const fd = openSync(fresh, 'wx', PRIVATE)
    if (old) keepOwner(fd, old)
    return { fd, fresh }
  } catch (error) {
    if (!old) throw error
    return { fd: openSync(target, 'w') }
  }
}

function keepOwner(fd: number, { mode, uid, gid }: Stats): void {
  try {
    fchmodSync(fd, mode & 0o777)
    fchownSync(fd, uid, gid)
  } catch {
    // Only root may give a file away.
  }
}

/** The path that a symbolic link leads to, even if there is no file yet. */
function targetOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    try {
      return resolve(dirname(path), readlinkSync(path))
    } catch {
      return path
    }
  }
}
