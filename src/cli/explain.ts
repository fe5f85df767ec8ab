import { LANGUAGES, type Language } from '../catalogue/note.js'
import { type Answer, answer } from '../catalogue/query.js'
import { LogstatError } from '../errors.js'
import { explainJson, explainMarkdown, explainText } from '../render/explain.js'
import { type OutputOptions, useColor, write } from './output.js'

interface ExplainOptions {
  readonly server?: string
  readonly lang: Language | 'both'
  readonly format?: string
  readonly color: OutputOptions['color']
}

/** `logstat explain CODE…`: all that are found are printed; one that is not makes the exit status 2. */
export async function explainCodes(queries: readonly string[], { server, lang, format, color }: ExplainOptions): Promise<number> {
  const answers: Answer[] = []
  const errors: LogstatError[] = []
  for (const query of queries) {
    try {
      answers.push(answer(query, server ?? null))
    } catch (error) {
      if (!(error instanceof LogstatError)) throw error
      errors.push(error)
    }
  }
  const [first] = errors
  if (first && answers.length === 0 && errors.length === 1) throw first
  const languages = lang === 'both' ? LANGUAGES : [lang]
  if (format === 'json')
    await write(
      `${JSON.stringify(
        answers.map((a) => explainJson(a, lang)),
        null,
        2,
      )}\n`,
    )
  else {
    const render = (a: Answer, l: Language): string =>
      format === 'md' ? explainMarkdown(a, l) : explainText(a, l, useColor(color), process.stdout.columns || 80)
    await write(answers.flatMap((a) => languages.map((l) => render(a, l))).join('\n'))
  }
  for (const { message, hint } of errors) process.stderr.write(`logstat: ${message}\n${hint ? `         ${hint}\n` : ''}`)
  return errors.length ? 2 : 0
}
