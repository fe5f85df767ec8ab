import { withCentre } from '../fleet/connect.js'
import { type AsOf, type PullOptions, pull } from '../fleet/pull.js'
import type { Fleet } from '../report/shape.js'
import { iso } from '../report/shape.js'
import { openStore, type Store } from '../store/store.js'
import { localTime } from '../time-zone.js'
import { said } from './messages.js'

// `--db postgres://…`: what is asked for is brought from the centre into a temporary store, and told as any other.

/** Milliseconds for which a centre that does not answer is tried. */
const TIMEOUT_MS = 15_000

export async function pulled(url: string, options: PullOptions): Promise<{ store: Store; fleet: Fleet }> {
  return withCentre(url, TIMEOUT_MS, async (centre) => {
    const store = openStore(null)
    try {
      return { store, fleet: fleetOf(await pull(centre, store, options)) }
    } catch (error) {
      store.close()
      throw error
    }
  })
}

const fleetOf = ({ now, servers, silent, byHour }: AsOf): Fleet => ({
  asOf: iso(Math.floor(now)) as string,
  servers,
  silent: silent.map(({ name, seenAt }) => ({ name, since: iso(Math.floor(seenAt)) as string })),
  byHour,
})

/** So many silent servers are named. */
const NAMED = 5

/** The line above a report in text that says how current it is. */
export function fleetLine({ asOf, servers, silent, byHour }: Fleet, zone: string): string {
  const time = (at: string): string => localTime(Date.parse(at) / 1000, zone)
  const heard = servers - silent.length
  const named = silent.slice(0, NAMED)
  const more = silent.length - named.length
  const en = named.map(({ name, since }) => `${name} silent since ${time(since)}`).join(', ')
  const zh = named.map(({ name, since }) => `${name} 自 ${time(since)} 起没有数据`).join('，')
  return said({
    en: `As of ${time(asOf)}, ${heard} of ${servers} servers${en && `; ${en}`}${more > 0 ? ` and ${more} more` : ''}${byHour ? '; times by the hour' : ''}`,
    zh: `截至 ${time(asOf)}，${servers} 台服务器中有 ${heard} 台${zh && `；${zh}`}${more > 0 ? `等 ${silent.length} 台` : ''}${byHour ? '；时间精确到小时' : ''}`,
  })
}
