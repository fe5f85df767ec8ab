/**
 * Evidence the slow, obvious way: lines, regular expressions, Maps. It says what the words of src/diagnosis/evidence.ts
 * mean; whatever fills
 * evidence in another way is held to it. Reads logs of the combined family, W3C logs and HTTPERR logs.
 */
import {
  type CodeEvidence,
  type Evidence,
  emptyEvidence,
  latencyBin,
  SLOW_US,
  type Trouble,
  troubleKey,
} from '../../src/diagnosis/evidence.js'
import { ATTACK, agentKindOf, isAttack, pathClassOf } from '../../src/diagnosis/kinds/classify.js'
import { AUTO, type PathKind } from '../../src/diagnosis/kinds/kinds.js'
import { countsAsAnswer, GAVE_UP, isTrouble } from '../../src/diagnosis/trouble.js'

export interface Entry {
  readonly status: number | null
  readonly substatus: number | null
  readonly win32Status: number | null
  readonly reason: string | null
  /** Seconds since 1970 UTC. */
  readonly time: number | null
  /** null: the log has none. */
  readonly bytes: number | null
  /** For no bytes it writes `-`. */
  readonly isDash: boolean
  readonly timeTakenUs: number | null
  readonly path: string | null
  readonly query: string
  readonly client: string | null
  readonly referer: string | null
  readonly agent: string | null
  readonly method: string | null
  readonly host: string | null
  readonly user: string | null
}

const CLF =
  /^(?:(\S+) )?(\S+) \S+ (.+?) \[(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?: ([+-]\d\d)(\d\d))?\] "((?:[^"\\]|\\.)*)" (\d{3}|-) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?(.*)$/
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const value = (text: string | undefined): string | null =>
  text === undefined || text === '' || text === '-' ? null : text
const number = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null

function readClf(line: string): Entry | undefined {
  const m = CLF.exec(line)
  if (!m) return undefined
  const [
    ,
    host,
    client,
    user,
    day,
    month,
    year,
    hour,
    minute,
    second,
    zone = '+00',
    zoneMinutes = '00',
    request = '',
    status,
    bytes,
    referer,
    agent,
    rest,
  ] = m
  const offset = (Number(zone) * 60 + (zone.startsWith('-') ? -1 : 1) * Number(zoneMinutes)) * 60
  const words = /^(\S+) (.*?)(?: HTTP\/\S+)?$/.exec(request)
  const uri = words?.[2] ?? (request === '-' ? '' : request)
  const [path, query] = cut(uri, '?')
  const taken = /^ (?:.* )?"?(?:rt=)?(\d+\.\d+)"?$/.exec(rest ?? '')?.[1]
  return {
    status: number(status),
    substatus: null,
    win32Status: null,
    reason: null,
    time:
      Date.UTC(
        Number(year),
        MONTHS.indexOf(month as string),
        Number(day),
        Number(hour),
        Number(minute),
        Number(second),
      ) /
        1000 -
      offset,
    bytes: number(bytes) ?? 0,
    isDash: bytes === '-',
    timeTakenUs: taken === undefined ? null : Math.round(Number(taken) * 1e6),
    path: value(path),
    query,
    client: value(client),
    referer: value(referer),
    agent: value(agent),
    method: value(words?.[1]),
    host: value(host),
    user: value(user),
  }
}

function cut(text: string, at: string): [string, string] {
  const i = text.indexOf(at)
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)]
}

function readW3c(line: string, fields: readonly string[]): Entry | undefined {
  const values = line.trim().split(/\s+/)
  if (values.length !== fields.length) return undefined
  const f = Object.fromEntries(fields.map((name, i) => [name.toLowerCase(), values[i] as string]))
  const [path, query] = cut(f['cs-uri-stem'] ?? f['cs-uri'] ?? '', '?')
  const taken = number(f['time-taken'])
  const time = Date.parse(`${f.date}T${f.time}Z`)
  return {
    status: number(f['sc-status']),
    substatus: number(f['sc-substatus']),
    win32Status: number(f['sc-win32-status']),
    reason: value(f['s-reason']),
    time: Number.isNaN(time) ? null : Math.floor(time / 1000),
    bytes: number(f['sc-bytes']),
    isDash: false,
    timeTakenUs: taken === null ? null : taken * 1000,
    path: value(path),
    query: value(f['cs-uri-query']) ?? query,
    client: value(f['c-ip']),
    referer: value(f['cs(referer)']),
    agent: value(f['cs(user-agent)']),
    method: value(f['cs-method']),
    host: value(f['cs-host']),
    user: value(f['cs-username']),
  }
}

