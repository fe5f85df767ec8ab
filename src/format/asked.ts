import { existsSync, statSync } from 'node:fs'
import { LogstatError } from '../errors.js'
import type { Plan } from '../kernel/plan.js'
import { Flag } from '../kernel/wasm/roles.js'
import { fromApache } from './apache-format.js'
import type { Server, TimeUnit } from './format.js'
import { fromGoAccess, isGoAccess } from './goaccess.js'
import { compileJsonTemplate } from './json-template.js'
import { UNIT_US } from './keys.js'
import { checkVariables, compileLayout } from './layout.js'
import { formatOfLog, parseLogFormat, readConfiguration } from './nginx-conf.js'
import { type OwnFormat, ownFrom, ownText } from './own.js'
import { compilePattern, isPattern, patternText, planOfPattern } from './pattern.js'
import { formatNamed, hasPlans, plansOfFamily } from './registry.js'
import { checkFields, compileFields, fieldsText, isFieldsLine } from './w3c.js'

/** A format that was asked for, not detected. */
export interface Asked {
  readonly name: string
  readonly server: Server | null
  /** How to ask for the same again; null for a known format, whose name is enough. */
  readonly definition: string | null
  /** None: the log says itself how its lines are cut. */
  readonly plans: readonly Plan[]
  /** Of delimited fields, in the notation of layouts. */
  readonly layout?: string
  /** Finds the fields of a line; the plan is then that of the canonical layout. */
  readonly pattern?: RegExp
  /**
   * Of a W3C log without a header: the `#Fields` line that holds at its beginning, and the `#Software` it is read as.
   */
  readonly w3c?: { readonly fields: string; readonly software: string | null }
  /** The zone of times that carry none, where the format says it. */
  readonly zone?: string
}

/** The name of a format that is defined by its user. */
const CUSTOM = 'custom'

/**
 * The format that `--log-format` asks for: a name, of the user's own formats first; a pasted nginx `log_format` or
 * Apache `LogFormat`, a GoAccess format, `/a regular expression/`, a `#Fields:` line; or the path of an nginx.conf, in
 * which the log is looked up.
 *
 * @throws LogstatError saying what is wrong with it
 */
export function askedFormat(text: string, log: string | null, own: readonly OwnFormat[] = []): Asked {
  const defined = own.find(({ name }) => name.toLowerCase() === text.trim().toLowerCase()) ?? ownFrom(text)
  if (defined) return compileOwn(defined)
  const known = formatNamed(text.trim())
  if (known) {
    const plans = hasPlans(known) ? plansOfFamily(known.family, [known]) : []
    return { name: known.name, server: known.server, definition: null, plans }
  }
  if (isFieldsLine(text)) return headerless(text)
  if (isPattern(text)) return matched(text)
  if (/[$%]/.test(text)) return pasted(text)
  if (existsSync(text) && statSync(text).isFile()) {
    const found = formatOfLog(readConfiguration(text), log)
    if (found !== undefined) return /[$]/.test(found) ? pasted(found) : askedFormat(found, log)
    throw new LogstatError(
      'unknown-format',
      {
        en: `${text} names no access_log ${log ?? 'for standard input'} and no single log_format`,
        zh: `${text} 中没有 ${log ?? '标准输入'} 的 access_log，也没有唯一的 log_format`,
      },
      {
        en: "Paste the log_format that holds: --log-format '$remote_addr …'",
        zh: "请粘贴实际使用的 log_format：--log-format '$remote_addr …'",
      },
    )
  }
  throw new LogstatError(
    'unknown-format',
    {
      en: `"${text}" is no format that logstat knows, and no file`,
      zh: `“${text}”既不是 logstat 已知的格式，也不是文件`,
    },
    {
      en: 'List the names with: logstat formats   Or paste a log_format: --log-format \'$remote_addr - $remote_user [$time_local] "$request" $status …\'',
      zh: '列出格式名：logstat formats   或粘贴 log_format：--log-format \'$remote_addr - $remote_user [$time_local] "$request" $status …\'',
    },
  )
}

