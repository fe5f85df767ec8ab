import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { LogstatError } from '../errors.js'
import { type Centre, Unreachable } from './centre.js'
import type { KeptCentre } from './upkeep.js'

// Ways to a centre, by the beginning of its URL. Clients are loaded for such URLs only.

const KINDS: Readonly<Record<string, (url: string) => Promise<KeptCentre>>> = {
  'postgres:': async (url) => (await import('./postgres.js')).connectPostgres(url),
  'postgresql:': async (url) => (await import('./postgres.js')).connectPostgres(url),
  'clickhouse:': async (url) => (await import('./clickhouse.js')).connectClickHouse(url),
}

export async function connect(url: string): Promise<KeptCentre> {
  const kind = Object.keys(KINDS).find((each) => url.startsWith(`${each}//`))
  const open = kind === undefined ? undefined : KINDS[kind]
  if (!open)
    throw new LogstatError(
      'url',
      { en: `"${url}" is no address of a centre`, zh: `“${url}”不是中心库的地址` },
      {
        en: 'Write it as postgres://USER@HOST/DATABASE or clickhouse://USER@HOST/DATABASE',
        zh: '请写成 postgres://USER@HOST/DATABASE 或 clickhouse://USER@HOST/DATABASE',
      },
    )
  return open(url)
}

/** Shortest and longest pause before a centre is tried again, in milliseconds. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 30_000

/**
 * Do something with a centre, and do it again when the connection breaks, until the time is over.
 *
 * @throws LogstatError `unreachable`
 */
export async function withCentre<T>(url: string, timeoutMs: number, work: (centre: Centre) => Promise<T>): Promise<T> {
  const end = Date.now() + timeoutMs
  for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, 2 * pause)) {
    let centre: Centre | undefined
    try {
      centre = await connect(url)
      return await work(centre)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      // Many servers that lost the same centre must not all come back at the same moment.
      const wait = pause * (0.5 + Math.random())
      if (Date.now() + wait > end) throw unreachable(error)
      await new Promise((resolve) => setTimeout(resolve, wait))
    } finally {
      await centre?.close()
    }
  }
}

const unreachable = ({ message }: Error): LogstatError =>
  new LogstatError(
    'unreachable',
    { en: `the centre cannot be reached: ${message}`, zh: `无法连接中心库：${message}` },
    {
      en: 'Nothing is lost: this database keeps what is not pushed, and the next push sends it.',
      zh: '没有丢失任何内容：本地数据库保留尚未推送的部分，下次推送时会发送。',
    },
  )

/** Name that tells this machine from others. Clones often share the one half of the name or the other. */
export function machineName(): string {
  let id = ''
  try {
    id = readFileSync('/etc/machine-id', 'utf8').trim()
  } catch {
    // Other systems than Linux have no such file: the name has to do.
  }
  return `${hostname()}/${createHash('sha256').update(id).digest('hex').slice(0, 12)}`
}
