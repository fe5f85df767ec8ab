import { readFileSync, statSync } from 'node:fs'
import { LogstatError } from '../errors.js'
import type { Secret } from './target.js'

/** The text of a secret. @throws LogstatError when it is not there, or when others may read it */
export function secretOf(secret: Secret): string {
  if ('env' in secret) {
    const value = process.env[secret.env]
    if (value) return value
    throw new LogstatError(
      'secret',
      { en: `the environment variable ${secret.env} is not set`, zh: `未设置环境变量 ${secret.env}` },
      {
        en: 'Set it for the job, or keep the secret in a file of mode 0600.',
        zh: '请为该作业设置它，或将密钥存入权限为 0600 的文件。',
      },
    )
  }
  const { file } = secret
  try {
    const { mode } = statSync(file)
    // Windows has no such modes.
    if (process.platform === 'win32' || !(mode & 0o077)) return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new LogstatError(
      'secret',
      {
        en: `${file} cannot be read: ${(error as Error).message}`,
        zh: `无法读取 ${file}：${(error as Error).message}`,
      },
      {
        en: 'The file must hold the secret, and the job must be able to read it.',
        zh: '它应包含密钥，且该作业可以读取。',
      },
    )
  }
  throw new LogstatError(
    'secret',
    { en: `${file}: others may read this secret`, zh: `${file}：其他用户可以读取该密钥` },
    { en: `Keep it to its owner: chmod 600 ${file}`, zh: `请仅限所有者读取：chmod 600 ${file}` },
  )
}
