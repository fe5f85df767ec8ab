import { crc32 } from 'node:zlib'
import { LogstatError } from '../errors.js'
import { byteOrderMark } from '../format/detect.js'
import { fileOf, type Input, statOf } from '../input/find.js'
import { type Beginning, HEAD_BYTES, readBehindHole, readHead } from '../input/head.js'
import { type Opened, openBehind, openInput, openInputs, type Reader } from '../input/open.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Store } from '../store/store.js'
import { PRIOR_BYTES } from '../trail.js'
import { behindHead, identify, isStream, type Recognised } from './identity.js'
import { chooseLayout, type LayoutOptions, layoutOf } from './layout.js'
import type { Identity, Log, Refused } from './log.js'

// Looking at an input: which log is it, how are its lines read, and from where on? Nothing is counted, and no thread
// begins.

export interface LookOptions extends LayoutOptions {
  /** The kernel that counts, while it does not: to make another one takes 4 % of a small report. */
  readonly idleKernel?: () => Kernel | undefined
}

/**
 * Open inputs and look at them, one after the other, as the next is asked for. Of an archive each file is a log of its
 * own.
 */
export async function* lookAt(
  inputs: readonly Input[],
  store: Store,
  options: LookOptions,
): AsyncGenerator<Log | Refused> {
  for await (const opened of openInputs(inputs)) yield await look(opened, store, options)
}

async function look(opened: Opened, store: Store, options: LookOptions): Promise<Log | Refused> {
  const { input } = opened
  if ('error' in opened) return { input, error: opened.error }
  const { reader, file } = opened
  let identity: Identity | undefined
  let log: Log | undefined
  try {
    const head = await readHead(reader)
    const found = store.file === null ? UNKNOWN : await identify(store, input, head, reader)
    identity = found.identity
    log = logOf(opened, head, await beginningOf(opened, head, found), found, store, options)
    return log
  } catch (error) {
    if (!(error instanceof LogstatError)) throw error
    // Rotated just now: what is there in its place is another log.
    if (error.code === 'changed') return look(await openAgain(input), store, options)
    return { input, error, ...(identity ? { identity } : {}) }
  } finally {
    if (!log?.unread) reader.close()
  }

  function logOf(
    { reader }: { reader: Reader },
    head: Buffer,
    { hole, text }: Beginning,
    { prior, isAtHead }: Recognised | typeof UNKNOWN,
    to: Store,
    how: LookOptions,
  ): Log {
    const source = identity?.source
    const { layout, fields, moment } = source
      ? layoutOf(source, text, how, how.idleKernel?.())
      : chooseLayout(input, text, how, how.idleKernel?.())
    const cannotReturn = isStream(input)
    const isOneWay = cannotReturn || reader.packing.endsWith('tar')
    // A shorter hole lies in the head, and the kernel passes over it.
    const before = hole < HEAD_BYTES || isOneWay ? byteOrderMark(head) : hole
    return {
      input,
      file,
      head: { bytes: head.length, crc: crc32(head) },
      layout,
      start: {
        offset: source?.readTo ?? before,
        fields,
        moment,
        tail: source ? prior : head.subarray(0, before).subarray(-PRIOR_BYTES),
        openLine: source?.openLine ?? false,
      },
      bytes: isOneWay ? 'stream' : reader.raw ? 'random' : 'packed',
      size: Number((input.path === null ? undefined : statOf(input.path))?.size ?? 0),
      countsLastLine: to.file === null || cannotReturn || reader.packing !== 'none',
      ...(identity ? { identity } : {}),
      // A log that was read further, to recognise it, is opened again.
      ...(isOneWay && isAtHead && !source ? { unread: behindHead(text, reader) } : {}),
    }
  }
}

/** Most logs begin with text. */
async function beginningOf(
  { input, reader }: Extract<Opened, { reader: Reader }>,
  head: Buffer,
  { isAtHead }: Recognised | typeof UNKNOWN,
): Promise<Beginning> {
  if (head[0] !== 0) return { hole: 0, text: head }
  if (isAtHead) return readBehindHole(head, reader)
  const again = await openBehind(input, head)
  try {
    return await readBehindHole(head, again)
  } finally {
    again.close()
  }
}

/** Without a database every log is new. */
const UNKNOWN = { identity: undefined, prior: Buffer.alloc(0), isAtHead: true } as const

async function openAgain(input: Input): Promise<Opened> {
  const file = fileOf(input)
  try {
    return { input, file, reader: await openInput(input) }
  } catch (error) {
    if (!(error instanceof LogstatError)) throw error
    return { input, error }
  }
}
