import type { Text } from '../../catalogue/note.js'
import { codeName, type Explanation, type Finding, type ReportCode, type Win32Row } from '../../report/shape.js'
import { count, padEnd, percent, sparkline, truncate, truncateMiddle, visible, width, wrap } from '../cells.js'
import { milliseconds } from '../time-taken.js'
import { BASIS_WORDS, type Word } from '../words.js'
import { fitted, labelled, type Page, stretch, timeText, words } from './page.js'

const MAX_FINDINGS = 12
export const MAX_EXPLAINED = 5

export function findings(page: Page): string[] {
  return [...attention(page), ...background(page)]
}

/** Blocked, or background: a line each. */
function background(page: Page): string[] {
  const quiet = page.report.findings.filter(({ severity }) => severity === 'info')
  if (quiet.length === 0) return []
  const rows = quiet.map((f) => [visible(f.codes.slice(0, 3).join(' ')), count(f.hits), f.title])
  return [
    page.style.bold(words(page, 'background')),
    ...fitted(page, rows, [{ most: 24 }, { align: 'right' }, { most: 0 }], 2),
    '',
  ]
}

/** Two or three lines below the line of a finding: what is known of it, and what to do first. */
function about(page: Page, { evidence, checks, whom }: Finding): string[] {
  const facts = [...evidence, ...(whom ? [whom] : [])].slice(0, 3)
  const room = page.width - 6
  return [
    ...facts.flatMap((fact) => wrap(visible(fact), room)).map((line) => `      ${line}`),
    ...(checks[0]
      ? wrap(`${words(page, 'firstCheck')} ${visible(checks[0])}`, room).map((line) => `      ${line}`)
      : []),
  ]
}

function attention(page: Page): string[] {
  const { totals } = page.report
  const findings = page.report.findings.filter(({ severity }) => severity !== 'info')
  const areMostUnknown = totals.rejected > (totals.lines - totals.ignored) / 2
  const warning = areMostUnknown ? [page.style.bad(words(page, 'mostlyUnknown')), ''] : []
  if (findings.length === 0) return areMostUnknown ? warning : [page.style.good(nothingFound(page)), '']
  const shown = findings.slice(0, MAX_FINDINGS)
  const codes = shown.map(({ codes, code }) => truncate(visible(codes[0] ?? code), 24))
  const room = Math.max(0, ...codes.map(width))
  const told = shown.flatMap((finding, i) => {
    const title = visible(finding.title) || words(page, 'noExplanation')
    const [first = '', ...rest] = wrap(
      [title, words(page, 'hitsOf', count(finding.hits)), ...stretch(page, finding)].join(' · '),
      page.width - room - 4,
    )
    const head = `  ${padEnd(codes[i] as string, room)}  ${first}`
    return [
      ...[head, ...rest.map((line) => `${' '.repeat(room + 4)}${line}`)].map((line) =>
        page.style.verdict(finding.verdict, line),
      ),
      ...about(page, finding),
    ]
  })
  const more = findings.length - shown.length
  return [
    ...warning,
    page.style.bold(words(page, 'needsAttention')),
    ...told,
    ...(more > 0 ? [`  ${page.style.faint(words(page, 'more', more))}`] : []),
    '',
  ]
}

/** A sentence for no findings; `rules` is 0 for a database of a version that kept no evidence. */
export function nothingFound(page: Page): string {
  const { rules } = page.report
  return rules > 0 ? words(page, 'nothingFound', rules) : words(page, 'nothingNeedsAttention')
}

/** A block for each of the first codes that need attention: the most particular explanation there is. */
export function explanations(page: Page): string[] {
  const { codes } = page.report
  const findings = page.report.findings.filter(({ severity }) => severity !== 'info')
  const first = new Map(findings.map((finding) => [finding.code, finding]).reverse() as [string, Finding][])
  const explained = [...new Set(findings.map(({ code }) => code))]
    .slice(0, MAX_EXPLAINED)
    .map((code) => first.get(code) as Finding)
  return explained.flatMap((finding) => {
    const name = codeName(finding)
    const code = codes.find((c) => codeName(c) === name)
    return code ? explain(page, code, finding) : []
  })
}

