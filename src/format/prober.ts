import type { Kernel } from '../kernel/kernel.js'
import type { Plan } from '../kernel/plan.js'
import { prober } from '../kernel/probe.js'

/** Puts lines through plans, to see what fits. */
export class Prober {
  readonly #kernel: Kernel

  /** @param kernel that nothing is counted with meanwhile */
  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** As `prober` of the kernel; holds until the next call of this prober. */
  of(lines: readonly Uint8Array[]): (plans: readonly Plan[]) => Uint32Array {
    return prober(this.#kernel, lines)
  }

  /** The lines that one of the plans takes, and the fields that are filled in them. */
  count(plans: readonly Plan[], lines: readonly Uint8Array[]): { readonly fits: number; readonly fields: number } {
    const fields = this.of(lines)(plans)
    return { fits: fields.filter((n) => n > 0).length, fields: fields.reduce((sum, n) => sum + n, 0) }
  }

  /** The lines that none of the plans takes. */
  without(plans: readonly Plan[], lines: readonly Uint8Array[]): readonly Uint8Array[] {
    const fields = this.of(lines)(plans)
    return lines.filter((_, i) => fields[i] === 0)
  }
}
