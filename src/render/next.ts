import type { Language } from '../catalogue/note.js'
import { answer, checkOwner } from '../catalogue/query.js'
import type { Finding, ReportCode } from '../report/shape.js'
import { quoted } from '../shell.js'
import { say } from './words.js'

/** How a report was asked for, as far as other commands are asked alike. */
export interface Origin {
  /** The command: '' for `logstat PATH…`. */
  readonly command: string
  /** Logs, none of them standard input; empty where a database is reported. */
  readonly paths: readonly string[]
  readonly db: string | null
  /** Options that say how logs are read and which requests are wanted. */
  readonly options: readonly string[]
  /** `-s` and `--top`. */
  readonly status: string | null
  readonly top: number | null
}

/** Values of each list that a closer look shows. */
const TOP = 20

/** A finding and its report, as far as commands are made of them. */
interface Shown {
  readonly finding: Finding | undefined
  /** Findings beyond those whose explanation is printed. */
  readonly unexplained: Finding | undefined
  readonly hasSubstatus: boolean
  readonly server: string | null
  readonly language: Language
}

/** Commands that tell more than the report does: each runs as it is printed. */
export function nextSteps(
  { finding, unexplained, hasSubstatus, server, language }: Shown,
  origin: Origin | undefined,
): string[] {
  if (!origin || !finding) return []
  const steps: string[] = []
  const { command, paths, db } = origin
  const input = [...(db === null ? paths.map(quoted) : ['--db', quoted(db)]), ...origin.options]
  if (db !== null || paths.length > 0) {
    const status = statusOf(finding)
    if (status !== null && !(origin.status === status && (origin.top ?? 0) >= TOP))
      steps.push(
        ['logstat', ...(db === null ? [] : ['report']), ...input, '-s', status, '--top', String(TOP)].join(' '),
      )
    if (hasSubstatus && command !== 'iis') steps.push(['logstat iis', ...input].join(' '))
  }
  const explain = unexplained && explained(unexplained, server)
  if (explain) steps.push(explain)
  const label = `${say(language, 'next')}${language === 'zh' ? '：' : ': '}`
  return steps.map((step, i) => (i === 0 ? label : ' '.repeat(6)) + step)
}

function statusOf({ status, substatus }: Pick<ReportCode, 'status' | 'substatus'>): string | null {
  return status === null ? null : substatus === null ? String(status) : `${status}.${substatus}`
}

/** A command that explains a finding as the report does, in the server's meaning, as exactly as the catalogue can. */
function explained({ status, substatus, reason, win32Status }: Finding, server: string | null): string | null {
  const code = statusOf({ status, substatus })
  const asked =
    reason !== null
      ? [`${server === 'httpsys' ? 'httperr' : server}:${reason}`]
      : [
          ...(win32Status === null || code === null ? [] : [`${code}/${win32Status}`]),
          ...(code === null ? [] : [code]),
          ...(status === null ? [] : [String(status)]),
        ]
  const known = asked.find((query) => isKnown(query, server))
  if (known === undefined) return null
  return `logstat explain ${quoted(known)}${reason !== null || server === null ? '' : ` --server ${server}`}`
}

function isKnown(query: string, server: string | null): boolean {
  try {
    answer(query, checkOwner(server ?? undefined))
    return true
  } catch {
    return false
  }
}
