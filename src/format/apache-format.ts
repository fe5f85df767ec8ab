// Apache's LogFormat in the notation of layouts. https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats

const DIRECTIVES: Readonly<Record<string, string>> = {
  h: 'remote_addr',
  a: 'remote_addr',
  l: 'ident',
  u: 'remote_user',
  t: '[time_local]',
  r: 'request',
  s: 'status',
  b: 'body_bytes_sent',
  B: 'body_bytes_sent',
  O: 'bytes_sent',
  I: 'request_length',
  m: 'request_method',
  U: 'uri',
  q: 'args',
  v: 'server_name',
  V: 'host',
  D: 'request_time_us',
  T: 'request_time',
}

const HEADERS: Readonly<Record<string, string>> = {
  referer: 'http_referer',
  'user-agent': 'http_user_agent',
  host: 'http_host',
}

/** A LogFormat string, with or without the directive and the nickname around it. */
export function fromApache(text: string): string {
  const directive = /^\s*(?:LogFormat|CustomLog\s+\S+)\s+"((?:[^"\\]|\\.)*)"/i.exec(text)
  const format = (directive ? (directive[1] as string) : text).replace(/\\(["\\])/g, '$1').replaceAll('\\t', '\t')
  let other = 0
  // Path and query touch: together they are what was asked for.
  return (
    format
      .replace(/%[<>]?U%[<>]?q/g, `\${request_uri}`)
      // So are the pieces of a time, whatever stands between them.
      .replace(/%\{[^}]*\}t(?:[^%"'\]]{0,3}%\{[^}]*\}t)*/g, (pieces) => `\${${timeVariable(pieces)}}`)
      .replace(
        /%(?:[!\d,]*)([<>]?)(?:\{([^}]*)\})?(\^?[a-zA-Z]{1,2}|%)/g,
        (whole, _, argument: string | undefined, letter: string) => {
          if (letter === '%') return '%'
          // `^ti` and `^to` have two letters; of all others the second is text.
          const [name, rest] = letter.startsWith('^') ? [letter, ''] : [letter[0] as string, letter.slice(1)]
          const variable = variableFor(name, argument) ?? `x${++other}`
          if (variable === '[time_local]') return `[\${time_local}]${rest}`
          return whole === '' ? '' : `\${${variable}}${rest}`
        },
      )
  )
}

/** A day, the time of a day, or both: as strftime writes them. */
function timeVariable(pieces: string): string {
  const hasDay = /%[cdDeFjmsx]|sec/.test(pieces)
  const hasTime = /%[cHIrRsTX]|sec/.test(pieces)
  return hasDay === hasTime ? 'time_local' : hasDay ? 'date' : 'time_of_day'
}

const UNITS: Readonly<Record<string, string>> = { ms: 'request_time_ms', us: 'request_time_us', s: 'request_time' }

/** The entry of a name in a table; undefined for a name that every object of JavaScript has. */
const at = (names: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined

function variableFor(letter: string, argument: string | undefined): string | undefined {
  if (argument === undefined) return at(DIRECTIVES, letter)
  if (letter === 'i') return at(HEADERS, argument.toLowerCase())
  if (letter === 'a' && argument === 'c') return undefined
  if (letter === 'T') return at(UNITS, argument)
  return undefined
}
