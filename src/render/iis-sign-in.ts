import { count, padEnd, padStart, truncate, visible, width, wrap } from './cells.js'
import { type Page, words } from './text/page.js'

/** So many reasons are told, and so many clients of each when nobody asks for a number. */
const MOST_REASONS = 20
const USUAL_CLIENTS = 3

/** How sign-ins ended: in sum, then the real failures by reason, each with its clients. */
export function signIn(page: Page): string[] {
  const { signIn } = page.report
  if (signIn === null) return []
  const { attempts, clients, succeeded, failed, unfinished, steps, exact, failures, neverIn } = signIn
  const facts = [
    words(page, 'signInAttempts', ...[attempts, clients, succeeded, failed, unfinished].map(count)),
    ...(exact ? [] : [words(page, 'signInAtLeast')]),
    ...(steps > 0 ? [words(page, 'signInSteps', count(steps))] : []),
  ]
  const rows = failures.slice(0, MOST_REASONS).map((f) => ({ ...f, name: f.name ?? words(page, 'noExplanation') }))
  const unanswered = neverIn.reduce((sum, { hits }) => sum + hits, 0)
  if (unanswered > 0)
    rows.push({
      code: '401',
      hits: unanswered,
      name: words(page, 'neverIn'),
      clients: neverIn.map((c) => ({ ...c, error: 0 })),
    })
  const codes = Math.max(0, ...rows.map(({ code }) => width(code)))
  return [
    page.style.bold(words(page, 'signIn')),
    ...facts.flatMap((fact) => wrap(fact, page.width - 2)).map((line) => `  ${line}`),
    ...rows.flatMap(({ code, hits, name, clients }) => [
      truncate(`  ${padEnd(code, codes)}${padStart(count(hits), 9)}  ${name}`, page.width),
      ...clientsLine(page, clients),
    ]),
    '',
  ]
}

function clientsLine(page: Page, clients: readonly { readonly value: string; readonly hits: number }[]): string[] {
  const shown = clients.slice(0, page.top ?? USUAL_CLIENTS).map(({ value, hits }) => `${visible(value)} ${count(hits)}`)
  if (shown.length === 0) return []
  const lines = page.top === undefined ? [shown.join(' · ')] : shown
  return lines.map((line) => page.style.faint(truncate(`          ${line}`, page.width)))
}
