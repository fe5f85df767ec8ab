import { LogstatError } from '../errors.js'
import type { ExportedTable, Row, Value } from '../store/exported.js'
import { isSameContent } from '../store/merge.js'
import {
  forgottenSources,
  hasPushed,
  type LocalSource,
  noteForgotten,
  notePush,
  type OutgoingRow,
  outgoing,
  outgoingSources,
  rebase,
  trailOf,
} from '../store/outgoing.js'
import type { Store } from '../store/store.js'
import type { Centre, Identity, Meta, Position, PushedSource } from './centre.js'

// The protocol of a push. The centre says how far it is with each source, and gets what has changed since: whole rows,
// so that a batch that comes twice, late or never again changes nothing. Whatever goes wrong, the next push begins by
// asking.

export interface PushOptions {
  /** Name of this server at the centre. */
  readonly server: string
  /** Name that tells this machine from others, a clone of it included. */
  readonly machine: string
  /** Sources that another database has pushed are taken over at once. */
  readonly takeOver?: boolean
  /** Seconds between two pushes of heavy tables. */
  readonly heavyEvery?: number
}

/** The outcome of a push. */
export interface Pushed {
  /** Sources of which something was sent, and the rows. */
  readonly sources: number
  readonly rows: number
  /** Sources that wait: the centre has read further in them, or another database has pushed them a moment ago. */
  readonly waiting: number
  /** Sources that are another server's. */
  readonly refused: readonly LogstatError[]
}

/** Seconds without a push after which a source may be pushed from another database of the same machine. */
export const SILENT = 600
/** Largest size of a batch: rows, and bytes (about). */
const MOST_ROWS = 5000
const MOST_BYTES = 4 << 20
/** Number of times that a source is begun when another program pushes it at the same time. */
const TRIES = 5
/** An hour before all others. */
const EVER = -(2 ** 40)

/**
 * Bring a centre up to the state of a database.
 *
 * @throws Unreachable when the connection breaks; it may be called again
 */
export async function push(store: Store, centre: Centre, options: PushOptions): Promise<Pushed> {
  const meta = await centre.meta()
  const locals = outgoingSources(store)
  const positions = await positionsOf(
    centre,
    locals.map(({ uid }) => uid),
  )
  const known = await sameContent(store, centre, locals, positions)
  const session: Session = { store, centre, meta, options }
  const sum = { sources: 0, rows: 0, waiting: 0, refused: [] as LogstatError[] }
  for (const local of locals) {
    const done = await pushSource(session, local, positions.get(local.uid) ?? known.get(local.id))
    if (done === 'waits') sum.waiting++
    else if (done instanceof LogstatError) sum.refused.push(done)
    else if (done > 0) {
      sum.sources++
      sum.rows += done
    }
  }
  await pushForgotten(session)
  await centre.seen(options.server)
  return sum
}

interface Session {
  readonly store: Store
  readonly centre: Centre
  readonly meta: Meta
  readonly options: PushOptions
}

async function positionsOf(centre: Centre, uids: readonly string[]): Promise<Map<string, Position>> {
  if (uids.length === 0) return new Map()
  return new Map((await centre.positions(uids)).map((position) => [position.uid, position]))
}

/** Sources that the centre does not know by name, and of which it has the same content: by the id of the local one. */
async function sameContent(
  store: Store,
  centre: Centre,
  locals: readonly LocalSource[],
  positions: ReadonlyMap<string, Position>,
): Promise<Map<number, Position>> {
  const unknown = locals.filter(({ uid, stream }) => !stream && !positions.has(uid))
  const same = new Map<number, Position & Identity>()
  if (unknown.length === 0) return same
  const found = (await centre.same([...new Set(unknown.map(({ firstLine }) => firstLine))])).filter(
    ({ uid }) => !positions.has(uid),
  )
  for (const local of unknown) {
    const candidates = found.filter(({ firstLine }) => firstLine === local.firstLine)
    if (candidates.length === 0) continue
    const content = { ...local, trail: trailOf(store, local.id) }
    const taken = new Set([...same.values()].map(({ uid }) => uid))
    const candidate = candidates.find((other) => !taken.has(other.uid) && isSameContent(content, other))
    if (candidate) same.set(local.id, candidate)
  }
  return same
}

/** @returns rows that were sent; 'waits' or the reason when nothing may be sent now */
async function pushSource(
  { store, centre, meta, options }: Session,
  first: LocalSource,
  at: Position | undefined,
): Promise<number | 'waits' | LogstatError> {
  let local = first
  let position = at
  for (let tries = 0; tries < TRIES; tries++) {
    let base = position?.base ?? 0
    if (position && !hasPushed(store, local.id, position.token)) {
      const refusal = mayTakeOver(local, position, options)
      if (refusal) return refusal
      const rev = Math.max(local.rev, position.top) + 1
      // All of the log is sent: other rows that the other database pushed are void.
      if (local.pruned === 0) base = rev
      rebase(store, local.id, rev, position.uid)
      local = { ...local, uid: position.uid, rev }
    }
    const sent = await sendSource({ store, centre, meta, options }, local, position, base)
    if (sent !== null) return sent
    position = (await positionsOf(centre, [local.uid])).get(local.uid)
  }
  return 'waits'
}

