import type { PackedMatcher } from './kinds.js'

// Finds which of many patterns matches a text: an automaton after Aho and Corasick. Its tables are plain numbers, so
// the kernel can run it, too.
//
// A pattern is a text whose `*` stand at its start and its end only. What has no `*` there must begin or end there.
// `[*]` is a star. The text is read once, whatever the number of patterns: about two nanoseconds a byte.

/** Bytes that stand before the first and behind the last byte of a text. */
const START = 1
const END = 2
/** No pattern matches. */
export const NO_MATCH = 0xffff

export interface Matcher {
  /** Class of each byte, letters folded; 0: no pattern holds it. */
  readonly classes: Uint8Array
  readonly classCount: number
  /** State × class → state. */
  readonly next: Uint16Array
  /** By state: the least value of the patterns that end there, or NO_MATCH. */
  readonly least: Uint16Array
}

export function packMatcher({ classes, classCount, next, least }: Matcher): PackedMatcher {
  const text = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array): string =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64')
  return { classes: text(classes), classCount, next: text(next), least: text(least) }
}
export function unpackMatcher({ classes, classCount, next, least }: PackedMatcher): Matcher {
  const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64'))
  return {
    classes: bytes(classes),
    classCount,
    next: new Uint16Array(bytes(next).buffer),
    least: new Uint16Array(bytes(least).buffer),
  }
}

/** `a{b,c}d` → `abd`, `acd`. Braces do not stand in braces. */
export function expand(pattern: string): string[] {
  const braces = /\{([^{}]*,[^{}]*)\}/.exec(pattern)
  if (!braces) return [pattern]
  const [before, after] = [pattern.slice(0, braces.index), pattern.slice(braces.index + braces[0].length)]
  return (braces[1] as string).split(',').flatMap((choice) => expand(before + choice + after))
}

/** The bytes that an expanded pattern looks for. */
function bytesOf(pattern: string): number[] {
  const from = pattern.startsWith('*') ? 1 : 0
  const to = pattern.length > 1 && pattern.endsWith('*') ? pattern.length - 1 : pattern.length
  const bytes = [...Buffer.from(pattern.slice(from, to).replaceAll('[*]', '*').toLowerCase())]
  if (!from) bytes.unshift(START)
  if (to === pattern.length) bytes.push(END)
  return bytes
}

/** @param patterns each with the value it stands for; where several match, the least value counts */
export function makeMatcher(patterns: readonly { readonly pattern: string; readonly value: number }[]): Matcher {
  const words = patterns.flatMap(({ pattern, value }) => expand(pattern).map((one) => ({ bytes: bytesOf(one), value })))
  const classes = new Uint8Array(256)
  let classCount = 1
  for (const { bytes } of words) for (const byte of bytes) classes[byte] ||= classCount++
  for (let letter = 0x41; letter <= 0x5a; letter++) classes[letter] = classes[letter + 32] as number

  const size = words.reduce((n, { bytes }) => n + bytes.length, 1)
  const next = new Uint16Array(size * classCount)
  const least = new Uint16Array(size).fill(NO_MATCH)
  let states = 1
  for (const { bytes, value } of words) {
    let state = 0
    for (const byte of bytes) {
      const at = state * classCount + (classes[byte] as number)
      state = next[at] ||= states++
    }
    least[state] = Math.min(least[state] as number, value)
  }
  link(next, least, classCount, states)
  return { classes, classCount, next: next.slice(0, states * classCount), least: least.slice(0, states) }
}

/** Leads each state on where its word ends: to the longest other word that the text read so far may be in. */
function link(next: Uint16Array, least: Uint16Array, classCount: number, states: number): void {
  const back = new Uint16Array(states)
  const queue: number[] = []
  for (let c = 0; c < classCount; c++) if (next[c]) queue.push(next[c] as number)
  for (let i = 0; i < queue.length; i++) {
    const state = queue[i] as number
    const behind = back[state] as number
    least[state] = Math.min(least[state] as number, least[behind] as number)
    for (let c = 0; c < classCount; c++) {
      const at = state * classCount + c
      const elsewhere = next[behind * classCount + c] as number
      if (next[at]) {
        back[next[at] as number] = elsewhere
        queue.push(next[at] as number)
      } else next[at] = elsewhere
    }
  }
}

/** The least value of the patterns that match a text, or NO_MATCH. */
export function match({ classes, classCount, next, least }: Matcher, text: string): number {
  let state = next[classes[START] as number] as number
  let found = least[state] as number
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    state = next[state * classCount + (code < 256 ? (classes[code] as number) : 0)] as number
    const value = least[state] as number
    if (value < found) found = value
  }
  const last = least[next[state * classCount + (classes[END] as number)] as number] as number
  return Math.min(last, found)
}
