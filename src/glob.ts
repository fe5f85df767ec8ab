import { createRequire } from 'node:module'
import type * as Globby from 'tinyglobby'

/** Loaded when it is needed, which a log that is named is not. */
const globby = (): typeof Globby => createRequire(import.meta.url)('tinyglobby') as typeof Globby

/** Paths that match a pattern, in no order. */
export function glob(pattern: string, options: { cwd?: string; absolute?: boolean } = {}): string[] {
  return globby().globSync(pattern, { expandDirectories: false, ...options })
}

/** Whether a path is a pattern. */
export const isPattern = (path: string): boolean => globby().isDynamicPattern(path)
