import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Link } from './note.js'

/**
 * Addresses by the name that a note writes; see sources.yaml. Only the build reads them: compiled notes hold their
 * links.
 */
const addresses = parse(readFileSync(new URL('../../src/catalogue/sources.yaml', import.meta.url), 'utf8')) as Readonly<
  Record<string, string>
>

/** The parts of a note's source, `RFC 9110 §15.5.5; MS-KB943891`. */
export function partsOfSource(source: string): string[] {
  return source.split(';').map((part) => part.trim())
}

/**
 * A part of a source with its address, which is null for what has no page; undefined when sources.yaml does not know
 * the part.
 */
export function linkOf(part: string): Link | undefined {
  const whole = addresses[part]
  if (whole !== undefined) return { name: part, url: whole === 'none' ? null : whole }
  const [, name, detail] = /^(RFC \d+|MS-[A-Z]+)(?: §([\d.]+))$|^([^:]+):(\S+)$/.exec(part) ?? []
  const [key, rest] = name === undefined ? part.split(/:(.*)/s) : [name, detail]
  const address = addresses[`${key}:`]
  return address === undefined || !rest ? undefined : { name: part, url: address.replace('{}', rest) }
}
