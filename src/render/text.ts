import asciichart from 'asciichart'
import type { Language, Verdict } from '../catalogue/note.js'
import { codeName, type Finding, firstOf, QUIET, type ReportCode, type ToldCode, type ToldReport, type Win32Row } from '../report/shape.js'
import { localTime, offsetName } from '../time-zone.js'
import {
  bar,
  bytes,
  type Column,
  count,
  padEnd,
  padStart,
  percent,
  resample,
  sparkline,
  table,
  truncate,
  truncateMiddle,
  visible,
  width,
  wrap,
} from './cells.js'
import { renderRejects } from './rejects.js'
import type { RenderOptions } from './render.js'
import { style } from './style.js'
import { say, VERDICT_WORDS, type Word } from './words.js'

const MAX_FINDINGS = 12
const MAX_EXPLAINED = 5
const MAX_QUIET = 8
/** A longer table of codes nobody reads. */
const MAX_CODES = 200

/** The report for a terminal or a mail: what is wrong first, then what is normal, then everything. */
export function renderText(report: ToldReport, options: RenderOptions): string {
  return new TextReport(report, options).toString()
}

class TextReport {
  readonly #report: ToldReport
  readonly #width: number
  readonly #zone: string
  readonly #language: Language
  readonly #style: ReturnType<typeof style>
  readonly #lines: string[] = []

  constructor(report: ToldReport, options: RenderOptions) {
    this.#report = report
    this.#width = Math.max(60, Math.min(options.width, 120))
    this.#zone = options.timeZone
    this.#language = report.language
    this.#style = style(options.color)
  }

  toString(): string {
    this.#header()
    if (this.#report.totals.entries > 0) {
      this.#classes()
      this.#timeline()
      this.#findings()
      const survey = this.#survey()
      this.#quiet(survey.quiet)
      this.#codes(survey.frequent)
      this.#explanations(survey.explained)
    }
    this.#rejects()
    this.#next()
    return `${this.#lines
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trimEnd()}\n`
  }

