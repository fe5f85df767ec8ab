import { describe, expect, it } from 'vitest'
import JSON_FORMAT from '../src/format/records/json.js'
import { plansOf, plansOfFamily } from '../src/format/registry.js'
import { compileFields } from '../src/format/w3c.js'
import type { Plan } from '../src/kernel/plan.js'
import { countFast } from './support.js'

const RELATIVES = plansOfFamily('clf', [])

/** Of a log: entries, rejected lines, and by list its values with their hits. */
function told(
  text: string,
  plans: readonly Plan[] = RELATIVES,
): {
  entries: number
  rejected: number
  status: (number | null)[]
  reasons: (string | null)[]
  clients: string[]
  agents: string[]
  us: number[]
} {
  const { counts, tally } = countFast(Buffer.from(text), plans)
  const codes = [...tally.codes.values()]
  return {
    entries: counts.entries,
    rejected: counts.rejected,
    status: codes.map((c) => c.status),
    reasons: codes.map((c) => c.reason),
    clients: codes.flatMap((c) => c.lists.client.values.map((v) => v.value)),
    agents: codes.flatMap((c) => c.lists.userAgent.values.map((v) => v.value)),
    us: codes.map((c) => c.timeTakenUs ?? 0),
  }
}
const REST = '- - [27/Jun/2026:06:54:33 -0400] "GET /c HTTP/1.1" 200 249 "-" "M"\n'

describe('the client of a line', () => {
  it.each([
    ['192.0.2.41 ', '192.0.2.41'],
    ['192.0.2.41:51234 ', '192.0.2.41'],
    ['[2001:db8::7]:51234 ', '2001:db8::7'],
    ['2001:db8::7 ', '2001:db8::7'],
    ['"192.0.2.41" ', '192.0.2.41'],
    ['(192.0.2.41) ', '192.0.2.41'],
    ['198.51.100.1 (192.0.2.41) ', '192.0.2.41'],
    ['198.51.100.1 (192.0.2.41, 203.0.113.7) ', '192.0.2.41'],
    ['198.51.100.1 "192.0.2.41" ', '192.0.2.41'],
    ['192.0.2.41 (-) ', '192.0.2.41'],
    ['www.example.com (-) ', undefined],
    ['unix: ', 'unix:'],
  ])('that begins with %s', (before, client) => {
    expect(told(before + REST)).toMatchObject({
      entries: 1,
      rejected: 0,
      clients: client === undefined ? [] : [client],
    })
  })
  it('is bare where a whole line stands in quotes', () => {
    expect(told(`"192.0.2.40 ${REST.trimEnd()}"\n`)).toMatchObject({ entries: 1, clients: ['192.0.2.40'] })
  })
})

describe('a hole that a log was cut away from under its server', () => {
  const line = `192.0.2.41 ${REST}`
  it.each([1, 63, 4096, 300_000, (2 << 20) - 40, 2 << 20, (2 << 20) + 7, 5 << 20])(
    'of %i zeros hides no line',
    (zeros) => {
      const hole = '\0'.repeat(zeros)
      expect(told(hole + line + line)).toMatchObject({ entries: 2, rejected: 0, clients: ['192.0.2.41'] })
      expect(told(line + hole + line)).toMatchObject({ entries: 2, rejected: 0 })
    },
  )
})

describe('a status that is written in another way', () => {
  const squid = (status: string, bytes: string): ReturnType<typeof told> =>
    told(`192.0.2.41 - - [27/Jun/2026:06:54:33 -0400] "- error:x NONE/0.0" ${status} ${bytes} "-" "-" NONE:HIER_NONE\n`)
  it('of Squid is 0 where there was no response', () => {
    expect(squid('0', '0')).toMatchObject({ entries: 1, status: [0] })
    expect(squid('000', '0')).toMatchObject({ entries: 1, status: [0] })
    // A time of 0 s before the status.
    expect(squid('0', '404')).toMatchObject({ entries: 0, rejected: 1 })
  })
  it('in JSON may have a fraction of 0', () => {
    const json = (status: string): ReturnType<typeof told> =>
      told(`{"time":"2026-05-01T10:00:00Z","path":"/a","status":${status}}\n`, plansOf(JSON_FORMAT))
    expect(json('502.0')).toMatchObject({ entries: 1, status: [502] })
    expect(json('"502.0"')).toMatchObject({ entries: 1, status: [502] })
    expect(json('502.5')).toMatchObject({ entries: 0, rejected: 1 })
  })
})

describe('W3C', () => {
  const w3c = (fields: string, ...records: string[]): ReturnType<typeof told> =>
    told([`#Fields: ${fields}`, ...records, ''].join('\n'), [])
  it('with tabs between its values may have blanks in them', () => {
    expect(
      w3c(
        'date\ttime\tc-ip\tc-agent\tsc-status',
        '2026-05-01\t10:00:00\t192.0.2.1\tMy Agent (a; b)\t404',
        '2026-05-01\t10:00:01\t192.0.2.1\tX\t404',
      ),
    ).toMatchObject({
      entries: 2,
      rejected: 0,
      agents: ['My Agent (a; b)', 'X'],
    })
    // Its #Fields line need not have them; values may be quoted.
    expect(w3c('cs-ip cs(User-Agent) sc-status', '192.0.2.1\t"Agent (of two words)"\t000')).toMatchObject({
      entries: 1,
      status: [0],
      clients: ['192.0.2.1'],
      agents: ['Agent (of two words)'],
    })
    expect(w3c('c-ip cs(User-Agent) sc-status', '192.0.2.1\ta b')).toMatchObject({ entries: 0, rejected: 1 })
  })
  it('of ISA Server has errors of the network where others have a status', () => {
    expect(w3c('c-ip\ts-operation\tsc-status', '192.0.2.1\tGET\t200', '192.0.2.1\tGET\t12209')).toMatchObject({
      entries: 2,
      rejected: 0,
      status: [200, null],
      reasons: [null, '12209'],
    })
    expect(w3c('c-ip cs-method sc-status', '192.0.2.1 GET 12209')).toMatchObject({ entries: 0, rejected: 1 })
  })
  it('of ASP.NET Core has milliseconds, with a fraction', () => {
    const { plan } = compileFields(
      'date time c-ip s-computername s-ip s-port cs-method cs-uri-stem cs-uri-query sc-status time-taken cs-version cs-host',
    )
    expect(plan.timeTakenUnitUs).toBe(1000)
    const record = '2026-05-01 10:00:00 192.0.2.1 - 192.0.2.9 80 GET /a - 200 59.917 HTTP/1.1 a.example.com\n'
    expect(told(record, [plan])).toMatchObject({ us: [59_917] })
    expect(compileFields('date time c-ip cs-method cs-uri sc-status time-taken').plan.timeTakenUnitUs).toBe(1_000_000)
  })
})
