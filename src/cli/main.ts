import { lstatSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { Words } from '../errors.js'
import { databaseError } from '../store/error.js'
import { inWords } from './commander-words.js'
import { COMMANDS, type CommandRecord } from './commands.js'
import { CONFIG_FILE, type Config, NO_CONFIG } from './config-file.js'
import { said, speakTo, tell, tellError } from './messages.js'
import { refuseCommand } from './misspelt.js'
import { optionIn } from './option-in.js'
import * as options from './options.js'
import { originOf } from './origin.js'
import { filesOf, protect } from './protect.js'

// The command line: options in, a library call, an exit status out.

/** Parse the arguments and do what they say. @returns the exit status */
export async function main(argv: readonly string[], version: string): Promise<number> {
  // A file that may not grow further is a full disk: an error to be told, not the end of the program.
  process.on('SIGXFSZ' as NodeJS.Signals, () => {})
  let status = 0
  speakTo(argv)
  try {
    const asksForHelp = argv.some((a) => /^(?:-h|--help|-V|--version)$/.test(a)) || argv[0] === 'help'
    const config = asksForHelp ? NO_CONFIG : await configFor(argv)
    speakTo(argv, config.lang)
    if (config.found !== undefined && process.stderr.isTTY)
      tell({
        en: `settings are taken from ${config.found} in this directory`,
        zh: `设置取自此目录中的 ${config.found}`,
      })
    // A shell asks as somebody types.
    if (argv[0] === 'complete' && argv[1] === '--') {
      const { printCompletions } = await import('./completion.js')
      printCompletions(
        makeProgram(version, NO_CONFIG, () => {}, completed),
        argv.slice(2),
      )
      return 0
    }
    const program = makeProgram(version, config, (result) => {
      status = result
    })
    program.hook('preAction', (_, command) => {
      const { output, db } = command.opts<{ output?: string; db?: string }>()
      command.setOptionValueWithSource('origin', originOf(command), 'config')
      protect(output, [optionIn(argv, '--config') ?? CONFIG_FILE, ...(db === undefined ? [] : filesOf(db))])
    })
    await program.parseAsync(argv, { from: 'user' })
    return status
  } catch (caught) {
    if (caught instanceof CommanderError) return caught.exitCode === 0 ? 0 : 2
    tellError(databaseError(optionIn(argv, '--db') ?? null, caught))
    return 2
  }
}

/** The configuration, if there is one: reading it takes all that is known of formats. */
async function configFor(argv: readonly string[]): Promise<Config> {
  // The configuration must be known before options are parsed, since it sets the values of absent ones.
  const named = optionIn(argv, '--config')
  if (named === undefined && lstatSync(CONFIG_FILE, { throwIfNoEntry: false }) === undefined) return NO_CONFIG
  const { readConfig, readFoundConfig } = await import('./config.js')
  return named === undefined ? readFoundConfig() : readConfig(named)
}

/** Let a command take from the configuration what its options do not say. */
function applyConfig(command: Command, config: Config): void {
  for (const option of command.options) {
    const name = option.attributeName() as keyof Config
    // A zone of a format goes before the one in general: see readOptions.
    if (name === 'logTz' || name === 'formats' || config[name] === undefined) continue
    // A database that a command can do without would take the place of the logs that are named.
    if (name === 'db' && !option.mandatory) continue
    if (name === 'server' && !option.argChoices) continue
    command.setOptionValueWithSource(name, config[name], 'config')
  }
  command.setOptionValueWithSource('settings', config, 'config')
}

/** Commands that completion knows; its own it adds itself. */
const completed = COMMANDS.filter(({ name }) => name !== 'completion')

/** The command line as commander knows it. @param done gets the exit status */
export function makeProgram(
  version: string,
  config: Config,
  done: (status: number) => void,
  commands = COMMANDS,
): Command {
  const program = inWords(new Command('logstat'))
    .description(
      said({
        en: 'Reads web access logs (nginx, Apache, IIS) and explains the status codes in them: what each means, whether it is a problem, who is affected since when, and what to check first.',
        zh: '读取 Web 访问日志（nginx、Apache、IIS）并解释其中的状态码：含义、是否有问题、何时开始影响了谁，以及首先检查什么。',
      }),
    )
    .argument(
      '[paths...]',
      said({
        en: 'log files, directories or patterns such as "logs/u_ex*.log"; - is standard input',
        zh: '日志文件、目录或通配符，例如 "logs/u_ex*.log"；- 表示标准输入',
      }),
    )
    .version(version, '-V, --version', said({ en: 'print the version', zh: '显示版本' }))
    .helpCommand('help [command]', said({ en: 'print the help of a command', zh: '显示某个命令的帮助' }))
    .enablePositionalOptions()
    .showHelpAfterError(`         ${said({ en: 'See: logstat --help', zh: '参见：logstat --help' })}`)
    .addHelpText('after', said(EXAMPLES))
  for (const option of [
    options.failOn(),
    options.minRequests(),
    ...options.reading(),
    ...options.printing(),
    options.brief(),
    ...options.filtering(),
    ...options.comparing(),
  ])
    program.addOption(option)
  program.action(async (paths: string[]) => {
    if (paths.length === 0 && process.stdin.isTTY) return program.outputHelp()
    refuseCommand(paths)
    const { report } = await import('./report.js')
    done(await report(paths.length ? paths : ['-'], program.opts()))
  })
  for (const record of commands) addCommand(program, record, done)
  for (const command of [program, ...program.commands]) {
    command.addOption(options.config())
    applyConfig(command, config)
  }
  return program
}

function addCommand(
  program: Command,
  { name, about, operands, options, run }: CommandRecord,
  done: (status: number) => void,
): void {
  const command = inWords(program.command(name)).description(said(about))
  for (const syntax of operands?.[0].split(' ') ?? []) command.argument(syntax, said(operands?.[1] as Words))
  for (const option of options()) command.addOption(option)
  command.action(async () => done(await run(command.args, command)))
}

const EXAMPLES = {
  en: `
Examples:
  logstat access.log                         what the codes in a log mean
  logstat /var/log/nginx                     every log in a directory, compressed ones included
  logstat iis u_ex*.log                      IIS: status, sub-status, Win32 status
  logstat access.log -s 5xx --since 2h       only these codes, of the last two hours
  logstat explain 500.19/126 --lang zh       one code, in Chinese
  logstat summary --db logs.db /var/log/nginx --fail-on '5xx > 2%'

Exit status: 0 done, 1 a threshold was exceeded, 2 something could not be read or done.`,
  zh: `
示例：
  logstat access.log                         日志中各状态码的含义
  logstat /var/log/nginx                     目录中的所有日志，包括压缩的
  logstat iis u_ex*.log                      IIS：状态码、子状态、Win32 状态
  logstat access.log -s 5xx --since 2h       只看最近两小时的这些状态码
  logstat explain 500.19/126 --lang zh       用中文解释一个状态码
  logstat summary --db logs.db /var/log/nginx --fail-on '5xx > 2%'

退出状态：0 完成，1 超过阈值，2 有内容无法读取或无法完成。`,
}