  #say(word: Word, ...values: readonly (string | number)[]): string {
    return say(this.#language, word, ...values)
  }
  #add(...lines: readonly string[]): void {
    this.#lines.push(...lines)
  }
  #seconds(time: string): number {
    return Date.parse(time) / 1000
  }
  /** A time as short as the period allows. */
  #time(time: string | null): string {
    if (time === null) return '–'
    const local = localTime(this.#seconds(time), this.#zone)
    return this.#oneDay ? local.slice(11) : this.#oneYear ? local.slice(5, 16) : local.slice(0, 10)
  }
  get #oneYear(): boolean {
    const { period } = this.#report
    return period !== null && Date.parse(period.to) - Date.parse(period.from) < 330 * 86_400_000
  }
  get #oneDay(): boolean {
    const { period } = this.#report
    return period !== null && localTime(this.#seconds(period.from), this.#zone).slice(0, 10) === localTime(this.#seconds(period.to), this.#zone).slice(0, 10)
  }

  #header(): void {
    const { inputs, period, totals } = this.#report
    const names = inputs.slice(0, inputs.length > 3 ? 1 : 3).map((i) => visible(i.name))
    if (inputs.length > 3) names.push(this.#say('moreInputs', inputs.length - 1))
    const kinds = [...new Set(inputs.map((i) => (i.software ? `${i.format} (${visible(i.software)})` : i.format)))].join(', ')
    const left = `logstat  ${names.join('  ')}`
    if (width(left) + width(kinds) + 2 <= this.#width) this.#add(this.#style.bold(left) + padStart(kinds, this.#width - width(left)))
    else this.#add(this.#style.bold(truncate(left, this.#width)), kinds ? `         ${truncate(kinds, this.#width - 9)}` : '')
    if (period) {
      const from = this.#seconds(period.from)
      const to = this.#seconds(period.to)
      this.#add(
        `${localTime(from, this.#zone)} – ${this.#oneDay ? localTime(to, this.#zone).slice(11) : localTime(to, this.#zone)}  (${this.#zone} ${offsetName(to, this.#zone)})`,
      )
    }
    const facts = [this.#say('requests', count(totals.entries))]
    if (totals.filtered > 0 && this.#report.range === null) facts.push(this.#say('leftOut', count(totals.filtered)))
    if (totals.bytesSent !== null && totals.bytesSent > 0) facts.push(this.#say('sent', bytes(totals.bytesSent)))
    if (totals.rejected) facts.push(this.#style.bad(this.#say('notUnderstood', count(totals.rejected))))
    if (totals.withoutTime) facts.push(this.#say('withoutTime', count(totals.withoutTime)))
    if (totals.entries === 0) facts[0] = this.#say(inputs.some((i) => i.lines > i.rejected + i.ignored) ? 'noneSelected' : 'noEntries')
    this.#add(...this.#joined(facts))
    this.#add('')
  }

  /** Short texts in as few lines as they need. */
  #joined(texts: readonly string[]): string[] {
    const lines: string[] = []
    for (const text of texts) {
      const longer = lines.length ? `${lines.at(-1)} · ${text}` : text
      if (lines.length && width(longer) <= this.#width) lines[lines.length - 1] = longer
      else lines.push(text)
    }
    return lines
  }

  #classes(): void {
    const { classes, totals } = this.#report
    const room = Math.max(10, this.#width - 31)
    const most = Math.max(...classes.map((c) => c.hits))
    for (const c of classes) {
      if (c.hits === 0) continue
      const drawn = bar(c.hits / most, room)
      this.#add(
        `  ${padEnd(c.class, 5)}  ${this.#style.statusClass(c.class, padEnd(drawn, room))}  ${padStart(count(c.hits), 12)}${padStart(percent(c.hits, totals.entries), 8)}`,
      )
    }
    this.#add('')
  }

  #timeline(): void {
    const { timeline } = this.#report
    if (timeline.length < 3) return
    const room = this.#width - 14
    const errors = timeline.map((b) => b.classes['5xx'] ?? 0)
    const problems = timeline.map((b) => (b.classes['4xx'] ?? 0) + (b.classes['5xx'] ?? 0))
    this.#chart(
      'perBucket',
      timeline.map((b) => b.hits),
      room,
      (t) => t,
    )
    const bad = errors.some((n) => n > 0)
    if (bad || problems.some((n) => n > 0))
      this.#chart(bad ? 'errorsPerBucket' : 'problemsPerBucket', bad ? errors : problems, room, bad ? this.#style.bad : this.#style.warn)
    const [first] = timeline
    const last = timeline.at(-1)
    if (!first || !last) return
    const points = resample(errors, room).length
    const [from, to] = [first.start, last.start].map((t) => localTime(this.#seconds(t), this.#zone).slice(this.#oneDay ? 11 : 5, 16)) as [string, string]
    this.#add(this.#style.faint(`${' '.repeat(13)}${from}${padStart(to, Math.max(width(to) + 1, points - width(from)))}`), '')
  }

  #chart(word: Word, values: readonly number[], room: number, paint: (text: string) => string): void {
    const step = this.#report.timeline[0]?.seconds ?? 60
    const points = resample(values, room)
    const seconds = step * Math.ceil(values.length / points.length)
    const span =
      seconds % 86400 === 0
        ? this.#say('days', seconds / 86400)
        : seconds % 3600 === 0
          ? this.#say('hours', seconds / 3600)
          : this.#say('minutes', seconds / 60)
    this.#add(`${' '.repeat(13)}${this.#style.faint(this.#say(word, span))}`)
    const top = Math.max(...points, 1)
    // A scale from zero: a chart that starts at its smallest value makes every wobble look like an outage.
    const plot = asciichart.plot([...points], {
      height: Math.min(5, Math.max(2, top)),
      min: 0,
      max: top,
      format: (x: number) => padStart(count(Math.round(x)), 11),
    })
    this.#add(...plot.split('\n').map((line) => paint(line.trimEnd())))
  }

  #findings(): void {
    const { findings, totals } = this.#report
    const few = totals.rejected > (totals.lines - totals.ignored) / 2
    if (few) this.#add(this.#style.bad(this.#say('mostlyUnknown')), '')
    if (findings.length === 0) {
      if (few) return
      this.#add(this.#style.good(this.#say('nothingNeedsYou')), '')
      return
    }
    this.#add(this.#style.bold(this.#say('needsYou')))
    const shown = firstOf(findings, MAX_FINDINGS)
    const rows = shown.map((f) => [
      visible(f.code),
      count(f.hits),
      VERDICT_WORDS[f.verdict][this.#language],
      f.title || this.#say('noExplanation'),
      f.mostly ? `${truncateMiddle(visible(f.mostly.value), 22)} ${percent(f.mostly.share, 1).replace(/\.\d/, '')}` : '',
    ])
    const columns: Column[] = [{ most: 24 }, { align: 'right' }, {}, { most: 0 }, { most: 30 }]
    this.#add(
      ...this.#fit(
        rows,
        columns,
        3,
        shown.map((f) => f.verdict),
      ),
    )
    if (findings.length > shown.length) this.#add(`  ${this.#style.faint(this.#say('more', findings.length - shown.length))}`)
    this.#add('')
  }

  /** A table in which one column takes the room the others leave; the last column is given up first. */
  #fit(rows: readonly string[][], columns: readonly Column[], flexible: number, verdicts?: readonly Verdict[]): string[] {
    const widthOf = (i: number): number => Math.min(columns[i]?.most ?? Infinity, Math.max(0, ...rows.map((r) => width(r[i] ?? ''))))
    let used = columns.length
    let room = 0
    for (; used > flexible; used--) {
      room = this.#width - 2 - 2 * (used - 1)
      for (let i = 0; i < used; i++) if (i !== flexible) room -= widthOf(i)
      if (room >= 22) break
    }
    const shown = columns.slice(0, used).map((c, i) => (i === flexible ? { ...c, most: Math.max(12, room) } : c))
    const lines = table(
      rows.map((r) => r.slice(0, used)),
      shown,
    )
    return verdicts ? lines.map((line, i) => this.#style.verdict(verdicts[i] as Verdict, line)) : lines
  }

  /** What is told of single codes, in one go through all of them. */
  #survey(): Survey {
    const { codes, findings } = this.#report
    const explained = new Map<string, { readonly finding: Finding; code?: ToldCode }>()
    for (const finding of findings) {
      if (!explained.has(finding.code)) explained.set(finding.code, { finding })
      if (explained.size === MAX_EXPLAINED) break
    }
    const frequent: ToldCode[] = []
    const quiet: Quiet[] = []
    for (const code of codes) {
      if (frequent.length < MAX_CODES) frequent.push(code)
      for (const part of quietParts(code)) if (!/^[23]\d\d(\.0)?$/.test(part.code) || part.code.startsWith('304')) keepLargest(quiet, part)
      const name = codeName(code)
      for (const item of explained.values()) if (codeName(item.finding) === name) item.code = code
    }
    return { frequent, quiet, explained: [...explained.values()] }
  }

  #quiet(items: readonly Quiet[]): void {
    if (items.length === 0) return
    this.#add(this.#style.bold(this.#say('quiet')))
    const rows = items.map((q) => [q.code, count(q.hits), q.title])
    this.#add(...this.#fit(rows, [{ most: 26 }, { align: 'right' }, {}], 2).map((l) => this.#style.faint(l)), '')
  }

  #codes(frequent: readonly ToldCode[]): void {
    const { codes, totals } = this.#report
    this.#add(this.#style.bold(this.#say('allCodes')))
    const head = [this.#say('code'), this.#say('hits'), this.#say('share'), this.#say('first'), this.#say('last'), this.#say('meaning')]
    const rows = frequent.map((c) => [
      visible(codeName(c)),
      count(c.hits),
      percent(c.hits, totals.entries),
      this.#time(c.firstSeen),
      this.#time(c.lastSeen),
      c.explanation ? c.explanation.name : this.#say('noExplanation'),
    ])
    const columns: Column[] = [{ most: 24 }, { align: 'right' }, { align: 'right' }, {}, {}, {}]
    const lines = this.#fit([head, ...rows], columns, 5)
    this.#add(this.#style.faint(lines[0] as string), ...lines.slice(1).map((line, i) => this.#style.verdict(worstOf(frequent[i] as ToldCode), line)))
    const more = codes.length - frequent.length
    const hits = frequent.reduce((left, c) => left - c.hits, totals.entries)
    if (more > 0) this.#add(`  ${this.#style.faint(this.#say('moreCodes', count(more), count(hits)))}`)
    this.#add('')
  }

  /** One block a finding, the most particular explanation there is. */
  #explanations(explained: Survey['explained']): void {
    for (const { finding, code } of explained) if (code) this.#explain(code, finding)
  }

  #explain(code: ToldCode, finding: Finding): void {
    const [special] = finding.win32Status === null ? [] : firstOf(code.win32, 1, (w) => w.value === finding.win32Status)
    const explanation = special?.explanation ?? code.explanation
    const title = `${visible(finding.code)}  ${explanation?.name ?? this.#say('noExplanation')}`
    const right = `${this.#say('hitsOf', count(finding.hits))}  ${sparkline((special ?? code).timeline, 16)}`
    const room = this.#width - width(right) - 2
    const head = this.#style.bold(this.#style.verdict(finding.verdict, padEnd(truncate(title, room), room)))
    this.#add(`${head}  ${this.#style.faint(right)}`)
    if (explanation) this.#add(...wrap(explanation.meaning, this.#width - 2).map((l) => `  ${l}`))
    if (explanation?.causes.length) this.#item(this.#say('usually'), explanation.causes, '·')
    const here = special ?? code
    const when = this.#say('firstSeen', this.#time(here.firstSeen), this.#time(here.lastSeen))
    this.#item(this.#say('here'), [here.meanTimeMs === null ? when : `${when} · ${this.#say('meanTime', duration(here.meanTimeMs))}`])
    if (explanation?.checks.length) this.#item(this.#say('check'), explanation.checks, 'n')
    for (const w of firstOf(special ? [special] : code.win32, 3, (w) => w.value !== 0 && (w === special || !w.explanation)))
      this.#item(this.#say('win32'), [this.#win32(w)])
    this.#list('paths', here.top.paths, here, 'paths', 4)
    this.#list('clientList', here.top.clients, here, 'clients', 4)
    if (code.status === 404) this.#list('referers', here.top.referers, here, 'referers', 3)
    if (explanation) this.#item(this.#say('source'), [`${explanation.source} (${explanation.basis})`])
    this.#add('')
  }

  #win32(w: Win32Row): string {
    const meaning = w.explanation || w.meaning === w.symbol ? '' : `: ${w.meaning}`
    return [`${w.value} = ${w.hex}`, w.symbol, w.explanation ? null : `${this.#say('hitsOf', count(w.hits))}${meaning}`].filter(Boolean).join(' · ')
  }

  /** A labelled paragraph or list, its text hanging. `mark` is `n` for numbers. */
  #item(label: string, texts: readonly string[], mark = ''): void {
    const indent = 2 + 10
    texts.forEach((text, i) => {
      const sign = mark === 'n' ? `${i + 1}. ` : mark && texts.length > 1 ? `${mark} ` : ''
      const lines = wrap(text, this.#width - indent - width(sign))
      lines.forEach((line, j) => {
        const head = i === 0 && j === 0 ? padEnd(label, indent - 2) : ' '.repeat(indent - 2)
        this.#add(`  ${this.#style.faint(head)}${j === 0 ? sign : ' '.repeat(width(sign))}${line}`)
      })
    })
  }

  #list(word: Word, values: ReportCode['top']['paths'], code: Pick<ReportCode, 'distinct'>, key: 'paths' | 'clients' | 'referers', most: number): void {
    const [first] = values
    if (!first) return
    const distinct = code.distinct[key]
    const parts = values
      .slice(0, most)
      .map((v) => `${truncateMiddle(visible(v.value), 44)} ${count(v.hits)}${v.error ? ` ${this.#say('approximate', count(v.error))}` : ''}`)
    let text = parts.join(' · ')
    if (distinct.count > most) text += ` · ${this.#say(distinct.exact ? 'different' : 'atLeastDifferent', count(distinct.count))}`
    this.#item(this.#say(word), [text])
  }

  #rejects(): void {
    const { rejects, totals } = this.#report
    this.#add(...renderRejects(rejects, totals, { language: this.#language, style: this.#style, columns: this.#width }), '')
  }

  #next(): void {
    const { findings, inputs, codes } = this.#report
    const [first] = firstOf(findings, 1)
    const [input] = inputs
    if (!first || !input) return
    const name = visible(input.name)
    const steps = [`logstat explain ${visible(first.code).replace(/^(\d+) (.*)$/, 'httperr:$2')}`]
    if (firstOf(codes, 1, (c) => c.substatus !== null).length > 0) steps.push(`logstat iis ${name}`)
    steps.push(`logstat ${name} -s ${codeName({ status: first.status, substatus: first.substatus, reason: null })} --top 20`)
    this.#add(`${this.#say('next')}: ${steps.join(' · ')}`)
  }
}

