import type { Language } from '../../catalogue/note.js'
import type { Live } from './model.js'
import type { Stretch } from './series.js'
import { inLanguage, WORDS } from './words.js'

// Listeners on the document bring to life the parts of the page that are not hydrated.

interface Hooks {
  readonly live: Live
  readonly setRange: (range: Stretch | null) => void
  readonly choose: (id: string | null) => void
  readonly setLanguage: (language: Language) => void
}

/** The details stand beside the table there, else they lie over the page (style.css has the same width). */
export const isWide = (): boolean => matchMedia('(min-width:1240px)').matches

export function enliven({ live, setRange, choose, setLanguage }: Hooks): void {
  document.documentElement.classList.add('js')
  makeCommandsButtons()
  const close = (): void => {
    history.replaceState(null, '', location.pathname)
    choose(null)
  }
  const follow = (): void => {
    const id = codeOf(location.hash)
    if (id !== null) choose(id)
    else if (!isWide()) choose(null)
  }
  document.addEventListener('click', (e) => {
    const target = e.target as Element
    const link = target.closest<HTMLAnchorElement>('a[href^="#c-"]')
    if (link) {
      e.preventDefault()
      openCode(link, choose)
      return
    }
    const finding = target.closest<HTMLAnchorElement>('a[href^="#f"]')
    if (finding) unfold(finding.hash.slice(1))
    const button = target.closest<HTMLElement>('[data-from]')
    if (button) setRange(stretchOf(live, Number(button.dataset.from), Number(button.dataset.to)))
    const command = target.closest<HTMLElement>('code.run')
    if (command && String(getSelection()) === '') copy(command)
    if (target.closest('.back')) {
      e.preventDefault()
      close()
    }
  })
  document.addEventListener('change', (e) => {
    const { name, value } = e.target as HTMLInputElement
    if (name !== 'language') return
    const language = value === 'zh' ? 'zh' : 'en'
    document.documentElement.lang = language
    setLanguage(language)
  })
  document.addEventListener('keydown', (e) => {
    if (e.key === 'Escape' && !isWide()) close()
    walkTable(e)
    if ((e.key === 'Enter' || e.key === ' ') && (e.target as Element).matches('code.run')) {
      e.preventDefault()
      ;(e.target as HTMLElement).click()
    }
  })
  addEventListener('popstate', follow)
  addEventListener('beforeprint', () => {
    for (const finding of document.querySelectorAll<HTMLDetailsElement>('.finding')) finding.open = true
  })
  if (codeOf(location.hash) !== null) follow()
  else if (isWide()) choose(firstCode(live))
}

function codeOf(hash: string): string | null {
  return /^#c-(.+)$/.exec(decodeURIComponent(hash))?.[1] ?? null
}

/** On a wide screen the pane beside the table is never empty: it opens with the code of the first finding. */
function firstCode({ findings, codes }: Live): string | null {
  const label = findings[0]?.codes[0]?.split('/')[0]
  return (codes.find((code) => code.label === label) ?? codes[0])?.id ?? null
}

/** A command is its own copy button: it wraps with its sentence, which a button beside it would not. */
function makeCommandsButtons(): void {
  for (const command of document.querySelectorAll<HTMLElement>('code.run')) {
    command.tabIndex = 0
    command.setAttribute('role', 'button')
    command.title = inLanguage(WORDS.copy, command.closest<HTMLElement>('[lang]')?.lang === 'zh' ? 'zh' : 'en')
  }
}

/** Where the clipboard is refused, the command is left selected instead. */
function copy(command: HTMLElement): void {
  const done = (): void => {
    command.classList.add('done')
    setTimeout(() => command.classList.remove('done'), 1200)
  }
  Promise.resolve()
    .then(() => navigator.clipboard.writeText(command.textContent ?? ''))
    .then(done, () => getSelection()?.selectAllChildren(command))
}

function openCode(link: HTMLAnchorElement, choose: Hooks['choose']): void {
  if (isWide()) history.replaceState(null, '', link.hash)
  else history.pushState(null, '', link.hash)
  choose(codeOf(link.hash))
  if (isWide() && !link.closest('#codes')) document.getElementById('codes')?.scrollIntoView({ block: 'start' })
}

function unfold(key: string): void {
  const finding = document.getElementById(key)?.closest('details')
  if (finding) finding.open = true
}

/** The buckets from one time to another; brings the time line into view. */
function stretchOf(live: Live, from: number, to: number): Stretch {
  const bucket = (time: number): number => Math.floor((time - live.start) / (live.seconds * 1000))
  document.getElementById('time')?.scrollIntoView({ block: 'start' })
  return [Math.max(0, bucket(from)), Math.min(live.buckets, bucket(to) + 1)]
}

/** Arrow up and down walk through the table of codes; beside it the pane follows. */
function walkTable(e: KeyboardEvent): void {
  const row = (e.target as Element).closest('.code-table tbody tr')
  const next =
    e.key === 'ArrowDown' ? row?.nextElementSibling : e.key === 'ArrowUp' ? row?.previousElementSibling : null
  const link = next?.querySelector('a')
  if (!link) return
  e.preventDefault()
  link.focus()
  if (isWide()) link.click()
}

/** Show the details of a code and no other; null hides them and gives the focus back to the link. */
export function showDetail(id: string | null, wide: boolean): void {
  const before = document.querySelector<HTMLDetailsElement>('.detail[open]')
  if (before) before.open = false
  const detail = id === null ? null : (document.getElementById(`d-${id}`) as HTMLDetailsElement | null)
  document.documentElement.classList.toggle('reading', detail !== null)
  if (!detail) {
    if (before)
      document
        .querySelector<HTMLElement>(`a[href="#${CSS.escape(before.id.replace('d-', 'c-'))}"]`)
        ?.focus({ preventScroll: true })
    return
  }
  detail.open = true
  const pane = document.querySelector<HTMLElement>('.details')
  if (!pane) return
  pane.scrollTop = 0
  if (!wide) pane.focus()
}
