import { parentPort, workerData } from 'node:worker_threads'
import { Kernel } from '../kernel/kernel.js'
import { dayOf } from '../time-zone.js'
import type { Job } from './runner.js'
import { countUnit } from './unit.js'

// Takes a Job by message; answers with `{ bytes }` now and then, and with `{ result }` at the end.

const REPORT_EVERY = 8 << 20

if (parentPort) {
  const port = parentPort
  const kernel = new Kernel({ code: workerData as WebAssembly.Module })
  port.on('message', async ({ unit, spare }: Job) => {
    const { dayZone } = unit
    if (dayZone !== null) kernel.setPeriods((seconds) => dayOf(seconds, dayZone))
    let told = 0
    const result = await countUnit(kernel, unit, spare, (bytes) => {
      if (bytes - told < REPORT_EVERY) return
      port.postMessage({ bytes: bytes - told })
      told = bytes
    })
    port.postMessage(
      { result },
      result.parts.map(({ bytes }) => bytes.buffer),
    )
  })
}
