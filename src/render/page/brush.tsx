import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { isLong } from './charts.js'
import { moment } from './numbers.js'
import { bucketTime, type View } from './view.js'

/** The pointer draws a new stretch from `x`, or moves the chosen one. Places are in buckets, with fractions. */
type Drag =
  | { readonly kind: 'draw'; readonly x: number; hasMoved: boolean }
  | { readonly kind: 'slide'; readonly x: number; readonly from: number; readonly to: number; hasMoved: boolean }

/** Pixels within which the pointer takes an end of the stretch, and which it must move to draw one. */
const GRIP = 8
const THRESHOLD = 4

/**
 * The choice of a stretch: drawn with the pointer over all lanes, or set with two native range inputs, which the
 * keyboard and screen readers know. A click without a move, or Escape, gives the whole period back.
 */
export function Brush({
  view,
  setOver,
}: {
  readonly view: View
  readonly setOver: (bucket: number | null) => void
}): JSX.Element {
  const { live, range, setRange, word } = view
  const n = live.buckets
  const box = useRef<HTMLDivElement>(null)
  const drag = useRef<Drag | null>(null)
  const [from, to] = range ?? [0, n]
  const pixels = (buckets: number): number => (Math.abs(buckets) * (box.current?.clientWidth ?? 0)) / n
  const bucketAt = ({ clientX }: PointerEvent): number => {
    const { left, width } = (box.current as HTMLDivElement).getBoundingClientRect()
    return Math.min(Math.max(((clientX - left) / width) * n, 0), n)
  }
  const begin = (e: PointerEvent): void => {
    if (e.button !== 0) return
    box.current?.setPointerCapture(e.pointerId)
    const x = bucketAt(e)
    if (range && pixels(x - from) < GRIP) drag.current = { kind: 'draw', x: to, hasMoved: true }
    else if (range && pixels(x - to) < GRIP) drag.current = { kind: 'draw', x: from, hasMoved: true }
    else if (range && x > from && x < to) drag.current = { kind: 'slide', x, from, to, hasMoved: false }
    else drag.current = { kind: 'draw', x, hasMoved: false }
  }
  const move = (e: PointerEvent): void => {
    const x = bucketAt(e)
    const now = drag.current
    if (!now) {
      if (e.pointerType === 'mouse') setOver(Math.min(Math.floor(x), n - 1))
      return
    }
    setOver(null)
    if (!now.hasMoved && pixels(x - now.x) < THRESHOLD) return
    now.hasMoved = true
    if (now.kind === 'slide') {
      const by = Math.min(Math.max(Math.round(x - now.x), -now.from), n - now.to)
      setRange([now.from + by, now.to + by])
    } else {
      const [low, high] = [Math.floor(Math.min(x, now.x)), Math.ceil(Math.max(x, now.x))]
      setRange([Math.min(low, n - 1), Math.max(high, low + 1)])
    }
  }
  const end = (): void => {
    if (drag.current && !drag.current.hasMoved) setRange(null)
    drag.current = null
  }
  const choose = (a: number, b: number): void => setRange(a <= 0 && b >= n ? null : [a, b])
  const at = (bucket: number): string => `${((bucket / n) * 100).toFixed(3)}%`
  const edge = (name: 'from' | 'to', value: number, change: (bucket: number) => void): JSX.Element => (
    <input
      type="range"
      class={`edge ${name}`}
      min="0"
      max={n}
      step="1"
      value={value}
      aria-label={word(name)}
      aria-valuetext={moment(live.zone, bucketTime(live, value), isLong(live))}
      onInput={(e) => change(Number(e.currentTarget.value))}
    />
  )
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is for the two inputs inside
    <div class="brush needs-js" onKeyDown={(e) => e.key === 'Escape' && setRange(null)}>
      <div
        class="area"
        ref={box}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={() => {
          drag.current = null
        }}
        onPointerLeave={() => setOver(null)}
      >
        {range && (
          <svg aria-hidden="true">
            <rect class="veil" width={at(from)} height="100%" />
            <rect class="veil" x={at(to)} width={at(n - to)} height="100%" />
            <line x1={at(from)} x2={at(from)} y2="100%" />
            <line x1={at(to)} x2={at(to)} y2="100%" />
          </svg>
        )}
      </div>
      {edge('from', from, (bucket) => choose(Math.min(bucket, n - 1), Math.max(to, Math.min(bucket, n - 1) + 1)))}
      {edge('to', to, (bucket) => choose(Math.min(from, Math.max(bucket, 1) - 1), Math.max(bucket, 1)))}
    </div>
  )
}
