// What of an entry's code makes it worth a look of its own.

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

/** Whether an answer ends a trouble of that status: what was sent in a circle is not ended by being sent on. */
export function countsAsAnswer(trouble: number | null, status: number): boolean {
  const isRedirect = status >= 300 && status < 400 && status !== 304
  return !isRedirect || trouble === null || trouble < 300 || trouble >= 400
}
