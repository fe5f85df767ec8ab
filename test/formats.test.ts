import { describe, expect, it } from 'vitest'
import { detect } from '../src/format/detect.js'
import type { Entry } from '../src/format/format.js'
import { FORMATS, formatNamed, hasPlans, plansOf } from '../src/format/registry.js'
import type { Tally } from '../src/tally/tally.js'
import { countFast } from './support.js'

/** The one entry of a tally, in the words of a sample. */
function entryOf(tally: Tally): Entry {
  const [code] = [...tally.codes.values()]
  if (!code) throw new Error('no entry')
  const one = (name: keyof typeof code.lists) => code.lists[name].values[0]?.value
  const all = {
    clientIp: one('client'),
    method: one('method'),
    uriStem: one('path'),
    status: code.status,
    substatus: code.substatus ?? undefined,
    win32Status: code.win32Status ?? undefined,
    bytesSent: code.bytesSent,
    referer: one('referer'),
    userAgent: one('userAgent'),
    host: one('host'),
    reason: code.reason ?? undefined,
  }
  return Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined)) as unknown as Entry
}

describe.each(FORMATS.map((f) => [f.name, f] as const))('%s', (_, format) => {
  it('reads its samples', () => {
    expect(format.samples.length).toBeGreaterThan(0)
    for (const { line, entry } of format.samples) {
      const { counts, tally } = countFast(Buffer.from(line), hasPlans(format) ? plansOf(format) : [])
      expect(counts, line).toMatchObject({ entries: 1, rejected: 0, withoutTime: 0 })
      expect(entryOf(tally), line).toEqual({ bytesSent: 0, ...entry })
    }
  })
  it('is detected from each of them', () => {
    for (const { line } of format.samples) expect(detect(Buffer.from(line), true).format, line).toBe(format.name)
  })
  it('has names that no other has, and says where it is defined', () => {
    for (const name of [format.name, ...(format.aliases ?? [])]) expect(formatNamed(name.toUpperCase())).toBe(format)
    expect(format.source).toMatch(/^https?:\/\//)
  })
})
