import { isUtf8 } from 'node:buffer'
import { nearestName } from '../edit-distance.js'
import { LogstatError } from '../errors.js'
import type { Plan } from '../kernel/plan.js'
import { Flag } from '../kernel/wasm/roles.js'
import { canonicalPlan, FIELD_NAMES, type Fields, isFieldName, unitNamed } from './canonical.js'
import type { Server, TimeUnit } from './format.js'
import { UNIT_US } from './keys.js'

// A format that is a regular expression: its named groups are the fields of an entry.

/** `/…/flags`, or the expression alone. */
const DELIMITED = /^\/([\s\S]*)\/([a-z]*)$/

/** Flags that change what is matched, not how an expression is used. */
const FLAGS = /^[imsu]*$/

/** Whether a text defines a format by a regular expression, as `patternText` writes it. */
export const isPattern = (text: string): boolean => DELIMITED.test(text) && /\(\?<[A-Za-z]/.test(text)

/** The text that a pattern is noted as. */
export function patternText(pattern: string): string {
  return isPattern(pattern) ? pattern : `/${pattern}/`
}

/** @throws LogstatError when it is no regular expression, names a field that there is not, or none for the status */
export function compilePattern(text: string): RegExp {
  const [, source = text, flags = ''] = DELIMITED.exec(text) ?? []
  let pattern: RegExp
  try {
    if (!FLAGS.test(flags)) throw new SyntaxError(`the flags /${flags} are not i, m, s or u`)
    pattern = new RegExp(source, flags)
  } catch (error) {
    throw new LogstatError(
      'pattern',
      {
        en: `the pattern is no regular expression: ${(error as Error).message}`,
        zh: `该模式不是正则表达式：${(error as Error).message}`,
      },
      {
        en: 'Write it as in JavaScript, in single quotes so that the shell leaves it alone; a literal / needs no backslash.',
        zh: '请按 JavaScript 语法书写，并用单引号括起来以免被 shell 改动；/ 无需加反斜杠。',
      },
    )
  }
  const names = namesOf(pattern)
  for (const name of names) {
    if (isFieldName(name)) continue
    const near = nearestName(name, FIELD_NAMES)
    throw new LogstatError(
      'pattern',
      {
        en: `the pattern has a group named "${name}", and no field of an entry is called so`,
        zh: `模式中有名为“${name}”的组，但没有这个字段`,
      },
      {
        en: `${near === undefined ? '' : `Did you mean ${near}? `}The fields are: ${FIELD_NAMES.join(' ')}. What is of no interest needs no name: (?:…)`,
        zh: `${near === undefined ? '' : `您是不是要用 ${near}？`}可用字段：${FIELD_NAMES.join(' ')}。不需要的部分无需命名：(?:…)`,
      },
    )
  }
  if (!names.includes('status'))
    throw new LogstatError(
      'pattern',
      { en: 'the pattern has no group named "status"', zh: '模式中没有名为“status”的组' },
      {
        en: 'Add (?<status>\\d{3}): without it there is nothing to explain.',
        zh: '请加上 (?<status>\\d{3})：没有状态码就无从解释。',
      },
    )
  return pattern
}

/** How the entries that a pattern finds are read. @param timeUnit of a `timeTaken`; seconds when absent */
export function planOfPattern(
  format: string,
  pattern: RegExp,
  server: Server | null,
  timeUnit: TimeUnit | undefined,
): Plan {
  const names = namesOf(pattern).filter(isFieldName)
  const flags =
    (server === null || server === 'nginx' || server === 'apache' ? Flag.Derive400 : 0) |
    (server === 'nginx' ? Flag.NginxPages : 0) |
    (names.includes('upstreamStatus') ? Flag.DeriveMaker : 0)
  return canonicalPlan(format, names, UNIT_US[unitNamed(names) ?? timeUnit ?? 's'], flags)
}

/**
 * Where a line that does not match stops to do so: of the beginnings of the expression that end with a named group the
 * longest that matches tells the group that is missing, and the column it is missing at.
 *
 * @returns group: the place among the groups; 0 and column 0 when not even the first is found
 */
export function failureOf(pattern: RegExp, text: string): { readonly group: number; readonly column: number } {
  const ends = endsOfGroups(pattern.source)
  for (let i = ends.length - 1; i >= 0; i--) {
    try {
      const found = new RegExp(pattern.source.slice(0, ends[i]), pattern.flags).exec(text)
      if (found) return { group: Math.min(i + 1, ends.length - 1), column: found.index + found[0].length }
    } catch {
      // A beginning that is no expression by itself tells nothing.
    }
  }
  return { group: 0, column: 0 }
}

/** Where the named groups end that stand in no other group. */
function endsOfGroups(source: string): number[] {
  const ends: number[] = []
  const open: boolean[] = []
  for (const { 0: token, index } of source.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?<[A-Za-z]\w*>)?|\)/gs)) {
    if (token.startsWith('(')) open.push(token.length > 1)
    else if (token === ')' && open.pop() && open.length === 0) ends.push(index + 1)
  }
  return ends
}

/** Names of an expression's groups, in their order. */
export function namesOf({ source, flags }: RegExp): string[] {
  return Object.keys(new RegExp(`${source}|`, flags).exec('')?.groups ?? {})
}

/** A line as a pattern sees it: UTF-8 as characters; a line that is no UTF-8 has a character for each byte. */
export interface Text {
  readonly text: string
  readonly isUtf8: boolean
}

/** @param line a character for each byte */
export function textOf(line: string): Text {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(line)) return { text: line, isUtf8: false }
  const bytes = Buffer.from(line, 'latin1')
  return isUtf8(bytes) ? { text: bytes.toString('utf8'), isUtf8: true } : { text: line, isUtf8: false }
}

/** The text with a character for each byte again. */
export function bytesOf(text: string, isText: Pick<Text, 'isUtf8'>): string {
  return isText.isUtf8 ? Buffer.from(text, 'utf8').toString('latin1') : text
}

/** The fields of a line. @returns undefined when it does not match */
export function fieldsOf(pattern: RegExp, text: string): Fields | undefined {
  try {
    return pattern.exec(text)?.groups
  } catch (error) {
    // A line that the engine gives up on (too much to try out, too deep) does not match.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
