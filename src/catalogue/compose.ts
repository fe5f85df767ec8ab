import { noteOf } from './catalogue.js'
import { LANGUAGES, type Link, type Note, QUIET, type Text } from './note.js'

// Reasons that a server puts together from parts each of which has a note: Envoy's flags `UF,URX`, HAProxy's letters
// `IH--`, Squid's `TCP_MISS_ABORTED`. There are far too many of them to write down.

/** Functions that cut a reason of an authority into codes that have notes; undefined when it is not of that form. */
const PARTS: Readonly<Record<string, (reason: string) => readonly string[] | undefined>> = {
  envoy: (reason) => (/^[A-Za-z]+(,[A-Za-z]+)+$/.test(reason) ? reason.split(',') : undefined),
  haproxy: haproxyParts,
  squid: squidParts,
}

const composed = new Map<string, Note | undefined>()

/** The note on a reason made of parts; undefined when the authority has no such reasons, or no part is known. */
export function compose(owner: string, reason: string): Note | undefined {
  const key = `${owner}:${reason}`
  if (!composed.has(key)) {
    const parts = PARTS[owner]?.(reason)?.flatMap((part) => noteOf(owner, part) ?? [])
    composed.set(key, parts?.length ? together(reason, parts) : undefined)
  }
  return composed.get(key)
}

/**
 * `IH--`: event and phase together where HAProxy's manual has the pair, else one by one; the letters of the cookie when
 * there was one.
 */
function haproxyParts(reason: string): readonly string[] | undefined {
  const [, state, cookies] = /^([A-Za-z-]{2})([A-Z-]{2})?$/.exec(reason) ?? []
  if (state === undefined) return undefined
  const letters = Array.from(state, (letter, i) => `${i + 1}:${letter}`)
  const ofCookies = Array.from(cookies ?? '', (letter, i) => `${i + 3}:${letter}`).filter((code) => !code.endsWith('-'))
  return [...(noteOf('haproxy', state) ? [state] : letters), ...ofCookies]
}

/** `TCP_HIT_ABORTED`: the result, and after it what cut the request short. */
function squidParts(reason: string): readonly string[] | undefined {
  const [, result, ...ends] = /^(\w+?)(_IGNORED)?(_TIMEDOUT)?(_ABORTED)?$/.exec(reason) ?? []
  const suffixes = ends.filter((end) => end !== undefined)
  return result === undefined || suffixes.length === 0 ? undefined : [result, ...suffixes]
}

function together(code: string, parts: readonly Note[]): Note {
  const [first] = parts as [Note, ...Note[]]
  if (parts.length === 1) return first
  const texts = (pick: (note: Note) => readonly Text[] | undefined): readonly Text[] =>
    parts.flatMap((note) => pick(note) ?? [])
  const [causes, checks] = [texts((n) => n.causes), texts((n) => n.checks)]
  const links = new Map<string, Link>(parts.flatMap((n) => n.links ?? []).map((link) => [link.name, link]))
  return {
    code,
    name: joined(parts, (n) => n.name, { en: '; ', zh: '；' }),
    meaning: joined(parts, (n) => n.meaning, { en: ' ', zh: '' }),
    ...(causes.length ? { causes } : {}),
    ...(checks.length ? { checks } : {}),
    // The first part says what happened; a quiet one yields to one that says who has to act.
    verdict: (parts.find((n) => !QUIET.has(n.verdict) && n.verdict !== 'unknown') ?? first).verdict,
    basis: 'derived',
    source: [...links.keys()].join('; '),
    links: [...links.values()],
  }
}

function joined(parts: readonly Note[], pick: (note: Note) => Text, between: Text): Text {
  return Object.fromEntries(
    LANGUAGES.map((l) => [l, parts.map((note) => pick(note)[l]).join(between[l])]),
  ) as unknown as Text
}
