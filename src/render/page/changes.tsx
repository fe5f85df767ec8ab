import type { JSX } from 'preact'
import type { Changes, CodeChange } from '../../report/compare.js'
import { QUIET } from '../../report/shape.js'
import { comparedName } from '../text/comparison.js'
import { CHANGE_WORDS, type Word as SaidWord, say } from '../words.js'
import type { Whole } from './head.js'
import { int, shown } from './numbers.js'
import { Both, T, Value } from './parts.js'
import { Scroll } from './scroll.js'

// Changes since another period, and the report by host, site or log. Rendered when the page is made.

const both = (word: SaidWord, ...values: readonly (string | number)[]) => ({
  en: say('en', word, ...values),
  zh: say('zh', word, ...values),
})

export function Compared({ live, still }: Whole): JSX.Element {
  const { comparison } = still
  if (comparison === null) return <></>
  const { requests, findings, codes, paths, test } = comparison.en
  const name = (language: 'en' | 'zh'): string => comparedName({ zone: live.zone.name, language }, comparison[language])
  return (
    <>
      <p>
        <Both of={{ en: say('en', 'comparedShort', name('en')), zh: say('zh', 'comparedShort', name('zh')) }} />{' '}
        <Both of={both('requestsBoth', int(requests.now), int(requests.before))} />
      </p>
      <Block title="changedFindings" of={findings} zh={comparison.zh.findings} />
      <Block title="codes" of={codes} zh={comparison.zh.codes} />
      {paths ? (
        <Block title="changedPaths" of={paths} zh={comparison.zh.paths ?? paths} />
      ) : (
        <p>
          <Both of={both('pathsByDay')} />
        </p>
      )}
      <p class="empty">
        <Both of={both('changeRule', int(1 / test.level), String(test.ratio))} />
      </p>
    </>
  )
}

const MOST_ROWS = 30
const MOST_UNSURE = 10

interface BlockProps {
  readonly title: SaidWord
  readonly of: Changes
  /** The changes in Chinese: rows stand in the same order. */
  readonly zh: Changes
}

function Block({ title, of, zh }: BlockProps): JSX.Element | null {
  const rows = of.rows.slice(0, MOST_ROWS)
  const few = of.unsure.slice(0, MOST_UNSURE)
  const more = of.unsure.length - few.length
  if (rows.length + few.length === 0) return null
  return (
    <>
      <h3>
        <Both of={both(title)} />
      </h3>
      {rows.length > 0 && (
        <Scroll of="compared">
          <table>
            <thead>
              <tr>
                {(['change', 'code', 'meaning'] as const).map((word) => (
                  <th key={word} scope="col">
                    <T k={word} />
                  </th>
                ))}
                {(['before', 'now'] as const).map((word) => (
                  <th key={word} scope="col" class="r">
                    <T k={word} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                <ChangeRow key={`${row.code} ${row.path}`} row={row} zh={zh.rows[i]?.name ?? null} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {few.length > 0 && (
        <p>
          <Both of={both('tooFew', [...few.map(fewText), ...(more > 0 ? [`+ ${int(more)}`] : [])].join(' · '))} />
        </p>
      )}
    </>
  )
}

const fewText = ({ code, path, before, now }: CodeChange): string =>
  `${shown(code)}${path === null ? '' : ` ${shown(path)}`} ${int(before)} → ${int(now)}`

const ChangeRow = ({ row, zh }: { readonly row: CodeChange; readonly zh: string | null }): JSX.Element => (
  <tr>
    <td>
      <Both of={CHANGE_WORDS[row.change]} />
    </td>
    <th scope="row">
      <span class="code">{shown(row.code)}</span>
    </th>
    <td>{row.path === null ? <Both of={{ en: row.name ?? '', zh: zh ?? '' }} /> : <Value of={row.path} />}</td>
    <td class="n">{int(row.before)}</td>
    <td class="n">{int(row.now)}</td>
  </tr>
)

export function BySection({ still }: Whole): JSX.Element {
  const rows = still.sections?.rows ?? []
  return (
    <Scroll of="sections">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <T k="where" />
            </th>
            {(['entries', 'problems'] as const).map((word) => (
              <th key={word} scope="col" class="r">
                <T k={word} />
              </th>
            ))}
            <th scope="col">
              <T k="codes" />
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_SECTIONS).map(({ name, entries, problems, codes }, i) => (
            <tr key={i}>
              <th scope="row">{name === null ? <Both of={both('noHost')} /> : <Value of={name} />}</th>
              <td class="n">{int(entries)}</td>
              <td class="n">{int(problems)}</td>
              <td>
                {codes
                  .filter(({ verdict }) => !QUIET.has(verdict))
                  .slice(0, 5)
                  .map(({ code, hits }) => `${shown(code)} ${int(hits)}`)
                  .join(' · ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

const MOST_SECTIONS = 200
