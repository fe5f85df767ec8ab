import { hostname } from 'node:os'
import { machineName, withCentre } from '../fleet/connect.js'
import { type Pushed, push } from '../fleet/push.js'
import { count } from '../render/cells.js'
import { openStore, type Store } from '../store/store.js'
import { said, tell, tellError } from './messages.js'

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

/** Options of commands that push besides. */
export interface AlsoPush {
  readonly push?: string
  readonly as?: string
  /** Seconds. */
  readonly pushEvery?: number
}

/** Push when a command has done its work. @returns whether all was pushed: what could not be is told */
export async function alsoPush(store: Store, { push: to, as }: AlsoPush): Promise<boolean> {
  if (to === undefined || store.file === null) return true
  try {
    return await pushStore(store, { to, quiet: true, ...(as === undefined ? {} : { as }) })
  } catch (error) {
    tellError(error)
    return false
  }
}

const EVERY = 300
/** Seconds for which a centre is tried while logs are followed, and when that ends. */
const PATIENCE = 30
const LAST_PATIENCE = 5
const LISTS_EVERY = 3600

/** Pushes from time to time beside other work, which it never stops. A failure is told once, until a push goes well. */
export interface Pusher {
  /** Push if it is time. */
  due(): void
  /** Push what is left. */
  end(): Promise<void>
}

export function pusherOf(db: string, { push: to, as, pushEvery = EVERY }: AlsoPush): Pusher {
  if (to === undefined) return { due: () => {}, end: async () => {} }
  let next = 0
  let running: Promise<void> | undefined
  let failure = ''
  const run = async (timeout: number): Promise<void> => {
    // A connection of its own reads one state of the database while logs are added.
    const store = openStore(db, { create: false })
    try {
      await pushStore(store, { to, timeout, quiet: true, listsEvery: LISTS_EVERY, ...(as === undefined ? {} : { as }) })
      failure = ''
    } catch (error) {
      const { message } = error as Error
      if (message !== failure) tellError(error)
      failure = message
    } finally {
      store.close()
    }
  }
  return {
    due() {
      if (running || Date.now() < next) return
      next = Date.now() + pushEvery * 1000
      running = run(PATIENCE).finally(() => {
        running = undefined
      })
    },
    async end() {
      await running
      await run(LAST_PATIENCE)
    },
  }
}
