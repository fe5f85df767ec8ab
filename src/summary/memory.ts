import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { Deliveries } from '../deliver/news.js'
import { LogstatError } from '../errors.js'
import { freshName, removeStale } from '../fresh-file.js'
import type { Reading } from './coverage.js'

// Memory of what the summaries of a database have told, beside the database in a file that is put in place whole.

/** A period that was told. */
export interface ToldPeriod {
  readonly name: string
  readonly since: number
  readonly until: number
  /** Begin of the first period that was told with it: a second run says the same. */
  readonly from: number
  /** Lines and entries that were read for the period. */
  readonly read: Reading
}

/** Memory of a job. */
export interface Memory {
  /** Periods that were told last, the latest at the end. */
  readonly told: readonly ToldPeriod[]
  /**
   * All that the database held when the last of them was told; entries before `yearBefore` (a day) are from long ago.
   */
  readonly reading: Reading | null
  readonly yearBefore: number
  readonly deliveries?: Deliveries
}

export const NO_MEMORY: Memory = { told: [], reading: null, yearBefore: 0 }

interface File {
  readonly schema: typeof SCHEMA
  readonly jobs: Readonly<Record<string, Memory>>
}
const SCHEMA = 'logstat.summary-memory/1'

const memoryFile = (database: string): string => `${database}.summary.json`

/** The memory of a job. @throws LogstatError when the file cannot be read */
export function recall(database: string, job: string): Memory {
  return readFile(memoryFile(database)).jobs[job] ?? NO_MEMORY
}

/** Put a memory in place of that of the job. @throws LogstatError when the file cannot be written */
export function remember(database: string, job: string, memory: Memory): void {
  const file = memoryFile(database)
  const before = readFile(file)
  writeWhole(file, `${JSON.stringify({ ...before, jobs: { ...before.jobs, [job]: memory } }, null, 1)}\n`)
}

function readFile(file: string): File {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { schema: SCHEMA, jobs: {} }
    throw failure(file, error, { en: 'cannot be read', zh: '无法读取' })
  }
  try {
    const value = JSON.parse(text) as File
    if (value.schema === SCHEMA && typeof value.jobs === 'object') return value
  } catch {
    // The error below tells it.
  }
  throw new LogstatError(
    'memory-file',
    { en: `${file}: this is not what a summary has remembered`, zh: `${file}：不是汇总保存的记录` },
    {
      en: 'Remove it: the next summary begins anew. What was not delivered yet is lost with it.',
      zh: '请删除它：下次汇总将重新开始。尚未送达的内容会随之丢失。',
    },
  )
}

function writeWhole(file: string, text: string): void {
  removeStale(file)
  const fresh = freshName(file)
  try {
    const fd = openSync(fresh, 'wx', 0o600)
    try {
      writeSync(fd, text)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw failure(file, error, { en: 'cannot be written', zh: '无法写入' })
  }
}

function failure(file: string, error: unknown, what: { en: string; zh: string }): LogstatError {
  const { message } = error as Error
  return new LogstatError(
    'memory-file',
    { en: `${file} ${what.en}: ${message}`, zh: `${file} ${what.zh}：${message}` },
    {
      en: 'Check the folder of the database, its free space and your right to write there.',
      zh: '请检查数据库所在目录、剩余空间和写入权限。',
    },
  )
}
