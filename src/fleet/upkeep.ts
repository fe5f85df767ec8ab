import type { Centre } from './centre.js'

// Work that the owner of a centre does (`logstat fleet`).

export interface Pruning {
  /** Days for which counts are kept at all; pushes send nothing that is older. */
  readonly keep?: number | undefined
  /** Days for which minutes are kept, and lists of single logs: whole months go. */
  readonly minutes?: number | undefined
  readonly lists?: number | undefined
}

export interface KeptCentre extends Centre {
  /** Make what is missing. @returns SQL that somebody with more rights must run */
  init(): Promise<string[]>
  /** @returns what was deleted, a name each */
  prune(pruning: Pruning): Promise<string[]>
  /** Add the lists of closed days up over all logs. @returns how many days */
  rollUp(): Promise<number>
  /** @returns what is wrong; nothing when it is sound */
  check(): Promise<string[]>
}
