import { describe } from 'vitest'
import { MemoryCentre } from '../src/fleet/memory.js'
import { contract } from './fleet-contract.js'

describe('a centre in memory', () => {
  let now = 1_790_000_000
  contract(async () => {
    const centre = new MemoryCentre(() => now)
    return {
      centre,
      reader: centre,
      connect: async () => centre,
      later: async (seconds) => void (now += seconds),
      backup: async () => centre.backup(),
    }
  })
})
