import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { LogstatError, within } from '../errors.js'
import { quoted } from '../shell.js'
import { type Member, zipMembers } from './archive.js'
import { fileOf, type Input } from './find.js'
import { HEAD_BYTES } from './head.js'
import { isJsonDocument, JSON_DOCUMENT } from './json-documents.js'
import { BESIDE, type Chunks, type Unpacking } from './packing/packed.js'
import { FOREIGN, isTar, isZip, PACKINGS } from './packing/packings.js'
import { chunkReader, fileReader, fill, type Reader } from './reader.js'
import { recodingOf } from './recode.js'
import { standardInput } from './standard-input.js'
import { tarMembers } from './tar.js'
import { changed, damaged, unreadable } from './unreadable.js'

export type { Reader }

/** An input whose reader stands at its beginning, or why it cannot be read. */
export type Opened = OpenedInput | { readonly input: Input; readonly error: LogstatError }
interface OpenedInput {
  readonly input: Input
  readonly reader: Reader
  /** Which file the path stood for before it was opened (`fileOf`). */
  readonly file: string
}

/**
 * Open inputs one after the other, as the next is asked for. Of an archive every file in it is an input of its own,
 * named `archive.zip!file`.
 *
 * The file after one in a tar archive comes when the reader of that one has been closed.
 */
export async function* openInputs(inputs: Iterable<Input>): AsyncGenerator<Opened> {
  for (const input of inputs) {
    if (input.error) {
      yield { input, error: input.error }
      continue
    }
    const file = fileOf(input)
    try {
      if (input.member !== undefined) {
        yield { input, file, reader: await openInput(input) }
        continue
      }
      const source = await openSource(input, BESIDE)
      if (source.members) yield* openMembers(input, file, source.members, source)
      else yield { input, file, reader: source.reader() }
    } catch (error) {
      if (!(error instanceof LogstatError)) throw error
      yield { input, error }
    }
  }
}

/**
 * Open one input (again): a file, or the file in an archive that `input.member` says.
 *
 * @throws LogstatError when it cannot be opened; `read` throws `damaged` when packed data are cut off or broken
 */
export async function openInput(input: Input, how: Unpacking = BESIDE): Promise<Reader> {
  const reader = await openOne(input, how)
  // With nothing beside it there is no reason to hand over less than is asked for.
  return !how.alone ? reader : { ...reader, read: (target) => fill(reader, target) }
}

async function openOne(input: Input, how: Unpacking): Promise<Reader> {
  const archive: Input = { name: input.name, path: input.path, optional: input.optional, size: input.size }
  const source = await openSource(archive, how)
  if (!source.members) return source.reader()
  const members = source.members[Symbol.asyncIterator]()
  let i = 0
  for (let next = await members.next(); !next.done; next = await members.next()) {
    if (i++ !== input.member) continue
    const reader = await openMember(input, next.value, source, how)
    const close = (): void => {
      reader.close()
      void members.return?.(undefined)
    }
    return { ...reader, close }
  }
  throw new LogstatError(
    'unreadable',
    { en: `${input.name}: it is not in the archive any more`, zh: `${input.name}：它已不在压缩包中` },
    { en: 'The archive was changed while it was read; try again.', zh: '压缩包在读取过程中被更改；请重试。' },
  )
}

async function* openMembers(
  archive: Input,
  file: string,
  members: AsyncIterable<Member>,
  source: Source,
): AsyncGenerator<Opened> {
  let found = 0
  try {
    for await (const member of members) {
      const input: Input = { ...archive, name: `${archive.name}!${member.name}`, optional: true, member: found++ }
      let closed: Promise<void> | undefined
      try {
        const reader = await openMember(input, member, source, BESIDE)
        let close = reader.close
        if (source.packing.at(-1) === 'tar')
          closed = new Promise((resolve) => {
            close = () => {
              reader.close()
              resolve()
            }
          })
        yield { input, file, reader: { ...reader, close } }
      } catch (error) {
        if (!(error instanceof LogstatError)) throw error
        yield { input, error }
      }
      await closed
    }
  } catch (error) {
    throw damaged(archive.name, source.packing.join(', '), error)
  }
  if (found === 0)
    throw new LogstatError(
      'no-logs',
      { en: `${archive.name}: the archive holds no files`, zh: `${archive.name}：压缩包中没有文件` },
      { en: 'Name a log file, or an archive that holds some.', zh: '请指定日志文件，或含有日志的压缩包。' },
    )
}

