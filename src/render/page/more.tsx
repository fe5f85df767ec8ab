import type { JSX } from 'preact'
import { verdictOfMost } from '../../report/shape.js'
import { REASON_WORDS } from '../words.js'
import { BySection, Compared } from './changes.js'
import { Bar } from './charts.js'
import { hasWin32, type Whole } from './head.js'
import type { LiveCode, StillCode } from './model.js'
import { int, shown } from './numbers.js'
import { Both, T, Value, VerdictWord } from './parts.js'
import { Scroll } from './scroll.js'
import type { Word } from './words.js'

// The sections below the codes: the IIS tree, normal codes, lines not understood, what was read. Rendered when the page
// is made.

interface Section {
  readonly id: Word
  readonly isShown: (whole: Whole) => boolean
  readonly Body: (whole: Whole) => JSX.Element
}
const SECTIONS: readonly Section[] = [
  { id: 'compared', isShown: ({ still }) => still.comparison !== null, Body: Compared },
  { id: 'sections', isShown: ({ still }) => still.sections !== null, Body: BySection },
  { id: 'tree', isShown: ({ still }) => hasWin32(still), Body: Tree },
  { id: 'normal', isShown: ({ still }) => still.normal.length > 0, Body: Normal },
  { id: 'rejects', isShown: () => true, Body: Rejects },
  { id: 'inputs', isShown: () => true, Body: Inputs },
]

export const More = (whole: Whole): JSX.Element => (
  <>
    {SECTIONS.filter(({ isShown }) => isShown(whole)).map(({ id, Body }) => (
      <section key={id} id={id} aria-labelledby={`h-${id}`}>
        <h2 id={`h-${id}`}>
          <T k={id} />
        </h2>
        <Body {...whole} />
      </section>
    ))}
  </>
)

interface Branch {
  readonly status: number | null
  readonly tone: string
  readonly hits: number
  readonly codes: readonly { readonly code: StillCode; readonly row: LiveCode }[]
}

/** Codes by status, worst class first. */
function branches({ live, still }: Whole): Branch[] {
  const pairs = still.codes.map((code, i) => ({ code, row: live.codes[i] as LiveCode }))
  const statuses = [...new Set(still.codes.map(({ status }) => status))]
  return statuses
    .map((status) => {
      const codes = pairs.filter(({ code }) => code.status === status)
      return {
        status,
        codes,
        tone: codes[0]?.row.class ?? 'other',
        hits: codes.reduce((sum, { row }) => sum + row.hits, 0),
      }
    })
    .sort((a, b) => Math.floor((b.status ?? 0) / 100) - Math.floor((a.status ?? 0) / 100) || b.hits - a.hits)
}

/** Status → sub-status → Win32. A row of Win32 0 alone says nothing and is left out. */
function Tree(whole: Whole): JSX.Element {
  const { total } = whole.live
  return (
    <Scroll of="tree">
      <table class="tree">
        <thead>
          <tr>
            <th scope="col">
              <T k="code" />
            </th>
            <th scope="col" class="r">
              <T k="hits" />
            </th>
            <th scope="col">
              <span class="vh">
                <T k="share" />
              </span>
            </th>
            <th scope="col">
              <T k="verdict" />
            </th>
            <th scope="col">
              <T k="meaning" />
            </th>
          </tr>
        </thead>
        {branches(whole).map((branch) => (
          <tbody key={branch.status}>
            <tr class="l0">
              <th scope="rowgroup">{branch.status ?? '–'}</th>
              <td class="n">{int(branch.hits)}</td>
              <td>
                <Bar part={branch.hits} whole={total} tone={branch.tone} />
              </td>
              <td />
              <td />
            </tr>
            {branch.codes.map(({ code, row }) => (
              <TreeCode key={row.id} code={code} row={row} total={total} />
            ))}
          </tbody>
        ))}
      </table>
    </Scroll>
  )
}

