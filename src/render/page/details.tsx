import type { JSX } from 'preact'
import type { Verdict } from '../../catalogue/note.js'
import { Bar, Spark, TimeAxis } from './charts.js'
import { type Whole, when } from './head.js'
import type { ListRow, Live, LiveCode, PageNote, StillCode } from './model.js'
import { bytes, cut, duration, int, millis, percent, shown } from './numbers.js'
import { Both, Note, T, VerdictWord } from './parts.js'
import type { Word } from './words.js'

// The details of each code: an accordion, and with script a pane beside the table. Rendered when the page is made.

/**
 * Codes after this many have their meaning only: sites have 15 to 40, and the file must stay small enough for a mail.
 */
const DETAILED = 60

export const Details = ({ live, still }: Whole): JSX.Element => (
  <>
    <p class="back needs-js">
      <button type="button">
        <span aria-hidden="true">←</span> <T k="top" />
      </button>
    </p>
    <h2 class="no-js">
      <T k="explained" />
    </h2>
    <p class="whole-note">
      <T k="wholeNote" />
    </p>
    {still.codes.map((code, i) => (
      <Detail key={code.id} code={code} row={live.codes[i] as LiveCode} live={live} whole={i < DETAILED} />
    ))}
  </>
)

interface DetailProps {
  readonly code: StillCode
  readonly row: LiveCode
  readonly live: Live
  readonly whole: boolean
}

function Detail({ code, row, live, whole }: DetailProps): JSX.Element {
  const findings = live.findings.filter(({ codes }) => codes.some((c) => c.split('/')[0] === row.label))
  const isTold = findings.some(({ severity }) => severity !== 'info')
  // A code that is normal, blocked or background needs its meaning, and nothing to check.
  const needsNothing = row.verdicts.normal === row.hits || (findings.length > 0 && !isTold)
  return (
    <details class={isTold ? 'detail told' : 'detail'} id={`d-${row.id}`}>
      <summary>
        <h3 id={`c-${row.id}`}>
          <span class="code">{row.label}</span> <Both of={row.name} />
        </h3>
        <span class="n">{int(row.hits)}</span>
      </summary>
      <div class="body">
        <Sub row={row} live={live} />
        {row.series.length > 1 && <Course row={row} live={live} />}
        {code.took && <TimeTaken took={code.took} />}
        {code.win32.some(({ value }) => value !== 0) && <Win32 code={code} row={row} />}
        {code.notes.length === 0 && (
          <p>
            <T k="noNote" />
          </p>
        )}
        {(whole ? code.notes : code.notes.slice(0, 1)).map((note, i) => (
          <Explanation key={note.code} note={note} first={i === 0} brief={!whole || (needsNothing && i === 0)} />
        ))}
        {whole && <Lists code={code} row={row} />}
      </div>
    </details>
  )
}

function Sub({ row, live }: { readonly row: LiveCode; readonly live: Live }): JSX.Element {
  const verdicts = (Object.entries(row.verdicts) as [Verdict, number][]).sort((a, b) => b[1] - a[1])
  return (
    <p class="sub">
      {verdicts.map(([verdict, hits]) => (
        <>
          <VerdictWord of={verdict} />
          {verdicts.length > 1 && <span class="n">{int(hits)}</span>}{' '}
        </>
      ))}
      <span>{when(live, row.first, row.last)}</span> <span>{percent(row.hits, live.total)}</span>{' '}
      <span>{bytes(row.bytes)}</span>
    </p>
  )
}

const Course = ({ row, live }: { readonly row: LiveCode; readonly live: Live }): JSX.Element => (
  <figure>
    <Spark series={row.series} tall={40} tone={row.class} />
    <TimeAxis live={live} count={5} />
    <figcaption>
      <T k="peak" /> {int(Math.max(0, ...row.series))} / <Both of={duration(live.seconds)} />
    </figcaption>
  </figure>
)

