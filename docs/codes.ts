/**
 * Writes docs/codes.md and docs/codes.zh.md from the catalogue:
 *
 *     npm run docs:codes
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { authorities } from '../src/catalogue/catalogue.js'
import { readDataFiles } from '../src/catalogue/check-data.js'
import { LANGUAGES, type Language, type Note, type Text } from '../src/catalogue/note.js'
import { linkOf, partsOfSource } from '../src/catalogue/sources.js'
import { markdownLink } from '../src/render/explain.js'
import { markdown, markdownCell } from '../src/render/markdown.js'
import { say, VERDICT_WORDS } from '../src/render/words.js'

const WORDS = {
  title: { en: 'Status codes', zh: '状态码' },
  intro: {
    en: 'What `logstat explain` says about each code, with likely causes (most frequent first) and what to check (in order). This page is generated from the files under `src/catalogue/data/`; correct a note there and run `npm run docs:codes`.',
    zh: '`logstat explain` 对每个状态码的说明，包括可能的原因（按常见程度排列）和检查步骤（按顺序）。本页由 `src/catalogue/data/` 下的文件生成；如需更正，请修改那里的条目并运行 `npm run docs:codes`。',
  },
  verdicts: {
    en: 'The word in brackets says whose business a code is: *normal* and *noise* are no problems, *unknown* means that the code alone does not tell.',
    zh: '方括号中的词说明由谁处理：“正常”和“噪声”不是问题，“未知”表示仅凭状态码无法判断。',
  },
  other: { en: '[中文](codes.zh.md)', zh: '[English](codes.md)' },
  contents: { en: 'Contents', zh: '目录' },
  versions: { en: 'Other versions and components', zh: '其他版本与组件' },
  spellings: { en: 'Also written', zh: '其他写法' },
  value: { en: 'value', zh: '值' },
  symbol: { en: 'symbol', zh: '符号' },
  name: { en: 'name', zh: '名称' },
  remedy: { en: 'Remedy', zh: '解决' },
  brief: { en: 'Others, in brief', zh: '其他（简述）' },
} as const satisfies Record<string, Text>

/** The whole page in one language. Notes with causes and checks are told in full, the others as rows of a table. */
export function codesPage(language: Language): string {
  const titles = new Map<string, Text>()
  const notes = new Map<string, Note[]>()
  for (const { file } of readDataFiles()) {
    titles.set(file.authority, file.title)
    notes.set(file.authority, [...(notes.get(file.authority) ?? []), ...file.notes])
  }
  const word = (w: keyof typeof WORDS): string => WORDS[w][language]
  const lines = [
    `# ${word('title')}`,
    '',
    word('other'),
    '',
    word('intro'),
    '',
    word('verdicts'),
    '',
    `## ${word('contents')}`,
    '',
  ]
  for (const owner of authorities()) lines.push(`- [${markdown((titles.get(owner) as Text)[language])}](#${owner})`)
  for (const owner of authorities()) {
    lines.push('', `<a id="${owner}"></a>`, '', `## ${markdown((titles.get(owner) as Text)[language])}`, '')
    const all = [...(notes.get(owner) as Note[])].sort((a, b) => compareCodes(a.code, b.code))
    for (const note of all.filter((n) => n.causes)) lines.push(...section(note, language))
    const brief = all.filter((n) => !n.causes)
    if (brief.length === 0) continue
    if (brief.length < all.length) lines.push(`### ${word('brief')}`, '')
    lines.push(...(owner === 'win32' ? valueTable(brief, language) : briefTable(brief, language)))
  }
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`
}

function section(note: Note, language: Language): string[] {
  const texts = (list: readonly Text[] | undefined): string[] => (list ?? []).map((t) => markdown(t[language]))
  const lines = [`### ${markdown(note.code)} ${markdown(note.name[language])}`, '']
  lines.push(`**[${VERDICT_WORDS[note.verdict][language]}]** ${markdown(note.meaning[language])}`, '')
  lines.push(label(say(language, 'usually'), language), '', ...texts(note.causes).map((t) => `- ${t}`), '')
  lines.push(label(say(language, 'check'), language), '', ...texts(note.checks).map((t, i) => `${i + 1}. ${t}`), '')
  if (note.remedy) lines.push(`${label(WORDS.remedy[language], language)} ${markdown(note.remedy[language])}`, '')
  if (note.variants) {
    lines.push(label(WORDS.versions[language], language), '')
    for (const v of note.variants) {
      lines.push(`- ${markdown(v.versions)}: **${markdown(v.name[language])}** ${markdown(v.meaning[language])}`)
      for (const check of texts(v.checks)) lines.push(`  - ${check}`)
    }
    lines.push('')
  }
  if (note.aliases)
    lines.push(`${label(WORDS.spellings[language], language)} ${note.aliases.map((a) => `\`${a}\``).join(', ')}`, '')
  const links = partsOfSource(note.source).flatMap((part) => linkOf(part) ?? [])
  lines.push(`${label(say(language, 'source'), language)} ${links.map(markdownLink).join('; ')} (${note.basis})`, '')
  return lines
}

const label = (word: string, language: Language): string => word + (language === 'zh' ? '：' : ':')

function briefTable(notes: readonly Note[], language: Language): string[] {
  return [
    `| ${say(language, 'code')} | ${WORDS.name[language]} | ${say(language, 'meaning')} |`,
    '|---|---|---|',
    ...notes.map(
      (n) =>
        `| ${markdownCell(n.code)} | ${markdownCell(n.name[language])} | [${VERDICT_WORDS[n.verdict][language]}] ${markdownCell(n.meaning[language])} |`,
    ),
  ]
}

function valueTable(notes: readonly Note[], language: Language): string[] {
  return [
    `| ${WORDS.value[language]} | ${WORDS.symbol[language]} | ${say(language, 'meaning')} |`,
    '|---|---|---|',
    ...notes.map((n) => `| ${n.code} | ${markdownCell(n.symbol ?? '')} | ${markdownCell(n.meaning[language])} |`),
  ]
}

/** By their numbers, part by part: 403.9 before 403.14, 403.14 before 403.14/0, words after numbers. */
function compareCodes(a: string, b: string): number {
  const [x, y] = [parts(a), parts(b)]
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [p = -1, q = -1] = [x[i], y[i]]
    if (p !== q) return p - q
  }
  return a < b ? -1 : a > b ? 1 : 0
}
const parts = (code: string): number[] => (/^\d/.test(code) ? code.split(/\D+/).map(Number) : [Number.MAX_SAFE_INTEGER])

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const language of LANGUAGES)
    writeFileSync(
      new URL(language === 'en' ? 'codes.md' : `codes.${language}.md`, import.meta.url),
      codesPage(language),
    )
}
