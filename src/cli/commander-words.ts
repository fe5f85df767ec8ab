import type { Command } from 'commander'
import type { Words } from '../errors.js'
import { visible } from '../render/visible.js'
import { said } from './messages.js'

// Words of commander itself, in the language of the user.

const TITLES: Readonly<Record<string, Words>> = {
  'Usage:': { en: 'Usage:', zh: '用法：' },
  'Arguments:': { en: 'Arguments:', zh: '参数：' },
  'Options:': { en: 'Options:', zh: '选项：' },
  'Commands:': { en: 'Commands:', zh: '命令：' },
}

/** Mistakes in the arguments, by how commander tells them. `$1`, … are what was typed. */
const MISTAKES: readonly (readonly [RegExp, Words])[] = [
  [/^missing required argument '(.*)'$/, { en: "missing required argument '$1'", zh: '缺少必需的参数“$1”' }],
  [/^option '(.*)' argument missing$/, { en: "option '$1' argument missing", zh: '选项“$1”缺少参数' }],
  [/^required option '(.*)' not specified$/, { en: "required option '$1' not specified", zh: '未指定必需的选项“$1”' }],
  [/^unknown option '(.*)'$/, { en: "unknown option '$1'", zh: '未知选项“$1”' }],
  [/^unknown command '(.*)'$/, { en: "unknown command '$1'", zh: '未知命令“$1”' }],
  [
    /^too many arguments(?: for '(.*)')?\. Expected (\d+) arguments? but got (\d+)\.$/,
    { en: 'too many arguments: expected $2, got $3', zh: '参数过多：应为 $2 个，实际 $3 个' },
  ],
  [
    /^option '(.*)' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/,
    { en: "option '$1' argument '$2' is invalid. Allowed choices are $3.", zh: '选项“$1”的参数“$2”无效。可选：$3。' },
  ],
  [
    /^option '(.*)' argument '(.*)' is invalid\. (.*)$/,
    { en: "option '$1' argument '$2' is invalid. $3", zh: '选项“$1”的参数“$2”无效。$3' },
  ],
  [/^\(Did you mean one of (.*)\?\)$/, { en: 'Did you mean one of $1?', zh: '您是不是要输入 $1 之一？' }],
  [/^\(Did you mean (.*)\?\)$/, { en: 'Did you mean $1?', zh: '您是不是要输入 $1？' }],
]

function translated(line: string): string {
  for (const [mistake, words] of MISTAKES) if (mistake.test(line)) return line.replace(mistake, said(words))
  return line
}

/** The first line says what is wrong, the others what may have been meant. */
function tellMistake(text: string, write: (text: string) => void): void {
  const [what = '', ...more] = text
    .replace(/^error: /, '')
    .trimEnd()
    .split('\n')
  write(
    `${[`logstat: ${visible(translated(what))}`, ...more.map((line) => `         ${visible(translated(line))}`)].join('\n')}\n`,
  )
}

/** Have a command speak the language of the user, and throw what it cannot do. */
export function inWords(command: Command): Command {
  return command
    .helpOption('-h, --help', said({ en: 'print this help', zh: '显示此帮助' }))
    .exitOverride()
    .configureOutput({ outputError: tellMistake })
    .configureHelp({
      styleTitle: (title) => said(TITLES[title] ?? title),
      styleOptionDescription: (text) =>
        said({
          en: text,
          zh: text.replace(
            / \((choices: .*|default: .*)\)$/,
            (_, extra: string) =>
              `（${extra.replace('choices: ', '可选：').replace(/(, )?default: /, (_, comma) => `${comma ? '，' : ''}默认：`)}）`,
          ),
        }),
    })
}
