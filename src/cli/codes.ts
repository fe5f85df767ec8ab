import { authorities, codesOf, noteOf } from '../catalogue/catalogue.js'
import { LANGUAGES, type Language, type Note } from '../catalogue/note.js'
import { checkOwner } from '../catalogue/query.js'
import { table } from '../render/cells.js'
import { toJson } from '../render/json.js'
import { markdownCell } from '../render/markdown.js'
import { VERDICT_WORDS } from '../render/words.js'
import { tell } from './messages.js'
import { type ColorOption, type ShowOptions, show, write } from './print.js'

interface CodesOptions extends Pick<ShowOptions, 'pager'> {
  readonly server?: string
  readonly lang: Language
  readonly format?: string
  readonly color: ColorOption
}

/**
 * `logstat codes [WORD…]`: the catalogue, or the notes in which every word occurs (in either language). Exit status 2
 * when none does.
 */
export async function codes(
  words: readonly string[],
  { server, lang, format, pager = true }: CodesOptions,
): Promise<number> {
  checkOwner(server)
  const wanted = words.map((w) => w.toLowerCase())
  const notes = authorities()
    .filter((name) => server === undefined || name === server || (server === 'httpsys' && name === 'httperr'))
    .flatMap((name) =>
      codesOf(name).flatMap((code) => {
        const note = noteOf(name, code)
        return note ? [{ authority: name, note }] : []
      }),
    )
    .filter(({ authority: name, note }) => wanted.every((w) => matches(note, name, w)))
    // Without a search the Win32 values, hundreds of them, are left to `logstat codes win32`.
    .filter(({ authority: name }) => wanted.length > 0 || server !== undefined || name !== 'win32')
  if (notes.length === 0) {
    tell({
      en: `nothing in the catalogue matches ${words.join(' ')}`,
      zh: `目录中没有与 ${words.join(' ')} 匹配的内容`,
    })
    return 2
  }
  const rows = notes.map(({ authority: name, note }) => ({
    code: note.code,
    authority: name,
    name: note.name[lang],
    verdict: note.verdict,
    meaning: note.meaning[lang],
    source: note.source,
  }))
  if (format === 'json') await write(toJson(rows))
  else if (format === 'md') {
    await write(
      `| code | authority | name | verdict |\n|---|---|---|---|\n${rows.map((r) => `| ${markdownCell(r.code)} | ${r.authority} | ${markdownCell(r.name)} | ${VERDICT_WORDS[r.verdict][lang]} |`).join('\n')}\n`,
    )
  } else
    await show(
      `${table(
        rows.map((r) => [r.code, r.authority, VERDICT_WORDS[r.verdict][lang], r.name]),
        [{ most: 28 }, {}, {}, {}],
        '',
      ).join('\n')}\n`,
      'text',
      { pager },
    )
  return 0
}

function matches(note: Note, owner: string, word: string): boolean {
  // A number means a code, not any text it occurs in: 403 is 403, 403.14, 403.6/5.
  if (/^\d{3}$/.test(word))
    return note.code === word || note.code.startsWith(`${word}.`) || note.code.startsWith(`${word}/`)
  const texts = [note.code, owner, note.symbol ?? '', ...(note.aliases ?? [])]
  for (const language of LANGUAGES) {
    texts.push(note.name[language], note.meaning[language])
    for (const t of [...(note.causes ?? []), ...(note.checks ?? [])]) texts.push(t[language])
  }
  return texts.some((t) => t.toLowerCase().includes(word))
}
