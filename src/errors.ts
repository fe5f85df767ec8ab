/** The same words in each language. */
export interface Words {
  readonly en: string
  readonly zh: string
}

/** A message, or a part of one: a text that is the same in every language, or one for each. */
export type Message = string | Words

/** Put a message into another one, in each language. */
export const within = (message: Message, around: (text: string) => string): Message =>
  typeof message === 'string' ? around(message) : { en: around(message.en), zh: around(message.zh) }

export const wordsIn = (message: Message, language: keyof Words): string =>
  typeof message === 'string' ? message : message[language]

/**
 * An invalid request, not a bug: names what is wrong and how to put it right. The command line prints both and exits
 * with 2.
 */
export class LogstatError extends Error {
  override readonly name = 'LogstatError'
  /** The message in each language; `message` is the English one. */
  readonly words: Message
  constructor(
    /** For programs: `no-such-file`, `unknown-format`, … */
    readonly code: string,
    message: Message,
    /** For people: the remedy, a sentence or a command. */
    readonly remedy?: Message,
  ) {
    super(wordsIn(message, 'en'))
    this.words = message
  }

  /** The remedy in English. */
  get hint(): string | undefined {
    return this.remedy === undefined ? undefined : wordsIn(this.remedy, 'en')
  }
}

/** A LogstatError as plain data, which can be sent to another thread: the arguments of its constructor. */
export type Told = readonly [code: string, message: Message, remedy: Message | undefined]
export const told = ({ code, words, remedy }: LogstatError): Told => [code, words, remedy]
