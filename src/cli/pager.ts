import { spawnSync } from 'node:child_process'

// A text that does not fit on the terminal goes through a pager, as with git.

/** A command, and whether a shell has to read it. */
interface Pager {
  readonly command: string
  readonly args: readonly string[]
}

const isWindows = process.platform === 'win32'

/** Characters that mean something to a shell: git hands a command that has any of these to `sh`. */
const FOR_A_SHELL = /[|&;<>()$`\\"'\s*?[#~=%]/

/**
 * The pager that the environment asks for: `$LOGSTAT_PAGER`, else `$PAGER`, else less. Undefined when it asks for none:
 * an empty value, or `cat`.
 */
export function pagerOf(env: NodeJS.ProcessEnv, windows = isWindows): Pager | undefined {
  const command = (env.LOGSTAT_PAGER ?? env.PAGER ?? 'less').trim()
  if (command === '' || command === 'cat') return undefined
  if (!windows) return FOR_A_SHELL.test(command) ? { command: '/bin/sh', args: ['-c', command] } : { command, args: [] }
  const [program = '', ...args] = (command.match(/"[^"]*"|[^\s"]+/g) ?? []).map((word) => word.replaceAll('"', ''))
  return { command: program, args }
}

/** Status of a shell that found no such command. */
const NOT_FOUND = 127

/**
 * Show a text through the pager, until the user leaves it.
 *
 * @returns false when there is no pager, or none that starts: nothing was shown then
 */
export function page(text: string, env = process.env): boolean {
  const pager = pagerOf(env)
  if (!pager) return false
  // Ctrl-C is the pager's while it runs: it reaches this process, too, which must not leave the terminal to both.
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  try {
    const { status, error } = spawnSync(pager.command, pager.args, {
      input: text,
      stdio: ['pipe', 'inherit', 'inherit'],
      // As git: colours are shown (R), and what fits stays on the screen (F, X).
      env: { LESS: 'FRX', LV: '-c', ...env },
    })
    // A user who leaves before the end closes the pipe: that is no failure.
    if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') return false
    return status !== NOT_FOUND
  } finally {
    process.off('SIGINT', ignore)
  }
}
