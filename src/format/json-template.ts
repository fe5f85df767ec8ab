import { LogstatError } from '../errors.js'
import type { Plan, Step } from '../kernel/plan.js'
import { Cutter, Role, Rule } from '../kernel/wasm/roles.js'
import { roleOfVariable, withoutStatus } from './layout.js'

/**
 * Compile a layout that is written as JSON (`{"time":"$time_iso8601","status":$status}`): what is a variable alone in
 * it becomes a path.
 *
 * @throws LogstatError `layout` when it is no JSON, or none of its values is the status
 */
export function compileJsonTemplate(format: string, layout: string, flags: number): Plan {
  // A bare variable would be no JSON; as a string it stands for the same value.
  const quoted = layout.replace(/([:[,]\s*)(\$\w+|\$\{\w+\})(?=\s*[,}\]])/g, '$1"$2"')
  let template: unknown
  try {
    template = JSON.parse(quoted)
  } catch (error) {
    throw new LogstatError(
      'layout',
      { en: `the layout is no JSON: ${(error as Error).message}`, zh: `该格式不是 JSON：${(error as Error).message}` },
      {
        en: 'Compare its quotes and commas with the configuration of the server.',
        zh: '请对照服务器配置检查引号和逗号。',
      },
    )
  }
  const steps: Step[] = []
  let timeTakenUnitUs = 1_000_000
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, path === '' ? key : `${path}.${key}`)
      return
    }
    const name = typeof value === 'string' ? /^\$\{?(\w+)\}?$/.exec(value)?.[1] : undefined
    const variable = name === undefined ? undefined : roleOfVariable(name)
    if (!variable || variable.role === Role.Skip) return
    if (variable.unitUs) timeTakenUnitUs = variable.unitUs
    steps.push({ role: variable.role, rule: Rule.Plain, until: path })
  }
  visit(template, '')
  if (!steps.some((s) => s.role === Role.Status)) throw withoutStatus(layout)
  return { format, cutter: Cutter.Json, leading: '', steps, timeTakenUnitUs, flags }
}
