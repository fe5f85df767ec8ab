import { existsSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { LANGUAGES } from '../catalogue/note.js'
import { SERVERS } from '../format/format.js'
import { visible } from '../render/visible.js'
import { databaseError } from '../store/error.js'
import { CONFIG_FILE, type Config, NO_CONFIG } from './config-file.js'
import { duration } from './duration.js'
import { speakTo, systemLanguage, tellError } from './messages.js'
import { optionIn } from './option-in.js'
import { filesOf, protect } from './protect.js'

// The command line: options in, a library call, an exit status out. What a command does is in its own file, loaded when it is called.

/** Parse the arguments and do what they say. @returns the exit status */
export async function main(argv: readonly string[], version: string): Promise<number> {
  // A file that may not grow further is a full disk: an error to be told, not the end of the program.
  process.on('SIGXFSZ' as NodeJS.Signals, () => {})
  let status = 0
  speakTo(argv)
  try {
    const asksForHelp = argv.some((a) => /^(?:-h|--help|-V|--version)$/.test(a))
    const config = asksForHelp ? NO_CONFIG : await configFor(argv)
    speakTo(argv, config.lang)
    const program = makeProgram(version, config, (result) => {
      status = result
    })
    program.hook('preAction', (_, command) => {
      const { output, db } = command.opts<{ output?: string; db?: string }>()
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
  // It must be known before the other options are read, since it says what they are when they are absent.
  const named = optionIn(argv, '--config')
  if (named === undefined && !existsSync(CONFIG_FILE)) return NO_CONFIG
  const { readConfig } = await import('./config.js')
  return readConfig(named ?? CONFIG_FILE)
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

const OUTPUT_KINDS = ['text', 'json'] as const

function whole(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return n
}

const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value]

/** What commander says of options that are none: lines, one of which may hold what was typed. */
function tellMistake(text: string, write: (text: string) => void): void {
  write(
    text
      .replace(/^error: /, 'logstat: ')
      .split('\n')
      .map(visible)
      .join('\n'),
  )
}

/** Options that several commands share, by name. */
const OPTIONS = {
  logTz: () => new Option('--log-tz <zone>', 'zone of times that carry none (HAProxy, IIS native format)').default(undefined, 'UTC'),
  logFormat: () =>
    new Option(
      '--log-format <format>',
      'a name (logstat formats lists them), a pasted log_format or LogFormat, or the path of an nginx.conf; found out when absent',
    ),
  pattern: () => new Option('--pattern <regex>', "read lines by a regular expression with named groups: '(?<clientIp>\\S+) … (?<status>\\d{3})'"),
  fields: () => new Option('--fields <names>', "the fields of a W3C log that has lost its #Fields line: 'date time c-ip cs-method … sc-status'"),
  format: (kinds: readonly string[] = OUTPUT_KINDS) => new Option('--format <kind>', 'kind of output').choices([...kinds]),
  output: () => new Option('-o, --output <file>', 'write to a file instead; its ending (.txt, .json) chooses the kind'),
  status: () => new Option('-s, --status <codes>', 'only these codes, ! leaves out: 4xx,!404,401.2,503.*,401.1/1326,win32:64'),
  path: () =>
    new Option('--path <pattern>', 'only this path, without its query; * stands for anything, ! in front leaves out; may be repeated').argParser(collect),
  client: () => new Option('--client <pattern>', 'only this client address, e.g. "192.0.2.*"; as --path').argParser(collect),
  method: () => new Option('--method <pattern>', 'only this method; as --path').argParser(collect),
  host: () => new Option('--host <pattern>', 'only this host or site, where the log names one; as --path').argParser(collect),
  since: () => new Option('--since <time>', 'only from this time on: 2026-11-22, "2026-11-22 14:00" (in --tz), 2026-11-22T14:00Z, or 2h, 3d for so long ago'),
  until: () => new Option('--until <time>', 'only before this time, written likewise'),
  server: () => new Option('--server <name>', 'explain codes as this server means them, whatever the log implies').choices([...SERVERS]),
  owner: () => new Option('--server <name>', 'whose meaning a code has: iis, nginx, cloudflare, …'),
  lang: (choices: readonly string[] = LANGUAGES) =>
    new Option('--lang <language>', 'language of the report and its explanations').choices([...choices]).default(systemLanguage()),
  tz: () => new Option('--tz <zone>', 'time zone of printed times and of days, e.g. Asia/Shanghai (default: that of this machine)'),
  top: () => new Option('--top <n>', 'how many paths, clients, … of each list the report holds').argParser(whole).default(10),
  db: () => new Option('--db <file>', 'the database, a file of SQLite'),
  color: () =>
    new Option('--color <when>', 'whether to print in colours; auto: on a terminal, unless NO_COLOR is set')
      .choices(['auto', 'always', 'never'])
      .default('auto'),
  force: () => new Option('--force', 'read a log although most of its lines are not understood'),
  jobs: () => new Option('-j, --jobs <n>', 'threads to read with (default: one a core); the result is the same for any number').argParser(whole),
  config: () => new Option('--config <file>', 'formats of your own and what options are when absent (default: logstat.config.json, if it is there)'),
  quiet: () => new Option('-q, --quiet', 'no progress and no notes on standard error'),
  failOn: () =>
    new Option('--fail-on <threshold>', "exit with 1 when the day passes this, e.g. '5xx > 2%' (of its requests) or '503.* > 10'; may be repeated").argParser(
      collect,
    ),
} as const

function makeProgram(version: string, config: Config, done: (status: number) => void): Command {
  const program = new Command('logstat')
  const add = (command: Command, ...options: Option[]): Command => {
    for (const option of options) command.addOption(option)
    return command
  }
  const group = (heading: string, ...options: Option[]): Option[] => options.map((option) => option.helpGroup(heading))
  const formats = (): Option[] => group('Reading:', OPTIONS.logFormat(), OPTIONS.pattern(), OPTIONS.fields())
  const reading = (): Option[] => group('Reading:', ...formats(), OPTIONS.logTz(), OPTIONS.server(), OPTIONS.jobs(), OPTIONS.force(), OPTIONS.quiet())
  const filtering = (): Option[] =>
    group('Choosing requests:', OPTIONS.since(), OPTIONS.until(), OPTIONS.path(), OPTIONS.client(), OPTIONS.method(), OPTIONS.host())
  const printing = (): Option[] => [
    ...group('Choosing requests:', OPTIONS.status()),
    ...group('Printing:', OPTIONS.format(), OPTIONS.output(), OPTIONS.lang(), OPTIONS.tz(), OPTIONS.top(), OPTIONS.color()),
  ]

  program
    .description(
      'Reads web access logs (nginx, Apache, IIS) and explains the status codes in them: what each means, whether it is a problem, who is affected since when, and what to check first.',
    )
    .argument('[paths...]', 'log files, directories or patterns such as "logs/u_ex*.log"; - is standard input')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: tellMistake })
    .showHelpAfterError('         See: logstat --help')
    .addHelpText('after', HELP_EXAMPLES)
  add(program, ...reading(), ...printing(), ...filtering()).action(async (paths: string[], options) => {
    if (paths.length === 0 && process.stdin.isTTY) return program.outputHelp()
    const { report } = await import('./report.js')
    done(await report(paths.length ? paths : ['-'], options))
  })

  add(
    program
      .command('ingest')
      .description('add logs to a database; lines that are in it already are not counted again')
      .argument('<paths...>', 'log files, directories or patterns'),
    OPTIONS.db().makeOptionMandatory(),
    OPTIONS.tz(),
    new Option('--source <name>', 'what standard input is called; every line of it is added, also if it was added before'),
    new Option('--anonymize <how>', 'keep no full addresses of clients in this database').choices(['truncate', 'hash']),
    new Option('--follow', 'go on as the logs grow and rotate, until interrupted'),
    new Option('--interval <seconds>', 'how often --follow looks').argParser(whole).default(3),
    ...reading(),
  ).action(async (paths: string[], options) => done(await (await import('./ingest.js')).ingest(paths, options)))

  add(
    program.command('sources').description('list what was read into a database, up to where and when'),
    OPTIONS.db().makeOptionMandatory(),
    OPTIONS.tz(),
    OPTIONS.format(),
  ).action(async (options) => done(await (await import('./sources.js')).sources(options)))

  add(
    program
      .command('forget')
      .description('undo an import: take what was counted of a log out of a database')
      .argument('<sources...>', 'logs, or their numbers in logstat sources'),
    OPTIONS.db().makeOptionMandatory(),
    OPTIONS.quiet(),
  ).action(async (names: string[], options) => done(await (await import('./forget.js')).forget(names, options)))

  add(
    program
      .command('merge')
      .description('join databases, of several servers for example, into a new one')
      .argument('<databases...>', 'databases that logstat ingest made'),
    new Option('-o, --output <file>', 'the new database').makeOptionMandatory(),
    OPTIONS.quiet(),
  ).action(async (files: string[], options) => done(await (await import('./merge.js')).merge(files, options)))

  add(
    program.command('prune').description('keep a database small: drop what is old, count by the hour or by the day from an age on'),
    OPTIONS.db().makeOptionMandatory(),
    new Option('--keep <age>', 'delete counts that are older, e.g. 90d').argParser(duration),
    new Option('--minutes <age>', 'from this age on, count by the hour; remembered').argParser(duration),
    new Option('--hours <age>', 'from this age on, count by the day; remembered').argParser(duration),
    OPTIONS.tz(),
    OPTIONS.quiet(),
  ).action(async (options) => done(await (await import('./prune.js')).pruneDatabase(options)))

  add(program.command('doctor').description('check whether a database is sound'), OPTIONS.db().makeOptionMandatory()).action(async (options) =>
    done(await (await import('./doctor.js')).doctor(options)),
  )

  add(program.command('report').description('report what a database holds'), OPTIONS.db().makeOptionMandatory(), OPTIONS.server(), ...printing()).action(
    async (options) => done(await (await import('./report.js')).reportDatabase(options)),
  )

  add(
    program
      .command('query')
      .description('ask a database in SQL (read-only), or by the name of a ready question; without either, list the ready questions')
      .argument('[question]', "a name of that list, or SQL: 'SELECT …'"),
    OPTIONS.db(),
    new Option('--schema', 'print the tables and views'),
    OPTIONS.format(['text', 'csv', 'tsv', 'json']),
    new Option('-o, --output <file>', 'write to a file; the ending .csv, .tsv or .json chooses the kind'),
    OPTIONS.lang(),
  ).action(async (question: string | undefined, options) => done(await (await import('./query.js')).query(question, options)))

  add(
    program
      .command('iis')
      .description('break down IIS logs, or a database of them: status, then sub-status, then Win32 status')
      .argument('[paths...]', 'log files, directories or patterns'),
    OPTIONS.db(),
    ...reading(),
    ...printing(),
    ...filtering(),
  ).action(async (paths: string[], options) => done(await (await import('./report.js')).iis(paths, options)))

  add(
    program
      .command('summary')
      .description('for cron: add what is new in the logs, report the last complete day beside the day before, alert')
      .argument('[paths...]', 'log files, directories or patterns'),
    OPTIONS.db().makeOptionMandatory(),
    OPTIONS.failOn(),
    new Option('--day <date>', 'report this day (YYYY-MM-DD), not the last complete one'),
    ...reading(),
    ...printing(),
  ).action(async (paths: string[], options) => done(await (await import('./summary.js')).summary(paths, options)))

  add(
    program
      .command('explain')
      .description('explain codes, without a log')
      .argument('<codes...>', 'e.g. 404, 403.14, 401.1/2148074254, 4xx, win32:64, 0x8007007E, httperr:QueueFull'),
    OPTIONS.owner(),
    OPTIONS.lang([...LANGUAGES, 'both']),
    OPTIONS.format(['text', 'json', 'md']),
    OPTIONS.color(),
  ).action(async (codes: string[], options) => done(await (await import('./explain.js')).explainCodes(codes, options)))

  add(
    program
      .command('codes')
      .description('list the codes that are explained, or search them')
      .argument('[words...]', 'a code, or words in English or Chinese; all of them must occur'),
    OPTIONS.owner(),
    OPTIONS.lang(),
    OPTIONS.format(['text', 'json', 'md']),
    OPTIONS.color(),
  ).action(async (words: string[], options) => done(await (await import('./codes.js')).codes(words, options)))

  add(program.command('formats').description('list the log formats that are read'), OPTIONS.format()).action(async (options) =>
    done(await (await import('./formats.js')).formats(options)),
  )

  add(
    program.command('detect').description('tell the format of logs, and by what it is known').argument('<paths...>', 'log files, directories or patterns'),
    ...formats(),
    OPTIONS.format(),
    OPTIONS.color(),
  ).action(async (paths: string[], options) => done(await (await import('./detect.js')).detectFiles(paths, options)))

  for (const command of [program, ...program.commands]) {
    command.addOption(OPTIONS.config())
    applyConfig(command, config)
  }
  for (const command of program.commands) command.exitOverride().configureOutput({ outputError: tellMistake })
  return program
}

const HELP_EXAMPLES = `
Examples:
  logstat access.log                         what the codes in a log mean
  logstat /var/log/nginx                     all logs of a directory, packed ones too
  logstat iis u_ex*.log                      IIS: status, sub-status, Win32 status
  logstat access.log -s 5xx --since 2h       only these codes, of the last two hours
  logstat explain 500.19/126 --lang zh       one code, in Chinese
  logstat summary --db logs.db /var/log/nginx --fail-on '5xx > 2%'

Exit status: 0 done, 1 a threshold was passed, 2 something could not be read or done.`
