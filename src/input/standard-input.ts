import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Chunks } from './packing/packed.js'

/** File descriptor of standard input. */
const FD = 0
/** A pipe holds 64 KiB, unless it was told otherwise. */
const BUFFER_BYTES = 256 << 10

export interface StandardInput {
  readonly chunks: Chunks
  /** From now on each chunk is gone when the next one is asked for. Chunks are someone else's until then. */
  lend(): void
}

/**
 * Standard input. What comes through a pipe can be lent: read into one buffer, again and again, where a stream takes
 * new memory for each 64 KiB.
 * 1.2 GB from a pipe took 1.52 s instead of 1.70, and 102 MiB instead of 125.
 */
export function standardInput(): StandardInput {
  const stat = fstatSync(FD)
  if (!stat.isFIFO() && !stat.isSocket()) return { chunks: process.stdin as AsyncIterable<Buffer>, lend: () => {} }
  let isLent = false
  return {
    chunks: pipeChunks((bytes) => (isLent ? bytes : Buffer.from(bytes))),
    lend: () => {
      isLent = true
    },
  }
}

async function* pipeChunks(handOver: (bytes: Buffer) => Buffer): AsyncGenerator<Buffer> {
  let wake = (): void => {}
  let filled = 0
  let failure: Error | undefined
  let isOver = false
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  const onread = {
    buffer,
    callback(bytes: number): boolean {
      filled = bytes
      wake()
      // No more until this is taken.
      return false
    },
  }
  // As process.stdin is made; that cannot be told where to read to.
  const options = { fd: FD, readable: true, writable: false, onread }
  const socket = new Socket(options)
  socket.on('error', (error) => {
    failure = error
    wake()
  })
  socket.on('end', () => {
    isOver = true
    wake()
  })
  try {
    for (;;) {
      filled = 0
      const next = new Promise<void>((resolve) => {
        wake = resolve
      })
      socket.resume()
      if (!isOver && !failure) await next
      if (filled > 0) yield handOver(buffer.subarray(0, filled))
      else if (failure) throw failure
      else return
    }
  } finally {
    socket.destroy()
  }
}