/** Evidence of a log. */
export function gather(text: string): Evidence {
  const gatherer = makeGatherer()
  let fields: string[] | undefined
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r$/, '')
    if (/^#fields:/i.test(line)) fields = line.slice(8).trim().split(/\s+/)
    if (line.trim() === '') continue
    gatherer.evidence.lines++
    if (line.startsWith('#')) continue
    const entry = fields ? readW3c(line, fields) : readClf(line)
    if (entry) gatherer.add(entry)
    else gatherer.evidence.rejected++
  }
  return gatherer.finish()
}

const hash32 = (text: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return (h ^ (h >>> 15)) >>> 0
}
const add = <K>(map: Map<K, number>, key: K, n = 1): void => void map.set(key, (map.get(key) ?? 0) + n)
function refererOf(referer: string | null): { host: string | null; path: string } {
  const m = /^[a-z+.-]+:\/\/(?:[^/@]*@)?([^/?#]*)([^?#]*)/i.exec(referer ?? '')
  return m
    ? {
        host: (m[1] as string)
          .toLowerCase()
          .replace(/^www\./, '')
          .replace(/:\d+$/, ''),
        path: m[2] || '/',
      }
    : { host: null, path: '' }
}

interface Client {
  hits: number
  answered: number
  assets: number
}

function makeGatherer(): { evidence: Evidence; add(entry: Entry): void; finish(): Evidence } {
  const evidence = emptyEvidence()
  const clients = new Map<string, Client>()
  const answeredPaths = new Map<string, number>()
  const refererPaths = new Map<string, Map<string, number>>()
  const turns = new Map<string, number[]>()
  const pairs = new Map<string, Trouble[]>()
  const signedOut = new Set<string>()
  let latest = Number.NEGATIVE_INFINITY

  const addEntry = (entry: Entry): void => {
    const { status, path, query, time } = entry
    const client = entry.client ?? ''
    const { host, path: refererPath } = refererOf(entry.referer)
    const attacks = query !== '' && isAttack(query)
    const pathClass = attacks ? ATTACK : pathClassOf(path)
    const kind = pathClass.split('/')[0] as PathKind
    const agent = agentKindOf(entry.agent)
    const isSelf = host !== null && refererPath === path
    evidence.entries++
    if (time === null) evidence.withoutTime++
    else {
      if (latest - time > 300) {
        evidence.backwards++
        evidence.backwardsSeconds = Math.max(evidence.backwardsSeconds, latest - time)
      }
      latest = Math.max(latest, time)
    }
    const code = `${status ?? '-'}|${entry.substatus ?? '-'}|${entry.win32Status ?? '-'}|${entry.reason ?? ''}`
    countCode(
      codeOf(evidence, code, entry),
      entry,
      isTrouble(entry) ? `${pathClass}|${agent}|${host ?? ''}|${isSelf ? 1 : ''}` : null,
    )
    if (entry.host)
      add(
        evidence.hosts,
        entry.host
          .toLowerCase()
          .replace(/^www\./, '')
          .replace(/:\d+$/, ''),
      )
    if (host !== null) {
      const paths = refererPaths.get(host) ?? new Map<string, number>()
      refererPaths.set(host, paths)
      add(paths, refererPath)
    }
    countSigns(evidence, entry)
    const trouble = isTrouble(entry)
    const answered = status !== null && status < 400 && !trouble
    const known = clients.get(client) ?? { hits: 0, answered: 0, assets: 0 }
    clients.set(client, known)
    known.hits++
    if (answered) {
      known.answered++
      if (kind === 'asset') known.assets++
      if (path !== null) add(answeredPaths, path)
      if (path !== null && ((status >= 200 && status < 300) || status === 304))
        add(evidence.answeredClasses, pathClassOf(path))
      if (status >= 200 && status < 300) add(evidence.answeredAgents, agent)
      if (status >= 200 && status < 300 && entry.bytes !== null) {
        if (path === '/') add(evidence.rootSizes, entry.bytes)
        add(evidence.sizes, entry.bytes)
      }
    }
    if ((entry.timeTakenUs ?? 0) >= SLOW_US) {
      const bins = evidence.slow.get(`${code}|${path ?? ''}`) ?? new Map<number, number>()
      evidence.slow.set(`${code}|${path ?? ''}`, bins)
      add(bins, latencyBin(entry.timeTakenUs as number))
    }

    if (trouble || attacks) {
      const c = evidence.clientsInTrouble.get(client) ?? newClient(evidence, client)
      if (trouble && !GAVE_UP.has(`${status}`)) {
        c.errors++
        c.pathBits |= 1 << (hash32(path ?? '') & 31)
        if (kind === 'probe-secret' || pathClass === 'probe-exploit') c.probes++
        if (status === 401 || status === 407) {
          signedOut.add(client)
          if (entry.user !== null) c.nameBits |= 1 << (hash32(entry.user) & 31)
        }
      }
      if (attacks) c.attacks++
    }
    if (answered && entry.user !== null && signedOut.has(client)) {
      const c = evidence.clientsInTrouble.get(client) ?? newClient(evidence, client)
      c.signedIn++
      c.signedInAt ??= time
    }
    if (answered) {
      for (const t of pairs.get(`${client} ${path}`) ?? [])
        if (countsAsAnswer(evidence.codes.get(t.code)?.status ?? null, status)) t.answeredAfter++
      const p = evidence.paths.get(path ?? '')
      if (p) {
        p.answeredSince++
        p.lastAnswered = time === null ? p.lastAnswered : Math.max(p.lastAnswered ?? time, time)
      }
    }
    const isWrite = /^(PUT|MOVE|COPY)$/.test(entry.method ?? '')
    const note = (from: number | null): void => {
      const sort = {
        code,
        path: path ?? '',
        client,
        agent,
        referer: host,
        isSelf,
        hasUser: entry.user !== null,
        isWrite,
        isAttack: attacks,
      }
      const key = troubleKey(sort)
      let t = evidence.troubles.get(key)
      if (!t) {
        t = { ...sort, hits: 0, first: from, last: time, bytes: null, answeredAfter: 0, weight: 1 }
        evidence.troubles.set(key, t)
        const pair = `${client} ${path}`
        pairs.set(pair, [...(pairs.get(pair) ?? []), t])
      }
      t.hits++
      t.bytes = entry.bytes
      if (time !== null) {
        t.first = Math.min(t.first ?? time, time)
        t.last = Math.max(t.last ?? time, time)
      }
      const p = evidence.paths.get(path ?? '') ?? {
        class: pathClassOf(path),
        answered: 0,
        answeredSince: 0,
        answeredBetween: 0,
        lastAnswered: null,
        errors: 0,
      }
      evidence.paths.set(path ?? '', p)
      p.answeredBetween = p.answeredSince
    }
    if (trouble) {
      const blocked =
        status !== null &&
        status >= 400 &&
        status < 500 &&
        status !== 401 &&
        status !== 407 &&
        !GAVE_UP.has(`${status}`)
      const background =
        AUTO.has(kind) ||
        pathClass === 'probe-secret' ||
        (kind === 'probe-exploit' && !attacks) ||
        agent === 'bot' ||
        agent === 'scanner'
      if (!(blocked && background)) note(time)
      const p = evidence.paths.get(path ?? '')
      if (p) p.errors++
    } else if (status !== null && status >= 200 && status < 300 && status !== 204) {
      // A probe that was answered is looked for where the path has a dot: nearly all secrets have one.
      if (path?.includes('.') && (kind === 'probe-secret' || (kind === 'probe-exploit' && !attacks))) note(time)
      else if (isWrite && /\.(php\d?|phtml|aspx?|ashx|jspx?|cgi|pl)$/i.test(path ?? '')) note(time)
    } else if (
      status !== null &&
      [301, 302, 303, 307, 308].includes(status) &&
      /^(GET|HEAD)$/.test(entry.method ?? 'GET') &&
      time !== null
    ) {
      if (agent !== 'bot' && agent !== 'monitor') countTurn(`${client} ${path} ${query}`, time, note)
    }
  }

  /** The eighth time within half a minute makes it a loop. */
  const countTurn = (key: string, time: number, note: (from: number | null) => void): void => {
    const since = turns.get(key)?.[0] ?? time
    const times = time - since < 30 ? [...(turns.get(key) ?? []), time] : [time]
    if (times.length === 8) for (const _ of times) note(times[0] as number)
    turns.set(key, times.length === 8 ? [] : times)
  }

  const finish = (): Evidence => {
    evidence.clients = clients.size - (clients.has('') ? 1 : 0)
    evidence.answeredClients = [...clients].filter(([name, c]) => name !== '' && c.answered > 0).length
    for (const [name, c] of evidence.clientsInTrouble) Object.assign(c, clients.get(name))
    for (const t of evidence.troubles.values())
      if (!evidence.clientsInTrouble.has(t.client)) Object.assign(newClient(evidence, t.client), clients.get(t.client))
    for (const [name, p] of evidence.paths) p.answered = answeredPaths.get(name) ?? 0
    for (const [host, paths] of refererPaths) {
      const deep = [...paths].filter(([p]) => p !== '/' && answeredPaths.has(p))
      evidence.refererHosts.set(host, {
        hits: [...paths.values()].reduce((n, h) => n + h, 0),
        deep: deep.length,
        deepHits: deep.reduce((n, [, h]) => n + h, 0),
      })
    }
    const answers = [...evidence.sizes.values()].reduce((n, h) => n + h, 0)
    for (const [size, n] of evidence.sizes) if (n < 10 || n < answers / 100) evidence.sizes.delete(size)
    return evidence
  }
  return { evidence, add: addEntry, finish }
}

function newClient(evidence: Evidence, name: string) {
  const c = {
    hits: 0,
    answered: 0,
    assets: 0,
    errors: 0,
    probes: 0,
    attacks: 0,
    pathBits: 0,
    nameBits: 0,
    signedIn: 0,
    signedInAt: null as number | null,
  }
  evidence.clientsInTrouble.set(name, c)
  return c
}

function codeOf(evidence: Evidence, key: string, { status, substatus, win32Status, reason }: Entry): CodeEvidence {
  let code = evidence.codes.get(key)
  if (!code) {
    code = {
      status,
      substatus,
      win32Status,
      reason,
      hits: 0,
      first: null,
      last: null,
      kinds: new Map(),
      minutes: new Map(),
      latency: new Map(),
    }
    evidence.codes.set(key, code)
  }
  return code
}

function countCode(code: CodeEvidence, { time, timeTakenUs }: Entry, kinds: string | null): void {
  code.hits++
  if (kinds !== null) add(code.kinds, kinds)
  if (timeTakenUs !== null) add(code.latency, latencyBin(timeTakenUs))
  if (time === null) return
  add(code.minutes, Math.floor(time / 60))
  code.first = Math.min(code.first ?? time, time)
  code.last = Math.max(code.last ?? time, time)
}

/** Sizes of nginx's own pages for an error, without a version and with one. */
const NGINX_PAGES: Readonly<Record<number, readonly [number, number]>> = {
  400: [150, 175],
  403: [146, 171],
  404: [146, 171],
  405: [150, 175],
  413: [176, 201],
  500: [170, 195],
  502: [150, 175],
  503: [190, 215],
  504: [160, 185],
}

function countSigns(
  { signs, pageSizes }: Evidence,
  { status, bytes, isDash, path, method, agent, referer, substatus }: Entry,
): void {
  if (substatus !== null || status === null) return
  if (path === null && method === null) {
    if (status === 400) signs.emptyRequest400++
    if (status === 408) signs.dashRequest408++
  }
  if (agent?.includes('(internal dummy connection)')) signs.dummyConnection++
  for (const text of [path, agent, referer]) {
    if (text === null || !text.includes('\\')) continue
    // Two digits exactly: \x01C is the byte 01 and a letter.
    for (const [, hex] of text.matchAll(/\\x([0-9a-fA-F]{2})/g)) {
      if (/[A-F]/.test(hex as string) || hex === '22' || hex === '5C') signs.upperEscape++
      else if (/[a-f]/.test(hex as string)) signs.lowerEscape++
    }
    if (/(^|[^\\])\\["n]/.test(text)) signs.escapedQuote++
  }
  if (isDash && [200, 204, 206, 302, 304].includes(status)) signs.dashBytes++
  if (status === 304 && bytes !== null && !isDash) signs[bytes > 0 ? 'bytesOn304' : 'zeroOn304']++
  const [least, most] = NGINX_PAGES[status] ?? [1, 0]
  if (bytes !== null && bytes >= least && bytes <= most) add(pageSizes, status)
}
