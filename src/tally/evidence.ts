import {
  addEvidence,
  type CodeEvidence,
  codeKey,
  type Evidence,
  emptyEvidence,
  type PathEvidence,
  troubleKey,
} from '../diagnosis/evidence.js'
import { agentKindOf, kernelClassifier, pathClasses, pathClassOf } from '../diagnosis/kinds/classify.js'
import { AGENT_KINDS } from '../diagnosis/kinds/kinds.js'
import { isTrouble } from '../diagnosis/trouble.js'
import type { KernelCode } from '../kernel/code.js'
import {
  ClientRecord,
  EvidenceText,
  MAX_HOSTS,
  Noted,
  PathRecord,
  ROOT_SIZES,
  SAMPLED_SIZES,
  Sign,
  TroubleFlag,
  TroubleRecord,
} from '../kernel/evidence-records.js'
import { Kernel } from '../kernel/kernel.js'
import { Dimension } from '../kernel/wasm/roles.js'
import { readCodes } from './read-out.js'
import type { CodeTally } from './tally.js'

// The kernel's notes, as evidence. Texts are the host's; numbers stand in the kernel's tables until they are cleared.

/** A host as it is compared: without `www.`. */
const hostName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/:\d+$/, '')

interface Reading {
  readonly evidence: Evidence
  readonly kernel: Kernel
  readonly view: DataView
  /** By number of the kernel's code. */
  readonly keys: readonly string[]
  readonly hosts: readonly (string | null)[]
}

/** A kernel that counts, and keeps evidence. @param code of another thread */
export function countingKernel(code?: KernelCode): Kernel {
  const kernel = new Kernel(code ? { code } : {})
  kernel.keepEvidence(kernelClassifier(), readNoted)
  return kernel
}

/** All that was noted since the tables were cleared. @param codes with their lists */
export function readEvidence(kernel: Kernel, codes: readonly CodeTally[]): Evidence | undefined {
  const [first, ...rest] = kernel.evidence() as Evidence[]
  if (!first) return undefined
  for (const more of rest) addEvidence(first, more)
  if (rest.length > 0) sumAgain(first, kernel)
  readLists(first, codes)
  readHosts(first, codes, answersByPath(codes))
  return first
}

/** Paths and clients that were noted apart were answered elsewhere, too: lists were added up meanwhile. */
function sumAgain({ paths, clientsInTrouble }: Evidence, { wasm }: Kernel): void {
  const hitsOf = (dimension: Dimension, text: string, answersOnly: boolean): number => {
    const at = wasm.scratchAt()
    const bytes = Buffer.from(wasm.memory.buffer, at, LONGEST)
    return wasm.hitsOfValue(dimension, at, bytes.write(text), answersOnly)
  }
  for (const [path, about] of paths) about.answered = Math.max(about.answered, hitsOf(Dimension.Path, path, true))
  for (const [name, client] of clientsInTrouble) {
    client.hits = Math.max(client.hits, hitsOf(Dimension.Client, name, false))
    client.answered = Math.max(client.answered, hitsOf(Dimension.Client, name, true))
  }
}
/** Longer texts are not looked for. */
const LONGEST = 1 << 16

/** The content of the kernel's tables, without what the lists of codes tell. */
function readNoted(kernel: Kernel): Evidence {
  const codes = readCodes(kernel.wasm.codeCount(), kernel.wasm.codeTable(), new DataView(kernel.wasm.memory.buffer))
  const evidence = emptyEvidence()
  const reading: Reading = {
    evidence,
    kernel,
    view: new DataView(kernel.wasm.memory.buffer),
    keys: codes.map(codeKey),
    hosts: hostsOf(kernel),
  }
  for (const code of codes) addCode(evidence, code)
  evidence.lostTroubles = kernel.wasm.evidenceCount(Noted.LostTroubles)
  evidence.backwardsSeconds = kernel.wasm.evidenceCount(Noted.BackwardsSeconds)
  kernel.wasm.sumAnswers()
  readKinds(reading)
  readClients(reading)
  readPaths(reading)
  readTroubles(reading)
  readSlow(reading)
  readSizes(reading)
  readSigns(reading)
  return evidence
}

