// Codes of entries that are worth a look of their own.

/** Statuses of clients that did not wait for the answer. */
export const GAVE_UP: ReadonlySet<string> = new Set(['499', '460'])
/** Win32 statuses of answers that a client did not take: name deleted, aborted, operation aborted, timeout, reset. */
export const BROKEN_OFF: ReadonlySet<number> = new Set([64, 995, 1236, 121, 10054])

interface Code {
  readonly status: number | null
  readonly win32Status: number | null
  readonly reason: string | null
}

/** An answer that is no plain success: an error, none at all, or one that did not arrive. */
export function isTrouble({ status, win32Status, reason }: Code): boolean {
  if (status === null || status >= 400 || status < 100) return true
  return (win32Status !== null && BROKEN_OFF.has(win32Status)) || reason !== null
}

/** True when an answer ends a trouble of that status: a circle of redirects is not ended by another redirect. */
export function countsAsAnswer(trouble: number | null, status: number): boolean {
  const isRedirect = status >= 300 && status < 400 && status !== 304
  return !isRedirect || trouble === null || trouble < 300 || trouble >= 400
}

/** Groups of troubles that share room: none crowds out another. */
export const GROUPS = ['rare', 'server', 'gave-up', 'sign-in', 'linked', 'strange'] as const
export type TroubleGroup = (typeof GROUPS)[number]

/** @param isLinked the request came from a page */
export function groupOf(code: Code, isLinked: boolean): TroubleGroup {
  const { status } = code
  if (!isTrouble(code)) return 'rare'
  if (status !== null && status >= 500) return 'server'
  if (status === null || status < 400 || GAVE_UP.has(String(status))) return 'gave-up'
  if (status === 401 || status === 407) return 'sign-in'
  return isLinked ? 'linked' : 'strange'
}

/**
 * Half of all clients have level 1 and more, a quarter has level 2 and more. Where there is no room for all, those of a
 * low level are left out, so which ones are kept depends on no order. The kernel counts the same.
 *
 * @param path stands for the client in logs that name none
 */
export function levelOf(client: string, path: string): number {
  let h = 0x811c9dc5
  for (const byte of Buffer.from(client || path)) h = Math.imul(h ^ byte, 0x01000193)
  h ^= h >>> 15
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h ^= h >>> 13
  return h === 0 ? 32 : 31 - Math.clz32(h & -h)
}
