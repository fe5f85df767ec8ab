import { Kernel } from './kernel.js'
import type { Plan } from './plan.js'
import { decode } from './text.js'
import { type Reject, Role } from './wasm/roles.js'

// Trying lines: they are put through plans without being counted. The kernel must have no input in its block meanwhile.

/** The outcome of `probe`: the plan that takes a line, or how the first plan failed. */
export type Probe =
  | { readonly plan: number; readonly fields: Partial<Record<Role, string>> }
  | { readonly plan: -1; readonly reason: Reject; readonly step: number; readonly column: number }

let probing: Kernel | undefined
/** A kernel that counts nothing, for lines that are only tried; whoever uses it sets its plans. */
export function probingKernel(): Kernel {
  probing ??= new Kernel({ tables: false })
  return probing
}

/**
 * Put one line through the plans in force.
 *
 * @returns the first plan that takes it and its fields as written, or how the first plan failed
 */
export function probe({ wasm }: Kernel, line: Uint8Array): Probe {
  const at = lay(wasm, line)
  let failure: Probe | undefined
  for (let plan = 0; plan < wasm.planCount.value; plan++) {
    if (wasm.probe(plan, at)) return { plan, fields: fieldsIn(wasm) }
    failure ??= {
      plan: -1,
      reason: wasm.probedReason(),
      step: wasm.probedStep(),
      column: wasm.probedAt() - at,
    }
  }
  return failure as Probe
}

/** The time of a line, in seconds since 1970, as the first plan that takes it reads it; NaN when there is none. */
export function timeOf({ wasm }: Kernel, line: Uint8Array): number {
  const at = lay(wasm, line)
  for (let plan = 0; plan < wasm.planCount.value; plan++) if (wasm.probe(plan, at)) return wasm.probedTime()
  return Number.NaN
}

/**
 * Lay lines out to be put through plans; together no longer than half a block.
 *
 * @returns what does so: by line, how many fields the first plan that takes it finds filled; 0 when none takes it
 */
export function prober(kernel: Kernel, lines: readonly Uint8Array[]): (plans: readonly Plan[]) => Uint32Array {
  const { wasm } = kernel
  const half = wasm.blockBytes.value / 2
  const table = wasm.block.value + half
  if (lines.reduce((sum, { length }) => sum + length + 1, 0) > half)
    throw new Error('more lines to be tried than there is room for')
  const bytes = new Uint8Array(wasm.memory.buffer)
  const starts = new Uint32Array(lines.length)
  let at = wasm.block.value
  for (const [i, line] of lines.entries()) {
    starts[i] = at
    bytes.set(line, at)
    bytes[at + line.length] = 0x0a
    at += line.length + 1
  }
  return (plans) => {
    kernel.setPlans(plans)
    const found = new Uint32Array(wasm.memory.buffer, table, 2 * lines.length)
    found.set(starts)
    wasm.probeLines(lines.length, table, table + starts.byteLength)
    return found.slice(lines.length)
  }
}

/** Lay a line out at the beginning of the block. @returns where it begins */
function lay(wasm: Kernel['wasm'], line: Uint8Array): number {
  const at = wasm.block.value
  const bytes = new Uint8Array(wasm.memory.buffer, at, wasm.blockBytes.value)
  const length = Math.min(line.length, bytes.length - 1)
  bytes.set(line.subarray(0, length))
  bytes[length] = 0x0a
  return at
}

/** The fields of the line that was tried last. */
function fieldsIn(wasm: Kernel['wasm']): Partial<Record<Role, string>> {
  const bytes = new Uint8Array(wasm.memory.buffer)
  const view = new DataView(wasm.memory.buffer, wasm.spanTable(), 8 * Role.Count)
  const fields: Partial<Record<Role, string>> = {}
  for (let role = 1; role < Role.Count; role++) {
    const start = view.getUint32(8 * role, true)
    if (start) fields[role as Role] = decode(bytes.subarray(start, view.getUint32(8 * role + 4, true)))
  }
  return fields
}
