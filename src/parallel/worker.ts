import { parentPort } from 'node:worker_threads'
import { Kernel } from '../kernel/kernel.js'
import { buffersOf } from '../kernel/packed.js'
import { dayOf } from '../time-zone.js'
import { countUnit, type Unit } from './unit.js'

// Takes a Unit by message; answers with `{ bytes }` now and then, and with `{ result }` at the end.

const REPORT_EVERY = 8 << 20

if (parentPort) {
  const port = parentPort
  const kernel = new Kernel()
  port.on('message', async (unit: Unit) => {
    const { dayZone } = unit
    if (dayZone !== null) kernel.setPeriods((seconds) => dayOf(seconds, dayZone))
    let told = 0
    const result = await countUnit(kernel, unit, (bytes) => {
      if (bytes - told < REPORT_EVERY) return
      port.postMessage({ bytes: bytes - told })
      told = bytes
    })
    port.postMessage({ result }, result.parts.flatMap(buffersOf))
  })
}
