import { parentPort, workerData } from 'node:worker_threads'
import { openBehind } from '../input/open.js'
import type { KernelCode } from '../kernel/code.js'
import { Kernel } from '../kernel/kernel.js'
import type { Packed } from '../kernel/packed.js'
import { fillRing } from './ring.js'
import type { Order } from './runner.js'
import { countUnits, type OnRead, packLast } from './unit.js'

// Takes an Order by message; answers to one of units with `{ bytes, lines, place }` now and then, and with `{ result }` at the end, and to one of
// a ring with `{ filled }` at the end.

const REPORT_EVERY = 8 << 20

if (parentPort) {
  const port = parentPort
  let kernel: Kernel | undefined
  let spare: ArrayBuffer | undefined
  port.on('message', async (order: Order) => {
    spare = order.spare ?? spare
    if (order.fill) {
      const { ring, input, head } = order.fill
      await fillRing(ring, head.length, (leaveSums) => openBehind(input, head, { alone: true, leaveSums }))
      port.postMessage({ filled: true })
    }
    if (!order.units) return
    kernel ??= new Kernel({ code: workerData as KernelCode })
    let untold = { bytes: 0, lines: 0, place: 0 }
    const onRead: OnRead = (bytes, lines, place) => {
      if (place !== untold.place || untold.bytes >= REPORT_EVERY) {
        port.postMessage(untold)
        untold = { bytes: 0, lines: 0, place }
      }
      untold = { bytes: untold.bytes + bytes, lines: untold.lines + lines, place }
    }
    const result = await countUnits(kernel, order.units, onRead)
    port.postMessage(untold)
    packLast(result, spare)
    spare = undefined
    port.postMessage(
      { result },
      [...(result.parts as Packed[]), ...result.past].map(({ bytes }) => bytes.buffer),
    )
  })
}
