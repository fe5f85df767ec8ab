import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Format } from '../src/format/format.js'
import { formatNamed, plansOf } from '../src/format/registry.js'
import { Kernel } from '../src/kernel/kernel.js'
import { timeOf as timeOfLine } from '../src/kernel/probe.js'

const common = plansOf(formatNamed('common') as Format)
const json = plansOf(formatNamed('json') as Format)
const kernel = new Kernel({ tables: false })

/** The time of a stamp between brackets, and the same as a value of a JSON line. */
function timeOf(stamp: string, encoding: BufferEncoding = 'utf8'): string | null {
  kernel.setPlans(common)
  const seconds = timeOfLine(kernel, Buffer.from(`192.0.2.1 - - [${stamp}] "GET / HTTP/1.1" 200 5`, encoding))
  if (encoding === 'utf8') {
    kernel.setPlans(json)
    const line = { time: stamp, remote_addr: '192.0.2.1', request: 'GET / HTTP/1.1', status: 200 }
    expect(timeOfLine(kernel, Buffer.from(JSON.stringify(line)))).toEqual(seconds)
  }
  return Number.isNaN(seconds) ? null : new Date(seconds * 1000).toISOString().slice(0, 19)
}

const NOON = '2023-10-07T12:00:00'

describe('a time stamp', () => {
  it.each([
    '07/Oct/2023:12:00:00 +0000',
    '7/Oct/2023:12:00:00 +0000',
    '07/Oct/2023 12:00:00',
    '07/Oct/2023 12:00:00.123',
    '07/Oct/2023:14:00:00 +02:00',
    '07/Oct/2023:14:00:00 CEST',
    '07/Oct/2023:08:00:00 EDT',
    '07/Oct/2023:12:00:00 GMT',
    '07/October/2023:12:00:00 UTC',
    '07-Oct-2023 12:00:00',
    '07-Oct-23 12:00:00',
    '07/Oct/23:12:00:00',
    '10/07/2023:12:00:00 -0000',
    '10/07/23:12:00:00',
    '10/7/2023 12:00:00 PM',
    '10/7/2023 5:00:00 AM -0700',
    'Sat, 07 Oct 2023 12:00:00 GMT',
    'Saturday, 07-Oct-23 12:00:00 GMT',
    'Sat Oct  7 12:00:00 2023',
    'Sat Oct 07 12:00:00 UTC 2023',
    'Sat Oct 7 14:00:00 +0200 2023',
    'Sat Oct 07 2023 14:00:00 GMT+0200 (Central European Summer Time)',
    'Oct 7, 2023 @ 12:00:00.000',
    '2023/10/07 12:00:00',
    '2023/10/07:12:00:00 +0000',
    '2023.10.07 12:00:00',
    '2023-10-07 12:00:00,123 UTC',
    '2023-10-07T14:00:00.123 CEST',
    '2023-10-7 12:00:00',
    '07.10.2023 12:00:00',
    '07-10-2023 12:00:00',
    '20231007T120000Z',
    '20231007 12:00:00',
    'sam. 07 oct. 2023 12:00:00',
  ])('%s is the noon of a day', (stamp) => {
    expect(timeOf(stamp)).toBe(NOON)
  })
  it('knows the months of ten languages, with and without accents', () => {
    const months: Record<string, readonly string[]> = {
      '01': ['Jan', 'Januar', 'janv.', 'ene', 'gen', 'Oca', 'sty'],
      '02': ['Feb', 'févr.', 'fev', 'lut', 'Şub'],
      '03': ['Mär', 'März', 'Mrz', 'mars', 'mrt', 'mar', 'mart'],
      '04': ['abr', 'avr.', 'kwi', 'Nis'],
      '05': ['Mai', 'mag', 'mei', 'maj', 'may'],
      '06': ['Juni', 'juin', 'giu', 'cze', 'Haz', 'jun'],
      '07': ['Juli', 'juil.', 'lug', 'lip', 'Tem', 'jul'],
      '08': ['ago', 'août', 'sie', 'Ağu', 'Aug'],
      '09': ['Sept', 'set', 'wrz', 'Eyl', 'sept.'],
      '10': ['Okt', 'ott', 'out', 'paź', 'Eki', 'oct'],
      '11': ['nov', 'lis', 'Kas'],
      '12': ['Dez', 'déc.', 'dic', 'dez', 'des', 'gru', 'Ara'],
    }
    for (const [number, names] of Object.entries(months))
      for (const name of names)
        expect([name, timeOf(`07/${name}/2023:12:00:00 +0000`)]).toEqual([name, `2023-${number}-07T12:00:00`])
    expect(timeOf('07/M\u00e4r/2023:12:00:00 +0000', 'latin1')).toBe('2023-03-07T12:00:00')
  })
  it('that is none, or lacks a part, is no time', () => {
    for (const stamp of [
      '32/Oct/2023:12:00:00 +0000',
      '07/Foo/2023:12:00:00 +0000',
      '07/Oct/2023:25:00:00 +0000',
      '07/Oct/2023:12:00:61',
      '07/Oct/2023:12:00:00 +9900',
      'Oct  7 12:00:00',
      '12:00:00 and more',
      '29/Feb/2023:12:00:00 +0000',
      '13/13/2023:12:00:00',
      '2023-10-07 and no time',
      '10/7/2023 13:00:00 PM',
      'a sentence of a few words',
    ])
      expect([stamp, timeOf(stamp)]).toEqual([stamp, null])
  })
  it('of any moment is read in every shape', () => {
    const two = (n: number): string => String(n).padStart(2, '0')
    const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_799 }), (seconds) => {
        const date = new Date(seconds * 1000)
        const [y, mo, d, h, mi, s] = date.toISOString().split(/\D/) as [string, string, string, string, string, string]
        const name = MONTHS[Number(mo) - 1] as string
        const hour = Number(h)
        for (const stamp of [
          `${d}/${name}/${y}:${h}:${mi}:${s} +0000`,
          `${Number(d)}/${name}/${y} ${h}:${mi}:${s}`,
          date.toUTCString(),
          `${date.toUTCString().slice(0, 3)} ${name} ${String(Number(d)).padStart(2)} ${h}:${mi}:${s} ${y}`,
          `${mo}/${d}/${y}:${h}:${mi}:${s} -0000`,
          `${Number(mo)}/${Number(d)}/${y} ${hour % 12 === 0 ? 12 : hour % 12}:${mi}:${s} ${hour < 12 ? 'AM' : 'PM'}`,
          `${y}/${mo}/${d} ${h}:${mi}:${s}`,
          `${d}.${mo}.${y} ${h}:${mi}:${s}`,
          `${y}${mo}${d}T${h}${mi}${s}Z`,
          `${y}-${mo}-${d}T${h}:${mi}:${s}.000Z`,
          `${name} ${Number(d)}, ${y} @ ${two(hour)}:${mi}:${s}.123`,
        ])
          expect([stamp, timeOf(stamp)]).toEqual([stamp, date.toISOString().slice(0, 19)])
      }),
      { numRuns: 300 },
    )
  })
})
