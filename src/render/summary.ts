import type { Language } from '../catalogue/note.js'
import { wordsIn } from '../errors.js'
import { type Finding, iso, type Report } from '../report/shape.js'
import type { Change } from '../summary/changes.js'
import type { Coverage } from '../summary/coverage.js'
import type { Summary, Told } from '../summary/summary.js'
import type { Judged } from '../threshold/evaluate.js'
import { localTime } from '../time-zone.js'
import { count, padEnd, padStart, percent, truncate, visible, width } from './cells.js'
import { nextSteps } from './next.js'
import type { RenderOptions } from './render.js'
import { type Style, style } from './style.js'
import { pageOf, stretch } from './text/page.js'

// A summary on one screen: its state and why, what was found, what changed, noise, and how much the logs show.

const STATES: Readonly<Record<Summary['state'], { readonly en: string; readonly zh: string }>> = {
  ok: { en: 'OK', zh: '正常' },
  attention: { en: 'ATTENTION', zh: '请注意' },
  alert: { en: 'ALERT', zh: '报警' },
  unknown: { en: 'UNKNOWN', zh: '无法判断' },
}

/** So many findings are told. */
const MOST_FINDINGS = 5
/** So many changes of codes of a kind are told. */
const MOST_CHANGES = 4

interface Screen {
  readonly told: Told
  readonly language: Language
  readonly options: RenderOptions
  readonly style: Style
}

export function renderSummary(told: Told, options: RenderOptions): string {
  const screen = { told, language: told.report.language, options, style: style(options.color) }
  const { summary } = told
  const lines = [
    stateLine(screen),
    ...summary.notes.map(({ isGrave, words }) => noteLine(screen, isGrave, wordsIn(words, screen.language))),
    ...(summary.lastDay === null
      ? []
      : [
          `  ${say(screen, `the last day with requests is ${summary.lastDay}`, `最近有请求的一天是 ${summary.lastDay}`)}`,
        ]),
    ...summary.thresholds.map((threshold) => `  ${thresholdLine(threshold, screen)}`),
    ...findingLines(screen),
    '',
    ...changeLines(screen),
    ...noiseLines(screen),
    coverageLine(screen),
    ...nextLines(screen),
  ]
  return `${lines.join('\n')}\n`
}

/** @returns the words in the language of the screen */
const say = ({ language }: Screen, en: string, zh: string): string => (language === 'zh' ? zh : en)

/** The state and its reason in a line: `ALERT  2026-11-22  5xx > 2%: 4.1 % (312 of 7,610)`. */
export function headline({ summary, report: { language } }: Told): string {
  return `${STATES[summary.state][language]}  ${summary.day}  ${reasonOf(summary, language)}`
}

/** Why the state is what it is: the first threshold that is exceeded, else what stands in the way of judging. */
function reasonOf({ thresholds, notes, requests }: Summary, language: Language): string {
  const exceeded = thresholds.find((threshold) => threshold.exceeded)
  if (exceeded) return `${exceeded.text}${language === 'zh' ? '：' : ': '}${visible(wordsIn(exceeded.value, language))}`
  const [note] = notes
  if (note) return visible(wordsIn(note.words, language))
  return language === 'zh' ? `${count(requests)} 个请求` : `${count(requests)} requests`
}

function stateLine(screen: Screen): string {
  const { told, options, style: s } = screen
  const { state, isLate } = told.summary
  const paint = { ok: s.good, attention: s.warn, alert: s.bad, unknown: s.bad }[state]
  const late = isLate ? say(screen, '  (told late: no summary ran)', '  （补报：当时没有运行汇总）') : ''
  return s.bold(paint(truncate(headline(told), Math.max(40, options.width - width(late))))) + late
}

function noteLine({ style: s }: Screen, isGrave: boolean, text: string): string {
  const line = `  ! ${visible(text)}`
  return isGrave ? s.bad(line) : s.warn(line)
}

