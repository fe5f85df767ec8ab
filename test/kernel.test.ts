import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Format } from '../src/format/format.js'
import { formatNamed, plansOf } from '../src/format/registry.js'
import { emptyTally, mergeInto } from '../src/tally/tally.js'
import { countSlowly } from './oracle/oracle.js'
import { comparable, comparableOracle, countFast } from './support.js'

const CLF = ['combined', 'vhost-combined', 'vhost-seconds', 'common', 'vhost-common', 'clf-relative', 'clf-short'].map(
  (n) => formatNamed(n) as Format,
)
const CLF_PLANS = CLF.flatMap(plansOf)
const CLF_LAYOUTS = CLF.flatMap(({ layout = '', variants = [] }) => [layout, ...variants])
const FIELDS =
  '#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-substatus sc-win32-status sc-bytes time-taken cs(User-Agent) cs(Referer) cs-host'
const OTHER_FIELDS = '#Fields: time cs-uri-stem sc-status x-custom s-reason date c-ip'

const word = fc.stringMatching(/^[!-~]{1,12}$/)
const quoted = fc.stringMatching(/^(?:[ !#-[\]-~]|\\["\\x]){0,30}$/)
const two = (n: number): string => String(n).padStart(2, '0')
const clfTime = fc
  .tuple(
    fc.integer({ min: 0, max: 32 }),
    fc.constantFrom('Jan', 'Feb', 'Dec', 'Foo', 'sep'),
    fc.integer({ min: 1969, max: 2038 }),
    fc.integer({ min: 0, max: 25 }),
    fc.integer({ min: 0, max: 61 }),
    fc.constantFrom(' +0000', ' -0730', ' +0200', '', ' +9900'),
  )
  .map(
    ([d, m, y, h, s, z]) => `${h % 5 ? two(d) : d}/${m}/${y}${h % 3 ? ':' : ' '}${two(h)}:${two(s % 60)}:${two(s)}${z}`,
  )
const status = fc.oneof(
  fc.integer({ min: 0, max: 999 }).map((n) => String(n).padStart(3, '0')),
  fc.constantFrom('-', '20', 'abc', ''),
)
const clfLine = fc.oneof(
  fc
    .tuple(
      fc.oneof(word, fc.constantFrom('192.0.2.1, 10.0.0.1', '192.0.2.1,10.0.0.1', 'a,  b', ',', ', a')),
      fc.constantFrom('-', 'ident'),
      fc.constantFrom(
        '-',
        'frank',
        'Frank Miller',
        '- -',
        'x" 192.0.2.9 - -',
        'a [b',
        '1 [2',
        'x [01/Jan/2001',
        'x [01/Jan/2001:00',
        'say \\"hi\\"',
        'a\\ ["',
      ),
      clfTime,
      quoted,
      status,
      fc.constantFrom('0', '17', '-', 'x', '99999999999'),
      quoted,
      quoted,
      fc.constantFrom('', ' 0.1', '\r'),
    )
    .map(([a, i, u, t, r, s, b, f, g, rest]) => `${a} ${i} ${u} [${t}] "${r}" ${s} ${b} "${f}" "${g}"${rest}`),
  fc
    .tuple(
      word,
      word,
      clfTime,
      fc.constantFrom('GET /a?b=c HTTP/1.1', 'GET /a b HTTP/1.0', '-', '', '\\x16\\x03', 'POST /', 'GET HTTP/1.1'),
      status,
    )
    .map(([h, a, t, r, s]) => `${h} ${a} - - [${t}] "${r}" ${s} 5`),
  fc.constantFrom('', ' ', '# comment', '#', '\t', 'junk', '[', '"'),
)
// The load balancers of AWS: every URI has its host, of which there are many, and no column of its own.
const BALANCERS = ['alb', 'elb'].map((n) => formatNamed(n) as Format)
const balancerLine = fc
  .tuple(
    fc.constantFrom('', 'https ', 'h2 '),
    fc.oneof(
      fc.nat(40).map((n) => `192.0.2.1:${n}`),
      fc.constantFrom('2001:db8::7:4711', '[2001:db8::7]:4711', '-', '"POST', '192.0.2.1'),
    ),
    fc.constantFrom('0.001', '-1', '-', 'x', '154'),
    fc.constantFrom('200', '404', '503', '504', '-'),
    fc.constantFrom('200', '404', '503', '504', '-'),
    fc.constantFrom('GET', 'POST', '-'),
    fc.oneof(
      fc.nat(200).map((n) => `https://host-${n}.example.com:443/path/${n}?a=b`),
      fc.constantFrom(
        'http://[2001:db8::1]:80/a',
        'http://example.com/',
        '/only/a/path',
        '-',
        'https://',
        'http://example.com:80-',
        'ws://a.example.com/x',
        '',
      ),
    ),
  )
  .map(
    ([type, client, taken, s, target, method, uri]) =>
      `${type}2026-11-22T14:05:01.123456Z my-lb ${client} 192.0.2.200:80 ${taken} 0.002 0.000 ${s} ${target} 10 20 "${method} ${uri} HTTP/1.1" "curl/8.4.0" - -`,
  )
const w3cValue = fc.oneof(word, fc.constantFrom('-', '"a b"', '""', '"a""b c"', '"x', '404', '5'))
const w3cLine = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('2026-11-22', '2026-02-30', '-'),
      fc.constantFrom('14:05:01', '99:00:00'),
      w3cValue,
      w3cValue,
      w3cValue,
      w3cValue,
      fc.constantFrom('200', '404', '9', '-', '4o4'),
      fc.constantFrom('0', '14', '-', 'X', '99999'),
      fc.constantFrom('0', '5', '2148074254', '99999999999', '-'),
      fc.constantFrom('0', '123', '-', '1X'),
      fc.constantFrom('0', '15', '-'),
      w3cValue,
      w3cValue,
      w3cValue,
      fc.constantFrom('', ' ', '\r', '\t \r'),
    )
    .map((parts) => parts.slice(0, 14).join(parts[3].length % 2 ? ' ' : '\t ') + parts[14]),
  fc.array(w3cValue, { maxLength: 16 }).map((v) => v.join(' ')),
  fc.constantFrom('', FIELDS, OTHER_FIELDS, '#Date: x', '#fields: sc-status', '# remark'),
)
const bytesOf = (lines: readonly string[], end: string): Buffer => Buffer.from(lines.join('\n') + end, 'latin1')
const end = fc.constantFrom('', '\n')
const cuts = fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 12 })

