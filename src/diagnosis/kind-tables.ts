import { readFileSync } from 'node:fs'
import type { Kinds } from './kinds/kinds.js'

let loaded: Kinds | undefined

/** The tables of kinds, as the build compiled them. This file lies as deep as the bundle does. */
export function kinds(): Kinds {
  loaded ??= JSON.parse(readFileSync(new URL('../../dist/generated/kinds.json', import.meta.url), 'utf8')) as Kinds
  return loaded
}
