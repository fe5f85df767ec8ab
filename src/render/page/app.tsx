import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Language } from '../../catalogue/note.js'
import { Codes } from './codes.js'
import { Details } from './details.js'
import { enliven, isWide, showDetail } from './enliven.js'
import { Findings } from './findings.js'
import { Nav, State, Switches } from './head.js'
import type { Live, Still as StillData } from './model.js'
import { More } from './more.js'
import { Still, T } from './parts.js'
import type { Stretch } from './series.js'
import { TimeLine } from './time-line.js'
import { stretchName, type View } from './view.js'
import { inLanguage, WORDS } from './words.js'

interface AppProps {
  readonly live: Live
  /** Null in the browser, where the file has the rest of the page as HTML. */
  readonly still: StillData | null
}

/** The page, and the choices of its reader. */
export function App({ live, still }: AppProps): JSX.Element {
  const [range, setRange] = useState<Stretch | null>(null)
  const [klass, setClass] = useState<string | null>(null)
  // Each choice is a new object: choosing the same code again brings its details to the front again.
  const [chosen, setChosen] = useState<{ readonly id: string | null }>({ id: null })
  const [language, setLanguage] = useState<Language>(live.language)
  const view: View = {
    live,
    range,
    setRange,
    klass,
    setClass,
    chosen: chosen.id,
    language,
    word: (name) => inLanguage(WORDS[name], language),
  }
  useEffect(() => enliven({ live, setRange, choose: (id) => setChosen({ id }), setLanguage }), [live])
  useEffect(() => {
    document.documentElement.classList.toggle('ranged', range !== null)
  }, [range])
  useEffect(() => showDetail(chosen.id, isWide()), [chosen])

  const whole = still && { live, still }
  return (
    <>
      <a class="skip" href="#main">
        <T k="skip" />
      </a>
      <header class="bar-top">
        <div class="inner">
          <Brand />
          <Still
            as="nav"
            class="nav"
            aria-label={view.word('report')}
            of={globalThis.IN_BROWSER ? undefined : () => still && <Nav still={still} />}
          />
          {range && (
            <button type="button" class="chip" onClick={() => setRange(null)} aria-label={view.word('whole')}>
              {stretchName(live, range)} <span aria-hidden="true">✕</span>
            </button>
          )}
          <Still
            class="switches"
            of={globalThis.IN_BROWSER ? undefined : () => <Switches language={live.language} />}
          />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Still
          as="section"
          class="head"
          id="top"
          of={globalThis.IN_BROWSER ? undefined : () => whole && <State {...whole} />}
        />
        <Still class="found" of={globalThis.IN_BROWSER ? undefined : () => whole && <Findings {...whole} />} />
        {live.buckets > 0 && (
          <section id="time" aria-labelledby="h-time">
            <TimeLine {...view} />
          </section>
        )}
        {live.codes.length > 0 && (
          <section id="codes" aria-labelledby="h-codes">
            <div class="split">
              <Codes {...view} />
              <Still
                class="details"
                tabIndex={0}
                role="region"
                aria-label={view.word('explained')}
                of={globalThis.IN_BROWSER ? undefined : () => whole && <Details {...whole} />}
              />
            </div>
          </section>
        )}
        <Still class="more" of={globalThis.IN_BROWSER ? undefined : () => whole && <More {...whole} />} />
      </main>
      <Still as="footer" of={globalThis.IN_BROWSER ? undefined : () => <p>logstat</p>} />
    </>
  )
}

const Brand = (): JSX.Element => (
  <a class="brand" href="#top">
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path class="c-2xx" d="M1 9h3v6H1z" />
      <path class="c-3xx" d="M5 6h3v9H5z" />
      <path class="c-4xx" d="M9 3h3v12H9z" />
      <path class="c-5xx" d="M13 1h2v14h-2z" />
    </svg>
    logstat
  </a>
)