describe('the kernel and the oracle agree', () => {
  it('on lines like those of CLF relatives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(clfLine, { maxLength: 20 }), end, async (lines, e) => {
        const input = bytesOf(lines, e)
        expect(comparable(countFast(input, CLF_PLANS))).toEqual(comparableOracle(await countSlowly(input, CLF_LAYOUTS)))
      }),
      { numRuns: 400 },
    )
  })
  it('on the hosts of load balancers', async () => {
    const plans = BALANCERS.flatMap(plansOf)
    const layouts = BALANCERS.flatMap(({ layout = '', variants = [] }) => [layout, ...variants])
    await fc.assert(
      fc.asyncProperty(fc.array(balancerLine, { maxLength: 40 }), end, async (lines, e) => {
        const input = bytesOf(lines, e)
        expect(comparable(countFast(input, plans))).toEqual(comparableOracle(await countSlowly(input, layouts)))
      }),
      { numRuns: 200 },
    )
  })
  it('on W3C records under changing headers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(w3cLine, { maxLength: 20 }), end, async (lines, e) => {
        const input = bytesOf([FIELDS, ...lines], e)
        expect(comparable(countFast(input, []))).toEqual(comparableOracle(await countSlowly(input, [])))
      }),
      { numRuns: 400 },
    )
  })
  it('on random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), fc.boolean(), async (bytes, w3c) => {
        const input = Buffer.concat([Buffer.from(w3c ? '#Fields: sc-status c-ip\n' : ''), bytes])
        const fast = comparable(countFast(input, w3c ? [] : CLF_PLANS))
        expect(fast).toEqual(comparableOracle(await countSlowly(input, w3c ? [] : CLF_LAYOUTS)))
      }),
      { numRuns: 300 },
    )
  })
})

