import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { VERDICTS, type Verdict } from '../../catalogue/note.js'
import { verdictOfMost } from '../../report/shape.js'
import { VERDICT_WORDS } from '../words.js'
import { Bar, isLong, Spark } from './charts.js'
import type { Live, LiveCode, LiveFinding } from './model.js'
import { fromTo, int, millis, percent } from './numbers.js'
import { Both, Mark, T, VerdictWord } from './parts.js'
import { countIn, type Stretch } from './series.js'
import { CLASSES, stretchName, type View } from './view.js'
import { inLanguage, type Word } from './words.js'

/** A row of the table: a code and its hits in the chosen stretch. */
interface Row extends LiveCode {
  readonly now: number
  readonly verdict: Verdict
}

interface Column {
  readonly name: Word
  /** The value that the column sorts by; null: the column does not sort. */
  readonly by: ((row: Row) => number | string) | null
}
const COLUMNS: readonly Column[] = [
  { name: 'code', by: (row) => row.label },
  { name: 'meaning', by: null },
  { name: 'verdict', by: (row) => row.verdict },
  { name: 'hits', by: (row) => -row.now },
  { name: 'share', by: null },
  { name: 'course', by: null },
  { name: 'when', by: (row) => -(row.last ?? 0) },
  { name: 'p95', by: (row) => -(row.p95Ms ?? -1) },
]

interface Sort {
  readonly by: Word
  readonly isAscending: boolean
}

function sorted(rows: readonly Row[], { by, isAscending }: Sort): Row[] {
  const key = COLUMNS.find(({ name }) => name === by)?.by
  if (!key) return [...rows]
  const compare = (a: Row, b: Row): number => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)
  return rows.toSorted((a, b) => (isAscending ? -compare(a, b) : compare(a, b)))
}

const rowsOf = ({ codes }: Live, range: Stretch | null): Row[] =>
  codes.map((code) => ({
    ...code,
    now: range ? countIn(code.series, range) : code.hits,
    verdict: verdictOfMost(code.verdicts),
  }))

/** The worst finding that a code belongs to, by the code's label. */
function marksOf(findings: readonly LiveFinding[]): ReadonlyMap<string, LiveFinding> {
  const marks = new Map<string, LiveFinding>()
  for (const finding of findings.toReversed())
    for (const code of finding.codes) marks.set(code.split('/')[0] as string, finding)
  return marks
}

/** The table of codes: filtered by class, verdict and text, sorted by any column, counted in the chosen stretch. */
export function Codes(view: View): JSX.Element {
  const { live, range, klass, chosen, word, language } = view
  const [query, setQuery] = useState('')
  const [verdict, setVerdict] = useState<Verdict | ''>('')
  const [sort, setSort] = useState<Sort>({ by: 'hits', isAscending: false })
  const marks = useMemo(() => marksOf(live.findings), [live])
  const all = useMemo(() => rowsOf(live, range), [live, range])
  const wanted = query.trim().toLowerCase()
  const isWanted = (row: Row): boolean =>
    (!range || row.now > 0) &&
    (klass === null || row.class === klass) &&
    (verdict === '' || row.verdicts[verdict] !== undefined) &&
    (wanted === '' || textOf(row).includes(wanted))
  const rows = sorted(all.filter(isWanted), sort)
  const isTimed = live.codes.some(({ p95Ms }) => p95Ms !== null)
  const columns = COLUMNS.filter(({ name }) => (name !== 'p95' || isTimed) && (name !== 'course' || live.buckets > 1))
  const total = range ? all.reduce((sum, row) => sum + row.now, 0) : live.total
  return (
    <div class="codes">
      <h2 id="h-codes">
        <T k="codes" />{' '}
        <i aria-live="polite">
          {rows.length === live.codes.length ? rows.length : `${rows.length} / ${live.codes.length}`}
        </i>
        {range && <span class="now">{stretchName(live, range)}</span>}
      </h2>
      <div class="tools needs-js">
        <input
          type="search"
          value={query}
          placeholder={word('search')}
          aria-label={word('search')}
          onInput={(e) => setQuery(e.currentTarget.value)}
        />
        <ClassChips {...view} />
        <select
          aria-label={word('verdict')}
          value={verdict}
          onChange={(e) => setVerdict(e.currentTarget.value as Verdict | '')}
        >
          <option value="">{word('anyVerdict')}</option>
          {VERDICTS.filter((v) => live.codes.some(({ verdicts }) => verdicts[v] !== undefined)).map((v) => (
            <option key={v} value={v}>
              {inLanguage(VERDICT_WORDS[v], language)}
            </option>
          ))}
        </select>
      </div>
      <table class="code-table">
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.name} column={column} sort={sort} setSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <CodeRow
              key={row.id}
              row={row}
              live={live}
              total={total}
              isTimed={isTimed}
              mark={marks.get(row.label)}
              isChosen={chosen === row.id}
              word={word}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && (
        <p class="empty">
          <T k="none" />
        </p>
      )}
    </div>
  )
}

