import { Component, type ComponentChildren, h, type JSX } from 'preact'
import type { Verdict } from '../../catalogue/note.js'
import { VERDICT_WORDS } from '../words.js'
import type { Severity } from './model.js'
import { cut, shown } from './numbers.js'
import { WORDS, type Word, type Words } from './words.js'

declare global {
  /** The build of the browser's script defines it as true; code for the making of the page is dropped there. */
  var IN_BROWSER: boolean | undefined
}

/** A text in both languages. The style sheet shows the one that is switched on, without script. */
export function Both({ of }: { readonly of: Words }): JSX.Element {
  if (typeof of === 'string') return <>{of}</>
  return (
    <>
      <span lang="en">{of.en}</span>
      <span lang="zh">{of.zh}</span>
    </>
  )
}
export const T = ({ k }: { readonly k: Word }): JSX.Element => <Both of={WORDS[k]} />

export const VerdictWord = ({ of }: { readonly of: Verdict }): JSX.Element => (
  <span class={`verdict v-${of}`}>
    <Both of={VERDICT_WORDS[of]} />
  </span>
)

interface StillProps {
  /**
   * Makes the content. Write it in place as `globalThis.IN_BROWSER ? undefined : () => …`: only so it is dropped from
   * the script.
   */
  readonly of: (() => ComponentChildren) | undefined
  readonly as?: string
  readonly class?: string
  readonly id?: string
  readonly tabIndex?: number
  readonly role?: 'region'
  readonly 'aria-label'?: string
}

/**
 * Content that is rendered when the page is made and left alone in the browser: hydration keeps what is there, so the
 * browser needs neither its data nor its code.
 */
export class Still extends Component<StillProps> {
  override shouldComponentUpdate(): boolean {
    return false
  }
  override render({ of, as = 'div', ...rest }: StillProps): JSX.Element {
    return of ? h(as, rest, of()) : h(as, { ...rest, dangerouslySetInnerHTML: { __html: '' } })
  }
}

const SHAPES: Readonly<Record<Severity | 'ok', JSX.Element>> = {
  act: <path d="M6 0 12 6 6 12 0 6z" />,
  watch: <path d="M6 1 12 11.5H0z" />,
  ok: <path d="M1 6.5 4.5 10 11 2.5" class="stroke" />,
  info: <circle cx="6" cy="6" r="4" class="stroke" />,
}

/** Severity by shape and colour. */
export const Mark = ({ severity }: { readonly severity: Severity | 'ok' }): JSX.Element => (
  <svg class={`mark m-${severity}`} viewBox="0 0 12 12" aria-hidden="true">
    {SHAPES[severity]}
  </svg>
)

/** A value out of the log. `bdi` keeps its direction of writing to itself. */
export const Value = ({ of }: { readonly of: string }): JSX.Element => <bdi class="value">{shown(cut(of))}</bdi>

const isCommand = (text: string): boolean => /^[\w./%(\\-].* \S/.test(text) && !/^(HTTP|GET|POST)\b/.test(text)

/** `…` is code. A command in a check (`run`) becomes its own copy button in the browser. */
const Rich = ({ text, run }: { readonly text: string; readonly run?: boolean | undefined }): JSX.Element => (
  <>
    {text
      .split('`')
      .map((part, i) =>
        i % 2 === 0 ? shown(part) : <code {...(run && isCommand(part) ? { class: 'run' } : {})}>{shown(part)}</code>,
      )}
  </>
)

/** Text of a note or finding. */
export function Note({ of, run }: { readonly of: Words; readonly run?: boolean }): JSX.Element {
  if (typeof of === 'string') return <Rich text={of} run={run} />
  return (
    <>
      <span lang="en">
        <Rich text={of.en} run={run} />
      </span>
      <span lang="zh">
        <Rich text={of.zh} run={run} />
      </span>
    </>
  )
}
