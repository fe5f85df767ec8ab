import type { JSX } from 'preact'
import { Spark } from './charts.js'
import { type Whole, when } from './head.js'
import type { Live, PageFinding, Still } from './model.js'
import { duration, int, percent } from './numbers.js'
import { Both, Mark, Note, T } from './parts.js'
import type { Words } from './words.js'

// Findings, worst first, and what was blocked or is background. Rendered when the page is made.

/** Findings that are unfolded from the beginning. */
const OPEN = 4

export function Findings({ live, still }: Whole): JSX.Element {
  const loud = still.findings.filter(({ severity }) => severity !== 'info')
  const quiet = still.findings.filter(({ severity }) => severity === 'info')
  return (
    <>
      {loud.length > 0 && (
        <section id="findings" aria-labelledby="h-findings">
          <h2 id="h-findings">
            <T k="attention" /> <i>{loud.length}</i>
          </h2>
          <ol class="findings">
            {loud.map((finding, i) => (
              <li key={finding.key}>
                <Finding finding={finding} live={live} still={still} open={i < OPEN} />
              </li>
            ))}
          </ol>
        </section>
      )}
      {quiet.length > 0 && (
        <section id="background" aria-labelledby="h-background">
          <h2 id="h-background">
            <T k="background" /> <i>{quiet.length}</i>
          </h2>
          <ul class="quiet">
            {quiet.map((finding) => (
              <Background key={finding.key} finding={finding} live={live} />
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

const Background = ({ finding, live }: { readonly finding: PageFinding; readonly live: Live }): JSX.Element => (
  <li id={finding.key}>
    <Mark severity="info" />
    <span class="n">{int(finding.hits)}</span>
    <span>
      <b>
        <Both of={finding.title} />
      </b>{' '}
      {finding.evidence[0] !== undefined && <Note of={finding.evidence[0]} />}{' '}
      <CodeLinks codes={finding.codes} live={live} />
    </span>
  </li>
)

/** Codes of a finding, linked to their rows; a Win32 status belongs to the row of its code. */
const CodeLinks = ({ codes, live }: { readonly codes: readonly string[]; readonly live: Live }): JSX.Element => (
  <>
    {codes.map((code) => {
      const row = live.codes.find(({ label }) => label === code.split('/')[0])
      return (
        <span key={code}>
          {' '}
          {row ? (
            <a class="code" href={`#c-${row.id}`}>
              {code}
            </a>
          ) : (
            <span class="code">{code}</span>
          )}
        </span>
      )
    })}
  </>
)

interface FindingProps extends Whole {
  readonly finding: PageFinding
  readonly open: boolean
}

const Finding = ({ finding, live, still, open }: FindingProps): JSX.Element => (
  <details class={`finding k-${finding.severity}`} open={open}>
    <summary id={finding.key}>
      <Mark severity={finding.severity} />
      <span class="what">
        <h3>
          <span class="vh">
            <T k={finding.severity} />:{' '}
          </span>
          <Both of={finding.title} />
        </h3>
        <span class="meta">
          <span class="nowrap">{when(live, finding.first, finding.last)}</span>,{' '}
          <Ended finding={finding} still={still} />
        </span>
      </span>
      <span class="chart">
        {finding.series.length > 1 && <Spark series={finding.series} tall={32} tone={finding.severity} />}
      </span>
      <span class="amount">
        <b>{int(finding.hits)}</b>
        <span>{percent(finding.hits, still.totals.entries)}</span>
      </span>
    </summary>
    <Body finding={finding} live={live} />
  </details>
)

/**
 * A finding whose last request is that close to the end of the log is still going on: so much of the period, but 10
 * minutes at least.
 */
const RECENT = 0.02
const RECENT_MS = 600_000

/** Whether it is still going on, else how long before the end of the log it ended. */
function Ended({ finding, still }: { readonly finding: PageFinding; readonly still: Still }): JSX.Element | null {
  const { from, to } = still.period
  if (finding.last === null || from === null || to === null) return null
  const ago = to - finding.last
  if (ago <= Math.max(RECENT_MS, (to - from) * RECENT))
    return (
      <b class="going">
        <T k="ongoing" />
      </b>
    )
  const before = duration(ago / 1000)
  return <Both of={{ en: `ended ${before.en} before the end of the log`, zh: `在日志结束前 ${before.zh}已停止` }} />
}

function Body({ finding, live }: { readonly finding: PageFinding; readonly live: Live }): JSX.Element {
  const [first, ...others] = finding.checks
  return (
    <div class="body">
      <dl class="main">
        {first !== undefined && (
          <>
            <dt class="key">
              <T k="first" />
            </dt>
            <dd class="key">
              <Note of={first} run />
            </dd>
          </>
        )}
        <dt>
          <T k="evidence" />
        </dt>
        <dd>
          <Paragraphs of={finding.evidence} />
        </dd>
        {others.length > 0 && (
          <>
            <dt>
              <T k="afterwards" />
            </dt>
            <dd>
              <Paragraphs of={others} run />
            </dd>
          </>
        )}
      </dl>
      <dl class="side">
        <dt>
          <T k="where" />
        </dt>
        <dd>
          <Note of={finding.where} />
        </dd>
        <dt>
          <T k="whom" />
        </dt>
        <dd>
          <Note of={finding.whom} />
        </dd>
        <dt>
          <T k="codes" />
        </dt>
        <dd class="codes-of">
          <CodeLinks codes={finding.codes} live={live} />
        </dd>
        {live.buckets > 1 && finding.first !== null && (
          <>
            <dt />
            <dd>
              <button type="button" class="needs-js" data-from={finding.first} data-to={finding.last}>
                <T k="stretch" />
              </button>
            </dd>
          </>
        )}
      </dl>
    </div>
  )
}

const Paragraphs = ({ of, run = false }: { readonly of: readonly Words[]; readonly run?: boolean }): JSX.Element => (
  <>
    {of.map((words, i) => (
      <p key={i}>
        <Note of={words} run={run} />
      </p>
    ))}
  </>
)
