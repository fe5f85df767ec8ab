import { hostname } from 'node:os'
import { machineName, withCentre } from '../fleet/connect.js'
import { type Pushed, push } from '../fleet/push.js'
import { count } from '../render/cells.js'
import { openStore, type Store } from '../store/store.js'
import { said, tell } from './messages.js'

export interface PushOptions {
  readonly to: string
  readonly as?: string
  readonly takeOver?: boolean
  /** Seconds. */
  readonly listsEvery?: number
  readonly timeout?: number
  readonly quiet?: boolean
}

/** Seconds for which a centre that does not answer is tried. */
const TIMEOUT = 60

/** `logstat push --db FILE --to URL` @returns 2 when something could not be pushed */
export async function pushDatabase({ db, ...options }: PushOptions & { readonly db: string }): Promise<number> {
  const store = openStore(db, { create: false })
  try {
    return (await pushStore(store, options)) ? 0 : 2
  } finally {
    store.close()
  }
}

/** @returns whether all was pushed that can be */
export async function pushStore(store: Store, options: PushOptions): Promise<boolean> {
  const { to, as: server = hostname(), takeOver = false, listsEvery = 0, timeout = TIMEOUT, quiet } = options
  const pushed = await withCentre(to, timeout * 1000, (centre) =>
    push(store, centre, { server, machine: machineName(), takeOver, heavyEvery: listsEvery }),
  )
  if (!quiet) process.stdout.write(`${said(whatBecameOf(server, pushed))}\n`)
  for (const { words, remedy } of pushed.refused) tell(words, remedy)
  return pushed.refused.length === 0
}

function whatBecameOf(server: string, { sources, rows, waiting }: Pushed): { en: string; zh: string } {
  const waits = waiting > 0
  return {
    en: `${server}: ${count(rows)} rows of ${count(sources)} ${sources === 1 ? 'log' : 'logs'} pushed${waits ? `; ${count(waiting)} wait until they are read as far as the centre has them, or ten minutes are over` : ''}`,
    zh: `${server}：已推送 ${count(sources)} 个日志的 ${count(rows)} 行${waits ? `；${count(waiting)} 个在等待：本地需读到中心库的位置，或再过十分钟` : ''}`,
  }
}
