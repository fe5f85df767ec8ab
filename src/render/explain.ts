import { LANGUAGES, type Language, type Text } from '../catalogue/note.js'
import type { Answer } from '../catalogue/query.js'
import { padEnd, visible, width, wrap } from './cells.js'
import { style } from './style.js'
import { say, VERDICT_WORDS } from './words.js'

const LEVEL_WORDS: Readonly<Record<string, Text>> = {
  win32: { en: 'status, sub-status and Win32 status together', zh: '状态、子状态与 Win32 状态组合' },
  reason: { en: 'the reason in the log', zh: '日志中的原因' },
  substatus: { en: 'status and sub-status of the server', zh: '服务器的状态与子状态' },
  server: { en: 'the status as this server uses it', zh: '该服务器所用的状态码' },
  iana: { en: 'the registered status', zh: '已注册的状态码' },
  other: { en: 'the status as its owner uses it', zh: '该状态码所有者的定义' },
  class: { en: 'the class only', zh: '仅按类别' },
}

/** An answer of `logstat explain` for a terminal, in one language. */
export function explainText({ query, found, win32 }: Answer, language: Language, color: boolean, columns: number): string {
  const s = style(color)
  const cells = Math.max(60, Math.min(columns, 110))
  const lines: string[] = []
  const item = (label: string, texts: readonly string[], numbered = false): void => {
    texts.forEach((text, i) => {
      const sign = numbered ? `${i + 1}. ` : texts.length > 1 ? '· ' : ''
      wrap(text, cells - 12 - width(sign)).forEach((line, j) => {
        lines.push(`  ${s.faint(padEnd(i === 0 && j === 0 ? `${label} ` : '', 10))}${j === 0 ? sign : ' '.repeat(width(sign))}${line}`)
      })
    })
  }
  if (found) {
    const { note, authority, level, variant } = found
    const name = (variant ?? note).name[language]
    lines.push(`${s.bold(visible(query))}  ${s.bold(name)}  ${s.verdict(note.verdict, `[${VERDICT_WORDS[note.verdict][language]}]`)}`)
    for (const line of wrap((variant ?? note).meaning[language], cells - 2)) lines.push(`  ${line}`)
    if (note.causes)
      item(
        say(language, 'usually'),
        note.causes.map((t) => t[language]),
      )
    if (note.checks)
      item(
        say(language, 'check'),
        (variant?.checks ?? note.checks).map((t) => t[language]),
        true,
      )
    item(
      language === 'zh' ? '各版本' : 'Versions',
      (note.variants ?? []).map((v) => `${visible(v.versions)}: ${v.name[language]}. ${v.meaning[language]}`),
    )
    if (win32) item('Win32', [win32Text(win32, language)])
    if (found.alsoOwnedBy.length)
      item(language === 'zh' ? '其他含义' : 'Elsewhere', [`${found.alsoOwnedBy.join(', ')}  (logstat explain ${query} --server NAME)`])
    item(say(language, 'source'), [`${note.source} · ${note.basis} · ${authority} ${note.code}: ${LEVEL_WORDS[level]?.[language] ?? level}`])
  } else if (win32) {
    lines.push(`${s.bold(visible(query))}  ${s.bold(win32.symbol ?? win32.hex)}`, `  ${win32Text(win32, language)}`)
  }
  return `${lines.join('\n')}\n`
}

function win32Text({ value, hex, symbol, family, note, inner }: NonNullable<Answer['win32']>, language: Language): string {
  const parts = [`${value} = ${hex}`, symbol ?? (language === 'zh' ? '未知符号' : 'no known symbol'), family]
  if (inner !== null) parts.push(language === 'zh' ? `IIS 日志中记录为 ${inner}` : `IIS logs it as ${inner}`)
  return parts.join(' · ') + (note ? `: ${note.meaning[language]}` : '')
}

/** The same as Markdown. */
export function explainMarkdown({ query, found, win32 }: Answer, language: Language): string {
  const lines: string[] = []
  if (found) {
    const { note, variant } = found
    lines.push(
      `## ${query}: ${(variant ?? note).name[language]}`,
      '',
      (variant ?? note).meaning[language],
      '',
      `**${VERDICT_WORDS[note.verdict][language]}**`,
      '',
    )
    if (note.causes) lines.push(`${say(language, 'usually')}:`, '', ...note.causes.map((t) => `- ${t[language]}`), '')
    if (note.checks) lines.push(`${say(language, 'check')}:`, '', ...note.checks.map((t, i) => `${i + 1}. ${t[language]}`), '')
    if (win32) lines.push(`Win32: ${win32Text(win32, language)}`, '')
    lines.push(`${say(language, 'source')}: ${note.source} (${note.basis})`)
  } else if (win32) lines.push(`## ${query}`, '', win32Text(win32, language))
  return `${lines.join('\n')}\n`
}

/** The contract of `explain --format json`: one object a code asked. With both languages every text is `{en, zh}`. */
export function explainJson({ query, found, win32 }: Answer, language: Language | 'both'): Record<string, unknown> {
  const text = (t: Text): string | Text => (language === 'both' ? (Object.fromEntries(LANGUAGES.map((l) => [l, t[l]])) as unknown as Text) : t[language])
  const value = win32
    ? { win32: { value: win32.value, hex: win32.hex, symbol: win32.symbol, family: win32.family, meaning: win32.note ? text(win32.note.meaning) : null } }
    : {}
  if (!found) {
    const name = win32?.symbol ?? win32?.hex ?? query
    const plain: Text = { en: name, zh: name }
    const meaning: Text = { en: `${win32?.family} value; nothing more is known of it.`, zh: `${win32?.family} 值；没有更多已知信息。` }
    return {
      query,
      code: query,
      name: text(plain),
      meaning: text(meaning),
      causes: [],
      checks: [],
      verdict: 'unknown',
      authority: 'win32',
      basis: 'derived',
      source: 'winerror.h',
      ...value,
    }
  }
  const { note, authority, level, variant, alsoOwnedBy } = found
  return {
    query,
    code: note.code,
    name: text((variant ?? note).name),
    meaning: text((variant ?? note).meaning),
    causes: (note.causes ?? []).map(text),
    checks: (variant?.checks ?? note.checks ?? []).map(text),
    verdict: note.verdict,
    authority,
    basis: note.basis,
    source: note.source,
    level,
    ...(note.component ? { component: note.component } : {}),
    ...(note.versions ? { versions: note.versions } : {}),
    ...(note.variants
      ? { variants: note.variants.map((v) => ({ versions: v.versions, name: text(v.name), meaning: text(v.meaning), source: v.source })) }
      : {}),
    ...(alsoOwnedBy.length ? { alsoOwnedBy } : {}),
    ...value,
  }
}