function TreeCode({
  code,
  row,
  total,
}: {
  readonly code: StillCode
  readonly row: LiveCode
  readonly total: number
}): JSX.Element {
  const win32 = code.win32.length === 1 && code.win32[0]?.value === 0 ? [] : code.win32
  return (
    <>
      <tr class="l1">
        <th scope="row">
          <a class="code" href={`#c-${row.id}`}>
            {row.label}
          </a>
        </th>
        <td class="n">{int(row.hits)}</td>
        <td>
          <Bar part={row.hits} whole={total} tone={row.class} />
        </td>
        <td>{win32.length === 0 && <VerdictWord of={verdictOfMost(row.verdicts)} />}</td>
        <td>
          <Both of={row.name} />
        </td>
      </tr>
      {win32.map((w) => (
        <tr key={w.value} class="l2">
          <th scope="row">
            <span class="code">{w.value}</span> <small>{w.symbol}</small>
          </th>
          <td class="n">{int(w.hits)}</td>
          <td>
            <Bar part={w.hits} whole={total} tone={row.class} />
          </td>
          <td>
            <VerdictWord of={w.verdict} />
          </td>
          <td>
            <Both of={w.meaning} />
          </td>
        </tr>
      ))}
    </>
  )
}

function Normal({ still }: Whole): JSX.Element {
  return (
    <ul class="quiet">
      {still.normal.map(({ code, hits, meaning }) => (
        <li key={code}>
          <span class="n">{int(hits)}</span>
          <span class="code">{code}</span>
          <span>
            <Both of={meaning} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function Rejects({ still }: Whole): JSX.Element {
  if (still.rejects.length === 0)
    return (
      <p class="empty">
        <Both of={{ en: 'Every line was understood.', zh: '所有行均已识别。' }} />
      </p>
    )
  return (
    <>
      {still.rejects.map(({ reason, count, samples }) => (
        <div key={reason} class="reject">
          <h3>
            <b>{int(count)}</b> <Both of={REASON_WORDS[reason] ?? reason} />
          </h3>
          {samples.map(({ input, line, column, text }) => (
            <figure key={`${input}:${line}`}>
              <figcaption>
                <Value of={input.split(/[\\/]/).at(-1) ?? input} />:{line}
              </figcaption>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach it to scroll */}
              <pre tabIndex={0}>
                <Caret text={text.replace(/\r$/, '')} column={column} />
              </pre>
            </figure>
          ))}
        </div>
      ))}
    </>
  )
}

/** The character where reading stopped is marked itself: a caret in a line below goes astray beside wide characters. */
const Caret = ({ text, column }: { readonly text: string; readonly column: number }): JSX.Element => (
  <>
    <bdi>{shown(text.slice(0, column))}</bdi>
    <mark class="caret">{shown(text.slice(column, column + 1)) || ' '}</mark>
    <bdi>{shown(text.slice(column + 1, column + 400))}</bdi>
  </>
)

function Inputs({ still }: Whole): JSX.Element {
  return (
    <>
      {still.range.map((text, i) => (
        <p key={i}>
          <Both of={text} />
        </p>
      ))}
      <Scroll of="inputs">
        <table class="inputs">
          <thead>
            <tr>
              <th scope="col">
                <T k="file" />
              </th>
              <th scope="col">
                <T k="format" />
              </th>
              {(['lines', 'entries', 'ignored', 'rejects'] as const).map((word) => (
                <th key={word} scope="col" class="r">
                  <T k={word} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {still.inputs.map((input, i) => (
              <tr key={i}>
                <th scope="row">
                  <Value of={input.name} />
                </th>
                <td>
                  {input.format}
                  {input.software !== null && <small> {shown(input.software)}</small>}
                </td>
                <td class="n">{int(input.lines)}</td>
                <td class="n">{int(input.entries)}</td>
                <td class="n">{int(input.ignored)}</td>
                <td class="n">{int(input.rejected)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  )
}
