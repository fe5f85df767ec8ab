import { parentPort, workerData } from 'node:worker_threads'
import { openBehind } from '../input/open.js'
import { Kernel } from '../kernel/kernel.js'
import type { Packed } from '../kernel/packed.js'
import { fillRing } from './ring.js'
import type { Order } from './runner.js'
import { countUnit, packLast } from './unit.js'

// Takes an Order by message; answers to one of a unit with `{ bytes, lines }` now and then, and with `{ result }` at the end, and to one of
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
    if (!order.unit) return
    kernel ??= new Kernel({ code: workerData as WebAssembly.Module })
    let untold = { bytes: 0, lines: 0 }
    const result = await countUnit(kernel, order.unit, (bytes, lines) => {
      untold = { bytes: untold.bytes + bytes, lines: untold.lines + lines }
      if (untold.bytes < REPORT_EVERY) return
      port.postMessage(untold)
      untold = { bytes: 0, lines: 0 }
    })
    port.postMessage(untold)
    packLast(result, spare)
    spare = undefined
    port.postMessage(
      { result },
      (result.parts as Packed[]).map(({ bytes }) => bytes.buffer),
    )
  })
}
