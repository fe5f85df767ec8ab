import type { Input } from '../input/find.js'
import type { Progress } from '../pipeline.js'
import { bytes, truncateMiddle } from '../render/cells.js'

const EVERY_MS = 100

/** One line on standard error that says how far reading is; nothing when that is no terminal. */
export function progress(inputs: readonly Input[], wanted: boolean): { update(progress: Progress): void; end(): void } {
  if (!wanted || !process.stderr.isTTY) return { update: () => {}, end: () => {} }
  const total = inputs.every((i) => i.size !== null) ? inputs.reduce((n, i) => n + (i.size as number), 0) : null
  const started = performance.now()
  let current: Input | undefined
  let before = 0
  let last = 0
  let shown = started
  return {
    update({ input, bytes: n }) {
      if (input !== current) {
        before += last
        current = input
      }
      last = n
      const now = performance.now()
      if (now - shown < EVERY_MS) return
      shown = now
      const read = before + n
      const seconds = (now - started) / 1000
      const parts = [truncateMiddle(input.name, 40), bytes(read)]
      if (total) parts.push(`${((read / total) * 100).toFixed(0)} %`, `${Math.ceil(((total - read) / read) * seconds)} s left`)
      parts.push(`${bytes(read / seconds)}/s`)
      process.stderr.write(`\r\x1b[K${parts.join('  ')}`)
    },
    end() {
      process.stderr.write('\r\x1b[K')
    },
  }
}
