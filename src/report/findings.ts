import type { Verdict } from '../catalogue/note.js'
import { codeName, type Finding, QUIET, type Report, type ReportCode, type Win32Row } from './shape.js'

/** Ranks of verdicts, the most urgent first: problems with a lower one are read first. */
export const URGENCY: Readonly<Record<Verdict, number>> = {
  server: 0,
  backend: 0,
  config: 0,
  auth: 1,
  security: 2,
  unknown: 2,
  client: 3,
  noise: 4,
  normal: 5,
}

const ACT: ReadonlySet<Verdict> = new Set(['server', 'backend', 'config'])

/**
 * Without evidence: what in a report needs attention by its codes alone: the most urgent first, then what has the most
 * hits.
 */
export function findingsOf({ codes, range }: Pick<Report, 'codes' | 'range'>): Finding[] {
  // Lists of whole days say nothing of a part of one.
  const ofDays = range?.listDays != null
  const findings = codes
    .flatMap((code) => [...findingsOfCode(code)])
    .map((finding) => (ofDays ? { ...finding, mostly: null } : finding))
  return findings.sort((a, b) => URGENCY[a.verdict] - URGENCY[b.verdict] || b.hits - a.hits)
}

function* findingsOfCode(code: ReportCode): Generator<Finding> {
  const named = new Map<Verdict, number>()
  for (const row of code.win32) {
    // A verdict that rests on a Win32 status is told with it: 401.1 may be normal with one value and a failed logon
    // with another.
    if (!row.explanation || QUIET.has(row.verdict)) continue
    named.set(row.verdict, (named.get(row.verdict) ?? 0) + row.hits)
    yield finding(code, row.verdict, row.hits, row)
  }
  for (const [verdict, hits] of Object.entries(code.verdicts) as [Verdict, number][]) {
    const rest = hits - (named.get(verdict) ?? 0)
    if (!QUIET.has(verdict) && rest > 0) yield finding(code, verdict, rest, null)
  }
}

/** @param row what of the code it is about; null: all of it, or the rest of it */
function finding(code: ReportCode, verdict: Verdict, hits: number, row: Win32Row | null): Finding {
  const { status, substatus, reason } = code
  const of = row ?? code
  const name = codeName(code)
  return {
    id: 'code',
    severity: ACT.has(verdict) ? 'act' : 'watch',
    codes: [row?.value ? `${name}/${row.value}` : name],
    share: 0,
    clients: 0,
    ongoing: false,
    where: '',
    whom: '',
    evidence: [],
    checks: [],
    series: [],
    top: { paths: [], clients: [], referers: [] },
    timeTaken: null,
    code: row?.value ? `${name}/${row.value}` : name,
    status,
    substatus,
    reason,
    win32Status: row?.value ?? null,
    verdict,
    hits,
    title: row ? row.meaning : (code.explanation?.name ?? ''),
    // Lists are kept of a code as a whole: of a rest of it they say nothing.
    mostly: hits === of.hits ? mostly(of) : null,
    firstSeen: of.firstSeen,
    lastSeen: of.lastSeen,
  }
}

/** Share of the hits from which a value stands out. */
const MOSTLY = 0.3

function mostly({ hits, top }: Pick<ReportCode, 'hits' | 'top'>): Finding['mostly'] {
  for (const [dimension, [first]] of [
    ['path', top.paths],
    ['client', top.clients],
  ] as const)
    if (first && first.hits / hits >= MOSTLY) return { dimension, value: first.value, share: first.hits / hits }
  return null
}
