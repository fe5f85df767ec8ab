import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

/** What a run was made with. */
export interface Machine {
  /** YYYY-MM-DD */
  readonly date: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** Version and commit. */
  readonly logstat: string
}

export function describeMachine(): Machine {
  const git = (...args: string[]): string =>
    spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).stdout?.trim() ?? ''
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const changed = git('status', '--porcelain', '--untracked-files=no') !== ''
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${/^\d+\.\d+/.exec(release())?.[0] ?? ''}`,
    node: process.version,
    logstat: `${version} (${git('rev-parse', '--short', 'HEAD')}${changed ? ', changed' : ''})`,
  }
}

/** A name for files: of the kind of machine, since the name of a host says nothing to others. */
export function machineName({ cpu, cores }: Machine): string {
  return `${cpu} ${cores}`
    .toLowerCase()
    .replace(/\((r|tm)\)|processor|cpu|@.*?ghz/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