function addCode(evidence: Evidence, code: CodeTally): void {
  const key = codeKey(code)
  const known = evidence.codes.get(key)
  evidence.entries += code.hits
  if (known) {
    known.hits += code.hits
    return
  }
  const { status, substatus, win32Status, reason, hits } = code
  evidence.codes.set(key, {
    status,
    substatus,
    win32Status,
    reason,
    hits,
    first: null,
    last: null,
    kinds: new Map(),
    minutes: new Map(),
    latency: new Map(),
  })
}

function readKinds({ evidence, kernel, view, keys, hosts }: Reading): void {
  const table = kernel.wasm.evidenceTable(Noted.Kinds)
  const classes = pathClasses()
  for (let i = 0; i < kernel.wasm.evidenceCount(Noted.Kinds); i++) {
    const packed = view.getUint32(table + 8 * i, true)
    if (packed === 0) continue
    const key = packed - 1
    const code = evidence.codes.get(keys[key >>> 18] ?? '') as CodeEvidence
    const host = hosts[(key >>> 1) & 0xff] ?? ''
    const name = `${classes[(key >>> 12) & 63]}|${AGENT_KINDS[(key >>> 9) & 7]}|${host}|${key & 1 ? 1 : ''}`
    code.kinds.set(name, (code.kinds.get(name) ?? 0) + view.getUint32(table + 8 * i + 4, true))
  }
}

/** Names of referers' hosts by number; 0: none. */
const hostsOf = ({ evidenceTexts, wasm }: Kernel): (string | null)[] =>
  [null, ...evidenceTexts[EvidenceText.Host].slice(0, wasm.evidenceCount(Noted.Hosts)).map(hostName)]
    .concat(new Array(MAX_HOSTS + 1).fill('*'))
    .slice(0, MAX_HOSTS + 2)

const timeAt = (view: DataView, at: number): number | null => {
  const time = view.getFloat64(at, true)
  return Number.isNaN(time) ? null : time
}

/** The numbers and places of the records of a table. */
function* recordsOf({ wasm }: Kernel, which: Noted, size: number): Generator<readonly [number, number]> {
  const table = wasm.evidenceTable(which)
  const count = wasm.evidenceCount(which)
  for (let i = 0; i < count; i++) yield [i, table + size * i]
}

function readClients({ evidence, kernel, view }: Reading): void {
  for (const [i, at] of recordsOf(kernel, Noted.Clients, ClientRecord.Size)) {
    const n = (field: ClientRecord): number => view.getUint32(at + field, true)
    if (n(ClientRecord.Uses) === 0) continue
    evidence.clientsInTrouble.set(kernel.evidenceTexts[EvidenceText.Client][i] as string, {
      hits: n(ClientRecord.Hits),
      answered: n(ClientRecord.Answered),
      assets: n(ClientRecord.Assets),
      errors: n(ClientRecord.Errors),
      probes: n(ClientRecord.Probes),
      attacks: n(ClientRecord.Attacks),
      pathBits: n(ClientRecord.PathBits) | 0,
      nameBits: n(ClientRecord.NameBits) | 0,
      signedIn: n(ClientRecord.SignedIn),
      signedInAt: n(ClientRecord.SignedIn) > 0 ? timeAt(view, at + ClientRecord.SignedInAt) : null,
    })
  }
}

