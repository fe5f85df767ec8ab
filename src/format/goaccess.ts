// GoAccess's log-format in the notation of layouts. https://goaccess.io/man#custom-log

const SPECIFIERS: Readonly<Record<string, string>> = {
  h: 'remote_addr',
  v: 'server_name',
  r: 'request',
  m: 'request_method',
  U: 'uri',
  q: 'args',
  H: 'protocol',
  s: 'status',
  b: 'body_bytes_sent',
  R: 'http_referer',
  u: 'http_user_agent',
  D: 'request_time_us',
  T: 'request_time',
  L: 'request_time_ms',
  e: 'remote_user',
  x: 'time_local',
}

/** Whether a string with `%` is GoAccess's and not Apache's: only GoAccess has these. */
export function isGoAccess(text: string): boolean {
  return /%[\^dxR~]/.test(text) && !/%\{/.test(text.replaceAll('~h{', ''))
}

export function fromGoAccess(text: string): string {
  let other = 0
  return (
    text
      .replaceAll('\\t', '\t')
      .replace(/\\(["\\])/g, '$1')
      // Date, time and zone are one time stamp, whatever stands between them.
      .replace(/%d[:T ]%t(?: ?[%]\^(?=\]))?/g, '%x')
      .replace(/~h\{[^}]*\}/g, '%h')
      .replace(/%~/g, '')
      // Path and query touch: together they are what was asked for.
      .replace(/%U%q/g, `\${request_uri}`)
      .replace(/%([a-zA-Z^])/g, (_, letter: string) => `\${${SPECIFIERS[letter] ?? `x${++other}`}}`)
  )
}