const TimeTaken = ({ took }: { readonly took: NonNullable<StillCode['took']> }): JSX.Element => (
  <table class="mini">
    <caption>
      <T k="took" />
    </caption>
    <thead>
      <tr>
        <th scope="col">p50</th>
        <th scope="col">p95</th>
        <th scope="col">p99</th>
        <th scope="col">
          <T k="max" />
        </th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <td>{millis(took.p50Ms)}</td>
        <td>{millis(took.p95Ms)}</td>
        <td>{millis(took.p99Ms)}</td>
        <td>{millis(took.maxMs)}</td>
      </tr>
    </tbody>
  </table>
)

const Win32 = ({ code, row }: { readonly code: StillCode; readonly row: LiveCode }): JSX.Element => (
  <table class="mini win32">
    <caption>
      <T k="win32" />
    </caption>
    <tbody>
      {code.win32.map((win32) => (
        <tr key={win32.value}>
          <td class="n">{int(win32.hits)}</td>
          <td>
            <Bar part={win32.hits} whole={row.hits} tone={row.class} />
          </td>
          <th scope="row">
            <span class="code">{win32.value}</span> <small>{win32.symbol}</small>
          </th>
          <td>
            <VerdictWord of={win32.verdict} />
          </td>
          <td>
            <Both of={win32.meaning} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** `brief`: its meaning alone; a normal code has nothing to check. */
const Explanation = ({
  note,
  first,
  brief,
}: {
  readonly note: PageNote
  readonly first: boolean
  readonly brief: boolean
}): JSX.Element => (
  <div class="note">
    {!first && (
      <h4 class="name">
        <span class="code">{note.code}</span> <Both of={note.name} />
      </h4>
    )}
    <p>
      <Note of={note.meaning} />
    </p>
    {!brief && note.causes.length > 0 && (
      <>
        <h4>
          <T k="usually" />
        </h4>
        <ul>
          {note.causes.map((cause, i) => (
            <li key={i}>
              <Note of={cause} />
            </li>
          ))}
        </ul>
      </>
    )}
    {!brief && note.checks.length > 0 && (
      <>
        <h4>
          <T k="check" />
        </h4>
        <ol>
          {note.checks.map((check, i) => (
            <li key={i}>
              <Note of={check} run />
            </li>
          ))}
        </ol>
      </>
    )}
    {note.source !== '' && (
      <p class="source">
        <T k="source" />: {note.source}
      </p>
    )}
  </div>
)

const LISTS = [
  ['paths', 'paths'],
  ['clients', 'clientList'],
  ['referers', 'referers'],
  ['userAgents', 'agents'],
] as const satisfies readonly (readonly [keyof StillCode['top'], Word])[]

const Lists = ({ code, row }: { readonly code: StillCode; readonly row: LiveCode }): JSX.Element => (
  <div class="lists">
    {LISTS.map(([list, word]) => (
      <TopList key={list} word={word} rows={code.top[list]} distinct={code.distinct[list]} row={row} />
    ))}
  </div>
)

/** Rows of each list: they are the bulk of the file, so codes that are no problem get fewer. */
const LISTED = 8
const LISTED_OF_QUIET = 4
/** Smaller bars than this share could not be seen. */
const SEEN = 0.02

const isQuiet = ({ verdicts, hits }: LiveCode): boolean => (verdicts.normal ?? 0) + (verdicts.noise ?? 0) === hits

interface TopListProps {
  readonly word: Word
  readonly rows: readonly ListRow[]
  readonly distinct: { readonly count: number; readonly exact: boolean }
  readonly row: LiveCode
}
function TopList({ word, rows, distinct, row }: TopListProps): JSX.Element | null {
  if (rows.length === 0) return null
  return (
    <div>
      <h4>
        <T k={word} />{' '}
        <i>
          {distinct.exact ? '' : '≥ '}
          {int(distinct.count)}
        </i>
      </h4>
      <ol class={`toplist c-${row.class}`}>
        {rows.slice(0, isQuiet(row) ? LISTED_OF_QUIET : LISTED).map(({ value, hits, error }) => (
          <li key={value}>
            <b>
              {int(hits)}
              {error > 0 && <small> ±{int(error)}</small>}
            </b>
            {hits > row.hits * SEEN && (
              <svg aria-hidden="true">
                <rect width={`${Math.round((hits / row.hits) * 100)}%`} />
              </svg>
            )}
            <bdi>{shown(cut(value))}</bdi>
          </li>
        ))}
      </ol>
    </div>
  )
}