const textOf = ({ label, name }: Row): string =>
  `${label} ${typeof name === 'string' ? name : `${name.en} ${name.zh}`}`.toLowerCase()

const ClassChips = ({ live, klass, setClass, word }: View): JSX.Element => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of chips in all browsers
  <div class="chips" role="group" aria-label={word('all')}>
    {[null, ...CLASSES.filter((name) => live.codes.some((code) => code.class === name))].map((name) => (
      <button key={name} type="button" aria-pressed={klass === name} onClick={() => setClass(name)}>
        {name ?? <T k="all" />}
      </button>
    ))}
  </div>
)

interface HeadingProps {
  readonly column: Column
  readonly sort: Sort
  readonly setSort: (sort: Sort) => void
}
function Heading({ column: { name, by }, sort, setSort }: HeadingProps): JSX.Element {
  const isSorted = sort.by === name
  return (
    <th
      scope="col"
      class={`t-${name}`}
      {...(isSorted ? { 'aria-sort': sort.isAscending ? 'ascending' : 'descending' } : {})}
    >
      {by ? (
        <button type="button" onClick={() => setSort({ by: name, isAscending: isSorted && !sort.isAscending })}>
          <T k={name} />
        </button>
      ) : (
        <T k={name} />
      )}
    </th>
  )
}

interface CodeRowProps {
  readonly row: Row
  readonly live: Live
  readonly total: number
  readonly isTimed: boolean
  readonly mark: LiveFinding | undefined
  readonly isChosen: boolean
  readonly word: View['word']
}
function CodeRow({ row, live, total, isTimed, mark, isChosen, word }: CodeRowProps): JSX.Element {
  const open = (e: JSX.TargetedMouseEvent<HTMLTableRowElement>): void => {
    if (!(e.target as Element).closest('a')) e.currentTarget.querySelector('a')?.click()
  }
  return (
    <tr {...(isChosen ? { class: 'on' } : {})} onClick={open}>
      <th scope="row" class="t-code">
        <a class="code" href={`#c-${row.id}`} {...(isChosen ? { 'aria-current': 'true' } : {})}>
          {row.label}
        </a>
        {mark && (
          <a class="from" href={`#${mark.key}`} aria-label={word(mark.severity)}>
            <Mark severity={mark.severity} />
          </a>
        )}
      </th>
      <td class="t-meaning">
        <Both of={row.name} />
      </td>
      <td class="t-verdict">
        <VerdictWord of={row.verdict} />
      </td>
      <td class="t-hits n">{int(row.now)}</td>
      <td class="t-share">
        <Bar part={row.now} whole={total} tone={row.class} />
        <span class="n">{percent(row.now, total)}</span>
      </td>
      {live.buckets > 1 && (
        <td class="t-course">
          <Spark series={row.series} tall={18} tone={row.class} />
        </td>
      )}
      <td class="t-when">{fromTo(live.zone, row.first, row.last, isLong(live))}</td>
      {isTimed && <td class="t-p95 n">{millis(row.p95Ms)}</td>}
    </tr>
  )
}
