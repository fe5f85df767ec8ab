import { LogstatError } from '../errors.js'
import type { News } from './news.js'
import { secretOf } from './secret.js'
import { type Target, type WebKind, type WebTarget, webOf } from './target.js'
import { BODIES } from './web-bodies.js'

// Sends news to a target: in a few attempts, each bounded in time.

export interface Patience {
  /** Milliseconds that an attempt may take. */
  readonly timeoutMs: number
  /** Milliseconds before the second attempt; each later one waits four times as long. */
  readonly backOffMs: number
  readonly tries: number
}

export const PATIENCE: Patience = { timeoutMs: 15_000, backOffMs: 1000, tries: 3 }

/** An attempt that need not be repeated at once: the target refuses. */
export class Refusal extends Error {}

/**
 * @returns the target with the addresses that have not got the news; undefined when all have. @throws Error when none
 * has
 */
export async function send(target: Target, news: News, patience: Patience = PATIENCE): Promise<Target | undefined> {
  for (let tried = 1; ; tried++) {
    try {
      if (!target.mail) return await post(...webOf(target), news, patience)
      const { sendMail } = await import('./mail.js')
      const missing = await sendMail(target.mail, news, patience)
      return missing.length === 0 ? undefined : { mail: { ...target.mail, to: missing } }
    } catch (error) {
      if (error instanceof Refusal || error instanceof LogstatError || tried >= patience.tries) throw error
      await new Promise((resolve) => setTimeout(resolve, patience.backOffMs * 4 ** (tried - 1)))
    }
  }
}

/** Statuses that may be others in a moment. */
const PASSING = (status: number): boolean => status >= 500 || status === 408 || status === 425 || status === 429

async function post(kind: WebKind, target: WebTarget, news: News, { timeoutMs }: Patience): Promise<undefined> {
  const { url, body } = BODIES[kind](urlOf(target), news, target)
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'logstat',
        'Idempotency-Key': news.id,
        ...(target.token ? { Authorization: `Bearer ${secretOf(target.token)}` } : {}),
      },
      body: JSON.stringify(body),
      // News may name clients: they go where the configuration says and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch (error) {
    const { cause, message } = error as Error & { readonly cause?: Error }
    if (error instanceof LogstatError) throw error
    throw new Error(cause?.message || message)
  }
  const answer = (await response.text().catch(() => '')).slice(0, 200)
  if (response.ok) return undefined
  const said = `HTTP ${response.status}${answer ? `: ${answer}` : ''}`
  throw PASSING(response.status) ? new Error(said) : new Refusal(said)
}

function urlOf({ url }: WebTarget): string {
  const text = typeof url === 'string' ? url : secretOf(url)
  if (URL.canParse(text) && /^https?:/.test(text)) return text
  throw new LogstatError(
    'secret',
    { en: 'the URL of a target is none', zh: '目标的 URL 无效' },
    { en: 'Give it whole: https://…', zh: '请给出完整的 URL：https://…' },
  )
}
