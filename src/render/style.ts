import type { Verdict } from '../catalogue/note.js'
import { QUIET } from '../report/shape.js'

// The few colours used, by what they mean. Without colour every function returns its text as it is.
export interface Style {
  bold(text: string): string
  faint(text: string): string
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
  verdict(verdict: Verdict, text: string): string
  statusClass(name: string, text: string): string
}

export function style(color: boolean): Style {
  const paint =
    (code: string) =>
    (text: string): string =>
      color && text ? `\x1b[${code}m${text}\x1b[0m` : text
  const [bold, faint, good, bad, warn, info] = ['1', '2', '32', '31', '33', '36'].map(paint) as [P, P, P, P, P, P]
  return {
    bold,
    faint,
    good,
    bad,
    warn,
    verdict: (v, text) =>
      v === 'server' || v === 'backend'
        ? bad(text)
        : QUIET.has(v)
          ? faint(text)
          : v === 'client'
            ? info(text)
            : warn(text),
    statusClass: (name, text) =>
      (name === '2xx' ? good : name === '3xx' ? info : name === '4xx' ? warn : name === '5xx' ? bad : faint)(text),
  }
}
type P = (text: string) => string
