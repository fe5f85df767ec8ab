import type { ComponentChildren, JSX } from 'preact'
import type { Word } from './words.js'

/** A table that may be wider than the screen: a group that the keyboard reaches, so that it can scroll. */
export function Scroll({ of, children }: { readonly of: Word; readonly children: ComponentChildren }): JSX.Element {
  const attributes = { class: 'scroll', tabIndex: 0, role: 'group', 'aria-labelledby': `h-${of}` } as const
  return <div {...attributes}>{children}</div>
}