function readPaths({ evidence, kernel, view }: Reading): void {
  const classes = pathClasses()
  for (const [i, at] of recordsOf(kernel, Noted.Paths, PathRecord.Size)) {
    const n = (field: PathRecord): number => view.getUint32(at + field, true)
    if (n(PathRecord.Uses) === 0) continue
    const path = kernel.evidenceTexts[EvidenceText.Path][i] as string
    const record: PathEvidence = {
      class: classes[n(PathRecord.Class)] as string,
      answered: Math.max(n(PathRecord.Answered), n(PathRecord.AnsweredSince)),
      answeredSince: n(PathRecord.AnsweredSince),
      answeredBetween: n(PathRecord.AnsweredBetween),
      lastAnswered: timeAt(view, at + PathRecord.LastAnswered),
      errors: n(PathRecord.Errors),
    }
    evidence.paths.set(path, record)
  }
}

/** Answers by path, as far as lists tell them. */
function answersByPath(codes: readonly CodeTally[]): Map<string, number> {
  const answers = new Map<string, number>()
  for (const code of codes) {
    if (isTrouble(code)) continue
    for (const { value, hits } of code.lists.path.values) answers.set(value, (answers.get(value) ?? 0) + hits)
  }
  return answers
}

function readTroubles({ evidence, kernel, view, keys, hosts }: Reading): void {
  const levels = kernel.wasm.evidenceTable(Noted.Levels)
  for (const [, at] of recordsOf(kernel, Noted.Troubles, TroubleRecord.Size)) {
    const n = (field: TroubleRecord): number => view.getUint32(at + field, true)
    const bits = n(TroubleRecord.Bits)
    const bytes = view.getFloat64(at + TroubleRecord.Bytes, true)
    const trouble = {
      code: keys[n(TroubleRecord.Code)] as string,
      path: kernel.evidenceTexts[EvidenceText.Path][n(TroubleRecord.Path)] as string,
      client: kernel.evidenceTexts[EvidenceText.Client][n(TroubleRecord.Client)] as string,
      agent: AGENT_KINDS[bits & 7] as (typeof AGENT_KINDS)[number],
      referer: hosts[(bits >>> 3) & 0xff] ?? null,
      isSelf: (bits & TroubleFlag.IsSelf) !== 0,
      hasUser: (bits & TroubleFlag.HasUser) !== 0,
      isWrite: (bits & TroubleFlag.IsWrite) !== 0,
      isAttack: (bits & TroubleFlag.IsAttack) !== 0,
      hits: n(TroubleRecord.Hits),
      first: timeAt(view, at + TroubleRecord.First),
      last: timeAt(view, at + TroubleRecord.Last),
      bytes: bytes < 0 ? null : bytes,
      answeredAfter: n(TroubleRecord.AnsweredAfter),
      weight: 2 ** view.getUint32(levels + 4 * n(TroubleRecord.Group), true),
    }
    const key = troubleKey(trouble)
    const known = evidence.troubles.get(key)
    // A code of two days, and texts that become the same.
    if (known) {
      known.hits += trouble.hits
      known.last = trouble.last ?? known.last
    } else evidence.troubles.set(key, trouble)
  }
}

function readSlow({ evidence, kernel, view, keys }: Reading): void {
  const table = kernel.wasm.evidenceTable(Noted.Slow)
  for (let i = 0; i < kernel.wasm.evidenceCount(Noted.Slow); i++) {
    const packed = view.getBigUint64(table + 16 * i, true)
    if (packed === 0n) continue
    const path = kernel.evidenceTexts[EvidenceText.Path][Number((packed >> 16n) & 0xfffffffn) - 1] as string
    const key = `${keys[Number(packed >> 44n)]}|${path}`
    const bins = evidence.slow.get(key) ?? new Map<number, number>()
    evidence.slow.set(key, bins)
    const bin = Number(packed & 0xffffn)
    bins.set(bin, (bins.get(bin) ?? 0) + Number(view.getBigUint64(table + 16 * i + 8, true)))
  }
}

