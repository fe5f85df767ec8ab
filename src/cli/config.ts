import { lstatSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { nearestName } from '../edit-distance.js'
import { LogstatError, type Words, within } from '../errors.js'
import { compileOwn } from '../format/asked.js'
import type { OwnFormat } from '../format/own.js'
import { checkZone } from '../time-zone.js'
import { CONFIG_FILE, type Config, NO_CONFIG } from './config-file.js'
import { checkJobs } from './job.js'
import { tell } from './messages.js'

// Reading logstat.config.json. docs/logstat.config.schema.json says what may stand in it, to editors and here.

/**
 * Read a configuration.
 *
 * @throws LogstatError naming the file, the key and what is expected there
 */
export function readConfig(file: string): Config {
  const value = parse(file)
  const problem = problemOf(value, schema(), [])
  if (problem) throw refused(file, problem)
  const {
    formats,
    db,
    summaries,
    $schema: _,
    ...rest
  } = value as Omit<Config, 'formats'> & { readonly $schema?: string; readonly formats?: Record<string, object> }
  for (const key of ['tz', 'logTz'] as const) inside(file, key, () => rest[key] !== undefined && checkZone(rest[key]))
  const own = Object.entries(formats ?? {}).map(([name, format]): OwnFormat => ({ ...format, name }))
  for (const format of own) {
    inside(file, `formats.${format.name}`, () => {
      compileOwn(format)
      if (format.logTz !== undefined) checkZone(format.logTz)
    })
  }
  return {
    ...rest,
    formats: own,
    ...(db === undefined ? {} : { db: resolve(dirname(file), db) }),
    ...(summaries ? { summaries: checkJobs(summaries, file, (key, work) => inside(file, key, work)) } : {}),
  }
}

/**
 * Read the configuration in the working directory, if it can be trusted: somebody else may have put it there. One that
 * cannot is told, and not read.
 */
export function readFoundConfig(): Config {
  const reason = distrust(CONFIG_FILE)
  if (reason === undefined) return { ...readConfig(CONFIG_FILE), found: CONFIG_FILE }
  tell(
    {
      en: `${CONFIG_FILE} in this directory is not read: ${reason.en}`,
      zh: `未读取此目录中的 ${CONFIG_FILE}：${reason.zh}`,
    },
    { en: `To read it all the same: --config ${CONFIG_FILE}`, zh: `如仍要读取：--config ${CONFIG_FILE}` },
  )
  return NO_CONFIG
}

const MAX_BYTES = 1 << 20

/** Why a file that nobody named is not to be trusted. */
function distrust(file: string): Words | undefined {
  const stat = lstatSync(file)
  const { uid, mode, size } = stat
  if (!stat.isFile()) return { en: 'it is not a regular file', zh: '它不是普通文件' }
  if (size > MAX_BYTES) return { en: 'it is larger than 1 MiB', zh: '它大于 1 MiB' }
  // Windows has neither.
  const user = process.getuid?.()
  if (user === undefined) return undefined
  if (uid !== user && uid !== 0) return { en: 'it belongs to another user', zh: '它属于其他用户' }
  return mode & 0o022 ? { en: 'others may write it (chmod go-w)', zh: '其他用户可以写入它（chmod go-w）' } : undefined
}

function parse(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8').replace(/^\ufeff/, '')
  } catch (error) {
    throw new LogstatError(
      'config',
      {
        en: `${file}: the configuration cannot be read: ${(error as Error).message}`,
        zh: `${file}：无法读取配置：${(error as Error).message}`,
      },
      { en: 'Check the path after --config.', zh: '请检查 --config 后的路径。' },
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new LogstatError(
      'config',
      { en: `${file}: no JSON: ${(error as Error).message}`, zh: `${file}：不是 JSON：${(error as Error).message}` },
      { en: 'Check quotes and commas there; JSON knows no comments.', zh: '请检查引号和逗号；JSON 不支持注释。' },
    )
  }
}

/** Do something about a key; an error of its value is thrown with the file and the key. */
function inside(file: string, key: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof LogstatError)) throw error
    throw new LogstatError(
      'config',
      within(error.words, (text) => `${file}: ${key}: ${text}`),
      error.remedy,
    )
  }
}

