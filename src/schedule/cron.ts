import type { Plan } from './plan.js'

// A block of a crontab: lines between its marks are logstat's, and no others.

const marks = (name: string): [string, string] => [`# BEGIN logstat ${name}`, `# END logstat ${name}`]

export function cronBlock({ name, period, hour, minute, command }: Plan): string {
  const [begin, end] = marks(name)
  const when = {
    hour: `${minute} * * * *`,
    day: `${minute} ${hour} * * *`,
    week: `${minute} ${hour} * * 1`,
    month: `${minute} ${hour} 1 * *`,
  }[period]
  return `${begin}\n# cron mails what is printed to MAILTO; secrets of the job must be in files, or be set above this line.\n${when} ${command.map(cronWord).join(' ')}\n${end}\n`
}

/** A word for the shell, in a line where cron takes `%` for a line's end. */
function cronWord(word: string): string {
  const quoted = /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
  return quoted.replaceAll('%', '\\%')
}

/** A crontab without the block of a job. */
export function withoutBlock(crontab: string, name: string): string {
  const [begin, end] = marks(name)
  const lines = crontab.split('\n')
  const from = lines.indexOf(begin)
  const to = lines.indexOf(end, from)
  if (from === -1 || to === -1) return crontab
  return [...lines.slice(0, from), ...lines.slice(to + 1)].join('\n')
}

/** A crontab with the block of a job, in the place of the one that it had. */
export function withBlock(crontab: string, plan: Plan): string {
  const rest = withoutBlock(crontab, plan.name)
  return `${rest}${rest === '' || rest.endsWith('\n') ? '' : '\n'}${cronBlock(plan)}`
}
