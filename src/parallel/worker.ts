import { parentPort, workerData } from 'node:worker_threads'
import { Kernel } from '../kernel/kernel.js'
import type { Job } from './runner.js'
import { countUnit } from './unit.js'

// Takes a Job by message; answers with `{ bytes }` now and then, and with `{ result }` at the end.

const REPORT_EVERY = 8 << 20

if (parentPort) {
  const port = parentPort
  const kernel = new Kernel({ code: workerData as WebAssembly.Module })
  port.on('message', async ({ unit, spare }: Job) => {
    let untold = 0
    const result = await countUnit(kernel, unit, spare, (more) => {
      untold += more
      if (untold < REPORT_EVERY) return
      port.postMessage({ bytes: untold })
      untold = 0
    })
    port.postMessage(
      { result },
      result.parts.map(({ bytes }) => bytes.buffer),
    )
  })
}
