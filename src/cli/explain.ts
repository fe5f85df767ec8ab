import { LANGUAGES, type Language } from '../catalogue/note.js'
import { type Answer, answer, checkOwner, questionsOf } from '../catalogue/query.js'
import { LogstatError } from '../errors.js'
import { explainJson, explainMarkdown, explainText } from '../render/explain.js'
import { toJson } from '../render/json.js'
import { tell } from './messages.js'
import { type ColorOption, type ShowOptions, show, useColor, write } from './print.js'

interface ExplainOptions extends Pick<ShowOptions, 'pager'> {
  readonly server?: string
  readonly lang: Language | 'both'
  readonly format?: string
  readonly color: ColorOption
}

/** `logstat explain CODE…`: all that are found are printed; one that is not makes the exit status 2. */
export async function explainCodes(
  queries: readonly string[],
  { server, lang, format = 'text', color, pager = true }: ExplainOptions,
): Promise<number> {
  const owner = checkOwner(server)
  const answers: Answer[] = []
  const errors: LogstatError[] = []
  for (const query of queries.flatMap(questionsOf)) {
    try {
      answers.push(answer(query, owner))
    } catch (error) {
      if (!(error instanceof LogstatError)) throw error
      errors.push(error)
    }
  }
  const languages = lang === 'both' ? LANGUAGES : [lang]
  if (format === 'json') await write(toJson(answers.map((a) => explainJson(a, lang))))
  else {
    const render = (a: Answer, l: Language): string =>
      format === 'md' ? explainMarkdown(a, l) : explainText(a, l, useColor(color), process.stdout.columns || 80)
    await show(answers.flatMap((a) => languages.map((l) => render(a, l))).join('\n'), format, { pager })
  }
  for (const { words, remedy } of errors) tell(words, remedy)
  return errors.length ? 2 : 0
}
