import type { JSX } from 'preact'
import { isLong } from './charts.js'
import type { Live, Severity, Still } from './model.js'
import { bytes, clock, day, fromTo, int, percent } from './numbers.js'
import { Both, Mark, T, Value } from './parts.js'
import type { Word, Words } from './words.js'

// The head of the page: what is the state, and how much was read. Rendered when the page is made.

export interface Whole {
  readonly live: Live
  readonly still: Still
}

const LANGUAGE_LABELS = [
  ['en', <span lang="en-GB">EN</span>],
  ['zh', <span lang="zh-Hans">中文</span>],
] as const
const THEMES = (['auto', 'light', 'dark'] as const).map((name) => [name, <T k={name} />] as const)

/** Language and theme: radio buttons that the style sheet reads, so both work without script. */
export const Switches = ({ language }: { readonly language: string }): JSX.Element => (
  <>
    <Switch name="language" options={LANGUAGE_LABELS} chosen={language} />
    <Switch name="theme" options={THEMES} chosen="auto" />
  </>
)

interface SwitchProps {
  readonly name: Word
  readonly options: readonly (readonly [value: string, label: JSX.Element])[]
  readonly chosen: string
}
const Switch = ({ name, options, chosen }: SwitchProps): JSX.Element => (
  <fieldset class="seg">
    <legend class="vh">
      <T k={name} />
    </legend>
    {options.map(([value, label]) => (
      <>
        <input type="radio" name={name} id={`${name}-${value}`} value={value} checked={value === chosen} />
        <label for={`${name}-${value}`}>{label}</label>
      </>
    ))}
  </fieldset>
)

export function Nav({ still }: { readonly still: Still }): JSX.Element {
  const loud = still.findings.filter(({ severity }) => severity !== 'info').length
  const links: (readonly [Word, number | null])[] = [
    ...(loud ? [['findings', loud] as const] : []),
    ['time', null],
    ['codes', still.codes.length],
    ...(hasWin32(still) ? [['tree', null] as const] : []),
    ['rejects', still.totals.rejected || null],
    ['inputs', null],
  ]
  return (
    <>
      {links.map(([id, n]) => (
        <a key={id} href={`#${id}`}>
          <T k={id} />
          {n !== null && <i>{int(n)}</i>}
        </a>
      ))}
    </>
  )
}
export const hasWin32 = (still: Still): boolean => still.codes.some(({ win32 }) => win32.length > 0)

/** When a finding or code was there. */
export const when = (live: Live, first: number | null, last: number | null): string =>
  fromTo(live.zone, first, last, isLong(live))

/** The state of the log; a log without requests is not a healthy one. */
function stateOf({ findings, totals }: Still): Severity | 'ok' {
  const has = (severity: Severity): boolean => findings.some((f) => f.severity === severity)
  if (totals.entries === 0) return 'info'
  return has('act') ? 'act' : has('watch') ? 'watch' : 'ok'
}

function headline(still: Still, state: Severity | 'ok'): JSX.Element {
  if (state === 'info') return <T k="noRequests" />
  if (state === 'ok') return <T k="allGood" />
  const count = (severity: Severity): number => still.findings.filter((f) => f.severity === severity).length
  const [act, watch] = [count('act'), count('watch')]
  const en = [
    act > 0 && `${act} ${act > 1 ? 'problems need' : 'problem needs'} action`,
    watch > 0 && `${watch} to watch`,
  ]
  const zh = [act > 0 && `${act} 个问题需要处理`, watch > 0 && `${watch} 个需要关注`]
  return <Both of={{ en: en.filter(Boolean).join(', '), zh: zh.filter(Boolean).join('，') }} />
}

export function State({ live, still }: Whole): JSX.Element {
  const state = stateOf(still)
  return (
    <>
      <Period live={live} still={still} />
      <h1 class={`state s-${state}`}>
        <Mark severity={state} />
        {headline(still, state)}
      </h1>
      <Lead live={live} still={still} state={state} />
      <Facts still={still} />
    </>
  )
}

function Period({ live: { zone }, still }: Whole): JSX.Element {
  const { from, to } = still.period
  const oneDay = from !== null && to !== null && day(zone, from) === day(zone, to)
  return (
    <p class="context">
      <Value of={still.title} />
      <span> · </span>
      {from === null || to === null ? (
        '–'
      ) : (
        <>
          <time>{`${day(zone, from)} ${clock(zone, from)}`}</time> –{' '}
          <time>{`${oneDay ? '' : `${day(zone, to)} `}${clock(zone, to)}`}</time>
        </>
      )}{' '}
      <span class="zone">{zone.name}</span>
    </p>
  )
}

/** Below the headline: the worst findings, or how many rules looked. */
function Lead({ live, still, state }: Whole & { readonly state: Severity | 'ok' }): JSX.Element {
  const { totals, findings } = still
  const looked: Words = {
    en: `All status codes of ${int(totals.entries)} requests are normal or harmless.`,
    zh: `${int(totals.entries)} 个请求的状态码均属正常或无害。`,
  }
  const worst = findings.filter(({ severity }) => severity === state).slice(0, 3)
  return (
    <p class="lead">
      {state === 'info' ? <T k="noRequestsWhy" /> : state === 'ok' ? <Both of={looked} /> : null}
      {worst.map((finding, i) => (
        <>
          {i > 0 && <span class="dot"> · </span>}
          <a href={`#${finding.key}`}>
            <Both of={finding.title} />
          </a>{' '}
          <span class="nowrap">{when(live, finding.first, finding.last)}</span>
        </>
      ))}
    </p>
  )
}

function Facts({ still: { totals, classes } }: { readonly still: Still }): JSX.Element {
  const share = (name: string): string => percent(classes.find((c) => c.class === name)?.hits ?? 0, totals.entries)
  const lines: Words = { en: totals.rejected === 1 ? 'line not understood' : 'lines not understood', zh: '行无法识别' }
  return (
    <ul class="facts">
      <li>
        <b>{int(totals.entries)}</b> <T k="requests" />
      </li>
      <li>
        <b>{share('5xx')}</b> 5xx
      </li>
      <li>
        <b>{share('4xx')}</b> 4xx
      </li>
      <li>
        <b>{bytes(totals.bytesSent)}</b> <T k="sent" />
      </li>
      <li {...(totals.rejected > totals.lines / 100 ? { class: 'bad' } : {})}>
        <a href="#rejects">
          <b>{int(totals.rejected)}</b> <Both of={lines} />
        </a>
      </li>
      {totals.withoutTime > 0 && (
        <li class="bad">
          <b>{int(totals.withoutTime)}</b> <Both of={{ en: 'without a readable time', zh: '条没有可读的时间' }} />
        </li>
      )}
    </ul>
  )
}
