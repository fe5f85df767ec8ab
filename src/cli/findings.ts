import type { Language } from '../catalogue/note.js'
import type { Rule } from '../diagnosis/rule.js'
import { RULES } from '../diagnosis/rules/rules.js'
import { LogstatError } from '../errors.js'
import { table } from '../render/cells.js'
import { toJson } from '../render/json.js'
import { write } from './output.js'

interface FindingsOptions {
  readonly lang: Language
  readonly format?: string
}

/** `logstat findings [ID…]`: what a report can find, and when it says so. */
export async function findings(ids: readonly string[], { lang, format }: FindingsOptions): Promise<number> {
  const unknown = ids.find((id) => !RULES.some((rule) => rule.id === id))
  if (unknown !== undefined)
    throw new LogstatError(
      'unknown-finding',
      { en: `there is no finding "${unknown}"`, zh: `没有名为“${unknown}”的发现` },
      { en: 'logstat findings lists them all.', zh: 'logstat findings 会列出全部名称。' },
    )
  const rules = RULES.filter(({ id }) => ids.length === 0 || ids.includes(id))
  if (format === 'json') {
    await write(
      toJson(
        rules.map(({ id, severities, title, looks, condition, falseAlarms }) => ({
          id,
          severities,
          title: title[lang],
          looks: looks[lang],
          condition: condition[lang],
          falseAlarms: falseAlarms[lang],
        })),
      ),
    )
  } else if (ids.length === 0) {
    await write(
      `${table(
        rules.map(({ id, severities, title }) => [id, severities.join(' '), title[lang]]),
        [{}, {}, {}],
        '',
      ).join('\n')}\n`,
    )
  } else await write(rules.map((rule) => describe(rule, lang)).join('\n'))
  return 0
}

const LABELS = {
  looks: { en: 'Looks at', zh: '依据' },
  condition: { en: 'When', zh: '条件' },
  falseAlarms: { en: 'False alarms', zh: '误报' },
} as const

function describe(rule: Rule, lang: Language): string {
  const lines = (['looks', 'condition', 'falseAlarms'] as const).map(
    (part) => `  ${LABELS[part][lang]}: ${rule[part][lang]}\n`,
  )
  return `${rule.id}: ${rule.title[lang]} (${rule.severities.join(', ')})\n${lines.join('')}`
}
