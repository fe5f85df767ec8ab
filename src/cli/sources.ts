import { count, table, visible } from '../render/cells.js'
import { toJson } from '../render/json.js'
import { openStore, type Source } from '../store/store.js'
import { localTime, systemZone } from '../time-zone.js'
import { write } from './output.js'

interface SourcesOptions {
  readonly db: string
  readonly tz?: string
  readonly format?: string
}

/**
 * `logstat sources --db FILE`: what was read, up to where, when, as which format, and how much of it was not
 * understood.
 */
export async function sources({ db, tz, format }: SourcesOptions): Promise<number> {
  const store = openStore(db, { readOnly: true })
  const all = store.sources()
  store.close()
  const zone = tz ?? systemZone()
  const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
  if (format === 'json')
    await write(
      toJson(
        all.map(({ trail: _, firstLine: __, tailHash: ___, tailBytes: ____, ...s }) => ({
          ...s,
          firstReadAt: iso(s.firstReadAt),
          readAt: iso(s.readAt),
        })),
      ),
    )
  else if (all.length === 0) await write('Nothing was read into this database yet.\n')
  else await write(`${table([HEADINGS, ...all.map((s) => cells(s, zone))], SHAPES, '').join('\n')}\n`)
  return 0
}

const HEADINGS = ['source', 'name', 'machine', 'format', 'bytes', 'entries', 'rejected', 'last read']
const RIGHT = { align: 'right' } as const
const SHAPES = [RIGHT, { most: 60 }, { most: 20 }, {}, RIGHT, RIGHT, RIGHT, {}]

function cells(s: Source, zone: string): string[] {
  const name = s.stream ? `${visible(s.name)} (stream)` : visible(s.name)
  return [
    String(s.id),
    name,
    visible(s.machine),
    visible(s.format),
    count(s.readTo),
    count(s.entries),
    count(s.rejected),
    localTime(s.readAt, zone),
  ]
}
