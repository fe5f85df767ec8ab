import { LogstatError } from '../errors.js'
import { networkOf } from './network.js'
import { Role } from './wasm/roles.js'

/**
 * A filter says which entries are counted; plain data. Several patterns for one field: one of them must fit; `!` in
 * front: none may.
 */
export interface Filter {
  /** Seconds since 1970 UTC, [since, until). */
  readonly since?: number
  readonly until?: number
  readonly path?: readonly string[]
  readonly client?: readonly string[]
  readonly method?: readonly string[]
  readonly host?: readonly string[]
}

const ROLES = { path: Role.Uri, client: Role.ClientIp, method: Role.Method, host: Role.Host } as const

/** Flags of a filter in the kernel. */
const NEGATIVE = 1
const NETWORK = 2

interface FilterExports {
  readonly memory: WebAssembly.Memory
  addFilter(role: number, flags: number, length: number): number
  clearFilters(): void
  setPeriodFilter(from: number, to: number): void
}

/** Put a filter in force in a kernel, in place of the one before. */
export function setFilter(wasm: FilterExports, filter: Filter): void {
  wasm.clearFilters()
  if (filter.since !== undefined || filter.until !== undefined)
    wasm.setPeriodFilter(filter.since ?? -(2 ** 53), filter.until ?? 2 ** 53)
  for (const [name, role] of Object.entries(ROLES) as [keyof typeof ROLES, Role][]) {
    for (const text of filter[name] ?? []) {
      const negative = text.startsWith('!')
      const pattern = negative ? text.slice(1) : text
      const network = name === 'client' ? networkOf(pattern) : undefined
      if (network === null)
        throw new LogstatError(
          'filter',
          {
            en: `--client "${text}": the prefix of this network is too long`,
            zh: `--client "${text}"：该网段的前缀过长`,
          },
          { en: 'It has at most 32 bits in IPv4, 128 in IPv6.', zh: 'IPv4 最多 32 位，IPv6 最多 128 位。' },
        )
      const bytes = network ? Uint8Array.of(...network.address, network.bits) : Buffer.from(pattern)
      const at =
        bytes.length === 0 ? 0 : wasm.addFilter(role, (negative ? NEGATIVE : 0) | (network ? NETWORK : 0), bytes.length)
      if (!at)
        throw new LogstatError(
          'filter',
          {
            en: `--${name} "${text}": ${bytes.length === 0 ? 'an empty pattern' : 'too many or too long patterns'}`,
            zh: `--${name} "${text}"：${bytes.length === 0 ? '模式为空' : '模式过多或过长'}`,
          },
          { en: 'Give a value; * stands for anything.', zh: '请给出一个值；* 表示任意内容。' },
        )
      new Uint8Array(wasm.memory.buffer).set(bytes, at)
    }
  }
}
