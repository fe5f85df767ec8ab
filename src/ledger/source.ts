import { resolve } from 'node:path'
import { noteMoment } from '../format/w3c.js'
import { sha256 } from '../hash.js'
import type { Log, Position } from '../log/log.js'
import type { NewSource, Source } from '../store/store.js'
import type { LineCounts } from '../tally/tally.js'

/** A source to be added, or, with an id, to be read on. */
export type SourceRow = NewSource & { readonly id: number | null }

const TOTALS = ['lines', 'entries', 'rejected', 'ignored', 'withoutTime'] as const

/** The row of a log that was read, or read on, up to a place. @param counts of what was read since `before` */
export function sourceRow(
  log: Log,
  at: Position,
  counts: LineCounts,
  trail: Uint8Array,
  before: Source | undefined,
  now = nowSeconds(),
): SourceRow {
  const { input, layout, identity, bytes } = log
  const { format, server, software, definition } = layout
  return {
    id: before?.id ?? null,
    name: input.name,
    path: input.path === null ? null : resolve(input.name),
    format,
    server,
    software,
    fields: definition ?? noteMoment(at.fields, at.moment),
    stream: bytes === 'stream' && identity?.seen === undefined,
    firstLine: before?.firstLine ?? identity?.firstLine ?? '',
    trail: before ? Buffer.concat([before.trail, trail]) : trail,
    tailBytes: at.tail.length,
    tailHash: identity ? sha256(at.tail).toString('hex') : '',
    readTo: at.offset,
    openLine: at.openLine,
    ...totals(counts, before),
    readAt: now,
  }
}

/** The row of a stream after a part of it, which goes on where `before` ended. */
export function streamRow(part: SourceRow, before: Source | undefined): SourceRow {
  return {
    ...part,
    id: before?.id ?? null,
    // A stream cannot be looked at again: there is nothing to recognise it by.
    firstLine: '',
    trail: Buffer.alloc(0),
    openLine: false,
    readTo: part.readTo + (before?.readTo ?? 0),
    ...totals(part, before),
  }
}

function totals(
  counts: Pick<LineCounts, (typeof TOTALS)[number]>,
  before: Source | undefined,
): Record<(typeof TOTALS)[number], number> {
  return Object.fromEntries(TOTALS.map((name) => [name, counts[name] + (before?.[name] ?? 0)])) as Record<
    (typeof TOTALS)[number],
    number
  >
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000)
