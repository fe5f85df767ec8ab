import { renderToString } from 'preact-render-to-string'
import type { Language } from '../catalogue/note.js'
import { wordsIn } from '../errors.js'
import type { Report, TimelineBucket } from '../report/shape.js'
import type { Change } from '../summary/changes.js'
import type { Told } from '../summary/summary.js'
import { count, resample, visible } from './cells.js'
import { headline } from './summary.js'

// Summaries as the HTML part of a mail: tables and inline styles only, bars by the colour of cells. So they survive
// clients that know no style sheet, no SVG and no script; and no image is fetched from anywhere.

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',Arial,sans-serif"
const INK = '#1f2329'
const SOFT = '#5b6472'
const TONES = { ok: '#23855c', attention: '#b07410', alert: '#c2274f', unknown: '#c2274f' } as const
const BARS = { '5xx': '#c2274f', '4xx': '#d79a1e' } as const
/** Cells of a row of bars. */
const CELLS = 48
/** Rows of a list in a mail: Gmail clips what is longer than 102 kB. */
const MOST = 8

export function renderMail(told: readonly Told[], language: Language): string {
  const page = (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="color-scheme" content="light dark" />
      </head>
      <body style={`margin:0;padding:16px;color:${INK};${FONT};font-size:14px;line-height:1.45`}>
        {told.map((each) => (
          <Period told={each} language={language} />
        ))}
      </body>
    </html>
  )
  return `<!doctype html>${renderToString(page)}`
}

interface Shown {
  readonly told: Told
  readonly language: Language
}

function Period({ told, language }: Shown) {
  const { summary, report } = told
  const { state, notes, thresholds } = summary
  return (
    <Table>
      <Row>
        <div style={`border-left:6px solid ${TONES[state]};padding:6px 12px;font-size:18px;font-weight:600`}>
          {visible(headline(told))}
        </div>
      </Row>
      {notes.map(({ words, isGrave }) => (
        <Row>
          <span style={`color:${isGrave ? TONES.alert : TONES.attention}`}>! {visible(wordsIn(words, language))}</span>
        </Row>
      ))}
      {thresholds.map(({ text, exceeded, value }) => (
        <Row>
          <span style={`color:${exceeded === false ? SOFT : TONES.alert}`}>
            {exceeded ? (language === 'zh' ? '超过阈值 ' : 'EXCEEDED ') : ''}
            <code>{text}</code>: {visible(wordsIn(value, language))}
          </span>
        </Row>
      ))}
      {report.findings
        .filter(({ severity }) => severity !== 'info')
        .slice(0, MOST)
        .map((finding) => (
          <Finding finding={finding} />
        ))}
      {(Object.keys(BARS) as (keyof typeof BARS)[]).map((name) => (
        <Bars name={name} timeline={report.timeline} />
      ))}
      <Changes told={told} language={language} />
    </Table>
  )
}

const Table = ({ children }: { readonly children: unknown }) => (
  <table role="presentation" width="100%" style="border-collapse:collapse">
    <tbody>{children as never}</tbody>
  </table>
)
const Row = ({ children }: { readonly children: unknown }) => (
  <tr>
    <td style="padding:4px 0">{children as never}</td>
  </tr>
)

function Finding({ finding }: { readonly finding: Report['findings'][number] }) {
  const { severity, title, hits, where, checks } = finding
  const [check] = checks
  return (
    <Row>
      <b style={`color:${severity === 'act' ? TONES.alert : TONES.attention}`}>{visible(title)}</b> · {count(hits)}
      {where ? ` · ${visible(where)}` : null}
      {check === undefined ? null : <div style={`color:${SOFT}`}>→ {visible(check)}</div>}
    </Row>
  )
}

/** How much of a class there was when: the number stands beside it, so that nothing is lost where colours are. */
function Bars({ name, timeline }: { readonly name: keyof typeof BARS; readonly timeline: readonly TimelineBucket[] }) {
  const series = timeline.map(({ classes }) => classes[name] ?? 0)
  const cells = resample(series, CELLS)
  const most = Math.max(...cells, 0)
  if (most === 0) return null
  return (
    <Row>
      <div style={`color:${SOFT}`}>
        {name} · {count(series.reduce((a, b) => a + b, 0))}
      </div>
      <table role="presentation" width="100%" style="border-collapse:collapse">
        <tbody>
          <tr>
            {cells.map((n) => (
              <td
                height={16}
                style={`padding:0;font-size:0;background:${n ? mixed(BARS[name], shade(n / most)) : '#e4e7eb'}`}
              >
                {'\u00a0'}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </Row>
  )
}

/** Four steps of the square root: one error must be seen beside a thousand. */
const shade = (share: number): number => 0.25 + 0.25 * Math.floor(Math.sqrt(share) * 3)

/** A tone mixed with a middle grey: white would glare where a client turns mails dark. */
function mixed(tone: string, share: number): string {
  const parts = [1, 3, 5].map((at) =>
    Math.round(Number.parseInt(tone.slice(at, at + 2), 16) * share + 0xb0 * (1 - share)),
  )
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

function Changes({ told: { summary }, language }: Shown) {
  const changed = summary.changes.filter(({ now, before }) => now !== before).slice(0, MOST)
  if (changed.length === 0) return null
  const words: Readonly<Record<string, string>> = language === 'zh' ? { requests: '请求', problems: '问题' } : {}
  const shown = ({ what }: Change): string => words[what] ?? visible(what)
  return (
    <Row>
      <div style={`color:${SOFT}`}>
        {language === 'zh' ? '与之相比：' : 'Against '}
        {summary.against}
      </div>
      <table style="border-collapse:collapse">
        <tbody>
          {changed.map((change) => (
            <tr>
              <td style="padding-right:16px">{shown(change)}</td>
              <td align="right" style="padding-right:8px">
                {count(change.before)} →
              </td>
              <td align="right">
                <b>{count(change.now)}</b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Row>
  )
}
