import { max, nice, ticks } from 'd3-array'
import { utcTicks } from 'd3-time'
import type { ComponentChildren, JSX } from 'preact'
import type { Live } from './model.js'
import { clock, moment, offsetMs, short } from './numbers.js'

// Charts that are the same with and without script. Marks are drawn in an SVG whose viewBox counts buckets and which is
// stretched to any width. Words stand in a second SVG at percentages, so they are never stretched. The CSP forbids
// style attributes.

/** Classes from the bottom of the stack to its top. */
const STACK = ['2xx', '3xx', '1xx', 'other', '4xx', '5xx']
/** Units of height of the stacked chart. */
const HEIGHT = 120

type Classes = Live['classes']

/** Outline of bars without gaps, from `low` to `high`: one y a bucket. */
function outline(low: readonly number[], high: readonly number[]): string {
  let d = ''
  for (let from = 0; from < high.length; ) {
    if (high[from] === low[from]) {
      from++
      continue
    }
    let to = from
    let top = ''
    for (; to < high.length && high[to] !== low[to]; to++) {
      const start = to === from ? `M${from} ${low[to]}V${high[to]}` : high[to] === high[to - 1] ? '' : `V${high[to]}`
      top += `${start}H${to + 1}`
    }
    let back = ''
    for (let i = to - 1; i >= from; i--) back += `V${low[i]}H${i}`
    // Buckets of the same height need one line only.
    d += `${top.replace(/(H\d+)(?=H)/g, '')}${back.replace(/(V[\d.]+)H\d+(?=\1H)/g, '')}Z`
    from = to
  }
  return d
}

/** One series as bars on its own scale; a single hit stays visible. */
export function bars(series: readonly number[], tall: number): string {
  const top = max(series) || 1
  const y = (n: number): number => (n === 0 ? tall : Math.min(Math.round(tall * (1 - n / top)), tall - 1))
  return outline(new Array<number>(series.length).fill(tall), series.map(y))
}

interface PlotProps {
  readonly n: number
  readonly tall: number
  readonly class: string
  readonly children: ComponentChildren
}
export const Plot = ({ n, tall, class: name, children }: PlotProps): JSX.Element => (
  <svg class={name} viewBox={`0 0 ${Math.max(n, 1)} ${tall}`} preserveAspectRatio="none" aria-hidden="true">
    {children}
  </svg>
)

export const Spark = ({
  series,
  tall,
  tone,
}: {
  readonly series: readonly number[]
  readonly tall: number
  readonly tone: string
}): JSX.Element => (
  <Plot n={series.length} tall={tall} class="spark">
    <path class={`c-${tone}`} d={bars(series, tall)} />
  </Plot>
)

/** A share as a bar. */
export function Bar({
  part,
  whole,
  tone,
}: {
  readonly part: number
  readonly whole: number
  readonly tone: string
}): JSX.Element {
  const width = whole === 0 ? 0 : Math.max((part / whole) * 100, part > 0 ? 2 : 0)
  return (
    <svg class="bar" aria-hidden="true">
      <rect class={`c-${tone}`} width={`${width.toFixed(1)}%`} height="100%" />
    </svg>
  )
}

/** All classes on top of each other. */
export function Stacked({ classes, n }: { readonly classes: Classes; readonly n: number }): JSX.Element {
  const { top, lines } = yAxis(classes, n)
  const y = (value: number): number => Math.round(HEIGHT - (value / top) * (HEIGHT - 4))
  let low = new Array<number>(n).fill(0)
  const layers = STACK.flatMap((name) => {
    const series = classes[name]
    if (!series) return []
    const high = low.map((value, i) => value + (series[i] ?? 0))
    const d = outline(low.map(y), high.map(y))
    low = high
    return [<path key={name} class={`c-${name}`} d={d} />]
  })
  return (
    <Plot n={n} tall={HEIGHT} class="plot tall">
      {lines.map((line) => (
        <path key={line} class="grid" d={`M0 ${y(line)}H${n}`} />
      ))}
      {layers}
    </Plot>
  )
}

function yAxis(classes: Classes, n: number): { top: number; lines: number[] } {
  const sums = Array.from({ length: n }, (_, i) =>
    Object.values(classes).reduce((sum, series) => sum + (series[i] ?? 0), 0),
  )
  const [, top] = nice(0, max(sums) || 1, 3)
  return { top, lines: ticks(0, top, 3).filter((line) => line > 0 && Number.isInteger(line)) }
}

/** Words of the stacked chart's y axis; they stand left of it, because they cannot be read on bars. */
export function YWords({ classes, n }: { readonly classes: Classes; readonly n: number }): JSX.Element {
  const { top, lines } = yAxis(classes, n)
  return (
    <svg class="words" aria-hidden="true">
      {lines.map((line) => (
        <text key={line} x="100%" y={`${(100 - (line / top) * (100 - 400 / HEIGHT)).toFixed(1)}%`} dy="4">
          {short(line)}
        </text>
      ))}
    </svg>
  )
}

/** Times below a chart in the report's zone: ticks stand on local midnights and hours. */
export function TimeAxis({ live, count = 8 }: { readonly live: Live; readonly count?: number }): JSX.Element {
  const { zone, start, seconds, buckets } = live
  const stop = start + buckets * seconds * 1000
  const shift = offsetMs(zone, start)
  const times = utcTicks(new Date(start + shift), new Date(stop + shift), count).map((tick) => Number(tick) - shift)
  const word = (at: number): string => (stop - start < 600_000 ? clock(zone, at, true) : moment(zone, at, isLong(live)))
  const x = (at: number): number => ((at - start) / (stop - start)) * 100
  return (
    <svg class="axis" aria-hidden="true">
      {times.map(
        (at, i) =>
          x(at) > 2 &&
          x(at) < 97 && (
            <text key={at} class={i % 2 ? 'minor' : undefined} x={`${x(at).toFixed(2)}%`} y="13">
              {word(at)}
            </text>
          ),
      )}
    </svg>
  )
}

/** Times need their date where the period is longer than a day. */
export const isLong = ({ buckets, seconds }: Pick<Live, 'buckets' | 'seconds'>): boolean =>
  buckets * seconds > 26 * 3600
