import { secretOf } from '../deliver/secret.js'
import { nameOf, type Secret, type Target, WEB_KINDS } from '../deliver/target.js'
import { LogstatError } from '../errors.js'
import { readConfig } from './config.js'
import { CONFIG_FILE, type Config } from './config-file.js'
import { said, tell } from './messages.js'
import { write } from './print.js'

/**
 * `logstat config check [FILE]`: what a configuration says, and whether its secrets can be read.
 *
 * @returns 2 when one cannot
 */
export async function configCheck(
  [action, named]: readonly string[],
  { settings }: { settings?: Config },
): Promise<number> {
  if (action !== 'check')
    throw new LogstatError(
      'config',
      { en: `logstat config has no command ${action}`, zh: `logstat config 没有命令 ${action}` },
      { en: 'Write: logstat config check [FILE]', zh: '请写成：logstat config check [FILE]' },
    )
  const file = named ?? settings?.found ?? CONFIG_FILE
  const { formats, summaries = {} } = readConfig(file)
  const jobs = Object.entries(summaries)
  await write(
    [
      said({
        en: `${file}: ok, ${formats.length} formats, ${jobs.length} summaries`,
        zh: `${file}：正确，${formats.length} 个格式，${jobs.length} 个汇总作业`,
      }),
      ...jobs.map(([name, job]) =>
        [
          `  ${name}: ${job.period ?? 'day'}  ${job.db}`,
          ...(job.deliver ?? []).map((target) => `    → ${nameOf(target)}`),
        ].join('\n'),
      ),
    ]
      .join('\n')
      .concat('\n'),
  )
  let isWhole = true
  for (const secret of jobs.flatMap(([, { deliver = [] }]) => deliver.flatMap(secretsOf))) {
    try {
      secretOf(secret)
    } catch (error) {
      if (!(error instanceof LogstatError)) throw error
      tell(error.words, error.remedy)
      isWhole = false
    }
  }
  return isWhole ? 0 : 2
}

function secretsOf(target: Target): Secret[] {
  const web = WEB_KINDS.flatMap((kind) => target[kind] ?? [])
  const all = [
    target.mail?.password,
    ...web.flatMap(({ url, token }) => [typeof url === 'string' ? undefined : url, token]),
  ]
  return all.filter((secret) => secret !== undefined)
}