/** Decide if a source that another database has pushed may go on from this one. @returns the reason when it may not */
function mayTakeOver(local: LocalSource, position: Position, options: PushOptions): 'waits' | LogstatError | undefined {
  const { machine, takeOver } = options
  // This database is older than the rows at the centre, or reads the log anew: it will come to where the centre is.
  if (!position.gone && position.readTo > local.readTo) return 'waits'
  if (takeOver) return undefined
  if (position.machine === machine && position.uid !== local.uid) return position.age >= SILENT ? undefined : 'waits'
  if (position.machine === machine && position.age >= SILENT) return undefined
  return new LogstatError(
    'copy',
    {
      en: `source ${local.id} is pushed by another database: server ${position.server}, ${Math.round(position.age)} s ago`,
      zh: `来源 ${local.id} 由另一个数据库推送：服务器 ${position.server}，${Math.round(position.age)} 秒前`,
    },
    {
      en: 'Push from one of the two. If the other one is gone for good: logstat push --take-over. If this server is a clone: remove its database and ingest its logs anew.',
      zh: '请只从其中一个推送。若另一个已不再使用：logstat push --take-over。若本机是克隆的服务器：请删除其数据库并重新读入日志。',
    },
  )
}

/** @returns rows that were sent; null when another program has pushed the source meanwhile */
async function sendSource(
  { store, centre, meta, options }: Session,
  local: LocalSource,
  position: Position | undefined,
  base: number,
): Promise<number | null> {
  const wantsHeavy = !position || position.gone || position.heavyAge >= (options.heavyEvery ?? 0)
  const isBehind = !position || position.gone || position.rev < local.rev || position.machine !== options.machine
  if (!isBehind && !(wantsHeavy && (position?.heavyRev ?? 0) < local.rev)) return 0
  const token = notePush(store, local.id)
  const after = { light: position?.rev ?? 0, heavy: wantsHeavy ? (position?.heavyRev ?? 0) : null }
  const { source, rows, end } = outgoing(store, local.id, after, firstHour(meta))
  try {
    const { rev } = source
    const begun: PushedSource = {
      ...source,
      server: options.server,
      machine: options.machine,
      rev: position?.rev ?? 0,
      heavyRev: position?.heavyRev ?? 0,
      top: Math.max(rev, position?.top ?? 0),
      base,
      token,
      gone: false,
      isHeavy: false,
    }
    const done = { ...begun, rev, heavyRev: wantsHeavy ? rev : begun.heavyRev, isHeavy: wantsHeavy }
    let expected = position?.token ?? null
    let sent = 0
    for (const { rows: batch, isLast } of batches(rows, meta)) {
      // Whoever reads how far the source is gets what all its rows have.
      if (!(await centre.put({ expected, source: isLast ? done : begun, rev, rows: batch }))) return null
      expected = token
      for (const given of batch.values()) sent += given.length
    }
    return sent
  } finally {
    end()
  }
}

function firstHour({ keepDays }: Meta): number {
  return keepDays === null ? EVER : 24 * Math.floor(Date.now() / 86_400_000 - keepDays)
}

interface Piece {
  readonly rows: ReadonlyMap<ExportedTable, readonly Row[]>
  readonly isLast: boolean
}

/** Cut rows into batches; there is always a last one. */
function* batches(rows: Iterable<OutgoingRow>, { columns }: Meta): Generator<Piece> {
  let batch = new Map<ExportedTable, Row[]>()
  let n = 0
  let size = 0
  for (const { table, row } of rows) {
    const known = columns.get(table.name)
    if (!known) continue
    if (n >= MOST_ROWS || size >= MOST_BYTES) {
      yield { rows: batch, isLast: false }
      batch = new Map()
      n = 0
      size = 0
    }
    const sent = Object.fromEntries(Object.entries(row).filter(([name]) => known.has(name)))
    const before = batch.get(table)
    if (before) before.push(sent)
    else batch.set(table, [sent])
    n++
    size += sizeOf(sent)
  }
  yield { rows: batch, isLast: true }
}

function sizeOf(row: Row): number {
  const of = (value: Value): number => {
    if (typeof value === 'string' || value instanceof Uint8Array) return value.length
    return Array.isArray(value) ? value.reduce((n: number, each) => n + of(each), 0) : 8
  }
  return Object.values(row).reduce((n: number, value) => n + of(value), 0)
}

/** Sources that were deleted here stay as a mark, so that no late batch brings them back. */
async function pushForgotten({ store, centre, options }: Session): Promise<void> {
  const uids = forgottenSources(store)
  const positions = await positionsOf(centre, uids)
  for (const uid of uids) {
    const position = positions.get(uid)
    if (position && position.machine === options.machine && !position.gone && !(await bury(centre, position))) continue
    noteForgotten(store, uid)
  }
}

async function bury(centre: Centre, position: Position): Promise<boolean> {
  const { token: expected, top } = position
  const rev = top + 1
  const nothing: Identity = { firstLine: '', trail: new Uint8Array(), readTo: 0, tailBytes: 0, tailHash: '' }
  const revs = { rev, heavyRev: rev, top: rev, base: rev }
  const source = { ...position, ...nothing, ...revs, token: `gone-${rev}`, gone: true, isHeavy: true, about: {} }
  return centre.put({ expected, source, rev, rows: new Map() })
}
