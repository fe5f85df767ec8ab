import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatNamed, plansOf } from '../src/format/registry.js'
import { setFilter } from '../src/kernel/filter.js'
import { Kernel } from '../src/kernel/kernel.js'

const kernel = new Kernel()

/** Whether an entry of this client is counted. */
function counts(client: string, pattern: string): boolean {
  kernel.clear()
  setFilter(kernel.wasm, { client: [pattern] })
  kernel.setPlans(plansOf(formatNamed('combined') as never))
  kernel.begin()
  const line = Buffer.from(`${client} - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-"\n`)
  kernel.space.set(line)
  kernel.filled(line.length)
  return kernel.wasm.entryCount() === 1n
}

describe('--client with a network', () => {
  it('agrees with Node about any address and any network', () => {
    const network = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(
        fc.ipV6().filter((a) => isIP(a) === 6),
        fc.integer({ min: 0, max: 128 }),
      ),
    )
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((a) => isIP(a) === 6),
    )
    fc.assert(
      fc.property(network, address, ([base, bits], other) => {
        for (const client of [base, other]) {
          const list = new BlockList()
          list.addSubnet(base, bits, isIP(base) === 4 ? 'ipv4' : 'ipv6')
          // Node takes ::ffff:192.0.2.1 for IPv4, too; a network of IPv6 that holds those holds IPv4 here.
          const holdsIpv4 = isIP(base) === 6 && list.check(isIP(client) === 4 ? `::ffff:${client}` : client, 'ipv6')
          const expected = list.check(client, isIP(client) === 4 ? 'ipv4' : 'ipv6') || holdsIpv4
          expect([client, base, bits, counts(client, `${base}/${bits}`)]).toEqual([client, base, bits, expected])
        }
      }),
      { numRuns: 400 },
    )
  })
  it.each([
    ['10.9.8.7', '10.0.0.0/8', true],
    ['11.0.0.1', '10.0.0.0/8', false],
    ['10.9.8.7:5123', '10.0.0.0/8', true],
    ['::ffff:10.9.8.7', '10.0.0.0/8', true],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:0DB8:0:0::1', '2001:db8::/64', true],
    ['2001:db8:0:1::1', '2001:db8::/64', false],
    ['[2001:db8::1]:443', '2001:db8::/32', true],
    ['fe80::1%eth0', 'fe80::/10', true],
    ['-', '0.0.0.0/0', false],
    ['example.com', '0.0.0.0/0', false],
    ['10.9.8', '10.0.0.0/8', false],
    ['10.9.8.7', '!10.0.0.0/8', false],
    ['11.9.8.7', '!10.0.0.0/8', true],
  ])('%s in %s: %s', (client, pattern, expected) => {
    expect(counts(client, pattern)).toBe(expected)
  })
  it('refuses a prefix that is too long', () => {
    expect(() => setFilter(kernel.wasm, { client: ['10.0.0.0/33'] })).toThrow('too long')
  })
})
