import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { LANGUAGES } from '../catalogue/note.js'
import { LogstatError } from '../errors.js'
import { SERVERS } from '../format/format.js'

// The command line: options in, a library call, an exit status out. What a command does is in its own file, loaded when it is called.

/**
 * Run logstat.
 *
 * @param argv arguments without `node` and the script
 * @returns the exit status: 0 done, 1 a threshold of the user's was passed, 2 it could not be done
 */
export async function main(argv: readonly string[]): Promise<number> {
  // The reader went away (`logstat … | head`): that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  let status = 0
  const program = makeProgram((result) => {
    status = result
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof LogstatError) {
      process.stderr.write(`logstat: ${error.message}\n${error.hint ? `         ${error.hint}\n` : ''}`)
      return 2
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

const OUTPUT_KINDS = ['text', 'json'] as const

function whole(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return n
}

const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value]

/** Options that several commands share, by name. */
const OPTIONS = {
  logFormat: () => new Option('--log-format <name>', 'the format of the logs (logstat formats lists them); found out when absent'),
  format: (kinds: readonly string[] = OUTPUT_KINDS) => new Option('--format <kind>', 'how to print').choices([...kinds]),
  output: () => new Option('-o, --output <file>', 'write the report to a file; its ending chooses the kind'),
  status: () => new Option('-s, --status <codes>', 'only these codes: 4xx,!404,401.2,503.*,401.1/1326,win32:64'),
  path: () => new Option('--path <pattern>', 'only this path; * stands for anything, ! in front leaves out; may be repeated').argParser(collect),
  client: () => new Option('--client <pattern>', 'only this client address').argParser(collect),
  method: () => new Option('--method <pattern>', 'only this method').argParser(collect),
  host: () => new Option('--host <pattern>', 'only this host or site').argParser(collect),
  since: () => new Option('--since <time>', 'only from this time on: 2026-11-22, "2026-11-22 14:00", 2026-11-22T14:00Z, 2h, 3d'),
  until: () => new Option('--until <time>', 'only before this time'),
  server: () => new Option('--server <name>', 'whose meaning a code has, in place of what the log implies').choices([...SERVERS]),
  lang: (choices: readonly string[] = LANGUAGES) => new Option('--lang <language>', 'language of explanations').choices([...choices]).default('en'),
  tz: () => new Option('--tz <zone>', 'time zone of printed times and of days, e.g. Asia/Shanghai').default(undefined, 'the zone of this machine'),
  top: () => new Option('--top <n>', 'values shown of each list').argParser(whole).default(10),
  db: () => new Option('--db <file>', 'the database'),
  color: () => new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'),
  jobs: () => new Option('-j, --jobs <n>', 'threads to read with; the result is the same for any number').argParser(whole).default(undefined, 'one a core'),
  force: () => new Option('--force', 'read a log although most of its lines are not understood'),
  quiet: () => new Option('-q, --quiet', 'no progress and no notes on standard error'),
  failOn: () => new Option('--fail-on <threshold>', "exit with 1 when passed, e.g. '5xx > 2%' or '503.* > 10'; may be repeated").argParser(collect),
} as const

function makeProgram(done: (status: number) => void): Command {
  const program = new Command('logstat')
  const add = (command: Command, ...options: Option[]): Command => {
    for (const option of options) command.addOption(option)
    return command
  }
  const reading = (): Option[] => [OPTIONS.logFormat(), OPTIONS.server(), OPTIONS.jobs(), OPTIONS.force(), OPTIONS.quiet()]
  const filtering = (): Option[] => [OPTIONS.since(), OPTIONS.until(), OPTIONS.path(), OPTIONS.client(), OPTIONS.method(), OPTIONS.host()]
  const printing = (): Option[] => [OPTIONS.format(), OPTIONS.output(), OPTIONS.status(), OPTIONS.lang(), OPTIONS.tz(), OPTIONS.top(), OPTIONS.color()]

  program
    .description(
      'Reads web access logs (nginx, Apache, IIS) and explains the status codes in them:\nwhat each means, whether it is a problem, who is affected since when, and what to check first.',
    )
    .argument('[paths...]', 'logs, directories or patterns; - is standard input')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'logstat: ')) })
    .showHelpAfterError('         See: logstat --help')
    .addHelpText('after', HELP_EXAMPLES)
  add(program, ...reading(), ...printing(), ...filtering()).action(async (paths: string[], options) => {
    if (paths.length === 0 && process.stdin.isTTY) return program.outputHelp()
    const { report } = await import('./report.js')
    done(await report(paths.length ? paths : ['-'], options))
  })

  add(
    program.command('ingest').description('add logs to a database, each line once').argument('<paths...>', 'logs, directories or patterns'),
    OPTIONS.db().makeOptionMandatory(),
    OPTIONS.tz(),
    ...reading(),
  ).action(async (paths: string[], options) => done(await (await import('./ingest.js')).ingest(paths, options)))

  add(program.command('report').description('print the report of a database'), OPTIONS.db().makeOptionMandatory(), OPTIONS.server(), ...printing()).action(
    async (options) => done(await (await import('./report.js')).reportDatabase(options)),
  )

  add(
    program.command('iis').description('the IIS breakdown: status, sub-status, Win32 status').argument('[paths...]', 'logs, directories or patterns'),
    OPTIONS.db(),
    ...reading(),
    ...printing(),
    ...filtering(),
  ).action(async (paths: string[], options) => done(await (await import('./report.js')).iis(paths, options)))

  add(
    program
      .command('summary')
      .description('for cron: read what is new, report the last complete day, alert')
      .argument('[paths...]', 'logs, directories or patterns'),
    OPTIONS.db().makeOptionMandatory(),
    OPTIONS.failOn(),
    new Option('--day <date>', 'report this day (YYYY-MM-DD)'),
    ...reading(),
    ...printing(),
  ).action(async (paths: string[], options) => done(await (await import('./summary.js')).summary(paths, options)))

  add(
    program.command('explain').description('explain codes: 403.14 · 401.1/2148074254 · win32:64 · 0x8007007E · httperr:QueueFull').argument('<codes...>'),
    OPTIONS.server(),
    OPTIONS.lang([...LANGUAGES, 'both']),
    OPTIONS.format(['text', 'json', 'md']),
    OPTIONS.color(),
  ).action(async (codes: string[], options) => done(await (await import('./explain.js')).explainCodes(codes, options)))

  add(
    program.command('codes').description('list the catalogue, or search it').argument('[words...]', 'a code, or words in English or Chinese'),
    OPTIONS.server(),
    OPTIONS.lang(),
    OPTIONS.format(['text', 'json', 'md']),
    OPTIONS.color(),
  ).action(async (words: string[], options) => done(await (await import('./codes.js')).codes(words, options)))

  add(program.command('formats').description('list the log formats known'), OPTIONS.format()).action(async (options) =>
    done(await (await import('./formats.js')).formats(options)),
  )

  add(program.command('detect').description('what a file is, and why').argument('<paths...>'), OPTIONS.logFormat(), OPTIONS.format(), OPTIONS.color()).action(
    async (paths: string[], options) => done(await (await import('./detect.js')).detectFiles(paths, options)),
  )

  for (const command of program.commands) command.exitOverride().configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'logstat: ')) })
  return program
}

const HELP_EXAMPLES = `
Examples:
  logstat access.log                         what the codes in a log mean
  logstat /var/log/nginx                     all logs of a directory, packed ones too
  logstat iis u_ex*.log                      IIS: status, sub-status, Win32 status
  logstat explain 500.19/126 --lang zh       one code
  logstat summary --db logs.db /var/log/nginx --fail-on '5xx > 2%'

Exit status: 0 done, 1 a threshold was passed, 2 it could not be done.`

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
