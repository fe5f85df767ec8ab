import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import split2 from 'split2'
import { type LogKind, type LogOptions, type Truth, writeLog } from './generate.js'

/** A log of the bench: one file, or several that make one whole. */
export interface Log {
  readonly kind: LogKind
  readonly files: readonly string[]
  readonly packed: boolean
  readonly truth: Truth
}

/** Logs are kept between runs, and made anew when what makes them changes. */
const makers = ['generate.ts', 'page.ts', 'pools.ts', 'random.ts'].map((name) =>
  readFileSync(new URL(name, import.meta.url)),
)
const FOLDER = join(
  tmpdir(),
  `logstat-bench-${createHash('sha256').update(Buffer.concat(makers)).digest('hex').slice(0, 8)}`,
)

/** A file in the bench's folder, for what commands write. */
export function scratch(name: string): string {
  mkdirSync(FOLDER, { recursive: true })
  return join(FOLDER, name)
}

export function makeLog(options: LogOptions): Log {
  const { kind, entries, seed = 1, adversarial, pace } = options
  const path = scratch(
    `${adversarial ? 'adversarial-' : ''}${kind}-${entries}-${seed}${pace ? `-pace-${pace}` : ''}.log`,
  )
  const truthPath = `${path}.truth.json`
  if (!existsSync(truthPath)) writeFileSync(truthPath, JSON.stringify(writeLog(path, options)))
  return { kind, files: [path], packed: false, truth: JSON.parse(readFileSync(truthPath, 'utf8')) as Truth }
}

/** JSON lines as one document: an array with a record a line. */
export async function makeDocument(entries: number): Promise<Log> {
  const { files, truth } = makeLog({ kind: 'json', entries })
  const [lines] = files as [string]
  const path = `${lines}.json`
  if (!existsSync(path)) {
    const out = createWriteStream(`${path}.part`)
    await pipeline(async function* () {
      let joint = '[\n'
      for await (const line of createReadStream(lines).pipe(split2())) {
        yield `${joint}${line}`
        joint = ',\n'
      }
      yield '\n]\n'
    }, out)
    renameSync(`${path}.part`, path)
  }
  return { kind: 'json', files: [path], packed: false, truth: { ...truth, bytes: statSync(path).size } }
}

/** So many files that together hold so many entries. */
export function makeFiles(options: LogOptions, count: number): Log {
  const logs = Array.from({ length: count }, (_, i) =>
    makeLog({ ...options, entries: Math.round(options.entries / count), seed: 100 + i }),
  )
  return {
    kind: options.kind,
    files: logs.flatMap(({ files }) => files),
    packed: false,
    truth: logs.map(({ truth }) => truth).reduce(sum),
  }
}

/** As `makeFiles`, each packed by gzip. */
export async function makePackedLog(options: LogOptions, count: number): Promise<Log> {
  const { files, ...log } = makeFiles(options, count)
  for (const file of files) {
    const path = `${file}.gz`
    if (existsSync(path)) continue
    await pipeline(createReadStream(file), createGzip(), createWriteStream(`${path}.part`))
    renameSync(`${path}.part`, path)
  }
  return { ...log, files: files.map((file) => `${file}.gz`), packed: true }
}

function sum(a: Truth, b: Truth): Truth {
  const statuses = { ...a.statuses }
  for (const [status, n] of Object.entries(b.statuses)) statuses[status] = (statuses[status] ?? 0) + n
  return { bytes: a.bytes + b.bytes, lines: a.lines + b.lines, entries: a.entries + b.entries, statuses, codes: null }
}

/** Read a log once, so that the page cache holds it before anything is timed. */
export async function warm(log: Log): Promise<void> {
  for (const file of log.files) for await (const _ of createReadStream(file, { highWaterMark: 1 << 20 }));
}
