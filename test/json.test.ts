import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Format } from '../src/format/format.js'
import { formatNamed, plansOf } from '../src/format/registry.js'
import { Kernel } from '../src/kernel/kernel.js'
import { readLineCounts } from '../src/tally/read-out.js'
import { comparable, countFast, feed, readWhole } from './support.js'

const PLANS = plansOf(formatNamed('nginx-json') as Format)

/** What a list of an entry shows: text as JSON.parse reads it, but control characters as they were escaped. */
const shown = (value: unknown): string | undefined => {
  if (value === null || value === undefined || typeof value === 'object') return undefined
  const text = String(value)
  return text === '' || text === '-' ? undefined : text
}

/** The obvious way: JSON.parse, then look the keys up. */
function countSlowly(
  lines: readonly string[],
): Record<string, { hits: number; path: Record<string, number>; userAgent: Record<string, number> }> {
  const codes: ReturnType<typeof countSlowly> = {}
  for (const line of lines) {
    const entry = JSON.parse(line) as Record<string, unknown>
    const status = typeof entry.status === 'object' ? '' : String(entry.status ?? '')
    if (!/^(\d{1,3}|-|-1)$/.test(status) || entry.request_uri === undefined) continue
    const code = (codes[status.startsWith('-') ? 'null' : Number(status)] ??= { hits: 0, path: {}, userAgent: {} })
    code.hits++
    const path = shown(entry.request_uri)?.split('?')[0]
    if (path) code.path[path] = (code.path[path] ?? 0) + 1
    const agent = shown(entry.http_user_agent)
    if (agent) code.userAgent[agent] = (code.userAgent[agent] ?? 0) + 1
  }
  return codes
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }).filter((s) => !/\p{Cc}|\p{Cs}|^\s*-?$/u.test(s)),
  fc.constantFrom('"', '\\', '/a"b\\', '","status":500,"x":"', '{', '}]', '/ü/漢字/😀'),
)
const status = fc.oneof(
  fc.integer({ min: 100, max: 599 }),
  fc.constantFrom('200', '404', '-', '', 'abc', 'null', 1000, null, true),
)
const noise = fc.dictionary(
  fc.constantFrom('a', 'b', 'status_', 'x.y', 'referer', '"', 'nested'),
  fc.jsonValue({ maxDepth: 3 }),
  { maxKeys: 5 },
)
const record = fc
  .tuple(
    fc.record({ status, request_uri: text, http_user_agent: text }, { requiredKeys: [] }),
    noise,
    fc.boolean(),
    fc.constantFrom('', ' ', '  '),
  )
  .map(([own, other, first, blanks]) => {
    const line = JSON.stringify(first ? { ...other, ...own } : { ...own, ...other })
    return blanks === '' ? line : line.replace(/^\{/, `{${blanks}`)
  })
/** Letters as \uXXXX, as some writers have them. */
const escaped = record.map((line) =>
  line.replace(/[^\x20-\x7e]/g, (c) =>
    [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  ),
)

describe('JSON lines', () => {
  it('are read as JSON.parse reads them', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(record, escaped), { maxLength: 12 }), (lines) => {
        const fast = countFast(Buffer.from(lines.join('\n')), PLANS)
        const slow = countSlowly(lines)
        const codes = Object.fromEntries(
          Object.entries(
            (comparable(fast) as { codes: Record<string, { hits: number; lists: Record<string, unknown> }> }).codes,
          ).map(([key, c]) => [key.split('|')[0], { hits: c.hits, path: c.lists.path, userAgent: c.lists.userAgent }]),
        )
        expect(codes).toEqual(slow)
        expect(fast.counts.entries + fast.counts.rejected + fast.counts.ignored).toBe(fast.counts.lines)
      }),
      { numRuns: 600 },
    )
  })
  it('are read alike whatever stands before them', () => {
    // Lines of the same keys in the same order, with something changed in some of them.
    const change = fc.record({
      at: fc.nat(),
      cut: fc.integer({ min: 0, max: 3 }),
      put: fc.constantFrom('', ' ', ',', ':', '"', '{', '}', '[', '"status":500,', '{"status":500},', '\t'),
    })
    const changed = (line: string, { at, cut, put }: { at: number; cut: number; put: string }): string => {
      const from = at % (line.length + 1)
      return line.slice(0, from) + put + line.slice(from + cut)
    }
    const family = fc
      .tuple(
        record,
        fc.array(fc.option(fc.array(change, { minLength: 1, maxLength: 2 }), { freq: 3 }), {
          minLength: 2,
          maxLength: 8,
        }),
      )
      .map(([line, all]) => all.map((changes) => (changes ?? []).reduce(changed, line)))
    const apart = new Kernel()
    fc.assert(
      fc.property(family, (lines) => {
        const together = countFast(Buffer.from(lines.join('\n')), PLANS)
        apart.clear()
        let entries = 0
        for (const line of lines) {
          // Plans are set anew for each.
          feed(apart, Buffer.from(line), PLANS)
          entries += readLineCounts(apart).entries
        }
        expect(together.counts.entries).toBe(entries)
        const { counts } = together
        expect(comparable(together)).toEqual(comparable({ counts, tally: readWhole(apart) }))
      }),
      { numRuns: 600 },
    )
  })
  it('have a key in an inner object that stands where the line before had one of its own', () => {
    const lines = ['{"x":1,"q":1,"status":404,"request_uri":"/a"}', '{"x":{"q":1,"status":500},"request_uri":"/b"}']
    const { codes } = comparable(countFast(Buffer.from(lines.join('\n')), PLANS)) as { codes: object }
    expect(Object.keys(codes)).toEqual(['404|null|null|null'])
  })
  it('in any bytes neither stop the kernel nor lose a line, wherever they are cut', () => {
    const piece = fc.oneof(
      record,
      fc.constantFrom('{', '}', '"', '\\', '[', ']', ',', ':', '\\u12', 'null', '{"status":2', '\r'),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 6 }),
        (pieces, cuts) => {
          const input = Buffer.from(pieces.join(pieces.length % 2 ? '' : '\n'))
          const { counts } = countFast(input, PLANS)
          expect(counts.entries + counts.rejected + counts.ignored).toBe(counts.lines)
          expect(countFast(input, PLANS, cuts)).toEqual(countFast(input, PLANS))
        },
      ),
    )
  })
  it('that are none because quotes were not escaped are mended, but not when a client could have made up the status', () => {
    const read = (line: string) =>
      comparable(countFast(Buffer.from(line), PLANS)) as { rejected: number; codes: object }
    expect(Object.keys(read('{"request":"GET /"x HTTP/1.1","status":404,"body_bytes_sent":1}').codes)).toEqual([
      '404|null|null|null',
    ])
    expect(read('{"request":"GET /","status":500,"x":"" y"z","status":404}').rejected).toBe(1)
  })
})