interface Survey {
  readonly frequent: readonly ToldCode[]
  readonly quiet: readonly Quiet[]
  readonly explained: readonly { readonly finding: Finding; readonly code?: ToldCode }[]
}

interface Quiet {
  readonly code: string
  readonly hits: number
  readonly title: string
}

/** The parts of a code that are normal or harmless, told by Win32 status where that is what decides. */
function* quietParts(code: ToldCode): Generator<Quiet> {
  const name = visible(codeName(code))
  let rest = (code.verdicts.normal ?? 0) + (code.verdicts.noise ?? 0)
  if (rest === 0) return
  for (const w of code.win32) {
    if (!w.explanation || !QUIET.has(w.verdict)) continue
    rest -= w.hits
    yield { code: w.value === 0 ? name : `${name}/${w.value}`, hits: w.hits, title: w.meaning }
  }
  if (rest > 0) yield { code: name, hits: rest, title: code.explanation?.name ?? '' }
}

/** Add a part to those with the most hits, of which there are at most MAX_QUIET. */
function keepLargest(parts: Quiet[], part: Quiet): void {
  const place = parts.findIndex((p) => p.hits < part.hits)
  parts.splice(place === -1 ? parts.length : place, 0, part)
  if (parts.length > MAX_QUIET) parts.pop()
}

const ORDER: readonly Verdict[] = ['server', 'backend', 'config', 'auth', 'security', 'unknown', 'client', 'noise', 'normal']
function worstOf(code: ToldCode): Verdict {
  return ORDER.find((v) => code.verdicts[v]) ?? 'unknown'
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
