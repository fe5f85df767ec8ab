import type { Changes, Comparison } from '../report/compare.js'
import { codeName, type Finding, QUIET, type Report, type ReportCode, verdictOfMost } from '../report/shape.js'
import { localTime, offsetName } from '../time-zone.js'
import { bytes, count, percent } from './cells.js'
import { emptyText } from './empty.js'
import { codeSpan, markdown, markdownCell, markdownText } from './markdown.js'
import { rangeText } from './range.js'
import type { RenderOptions } from './render.js'
import { comparedName } from './text/comparison.js'
import { nothingFound } from './text/findings.js'
import { pageOf, stretch, type Page as TextPage } from './text/page.js'
import { SECTION_TITLES } from './text/sections.js'
import { milliseconds } from './time-taken.js'
import { CHANGE_WORDS, REASON_WORDS, say, VERDICT_WORDS, type Word } from './words.js'

// The report as GitHub, GitLab and wikis render it. Values out of a log are code, or escaped wholly.

const MAX_CODES = 200
const MAX_FINDINGS = 30
const MAX_EXPLAINED = 5
const MAX_VALUES = 5

export function renderMarkdown(report: Report, options: RenderOptions): Iterable<string> {
  const { timeZone } = options
  const page: Page = {
    report,
    word: (word, ...values) => say(report.language, word, ...values),
    time: (time) => (time === null ? '–' : localTime(Date.parse(time) / 1000, timeZone)),
    zone: timeZone,
    text: pageOf(report, options),
  }
  const parts = report.totals.entries > 0 ? [classes, findings, comparison, sections, codes, explanations] : []
  return [`${[...head(page), ...[...parts, rejects].flatMap((part) => part(page))].join('\n').trimEnd()}\n`]
}

interface Page {
  readonly report: Report
  readonly word: (word: Word, ...values: readonly (string | number)[]) => string
  readonly time: (time: string | null) => string
  readonly zone: string
  /** The same report as plain text has it. */
  readonly text: TextPage
}

/** A table of GitHub-flavoured Markdown; cells are Markdown already. @param right columns of numbers */
function table(head: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (right.includes(i) ? '---:' : '---'))), ...rows.map(line), '']
}

function head({ report, word, time, zone }: Page): string[] {
  const { totals, inputs, period } = report
  const names = inputs.slice(0, 3).map(({ name }) => codeSpan(name))
  if (inputs.length > 3) names.push(word('moreInputs', inputs.length - 3))
  const facts = [
    word('requests', count(totals.entries)),
    ...(totals.filtered && report.range === null ? [word('leftOut', count(totals.filtered))] : []),
    ...(totals.bytesSent === null ? [] : [word('sent', bytes(totals.bytesSent))]),
    ...(totals.rejected ? [word('notUnderstood', count(totals.rejected))] : []),
    ...(totals.withoutTime ? [word('withoutTime', count(totals.withoutTime))] : []),
  ]
  const span = period
    ? [`${time(period.from)} – ${time(period.to)} (${zone} ${offsetName(Date.parse(period.to) / 1000, zone)})`, '']
    : []
  return [
    `# logstat: ${names.join(' · ')}`,
    '',
    ...span,
    ...rangeText(report, zone).flatMap((line) => [markdownText(line), '']),
    facts.join(' · '),
    '',
    ...(totals.entries > 0 ? [] : emptyText(report, zone).flatMap((line) => [markdownText(line), ''])),
  ]
}

function classes({ report, word }: Page): string[] {
  const told = report.classes.filter(({ hits }) => hits > 0)
  const timed = told.some(({ timeTaken }) => timeTaken !== null)
  const rows = told.map(({ class: name, hits, timeTaken }) => [
    name,
    count(hits),
    percent(hits, report.totals.entries).replace('<', '&lt;').replace('>', '&gt;'),
    ...(timed ? [timeTaken ? milliseconds(timeTaken.p50Ms) : '', timeTaken ? milliseconds(timeTaken.p95Ms) : ''] : []),
  ])
  return table([word('class'), word('hits'), word('share'), ...(timed ? ['p50', 'p95'] : [])], rows, [1, 2, 3, 4])
}

