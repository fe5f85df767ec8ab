/** Servers whose codes the catalogue knows apart; also the values of `--server`. */
export const SERVERS = [
  'nginx',
  'apache',
  'iis',
  'httpsys',
  'haproxy',
  'cloudflare',
  'aws-elb',
  'aws-classic-elb',
  'aws-cloudfront',
  'aws-s3',
  'varnish',
  'envoy',
  'traefik',
  'caddy',
  'squid',
  'fastly',
  'akamai',
  'azure',
  'gcp',
] as const
export type Server = (typeof SERVERS)[number]

/** Fields of an entry, in the words of RFC 9110 and the W3C extended log format. */
export interface Entry {
  readonly clientIp?: string
  readonly method?: string
  readonly uriStem?: string
  readonly status: number | null
  readonly substatus?: number
  readonly win32Status?: number
  readonly bytesSent?: number
  readonly bytesReceived?: number
  readonly referer?: string
  readonly userAgent?: string
  readonly host?: string
  readonly reason?: string
}

/** A line and what must be read from it; each sample is a test. */
export interface Sample {
  readonly line: string
  readonly entry: Entry
}

/** Layouts that are told apart line by line when they stand in one file; `own` stands for itself. */
export type Family = 'clf' | 'w3c' | 'own'

/** The roles that a value of a JSON or LTSV log can have. */
export type KeyRole =
  | 'time'
  /** The day, where `time` is only the time of a day; or all of it, where there is no `time`. */
  | 'date'
  | 'clientIp'
  | 'request'
  | 'method'
  | 'uri'
  | 'status'
  | 'substatus'
  | 'win32Status'
  | 'bytesSent'
  | 'bytesReceived'
  | 'timeTaken'
  | 'referer'
  | 'userAgent'
  | 'host'
  | 'reason'
  | 'upstreamStatus'

/**
 * For each field the keys that may hold it, the best first; `a.b` is the key b in the object a, and a list stands for
 * its first value.
 */
export type Keys = Readonly<Partial<Record<KeyRole, readonly string[]>>> & { readonly status: readonly string[] }

export type TimeUnit = 's' | 'ms' | 'us' | 'ns'

/** A log format as data. Adding one is adding a file under records/ and its name to registry.ts. */
export interface Format {
  /** The name in `--log-format` and in reports. */
  readonly name: string
  readonly title: string
  /** Other names people use for it, GoAccess's among them; compared without case. */
  readonly aliases?: readonly string[]
  readonly server: Server | null
  readonly family: Family
  /**
   * nginx notation; text between the variables is literal. Absent for W3C, whose layout is the log's own `#Fields`
   * line.
   */
  readonly layout?: string
  /** Further layouts of the same format. */
  readonly variants?: readonly string[]
  /** The keys of a JSON log. */
  readonly json?: Keys
  /** The keys of an LTSV log. */
  readonly ltsv?: Keys
  /** Unit of `timeTaken` among the keys; seconds when absent. */
  readonly timeUnit?: TimeUnit
  /**
   * By key of `timeTaken`, its unit where it is another one; `s or ms`: seconds where the value has a point, else
   * milliseconds. A unit in the value itself (`12ms`) is better than both.
   */
  readonly timeUnits?: Readonly<Record<string, TimeUnit | 's or ms'>>
  /** A JSON record is one of this format only if it has one of the keys, and the value begins so. */
  readonly guard?: { readonly keys: readonly string[]; readonly value: string }
  /** The reason is of interest for errors alone. */
  readonly reasonOfErrors?: true
  /**
   * Every URI is written with scheme and host; elsewhere such a one is what a client made up, and is shown as it is.
   */
  readonly absoluteUri?: true
  /** Only lines that come out of this wrapper are tried. */
  readonly inside?: 'logfmt' | 'csv'
  /** Its lines carry no time, or one that may not be readable: what stands around them often has one. */
  readonly mayLackTime?: true
  /** A JSON record of this format need not name a request: it may be that of a connection. */
  readonly mayLackRequest?: true
  /** Dates with slashes begin with the month. */
  readonly monthFirst?: true
  readonly samples: readonly Sample[]
  /** Where the layout is defined. */
  readonly source: string
}
