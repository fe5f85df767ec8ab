import type { Command } from 'commander'

// The manual page, made of the command tree: what --help says is what `man logstat` says.

/** A text in roff: nothing in it is a request or an escape. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/^([.'])/gm, '\\&$1')
}

/** @param date of the release, `2026-12-01` */
export function manPage(program: Command, version: string, date: string): string {
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
  return [
    `.TH LOGSTAT 1 "${date}" "logstat ${version}" "User Commands"`,
    '.SH NAME',
    'logstat \\- explain the status codes in web access logs',
    '.SH SYNOPSIS',
    ...[program, ...commands].flatMap((command) => [`.B ${roff(nameOf(command))}`, roff(usageOf(command)), '.br']),
    '.SH DESCRIPTION',
    roff(program.description()),
    ...operandsOf(program),
    '.SH OPTIONS',
    ...optionsOf(program),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS ${roff(nameOf(command))} ${roff(usageOf(command))}`,
      roff(command.description()),
      ...operandsOf(command),
      ...optionsOf(command),
    ]),
    '.SH EXIT STATUS',
    ...definition('0', 'done; an empty log is fine'),
    ...definition('1', 'a threshold was exceeded'),
    ...definition('2', 'something could not be read, judged or done'),
    '.SH ENVIRONMENT',
    ...definition('LANG', 'language of what is printed: English, or Chinese for zh'),
    ...definition('NO_COLOR', 'no colours'),
    ...definition('LOGSTAT_PAGER, PAGER', 'shows reports that are longer than the terminal'),
    '.SH FILES',
    ...definition('logstat.config.json', 'custom formats and default options, in the current directory'),
    '',
  ].join('\n')
}

const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()

const usageOf = (command: Command): string =>
  ['[options]', ...command.registeredArguments.map((argument) => operand(argument))].join(' ')

function operand(argument: Command['registeredArguments'][number]): string {
  const word = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? word : `[${word}]`
}

const definition = (term: string, text: string): string[] => ['.TP', `.B ${roff(term)}`, roff(text)]

const operandsOf = (command: Command): string[] =>
  command.registeredArguments
    .filter(({ description }) => description !== '')
    .flatMap((argument) => definition(argument.name(), argument.description))

function optionsOf(command: Command): string[] {
  const help = command.createHelp()
  return help.visibleOptions(command).flatMap((option) => definition(option.flags, help.optionDescription(option)))
}