/** Refuse a `--log-format` that means nothing before any log is opened. */
export function checkAsked(text: string, own: readonly OwnFormat[] = []): void {
  const isName =
    formatNamed(text.trim()) !== undefined || own.some(({ name }) => name.toLowerCase() === text.trim().toLowerCase())
  if (!isName && !/[$%]/.test(text) && existsSync(text) && statSync(text).isFile()) readConfiguration(text)
  else askedFormat(text, null, own)
}

/** A format of the user's with all that is said of it. @throws LogstatError saying what is wrong with it */
export function compileOwn(own: OwnFormat): Asked {
  const { name, layout, pattern, fields, timeUnit, logTz } = own
  const server = own.server ?? null
  const made =
    pattern !== undefined
      ? matched(patternText(pattern), server, timeUnit)
      : fields !== undefined
        ? headerless(fieldsText(fields), isOfMicrosoft(server) || timeUnit === 'ms' ? 'Microsoft' : null)
        : pasted(layout ?? '')
  const plans =
    made.w3c || timeUnit === undefined || pattern !== undefined
      ? made.plans
      : made.plans.map((p) => ({ ...p, timeTakenUnitUs: UNIT_US[timeUnit] }))
  return {
    ...made,
    name,
    server: server ?? made.server,
    definition: ownText(own),
    plans: plans.map((p) => (made.w3c ? p : { ...p, format: name })),
    ...(logTz === undefined ? {} : { zone: logTz }),
  }
}

const isOfMicrosoft = (server: Server | null): boolean => server === 'iis' || server === 'httpsys'

function matched(definition: string, server: Server | null = null, timeUnit?: TimeUnit): Asked {
  const pattern = compilePattern(definition)
  return { name: CUSTOM, server, definition, plans: [planOfPattern(CUSTOM, pattern, server, timeUnit)], pattern }
}

function headerless(definition: string, software: string | null = null): Asked {
  checkFields(definition)
  const { plan, server } = compileFields(definition, software ?? '')
  return { name: 'w3c', server, definition, plans: [plan], w3c: { fields: definition, software } }
}

function pasted(definition: string): Asked {
  const { server, layout, flags, quotesAreEscaped = true } = readLayout(definition)
  const isJson = /^\s*\{/.test(layout) && layout.includes('"')
  const plan = isJson
    ? compileJsonTemplate(CUSTOM, layout, flags)
    : compileLayout(CUSTOM, layout, { flags, quotesAreEscaped })
  return { name: CUSTOM, server, definition, plans: [plan], ...(isJson ? {} : { layout }) }
}

/** A pasted definition in the notation of layouts. */
function readLayout(definition: string): {
  readonly server: Server | null
  readonly layout: string
  readonly flags: number
  readonly quotesAreEscaped?: boolean
} {
  if (definition.includes('$')) {
    const { layout, escaping } = parseLogFormat(definition.replaceAll('\\t', '\t'))
    checkVariables(layout)
    const joined = joinUri(layout)
    const flags = Flag.Derive400 | Flag.NginxPages | Flag.DeriveMaker | (joined.isAbsolute ? Flag.AbsoluteUri : 0)
    return { server: 'nginx', layout: joined.layout, flags, quotesAreEscaped: escaping !== 'none' }
  }
  if (isGoAccess(definition)) return { server: null, layout: fromGoAccess(definition), flags: 0 }
  return { server: 'apache', layout: fromApache(definition), flags: Flag.Derive400 }
}

/** Variables that touch, and are together one value: a path with its query, a URL. */
function joinUri(layout: string): { readonly layout: string; readonly isAbsolute: boolean } {
  const plain = layout
    .replace(/\$\{(\w+)\}(?!\w)/g, '$$$1')
    .replace(/\$(?:document_)?uri\$is_args\$(?:args|query_string)\b/g, '$$request_uri')
  const url = /\$scheme:\/\/\$(?:host|http_host|server_name)(?::\$server_port)?\$request_uri\b/g
  return {
    layout: plain.replace(url, '$$request_uri').replace(/\$is_args\$(?:args|query_string)\b/g, '$$args'),
    isAbsolute: url.test(plain),
  }
}
