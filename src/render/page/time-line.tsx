import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Brush } from './brush.js'
import { Bar, bars, Plot, Stacked, TimeAxis, YWords } from './charts.js'
import type { Live, LiveFinding } from './model.js'
import { int, percent } from './numbers.js'
import { T } from './parts.js'
import { countIn, type Stretch } from './series.js'
import { CLASSES, stretchName, type View } from './view.js'

/**
 * All classes stacked, then a lane for each on its own scale, so that few errors are not lost beneath many successes.
 */
export function TimeLine(view: View): JSX.Element {
  const { live, range, setRange, klass } = view
  const [over, setOver] = useState<number | null>(null)
  const shown: Stretch | null = over === null ? range : [over, over + 1]
  const names = CLASSES.filter((name) => live.classes[name])
  const hits = (name: string): number => countIn(live.classes[name] ?? [], shown)
  const total = names.reduce((sum, name) => sum + hits(name), 0)
  const hasTime = live.buckets > 1
  const spans = live.findings.filter(({ severity }) => severity !== 'info')
  return (
    <>
      <h2 id="h-time">
        <T k="time" />{' '}
        <span class="now" aria-live={over === null ? 'polite' : 'off'}>
          {shown ? stretchName(live, shown) : <T k="whole" />}
        </span>
        {range && (
          <button type="button" class="plain" onClick={() => setRange(null)}>
            <T k="whole" />
          </button>
        )}
      </h2>
      <div class={`lanes${klass === null ? '' : ' one'}`}>
        {spans.length > 0 && hasTime && (
          <>
            <div class="label quiet-label">
              <T k="findings" />
            </div>
            <Spans live={live} findings={spans} />
            <div class="hits" />
            <div class="share" />
          </>
        )}
        <div class="label all">
          <span>
            <T k="all" />
          </span>
          {hasTime && <YWords classes={live.classes} n={live.buckets} />}
        </div>
        <div class="cell">{hasTime && <Stacked classes={live.classes} n={live.buckets} />}</div>
        <div class="hits all">{int(total)}</div>
        <div class="share all" />
        {names.map((name) => (
          <Lane key={name} name={name} hits={hits(name)} total={total} view={view} />
        ))}
        {hasTime && (
          <>
            <div class="label" />
            <div class="cell">
              <TimeAxis live={live} />
            </div>
            <div class="hits" />
            <div class="share" />
            <Brush view={view} setOver={setOver} />
          </>
        )}
      </div>
    </>
  )
}

interface LaneProps {
  readonly name: string
  readonly hits: number
  readonly total: number
  readonly view: View
}
function Lane({ name, hits, total, view: { live, klass, setClass } }: LaneProps): JSX.Element {
  const isOn = klass === name
  const on = isOn ? ' on' : ''
  return (
    <>
      <div class={`label k${name}${on}`}>
        <button type="button" aria-pressed={isOn} onClick={() => setClass(isOn ? null : name)}>
          <svg viewBox="0 0 8 8" aria-hidden="true">
            <rect class={`c-${name}`} width="8" height="8" rx="2" />
          </svg>
          {name}
        </button>
      </div>
      <div class={`cell${on}`}>
        {live.buckets > 1 ? (
          <Plot n={live.buckets} tall={26} class="plot lane">
            <path class={`c-${name}`} d={bars(live.classes[name] ?? [], 26)} />
          </Plot>
        ) : (
          <Bar part={hits} whole={total} tone={name} />
        )}
      </div>
      <div class="hits">{int(hits)}</div>
      <div class="share">{percent(hits, total)}</div>
    </>
  )
}

/** Rows of findings above the chart at most. */
const SPAN_ROWS = 8

/** When each finding was there: lines with round ends, so that an instant is visible. */
function Spans({ live, findings }: { readonly live: Live; readonly findings: readonly LiveFinding[] }): JSX.Element {
  const length = live.buckets * live.seconds * 1000
  const rows: LiveFinding[][] = []
  for (const finding of findings) {
    const row = rows.find((r) => (r.at(-1)?.last ?? 0) + length * 0.015 < (finding.first ?? 0))
    if (row) row.push(finding)
    else if (rows.length < SPAN_ROWS) rows.push([finding])
  }
  const x = (time: number | null): string => `${((((time ?? live.start) - live.start) / length) * 100).toFixed(2)}%`
  return (
    <div class="cell spans">
      {rows.map((row) => (
        <svg key={row[0]?.key} aria-hidden="true">
          {row.map(({ key, severity, first, last }) => (
            <line key={key} class={`l-${severity}`} x1={x(first)} x2={x(last)} y1="4" y2="4" />
          ))}
        </svg>
      ))}
    </div>
  )
}
