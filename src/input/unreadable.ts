import { LogstatError, type Message, type Words, wordsIn } from '../errors.js'
import { quoted } from '../shell.js'
import { noMore, PackedError } from './packing/packed.js'
import { WINDOW_TOO_LARGE } from './packing/zstd-window.js'

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

interface Reason {
  readonly what: Words
  readonly remedy: Words
}

const DENIED: Reason = {
  what: { en: 'permission denied', zh: '没有读取权限' },
  remedy: {
    en: 'Run logstat as a user who may read it, or give that user read access.',
    zh: '请以有权读取的用户运行 logstat，或授予该用户读取权限。',
  },
}
const REASONS: ReadonlyMap<string, Reason> = new Map([
  ['EACCES', DENIED],
  ['EPERM', DENIED],
  [
    'EBUSY',
    {
      what: { en: 'the file is locked by another program', zh: '文件被其他程序锁定' },
      remedy: {
        en: 'Copy the file first, or read it after the server has rotated it.',
        zh: '请先复制该文件，或等服务器轮转日志后再读取。',
      },
    },
  ],
  [
    'EISDIR',
    {
      what: { en: 'this is a directory', zh: '这是一个目录' },
      remedy: { en: 'Name a file in it.', zh: '请指定其中的文件。' },
    },
  ],
  ['ENOENT', { what: { en: 'no such file', zh: '没有此文件' }, remedy: { en: 'Check the path.', zh: '请检查路径。' } }],
  [
    'EIO',
    {
      what: { en: 'the disk reports a read error', zh: '磁盘报告读取错误' },
      remedy: {
        en: 'Check the disk; copy the file elsewhere if that still works.',
        zh: '请检查磁盘；如果还能复制，请将文件复制到别处。',
      },
    },
  ],
])

/** The file cannot be opened or read. */
export function unreadable(name: string, error: unknown): LogstatError {
  const { message } = error as Error
  const { what, remedy } = REASONS.get(codeOf(error)) ?? {
    what: { en: message, zh: message },
    remedy: { en: 'Check the file.', zh: '请检查该文件。' },
  }
  return new LogstatError('unreadable', { en: `${name}: ${what.en}`, zh: `${name}：${what.zh}` }, remedy)
}

const AGAIN: Words = {
  en: 'Fetch or pack the file again; it may still have been written when it was copied.',
  zh: '请重新获取或压缩该文件；复制时它可能仍在写入。',
}

/**
 * The file can be read, but what is packed in it cannot be unpacked to its end. `kind` is what it is: gzip, zip, JSON,
 * …
 */
export function damaged(name: string, kind: string, error: unknown): LogstatError {
  if (error instanceof LogstatError) return error
  const fault = faultOf(error)
  const [en, zh] = [wordsIn(fault.words, 'en'), wordsIn(fault.words, 'zh')]
  switch (fault.kind) {
    case 'early':
      return new LogstatError(
        'damaged',
        {
          en: `${name}: the ${kind} data ends too early; what could be read is counted`,
          zh: `${name}：${kind} 数据不完整；能读取的部分已计数`,
        },
        AGAIN,
      )
    case 'trailing':
      return new LogstatError(
        'damaged',
        {
          en: `${name}: after the ${kind} data ${en}; all before it is counted`,
          zh: `${name}：${kind} 数据之后有其他内容（${zh}）；此前的内容已计数`,
        },
        { en: 'If it matters, cut it off and read it by itself.', zh: '如果需要，请将其截出后单独读取。' },
      )
    case 'unsupported':
      return new LogstatError(
        'unsupported',
        { en: `${name}: the ${kind} data cannot be unpacked: ${en}`, zh: `${name}：${kind} 数据无法解包：${zh}` },
        toolFor(name, kind),
      )
    default:
      return new LogstatError(
        'damaged',
        {
          en: `${name}: the ${kind} data is damaged (${en}); what could be read before is counted`,
          zh: `${name}：${kind} 数据已损坏（${zh}）；此前能读取的部分已计数`,
        },
        AGAIN,
      )
  }
}

function toolFor(name: string, kind: string): Message {
  if (kind.startsWith('JSON'))
    return {
      en: `Make it JSON lines: jq -c '.[]' ${quoted(name)} | logstat -`,
      zh: `请转换为每行一个 JSON：jq -c '.[]' ${quoted(name)} | logstat -`,
    }
  if (name.includes('!')) return { en: 'Unpack the archive with its own tool first.', zh: '请先用相应工具解包。' }
  return {
    en: `Unpack it with its own tool: ${kind} -dc ${quoted(name)} | logstat -`,
    zh: `请用相应工具解压：${kind} -dc ${quoted(name)} | logstat -`,
  }
}

function faultOf(error: unknown): PackedError {
  if (error instanceof PackedError) return error
  const { message } = error as Error
  if (codeOf(error) === 'Z_BUF_ERROR') return new PackedError('early', message)
  if (codeOf(error) === 'ZSTD_error_frameParameter_windowTooLarge')
    return new PackedError('unsupported', WINDOW_TOO_LARGE)
  if (codeOf(error) === 'ZSTD_error_prefix_unknown') return new PackedError('trailing', noMore('zstd'))
  return new PackedError('broken', message)
}

/** The file is not what it was when it was looked at: it was rotated meanwhile. */
export function changed(name: string): LogstatError {
  return new LogstatError(
    'changed',
    { en: `${name}: the file was replaced or cut short while it was read`, zh: `${name}：读取过程中文件被替换或截短` },
    { en: 'Run this again.', zh: '请重新运行。' },
  )
}
