import { isIP } from 'node:net'

/** A network as the kernel compares it: 16 bytes of an IPv6 address, and how many bits of it count. */
export interface Network {
  readonly address: Uint8Array
  readonly bits: number
}

/** IPv4 addresses stand behind so many bits of ::ffff:0:0. */
const BITS_BEFORE_IPV4 = 96

/** `10.0.0.0/8`, `2001:db8::/32`. @returns undefined for what is no network; null for one whose prefix is too long */
export function networkOf(text: string): Network | null | undefined {
  const [, address = '', prefix] = /^([\d.:a-f]+)\/(\d{1,3})$/i.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  if (Number(prefix) > (version === 4 ? 32 : 128)) return null
  if (version === 6) return { address: bytesOf(address), bits: Number(prefix) }
  return { address: bytesOf(`::ffff:${address}`), bits: BITS_BEFORE_IPV4 + Number(prefix) }
}

/** The bytes of an IPv6 address that is one. */
function bytesOf(address: string): Uint8Array {
  // The last 32 bits may be written as IPv4.
  const groups = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number) as [number, number, number, number]
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [left, right] = groups.split('::').map((side) => (side === '' ? [] : side.split(':'))) as [
    string[],
    string[] | undefined,
  ]
  const all = right ? [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right] : left
  return Uint8Array.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]))
}
