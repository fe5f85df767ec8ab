import type { Detection, Undetected } from './detect.js'
import { formatNamed } from './registry.js'
import { hasParts, type Layer, layersOf, Unwrapper, type Wrapping } from './unwrap.js'
import { wrapperNamed } from './wrappers.js'

// Which of the wrappers that may stand around lines is one, judged by what is in it.

/** The format that lines were found to have, and how well it fits: lines, and fields in them. */
export interface Told {
  readonly found: Detection | Undetected
  readonly fits: number
  readonly fields: number
}
export interface Unwrapped extends Told {
  readonly wrapping: Wrapping
}

/** Wrappers in one another, at most. */
const MAX_WRAPPERS = 4

/**
 * Tell what lines are, as they stand or out of their wrappers: the reading by which most lines are understood, and of
 * those most fields.
 */
export function unwrapped(
  lines: readonly Uint8Array[],
  tell: (lines: readonly Uint8Array[], layers: Wrapping) => Told,
  outer: Wrapping = [],
): Unwrapped {
  const bare: Unwrapped = { ...tell(lines, outer), wrapping: outer }
  if (outer.length === MAX_WRAPPERS) return bare
  const texts = lines.map((line) => Buffer.from(line).toString('latin1').replace(/\r$/, ''))
  let best = bare
  for (const layer of layersOf(texts.filter(isRecord))) {
    const inner = withTime(unwrapped(openAll(texts, layer), tell, [...outer, layer]), texts, tell, outer.length)
    // Of two wrappers the one that is named first knows more of what it takes away.
    if (isBetter(inner, bare, layer) && (best === bare || inner.fits > best.fits)) best = inner
  }
  return best
}

/** Lines without a time get that of the wrapper, if their format knows what to do with it. */
function withTime(
  inner: Unwrapped,
  texts: readonly string[],
  tell: (lines: readonly Uint8Array[], layers: Wrapping) => Told,
  depth: number,
): Unwrapped {
  const [layer, ...others] = inner.wrapping.slice(depth)
  if (!layer || !lacksTime(inner.found) || others.some(({ name }) => name !== 'logfmt')) return inner
  const wrapping = [...inner.wrapping.slice(0, depth), { ...layer, givesTime: true as const }, ...others]
  const lines = others.reduce(
    (opened, other) =>
      openAll(
        opened.map((line) => line.toString('latin1')),
        other,
      ),
    openAll(texts, wrapping[depth] as Layer),
  )
  const timed = { ...tell(lines, wrapping), wrapping }
  return timed.fits === inner.fits && timed.fields > inner.fields ? timed : inner
}

const lacksTime = ({ format }: Detection | Undetected): boolean =>
  format !== null && formatNamed(format)?.mayLackTime === true

function openAll(texts: readonly string[], layer: Layer): Buffer[] {
  const unwrapper = new Unwrapper([layer])
  return texts.flatMap((text) => unwrapper.take(text)?.split('\n') ?? []).map((text) => Buffer.from(text, 'latin1'))
}

function isBetter(inner: Told, bare: Told, layer: Layer): boolean {
  const { isCertain, isCommon } = wrapperNamed(layer.name) ?? {}
  if (inner.fits !== bare.fits || inner.fits === 0 || isCommon) return inner.fits > bare.fits
  // Lines that are read with their wrapper as well are read faster so.
  if (inner.found.format === bare.found.format)
    return inner.fields === bare.fields ? hasParts([layer]) || layer.name === 'colours' : inner.fields > bare.fields
  if (isCertain) return true
  // A text with a time is rather the record than one in it that may lack its time.
  if (lacksTime(inner.found)) return false
  return inner.fields === bare.fields ? isGuess(bare.found) : inner.fields > bare.fields
}

/** Whether the client is searched in all that stands before the time. */
function isGuess({ format }: Detection | Undetected): boolean {
  const { layout = '', variants = [] } = (format === null ? undefined : formatNamed(format)) ?? {}
  return [layout, ...variants].some((l) => l.startsWith('$prefix'))
}

const isRecord = (text: string): boolean => !text.startsWith('#') && /\S/.test(text)
