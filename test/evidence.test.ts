import { describe, expect, it } from 'vitest'
import { addEvidence, type Evidence, packEvidence, unpackEvidence } from '../src/diagnosis/evidence.js'
import type { Format } from '../src/format/format.js'
import { formatNamed, plansOfFamily } from '../src/format/registry.js'
import type { Kernel } from '../src/kernel/kernel.js'
import { countingKernel } from '../src/tally/evidence.js'
import { CASES } from './diagnosis-cases.js'
import { log, series, visits } from './diagnosis-logs.js'
import { gather } from './oracle/evidence.js'
import { feed, readWhole } from './support.js'

// Evidence that the kernel keeps, held to the slow way.

let kernel: Kernel | undefined

function keep(text: string): Evidence {
  if (!kernel) {
    kernel = countingKernel()
  }
  kernel.clear()
  feed(
    kernel,
    Buffer.from(text),
    text.startsWith('#')
      ? []
      : plansOfFamily('clf', [formatNamed(/ rt=/.test(text) ? 'nginx-timed' : 'combined') as Format]),
  )
  return readWhole(kernel).evidence[0]?.evidence as Evidence
}

/**
 * What is counted elsewhere is left out: lines that fit no layout, clients, minutes. Of assets a client has some or
 * none; sizes are sampled.
 */
function comparable(evidence: Evidence): unknown {
  const { lines, rejected, withoutTime, refererHosts, clients, answeredClients, sizes, ...rest } = evidence
  const codes = new Map([...evidence.codes].map(([key, { kinds, hits }]) => [key, { kinds, hits }]))
  const named = new Set([...evidence.troubles.values()].map(({ client }) => client))
  const clientsInTrouble = new Map(
    [...evidence.clientsInTrouble]
      .filter(([name]) => named.has(name))
      .map(([name, client]) => [name, { ...client, assets: client.assets > 0 }]),
  )
  return { ...rest, codes, clientsInTrouble }
}

describe('evidence', () => {
  it.each(Object.entries(CASES))('of the case %s is that of the slow way', (_, { fires, nearMiss }) => {
    expect(comparable(keep(fires))).toEqual(comparable(gather(fires)))
    expect(comparable(keep(nearMiss))).toEqual(comparable(gather(nearMiss)))
  })
  it('comes back from a database', () => {
    const { fires } = CASES.outage as (typeof CASES)[string]
    const evidence = keep(fires)
    expect(unpackEvidence(packEvidence(evidence))).toEqual(evidence)
  })
  it('adds up', () => {
    const half = (from: number): string =>
      log(
        visits(undefined, 300, from, from + 43200),
        series(40, from + 100, 30, (i) => ({ ip: `198.51.100.${i % 9}`, path: '/oak', status: 500 })),
      )
    const whole = gather(half(0) + half(43200))
    const sum = gather(half(0))
    addEvidence(sum, gather(half(43200)))
    expect([...sum.troubles.values()].map(({ hits, first, last, path }) => ({ hits, first, last, path }))).toEqual(
      [...whole.troubles.values()].map(({ hits, first, last, path }) => ({ hits, first, last, path })),
    )
    expect(sum.paths).toEqual(whole.paths)
    expect(sum.codes).toEqual(whole.codes)
  })
})