function readSizes({ evidence, kernel, view }: Reading): void {
  const table = kernel.wasm.evidenceTable(Noted.Sizes)
  const answers = [...evidence.codes.values()].reduce(
    (n, { status, hits }) => n + (status !== null && status >= 200 && status < 300 ? hits : 0),
    0,
  )
  for (let i = 0; i < kernel.wasm.evidenceCount(Noted.Sizes); i++) {
    const size = view.getUint32(table + 8 * i, true)
    const count = view.getUint32(table + 8 * i + 4, true)
    if (count === 0) continue
    if (i < ROOT_SIZES) evidence.rootSizes.set(size, count)
    else if (count > 1 && SAMPLED_SIZES * count >= Math.max(10, answers / 100))
      evidence.sizes.set(size, SAMPLED_SIZES * count)
  }
}

function readSigns({ evidence, kernel, view }: Reading): void {
  const table = kernel.wasm.evidenceTable(Noted.Signs)
  const n = (sign: number): number => view.getUint32(table + 4 * sign, true)
  Object.assign(evidence.signs, {
    emptyRequest400: n(Sign.EmptyRequest400),
    dashRequest408: n(Sign.DashRequest408),
    upperEscape: n(Sign.UpperEscape),
    lowerEscape: n(Sign.LowerEscape),
    dashBytes: n(Sign.DashBytes),
    escapedQuote: n(Sign.EscapedQuote),
    bytesOn304: n(Sign.BytesOn304),
    zeroOn304: n(Sign.ZeroOn304),
  })
  evidence.backwards = n(Sign.Backwards)
  for (let status = 400; status < 600; status++) {
    const count = n(Sign.Count + status - 400)
    if (count > 0) evidence.pageSizes.set(status, count)
  }
}

const agentKinds = new Map<string, string>()

/** Add what the lists of codes tell of answers and clients. */
function readLists(evidence: Evidence, codes: readonly CodeTally[]): void {
  const add = (map: Map<string, number>, key: string, n: number): void => void map.set(key, (map.get(key) ?? 0) + n)
  for (const code of codes) {
    const { status, lists } = code
    evidence.clients = Math.max(evidence.clients, lists.client.distinct)
    if (status === null || isTrouble(code)) continue
    evidence.answeredClients = Math.max(evidence.answeredClients, lists.client.distinct)
    const isSuccess = status >= 200 && status < 300
    if (isSuccess || status === 304)
      for (const { value, hits } of lists.path.values) add(evidence.answeredClasses, pathClassOf(value), hits)
    if (!isSuccess) continue
    let named = 0
    for (const { value, hits } of lists.userAgent.values) {
      let kind = agentKinds.get(value)
      if (kind === undefined) agentKinds.set(value, (kind = agentKindOf(value)))
      add(evidence.answeredAgents, kind, hits)
      named += hits
    }
    if (named < code.hits && lists.userAgent.lost === 0) add(evidence.answeredAgents, 'none', code.hits - named)
  }
}

/** Hosts of requests and of referers, as the lists have them. */
function readHosts(evidence: Evidence, codes: readonly CodeTally[], answered: ReadonlyMap<string, number>): void {
  const paths = new Map<string, Map<string, number>>()
  for (const { lists } of codes) {
    for (const { value, hits } of lists.host.values)
      evidence.hosts.set(hostName(value), (evidence.hosts.get(hostName(value)) ?? 0) + hits)
    for (const { value, hits } of lists.userAgent.values)
      if (value.includes('(internal dummy connection)')) evidence.signs.dummyConnection += hits
    for (const { value, hits } of lists.referer.values) {
      const m = /^[a-z+.-]+:\/\/(?:[^/@]*@)?([^/?#]+)([^?#]*)/i.exec(value)
      if (!m) continue
      const host = hostName(m[1] as string)
      const known = paths.get(host) ?? new Map<string, number>()
      paths.set(host, known)
      known.set(m[2] || '/', (known.get(m[2] || '/') ?? 0) + hits)
    }
  }
  for (const [host, known] of paths) {
    const deep = [...known].filter(([path]) => path !== '/' && answered.has(path))
    evidence.refererHosts.set(host, {
      hits: sum(known.values()),
      deep: deep.length,
      deepHits: sum(deep.map(([, n]) => n)),
    })
  }
}
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0)
