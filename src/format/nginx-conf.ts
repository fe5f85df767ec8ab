import { readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { LogstatError } from '../errors.js'
import { glob } from '../glob.js'

/** The access logs of an nginx configuration, and their formats. */
export interface Configuration {
  /** Name → the whole directive, `log_format main escape=json '…' '…'`. */
  readonly formats: ReadonlyMap<string, string>
  /** Path of the log as written → name of its format. */
  readonly logs: readonly { readonly path: string; readonly format: string }[]
}

/** The words of a configuration; `;`, `{` and `}` are words of their own. */
function words(text: string): string[] {
  const found: string[] = []
  const pattern =
    /\s+|#[^\n]*|([;{}])|'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"|((?:[^\s;{}'"#\\$]|\\[\s\S]|\$\{\w+\}|\$)(?:[^\s;{}\\]|\\[\s\S]|(?<=\$)\{\w+\})*)/g
  for (const m of text.matchAll(pattern)) {
    const quoted = m[2] ?? m[3]
    if (m[1] !== undefined) found.push(m[1])
    // As nginx reads them: a backslash takes its meaning from an escaped quote or backslash.
    else if (quoted !== undefined) found.push(`\0${quoted.replace(/\\(['"\\])/g, '$1').replaceAll('\\t', '\t')}`)
    else if (m[4] !== undefined) found.push(m[4])
  }
  return found
}
const plain = (word: string): string => word.replace(/^\0/, '')

/** A configuration is not larger; what is, was not meant to be one. */
const MOST_BYTES = 16 << 20
const MOST_FILES = 1000

/** Read a configuration with all it includes. */
export function readConfiguration(path: string): Configuration {
  const formats = new Map<string, string>()
  const logs: { path: string; format: string }[] = []
  const root = dirname(path)
  const seen = new Set<string>()
  let bytes = 0
  const read = (file: string): void => {
    const real = realpathSync(file)
    if (seen.has(real)) return
    seen.add(real)
    const stat = statSync(real)
    // Reading a pipe or a device may never end.
    if (!stat.isFile()) throw new Error(`${file} is not a regular file`)
    bytes += stat.size
    if (bytes > MOST_BYTES || seen.size > MOST_FILES) throw new Error('it includes more than 1,000 files or 16 MiB')
    let directive: string[] = []
    for (const word of words(readFileSync(file, 'utf8'))) {
      if (word !== ';' && word !== '{' && word !== '}') {
        directive.push(word)
        continue
      }
      const [name, first, ...rest] = directive
      directive = []
      if (first === undefined) continue
      if (name === 'include') for (const f of included(plain(first), root)) read(f)
      else if (name === 'log_format')
        formats.set(plain(first), `log_format ${plain(first)} ${rest.map(requote).join(' ')}`)
      else if (name === 'access_log' && plain(first) !== 'off')
        logs.push({
          path: plain(first),
          format: rest[0] === undefined || /=/.test(rest[0]) ? 'combined' : plain(rest[0]),
        })
    }
  }
  try {
    read(path)
  } catch (error) {
    throw new LogstatError('unreadable', `${path}: ${(error as Error).message}`, {
      en: 'Check the file and what it includes.',
      zh: '请检查该文件及其包含的文件。',
    })
  }
  return { formats, logs }
}

/** A word in the quotes it needs to be read as the same again. */
function requote(word: string): string {
  return word.startsWith('\0') ? `'${plain(word).replace(/[\\']/g, '\\$&')}'` : word
}

function included(pattern: string, root: string): string[] {
  const path = isAbsolute(pattern) ? pattern : join(root, pattern)
  return /[*?[]/.test(path) ? glob(path, { absolute: true }).sort() : [path]
}

/**
 * The format of a log in a configuration: that of the `access_log` with this path, else with this file name (rotated
 * ones too); with a single `log_format` in all, that one.
 *
 * @returns the directive, a known name (`combined`), or undefined
 */
export function formatOfLog({ formats, logs }: Configuration, log: string | null): string | undefined {
  const named = (name: string): string => formats.get(name) ?? name
  if (log !== null) {
    const name = basename(log)
    const found =
      logs.find((l) => l.path === log) ??
      logs.find((l) => name === basename(l.path)) ??
      logs.find((l) => name.startsWith(`${basename(l.path)}`))
    if (found) return named(found.format)
  }
  const used = new Set(logs.map((l) => l.format))
  if (used.size === 1) return named([...used][0] as string)
  return formats.size === 1 ? [...formats.values()][0] : undefined
}

/** The layout and the escape mode of a pasted `log_format`: the directive, or its string alone. */
export function parseLogFormat(text: string): { layout: string; escaping: string } {
  const directive = /^\s*log_format\s+[^\s'"]+\s+([\s\S]*)$/.exec(text)
  if (!directive) {
    // Only the strings of the directive, or the bare layout as it stands.
    const strings = /^\s*'[\s\S]*'\s*;?\s*$/.test(text) ? words(text).filter((w) => w.startsWith('\0')) : []
    return { layout: strings.length ? strings.map(plain).join('') : text, escaping: 'default' }
  }
  const rest = words(directive[1] as string).filter((w) => w !== ';')
  const escaping = /^escape=(\w+)$/.exec(rest[0] ?? '')?.[1]
  return {
    layout: (escaping === undefined ? rest : rest.slice(1)).map(plain).join(''),
    escaping: escaping ?? 'default',
  }
}
