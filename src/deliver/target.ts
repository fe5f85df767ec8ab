// Where news are delivered, as the configuration names it. A new kind is one record here and in send.ts.

/** A secret stands in the environment or in a file for its owner alone; a URL that is none may stand here. */
export type Secret = { readonly env: string } | { readonly file: string }

export interface MailTarget {
  readonly to: readonly string[]
  readonly from?: string
  /** Mail server; when absent, the sendmail program of this machine sends. */
  readonly server?: string
  readonly port?: number
  /** starttls (usual), tls from the first byte on, or none. */
  readonly tls?: 'starttls' | 'tls' | 'none'
  readonly user?: string
  readonly password?: Secret
  /** File with the certificate of the authority, where that is the house's own. */
  readonly ca?: string
}

export interface WebTarget {
  readonly url: string | Secret
  /** Token that is sent as `Authorization: Bearer`. */
  readonly token?: Secret
  /** Alertmanager: labels of each alert. */
  readonly labels?: Readonly<Record<string, string>>
}

export const WEB_KINDS = ['webhook', 'slack', 'teams', 'ntfy', 'alertmanager'] as const
export type WebKind = (typeof WEB_KINDS)[number]

/** A target has one of these keys. */
export type Target = { readonly mail?: MailTarget } & { readonly [kind in WebKind]?: WebTarget }

/** The name by which a target is remembered; no secret is part of it. */
export function nameOf(target: Target): string {
  if (target.mail) return `mail ${target.mail.to.join(', ')}`
  const [kind, { url }] = webOf(target)
  // A path may be the secret.
  return `${kind} ${typeof url === 'string' ? new URL(url).origin : 'env' in url ? `$${url.env}` : url.file}`
}

export function webOf(target: Target): [WebKind, WebTarget] {
  const kind = WEB_KINDS.find((each) => target[each]) as WebKind
  return [kind, target[kind] as WebTarget]
}
