import { describe, it } from 'vitest'
import { MemoryCentre } from '../src/fleet/memory.js'
import { contract, type Tested } from './fleet-contract.js'
import { holdInHistories } from './fleet-histories.js'

async function start(): Promise<Tested> {
  let now = 1_790_000_000
  const centre = new MemoryCentre(() => now)
  return {
    centre,
    reader: centre,
    connect: async () => centre,
    later: async (seconds) => {
      now += seconds
    },
    backup: async () => centre.backup(),
  }
}

describe('a centre in memory', () => {
  contract(start)

  // The long run: FLEET_HISTORIES=10000.
  it('has each line once in any history', async () => {
    await holdInHistories(start, Number(process.env.FLEET_HISTORIES ?? 100))
  }, 7_200_000)
})
