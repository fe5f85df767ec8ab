import { isIP } from 'node:net'
import type Database from 'better-sqlite3'
import { LogstatError } from '../errors.js'
import { hmac, randomHex } from '../hash.js'
import { byHits, type DimensionName, type List } from '../tally/tally.js'
import { getSetting, setSetting } from './setting.js'

// Addresses of clients are personal data. A database can be made to hold them only shortened, or only as keyed hashes;
// which, is a property of the database, so that no later run forgets it.

export const ANONYMIZE = ['truncate', 'hash'] as const
export type Anonymize = (typeof ANONYMIZE)[number]

export interface Anonymizer {
  /** True when different addresses can become the same. */
  readonly joins: boolean
  address(text: string): string
  path(text: string): string
  /** @param hits entries of the code the list is of */
  list(dimension: DimensionName, list: List, hits: number): List
}

/**
 * @internal Make a database anonymous. @throws LogstatError when it already is in the other way, or holds full
 * addresses
 */
export function setAnonymize(db: Database.Database, how: Anonymize): void {
  db.transaction(() => {
    const known = getSetting(db, 'anonymize')
    if (known === how) return
    if (known !== undefined)
      throw new LogstatError(
        'anonymize',
        {
          en: `the database was made with --anonymize ${known}, not ${how}`,
          zh: `该数据库是用 --anonymize ${known} 创建的，不是 ${how}`,
        },
        {
          en: 'Leave the option out, or use another database: addresses of both kinds in one could not be compared.',
          zh: '请去掉该选项，或使用另一个数据库：同一数据库中的两种地址无法比较。',
        },
      )
    if (db.prepare('SELECT 1 FROM source').get() !== undefined)
      throw new LogstatError(
        'anonymize',
        {
          en: 'logs were read into the database with full client addresses before',
          zh: '此前读入该数据库的日志带有完整的客户端地址',
        },
        {
          en: 'Use a new database for --anonymize, and remove this one when its addresses must go.',
          zh: '请用新数据库配合 --anonymize；如果地址必须清除，请删除此数据库。',
        },
      )
    setSetting(db, 'anonymize', how)
    if (how === 'hash') setSetting(db, 'anonymize_key', randomHex(32))
  }).immediate()
}

/** @internal The way in which a database keeps addresses; undefined: as they are. */
export function anonymizerOf(db: Database.Database): Anonymizer | undefined {
  const how = getSetting(db, 'anonymize')
  if (how === undefined) return undefined
  const key = getSetting(db, 'anonymize_key') ?? ''
  const address = how === 'truncate' ? truncate : (text: string): string => `#${hmac(key, text).slice(0, 16)}`
  return {
    joins: how === 'truncate',
    address,
    path: withoutSession,
    list: (dimension, list, hits) =>
      mapList(list, hits, dimension === 'client' ? address : NAMES_PEOPLE.has(dimension) ? withoutSession : same),
  }
}

/** Lists whose values may hold what belongs to one person. */
const NAMES_PEOPLE: ReadonlySet<DimensionName> = new Set(['path', 'referer'])
const same = (text: string): string => text

/** `/a;jsessionid=1F0A#token` → `/a;jsessionid=…#…`: what stands behind a semicolon or a hash is of one visit. */
const withoutSession = (text: string): string => text.replace(/(;[^;/=#]*=)[^;/#]+/g, '$1…').replace(/#.+$/s, '#…')

/**
 * 192.0.2.17 → 192.0.2.0 and 2001:db8:1:2::3 → 2001:db8:1::, as web analytics do it; what is no address becomes `-`.
 */
function truncate(text: string): string {
  const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare
  if (isIP(mapped) === 4) return mapped.replace(/\d+$/, '0')
  if (isIP(mapped) !== 6) return '-'
  const [left = '', right] = mapped.toLowerCase().split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const groups =
    right === undefined
      ? head
      : [...head, ...new Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail]
  return `${groups
    .slice(0, 3)
    .map((g) => g.replace(/^0+(?=.)/, ''))
    .join(':')}::`
}

/**
 * The list of the new names. Values that become the same are added up; where the list had lost some, any of the entries
 * it does not account for may belong to any of the new values.
 */
function mapList(list: List, hits: number, rename: (text: string) => string): List {
  if (rename === same) return list
  const sums = new Map<string, { value: string; hits: number; error: number }>()
  let listed = 0
  for (const v of list.values) {
    listed += v.hits
    const value = rename(v.value)
    const known = sums.get(value)
    if (known) {
      known.hits += v.hits
      known.error += v.error
    } else sums.set(value, { ...v, value })
  }
  const values = [...sums.values()].sort(byHits)
  if (values.length === list.values.length || list.lost === 0)
    return { ...list, values, distinct: list.lost === 0 ? values.length : list.distinct }
  const unlisted = Math.max(0, hits - listed)
  for (const v of values) v.error = Math.max(v.error, unlisted)
  return { values, lost: Math.max(list.lost, unlisted), distinct: values.length }
}