/** A heading for each finding that needs attention, with its evidence and first check; a line for each of the others. */
function findings({ report, word, text }: Page): string[] {
  const [loud, quiet] = [true, false].map((isLoud) =>
    report.findings.filter(({ severity }) => (severity !== 'info') === isLoud),
  ) as [Finding[], Finding[]]
  const told = loud.slice(0, MAX_FINDINGS).flatMap((finding) => {
    const { code, title, hits, evidence, whom, checks } = finding
    const facts = [...evidence, ...(whom ? [whom] : [])]
    return [
      `### ${code ? `${codeSpan(code)} ` : ''}${title ? markdownText(title) : word('noExplanation')}`,
      '',
      markdownText([word('hitsOf', count(hits)), ...stretch(text, finding)].join(' · ')),
      '',
      ...facts.map((fact) => `- ${markdownText(fact)}`),
      ...(checks[0] ? [`- **${word('firstCheck')}** ${markdownText(checks[0])}`] : []),
      '',
    ]
  })
  const rows = quiet
    .slice(0, MAX_FINDINGS)
    .map(({ codes, hits, title }) => [codes.slice(0, 3).map(codeSpan).join(' '), count(hits), markdownText(title)])
  const moreOf = (list: readonly Finding[]): string[] =>
    list.length > MAX_FINDINGS ? [word('moreRows', count(list.length - MAX_FINDINGS)), ''] : []
  return [
    ...(loud.length > 0
      ? [`## ${word('needsAttention')}`, '', ...told, ...moreOf(loud)]
      : [`**${nothingFound(text)}**`, '']),
    ...(quiet.length > 0
      ? [
          `## ${word('background')}`,
          '',
          ...table([word('code'), word('hits'), word('meaning')], rows, [1]),
          ...moreOf(quiet),
        ]
      : []),
  ]
}

function comparison({ report, word, zone }: Page): string[] {
  const { comparison, language } = report
  if (comparison === null) return []
  const { requests, codes, paths, findings, test } = comparison
  const block = (title: Word, { rows, unsure }: Changes): string[] => {
    if (rows.length + unsure.length === 0) return []
    const cells = rows
      .slice(0, MAX_FINDINGS)
      .map(({ change, code, path, name, before, now }) => [
        CHANGE_WORDS[change][language],
        codeSpan(code),
        path === null ? markdownText(name ?? '') : codeSpan(path),
        count(before),
        count(now),
      ])
    const few = unsure
      .slice(0, MAX_FINDINGS)
      .map(
        ({ change, code, path, before, now }) =>
          `${CHANGE_WORDS[change][language]} ${codeSpan(code)}${path === null ? '' : ` ${codeSpan(path)}`} ${count(now || before)}`,
      )
    return [
      `### ${word(title)}`,
      '',
      ...(cells.length > 0 ? table(['', word('code'), '', word('before'), word('now')], cells, [3, 4]) : []),
      ...(few.length > 0 ? [word('tooFew', few.join(' · ')), ''] : []),
    ]
  }
  return [
    `## ${word('comparedWith', markdownText(comparedName({ zone, language }, comparison as Comparison)))}`,
    '',
    word('requestsBoth', count(requests.now), count(requests.before)),
    '',
    ...block('changedFindings', findings),
    ...block('codes', codes),
    ...(paths ? block('changedPaths', paths) : [word('pathsByDay'), '']),
    word('changeRule', count(1 / test.level), String(test.ratio)),
    '',
  ]
}

