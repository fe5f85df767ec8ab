import { lookUp } from '../catalogue/look-up.js'
import type { Text, Verdict } from '../catalogue/note.js'
import { diagnose } from '../diagnosis/diagnose.js'
import type { CodeEvidence, Evidence } from '../diagnosis/evidence.js'
import type { Finding as Found } from '../diagnosis/finding.js'
import type { Source } from '../store/store.js'
import type { CodeKey } from '../tally/tally.js'
import { type Finding, iso, type Report } from './shape.js'

// What the diagnosis says, as the report writes it.

export interface DiagnosisOptions {
  readonly select?: ((code: CodeKey) => boolean) | undefined
  readonly server?: string | null | undefined
  /** Writes a time; UTC when absent. */
  readonly clock?: ((seconds: number) => string) | undefined
}

/**
 * The findings of a report. Undefined: the store holds no evidence, since an older version made it, or none of a part of
 * a day.
 *
 * @param sources those that the report is of
 */
export function diagnosed(
  evidence: Evidence | undefined,
  told: Omit<Report, 'findings' | 'rules'>,
  sources: readonly Source[],
  options: DiagnosisOptions,
): Pick<Report, 'findings' | 'rules'> | undefined {
  if (told.range?.listDays || !evidence) return undefined
  Object.assign(evidence, {
    lines: told.totals.lines - told.totals.ignored,
    rejected: told.totals.rejected,
    withoutTime: told.totals.withoutTime,
  })
  const [writer] = [...sources].sort((a, b) => b.entries - a.entries)
  const server = options.server === undefined ? (writer?.server ?? null) : options.server
  const note = (code: CodeEvidence) => lookUp(code, server, writer?.software ?? null)?.note
  const verdictOf = (code: CodeEvidence): Verdict => note(code)?.verdict ?? 'unknown'
  const { findings, rules } = diagnose(evidence, {
    server,
    verdictOf,
    nameOf: (code) => note(code)?.name ?? null,
    isCut: isCut(evidence),
    ...(options.clock ? { clock: options.clock } : {}),
  })
  const { select } = options
  const selected = select
    ? findings.filter((f) => [...f.takes.keys()].some((key) => select(evidence.codes.get(key) as CodeEvidence)))
    : findings
  return { findings: selected.map((f) => findingOf(f, evidence, told)), rules }
}

/** Whether so much of the trouble had no room that what is left may mislead. */
function isCut({ troubles, lostTroubles }: Evidence): boolean {
  let kept = 0
  for (const { hits } of troubles.values()) kept += hits
  return lostTroubles > kept
}

function findingOf(
  found: Found,
  evidence: Evidence,
  { language, timeline, codes }: Pick<Report, 'language' | 'timeline' | 'codes'>,
): Finding {
  const { takes, minutes, weight, title, where, whom, checks, evidence: facts, firstSeen, lastSeen, ...rest } = found
  const [main] = [...takes].sort((a, b) => b[1] - a[1])
  const code = main ? evidence.codes.get(main[0]) : undefined
  const [path] = found.top.paths
  const inWords = (text: Text): string =>
    text[language].replace(LONG, (word) => `${word.slice(0, 60)}…${word.slice(-20)}`)
  return {
    ...rest,
    codes: rest.codes.slice(0, MANY_CODES),
    status: code?.status ?? null,
    substatus: code?.substatus ?? null,
    reason: code?.reason ?? null,
    win32Status: code?.win32Status || null,
    title: inWords(title),
    where: inWords(where),
    whom: inWords(whom),
    evidence: facts.map(inWords),
    checks: checks.length > 0 ? checks.map(inWords) : firstCheckOf(code, codes),
    firstSeen: iso(firstSeen),
    lastSeen: iso(lastSeen),
    series: seriesOf(minutes, timeline),
    mostly:
      path && found.hits > 0 && path.hits / found.hits >= 0.3
        ? { dimension: 'path', value: path.value, share: Math.min(1, path.hits / found.hits) }
        : null,
  }
}

/** So many codes of a finding are named: a scan may bring thousands. */
const MANY_CODES = 100

/** What the note of a code says to do first, for rules that know no better. */
function firstCheckOf(code: CodeEvidence | undefined, codes: Report['codes']): readonly string[] {
  const of = codes.find(
    (c) => code && c.status === code.status && c.substatus === code.substatus && c.reason === code.reason,
  )
  const special = of?.win32.find(({ value, explanation }) => value === code?.win32Status && explanation)
  return ((special ?? of)?.explanation?.checks ?? []).slice(0, 1)
}

/** Paths may be thousands of characters long: sentences name their beginning and their end. */
const LONG = /[^\s，。：；（）]{100,}/g

/** Entries by bucket of the report's timeline. */
function seriesOf(minutes: ReadonlyMap<number, number>, timeline: Report['timeline']): number[] {
  const series = new Array<number>(timeline.length).fill(0)
  const [first] = timeline
  if (!first) return series
  const from = Date.parse(first.start) / 1000
  for (const [minute, n] of minutes) {
    const bucket = Math.floor((minute * 60 - from) / first.seconds)
    if (bucket >= 0 && bucket < series.length) series[bucket] = (series[bucket] as number) + n
  }
  return series.map(Math.round)
}
