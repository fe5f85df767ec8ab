import type { Input } from '../input/find.js'
import type { Progress } from '../pipeline.js'
import { bytes, count, truncateMiddle, visible } from '../render/cells.js'

const EVERY_MS = 100

/** One line on standard error that says how far reading is; nothing when that is no terminal. */
export function progress(inputs: readonly Input[], wanted: boolean): { update(progress: Progress): void; end(): void } {
  if (!wanted || !process.stderr.isTTY) return { update: () => {}, end: () => {} }
  const total = inputs.every((i) => i.size !== null) ? inputs.reduce((n, i) => n + (i.size as number), 0) : null
  const started = performance.now()
  // Several inputs may be in work at once.
  const known = new Map<Input, Progress>()
  const read = { bytes: 0, lines: 0 }
  let shown = started
  return {
    update(progress) {
      const { input } = progress
      read.bytes += progress.bytes - (known.get(input)?.bytes ?? 0)
      read.lines += progress.lines - (known.get(input)?.lines ?? 0)
      known.set(input, progress)
      const now = performance.now()
      if (now - shown < EVERY_MS) return
      shown = now
      const seconds = (now - started) / 1000
      const parts = [truncateMiddle(visible(input.name), 40), bytes(read.bytes)]
      if (total) {
        const share = Math.min(1, read.bytes / total)
        parts.push(`${(share * 100).toFixed(0)} %`, `${Math.ceil((1 / share - 1) * seconds)} s left`)
      }
      parts.push(`${count(Math.round(read.lines / seconds))} lines/s`)
      process.stderr.write(`\r\x1b[K${parts.join('  ')}`)
    },
    end() {
      process.stderr.write('\r\x1b[K')
    },
  }
}
