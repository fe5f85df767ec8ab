/** A bad order, not a bug: what is wrong, named, and what to do about it. The command line prints both and exits with 2. */
export class LogstatError extends Error {
  override readonly name = 'LogstatError'
  constructor(
    /** For programs: `no-such-file`, `unknown-format`, … */
    readonly code: string,
    message: string,
    /** For people: the remedy, a sentence or a command. */
    readonly hint?: string,
  ) {
    super(message)
  }
}

/** A LogstatError as it goes from thread to thread: what it is made of again. */
export type Told = readonly [code: string, message: string, hint: string | undefined]
export const told = ({ code, message, hint }: LogstatError): Told => [code, message, hint]