async function openMember(
  input: Input,
  { name, chunks }: Member,
  { packing, consumed }: Source,
  how: Unpacking,
): Promise<Reader> {
  if (chunks instanceof LogstatError)
    throw new LogstatError(
      chunks.code,
      within(chunks.words, (text) => `${input.name}: ${text}`),
      chunks.remedy,
    )
  const inner = await unpack(name, input.name, chunks, packing, consumed, how)
  if (inner.members)
    throw new LogstatError(
      'unknown-format',
      { en: `${input.name}: an archive in an archive is not read`, zh: `${input.name}：不读取压缩包中的压缩包` },
      { en: 'Unpack the outer archive first.', zh: '请先解开外层压缩包。' },
    )
  return inner.reader()
}

/** The content of an input: text, or an archive of several. */
interface Source {
  readonly packing: readonly string[]
  readonly consumed: () => number
  readonly members?: AsyncGenerator<Member>
  /** The reader copies the bytes as they come, and nothing else has them. */
  readonly isPlain?: boolean
  readonly reader: () => Reader
}

async function openSource(input: Input, how: Unpacking): Promise<Source> {
  const { name, path } = input
  let read = 0
  const consumed = (): number => read
  const counted = async function* (chunks: Chunks): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        read += chunk.length
        yield chunk
      }
    } catch (error) {
      throw unreadable(name, error)
    }
  }
  if (path === null) {
    const stdin = standardInput()
    const source = await unpack(name, name, counted(stdin.chunks), [], consumed, how)
    if (source.isPlain) stdin.lend()
    return source
  }
  let fd: number
  const head = Buffer.alloc(HEAD_BYTES)
  let isFile: boolean
  let used: number
  try {
    fd = openSync(path, 'r')
    isFile = fstatSync(fd).isFile()
    used = isFile ? readSync(fd, head, 0, HEAD_BYTES, 0) : 0
  } catch (error) {
    throw unreadable(name, error)
  }
  // A named pipe, `<(…)`, is read as it comes.
  if (!isFile) return unpack(name, name, counted(fileChunks(fd, how)), [], consumed, how)
  const start = head.subarray(0, used)
  if (isZip(start)) {
    closeSync(fd)
    // Where in the file its members are read cannot be told, and does not matter: progress is about large logs.
    return { packing: ['zip'], consumed: () => 0, members: zipMembers(path), reader: notText }
  }
  const plain = !PACKINGS.some((p) => p.is(start)) && !FOREIGN.some((f) => f.is(start)) && !isTar(start)
  if (plain && !recodingOf(start) && !isJsonDocument(start, used < HEAD_BYTES))
    return { packing: [], consumed, reader: () => fileReader(name, fd) }
  return unpack(name, name, counted(fileChunks(fd, how)), [], consumed, how)
}

