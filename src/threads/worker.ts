import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { openPiece } from '../count/open.js'
import { type CountUnit, countApart, prepareKernel } from '../count/unit.js'
import { ALONE } from '../input/packing/packed.js'
import type { KernelCode } from '../kernel/code.js'
import type { Kernel } from '../kernel/kernel.js'
import { countingKernel } from '../tally/evidence.js'
import { fillRing } from './ring.js'
import { type Answer, isMuch, type Order, TURN } from './threads.js'

// A worker thread: takes an Order by message, and answers to a unit with its parts, and to both with `isDone`.

const REPORT_EVERY = 8 << 20

if (parentPort) {
  const port = parentPort
  const say = (answer: Answer, transfer: ArrayBuffer[] = []): void => port.postMessage(answer, transfer)
  let kernel: Kernel | undefined
  let spare: ArrayBuffer | undefined
  /** The unit in work, and the bytes of each of its parts that nobody has taken yet. */
  let current = 0
  let waiting: number[] = []
  let goOn = (): void => {}

  const count = async ({ unit, counting }: Extract<Order, { unit: unknown }>): Promise<void> => {
    kernel ??= countingKernel(workerData as KernelCode)
    prepareKernel(kernel, counting)
    let untold = { bytes: 0, lines: 0, piece: 0 }
    let sinceTurn = 0
    const how: CountUnit = {
      onRead(bytes, lines, piece) {
        if (piece !== untold.piece || untold.bytes >= REPORT_EVERY) {
          if (untold.bytes > 0) say(untold)
          untold = { bytes: 0, lines: 0, piece }
        }
        untold = { bytes: untold.bytes + bytes, lines: untold.lines + lines, piece }
      },
      onPart(part) {
        const buffer = part.tables?.bytes.buffer
        if (buffer) waiting.push(buffer.byteLength)
        say({ part }, buffer ? [buffer] : [])
      },
      async mayGoOn(bytes) {
        sinceTurn += bytes
        if (sinceTurn >= TURN) {
          sinceTurn = 0
          await setImmediate()
        }
        while (isMuch(waiting, counting))
          await new Promise<void>((resolve) => {
            goOn = resolve
          })
      },
    }
    await countApart(kernel, unit, counting, how, () => {
      const taken = spare
      spare = undefined
      return taken
    })
    if (untold.bytes > 0) say(untold)
  }

  port.on('message', async (order: Order) => {
    if ('taken' in order) {
      spare = order.spare
      if (order.taken === current) waiting.shift()
      goOn()
      return
    }
    if ('unit' in order) {
      current = order.id
      waiting = []
      await count(order)
    } else await fillRing(order.ring, () => openPiece(order.piece, ALONE))
    say({ isDone: true })
  })
}
