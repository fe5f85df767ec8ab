import { howTosOf } from '../catalogue/catalogue.js'
import { type HowTo, LANGUAGES, type Language, type Link, type Note, type Text, type When } from '../catalogue/note.js'
import type { Answer, Owned } from '../catalogue/query.js'
import { QUIET } from '../report/shape.js'
import { breakLines, catalogueWidth } from './lines.js'
import { markdown } from './markdown.js'
import { style } from './style.js'
import { visible } from './visible.js'
import { BASIS_WORDS, say, VERDICT_WORDS } from './words.js'

// Answers hold the catalogue's own text only, so they do without the library that measures any text, which is slow to
// load.

const LEVEL_WORDS: Readonly<Record<string, Text>> = {
  win32: { en: 'status, sub-status and Win32 status together', zh: '状态、子状态与 Win32 状态组合' },
  value: { en: 'the Win32 status alone', zh: '仅按 Win32 状态' },
  reason: { en: 'the reason in the log', zh: '日志中的原因' },
  substatus: { en: 'status and sub-status of the server', zh: '服务器的状态与子状态' },
  server: { en: 'the status as this server uses it', zh: '该服务器所用的状态代码' },
  iana: { en: 'the registered status', zh: '已注册的状态代码' },
  other: { en: 'the status as its owner uses it', zh: '该状态代码所有者的定义' },
  class: { en: 'the class only', zh: '仅按类别' },
}
const MOST_OTHERS = 8

/** An answer of `logstat explain` for a terminal, in one language. */
export function explainText(
  { query, found, win32, others }: Answer,
  language: Language,
  color: boolean,
  columns: number,
): string {
  const s = style(color)
  const cells = Math.max(60, Math.min(columns, 110))
  const lines: string[] = []
  const wrap = (text: string, width: number): string[] => breakLines(text, width, catalogueWidth)
  const item = (label: string, texts: readonly string[], numbered = false): void => {
    texts.forEach((text, i) => {
      const sign = numbered ? `${i + 1}. ` : texts.length > 1 ? '· ' : ''
      wrap(text, cells - 12 - sign.length).forEach((line, j) => {
        const shown = i === 0 && j === 0 ? label : ''
        lines.push(
          `  ${s.faint(shown + ' '.repeat(Math.max(1, 10 - catalogueWidth(shown))))}${j === 0 ? sign : ' '.repeat(sign.length)}${line}`,
        )
      })
    })
  }
  if (found) {
    const { note, authority, level, variant } = found
    const told = variant ?? note
    lines.push(
      `${s.bold(visible(query))}  ${s.bold(told.name[language])}  ${s.verdict(note.verdict, `[${VERDICT_WORDS[note.verdict][language]}]`)}`,
    )
    for (const line of wrap(told.meaning[language], cells - 2)) lines.push(`  ${line}`)
    item(say(language, 'usually'), texts(note.causes, language))
    if (note.when) item(WORDS.butIf[language], [whenText(note.when, language)])
    const [first, ...then] = texts(variant?.checks ?? note.checks, language)
    const quiet = QUIET.has(note.verdict)
    if (first !== undefined && !quiet) item(WORDS.doFirst[language], [first])
    item(
      quiet ? say(language, 'check') : WORDS.then[language],
      quiet && first !== undefined ? [first, ...then] : then,
      true,
    )
    if (note.remedy) item(WORDS.remedy[language], [note.remedy[language]])
    item(
      language === 'zh' ? '各版本' : 'Versions',
      (note.variants ?? []).map((v) => `${v.versions}: ${titled(v, language)}`),
    )
    if (win32) item('Win32', [win32Text(win32, language, note)])
    item(WORDS[level === 'value' ? 'beside' : 'others'][language], otherLines(others, found.note, language))
    for (const { name, text } of howTosOf(authority, note, language))
      item(WORDS.howTo[language], [`${name[language]}${colon(language)}${text[language]}`])
    const basis = `${BASIS_WORDS[note.basis][language]} · ${authority} ${note.code}${colon(language)}${LEVEL_WORDS[level]?.[language] ?? level}`
    item(say(language, 'source'), [...(note.links ?? []).map(linkText), basis])
  } else if (win32) {
    lines.push(`${s.bold(visible(query))}  ${s.bold(win32.symbol ?? win32.hex)}`, `  ${win32Text(win32, language)}`)
    item(WORDS.beside[language], otherLines(others, undefined, language))
  }
  return `${lines.join('\n')}\n`
}

