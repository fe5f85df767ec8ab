import { readdirSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { randomHex, sha256 } from './hash.js'

// A file is made under another name beside its place, and renamed when it is whole. So nobody meets one that is half
// made, and a run
// that is killed leaves what was there before. What it leaves of the other file, the next run removes.

const machineName = (): string => sha256(Buffer.from(hostname())).toString('hex').slice(0, 8)

/** A new name for a file that is being made: `report.json.MACHINE-PROCESS-RANDOM.new`. */
export const freshName = (file: string): string => `${file}.${machineName()}-${process.pid}-${randomHex(4)}.new`

/** Files of other machines, whose processes cannot be asked for, are left alone for so long. */
const DAY_MS = 86_400_000

/** Remove what runs that were killed have left while they made this file. */
export function removeStale(file: string): void {
  const start = `${basename(file)}.`
  const here = machineName()
  try {
    for (const name of readdirSync(dirname(file))) {
      const [, machine, process] =
        (name.startsWith(start) && /^([\da-f]{8})-(\d+)-[\da-f]+\.new(?:[.-].*)?$/.exec(name.slice(start.length))) || []
      const path = join(dirname(file), name)
      if (machine === undefined) continue
      if (machine === here ? isRunning(Number(process)) : Date.now() - statSync(path).mtimeMs < DAY_MS) continue
      rmSync(path, { force: true })
    }
  } catch {
    // Another run is removing them, or the directory may not be listed: they do no harm.
  }
}

/** Whether there is a process of this number. */
export function isRunning(process_: number): boolean {
  try {
    process.kill(process_, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
