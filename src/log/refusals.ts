import { LogstatError, type Words } from '../errors.js'
import type { Input } from '../input/find.js'
import { quoted } from '../shell.js'

// Why a log is not read, or was read only in part: for people, in both languages.

/** A command that tells more about a file; none for standard input, which is gone. */
const detectCommand = ({ path }: Input): string | null => (path === null ? null : `logstat detect ${quoted(path)}`)

/** Advice, behind the command that tells more. */
function withDetect(input: Input, { en, zh }: Words): Words {
  const command = detectCommand(input)
  return command === null
    ? { en, zh }
    : { en: `See why with: ${command}   ${en}`.trim(), zh: `查看原因：${command}   ${zh}`.trim() }
}

/** The layout that the lines of a log are held against, by its name. */
const layoutName = (format: string): Words =>
  format === 'w3c'
    ? { en: 'its #Fields line', zh: '其 #Fields 行' }
    : { en: `the format ${format}`, zh: `格式 ${format}` }

export function unknownFormat(input: Input, seems: Words | null): LogstatError {
  return new LogstatError(
    'unknown-format',
    {
      en: `${input.name}: not an access log that logstat knows: ${seems ? `it looks like ${seems.en}` : 'no known format fits its first lines'}`,
      zh: `${input.name}：不是 logstat 已知的访问日志：${seems ? `看起来像${seems.zh}` : '前几行不符合任何已知格式'}`,
    },
    withDetect(input, seems === null ? SAY_FORMAT : NAME_FORMAT),
  )
}

const NAME_FORMAT: Words = {
  en: 'Name the format with: --log-format NAME (logstat formats lists them)',
  zh: '用 --log-format NAME 指定格式（logstat formats 可列出）',
}
const SAY_FORMAT: Words = {
  en: "If it is one, say how it is written: --log-format '…' with the log_format or LogFormat of the server, or --log-format /etc/nginx/nginx.conf",
  zh: "如果确是访问日志，请说明其格式：--log-format '…'（粘贴服务器的 log_format 或 LogFormat），或 --log-format /etc/nginx/nginx.conf",
}

export function otherFormat(input: Input, asked: string, found: string): LogstatError {
  return new LogstatError(
    'wrong-format',
    {
      en: `${input.name}: not a log of the format ${asked}, but of ${found}`,
      zh: `${input.name}：日志格式不是 ${asked}，而是 ${found}`,
    },
    withDetect(input, { en: 'Leave out --log-format.', zh: '请去掉 --log-format。' }),
  )
}

/** @param how lines do not fit @param what becomes of them @param force what --force would do */
export function mostlyUnknown(input: Input, format: string, how: Words, what: Words, force: Words): LogstatError {
  const layout = layoutName(format)
  const isW3c = format === 'w3c'
  return new LogstatError(
    'mostly-unknown',
    {
      en: `${input.name}: ${how.en} ${layout.en}${isW3c ? '' : ', the nearest one known'}; ${what.en}`,
      zh: `${input.name}：${how.zh}${layout.zh}${isW3c ? '' : '（最接近的已知格式）'}；${what.zh}`,
    },
    withDetect(input, {
      en: `${isW3c ? `To ${force.en}` : `Give --log-format the log_format of the server, or its nginx.conf; or ${force.en}`}: --force`,
      zh: `${isW3c ? '' : '用 --log-format 指定服务器的 log_format 或 nginx.conf，或'}${force.zh}：--force`,
    }),
  )
}

export function withoutStatus(input: Input): LogstatError {
  return new LogstatError(
    'no-status',
    {
      en: `${input.name}: the #Fields line names no sc-status, so there are no status codes to explain`,
      zh: `${input.name}：#Fields 行中没有 sc-status，因此没有可解释的状态码`,
    },
    {
      en: 'In IIS Manager, select sc-status, sc-substatus and sc-win32-status under Logging, Select Fields.',
      zh: '在 IIS 管理器的“日志记录”“选择字段”中选中 sc-status、sc-substatus 和 sc-win32-status。',
    },
  )
}

export function noneFits(input: Input, format: string, rejected: number): LogstatError {
  const layout = layoutName(format)
  return new LogstatError(
    'wrong-format',
    {
      en: `${input.name}: none of its ${rejected} lines fits ${layout.en}`,
      zh: `${input.name}：${rejected} 行中没有一行符合${layout.zh}`,
    },
    withDetect(
      input,
      format === 'w3c'
        ? { en: '', zh: '' }
        : {
            en: 'Let logstat find the format: leave out --log-format.',
            zh: '让 logstat 自动识别格式：请去掉 --log-format。',
          },
    ),
  )
}