const WORDS = {
  others: { en: 'Elsewhere', zh: '其他含义' },
  beside: { en: 'Seen with', zh: '常见组合' },
  butIf: { en: 'But if', zh: '例外' },
  doFirst: { en: 'Do first', zh: '首先' },
  // biome-ignore lint/suspicious/noThenProperty: a word of the output, no promise
  then: { en: 'Then', zh: '然后' },
  remedy: { en: 'Remedy', zh: '解决' },
  howTo: { en: 'How to', zh: '方法' },
} as const satisfies Record<string, Text>
/** Conditions under which a code means something else, as sentences that go on after "But if". */
const CONDITION_WORDS: Readonly<Record<When['is'], (when: When) => Text>> = {
  'never-succeeds': () => ({ en: 'the same client never succeeds afterwards', zh: '同一客户端之后始终没有成功' }),
  'time-pile': ({ seconds }) =>
    seconds === undefined
      ? { en: 'many of these requests took the same time', zh: '许多请求的耗时相同' }
      : { en: `many of these requests took ${seconds} s`, zh: `许多请求的耗时为 ${seconds} 秒` },
  slow: ({ seconds }) => ({
    en: `half of these requests took longer than ${seconds} s`,
    zh: `一半请求的耗时超过 ${seconds} 秒`,
  }),
  burst: () => ({ en: 'nearly all came within a minute', zh: '几乎全部集中在一分钟之内' }),
  'many-clients': () => ({ en: 'a dozen clients or more are affected', zh: '受影响的客户端达到十几个' }),
  'own-referer': () => ({ en: 'pages of the site itself lead there', zh: '来源页是本站的页面' }),
  frequent: ({ share }) => ({ en: `it is ${share}% of all requests or more`, zh: `达到全部请求的 ${share}%` }),
}
function whenText(when: When, language: Language): string {
  const condition = CONDITION_WORDS[when.is](when)[language]
  const verdict = VERDICT_WORDS[when.verdict][language]
  return language === 'zh' ? `若${condition}，则按“${verdict}”处理。` : `${condition}: then treat it as [${verdict}].`
}

const colon = (language: Language): string => (language === 'zh' ? '：' : ': ')
const linkText = ({ name, url }: Link): string => (url === null ? name : `${name}  ${url}`)
const texts = (list: readonly Text[] | undefined, language: Language): string[] => (list ?? []).map((t) => t[language])

/** Name and meaning as one text: the name ends with a full stop of its language. */
function titled({ name, meaning }: Pick<Note, 'name' | 'meaning'>, language: Language): string {
  return language === 'zh' ? `${name.zh}。${meaning.zh}` : `${name.en}. ${meaning.en}`
}

/** A line for each other owner: whose it is, what it is called there, and the first sentence of what it means. */
function otherLines(others: readonly Owned[], told: Note | undefined, language: Language): string[] {
  const lines = others.slice(0, MOST_OTHERS).map(({ authority, note }) => {
    const code = note.code === told?.code ? authority : `${authority} ${note.code}`
    return `${code}: ${titled({ ...note, meaning: { en: firstSentence(note.meaning.en), zh: firstSentence(note.meaning.zh) } }, language)}`
  })
  const more = others.length - lines.length
  return more > 0 ? [...lines, language === 'zh' ? `另有 ${more} 项` : `${more} more`] : lines
}

/** Up to the first full stop that ends a sentence; not the one in `web.config` or `e.g.`. */
function firstSentence(text: string): string {
  return /^.*?(?:[。！？]|[^.\s]{2,}[.!?](?=\s+\p{Lu}|$))/u.exec(text)?.[0] ?? text
}

/** @param told the note already printed: its meaning is not said twice */
function win32Text(
  { value, hex, symbol, family, note, inner }: NonNullable<Answer['win32']>,
  language: Language,
  told?: Note,
): string {
  const parts = [
    `${value} = ${hex}`,
    symbol ?? (language === 'zh' ? '未知符号' : 'no known symbol'),
    familyWord(family, language),
  ]
  if (inner !== null) parts.push(language === 'zh' ? `IIS 日志中记录为 ${inner}` : `IIS logs it as ${inner}`)
  const line = parts.join(' · ')
  return note && note !== told ? `${line}${language === 'zh' ? '：' : ': '}${note.meaning[language]}` : line
}

/** The names of families are Microsoft's own; only where they are made of words are there Chinese ones. */
function familyWord(family: string, language: Language): string {
  if (language === 'en') return family
  return (
    { 'HRESULT of a Win32 error': 'Win32 错误的 HRESULT', certificate: '证书' }[family] ??
    family.replace(', facility ', '，设施 ')
  )
}