function sections({ report, word }: Page): string[] {
  if (report.sections === null) return []
  const { by, rows } = report.sections
  const cells = rows.slice(0, MAX_CODES).map(({ name, entries, problems, codes }) => [
    name === null ? word('noHost') : codeSpan(name),
    count(entries),
    count(problems),
    codes
      .filter(({ verdict }) => !QUIET.has(verdict))
      .slice(0, MAX_VALUES)
      .map(({ code, hits }) => `${codeSpan(code)} ${count(hits)}`)
      .join(' · '),
  ])
  return [
    `## ${word(SECTION_TITLES[by])}`,
    '',
    ...table(['', word('hits'), word('problemHits'), word('code')], cells, [1, 2]),
  ]
}

function codes({ report, word, time }: Page): string[] {
  const { codes, otherCodes, totals, language } = report
  const shown = codes.slice(0, MAX_CODES)
  const rows = shown.map((code) => [
    codeSpan(codeName(code)),
    count(code.hits),
    percent(code.hits, totals.entries).replace('<', '&lt;').replace('>', '&gt;'),
    code.timeTaken ? milliseconds(code.timeTaken.p95Ms) : '',
    time(code.firstSeen),
    time(code.lastSeen),
    VERDICT_WORDS[verdictOfMost(code.verdicts)][language],
    code.explanation ? markdownCell(code.explanation.name) : word('noExplanation'),
  ])
  const more = codes.length - shown.length + otherCodes.codes
  const hits = shown.reduce((left, c) => left - c.hits, totals.entries)
  const titles = (['code', 'hits', 'share', 'p95', 'first', 'last', 'whose', 'meaning'] as const).map((w) => word(w))
  return [
    `## ${word('allCodes')}`,
    '',
    ...table(titles, rows, [1, 2, 3]),
    ...(more > 0 ? [word('moreCodes', count(more), count(hits)), ''] : []),
  ]
}

/** The meaning of the first codes that have findings. */
function explanations({ report, word }: Page): string[] {
  const loud = report.findings.filter(({ severity }) => severity !== 'info')
  const named = new Set(loud.map(({ status, substatus, reason }) => codeName({ status, substatus, reason })))
  const told = report.codes.filter((code) => named.has(codeName(code)) && code.explanation)
  const first = [...named].flatMap((name) => told.filter((code) => codeName(code) === name)).slice(0, MAX_EXPLAINED)
  return first.flatMap((code) => explained(code, word))
}

function explained(code: ReportCode, word: Page['word']): string[] {
  const { explanation, top } = code
  if (!explanation) return []
  const list = (label: Word, values: ReportCode['top']['paths']): string[] =>
    values.length === 0
      ? []
      : [
          `${word(label)}: ${values
            .slice(0, MAX_VALUES)
            .map(({ value, hits }) => `${codeSpan(value)} ${count(hits)}`)
            .join(' · ')}`,
          '',
        ]
  return [
    `## ${codeSpan(codeName(code))} ${markdown(explanation.name)}`,
    '',
    markdown(explanation.meaning),
    '',
    ...(explanation.causes.length > 0
      ? [`${word('usually')}:`, '', ...explanation.causes.map((c) => `- ${markdown(c)}`), '']
      : []),
    ...(explanation.checks.length > 0
      ? [`${word('check')}:`, '', ...explanation.checks.map((c, i) => `${i + 1}. ${markdown(c)}`), '']
      : []),
    ...list('paths', top.paths),
    ...list('clientList', top.clients),
  ]
}

function rejects({ report, word }: Page): string[] {
  const { rejects, totals, language } = report
  if (rejects.length === 0) return []
  const rows = rejects.map(({ reason, count: lines, samples: [first] }) => [
    count(lines),
    REASON_WORDS[reason]?.[language] ?? markdownText(reason),
    first ? `${codeSpan(first.input)}:${first.line}` : '',
    first ? codeSpan(first.text.slice(0, 160)) : '',
  ])
  return [`## ${word('notUnderstood', count(totals.rejected))}`, '', ...table(['', '', '', ''], rows, [0])]
}