function explain(page: Page, code: ReportCode, finding: Finding): string[] {
  const special = finding.win32Status === null ? undefined : code.win32.find((w) => w.value === finding.win32Status)
  const here = special ?? code
  const explanation = special?.explanation ?? code.explanation
  const title = `${visible(finding.code)}  ${explanation?.name ?? words(page, 'noExplanation')}`
  const right = `${words(page, 'hitsOf', count(finding.hits))}  ${sparkline(here.timeline, 16)}`
  const room = page.width - width(right) - 2
  const when = words(page, 'firstSeen', timeText(page, here.firstSeen), timeText(page, here.lastSeen))
  const took = here.meanTimeMs === null ? '' : ` · ${words(page, 'meanTime', milliseconds(here.meanTimeMs))}`
  const others = (special ? [special] : code.win32)
    .filter((w) => w.value !== 0 && (w === special || !w.explanation))
    .slice(0, 3)
  return [
    `${page.style.bold(page.style.verdict(finding.verdict, padEnd(truncate(title, room), room)))}  ${page.style.faint(right)}`,
    ...(explanation ? wrap(explanation.meaning, page.width - 2).map((l) => `  ${l}`) : []),
    ...labelled(page, words(page, 'usually'), explanation?.causes ?? [], '·'),
    ...labelled(page, words(page, 'here'), [when + took]),
    ...labelled(page, words(page, 'check'), explanation?.checks ?? [], 'n'),
    ...others.flatMap((w) => labelled(page, words(page, 'win32'), [win32Text(page, w)])),
    ...list(page, 'paths', here.top.paths, here.distinct.paths, here.hits),
    ...list(page, 'clientList', here.top.clients, here.distinct.clients, here.hits),
    ...(code.status === 404 || page.top
      ? list(page, 'referers', here.top.referers, here.distinct.referers, here.hits)
      : []),
    ...(page.top ? list(page, 'agents', here.top.userAgents, here.distinct.userAgents, here.hits) : []),
    ...(explanation ? labelled(page, words(page, 'source'), [sourceText(page, explanation)]) : []),
    '',
  ]
}

function sourceText({ language }: Page, { source, basis }: Explanation): string {
  const words = BASIS_WORDS[basis][language]
  return language === 'zh' ? `${source}（${words}）` : `${source} (${words})`
}

function win32Text(page: Page, w: Win32Row): string {
  const meaning = w.explanation || w.meaning === w.symbol ? '' : `${page.language === 'zh' ? '：' : ': '}${w.meaning}`
  return [`${w.value} = ${w.hex}`, w.symbol, w.explanation ? null : `${words(page, 'hitsOf', count(w.hits))}${meaning}`]
    .filter(Boolean)
    .join(' · ')
}

type Value = ReportCode['top']['paths'][number]

/** Names of lists within a sentence. */
const NOUNS: Partial<Record<Word, Text>> = {
  paths: { en: 'paths', zh: '路径' },
  clientList: { en: 'clients', zh: '客户端' },
  referers: { en: 'referers', zh: '来源页' },
  agents: { en: 'user agents', zh: '用户代理' },
}

/** So many values of a list stand in one paragraph when nobody asks for a number. */
const FEW: Partial<Record<Word, number>> = { referers: 3 }
const USUAL_FEW = 4

/** The most frequent values: a few in one paragraph, or a line each when somebody asks for a number of them. */
function list(
  page: Page,
  label: Word,
  values: readonly Value[],
  distinct: { readonly count: number; readonly exact: boolean },
  hits: number,
): string[] {
  if (values.length === 0) return []
  const about = ({ error }: Value): string => (error ? ` ${words(page, 'approximate', count(error))}` : '')
  const shown = values.slice(0, page.top ?? FEW[label] ?? USUAL_FEW)
  const all =
    distinct.count > shown.length
      ? [
          words(
            page,
            distinct.exact ? 'distinct' : 'atLeastDistinct',
            count(distinct.count),
            NOUNS[label]?.[page.language] ?? '',
          ),
        ]
      : []
  if (page.top === undefined) {
    const parts = shown.map((v) => `${truncateMiddle(visible(v.value), 44)} ${count(v.hits)}${about(v)}`)
    return labelled(page, words(page, label), [[...parts, ...all].join(' · ')])
  }
  const numbers = shown.map((v) => `${count(v.hits)} (${percent(v.hits, hits)})${about(v)}`)
  const room = page.width - 14 - Math.max(...numbers.map(width))
  const lines = shown.map(
    (v, i) => `${padEnd(truncateMiddle(visible(v.value), room), Math.min(room, 44))}  ${numbers[i]}`,
  )
  return labelled(page, words(page, label), [...lines, ...all])
}