/** As much of JSON Schema as the schema of the configuration uses. */
interface Schema {
  readonly description?: string
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean'
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly minLength?: number
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: false | Schema
  readonly propertyNames?: Schema
  readonly required?: readonly string[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  /** `#/$defs/NAME` */
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
}

interface Problem {
  /** Keys from the outermost object to the value. */
  readonly path: readonly string[]
  readonly expected: string
  readonly near?: string | undefined
}

let wholeSchema: Schema | undefined

function schema(): Schema {
  wholeSchema ??= JSON.parse(
    readFileSync(new URL('../../docs/logstat.config.schema.json', import.meta.url), 'utf8'),
  ) as Schema
  return wholeSchema
}

/** The first way in which a value breaks the schema; undefined when there is none. */
function problemOf(value: unknown, rule: Schema, path: readonly string[]): Problem | undefined {
  if (rule.$ref !== undefined) {
    const { $defs = {} } = schema()
    return problemOf(value, $defs[rule.$ref.replace('#/$defs/', '')] as Schema, path)
  }
  const about = rule.description === undefined ? '' : ` (${rule.description})`
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (rule.enum && !rule.enum.includes(value as string)) return { path, expected: `one of ${rule.enum.join(', ')}` }
  if (rule.type === 'object' && !isObject) return { path, expected: `an object${about}` }
  if (rule.type === 'string' && typeof value !== 'string') return { path, expected: `a string${about}` }
  if (rule.type === 'boolean' && typeof value !== 'boolean') return { path, expected: `true or false${about}` }
  if (rule.type === 'array' && !Array.isArray(value)) return { path, expected: `a list${about}` }
  if (rule.anyOf?.every((r) => problemOf(value, r, path))) return { path, expected: rule.description ?? '' }
  if (rule.type === 'integer' && !Number.isInteger(value))
    return { path, expected: `a whole number from ${rule.minimum ?? 0}${about}` }
  if (rule.minimum !== undefined && (value as number) < rule.minimum)
    return { path, expected: `a whole number from ${rule.minimum}${about}` }
  if (rule.minLength !== undefined && (value as string).length < rule.minLength)
    return { path, expected: `a text that is not empty${about}` }
  if (rule.pattern !== undefined && !new RegExp(rule.pattern).test(value as string))
    return { path, expected: rule.description ?? rule.pattern }
  if (rule.required?.some((key) => !isObject || !Object.hasOwn(value, key)))
    return { path, expected: `a value for ${rule.required.join(', ')}` }
  if (rule.oneOf && rule.oneOf.filter((r) => !problemOf(value, r, path)).length !== 1)
    return { path, expected: `just one of ${rule.oneOf.flatMap((r) => r.required ?? []).join(', ')}` }
  if (Array.isArray(value) && rule.items) return problemInList(value, rule.items, path)
  return isObject ? problemInside(value, rule, path) : undefined
}

function problemInList(values: readonly unknown[], rule: Schema, path: readonly string[]): Problem | undefined {
  for (const [i, value] of values.entries()) {
    const problem = problemOf(value, rule, [...path, String(i)])
    if (problem) return problem
  }
  return undefined
}

function problemInside(
  value: object,
  { properties = {}, additionalProperties, propertyNames }: Schema,
  path: readonly string[],
): Problem | undefined {
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, key]
    const name = propertyNames && problemOf(key, propertyNames, at)
    if (name) return name
    const rule = Object.hasOwn(properties, key) ? properties[key] : additionalProperties
    if (rule === false) {
      const known = Object.keys(properties)
      return {
        path: at,
        expected: `one of the keys ${known.filter((k) => k !== '$schema').join(', ')}`,
        near: nearestName(key, known),
      }
    }
    const problem = rule && problemOf(inner, rule, at)
    if (problem) return problem
  }
  return undefined
}

function refused(file: string, { path, expected, near }: Problem): LogstatError {
  const where = path.length ? `${file}: ${path.join('.')}` : file
  return new LogstatError(
    'config',
    `${where}: expected ${expected}`,
    near === undefined ? 'See docs/logstat.config.schema.json.' : `Did you mean ${near}?`,
  )
}
