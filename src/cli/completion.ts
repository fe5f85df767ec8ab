import { script } from '@bomb.sh/tab'
import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { LogstatError } from '../errors.js'

// Completion of commands, options and their values in the shells, by @bomb.sh/tab. A shell runs the script that
// `logstat completion SHELL` prints, and the script asks `logstat complete -- WORD…` as somebody types.

const SHELLS = ['bash', 'zsh', 'fish', 'powershell']

/** `logstat completion SHELL` */
export function printScript(shell: string): number {
  if (!SHELLS.includes(shell))
    throw new LogstatError(
      'shell',
      { en: `"${shell}" is not a shell that can be completed`, zh: `不支持为“${shell}”生成补全` },
      { en: `Known shells: ${SHELLS.join(', ')}.`, zh: `支持的 shell：${SHELLS.join('、')}。` },
    )
  script(shell, 'logstat', 'logstat')
  return 0
}

/** Directives of the library: after 0 shells look for files, too, after 4 they do not. */
const FILES = ':0\n'
const NO_FILES = ':4\n'

/**
 * Print what a word can be completed to.
 *
 * @param program all commands, but none called completion or complete: the library adds these
 * @param words typed so far, without the command; the last one is unfinished */
export function printCompletions(program: Command, words: readonly string[]): void {
  const root = tab(program, { completionCommandName: 'completion' })
  const word = words.at(-1) ?? ''
  const found = printedBy(() => root.parse([...words])).filter((line) => !/^:\d+$/.test(line))
  const isOption = word.startsWith('-') && !word.includes('=')
  process.stdout.write(`${found.map((line) => `${line}\n`).join('')}${found.length > 0 || isOption ? NO_FILES : FILES}`)
}

/** Lines that the library prints; it tells shells not to look for files, and logs are files. */
function printedBy(work: () => void): string[] {
  const lines: string[] = []
  const { log } = console
  console.log = (line: string) => void lines.push(...line.split('\n'))
  try {
    work()
  } finally {
    console.log = log
  }
  return lines
}
