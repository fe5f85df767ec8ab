import type { Candidates, Source } from './sources.js'

/** Questions to a database about its sources. */
interface Questions {
  byFirstLine(firstLine: string): Source[]
  byId(id: number): Source | undefined
  /** Changes whenever anybody changes the database. */
  state(): string
}

export const stateOf = ({ id, readTo, lines }: Source): string => `${id}:${readTo}:${lines}`

/** The order of the question `byFirstLine`. */
const isBefore = (a: Source, b: Source): boolean => a.readTo > b.readTo || (a.readTo === b.readTo && a.id < b.id)

/**
 * Sources that share a first line, kept from one input to the next: a thousand logs that begin with the same line would
 * be read from the database a thousand times a thousand times. They are read again when anybody else has changed the
 * database.
 */
export class CandidateCache {
  readonly #ask: Questions
  readonly #known = new Map<string, { sources: Source[]; state?: string }>()
  /** State of the database that holds for what is known. */
  #at = ''

  constructor(ask: Questions) {
    this.#ask = ask
  }

  of(firstLine: string): Candidates {
    const now = this.#ask.state()
    if (now !== this.#at) this.#known.clear()
    this.#at = now
    let known = this.#known.get(firstLine)
    if (!known) this.#known.set(firstLine, (known = { sources: this.#ask.byFirstLine(firstLine) }))
    known.state ??= known.sources.map(stateOf).join()
    return { sources: known.sources, state: known.state }
  }

  /** The transaction that has asked for the candidates has changed this one, and no other. */
  changed(id: number, firstLine: string): void {
    const known = this.#known.get(firstLine)
    const source = this.#ask.byId(id)
    if (!known || !source) {
      this.clear()
      return
    }
    const sources = known.sources.filter((other) => other.id !== id)
    const place = sources.findIndex((other) => isBefore(source, other))
    sources.splice(place === -1 ? sources.length : place, 0, source)
    this.#known.set(firstLine, { sources })
    this.#at = this.#ask.state()
  }

  clear(): void {
    this.#known.clear()
  }
}
