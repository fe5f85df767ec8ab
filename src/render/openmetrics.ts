import type { Report } from '../report/shape.js'
import { codeName, verdictOfMost } from '../report/shape.js'
import { CLASSES, classOf } from '../report/timeline.js'
import { SEVERITIES } from '../threshold/grammar.js'
import { visible } from './visible.js'

// OpenMetrics 1.0 (https://github.com/prometheus/OpenMetrics), as the textfile collector of the node exporter reads it.
// No sample carries a time: the collector refuses such files.

interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly unit?: string
  readonly help: string
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

export function* renderOpenMetrics(report: Report): Generator<string> {
  for (const { name, type, unit, help, samples } of familiesOf(report)) {
    if (samples.length === 0) continue
    yield `# TYPE ${name} ${type}\n`
    if (unit) yield `# UNIT ${name} ${unit}\n`
    yield `# HELP ${name} ${help}\n`
    const suffix = type === 'counter' ? '_total' : ''
    for (const { labels, value } of samples) yield `${name}${suffix}${labelsText(labels)} ${value}\n`
  }
  yield '# EOF\n'
}

function familiesOf(report: Report): Family[] {
  const { totals, classes, codes, otherCodes, findings, period, rejects } = report
  const one = (value: number | null): Family['samples'] => (value === null ? [] : [{ labels: {}, value }])
  const codeSamples = codes.map((code) => ({
    labels: {
      code: codeName(code),
      class: classOf(code.status === null ? null : Math.floor(code.status / 100)),
      verdict: verdictOfMost(code.verdicts),
    },
    value: code.hits,
  }))
  const others = { labels: { code: '(other)', class: '', verdict: '' }, value: otherCodes.hits }
  const of = (name: string): Report['classes'][number] | undefined => classes.find((c) => c.class === name)
  return [
    { name: 'logstat_entries', type: 'counter', help: 'Requests read.', samples: one(totals.entries) },
    {
      name: 'logstat_lines_rejected',
      type: 'counter',
      help: 'Lines that were not understood, by reason.',
      samples: rejects.map(({ reason, count }) => ({ labels: { reason }, value: count })),
    },
    {
      name: 'logstat_sent_bytes',
      type: 'counter',
      unit: 'bytes',
      help: 'Bytes sent to clients.',
      samples: one(totals.bytesSent),
    },
    {
      name: 'logstat_class_requests',
      type: 'counter',
      help: 'Requests by class of status code.',
      samples: CLASSES.map((name) => ({ labels: { class: name }, value: of(name)?.hits ?? 0 })),
    },
    {
      name: 'logstat_code_requests',
      type: 'counter',
      help: 'Requests by status code with sub-status or reason.',
      samples: otherCodes.hits > 0 ? [...codeSamples, others] : codeSamples,
    },
    {
      name: 'logstat_class_time_taken_p95_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'Time taken that 95 % of the requests of a class did not exceed.',
      samples: classes.flatMap(({ class: name, timeTaken }) =>
        timeTaken ? [{ labels: { class: name }, value: timeTaken.p95Ms / 1000 }] : [],
      ),
    },
    {
      name: 'logstat_finding_requests',
      type: 'gauge',
      help: 'Requests of each finding.',
      samples: added(findings.map(({ id, severity, code, hits }) => ({ labels: { id, severity, code }, value: hits }))),
    },
    {
      name: 'logstat_findings',
      type: 'gauge',
      help: 'Number of findings.',
      samples: SEVERITIES.map((severity) => ({
        labels: { severity },
        value: findings.filter((f) => f.severity === severity).length,
      })),
    },
    {
      name: 'logstat_problem_requests',
      type: 'gauge',
      help: 'Requests that are neither normal nor noise.',
      samples: one(report.problems),
    },
    {
      name: 'logstat_first_entry_timestamp_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'Time of the first request.',
      samples: one(period && Date.parse(period.from) / 1000),
    },
    {
      name: 'logstat_last_entry_timestamp_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'Time of the last request.',
      samples: one(period && Date.parse(period.to) / 1000),
    },
  ]
}

/** A sample for each set of labels. */
function added(samples: Family['samples']): Family['samples'] {
  const sums = new Map<string, Family['samples'][number]>()
  for (const { labels, value } of samples)
    sums.set(labelsText(labels), { labels, value: value + (sums.get(labelsText(labels))?.value ?? 0) })
  return [...sums.values()]
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const texts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(visible(value))}"`)
  return texts.length > 0 ? `{${texts.join(',')}}` : ''
}

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