/** Unpack, as often as it is packed, and recode. `name` is the file's, `shown` what people know it by. */
async function unpack(
  name: string,
  shown: string,
  chunks: Chunks,
  outer: readonly string[],
  consumed: () => number,
  how: Unpacking,
): Promise<Source> {
  const packing = [...outer]
  for (;;) {
    const kind = packing.at(-1) ?? 'none'
    const fail = (error: unknown): LogstatError => damaged(shown, kind, error)
    let head: Buffer
    let all: Chunks
    let isWhole: boolean
    try {
      ;({ head, all, isWhole } = await peek(chunks))
    } catch (error) {
      throw fail(error)
    }
    const found = PACKINGS.find((p) => p.is(head))
    // A log packed by mistake twice is read; more often than that somebody means harm.
    if (found && packing.length < 4) {
      packing.push(found.name)
      chunks = (await found.load())(all, how)
      continue
    }
    const foreign = FOREIGN.find((f) => f.is(head))
    if (foreign || isZip(head)) {
      await close(all)
      if (foreign)
        throw new LogstatError(
          'unsupported',
          { en: `${shown}: ${foreign.name} data are not unpacked`, zh: `${shown}：不支持解压 ${foreign.name} 数据` },
          {
            en: `Unpack them on the way: ${foreign.tool} ${quoted(name)} | logstat -`,
            zh: `请在读取时解压：${foreign.tool} ${quoted(name)} | logstat -`,
          },
        )
      throw new LogstatError(
        'unsupported',
        {
          en: `${shown}: a zip archive can be read only from a file of its own`,
          zh: `${shown}：zip 压缩包只能从独立的文件读取`,
        },
        { en: 'Save it as a file, and name that.', zh: '请将其保存为文件，再指定该文件。' },
      )
    }
    if (isTar(head)) return { packing: [...packing, 'tar'], consumed, members: tarMembers(all), reader: notText }
    const recoding = recodingOf(head) ?? (isJsonDocument(head, isWhole) ? JSON_DOCUMENT : null)
    return {
      packing,
      consumed,
      isPlain: packing.length === 0 && recoding === null,
      reader: () =>
        chunkReader(recoding ? recoding.recode(all) : all, {
          packing: packing.join(', ') || 'none',
          recoded: recoding?.name ?? null,
          consumed,
          fail: (error) => damaged(shown, kind === 'none' ? (recoding?.name ?? 'packed') : kind, error),
        }),
    }
  }
}

const notText = (): never => {
  throw new Error('an archive has no text of its own')
}

const close = async (chunks: Chunks): Promise<void> => {
  await chunks[Symbol.asyncIterator]().return?.()
}

/**
 * Look at the beginning: the first bytes, and all of them again. An error behind the first bytes is met when it is read
 * to.
 */
async function peek(chunks: Chunks): Promise<{ head: Buffer; all: AsyncGenerator<Uint8Array>; isWhole: boolean }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let bytes = 0
  let isWhole = false
  let failure: unknown
  while (bytes < HEAD_BYTES && !isWhole && failure === undefined) {
    try {
      const next = await iterator.next()
      isWhole = next.done === true
      if (!next.done) bytes += seen.push(next.value) && next.value.length
    } catch (error) {
      if (bytes === 0) throw error
      failure = error
    }
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* seen
      if (failure !== undefined) throw failure
      if (isWhole) return
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  // The kind of an input must not depend on how large its chunks are.
  return { head: Buffer.concat(seen).subarray(0, HEAD_BYTES), all: all(), isWhole }
}

/** As much as is unpacked at once: see packing/engine.ts. */
const CHUNK = 512 << 10

async function* fileChunks(fd: number, { alone }: Unpacking): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      // In a thread of its own it may be as little as finds room in memory that was used before.
      const chunk = Buffer.allocUnsafeSlow(alone ? HEAD_BYTES : CHUNK)
      const n = readSync(fd, chunk)
      if (n === 0) return
      yield chunk.subarray(0, n)
    }
  } finally {
    closeSync(fd)
  }
}

/** Open an input whose head was read, behind that. @throws LogstatError `changed` when it is another one now */
export async function openBehind(input: Input, head: Uint8Array, how?: Unpacking): Promise<Reader> {
  const reader = await openInput(input, how)
  const again = Buffer.alloc(head.length)
  if ((await readFully(reader, again)) === head.length && again.equals(head)) return reader
  reader.close()
  throw changed(input.name)
}

/** Fill all of `target`. @returns bytes read; fewer than asked for when the input ends */
export async function readFully(reader: Reader, target: Uint8Array): Promise<number> {
  let used = 0
  while (used < target.length) {
    const n = await reader.read(target.subarray(used))
    if (n === 0) break
    used += n
  }
  return used
}