/** An answer of `logstat explain` as Markdown. */
export function explainMarkdown({ query, found, win32, others }: Answer, language: Language): string {
  const lines: string[] = []
  if (found) {
    const { note, variant, level, authority } = found
    const told = variant ?? note
    lines.push(`## ${markdown(visible(query))}: ${markdown(told.name[language])}`, '')
    lines.push(markdown(told.meaning[language]), '', `**${VERDICT_WORDS[note.verdict][language]}**`, '')
    if (note.causes)
      lines.push(`${say(language, 'usually')}:`, '', ...note.causes.map((t) => `- ${markdown(t[language])}`), '')
    if (note.when)
      lines.push(
        `${WORDS.butIf[language]}${language === 'zh' ? '：' : ' '}${markdown(whenText(note.when, language))}`,
        '',
      )
    const checks = variant?.checks ?? note.checks
    if (checks)
      lines.push(`${say(language, 'check')}:`, '', ...checks.map((t, i) => `${i + 1}. ${markdown(t[language])}`), '')
    if (note.remedy) lines.push(`${WORDS.remedy[language]}: ${markdown(note.remedy[language])}`, '')
    if (win32) lines.push(`Win32: ${markdown(win32Text(win32, language, note))}`, '')
    const lists = otherLines(others, note, language)
    if (lists.length)
      lines.push(
        `${WORDS[level === 'value' ? 'beside' : 'others'][language]}:`,
        '',
        ...lists.map((t) => `- ${markdown(t)}`),
        '',
      )
    for (const { name, text } of howTosOf(authority, note, language))
      lines.push(`${markdown(name[language])}: ${markdown(text[language])}`, '')
    lines.push(
      `${say(language, 'source')}: ${(note.links ?? []).map(markdownLink).join('; ')} (${BASIS_WORDS[note.basis][language]})`,
    )
  } else if (win32) lines.push(`## ${markdown(visible(query))}`, '', markdown(win32Text(win32, language)))
  return `${lines.join('\n')}\n`
}

export const markdownLink = ({ name, url }: Link): string =>
  url === null ? markdown(name) : `[${markdown(name)}](${url})`

/** The contract of `explain --format json`: one object a code asked. With both languages every text is `{en, zh}`. */
export function explainJson(
  { query, found, win32, others }: Answer,
  language: Language | 'both',
): Record<string, unknown> {
  const text = (t: Text): string | Text =>
    language === 'both' ? (Object.fromEntries(LANGUAGES.map((l) => [l, t[l]])) as unknown as Text) : t[language]
  const value = win32
    ? {
        win32: {
          value: win32.value,
          hex: win32.hex,
          symbol: win32.symbol,
          family: win32.family,
          meaning: win32.note ? text(win32.note.meaning) : null,
        },
      }
    : {}
  const told = others.length
    ? {
        others: others.map((o) => ({
          code: o.note.code,
          authority: o.authority,
          name: text(o.note.name),
          meaning: text(o.note.meaning),
          verdict: o.note.verdict,
        })),
      }
    : {}
  if (!found) return { query, ...ofValue(query, win32, text), ...value, ...told }
  const { note, authority, level, variant } = found
  return {
    query,
    code: note.code,
    name: text((variant ?? note).name),
    meaning: text((variant ?? note).meaning),
    causes: (note.causes ?? []).map(text),
    checks: (variant?.checks ?? note.checks ?? []).map(text),
    ...(note.remedy ? { remedy: text(note.remedy) } : {}),
    ...(note.when ? { when: note.when } : {}),
    howTo: howTosOf(authority, note, language === 'both' ? 'en' : language).map((h: HowTo) => ({
      name: text(h.name),
      text: text(h.text),
    })),
    verdict: note.verdict,
    authority,
    basis: note.basis,
    source: note.source,
    links: note.links ?? [],
    level,
    ...(note.component ? { component: note.component } : {}),
    ...(note.versions ? { versions: note.versions } : {}),
    ...(note.variants
      ? {
          variants: note.variants.map((v) => ({
            versions: v.versions,
            name: text(v.name),
            meaning: text(v.meaning),
            source: v.source,
          })),
        }
      : {}),
    ...value,
    ...told,
  }
}

/** An answer for a Win32 value that the catalogue does not know. */
function ofValue(query: string, win32: Answer['win32'], text: (t: Text) => string | Text): Record<string, unknown> {
  const name = win32?.symbol ?? win32?.hex ?? query
  return {
    code: query,
    name: text({ en: name, zh: name }),
    meaning: text({
      en: `${win32?.family} value; nothing more is known of it.`,
      zh: `${familyWord(win32?.family ?? 'Win32', 'zh')} 值；没有更多已知信息。`,
    }),
    causes: [],
    checks: [],
    verdict: 'unknown',
    authority: 'win32',
    basis: 'derived',
    source: 'winerror.h',
  }
}