describe('laws', () => {
  it('where the input is cut does not matter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(clfLine, fc.stringMatching(/^[\x20-\x7e]{0,200}$/)), { maxLength: 30 }),
        end,
        cuts,
        (lines, e, at) => {
          const input = bytesOf(lines, e)
          expect(countFast(input, CLF_PLANS, at)).toEqual(countFast(input, CLF_PLANS))
        },
      ),
    )
    fc.assert(
      fc.property(fc.array(w3cLine, { maxLength: 30 }), end, cuts, (lines, e, at) => {
        const input = bytesOf([FIELDS, ...lines], e)
        expect(countFast(input, [], at)).toEqual(countFast(input, []))
      }),
    )
  })
  it('merging is addition: two halves make the whole', () => {
    fc.assert(
      fc.property(fc.array(clfLine, { maxLength: 30 }), fc.array(clfLine, { maxLength: 30 }), (a, b) => {
        const sum = emptyTally()
        mergeInto(sum, countFast(bytesOf(a, '\n'), CLF_PLANS).tally)
        mergeInto(sum, countFast(bytesOf(b, '\n'), CLF_PLANS).tally)
        const { counts } = countFast(bytesOf([...a, ...b], '\n'), CLF_PLANS)
        const whole = countFast(bytesOf([...a, ...b], '\n'), CLF_PLANS)
        expect(comparable({ counts, tally: sum })).toEqual(comparable(whole))
      }),
    )
  })
  it('every line is an entry, rejected or ignored', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(clfLine, w3cLine), { maxLength: 40 }), (lines) => {
        for (const plans of [CLF_PLANS, []]) {
          const { counts } = countFast(bytesOf(lines, '\n'), plans)
          expect(counts.lines).toBe(lines.length === 0 ? 1 : lines.join('\n').split('\n').length)
          expect(counts.entries + counts.rejected + counts.ignored).toBe(counts.lines)
        }
      }),
    )
  })
})

describe('bounds', () => {
  it('counts a line that is longer than the block as one rejected line and goes on', () => {
    const good = '192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "-"\n'
    const input = Buffer.concat([Buffer.from(good), Buffer.alloc(5 << 20, 0x61), Buffer.from(`\n${good}`)])
    const { counts } = countFast(input, CLF_PLANS)
    expect(counts).toMatchObject({ lines: 3, entries: 2, rejected: 1 })
    expect(counts.rejects.get('too-long')?.samples[0]).toMatchObject({ line: 2, offset: good.length })
  })
  it('keeps hits <= truth <= hits + error when more values come than a table holds', () => {
    // 400 000 clients once each, and one that comes every tenth line.
    const lines: string[] = []
    for (let i = 0; i < 400_000; i++) {
      const ip = i % 10 === 0 ? '192.0.2.1' : `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
      lines.push(`${ip} - - [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1" ${i % 1000 === 0 ? 500 : 200} 5 "-" "-"`)
    }
    const { counts, tally } = countFast(bytesOf(lines, '\n'), CLF_PLANS)
    expect(counts.entries).toBe(400_000)
    const find = (s: number) => [...tally.codes.values()].find((c) => c.status === s)
    const many = find(200)?.lists.client
    expect(many?.lost).toBeGreaterThan(0)
    const top = many?.values[0]
    expect(top?.value).toBe('192.0.2.1')
    expect(top?.hits).toBeLessThanOrEqual(39_600)
    expect((top?.hits ?? 0) + (top?.error ?? 0)).toBeGreaterThanOrEqual(39_600)
    // The list of the rare code is small and stays exact.
    expect(find(500)?.lists.client).toMatchObject({ lost: 0, distinct: 1 })
  })
  it('states its latency bins within 1.6 %', () => {
    for (const us of [0, 1, 63, 64, 100, 999, 1000, 12_345, 1_000_000, 59_999_000, 86_400_000_000]) {
      const { tally } = countFast(
        bytesOf([FIELDS, `2026-11-22 14:05:01 c GET /a - 200 0 0 1 ${Math.floor(us / 1000)} a r h`], '\n'),
        [],
      )
      const bins = [...([...tally.codes.values()][0]?.latency.keys() ?? [])]
      expect(bins).toHaveLength(1)
    }
  })
})
