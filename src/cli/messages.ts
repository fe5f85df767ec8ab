import { fileURLToPath } from 'node:url'
import { LANGUAGES, type Language } from '../catalogue/note.js'
import { LogstatError, type Message, wordsIn } from '../errors.js'
import { visible } from '../render/visible.js'
import { optionIn } from './option-in.js'

// Messages on standard error: in the language of the user, and safe to print whatever stands in a file name or in an
// archive.

/** The language that the environment asks for: `LANG=zh_CN.UTF-8` and the like. */
export function systemLanguage(env: NodeJS.ProcessEnv = process.env): Language {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  return LANGUAGES.find((language) => new RegExp(`^${language}(?:[_.@-]|$)`, 'i').test(locale)) ?? 'en'
}

let spoken: Language = 'en'

/**
 * Say all that follows, mistakes in other options among it, in the language that the arguments, else the configuration,
 * else the environment asks for.
 */
export function speakTo(argv: readonly string[], configured?: Language): void {
  const named = optionIn(argv, '--lang')
  spoken = LANGUAGES.find((language) => language === named) ?? configured ?? systemLanguage()
}

/** The language of the user. */
export const language = (): Language => spoken

/** A message in the language of the user. */
export const said = (message: Message): string => wordsIn(message, spoken)

/** Print a message, and below it what can be done about it. */
export function tell(message: Message, remedy?: Message): void {
  const lines = [`logstat: ${visible(said(message))}`]
  if (remedy !== undefined) lines.push(`         ${visible(said(remedy))}`)
  process.stderr.write(`${lines.join('\n')}\n`)
}

/** Print any error as a sentence and a remedy; with LOGSTAT_DEBUG=1 also where it happened. */
export function tellError(error: unknown): void {
  const { words, remedy } = failureOf(error)
  tell(words, remedy)
  if (process.env.LOGSTAT_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
}

/** Codes and messages of Node, V8 and WebAssembly when there is not enough memory. */
const NO_MEMORY =
  /allocat|out of memory|ENOMEM|OUT_OF_MEMORY|STRING_TOO_LONG|Invalid (?:string|array) length|Cannot create a (?:string|Buffer) larger/i
/** Codes of Node when a part of a program is not there, or only half of it. */
const NOT_BUILT = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'])

const OWN_FOLDER = fileURLToPath(new URL('../../dist', import.meta.url))

/** Any error as one that tells the user what to do. */
function failureOf(error: unknown): LogstatError {
  // Each script of the bundle has a class LogstatError of its own: the name tells it.
  if ((error as Error | null)?.name === 'LogstatError') return error as LogstatError
  const { code = '', path, syscall, name, message } = (error ?? {}) as NodeJS.ErrnoException
  if (NO_MEMORY.test(`${code} ${message}`))
    return new LogstatError(
      'memory',
      { en: `there is not enough memory (${message})`, zh: `内存不足（${message}）` },
      {
        en: 'Use fewer threads (--jobs 1), read fewer logs at once, or raise the memory limit of this process.',
        zh: '请减少线程数（--jobs 1）、分批读取日志，或提高本进程的内存上限。',
      },
    )
  if (NOT_BUILT.has(code) || (path ?? '').startsWith(OWN_FOLDER))
    return new LogstatError(
      'not-built',
      {
        en: `a part of logstat is missing: ${message.split('\n')[0]}`,
        zh: `logstat 缺少一个组成部分：${message.split('\n')[0]}`,
      },
      {
        en: 'A build may be going on: try again in a minute. Otherwise install logstat again, or in its folder: npm ci',
        zh: '可能正在构建：请稍后再试。否则请重新安装 logstat，或在其目录中执行：npm ci',
      },
    )
  if (syscall !== undefined && code !== '')
    return new LogstatError(
      'system',
      {
        en: `${path === undefined ? '' : `${path}: `}the system reports ${message}`,
        zh: `${path === undefined ? '' : `${path}：`}系统报告 ${message}`,
      },
      { en: 'Check the file, the disk and your rights.', zh: '请检查文件、磁盘和权限。' },
    )
  return new LogstatError(
    'bug',
    {
      en: `unexpected error: ${name ?? 'Error'}: ${message ?? String(error)}`,
      zh: `意外错误：${name ?? 'Error'}: ${message ?? String(error)}`,
    },
    {
      en: 'This is a fault of logstat. LOGSTAT_DEBUG=1 prints where it happened; please report it. If a database may be damaged: logstat doctor --db FILE',
      zh: '这是 logstat 的缺陷。设置 LOGSTAT_DEBUG=1 可显示出错位置，请报告该问题。如果怀疑数据库损坏：logstat doctor --db FILE',
    },
  )
}
