import { addCounts, type Evidence } from './evidence.js'
import { type Finding, makeFinding, num, type Severity, say } from './finding.js'
import { RULES } from './rules/rules.js'
import { type DiagnoseOptions, View } from './view.js'

// Evidence → findings: what a person would say of a log, the most important first.

export interface Findings {
  readonly findings: readonly Finding[]
  /** Number of the rules that looked. */
  readonly rules: number
}

const ORDER: Readonly<Record<Severity, number>> = { act: 0, watch: 1, info: 2 }
/** Findings of one rule and severity that are told one by one. */
const TOLD = 3

export function diagnose(evidence: Evidence, options: DiagnoseOptions): Findings {
  const view = new View(evidence, options)
  const findings: Finding[] = []
  for (const rule of RULES) {
    const found: Finding[] = []
    for (const draft of rule.find(view)) found.push(makeFinding(view, rule.id, draft))
    for (const severity of ['act', 'watch', 'info'] as const)
      findings.push(...fewer(found.filter((f) => f.severity === severity)))
  }
  return {
    findings: mergeIncidents(findings).sort(
      (a, b) => ORDER[a.severity] - ORDER[b.severity] || b.weight - a.weight || b.hits - a.hits,
    ),
    rules: RULES.length,
  }
}

/** Rules that tell of a stretch of time, the one that names the cause first. */
const INCIDENTS = ['outage', 'everybody-gives-up', 'many-give-up-at-once']

/**
 * Failures, and requests that clients then give up, are one incident: findings of one stretch with a path in common
 * become one.
 */
function mergeIncidents(findings: readonly Finding[]): Finding[] {
  const others = findings.filter(({ id }) => !INCIDENTS.includes(id))
  const incidents: Finding[][] = []
  for (const finding of findings
    .filter(({ id }) => INCIDENTS.includes(id))
    .sort((a, b) => INCIDENTS.indexOf(a.id) - INCIDENTS.indexOf(b.id))) {
    const same = incidents.find((incident) => incident.some((other) => isSameIncident(other, finding)))
    if (same) same.push(finding)
    else incidents.push([finding])
  }
  return [...others, ...incidents.map(together)]
}

function isSameIncident(a: Finding, b: Finding): boolean {
  const [from, to] = [Math.max(a.firstSeen ?? 0, b.firstSeen ?? 0), Math.min(a.lastSeen ?? 0, b.lastSeen ?? 0)]
  const paths = new Set(a.top.paths.slice(0, 3).map(({ value }) => value))
  return from <= to + 900 && b.top.paths.slice(0, 3).some(({ value }) => paths.has(value))
}

/** @param incident findings of one incident, the one that names the cause first */
function together(incident: readonly Finding[]): Finding {
  const [cause, ...effects] = incident as [Finding, ...Finding[]]
  if (effects.length === 0) return cause
  const hits = num(effects.reduce((n, f) => n + f.hits, 0))
  const codes = [...new Set(effects.flatMap((f) => f.codes))]
  return {
    ...sumUp(incident),
    severity: incident.some((f) => f.severity === 'act') ? 'act' : cause.severity,
    title: cause.title,
    evidence: [
      ...cause.evidence,
      say(
        `Around that time ${hits} more requests failed or were given up (${codes.join(', ')}).`,
        `同一时段前后另有 ${hits} 个请求失败或被放弃（${codes.join('、')}）。`,
      ),
    ],
    weight: incident.reduce((n, f) => n + f.weight, 0),
  }
}

/** More than three of one rule become two and one for the rest. */
function fewer(found: readonly Finding[]): readonly Finding[] {
  if (found.length <= TOLD) return found
  const sorted = [...found].sort((a, b) => b.weight - a.weight)
  return [...sorted.slice(0, TOLD - 1), sumUp(sorted.slice(TOLD - 1))]
}

function sumUp(rest: readonly Finding[]): Finding {
  const [first] = rest as [Finding]
  const takes = new Map<string, number>()
  const minutes = new Map<number, number>()
  for (const f of rest) {
    addCounts(takes, f.takes)
    addCounts(minutes, f.minutes)
  }
  const times = (f: (x: Finding) => number | null): number[] => rest.map(f).filter((t) => t !== null)
  const top = (name: keyof Finding['top']): Finding['top']['paths'] =>
    rest
      .flatMap((f) => f.top[name])
      .sort((a, b) => b.hits - a.hits)
      .slice(0, 10)
  return {
    ...first,
    title: say(
      `${first.title.en}, and ${num(rest.length - 1)} more alike`,
      `${first.title.zh}，以及另外 ${num(rest.length - 1)} 项类似问题`,
    ),
    codes: [...new Set(rest.flatMap((f) => f.codes))],
    hits: rest.reduce((n, f) => n + f.hits, 0),
    share: rest.reduce((n, f) => n + f.share, 0),
    clients: Math.max(...rest.map((f) => f.clients)),
    firstSeen: times((f) => f.firstSeen).length > 0 ? Math.min(...times((f) => f.firstSeen)) : null,
    lastSeen: times((f) => f.lastSeen).length > 0 ? Math.max(...times((f) => f.lastSeen)) : null,
    ongoing: rest.some((f) => f.ongoing),
    top: { paths: top('paths'), clients: top('clients'), referers: top('referers') },
    minutes,
    takes,
  }
}