function thresholdLine({ text, exceeded, value }: Judged, screen: Screen): string {
  const s = screen.style
  const shown = visible(wordsIn(value, screen.language))
  if (exceeded === null) return s.warn(say(screen, `NOT JUDGED  ${text}: ${shown}`, `无法判断：${text}，${shown}`))
  if (exceeded) return s.bad(say(screen, `EXCEEDED  ${text}: ${shown}`, `超过阈值：${text}，实际 ${shown}`))
  return s.faint(say(screen, `ok  ${text}: ${shown}`, `未超阈值：${text}，实际 ${shown}`))
}

function findingLines(screen: Screen): string[] {
  const { told, style: s } = screen
  const all = told.report.findings.filter(({ severity }) => severity !== 'info')
  if (all.length === 0) return []
  const more = all.length - MOST_FINDINGS
  return [
    '',
    s.bold(say(screen, 'Found', '发现')),
    ...all.slice(0, MOST_FINDINGS).flatMap((finding) => findingText(screen, finding)),
    ...(more > 0 ? [`  ${s.faint(say(screen, `${more} more in the report`, `报告中另有 ${more} 项`))}`] : []),
  ]
}

const SEVERITIES: Readonly<Record<Finding['severity'], { readonly en: string; readonly zh: string }>> = {
  act: { en: 'act', zh: '处理' },
  watch: { en: 'watch', zh: '关注' },
  info: { en: 'info', zh: '信息' },
}

/** A finding in a line, and below it the first check. */
function findingText(screen: Screen, finding: Finding): string[] {
  const { options, told, language, style: s } = screen
  const { severity, title, hits, where, checks } = finding
  const paint = { act: s.bad, watch: s.warn, info: s.faint }[severity]
  const [check] = checks
  const facts = [count(hits), ...stretch(pageOf(told.report, options), finding), ...(where ? [visible(where)] : [])]
  const line = `${padEnd(SEVERITIES[severity][language], 6)}${visible(title)}  ${facts.join('  ')}`
  return [
    `  ${paint(truncate(line, options.width - 2))}`,
    ...(check === undefined ? [] : [`        ${s.faint(truncate(`→ ${visible(check)}`, options.width - 8))}`]),
  ]
}

const COUNTED: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  requests: { en: 'requests', zh: '请求' },
  problems: { en: 'problems', zh: '问题' },
}
const KINDS: readonly (readonly [NonNullable<Change['kind']>, string, string])[] = [
  ['new', 'new', '新出现'],
  ['grew', 'grew', '增多'],
  ['shrank', 'shrank', '减少'],
  ['gone', 'gone', '消失'],
]

function changeLines(screen: Screen): string[] {
  const { told, language, style: s } = screen
  const { changes, against } = told.summary
  const counted = changes.filter(({ kind }) => kind === undefined)
  const codes = KINDS.flatMap(([kind, en, zh]) => {
    const of = changes.filter((change) => change.kind === kind)
    if (of.length === 0) return []
    const shown = of.slice(0, MOST_CHANGES).map(({ what, now, before }) => {
      const numbers = kind === 'new' ? count(now) : `${count(before)} → ${count(now)}`
      return `${visible(what)} (${numbers})`
    })
    const more = of.length > MOST_CHANGES ? ` +${of.length - MOST_CHANGES}` : ''
    return [`  ${padEnd(say(screen, `${en}:`, `${zh}：`), 8)} ${shown.join(' · ')}${more}`]
  })
  return [
    s.bold(say(screen, `Against ${against}`, `与 ${against} 相比`)),
    ...counted.map(
      (change) =>
        `  ${padEnd(COUNTED[change.what]?.[language] ?? change.what, 10)}${padStart(count(change.now), 12)}  ${changeText(screen, change)}`,
    ),
    ...codes,
  ]
}

