import { readFileSync } from 'node:fs'
import { createTransport } from 'nodemailer'
import type { News } from './news.js'
import { secretOf } from './secret.js'
import { type Patience, Refusal } from './send.js'
import type { MailTarget } from './target.js'

/** A header is one line, whatever stands in a file name or in a log. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()

/** @returns the addresses that were refused. @throws Error when all were, or the server could not be reached */
export async function sendMail(target: MailTarget, news: News, patience: Patience): Promise<string[]> {
  const transport = createTransport(transportOf(target, patience))
  try {
    const { rejected } = (await transport.sendMail({
      from: target.from ?? `logstat@${news.host}`,
      to: [...target.to],
      subject: oneLine(news.subject),
      text: news.text,
      html: news.html,
      messageId: `<${news.id}@${news.host}>`,
      date: new Date(news.at * 1000),
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      disableFileAccess: true,
      disableUrlAccess: true,
    })) as { rejected?: readonly (string | { readonly address: string })[] }
    return (rejected ?? []).map((each) => (typeof each === 'string' ? each : each.address))
  } catch (error) {
    const { responseCode = 0, code, message } = error as Error & { responseCode?: number; code?: string }
    const text = oneLine(message)
    // 4xx: later, perhaps; 5xx, or a password that is wrong: not by trying again.
    throw responseCode >= 500 || code === 'EAUTH' ? new Refusal(text) : new Error(text)
  } finally {
    transport.close()
  }
}

function transportOf(
  { server, port, tls = 'starttls', user, password, ca }: MailTarget,
  { timeoutMs }: Patience,
): object {
  if (server === undefined) return { sendmail: true, newline: 'unix' }
  return {
    host: server,
    port: port ?? (tls === 'tls' ? 465 : 587),
    secure: tls === 'tls',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: password ? secretOf(password) : '' } }),
    ...(ca === undefined ? {} : { tls: { ca: readFileSync(ca) } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  }
}