function changeText(screen: Screen, { now, before }: Change): string {
  if (now === before) return say(screen, 'unchanged', '不变')
  if (before === 0) return say(screen, 'none then', '当时为 0')
  const change = ((now - before) / before) * 100
  const text = `${change > 0 ? '▲' : '▼'} ${Math.abs(change).toFixed(Math.abs(change) < 10 ? 1 : 0)}`
  return say(screen, `${text} %  (was ${count(before)})`, `${text}%（原为 ${count(before)}）`)
}

function noiseLines(screen: Screen): string[] {
  const { totals, verdicts } = screen.told.report
  const noise = verdicts.noise ?? 0
  if (noise === 0) return []
  const share = percent(noise, totals.entries)
  return [
    say(
      screen,
      `Noise: ${count(noise)} requests (${share}): scanners, robots, habits of browsers`,
      `噪声：${count(noise)} 个请求（${share}），来自扫描器、机器人和浏览器的习惯`,
    ),
  ]
}

function coverageLine(screen: Screen): string {
  const { report, summary } = screen.told
  const { read, lastAt } = summary.coverage
  const logs = report.inputs.length
  const to = lastAt === null ? '–' : localTime(lastAt - 1, screen.options.timeZone).slice(0, 16)
  return say(
    screen,
    `Coverage: ${count(logs)} ${logs === 1 ? 'log' : 'logs'}, last entry ${to}; new: ${count(read.lines)} lines, ${count(read.rejected)} not understood, ${count(read.withoutTime)} without a time`,
    `覆盖：${count(logs)} 个日志，最后一条 ${to}；新增 ${count(read.lines)} 行，其中 ${count(read.rejected)} 行无法识别，${count(read.withoutTime)} 条没有时间`,
  )
}

/** The subject of a mail: `5xx 4.1 % (0.3 %)`, or what stands in the way of judging, in short. */
export function shortReason({ thresholds, notes }: Summary, language: Language): string {
  const exceeded = thresholds.find((threshold) => threshold.exceeded)
  if (!exceeded) return notes[0] ? wordsIn(notes[0].words, language) : ''
  const comparison = /^(?!severity)(.+?)\s*(?:[<>]=?|=)/.exec(exceeded.text)
  const [value, was] = [exceeded.value, exceeded.was].map((words) => words && bare(wordsIn(words, language)))
  if (!comparison) return wordsIn(exceeded.value, language)
  return `${comparison[1]} ${value}${was ? ` (${was})` : ''}`
}

/** A value without the counts behind it. */
const bare = (value: string): string => value.replace(/\s*[(（].*$/s, '')

/** Commands that tell more. */
function nextLines({ told, language, options }: Screen): string[] {
  const { findings, codes, inputs } = told.report
  const hasSubstatus = codes.some(({ substatus }) => substatus !== null)
  const shown = {
    finding: findings[0],
    unexplained: findings[0],
    hasSubstatus,
    server: inputs[0]?.server ?? null,
    language,
  }
  return nextSteps(shown, options.origin)
}

/** The key `summary` of the JSON report. */
export function summaryJson({ summary, report: { language } }: Told): Record<string, unknown> {
  return {
    ...summary,
    headline: headline({ summary, report: { language } as Report }),
    thresholds: summary.thresholds.map(({ text, exceeded, value, was }) => ({
      text,
      value: value.en,
      exceeded,
      was: was?.en ?? null,
    })),
    notes: summary.notes.map(({ id, isGrave, words }) => ({ id, isGrave, text: wordsIn(words, language) })),
    coverage: coverageJson(summary.coverage, language),
    undated: { entries: summary.coverage.read.entries, withoutTime: summary.coverage.read.withoutTime },
  }
}

function coverageJson({ gaps, due, lastAt, read, unread }: Coverage, language: Language): Record<string, unknown> {
  return {
    lastEntry: iso(lastAt),
    gaps: gaps.map(({ from, to, due: missing, log }) => ({
      from: iso(from),
      to: iso(to),
      due: Math.round(missing),
      log,
    })),
    due: due && { ...due, due: Math.round(due.due) },
    read,
    unread: unread.map((words) => wordsIn(words, language)),
  }
}
